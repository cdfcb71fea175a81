"""Which entries of quarantine a verb is about: the same arguments and options for each of them."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Annotated

import typer

from uns.cli.app import WRONG_USE, fail

if TYPE_CHECKING:  # a verb must not load a database to say what it does
    from uns.registry.entries import Filter

MOST_IDS = 1_000
Ids = Annotated[list[int] | None, typer.Argument(help="as `list` shows them; default all that fit", metavar="[ID…]",
                                                 min=1, max=2**63 - 1, show_default=False)]  # fmt: skip
Text = Annotated[str | None, typer.Option(show_default=False)]
Since = Annotated[str | None, typer.Option(help="received at or after, RFC 3339", show_default=False)]
Until = Annotated[str | None, typer.Option(help="received before, RFC 3339", show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", help="do not ask")]


def wanted(
    topic: str | None, tag: str | None, rule: str | None, code: str | None, site: str | None, since: str | None,
    until: str | None, ids: list[int] | None = None,
) -> Filter:  # fmt: skip
    from uns.registry.entries import Filter

    if ids is not None and len(ids) > MOST_IDS:
        fail(WRONG_USE, f"{len(ids)} entries are named", f"name up to {MOST_IDS}, or what they have in common")
    return Filter(
        topic, tag, rule, code, site, "kept", _instant("--since", since), _instant("--until", until), tuple(ids or ())
    )


def _instant(option: str, text: str | None) -> int | None:
    from uns.context.believable import WRITABLE
    from uns.instant import from_text

    if text is None:
        return None
    instant = from_text(text.upper(), UTC)
    if instant is None or instant not in WRITABLE:
        fail(WRONG_USE, f"{option} {text!r} is no time", "write RFC 3339, such as 2026-11-20T10:00:00Z")
    return instant


def entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number} entries"
