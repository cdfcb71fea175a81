"""Rules in force, explanations, quarantine and status over REST."""

from __future__ import annotations

import json
import shutil

import httpx
import pytest
from support.api import running_api
from support.waiting import eventually

from uns import lastgood
from uns.files import read_documents
from uns.finding import SamplePlace, found
from uns.message import RawMessage
from uns.quarantine import Rejection
from uns.registry.engine import connect
from uns.registry.quarantine import keep

RAW = "plc/dallas/L3/filler/TT101"
READING = {"Val": 71.6, "ts": 1763600000000}
AT = "2025-11-20T00:53:21Z"


def test_the_files_in_force_are_listed_and_read(api, plant):
    listed = api.client.get("/rules").json()
    assert [(each["file"], each["kind"]) for each in listed["items"]] == [
        ("naming_rules/dallas.yaml", "rules"),
        ("naming_rules/standard.yaml", "standard"),
        ("schemas/telemetry/1.json", "schema"),
    ]
    assert listed["items"][0]["steward"] == "packaging-ot@acme.example"
    for name in ("dallas.yaml", "naming_rules/dallas.yaml"):
        shown = api.client.get(f"/rules/{name}").json()
        assert shown["text"] == (plant / "naming_rules/dallas.yaml").read_text()
        assert shown["revision"] == listed["revision"]


def test_a_contract_is_shown_with_its_schema(api, plant):
    shown = api.client.get("/contracts/telemetry/1").json()
    assert shown["schema"] == json.loads((plant / "schemas/telemetry/1.json").read_text())
    assert (shown["shape"], shown["current"]) == ("value", True)
    assert [each["name"] for each in api.client.get("/contracts").json()["items"]] == ["telemetry"]


def test_a_change_of_the_folder_takes_effect_and_a_wrong_one_leaves_the_last_good_one(api, plant):
    before = api.client.get("/rules").json()["revision"]
    path = plant / "naming_rules/dallas.yaml"
    good = path.read_text()
    path.write_text(good.replace("packaging-ot@", "ot@"))
    after = eventually(lambda: _other_than(before, api))
    path.write_text(good.replace("from:", "form:"))
    ready = eventually(lambda: _degraded(api))
    assert "dallas.yaml" in ready["reasons"][0]
    listed = api.client.get("/rules").json()
    assert listed["revision"] == after
    assert {"key-unknown"} <= {each["code"] for each in listed["findings"]}


def test_a_folder_put_in_the_place_of_the_one_that_was_watched_is_followed(api, plant):
    before = api.client.get("/rules").json()["revision"]
    rules = plant / "naming_rules"
    shutil.copytree(rules, plant / "new")
    rules.rename(plant / "old")
    (plant / "new").rename(rules)
    for steward in ("one@", "two@"):
        (rules / "dallas.yaml").write_text(
            (plant / "old" / "dallas.yaml").read_text().replace("packaging-ot@", steward)
        )
        before = eventually(lambda known=before: _other_than(known, api))


def test_it_starts_with_the_last_good_rules_where_those_of_now_are_wrong(settings, plant):
    documents, _ = read_documents(settings.rules, settings.schemas)
    settings.state.mkdir()
    lastgood.keep(settings.state, documents)
    (plant / "naming_rules/dallas.yaml").write_text("site: nowhere")
    with running_api(settings) as api:
        ready = eventually(lambda: _degraded(api))
        assert "the newest rules have errors" in ready["reasons"][0]
        assert api.client.get("/rules").json()["revision"] == documents.revision


def test_it_starts_with_the_last_good_rules_where_the_registry_that_holds_those_of_now_is_away(settings):
    documents, _ = read_documents(settings.rules, settings.schemas)
    settings.state.mkdir()
    lastgood.keep(settings.state, documents)
    away = {"rules_source": "registry", "registry": "postgresql+psycopg://127.0.0.1:1/nobody"}
    with running_api(settings.model_copy(update=away)) as api:
        assert eventually(lambda: api.client.get("/contracts").json().get("items"))
        assert api.client.get("/rules").json()["revision"] == documents.revision


def _other_than(before: str, api) -> str | None:
    now = api.client.get("/rules").json()["revision"]
    return now if now != before else None


def _degraded(api) -> dict | None:
    ready = httpx.get(f"{api.url}/readyz").json()
    return ready if ready["status"] == "degraded" else None


def test_a_message_is_explained_step_by_step(api):
    told = api.client.post("/explain", json={"topic": RAW, "payload": READING, "at": AT})
    assert told.status_code == 200, told.text
    [outcome] = told.json()["outcomes"]
    assert outcome["topic"] == "acme/dallas/packaging/line-3/filler/_telemetry/temperature"
    assert json.loads(outcome["payload"])["value"] == 22.0
    assert told.json()["bundle"] == api.client.get("/rules").json()["revision"]
    steps = told.json()["steps"]
    assert {"message", "source", "rule", "publish"} <= {each["step"] for each in steps}
    assert any(each["where"] and each["where"]["file"].endswith("dallas.yaml") for each in steps)


@pytest.mark.parametrize("payload", [{"text": json.dumps(READING)}, {"hex": json.dumps(READING).encode().hex()}])
def test_text_and_hex_are_payloads_too(api, payload):
    told = api.client.post("/explain", json={"topic": RAW, "at": AT} | payload).json()
    assert told["outcomes"][0]["outcome"] == "publish"


@pytest.mark.parametrize(
    "payload", [{"text": "{"}, {"hex": "fffe00"}, {"payload": None}, {"payload": [[[]]]}, {"text": "["}]
)
def test_any_payload_is_explained(api, payload):
    told = api.client.post("/explain", json={"topic": RAW, "at": AT} | payload)
    assert told.status_code == 200
    assert told.json()["outcomes"][0]["outcome"] == "reject"


@pytest.mark.parametrize(
    "body",
    [
        {"topic": "a/#", "text": ""},
        {"topic": "a\u0000", "text": ""},
        {"topic": "", "text": ""},
        {"topic": "a", "hex": "0"},
        {"topic": "a", "text": "1", "hex": "00"},
        {"topic": "a", "payload": 1, "at": "now"},
        {"topic": "$SYS/x", "text": ""},
    ],
)
def test_a_question_that_is_none_is_refused(api, body):
    response = api.client.post("/explain", json=body)
    assert response.status_code == 400
    assert response.json()["findings"]


TEMPERATURE = "acme/dallas/packaging/line-3/filler/_telemetry/temperature"


def test_a_governed_topic_tells_where_it_comes_from_and_what_was_heard(api, settings, publish):
    told = api.client.post("/explain", json={"topic": TEMPERATURE}).json()
    [origin] = told["origins"]
    assert (told["value"], origin["topic"], origin["rule"]) == (None, "plc/dallas/L3/filler/TT101", "dallas/filler-plc")
    assert (origin["current"], origin["heard"], origin["newest_rejection"]) == (False, False, None)
    finding = found("value-type", "'x' is no number", "map it", SamplePlace(RAW, None, "/Val"))
    raw = RawMessage("plc/dallas/L3/filler/TT101", b"{}", 10**18)
    keep(connect(settings.registry), [Rejection("u", "u", raw, None, None, (finding,), "r1", "3", "dallas")], 10**18)
    [origin] = api.client.post("/explain", json={"topic": TEMPERATURE}).json()["origins"]
    assert origin["heard"] is True
    assert origin["newest_rejection"] == {"received": "2001-09-09T01:46:40.000Z", "findings": [finding.as_json()]}


def test_a_governed_topic_is_explained_also_where_the_registry_is_away(settings):
    away = settings.model_copy(update={"registry": "postgresql+psycopg://nobody@127.0.0.1:1/uns"})
    with running_api(away) as api:
        eventually(lambda: api.client.get("/rules").status_code == 200)
        [origin] = api.client.post("/explain", json={"topic": TEMPERATURE}).json()["origins"]
    assert (origin["heard"], origin["current"]) == (None, False)


def test_quarantine_shows_what_was_rejected_with_its_message(api, settings):
    finding = found("value-type", "'x' is no number", "map it", SamplePlace(RAW, None, "/Val"))
    raw = [RawMessage(RAW, b'{"Val":"x"}', 10**18), RawMessage("cam/1", b"\xff\xd8", 10**18 + 1, retained=True)]
    rejections = [
        Rejection(f"uns-{n}", f"uns-{n}", each, None, "dallas/filler-plc", (finding,), "r1", "3", "dallas")
        for n, each in enumerate(raw)
    ]
    keep(connect(settings.registry), rejections, 10**18)
    page = api.client.get("/quarantine").json()
    assert [each["topic"] for each in page["items"]] == ["cam/1", RAW]
    assert (page["quarantined"], page["counted_only"], page["forgotten"]) == (2, 0, 0)
    assert page["items"][1]["findings"] == [finding.as_json()]
    assert (page["items"][1]["bundle"], page["items"][1]["context"]) == ("r1", "3")
    assert page["bundle"] == api.client.get("/rules").json()["revision"]
    assert page["context"] == api.client.get("/products").json()["revision"]
    narrowed = api.client.get("/quarantine", params={"topic": RAW}).json()["items"]
    whole = api.client.get(f"/quarantine/{narrowed[0]['id']}").json()
    assert (whole["raw"]["text"], whole["raw"]["hex"]) == ('{"Val":"x"}', None)
    assert api.client.get(f"/quarantine/{page['items'][0]['id']}").json()["raw"]["hex"] == "ffd8"
    assert api.client.delete(f"/quarantine/{whole['id']}").status_code == 204
    assert api.client.delete(f"/quarantine/{whole['id']}").status_code == 404
    assert len(api.client.get("/quarantine").json()["items"]) == 1


def test_status_shows_every_instance_and_how_old_it_is(api, publish):
    publish("acme/_uns/plant-a", '{"state": "ready", "messages": {"received": 7}}')
    publish("acme/_uns/plant-b", "not JSON")
    status = eventually(lambda: _instances(api, 2))
    assert [(each["instance"], each["report"]) for each in status["instances"]] == [
        ("plant-a", {"state": "ready", "messages": {"received": 7}}),
        ("plant-b", None),
    ]
    assert all(each["age"] >= 0 for each in status["instances"])
    assert status["api"]["link"]["connected"] is True


def _instances(api, count: int) -> dict | None:
    status = api.client.get("/status").json()
    return status if len(status["instances"]) == count else None


def test_metrics_are_prometheus_and_name_no_topic(api, publish):
    publish("acme/dallas/packaging/line-3/filler/_telemetry/temperature", "1")
    eventually(lambda: api.here.namespace.entries)
    text = httpx.get(f"{api.url}/metrics").text
    assert "uns_link_connected 1.0" in text
    assert "uns_namespace_topics 1.0" in text
    assert "filler" not in text
