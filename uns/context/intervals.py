"""Intervals on one piece of equipment, immutable and in order of their start, so that one change costs a chunk."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

from uns.instant import EARLIEST, LATEST, Instant

CHUNK: Final = 512


class Interval(Protocol):
    """start ≤ t < stop; `stop` is None while it runs."""

    @property
    def start(self) -> Instant: ...
    @property
    def stop(self) -> Instant | None: ...


T = TypeVar("T", bound=Interval)


def ends(interval: Interval) -> Instant:
    """When it stops, or the end of time while it runs."""
    return LATEST if interval.stop is None else interval.stop


def _order(interval: Interval) -> tuple[Instant, Instant]:
    return (interval.start, ends(interval))


class Found(NamedTuple, Generic[T]):
    """What runs at an instant, and the span around it in which the answer stays the same."""

    running: tuple[T, ...]
    since: Instant
    until: Instant


class _Chunk(NamedTuple, Generic[T]):
    starts: tuple[Instant, ...]
    members: tuple[T, ...]
    last: Instant
    """The latest stop of its members."""


class Intervals(Generic[T]):
    """`overlapping` where several may run at once; elsewhere whoever writes sees to it that none overlap."""

    __slots__ = ("_chunks", "_firsts", "overlapping")

    def __init__(self, members: Iterable[T] = (), overlapping: bool = False) -> None:
        ordered = sorted(members, key=_order)
        self._chunks = tuple(_chunk(ordered[at : at + CHUNK]) for at in range(0, len(ordered), CHUNK))
        self._firsts = tuple(chunk.starts[0] for chunk in self._chunks)
        self.overlapping = overlapping

    def __iter__(self) -> Iterator[T]:
        for chunk in self._chunks:
            yield from chunk.members

    def at(self, instant: Instant) -> Found[T]:
        return self._all_at(instant) if self.overlapping else self._one_at(instant)

    def _one_at(self, instant: Instant) -> Found[T]:
        index = bisect_right(self._firsts, instant) - 1
        if index < 0:
            return Found((), EARLIEST, self._firsts[0] if self._firsts else LATEST)
        chunk = self._chunks[index]
        place = bisect_right(chunk.starts, instant) - 1
        member, after = chunk.members[place], self._start_after(index, place)
        stop = ends(member)
        return Found((member,), member.start, min(stop, after)) if instant < stop else Found((), stop, after)

    def _start_after(self, index: int, place: int) -> Instant:
        starts = self._chunks[index].starts
        if place + 1 < len(starts):
            return starts[place + 1]
        return self._firsts[index + 1] if index + 1 < len(self._firsts) else LATEST

    def _all_at(self, instant: Instant) -> Found[T]:
        since, until = EARLIEST, LATEST
        running: list[T] = []
        for first, chunk in zip(self._firsts, self._chunks, strict=True):
            if first > instant:
                until = min(until, first)
                break
            if chunk.last <= instant:
                since = max(since, chunk.last)
                continue
            for member in chunk.members:
                stop = ends(member)
                if member.start > instant:
                    until = min(until, member.start)
                elif instant < stop:
                    running.append(member)
                    since, until = max(since, member.start), min(until, stop)
                else:
                    since = max(since, stop)
        return Found(tuple(running), since, until)

    def next_after(self, instant: Instant) -> T | None:
        """The first that starts later."""
        for index in range(max(bisect_right(self._firsts, instant) - 1, 0), len(self._chunks)):
            chunk = self._chunks[index]
            place = bisect_right(chunk.starts, instant)
            if place < len(chunk.members):
                return chunk.members[place]
        return None

    def meeting(self, start: Instant, stop: Instant) -> list[T]:
        """Those that share an instant with start ≤ t < stop; one without length shares the instant it lies in."""
        if self.overlapping:
            return [member for member in self if member.start < stop and start < ends(member)]
        index = max(bisect_right(self._firsts, start) - 1, 0)
        met: list[T] = []
        for chunk in self._chunks[max(index - 1, 0) :]:
            if chunk.starts[0] >= stop:
                break
            met += [member for member in chunk.members if member.start < stop and start < ends(member)]
        return met

    def change(self, gone: Iterable[T], come: Iterable[T], overlapping: bool | None = None) -> Intervals[T]:
        """Without those that are gone (by identity) and with those that come."""
        chunks = list(self._chunks)
        for member in gone:
            _edit(chunks, member, removed=True)
        for member in come:
            _edit(chunks, member, removed=False)
        changed: Intervals[T] = Intervals.__new__(Intervals)
        changed._chunks = tuple(chunks)
        changed._firsts = tuple(chunk.starts[0] for chunk in chunks)
        changed.overlapping = self.overlapping if overlapping is None else overlapping
        return changed


def _chunk(members: list[T]) -> _Chunk[T]:
    return _Chunk(tuple(each.start for each in members), tuple(members), max(ends(each) for each in members))


def _edit(chunks: list[_Chunk[T]], member: T, removed: bool) -> None:
    index = _home(chunks, member)
    members = list(chunks[index].members) if chunks else []
    if removed:
        members = [each for each in members if each is not member]
    else:
        members.append(member)
        members.sort(key=_order)
    half = len(members) // 2
    parts = [members[:half], members[half:]] if len(members) > CHUNK else [members]
    chunks[index : index + 1] = [_chunk(part) for part in parts if part]


def _home(chunks: list[_Chunk[T]], member: T) -> int:
    """The chunk that holds the member or else should: the last one that begins no later than it does."""
    order = _order(member)
    low, high = 0, len(chunks)
    while low < high:
        middle = (low + high) // 2
        if _order(chunks[middle].members[0]) <= order:
            low = middle + 1
        else:
            high = middle
    index = max(low - 1, 0)
    while index > 0 and chunks and not any(each is member for each in chunks[index].members):
        if _order(chunks[index].members[0]) != order:
            break
        index -= 1
    return index
