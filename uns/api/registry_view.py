"""The registry as the API sees it: a database that may be away."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from uns.bundle import Documents
from uns.context.timeline import Timeline
from uns.settings import Settings


@dataclass(slots=True)
class RegistryView:
    settings: Settings
    revision: str | None = None
    error: str = ""
    timeline: Timeline = field(default_factory=Timeline.build)
    schemas: Mapping[str, str] | None = None

    async def follow(self) -> None:
        await asyncio.Event().wait()

    async def documents(self) -> Documents | None:
        return None

    async def submissions_changed(self) -> None:
        await asyncio.Event().wait()
