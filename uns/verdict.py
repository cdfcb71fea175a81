"""What the message path found about the newest documents, kept so that the API beside it need not judge them too."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple

import orjson

from uns.finding import Finding

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
    """Told only once the documents are in force or refused: until then the processor is wanted here."""
    told = [[each.as_json(), each.count] for each in findings]
    new = folder / f"{NAME}.new"
    new.write_bytes(orjson.dumps({"revision": revision, "findings": told, "process": os.getpid()}))
    new.replace(folder / NAME)


def kept(folder: Path) -> Verdict | None:
    """None where there is none that can be read."""
    try:
        told = orjson.loads((folder / NAME).read_bytes())
        findings = tuple(replace(Finding.from_json(each), count=count) for each, count in told["findings"])
        return Verdict(told["revision"], findings, told["process"])
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
