"""A judgement in a process of its own, `python -m uns.apart`: whatever rules ask for, messages do not wait for it."""

from __future__ import annotations

import asyncio
import pickle
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from uns.behind import end_with_parent, module, stand_behind
from uns.bundle import Documents
from uns.finding import FilePlace, Finding, found, packed, unpacked
from uns.instant import Instant
from uns.judge import judge

HINDMOST: Final = 19
"""How little of a processor it wants while others want it, as `nice` counts."""
FAILED: Final = "judgement-failed"


async def judge_apart(documents: Documents, now: Instant, in_force: Mapping[str, str] | None) -> tuple[Finding, ...]:
    """Every finding; `judgement-failed` where the process ended without, or could not be started."""
    try:
        # Ctrl-C is for the service; and where Linux divides processors by session, this one gets its turn.
        process = await asyncio.create_subprocess_exec(
            *module("uns.apart"), stdin=PIPE, stdout=PIPE, start_new_session=True
        )
    except OSError as error:
        return (failed(f"could not be started: {error.strerror or error}", documents),)
    stand_behind(process.pid, HINDMOST)
    try:
        told, _ = await process.communicate(_written(documents, now, in_force))
    except asyncio.CancelledError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()
        raise
    status = process.returncode or 0
    if status:
        return (failed(f"ended with status {status}" if status > 0 else f"ended by signal {-status}", documents),)
    return unpacked(pickle.loads(told))


def failed(how: str, documents: Documents) -> Finding:
    """The finding where there is no answer."""
    message = f"nobody knows whether the rules are right: the process that judges them {how}"
    remedy = "see whether there is memory for it; it is tried again every minute; where it stays, please report it"
    return found(FAILED, message, remedy, FilePlace(documents.rules_at))


def answer() -> None:
    """What `judge_apart` asks on standard input, answered on standard output."""
    end_with_parent()
    documents, now, in_force = pickle.load(sys.stdin.buffer)
    findings = judge(Documents(*documents), now, in_force).findings
    sys.stdout.buffer.write(pickle.dumps(packed(findings)))


def _written(documents: Documents, now: Instant, in_force: Mapping[str, str] | None) -> bytes:
    """Of builtins alone: what is compiled cannot be pickled."""
    files = dict(documents.rules), dict(documents.schemas), documents.rules_at, documents.schemas_at
    return pickle.dumps((files, now, None if in_force is None else dict(in_force)))


if __name__ == "__main__":
    answer()
