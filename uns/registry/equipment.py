"""Equipment: what is registered and what is only named, by the plant's own number, and no number twice at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Engine, or_, select

from uns.cursor import after_of, cursor_of
from uns.instant import EARLIEST, LATEST, Instant, legible
from uns.registry.engine import parts, reading
from uns.registry.held import Held, Page, believed
from uns.registry.nouns import EQUIPMENT, Equipment

_TABLE: Final = EQUIPMENT.table
_BESIDE: Final = "/"
"""Begins a cursor among what is only named; no path begins so."""


class Taken(NamedTuple):
    """An id that `this` would have while `other` has it."""

    this: Equipment
    other: Equipment

    @property
    def message(self) -> str:
        return f"`{self.this.id}` cannot be {self.this.path}: it is {self.other.path}{_span(self.other)}"


REMEDY: Final = "correct one of the two; where it moved, say until when it stood there, and from when it stands here"


def everything(
    engine: Engine, named: Sequence[str], cursor: str | None = None, limit: int = 100
) -> Page[Held[Equipment] | str]:
    """What is registered, and behind it what is not, but is among `named`, which are in order."""
    after, registered = after_of(cursor) or "", Page[Held[Equipment]]((), None)
    if not after.startswith(_BESIDE):
        registered = EQUIPMENT.listed(engine, cursor, limit)
        if registered.next:
            return Page(registered.items, registered.next)
        after = _BESIDE
    room = limit - len(registered.items)
    beside = _unregistered(engine, [each for each in named if each > after.removeprefix(_BESIDE)], room + 1)
    shown = beside[:room]
    last = _BESIDE + shown[-1] if shown else after
    return Page((*registered.items, *shown), cursor_of(last) if len(beside) > room else None)


def _unregistered(engine: Engine, paths: Sequence[str], enough: int) -> list[str]:
    found: list[str] = []
    with reading(engine) as connection:
        for some in parts(paths):
            wanted = select(_TABLE.c.path).where(believed(_TABLE), _TABLE.c.path.in_(some))
            known = set(connection.scalars(wanted))
            found += [each for each in some if each not in known]
            if len(found) >= enough:
                break
    return found[:enough]


def matching(engine: Engine, words: str) -> list[Equipment]:
    """Of which the id, the name or the description holds these words, in either case."""
    columns = (_TABLE.c.id, _TABLE.c.name, _TABLE.c.description)
    wanted = select(_TABLE).where(believed(_TABLE), or_(*(each.icontains(words, autoescape=True) for each in columns)))
    with reading(engine) as connection:
        return [EQUIPMENT.of_row(row) for row in connection.execute(wanted)]


def taken_ids(connection: Connection, values: Sequence[Equipment]) -> Iterator[Taken]:
    """Among these, and between them and what else is believed."""
    by_id: dict[str, list[Equipment]] = {}
    for each in values:
        if each.id is not None:
            by_id.setdefault(each.id, []).append(each)
    given = {each.path for each in values}
    for known in _with_ids(connection, sorted(by_id)):
        if known.path not in given:
            by_id[str(known.id)].append(known)
    for several in by_id.values():
        yield from _overlapping(several)


def _with_ids(connection: Connection, ids: Sequence[str]) -> Iterator[Equipment]:
    for some in parts(ids):
        wanted: Any = select(_TABLE).where(believed(_TABLE), _TABLE.c.id.in_(some))
        yield from map(EQUIPMENT.of_row, connection.execute(wanted))


def _overlapping(several: Sequence[Equipment]) -> Iterator[Taken]:
    longest: Equipment | None = None
    for each in sorted((each for each in several if _begin(each) < _end(each)), key=_begin):
        if longest is not None and _begin(each) < _end(longest):
            yield Taken(each, longest)
        if longest is None or _end(each) > _end(longest):
            longest = each


def _begin(equipment: Equipment) -> Instant:
    return EARLIEST if equipment.start is None else equipment.start


def _end(equipment: Equipment) -> Instant:
    return LATEST if equipment.stop is None else equipment.stop


def _span(equipment: Equipment) -> str:
    since = f" from {legible(equipment.start)}" if equipment.start is not None else ""
    return since + (f" until {legible(equipment.stop)}" if equipment.stop is not None else "")
