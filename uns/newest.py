"""The newest documents, judged once, and what serves in their place where they are wrong."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path
from time import monotonic
from typing import Final

from uns import lastgood
from uns.apart import FAILED, judge_apart
from uns.bundle import Bundle, Documents
from uns.finding import Finding, Severity
from uns.instant import Instant
from uns.judge import Judgement, judge

Schemas = Callable[[], Mapping[str, str] | None]
"""Asks for the fingerprints of schemas that were in force; None where nobody can tell."""


TRY_AGAIN: Final = 60.0
MOST_MET: Final = 5_000
"""Addresses that new rules meet before they take effect: more would keep the rules themselves waiting."""


@dataclass(slots=True)
class Newest:
    """`findings` are those of the newest documents; with an error among them an earlier bundle stays in force."""

    findings: tuple[Finding, ...] = ()
    clock: Callable[[], float] = monotonic
    """Seconds."""
    _judged: tuple[Documents, list[Finding]] | None = None
    _again_at: float = inf
    """When a judgement that failed is tried again."""

    @property
    def is_due(self) -> bool:
        return self.clock() >= self._again_at

    @property
    def has_failed(self) -> bool:
        """Whether nobody knows what is wrong with the newest documents."""
        return self._again_at < inf

    def is_known(self, documents: Documents, unread: list[Finding]) -> bool:
        return (documents, unread) == self._judged and not self.is_due

    async def judge(
        self, documents: Documents, unread: list[Finding], now: Instant, schemas: Schemas, *,
        proven: bool = False, apart: bool = False, told: tuple[Finding, ...] | None = None,
    ) -> Bundle | None:  # fmt: skip
        """The bundle that may take effect, if any; off the loop, since judging may take seconds.

        `unread` tells of files that could not be read. `apart` where others must not wait for it: the proofs are then
        another process's, and this one reads what they found no error in. `told` is what somebody has found already.
        """
        in_force = await asyncio.to_thread(schemas)
        findings = told
        if findings is None:
            findings = await judge_apart(documents, now, in_force) if apart else ()
        bundle = None
        if not any(each.severity is Severity.ERROR for each in findings):
            judgement = await asyncio.to_thread(_judged, documents, now, in_force, proven or apart or told is not None)
            bundle = judgement.bundle
            findings = judgement.findings if bundle is None else findings or judgement.findings
        self.findings, self._judged = (*unread, *findings), (documents, unread)
        self._again_at = self.clock() + TRY_AGAIN if any(each.code == FAILED for each in findings) else inf
        return None if unread else bundle


def _judged(documents: Documents, now: Instant, in_force: Mapping[str, str] | None, proven: bool) -> Judgement:
    """Nothing of a judgement is in a cycle: a collector would find nothing, and messages wait while it looks."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        return judge(documents, now, in_force, proven=proven)
    finally:
        gc.freeze()
        if collecting:
            gc.enable()


def acquaint(bundle: Bundle, before: Bundle) -> None:
    """Off the loop: else the next message of every address would wait for the addresses of all before it."""
    for topic, tag in before.met()[:MOST_MET]:
        bundle.meet(topic, tag)


async def last_good(state: Path, now: Instant) -> Bundle | None:
    """What was in force before, as far as it can still be read; its findings are nobody's concern now."""
    kept = await asyncio.to_thread(lastgood.kept, state)
    return (await asyncio.to_thread(judge, kept.documents, now)).draft if kept is not None else None
