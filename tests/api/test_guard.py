"""Who may speak to the API and how; and what hostile requests get."""

from __future__ import annotations

import json
import re
import socket

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from uns.api.server import serve
from uns.settings import Settings, is_loopback

JSON = {"Content-Type": "application/json"}


def problem_of(response: httpx.Response) -> dict:
    """What a refusal says, whole."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    body = response.json()
    assert body["status"] == response.status_code
    assert body["title"]
    assert body["detail"]
    assert isinstance(body["findings"], list)
    return body


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "192.168.1.4:8080", "", "[::1", "localhost@evil"]
)
def test_a_foreign_host_is_refused(api, host):
    assert problem_of(api.client.get("/status", headers={"Host": host}))["status"] == 421


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "[::1]:8080", "127.0.0.2"])
def test_loopback_by_any_of_its_names_is_answered(api, host):
    assert api.client.get("/status", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "http://["])
def test_a_foreign_origin_is_refused(api, origin):
    assert problem_of(api.client.get("/status", headers={"Origin": origin}))["status"] == 403


def test_a_page_of_its_own_is_answered(api):
    assert api.client.get("/status", headers={"Origin": api.url}).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"])
def test_bodies_are_json_only(api, kind):
    response = api.client.post("/products", content=b'{"id":"P"}', headers={"Content-Type": kind})
    assert problem_of(response)["status"] == 415


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"topic":' + b"9" * 10_000 + b"}", b'{"id": "\\ud800"}'],
)
@pytest.mark.parametrize("path", ["/explain", "/products", "/submissions", "/rules/rollback"])
def test_what_is_no_request_is_refused(api, path, body):
    assert problem_of(api.client.post(path, content=body, headers=JSON))["status"] == 400


def test_a_body_that_grows_beyond_the_limit_is_refused_too(api):
    body = (b'{"topic": "plc/x", "text": "' + b"x" * 300_000 for _ in range(8))
    response = api.client.post("/explain", content=body, headers=JSON)
    assert problem_of(response)["status"] == 413


def test_a_body_beyond_the_limit_is_refused(api):
    body = json.dumps({"topic": "plc/x", "text": "x" * 2_000_000})
    problem = problem_of(api.client.post("/explain", content=body, headers=JSON))
    assert problem["status"] == 413
    assert re.search(r"more than the \d+ bytes .*: send less at once", problem["detail"])


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/values?filtr=%23", "?filtr"),
        ("/status?x=1", "?x"),
        ("/values?limit=1&limit=2", "?limit"),
        ("/values?limit=0", "?limit"),
        ("/values?limit=1001", "?limit"),
        ("/values?limit=ten", "?limit"),
        ("/values?cursor=%C3%A4", "?cursor"),
        ("/values?cursor=_", "?cursor"),
        ("/values?filter=", "?filter"),
        ("/values?filter=a/%23/b", "?filter"),
        ("/values?filter=" + "a" * 1001, "?filter"),
        ("/search?q=", "?q"),
        ("/search?q=%20", "?q"),
        ("/search", "?q"),
        ("/namespace?depth=33", "?depth"),
        ("/context?equipment=", "?equipment"),
        ("/context?equipment=dallas&at=yesterday", "?at"),
        ("/context/diff", "?from"),
        ("/context/diff?from=monday", "?from"),
        ("/context/diff?from=17", "?from"),
        ("/context/diff?from=0&to=17", "?to"),
        ("/context/diff?from=2020-01-01T00:00:00Z", "?from"),
        ("/context/diff?from=0&equipment=dalas", "?equipment"),
        ("/context/diff?from=0&cursor=_", "?cursor"),
        ("/quarantine?state=lost", "?state"),
    ],
)
def test_a_wrong_query_names_the_parameter(api, path, parameter):
    body = problem_of(api.client.get(path))
    assert (body["status"], body["findings"][0]["where"]["file"]) == (400, parameter)


@pytest.mark.parametrize("path", ["/nothing", "/rules/nothing.yaml", "/contracts/none/1", "/contracts/telemetry/9"])
def test_what_is_not_there_is_a_problem_too(api, path):
    assert problem_of(api.client.get(path))["status"] == 404


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/values", "GET"),
        ("PATCH", "/batches/B-1", "GET, PUT, DELETE"),
        ("DELETE", "/batches", "GET, POST"),
        ("GET", "/batches/B-1/stop", "POST"),
        ("POST", "/shift-calendars/berlin", "GET, PUT, DELETE"),
    ],
)
def test_a_method_that_does_not_fit_is_a_problem_too_and_names_those_that_do(api, method, path, allowed):
    told = api.client.request(method, path)
    assert (problem_of(told)["status"], told.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/api/v1/status", "/api/v1/values", "/docs"])
def test_head_tells_what_get_would_without_the_body(api, path):
    head, get = httpx.head(f"{api.url}{path}"), httpx.get(f"{api.url}{path}")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == get.headers["content-type"]


def test_head_of_a_stream_does_not_wait_for_its_end(api):
    assert httpx.head(f"{api.url}/api/v1/stream", timeout=5).status_code == 405


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/explain", {"topic": "plc/x", "text": "\ud800"}, "/text"),
        ("/explain", {"topic": "\ud800"}, "/topic"),
        ("/products", {"id": "P", "attributes": {"a": "\ud800"}}, "/attributes/a"),
        ("/products", {"id": "P", "why": "\ud800"}, "/why"),
        ("/rules/rollback", {"revision": "\ud800"}, "/revision"),
    ],
)
def test_half_a_character_is_refused_where_it_stands(api, path, body, where):
    response = api.client.post(path, content=json.dumps(body), headers=JSON)
    body = problem_of(response)
    assert (body["status"], body["findings"][0]["where"]["file"]) == (400, where)


@given(st.text(max_size=50), st.text(max_size=50))
@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_path_and_no_query_brings_it_down(api, path, value):
    try:
        url = httpx.URL(f"{api.url}/api/v1/").copy_with(raw_path=httpx.URL(path="/api/v1/namespace/" + path).raw_path)
        url = url.copy_merge_params({"cursor": value, "depth": "1"})
    except (httpx.InvalidURL, UnicodeEncodeError):
        return
    assert api.client.get(url).status_code in (200, 400, 404)


def test_bytes_that_are_no_http_end_the_connection_and_nothing_else(api):
    with socket.create_connection(("127.0.0.1", api.port), timeout=5) as broken:
        broken.sendall(b"\x00\xff\r\n\r\n" * 100)
        broken.recv(4096)
    assert api.client.get("/status").status_code == 200


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("plant", False),
    ],
)
def test_loopback_is_known(host, expected):
    assert is_loopback(host) is expected


@pytest.mark.parametrize("endpoint", ["0.0.0.0:8080", "[::]:8080", "plant.example:80"])
def test_it_refuses_to_listen_for_others(endpoint):
    with pytest.raises(ValueError, match=r"write 127\.0\.0\.1:port"):
        Settings(api=endpoint)


def test_a_port_in_use_is_told(capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert serve(Settings(api=f"127.0.0.1:{other.getsockname()[1]}")) == 3
    assert "cannot be listened on" in capsys.readouterr().err
