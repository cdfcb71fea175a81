"""An immutable mapping of which a changed copy costs a shard, not the whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Generic, TypeVar

V = TypeVar("V")
SHARDS: Final = 256


class Table(Generic[V]):
    """Text → value; a changed one shares all shards but those that it changes with the table that it comes from."""

    __slots__ = ("_shards",)

    def __init__(self) -> None:
        self._shards: tuple[dict[str, V], ...] = ({},) * SHARDS

    def get(self, key: str) -> V | None:
        return self._shards[hash(key) % SHARDS].get(key)

    def change(self, items: Iterable[tuple[str, V | None]]) -> Table[V]:
        """With these values; None takes a key out."""
        shards = list(self._shards)
        copied: set[int] = set()
        for key, value in items:
            index = hash(key) % SHARDS
            if index not in copied:
                copied.add(index)
                shards[index] = dict(shards[index])
            if value is None:
                shards[index].pop(key, None)
            else:
                shards[index][key] = value
        changed: Table[V] = Table()
        changed._shards = tuple(shards)
        return changed

    def __contains__(self, key: str) -> bool:
        return key in self._shards[hash(key) % SHARDS]

    def __iter__(self) -> Iterator[tuple[str, V]]:
        for shard in self._shards:
            yield from shard.items()

    def __len__(self) -> int:
        return sum(len(shard) for shard in self._shards)
