"""Why a governed reading is there or missing: its value, its rules, their raw addresses, and what was heard of them."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import orjson
from rich.markup import escape
from sqlalchemy import Engine

from uns.bundle import Bundle
from uns.cli.app import out
from uns.cli.asked import Kept, newest_rejected
from uns.cli.governed import ago
from uns.decode.times import Stamp, iso
from uns.instant import SECOND, legible, rfc3339
from uns.origins import Origin, origins
from uns.registry.entries import Entry


class Produced(NamedTuple):
    """One origin, and what was heard of it."""

    origin: Origin
    is_owner: bool
    """Whether the current value came from it."""
    rejected: Entry | None

    @property
    def address(self) -> str:
        return self.origin.topic if self.origin.tag is None else f"{self.origin.topic}#{self.origin.tag}"

    @property
    def heard(self) -> str:
        if self.is_owner:
            return "the current value came from it"
        return "heard, but rejected" if self.rejected else "nothing was heard of it"

    def as_json(self) -> dict[str, Any]:
        rule, rejected = self.origin.rule, self.rejected
        return {
            "rule": str(rule),
            "where": rule.place.as_json(),
            "topic": self.origin.topic,
            "tag": self.origin.tag,
            "lookups": [lookup.place_of(row).as_json() for lookup, row in self.origin.joined],
            "heard": self.is_owner or rejected is not None,
            "current": self.is_owner,
            "newest_rejection": None
            if rejected is None
            else {
                "received": rfc3339(rejected.raw.received),
                "findings": [each.as_json() for each in rejected.findings],
            },
        }


def produced(bundle: Bundle, topic: str, kept: Kept | None, engine: Engine | None) -> list[Produced]:
    """Every rule and raw address that can give the topic."""
    source = kept.properties.get("source") if kept else None
    found = []
    for origin in origins(bundle, topic):
        address = origin.topic if origin.tag is None else f"{origin.topic}#{origin.tag}"
        found.append(Produced(origin, address == source, newest_rejected(engine, origin.topic, origin.tag)))
    return found


def as_json(topic: str, kept: Kept | None, found: list[Produced], revision: str) -> dict[str, Any]:
    """As the API tells it."""
    from uns.api.namespace import Entry
    from uns.api.shown import value_of

    value = None
    if kept is not None:
        now = time.time_ns()
        value = value_of(Entry(topic, kept.payload, kept.properties, now, True, 0), now).model_dump(mode="json")
    return {"topic": topic, "value": value, "bundle": revision, "origins": [each.as_json() for each in found]}


def show(topic: str, kept: Kept | None, found: list[Produced], away: str = "") -> None:
    """For a person: the value, then each rule with its raw address, what was heard, and what to do."""
    body = None if kept is None else _body(kept)
    age = _age(body)
    out.print(f"[bold]topic     [/]{escape(topic)}")
    if kept is None:
        what = f"not known: {escape(away)}" if away else "none: the broker keeps no value here"
        out.print(f"[bold]value     [/]{what}")
    else:
        since = "" if age is None else f"  {ago(age)} ago"
        out.print(f"[bold]value     [/]{escape(kept.payload[:500].decode('utf-8', 'replace'))}[dim]{since}[/]")
    if not found:
        out.print(
            "[bold]rule      [/]no rule can produce this topic\n          → `uns check`; look for the name in the rules"
        )
    for each in found:
        _show_one(each)


def _show_one(each: Produced) -> None:
    rule = each.origin.rule
    out.print(f"[bold]rule      [/][dim]{rule.place.file}:{rule.place.line}[/]  {rule.id}")
    for lookup, row in each.origin.joined:
        place = lookup.place_of(row)
        out.print(f"[bold]lookup    [/][dim]{place.file}:{place.line}[/]  {lookup.name}")
    colour = "green" if each.is_owner else "yellow" if each.rejected else "dim"
    out.print(f"[bold]from      [/]{escape(each.address)}  [{colour}]{each.heard}[/]")
    if each.rejected is not None:
        out.print(f"[red]rejected  [/]{legible(each.rejected.raw.received)}")
        for finding in each.rejected.findings:
            out.print(f"          {escape(finding.message)} ({finding.code})\n          → {escape(finding.remedy)}")
    elif not each.is_owner:
        out.print("          → is the machine on, and does it publish on this topic? `uns watch` shows what arrives")


def _body(kept: Kept) -> Any:
    try:
        return orjson.loads(kept.payload)
    except orjson.JSONDecodeError:
        return kept.payload.decode("utf-8", "replace")


def _age(body: Any) -> float | None:
    """Seconds since the value's own timestamp."""
    text = body.get("timestamp") if isinstance(body, dict) else None
    from datetime import UTC

    instant = iso(text, UTC, time.time_ns()) if isinstance(text, str) else None
    if instant is None or isinstance(instant, Stamp):
        return None
    return max(0.0, (time.time_ns() - instant) / SECOND)
