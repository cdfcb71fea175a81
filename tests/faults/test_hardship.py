"""Brokers that refuse, forget and drop, a disk that is full, and machines that send anything at all."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from random import Random
from re import findall

import pytest
from support.load import MOST_MEMORY, Load, nothing_is_lost
from support.mosquitto import Mosquitto, mosquitto
from support.plant import GOVERNED, RULES, Client, Service, now, reasons
from support.poison import poison
from support.waiting import eventually

DROPPED = "$SYS/broker/publish/messages/dropped"
FILLER = GOVERNED.format("filler")
REFUSED = 20
"""Of the governed messages of one topic."""
SENT = 3_000
"""To a service that is away, by a broker that keeps ten."""


@contextmanager
def limited(folder: Path, *allowed: str) -> Iterator[Mosquitto]:
    """A broker whose access list holds these lines."""
    acl = folder / "acl"
    acl.write_text("".join(f"topic {each}\n" for each in allowed), encoding="utf-8")
    acl.chmod(0o700)
    with mosquitto(folder / "mosquitto", extra=f"acl_file {acl}\n") as broker:
        yield broker


def test_what_one_topic_is_denied_goes_to_quarantine_and_the_others_flow(folder: Path, tmp_path: Path) -> None:
    allowed = ("readwrite plc/#", "readwrite acme/#", f"deny {GOVERNED.format('mixer')}", "read $SYS/#")
    with (
        limited(tmp_path, *allowed) as broker,
        Service(folder, broker.url) as service,
        Client(broker.port, "watcher", "acme/dallas/#") as watcher,
        Client(broker.port, "overheard", "plc/L1/#") as overheard,
        Client(broker.port, "machines", at_once=1) as machines,
    ):
        service.ready()
        load = Load(machines, 300)
        eventually(lambda: watcher.messages)
        for number in range(REFUSED):
            machines.publish("plc/L1/mixer/temperature", {"Val": number, "ts": now()})
        service.ready("degraded")
        nothing_is_lost(load.stop(), service, watcher, overheard)
        assert service.get("/status")["findings"] == {"publish-refused": REFUSED}
        assert service.counters()[1]["quarantined"] == REFUSED
        eventually(lambda: f"uns_quarantine_entries {REFUSED}.0" in service.get("/metrics"))
        assert "of our messages within the last hour: uns quarantine list" in reasons(service)
        assert "the broker refused" in service.said()


def test_a_broker_that_refuses_what_the_service_says_about_itself_is_told(folder: Path, tmp_path: Path) -> None:
    """Once in the log, and for as long as it lasts where one asks; what machines say flows meanwhile."""
    allowed = ("readwrite plc/#", "readwrite acme/dallas/#", "read acme/#", "read $SYS/#")
    with (
        limited(tmp_path, *allowed) as broker,
        Service(folder, broker.url) as service,
        Client(broker.port, "client", "acme/dallas/#") as client,
    ):
        service.ready("degraded")
        told = "the broker refused what we say about ourselves on acme/_uns/uns"
        assert told in reasons(service)
        assert "0x87 (not authorized)" in reasons(service)
        client.publish("plc/L1/filler/temperature", {"Val": 1, "ts": now()})
        eventually(lambda: client.bodies(FILLER), why=service.said)
        assert service.said().count("the broker refused what we say about ourselves remedy=") == 1


def moment_of(service: Service, line: str) -> datetime:
    """When it last said so in its log."""
    return datetime.fromisoformat(
        next(each for each in reversed(service.said().splitlines()) if line in each).split()[0]
    )


def test_what_the_broker_holds_is_known_at_once_without_its_own_topics(folder: Path, tmp_path: Path) -> None:
    with (
        limited(tmp_path, "readwrite plc/#", "readwrite acme/#") as broker,
        Service(folder, broker.url) as service,
        Client(broker.port, "client") as client,
    ):
        service.ready()
        at = now()
        for number in range(2_000):
            client.publish(f"plc/L{number % 100}/asset-{number}/temperature", {"Val": 1, "ts": at})
        client.flush()
        eventually(lambda: service.counters()[1]["published"] == 2_000, why=lambda: service.counters())
        assert service.stop() == 0
        service.start()
        service.ready()
        begun, ended = (moment_of(service, each) for each in ("reading what the broker", "remembered what the broker"))
        assert (ended - begun).total_seconds() < 5, "nothing was waited for"
        assert service.get("/status")["topics"] == 2_000


def test_a_broker_that_forgot_us_is_told_as_a_possible_gap(
    service: Service, broker: Mosquitto, client: Client, tmp_path: Path
) -> None:
    broker.kill()
    (tmp_path / "mosquitto" / "data" / "mosquitto.db").unlink(missing_ok=True)
    broker.start()
    service.ready("degraded")
    assert "may have lost messages" in reasons(service)
    assert "the broker has forgotten our session" in service.said()
    assert "uns_possible_gaps_total 1.0" in service.get("/metrics")
    client.publish("plc/L1/filler/temperature", {"Val": 3, "ts": now()})
    eventually(lambda: client.bodies(FILLER), why=service.said)


@pytest.mark.parametrize("away", [False, True])
def test_what_the_broker_drops_is_told(away: bool, folder: Path, tmp_path: Path) -> None:
    """To the last message, also by a process that was not there then; the broker drops its own words too."""
    few = "max_queued_messages 10\nsys_interval 1\n"
    with (
        mosquitto(tmp_path / "mosquitto", extra=few) as broker,
        Service(folder, broker.url) as service,
        Client(broker.port, "client", DROPPED) as client,
    ):
        service.ready()
        eventually((folder / ".uns" / "dropped").exists)
        service.stop() if away else service.process.send_signal(signal.SIGSTOP)
        for number in range(SENT):
            client.publish("plc/L1/filler/temperature", {"Val": number, "ts": now()})
        client.flush()
        eventually(lambda: counted(client))
        service.start() if away else service.process.send_signal(signal.SIGCONT)
        service.ready("ready", "degraded")

        def missing() -> int:
            return SENT - int(service.counters()[1]["published"])

        eventually(lambda: 0 < missing() <= dropped(service) == counted(client), 30, service.said)
        assert dropped(service) < SENT
        assert service.get("/status")["possible_gaps"] >= 1
        assert "may have lost messages" in eventually(lambda: reasons(service))


def counted(client: Client) -> int:
    """How many the broker has dropped, as it says itself."""
    return max((int(each.payload) for each in list(client.messages) if each.topic == DROPPED), default=0)


def dropped(service: Service) -> int:
    """How many the broker has dropped, as the service says."""
    return sum(map(int, findall(r"the broker dropped messages;.* more=(\d+)", service.log.read_text())))


def test_hostile_messages_between_good_ones_spoil_nothing(
    service: Service, client: Client, watcher: Client, chance: Random, soak: bool
) -> None:
    many = 20_000 if soak else 1_000
    at, empty = now(), 0
    for number, (topic, payload) in enumerate(poison(chance, many)):
        client.publish(topic, payload)
        client.publish("plc/L1/filler/temperature", {"Val": number, "ts": at + number})
        empty += not payload
    client.flush()
    eventually(lambda: service.counters()[0]["received"] == 2 * many, 120, service.said)
    messages, decisions = service.settled()
    eventually(lambda: len(watcher.messages) == decisions["published"], 60, lambda: (len(watcher.messages), decisions))
    assert [body["value"] for body in watcher.bodies(FILLER)] == [float(each) for each in range(many)]
    assert messages["received"] == messages["acknowledged"] == 2 * many
    assert decisions.pop("made") == sum(decisions.values())
    assert decisions["ignored"] == empty
    assert decisions["quarantined"] > many // 2
    assert "service-fault" not in service.get("/status")["findings"]
    assert "no link to the broker" not in service.said()
    assert service.memory() < MOST_MEMORY


def test_thousands_of_topics_are_served_and_remembered(
    folder: Path, broker: Mosquitto, client_of: Callable[..., Client], watcher: Client, soak: bool
) -> None:
    machines, count, at = client_of("hall"), 100_000 if soak else 3_000, now()
    with Service(folder, broker.url) as service:
        service.ready()
        body = {"Val": 1, "ts": at}
        machines.publish_many((f"plc/L{each % 100}/asset-{each}/temperature", body) for each in range(count))
        eventually(lambda: service.counters()[1]["published"] == count, 300, lambda: service.counters())
        eventually(lambda: len(watcher.messages) == count, 600, lambda: len(watcher.messages))
        assert len({each.topic for each in watcher.messages}) == count
        service.kill()
        service.start()
        service.ready(within=60)
        assert service.get("/status")["topics"] == count
        assert service.memory() < MOST_MEMORY + 2 * count // 1024, "2 KiB for each topic"


def test_sighup_asks_for_the_rules_again(service: Service, folder: Path) -> None:
    before = service.get("/status")["bundle"]["revision"]
    (folder / "naming_rules" / "dallas.yaml").write_text(RULES.replace("unit: Cel", "unit: K"), encoding="utf-8")
    service.process.send_signal(signal.SIGHUP)
    eventually(lambda: service.get("/status")["bundle"]["revision"] != before, why=service.said)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "uns-test", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("only a user who may mount can try a full disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(ballast: Path) -> None:
    """Until nothing more fits."""
    with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        for _ in iter(lambda: file.write(b"x" * 4096), None):
            pass


def test_a_full_disk_holds_and_loses_nothing(
    small_disk: Path, folder: Path, broker: Mosquitto, watcher: Client, overheard: Client, machines: Client,
    client_of: Callable[..., Client],
) -> None:  # fmt: skip
    others = client_of("others")
    with Service(folder, broker.url, state=str(small_disk)) as service:
        service.ready("ready", "degraded")
        load = Load(machines, 300)
        eventually(lambda: watcher.messages)
        ballast = small_disk / "ballast"
        fill(ballast)
        others.publish("plc/L1/filler/pressure", {"Val": "x" * 200_000})
        service.ready("hold")
        eventually(lambda: "cannot be written" in reasons(service), why=service.said)
        eventually(lambda: reasons(service).count("cannot be written") == 1, why=lambda: reasons(service))
        (folder / "naming_rules" / "dallas.yaml").write_text(RULES + "# new\n", encoding="utf-8")
        eventually(lambda: "could not be kept" in service.said(), why=service.said)
        waiting = len(load.sent)
        eventually(lambda: len(load.sent) > waiting + 300)
        assert len(watcher.messages) < waiting, "it went on without a place for what it rejects"
        ballast.unlink()
        service.ready("ready", "degraded")
        nothing_is_lost(load.stop(), service, watcher, overheard)
        assert service.counters()[1]["quarantined"] == 1
        assert "] hold" in service.said()


@pytest.mark.parametrize("used", [True, False])
def test_a_service_that_starts_on_a_full_disk_holds_until_there_is_room(
    used: bool, small_disk: Path, folder: Path, broker: Mosquitto, client: Client
) -> None:
    """Also one that was killed there and is started again: nobody is to start it once more."""
    with Service(folder, broker.url, state=str(small_disk / "state")) as service:
        service.ready("degraded")
        service.kill()
        if not used:
            for file in (small_disk / "state").iterdir():
                file.unlink()
        fill(small_disk / "ballast")
        client.publish("plc/L1/filler/temperature", {"Val": 1, "ts": now()})
        service.start()
        service.ready("hold")
        eventually(lambda: "cannot be opened" in reasons(service), why=lambda: reasons(service))
        (small_disk / "ballast").unlink()
        service.ready("degraded")
        eventually(lambda: client.bodies(FILLER), why=service.said)
        fill(small_disk / "ballast")
        service.kill()
        service.start()
        service.ready("hold")
        assert service.stop() == 0
        assert "Traceback" not in service.said()


def test_a_journal_that_cannot_be_opened_holds_until_it_is_ours_again(
    folder: Path, broker: Mosquitto, client: Client
) -> None:
    """What has no rights for us and what is no file look the same to SQLite; nothing is to be moved away."""
    (folder / ".uns" / "journal.db").mkdir(parents=True)
    with Service(folder, broker.url) as service:
        eventually(lambda: "cannot be opened" in reasons(service), why=service.said)
        assert "give the folder, with all that is in it, to the user of the service" in reasons(service)
        assert service.get("/readyz")["status"] == "hold"
        assert "move it away" not in service.said()
        client.publish("plc/L1/filler/temperature", {"Val": 1, "ts": now()})
        (folder / ".uns" / "journal.db").rmdir()
        service.ready("ready", "degraded")
        client.publish("plc/L1/filler/temperature", {"Val": 2, "ts": now()})
        eventually(lambda: client.bodies(FILLER), why=service.said)


def test_a_state_folder_that_is_taken_away_holds_until_it_is_back(
    service: Service, folder: Path, client: Client
) -> None:
    """What is written into a file that has no name any more would be gone with the process."""
    (folder / ".uns").rename(folder / "elsewhere")
    service.ready("hold")
    assert "journal.db is gone" in reasons(service)
    client.publish("plc/L1/filler/pressure", {"Val": 1})
    client.publish("plc/L1/filler/temperature", {"Val": 1, "ts": now()})
    eventually(lambda: service.get("/status")["messages"]["held"] == 2)
    (folder / "elsewhere").rename(folder / ".uns")
    service.ready("ready", "degraded")
    eventually(lambda: client.bodies(FILLER), why=service.said)
    eventually(lambda: service.counters()[1]["quarantined"] == 1, why=service.said)


def test_another_journal_in_the_place_of_ours_is_not_taken_for_it(
    service: Service, folder: Path, client: Client
) -> None:
    """As whoever restores a backup under a running service puts it there."""
    (folder / ".uns").rename(folder / "elsewhere")
    shutil.copytree(folder / "elsewhere", folder / ".uns")
    service.ready("hold")
    assert "journal.db is gone" in reasons(service)
    client.publish("plc/L1/filler/pressure", {"Val": 1})
    eventually(lambda: service.get("/status")["messages"]["held"] == 1)
    service.kill()
    service.start()
    service.ready("ready", "degraded")
    eventually(lambda: service.counters()[1]["quarantined"] == 1, why=service.said)


@pytest.mark.parametrize("broken", ["journal.db", "last-good.zip", "subscriptions.json"])
def test_a_state_folder_with_a_broken_file_is_told(broken: str, folder: Path, broker: Mosquitto) -> None:
    (folder / ".uns").mkdir()
    (folder / ".uns" / broken).write_bytes(b"\x00 no such thing " * 1000)
    with Service(folder, broker.url) as service:
        if broken == "journal.db":
            assert service.process.wait(20) == 3
            assert "the journal" in service.said()
        else:
            service.ready()
        assert "Traceback" not in service.said()
