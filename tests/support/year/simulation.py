"""A plant's messages go down the path, and whatever it publishes is compared with what ought to be believed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any, Final

from support.year.belief import Belief
from support.year.facts import Fact, is_parallel
from support.year.kinds import kinds
from support.year.machines import Message, Reading
from support.year.orders import DAY, HOUR, LATEST_WORD, MINUTE, SECOND, Order
from support.year.path import Path, published
from support.year.people import audited, blundered, calendars, day_of, otherwise, retired, trial, turned_over
from support.year.plant import Plant
from support.year.rules import ZONES
from support.year.walk import Clocks, Otherwise, Pattern, upwards
from uns.instant import MILLISECOND, rfc3339

SETTLED: Final = LATEST_WORD + 2 * HOUR
"""After that people look through an order."""
OFTEN: Final = 2 * HOUR


class Simulation:
    def __init__(
        self, registry: str, first: int, last: int, lines: Mapping[str, int], every: int, seed: str
    ) -> None:  # fmt: skip
        self.seed, self.first, self.last = seed, first, last
        self.chance = Random(seed)
        clocks = {site: Clocks(ZONES[site], first - 9 * DAY, last + 30 * DAY) for site in lines}
        self.settled = Belief(clocks)
        """What the registry believes."""
        self.plant = Plant(lines, first, last, every, self.chance)
        self.path = Path(registry, first)
        self.pending: list[Fact] = []
        self.counts: Counter[str] = Counter()
        self.said: dict[str, list[tuple[int, int, str]]] = {}
        self.snapshots: list[tuple[int, Belief, Fact]] = []
        """When, what was believed then, and what had just been written."""
        self.away_until = self.stamp = 0
        self.newest: Fact
        self.stale = False
        self._heap: list[tuple[int, int, Callable[[int], None]]] = []
        self._number = count()
        for pattern in calendars(day_of(first) - 40):
            self._write(pattern, first)
        self.believed = self.settled.copy()
        """What the path believes."""
        self._hear(first)

    def run(self) -> None:
        for day in range(self.first, self.last, DAY):
            self._at(day, self._day)
        self._at(self.first + OFTEN, self._move)
        while self._heap:
            now, _, action = heappop(self._heap)
            if now < self.last:
                action(now)

    def _at(self, instant: int, action: Callable[[int], None]) -> None:
        heappush(self._heap, (instant, next(self._number), action))

    def _day(self, now: int) -> None:
        chance = self.chance
        for arrival, message in self.plant.day(now):
            self._at(arrival, lambda at, message=message: self._deliver(message, at))  # type: ignore[misc]
        for site in self.settled.clocks:
            self._at(now + chance.randrange(DAY), lambda at, site=site: self._people(site, at))  # type: ignore[misc]
        if (now - self.first) // DAY % 6 == 2:
            self._at(now + chance.randrange(DAY), self._leave)

    # Messages

    def _deliver(self, message: Message, now: int) -> None:
        """Readings of a message see what was believed before it."""
        before = self.believed.copy() if len(message.says) > 1 else self.believed
        done = self.path.receive(message.topic, message.payload, now)
        assert len(done) == len(message.says), self._shown(now, message, done, message.says)
        for (decision, outcome), said in zip(done, message.says, strict=True):
            self.counts["decisions"] += 1
            if isinstance(said, Reading):
                by_time = said.named is None and not self.stale
                is_untold = by_time and len(before.running(said.unit, said.at)) > 1
                wanted = before.context(said.unit, said.at, self.stale, said.named)
                self._compare(now, said, decision, wanted, is_untold)
                continue
            expected = self.believed.take(said)
            self.said.setdefault(said.unit, []).append((said.at, now, f"{said} {expected}"))
            self.counts[expected or "no news"] += 1
            assert outcome == expected, self._shown(now, said, outcome, expected)
            if expected == "taken":
                self.pending.append(said)

    def _compare(
        self, now: int, reading: Reading, decision: Any, wanted: dict[str, Any] | None, is_untold: bool
    ) -> None:
        codes = [each.code for each in decision.findings]
        why = ["batch-unknown"] if wanted is None else ["batch-ambiguous"] if is_untold else []
        assert codes == why, self._shown(now, reading, decision, why)
        if wanted is not None:
            body = published(decision)
            got = {name: body.get(name) for name in ("timestamp", "batch", "shift", "product")}
            expected = {"timestamp": rfc3339(reading.at * MILLISECOND), "batch": None, "shift": None, "product": None}
            assert got == expected | wanted, self._shown(now, reading, got, wanted)
        self.counts["of several none"] += is_untold
        self.counts.update(kinds(reading, now, wanted, self.believed, self.stale))

    def _shown(self, now: int, about: Any, got: Any, wanted: Any) -> str:
        places = upwards(getattr(about, "unit", ""))
        near = sorted(each for place in places for each in self.said.get(place, ()))
        told = [
            f"  {rfc3339(at * MILLISECOND)}, heard {rfc3339(heard * MILLISECOND)}: {what}"
            for at, heard, what in near
            if abs(at - getattr(about, "at", now)) < DAY
        ]
        head = f"SEED={self.seed} at {rfc3339(now * MILLISECOND)}: {about}\ngot    {got}\nwanted {wanted}"
        runs = [f"  {place} {each}" for place in places for each in self.believed.runs.get(place, ())[-8:]]
        return "\n".join([head, "said:", *told[-20:], "believed:", *runs])

    # The registry

    def _stamped(self, now: int) -> int:
        self.stamp = max(now, self.stamp + 1)
        return self.stamp

    def _move(self, now: int) -> None:
        self._at(now + self.chance.randrange(MINUTE, 2 * OFTEN), self._move)
        if now < self.away_until:
            return
        refused = self.path.move(self._stamped(now))
        for fact, code in zip(self.pending, refused, strict=True):
            outcome = self.settled.take(fact)
            expected = outcome if outcome != "taken" else ""
            assert code == expected, self._shown(now, fact, code, expected)
            self.counts["conflict"] += bool(code)
        self.pending.clear()
        if self.stale or self.chance.random() < 0.9:
            self._hear(now)

    def _leave(self, now: int) -> None:
        """The registry is away for hours; a path that has not heard it for ten minutes leaves batches out."""
        self.away_until = now + self.chance.randrange(HOUR, 6 * HOUR)
        self._at(now + 10 * MINUTE, self._fall_silent)

    def _fall_silent(self, now: int) -> None:
        self.path.silent()
        self.stale = True

    def _hear(self, now: int) -> None:
        if now < self.away_until:
            return
        self.path.hear(now, afresh=self.chance.random() < 0.05)
        self.believed, self.stale = self.settled.copy(), False
        for fact in self.pending:
            self.believed.take(fact)

    def _write(self, fact: Fact | Pattern | Otherwise, now: int) -> None:
        code = self.path.write(fact, self._stamped(now))
        outcome = self.settled.take(fact)
        expected = outcome if outcome != "taken" else ""
        assert code == expected, self._shown(now, fact, code, expected)
        if isinstance(fact, Fact) and fact.kind == "batch":
            self.newest = fact
            self.counts["corrections"] += 1
            self.counts["emptied"] += fact.start == fact.stop
        self.counts["removed"] += isinstance(fact, Fact) and fact.kind == "removed"
        self.counts["refused to people"] += bool(code)

    # People

    def _people(self, site: str, now: int) -> None:
        if now < self.away_until:
            return
        chance, today = self.chance, day_of(now)
        if chance.random() < 0.6:
            places = sorted({each.where for each in self.settled.plan.patterns if each.where.startswith(site)})
            for fact in otherwise(self.settled, chance.choice(places), today + chance.randrange(-3, 12), chance):
                self._write(fact, now)
        if chance.random() < 0.01:
            for pattern in turned_over(self.settled, site, today + chance.randrange(1, 9)):
                self._write(pattern, now)
        if chance.random() < 0.05:
            name = f"Renamed {chance.randrange(100)}"
            self._write(Fact("product", site, now, f"SKU-{chance.randrange(12)}", name=name), now)
        self._try(site, now)
        self._audit(site, now)
        self.snapshots.append((self.stamp, self.settled.copy(), self.newest))
        self._at(now + SECOND, self._hear)

    def _try(self, site: str, now: int) -> None:
        """A trial, best where an order has just been announced of which the registry does not know yet."""
        units = self._units(site)
        begun = [(each.unit, each.at - 5 * MINUTE) for each in self.pending if each.kind == "batch-start"]
        ours = [each for each in begun if each[0] in units and not is_parallel(each[0])]
        self._write(trial(*(ours or [(self.chance.choice(units), now)])[-1], self.chance), now)

    def _audit(self, site: str, now: int) -> None:
        """Several times over, since one order may stand in another's way; then now and then somebody makes it worse."""
        orders = self._done(site, now - 5 * DAY, now - SETTLED)
        for _ in range(4):
            for fact in [*retired(self.settled, orders), *audited(self.settled, orders)]:
                self._write(fact, now)
        newest = [each for each in orders if each.start > now - 3 * DAY]
        if newest and self.chance.random() < 0.5:
            self._write(blundered(self.chance.choice(newest), self.chance), now)

    def _done(self, site: str, since: int, until: int) -> list[Order]:
        units = self._units(site)
        near = (each for unit in units for each in self.plant.between(unit, since - DAY, until))
        return [each for each in near if each.stop < until]

    def _units(self, site: str) -> list[str]:
        return [unit for unit in self.plant.style if unit.startswith(f"{site}/")]
