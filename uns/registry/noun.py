"""What equipment, products and shifts have in common: known by a key, corrected by superseding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Connection, Engine, Row, Table, select, tuple_

from uns.cursor import cursor_of, position_of
from uns.registry.engine import parts, reading
from uns.registry.held import Held, Page, Tally, believed, held
from uns.registry.moments import Moment, Revision, then
from uns.registry.writing import Author, Check, Writing, writing

V = TypeVar("V")
Key = tuple[Any, ...]
EVERY: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Noun(Generic[V]):
    """One kind of thing that the registry holds; `keys` are the columns by which it is known."""

    table: Table[Any]
    keys: tuple[str, ...]
    to_row: Callable[[V], Mapping[str, Any]]
    of_row: Callable[[Row[Any]], V]

    def get(self, engine: Engine, *key: Any, as_of: Moment | None = None) -> Held[V] | None:
        with reading(engine) as connection:
            return self.get_in(connection, *key, as_of=then(connection, as_of))

    def get_in(self, connection: Connection, *key: Any, as_of: Revision | None = None) -> Held[V] | None:
        wanted = select(self.table).where(believed(self.table, as_of), tuple_(*self._columns()) == tuple_(*key))
        return next(iter(held(connection, connection.execute(wanted).all(), self.of_row)), None)

    def listed(
        self,
        engine: Engine,
        cursor: str | None = None,
        limit: int = 100,
        as_of: Moment | None = None,
        only: Mapping[str, Any] = EVERY,
    ) -> Page[Held[V]]:
        """In the order of their keys; `only` those with such values in these columns."""
        columns = self._columns()
        wanted = select(self.table).where(*(self.table.c[name] == value for name, value in only.items()))
        wanted = wanted.order_by(*columns).limit(limit + 1)
        if cursor:
            kinds = (each.type.python_type for each in columns)
            wanted = wanted.where(tuple_(*columns) > tuple_(*position_of(cursor, *kinds)))
        with reading(engine) as connection:
            rows = connection.execute(wanted.where(believed(self.table, then(connection, as_of)))).all()
            following = cursor_of(*self._key(rows[limit - 1])) if len(rows) > limit else None
            return Page(held(connection, rows[:limit], self.of_row), following)

    def history(self, engine: Engine, *key: Any) -> tuple[Held[V], ...]:
        """Everything that was ever believed of it, oldest first."""
        wanted = select(self.table).where(tuple_(*self._columns()) == tuple_(*key)).order_by(self.table.c.row)
        with reading(engine) as connection:
            return held(connection, connection.execute(wanted).all(), self.of_row)

    def put(self, engine: Engine, values: Iterable[V], author: Author) -> Tally:
        with writing(engine, author) as open_one:
            return self.put_in(open_one, values)

    def put_one(self, engine: Engine, value: V, author: Author, check: Check) -> Held[V]:
        """As it is held then: nobody else came in between."""
        with writing(engine, author, check=check) as open_one:
            self.put_in(open_one, [value])
            open_one.finish()
            row = self.to_row(value)
            held = self.get_in(open_one.connection, *(row[key] for key in self.keys))
        assert held is not None
        return held

    def put_in(self, open_one: Writing, values: Iterable[V]) -> Tally:
        """What is already so changes nothing; of two with the same key the later one counts."""
        rows = {tuple(row[key] for key in self.keys): row for row in map(self.to_row, values)}
        known = self._known(open_one.connection, list(rows))
        new = [row for key, row in rows.items() if key not in known]
        other = {key: row for key, row in rows.items() if key in known and not _same(row, known[key])}
        open_one.supersede(self.table, [known[key].row for key in other])
        open_one.add(self.table, [*new, *other.values()])
        return Tally(len(new), len(other), len(rows) - len(new) - len(other))

    def all_in(self, connection: Connection, as_of: Revision | None = None) -> list[V]:
        found = connection.execute(select(self.table).where(believed(self.table, as_of)).order_by(self.table.c.row))
        return [self.of_row(row) for row in found]

    def _known(self, connection: Connection, keys: Sequence[Key]) -> dict[Key, Row[Any]]:
        known: dict[Key, Row[Any]] = {}
        for some in parts(keys):
            wanted = tuple_(*self._columns()).in_(some)
            for row in connection.execute(select(self.table).where(believed(self.table), wanted)):
                known[self._key(row)] = row
        return known

    def _columns(self) -> list[Any]:
        return [self.table.c[key] for key in self.keys]

    def _key(self, row: Row[Any]) -> Key:
        return tuple(row._mapping[key] for key in self.keys)


def _same(row: Mapping[str, Any], known: Row[Any]) -> bool:
    return all(known._mapping[name] == value for name, value in row.items())
