"""Neuron's two formats."""

import json

import pytest

VALUES = {
    "timestamp": 1650006388943,
    "node": "modbus",
    "group": "grp",
    "values": {"tag0": 123, "a/b": 1.5},
    "errors": {"tag1": 2014},
}
TAGS = {
    "timestamp": 1647497389075,
    "node": "modbus",
    "group": "grp",
    "tags": [{"name": "tag0", "value": 123}, {"name": "tag1", "error": 2014}, {"name": "tag2"}, {"value": 4}],
}


def rows(drawn):
    return [
        (one.tag, one.value, one.quality.value, one.code, one.pointer, [finding.code for finding in one.findings])
        for one in drawn
    ]


def test_the_values_format(samples):
    drawn = samples(json.dumps(VALUES), received=1650006389 * 10**9, read="neuron")
    assert rows(drawn) == [
        ("tag0", 123, "good", None, "/values/tag0", []),
        ("a/b", 1.5, "good", None, "/values/a~1b", []),
        ("tag1", None, "bad", 2014, "/errors/tag1", []),
    ]
    assert {one.time for one in drawn} == {1650006388943 * 10**6}


def test_the_tags_format(samples):
    drawn = samples(json.dumps(TAGS), received=1647497390 * 10**9, read="neuron")
    assert [(tag, quality, code, findings) for tag, _, quality, code, _, findings in rows(drawn)] == [
        ("tag0", "good", None, []),
        ("tag1", "bad", 2014, []),
        ("tag2", "good", None, ["value-missing"]),
        (None, "good", None, ["tag-missing"]),
    ]
    assert drawn[0].pointer == "/tags/0/value"


@pytest.mark.parametrize(
    ("error", "quality", "code"),
    [
        (0, "good", None),
        (None, "good", None),
        ("timeout", "bad", "timeout"),
        (2014.5, "bad", 2014.5),
        ({"Code": 7}, "bad", 7),
        (["?"], "bad", None),
        (float("inf"), "bad", None),
    ],
)
def test_an_error_beside_a_value_makes_it_bad_however_it_is_written(samples, error, quality, code):
    group = json.dumps({"timestamp": 0, "tags": [{"name": "a", "value": 1, "error": error}]})
    (sample,) = samples(group, received=0, read="neuron")
    assert (sample.quality, sample.code, sample.value) == (quality, code, 1 if quality == "good" else None)


def test_its_own_time_is_demanded_unless_the_source_says_otherwise(samples):
    group = json.dumps({"values": {"a": 1}})
    (sample,) = samples(group, read="neuron")
    assert [finding.code for finding in sample.findings] == ["time-missing"]
    (sample,) = samples(group, read="neuron", time=["/timestamp", "received"])
    assert (sample.findings, sample.clock) == ((), "received")


@pytest.mark.parametrize("payload", ["{}", "[]", "7", '{"values":[1],"tags":{"a":1},"errors":3}', '{"values":{}}'])
def test_a_group_without_readings(samples, payload):
    (sample,) = samples(payload, read="neuron")
    assert (sample.undecoded, sample.findings[0].code) == (True, "payload-no-reading")
    assert samples(payload, read="neuron", empty="ignore") == []
