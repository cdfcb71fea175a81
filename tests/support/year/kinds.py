"""What there is to see in a reading, so that a proof can say of what it is one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from support.year.belief import Belief
from support.year.machines import Reading
from support.year.orders import HOUR


def kinds(
    reading: Reading, now: int, wanted: dict[str, Any] | None, believed: Belief, stale: bool
) -> Iterator[str]:  # fmt: skip
    if wanted is None:
        yield "unknown"
        return
    yield "published"
    if now - reading.at > HOUR:
        yield "late"
    if stale:
        yield "stale"
    elif "batch" not in wanted:
        yield "without a batch"
    if "shift" not in wanted:
        yield "no shift"
    shift, area = wanted.get("shift", {}), believed.crews.get("dallas/packaging", ())
    if shift.get("crew") in ("X", "Y"):
        yield "taken over"
    if shift.get("crew") == "W":
        yield "its area taken over"
    if shift.get("crew") == "own" and any(each.start <= reading.at < each.stop for each in area):
        yield "nearer than its area"
    if shift.get("id") == "overtime":
        yield "overtime"
