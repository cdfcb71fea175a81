"""The publisher: what must be remembered of earlier samples, per governed topic, once a decision is to publish.

It drops duplicates of samples that have an event time of their own, keeps a current value from moving backwards, and
guards against two signals that would share one topic.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from struct import Struct
from struct import error as OutOfRange  # noqa: N812 - what it says here
from typing import Any, Final

from sortedcontainers import SortedList
from xxhash import xxh3_64_intdigest

from uns.decision import Publish, Reject
from uns.decode import BY_RECEIPT
from uns.finding import SamplePlace, found
from uns.instant import EARLIEST, Instant
from uns.naming.standard import Name

RECENT: Final = 16
MOST_TOPICS: Final = 500_000
_BEHIND_SLASH: Final = chr(ord("/") + 1)

Identify = Callable[[str, str], Hashable | None]
"""Which signal a raw address is, if the bundle in force still leads it to this governed topic, else None.

Addresses that differ only where a pattern has a wildcard are one signal.
"""


class _Unknown:
    """A last value that was not seen here; it equals nothing."""


UNKNOWN: Final = _Unknown()
NEVER: Final = EARLIEST - 1
NOBODY: Final = frozenset[str]()
"""One for all: an empty set takes as much room as the rest of a topic's memory."""


ENTRY: Final = 16
FULL: Final = RECENT * ENTRY
NOTHING: Final = bytearray()
"""One for all: nobody writes into it."""
BLANK: Final = b"\x80" * ENTRY
"""An entry that no reading has: in the year 1678, so near to zero that no machine would say so."""
_TIME: Final = Struct("<q8x")
_note_number: Final = Struct("<qd").pack_into
_note_other: Final = Struct("<qQ").pack_into


class Memory:
    """What is remembered of one governed topic."""

    __slots__ = ("aliases", "id", "name", "oldest", "owner", "publisher", "quality", "recent", "time", "value")

    def __init__(self, publisher: Publisher, owner: str) -> None:
        self.publisher: Publisher | None = publisher
        """Whose it is; nobody's once it is forgotten."""
        self.owner = owner
        """The raw address that claimed the topic, as the property `source` writes it; empty once released."""
        self.aliases: frozenset[str] = NOBODY
        """Other addresses of the same signal."""
        self.time: Instant = NEVER
        self.value: Any = UNKNOWN
        self.quality = ""
        self.id = ""
        """Only of a value that came back from the broker."""
        self.name: Name | None = None
        """What the dictionary says of it: how soon a new value is expected."""
        self.recent = NOTHING
        """The last readings with an event time of their own, `ENTRY` bytes each; nothing before the first of them."""
        self.oldest = 0
        """Where in it the next one is written."""

    @property
    def times(self) -> list[Instant]:
        """Of the last readings."""
        return [time for (time,) in _TIME.iter_unpack(self.recent)]


class Publisher:
    """Decides, for each publish in order, whether it goes out and whether it becomes the current value."""

    def __init__(self, identify: Identify) -> None:
        self.identify = identify
        self.topics: dict[str, Memory] = {}
        self._aliased: set[str] = set()
        self._sorted: SortedList[str] = SortedList()
        self._unsorted: list[str] = []
        """Topics that came since somebody last asked for those of a branch."""

    def swap(self, identify: Identify) -> None:
        """Another bundle: who shares a signal is asked anew; a claim ends where its address leads elsewhere."""
        self.identify = identify
        for topic in self._aliased & self.topics.keys():
            self.topics[topic].aliases = NOBODY
        self._aliased.clear()

    def judge(self, decision: Publish) -> Publish | Reject | None:
        """What goes out: the decision (without retain if late), a rejection (`collision`), or None for a duplicate."""
        step = decision.step
        source = step.source
        memory: Memory | None = step.memory
        if memory is None or memory.publisher is not self:
            memory = step.memory = self.topics.get(step.topic) or self._remember(step.topic, source)
        if source != memory.owner and source not in memory.aliases and not self._admits(step.topic, memory, source):
            return _collision(decision, source, memory.owner)
        memory.name = step.meaning.name
        sample = decision.sample
        time, last = sample.time, memory.time
        own_time = not sample.clock or sample.clock not in BY_RECEIPT
        if time > last:
            memory.time = time
        elif own_time and _is_known(memory, decision):
            return None
        elif time < last:
            decision = replace(decision, retain=False) if decision.retain else decision
            if own_time:
                _note(memory, decision, time)
            return decision
        memory.value, memory.quality = decision.value, decision.quality
        if own_time:
            _note(memory, decision, time)
        return decision

    def restore(
        self, topic: str, source: str, identity: str, time: Instant, quality: str, name: Name | None = None
    ) -> None:
        """What the broker still holds of an earlier run; what is known here already stays."""
        if topic not in self.topics:
            memory = self._remember(topic, source)
            memory.time, memory.id, memory.quality, memory.name = time, identity, quality, name

    def forget(self, topic: str, time: Instant) -> None:
        """It was not published after all: the same sample may be tried again."""
        memory = self.topics.get(topic)
        if memory is None:
            return
        if memory.time == time:
            memory.value, memory.id = UNKNOWN, ""
        ordered = memory.recent[memory.oldest :] + memory.recent[: memory.oldest]
        entries = (ordered[at : at + ENTRY] for at in range(0, len(ordered), ENTRY))
        kept = b"".join(each for each in entries if _TIME.unpack(each) != (time,))
        memory.recent, memory.oldest = bytearray(kept.rjust(len(ordered), BLANK[:1])), 0

    def turn_back(self, now: Instant) -> None:
        """The clock was set back: what was timed by receipt is no newer than now, or nothing would become current."""
        for memory in self.topics.values():
            if memory.time > now and memory.time not in memory.times:
                memory.time = now

    def is_current(self, topic: str, time: Instant) -> bool:
        """Whether nothing newer has been published on its topic since."""
        memory = self.topics.get(topic)
        return memory is None or memory.time <= time

    def release(self, topic: str) -> str | None:
        """End a claim by command; whose it was, None where nobody claimed the topic."""
        memory = self.topics.get(topic)
        if memory is None or not memory.owner:
            return None
        owner, memory.owner, memory.aliases = memory.owner, "", NOBODY
        return owner

    def below(self, branch: str) -> Iterator[tuple[str, Memory]]:
        """Each topic under a branch of the tree, `acme/dallas/line-3/`, with what is remembered of it."""
        self.sort()
        for topic in self._sorted.irange(branch, f"{branch[:-1]}{_BEHIND_SLASH}", (True, False)):
            yield topic, self.topics[topic]

    def sort(self) -> None:
        """What `below` does first: worth doing before messages flow, where many topics are new."""
        self._sorted.update(self._unsorted)
        self._unsorted.clear()

    def _remember(self, topic: str, source: str) -> Memory:
        if len(self.topics) >= MOST_TOPICS:
            self.sort()
            oldest = next(iter(self.topics))
            self.topics.pop(oldest).publisher = None
            self._sorted.remove(oldest)
        memory = self.topics[topic] = Memory(self, source)
        self._unsorted.append(topic)
        return memory

    def _admits(self, topic: str, memory: Memory, source: str) -> bool:
        """Another address than the owner: the same signal, or the owner's claim has ended."""
        owner = self.identify(memory.owner, topic) if memory.owner else None
        if owner is None:
            memory.owner, memory.aliases = source, NOBODY
            return True
        if self.identify(source, topic) != owner:
            return False
        if len(memory.aliases) < RECENT:
            memory.aliases |= {source}
            self._aliased.add(topic)
        return True


def _is_known(memory: Memory, decision: Publish) -> bool:
    """Whether a sample that is not newer than the last one was published before."""
    time = decision.sample.time
    if time == memory.time:
        if memory.id and memory.value is UNKNOWN:
            return memory.id == decision.id and memory.quality == decision.quality
        return bool(memory.value == decision.value and memory.quality == decision.quality)
    entry = bytearray(BLANK)
    return _write(entry, 0, decision, time) and any(
        memory.recent[at : at + ENTRY] == entry for at in range(0, len(memory.recent), ENTRY)
    )


def _note(memory: Memory, decision: Publish, time: Instant) -> None:
    at = memory.oldest
    if memory.recent is NOTHING:
        memory.recent = bytearray(BLANK * RECENT)
    if _write(memory.recent, at, decision, time):
        memory.oldest = at + ENTRY if at + ENTRY < FULL else 0


def _write(entries: bytearray, at: int, decision: Publish, time: Instant) -> bool:
    """Time, value and quality, in as little room for a text as for a number; no time that is centuries away."""
    value = decision.value
    try:
        if type(value) is float and decision.quality == "good":
            _note_number(entries, at, time, value)
        else:
            digest = xxh3_64_intdigest(repr((value, decision.quality)).encode())
            _note_other(entries, at, time, digest)
    except OutOfRange:
        return False
    return True


def _collision(decision: Publish, source: str, owner: str) -> Reject:
    sample = decision.sample
    finding = found(
        "collision",
        f"{source} would be published as {decision.topic}, which belongs to {owner}",
        f"correct the table or rule, or end the claim: uns release {decision.topic}",
        SamplePlace(sample.topic, sample.tag),
    )
    return Reject(sample, decision.rule, (*decision.findings, finding), decision.target)
