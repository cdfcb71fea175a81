"""The rules in force as this process knows them: one bundle, swapped whole, the last good one kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from uns.bundle import Bundle, Documents
from uns.finding import Finding

if TYPE_CHECKING:
    from uns.judge import Judgement

Judge = Callable[[Documents], "Judgement"]


@dataclass(slots=True)
class RulesInForce:
    """`findings` are those of the newest documents: with errors among them an earlier bundle stays in force."""

    bundle: Bundle | None = None
    findings: tuple[Finding, ...] = ()
    documents: Documents | None = None
    """The newest that were judged."""
    on_change: list[Callable[[Bundle], None]] = field(default_factory=list)

    @property
    def revision(self) -> str | None:
        return self.bundle.revision if self.bundle else None

    @property
    def steady(self) -> bool:
        """Whether what is in force is the newest that there is."""
        return self.bundle is not None and self.bundle.documents == self.documents

    async def judge(self, documents: Documents, judge: Judge, found: list[Finding]) -> None:
        """Judge them in a thread, since that may take seconds, and put them in force where they have no error."""
        if self.documents == documents and not found:
            return
        judgement = await asyncio.to_thread(judge, documents)
        self.findings = (*found, *judgement.findings)
        self.documents = documents
        if judgement.bundle is not None and not found:
            self.bundle = judgement.bundle
            for tell in self.on_change:
                tell(judgement.bundle)
