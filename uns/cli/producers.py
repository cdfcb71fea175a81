"""Why a governed reading is there or missing, for a person: its value, its rules, and what was heard of each."""

from __future__ import annotations

from datetime import UTC

from rich.text import Text

from uns.api.origins import From, Produced
from uns.cli.app import NOBODY, harmless, out
from uns.cli.governed import ago
from uns.instant import from_text, legible

SHOWN = 500
"""Characters of a payload."""


def show(produced: Produced, payload: bytes | None, away: str = "") -> None:
    """The value, then each rule with its raw address, what was heard, and what to do."""
    value = produced.value
    _line("topic", produced.topic)
    if payload is None or value is None:
        _line("value", f"not known: {away}" if away else "none: the broker keeps no value here")
    else:
        age = "" if value.timestamp is None else f"  {ago(value.age)} ago"
        _line("value", payload[:SHOWN].decode("utf-8", "replace"), (age, "dim"))
    if not produced.origins:
        remedy = (
            f"did you mean `{produced.meant}`?" if produced.meant else "look for its equipment and name in the rules"
        )
        _line("rule", f"no rule can produce this topic\n          → {remedy}")
    for each in produced.origins:
        _show_one(each)


def _show_one(each: From) -> None:
    _line("rule", (_place(each.where), "dim"), f"  {each.rule.rpartition('/')[2]}")
    if each.instances is not None:
        _line("served by", ", ".join(each.instances) or NOBODY)
    for place in each.lookups:
        _line("lookup", (_place(place), "dim"))
    address = each.topic if each.tag is None else f"{each.topic}#{each.tag}"
    _line("from", f"{address}  ", _heard(each))
    if each.newest_rejection is not None:
        received = from_text(each.newest_rejection.received, UTC)
        _line("rejected", legible(received or 0), style="red")
        for finding in each.newest_rejection.findings:
            _line("", f"{finding.message} ({finding.code})\n          → {finding.remedy}")
    elif not each.current:
        _line("", "→ is the machine on, and does it publish on this topic? `uns watch` shows what arrives")


def _heard(each: From) -> tuple[str, str]:
    """In words, and their colour."""
    if each.current:
        return "the current value came from it", "green"
    if each.newest_rejection is not None:
        return "heard, but rejected", "yellow"
    if each.heard is None:
        return "not known whether it was heard: there is no registry to ask", "dim"
    return "nothing was heard of it", "dim"


def _place(where: dict[str, object]) -> str:
    return f"{where['file']}:{where['line']}"


def _line(name: str, *parts: str | tuple[str, str], style: str = "bold") -> None:
    coloured = ((part, "") if isinstance(part, str) else part for part in parts)
    out.print(Text.assemble((f"{name:<10}", style), *((harmless(text), colour) for text, colour in coloured)))
