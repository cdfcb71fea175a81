"""Replays and discarding over REST: what is asked for is a row that an instance takes up."""

from __future__ import annotations

import pytest

from uns.finding import SamplePlace, found
from uns.instant import SECOND
from uns.message import RawMessage
from uns.quarantine import Rejection
from uns.registry import replays
from uns.registry.engine import connect
from uns.registry.quarantine import keep
from uns.registry.writing import Author


@pytest.fixture
def kept(api, settings):
    """Three entries: two of Dallas, one of Berlin."""
    engine = connect(settings.registry)
    finding = found("value-type", "hot", "map it", SamplePlace("plc/a"))
    some = [
        Rejection(
            f"j-{at}", f"j-m{at}", RawMessage("plc/a", b"1", at * SECOND), None, "d/x", (finding,), "b", "1", site
        )
        for at, site in enumerate(("dallas", "dallas", "berlin"), 1)
    ]
    keep(engine, some[:2], 10**18, instance="uns-dallas")
    keep(engine, some[2:], 10**18)
    yield engine
    engine.dispose()


def test_a_request_is_a_row_whose_progress_can_be_followed(api, kept):
    made = api.client.post("/quarantine/replay", json={"site": "dallas", "why": "corrected"})
    assert made.status_code == 202, made.text
    body = made.json()
    assert (body["entries"], body["waiting"], body["wanted"], body["why"]) == (2, 2, {"site": "dallas"}, "corrected")
    where = made.headers["location"].removeprefix("/api/v1")
    taken = replays.take(kept, "uns", lambda topic, key: True, 1)
    assert taken is not None
    settled = replays.Settlement(taken.entries[0], (), None, "b2", "2")
    replays.settle(kept, taken.replay, [settled], Author("path uns", 1))
    now = api.client.get(where).json()
    assert (now["waiting"], now["replayed"], now["instances"]) == (1, 1, ["uns"])
    assert api.client.get("/quarantine/replays").json()["items"] == [now]
    assert [each["id"] for each in api.client.get("/quarantine?state=replayed").json()["items"]] == [1]


@pytest.mark.parametrize(
    ("body", "entries"),
    [({}, 3), ({"ids": [1, 3, 9]}, 2), ({"code": "rule-none"}, 0), ({"until": "1970-01-01T00:00:02Z"}, 1),
     ({"since": "1970-01-01T00:00:02Z", "site": "dallas"}, 1), ({"rule": "d/x", "topic": "plc/a"}, 3),
     ({"instance": "uns-dallas"}, 2), ({"instance": "uns-berlin"}, 0)],
)  # fmt: skip
def test_what_is_asked_for_is_what_fits(api, kept, body, entries):
    assert api.client.post("/quarantine/replay", json=body).json()["entries"] == entries
    if not body.keys() & {"ids"}:
        assert len(api.client.get("/quarantine", params=body).json()["items"]) == entries
    if body:
        assert api.client.post("/quarantine/discard", json=body).json() == {"discarded": entries}


def test_one_entry_is_replayed_or_told_to_be_gone(api, kept):
    assert api.client.post("/quarantine/2/replay").json()["wanted"] == {"ids": [2]}
    for method, path in (("POST", "/quarantine/9/replay"), ("GET", "/quarantine/replays/99")):
        assert api.client.request(method, path).status_code == 404


def test_everything_is_discarded_only_where_that_is_said(api, kept):
    refused = api.client.post("/quarantine/discard", json={})
    assert refused.status_code == 400
    assert refused.json()["findings"][0]["remedy"] == "say which, or send `all: true`"
    assert api.client.post("/quarantine/discard", json={"all": True}).json() == {"discarded": 3}
    assert api.client.post("/quarantine/replay", json={}).json()["entries"] == 0


def test_an_unknown_member_is_refused(api, kept):
    assert api.client.post("/quarantine/replay", json={"sit": "dallas"}).status_code == 400
