"""Where readings stand: arrays, maps, captures, lists of pointers."""

import json

import pytest

from uns.decode.each import MAX_READINGS

GATEWAY = {"ts": 5, "values": [{"id": "a", "v": 1}, {"id": "b", "v": 2}]}
NESTED = {"Messages": [{"W": 1, "P": {"x": 1, "y": 2}}, {"W": 2, "P": {"x": 3}}]}
SIMATIC = {"vals": [{"id": "1", "val": 7}], "records": [{"ts": 9, "vals": [{"id": "2", "val": 8}]}]}
TASMOTA = {
    "Time": "2026-03-29T02:30:00",
    "AM2301": {"Temperature": 21.4, "Humidity": None},
    "R": [1, [2]],
    "e": {},
}


@pytest.mark.parametrize(
    ("payload", "keys", "expected"),
    [
        (
            GATEWAY,
            {"each": "/values/*", "tag": "./id", "value": "./v"},
            [("a", 1, "/values/0/v"), ("b", 2, "/values/1/v")],
        ),
        ([1, 2], {"each": "/*"}, [(None, 1, "/0"), (None, 2, "/1")]),
        ([1, 2], {"each": "/{i}"}, [("0", 1, "/0"), ("1", 2, "/1")]),
        (
            NESTED,
            {"each": "/Messages/*/P/{field}", "tag": ["/Messages/*/W", "{field}"]},
            [("1/x", 1, "/Messages/0/P/x"), ("1/y", 2, "/Messages/0/P/y"), ("2/x", 3, "/Messages/1/P/x")],
        ),
        (
            SIMATIC,
            {"each": ["/vals/*", "/records/*/vals/*"], "tag": "./id", "value": "./val"},
            [("1", 7, "/vals/0/val"), ("2", 8, "/records/0/vals/0/val")],
        ),
        (
            TASMOTA,
            {"each": "/{tag#}", "time": ["/Time", "received"]},
            [
                ("AM2301/Temperature", 21.4, "/AM2301/Temperature"),
                ("AM2301/Humidity", None, "/AM2301/Humidity"),
                ("R/0", 1, "/R/0"),
                ("R/1/0", 2, "/R/1/0"),
            ],
        ),
        (
            {"m1": {"a/b": 1}, "m~2": {"c": 2}},
            {"each": "/{m}/{tag}"},
            [("m1/a/b", 1, "/m1/a~1b"), ("m~2/c", 2, "/m~02/c")],
        ),
        ({"d": {"v": 3}}, {"each": "/d", "value": "./v"}, [(None, 3, "/d/v")]),
        ({"a": [5, 6]}, {"each": "/a/1"}, [(None, 6, "/a/1")]),
        ({"a": 1, "b": 2}, {"each": ["/a", "/{key}"]}, [("a", 1, "/a"), ("b", 2, "/b")]),
        ({"a": 1}, {"each": "/{k}", "tag": "line-3.{k}"}, [("line-3.a", 1, "/a")]),
    ],
)
def test_readings_are_found(samples, payload, keys, expected):
    drawn = samples(json.dumps(payload), **keys)
    assert [(one.tag, one.value, one.pointer) for one in drawn] == expected


@pytest.mark.parametrize(
    ("keys", "tags"),
    [
        ({"each": "/{tag}", "time": ["/ts", "received"]}, ["q", "u", "a"]),
        (
            {"each": "/{tag#}", "time": ["/ts", "received"], "quality": {"at": "/q", "as_": "opcua"}, "unit": "/u"},
            ["a"],
        ),
        ({"each": "/{tag}", "tag": ["/u", "{tag}"]}, ["Cel/ts", "Cel/q", "Cel/a"]),
    ],
)
def test_what_is_read_as_something_else_is_no_reading(samples, keys, tags):
    drawn = samples('{"ts":"x","q":{"Code":0},"u":"Cel","a":1}', **keys)
    assert [one.tag for one in drawn] == tags


def test_members_read_as_something_else_are_found_behind_a_star(samples):
    payload = '{"M":[{"P":{"ts":1763600000,"x":1}},{"P":{"ts":1763600001,"x":2}}]}'
    drawn = samples(payload, each="/M/*/P/{f}", time="/M/*/P/ts")
    assert [(one.tag, one.value, one.time) for one in drawn] == [
        ("x", 1, 1763600000 * 10**9),
        ("x", 2, 1763600001 * 10**9),
    ]


@pytest.mark.parametrize("payload", ["{}", '{"values":[]}', '{"values":{}}', "[]", "3", "null", '{"values":7}'])
def test_a_payload_without_a_reading(samples, payload):
    (sample,) = samples(payload, each="/values/*")
    assert (sample.undecoded, sample.findings[0].code) == (True, "payload-no-reading")
    assert "`/values/*` finds nothing" in sample.findings[0].message
    assert samples(payload, each="/values/*", empty="ignore") == []


@pytest.mark.parametrize("each", ["/*", "/{i}", "/{path#}"])
def test_more_readings_than_are_drawn(samples, each):
    (sample,) = samples("[" + "0," * MAX_READINGS + "0]", each=each)
    assert (sample.undecoded, sample.findings[0].code) == (True, "payload-limit")


@pytest.mark.parametrize("each", ["/*/*", "/{a}/{b}", "/{path#}", "/a/*"])
def test_names_that_every_reading_would_repeat_are_bounded(samples, each):
    (sample,) = samples(json.dumps({"a": [0] * 9, "x" * 2000: [0] * 9}), each=["/{a}/*", each])
    assert (sample.undecoded, sample.findings[0].code) == (True, "payload-limit")


def test_a_bad_reading_never_spoils_its_neighbours(samples):
    payload = '{"values":[{"id":"a","v":1,"t":1763600000000},7,{"v":2},{"id":"b","v":3,"t":1763600000000}]}'
    drawn = samples(payload, each="/values/*", tag="./id", value="./v", time="./t")
    assert [[finding.code for finding in one.findings] for one in drawn] == [
        [],
        ["tag-missing", "time-missing", "value-missing"],
        ["tag-missing", "time-missing"],
        [],
    ]
    assert [finding.where.pointer for finding in drawn[1].findings] == ["/values/1", "/values/1/t", "/values/1/v"]
