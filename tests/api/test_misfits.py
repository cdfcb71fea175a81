"""What a request that does not fit is told: where, what was expected, what came, and what to do."""

from __future__ import annotations

import json

import pytest

LINE = "dallas/packaging/line-3"
BATCH = {"id": "B", "equipment": LINE, "start": "2026-11-20T10:00:00Z"}
SHIFT = {"id": "late", "days": ["mon"], "start": "14:00", "stop": "22:00"}
CLOCKS = "write hours and minutes of the site's clocks, 00:00 to 23:59, such as 06:00"
BARE = "it begins or ends with a blank → leave that out: of a sheet's cells it is taken off too"
LIMIT = "keep to the limit"


def told(response):
    assert response.status_code == 400, response.text
    body = response.json()
    assert body["detail"].startswith(body["findings"][0]["message"])
    return [f"{each['where']['file']} | {each['message']} → {each['remedy']}" for each in body["findings"]]


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/batches", BATCH | {"quantity": "ten"},
         ['/quantity | `/quantity` is "ten" (text) where a number or null is expected → send a number or null']),
        ("/batches", BATCH | {"quantity": 2**70},
         [f"/quantity | `/quantity` is {2**70}: beyond 64 bits "
          "→ send it as text, or rounded as a number with a point"]),
        ("/batches", BATCH | {"start": "yesterday"},
         ['/start | `/start` is "yesterday" (text): no time with an offset '
          "→ write RFC 3339, such as 2026-11-20T10:00:00Z"]),
        ("/batches", BATCH | {"start": "2026-02-30T10:00:00Z"},
         ['/start | `/start` is "2026-02-30T10:00:00Z" (text): there is no such time '
          "→ correct its date, its hours or its offset"]),
        ("/batches", {"id": "", "equipment": None, "sart": 1, "colour": 2},
         ["/equipment | `/equipment` is null where text is expected → send text",
          "/start | `/start` is required → add it",
          f'/id | `/id` is "" (text): at least 1 character is expected → {LIMIT}',
          "/sart | `/sart` is not foreseen → did you mean `start`?",
          "/colour | `/colour` is not foreseen "
          "→ it takes equipment, start, stop, product, order, quantity, attributes, state, why, id"]),
        ("/batches", [], [" | the body is a list of 0 where an object is expected → send an object"]),
        ("/batches", None, [" | a body is required → send a JSON object"]),
        ("/products", {"id": "P", "attributes": {"int": [1]}},
         ["/attributes/int | `/attributes/int` is a list of 1 where a number, text, true or false or null is expected "
          "→ send a number, text, true or false or null"]),
        ("/products", {"id": "P", "attributes": {"a/b": 2**70}},
         [f"/attributes/a~1b | `/attributes/a~1b` is {2**70}: beyond 64 bits "
          "→ send it as text, or rounded as a number with a point"]),
        ("/products", {"id": "P", "attributes": {"a\tb": 1}},
         ["/attributes/a\tb | the name of `/attributes/a\tb` is not 1 to 200 printable characters → rename it"]),
        ("/products", {"id": " P", "name": "Cola "},
         [f'/name | `/name` is "Cola " (text): {BARE}', f'/id | `/id` is " P" (text): {BARE}']),
        ("/batches", BATCH | {"id": "B ", "product": " P"},
         [f'/product | `/product` is " P" (text): {BARE}', f'/id | `/id` is "B " (text): {BARE}']),
        ("/equipment", {"path": LINE, "id": "4711 "}, [f'/id | `/id` is "4711 " (text): {BARE}']),
        ("/products", {"id": "\ud800"}, ["/id | `/id` is not Unicode text → send it as UTF-8"]),
        ("/explain", {"topic": "a", "retained": "maybe"},
         ['/retained | `/retained` is "maybe" (text) where true or false is expected → send true or false']),
        ("/submissions", {"files": {"naming_rules/a.yaml": 1}},
         ["/files/naming_rules~1a.yaml | `/files/naming_rules~1a.yaml` is 1 where text or null is expected "
          "→ send text or null"]),
        ("/submissions", {"files": {}},
         [f"/files | `/files` is an empty object: at least 1 member is expected → {LIMIT}"]),
    ],
)  # fmt: skip
def test_every_member_that_does_not_fit_is_told_at_its_pointer(api, path, body, said):
    response = api.client.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert told(response) == said


def test_an_id_with_blanks_is_not_entered_but_what_a_record_brought_so_can_be_seen_and_taken_out(api):
    response = api.client.put("/products/%20P", json={})
    assert told(response) == [f'{{name}} | `{{name}}` is " P" (text): {BARE}']
    assert api.client.get("/products/%20P").status_code == 404
    assert api.client.delete("/products/%20P").status_code == 404
    assert api.client.post("/batches/B%20/stop", json={}).status_code == 404


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"shifts": [SHIFT | {"days": ["mo"], "stop": "24:00"}]},
         ['/shifts/0/days/0 | `/shifts/0/days/0` is "mo" (text), not one of "mon", "tue", "wed", "thu", "fri", "sat", '
          '"sun" → did you mean "mon"?',
          f'/shifts/0/stop | `/shifts/0/stop` is "24:00" (text): no time of day → {CLOCKS}']),
        ({"shifts": [SHIFT, SHIFT | {"id": "x", "from": "2026-13-01", "untill": "2026-12-01"}]},
         ['/shifts/1/from | `/shifts/1/from` is "2026-13-01" (text), which is not a date such as 2026-11-20 '
          "→ send a date such as 2026-11-20",
          "/shifts/1/untill | `/shifts/1/untill` is not foreseen → did you mean `until`?"]),
        ({"shifts": [SHIFT | {"from": "2026-05-01", "until": "2026-05-01"}],
          "exceptions": [{"date": "2026-12-25", "id": "late", "start": "10:00"}, {"date": "2026-12-25", "id": "late"}]},
         ["/shifts/0/until | `/shifts/0/until` is 2026-05-01, not after `from`, 2026-05-01 "
          "→ it is the first date without the shift",
          "/exceptions/0/stop | `/exceptions/0/stop` is required where `start` stands "
          "→ say both times, or none to remove the shift",
          "/exceptions/1 | `late` of 2026-12-25 stands at /exceptions/0 too → remove one of them"]),
        ({"shifts": [SHIFT | {"crew": "A", "turn": 7}]},
         ["/shifts/0/from | crews take turns, and `from` does not say since when "
          "→ write the date on which the first begins",
          "/shifts/0/crew | crews take turns, and `crew` does not name several "
          "→ name them with blanks between: A B C D"]),
    ],
)  # fmt: skip
def test_a_calendar_is_told_all_that_is_wrong_with_it(api, body, said):
    assert told(api.client.put("/shift-calendars/dallas", json=body)) == said


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/values?limit=ten",
         '?limit | `?limit` is "ten" (text) where a whole number is expected → send a whole number'),
        ("/values?limit=0", f"?limit | `?limit` is 0: at least 1 is expected → {LIMIT}"),
        ("/values?limit=1.5", "?limit | `?limit` is 1.5 where a whole number is expected → send a whole number"),
        ("/search", "?q | `?q` is required → add it"),
        ("/search?q=" + "a" * 201,
         f'?q | `?q` is "{"a" * 59}…" (text): at most 200 characters are expected → {LIMIT}'),
        ("/context?equipment=dallas&at=now",
         '?at | `?at` is "now" (text): no time with an offset → write RFC 3339, such as 2026-11-20T10:00:00Z'),
        ("/quarantine?state=kpt",
         '?state | `?state` is "kpt" (text), not one of "kept", "replayed", "discarded", "any" '
         '→ did you mean "kept"?'),
        ("/quarantine?code=rul-none",
         '?code | `?code` is "rul-none" (text): there is no finding `rul-none` → did you mean `rule-none`?'),
        ("/stream?filter=" + "a" * 1001,
         f'?filter | `?filter` is "{"a" * 59}…" (text): at most 1000 characters are expected → {LIMIT}'),
        ("/quarantine/x", '{number} | `{number}` is "x" (text) where a whole number is expected → send a whole number'),
        ("/quarantine/-1", f"{{number}} | `{{number}}` is -1: at least 0 is expected → {LIMIT}"),
    ],
)  # fmt: skip
def test_a_parameter_that_does_not_fit_is_told_by_its_name(api, path, said):
    assert told(api.client.get(path)) == [said]


def test_a_header_that_does_not_fit_is_told_by_its_name(api):
    told_of = told(api.client.get("/stream", headers={"Last-Event-ID": "x" * 101}))
    assert told_of[0].startswith("Last-Event-ID | `Last-Event-ID` is ")


@pytest.mark.parametrize(
    ("body", "place", "said"),
    [
        (b"", (1, 1), " | a body is required → send a JSON object"),
        (b'{\n "topic": }', (2, 11), " | the body is not JSON at line 2, column 11 → send one JSON document"),
        (b"\xff", (1, 1), " | the body is not UTF-8 → send JSON as UTF-8"),
        (b"[" * 100_000, (1, 1), " | the body is nested too deep → send it flatter"),
        (b'{"topic": ' + b"9" * 10_000 + b"}", (1, 1),
         " | a number of the body has too many digits → send it as text"),
    ],
)  # fmt: skip
def test_a_body_that_is_no_json_is_told_where_it_breaks(api, body, place, said):
    response = api.client.post("/explain", content=body, headers={"Content-Type": "application/json"})
    assert told(response) == [said]
    where = response.json()["findings"][0]["where"]
    assert (where["line"], where["column"]) == place


def test_a_hundred_faults_are_enough(api):
    response = api.client.post("/products", json={"id": "P"} | {f"x{number}": 1 for number in range(5_000)})
    assert len(told(response)) == 100


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("POST", "/batches", '{"id": "A", "id": "B", "start": "never"}', ["/id"]),
        ("POST", "/products", '{"id": "P", "attributes": {"a/b": 1, "c": 2, "a/b": 3, "a/b": 3}}',
         ["/attributes/a~1b"]),
        ("PUT", "/shift-calendars/dallas",
         '{"shifts": [{}, {"id": "late", "id": "late"}], "shifts": [{"id": 1, "id": 2}]}',
         ["/shifts", "/shifts/0/id"]),
        ("POST", "/submissions", '{"files": {"naming_rules/a.yaml": "", "naming_rules/a.yaml": "b"}}',
         ["/files/naming_rules~1a.yaml"]),
        ("POST", "/explain", '[{"": 1, "": 2}]', ["/0/"]),
    ],
)  # fmt: skip
def test_a_key_that_stands_twice_is_told_at_its_pointer(api, method, path, body, said):
    response = api.client.request(method, path, content=body, headers={"Content-Type": "application/json"})
    assert told(response) == [f"{each} | `{each}` stands twice in the body → say it once" for each in said]
    assert {each["code"] for each in response.json()["findings"]} == {"key-duplicate"}


def test_the_same_key_in_two_objects_is_no_duplicate(api):
    batch = json.dumps({"id": "P", "attributes": {"id": "x"}})
    response = api.client.post("/products", content=batch, headers={"Content-Type": "application/json"})
    assert response.status_code == 201, response.text
