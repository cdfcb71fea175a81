"""Logs as lines that a person reads, and metrics as Prometheus reads them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


Log = structlog.typing.FilteringBoundLogger


def logger(**bound: Any) -> Log:
    """Lines on standard error: when, how grave, what, and its particulars; built once and passed down."""
    log: Log = structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%S.%fZ", utc=True),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=40),
        ],
        **bound,
    )
    return log


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that the path counts, at one moment."""

    received: int
    acknowledged: int
    qos0: int
    cut_off: int
    messages_in_flight: int
    decisions_in_flight: int
    outcomes: Mapping[str, int]
    findings: Mapping[str, int]
    latency: tuple[tuple[tuple[str, int], ...], float]
    """Cumulative counts by upper bound in seconds (the last `+Inf`), and the sum."""
    bundle: str
    bundle_age: float
    timeline_age: float
    connected: bool
    possible_gaps: int
    quarantine_entries: int
    quarantine_overflow: int
    stale: Sequence[str]
    overruled: int = 0
    held: int = 0
    served_twice: int = 0


def exposition(figures: Figures) -> bytes:
    """The figures in Prometheus's text format."""
    registry = CollectorRegistry()
    registry.register(_Of(figures))
    return generate_latest(registry)


class _Of(Collector):
    def __init__(self, figures: Figures) -> None:
        self.figures = figures

    def collect(self) -> Iterator[Metric]:
        figures = self.figures
        yield _counter("messages_received", "raw messages that came in", figures.received)
        yield _counter("messages_acknowledged", "raw messages that are safe and acknowledged", figures.acknowledged)
        yield _counter("messages_qos0", "raw messages served at QoS 0", figures.qos0)
        yield _counter("messages_cut_off", "raw messages that a reconnect cut off before", figures.cut_off)
        yield _labelled("decisions", "what became of samples", "outcome", figures.outcomes)
        yield _labelled("findings", "findings on samples", "code", figures.findings)
        yield _counter("records_overruled", "records that gave way to another's in the registry", figures.overruled)
        in_flight = GaugeMetricFamily("uns_in_flight", "not safe yet", labels=["of"])
        in_flight.add_metric(["messages"], figures.messages_in_flight)
        in_flight.add_metric(["decisions"], figures.decisions_in_flight)
        yield in_flight
        buckets, total = figures.latency
        yield HistogramMetricFamily(
            "uns_latency_seconds", "from receipt to acknowledgement", buckets=list(buckets), sum_value=total
        )
        yield InfoMetricFamily("uns_bundle", "the bundle in force", {"revision": figures.bundle})
        yield _gauge("bundle_age_seconds", "since the bundle took effect", figures.bundle_age)
        yield _gauge("timeline_age_seconds", "since the registry was last heard", figures.timeline_age)
        yield _gauge("link_connected", "1 while connected to the broker", int(figures.connected))
        yield _counter("possible_gaps", "moments at which the broker may have lost messages", figures.possible_gaps)
        yield _gauge("quarantine_entries", "rejected samples that are kept", figures.quarantine_entries)
        yield _counter("quarantine_overflow", "rejected samples that were counted only", figures.quarantine_overflow)
        yield _gauge("stale_signals", "signals silent for three times as long as expected", len(figures.stale))
        yield _gauge("files_served_twice", "rule files that another instance serves too", figures.served_twice)
        yield _gauge("held_messages", "raw messages that wait to be decided", figures.held)


def _counter(name: str, meaning: str, value: float) -> Metric:
    return CounterMetricFamily(f"uns_{name}", meaning, value)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"uns_{name}", meaning, value)


def _labelled(name: str, meaning: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(f"uns_{name}", meaning, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
