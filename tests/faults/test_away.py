"""A registry that is slow, gone and back, and readers that take a byte a second: no message waits for any of them."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg
import pytest
from support.beside import every
from support.load import MOST_MEMORY, Load, nothing_is_lost
from support.mosquitto import Mosquitto
from support.plant import Client, Service, now, reasons
from support.postgres import binaries, postgres, server
from support.proxy import Proxy
from support.waiting import eventually

from uns.demo.mosquitto import free_port

REJECTED = 1_200
"""More of one cause than the journal keeps while the registry is gone."""
KEPT = 1_000


def slower_than(seconds: float, service: Service) -> int:
    """Messages that took longer from receipt to acknowledgement."""
    lines = (line.rsplit(" ", 1) for line in service.get("/metrics").splitlines() if line.startswith("uns_latency"))
    counts = {name: int(float(count)) for name, count in lines}
    return counts["uns_latency_seconds_count"] - counts[f'uns_latency_seconds_bucket{{le="{seconds}"}}']


@pytest.fixture
def path_to_registry() -> Iterator[tuple[Proxy, str, str]]:
    """A proxy, the registry's URL through it, and the one past it."""
    if binaries() is None:
        pytest.skip("no PostgreSQL server is installed (apt install postgresql)")
    with postgres() as url:
        port = url.rpartition(":")[2].partition("/")[0]
        with Proxy(int(port)) as proxy:
            yield proxy, url.replace(f":{port}/", f":{proxy.port}/"), url


def test_a_registry_that_is_slow_then_gone_delays_nothing_and_gets_everything_once_it_is_back(
    folder: Path, broker: Mosquitto, path_to_registry: tuple[Proxy, str, str],
    watcher: Client, overheard: Client, machines: Client, client_of: Callable[..., Client],
) -> None:  # fmt: skip
    proxy, url, direct = path_to_registry
    others = client_of("others")
    with Service(folder, broker.url, registry=url) as service:
        service.ready()
        load = Load(machines, 300)
        proxy.pace = 2_000
        others.publish("plc/L1/asset-1/pressure", {"Val": 1})
        eventually(lambda: service.counters()[1]["quarantined"] == 1, 2)
        eventually(lambda: len(load.sent) > 900)
        proxy.deaf = True
        proxy.cut()
        service.ready("degraded")
        assert "registry" in reasons(service)
        others.publish("mes/orders", {"event": "START", "line": "L9", "order": "B-9", "at": now()})
        for number in range(REJECTED - 1):
            others.publish("plc/L1/asset-1/pressure", {"Val": number})
        eventually(lambda: service.counters()[1]["quarantined"] == REJECTED, why=service.said)
        assert service.counters()[1]["recorded"] == 1
        eventually(lambda: "are only counted" in reasons(service), why=lambda: reasons(service))
        proxy.pace, proxy.deaf = 0, False
        proxy.cut()
        with psycopg.connect(direct, autocommit=True) as registry:
            eventually(lambda: entries(registry) >= KEPT, 40, service.said)
            eventually(lambda: registry.execute("SELECT 1 FROM batch WHERE id = 'B-9'").fetchall())
        nothing_is_lost(load.stop(), service, watcher, overheard)
        quarantine = eventually(lambda: whole(service.get("/status")["quarantine"]), why=lambda: service.get("/status"))
        assert quarantine["kept"] >= KEPT
        assert slower_than(2.5, service) == 0
        assert "are only counted" in service.said()


def test_a_registry_that_hangs_keeps_no_service_from_ending(
    folder: Path, broker: Mosquitto, path_to_registry: tuple[Proxy, str, str], client_of: Callable[..., Client]
) -> None:
    """What it was asked for is never answered; what the journal holds is there for the next start."""
    proxy, url, direct = path_to_registry
    with Service(folder, broker.url, registry=url) as service:
        service.ready()
        proxy.stall()
        client_of("others").publish("plc/L1/asset-1/pressure", {"Val": 1})
        eventually(lambda: service.counters()[1]["quarantined"] == 1, why=service.said)
        assert service.stop() == 0
        proxy.cut()
        proxy.go_on()
        service.start()
        with psycopg.connect(direct, autocommit=True) as registry:
            eventually(lambda: entries(registry) == 1, 20, service.said)


@pytest.mark.skipif(binaries() is None, reason="no PostgreSQL server is installed (apt install postgresql)")
def test_a_postgresql_that_is_killed_and_started_again_under_load_delays_nothing(
    folder: Path, broker: Mosquitto,
    watcher: Client, overheard: Client, machines: Client, client_of: Callable[..., Client],
) -> None:  # fmt: skip
    """It recovers from its log, and says "starting up" to whoever comes too early."""
    others, batches = client_of("others"), 3
    with server() as registry, Service(folder, broker.url, registry=registry.url) as service:
        service.ready()
        load = Load(machines, 300)
        for number in range(batches):
            registry.stop()
            service.ready("degraded")
            assert "registry" in reasons(service)
            others.publish("mes/orders", {"event": "START", "line": f"L{number}", "order": f"B-{number}", "at": now()})
            others.publish("plc/L1/asset-1/pressure", {"Val": number})
            eventually(lambda number=number: service.counters()[1]["quarantined"] == number + 1, why=service.said)
            registry.start()
            service.ready()
        with psycopg.connect(registry.url, autocommit=True) as asked:
            eventually(lambda: entries(asked) == batches, 40, service.said)
            eventually(lambda: asked.execute("SELECT COUNT(*) FROM batch").fetchall() == [(batches,)], 40, service.said)
        nothing_is_lost(load.stop(), service, watcher, overheard)
        assert slower_than(2.5, service) == 0


def entries(registry: psycopg.Connection[tuple[int]]) -> int:
    ((number,),) = registry.execute("SELECT COUNT(*) FROM quarantine_entry").fetchall()
    return number


def whole(quarantine: dict[str, int]) -> dict[str, int] | None:
    return quarantine if quarantine["kept"] + quarantine["counted_only"] == REJECTED else None


class Both(Service):
    """`uns run`: the path, and the API as its child."""

    arguments = ()


def children(service: Service) -> list[int]:
    pid = service.process.pid
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def test_readers_that_take_a_byte_a_second_slow_nobody_down(
    folder: Path, broker: Mosquitto, watcher: Client, overheard: Client, machines: Client, soak: bool
) -> None:
    """Of answers and of the stream, at the API and at the path's own door; and some ask a byte a second."""
    api = free_port()
    with Both(folder, broker.url, api=f"127.0.0.1:{api}") as service, ExitStack() as slow:
        service.ready()
        eventually(lambda: listens(api), 30, service.said)
        load = Load(machines, 300)
        doors = [(api, path) for path in ("/api/v1/stream", "/api/v1/namespace", "/openapi.json")]
        doors += [(int(service.health.rpartition(":")[2]), path) for path in ("/metrics", "/status", "/nowhere")]
        readers = [reader(slow, port, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n") for port, path in doors * 5]
        askers = [reader(slow, port, "GET /") for port, _ in doors]

        def a_byte_each(_: int) -> None:
            for each in readers:
                with suppress(OSError):
                    each.recv(1)
            for each in askers:
                with suppress(OSError):
                    each.send(b"x")

        with every(1, a_byte_each):
            eventually(lambda: len(load.sent) > 300 * (60 if soak else 8), 90)
            assert service.get("/readyz")["status"] == "ready"
        nothing_is_lost(load.stop(), service, watcher, overheard)
        assert slower_than(2.5, service) == 0
        (serving,) = children(service)
        assert service.memory(serving) < MOST_MEMORY


def reader(slow: ExitStack, port: int, request: str) -> socket.socket:
    one = slow.enter_context(socket.socket())
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    one.connect(("127.0.0.1", port))
    one.sendall(request.encode())
    one.setblocking(False)
    return one


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
