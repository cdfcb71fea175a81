"""Joining lookups: the rows that an address leads to, one branch for each bit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from uns.finding import Malformed
from uns.naming.lookup import Lookup
from uns.naming.resolution import Joined

MEANT: Final = frozenset({"unit", "factor", "offset", "states", "bit", "ignore", "every"})
"""Columns that say something about the reading; an empty cell of them says nothing."""
YES: Final = frozenset({"yes", "true", "1", "x"})


class Branch(NamedTuple):
    """One way through a rule's lookups: `refusal` and `dropped` are why it ends there."""

    captures: Mapping[str, str]
    """Of the patterns, then the columns of the joined rows."""
    meant: Mapping[str, str] = {}
    """Column with a meaning → its cell, where it says something."""
    joined: tuple[Joined, ...] = ()
    refusal: Malformed | None = None
    dropped: bool = False

    @property
    def goes_on(self) -> bool:
        return self.refusal is None and not self.dropped


def join(lookups: Iterable[Lookup], captures: Mapping[str, str]) -> list[Branch]:
    """At least one branch: more where a key has a row for each of several bits."""
    branches = [Branch(captures)]
    for lookup in lookups:
        branches = [further for branch in branches for further in _joined(branch, lookup)]
    return branches


def shared(branches: list[Branch]) -> Branch:
    """What all branches have in common: their rows before they part, and the captures that are the same."""
    first, *others = branches
    captures = {
        name: text
        for name, text in first.captures.items()
        if all(branch.captures.get(name) == text for branch in others)
    }
    joined = tuple(each for each in first.joined if all(each in branch.joined for branch in others))
    return Branch(captures, joined=joined)


def _joined(branch: Branch, lookup: Lookup) -> list[Branch]:
    if not branch.goes_on:
        return [branch]
    key = tuple(branch.captures.get(name, "") for name in lookup.key)
    rows = lookup.find(key)
    if not rows:
        missing = lookup.missing == "ignore"
        return [branch._replace(dropped=True) if missing else branch._replace(refusal=_missing(lookup, key))]
    return [_with_row(branch, Joined(lookup, row)) for row in rows]


def _with_row(branch: Branch, joined: Joined) -> Branch:
    lookup, row = joined
    cells = dict(zip(lookup.columns, row.cells, strict=True))
    new = {column: cell for column, cell in cells.items() if column not in lookup.key and (cell or column not in MEANT)}
    meant = {column: cell for column, cell in new.items() if column in MEANT}
    dropped = meant.get("ignore", "").lower() in YES
    return Branch({**branch.captures, **new}, {**branch.meant, **meant}, (*branch.joined, joined), None, dropped)


def _missing(lookup: Lookup, key: tuple[str, ...]) -> Malformed:
    near = lookup.nearest_key(tuple(cell[:100] for cell in key))
    remedy = f"add a row; nearest is `{near}`" if near else "add a row"
    return Malformed("lookup-missing", f"`{','.join(key)[:100]}` is not in `{lookup.name}`", remedy)
