"""The rules in force as this process knows them: one bundle, swapped whole, the last good one kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from uns.bundle import Bundle
from uns.finding import Finding
from uns.newest import Newest


@dataclass(slots=True)
class RulesInForce:
    """Of the newest documents with no error among their findings."""

    newest: Newest = field(default_factory=Newest)
    bundle: Bundle | None = None
    on_change: list[Callable[[Bundle], None]] = field(default_factory=list)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.newest.findings

    @property
    def revision(self) -> str | None:
        return self.bundle.revision if self.bundle else None

    def put(self, bundle: Bundle) -> None:
        self.bundle = bundle
        for tell in self.on_change:
            tell(bundle)
