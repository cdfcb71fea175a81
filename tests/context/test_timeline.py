"""Batch, shift and product at event time, and what records do to them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from uns.context.shifts import Calendar, ShiftException, ShiftPattern, calendars
from uns.context.timeline import Timeline
from uns.context.values import Batch, Product, Record
from uns.equipment import EquipmentPath
from uns.instant import from_datetime

LINE = EquipmentPath("dallas/packaging/line-3")
FILLER = EquipmentPath("dallas/packaging/line-3/filler-01")
AREA = EquipmentPath("dallas/packaging")


def t(clock: str) -> int:
    hours, minutes = clock.split(":")
    return from_datetime(datetime(2026, 11, 20, int(hours), int(minutes), tzinfo=UTC))


def record(kind: Any, at: str, equipment: EquipmentPath | None = LINE, **fields: Any) -> Record:
    times = {name: t(fields[name]) for name in ("start", "stop") if name in fields}
    return Record(kind, equipment, t(at), fields | times)


def timeline(*batches: Batch, parallel: bool = False) -> Timeline:
    days = frozenset(range(7))
    patterns = [
        ShiftPattern("dallas", "day", days, 6 * 60, 18 * 60, "A"),
        ShiftPattern("dallas", "night", days, 18 * 60, 6 * 60, "B"),
    ]
    calendars = {"dallas": Calendar("dallas", ZoneInfo("America/Chicago"), patterns)}
    products = [Product("SKU-42", "Cola 330")]
    return Timeline.build("7", batches, products, calendars, [LINE], lambda equipment: parallel)


def batch(name: str, start: str, stop: str | None = None, equipment: EquipmentPath = LINE, **more: Any) -> Batch:
    return Batch(name, equipment, t(start), None if stop is None else t(stop), **more)


def intervals(line: Timeline, equipment: EquipmentPath = LINE) -> list[str]:
    def clock(instant: int | None) -> str:
        return "" if instant is None else datetime.fromtimestamp(instant // 10**9, UTC).strftime("%H:%M")

    return [f"{each.id} {clock(each.start)}-{clock(each.stop)}" for each in line.batches.get(equipment) or ()]


def take(line: Timeline, *records: Record, parallel: bool = False) -> tuple[Timeline, list[str]]:
    codes = []
    for each in records:
        line, findings = line.take(each, parallel)
        codes += [finding.code for finding in findings]
    return line, codes


@pytest.mark.parametrize(
    ("equipment", "at", "expected"),
    [
        (LINE, "09:59", None),
        (LINE, "10:00", "B-1"),
        (FILLER, "10:59", "B-1"),
        (FILLER, "11:00", "B-area"),
        (FILLER, "12:00", "B-2"),
        (FILLER, "23:00", "B-2"),
        (AREA, "10:30", None),
        (AREA, "11:30", "B-area"),
        (EquipmentPath("dallas/packaging/line-4"), "11:30", "B-area"),
        (EquipmentPath("berlin/packaging/line-3"), "11:30", None),
    ],
)
def test_the_batch_is_the_equipments_or_its_nearest_ancestors_at_event_time(
    equipment: EquipmentPath, at: str, expected: str | None
) -> None:
    line = timeline(batch("B-1", "10:00", "11:00"), batch("B-2", "12:00"), batch("B-area", "11:00", "13:00", AREA))
    found = line.at(equipment, t(at)).batch
    assert (found.id if found else None) == expected


def test_a_gap_is_where_the_equipment_has_batches_or_shifts_at_other_times() -> None:
    day = {"dallas": Calendar("dallas", ZoneInfo("UTC"), [ShiftPattern("dallas", "day", frozenset({4}), 360, 1080)])}
    line = Timeline.build("7", [batch("B-1", "10:00", "11:00")], (), day)
    for equipment, at, gaps in (
        (FILLER, "10:30", ()),
        (FILLER, "11:00", ("batch",)),
        (FILLER, "18:00", ("batch", "shift")),
        (AREA, "11:00", ()),
        (AREA, "05:59", ("shift",)),
        (EquipmentPath("berlin/packaging"), "11:00", ()),
    ):
        assert line.at(equipment, t(at)).gaps == gaps, (equipment, at)
    assert line.when_stale().at(FILLER, t("11:00")).gaps == (), "nobody knows whether there is one"


def test_a_gap_between_shifts_is_one_whichever_batch_it_is() -> None:
    """Where the payload names its batch, and where several run at once."""
    day = {"dallas": Calendar("dallas", ZoneInfo("UTC"), [ShiftPattern("dallas", "day", frozenset({4}), 360, 1080)])}
    both = [batch("B-1", "10:00"), batch("B-2", "10:00")]
    line = Timeline.build("7", both, (), day, parallel=lambda equipment: True)
    for at, gaps in (("17:59", ()), ("18:00", ("shift",))):
        named, several = line.of_batch("B-1", FILLER, t(at)), line.at(FILLER, t(at))
        assert named is not None
        assert (named.gaps, several.gaps, several.ambiguous) == (gaps, gaps, ("B-1", "B-2"))


def test_context_says_what_is_known_and_leaves_out_the_rest() -> None:
    line = timeline(batch("B-1", "10:00", product="SKU-42", order="O-7"))
    context = line.at(FILLER, t("10:30"))
    assert context.members == {
        "batch": {"id": "B-1", "order": "O-7"},
        "shift": {"id": "night", "date": "2026-11-19", "crew": "B"},
        "product": {"id": "SKU-42", "name": "Cola 330"},
    }
    assert context.properties == (("batch", "B-1"), ("shift", "night"), ("product", "SKU-42"))
    assert context.batch is not None
    assert context.batch.equipment == LINE
    assert timeline(batch("B-1", "10:00", product="X")).at(LINE, t("10:30")).members["product"] == {"id": "X"}
    assert Timeline.build().at(FILLER, t("10:30")).members == {}


def test_the_same_combination_is_the_same_object_on_every_equipment() -> None:
    line = timeline(batch("B-1", "10:00"))
    assert line.at(FILLER, t("10:30")) is line.at(LINE, t("11:30"))


def test_a_late_reading_gets_the_batch_that_ran_then() -> None:
    line, _ = take(timeline(batch("B-1", "10:00")), record("batch-change", "11:00", id="B-2"))
    late, now = line.at(FILLER, t("10:59")).batch, line.at(FILLER, t("11:00")).batch
    assert late is not None
    assert now is not None
    assert (late.id, now.id) == ("B-1", "B-2")


def test_a_stale_timeline_knows_shifts_only() -> None:
    context = timeline(batch("B-1", "10:00")).when_stale().at(FILLER, t("10:30"))
    assert (context.batch, context.product) == (None, None)
    assert context.shift is not None


RECORDS: list[tuple[str, list[Batch], list[Record], list[str], list[str]]] = [
    ("starts", [], [record("batch-start", "10:00", id="A")], ["A 10:00-"], []),
    ("repeated start", [batch("A", "10:00")], [record("batch-start", "10:00", id="A")], ["A 10:00-"], []),
    ("start again later", [batch("A", "10:00")], [record("batch-start", "10:05", id="A")], ["A 10:00-"], []),
    ("it began earlier", [batch("A", "10:00")], [record("batch-start", "09:55", id="A")], ["A 09:55-"], []),
    ("another runs", [batch("A", "10:00")], [record("batch-start", "11:00", id="B")], ["A 10:00-"], ["batch-overlap"]),
    ("late start", [batch("B", "11:00")], [record("batch-start", "10:00", id="A")], ["A 10:00-11:00", "B 11:00-"], []),
    ("stops", [batch("A", "10:00")], [record("batch-stop", "11:00", id="A")], ["A 10:00-11:00"], []),
    ("stops unnamed", [batch("A", "10:00")], [record("batch-stop", "11:00")], ["A 10:00-11:00"], []),
    ("repeated stop", [batch("A", "10:00", "11:00")], [record("batch-stop", "11:00", id="A")], ["A 10:00-11:00"], []),
    ("stops another", [batch("A", "10:00")], [record("batch-stop", "11:00", id="B")], ["A 10:00-"], ["batch-unknown"]),
    ("stops nothing", [], [record("batch-stop", "11:00")], [], ["batch-unknown"]),
    ("stops after it stopped", [batch("A", "10:00", "11:00")], [record("batch-stop", "12:00", id="A")],
     ["A 10:00-11:00"], ["batch-unknown"]),
    ("stops at its start", [batch("A", "10:00")],
     [record("batch-stop", "10:00", id="A"), record("batch-stop", "10:00", id="A")], ["A 10:00-10:00"], []),
    ("changes", [batch("A", "10:00")], [record("batch-change", "11:00", id="B")], ["A 10:00-11:00", "B 11:00-"], []),
    ("changes to none", [batch("A", "10:00")], [record("batch-change", "11:00", id="")], ["A 10:00-11:00"], []),
    ("none to none", [], [record("batch-change", "11:00", id="")], [], []),
    ("late change", [batch("A", "09:00", "11:00"), batch("C", "11:00")], [record("batch-change", "10:00", id="B")],
     ["A 09:00-10:00", "B 10:00-11:00", "C 11:00-"], []),
    ("changed earlier", [batch("A", "09:00", "11:00"), batch("B", "11:00")], [record("batch-change", "10:30", id="B")],
     ["A 09:00-10:30", "B 10:30-"], []),
    ("changed earlier after a pause", [batch("A", "09:00", "10:00"), batch("B", "11:00", "12:00")],
     [record("batch-change", "09:30", id="B")], ["A 09:00-09:30", "B 09:30-12:00"], []),
    ("changed earlier from none", [batch("B", "11:00", "12:00")], [record("batch-change", "10:30", id="B")],
     ["B 10:30-12:00"], []),
    ("whole, in pieces before", [batch("A", "09:00", "10:00"), batch("A", "11:00", "12:00")],
     [record("batch", "13:00", id="A", start="09:00", stop="13:00")], ["A 09:00-13:00"], []),
    ("whole, and a piece elsewhere", [batch("A", "06:00", "07:00"), batch("A", "11:00", "12:00")],
     [record("batch", "13:00", id="A", start="10:00", stop="13:00")], ["A 06:00-07:00", "A 10:00-13:00"], []),
    ("whole", [], [record("batch", "12:00", id="A", start="10:00", stop="11:00")], ["A 10:00-11:00"], []),
    ("whole runs on", [], [record("batch", "12:00", id="A", start="10:00")], ["A 10:00-"], []),
    ("whole corrected", [batch("A", "10:00")], [record("batch", "12:00", id="A", start="09:30", stop="11:00")],
     ["A 09:30-11:00"], []),
    ("whole reopened", [batch("A", "10:00", "11:00")], [record("batch", "12:00", id="A", start="10:00")],
     ["A 10:00-"], []),
    ("whole overlaps", [batch("A", "10:00", "11:00")],
     [record("batch", "12:00", id="B", start="10:59", stop="11:30")], ["A 10:00-11:00"], ["batch-overlap"]),
    ("whole touches", [batch("A", "10:00", "11:00")],
     [record("batch", "12:00", id="B", start="11:00", stop="11:30")], ["A 10:00-11:00", "B 11:00-11:30"], []),
    ("whole backwards", [], [record("batch", "12:00", id="B", start="11:00", stop="10:30")], [], ["time-implausible"]),
    ("resumed", [batch("A", "10:00", "11:00")], [record("batch-start", "12:00", id="A")],
     ["A 10:00-11:00", "A 12:00-"], []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "records", "after", "codes"), [pytest.param(*each[1:], id=each[0]) for each in RECORDS]
)
def test_records_open_close_and_correct(
    before: list[Batch], records: list[Record], after: list[str], codes: list[str]
) -> None:
    line, found = take(timeline(*before), *records)
    assert (intervals(line), found) == (after, codes)


@pytest.mark.parametrize("records", [pytest.param(each[2], id=each[0]) for each in RECORDS if not each[4]])
def test_what_is_repeated_changes_nothing(records: list[Record]) -> None:
    once, codes = take(timeline(batch("A", "10:00")), *records)
    if not codes:
        assert take(once, records[-1])[0] is once


def test_a_refused_record_leaves_the_very_same_timeline() -> None:
    line = timeline(batch("A", "10:00"))
    assert line.take(record("batch-start", "11:00", id="B"))[0] is line


def test_a_change_of_the_paths_own_shows_in_the_revision() -> None:
    line, _ = take(timeline(), record("batch-start", "10:00", id="A"), record("batch-stop", "11:00", id="A"))
    assert line.revision == "7+2"


def test_details_that_are_left_out_stay() -> None:
    line, _ = take(
        timeline(batch("A", "10:00", product="SKU-42", order="O-1")),
        record("batch", "12:00", id="A", start="10:00", order="O-2"),
    )
    assert line.at(LINE, t("10:30")).members["batch"] == {"id": "A", "order": "O-2"}
    assert line.at(LINE, t("10:30")).members["product"]["id"] == "SKU-42"


def test_parallel_batches_are_told_apart_only_where_one_runs() -> None:
    line, codes = take(
        timeline(parallel=True),
        record("batch-start", "10:00", id="A"),
        record("batch-start", "11:00", id="B"),
        record("batch-stop", "12:00", id="A"),
        parallel=True,
    )
    assert codes == []
    found = [line.at(FILLER, t(at)) for at in ("10:30", "11:30", "12:30")]
    assert [each.batch.id if each.batch else None for each in found] == ["A", None, "B"]
    assert [each.ambiguous for each in found] == [(), ("A", "B"), ()]


@pytest.mark.parametrize("kind", ["batch-start", "batch-change"])
def test_one_of_several_may_have_begun_earlier_than_was_thought(kind: str) -> None:
    line = timeline(batch("A", "10:00"), batch("B", "12:00"), batch("C", "11:30"), parallel=True)
    line, codes = take(line, record(kind, "11:00", id="B"), parallel=True)
    assert (codes, [(each.id, each.start) for each in line.ids.get("B") or ()]) == ([], [("B", t("11:00"))])


def test_a_batch_that_goes_on_in_the_moment_of_its_stop_was_stopped_before() -> None:
    line = timeline(batch("A", "10:00", "11:00"), batch("A", "11:00"))
    assert take(line, record("batch-stop", "11:00", id="A")) == (line, [])


def test_stopping_one_of_several_needs_its_name() -> None:
    line = timeline(batch("A", "10:00"), batch("B", "10:30"), parallel=True)
    assert take(line, record("batch-stop", "11:00"), parallel=True)[1] == ["batch-unknown"]


def test_a_payload_may_name_its_batch() -> None:
    other = EquipmentPath("dallas/packaging/line-4")
    line = timeline(batch("A", "10:00", "11:00"), batch("A", "11:00", "12:00", other), batch("B", "11:00"))
    context = line.of_batch("A", FILLER, t("10:30"))
    assert context is not None
    assert context.batch is not None
    assert (context.batch.id, context.batch.equipment) == ("A", LINE)
    assert line.of_batch("A", FILLER, t("23:00")) is not None
    assert line.of_batch("C", FILLER, t("10:30")) is None


def test_a_product_is_added_and_superseded() -> None:
    line, _ = take(timeline(batch("A", "10:00", product="P")), record("product", "10:00", None, id="P", name="Water"))
    assert line.at(LINE, t("10:30")).members["product"] == {"id": "P", "name": "Water"}
    again, _ = take(line, record("product", "10:00", None, id="P"))
    assert again is line


def test_a_crew_takes_over_until_the_calendars_next_boundary() -> None:
    line, _ = take(timeline(), record("shift-change", "13:00", crew="Z"))
    shifts = [line.at(FILLER, t(at)).members["shift"] for at in ("12:59", "13:00", "23:59")]
    assert [(each["id"], each["crew"]) for each in shifts] == [("day", "A"), ("day", "Z"), ("day", "Z")]
    assert line.at(AREA, t("13:00")).members["shift"]["crew"] == "A"
    night = line.at(FILLER, t("23:59") + 3600 * 10**9).members["shift"]
    assert (night["id"], night["crew"]) == ("night", "B")


def test_registered_equipment_is_known_by_itself_alone() -> None:
    assert (timeline().knows(LINE), timeline().knows(FILLER)) == (True, False)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "value-missing"),
        ({"id": ""}, "value-missing"),
        ({"id": "a\0b"}, "value-type"),
        ({"id": "\ud800"}, "value-type"),
        ({"id": "x" * 201}, "value-type"),
        ({"id": 7}, "value-type"),
        ({"id": "A", "product": "two\nlines"}, "value-type"),
        ({"id": "A", "quantity": "many"}, "value-type"),
        ({"id": "A", "quantity": True}, "value-type"),
        ({"id": "A", "quantity": float("inf")}, "value-type"),
    ],
)
def test_what_cannot_be_kept_has_no_effect(fields: dict[str, Any], code: str) -> None:
    line = timeline()
    after, findings = line.take(Record("batch-start", LINE, t("10:00"), fields))
    assert after is line
    assert [each.code for each in findings] == [code]


def test_an_instant_that_no_registry_can_hold_is_refused() -> None:
    _, findings = timeline().take(Record("batch-start", LINE, -(2**63), {"id": "A"}))
    assert [each.code for each in findings] == ["time-implausible"]


OF_THEIR_OWN = [
    ("06:30", "the line's, before the area's crew", "own L"),
    ("08:30", "the line's crew, before its calendar", "own X"),
    ("11:00", "none on the line: the area's crew", "night W"),
    ("13:30", "none on the line, nobody took over: it follows its own calendar alone", None),
]


@pytest.mark.parametrize(("at", "expected"), [(at, expected) for at, _, expected in OF_THEIR_OWN])
def test_a_lines_own_calendar_comes_before_who_took_over_its_area(at: str, expected: str | None) -> None:
    """From 06:00 to 10:00 on the clocks of UTC; the site's night lasts until noon."""
    zone, days = ZoneInfo("UTC"), frozenset(range(7))
    own = {"dallas": timeline().calendars["dallas"]}
    own[LINE] = Calendar(LINE, zone, [ShiftPattern(LINE, "own", days, 6 * 60, 10 * 60, "L")])
    line = Timeline.build(calendars=own)
    line, _ = take(line, record("shift-change", "05:00", AREA, crew="W"), record("shift-change", "08:00", crew="X"))
    assert said(line, LINE, at) == said(line, FILLER, at) == expected
    assert said(line, AREA, "06:30") == "night W"


def test_overtime_of_a_line_comes_before_who_took_over_its_area_and_the_sites_shifts_do_not() -> None:
    """A line with exceptions alone follows the site's patterns, which are no nearer than the area's crew."""
    days, zone = frozenset(range(7)), ZoneInfo("UTC")
    patterns = [ShiftPattern("dallas", "day", days, 0, 0, "A")]
    overtime = [ShiftException(LINE, date(2026, 11, 20), "overtime", 8 * 60, 10 * 60, "Z")]
    line = Timeline.build(calendars=calendars({"dallas": zone}, patterns, overtime))
    line, _ = take(line, record("shift-change", "07:00", AREA, crew="W"))
    asked = [said(line, LINE, at) for at in ("06:59", "07:00", "08:00", "09:59", "10:00", "23:59")]
    assert asked == ["day A", "day W", "overtime Z", "overtime Z", "day W", "day W"]


def said(line: Timeline, equipment: EquipmentPath, at: str) -> str | None:
    shift = line.at(equipment, t(at)).shift
    return shift and f"{shift.id} {shift.crew}"


def test_an_answer_about_shifts_holds_as_long_as_it_says() -> None:
    """Calendars and crews at every level, asked every ten minutes: what is remembered is what is worked out anew."""
    zone, days = ZoneInfo("UTC"), frozenset(range(7))
    patterns = [ShiftPattern("dallas", "day", days, 360, 1080, "A"), ShiftPattern(LINE, "own", days, 480, 720, "L")]
    overtime = [ShiftException(AREA, date(2026, 11, 20), "overtime", 1200, 1320)]
    line = Timeline.build(calendars=calendars({"dallas": zone}, patterns, overtime))
    changes = [("05:00", EquipmentPath("dallas")), ("07:00", AREA), ("09:10", LINE), ("11:00", AREA), ("21:10", AREA)]
    line, _ = take(line, *(record("shift-change", at, where, crew=f"{where}") for at, where in changes))
    for minute in range(0, 1440, 10):
        at = f"{minute // 60}:{minute % 60:02}"
        for equipment in (FILLER, LINE, AREA, EquipmentPath("dallas")):
            answer, anew = line.answer(equipment, t(at)), replace(line, _ways={}).answer(equipment, t(at))
            assert (answer.context, answer.since <= t(at) < answer.until) == (anew.context, True)


def test_a_crew_that_takes_over_where_no_calendar_is_known_has_no_date() -> None:
    line, _ = take(Timeline.build(), record("shift-change", "10:00", crew="Z"))
    assert line.at(FILLER, t("10:30")).members == {"shift": {"id": "unplanned", "crew": "Z"}}


def test_which_interval_of_a_named_batch_answers_does_not_depend_on_the_order_in_which_they_came() -> None:
    begun = Batch("A", AREA, t("10:00"), None, "SKU-42")
    empty, elsewhere = Batch("A", AREA, t("10:00"), t("10:00")), Batch("A", LINE, t("10:00"), t("10:00"))
    for several in ((begun, empty), (empty, begun)):
        context = timeline(*several, parallel=True).of_batch("A", AREA, t("09:00"))
        assert context is not None
        assert context.batch == begun
    one, other = (
        timeline(*each).of_batch("A", EquipmentPath("berlin"), t("9:00"))
        for each in ((empty, elsewhere), (elsewhere, empty))
    )
    assert one == other
