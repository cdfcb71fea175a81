"""What a reading costs that comes in a group: `python -m benchmarks.groups`, and with
`PYTHONSAFEPATH=1 PYTHONPATH=build/compiled:.` that of the wheel.

In one process and without sockets: readings of the same machines by the same mapping, one in a message, or as a
gateway gathers them in Kepware's dialect, where each has a quality of its own as well. From the bytes of the PUBLISH to
those of its acknowledgement, a thousand readings under way at once; processor time of one, the least of many rounds.
"""

from __future__ import annotations

import gc
import json
import time
from dataclasses import replace
from typing import Final

from mqtt5 import PublishPacket, QoS

from benchmarks import service
from benchmarks.load import MACHINES
from benchmarks.stages import plant
from benchmarks.unplugged import plugged_into_nothing, pubacks
from uns.bundle import Bundle
from uns.judge import judge

READINGS: Final = 1_000
ROUNDS: Final = 100
SIZES: Final = (1, 10, 100)
BY_GATEWAY: Final = (
    (b"{topic: plc/dallas/#, value: /Val, time: /ts}", b"{topic: kepware/dallas, read: kepware}"),
    (b"from: plc/dallas/L{line}/{machine}/{tag}", b"from: kepware/dallas\n    tag: L{line}.{machine}.{tag}"),
)


def gathered(bundle: Bundle, now: int) -> Bundle:
    """The same plant, whose machines report through a gateway."""
    rules = dict(bundle.documents.rules)
    for each in BY_GATEWAY:
        rules["dallas.yaml"] = rules["dallas.yaml"].replace(*each)
    found = judge(replace(bundle.documents, rules=rules), now, {}).bundle
    assert found is not None
    return found


def group(start: int, size: int) -> bytes:
    at = time.time_ns() // 1_000_000
    values = [
        {"id": f"L3.Filler_{number % MACHINES:03d}.TT101", "v": 60.5 + number % 30, "q": True, "t": at}
        for number in range(start, start + size)
    ]
    return json.dumps({"timestamp": at, "values": values}, separators=(",", ":")).encode()


def packets(start: int, size: int) -> bytes:
    """A thousand readings; each for itself where the size is 0."""
    if size:
        raw = [("kepware/dallas", group(first, size)) for first in range(start, start + READINGS, size)]
    else:
        raw = [service.reading(number) for number in range(start, start + READINGS)]
    return b"".join(
        PublishPacket(topic, payload, qos=QoS.AT_LEAST_ONCE, packet_id=number).write()
        for number, (topic, payload) in enumerate(raw, 1)
    )


def measure(size: int) -> float:
    """Microseconds of one reading."""
    now = time.time_ns()
    bundle, timeline = plant(now)
    path, connection = plugged_into_nothing(gathered(bundle, now) if size else bundle, timeline)
    gc.collect()
    gc.freeze()
    spent = []
    for start in range(0, ROUNDS * READINGS, READINGS):
        raw = packets(start, size)
        begun = time.process_time_ns()
        connection.data_received(raw)
        answers = pubacks(path)
        connection.data_received(answers)
        spent.append(time.process_time_ns() - begun)
    assert path.ledger.outcomes["published"] == ROUNDS * READINGS
    return min(spent) / 1e3 / READINGS


def main() -> None:
    print("| readings come | µs for each |\n|---|---|")
    print(f"| each in a message of its own | {measure(0):.1f} |", flush=True)
    for size in SIZES:
        print(f"| in groups of {size} | {measure(size):.1f} |", flush=True)


if __name__ == "__main__":
    main()
