"""What `/readyz` and `/status` say by themselves of gaps, of what is only counted, of records and of new rules."""

from __future__ import annotations

import os
import socket
import sqlite3
from contextlib import ExitStack, closing
from math import inf
from pathlib import Path

import pytest
from support.mosquitto import Mosquitto
from support.plant import GOVERNED, RULES, Client, Service, now, reasons, write_project
from support.proxy import Proxy
from support.waiting import eventually

from uns.registry.engine import connect, transaction
from uns.registry.migrate import head
from uns.service.lately import HOUR, MINUTE, Lately

FILLER = GOVERNED.format("filler")


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        ([], 0),
        ([(0, 7)], 0),
        ([(0, 7), (1, 9)], 2),
        ([(0, 7), (1, 9), (2, 30)], 2),
        ([(0, 7), (1, 9), (2, 30), (1 + MINUTE, 30)], 23),
        ([(0, 7), (1, 9), (HOUR, 9)], 2),
        ([(0, 7), (1, 9), (1 + HOUR, 9)], 0),
        ([(0, 7), (1, 9), (MINUTE * 30, 10), (1 + HOUR, 10)], 1),
        ([(0, 7), (1, 9), (2, 3)], 0),
    ],
)
def test_what_has_grown_is_news_for_an_hour_and_changes_once_a_minute(seen: list[tuple[float, int]], told: int) -> None:
    at = -inf
    lately = Lately(clock=lambda: at)
    for at, count in seen:  # noqa: B007 - the clock reads it
        lately.see(count)
    assert lately.more == told


def test_more_of_one_cause_than_is_kept_degrades(service: Service, client: Client) -> None:
    for number in range(1_010):
        client.publish("plc/L1/filler/pressure", {"Val": number})
    client.flush()
    service.ready("degraded")
    assert "rejections of the last hour are only counted: uns quarantine causes" in reasons(service)
    eventually(lambda: service.get("/status")["quarantine"]["counted_only"] == 10, why=lambda: service.get("/status"))
    assert "uns_quarantine_overflow_total 10.0" in service.get("/metrics")


def test_errors_of_the_newest_rules_are_counted_and_ready_gives_no_reason(service: Service, folder: Path) -> None:
    more = folder / "naming_rules" / "more.yaml"
    for text, told in (("site: [", "1 error and"), ("x: 1", "5 errors and")):
        more.write_text(text, encoding="utf-8")
        eventually(lambda told=told: reasons(service) == f"the newest rules have {told} are not in force: uns check",
              why=lambda: reasons(service))  # fmt: skip
    eventually(lambda: "] degraded" in service.said(), why=service.said)
    more.unlink()
    eventually(lambda: "] ready" in service.said().rpartition("] degraded")[2], why=service.said)
    assert "why=[]" not in service.said()


def test_a_possible_gap_is_told_with_its_time(service: Service, broker: Mosquitto, tmp_path: Path) -> None:
    broker.kill()
    (tmp_path / "mosquitto" / "data" / "mosquitto.db").unlink(missing_ok=True)
    broker.start()
    service.ready("degraded")
    status = service.get("/status")
    (gap,) = status["gaps"]
    assert (status["possible_gaps"], gap["reason"]) == (1, "session")
    assert f"within the last hour, lately at {gap['at']}: session" in reasons(service)


def test_who_waits_for_ready_is_heard_from_the_first_message_on(folder: Path, broker: Mosquitto) -> None:
    """On a link of a hundred bytes a second what we subscribe to is on its way for seconds."""
    with Proxy(broker.port) as proxy, Service(folder, proxy.url) as service:
        proxy.pace = 100
        eventually(lambda: "connected  " in service.said(), why=service.said)
        asked = {"status": "hold", "reasons": ["the broker has not answered yet to what we subscribe to"]}
        assert service.get("/readyz") == asked
        proxy.pace = 0
        service.ready()
        proxy.pace = 100
        proxy.cut()
        eventually(lambda: service.get("/readyz") == asked, why=lambda: reasons(service))
        proxy.pace = 0
        service.ready()


def test_new_rules_that_wait_for_the_broker_are_shown(folder: Path, broker: Mosquitto) -> None:
    elsewhere = RULES.replace("line-{line}", "line-2").replace("L{line}", "L2")
    write_project(folder, elsewhere.replace("site: dallas", "site: dallas\nowns: [dallas/line-2]"))
    with Service(folder, broker.url) as service:
        service.ready()
        broker.stop()
        service.ready("hold")
        write_project(folder)
        coming = eventually(lambda: service.get("/status")["bundle"]["coming"], why=service.said)
        assert f"new rules ({coming}) wait" in reasons(service)
        broker.start()
        eventually(lambda: service.get("/status")["bundle"]["revision"] == coming, why=service.said)
        eventually(lambda: service.get("/status")["bundle"]["coming"] is None)
        service.ready()


def test_records_for_which_there_is_no_room_hold_and_none_is_lost(
    folder: Path, broker: Mosquitto, client: Client
) -> None:
    small = "import uns.service.lookout as lookout\nlookout.MOST_RECORD_BYTES = 20_000"
    with Service(folder, broker.url, small) as service:
        service.ready()
        lock = sqlite3.connect(folder / "uns.db", isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        for number in range(100):
            order = {"event": "START", "line": f"L{number}", "order": f"B-{number}", "at": now() - 1000}
            client.publish("mes/orders", order)
        client.flush()
        service.ready("hold")
        assert "no room for more records" in reasons(service)
        client.publish("plc/L1/filler/temperature", {"Val": 1, "ts": now()})
        client.flush()
        assert not client.bodies(FILLER)
        lock.execute("ROLLBACK")
        lock.close()
        service.ready("ready", "degraded")
        eventually(lambda: client.bodies(FILLER), why=service.said)
        assert client.bodies(FILLER)[0]["batch"] == {"id": "B-1"}
        service.settled()
        assert service.counters()[1]["recorded"] == 100


IMPATIENT = """
from functools import partial
import uns.registry.configured as configured
configured.connect = partial(configured.connect, busy_ms=100)
"""


def test_a_registry_that_can_be_read_and_takes_nothing_is_told(folder: Path, broker: Mosquitto, client: Client) -> None:
    with (
        Service(folder, broker.url, IMPATIENT) as service,
        closing(sqlite3.connect(folder / "uns.db", isolation_level=None)) as other,
    ):
        service.ready()
        other.execute("BEGIN IMMEDIATE")
        client.publish("plc/L1/filler/pressure", {"Val": 1})
        service.ready("degraded")
        assert reasons(service) == "the registry is locked by another process; wait, or end what holds it"
        eventually(lambda: "] degraded" in service.said() and "locked" in service.said(), why=service.said)
        other.execute("ROLLBACK")
        service.ready()
        eventually(lambda: service.get("/status")["quarantine"]["kept"] == 1, why=service.said)


UNCOUNTED = "from uns.service.path import Path; Path.accepted = lambda self, outgoing: None"
NEARLY_FULL = "import uns.service.report as report; report.LEAST_FREE = 1 << 60"


@pytest.mark.parametrize(
    ("tampering", "told", "logged"),
    [(UNCOUNTED, "the counters do not balance", "made=1"), (NEARLY_FULL, "is nearly full", "] degraded")],
)
def test_what_somebody_has_to_look_at_degrades(
    tampering: str, told: str, logged: str, folder: Path, broker: Mosquitto, client: Client
) -> None:
    with Service(folder, broker.url, tampering) as service:
        eventually(lambda: "] ready" in service.said() or "] degraded" in service.said(), why=service.said)
        client.publish("plc/L1/filler/temperature", {"Val": 1, "ts": now()})
        eventually(lambda: client.bodies(FILLER), why=service.said)
        service.ready("degraded")
        assert told in reasons(service)
        eventually(lambda: told in service.said() and logged in service.said(), why=service.said)


def test_hundreds_who_connect_and_ask_nothing_keep_nobody_from_asking(service: Service) -> None:
    host, _, port = service.health.rpartition(":")
    with ExitStack() as stack:
        silent = [stack.enter_context(socket.create_connection((host, int(port)))) for _ in range(300)]
        assert service.get("/healthz") is not None
        assert len(os.listdir(f"/proc/{service.process.pid}/fd")) < 200
        assert silent[0].recv(1) == b""


def test_a_registry_of_an_older_version_holds_until_it_is_migrated(
    folder: Path, broker: Mosquitto, client: Client
) -> None:
    engine = connect(f"sqlite:///{folder / 'uns.db'}")
    with transaction(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    with Service(folder, broker.url) as service:
        eventually(lambda: "run `uns migrate`" in reasons(service), 60, why=service.said)
        assert service.get("/readyz")["status"] == "hold"
        eventually(lambda: any(each.topic == "acme/_uns/uns" for each in client.messages), why=service.said)
        client.publish("plc/L1/filler/temperature", {"Val": 1, "ts": now()})
        with transaction(engine) as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{head()}'")
        service.ready()
        eventually(lambda: client.bodies(FILLER))
    engine.dispose()
