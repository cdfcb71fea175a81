"""Whatever records arrive in whatever order: no overlap, and nothing remembered that is wrong."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from uns.context.intervals import ends
from uns.context.timeline import Timeline
from uns.context.values import Record
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
        runs = list(line.batches.get(equipment) or ())
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
