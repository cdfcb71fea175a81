"""Two people do not overwrite each other: what a change was made on is what is there, or nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Header

from uns.api.problem import Refused
from uns.registry.writing import Check, Transaction

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=1_000,
        description="the `ETag` of what was read; 412 where it has changed",
    ),
]
_CHANGED: Final = "it was changed, or is gone, since it was read; GET it, and make the change on what is there now"


def unchanged(match: str | None, tag: Callable[[Transaction], str | None]) -> Check:
    """`tag` is that of what is there now, None where nothing is. Without `match` every state will do."""
    wanted = [each.strip() for each in (match or "").split(",")]

    def check(transaction: Transaction) -> None:
        if match is None:
            return
        now = tag(transaction)
        if now is None or not (now in wanted or "*" in wanted):
            raise Refused(412, _CHANGED)

    return check


def absent(known: Callable[[Transaction], object], why: str) -> Check:
    """409 where it is there: a POST makes what is new."""

    def check(transaction: Transaction) -> None:
        if known(transaction):
            raise Refused(409, why)

    return check
