"""The registry as the API sees it: a database that may be away."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from uns.settings import Settings


@dataclass(slots=True)
class RegistryView:
    settings: Settings
    revision: str | None = None
    error: str = ""

    async def follow(self) -> None:
        await asyncio.Event().wait()
