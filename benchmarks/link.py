"""Bare pass-through on our own session and ledger, beside a real Mosquitto: what a message costs before any work.

    python benchmarks/link.py [--seconds 5] [--rate 0]

Prints messages per second, CPU per message of ours and of Mosquitto, and latency.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import tempfile
import time
from collections import deque
from pathlib import Path
from random import Random

import uvloop
from mqtt5 import PublishPacket

from uns.broker.endpoint import Endpoint
from uns.broker.outbox import Outgoing
from uns.broker.session import Filter, Hooks, Session
from uns.demo.mosquitto import Mosquitto
from uns.ledger import Entry, Ledger

CONF_D = Path(__file__).parents[1] / "mosquitto" / "conf.d"
PAYLOAD = b'{"Val": 71.6, "ts": 1763600000000}'
PROPERTIES = [
    ("id", "0123456789abcdef"), ("source", "plc/dallas/L3/Filler_01/TT101"), ("rule", "dallas/filler-plc"),
    ("bundle", "0123456789ab"), ("contract", "telemetry/1"), ("context", "42"),
]  # fmt: skip


class PassThrough:
    """Every raw message is published again under another name, and acknowledged once the broker has that."""

    def __init__(self, port: int) -> None:
        self.ledger = Ledger()
        hooks = Hooks(self.receive, self.accepted, self.refused, self.turned, self.opened, print)
        self.session = Session(Endpoint("127.0.0.1", port), "pass-through", hooks, chance=Random(1))
        self.subscribing: asyncio.Task[object] | None = None
        self.ready = asyncio.Event()

    def opened(self, present: bool) -> None:
        self.subscribing = asyncio.ensure_future(self.subscribe())

    async def subscribe(self) -> None:
        print("refused", await self.session.subscribe([Filter("raw/#")]))
        self.ready.set()

    def receive(self, packet: PublishPacket) -> None:
        entry = self.ledger.receive(packet.packet_id or 0, 0.0)
        outgoing = Outgoing("acme/" + packet.topic, packet.payload, True, PROPERTIES, entry)
        self.session.outbox.publish(outgoing)

    def accepted(self, outgoing: Outgoing) -> None:
        entry: Entry = outgoing.about
        self.ledger.complete(entry)

    def refused(self, outgoing: Outgoing, code: str, reason: str) -> None:
        raise SystemExit(f"{code}: {reason}")

    def turned(self) -> None:
        due = self.ledger.take_due()
        if due:
            self.session.out.append(b"".join([b"\x40\x02" + each.packet_id.to_bytes(2, "big") for each in due]))


def service(port: int, report: multiprocessing.Queue, ready, done) -> None:  # type: ignore[no-untyped-def,type-arg]
    async def run() -> None:
        path = PassThrough(port)
        running = asyncio.ensure_future(path.session.run())
        await path.ready.wait()
        ready.set()
        before = resource.getrusage(resource.RUSAGE_SELF)
        await asyncio.get_running_loop().run_in_executor(None, done.wait)
        after = resource.getrusage(resource.RUSAGE_SELF)
        path.session.stop()
        await running
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        report.put((path.ledger.acknowledged, cpu, path.ledger.ties_out()))

    uvloop.run(run())


class Load:
    """Publishes at QoS 1 and counts what comes back."""

    def __init__(self, port: int, rate: float) -> None:
        self.rate = rate
        self.sent = self.arrived = 0
        self.born: deque[float] = deque()
        self.latencies: list[float] = []
        hooks = Hooks(self.receive, self.accepted, self.refused, self.turned, self.opened, print)
        self.session = Session(Endpoint("127.0.0.1", port), "load", hooks, chance=Random(2), clean=True)
        self.ready = asyncio.Event()
        self.last = 0.0

    def opened(self, present: bool) -> None:
        self.subscribing = asyncio.ensure_future(self.subscribe())

    async def subscribe(self) -> None:
        await self.session.subscribe([Filter("acme/raw/#", qos=0)])
        self.ready.set()

    def receive(self, packet: PublishPacket) -> None:
        self.arrived += 1
        self.last = time.perf_counter()
        self.latencies.append(self.last - self.born.popleft())

    def accepted(self, outgoing: Outgoing) -> None:
        pass

    def refused(self, outgoing: Outgoing, code: str, reason: str) -> None:
        raise SystemExit(reason)

    def turned(self) -> None:
        pass

    def publish(self) -> None:
        self.born.append(time.perf_counter())
        topic = f"raw/plc/dallas/L3/Filler_{self.sent % 500}/TT101"
        self.session.outbox.publish(Outgoing(topic, PAYLOAD, False, None, None))
        self.sent += 1

    async def run(self, seconds: float) -> float:
        start = time.perf_counter()
        while (now := time.perf_counter() - start) < seconds:
            if self.rate:
                while self.sent < now * self.rate:
                    self.publish()
                pause = 0.001
            else:
                while len(self.session.outbox) < 900 and self.sent - self.arrived < 3000:
                    self.publish()
                pause = 0.0
            self.session.flush()
            await asyncio.sleep(pause)
        while self.arrived < self.sent:
            await asyncio.sleep(0.01)
        return self.last - start


def cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


async def measure(broker: Mosquitto, seconds: float, rate: float) -> tuple[int, float, float, list[float]]:
    load = Load(broker.port, rate)
    running = asyncio.ensure_future(load.session.run())
    await load.ready.wait()
    before = cpu_of(broker.pid)
    took = await load.run(seconds)
    mosquitto = cpu_of(broker.pid) - before
    load.session.stop()
    await running
    return load.arrived, took, mosquitto, sorted(load.latencies)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=5)
    arguments.add_argument("--rate", type=float, default=0)
    options = arguments.parse_args()
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder, Mosquitto(CONF_D, Path(folder)) as broker:
        report, ready, done = context.Queue(), context.Event(), context.Event()
        process = context.Process(target=service, args=(broker.port, report, ready, done))
        process.start()
        ready.wait()
        arrived, took, mosquitto, latencies = uvloop.run(measure(broker, options.seconds, options.rate))
        done.set()
        acknowledged, cpu, ties_out = report.get()
        process.join()
    print(
        f"{arrived / took:8.0f} messages/s   ours {cpu / arrived * 1e6:5.1f} µs   mosquitto {mosquitto / arrived * 1e6:5.1f} µs"
    )
    p50, p99 = latencies[len(latencies) // 2] * 1e3, latencies[len(latencies) * 99 // 100] * 1e3
    print(f"latency p50 {p50:.2f} ms   p99 {p99:.2f} ms   acknowledged {acknowledged}   ties out: {ties_out}")


if __name__ == "__main__":
    main()
