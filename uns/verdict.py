"""What the message path found about the newest documents, kept so that the API beside it need not judge them too."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple

import orjson

from uns import __version__
from uns.finding import Finding, packed, unpacked

NAME: Final = "verdict.json"
PATIENCE: Final = 10.0
"""Seconds after which the API judges for itself what the message path has said nothing about."""
LOOK_AGAIN: Final = 0.2


class Verdict(NamedTuple):
    revision: str
    findings: tuple[Finding, ...]
    process: int
    """Who found it."""

    @property
    def lasts(self) -> bool:
        """Whether that process is there, and will say what it finds of the next documents."""
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


def keep(folder: Path, revision: str, findings: Iterable[Finding]) -> None:
    """Where it cannot be kept there is none: the API judges for itself then."""
    whole = {"revision": revision, "findings": packed(findings), "process": os.getpid(), "version": __version__}
    new = folder / f"{NAME}.new"
    try:
        new.write_bytes(orjson.dumps(whole))
        new.replace(folder / NAME)
    except OSError:
        with suppress(OSError):
            (folder / NAME).unlink()


def kept(folder: Path) -> Verdict | None:
    """None where there is none that this version of the program has written."""
    try:
        told = orjson.loads((folder / NAME).read_bytes())
        if told["version"] != __version__:
            return None
        return Verdict(told["revision"], unpacked(told["findings"]), int(told["process"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


async def awaited(folder: Path, revision: str) -> tuple[Finding, ...] | None:
    """What the message path finds about these documents; None where it is not there or does not come to them."""
    until = monotonic() + PATIENCE
    while (verdict := await asyncio.to_thread(kept, folder)) is not None and verdict.lasts and monotonic() < until:
        if verdict.revision == revision:
            return verdict.findings
        await asyncio.sleep(LOOK_AGAIN)
    return None
