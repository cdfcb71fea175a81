"""JSON payloads: what is read, what only costs its reading, what costs the message."""

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from uns.decode import json as dialect
from uns.message import Sample


@pytest.mark.parametrize(
    ("payload", "value"),
    [
        ("21.4", 21.4),
        ('{"a":1,"a":2}', {"a": 2}),
        ("\ufeff[1]", [1]),
        ("18446744073709551615", 2**64 - 1),
        ("18446744073709551616", 2**64),
        ("-9223372036854775809", -(2**63) - 1),
        (f'{{"n":{10**60 + 1},"x":1.5}}', {"n": 10**60 + 1, "x": 1.5}),
        ('{"n":"12345678901234567890123","e":1e400}', {"n": "12345678901234567890123", "e": math.inf}),
        ("[Infinity,-Infinity]", [math.inf, -math.inf]),
        (r'"\u0000"', "\0"),
        (r'["\ud83d\ude00",NaN]', ["\U0001f600", None]),
        ("[" * 64 + "]" * 64, json.loads("[" * 64 + "]" * 64)),
        ('["' + "{[" * 100 + '"]', ["{[" * 100]),
    ],
)
def test_json_is_read(raw, payload, value):
    parsed = dialect.parse(raw(payload))
    if "NaN" in payload:
        assert math.isnan(parsed.pop())
        parsed.append(None)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("payload", "code", "says"),
    [
        (b'{"Val":71.6,"ts":17', "payload-syntax", "not JSON at byte 19"),
        ('{"ü":1 "b":2}'.encode(), "payload-syntax", "not JSON at byte 8"),
        ('\ufeff{"ü":1 "b":2}'.encode(), "payload-syntax", "not JSON at byte 11"),
        (b"Running", "payload-syntax", "not JSON at byte 0"),
        (b'{"name":"K\xfchler"}', "payload-syntax", "byte 0xFC at byte 10 is not UTF-8"),
        ("21.4".encode("utf-16"), "payload-syntax", "byte 0xFF at byte 0 is not UTF-8"),
        (b"\xed\xa0\x80", "payload-syntax", "is not UTF-8"),
        (b"  \r\n", "payload-syntax", "blank"),
        (b"", "payload-syntax", "blank"),
        (b"\0", "payload-syntax", "not JSON at byte 0"),
        (rb'["\ud800",NaN]', "payload-syntax", "surrogate"),
        (b"[" * 65 + b"]" * 65, "payload-limit", "nested over 64 deep"),
        (b'{"a":' * 65 + b"NaN" + b"}" * 65, "payload-limit", "nested over 64 deep"),
        (b"[" * 1_000_000, "payload-limit", "nested over 64 deep"),
        (b'{"a":' * 200_000, "payload-limit", "nested over 64 deep"),
        (b"9" * 5_000, "payload-limit", "digits"),
        (b'"' + b"x" * dialect.MAX_BYTES + b'"', "payload-limit", "bytes"),
    ],
)
def test_what_is_no_json_costs_the_message_and_says_where(raw, payload, code, says):
    sample = dialect.parse(raw(payload))
    assert isinstance(sample, Sample)
    assert sample.undecoded
    assert [finding.code for finding in sample.findings] == [code]
    assert says in sample.findings[0].message
    assert sample.findings[0].remedy
    assert sample.findings[0].where.topic == "plc/x"


def test_a_number_that_json_cannot_write_costs_only_its_own_reading(samples):
    drawn = samples('{"a":NaN,"b":1,"c":-Infinity,"d":null}', each="/{tag}")
    assert [(one.tag, one.value, one.quality) for one in drawn] == [
        ("a", None, "bad"),
        ("b", 1, "good"),
        ("c", None, "bad"),
        ("d", None, "bad"),
    ]
    assert not any(one.findings for one in drawn)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # it hands out a function only
@given(numbers=st.lists(st.integers(-(10**40), 10**40) | st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_come_back_as_they_were(raw, numbers):
    parsed = dialect.parse(raw(json.dumps({"a": numbers})))["a"]
    assert parsed == numbers
    assert [type(one) for one in parsed] == [type(one) for one in numbers]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(depth=st.integers(1, 90), keys=st.booleans(), width=st.integers(1, 3))
def test_nesting_is_measured_exactly(raw, depth, keys, width):
    innermost = ",".join(["{}" if keys else "[]"] * width)
    opening, closing = ('{"[":[', "]}") if keys else ("[", "]")
    layers = depth // 2 if keys else depth
    payload = opening * layers + innermost + closing * layers
    nested = (2 * layers if keys else layers) + 1
    if width > 1 and layers == 0:
        return
    parsed = dialect.parse(raw(payload))
    assert (isinstance(parsed, Sample) and parsed.undecoded) == (nested > dialect.MAX_DEPTH)
