"""How a message is read: its source, its samples, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from uns.address import Route
from uns.decode.source import TimeSpec
from uns.decode.spelling import shown
from uns.decode.times import epoch_unit, form
from uns.explain.line import Line
from uns.finding import Finding
from uns.instant import rfc3339
from uns.message import Sample

_READ_BY: Final = {"time": "time", "tag": "tag", "value": "value", "payload-no-reading": "each"}
"""Beginning of a finding's code → the key of the source that it is about."""


def source_line(route: Route) -> Line:
    source = route.source
    parts = [f"read {source.read}"] if source.read != "json" else []
    parts += [f"each {', '.join(each.text for each in source.each)}"] if source.each else []
    parts += [f"value {source.value.text}"] if source.value is not None and source.value.text != "." else []
    parts += [f"time {', '.join(each.text for each in source.time.at)}"] if source.time.at else ["time received"]
    return Line("source", ", ".join(source.topics), ", ".join(parts), source.place)


def sample_lines(sample: Sample, route: Route | None) -> Iterator[Line]:
    if sample.undecoded:
        return
    unread = {each.code for each in sample.findings}
    when = "" if unread & {"time-missing", "time-implausible"} else f" at {rfc3339(sample.time)}{_clock(sample, route)}"
    quality = "" if sample.quality == "good" else f"quality {sample.quality}"
    tag = f"tag {sample.tag}" if sample.tag is not None else ""
    if not unread & {"value-missing", "payload-syntax"}:
        yield Line("sample", f"{shown(sample.value)}{when}", ", ".join(filter(None, (tag, quality))))
    yield from finding_lines(sample.findings, route)


def _clock(sample: Sample, route: Route | None) -> str:
    """Whose word the time is, or in which unit the machine counts."""
    if sample.clock:
        words = {"received": "the receive time", "replaced": "the receive time, its own is not believed"}
        return f" ({words.get(sample.clock, f'clock {sample.clock}')})"
    time = route.source.time if route else TimeSpec()
    read = form(time.as_, "UTC")
    values = [pointer.find(sample.reading) for pointer in time.at]
    units = [epoch_unit(value, time.as_) for value in values if read(value, sample.time) == sample.time]
    return f" (epoch {units[0]})" if units and units[0] else ""


def finding_lines(findings: Iterable[Finding], route: Route | None) -> Iterator[Line]:
    for each in findings:
        key = _READ_BY.get(each.code) or _READ_BY.get(each.code.partition("-")[0], "")
        place = route.source.places.get(key) if route else None
        yield Line(each.severity.value, f"{each.message} ({each.code})")
        yield Line("", f"→ {each.remedy}" + (f", {place}" if place else ""))
