"""Where the time of one message goes, stage by stage: `python -m benchmarks.stages`.

One process and no broker; every stage over readings of five hundred machines, the best of many rounds. In the service
the sockets come on top. `benchmarks.instructions` counts the same stages.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import mqtt5
import orjson
from mqtt5 import PublishPacket, QoS

from benchmarks import service
from benchmarks.load import MACHINES
from uns.broker.publish import publish
from uns.bundle import Bundle
from uns.context.timeline import Timeline
from uns.context.values import Batch, Product, Shift
from uns.contextualize import contextualize
from uns.decision import Publish
from uns.decode import NO_BIRTHS
from uns.equipment import EquipmentPath
from uns.files import read_documents
from uns.instant import SECOND
from uns.judge import judge
from uns.message import RawMessage
from uns.publisher import Publisher

ROUNDS = 200


class Stage(NamedTuple):
    """A piece of the line, and a function that makes the arguments of its calls, one for each machine."""

    name: str
    run: Callable[..., Any]
    arguments: Callable[[], Sequence[tuple[Any, ...]]]


def plant(now: int) -> tuple[Bundle, Timeline]:
    """The rules of the benchmark's plant, and a timeline with a batch, a shift and a product."""
    documents, _ = read_documents(service.PLANT / "naming_rules", service.PLANT / "schemas")
    bundle = judge(documents, now).bundle
    assert bundle is not None
    batch = Batch("B-1001", EquipmentPath("dallas/packaging/line-3"), now - 3600 * SECOND, None, "SKU-42", "O-7")
    shift = Shift("day", "2026-01-01", now - 3600 * SECOND, now + 3600 * SECOND, "A", EquipmentPath("dallas"))
    return bundle, Timeline.build("7", [batch], [Product("SKU-42", "Cola 330")], shift_changes=[shift])


def stages() -> list[Stage]:
    """In their order; `decide` holds all from resolving to the governed payload, decoding is apart."""
    now = time.time_ns()
    bundle, timeline = plant(now)
    publisher = Publisher(lambda source, topic: 1)

    def taken() -> list[RawMessage]:
        return [RawMessage(*service.reading(number), time.time_ns(), number) for number in range(MACHINES)]

    def decided() -> list[tuple[Publish]]:
        found = (contextualize(raw, bundle, timeline, NO_BIRTHS)[0][0] for raw in taken())
        return [(each,) for each in found if isinstance(each, Publish)]

    def read(raw: RawMessage) -> None:
        route = bundle.route(raw.topic)
        assert route is not None
        route.read(raw, NO_BIRTHS)

    def write(each: Publish) -> None:
        publish(each.step, each.payload, each.retain, each.more, each.id)

    def packets() -> list[tuple[memoryview]]:
        written = (PublishPacket(raw.topic, raw.payload, qos=QoS.AT_LEAST_ONCE, packet_id=1) for raw in taken())
        return [(memoryview(each.write()),) for each in written]

    validator = bundle.catalog.validator("telemetry/1.json")
    return [
        Stage("packet read", mqtt5.read, packets),
        Stage("source and decode", read, lambda: [(raw,) for raw in taken()]),
        Stage("contextualize", contextualize, lambda: [(raw, bundle, timeline, NO_BIRTHS) for raw in taken()]),
        Stage(
            "contract's schema", validator.is_valid, lambda: [(orjson.loads(each.payload),) for (each,) in decided()]
        ),
        Stage("publisher", publisher.judge, decided),
        Stage("packet written", write, decided),
    ]


def best(stage: Stage) -> float:
    """Microseconds of one call, in the best of the rounds."""
    spent = []
    for _ in range(ROUNDS):
        calls = stage.arguments()
        start = time.perf_counter()
        for each in calls:
            stage.run(*each)
        spent.append((time.perf_counter() - start) / len(calls))
    return min(spent) * 1e6


def main() -> None:
    print("| stage | µs |\n|---|---|")
    for stage in stages():
        print(f"| {stage.name} | {best(stage):.1f} |", flush=True)


if __name__ == "__main__":
    main()
