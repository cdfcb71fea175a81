"""What the path has recorded and the registry may not have yet, on top of whatever the registry is heard to hold."""

from __future__ import annotations

from support.project import NOW

from uns.context.timeline import Timeline
from uns.context.values import Record
from uns.equipment import EquipmentPath
from uns.instant import SECOND
from uns.service.unmoved import Unmoved

LINE = EquipmentPath("dallas/line-3")


def record(number: int) -> Record:
    fields = {"id": f"B-{number}", "start": NOW + number * SECOND, "stop": NOW + (number + 1) * SECOND}
    return Record("batch", LINE, NOW, fields)


def batches(timeline: Timeline | None) -> list[str]:
    assert timeline is not None
    return [each.id for each in timeline.batches.get(LINE) or ()]


def recorded(count: int) -> Unmoved:
    unmoved = Unmoved()
    for number in range(count):
        unmoved.add(record(number), False)
    return unmoved


def test_what_the_registry_has_is_left_and_the_others_stand_on_top() -> None:
    timeline, upto = recorded(4).onto(Timeline.build("9"), 2)
    assert (batches(timeline), upto) == (["B-2", "B-3"], 4)


def test_the_event_loop_puts_nothing_on_top_twice() -> None:
    """A list of a hundred thousand orders is put there in the thread that heard the registry; the path goes on."""
    unmoved = recorded(4)
    timeline, upto = unmoved.onto(Timeline.build("9"), 0)
    assert unmoved.since(timeline, upto) is timeline


def test_what_came_meanwhile_is_on_top_too() -> None:
    unmoved = recorded(2)
    timeline, upto = unmoved.onto(Timeline.build("9"), 1)
    unmoved.add(record(2), False)
    assert batches(unmoved.since(timeline, upto)) == ["B-1", "B-2"]


def test_a_timeline_that_has_been_overtaken_is_not_taken() -> None:
    """It lacks what has left since: the registry's newer word holds that, and is on its way."""
    unmoved = recorded(2)
    old = unmoved.onto(Timeline.build("9"), 0)
    unmoved.add(record(2), False)
    new = unmoved.onto(Timeline.build("10"), 3)
    assert unmoved.since(*old) is None
    assert unmoved.since(*new) is new[0]
