"""Why a governed reading is there or missing: its rules, their raw addresses, and what was heard of them."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field
from sqlalchemy import Engine

from uns.api.models import Answer, FindingModel, Value
from uns.bundle import Bundle
from uns.instance import Served, instances_of
from uns.instant import rfc3339
from uns.meant import meant
from uns.origins import Origin, origins
from uns.registry.entries import Filter, entries

INSTANCES: Final = "that serve its rule file now; null where the broker cannot be asked"


class Rejection(Answer):
    received: str
    findings: list[FindingModel]


class From(Answer):
    """A rule that can produce the topic, and the raw address that it would come from."""

    rule: str
    where: dict[str, Any]
    instances: list[str] | None = Field(description=INSTANCES)
    topic: str
    tag: str | None
    lookups: list[dict[str, Any]] = Field(description="places of the rows that lead there")
    current: bool = Field(description="whether the value of now came from it")
    heard: bool | None = Field(
        description="whether anything of it is known: the value of now, or a rejection; "
        "null where there is no registry to ask"
    )
    newest_rejection: Rejection | None


class Produced(Answer):
    topic: str
    value: Value | None
    bundle: str = Field(description="revision of the rules")
    origins: list[From]
    meant: str | None = Field(description="the nearest topic that some rule can produce, where none can produce this")


def produced(engine: Engine | None, bundle: Bundle, topic: str, value: Value | None, served: Served) -> Produced:
    """Every rule and raw address that can give the topic, as far as they can be listed."""
    source = value.provenance.source if value is not None else None
    known = [_from(engine, each, source, served) for each in origins(bundle, topic)]
    instead = None if known else meant(bundle, topic)
    return Produced(topic=topic, value=value, bundle=bundle.revision, origins=known, meant=instead)


def _from(engine: Engine | None, origin: Origin, source: str | None, served: Served) -> From:
    address = origin.topic if origin.tag is None else f"{origin.topic}#{origin.tag}"
    rejection = _newest(engine, origin) if engine is not None else None
    return From(
        rule=str(origin.rule),
        where=origin.rule.place.as_json(),
        instances=instances_of(served, origin.rule.stem),
        topic=origin.topic,
        tag=origin.tag,
        lookups=[lookup.place_of(row).as_json() for lookup, row in origin.joined],
        current=address == source,
        heard=True if address == source or rejection is not None else None if engine is None else False,
        newest_rejection=rejection,
    )


def _newest(engine: Engine, origin: Origin) -> Rejection | None:
    page = entries(engine, Filter(topic=origin.topic, tag=origin.tag, state=None), limit=1)
    for each in page.items:
        findings = [FindingModel(**finding.as_json()) for finding in each.findings]
        return Rejection(received=rfc3339(each.raw.received), findings=findings)
    return None
