"""The registry over REST: products, equipment, batches, calendars, context."""

from __future__ import annotations

import pytest
from support.waiting import eventually

LINE = "acme/dallas/packaging/line-3"


def test_a_product_is_added_corrected_and_listed(api):
    added = api.client.post(
        "/products", json={"id": "SKU-42", "name": "Cola", "attributes": {"ml": 330, "diet": False}}
    )
    assert added.status_code == 201, added.text
    assert added.json()["attributes"] == {"ml": 330, "diet": False}
    again = api.client.post("/products", json={"id": "SKU-42"})
    assert again.status_code == 409
    corrected = api.client.put("/products/SKU-42", json={"name": "Cola 330", "why": "misprint"}).json()
    assert (corrected["name"], corrected["why"], corrected["recorded_by"]) == ("Cola 330", "misprint", "rest")
    assert [each["id"] for each in api.client.get("/products").json()["items"]] == ["SKU-42"]


def test_lists_come_in_parts(api):
    for number in range(5):
        api.client.put(f"/products/P-{number}", json={})
    first = api.client.get("/products", params={"limit": 3}).json()
    rest = api.client.get("/products", params={"limit": 3, "cursor": first["next"]}).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == [f"P-{number}" for number in range(5)]
    assert rest["next"] is None


def test_a_poller_is_told_when_a_product_is_what_it_was(api):
    api.client.put("/products/P", json={})
    tag = api.client.get("/products/P").headers["etag"]
    assert api.client.get("/products/P", headers={"If-None-Match": tag}).status_code == 304
    api.client.put("/products/P", json={"name": "other"})
    assert api.client.get("/products/P", headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("path", ["dallas/packaging/line-3", LINE])
def test_equipment_is_named_with_or_without_the_root(api, path):
    posted = api.client.post("/equipment", json={"path": path, "name": "Line 3", "start": "2020-01-01T00:00:00+01:00"})
    assert posted.status_code == 201, posted.text
    shown = api.client.get(f"/equipment/{path}").json()
    assert (shown["path"], shown["start"]) == (LINE, "2019-12-31T23:00:00.000Z")


def test_a_batch_runs_stops_and_gives_context(api):
    started = api.client.post(
        "/batches",
        json={"id": "B-1", "equipment": LINE, "start": "2026-11-20T10:00:00Z", "order": "O-7", "quantity": 12},
    )
    assert started.status_code == 201, started.text
    assert (started.json()["id"], started.json()["stop"]) == ("B-1", None)
    assert started.headers["location"] == "/api/v1/batches/B-1"
    listed = api.client.get("/batches").json()
    assert listed["revision"] == started.json()["revision"] == listed["items"][0]["recorded_in"]
    there = {"equipment": f"{LINE}/filler", "at": "2026-11-20T11:00:00Z"}
    context = api.client.get("/context", params=there).json()
    assert context["batch"] == {"id": "B-1", "order": "O-7"}
    assert (context["equipment"], context["shift"]) == (f"{LINE}/filler", None)
    stopped = api.client.post("/batches/B-1/stop", json={"at": "2026-11-20T10:30:00Z"})
    assert stopped.json()["items"][0]["stop"] == "2026-11-20T10:30:00.000Z"
    assert api.client.get("/context", params=there).json()["batch"] is None
    assert api.client.post("/batches/B-1/stop").status_code == 409


def test_what_was_believed_before_a_correction_can_still_be_asked(api):
    at = {"equipment": LINE, "at": "2026-11-20T11:00:00Z"}
    batch = {"equipment": LINE, "start": "2026-11-20T10:00:00Z"}
    first = api.client.put("/batches/B-1", json=batch).json()["items"][0]["recorded_at"]
    api.client.put("/batches/B-1", json=batch | {"stop": "2026-11-20T10:30:00Z"})
    assert api.client.get("/context", params=at).json()["batch"] is None
    assert api.client.get("/context", params=at | {"as-of": first}).json()["batch"] == {"id": "B-1"}


def test_two_batches_on_one_line_are_refused_with_the_finding(api):
    api.client.post("/batches", json={"id": "B-1", "equipment": LINE, "start": "2026-11-20T10:00:00Z"})
    second = api.client.post("/batches", json={"id": "B-2", "equipment": LINE, "start": "2026-11-20T11:00:00Z"})
    assert second.status_code == 409
    assert second.json()["findings"][0]["code"] == "batch-overlap"
    assert api.client.get("/batches/B-2").status_code == 404


def test_batches_are_found_by_equipment_product_and_time(api):
    for number, hour in enumerate((8, 10, 12)):
        times = {"start": f"2026-11-20T{hour:02d}:00:00Z", "stop": f"2026-11-20T{hour + 1:02d}:00:00Z"}
        api.client.put(f"/batches/B-{number}", json={"equipment": LINE, "product": f"SKU-{number % 2}"} | times)
    found = api.client.get("/batches", params={"product": "SKU-0"}).json()["items"]
    assert [each["id"] for each in found] == ["B-2", "B-0"]
    window = {"equipment": "dallas/packaging", "from": "2026-11-20T10:30:00Z", "until": "2026-11-20T11:30:00Z"}
    assert [each["id"] for each in api.client.get("/batches", params=window).json()["items"]] == ["B-1"]
    assert api.client.get("/batches", params={"equipment": "berlin"}).json()["items"] == []


def test_a_calendar_is_put_whole_and_gives_shifts(api):
    shifts = [{"id": "late", "days": ["mon", "fri"], "start": "14:00", "stop": "22:00", "crew": "B"}]
    exceptions = [{"date": "2026-12-25", "id": "late"}]
    put = api.client.put("/shift-calendars/berlin", json={"shifts": shifts, "exceptions": exceptions})
    assert put.status_code == 200, put.text
    at = {"equipment": "berlin/brewing", "at": "2026-11-20T20:00:00Z"}
    assert api.client.get("/context", params=at).json()["shift"] == {"id": "late", "date": "2026-11-20", "crew": "B"}
    api.client.put("/shift-calendars/berlin", json={"shifts": []})
    assert api.client.get("/context", params=at).json()["shift"] is None
    calendars = api.client.get("/shift-calendars").json()["items"]
    assert [(each["site"], each["shifts"]) for each in calendars] == [("berlin", []), ("dallas", [])]


def test_crews_take_turns(api):
    late = {"id": "late", "days": ["mon", "fri"], "start": "14:00", "stop": "22:00"}
    turns = late | {"crew": "B C", "from": "2026-11-16", "turn": 7}
    assert api.client.put("/shift-calendars/berlin", json={"shifts": [turns]}).status_code == 200
    asked = [{"equipment": "berlin/brewing", "at": f"2026-11-{day}T20:00:00Z"} for day in (20, 23, 30)]
    crews = [api.client.get("/context", params=each).json()["shift"]["crew"] for each in asked]
    assert crews == ["B", "C", "B"]
    assert api.client.get("/shift-calendars/berlin").json()["shifts"] == [turns | {"until": None}]


def test_equipment_may_have_shifts_of_its_own(api):
    day = {"id": "day", "days": ["fri"], "start": "08:00", "stop": "22:00"}
    site, area = "/shift-calendars/berlin", "/shift-calendars/berlin/brewing"
    assert api.client.put(site, json={"shifts": [day]}).status_code == 200
    put = api.client.put(area, json={"shifts": [day | {"id": "brew"}]})
    assert (put.status_code, put.json()["equipment"], put.json()["zone"]) == (200, "berlin/brewing", "Europe/Berlin")
    at = "2026-11-20T12:00:00Z"
    asked = ("berlin", "berlin/brewing", "berlin/packaging")
    shifts = [api.client.get("/context", params={"equipment": each, "at": at}).json()["shift"]["id"] for each in asked]
    assert shifts == ["day", "brew", "day"]
    listed = api.client.get("/shift-calendars").json()["items"]
    assert [each["equipment"] for each in listed] == ["berlin", "berlin/brewing", "dallas"]
    api.client.put(area, json={"shifts": []})
    assert api.client.get("/context", params={"equipment": asked[1], "at": at}).json()["shift"]["id"] == "day"
    assert api.client.get("/shift-calendars/berlin/nowhere").status_code == 404


def test_a_calendar_in_which_a_shift_begins_twice_is_refused(api):
    one = {"id": "early", "days": ["mon", "fri"], "start": "06:00", "stop": "14:00", "until": "2026-06-01"}
    two = {"id": "early", "days": ["fri", "sat"], "start": "06:00", "stop": "14:00", "from": "2026-05-01"}
    refused = api.client.put("/shift-calendars/berlin", json={"shifts": [one, two]})
    assert refused.status_code == 400
    (finding,) = refused.json()["findings"]
    assert (finding["code"], finding["where"]["file"]) == ("row-invalid", "/shifts/1")
    assert finding["message"] == "`early` begins on fri by /shifts/0 too"
    assert api.client.get("/shift-calendars/berlin").json()["shifts"] == []
    put = api.client.put("/shift-calendars/berlin", json={"shifts": [one, two | {"from": "2026-06-01"}]})
    assert put.status_code == 200, put.text


@pytest.mark.parametrize(
    ("method", "path", "body", "where"),
    [
        ("POST", "/products", {"id": ""}, "/id"),
        ("POST", "/products", {"id": "a\u0000b"}, "/id"),
        ("POST", "/products", {"id": "a\u0085b"}, "/id"),
        ("POST", "/products", {"id": "P", "colour": "red"}, "/colour"),
        ("GET", "/products/%00", None, "{name}"),
        ("GET", "/batches/%00", None, "{name}"),
        ("POST", "/products", {"id": "P", "attributes": {"n": 2**70}}, "/attributes/n"),
        ("POST", "/batches", {"id": "B", "equipment": LINE, "start": "2026-11-20T10:00:00"}, "/start"),
        ("POST", "/batches", {"id": "B", "equipment": LINE, "start": "9999-11-20T10:00:00Z"}, "/start"),
        ("POST", "/batches", {"id": "B", "equipment": "dalas", "start": "2026-11-20T10:00:00Z"}, "/equipment"),
        ("POST", "/batches", {"id": "B", "equipment": "dallas/x/y", "start": "2026-11-20T10:00:00Z"}, "/equipment"),
        ("POST", "/equipment", {"path": "dallas//x"}, "/path"),
        (
            "PUT",
            "/shift-calendars/dallas",
            {"shifts": [{"id": "a", "days": ["mo"], "start": "1", "stop": "2"}]},
            "/shifts/0/days/0",
        ),
    ],
)
def test_what_cannot_be_held_is_refused_with_its_place(api, method, path, body, where):
    response = api.client.request(method, path, json=body)
    assert response.status_code == 400, response.text
    finding = response.json()["findings"][0]
    assert finding["where"]["file"] == where
    assert finding["message"]
    assert finding["remedy"]


def test_a_site_that_is_none_names_the_nearest(api):
    response = api.client.get("/context", params={"equipment": "dalas"})
    assert response.json()["findings"][0]["remedy"] == "did you mean `dallas`?"


def test_the_revision_of_the_registry_moves_with_it(api):
    before = api.client.get("/products").json()["revision"]
    api.client.put("/products/P", json={})
    eventually(lambda: api.client.get("/products").json()["revision"] != before)
    assert api.client.get("/status").json()["api"]["context"] == api.client.get("/products").json()["revision"]
