"""How long the service takes to start in a large plant: `python -m benchmarks.start [--rules N] [--assets N]`.

On a broker that holds a governed value of every asset. Twice: once with rules that it has never seen, which are
proven, and once more after a kill -9, as a standby would take over. Then what reading those values back has in it,
which are the publisher's memory: in a process that has the rules already, and by how much that one grows.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from multiprocessing import get_context
from pathlib import Path
from random import Random

import uvloop

from benchmarks import service
from benchmarks.load import cpu_of, memory_of
from benchmarks.sizes import Size, documents, site, write
from uns.broker.endpoint import Endpoint
from uns.broker.outbox import Outgoing
from uns.broker.session import Hooks, Session
from uns.demo.mosquitto import Mosquitto, free_port
from uns.instant import SECOND, rfc3339
from uns.judge import judge
from uns.publisher import Publisher
from uns.service.restore import restore
from uns.service.signals import identify_by

CONF_D = Path(__file__).parent.parent / "mosquitto" / "conf.d"
PATIENCE = 300.0


async def fill(port: int, size: Size) -> None:
    """A governed value of every asset, retained, as the service would have left them."""
    left = size.assets

    def accepted(_: Outgoing) -> None:
        nonlocal left
        left -= 1

    def nothing(*_: object) -> None:
        pass

    hooks = Hooks(nothing, accepted, nothing, nothing, nothing, nothing)
    session = Session(Endpoint("127.0.0.1", port), "fill", hooks, chance=Random(1), clean=True)
    running = asyncio.ensure_future(session.run())
    at = rfc3339(time.time_ns() - 3600 * SECOND).encode()
    for asset in range(size.assets):
        line = asset % size.rules
        topic = f"acme/{site(line)}/packaging/line-{line}/filler-{asset}/_telemetry/temperature"
        properties = (("id", f"{asset:032x}"), ("source", f"plc/{site(line)}/L{line}/Filler_{asset}/TT101"))
        body = b'{"timestamp":"%s","value":21.5,"unit":"Cel","quality":"good"}' % at
        while not session.connected or session.outbox.is_full():
            await asyncio.sleep(0.001)
        session.outbox.publish(Outgoing(topic, body, True, properties, None))
        session.flush()
    while left:
        await asyncio.sleep(0.01)
    session.stop()
    await running


def start(folder: Path, port: int) -> tuple[float, float, float]:
    """Seconds until it is ready, seconds of processor time, and MiB; then it is killed."""
    health = free_port()
    environment = os.environ | {"UNS_BROKER": f"mqtt://127.0.0.1:{port}", "UNS_HEALTH": f"127.0.0.1:{health}"}
    with (folder / "service.log").open("ab") as log:
        begun = time.monotonic()
        process = subprocess.Popen(
            [*service.UNS, "run", "--only", "path"], cwd=folder, env=environment, stdout=log, stderr=log
        )
    try:
        while not is_ready(health):
            if process.poll() is not None or time.monotonic() - begun > PATIENCE:
                raise SystemExit(f"the service did not become ready:\n{(folder / 'service.log').read_text()[-2000:]}")
            time.sleep(0.02)
        return time.monotonic() - begun, cpu_of(process.pid), memory_of(process.pid)
    finally:
        process.kill()
        process.wait()


def read_back(port: int, size: Size) -> None:
    """Prints the last line of the table."""
    now = time.time_ns()
    bundle = judge(documents(size.rules), now, {}, proven=True).bundle
    assert bundle is not None
    publisher = Publisher(identify_by(bundle))
    before, begun, spent = memory_of(os.getpid()), time.monotonic(), time.process_time()
    found = uvloop.run(restore(Endpoint("127.0.0.1", port), "start", bundle, publisher, print))
    took, spent, grown = time.monotonic() - begun, time.process_time() - spent, memory_of(os.getpid()) - before
    assert found == size.assets
    print(f"| only the values read back | {took:.1f} | {spent:.1f} | {grown:.0f} |", flush=True)


def is_ready(health: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{health}/readyz", timeout=5) as answer:
            return b'"ready"' in answer.read()
    except (urllib.error.URLError, OSError):
        return False


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rules", type=int, default=10_000)
    arguments.add_argument("--assets", type=int, default=100_000)
    options = arguments.parse_args()
    size = Size(options.rules, options.assets, 0)
    with tempfile.TemporaryDirectory() as name, Mosquitto(CONF_D, Path(name)) as broker:
        folder = Path(name) / "plant"
        write(folder, size.rules)
        uvloop.run(fill(broker.port, size))
        print(f"{size.rules:,} rules, {size.assets:,} assets\n")
        print("| start | ready after, s | processor time, s | memory, MiB |\n|---|---|---|---|")
        for what in ("rules never seen", "after kill -9"):
            took, spent, held = start(folder, broker.port)
            print(f"| {what} | {took:.1f} | {spent:.1f} | {held:.0f} |", flush=True)
        reading = get_context("spawn").Process(target=read_back, args=(broker.port, size))
        reading.start()
        reading.join()
        if reading.exitcode:
            raise SystemExit(reading.exitcode)


if __name__ == "__main__":
    main()
