"""Clients that connect and ask nothing, or only half of something."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection

import httpx
import pytest
from support.api import RunningApi
from support.waiting import eventually

from uns.api import wire

HEAD = b"POST /api/v1/explain HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 200\r\n"


@contextmanager
def connected(api: RunningApi) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", api.port), timeout=10) as client:
        yield client


def is_healthy(api: RunningApi) -> bool:
    return httpx.get(f"{api.url}/healthz", timeout=10, verify=False).status_code == 200


@pytest.mark.parametrize("begun", [b"", HEAD[:20], HEAD + b"\r\n{"], ids=["nothing", "half a head", "half a body"])
def test_hundreds_who_ask_nothing_keep_nobody_out(api: RunningApi, begun: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(600):
            stack.enter_context(connected(api)).sendall(begun)
        eventually(lambda: is_healthy(api), wire.PATIENCE / 2)


@pytest.mark.parametrize("begun", [b"", HEAD[:20], HEAD, HEAD + b"\r\n{"])
def test_a_request_arrives_whole_or_its_connection_ends(
    api: RunningApi, monkeypatch: pytest.MonkeyPatch, begun: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(wire, "PATIENCE", 0.3)
    with connected(api) as client:
        client.sendall(begun)
        assert client.recv(1) == b""
    assert is_healthy(api)
    assert "Traceback" not in capfd.readouterr().err


def test_who_asked_may_be_silent_and_who_listens_is_not_cut_off(
    api: RunningApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "PATIENCE", 0.3)
    client = HTTPConnection("127.0.0.1", api.port, timeout=10)

    def asks() -> int:
        client.request("GET", "/healthz")
        answer = client.getresponse()
        answer.read()
        return answer.status

    with closing(client), httpx.stream("GET", f"{api.url}/api/v1/stream", timeout=10, verify=False) as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: live"
        assert asks() == 200
        with connected(api) as silent:
            assert silent.recv(1) == b""
        assert asks() == 200
        monkeypatch.setattr(wire, "CONNECTIONS", 2)
        assert is_healthy(api)
        assert client.sock.recv(1) == b""
        api.within(lambda here: here.namespace.changes.append("acme/x", b"1", {}, False, 1))
        assert "event: value" in (next(lines) for _ in range(10))
