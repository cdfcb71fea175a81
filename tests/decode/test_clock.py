"""Event times: how they are written, when they are believed, what stands in for them."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uns.decode.source import ClockLimits
from uns.decode.times import Stamp, checked_form, form
from uns.finding import Malformed
from uns.instant import EARLIEST, LATEST, SECOND, from_datetime, rfc3339

NOON = from_datetime(datetime(2025, 11, 20, 12, tzinfo=UTC))
S = 1_763_600_000


@pytest.mark.parametrize(
    ("as_", "raw", "instant"),
    [
        ("auto", S, S * SECOND),
        ("auto", S * 1000 + 123, S * SECOND + 123_000_000),
        ("auto", S * 10**6 + 1, S * SECOND + 1_000),
        ("auto", S * 10**9 + 1, S * SECOND + 1),
        ("auto", 1763600000.123, S * SECOND + 123_000_000),
        ("auto", 1763600000123.5, S * SECOND + 123_500_000),
        ("auto", "1763600000", S * SECOND),
        ("auto", "1763600000000", S * SECOND),
        ("auto", "1763600000.000000001", S * SECOND + 1),
        ("auto", 99_999_999_999, 99_999_999_999 * SECOND),
        ("auto", 100_000_000_000, 100_000_000 * SECOND),
        ("auto", 100_000_000_000_000, 100_000_000 * SECOND),
        ("auto", 100_000_000_000_000_000, 100_000_000 * SECOND),
        ("auto", -5, -5 * SECOND),
        ("auto", 10**4000, None),
        ("s", 253_402_300_799, LATEST - SECOND + 1),
        ("s", 253_402_300_800, None),
        ("ns", -(10**40), None),
        ("iso", "0001-01-01T00:00:00Z", EARLIEST),
        ("iso", "0001-01-01T00:00:00+01:00", None),
        ("auto", True, None),
        ("auto", float("inf"), None),
        ("auto", {"sec": 1}, None),
        ("auto", "yesterday", None),
        ("auto", "9" * 200, None),
        ("auto", "2025-11-20T12:00:00Z", NOON),
        ("auto", "2025-11-20T12:00:00.5z", NOON + SECOND // 2),
        ("auto", "2025-11-20 13:00:00,25+01:00", NOON + SECOND // 4),
        ("auto", "2025-11-20T06:30:00-0530", NOON),
        ("auto", "20251120T120000Z", NOON),
        ("auto", "2025-W47-4T12:00Z", NOON),
        ("auto", " 2025-11-20T12:00Z ", NOON),
        ("auto", "2025-11-20T11:59:60Z", NOON),
        ("auto", "2025-11-20T12:00:00.123456789123Z", NOON + 123_456_789),
        ("auto", "2025-11-20T12:00:61Z", None),
        ("auto", "2025-11-20T25:00:00Z", None),
        ("auto", "2025-02-30T12:00:00Z", None),
        ("auto", "2025-11-20T12:00:00+24:00", None),
        ("auto", "2025-11-20T12:00:00+01:60", None),
        ("auto", "2025-11-20", None),
        ("auto", "٢٠٢٥-11-20T12:00:00Z", None),
        ("iso", "2025-11-20T12:00:00Z", NOON),
        ("iso", S, None),
        ("iso", "1763600000", None),
        ("s", S, S * SECOND),
        ("s", 1763600000.123, S * SECOND + 123_000_000),
        ("s", "1763600000.5", S * SECOND + SECOND // 2),
        ("ms", S * 1000, S * SECOND),
        ("ms", str(S * 1000), S * SECOND),
        ("us", S * 10**6, S * SECOND),
        ("ns", S * 10**9 + 7, S * SECOND + 7),
        ("s", "2025-11-20T12:00:00Z", None),
        ("s", False, None),
        ("%d.%m.%Y %H:%M:%S", "20.11.2025 12:00:00", NOON),
        ("%d.%m.%Y %H:%M:%S%z", "20.11.2025 13:00:00+0100", NOON),
        ("%Y%m%d%H%M%S", 20251120120000, NOON),
        ("%d.%m.%Y %H:%M:%S", "2025-11-20", None),
        ("%d.%m.%Y %H:%M:%S", None, None),
    ],
)
def test_a_time_is_read_exactly(as_, raw, instant):
    assert form(as_, "UTC")(raw, NOON) == instant


def utc(*parts):
    return from_datetime(datetime(*parts, tzinfo=UTC))


BACK, M = utc(2026, 10, 25), 60 * SECOND  # Berlin's clocks go back an hour later, from 03:00 to 02:00


@pytest.mark.parametrize(
    ("zone", "text", "received", "expected"),
    [
        ("Europe/Berlin", "2026-01-15T12:00:00", NOON, utc(2026, 1, 15, 11)),
        ("Europe/Berlin", "2026-03-29T02:30:00", NOON, Stamp(utc(2026, 3, 29, 1, 30), "gap")),
        ("America/Chicago", "2026-03-08T02:15:00", NOON, Stamp(utc(2026, 3, 8, 8, 15), "gap")),
        (
            "Europe/Berlin",
            "2026-10-25T02:30:00",
            utc(2026, 10, 25, 0, 31),
            Stamp(utc(2026, 10, 25, 0, 30), "ambiguous"),
        ),
        (
            "Europe/Berlin",
            "2026-10-25T02:30:00",
            utc(2026, 10, 25, 1, 31),
            Stamp(utc(2026, 10, 25, 1, 30), "ambiguous"),
        ),
        ("Europe/Berlin", "2026-10-25T03:00:00", NOON, utc(2026, 10, 25, 2)),
        ("Asia/Kolkata", "2026-01-01T05:30:00.000000001", NOON, utc(2026, 1, 1) + 1),
        ("Europe/Berlin", "2026-10-25T02:30:00+02:00", NOON, utc(2026, 10, 25, 0, 30)),
    ],
)
def test_local_text_is_read_in_its_zone(zone, text, received, expected):
    assert form("auto", zone)(text, received) == expected


@given(st.integers(EARLIEST, LATEST), st.sampled_from(["auto", "iso"]))
def test_rfc_3339_comes_back_as_it_was(instant, as_):
    assert form(as_, "UTC")(rfc3339(instant), NOON) == instant


@given(st.integers(10**17, 9 * 10**18), st.sampled_from([("s", 9), ("ms", 6), ("us", 3), ("ns", 0)]))
def test_epochs_come_back_as_they_were(instant, unit):
    as_, power = unit
    whole, part = divmod(instant, 10**power)
    assert form(as_, "UTC")(f"{whole}.{part:09d}" if power == 9 else str(whole), NOON) == (
        instant if power == 9 else whole * 10**power
    )


@given(
    st.one_of(st.text(), st.integers(), st.floats(), st.datetimes().map(str), st.times().map(str), st.none()),
    st.sampled_from(["auto", "iso", "s", "ms", "us", "ns", "%d.%m.%Y %H:%M:%S", "%Y"]),
    st.sampled_from(["UTC", "Europe/Berlin", "America/Chicago", "Pacific/Apia"]),
)
def test_no_raw_time_raises(raw, as_, zone):
    read = form(as_, zone)(raw, NOON)
    assert read is None or isinstance(read, int | Stamp)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1)), st.sampled_from(["Europe/Berlin", "America/Chicago"]))
def test_local_time_lies_within_a_day_of_its_wall_clock(moment, zone):
    read = form("iso", zone)(moment.isoformat(), NOON)
    instant = read.instant if isinstance(read, Stamp) else read
    assert abs(instant - from_datetime(moment.replace(tzinfo=UTC))) < 86_400 * SECOND


RECENT, OLD, NEW = S * 1000, (S - 8 * 86_400) * 1000, (S + 600) * 1000


@pytest.mark.parametrize(
    ("payload", "time", "instant", "clock", "code"),
    [
        ({}, "received", S, "received", None),
        ({"ts": RECENT}, "/ts", S, "", None),
        ({"ts": None}, "/ts", S, "received", "time-missing"),
        ({}, "/ts", S, "received", "time-missing"),
        ({}, ["/ts", "/t"], S, "received", "time-missing"),
        ({"ts": OLD}, "/ts", S, "replaced", "time-implausible"),
        ({"ts": NEW}, "/ts", S, "replaced", "time-implausible"),
        ({"ts": 0}, "/ts", S, "replaced", "time-implausible"),
        ({"ts": "soon"}, "/ts", S, "replaced", "time-implausible"),
        ({"ts": 10**40}, "/ts", S, "replaced", "time-implausible"),
        ({"ts": 10**4000}, "/ts", S, "replaced", "time-implausible"),
        ({"ts": OLD, "t": RECENT}, ["/ts", "/t"], S, "", None),
        ({"t": RECENT}, ["/ts", "/t"], S, "", None),
        ({"ts": OLD}, ["/ts", "/t"], S, "replaced", "time-implausible"),
        ({"ts": OLD}, ["/ts", "received"], S, "replaced", None),
        ({}, ["/ts", "received"], S, "received", None),
    ],
)
def test_which_time_is_taken(samples, payload, time, instant, clock, code):
    (sample,) = samples(json.dumps({"v": 1} | payload), value="/v", time=time, received=S * SECOND)
    assert (sample.time, sample.clock) == (instant * SECOND, clock)
    assert [finding.code for finding in sample.findings] == ([code] if code else [])


@pytest.mark.parametrize(
    ("payload", "each", "time", "pointer"),
    [
        ({"v": 1}, None, "/ts", "/ts"),
        ({"v": 1}, None, ["/ts", "/t"], "/ts"),
        ({"v": 1, "t": "soon"}, None, ["/ts", "/t"], "/t"),
        ({"m": [{"v": 1, "t": RECENT}, {"v": 1}]}, "/m/*", "./t", "/m/1/t"),
        ({"m": [{"r": [{"v": 1}], "t": OLD}]}, "/m/*/r/*", "/m/*/t", "/m/0/t"),
        ({"a/b": {"v": 1}}, "/{name}", "./~0t", "/a~1b/~0t"),
        ({"a": {"v": 1}}, "/{name}", ["/{name}/x{{1}}", "/{name}/t"], "/a/x{1}"),
    ],
)
def test_a_time_that_fails_is_told_where_the_source_looks_for_it(samples, payload, each, time, pointer):
    source = {"value": "./v", "time": time} | ({"each": each} if each else {})
    findings = samples(json.dumps(payload), **source)[-1].findings
    assert [(finding.code[:5], finding.where.pointer) for finding in findings] == [("time-", pointer)]


def test_the_limits_of_belief_are_the_sources_own(samples):
    payload = f'{{"v":1,"ts":{OLD}}}'
    (sample,) = samples(payload, value="/v", time="/ts", clock=ClockLimits(behind=9 * 86_400 * SECOND))
    assert (sample.findings, sample.time) == ((), OLD * 10**6)


def test_an_hour_that_occurs_twice_is_flagged(samples):
    received = utc(2026, 10, 25, 1, 31)
    payload = '{"Time":"2026-10-25T02:30:00","v":1}'
    (sample,) = samples(payload, value="/v", time="/Time", received=received, zone="Europe/Berlin")
    assert (sample.time, sample.clock) == (utc(2026, 10, 25, 1, 30), "ambiguous")


@pytest.mark.parametrize(
    ("payload", "clock", "quality"), [('{"v":1}', "backlog", "uncertain"), (f'{{"v":1,"ts":{RECENT}}}', "", "good")]
)
def test_queued_samples_timed_by_receipt_are_older_than_they_look(samples, payload, clock, quality):
    (sample,) = samples(payload, value="/v", time=["/ts", "received"], message={"backlog": True})
    assert (sample.clock, sample.quality) == (clock, quality)


@pytest.mark.parametrize("text", ["auto", "ms", "%d.%m.%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f%z"])
def test_forms_that_are_known(text):
    assert checked_form(text) == text


@pytest.mark.parametrize("text", ["millis", "", "%", "%Q", "%d %d", "%Y" + "x" * 200])
def test_forms_that_are_not(text):
    with pytest.raises(Malformed) as caught:
        checked_form(text)
    assert caught.value.code == "key-value"


def test_the_fault_tells_how_far_off_the_clock_is(samples):
    (sample,) = samples('{"v":1,"ts":1763600}', value="/v", time="/ts", received=S * SECOND)
    assert sample.findings[0].message.startswith("1970-01-21T09:53:20.000Z lies 20392 days before receipt")
