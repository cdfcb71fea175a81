"""The account at the end: what machines sent against what became of it, each sum from another source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families


class Sum(NamedTuple):
    """Two numbers that must be equal, and what each is."""

    left: str
    right: str
    counted: int
    expected: int

    @property
    def balances(self) -> bool:
        return self.counted == self.expected


@dataclass(frozen=True, slots=True)
class Metrics:
    """The service's own counters at one moment."""

    values: Mapping[str, int]
    outcomes: Mapping[str, int]
    findings: Mapping[str, int] = field(default_factory=dict)
    """By code."""

    @classmethod
    def read(cls, health: str) -> Metrics:
        """From its `/metrics`; OSError where it does not answer."""
        with urlopen(f"http://{health}/metrics", timeout=5) as answer:
            return cls.parsed(answer.read().decode())

    @classmethod
    def parsed(cls, exposition: str) -> Metrics:
        values, outcomes, findings = dict[str, int](), dict[str, int](), dict[str, int]()
        for family in text_string_to_metric_families(exposition):
            for sample in family.samples:
                if sample.name == "uns_decisions_total":
                    outcomes[sample.labels["outcome"]] = int(sample.value)
                elif sample.name == "uns_findings_total":
                    findings[sample.labels["code"]] = int(sample.value)
                elif sample.name == "uns_in_flight":
                    values[f"in flight: {sample.labels['of']}"] = int(sample.value)
                elif not sample.labels:
                    values[sample.name] = int(sample.value)
        return cls(values, outcomes, findings)


def account(metrics: Metrics, sent: int, governed: int) -> list[Sum]:
    """`sent` is what the machines' client counts, `governed` what the demo's own subscriber does."""
    get, outcomes = metrics.values.get, metrics.outcomes
    received = get("uns_messages_received_total", 0)
    settled = sum(get(f"uns_messages_{each}_total", 0) for each in ("acknowledged", "qos0", "cut_off"))
    waiting = get("in flight: messages", 0) + get("in flight: decisions", 0)
    kept = get("uns_quarantine_entries", 0) + get("uns_quarantine_overflow_total", 0)
    return [
        Sum("messages received", "messages that the machines sent", received, sent),
        Sum("acknowledged, served at QoS 0 or cut off", "messages received", settled, received),
        Sum("messages and decisions in flight", "none at the end", waiting, 0),
        Sum("governed messages at the subscriber", "decisions to publish", governed, outcomes.get("published", 0)),
        Sum("kept in quarantine or counted only", "decisions to reject", kept, outcomes.get("quarantined", 0)),
    ]
