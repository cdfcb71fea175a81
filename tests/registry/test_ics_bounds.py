"""Calendar files: nothing hostile hangs, and hours hold against asking, half hour by half hour, who works."""

from __future__ import annotations

import socket
import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from support.calendar_files import ANN, DAY, SHIFTS, calendar, imported

from uns.naming.standard import Standard
from uns.registry.csv import export, take
from uns.registry.held import Tally
from uns.registry.ics import Horizon


@pytest.fixture(autouse=True)
def shifts(engine: Engine, standard: Standard) -> None:
    assert take(engine, "shifts", SHIFTS.encode(), "shifts.csv", standard, ANN).tally.added == 3


HOSTILE = {
    "ever, every day": calendar(*[f"{DAY}:16010101 | RRULE:FREQ=DAILY;COUNT=100000"] * 500),
    "centuries long": calendar(*[f"{DAY}:17000101 | DTEND;VALUE=DATE:22990101 | RRULE:FREQ=DAILY"] * 500),
    "hours, centuries long": calendar(*["DTSTART:17000101T010000 | DTEND:22990101T020000 | RRULE:FREQ=DAILY"] * 500),
    "never": calendar(*[f"{DAY}:20200101 | RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"] * 2_000),
    "exclusions": calendar(f"{DAY}:20200101 | RRULE:FREQ=DAILY | EXDATE:{','.join(['20260101'] * 7_000)}"),
    "many breaks of lines": b"BEGIN:VCALENDAR" + b"\n" * 4_000_000,
    "folds": b"BEGIN:VCALENDAR\nX:" + b"\n a" * 1_000_000,
    "nested": b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 200_000,
    "one long line": b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY;" + b'"\\' * 1_500_000,
    "big": b"BEGIN:VCALENDAR\n" + b"X:y\n" * 2_000_000,
}


def test_many_patterns_for_many_words_hang_nothing(engine: Engine, standard: Standard) -> None:
    words = [",".join(f"word {event} {i}" for i in range(200)) for event in range(500)]
    content = calendar(*[f"{DAY}:20261225 | CATEGORIES:{each}" for each in words])
    begun = time.process_time()
    done = imported(engine, standard, content, only=tuple(f"*holiday {i}*" for i in range(100)))
    assert time.process_time() - begun < 6
    assert [each.message for each in done.findings] == ["of 500 events in this file none is meant"]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_seconds(
    engine: Engine, standard: Standard, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socket", None)
    began = time.process_time()
    done = imported(engine, standard, HOSTILE[name])
    assert time.process_time() - began < 30
    assert done.tally == Tally()
    assert done.is_refused == (name != "never")


TIMES = st.integers(0, 14 * 24 * 2).map(lambda each: datetime(2026, 3, 1) + timedelta(minutes=30 * each))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(st.lists(st.tuples(TIMES, st.integers(1, 200)), min_size=1, max_size=3))
def test_hours_take_off_what_they_cover_minute_by_minute(
    engine: Engine, standard: Standard, events: list[tuple[datetime, int]]
) -> None:
    """In the weeks around the change of the clocks; a shift that an event cuts keeps the file out."""
    utc = [(start, start + timedelta(minutes=30 * halves)) for start, halves in events]
    whole, cut = expected(utc)
    horizon = Horizon(date(2026, 2, 1), date(2026, 5, 1))
    imported(
        engine, standard, calendar(f"{DAY}:20260307"), horizon, replaces=True
    )  # a Saturday: all others are on again
    content = calendar(*[f"DTSTART:{start:%Y%m%dT%H%M%SZ} | DTEND:{stop:%Y%m%dT%H%M%SZ}" for start, stop in utc])
    done = imported(engine, standard, content, horizon, replaces=True)
    assert done.is_refused == bool(cut - whole)
    if not done.is_refused:
        rows = (row.split(",") for row in export(engine, "shift-exceptions").splitlines()[1:])
        assert {(day, name) for _, day, name, *_ in rows} == whole


def expected(spans: list[tuple[datetime, datetime]]) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """By asking at every half hour who works: shifts that an event covers, and those that it only touches."""
    zone, worked = ZoneInfo("America/Chicago"), dict[tuple[str, str], set[datetime]]()
    moment = datetime(2026, 2, 25, tzinfo=UTC)
    while moment < datetime(2026, 3, 25, tzinfo=UTC):
        local = moment.astimezone(zone)
        begun = local.date() - timedelta(days=local.hour < 6)
        name = "early" if 6 <= local.hour < 14 else "late" if 14 <= local.hour < 22 else "night"
        if begun.weekday() < 5 if name != "night" else begun.weekday() not in (4, 5):
            worked.setdefault((str(begun), name), set()).add(moment.replace(tzinfo=None))
        moment += timedelta(minutes=30)
    whole, cut = set(), set()
    for start, stop in spans:
        first, last = (each.replace(tzinfo=UTC).astimezone(zone) for each in (start, stop))
        if first.hour == first.minute == last.hour == last.minute == 0:
            whole |= {key for key in worked if str(first.date()) <= key[0] < str(last.date())}
            continue
        for key, moments in worked.items():
            touched = sum(start <= each < stop for each in moments)
            if touched:
                (whole if touched == len(moments) else cut).add(key)
    return whole, cut
