"""A load on a real Mosquitto: raw readings out, governed ones counted, CPU from the process table."""

from __future__ import annotations

import asyncio
import ctypes
import os
import struct
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from mqtt5 import PublishPacket

from uns.broker.endpoint import Endpoint
from uns.broker.outbox import Outgoing
from uns.broker.requests import Filter
from uns.broker.session import Hooks, Session

MACHINES = 500
TICKS_PER_SECOND = 100
LOST_AFTER = 10.0
"""Seconds in which nothing comes: whatever has not come is lost."""

LIBC = ctypes.CDLL(None, use_errno=True)

Reading = Callable[[int], tuple[str, bytes]]
"""The number of a message → its raw topic and payload."""


class Measured(NamedTuple):
    arrived: int
    seconds: float
    """From the first publish to the last arrival."""
    broker_cpu: float
    service_cpu: float
    latencies: list[float]
    sent: int

    @property
    def rate(self) -> float:
        return self.arrived / self.seconds

    @property
    def broker_us(self) -> float:
        return self.broker_cpu / self.arrived * 1e6

    @property
    def service_us(self) -> float:
        return self.service_cpu / self.arrived * 1e6

    def latency_ms(self, share: float) -> float:
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * share))] * 1e3


class Ticks:
    """A descriptor that can be read every so many seconds; an event loop's own timers are no finer than 1 ms."""

    def __init__(self, seconds: float) -> None:
        self.fd = LIBC.timerfd_create(time.CLOCK_MONOTONIC, os.O_CLOEXEC | os.O_NONBLOCK)
        each = divmod(round(seconds * 1e9), 10**9)
        LIBC.timerfd_settime(self.fd, 0, struct.pack("qqqq", *each, *each), None)

    def read(self) -> None:
        os.read(self.fd, 8)

    def __enter__(self) -> Ticks:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.fd)


class Load:
    """Publishes, at QoS 1 unless told otherwise, and counts what comes back."""

    def __init__(self, port: int, reading: Reading, governed: str, machines: int) -> None:
        self.reading, self.governed, self.machines = reading, governed, machines
        self.qos = 1
        self.sent = self.arrived = 0
        self.born: deque[float] = deque()
        self.latencies: list[float] = []
        hooks = Hooks(self.receive, self.accepted, self.refused, self.turned, self.opened, lambda why: None)
        self.session = Session(Endpoint("127.0.0.1", port), "load", hooks, chance=Random(2), clean=True)
        self.ready = asyncio.Event()
        self.last = 0.0

    def opened(self, present: bool) -> None:
        self.subscribing = asyncio.ensure_future(self.subscribe())

    async def subscribe(self) -> None:
        await self.session.subscribe([Filter(self.governed)])
        self.ready.set()

    def receive(self, packet: PublishPacket) -> None:
        self.arrived += 1
        self.session.out.append(b"\x40\x02" + (packet.packet_id or 0).to_bytes(2, "big"))
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
        topic, payload = self.reading(self.sent)
        if self.qos:
            self.session.outbox.publish(Outgoing(topic, payload, False, None, None))
        else:
            self.session.publish_qos0(topic, payload)
        self.sent += 1

    async def warm_up(self) -> None:
        """Every machine once: what is worked out for a new address is not what a message costs."""
        while self.sent < self.machines:
            for _ in range(min(MACHINES, self.machines - self.sent)):
                self.publish()
            self.session.flush()
            await self.arrivals()

    async def arrivals(self) -> None:
        """Until all have come, or nothing more does."""
        self.last = time.perf_counter()
        while self.arrived < self.sent and time.perf_counter() - self.last < LOST_AFTER:
            await asyncio.sleep(0.01)

    async def run(self, seconds: float, rate: float) -> float:
        """Seconds from the first publish to the last arrival."""
        self.sent = self.arrived = 0
        self.born.clear()
        self.latencies = []
        start = time.perf_counter()
        await (self._paced(start, seconds, rate) if rate else self._unpaced(start + seconds))
        await self.arrivals()
        return self.last - start

    async def _unpaced(self, until: float) -> None:
        while time.perf_counter() < until:
            while len(self.session.outbox) < 900 and self.sent - self.arrived < 3000:
                self.publish()
            self.session.flush()
            await asyncio.sleep(0)

    async def _paced(self, start: float, seconds: float, rate: float) -> None:
        """Each message at its own time, as machines that know nothing of each other send them."""

        def due() -> None:
            ticks.read()
            now = time.perf_counter() - start
            while self.sent < min(now, seconds) * rate:
                self.publish()
            self.session.flush()

        loop = asyncio.get_running_loop()
        with Ticks(1 / rate) as ticks:
            loop.add_reader(ticks.fd, due)
            await asyncio.sleep(seconds)
            loop.remove_reader(ticks.fd)


def cpu_of(pid: int | None) -> float:
    """Seconds of processor time that a process has used; none where there is no process."""
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def memory_of(pid: int) -> float:
    """Resident memory in MiB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 2**20


class Run(NamedTuple):
    """So long, at so many messages per second or 0 for as many as can be."""

    seconds: float
    rate: float = 0.0
    qos: int = 1


async def measure(
    port: int, broker: int, service: int | None, seconds: float, rate: float, reading: Reading, governed: str
) -> Measured:
    """One round, after a message of every machine; `broker` and `service` are process ids.

    `rate` is messages per second, or 0 for as many as can be.
    """
    [measured] = await measure_each(port, broker, service, [Run(seconds, rate)], reading, governed)
    return measured


async def measure_each(
    port: int,
    broker: int,
    service: int | None,
    runs: Sequence[Run],
    reading: Reading,
    governed: str,
    machines: int = MACHINES,
) -> list[Measured]:
    """The same with several runs, one after the other, behind a message of each of so many machines."""
    load = Load(port, reading, governed, machines)
    running = asyncio.ensure_future(load.session.run())
    await load.ready.wait()
    await load.warm_up()
    done = []
    for each in runs:
        load.qos = each.qos
        before = cpu_of(broker), cpu_of(service)
        took = await load.run(each.seconds, each.rate)
        after = cpu_of(broker), cpu_of(service)
        spent = after[0] - before[0], after[1] - before[1]
        done.append(Measured(load.arrived, took, *spent, sorted(load.latencies), load.sent))
    load.session.stop()
    await running
    return done
