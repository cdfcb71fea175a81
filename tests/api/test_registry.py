"""The registry over REST: products, equipment, batches, calendars, context."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

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


def test_equipment_has_an_id_of_its_own_and_the_role_of_its_level(api):
    named = {"path": LINE, "id": "EQ-4711"}
    posted = api.client.post("/equipment", json=named)
    assert (posted.status_code, posted.json()["role"], posted.json()["registered"]) == (201, "work_center", True)
    other = api.client.put(f"/equipment/{LINE}/filler", json={"id": "EQ-4711"})
    (finding,) = other.json()["findings"]
    assert (other.status_code, finding["code"], finding["where"]["file"]) == (409, "equipment-id-taken", "/id")
    assert finding["message"] == "`EQ-4711` cannot be dallas/packaging/line-3/filler: it is dallas/packaging/line-3"
    assert api.client.get(f"/equipment/{LINE}/filler").status_code == 404
    again = api.client.put(f"/equipment/{LINE}", json={"id": "EQ-4711"}, headers={"If-Match": posted.headers["etag"]})
    assert again.status_code == 200


def test_a_machine_that_moved_is_found_by_its_id_wherever_it_stood(api):
    here, there = f"{LINE}/filler", f"{LINE}/capper"
    first = api.client.post("/equipment", json={"path": here, "id": "EQ-1"}).json()["recorded_at"]
    api.client.put(f"/equipment/{here}", json={"id": "EQ-1", "stop": "2026-05-01T00:00:00Z"})
    api.client.post("/equipment", json={"path": there, "id": "EQ-1", "start": "2026-05-01T00:00:00Z"})

    def stood(**query):
        items = api.client.get("/equipment", params={"id": "EQ-1", **query}).json()["items"]
        return [(each["path"], (each["start"] or "")[:10], (each["stop"] or "")[:10]) for each in items]

    assert stood() == [(there, "2026-05-01", ""), (here, "", "2026-05-01")]
    assert stood(**{"as-of": first}) == [(here, "", "")]
    assert api.client.get("/equipment", params={"id": "EQ-2"}).json()["items"] == []


def test_what_only_the_standard_names_is_equipment_that_nobody_registered(api):
    api.client.post("/equipment", json={"path": LINE})
    api.client.post("/equipment", json={"path": "dallas/packaging", "name": "Packaging"})
    listed = api.client.get("/equipment").json()["items"]
    assert [(each["path"].removeprefix("acme/"), each["role"]) for each in listed if each["registered"]] == [
        ("dallas/packaging", "area"), ("dallas/packaging/line-3", "work_center"),
    ]  # fmt: skip
    assert [(each["path"].removeprefix("acme/"), each["role"]) for each in listed if not each["registered"]] == [
        ("berlin", "site"), ("berlin/brewing", "area"), ("berlin/packaging", "area"), ("dallas", "site"),
        ("dallas/brewing", "area"),
    ]  # fmt: skip
    site = api.client.get("/equipment/dallas").json()
    assert (site["registered"], site["recorded_at"], site["path"]) == (False, None, "acme/dallas")
    assert api.client.get("/equipment/dallas/packaging/line-9").status_code == 404
    assert api.client.put("/equipment/dallas", json={}, headers={"If-None-Match": "*"}).status_code == 200
    assert api.client.get("/equipment/dallas").json()["registered"]


CALENDAR = (
    "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Eve\nDTSTART:20261224\nRRULE:FREQ=YEARLY\nEND:VEVENT\nEND:VCALENDAR\n"
)


def test_a_calendar_file_takes_shifts_off(api):
    at, day = "/shift-calendars/berlin", {"id": "day", "days": ["thu", "fri"], "start": "06:00", "stop": "18:00"}
    read = api.client.put(at, json={"shifts": [day, day | {"id": "late"}]}).headers["etag"]
    file = {"calendar": CALENDAR, "name": "h.ics", "from": "2026-01-01", "until": "2028-01-01", "shifts": ["day"]}
    done = api.client.post(f"{at}/exceptions", json=file, headers={"If-Match": read})
    assert (done.status_code, done.json()["added"], done.json()["findings"]) == (200, 2, [])
    shown = api.client.get(at).json()
    off = [(each["date"], each["id"]) for each in shown["exceptions"]]
    assert off == [("2026-12-24", "day"), ("2027-12-24", "day")]
    assert api.client.post(f"{at}/exceptions", json=file).json()["unchanged"] == 2
    assert api.client.post(f"{at}/exceptions", json=file, headers={"If-Match": read}).status_code == 412
    other = file | {"calendar": CALENDAR.replace("1224", "1225"), "replace": True}
    assert api.client.post(f"{at}/exceptions", json=other).json() | {"revision": ""} == {
        "added": 1, "unchanged": 0, "removed": 2, "findings": [], "revision": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("at", "members", "status", "code", "where"),
    [
        ("berlin", {"calendar": CALENDAR.replace("1224", "1324")}, 422, "event-invalid", ("/calendar", 4)),
        ("berlin", {"calendar": ""}, 422, "calendar-syntax", ("/calendar", 1)),
        ("berlin", {"only": ["Sunday"]}, 422, "event-invalid", ("/calendar", 1)),
        ("berlin", {"until": "2020-01-01"}, 400, "key-value", ("/until", 1)),
        ("berlin", {"from": "1066-10-14"}, 400, "key-value", ("/from", 1)),
        ("berlin", {"from": "soon"}, 400, "key-value", ("/from", 1)),
        ("berlin", {"calendar": None}, 400, "key-value", ("/calendar", 1)),
        ("dallas", {}, 422, "event-invalid", ("/calendar", 1)),
        ("dalas", {}, 404, "site-unknown", ("{equipment}", 1)),
    ],
)
def test_a_calendar_file_that_cannot_be_taken_changes_nothing(api, at, members, status, code, where):
    day = {"id": "day", "days": ["thu"], "start": "06:00", "stop": "18:00"}
    api.client.put("/shift-calendars/berlin", json={"shifts": [day]})
    told = api.client.post(f"/shift-calendars/{at}/exceptions", json={"calendar": CALENDAR, **members})
    finding = told.json()["findings"][0]
    assert (told.status_code, finding["code"]) == (status, code), told.text
    assert (finding["where"]["file"], finding["where"]["line"]) == where
    assert api.client.get("/shift-calendars/berlin").json()["exceptions"] == []


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
    where = {"equipment": LINE, "start": "2026-11-20T10:00:00.000Z", "stop": None}
    assert context["batch"] == {"id": "B-1", "order": "O-7"} | where
    assert (context["equipment"], context["shift"]) == (f"{LINE}/filler", None)
    stopped = api.client.post("/batches/B-1/stop", json={"at": "2026-11-20T10:30:00Z"})
    assert stopped.json()["items"][0]["stop"] == "2026-11-20T10:30:00.000Z"
    assert api.client.get("/context", params=there).json()["batch"] is None


def test_what_was_believed_before_a_correction_can_still_be_asked(api):
    at = {"equipment": LINE, "at": "2026-11-20T11:00:00Z"}
    batch = {"equipment": LINE, "start": "2026-11-20T10:00:00Z"}
    first = api.client.put("/batches/B-1", json=batch).json()["items"][0]["recorded_at"]
    api.client.put("/batches/B-1", json=batch | {"stop": "2026-11-20T10:30:00Z"})
    assert api.client.get("/context", params=at).json()["batch"] is None
    assert api.client.get("/context", params=at | {"as-of": first}).json()["batch"]["id"] == "B-1"
    assert api.client.get("/context", params=at | {"as-of": "1"}).json()["batch"]["id"] == "B-1"


@pytest.mark.parametrize(
    "path", [f"/context?equipment={LINE}&", "/products/P?", "/batches/B-1?", "/equipment?", f"/equipment/{LINE}?"]
)
def test_a_revision_that_is_yet_to_come_cannot_be_asked(api, path):
    api.client.put("/batches/B-1", json={"equipment": LINE, "start": "2026-11-20T10:00:00Z"})
    yet_to_come = api.client.get(f"{path}as-of=99")
    assert (yet_to_come.status_code, "there is no 99 yet" in yet_to_come.text) == (400, True)
    assert yet_to_come.json()["findings"][0]["where"]["file"] == "?as-of"


@pytest.mark.parametrize(
    ("path", "right", "wrong", "member"),
    [
        (
            "/products/SKU-42",
            {"attributes": {"allergens": "none"}},
            {"attributes": {"allergens": "nuts"}},
            "attributes",
        ),
        (f"/equipment/{LINE}", {"steward": "ann"}, {"steward": "bob"}, "steward"),
        ("/batches/B-1", {"quantity": 12}, {"quantity": 21}, "quantity"),
    ],
)
def test_what_no_reading_carries_is_shown_as_it_was_believed_and_by_whose_word(api, path, right, wrong, member):
    batch = {"equipment": LINE, "start": "2026-11-20T10:00:00Z"} if "batches" in path else {}

    def put(said, why):
        return only(api.client.put(path, json={**batch, **said, "why": why}))

    def only(answer):
        body = answer.json()
        return body["items"][0] if "items" in body else body

    first, second = put(wrong, "a slip"), put(right, "read again")
    assert only(api.client.get(path))[member] == second[member] == right[member]
    before = str(int(second["recorded_in"]) - 1)
    for then in (before, first["recorded_at"]):
        assert only(api.client.get(path, params={"as-of": then})) == first
    assert (first[member], first["why"]) == (wrong[member], "a slip")


def test_a_correction_tells_what_it_changed_for_readings(api):
    batch = {"equipment": LINE, "start": "2025-11-20T10:00:00Z", "product": "P"}
    monday = api.client.put("/batches/B-1", json=batch).json()["items"][0]["recorded_at"]
    corrected = batch | {"stop": "2025-11-20T10:30:00Z", "why": "the MES was late"}
    api.client.put("/batches/B-1", json=corrected)
    told = api.client.get("/context/diff", params={"from": monday, "equipment": "dallas"}).json()
    (item,) = told["items"]
    assert (item["equipment"], item["of"], item["start"], item["stop"]) == (
        LINE, "batch", "2025-11-20T10:30:00.000Z", None,
    )  # fmt: skip
    assert (item["was"]["batch"], item["was"]["product"]) == ({"id": "B-1"}, {"id": "P"})
    assert (item["became"]["batch"], item["became"]["product"]) == (None, None)
    assert (item["recorded_by"], item["why"], item["published_since"]) == ("rest", "the MES was late", monday)
    assert item["published"] >= 0
    assert (told["from"], told["to"], told["revision"], told["next"]) == ("1", "2", "2", None)
    first = api.client.get("/context/diff", params={"from": "0", "limit": 1}).json()
    second = api.client.get("/context/diff", params={"from": "0", "limit": 1, "cursor": first["next"]}).json()
    assert [each["recorded_in"] for each in first["items"] + second["items"]] == ["1", "2"]
    assert second["items"] == [item]


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
    assert api.client.get("/context", params=at).json()["shift"] == {
        "id": "late", "date": "2026-11-20", "crew": "B",
        "equipment": "acme/berlin", "start": "2026-11-20T13:00:00.000Z", "stop": "2026-11-20T21:00:00.000Z",
    }  # fmt: skip
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


NOUNS = {
    "/products/SKU-42": ({"name": "Cola"}, {"name": "Cola 330"}),
    f"/equipment/{LINE}": ({"name": "Line"}, {"name": "Line 3"}),
    "/shift-calendars/dallas": ({"shifts": []}, {"shifts": [], "exceptions": [{"date": "2026-12-25", "id": "early"}]}),
    "/batches/B-1": (
        {"equipment": LINE, "start": "2026-11-20T10:00:00Z"},
        {"equipment": LINE, "start": "2026-11-20T10:00:00Z", "order": "O-7"},
    ),
}


@pytest.mark.parametrize("path", NOUNS)
def test_of_two_people_who_read_the_same_the_second_is_told(api, path):
    first, second = NOUNS[path]
    api.client.put(path, json=first)
    read = api.client.get(path).headers["etag"]
    assert not read.startswith("W/"), "a weak one matches nothing"
    api.client.put("/products/OTHER", json={"name": read})
    assert api.client.get(path).headers["etag"] == read, "what others change is no change of this"
    ours = api.client.put(path, json=second, headers={"If-Match": read})
    assert ours.status_code == 200, ours.text
    assert ours.headers["etag"] == api.client.get(path).headers["etag"] != read
    theirs = api.client.put(path, json=first, headers={"If-Match": read})
    assert (theirs.status_code, theirs.headers["content-type"]) == (412, "application/problem+json")
    assert "GET it" in theirs.json()["detail"]
    assert api.client.get(path).headers["etag"] == ours.headers["etag"], "and nothing has changed"
    assert api.client.put(path, json=first, headers={"If-Match": f'"x", {ours.headers["etag"]}'}).status_code == 200


def test_who_corrects_what_is_not_there_is_told(api):
    assert api.client.put("/products/NEW", json={}, headers={"If-Match": "*"}).status_code == 412
    assert api.client.get("/products/NEW").status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/products", {"id": "SKU-42"}),
        ("/equipment", {"path": LINE}),
        ("/batches", {"id": "B-1", "equipment": LINE, "start": "2026-11-20T10:00:00Z"}),
    ],
)
def test_of_many_who_make_the_same_at_once_one_does(api, path, body):
    with ThreadPoolExecutor(8) as many:
        answers = list(many.map(lambda each: api.client.post(path, json=body | {"why": str(each)}), range(8)))
    assert sorted(each.status_code for each in answers) == [201] + [409] * 7


def test_of_many_who_read_the_same_one_changes_it(api):
    api.client.put("/products/SKU-42", json={})
    read = {"If-Match": api.client.get("/products/SKU-42").headers["etag"]}
    with ThreadPoolExecutor(8) as many:
        answers = list(
            many.map(
                lambda each: api.client.put("/products/SKU-42", json={"name": f"N-{each}"}, headers=read), range(8)
            )
        )
    assert sorted(each.status_code for each in answers) == [200] + [412] * 7
    (winner,) = (each.json()["name"] for each in answers if each.status_code == 200)
    assert api.client.get("/products/SKU-42").json()["name"] == winner


def test_buttons_start_move_and_stop_a_batch(api):
    other = LINE.replace("line-3", "line-4")
    begun = {"equipment": LINE, "at": "2026-11-20T10:00:00Z", "order": "O-7", "quantity": 12}
    started = api.client.post("/batches/B-1/start", json=begun)
    assert started.status_code == 200, started.text
    assert api.client.post("/batches/B-1/start", json=begun).json() == started.json(), "pressed twice"
    move = {"to": other, "at": "2026-11-20T11:00:00Z", "why": "line 3 jams"}
    stale = api.client.post("/batches/B-1/move", json=move, headers={"If-Match": '"0"'})
    assert stale.status_code == 412
    moved = api.client.post("/batches/B-1/move", json=move, headers={"If-Match": started.headers["etag"]}).json()[
        "items"
    ]
    assert [(each["equipment"], each["start"], each["stop"], each["order"], each["quantity"]) for each in moved] == [
        (LINE, "2026-11-20T10:00:00.000Z", "2026-11-20T11:00:00.000Z", "O-7", 12),
        (other, "2026-11-20T11:00:00.000Z", None, "O-7", 12),
    ]
    again = api.client.post("/batches/B-1/move", json=move)
    assert (again.status_code, again.json()["items"]) == (200, moved), "pressed twice: it is there already"
    at = {"at": "2026-11-20T11:30:00Z"}
    assert api.client.get("/context", params=at | {"equipment": LINE}).json()["batch"] is None
    assert api.client.get("/context", params=at | {"equipment": other}).json()["batch"]["id"] == "B-1"
    assert api.client.post("/batches/B-1/stop", json={"at": "2026-11-20T12:00:00Z"}).status_code == 200
    assert api.client.post("/batches/B-1/move", json=move | {"at": "2026-11-20T12:30:00Z"}).status_code == 409
    assert api.client.post("/batches/none/move", json=move).status_code == 404


def test_a_batch_that_cannot_begin_elsewhere_does_not_end_here(api):
    other = LINE.replace("line-3", "line-4")
    for name, where in (("B-1", LINE), ("B-2", other)):
        api.client.put(f"/batches/{name}", json={"equipment": where, "start": "2026-11-20T10:00:00Z"})
    refused = api.client.post("/batches/B-1/move", json={"to": other, "at": "2026-11-20T11:00:00Z"})
    assert (refused.status_code, refused.json()["findings"][0]["code"]) == (409, "batch-overlap")
    assert [each["stop"] for each in api.client.get("/batches/B-1").json()["items"]] == [None]


def test_null_takes_away_what_was_said_of_a_batch_and_what_is_left_out_stays(api):
    said = {"product": "SKU-42", "order": "O-7", "quantity": 5, "state": "aborted"}
    api.client.put("/batches/B-1", json={"equipment": LINE, **PLANNED, **said, "attributes": {"operator": "ann"}})
    (kept,) = api.client.put("/batches/B-1", json={"equipment": LINE, **PLANNED, "order": "O-8"}).json()["items"]
    assert {name: kept[name] for name in said} == said | {"order": "O-8"}
    nothing = dict.fromkeys((*said, "attributes"))
    (emptied,) = api.client.put("/batches/B-1", json={"equipment": LINE, **PLANNED, **nothing}).json()["items"]
    assert {name: emptied[name] for name in nothing} == nothing | {"state": "complete", "attributes": {}}


def test_a_stop_that_is_left_out_stays_and_null_lets_the_batch_run_again(api):
    def put(**said):
        return api.client.put("/batches/B-1", json={"equipment": LINE, "start": PLANNED["start"]} | said)

    def known(answer):
        return [(each["start"], each["stop"], each["state"], each["order"]) for each in answer.json()["items"]]

    start, stop = ("2026-11-20T10:00:00.000Z", "2026-11-20T18:00:00.000Z")
    assert known(put(order="O-1")) == [(start, None, "running", "O-1")]
    read = put(stop=stop, state="aborted").headers["etag"]
    assert known(put(order="O-2")) == [(start, stop, "aborted", "O-2")]
    earlier = "2026-11-20T09:00:00.000Z"
    assert known(put(start=earlier)) == [(earlier, stop, "aborted", "O-2")]
    late = put(start="2026-11-20T19:00:00Z")
    assert (late.status_code, "stops at 2026-11-20T18:00" in late.json()["detail"]) == (409, True)
    wrong = put(start=earlier, state="running")
    assert (wrong.status_code, wrong.json()["findings"][0]["code"]) == (409, "batch-state")
    changed = {"equipment": LINE, "start": earlier, "stop": None}
    assert api.client.put("/batches/B-1", json=changed, headers={"If-Match": read}).status_code == 412
    assert known(put(start=earlier, stop=None)) == [(earlier, None, "running", "O-2")]


def test_of_a_batch_that_was_resumed_each_piece_keeps_its_stop(api):
    def put(start, **said):
        told = api.client.put("/batches/B-1", json={"equipment": LINE, "start": f"2026-11-20T{start}:00Z"} | said)
        return [(each["start"][11:16], each["stop"] and each["stop"][11:16]) for each in told.json()["items"]]

    put("10:00", stop="2026-11-20T11:00:00Z")
    api.client.post("/batches/B-1/start", json={"equipment": LINE, "at": "2026-11-20T12:00:00Z"})
    assert put("10:00", order="O-1") == [("10:00", "11:00"), ("12:00", None)]
    assert put("12:00", order="O-1") == [("10:00", "11:00"), ("12:00", None)]


def test_what_is_known_of_a_batch_moves_with_it(api):
    other = LINE.replace("line-3", "line-4")
    whole = {"equipment": LINE, "start": "2026-11-20T10:00:00Z", "attributes": {"operator": "ann"}, "product": "SKU-42"}
    assert api.client.put("/batches/B-1", json=whole).json()["items"][0]["attributes"] == {"operator": "ann"}
    moved = api.client.post("/batches/B-1/move", json={"to": other, "at": "2026-11-20T11:00:00Z"}).json()["items"]
    assert [(each["product"], each["attributes"]) for each in moved] == [("SKU-42", {"operator": "ann"})] * 2


PLANNED = {"start": "2026-11-20T10:00:00Z", "stop": "2026-11-20T18:00:00Z"}
OTHER = LINE.replace("line-3", "line-4")


def times(answer):
    items = answer.json()["items"]
    return [(each["equipment"][-1], each["start"][11:16], (each["stop"] or "")[11:16]) for each in items]


def test_a_batch_whose_end_is_planned_runs_until_then_wherever_it_goes(api):
    api.client.put("/batches/B-1", json={"equipment": LINE, **PLANNED})
    moved = api.client.post("/batches/B-1/move", json={"to": OTHER, "at": "2026-11-20T11:00:00Z"})
    assert times(moved) == [("3", "10:00", "11:00"), ("4", "11:00", "18:00")]
    back = api.client.post("/batches/B-1/move", json={"to": LINE, "at": "2026-11-20T12:00:00Z"})
    assert times(back) == [("3", "10:00", "11:00"), ("4", "11:00", "12:00"), ("3", "12:00", "18:00")]
    stopped = api.client.post("/batches/B-1/stop", json={"at": "2026-11-20T13:00:00Z"})
    assert times(stopped)[-1] == ("3", "12:00", "13:00")
    late = api.client.post("/batches/B-1/stop", json={"at": "2026-11-20T19:00:00Z"})
    assert (late.status_code, "does not run then" in late.json()["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("again", "status"),
    [
        ({}, 200),
        ({"at": "2026-11-20T14:00:00+01:00"}, 200),
        ({"state": "aborted"}, 200),
        ({"at": "2026-11-20T13:00:00Z", "state": "aborted"}, 200),
        ({"at": "2026-11-20T13:00:01Z"}, 409),
        ({"at": "2026-11-20T09:00:00Z"}, 409),
        ({"state": "complete"}, 409),
    ],
)
def test_a_batch_that_is_stopped_twice_was_stopped_once(api, again, status):
    api.client.put("/batches/B-1", json={"equipment": LINE, "start": "2026-11-20T10:00:00Z"})
    assert api.client.post("/batches/B-1/stop", json={"at": "2026-11-20T12:59:00Z"}).status_code == 200
    api.client.post("/batches/B-1/start", json={"equipment": OTHER, "at": "2026-11-20T12:30:00Z"})
    asked = {"at": "2026-11-20T13:00:00Z", "state": "aborted"}
    first = api.client.post("/batches/B-1/stop", json=asked)
    told = api.client.post("/batches/B-1/stop", json=again)
    assert told.status_code == status
    if status == 200:
        assert (told.json(), told.headers["etag"]) == (first.json(), first.headers["etag"])
    assert api.client.get("/batches/B-1").json() == first.json()


def test_a_batch_that_went_on_elsewhere_is_stopped_there_at_that_very_moment(api):
    api.client.put("/batches/B-1", json={"equipment": LINE, **PLANNED})
    at = {"at": "2026-11-20T11:00:00Z"}
    api.client.post("/batches/B-1/move", json={"to": OTHER, **at})
    assert times(api.client.post("/batches/B-1/stop", json=at)) == [("3", "10:00", "11:00"), ("4", "11:00", "11:00")]
    assert api.client.post("/batches/never/stop", json=at).status_code == 404


def test_a_batch_is_not_moved_where_another_one_would_end_it(api):
    api.client.put("/batches/B-1", json={"equipment": LINE, "start": "2026-11-20T10:00:00Z"})
    api.client.put("/batches/B-2", json={"equipment": OTHER, "start": "2026-11-20T12:00:00Z"})
    refused = api.client.post("/batches/B-1/move", json={"to": OTHER, "at": "2026-11-20T11:00:00Z"})
    assert (refused.status_code, refused.json()["findings"][0]["code"]) == (409, "batch-overlap")
    assert times(api.client.get("/batches/B-1")) == [("3", "10:00", "")]


def test_of_several_places_the_one_that_a_batch_leaves_is_named(api):
    third = LINE.replace("line-3", "line-5")
    for each in (LINE, OTHER):
        api.client.post("/batches/B-1/start", json={"equipment": each, "at": "2026-11-20T10:00:00Z"})
    move = {"to": third, "at": "2026-11-20T11:00:00Z"}
    unclear = api.client.post("/batches/B-1/move", json=move)
    assert (unclear.status_code, f"runs on {LINE}, {OTHER}" in unclear.json()["detail"]) == (409, True)
    moved = api.client.post("/batches/B-1/move", json=move | {"from": OTHER})
    assert times(moved) == [("3", "10:00", ""), ("4", "10:00", "11:00"), ("5", "11:00", "")]
    joined = api.client.post("/batches/B-1/move", json={"to": LINE, "from": third, "at": "2026-11-20T12:00:00Z"})
    assert times(joined) == [("3", "10:00", ""), ("4", "10:00", "11:00"), ("5", "11:00", "12:00")]
    assert api.client.post("/batches/B-1/move", json=move | {"from": OTHER}).status_code == 409


@pytest.mark.parametrize("path", NOUNS)
def test_only_if_it_is_new(api, path):
    first, second = NOUNS[path]
    new = {"If-None-Match": "*"}
    made = api.client.put(path, json=first, headers=new)
    assert made.status_code == (412 if "calendars" in path else 200), "a site always has a calendar, if an empty one"
    assert api.client.put(path, json=second, headers=new).status_code == 412


def test_each_of_many_writers_gets_the_answer_to_what_he_wrote(api):
    def write(number):
        answer = api.client.put("/products/SKU-42", json={"name": f"N-{number}"})
        return answer.json()["name"] == f"N-{number}"

    with ThreadPoolExecutor(8) as many:
        assert all(many.map(write, range(64)))


def test_a_batch_is_in_a_state(api):
    other = LINE.replace("line-3", "line-4")
    held = api.client.put("/batches/B-1", json={"equipment": LINE, "start": "2026-11-20T10:00:00Z", "state": "held"})
    assert [each["state"] for each in held.json()["items"]] == ["held"]
    api.client.put("/batches/B-2", json={"equipment": other, "start": "2026-11-20T10:00:00Z"})
    moved = api.client.post("/batches/B-1/stop", json={"at": "2026-11-20T11:00:00Z", "state": "aborted"}).json()
    assert [each["state"] for each in moved["items"]] == ["aborted"]
    api.client.put("/batches/B-3", json={"equipment": LINE} | PLANNED | {"start": "2026-11-20T11:00:00Z"})
    by_state = {
        state: [each["id"] for each in api.client.get("/batches", params={"state": state}).json()["items"]]
        for state in ("running", "held", "complete", "stopped", "aborted")
    }
    assert by_state == {"running": ["B-2"], "held": [], "complete": ["B-3"], "stopped": [], "aborted": ["B-1"]}
    refused = api.client.put("/batches/B-2", json={"equipment": other, **PLANNED, "state": "running"})
    assert (refused.status_code, refused.json()["findings"][0]["code"]) == (409, "batch-state")
    assert api.client.post("/batches/B-2/stop", json={"state": "held"}).status_code == 400


REMOVED = {
    "/products/SKU-42": {"name": "Cola"},
    f"/equipment/{LINE}": {"name": "Line"},
    "/batches/B-1": {"equipment": LINE, "start": "2026-11-20T10:00:00Z"},
}


@pytest.mark.parametrize("path", REMOVED)
def test_what_was_entered_in_error_is_taken_out(api, path):
    assert api.client.delete(path).status_code == 404
    api.client.put(path, json=REMOVED[path])
    assert api.client.delete(path, headers={"If-Match": '"0"'}).status_code == 412
    read = api.client.get(path).headers["etag"]
    gone = api.client.delete(path, headers={"If-Match": read}, params={"why": "a slip"})
    assert (gone.status_code, gone.text) == (204, "")
    assert api.client.get(path).status_code == 404
    assert api.client.delete(path).status_code == 404
    assert api.client.put(path, json=REMOVED[path]).status_code == 200, "and may be entered again"


def test_of_a_batch_that_was_taken_out_is_told_what_was_believed_and_why_it_is_no_longer(api):
    at = {"equipment": LINE, "at": "2026-11-20T11:00:00Z"}
    batch = {"equipment": LINE, "start": "2026-11-20T10:00:00Z"}
    told = api.client.put("/batches/B-1", json=batch).json()["items"][0]["recorded_at"]
    assert api.client.delete("/batches/B-1", params={"why": "the wrong line"}).status_code == 204
    assert api.client.get("/context", params=at).json()["batch"] is None
    assert api.client.get("/context", params=at | {"as-of": told}).json()["batch"]["id"] == "B-1"
    (item,) = api.client.get("/context/diff", params={"from": told}).json()["items"]
    assert (item["was"]["batch"], item["became"]["batch"]) == ({"id": "B-1"}, None)
    assert (item["recorded_by"], item["why"]) == ("rest", "the wrong line")
    other = api.client.put("/batches/B-2", json=batch)
    assert other.status_code == 200, "nobody is in its way"


def test_of_a_batch_that_ran_on_two_lines_one_can_be_taken_out(api):
    other = LINE.replace("line-3", "line-4")
    api.client.put("/batches/B-1", json={"equipment": LINE, "start": "2026-11-20T10:00:00Z"})
    api.client.post("/batches/B-1/move", json={"to": other, "at": "2026-11-20T11:00:00Z"})
    assert api.client.delete("/batches/B-1", params={"equipment": "dallas/packaging/line-4"}).status_code == 204
    assert [each["equipment"] for each in api.client.get("/batches/B-1").json()["items"]] == [LINE]


def test_a_product_that_a_batch_names_stays(api):
    api.client.put("/products/SKU-42", json={"name": "Cola"})
    api.client.put("/batches/B-1", json={"equipment": LINE, "start": "2026-11-20T10:00:00Z", "product": "SKU-42"})
    refused = api.client.delete("/products/SKU-42")
    assert (refused.status_code, "'B-1' names product 'SKU-42'" in refused.json()["detail"]) == (409, True)
    api.client.delete("/batches/B-1")
    assert api.client.delete("/products/SKU-42").status_code == 204


def test_a_calendar_is_taken_out(api):
    late = {"id": "late", "days": ["mon", "fri"], "start": "14:00", "stop": "22:00", "crew": "B"}
    put = api.client.put("/shift-calendars/berlin", json={"shifts": [late]})
    assert api.client.delete("/shift-calendars/berlin", headers={"If-Match": '"0"'}).status_code == 412
    gone = api.client.delete("/shift-calendars/berlin", headers={"If-Match": put.headers["etag"]}, params={"why": "x"})
    assert gone.status_code == 204, gone.text
    assert api.client.get("/shift-calendars/berlin").json()["shifts"] == []
    again = api.client.delete("/shift-calendars/berlin")
    assert (again.status_code, "has no shift calendar" in again.json()["detail"]) == (404, True)
    off = {"date": "2026-12-25", "id": "late", "start": None, "stop": None}
    assert api.client.put("/shift-calendars/berlin", json={"shifts": [], "exceptions": [off]}).status_code == 200
    assert api.client.delete("/shift-calendars/berlin").status_code == 204


def test_a_batch_without_length_is_in_nobodys_way(api):
    emptied = {"equipment": LINE, "start": "2026-11-20T10:00:00Z", "stop": "2026-11-20T10:00:00Z"}
    assert api.client.put("/batches/B-1", json=emptied).status_code == 200
    around = {"equipment": LINE, "start": "2026-11-20T09:00:00Z"}
    assert api.client.put("/batches/B-2", json=around).status_code == 200
    for at in ("10:00:00Z", "11:00:00Z"):
        asked = {"equipment": LINE, "at": f"2026-11-20T{at}"}
        assert api.client.get("/context", params=asked).json()["batch"]["id"] == "B-2"
