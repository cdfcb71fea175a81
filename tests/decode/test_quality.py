"""Quality: how machines say whether a reading can be trusted."""

import json

import pytest

from uns.message import Quality

LISTED = {"2": Quality.GOOD, "3": Quality.GOOD, "1": Quality.UNCERTAIN, "OK": Quality.GOOD}
MISSING = object()


@pytest.mark.parametrize(
    ("spec", "raw", "quality", "code"),
    [
        ({"as_": "bool"}, True, "good", None),
        ({"as_": "bool"}, False, "bad", None),
        ({"as_": "bool"}, 1, "good", None),
        ({"as_": "bool"}, "False", "bad", "False"),
        ({"as_": "bool"}, 192, "bad", 192),
        ({"as_": "bool"}, MISSING, "good", None),
        ({"as_": "opcda"}, 192, "good", None),
        ({"as_": "opcda"}, 216, "good", None),
        ({"as_": "opcda"}, 64, "uncertain", 64),
        ({"as_": "opcda"}, 0, "bad", 0),
        ({"as_": "opcda"}, 128, "bad", 128),
        ({"as_": "opcda"}, "192", "good", None),
        ({"as_": "opcda"}, "--1", "bad", "--1"),
        ({"as_": "opcda"}, -1, "bad", -1),
        ({"as_": "opcda"}, True, "bad", None),
        ({"as_": "opcua"}, 0, "good", None),
        ({"as_": "opcua"}, 0x40000000, "uncertain", 0x40000000),
        ({"as_": "opcua"}, 0x80340000, "bad", 0x80340000),
        ({"as_": "opcua"}, 0xC0000000, "bad", 0xC0000000),
        ({"as_": "opcua"}, -2147483648, "bad", -2147483648),
        ({"as_": "opcua"}, {"Code": 0x40000000, "Symbol": "Uncertain"}, "uncertain", 0x40000000),
        ({"as_": "opcua"}, {}, "good", None),
        ({"as_": "opcua"}, "Good", "bad", "Good"),
        ({"as_": "opcua"}, 2**40, "bad", 2**40),
        ({"as_": "opcua"}, MISSING, "good", None),
        ({"as_": "opcua"}, float("inf"), "bad", None),  # no code that JSON could say
        ({"as_": "opcua"}, {"Code": float("-inf")}, "bad", None),
        ({"as_": "opcua"}, float("nan"), "bad", None),
        ({"as_": "text"}, "GoodLocalOverride", "good", None),
        ({"as_": "text"}, " uncertain", "uncertain", " uncertain"),
        ({"as_": "text"}, "Bad_NoCommunication", "bad", "Bad_NoCommunication"),
        ({"as_": "text"}, "fine", "bad", "fine"),
        ({"as_": "text"}, 3, "bad", 3),
        ({"listed": LISTED}, 3, "good", None),
        ({"listed": LISTED}, 2.0, "good", None),
        ({"listed": LISTED}, "OK", "good", None),
        ({"listed": LISTED}, 1, "uncertain", 1),
        ({"listed": LISTED}, 0, "bad", 0),
        ({"listed": LISTED}, [2], "bad", None),
        ({"listed": LISTED, "otherwise": Quality.UNCERTAIN}, 9, "uncertain", 9),
        ({"listed": LISTED, "absent": Quality.UNCERTAIN}, MISSING, "uncertain", None),
        ({"listed": LISTED, "absent": Quality.UNCERTAIN}, None, "uncertain", None),
        ({"listed": {"true": Quality.BAD}}, True, "bad", None),
        ({"listed": {"null": Quality.GOOD}}, None, "good", None),
    ],
)
def test_a_raw_quality_is_judged(samples, spec, raw, quality, code):
    payload = {"v": 1} if raw is MISSING else {"v": 1, "q": raw}
    (sample,) = samples(json.dumps(payload), value="/v", quality={"at": "/q", **spec})
    assert (sample.quality.value, sample.code, sample.value) == (quality, code, 1)


@pytest.mark.parametrize(
    ("payload", "value", "quality", "code", "findings"),
    [
        ('{"v":null,"q":192}', None, "bad", None, []),
        ('{"v":null,"q":64}', None, "bad", 64, []),
        ('{"q":0}', None, "bad", 0, []),
        ('{"q":64}', None, "bad", 64, []),
        ('{"v":7,"q":0}', 7, "bad", 0, []),
        ('{"v":NaN,"q":192}', None, "bad", None, []),
    ],
)
def test_a_reading_without_a_value_is_bad(samples, payload, value, quality, code, findings):
    (sample,) = samples(payload, value="/v", quality={"at": "/q", "as_": "opcda"})
    assert (sample.value, sample.quality.value, sample.code) == (value, quality, code)
    assert [finding.code for finding in sample.findings] == findings


def test_an_absent_value_of_good_quality_is_missing(samples):
    (sample,) = samples('{"q":192}', value="/v", quality={"at": "/q", "as_": "opcda"})
    assert [finding.code for finding in sample.findings] == ["value-missing"]
