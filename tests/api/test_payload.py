"""Governed payloads read again, whoever wrote them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uns.api.changes import Change
from uns.api.payload import parsed
from uns.api.shown import value_of

OURS = {"rule": "dallas/filler", "contract": "telemetry/1", "source": "plc/x"}
SECOND = 1_000_000_000


def change(payload: bytes, properties: dict[str, str] = OURS, arrived: int = 100 * SECOND) -> Change:
    return Change(1, "acme/dallas/_telemetry/x", payload, properties, True, arrived)


@pytest.mark.parametrize(
    "payload",
    [
        b"{",
        b"NaN",
        b'{"value":Infinity}',
        b"\xff\xfe",
        b"[" * 100_000,
        b"[" * 80 + b"]" * 80,
        b"9" * 5_000,
        b"1e999",
        b'"\\ud800"',
    ],
    ids=[
        "cut off",
        "NaN",
        "Infinity",
        "not UTF-8",
        "endless nesting",
        "deep nesting",
        "too many digits",
        "beyond a double",
        "half a surrogate pair",
    ],
)
def test_what_is_no_json_has_no_value_and_its_beginning_as_text(payload):
    assert parsed(payload) is None
    shown = json.loads(value_of(change(payload), 0).model_dump_json())
    assert shown["value"] is None
    text = payload.decode("utf-8", "replace")
    assert shown["not_json"] == (text if len(text) <= 200 else f"{text[:200]}…")


@pytest.mark.parametrize("payload", [b"null", b" null\n", b"0", b'""', b"{}", b"[]", b"false"])
def test_what_is_json_is_no_text_beside_its_value(payload):
    assert value_of(change(payload), 0).not_json is None


def test_the_text_of_what_is_no_json_is_cut_between_characters():
    assert value_of(change("é".encode() * 1_000), 0).not_json == "é" * 200 + "…"


def test_integers_of_any_size_stay_exact():
    payload = b'{"timestamp":"2026-11-20T10:00:00Z","value":123456789012345678901234567890,"quality":"good"}'
    assert '"value":123456789012345678901234567890' in value_of(change(payload), 0).model_dump_json()


def test_a_value_is_taken_apart():
    payload = (
        b'{"timestamp":"2026-11-20T10:00:00.123Z","value":22.0,"unit":"Cel","quality":"good","batch":{"id":"B-1001"}}'
    )
    shown = value_of(change(payload, arrived=1_795_168_805 * SECOND), 1_795_168_805 * SECOND)
    assert (shown.value, shown.unit, shown.quality, shown.batch) == (22.0, "Cel", "good", {"id": "B-1001"})
    assert (shown.provenance.rule, shown.provenance.source, shown.rogue) == ("dallas/filler", "plc/x", False)
    assert shown.age == 4.877


def test_an_object_shows_its_fields():
    payload = (
        b'{"timestamp":"2026-11-20T10:00:00Z","speed":12.0,"state":"running","quality":"good","shift":{"id":"late"}}'
    )
    shown = value_of(change(payload), 0)
    assert shown.value == {"speed": 12.0, "state": "running"}
    assert shown.shift == {"id": "late"}


def test_a_document_has_its_context_in_properties():
    beside = {"timestamp": "2026-11-20T10:00:00Z", "quality": "uncertain", "batch": "B-7", "product": "SKU-1"}
    shown = value_of(change(b'{"order": 7}', OURS | beside), 0)
    assert shown.value == {"order": 7}
    assert (shown.quality, shown.batch, shown.shift) == ("uncertain", {"id": "B-7"}, None)


def test_findings_of_mode_warn_are_shown_as_findings():
    assert value_of(change(b"1", OURS | {"findings": '[{"code":"value-out-of-range"}]'}), 0).provenance.findings == [
        {"code": "value-out-of-range"}
    ]
    assert (
        value_of(change(b"1", OURS | {"findings": "value-out-of-range"}), 0).provenance.findings == "value-out-of-range"
    )


@given(st.binary(max_size=200), st.dictionaries(st.text(max_size=10), st.text(max_size=20), max_size=5))
def test_any_bytes_and_any_properties_can_be_shown(payload, properties):
    shown = json.loads(value_of(change(payload, properties), 0).model_dump_json())
    assert shown["topic"] == "acme/dallas/_telemetry/x"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
        max_leaves=10,
    )
)
def test_any_json_comes_back_as_it_was(value):
    assert json.loads(value_of(change(json.dumps(value).encode()), 0).model_dump_json())["value"] == value
