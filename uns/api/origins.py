"""Why a governed reading is there or missing: its rules, their raw addresses, and what was heard of them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from uns.api.models import Answer, FindingModel, Value
from uns.api.shown import value_of
from uns.api.surroundings import Surroundings
from uns.bundle import Bundle
from uns.instant import rfc3339
from uns.origins import Origin, origins
from uns.registry.entries import Filter, entries

MOST = 100


class Rejection(Answer):
    received: str
    findings: list[FindingModel]


class From(Answer):
    """A rule that can produce the topic, and the raw address that it would come from."""

    rule: str
    where: dict[str, Any]
    topic: str
    tag: str | None
    lookups: list[dict[str, Any]] = Field(description="places of the rows that lead there")
    current: bool = Field(description="whether the value of now came from it")
    heard: bool = Field(description="whether anything of it is known: the value of now, or a rejection")
    newest_rejection: Rejection | None


class Produced(Answer):
    topic: str
    value: Value | None
    bundle: str = Field(description="revision of the rules")
    origins: list[From]


async def produced(here: Surroundings, bundle: Bundle, topic: str) -> Produced:
    """Every rule and raw address that can give the topic, as far as they can be listed."""
    entry = here.namespace.entries.get(topic)
    source = entry.properties.get("source") if entry else None
    shown = [await _from(here, each, source) for each in origins(bundle, topic)[:MOST]]
    value = value_of(entry, here.clock()) if entry else None
    return Produced(topic=topic, value=value, bundle=bundle.revision, origins=shown)


async def _from(here: Surroundings, origin: Origin, source: str | None) -> From:
    address = origin.topic if origin.tag is None else f"{origin.topic}#{origin.tag}"
    wanted = Filter(topic=origin.topic, tag=origin.tag, state=None)
    newest = next(iter((await here.registry.ask(entries, wanted, limit=1)).items), None)
    rejection = None
    if newest is not None:
        findings = [FindingModel(**each.as_json()) for each in newest.findings]
        rejection = Rejection(received=rfc3339(newest.raw.received), findings=findings)
    return From(
        rule=str(origin.rule),
        where=origin.rule.place.as_json(),
        topic=origin.topic,
        tag=origin.tag,
        lookups=[lookup.place_of(row).as_json() for lookup, row in origin.joined],
        current=address == source,
        heard=address == source or newest is not None,
        newest_rejection=rejection,
    )
