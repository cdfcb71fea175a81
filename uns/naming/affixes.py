"""Tables of levels whose texts begin, end and go on inside in known ways, looked up by a text without trying each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

Entry = TypeVar("Entry")


class Affixes(NamedTuple):
    """What the texts of a level have in common."""

    prefix: str
    suffix: str
    inner: str = ""


@dataclass(slots=True)
class InnerTable(Generic[Entry]):
    """Entries by a text that must stand inside: looked for where its first character stands."""

    by_start: dict[str, dict[int, dict[str, Entry]]] = field(default_factory=dict)

    def setdefault(self, inner: str, entry: Entry) -> Entry:
        return self.by_start.setdefault(inner[:1], {}).setdefault(len(inner), {}).setdefault(inner, entry)

    def matching(self, text: str) -> Iterator[Entry]:
        for start, by_length in self.by_start.items():
            if not start:
                yield from by_length[0].values()
            elif text.count(start) * len(by_length) < sum(map(len, by_length.values())):
                yield from self._starting(text, start, by_length).values()
            else:
                yield from (
                    entry for entries in by_length.values() for inner, entry in entries.items() if inner in text
                )

    def _starting(self, text: str, start: str, by_length: dict[int, dict[str, Entry]]) -> dict[str, Entry]:
        """Those that stand where their first character stands; for more entries than there are such places."""
        found: dict[str, Entry] = {}
        at = text.find(start)
        while at >= 0:
            for length, entries in by_length.items():
                piece = text[at : at + length]
                if piece in entries:
                    found[piece] = entries[piece]
            at = text.find(start, at + 1)
        return found


@dataclass(slots=True)
class AffixTable(Generic[Entry]):
    """Lengths of prefixes → prefix → lengths of suffixes → suffix → inner texts."""

    by_length: dict[int, dict[str, dict[int, dict[str, InnerTable[Entry]]]]] = field(default_factory=dict)

    def setdefault(self, affixes: Affixes, entry: Entry) -> Entry:
        by_suffix = self.by_length.setdefault(len(affixes.prefix), {}).setdefault(affixes.prefix, {})
        inners = by_suffix.setdefault(len(affixes.suffix), {}).setdefault(affixes.suffix, InnerTable())
        return inners.setdefault(affixes.inner, entry)

    def matching(self, text: str) -> Iterator[Entry]:
        """Entries whose affixes fit around at least one character; overlapping ones do not fit."""
        for before, prefixes in self.by_length.items():
            for after, suffixes in prefixes.get(text[:before], {}).items():
                end = len(text) - after
                if end > before and (inners := suffixes.get(text[end:])) is not None:
                    yield from inners.matching(text[before:end])
