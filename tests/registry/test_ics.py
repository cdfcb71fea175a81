"""Calendar files: which shifts their events take off, what is refused, and what stays as it was."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine
from support.calendar_files import ANN, DAY, SHIFTS, YEAR, calendar, imported
from support.registry import emptied

from uns.equipment import EquipmentPath
from uns.naming.standard import Standard
from uns.registry import changes
from uns.registry.csv import Imported, export, take
from uns.registry.held import Tally
from uns.registry.ics import Horizon, Wanted, take_calendar
from uns.registry.nouns import SHIFT_EXCEPTIONS


@pytest.fixture
def engine(shared: Engine) -> Engine:
    emptied(shared)
    return shared


@pytest.fixture(autouse=True)
def shifts(engine: Engine, standard: Standard) -> None:
    assert take(engine, "shifts", SHIFTS.encode(), "shifts.csv", standard, ANN).tally.added == 3


def off(engine: Engine) -> str:
    """`12-25 early late`: which shifts are off, by dates."""
    days: dict[str, list[str]] = {}
    for row in sorted(export(engine, "shift-exceptions").splitlines()[1:]):
        _, day, name, start, *_ = row.split(",")
        if not start:
            days.setdefault(day.removeprefix("2026-"), []).append(name)
    return "; ".join(f"{day} {' '.join(names)}" for day, names in days.items())


ALL = "early late night"
EVENTS: list[tuple[str, list[str], str]] = [
    ("a day", [f"{DAY}:20261224"], f"12-24 {ALL}"),
    ("a Friday has no night, a Saturday no shift", [f"{DAY}:20261225 | DTEND;VALUE=DATE:20261227"], "12-25 early late"),
    ("the end is the first day without", [f"{DAY}:20261222 | DTEND;VALUE=DATE:20261224"], f"12-22 {ALL}; 12-23 {ALL}"),
    ("an end on the same day", [f"{DAY}:20261222 | DTEND;VALUE=DATE:20261222"], f"12-22 {ALL}"),
    ("a duration", [f"{DAY}:20261222 | DURATION:P2D"], f"12-22 {ALL}; 12-23 {ALL}"),
    ("lower case, no VALUE", ["dtstart:20261224"], f"12-24 {ALL}"),
    ("over the horizon's ends", [f"{DAY}:20251230 | DTEND;VALUE=DATE:20260103"], f"01-01 {ALL}; 01-02 early late"),
    ("yearly since long", [f"{DAY}:20011224 | RRULE:FREQ=YEARLY"], f"12-24 {ALL}"),
    ("called off", [f"{DAY}:20261224 | STATUS:CANCELLED"], ""),
    ("excluded", [f"{DAY}:20261222 | RRULE:FREQ=DAILY;COUNT=3 | EXDATE;VALUE=DATE:20261223,20261224"], f"12-22 {ALL}"),
    ("excluded by time", [f"{DAY}:20261223 | RRULE:FREQ=DAILY;COUNT=2 | EXDATE;TZID=America/Chicago:20261224T000000"],
     f"12-23 {ALL}"),
    ("more dates", [f"{DAY}:20261222 | RDATE;VALUE=DATE:20261224"], f"12-22 {ALL}; 12-24 {ALL}"),
    ("one of a series moved",
     [f"UID:a | {DAY}:20261222 | RRULE:FREQ=DAILY;COUNT=2",
      f"UID:a | RECURRENCE-ID;VALUE=DATE:20261223 | {DAY}:20261230"],
     f"12-22 {ALL}; 12-30 {ALL}"),
    ("one of a series called off",
     [f"UID:a | RECURRENCE-ID;VALUE=DATE:20261223 | STATUS:CANCELLED | {DAY}:20261223",
      f"UID:a | {DAY}:20261222 | RRULE:FREQ=DAILY;COUNT=2"], f"12-22 {ALL}"),
    ("another's series stays",
     [f"UID:a | {DAY}:20261222", f"UID:b | RECURRENCE-ID;VALUE=DATE:20261222 | STATUS:CANCELLED | {DAY}:20261222"],
     f"12-22 {ALL}"),
    ("a later version counts", [f"UID:a | SEQUENCE:2 | {DAY}:20261222", f"UID:a | SEQUENCE:1 | {DAY}:20261223"],
     f"12-22 {ALL}"),
    ("a later version calls it off",
     [f"UID:a | {DAY}:20261222", f"UID:a | SEQUENCE:1 | STATUS:CANCELLED | {DAY}:20261222"], ""),
    ("all with one UID, as careless programs write", [f"UID:a | {DAY}:20261222", f"UID:a | {DAY}:20261224"],
     f"12-22 {ALL}; 12-24 {ALL}"),
    ("midnight to midnight",
     ["DTSTART;TZID=America/Chicago:20261224T000000 | DTEND;TZID=America/Chicago:20261225T000000"], f"12-24 {ALL}"),
    ("midnight there in UTC", ["DTSTART:20261224T060000Z | DTEND:20261225T060000Z"], f"12-24 {ALL}"),
    ("midnight there in UTC, in summer", ["DTSTART:20260703T050000Z | DURATION:P1D"], "07-03 early late"),
    ("midnight there on other clocks", ["DTSTART;TZID=Europe/Berlin:20261224T070000 | DURATION:PT24H"], f"12-24 {ALL}"),
    ("midnight by a Windows name", ["DTSTART;TZID=Central Standard Time:20261224T000000 | DURATION:P1D"],
     f"12-24 {ALL}"),
    ("midnight on nobody's clocks is the site's", ["DTSTART:20261224T000000 | DURATION:P1D"], f"12-24 {ALL}"),
    ("days on which the clocks change", ["DTSTART:20260308T000000 | DURATION:P1D | RRULE:FREQ=DAILY;COUNT=2"],
     f"03-08 night; 03-09 {ALL}"),
    ("hours that are whole shifts", ["DTSTART:20261223T220000 | DTEND:20261228T060000"],
     f"12-23 night; 12-24 {ALL}; 12-25 early late; 12-27 night"),
    ("hours every week", ["DTSTART:20261202T060000 | DURATION:PT8H | RRULE:FREQ=WEEKLY;UNTIL=20261216T120000Z"],
     "12-02 early; 12-09 early; 12-16 early"),
    ("hours of a series, excluded", ["DTSTART:20261202T060000 | DURATION:PT8H | RRULE:FREQ=WEEKLY;COUNT=3 | "
      "EXDATE:20261209T120000Z | EXDATE;TZID=America/Chicago:20261216T070000"], "12-02 early; 12-16 early"),
    ("one of a series of hours moved",
     ["UID:a | DTSTART:20261202T060000 | DURATION:PT8H | RRULE:FREQ=DAILY;COUNT=2",
      "UID:a | RECURRENCE-ID:20261203T120000Z | DTSTART:20261209T140000 | DURATION:PT8H"], "12-02 early; 12-09 late"),
    ("a series that reaches into the horizon", [f"{DAY}:20241230 | DURATION:P4D | RRULE:FREQ=YEARLY"],
     f"01-01 {ALL}; 01-02 early late; 12-30 {ALL}; 12-31 {ALL}"),
    ("hours in which no shift runs", ["DTSTART:20261226T100000 | DTEND:20261226T120000"], ""),
    ("a moment", ["DTSTART:20261224T100000"], ""),
    ("what an alarm says is not the event's",
     [f"{DAY}:20261224 | BEGIN:VALARM | DURATION:P9D | DTSTART:x | END:VALARM"], f"12-24 {ALL}"),
    ("links, and folded lines",
     [f"{DAY}:20261224 | ATTACH:file:///etc/passwd | URL:http://x | DESCRIPTION:a\r\n  b:c\r\n\td"], f"12-24 {ALL}"),
]  # fmt: skip


@pytest.mark.parametrize(("events", "expected"), [each[1:] for each in EVENTS], ids=[each[0] for each in EVENTS])
def test_an_event_takes_shifts_off_and_taking_it_again_changes_nothing(
    engine: Engine, standard: Standard, events: list[str], expected: str
) -> None:
    done = imported(engine, standard, calendar(*events))
    assert [str(each) for each in done.findings] == []
    assert off(engine) == expected
    revision = changes.revision(engine)
    assert imported(engine, standard, calendar(*events)) == Imported((), Tally(unchanged=done.tally.added))
    assert changes.revision(engine) == revision


BAD: list[tuple[bytes, list[str]]] = [
    (b"", ["1 calendar-syntax"]),
    (b"<!DOCTYPE html>\n<p>log in</p>\n", ["1 calendar-syntax"]),
    (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", ["1 event-invalid"]),
    (calendar(f"{DAY}:20261224")[:60], ["3 calendar-syntax"]),
    (calendar(f"{DAY}:20261224").replace(b"END:VEVENT\r\n", b""), ["5 calendar-syntax"]),
    (calendar(f"{DAY}:20261224") + b"END:VCALENDAR\n", ["7 calendar-syntax"]),
    (calendar(f"{DAY}:20261224 | SUMMARY:\xfc").replace(b"\xc3\xbc", b"\xfc"), ["5 calendar-syntax"]),
    (calendar(f"{DAY}:20261224 | DESCRIPTION:a | wrapped by hand"), ["6 calendar-syntax"]),
    (calendar("DTSTART;VALUE:20261224 | SUMMARY:x"), ["4 calendar-syntax"]),
    (calendar("SUMMARY:x"), ["3 event-invalid"]),
    (calendar("DTSTART:20261324 | DTEND:20261224T250000", f"{DAY}:soon"), ["4 event-invalid", "8 event-invalid"]),
    (calendar("DTSTART;VALUE=DATE:20261224T060000"), ["4 event-invalid"]),
    (calendar("DTSTART:09991224"), ["4 event-invalid"]),
    (calendar(f"{DAY}:20261224 | DTEND:20261224T120000"), ["5 event-invalid"]),
    (calendar(f"{DAY}:20261224 | DTEND;VALUE=DATE:20261223"), ["5 event-invalid"]),
    (calendar(f"{DAY}:20261224 | DURATION:PT5H"), ["5 event-invalid"]),
    (calendar(f"{DAY}:20261224 | DURATION:-P1D"), ["5 event-invalid"]),
    (calendar(f"{DAY}:20261224 | DURATION:P99999999999D"), ["5 event-invalid"]),
    (calendar(f"{DAY}:20261224 | {DAY}:20261225"), ["5 event-invalid"]),
    (calendar(f"{DAY}:20261224 | RRULE:FREQ=SECONDLY | EXDATE:x"), ["5 event-invalid", "6 event-invalid"]),
    (calendar(f"{DAY}:20261224 | RDATE;VALUE=PERIOD:20261224T060000Z/PT1H"), ["5 event-invalid"]),
    (calendar(f"{DAY}:20261224 | EXRULE:FREQ=DAILY"), ["5 event-invalid"]),
    (calendar(f"UID:a | {DAY}:20261224 | RECURRENCE-ID;RANGE=THISANDFUTURE:20261224"), ["6 event-invalid"]),
    (calendar("DTSTART;TZID=Customized Time Zone:20261224T060000"), ["4 zone-unknown"]),
    (calendar("DTSTART;TZID=../../etc/passwd:20261224T060000"), ["4 zone-unknown"]),
    (calendar("DTSTART;TZID=America:20261224T060000"), ["4 zone-unknown"]),
    (calendar("DTSTART:20261224T100000 | DTEND:20261224T150000"), ["4 event-partial", "4 event-partial"]),
    (calendar("DTSTART:20261224T000000Z | DTEND:20261225T000000Z"), ["4 event-partial"] * 2),
]  # fmt: skip


def test_a_calendar_that_takes_its_events_back_takes_no_shift_off(engine: Engine, standard: Standard) -> None:
    content = calendar(f"{DAY}:20261224").replace(b"VERSION:2.0", b"METHOD:CANCEL")
    assert imported(engine, standard, content + calendar(f"{DAY}:20261222")).tally == Tally(added=3)
    assert off(engine) == f"12-22 {ALL}"


@pytest.mark.parametrize(("content", "expected"), BAD)
def test_what_cannot_be_taken_is_named_with_its_line_and_nothing_is_imported(
    engine: Engine, standard: Standard, content: bytes, expected: list[str]
) -> None:
    done = imported(engine, standard, content)
    assert [f"{each.where} {each.code}" for each in done.findings] == [
        f"h.ics:{each.replace(' ', ':1 ')}" for each in expected
    ]
    assert all(each.remedy for each in done.findings)
    assert (done.tally, off(engine)) == (Tally(), "")


def test_a_shift_that_is_cut_is_told_with_both_times_until_somebody_says_what_remains_of_it(
    engine: Engine, standard: Standard
) -> None:
    content = calendar("SUMMARY:Shutdown | DTSTART:20261223T180000 | DTEND:20261225T060000")
    (finding,) = imported(engine, standard, content).findings
    shown = "`Shutdown` takes `late` of 2026-12-23, 14:00–22:00, off only from 18:00 to 22:00"
    assert finding.message == shown
    remains = b"site,date,id,start,stop\ndallas,2026-12-23,late,14:00,18:00\n"
    take(engine, "shift-exceptions", remains, "e.csv", standard, ANN)
    assert imported(engine, standard, content).findings == ()
    assert off(engine) == f"12-23 night; 12-24 {ALL}"


def test_a_shift_that_is_cut_and_that_somebody_took_off_stays_off(engine: Engine, standard: Standard) -> None:
    take(engine, "shift-exceptions", b"site,date,id\ndallas,2026-12-23,late\n", "e.csv", standard, ANN)
    content = calendar("DTSTART:20261223T180000 | DTEND:20261224T060000")
    assert imported(engine, standard, content, replaces=True) == Imported((), Tally(added=1))
    assert off(engine) == "12-23 late night"


def test_a_shift_with_times_of_its_own_on_that_date_keeps_them(engine: Engine, standard: Standard) -> None:
    sheet = b"site,date,id,start,stop\ndallas,2026-12-24,early,06:00,12:00\ndallas,2026-12-24,cleaning,12:00,14:00\n"
    take(engine, "shift-exceptions", sheet, "e.csv", standard, ANN)
    done = imported(engine, standard, calendar(f"{DAY}:20261224 | SUMMARY:Eve"))
    assert [(each.code, each.message) for each in done.findings] == [
        ("event-overruled", "`Eve` leaves `early` of 2026-12-24 on: the registry has it at 06:00–12:00 that day")
    ]
    assert (done.tally, off(engine)) == (Tally(added=2), "12-24 late night")


def test_what_vanished_from_the_file_stays_off_and_is_told_unless_the_file_is_to_say_all(
    engine: Engine, standard: Standard
) -> None:
    imported(engine, standard, calendar(f"{DAY}:20261224", f"{DAY}:20261222", f"{DAY}:20260105"))
    done = imported(engine, standard, calendar(f"{DAY}:20261223"), Horizon(date(2026, 6, 1), date(2027, 1, 1)))
    (told,) = done.findings
    assert told.code == "event-gone"
    assert told.message.endswith(": " + ", ".join(f"2026-12-{day} {each}" for day in (22, 24) for each in ALL.split()))
    assert off(engine) == "; ".join(f"{day} {ALL}" for day in ("01-05", "12-22", "12-23", "12-24"))
    horizon = Horizon(date(2026, 6, 1), date(2027, 1, 1))
    done = imported(engine, standard, calendar(f"{DAY}:20261223"), horizon, replaces=True)
    assert done == Imported((), Tally(unchanged=3, removed=6))
    assert off(engine) == f"01-05 {ALL}; 12-23 {ALL}"
    assert len(SHIFT_EXCEPTIONS.history(engine, "dallas", "2026-12-24", "late")) == 1


@pytest.mark.parametrize("chosen", [{"only": ("cleaning",)}, {"but": ("eve", "broken")}], ids=["only", "except"])
def test_of_events_that_are_left_out_it_is_not_told_that_there_are_none(
    engine: Engine, standard: Standard, chosen: dict[str, tuple[str, ...]]
) -> None:
    imported(engine, standard, calendar(f"{DAY}:20261224 | SUMMARY:Eve", f"{DAY}:20261229 | SUMMARY:Cleaning"))
    content = calendar(
        f"{DAY}:20261224 | SUMMARY:Eve", f"{DAY}:20261230 | SUMMARY:Cleaning",
        "SUMMARY:Broken | DTSTART:20261221T090000 | RRULE:FREQ=HOURLY",
    )  # fmt: skip
    done = imported(engine, standard, content, **chosen)
    assert [each.message for each in done.findings] == [
        "off in the registry, and no event of this file says so: 2026-12-29 early, 2026-12-29 late, 2026-12-29 night",
        "off in the registry, and the events of this file that say so are left out here: "
        "2026-12-24 early, 2026-12-24 late, 2026-12-24 night",
    ]
    assert done.findings[1].remedy.startswith("they stay off; ")
    assert done.tally == Tally(added=3)


def test_what_somebody_took_off_no_calendar_puts_on_again(engine: Engine, standard: Standard) -> None:
    sheet = b"site,date,id,start,stop\ndallas,2026-12-22,late,,\ndallas,2026-12-24,early,06:00,12:00\n"
    take(engine, "shift-exceptions", sheet, "e.csv", standard, ANN)
    imported(engine, standard, calendar(f"{DAY}:20261222", f"{DAY}:20261229"))
    corrected = b"site,date,id,start,stop\ndallas,2026-12-29,early,08:00,9:00\n"
    take(engine, "shift-exceptions", corrected, "e.csv", standard, ANN)
    done = imported(engine, standard, calendar(f"{DAY}:20261223"), replaces=True)
    assert done.tally == Tally(added=3, removed=4)
    (told,) = done.findings
    assert told.message.endswith("no event of this file says so: 2026-12-22 late")
    assert told.remedy.startswith("no calendar took them off")
    assert off(engine) == f"12-22 late; 12-23 {ALL}"
    (early,) = [each for each in export(engine, "shift-exceptions").splitlines() if "12-29" in each]
    assert early == "dallas,2026-12-29,early,08:00,09:00,"


def test_a_file_of_which_no_event_is_meant_removes_nothing(engine: Engine, standard: Standard) -> None:
    content = calendar(f"{DAY}:20261224 | SUMMARY:Eve")
    imported(engine, standard, content)
    done = imported(engine, standard, content, only=("Evening",), replaces=True)
    assert [each.message for each in done.findings] == ["of 1 event in this file none is meant"]
    assert off(engine) == f"12-24 {ALL}"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, f"12-21 {ALL}; 12-22 {ALL}; 12-23 {ALL}"),
        ({"only": ("public HOLIDAY*",)}, f"12-22 {ALL}"),
        ({"only": ("Shutdown", "*of the Republic")}, f"12-21 {ALL}; 12-22 {ALL}"),
        ({"but": ("Valentine*",)}, f"12-21 {ALL}; 12-22 {ALL}"),
        ({"shifts": ("early", "night")}, "12-21 early night; 12-22 early night; 12-23 early night"),
    ],
)
def test_events_and_shifts_are_chosen(
    engine: Engine, standard: Standard, options: dict[str, tuple[str, ...]], expected: str
) -> None:
    content = calendar(
        f"SUMMARY:Works closed | CATEGORIES:Red,Shutdown | {DAY}:20261221",
        f"SUMMARY:Day of the Republic | DESCRIPTION:Public holiday in Texas\\nSee the page | {DAY}:20261222",
        f"SUMMARY:Valentine's Day | DESCRIPTION:Observance | {DAY}:20261223",
    )
    assert imported(engine, standard, content, **options).findings == ()
    assert off(engine) == expected


def test_what_is_wrong_with_an_event_that_is_not_meant_keeps_nobody(engine: Engine, standard: Standard) -> None:
    content = calendar("SUMMARY:Standup | DTSTART:20261221T090000 | RRULE:FREQ=HOURLY", f"SUMMARY:Eve | {DAY}:20261224")
    assert imported(engine, standard, content, but=("standup",)) == Imported((), Tally(added=3))


def test_the_history_says_by_which_event(engine: Engine, standard: Standard) -> None:
    imported(engine, standard, calendar(f"SUMMARY:Christmas\\, at last | {DAY}:20261224"))
    (held,) = SHIFT_EXCEPTIONS.history(engine, "dallas", "2026-12-24", "late")
    assert (held.recorded_by, held.why) == ("ann", "Christmas, at last, h.ics")


@pytest.mark.parametrize(
    ("equipment", "named", "message"),
    [
        ("berlin", (), "nobody has entered shifts of berlin itself"),
        ("dallas/packaging", (), "nobody has entered shifts of dallas/packaging itself"),
        ("dallas", ("erly",), "dallas has no shift `erly`"),
    ],
)
def test_shifts_that_nobody_entered_are_not_off(
    engine: Engine, standard: Standard, equipment: str, named: tuple[str, ...], message: str
) -> None:
    wanted = Wanted(EquipmentPath(equipment), YEAR, named)
    done = take_calendar(engine, calendar(f"{DAY}:20261224"), "h.ics", standard, wanted, ANN)
    assert [each.message for each in done.findings] == [message]
    assert done.tally == Tally()
