"""Keeping the rules in force as the folder or the registry has them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from uns import verdict
from uns.api.inforce import RulesInForce
from uns.api.registry_view import RegistryView
from uns.bundle import Documents
from uns.files import read_documents
from uns.finding import Finding
from uns.instant import Instant
from uns.newest import last_good
from uns.registry.engine import RegistryAway
from uns.settings import Settings
from uns.watching import changes

Read = tuple[Documents | None, list[Finding]]
"""Documents, and what of them could not be read."""


async def follow_rules(
    settings: Settings, rules: RulesInForce, registry: RegistryView, clock: Callable[[], Instant]
) -> None:
    """What is there now, then whatever it becomes; what the message path keeps for that case where it is no good."""
    reads = _from_registry(registry) if settings.rules_source == "registry" else _from_folders(settings)
    async for documents, unread in reads:
        bundle = None
        if documents is not None and not rules.newest.is_known(documents, unread):
            told = None
            if rules.bundle is not None and not unread:
                told = await verdict.awaited(settings.state, documents.revision)
            bundle = await rules.newest.judge(documents, unread, clock(), lambda: registry.schemas, told=told)
        if bundle is None and rules.bundle is None:
            bundle = await last_good(settings.state, clock())
        if bundle is not None:
            rules.put(bundle)


async def _from_folders(settings: Settings) -> AsyncIterator[Read]:
    yield await asyncio.to_thread(read_documents, settings.rules, settings.schemas)
    async for _ in changes(settings.rules, settings.schemas):
        yield await asyncio.to_thread(read_documents, settings.rules, settings.schemas)


async def _from_registry(registry: RegistryView) -> AsyncIterator[Read]:
    while True:
        seen = registry.submissions
        try:
            documents = await registry.documents()
        except RegistryAway:  # RegistryView.follow says so; what could not be read is asked for again
            yield None, []
            await asyncio.sleep(1)
        else:
            yield documents, []
            await registry.submissions_changed(seen)
