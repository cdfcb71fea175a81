"""Whatever records arrive in whatever order: no overlap, and nothing remembered that is wrong."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uns.context.intervals import ends, has_length
from uns.context.timeline import Timeline
from uns.context.values import OPEN, STATES, Record, state_of
from uns.equipment import EquipmentPath

AREA, LINE = EquipmentPath("dallas/packaging"), EquipmentPath("dallas/packaging/line-3")
FILLER = EquipmentPath("dallas/packaging/line-3/filler-01")

TIMES = st.integers(0, 30)
NAMES = st.sampled_from(["A", "B", "C"])
MAYBE = NAMES | st.just("")


def record(kind: Any, where: EquipmentPath, at: int, **fields: Any) -> Record:
    return Record(kind, where, at, {name: value for name, value in fields.items() if value is not None})


PLACES = st.sampled_from([AREA, LINE])
RECORDS = st.lists(
    st.one_of(
        st.builds(lambda where, at, name: record("batch-start", where, at, id=name), PLACES, TIMES, NAMES),
        st.builds(lambda where, at, name: record("batch-stop", where, at, id=name), PLACES, TIMES, NAMES | st.none()),
        st.builds(lambda where, at, name: record("batch-change", where, at, id=name), PLACES, TIMES, MAYBE),
        st.builds(
            lambda where, at, name, length: record(
                "batch", where, at, id=name, start=at, stop=None if length is None else at + length
            ),
            PLACES, TIMES, NAMES, st.integers(0, 9) | st.none(),
        ),
        st.builds(lambda where, at, crew: record("shift-change", where, at, crew=crew), PLACES, TIMES, NAMES),
    ),
    max_size=15,
)  # fmt: skip


def members(line: Timeline, at: int) -> Any:
    return [dict(line.at(each, at).members) for each in (FILLER, LINE, AREA)]


@given(RECORDS)
def test_batches_never_overlap(records: list[Record]) -> None:
    line = Timeline.build()
    for each in records:
        line, _ = line.take(each)
    for equipment in (AREA, LINE):
        runs = list(filter(has_length, line.batches.get(equipment) or ()))
        for index, one in enumerate(runs):
            for other in runs[index + 1 :]:
                assert ends(one) <= other.start or ends(other) <= one.start, (one, other)


@given(RECORDS, st.lists(TIMES, min_size=1, max_size=20))
def test_what_is_remembered_is_what_would_be_found(records: list[Record], asked: list[int]) -> None:
    """One timeline is asked after every record and in any order, the other only at the end and once."""
    curious, quiet = Timeline.build(), Timeline.build()
    for each in records:
        before = [members(curious, at) for at in asked]
        after, _ = curious.take(each)
        assert [members(curious, at) for at in reversed(asked)] == before[::-1]
        curious, (quiet, _) = after, quiet.take(each)
    for at in asked:
        fresh = Timeline.build("0", *_contents(quiet))
        assert members(curious, at) == members(fresh, at)


@given(RECORDS)
def test_taking_an_accepted_record_again_changes_nothing(records: list[Record]) -> None:
    line = Timeline.build()
    for each in records:
        after, findings = line.take(each)
        if not findings:
            assert after.take(each)[0] is after, each
        line = after


def _contents(line: Timeline) -> tuple[list[Any], list[Any], dict[str, Any], list[Any], Any, list[Any]]:
    batches = [batch for _, each in line.batches for batch in each]
    shifts = [shift for _, each in line.changes for shift in each]
    return batches, [], {}, [], lambda equipment: False, shifts


def test_a_batch_that_is_over_at_once_is_in_nobodys_way_and_stays_over() -> None:
    line = Timeline.build()
    emptied = record("batch", LINE, 5, id="A", start=5, stop=5)
    for each in (emptied, record("batch", LINE, 0, id="B", start=0, stop=10)):
        line, findings = line.take(each)
        assert findings == ()
    assert [line.at(LINE, at).batch.id for at in range(10)] == ["B"] * 10  # type: ignore[union-attr]
    assert line.take(record("batch-start", LINE, 5, id="A"))[0] is line, "announced again, it is over still"
    later, _ = line.take(record("batch-start", LINE, 12, id="C"))
    bounded, _ = later.take(record("batch", LINE, 20, id="D", start=20, stop=20))
    assert bounded.take(record("batch-start", LINE, 12, id="C"))[0] is bounded
    assert bounded.at(LINE, 30).batch.id == "C"  # type: ignore[union-attr]
    early, findings = line.take(record("batch", LINE, 11, id="E", start=11, stop=11))
    assert findings == ()
    begun, _ = early.take(record("batch-start", LINE, 10, id="F"))
    assert begun.at(LINE, 30).batch.id == "F", "it bounds nobody either"  # type: ignore[union-attr]


STATED = st.lists(
    st.one_of(
        st.builds(lambda at, name: record("batch-start", LINE, at, id=name), TIMES, NAMES),
        st.builds(lambda at, word: record("batch-stop", LINE, at, state=word), TIMES, st.sampled_from(STATES)),
        st.builds(lambda at, name: record("batch-change", LINE, at, id=name), TIMES, MAYBE),
        st.builds(
            lambda at, name, length, word: record(
                "batch", LINE, at, id=name, start=at, stop=None if length is None else at + length, state=word
            ),
            TIMES, NAMES, st.integers(0, 9) | st.none(), st.sampled_from(STATES) | st.none(),
        ),
    ),
    max_size=15,
)  # fmt: skip


@given(STATED)
def test_no_batch_is_in_a_state_that_it_cannot_be_in(records: list[Record]) -> None:
    line = Timeline.build()
    for each in records:
        before = line
        line, findings = line.take(each)
        assert line is before or not findings
        for batch in line.batches.get(LINE) or ():
            assert (state_of(batch) in OPEN) is (batch.stop is None), (each, batch)


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("batch-stop", {"state": "held"}, "a batch that stops cannot be held"),
        ("batch-stop", {"state": "Done"}, "state 'Done' is none of running, held, complete, stopped, aborted"),
        ("batch", {"id": "A", "start": 0, "state": "aborted"}, "a batch without a stop cannot be aborted"),
        ("batch", {"id": "A", "start": 0, "stop": 9, "state": "running"}, "a batch that stops cannot be running"),
    ],
)
def test_a_state_that_does_not_fit_keeps_the_record_out(kind: str, fields: dict[str, Any], said: str) -> None:
    line, _ = Timeline.build().take(record("batch-start", LINE, 0, id="A"))
    after, (finding,) = line.take(record(kind, LINE, 9, **fields))
    assert (after is line, finding.code, finding.message) == (True, "batch-state", said)
    assert finding.remedy


def test_a_batch_that_stops_is_no_longer_held_and_one_that_goes_on_no_longer_aborted() -> None:
    line, told = Timeline.build(), []
    for each in (
        record("batch", LINE, 0, id="A", start=0, state="held"),
        record("batch-stop", LINE, 9, id="A"),
        record("batch-stop", LINE, 9, id="A", state="aborted"),
        record("batch", LINE, 0, id="A", start=0, stop=8),
        record("batch", LINE, 0, id="A", start=0),
    ):
        line, findings = line.take(each)
        assert findings == ()
        told += [state_of(batch) for batch in line.batches.get(LINE) or ()]
    assert told == ["held", "complete", "aborted", "aborted", "running"]


def test_a_state_that_follows_anyway_is_no_news() -> None:
    line, _ = Timeline.build().take(record("batch", LINE, 0, id="A", start=0))
    assert line.take(record("batch", LINE, 0, id="A", start=0, state="running"))[0] is line
    line, _ = line.take(record("batch-stop", LINE, 9, id="A", state="aborted"))
    line, _ = line.take(record("batch-stop", LINE, 9, id="A", state="complete"))
    assert line.take(record("batch-stop", LINE, 9, id="A"))[0] is line
    assert [each.state for each in line.batches.get(LINE) or ()] == [None]
