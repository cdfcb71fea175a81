"""Shifts are wall-clock; what they last in UTC depends on the night."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uns.context.shifts import Calendar, ShiftException, ShiftPattern, calendars, wall_clock
from uns.instant import SECOND, from_datetime

EVERY_DAY = frozenset(range(7))
HOUR = 3600 * SECOND
MINUTE = 60 * SECOND


def three(site: str) -> list[ShiftPattern]:
    return [
        ShiftPattern(site, "early", EVERY_DAY, 6 * 60, 14 * 60, "A"),
        ShiftPattern(site, "late", EVERY_DAY, 14 * 60, 22 * 60, "B"),
        ShiftPattern(site, "night", EVERY_DAY, 22 * 60, 6 * 60, "C"),
    ]


def calendar(zone: str = "Europe/Berlin", *exceptions: ShiftException) -> Calendar:
    return Calendar("berlin", ZoneInfo(zone), three("berlin"), exceptions)


def instant(text: str) -> int:
    return from_datetime(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("zone", "night", "hours"),
    [
        ("Europe/Berlin", "2026-03-28", 7),
        ("Europe/Berlin", "2026-03-29", 8),
        ("Europe/Berlin", "2026-10-24", 9),
        ("America/Chicago", "2026-03-07", 7),
        ("America/Chicago", "2026-10-31", 9),
        ("America/Chicago", "2026-06-01", 8),
        ("Asia/Kolkata", "2026-03-28", 8),
    ],
)
def test_a_night_over_a_change_of_clocks_is_an_hour_shorter_or_longer(zone: str, night: str, hours: int) -> None:
    shift = calendar(zone).of_date(date.fromisoformat(night))[-1]
    assert (shift.id, shift.date, (shift.stop - shift.start) // HOUR) == ("night", night, hours)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-29T00:30+01:00", ("night", "2026-03-28", "C")),
        ("2026-03-29T05:59:59.999999+02:00", ("night", "2026-03-28", "C")),
        ("2026-03-29T06:00+02:00", ("early", "2026-03-29", "A")),
        ("2026-10-25T02:30+02:00", ("night", "2026-10-24", "C")),
        ("2026-10-25T02:30+01:00", ("night", "2026-10-24", "C")),
        ("2026-10-25T22:00+01:00", ("night", "2026-10-25", "C")),
    ],
)
def test_a_shift_belongs_to_the_date_on_which_it_began(moment: str, expected: tuple[str, str, str]) -> None:
    shift = calendar().at(instant(moment)).shift
    assert shift is not None
    assert (shift.id, shift.date, shift.crew) == expected


@pytest.mark.parametrize(
    ("day", "minutes", "expected"),
    [
        ("2026-03-29", 2 * 60 + 30, "2026-03-29T01:00+00:00"),
        ("2026-03-29", 3 * 60, "2026-03-29T01:00+00:00"),
        ("2026-03-29", 1 * 60 + 59, "2026-03-29T00:59+00:00"),
        ("2026-10-25", 2 * 60 + 30, "2026-10-25T00:30+00:00"),
        ("2026-10-25", 3 * 60, "2026-10-25T02:00+00:00"),
    ],
)
def test_a_wall_clock_time_is_its_first_occurrence_or_the_jump_over_it(day: str, minutes: int, expected: str) -> None:
    assert wall_clock(date.fromisoformat(day), minutes, ZoneInfo("Europe/Berlin")) == instant(expected)


def test_an_exception_replaces_the_shift_of_that_date() -> None:
    longer = ShiftException("berlin", date(2026, 5, 1), "early", 6 * 60, 12 * 60, "X")
    days = calendar("Europe/Berlin", longer)
    assert {each.id: each.crew for each in days.of_date(date(2026, 5, 1))} == {"early": "X", "late": "B", "night": "C"}
    assert days.at(instant("2026-05-01T12:30+02:00")).shift is None
    assert days.at(instant("2026-05-02T12:30+02:00")).shift is not None


def test_an_exception_without_times_removes_the_shift() -> None:
    days = calendar("Europe/Berlin", ShiftException("berlin", date(2026, 5, 1), "night"))
    assert [each.id for each in days.of_date(date(2026, 5, 1))] == ["early", "late"]
    assert days.at(instant("2026-05-02T03:00+02:00")).shift is None


def test_overtime_of_a_line_leaves_it_the_shifts_and_holidays_of_its_site() -> None:
    day, line = date(2026, 5, 1), "berlin/brewing/line-3"
    holiday = [ShiftException("berlin", day, each) for each in ("early", "late", "night")]
    own = [ShiftException(line, day, "overtime", 6 * 60, 12 * 60, "X"), ShiftException(line, day, "night", 1320, 360)]
    made = calendars({"berlin": ZoneInfo("Europe/Berlin")}, three("berlin"), [*own, *holiday])
    assert [(each.id, each.crew) for each in made[line].of_date(day)] == [("overtime", "X"), ("night", "C")]
    assert [each.id for each in made[line].of_date(day + timedelta(days=1))] == ["early", "late", "night"]
    assert made["berlin"].of_date(day) == []


def test_an_exception_adds_overtime_and_the_shift_that_began_last_wins() -> None:
    days = calendar("Europe/Berlin", ShiftException("berlin", date(2026, 5, 1), "extra", 20 * 60, 23 * 60, "Z"))
    found = [days.at(instant(f"2026-05-01T{hour}:30+02:00")).shift for hour in (19, 20, 21, 22, 23)]
    assert [each.id for each in found if each] == ["late", "extra", "extra", "night", "night"]


@pytest.mark.parametrize("name", ["additional", "zero-hour"])
def test_of_two_that_the_clocks_leap_over_the_one_planned_later_wins_whatever_its_name(name: str) -> None:
    patterns = [ShiftPattern("berlin", "early", EVERY_DAY, 2 * 60 + 10, 10 * 60)]
    extra = ShiftException("berlin", date(2026, 3, 29), name, 2 * 60 + 5, 5 * 60)
    days = Calendar("berlin", ZoneInfo("Europe/Berlin"), patterns, [extra])
    shift = days.at(instant("2026-03-29T03:30+02:00")).shift
    assert shift is not None
    assert shift.id == "early"


def test_patterns_hold_from_a_date_until_before_another() -> None:
    pattern = ShiftPattern("berlin", "day", frozenset({0}), 0, 0, None, date(2026, 6, 1), date(2026, 6, 15))
    days = Calendar("berlin", ZoneInfo("Europe/Berlin"), [pattern])
    mondays = [date(2026, 5, 25) + timedelta(days=7 * step) for step in range(4)]
    assert [len(days.of_date(each)) for each in mondays] == [0, 1, 1, 0]


CONTINENTAL = """
early AABBCCDD
late  DDAABBCC
night CCDDAABB
"""
"""Two days of each shift and two days off, on eight days in a row, as it hangs on the wall."""


def test_four_crews_take_turns_as_the_plan_on_the_wall_says() -> None:
    since = date(2026, 3, 26)
    hours = {"early": (360, 840), "late": (840, 1320), "night": (1320, 360)}
    wall = dict(line.split() for line in CONTINENTAL.strip().splitlines())
    patterns = [
        ShiftPattern("s", name, EVERY_DAY, *hours[name], " ".join(wall[name][::2]), since, None, 2) for name in wall
    ]
    days = Calendar("s", ZoneInfo("Europe/Berlin"), patterns)
    for step in range(80):
        crews = {each.id: each.crew for each in days.of_date(since + timedelta(days=step))}
        assert crews == {name: wall[name][step % 8] for name in wall}


@given(
    crews=st.lists(st.sampled_from("ABCDE"), min_size=2, max_size=5, unique=True),
    turn=st.integers(1, 28),
    day=st.integers(0, 4000),
)
def test_each_crew_has_its_turn_and_the_next_one_the_next(crews: list[str], turn: int, day: int) -> None:
    since = date(2024, 1, 1)
    pattern = ShiftPattern("s", "x", EVERY_DAY, 0, 0, " ".join(crews), since, None, turn)
    counted = [crew for _ in range(day // turn + 1) for crew in crews for _ in range(turn)]
    assert pattern.crew_on(since + timedelta(days=day)) == counted[day]


def test_an_exception_that_names_no_crew_has_the_one_whose_turn_it_is() -> None:
    pattern = ShiftPattern("s", "x", EVERY_DAY, 0, 600, "A B", date(2026, 1, 1), None, 1)
    swap = [ShiftException("s", date(2026, 1, 3), "x", None, None), ShiftException("s", date(2026, 1, 2), "x", 60, 600)]
    days = Calendar("s", ZoneInfo("UTC"), [pattern], swap)
    crews = [[each.crew for each in days.of_date(date(2026, 1, day))] for day in (1, 2, 3, 4)]
    assert crews == [["A"], ["B"], [], ["B"]]


def test_the_next_boundary_may_be_days_away() -> None:
    days = Calendar("berlin", ZoneInfo("Europe/Berlin"), [ShiftPattern("berlin", "mon", frozenset({0}), 0, 0)])
    assert days.whole(instant("2026-06-03T12:00+00:00")).until == instant("2026-06-08T00:00+02:00")


ZONES = [
    "Europe/Berlin",
    "America/Chicago",
    "America/Havana",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Beirut",
]


@given(
    zone=st.sampled_from(ZONES),
    moment=st.integers(from_seconds := 1_577_836_800, from_seconds + 15 * 365 * 86_400),
    edges=st.lists(st.integers(0, 1439), min_size=1, max_size=5, unique=True),
)
def test_every_instant_belongs_to_exactly_one_shift_of_a_full_calendar(
    zone: str, moment: int, edges: list[int]
) -> None:
    edges.sort()
    patterns = [
        ShiftPattern("s", str(start), EVERY_DAY, start, stop)
        for start, stop in zip(edges, [*edges[1:], edges[0]], strict=True)
    ]
    days = Calendar("s", ZoneInfo(zone), patterns)
    at = moment * SECOND
    day = datetime.fromtimestamp(moment, UTC).date()
    near = [each for step in range(-3, 3) for each in days.of_date(day + timedelta(days=step))]
    holding = [each for each in near if each.start <= at < each.stop]
    assert holding == [days.at(at).shift]
    span = days.at(at)
    assert span.since <= at < span.until
