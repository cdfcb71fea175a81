"""The governed tree over REST, from a real broker."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import httpx
import pytest
from support.waiting import eventually

BASE = "acme/dallas/packaging/line-3/filler"
OURS = {"rule": "dallas/filler-plc", "source": "plc/dallas/L3/filler/TT101", "bundle": "r1", "contract": "telemetry/1"}
READING = '{"timestamp":"2026-11-20T10:00:00.000Z","value":22.0,"unit":"Cel","quality":"good","batch":{"id":"B-1001"}}'


@pytest.fixture
def filled(api, publish):
    publish(f"{BASE}/_telemetry/temperature", READING, **OURS)
    publish(f"{BASE}/_telemetry/motor/speed", READING.replace("22.0", "12.0").replace("Cel", "1/min"), **OURS)
    publish("acme/berlin/brewing/_telemetry/temperature", "17", note="not the service's")
    eventually(lambda: len(api.here.namespace.entries) == 3)
    return api


def node(api, path: str, **query) -> dict:
    response = api.client.get(f"/namespace/{path}", params=query)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("acme", "enterprise"),
        ("acme/dallas", "site"),
        ("acme/dallas/packaging", "area"),
        ("acme/dallas/packaging/line-3", "line"),
        (BASE, "asset"),
        (f"{BASE}/_telemetry", "contract"),
        (f"{BASE}/_telemetry/motor", "group"),
        (f"{BASE}/_telemetry/motor/speed", "name"),
        (f"{BASE}/_telemetry/temperature", "name"),
    ],
)
def test_each_level_says_what_it_is(filled, path, kind):
    assert node(filled, path)["kind"] == kind


def test_a_name_has_value_unit_context_provenance_age_and_steward(filled):
    shown = node(filled, f"{BASE}/_telemetry/temperature")
    value = shown["value"]
    assert (shown["steward"], shown["description"]) == ("packaging-ot@acme.example", "process temperature")
    assert (value["value"], value["unit"], value["batch"]) == (22.0, "Cel", {"id": "B-1001"})
    assert value["provenance"]["source"] == "plc/dallas/L3/filler/TT101"
    assert value["age"] > 0
    assert value["rogue"] is False
    assert shown["revision"] == filled.here.rules.revision


def test_depth_gives_the_subtree_and_nothing_below_it(filled):
    whole = node(filled, "acme", depth=1)
    assert [each["name"] for each in whole["children"]] == ["berlin", "dallas"]
    assert all(each["children"] is None for each in whole["children"])
    assert node(filled, "acme/dallas", depth=0)["children"] is None
    deep = node(filled, BASE, depth=9)
    [contract] = deep["children"]
    assert [each["name"] for each in contract["children"]] == ["motor", "temperature"]


def test_without_a_path_it_is_the_root(filled):
    assert filled.client.get("/namespace").json()["path"] == "acme"


def test_children_come_in_parts(filled):
    first = node(filled, "acme", limit=1)
    second = node(filled, "acme", limit=1, cursor=first["next"])
    assert [each["name"] for each in first["children"] + second["children"]] == ["berlin", "dallas"]
    assert second["next"] is None


def test_somebody_elses_message_is_marked(filled):
    shown = node(filled, "acme/berlin/brewing/_telemetry/temperature")
    assert shown["rogue"] is True
    assert shown["value"]["value"] == 17


def test_nothing_there_names_what_is(filled):
    response = filled.client.get("/namespace/acme/dalas/packaging")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["findings"][0]["remedy"] == "did you mean acme/dallas?"


def test_a_path_with_a_slash_behind_it_is_told_what_to_leave_out(filled):
    [finding] = filled.client.get("/namespace/acme/dallas/").json()["findings"]
    assert finding["message"] == "'acme/dallas/' ends with an empty level, which no governed topic has"
    assert finding["remedy"] == "leave out the last `/`"


def test_a_deleted_topic_is_gone(filled, publish):
    publish("acme/berlin/brewing/_telemetry/temperature", "")
    eventually(lambda: filled.client.get("/namespace/acme/berlin").status_code == 404)


def test_a_poller_is_told_when_nothing_has_changed(filled, publish):
    url = f"/namespace/{BASE}"
    tag = filled.client.get(url).headers["etag"]
    again = filled.client.get(url, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    publish(f"{BASE}/_telemetry/temperature", READING.replace("22.0", "23.0"), **OURS)
    eventually(lambda: filled.client.get(url, headers={"If-None-Match": tag}).status_code == 200)


def test_values_are_taken_by_filter(filled):
    page = filled.client.get("/values", params={"filter": "acme/+/packaging/#"}).json()
    assert [each["topic"] for each in page["items"]] == [
        f"{BASE}/_telemetry/motor/speed",
        f"{BASE}/_telemetry/temperature",
    ]


def test_a_plus_in_a_url_is_a_wildcard_whether_it_is_escaped_or_not(filled):
    typed = filled.client.get("/values?filter=acme/+/packaging/%23").json()
    escaped = filled.client.get("/values?filter=acme/%2B/packaging/%23").json()
    assert [each["topic"] for each in typed["items"]] == [each["topic"] for each in escaped["items"]] != []


def test_values_come_in_parts_that_together_are_all(filled):
    topics, cursor = [], None
    while True:
        query = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = filled.client.get("/values", params=query).json()
        topics += [each["topic"] for each in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert topics == sorted(topics)
    assert len(topics) == 3


@pytest.mark.parametrize(
    ("words", "matched", "path"),
    [
        ("TEMPER", "name", "acme/berlin/brewing/_telemetry/temperature"),
        ("process", "description", "acme/berlin/brewing/_telemetry/temperature"),
        ("tt101", "source", f"{BASE}/_telemetry/motor/speed"),
        ("line-3", "name", "acme/dallas/packaging/line-3"),
    ],
)
def test_search_finds_by_name_description_and_raw_topic(filled, words, matched, path):
    page = filled.client.get("/search", params={"q": words}).json()
    hits = page["items"]
    assert page["revision"] == filled.here.rules.bundle.revision
    assert {"path": path, "matched": matched} in [{key: each[key] for key in ("path", "matched")} for each in hits]


def test_search_finds_equipment_by_its_id_its_name_and_as_the_standard_names_it(filled):
    filled.client.post("/equipment", json={"path": BASE, "id": "EQ-4711", "name": "Krones 3"})
    filled.client.post("/equipment", json={"path": f"{BASE}-2", "id": "EQ-4712", "description": "krones, spare"})

    def found(words):
        items = filled.client.get("/search", params={"q": words}).json()["items"]
        return [(each["path"], each["kind"], each["id"], each["matched"]) for each in items]

    assert found("eq-4711") == [(BASE, "asset", "EQ-4711", "id")]
    assert found("krones") == [(BASE, "asset", "EQ-4711", "name"), (f"{BASE}-2", "asset", "EQ-4712", "description")]
    assert ("acme/dallas/brewing", "area", None, "name") in found("brew")
    assert found("%") == []


def test_search_goes_on_without_the_registry(filled):
    with closing(sqlite3.connect(filled.here.settings.registry.removeprefix("sqlite:///"))) as database:
        database.execute("DROP TABLE equipment")
    assert filled.client.get("/search", params={"q": "speed"}).json()["items"]


def test_search_goes_on_where_it_stopped(filled):
    first = filled.client.get("/search", params={"q": "e", "limit": 2}).json()
    rest = filled.client.get("/search", params={"q": "e", "cursor": first["next"]}).json()
    whole = filled.client.get("/search", params={"q": "e"}).json()
    assert first["items"] + rest["items"] == whole["items"]


def test_after_the_broker_was_away_the_tree_is_what_the_broker_keeps(filled, broker, publish):
    broker.stop()
    eventually(lambda: not filled.here.link.connected)
    ready = httpx.get(f"{filled.url}/readyz").json()
    assert ready["status"] == "degraded"
    assert "broker" in ready["reasons"][0]
    broker.start()
    eventually(lambda: filled.here.link.complete)
    eventually(lambda: httpx.get(f"{filled.url}/readyz", verify=False).json() == {"status": "ready", "reasons": []})
    assert len(filled.here.namespace.entries) == 3


def test_a_registry_that_is_away_is_told_and_the_namespace_goes_on(filled, settings):
    with closing(sqlite3.connect(settings.registry.removeprefix("sqlite:///"))) as database:
        for table in ("revision", "product"):
            database.execute(f"ALTER TABLE {table} RENAME TO {table}_of_an_older_version")
    eventually(lambda: "registry" in str(httpx.get(f"{filled.url}/readyz", verify=False).json()["reasons"]))
    assert filled.client.get("/namespace").status_code == 200
    away = filled.client.get("/products")
    assert away.status_code == 503
    assert away.json()["findings"][0]["remedy"]


def test_what_stands_behind_a_bare_hash_is_lost_and_that_is_told(filled):
    lost = filled.client.get("/values?filter=acme/+/packaging/")
    assert lost.status_code == 400
    assert "%23" in lost.json()["findings"][0]["remedy"]


def test_a_path_without_the_root_is_told_so(filled):
    response = filled.client.get("/namespace/dallas")
    assert response.status_code == 404
    assert response.json()["detail"] == "a path begins with 'acme', and not with 'dallas'"
