"""Intervals on one piece of equipment, immutable and in order of their start, so that one change costs a chunk."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

from uns.instant import EARLIEST, LATEST, Instant

CHUNK: Final = 128


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


def has_length(interval: Interval) -> bool:
    """Whether there is any instant at which it runs."""
    return interval.start < ends(interval)


def _start(interval: Interval) -> Instant:
    return interval.start


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
    """`overlapping` where several may run at once; elsewhere whoever writes sees to it that none overlap.

    One without length is never running, and may lie within another.
    """

    __slots__ = ("_chunks", "_firsts", "overlapping")

    def __init__(self, members: Iterable[T] = (), overlapping: bool = False) -> None:
        self._chunks = tuple(_cut(sorted(members, key=_order)))
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
        while stop == member.start and (index or place):
            index, place = (index, place - 1) if place else (index - 1, len(self._chunks[index - 1].members) - 1)
            member = self._chunks[index].members[place]
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
        """The first with a length that starts later."""
        for index in range(max(bisect_right(self._firsts, instant) - 1, 0), len(self._chunks)):
            chunk = self._chunks[index]
            for member in chunk.members[bisect_right(chunk.starts, instant) :]:
                if has_length(member):
                    return member
        return None

    def meeting(self, start: Instant, stop: Instant) -> list[T]:
        """Those that share an instant with start ≤ t < stop, and those without length that lie within."""
        if self.overlapping:
            return [member for member in self if member.start < stop and start < ends(member)]
        index = max(bisect_right(self._firsts, start) - 2, 0)
        while index and not any(map(has_length, self._chunks[index].members)):
            index -= 1
        met: list[T] = []
        for chunk in self._chunks[index:]:
            if chunk.starts[0] >= stop:
                break
            met += [member for member in chunk.members if member.start < stop and start < ends(member)]
        return met

    def change(self, gone: Iterable[T], come: Iterable[T], overlapping: bool | None = None) -> Intervals[T]:
        """Without those that are gone (themselves, or else their equals) and with those that come."""
        turns: dict[int, tuple[list[T], list[T]]] = {}
        for member in gone:
            turns.setdefault(self._home(member), ([], []))[0].append(member)
        for member in come:
            turns.setdefault(self._home(member), ([], []))[1].append(member)
        chunks, firsts = list(self._chunks), list(self._firsts)
        for index in sorted(turns, reverse=True):
            turned = _turned(chunks[index] if chunks else _EMPTY, *turns[index])
            chunks[index : index + 1] = turned
            firsts[index : index + 1] = [chunk.starts[0] for chunk in turned]
        changed: Intervals[T] = Intervals((), self.overlapping if overlapping is None else overlapping)
        changed._chunks, changed._firsts = tuple(chunks), tuple(firsts)
        return changed

    def _home(self, member: T) -> int:
        return max(bisect_right(self._firsts, member.start) - 1, 0)


_EMPTY: Final[_Chunk[Any]] = _Chunk((), (), EARLIEST)


def _cut(ordered: Sequence[T]) -> Iterator[_Chunk[T]]:
    """Into chunks alike, each with room for more; those with the same start stay in one, where they are found."""
    count = max(-(-len(ordered) // CHUNK), 1)
    size, at = -(-len(ordered) // count), 0
    while at < len(ordered):
        until = bisect_right(ordered, ordered[min(at + size, len(ordered)) - 1].start, key=_start)
        members = tuple(ordered[at:until])
        yield _Chunk(tuple(each.start for each in members), members, max(ends(each) for each in members))
        at = until


def _turned(chunk: _Chunk[T], gone: Sequence[T], come: Sequence[T]) -> list[_Chunk[T]]:
    """What becomes of a chunk: mostly one, none where nothing is left, several where it has grown too large."""
    members, starts = list(chunk.members), list(chunk.starts)
    for member in gone:
        at = _place(members, member)
        del members[at], starts[at]
    if len(members) + len(come) > CHUNK:
        return list(_cut(sorted([*members, *come], key=_order)))
    for member in come:
        at = bisect_right(members, _order(member), key=_order)
        members.insert(at, member)
        starts.insert(at, member.start)
    last = max(map(ends, members if gone else come), default=EARLIEST)
    return [_Chunk(tuple(starts), tuple(members), last if gone else max(last, chunk.last))] if members else []


def _place(members: Sequence[T], member: T) -> int:
    """Its own, or else that of its equal; KeyError where there is none."""
    first = bisect_left(members, member.start, key=_start)
    near = range(first, bisect_right(members, member.start, first, key=_start))
    places = [at for at in near if members[at] is member] or [at for at in near if members[at] == member]
    if not places:
        raise KeyError(member)
    return places[0]
