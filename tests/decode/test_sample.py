"""Samples: tags, units, missing values, and the presets on the payloads that their vendors document."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from uns.decode import reader
from uns.decode.presets import DIALECTS, LATER, PRESETS
from uns.message import ABSENT, Quality, Sample

MS = 1_763_600_000_000
KEPWARE = [{"id": "C1.D1.T1", "v": 42, "q": True, "t": MS}, {"id": "C1.D1.T2", "v": 1, "q": False}]
LIST = [{"tagname": "Group A.Device C - D.Tag 42", "timestamp": MS, "value": 1291}]
ZIGBEE = {"contact": True, "update": {"state": "idle"}}
SIMATIC = {
    "vals": [{"id": "101", "qc": 3, "ts": "2025-11-20T00:53:20Z", "val": 1}],
    "records": [{"ts": MS, "vals": [{"id": "102", "qc": 1, "val": 2}]}],
}


@pytest.mark.parametrize(
    ("preset", "payload", "expected"),
    [
        (
            "kepware",
            {"timestamp": MS, "values": KEPWARE},
            [("C1.D1.T1", 42, "good", ""), ("C1.D1.T2", 1, "bad", "")],
        ),
        ("kepware-list", LIST, [("Group A.Device C - D.Tag 42", 1291, "good", "")]),
        ("umh", {"timestamp_ms": MS, "temperature": 23.4}, [("temperature", 23.4, "good", "")]),
        (
            "tasmota",
            {"Time": "2025-11-20T00:53:20", "AM2301": {"Temperature": 21.4}},
            [("AM2301/Temperature", 21.4, "good", "")],
        ),
        (
            "zigbee2mqtt",
            {"last_seen": MS, **ZIGBEE},
            [("contact", True, "good", ""), ("update/state", "idle", "good", "")],
        ),
        (
            "zigbee2mqtt",
            ZIGBEE,
            [("contact", True, "good", "received"), ("update/state", "idle", "good", "received")],
        ),
        ("simatic", SIMATIC, [("101", 1, "good", ""), ("102", 2, "uncertain", "")]),
    ],
)
def test_presets_read_what_vendors_document(samples, preset, payload, expected):
    keys = dict(PRESETS[preset])
    if "quality" in keys:
        quality = dict(keys["quality"])
        listed = {text: Quality(name) for name in ("good", "uncertain") for text in quality.get(name, ())}
        keys["quality"] = {"at": quality["at"], "as_": quality.get("as"), "listed": listed}
    drawn = samples(json.dumps(payload), received=MS * 10**6, **keys)
    assert [(one.tag, one.value, one.quality.value, one.clock) for one in drawn] == expected
    assert not any(one.findings for one in drawn)


def test_names_of_reads_are_told_apart():
    assert len(DIALECTS | LATER | set(PRESETS)) == len(DIALECTS) + len(LATER) + len(PRESETS)


@pytest.mark.parametrize(
    ("payload", "tag", "expected", "code"),
    [
        ({"id": "a"}, "/id", "a", None),
        ({"id": 7}, "/id", "7", None),
        ({"id": True}, "/id", "true", None),
        ({"id": 1.5}, "/id", "1.5", None),
        ({"event": "START", "line": "L3"}, ["/event", "/line"], "START/L3", None),
        ({"id": "a b/ü%"}, ["/id"], "a b/ü%", None),
        ({"id": ""}, "/id", None, "tag-missing"),
        ({"id": None}, "/id", None, "tag-missing"),
        ({"id": [1]}, "/id", None, "tag-missing"),
        ({}, ["/event", "/id"], None, "tag-missing"),
        ({"id": "x" * 5000}, "/id", None, "payload-limit"),
        ({"id": "x" * 600}, ["/id", "/id"], None, "payload-limit"),
        ({}, "fixed", "fixed", None),
        ({}, "{{fixed}}", "{fixed}", None),
    ],
)
def test_a_tag_is_what_the_payload_names(samples, payload, tag, expected, code):
    (sample,) = samples(json.dumps(payload), tag=tag)
    assert sample.tag == expected
    assert [finding.code for finding in sample.findings] == ([code] if code else [])


@pytest.mark.parametrize(
    ("payload", "unit"),
    [
        ({"u": "°C"}, "°C"),
        ({"u": " bar "}, "bar"),
        ({"u": ""}, None),
        ({"u": 3}, None),
        ({}, None),
        ({"u": None}, None),
    ],
)
def test_the_unit_is_the_payloads(samples, payload, unit):
    (sample,) = samples(json.dumps({"v": 1} | payload), value="/v", unit="/u")
    assert sample.unit == unit


@pytest.mark.parametrize(
    ("payload", "value", "remedy"),
    [
        ('{"val":1}', "/Val", "did you mean `/val`?"),
        ('{"data":{"vale":1}}', "./data/value", "did you mean `./data/vale`?"),
        ('{"dat":{"value":1}}', "./data/value", "did you mean `./dat/value`?"),
        ('{"xyz":1}', "/Val", "correct `value` of the source"),
        ("[1]", "/Val", "correct `value` of the source"),
    ],
)
def test_a_missing_value_names_what_resembles_it(samples, payload, value, remedy):
    (sample,) = samples(payload, value=value)
    assert sample.value is ABSENT
    assert [(finding.code, finding.remedy) for finding in sample.findings] == [("value-missing", remedy)]


def test_the_whole_payload_is_one_reading_where_nothing_else_is_said(samples):
    (sample,) = samples('{"a":[1]}')
    assert (sample.value, sample.pointer, sample.reading.whole, sample.tag) == ({"a": [1]}, "", True, None)
    assert samples('{"a":1}', each="/{k}")[0].reading.whole is False


def test_a_source_that_ignores_draws_nothing(samples):
    assert samples(b"\xff\xd8picture", read="ignore") == []


KEYS = [
    {},
    {"read": "text"},
    {"read": "neuron"},
    {"value": "/v", "time": "/t", "quality": {"at": "/q", "as_": "opcua"}, "unit": "/u", "tag": "/id"},
    {"each": "/*", "tag": "./id", "value": "./v", "time": "./t", "quality": {"at": "./q", "as_": "opcda"}},
    {"each": ["/values/*", "/{key}"], "tag": ["./id", "x"], "time": "/t"},
    {"each": "/{path#}", "time": ["/t", "received"], "zone": "Europe/Berlin"},
    {"each": "/values/*", "value": "/values/*/v", "time": ["./t", "received"], "as_": "%Y"},
]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
NAMES = st.sampled_from(["id", "v", "t", "q", "u", "values", "errors", "tags", "name", "value", "error"]) | st.text(
    max_size=4
)
TREES = st.recursive(SCALARS, lambda below: st.lists(below, max_size=4) | st.dictionaries(NAMES, below, max_size=6))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # they hand out functions only
@given(
    payload=st.one_of(
        st.binary(max_size=200),
        TREES.map(lambda tree: json.dumps(tree).encode()),
        st.tuples(TREES.map(lambda tree: json.dumps(tree).encode()), st.integers(0, 80)).map(
            lambda cut: cut[0][: cut[1]]
        ),
    )
)
def test_any_bytes_are_samples_or_one_undecoded_sample(source, raw, payload):
    for keys in KEYS:
        drawn, births = reader(source(**keys))(raw(payload))
        assert not births
        assert all(isinstance(one, Sample) for one in drawn)
        if any(one.undecoded for one in drawn):
            assert len(drawn) == 1
            assert drawn[0].findings
            assert drawn[0].value is ABSENT
        for one in drawn:
            assert one.undecoded or one.value is not ABSENT or one.findings
            assert one.value is not None or one.quality is Quality.BAD
