"""Looking up and changing intervals, against plain lists."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uns.context.intervals import CHUNK, Intervals, ends
from uns.context.values import Batch
from uns.equipment import EquipmentPath

LINE = EquipmentPath("a/b")


def end_to_end(count: int) -> list[Batch]:
    return [Batch(str(each), LINE, each * 10, each * 10 + 7) for each in range(count)]


def test_look_up_over_many_chunks() -> None:
    line = Intervals(end_to_end(3 * CHUNK))
    for instant in range(-5, 3 * CHUNK * 10 + 5):
        found = line.at(instant)
        expected = [str(instant // 10)] if 0 <= instant < 3 * CHUNK * 10 and instant % 10 < 7 else []
        assert [each.id for each in found.running] == expected
        assert found.since <= instant < found.until


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 25)), max_size=30), st.integers(0, 90))
def test_overlapping_intervals_are_all_found(lengths: list[tuple[int, int]], instant: int) -> None:
    batches = [Batch(str(index), LINE, start, start + length) for index, (start, length) in enumerate(lengths)]
    line = Intervals((), overlapping=True).change((), batches)
    found = line.at(instant)
    assert {each.id for each in found.running} == {each.id for each in batches if each.start <= instant < ends(each)}
    for near in range(max(found.since, 0), min(found.until, 90)):
        assert line.at(near).running == found.running


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 2 * CHUNK)), max_size=60))
def test_changes_share_and_stay_in_order(edits: list[tuple[bool, int]]) -> None:
    batches = end_to_end(2 * CHUNK)
    line, present = Intervals(batches[::2]), {each.id for each in batches[::2]}
    before = list(line)
    changed = line
    for _, index in edits:
        batch = batches[min(index, len(batches) - 1)]
        if batch.id in present:
            changed, present = changed.change([batch], []), present - {batch.id}
        else:
            changed, present = changed.change([], [batch]), present | {batch.id}
    assert [each.id for each in changed] == [each.id for each in batches if each.id in present]
    assert list(line) == before


def test_meeting_finds_neighbours_across_chunks() -> None:
    line = Intervals(end_to_end(2 * CHUNK))
    edge = CHUNK * 10
    assert [each.start for each in line.meeting(edge - 5, edge + 11)] == [edge - 10, edge, edge + 10]
    assert line.meeting(edge - 3, edge) == []


@given(st.sets(st.integers(0, 3 * CHUNK - 1)), st.sets(st.integers(0, 3 * CHUNK - 1)), st.booleans())
def test_many_go_and_come_at_once(gone: set[int], come: set[int], overlapping: bool) -> None:
    """What goes is named by its equals, as a registry tells it."""
    batches = end_to_end(3 * CHUNK)
    line = Intervals((each for index, each in enumerate(batches) if index not in come), overlapping)
    gone -= come
    changed = line.change([replace(batches[index]) for index in gone], [batches[index] for index in come])
    assert list(changed) == [each for index, each in enumerate(batches) if index not in gone]
    for index in (*gone, *come):
        assert [each.id for each in changed.at(index * 10).running] == ([] if index in gone else [str(index)])


def test_of_those_that_begin_alike_the_very_one_goes() -> None:
    alike = [Batch("A", LINE, 0, 10) for _ in range(3 * CHUNK)]
    line = Intervals(alike, overlapping=True)
    for each in (alike[0], alike[-1], alike[CHUNK]):
        left = list(line.change([each], []))
        assert len(left) == len(alike) - 1
        assert not any(member is each for member in left)


def test_what_is_not_there_cannot_go() -> None:
    with pytest.raises(KeyError):
        Intervals(end_to_end(CHUNK)).change([Batch("other", LINE, 10, 17)], [])


@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(1, 6)), max_size=6),
    st.lists(st.integers(0, 60), max_size=3 * CHUNK),
    st.booleans(),
)
def test_what_has_no_length_never_runs_and_hides_nobody(
    gaps: list[tuple[int, int]], empty: list[int], at_once: bool
) -> None:
    batches, begin = [], 0
    for gap, length in gaps:
        batches.append(Batch("B", LINE, begin + gap, begin + gap + length))
        begin += gap + length
    every = [*batches, *(Batch("Z", LINE, at, at) for at in empty)]
    line = Intervals(every) if at_once else Intervals().change((), every)
    for instant in range(-1, 95):
        found = line.at(instant)
        assert list(found.running) == [each for each in batches if each.start <= instant < ends(each)]
        assert found.since <= instant < found.until
        assert line.next_after(instant) == next((each for each in batches if each.start > instant), None)
        met = [each for each in line.meeting(instant, instant + 3) if each.id == "B"]
        assert met == [each for each in batches if each.start < instant + 3 and instant < ends(each)]
