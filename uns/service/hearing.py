"""Hearing the registry: the timeline follows whatever changed there, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic, time_ns
from typing import Final, NamedTuple

from sqlalchemy import Engine

from uns.bundle import Bundle
from uns.context.timeline import Timeline
from uns.finding import Finding, SamplePlace
from uns.instant import SECOND, Instant, rfc3339
from uns.journal.mover import ENDED_WITHIN
from uns.journal.values import Announced
from uns.quarantine import Rejection
from uns.registry import quarantine, records
from uns.registry.changes import Watch, revision
from uns.registry.engine import RegistryAway
from uns.registry.entries import stock
from uns.registry.marks import clean
from uns.registry.migrate import be_current, stay_current
from uns.registry.timeline import follow, load
from uns.registry.writing import Author

PATIENCE: Final = 1.0
MOST_OF_TOPIC: Final = 300
AFRESH_AFTER: Final = 600.0
"""Seconds after which it is loaded whole even unchanged: equipment and readings grow older by themselves."""


class _Loaded(NamedTuple):
    """When a timeline was loaded whole, by the clock that only runs on and by the one that somebody may set."""

    at: float
    wall: Instant

    def is_old(self, now: Instant) -> bool:
        return max(monotonic() - self.at, abs(now - self.wall) / SECOND) > AFRESH_AFTER


class Heard(NamedTuple):
    """A timeline, and how many of the path's own records it certainly holds."""

    timeline: Timeline
    applied: int


class Hearing:
    """`heard` and `told` are called in this thread. `applied` tells how many of the path's records the registry has."""

    def __init__(
        self,
        engine: Engine,
        bundle: Callable[[], Bundle],
        applied: Callable[[], int],
        heard: Callable[[Heard], None],
        told: Callable[[str], None],
        clock: Callable[[], Instant] = time_ns,
    ) -> None:
        """`told` hears why the registry is away, and an empty text once it is there again."""
        self.engine, self.bundle, self.applied, self.heard, self.told = engine, bundle, applied, heard, told
        self.clock = clock
        self.away = "not asked yet"
        self.at = monotonic()
        """When the registry was last heard."""
        self.kept = self.counted_only = self.forgotten = 0
        """What quarantine holds altogether, of all instances."""
        self._counted = -1
        """The revision of quarantine that they are of."""
        self._watch: Watch | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="registry", daemon=True)

    @property
    def has_counted(self) -> bool:
        return self._counted >= 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._watch is not None:
            self._watch.close()
        self._thread.join(ENDED_WITHIN)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with Watch(self.engine) as self._watch:
                    self._follow(self._watch)
            except RegistryAway as error:
                self._tell(str(error))
                self._stopping.wait(PATIENCE)
            except Exception as fault:  # noqa: BLE001 - a thread that ended would leave the timeline as it is, unsaid
                self._tell(f"this program failed at reading the registry, please report it: {fault!r}")
                self._stopping.wait(PATIENCE)

    def _follow(self, watch: Watch) -> None:
        be_current(self.engine)
        bundle: Bundle | None = None
        known: Timeline | None = None
        heard, loaded, looked = -1, _Loaded(0.0, 0), monotonic()
        while not self._stopping.is_set():
            if bundle is not self.bundle() or loaded.is_old(self.clock()):
                bundle, known, loaded = self.bundle(), None, _Loaded(monotonic(), self.clock())
            if known is None or heard != int(known.revision):
                known = self._read(bundle, known)
            self._count()
            if monotonic() - looked >= PATIENCE:
                stay_current(self.engine)
                looked = monotonic()
            heard = watch.wait(int(known.revision), PATIENCE)
            self._tell("")
            self.at = monotonic()

    def _count(self) -> None:
        """Quarantine's entries, where there are others than at the last look."""
        now = revision(self.engine, "quarantine")
        if now != self._counted:
            holds = stock(self.engine)
            self.kept, self.counted_only, self.forgotten = holds.kept, holds.counted_only, holds.forgotten
            self._counted = now

    def _read(self, bundle: Bundle, known: Timeline | None) -> Timeline:
        """What is known already is followed; all of it where that cannot be."""
        applied, standard, now = self.applied(), bundle.standard, self.clock()
        timeline = None if known is None else follow(self.engine, standard, known, now)
        if timeline is None:
            timeline = load(self.engine, standard, bundle.reaches_back, now)
        self._tell("")
        self.at = monotonic()
        self.heard(Heard(timeline, applied))
        return timeline

    def _tell(self, why: str) -> None:
        if why != self.away:
            self.away = why
            self.told(why)


def keeping(engine: Engine, instance: str) -> Callable[[Sequence[Rejection]], None]:
    def keep(rejections: Sequence[Rejection]) -> None:
        quarantine.keep(engine, rejections, time_ns(), instance=instance)

    return keep


def applying(
    engine: Engine, bundle: Callable[[], Bundle], instance: str
) -> Callable[[Sequence[Announced]], list[tuple[Finding, ...]]]:
    """Of each record what the registry has against it, since somebody else's word stands there."""

    def apply(announced: Sequence[Announced]) -> list[tuple[Finding, ...]]:
        path = Author(f"path {instance}", time_ns())
        given = [
            records.PlacedRecord(
                each.record, SamplePlace(each.kept.raw.topic, each.kept.tag), each.parallel, word_of(each, path)
            )
            for each in announced
        ]
        return [
            tuple(_with_span(finding, each.kept.raw.received, path.at) for finding in findings)
            for each, findings in zip(announced, records.apply(engine, given, bundle().standard, path), strict=True)
        ]

    return apply


def _with_span(finding: Finding, since: Instant, until: Instant) -> Finding:
    message = f"{finding.message}; readings went out with it from {rfc3339(since)} to {rfc3339(until)}"
    return replace(finding, message=message)


def word_of(announced: Announced, path: Author) -> Author:
    """The path's, by that rule from that topic; with whom and what the sender names itself."""
    by, why = (announced.record.fields.get(name) for name in ("by", "why"))
    told = f"{announced.kept.rule} from {announced.kept.raw.topic[:MOST_OF_TOPIC]}"
    name = f"{path.name} for {by}" if by else path.name
    return Author(clean(name), path.at, clean(f"{why} ({told})" if why else told))
