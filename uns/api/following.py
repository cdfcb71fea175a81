"""Keeping the rules in force as the folder or the registry has them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from uns import lastgood
from uns.api.inforce import RulesInForce
from uns.api.registry_view import RegistryView
from uns.files import read_documents
from uns.instant import Instant
from uns.registry.engine import RegistryAway
from uns.settings import Settings
from uns.watching import changes


async def follow_rules(
    settings: Settings, rules: RulesInForce, registry: RegistryView, clock: Callable[[], Instant]
) -> None:
    """Judge what is there now, then whatever it becomes."""
    if settings.rules_source == "registry":
        await _follow_registry(rules, registry, clock)
    else:
        await _follow_folders(settings, rules, registry, clock)


async def _follow_folders(
    settings: Settings, rules: RulesInForce, registry: RegistryView, clock: Callable[[], Instant]
) -> None:
    await _read_folders(settings, rules, registry, clock)
    async for _ in changes(settings.rules, settings.schemas):
        await _read_folders(settings, rules, registry, clock)


async def _read_folders(
    settings: Settings, rules: RulesInForce, registry: RegistryView, clock: Callable[[], Instant]
) -> None:
    documents, unread = await asyncio.to_thread(read_documents, settings.rules, settings.schemas)
    await rules.take(documents, unread, clock(), registry.schemas)
    await _last_good(settings, rules, clock)


async def _last_good(settings: Settings, rules: RulesInForce, clock: Callable[[], Instant]) -> None:
    """Where the rules of now cannot take effect, what the message path keeps for that case is in force."""
    if rules.bundle is None:
        kept = await asyncio.to_thread(lastgood.kept, settings.state)
        if kept is not None:
            await rules.fall_back(kept, clock())


async def _follow_registry(rules: RulesInForce, registry: RegistryView, clock: Callable[[], Instant]) -> None:
    while True:
        seen = registry.submissions
        try:
            documents = await registry.documents()
        except RegistryAway:  # RegistryView.follow says so; what could not be read is asked for again
            await asyncio.sleep(1)
            continue
        if documents is not None:
            await rules.take(documents, [], clock(), registry.schemas)
        await registry.submissions_changed(seen)
