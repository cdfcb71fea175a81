"""Watching folders: word of it whenever something below them may have changed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR
from typing import Final

from watchfiles import awatch

PAUSE: Final = 0.5
LOOK_AGAIN_MS: Final = 2_000
"""After that it is said unasked: a network drive tells of no change, nor does a folder put in the place of the one that
was watched."""


async def changes(*folders: Path) -> AsyncIterator[None]:
    """For ever; folders that are not there are waited for."""
    while True:
        watched = [_identity(each) for each in folders]
        present = [each for each, identity in zip(folders, watched, strict=True) if identity]
        with suppress(OSError):
            async for _ in awatch(*present, debounce=200, step=50, rust_timeout=LOOK_AGAIN_MS, yield_on_timeout=True):
                yield
                if [_identity(each) for each in folders] != watched:
                    break
        await asyncio.sleep(PAUSE)
        yield


def _identity(folder: Path) -> tuple[int, int] | None:
    """Which folder stands there; None where there is none."""
    try:
        found = os.stat(folder)
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if S_ISDIR(found.st_mode) else None
