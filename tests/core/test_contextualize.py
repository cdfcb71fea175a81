"""The straight line as a whole: a message, a bundle and a timeline in, decisions out."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from support.project import NOW, bundle_of, codes, decided, published

from uns.bundle import Bundle
from uns.context.timeline import Timeline
from uns.context.values import Batch, Product, Shift
from uns.decision import Decision, Ignore, Observe, Publish, Recorded, Reject
from uns.equipment import EquipmentPath
from uns.instant import SECOND

LINE = EquipmentPath("dallas/line-3")
ALWAYS = (NOW - 10**15, NOW + 10**15)
PLANT = Timeline.build(
    "7",
    [Batch("B-1001", LINE, NOW - 3600 * SECOND, None, "SKU-42", "O-7")],
    [Product("SKU-42", "Cola 330")],
    shift_changes=[Shift("late", "2025-11-19", *ALWAYS, "B", EquipmentPath("dallas"))],
    equipment=["dallas/line-3"],
)
PLAIN = """
sources: [{topic: plc/#, value: /v, time: [/t, received]}]
rules:
  - {id: signal, from: 'plc/{line}/{asset}/{name}', to: 'line-{line}/{asset}/_telemetry/{name}'}
"""


@pytest.fixture(scope="module")
def plain() -> Bundle:
    return bundle_of(PLAIN)


def test_a_value_is_published_with_its_context_in_the_order_of_the_contract(plain: Bundle) -> None:
    [decision] = decided(plain, "plc/3/filler/temperature", {"v": 22, "t": NOW // 10**6}, PLANT)
    assert isinstance(decision, Publish)
    assert decision.topic == "acme/dallas/line-3/filler/_telemetry/temperature"
    assert decision.retain
    assert decision.payload == (
        b'{"timestamp":"2025-11-20T00:53:20.000Z","value":22.0,"unit":"Cel","quality":"good",'
        b'"batch":{"id":"B-1001","order":"O-7"},"shift":{"id":"late","date":"2025-11-19","crew":"B"},'
        b'"product":{"id":"SKU-42","name":"Cola 330"}}'
    )


def test_provenance_rides_in_user_properties(plain: Bundle) -> None:
    [decision] = decided(plain, "plc/3/filler/temperature", {"v": 22, "t": NOW // 10**6}, PLANT)
    assert isinstance(decision, Publish)
    properties = dict(decision.properties)
    assert len(properties.pop("id")) == 32
    assert properties == {
        "source": "plc/3/filler/temperature",
        "rule": "dallas/signal",
        "bundle": plain.revision,
        "contract": "telemetry/1",
        "context": "7",
    }


def test_what_is_not_known_is_left_out(plain: Bundle) -> None:
    [decision] = decided(plain, "plc/3/filler/temperature", {"v": 22, "t": NOW // 10**6})
    assert set(published(decision)) == {"timestamp", "value", "unit", "quality"}


@pytest.mark.parametrize(
    ("name", "raw", "written"),
    [
        ("temperature", "22", b'"value":22.0,'),
        ("temperature", "1e21", b'"value":1e+21,'),
        ("count", "22.0", b'"value":22,'),
        ("count", str(2**70), b'"value":%d,' % 2**70),
        ("running", "1", b'"value":true,'),
    ],
)
def test_numbers_are_written_so_that_field_types_stay_stable(name: str, raw: str, written: bytes) -> None:
    bundle = bundle_of(PLAIN, standard=_without_range())
    [decision] = decided(bundle, f"plc/3/filler/{name}", b'{"v": %s}' % raw.encode())
    assert isinstance(decision, Publish)
    assert written in decision.payload


def _without_range() -> str:
    from support.project import STANDARD

    return STANDARD.replace(", range: [-40, 400]", "")


@pytest.mark.parametrize(
    ("topic", "payload", "raw", "reason"),
    [
        ("plc/3/filler/temperature", b"", {}, "tombstone"),
        ("nobody/takes/this", b"", {}, "tombstone"),
        ("plc/3/filler/temperature", b'{"v": 1}', {"retained": True}, "retained"),
        ("cam/1", b"\xff\xd8", {}, "source"),
        ("quiet/1", b"{}", {}, "empty"),
        ("plc/3/filler/heartbeat", b"not json", {}, "dallas/heartbeat"),
        ("kept/1", b'{"v": 1, "t": 1763600000}', {"retained": True}, "retained"),
    ],
)
def test_what_is_ignored_says_why(topic: str, payload: bytes, raw: dict[str, Any], reason: str) -> None:
    bundle = bundle_of("""
        sources:
          - {topic: plc/#, value: /v, time: [/t, received]}
          - {topic: cam/#, read: ignore}
          - {topic: quiet/#, each: '/{name}', empty: ignore}
          - {topic: kept/#, value: /v, time: /t, retained: ignore}
        rules:
          - {id: heartbeat, from: plc/+/+/heartbeat, ignore: true}
          - {id: signal, from: 'plc/{line}/{asset}/{name}', to: 'line-{line}/{asset}/_telemetry/{name}'}
          - {id: quiet, from: quiet/+, tag: '#', ignore: true}
          - {id: kept, from: kept/1, to: filler/_telemetry/temperature}
    """)
    [decision] = decided(bundle, topic, payload, **raw)
    assert isinstance(decision, Ignore)
    assert decision.reason == reason


def test_a_retained_reading_with_its_own_time_is_taken(plain: Bundle) -> None:
    [decision] = decided(plain, "plc/3/filler/temperature", {"v": 1, "t": NOW // 10**6}, retained=True)
    assert isinstance(decision, Publish)


@pytest.mark.parametrize(
    ("topic", "payload", "found"),
    [
        ("nobody/takes/this", b"1", ["source-none"]),
        ("plc/3/filler/temperature", b"{", ["payload-syntax"]),
        ("plc/3/filler/temperature", b'{"x": 1}', ["value-missing"]),
        ("plc/3/filler/temperature", b'{"v": "hot"}', ["value-type"]),
        ("plc/3/filler/temperature", b'{"v": {"deep": 1}}', ["value-not-scalar"]),
        ("plc/3/filler/status", b'{"v": {"deep": 1}}', ["value-not-scalar"]),
        ("plc/3/filler/temperature", b'{"v": 850}', ["value-out-of-range"]),
        ("plc/3/filler/mode", b'{"v": "halted"}', ["value-not-listed"]),
        ("plc/3/filler/temprature", b'{"v": 1}', ["name-unknown"]),
        ("plc/333/filler/temperature", b'{"v": 1}', ["level-not-allowed"]),
        ("plc/3/Filler/temperature", b'{"v": 1}', ["level-not-allowed"]),
        ("plc/3/filler", b'{"x": 1}', ["value-missing", "rule-none"]),
    ],
)
def test_what_is_rejected_says_everything_that_is_wrong(
    plain: Bundle, topic: str, payload: bytes, found: list[str]
) -> None:
    [decision] = decided(plain, topic, payload)
    assert isinstance(decision, Reject)
    assert codes(decision) == found
    assert all(each.remedy and each.message for each in decision.findings)


def test_a_contract_that_refuses_names_the_field() -> None:
    bundle = bundle_of("""
        sources: [{topic: drives/+}]
        rules:
          - id: drive
            from: drives/{drive}
            where: {drive: [d1]}
            to: '{drive}/_drive/status'
            fields: {speed: {at: ./rpm, unit: 1/min}}
    """)
    [good, bad] = decided(bundle, "drives/d1", {"rpm": 7}) + decided(bundle, "drives/d1", {"turns": 7})
    assert published(good)["speed"] == 7.0
    assert isinstance(bad, Reject)
    [finding] = bad.findings
    assert finding.code == "contract-violated"
    assert finding.where.as_json()["in"] == "governed"
    assert "speed" in finding.message


GROUP = """
sources: [{topic: group, each: '/{name}', time: received}]
rules: [{id: signal, from: group, tag: '{name}', to: 'filler/_telemetry/{name}'}]
"""


def test_one_bad_reading_never_spoils_its_neighbours() -> None:
    payload = b'{"temperature": 21.5, "speed": "fast", "count": NaN, "running": true}'
    decisions = decided(bundle_of(GROUP), "group", payload)
    kinds = {each.sample.tag: type(each).__name__ for each in decisions if each.sample}  # type: ignore[union-attr]
    assert kinds == {"temperature": "Publish", "speed": "Reject", "count": "Publish", "running": "Publish"}
    assert published(decisions[2]) == {
        "timestamp": "2025-11-20T00:53:20.000Z",
        "value": None,
        "quality": "bad",
    } | {key: value for key, value in published(decisions[2]).items() if key == "code"}


@pytest.mark.parametrize(("quality", "outcome"), [(192, "good"), (64, "uncertain"), (0, "bad"), (216, "good")])
def test_quality_travels_and_a_bad_value_is_not_held_against_its_range(quality: int, outcome: str) -> None:
    bundle = bundle_of("""
        sources: [{topic: opc/+, value: /v, quality: {at: /q, as: opcda}}]
        rules: [{id: signal, from: 'opc/{name}', to: 'filler/_telemetry/{name}'}]
    """)
    [decision] = decided(bundle, "opc/temperature", {"v": 999 if outcome == "bad" else 20, "q": quality})
    assert published(decision)["quality"] == outcome


def test_bits_of_a_word_fan_out_in_row_order() -> None:
    table = "tag,asset,name,bit\nW1,filler,running,0\nW1,mixer,running,3\n"
    bundle = bundle_of(
        """
        sources: [{topic: word/+}]
        lookups: {bits: {file: bits.csv, key: [tag]}}
        rules: [{id: bits, from: 'word/{tag}', lookup: bits, to: '{asset}/_telemetry/{name}'}]
        """,
        bits=table,
    )
    decisions = decided(bundle, "word/W1", b"8")
    assert [
        (each.topic.split("/")[2], published(each)["value"]) for each in decisions if isinstance(each, Publish)
    ] == [
        ("filler", False),
        ("mixer", True),
    ]


def test_up_to_four_targets_get_the_same_reading() -> None:
    bundle = bundle_of("""
        sources: [{topic: plc/+, value: /v}]
        rules: [{id: both, from: plc/t1, to: [filler/_telemetry/temperature, filler/_event/temperature]}]
    """)
    first, second = decided(bundle, "plc/t1", {"v": 20})
    assert isinstance(first, Publish)
    assert isinstance(second, Publish)
    assert (first.retain, second.retain) == (True, False)
    assert dict(first.properties)["id"] == dict(second.properties)["id"]


class TestDocuments:
    RULES = """
    sources: [{topic: erp/orders, time: [/at, received]}, {topic: erp/list, each: /orders/*, time: received}]
    rules:
      - {id: order, from: erp/orders, to: filler/_order/status}
      - {id: listed, from: erp/list, to: mixer/_order/status}
    """

    def test_the_whole_payload_is_published_byte_for_byte(self) -> None:
        payload = b'{ "orderId" : "7",  "big": 123456789012345678901234567890, "at": 1763600000 }'
        [decision] = decided(bundle_of(self.RULES), "erp/orders", payload, PLANT)
        assert isinstance(decision, Publish)
        assert decision.payload == payload
        properties = dict(decision.properties)
        assert properties["timestamp"] == "2025-11-20T00:53:20.000Z"
        assert properties["quality"] == "good"
        assert properties["shift"] == "late"

    def test_a_part_of_a_payload_is_written_as_json(self) -> None:
        decisions = decided(bundle_of(self.RULES), "erp/list", {"orders": [{"orderId": "1"}, {"id": "2"}]})
        assert [type(each) for each in decisions] == [Publish, Reject]
        assert published(decisions[0]) == {"orderId": "1"}

    @pytest.mark.parametrize(
        ("topic", "payload", "found"),
        [
            ("erp/orders", b"null", ["contract-violated"]),
            ("erp/orders", b'{"orderId": "7", "x": NaN}', ["payload-syntax"]),
            ("erp/list", b'{"orders": [{"orderId": "7", "x": {"y": [NaN]}}]}', ["payload-syntax"]),
            ("erp/list", b'{"orders": [{"orderId": "7", "x": -Infinity, "big": %d}]}' % 2**80, ["payload-syntax"]),
            ("erp/list", b'{"orders": [null]}', ["contract-violated"]),
        ],
    )
    def test_what_is_no_json_or_no_document_stays_in(self, topic: str, payload: bytes, found: list[str]) -> None:
        [decision] = decided(bundle_of(self.RULES), topic, payload)
        assert isinstance(decision, Reject)
        assert codes(decision) == found


class TestFields:
    RULES = """
    sources: [{topic: drive/+}]
    rules: [{id: drive, from: drive/x, to: mixer/_drive/status, fields: {speed: /s, more: /more, count: /c}}]
    """

    @pytest.mark.parametrize(
        ("payload", "fields", "quality"),
        [
            (b'{"s": 1, "c": 22.0, "more": {"a": 1}}', {"speed": 1.0, "more": {"a": 1}, "count": 22}, "good"),
            (b'{"s": 1, "more": null, "c": NaN}', {"speed": 1.0}, "uncertain"),
            (b'{"s": 1, "c": 1, "more": [{"a": NaN}]}', {"speed": 1.0, "count": 1}, "uncertain"),
            (b'{"s": 1, "c": 1, "more": [Infinity, %d]}' % 2**80, {"speed": 1.0, "count": 1}, "uncertain"),
        ],
    )
    def test_what_is_not_there_or_not_finite_is_left_out(
        self, payload: bytes, fields: dict[str, Any], quality: str
    ) -> None:
        [decision] = decided(bundle_of(self.RULES), "drive/x", payload)
        body = published(decision)
        assert {name: body[name] for name in body if name not in ("timestamp", "quality")} == fields
        assert body["quality"] == quality

    def test_a_field_that_the_dictionary_refuses_is_told_once(self) -> None:
        [decision] = decided(bundle_of(self.RULES), "drive/x", {"s": "fast"})
        assert isinstance(decision, Reject)
        assert codes(decision) == ["value-type"]


@pytest.mark.parametrize(
    ("mode", "payload", "kind", "quality"),
    [
        ("enforce", {"v": 20}, Publish, "good"),
        ("enforce", {"v": 999}, Reject, None),
        ("warn", {"v": 999}, Publish, "uncertain"),
        ("warn", {"v": "hot"}, Reject, None),
        ("observe", {"v": 20}, Observe, None),
        ("observe", {"v": 999}, Observe, None),
    ],
)
def test_modes(mode: str, payload: dict[str, Any], kind: type[Decision], quality: str | None) -> None:
    bundle = bundle_of(f"""
        mode: {mode}
        sources: [{{topic: plc/+, value: /v}}]
        rules: [{{id: signal, from: plc/t1, to: filler/_telemetry/temperature}}]
    """)
    [decision] = decided(bundle, "plc/t1", payload)
    assert isinstance(decision, kind)
    if quality:
        assert published(decision)["quality"] == quality
    if mode == "warn" and isinstance(decision, Publish):
        assert dict(decision.properties)["findings"] == "value-out-of-range"
        assert published(decision)["value"] == 999.0


class TestContext:
    RULES = """
    sources: [{topic: plc/#, value: /v, time: [/t, received]}]
    rules:
      - {id: named, from: plc/named, to: line-3/filler/_telemetry/speed, batch: /batch}
      - {id: signal, from: 'plc/{name}', to: 'line-3/filler/_batched/{name}'}
    """

    def test_a_contract_that_requires_a_batch_is_refused_where_there_is_none(self) -> None:
        bundle = bundle_of(self.RULES)
        [there] = decided(bundle, "plc/temperature", {"v": 1}, PLANT)
        [before] = decided(bundle, "plc/temperature", {"v": 1, "t": NOW // SECOND - 7200}, PLANT)
        [stale] = decided(bundle, "plc/temperature", {"v": 1}, PLANT.when_stale())
        assert published(there)["batch"]["id"] == "B-1001"
        assert (codes(before), codes(stale)) == (["context-missing"], ["context-stale"])
        assert "2025-11-19T22:53:20" in before.findings[0].message  # type: ignore[union-attr]

    def test_a_backlog_without_times_claims_nothing(self) -> None:
        bundle = bundle_of(self.RULES.replace("_batched", "_telemetry"))
        [decision] = decided(bundle, "plc/temperature", {"v": 1}, PLANT, backlog=True)
        assert isinstance(decision, Publish)
        assert set(published(decision)) == {"timestamp", "value", "unit", "quality"}
        assert published(decision)["quality"] == "uncertain"
        assert dict(decision.properties)["clock"] == "backlog"

    def test_the_payload_may_name_its_batch(self) -> None:
        bundle = bundle_of(self.RULES)
        [known] = decided(bundle, "plc/named", {"v": 1, "batch": "B-1001"}, PLANT)
        [unknown] = decided(bundle, "plc/named", {"v": 1, "batch": "B-9"}, PLANT)
        [none] = decided(bundle, "plc/named", {"v": 1}, PLANT)
        assert published(known)["product"]["id"] == "SKU-42"
        assert (codes(unknown), codes(none)) == (["batch-unknown"], ["batch-unknown"])


class TestRecords:
    RULES = """
    sources: [{topic: mes/#, each: /*, tag: [./kind], time: ./at}]
    rules:
      - {id: start, from: mes/orders, tag: START, record: batch-start, to: line-3, fields: {id: ./id, product: ./sku}}
      - {id: stop, from: mes/orders, tag: STOP, record: batch-stop, to: line-3, fields: {id: ./id}}
      - {id: speed, from: mes/orders, tag: SPEED, to: line-3/filler/_telemetry/speed}
    """

    def test_records_are_judged_in_their_order_and_readings_see_the_timeline_before(self) -> None:
        at = NOW // SECOND
        payload = [
            {"kind": "STOP", "id": "B-1001", "at": at - 60},
            {"kind": "START", "id": "B-1002", "sku": "SKU-42", "at": at - 60},
            {"kind": "START", "id": "B-1003", "at": at - 30},
            {"kind": "START", "at": at - 30},
        ]
        decisions = decided(bundle_of(self.RULES), "mes/orders", payload, PLANT)
        assert [type(each) for each in decisions] == [Recorded, Recorded, Reject, Reject]
        assert codes(decisions[2]) == ["batch-overlap"]
        assert codes(decisions[3]) == ["value-missing"]
        started = decisions[1]
        assert isinstance(started, Recorded)
        assert (started.record.kind, started.record.equipment) == ("batch-start", "dallas/line-3")
        assert started.record.fields == {"id": "B-1002", "product": "SKU-42"}

    @pytest.mark.parametrize(
        ("record", "fields", "found"),
        [
            ({"id": 7, "q": "12.5"}, {"id": "7", "quantity": 12.5}, []),
            ({"id": 7, "q": 12, "sku": 42}, {"id": "7", "quantity": 12, "product": "42"}, []),
            ({"id": {"no": 7}}, None, ["value-not-scalar"]),
            ({"id": 7, "q": "many"}, None, ["value-type"]),
            ({"id": 7, "q": [12]}, None, ["value-not-scalar"]),
        ],
    )
    def test_fields_of_a_record_are_text_and_a_quantity_is_a_number(
        self, record: dict[str, Any], fields: dict[str, Any] | None, found: list[str]
    ) -> None:
        bundle = bundle_of(self.RULES.replace("product: ./sku", "product: ./sku, quantity: ./q"))
        [decision] = decided(bundle, "mes/orders", [{"kind": "START", "at": NOW // SECOND, **record}])
        assert codes(decision) == found
        assert fields is None or (isinstance(decision, Recorded) and decision.record.fields == fields)

    @pytest.mark.parametrize(
        ("fields", "place", "field"),
        [
            (b'"more": {"brix": [11.2, NaN], "gate": "A"}', "/0/more/brix/1", "attributes"),
            (b'"more": {"a/b": -Infinity}', "/0/more/a~1b", "attributes"),
            (b'"q": NaN', "/0/q", "quantity"),
        ],
    )
    def test_a_field_that_is_there_and_not_finite_keeps_the_record_out(
        self, fields: bytes, place: str, field: str
    ) -> None:
        bundle = bundle_of(self.RULES.replace("product: ./sku", "attributes: ./more, quantity: ./q"))
        payload = b'[{"kind": "START", "id": "B-1", "at": %d, %b}]' % (NOW // SECOND, fields)
        [decision] = decided(bundle, "mes/orders", payload)
        assert isinstance(decision, Reject)
        [told] = decision.findings
        assert (told.code, told.where.pointer) == ("payload-syntax", place)
        assert told.message == f"field `{field}`: NaN or Infinity, which the registry cannot keep"

    def test_a_field_at_fault_is_named_from_the_root_of_the_payload(self) -> None:
        good, bad = ({"kind": "START", "at": NOW // SECOND, "id": each} for each in ("B-1", {"no": 7}))
        _, decision = decided(bundle_of(self.RULES), "mes/orders", [good, bad])
        assert [each.where.pointer for each in decision.findings] == ["/1/id"]

    @pytest.mark.parametrize(("mode", "kind"), [("enforce", Reject), ("warn", Recorded)])
    def test_mode_warn_records_what_the_raw_schema_refuses(self, mode: str, kind: type[Decision]) -> None:
        bundle = bundle_of(f"""
            mode: {mode}
            sources: [{{topic: mes/+, tag: /kind, schema: raw.json}}]
            rules: [{{id: start, from: mes/x, tag: START, record: batch-start, to: line-3, fields: {{id: /id}}}}]
        """)
        [decision] = decided(bundle, "mes/x", {"kind": "START", "id": "B-1", "v": 101})
        assert isinstance(decision, kind)
        assert codes(decision) == ["payload-schema"]


def test_a_raw_schema_is_held_against_a_message_without_readings() -> None:
    bundle = bundle_of("""
        sources: [{topic: plc/+, each: '/all/{name}', schema: raw.json, empty: ignore}]
        rules: [{id: signal, from: plc/t1, tag: '{name}', to: 'filler/_telemetry/{name}'}]
    """)
    [decision] = decided(bundle, "plc/t1", {"v": 101})
    assert isinstance(decision, Reject)
    assert codes(decision) == ["payload-schema"]


def test_a_raw_schema_is_held_against_every_reading_of_the_message() -> None:
    bundle = bundle_of("""
        sources: [{topic: plc/+, value: /v, schema: raw.json}]
        rules: [{id: signal, from: plc/t1, to: filler/_telemetry/temperature}]
    """)
    [good, bad] = decided(bundle, "plc/t1", {"v": 20}) + decided(bundle, "plc/t1", {"v": 200})
    assert isinstance(good, Publish)
    assert codes(bad) == ["payload-schema"]


@pytest.mark.parametrize(
    ("unit", "value", "found"),
    [("[degF]", 22.0, []), ("Cel", 71.6, []), ("bar", None, ["unit-incompatible"]), ("wat", None, ["unit-unknown"])],
)
def test_a_unit_in_the_payload_is_converted(unit: str, value: float | None, found: list[str]) -> None:
    bundle = bundle_of("""
        sources: [{topic: plc/+, value: /v, unit: /u}]
        rules: [{id: signal, from: plc/t1, to: filler/_telemetry/temperature}]
    """)
    [decision] = decided(bundle, "plc/t1", {"v": 71.6, "u": unit})
    if found:
        assert codes(decision) == found
    else:
        assert published(decision)["value"] == value


class TestIdentity:
    def ids(self, bundle: Bundle, payload: Any, **raw: Any) -> str:
        [decision] = decided(bundle, "plc/3/filler/temperature", payload, **raw)
        assert isinstance(decision, Publish)
        return dict(decision.properties)["id"]

    def test_a_timed_reading_keeps_its_id_whenever_it_arrives_and_under_other_rules(self, plain: Bundle) -> None:
        timed = {"v": 1, "t": NOW // 10**6}
        fahrenheit = bundle_of(PLAIN.replace("}'}", "}', unit: '[degF]'}"))
        assert self.ids(plain, timed) == self.ids(plain, timed, received=NOW + 5, receipt=9)
        assert self.ids(plain, timed) == self.ids(fahrenheit, timed)
        assert self.ids(plain, timed) != self.ids(plain, timed | {"v": 2})

    def test_a_reading_without_time_is_told_apart_by_its_receipt(self, plain: Bundle) -> None:
        assert self.ids(plain, {"v": 1}, receipt=1) != self.ids(plain, {"v": 1}, receipt=2)
        assert self.ids(plain, {"v": 1}, receipt=1) == self.ids(plain, {"v": 1}, receipt=1)

    def test_a_redelivery_that_nobody_can_recognise_says_so(self, plain: Bundle) -> None:
        [decision] = decided(plain, "plc/3/filler/temperature", {"v": 1}, redelivered=True)
        assert isinstance(decision, Publish)
        assert dict(decision.properties)["redelivered"] == "true"


def test_the_line_is_pure(plain: Bundle) -> None:
    payload = orjson.dumps({"v": 1, "t": NOW // 10**6})
    assert decided(plain, "plc/3/filler/speed", payload, PLANT) == decided(plain, "plc/3/filler/speed", payload, PLANT)
