"""Latency at 5 000 messages/s while the plant changes: `python -m benchmarks.disturbed [--wheel build/compiled]`.

A thousand rules beside the one that is at work; a file of them changes as soon as what it was before is in force. A
batch ends by REST and the next begins, every second. The namespace is read by REST, twenty times a second. Each for
itself, and all at once; every kind in a service of its own, with its API, in rounds.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing import get_context
from multiprocessing.synchronize import Event, Semaphore
from pathlib import Path
from typing import Final, NamedTuple

import httpx
import uvloop

from benchmarks import service
from benchmarks.__main__ import CONF_D, FIXED, Measure, Round, broker_round, latencies, rounds_of
from benchmarks.load import MACHINES, measure, memory_of
from benchmarks.sizes import documents
from uns.demo.mosquitto import Mosquitto, free_port
from uns.instant import rfc3339

RULES: Final = 1_000
BATCH_EVERY: Final = 1.0
READ_EVERY: Final = 0.05
LOOK_EVERY: Final = 0.1
START_WITHIN: Final = 60.0
LINE: Final = "dallas/packaging/line-3"
READ: Final = (
    f"/namespace/acme/{LINE}", "/values?filter=acme/dallas/%23&limit=100", f"/context?equipment={LINE}", "/status",
    "/batches", f"/namespace/acme/{LINE}/filler-007/_telemetry/temperature", "/search?q=TT101&limit=20",
)  # fmt: skip


class Place(NamedTuple):
    """Where a service is and what it serves."""

    plant: Path
    health: str
    api: str


Disturbance = Callable[[Place, Event], None]
"""Goes on until the event is set; in a process of its own."""


def reloads(place: Place, over: Event) -> None:
    file, client = place.plant / "naming_rules" / "f0.yaml", httpx.Client(base_url=place.health, trust_env=False)
    content = file.read_text()
    for number in itertools.count():
        before = client.get("/status").json()["bundle"]["revision"]
        file.write_text(f"{content}# {number}\n")
        while client.get("/status").json()["bundle"]["revision"] == before:
            if over.wait(LOOK_EVERY):
                return


def batches(place: Place, over: Event) -> None:
    client = httpx.Client(base_url=place.api, trust_env=False)
    client.post("/batches/B-1001/stop").raise_for_status()
    for number in itertools.count():
        client.post(
            "/batches", json={"id": f"N-{number}", "equipment": LINE, "start": rfc3339(time.time_ns())}
        ).raise_for_status()
        if over.wait(BATCH_EVERY):
            return
        client.post(f"/batches/N-{number}/stop").raise_for_status()


def reads(place: Place, over: Event) -> None:
    client = httpx.Client(base_url=place.api, trust_env=False)
    while client.get(READ[0]).is_error:  # nothing has been published yet
        if over.wait(READ_EVERY):
            return
    for path in itertools.cycle(READ):
        client.get(path).raise_for_status()
        if over.wait(READ_EVERY):
            return


EACH: Final[tuple[tuple[str, tuple[Disturbance, ...]], ...]] = (
    ("nothing", ()), ("rules reload", (reloads,)), ("a batch changes", (batches,)), ("REST is read", (reads,)),
    ("all at once", (reloads, batches, reads)),
)  # fmt: skip


@contextmanager
def disturbed_by(what: Sequence[Disturbance], place: Place) -> Iterator[None]:
    context = get_context("spawn")
    over, here = context.Event(), context.Semaphore(0)
    processes = [context.Process(target=_once_here, args=(each, place, over, here)) for each in what]
    for each in processes:
        each.start()
    for _ in processes:
        here.acquire(timeout=START_WITHIN)
    try:
        yield
    finally:
        over.set()
        for each in processes:
            each.join()
    if any(each.exitcode for each in processes):
        raise SystemExit("what was to disturb the service failed; the traceback above says why")


def _once_here(disturb: Disturbance, place: Place, over: Event, here: Semaphore) -> None:
    """That a process starts is no disturbance of the plant's."""
    here.release()
    disturb(place, over)


def write(folder: Path) -> Path:
    """The benchmark's plant, and beside it a thousand rules of other sites."""
    more = documents(RULES)
    standard = (service.PLANT / "naming_rules" / "standard.yaml").read_bytes()
    ours = {each.name: each.read_bytes() for each in (service.PLANT / "naming_rules").iterdir()}
    ours["standard.yaml"] = more.rules["standard.yaml"].replace(b"sites:\n", b"sites:\n" + _sites(standard))
    for below, files in (("naming_rules", dict(more.rules) | ours), ("schemas", more.schemas)):
        for name, content in files.items():
            path = folder / below / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return folder


def _sites(standard: bytes) -> bytes:
    return standard.partition(b"sites:\n")[2].partition(b"levels:\n")[0]


def disturbed_round(wheel: Path | None, what: Sequence[Disturbance], seconds: float, rate: float) -> Round:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        broker = stack.enter_context(Mosquitto(CONF_D, folder))
        place = Place(write(folder / "plant"), f"http://127.0.0.1:{free_port()}", f"http://127.0.0.1:{free_port()}")
        health, api = (int(each.rpartition(":")[2]) for each in place[1:])
        pid = stack.enter_context(service.running(broker.port, folder, health, wheel, place.plant, api))
        place = place._replace(api=place.api + "/api/v1")
        _wait_for(f"http://127.0.0.1:{api}/readyz")
        stack.enter_context(disturbed_by(what, place))
        measured = uvloop.run(measure(broker.port, broker.pid, pid, seconds, rate, service.reading, service.GOVERNED))
        counted = service.counters(health)
        return Round(measured, memory_of(pid), counted["uns_messages_received_total"] == measured.arrived + MACHINES)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(LOOK_EVERY)
    raise SystemExit(f"nobody answers at {url}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=10)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--wheel", type=Path, help="an unpacked wheel, to be measured instead of the checkout")
    options = arguments.parse_args()
    name = "from the checkout" if options.wheel is None else "compiled"
    kinds: dict[str, Measure] = {f"{name}, {what}": partial(disturbed_round, options.wheel, by) for what, by in EACH}
    rounds = rounds_of({"broker alone": broker_round, **kinds}, options.rounds, options.seconds, FIXED)
    print("| | messages/s | p50, ms | p99 | p99.9 | max |\n|---|---|---|---|---|---|")
    for kind, each in rounds.items():
        rate = statistics.median(one.measured.rate for one in each)
        print(f"| {kind} | {rate:,.0f} | {latencies(each, 0.5, 0.99, 0.999, 1.0)} |")


if __name__ == "__main__":
    main()
