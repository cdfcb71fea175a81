"""The mapping that the Python peers run does what ours does; else the benchmark would compare different work."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from benchmarks.peers.corpus import corpus, differences, meaning
from benchmarks.peers.given import given
from benchmarks.peers.mapping import Mapping
from benchmarks.stages import plant
from uns.context.timeline import Timeline
from uns.context.values import Batch, Product, Shift
from uns.contextualize import contextualize
from uns.decision import Publish
from uns.decode import NO_BIRTHS
from uns.equipment import EquipmentPath
from uns.instant import SECOND
from uns.message import RawMessage

MILLISECOND = SECOND // 1000


def timeline(now: int, shifts: list[tuple[int, int, dict[str, str]]]) -> Timeline:
    """Batch and product of line 3, and the shifts around now."""
    batch = Batch("B-1001", EquipmentPath("dallas/packaging/line-3"), now - 10**7 * SECOND, None, "SKU-42", "O-7")
    changes = [
        Shift(said["id"], said["date"], start * MILLISECOND, stop * MILLISECOND, said["crew"], EquipmentPath("dallas"))
        for start, stop, said in shifts
    ]
    return Timeline.build("7", [batch], [Product("SKU-42", "Cola 330")], shift_changes=changes)


def test_the_mapping_written_by_hand_agrees_with_ours() -> None:
    now = time.time_ns()
    bundle, _ = plant(now)
    by_hand = given(datetime.now(UTC))
    mapping, context = Mapping(by_hand), timeline(now, by_hand["shifts"])
    ours, theirs = [], []
    for number, (topic, payload) in enumerate(corpus(now // 1_000_000)):
        decisions, _ = contextualize(RawMessage(topic, payload, now, number), bundle, context, NO_BIRTHS)
        ours += [(each.topic, each.payload) for each in decisions if isinstance(each, Publish)]
        theirs += [each for each in [mapping.govern(topic, payload)] if each]
    assert len(ours) == 8
    assert differences(meaning(ours), meaning(theirs)) == []
