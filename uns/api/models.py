"""What the API answers, as types: OpenAPI is made from these."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")


class Answer(BaseModel):
    """Members that are not known are null, and always there."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, serialize_by_alias=True)


class FindingModel(Answer):
    code: str
    severity: Literal["error", "warning", "note"]
    message: str
    remedy: str
    where: dict[str, Any] = Field(description="`file`, `line`, `column`; or `topic`, `tag`, `pointer`, `in`")


class Problem(Answer):
    """RFC 9457, with everything that is wrong."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    findings: list[FindingModel] = Field(default_factory=list)


class Page(Answer, Generic[Item]):
    """A part of a list; `next` is the cursor of the part after it."""

    items: list[Item]
    next: str | None = None


class Provenance(Answer):
    """Where a value comes from: what the service wrote beside it in MQTT user properties."""

    id: str | None = None
    source: str | None = Field(None, description="raw topic, and the tag where there is one")
    rule: str | None = Field(None, description="`<file stem>/<rule id>`")
    bundle: str | None = None
    contract: str | None = None
    context: str | None = Field(None, description="registry revision")
    clock: str | None = Field(None, description="why the time is not simply the machine's own word")
    findings: Any = None


class Value(Answer):
    """What stands on one governed topic now."""

    topic: str
    value: Any = Field(None, description="the value, or an object's fields; null where there is none")
    not_json: str | None = Field(None, description="the beginning of a payload that is no JSON, as text; else null")
    unit: str | None = None
    quality: str | None = None
    code: Any = None
    timestamp: str | None = None
    batch: Any = None
    shift: Any = None
    product: Any = None
    provenance: Provenance
    rogue: bool = Field(description="published by somebody else than the service")
    retained: bool
    arrived: str
    age: float = Field(description="seconds since its timestamp, or since it arrived where it has none")


Kind = str
"""enterprise, site, the name of a level of the standard, contract, group or name; else unknown."""


class Node(Answer):
    """One level of the namespace."""

    path: str
    name: str
    kind: Kind
    description: str | None = None
    steward: str | None = None
    rogue: bool = False
    value: Value | None = Field(None, description="of a name: what stands there")
    children: list[Node] | None = Field(None, description="null where `depth` ends above them")
    next: str | None = Field(None, description="cursor of further children")


class NodeAnswer(Node):
    revision: str | None = Field(description="of the rules that told the kinds")


class Hit(Answer):
    path: str
    name: str
    kind: Kind
    description: str | None = None
    source: str | None = None
    id: str | None = Field(None, description="of registered equipment: the plant's own number for it")
    matched: Literal["name", "description", "source", "id"]


class Hits(Page[Hit]):
    revision: str | None = Field(description="of the rules that told kinds and descriptions")
