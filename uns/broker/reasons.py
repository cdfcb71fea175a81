"""MQTT reason codes: what they ask of us, and how an operator reads them."""

from __future__ import annotations

from enum import Enum
from typing import Any, Final


class Verdict(Enum):
    """What a PUBACK says about a publish of ours."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """For good: sending it again would be refused again."""
    AGAIN = "again"
    """The broker cannot now; it is sent again later and everything behind it waits."""
    NEW_ID = "new-id"


VERDICTS: Final = {
    0x00: Verdict.ACCEPTED,
    0x10: Verdict.ACCEPTED,
    0x87: Verdict.REFUSED,
    0x90: Verdict.REFUSED,
    0x99: Verdict.REFUSED,
    0x80: Verdict.AGAIN,
    0x83: Verdict.AGAIN,
    0x97: Verdict.AGAIN,
    0x91: Verdict.NEW_ID,
}

TAKEN_OVER: Final = 0x8E


def words(code: Any, said: str | None = None) -> str:
    """`0x87 (not authorized)`, and what the broker itself said about it."""
    name = code.name.lower().replace("_", " ")
    text = f"0x{int(code):02X} ({name})"
    return f"{text}: {said}" if said else text
