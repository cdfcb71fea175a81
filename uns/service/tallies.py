"""What the path counts beside the ledger, for metrics and status."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable
from typing import Any, Final

from uns.address import Step
from uns.decision import Observe
from uns.finding import Finding
from uns.instant import SECOND, Instant, rfc3339
from uns.ledger import Entry
from uns.naming.resolution import Target

BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)
"""Upper bounds in seconds of the latency histogram; the last bucket is without bound."""
NEWEST_OBSERVED: Final = 20
NEWEST_GAPS: Final = 10
OF_CONTEXT: Final = frozenset({"context-missing", "context-stale", "batch-ambiguous", "equipment-unregistered"})
LACKING: Final = {"batch": "batch-none", "shift": "shift-none"}
MOST_WANTING: Final = 1_000
ELSEWHERE: Final = ""
"""The equipment that readings are counted under beyond so many."""


class Tallies:
    def __init__(self) -> None:
        self.findings: Counter[str] = Counter()
        """By code, of samples."""
        self.wanting: Counter[tuple[str, str]] = Counter()
        """Readings without a context that their contract asks for, or that their equipment has at other times; by
        equipment, and code or what was lacking."""
        self.overruled = 0
        """Records that took effect here and gave way to somebody else's word in the registry."""
        self.ignored: Counter[str] = Counter()
        """By reason: a rule, or why no rule was asked."""
        self.possible_gaps: Counter[str] = Counter()
        """Moments at which the broker may have lost something that it had accepted, by reason."""
        self.gaps: deque[dict[str, str]] = deque(maxlen=NEWEST_GAPS)
        """The newest of them, newest last: when it was noticed, and why."""
        self.latencies = [0] * (len(BUCKETS) + 1)
        self.latency_sum = 0.0
        self.observed: deque[dict[str, Any]] = deque(maxlen=NEWEST_OBSERVED)
        """What mode `observe` would have refused, newest last."""

    def acknowledged(self, due: list[Entry], now: float) -> None:
        """Latency from receipt to acknowledgement; what the service says to itself has none."""
        latencies = self.latencies
        for entry in due:
            if entry.counted:
                latency = now - entry.received
                latencies[bisect_left(BUCKETS, latency)] += 1
                self.latency_sum += latency

    def found(self, findings: Iterable[Finding], target: Target | None) -> None:
        """Of one sample at one target."""
        for each in findings:
            self.findings[each.code] += 1
            if each.code in OF_CONTEXT and target is not None:
                self._wants(target, each.code)

    def overrule(self, findings: Iterable[Finding]) -> None:
        """Of one record; what is wrong with it the registry found after it had been recorded."""
        self.overruled += 1
        self.found(findings, None)

    def lacking(self, gaps: Iterable[str], step: Step) -> None:
        """Of one sample that is published; what its contract asks for is a finding already."""
        contract = step.terms.contract
        asked = contract.require if contract else ()
        for each in gaps:
            if each not in asked:
                self._wants(step.target, LACKING[each])

    def _wants(self, target: Target, code: str) -> None:
        at = str(target.equipment), code
        known = at in self.wanting or len(self.wanting) < MOST_WANTING
        self.wanting[at if known else (ELSEWHERE, code)] += 1

    def gap(self, reason: str, at: Instant) -> None:
        self.possible_gaps[reason] += 1
        self.gaps.append({"at": rfc3339(at // SECOND * SECOND), "reason": reason})

    def observe(self, decision: Observe) -> None:
        findings = decision.would.findings
        if findings:
            self.findings.update(each.code for each in findings)
            self.observed.append({"findings": [each.as_json() for each in findings]})
