"""An immutable mapping of which a changed copy costs a shard, not the whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Generic, TypeVar

V = TypeVar("V")
SHARDS: Final = 256


class Table(Generic[V]):
    """Text → value; `put` shares all shards but one with the table that it comes from."""

    __slots__ = ("_shards",)

    def __init__(self, items: Iterable[tuple[str, V]] = ()) -> None:
        shards: list[dict[str, V]] = [{} for _ in range(SHARDS)]
        for key, value in items:
            shards[hash(key) % SHARDS][key] = value
        self._shards = tuple(shards)

    def get(self, key: str) -> V | None:
        return self._shards[hash(key) % SHARDS].get(key)

    def put(self, key: str, value: V) -> Table[V]:
        index = hash(key) % SHARDS
        changed: Table[V] = Table.__new__(Table)
        changed._shards = (*self._shards[:index], {**self._shards[index], key: value}, *self._shards[index + 1 :])
        return changed

    def __iter__(self) -> Iterator[tuple[str, V]]:
        for shard in self._shards:
            yield from shard.items()

    def __len__(self) -> int:
        return sum(len(shard) for shard in self._shards)
