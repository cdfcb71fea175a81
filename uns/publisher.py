"""The publisher: what must be remembered of earlier samples, per governed topic, once a decision is to publish.

It drops duplicates of samples that have an event time of their own, keeps a current value from moving backwards, and
guards against two signals that would share one topic.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from math import isnan
from typing import Final

from librt.vecs import vec
from mypy_extensions import i64
from sortedcontainers import SortedList
from xxhash import xxh3_64_intdigest

from uns.address import Step
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


NEVER: Final = EARLIEST - 1
NOBODY: Final = frozenset[str]()
"""One for all: an empty set takes as much room as the rest of a topic's memory."""


LAST: Final = RECENT - 1
EXACT: Final = 2**53
NEITHER: Final = float("nan")
"""The value where no reading has been yet, at the time of one that has: it equals none."""


class Memory:
    """What is remembered of one governed topic; what every reading asks for stands first and together."""

    __slots__ = (
        "aliases", "id", "name", "oldest", "owner", "publisher", "quality", "time", "times", "told", "values",
    )  # fmt: skip

    def __init__(self, publisher: Publisher | None, owner: str) -> None:
        self.publisher = publisher
        """Whose it is; nobody's once it is forgotten or handed on."""
        self.time: Instant = NEVER
        self.told: float = NEITHER
        """The last value and its quality, as `_told` has them; neither where it has no event time of its own."""
        self.oldest = 0
        """Where in the two that follow the next reading is written."""
        self.times = vec[i64]()
        self.values = vec[float]()
        """Of the last readings with an event time of their own; there is room with the first of them."""
        self.owner = owner
        """The raw address that claimed the topic, as the property `source` writes it; empty once released."""
        self.aliases: frozenset[str] = NOBODY
        """Other addresses of the same signal."""
        self.name: Name | None = None
        """What the dictionary says of it: how soon a new value is expected."""
        self.id = self.quality = ""
        """Only of a value that came back from the broker."""

    def handed_to(self, owner: str) -> Memory:
        """The same for another owner. Whoever has this one at hand has to ask anew whether the topic is his."""
        anew = Memory(self.publisher, owner)
        anew.time, anew.told, anew.name, anew.id, anew.quality = self.time, self.told, self.name, self.id, self.quality
        anew.times, anew.values, anew.oldest = self.times, self.values, self.oldest
        self.publisher = None
        return anew

    def remember(self, last: list[tuple[Instant, float]]) -> None:
        """The last readings, the oldest first: as many as there is room for, or none."""
        self.times, self.values = vec[i64]([time for time, _ in last]), vec[float]([value for _, value in last])
        self.oldest = 0

    def last(self) -> list[tuple[Instant, float]]:
        """The last readings, the oldest first."""
        pairs = list(zip(self.times, self.values, strict=True))
        return pairs[self.oldest :] + pairs[: self.oldest]


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
        memory: Memory | None = decision.step.memory
        if memory is None or memory.publisher is not self:
            memory = self._admit(decision.step)
            if memory is None:
                return _collision(decision, self.topics[decision.topic].owner)
        sample = decision.sample
        time, last = sample.time, memory.time
        own_time = not sample.clock or sample.clock not in BY_RECEIPT
        told = _told(decision) if own_time else NEITHER
        if time > last:
            memory.time = time
        elif own_time and _is_known(memory, decision, told):
            return None
        elif time < last and decision.retain:
            decision = replace(decision, retain=False)
        if time >= last:
            memory.told = told
        if own_time:
            at = memory.oldest
            try:
                if not memory.times:
                    memory.remember([(time, NEITHER)] * RECENT)
                memory.times[at] = time
            except (OverflowError, ValueError):  # centuries away
                return decision
            memory.values[at] = told
            memory.oldest = at + 1 if at < LAST else 0
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
            memory.told, memory.id = NEITHER, ""
        kept = [each for each in memory.last() if each[0] != time]
        memory.remember([(kept[0][0], NEITHER)] * (RECENT - len(kept)) + kept if kept else [])

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
        self.topics[topic] = memory.handed_to("")
        return memory.owner

    def below(self, branch: str) -> Iterator[tuple[str, Memory]]:
        """Each topic under a branch of the tree, `acme/dallas/line-3/`, with what is remembered of it."""
        self.sort()
        for topic in self._sorted.irange(branch, f"{branch[:-1]}{_BEHIND_SLASH}", (True, False)):
            yield topic, self.topics[topic]

    def some(self, start: int, stop: int) -> list[str]:
        """Of all topics in their order, as the last `sort` left them."""
        return list(self._sorted.islice(start, stop))

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

    def _admit(self, step: Step) -> Memory | None:
        """The memory of the topic, from now on at hand with the step; None where the topic is another signal's."""
        topic, source = step.topic, step.source
        memory = self.topics.get(topic) or self._remember(topic, source)
        if source != memory.owner and source not in memory.aliases:
            owner = self.identify(memory.owner, topic) if memory.owner else None
            if owner is None:
                memory = self.topics[topic] = memory.handed_to(source)
            elif self.identify(source, topic) != owner:
                return None
            elif len(memory.aliases) < RECENT:
                memory.aliases |= {source}
                self._aliased.add(topic)
        memory.name = step.terms.meaning.name
        step.memory = memory
        return memory


def _is_known(memory: Memory, decision: Publish, told: float) -> bool:
    """Whether a sample that is not newer than the last one was published before."""
    time = decision.sample.time
    if time < memory.time:
        return (time, told) in memory.last()
    if isnan(memory.told):
        return memory.id == decision.id and memory.quality == decision.quality
    return memory.told == told


def _told(decision: Publish) -> float:
    """Value and quality as one number: that of a good reading, or a hash."""
    value = decision.value
    if type(value) is float and decision.quality == "good":
        return value
    if type(value) is int and decision.quality == "good" and -EXACT <= value <= EXACT:
        return float(value)
    return float(xxh3_64_intdigest(repr((value, decision.quality)).encode()) >> 11)


def _collision(decision: Publish, owner: str) -> Reject:
    sample, source = decision.sample, decision.step.source
    finding = found(
        "collision",
        f"{source} would be published as {decision.topic}, which belongs to {owner}",
        f"correct the table or rule, or end the claim: uns release {decision.topic}",
        SamplePlace(sample.topic, sample.tag),
    )
    return Reject(sample, decision.rule, (*decision.findings, finding), decision.target)
