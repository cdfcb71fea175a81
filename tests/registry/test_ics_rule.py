"""Recurrence rules: each day that python-dateutil names, and no other; and bounded, whatever a file says."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from uns.finding import Malformed
from uns.registry.ics.rule import MAX_DAYS, Budget
from uns.registry.ics.values import read_rule

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
END = date(2032, 1, 1)


def ours(text: str, start: date, since: date, until: date = END) -> list[date]:
    return list(read_rule(text, start).occurrences(start, since, until, Budget()))


def theirs(text: str, start: date, since: date) -> list[date]:
    """Theirs leaves out a first day that the rule does not name, which counts all the same."""
    endless, _, count = text.partition(";COUNT=")
    until = "" if "UNTIL" in endless else ";UNTIL=20320101T000000"
    named = rrulestr(endless + until, dtstart=datetime(start.year, start.month, start.day))
    days = sorted({start, *(each.date() for each in named)})
    return [day for day in (days[: int(count)] if count else days) if since <= day < END]


def some(values: list[str], most: int = 3) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True).map(",".join)


def signed(most: int) -> list[str]:
    return [str(each) for each in range(-most, most + 1) if each]


# Only rules that hold on some day: theirs looks up to the year 9999 for the others. Nor does it follow the standard in
# `MO,2TU`, which it takes for no day at all, and in week -52, of which it forgets the days in December.
INTERVAL = st.integers(1, 4).map(lambda each: f"INTERVAL={each}")
MONTHS = some([str(each) for each in range(1, 13)]).map(lambda each: f"BYMONTH={each}")
WEEKDAYS = some(list(DAYS)).map(lambda each: f"BYDAY={each}")
NUMBERED = some([f"{n}{day}" for n in (1, 2, 4, -1, -2) for day in DAYS]).map(lambda each: f"BYDAY={each}")
MONTH_DAYS = some(signed(28)).map(lambda each: f"BYMONTHDAY={each}")
YEAR_DAYS = some(signed(365)).map(lambda each: f"BYYEARDAY={each}")
WEEKS = some([str(each) for each in range(-51, 53) if each]).map(lambda each: f"BYWEEKNO={each}")
POSITION = some(["1", "-1", "2"], 2).map(lambda each: f"BYSETPOS={each}")
WEEK_BEGINS = st.sampled_from(DAYS).map(lambda each: f"WKST={each}")


def rule(frequency: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(lambda each: ";".join((f"FREQ={frequency}", *each)))


RULES = st.one_of(
    rule("DAILY", INTERVAL), rule("DAILY", MONTHS), rule("DAILY", MONTH_DAYS), rule("DAILY", WEEKDAYS),
    rule("WEEKLY", INTERVAL), rule("WEEKLY", INTERVAL, WEEKDAYS, WEEK_BEGINS), rule("WEEKLY", MONTHS, WEEKDAYS),
    rule("MONTHLY", INTERVAL), rule("MONTHLY", INTERVAL, MONTH_DAYS), rule("MONTHLY", INTERVAL, NUMBERED),
    rule("MONTHLY", MONTHS, WEEKDAYS, POSITION), rule("MONTHLY", MONTH_DAYS, WEEKDAYS), rule("MONTHLY", MONTHS),
    rule("YEARLY", INTERVAL), rule("YEARLY", INTERVAL, MONTHS), rule("YEARLY", INTERVAL, MONTHS, NUMBERED),
    rule("YEARLY", NUMBERED), rule("YEARLY", YEAR_DAYS), rule("YEARLY", WEEKS, WEEKDAYS),
    rule("YEARLY", MONTHS, WEEKDAYS, POSITION), rule("YEARLY", MONTHS, MONTH_DAYS),
    rule("YEARLY", MONTH_DAYS, WEEKDAYS),
)  # fmt: skip
ENDS = st.one_of(
    st.just(""),
    st.integers(1, 40).map(lambda each: f";COUNT={each}"),
    st.dates(date(2024, 1, 1), date(2031, 12, 31)).map(lambda each: f";UNTIL={each:%Y%m%d}"),
)


@settings(max_examples=250, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(RULES, ENDS, st.dates(date(2019, 1, 1), date(2026, 12, 31)), st.dates(date(2019, 1, 1), date(2030, 1, 1)))
def test_a_rule_holds_on_the_days_that_another_library_names(text: str, end: str, start: date, since: date) -> None:
    assert ours(text + end, start, since) == theirs(text + end, start, since)


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("FREQ=YEARLY", date(2024, 12, 25), ["2026-12-25", "2027-12-25"]),
        ("FREQ=YEARLY", date(2024, 2, 29), ["2028-02-29"]),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", date(2020, 11, 26), ["2026-11-26", "2027-11-25"]),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", date(2020, 5, 25), ["2026-05-25", "2027-05-31"]),
        ("FREQ=YEARLY;BYWEEKNO=53;BYDAY=FR", date(2021, 1, 1), ["2027-01-01"]),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=FR,1MO", date(2020, 5, 1),
         ["2026-05-01", "2026-05-04", "2026-05-08", "2026-05-15", "2026-05-22", "2026-05-29",
          "2027-05-03", "2027-05-07", "2027-05-14", "2027-05-21", "2027-05-28"]),
        ("FREQ=YEARLY;BYWEEKNO=-52;BYDAY=MO", date(2020, 1, 6), ["2026-01-05", "2027-01-04"]),
        ("FREQ=YEARLY;COUNT=3", date(2024, 12, 25), ["2026-12-25"]),
        ("FREQ=YEARLY;UNTIL=20261225", date(2024, 12, 25), ["2026-12-25"]),
        ("FREQ=YEARLY;UNTIL=20261224", date(2024, 12, 25), []),
        ("FREQ=YEARLY;UNTIL=20261225T000000Z", date(2024, 12, 25), ["2026-12-25"]),
        ("freq=yearly;until=99991231T235959Z;", date(2024, 12, 25), ["2026-12-25", "2027-12-25"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", date(2024, 2, 1), []),
    ],
)  # fmt: skip
def test_holidays_as_they_are_written(text: str, start: date, expected: list[str]) -> None:
    held = [day.isoformat() for day in ours(text, start, date(2026, 1, 1), date(2028, 3, 1))]
    assert [day for day in held if expected == ["2028-02-29"] or day < "2028"] == expected


@pytest.mark.parametrize(
    ("until", "zone"),
    [
        ("20261225", "Europe/Berlin"), ("20261225T000000Z", "America/Chicago"), ("20261224T230000Z", "Europe/Berlin"),
        ("20261225T060000Z", "America/Chicago"), ("20261225T235959Z", "Asia/Tokyo"), ("20261225T000000", "Asia/Tokyo"),
    ],
)  # fmt: skip
def test_the_end_of_a_series_of_days_is_a_day_however_programs_write_it(until: str, zone: str) -> None:
    rule = read_rule(f"FREQ=DAILY;UNTIL={until}", date(2026, 12, 20), ZoneInfo(zone))
    assert rule.until == date(2026, 12, 25)


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=SECONDLY", "FREQ=MINUTELY;BYMONTH=1", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=6", "FREQ=OFTEN", "COUNT=3", "",
        "FREQ=DAILY;COUNT", "FREQ=DAILY;COUNT=", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=-1", "FREQ=DAILY;COUNT=x",
        "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=99999999999", "FREQ=DAILY;FREQ=WEEKLY", "FREQ=DAILY;BYDAY=2MO",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101", "FREQ=YEARLY;BYMONTH=13", "FREQ=YEARLY;BYMONTH=5L",
        "FREQ=YEARLY;BYMONTHDAY=32", "FREQ=YEARLY;BYMONTHDAY=0", "FREQ=YEARLY;BYWEEKNO=20", "FREQ=WEEKLY;BYWEEKNO=20",
        "FREQ=MONTHLY;BYYEARDAY=7", "FREQ=WEEKLY;BYMONTHDAY=7", "FREQ=YEARLY;BYEASTER=0", "FREQ=YEARLY;UNTIL=soon",
        "FREQ=YEARLY;BYDAY=XX", "FREQ=YEARLY;RSCALE=CHINESE", "FREQ=YEARLY;X-Y=1", "FREQ=YEARLY;WKST=XX", ";;;", "=",
        "FREQ=YEARLY;UNTIL=20261232", "FREQ=YEARLY;BYSETPOS=0;BYDAY=MO",
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_followed_for_certain_is_refused(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        read_rule(text, date(2026, 1, 1))
    assert refused.value.code == "event-invalid"
    assert refused.value.remedy


@given(st.text(alphabet=st.sampled_from("FREQDAILYUNTCOBWKS=;,-+0123456789T Z\x00é"), max_size=80))
def test_whatever_stands_there_is_a_rule_or_refused(text: str) -> None:
    try:
        rule = read_rule(f"FREQ={text}", date(2026, 1, 1))
    except Malformed as refused:
        said = refused.remedy
    else:
        said = rule.frequency if rule.interval >= 1 else ""
    assert said


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2",
        "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1", "FREQ=DAILY;COUNT=100000", "FREQ=YEARLY;COUNT=100000",
    ],
)  # fmt: skip
def test_no_rule_takes_long(text: str) -> None:
    budget = Budget()
    list(read_rule(text, date(1601, 1, 1)).occurrences(date(1601, 1, 1), date(2026, 1, 1), date(2036, 1, 1), budget))
    assert MAX_DAYS - budget.left < 160_000


def test_a_file_has_one_budget_for_all_its_rules() -> None:
    start, budget = date(1601, 1, 1), Budget(5_000)
    rule = read_rule("FREQ=DAILY;COUNT=100000", start)
    with pytest.raises(Malformed, match="too many"):
        list(rule.occurrences(start, END, END + timedelta(days=1), budget))
