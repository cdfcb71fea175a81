"""Server-sent events: current values, then changes, and a word where some were missed."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from support.waiting import eventually

from uns.api.changes import Changes

TOPIC = "acme/dallas/packaging/line-3/filler/_telemetry/temperature"
OTHER = "acme/berlin/brewing/_telemetry/temperature"


@contextmanager
def events(api, last: str | None = None, **query) -> Iterator[Iterator[dict]]:
    headers = {"Last-Event-ID": last} if last else {}
    with httpx.stream("GET", f"{api.url}/api/v1/stream", params=query, headers=headers, timeout=15) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield _events(response)


def _events(response: httpx.Response) -> Iterator[dict]:
    event: dict = {}
    for line in response.iter_lines():
        if not line and event:
            yield event
            event = {}
        elif line and not line.startswith(":"):
            key, _, text = line.partition(": ")
            event[key] = json.loads(text) if key == "data" else text


def test_current_values_come_first_then_changes_then_deletions(api, publish):
    publish(TOPIC, "1", rule="dallas/x")
    eventually(lambda: api.here.namespace.entries)
    with events(api) as stream:
        first, live = next(stream), next(stream)
        assert (first["event"], first["data"]["topic"], first["data"]["value"]) == ("value", TOPIC, 1)
        assert "id" not in first, "who comes back after half of the current values wants them all again"
        assert live["event"] == "live"
        publish(TOPIC, "2", rule="dallas/x")
        changed = next(stream)
        assert (changed["event"], changed["data"]["value"]) == ("value", 2)
        publish(TOPIC, "")
        gone = next(stream)
        assert (gone["event"], gone["data"]) == ("deleted", {"topic": TOPIC})
        assert gone["id"] != changed["id"]


def test_only_what_the_filter_takes_is_sent(api, publish):
    publish(TOPIC, "1")
    publish(OTHER, "2")
    eventually(lambda: len(api.here.namespace.entries) == 2)
    with events(api, filter="acme/berlin/#") as stream:
        assert next(stream)["data"]["topic"] == OTHER
        assert next(stream)["event"] == "live"
        publish(TOPIC, "3")
        publish(OTHER, "4")
        assert next(stream)["data"]["value"] == 4


def test_who_comes_back_with_the_last_id_gets_what_came_meanwhile_and_nothing_else(api, publish):
    publish(TOPIC, "1")
    eventually(lambda: api.here.namespace.entries)
    with events(api) as stream:
        last = [next(stream), next(stream)][-1]["id"]
    publish(TOPIC, "2")
    publish(TOPIC, "3")
    eventually(lambda: api.here.namespace.changes.last == 3)
    with events(api, last=last) as stream:
        assert next(stream)["event"] == "live"
        assert [next(stream)["data"]["value"] for _ in range(2)] == [2, 3]


@pytest.mark.parametrize("last", ["another-process-7", "nonsense"])
def test_an_unknown_id_is_answered_with_a_gap_and_the_current_values(api, publish, last):
    publish(TOPIC, "1")
    eventually(lambda: api.here.namespace.entries)
    with events(api, last=last) as stream:
        gap, value = next(stream), next(stream)
        assert (gap["event"], gap["data"]["after"]) == ("gap", last)
        assert value["data"]["value"] == 1


def test_an_id_that_has_left_the_ring_is_answered_with_a_gap(api, publish):
    api.within(lambda here: setattr(here.namespace, "changes", Changes("small", max_changes=2)))
    for number in range(4):
        publish(TOPIC, str(number))
    eventually(lambda: api.here.namespace.changes.last == 4)
    with events(api, last="small-1") as stream:
        assert next(stream)["event"] == "gap"


def test_a_reader_that_is_too_slow_is_told_and_let_go(api, publish):
    api.within(lambda here: setattr(here.namespace, "changes", Changes("small", max_changes=5)))
    with socket.socket() as slow:
        slow.settimeout(20)
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", api.port))
        slow.sendall(b"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        eventually(lambda: api.here.streams == 1)
        large = b'"' + b"x" * 200_000 + b'"'
        for _ in range(60):
            publish(TOPIC, large)
        eventually(lambda: api.here.namespace.changes.last == 60)
        received = b""
        while b"event: gap" not in received[-2_000:]:
            part = slow.recv(1_000_000)
            assert part, "the stream ended without a word"
            received = received[-2_000:] + part
    eventually(lambda: api.here.streams == 0)


def test_streams_are_limited_and_their_places_are_given_back(api):
    api.within(lambda here: setattr(here, "most_streams", 1))
    with events(api) as stream:
        next(stream)
        refused = api.client.get("/stream")
        assert refused.status_code == 503
        assert "limit" in refused.json()["detail"]
    eventually(lambda: api.here.streams == 0)
    with events(api) as stream:
        assert next(stream)["event"] == "live"


def test_a_wrong_filter_is_refused_before_the_stream_begins(api):
    response = api.client.get("/stream", params={"filter": "a/#/b"})
    assert response.status_code == 400
    assert response.json()["findings"][0]["code"] == "filter-syntax"
