"""The rules in force as this process knows them: one bundle, swapped whole, the last good one kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from uns.bundle import Bundle, Documents
from uns.finding import Finding
from uns.instant import Instant
from uns.judge import judge


@dataclass(slots=True)
class RulesInForce:
    """`findings` are those of the newest documents: with errors among them an earlier bundle stays in force."""

    bundle: Bundle | None = None
    findings: tuple[Finding, ...] = ()
    seen: tuple[Documents, list[Finding]] | None = None
    """What was judged last, and what of it nobody could read."""
    on_change: list[Callable[[Bundle], None]] = field(default_factory=list)

    @property
    def revision(self) -> str | None:
        return self.bundle.revision if self.bundle else None

    async def take(
        self, documents: Documents, unread: list[Finding], now: Instant, schemas: Mapping[str, str] | None
    ) -> None:
        """Judge them in a thread, since that may take seconds, and put them in force where nothing is in error.

        `unread` tells of files that could not be read; `schemas` are the fingerprints of schemas in force."""
        if (documents, unread) == self.seen:
            return
        judgement = await asyncio.to_thread(judge, documents, now, schemas)
        self.findings = (*unread, *judgement.findings)
        self.seen = documents, unread
        if judgement.bundle is not None and not unread:
            self._put(judgement.bundle)

    async def fall_back(self, documents: Documents, now: Instant) -> None:
        """Put documents in force that were so before; `findings` stay those of the newest."""
        judgement = await asyncio.to_thread(judge, documents, now)
        if judgement.draft is not None:
            self._put(judgement.draft)

    def _put(self, bundle: Bundle) -> None:
        self.bundle = bundle
        for tell in self.on_change:
            tell(bundle)
