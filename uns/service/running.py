"""A running path: its parts, built once, and what each of them sets off in the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from random import Random
from time import monotonic, time_ns
from typing import Any, Final

from sqlalchemy import Engine

from uns.broker.endpoint import endpoint_of
from uns.broker.session import WEEK, Hooks, Session
from uns.bundle import Bundle
from uns.context.timeline import Timeline
from uns.decision import Recorded
from uns.journal.journal import Journal
from uns.journal.mover import Mover
from uns.journal.values import Item
from uns.newest import acquaint
from uns.publisher import Publisher
from uns.quarantine import Rejection
from uns.registry.engine import RegistryAway
from uns.service.beside import Beside
from uns.service.drops import Drops
from uns.service.hearing import Heard, Hearing, applying, keeping
from uns.service.late import Change, context_late
from uns.service.listening import Listening
from uns.service.lookout import Lookout
from uns.service.neighbours import Neighbours
from uns.service.own import Own
from uns.service.path import Path
from uns.service.refusal import spoilt
from uns.service.replaying import Replaying
from uns.service.restore import restore
from uns.service.rules import Rules
from uns.service.signals import identify_by
from uns.service.silence import Silence
from uns.service.told import Told
from uns.service.topics import OwnTopics
from uns.service.underway import Written
from uns.service.witness import Witness
from uns.settings import Settings
from uns.telemetry import Log

DRAIN_WITHIN: Final = 10.0


class Running:
    """One instance at work. Everything here runs on the event loop; threads hand over by `_soon`."""

    def __init__(
        self, settings: Settings, engine: Engine, rules: Rules, bundle: Bundle, log: Log,
        beside: Beside | None, say: Callable[[Running, str], None],
    ) -> None:  # fmt: skip
        """`beside` is the API's process, where it is ours; `say` publishes a status, `running` or `stopped`."""
        self.settings, self.engine, self.rules, self.log = settings, engine, rules, log
        self.loop = asyncio.get_running_loop()
        self.bundle_since = monotonic()
        self.coming = ""
        """The revision of new rules that wait to take effect."""
        self.beside, self._say = beside, say
        self.endpoint = endpoint_of(settings)
        self.journal = Journal(settings.state, self._committed, self._journal_failed, self._spoilt)
        told = Told(
            lambda *about: self.own.failed(*about), lambda *about: self.own.rejected(*about), self._recorded,
            lambda *about: self.own.refused(*about),
        )  # fmt: skip
        self.path = Path(bundle, Publisher(identify_by(bundle)), self.journal, told)
        drops = Drops(settings.state)
        self.own = Own(OwnTopics(bundle.standard.root, settings.instance), self.path, drops, log)
        self.session = self.path.session = self._session()
        self.listening = Listening(settings, self.path, self.own, log)
        self.journaling = self.path.journaling
        self.path.hold("timeline", "the registry has not been heard yet, so nobody knows batch, shift and product")
        self.path.hold("memory", "what the broker holds of earlier runs has not come yet")
        self.journaling.records.begin(self.journal.path)
        keep, apply = keeping(engine, settings.instance), applying(engine, self._bundle, settings.instance)
        self.mover = Mover(
            self.journal, keep, apply, (RegistryAway,), failed=self._stuck,
            overruled=lambda rejection: self._soon(self._overruled, rejection),
        )  # fmt: skip
        self.hearing = Hearing(engine, self._bundle, lambda: self.mover.applied, self._heard, self._registry_told)
        self.lookout = Lookout(settings, self.path, self.journal, self.hearing, log)
        self.witness = Witness(self.endpoint, self.own, settings.state, log)
        self.replaying = Replaying(engine, self.path, self.witness, settings.instance, log)
        self.neighbours = Neighbours(self.endpoint, settings.instance, self._bundle)
        self.silence = Silence(self.path.publisher, self.path.clock)
        self._subscribing: asyncio.Task[Any] | None = None
        self.no_link = ""
        """Why the broker could not be reached lately, also where only its memory was asked for."""

    def _session(self) -> Session:
        path = self.path
        hooks = Hooks(path.receive, path.accepted, path.refused, path.turned, self._opened, self._closed)
        name, chance = self.settings.instance, Random(f"{self.settings.instance}{time_ns()}")
        return Session(self.endpoint, name, hooks, chance=chance, will=self.own.will, renew=path.renew)

    def _bundle(self) -> Bundle:
        return self.path.bundle

    # The life of it

    async def run(self, stop: asyncio.Event, reload: asyncio.Event, tell: Coroutine[Any, Any, None]) -> bool:
        """Until `stop`, and beside it `tell`; False where another process took our session over."""
        self.hearing.start()
        linked = asyncio.ensure_future(self._link())
        lasting = (tell, self._reload(reload), self.silence.keep_looking())
        others: list[asyncio.Task[Any]] = [asyncio.ensure_future(each) for each in lasting]
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait([linked, stopping, *others], return_when=asyncio.FIRST_COMPLETED)
            for each in (linked, *others):
                if each.done():
                    each.result()
            if not self.session.taken_over:
                await self._drain()
                self._end(*others)  # or one of them might say behind it that we are running
                self._say(self, "stopped")
                await asyncio.sleep(0.05)
        finally:
            self._end(stopping, *others)
            self.session.stop()
            await self.neighbours.stop()
            if not self.session.connected:
                linked.cancel()
            await asyncio.gather(linked, stopping, *others, return_exceptions=True)
            await asyncio.to_thread(self._end_threads)
        return not self.session.taken_over

    async def _link(self) -> None:
        """The publisher's memory first: without it, it would not know a repetition from news."""
        self.log.info("reading what the broker holds", broker=str(self.endpoint))
        await self._remember(self.path.bundle, None)
        self.path.go_on("memory")
        self.replaying.start()
        await self.session.run()

    async def _remember(self, bundle: Bundle, before: Bundle | None) -> None:
        publisher, name = self.path.publisher, self.settings.instance
        found = await restore(self.endpoint, name, bundle, publisher, self._cannot_reach, before)
        if found or before is None:
            self.log.info("remembered what the broker holds", topics=found)

    async def _drain(self) -> None:
        """Decide nothing new; what is on its way may arrive."""
        self.path.hold("stopping", "the service is being stopped")
        deadline = monotonic() + DRAIN_WITHIN
        while monotonic() < deadline and self.session.connected:
            if not len(self.session.outbox) and not self.journaling.decisions:
                break
            await asyncio.sleep(0.02)

    @staticmethod
    def _end(*tasks: asyncio.Task[Any]) -> None:
        for each in tasks:
            each.cancel()

    def _end_threads(self) -> None:
        self.replaying.stop()
        self.hearing.stop()
        self.mover.stop()
        self.journal.stop()

    # What the session tells

    def _opened(self, session: bool) -> None:
        self.log.info("connected", broker=str(self.endpoint), session="kept" if session else "new")
        self.no_link = ""
        if self.session.kept_for < WEEK:
            self.log.warning(
                "the broker keeps our session for a shorter time than asked", seconds=self.session.kept_for
            )
        if not session and self.listening.known.filters:
            self.path.tallies.gap("session", time_ns())
            self.log.error("the broker has forgotten our session: messages queued there may be lost")
        self.listening.answered = False
        self.path.opened(session)
        self.own.connected()
        self.neighbours.start()
        self._subscribing = asyncio.ensure_future(self._subscribe(session))

    def _closed(self, why: str) -> None:
        self.path.closed()
        self._cannot_reach(why)

    def _cannot_reach(self, why: str) -> None:
        if why != self.no_link and "stopping" not in self.path.holding.reasons:
            self.no_link = why
            self.log.warning("no link to the broker", why=why)

    async def _subscribe(self, session: bool) -> None:
        try:
            await self.listening.resume(session)
        except ConnectionError as error:
            self.log.warning("subscribing was cut off; it is done again with the next connection", why=str(error))
            self.session.cut(str(error))
            return
        self._say(self, "running")

    # What threads tell

    def _soon(self, call: Any, *arguments: Any) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(call, *arguments)

    def _committed(self, written: list[Any]) -> None:
        self._soon(self.path.committed, written)

    def _journal_failed(self, why: str) -> None:
        self._soon(self._told, "journal", why)

    def _spoilt(self, item: Item, written: Written, fault: Exception) -> tuple[Item, Written]:
        self._soon(self.own.failed, written.raw.topic, fault)
        return spoilt(written, fault)

    def _stuck(self, key: str, fault: Exception) -> None:
        self.log.critical(
            "this program failed at bringing an entry to the registry: it stays in the journal; please report it",
            entry=key, fault=repr(fault),
        )  # fmt: skip

    def _registry_told(self, why: str) -> None:
        self._soon(self._told, "registry", why)

    def _overruled(self, rejection: Rejection) -> None:
        """A record took effect here, and somebody else's word stands in the registry."""
        self.path.tallies.overrule(rejection.findings)
        self.log.warning(
            "the registry did not take a record, since somebody else's word stands against it: it is in quarantine",
            rule=rejection.rule, finding=str(rejection.findings[0]),
        )  # fmt: skip
        self.own.rejected(rejection)

    def _told(self, what: str, why: str) -> None:
        if not why:
            self.log.info(f"the {what} is there")
        else:
            self.log.error(why)
        if what == "journal" and why:
            self.path.hold("journal", why)
        elif what == "journal":
            self.path.go_on("journal")

    def _heard(self, heard: Heard) -> None:
        self._soon(self._take_timeline, *self.journaling.records.onto(heard.timeline, heard.applied))

    def _take_timeline(self, heard: Timeline, upto: int) -> None:
        """As the registry has it, and on top what we have recorded and it may not have yet."""
        timeline = self.journaling.records.since(heard, upto)
        if timeline is not None:
            self.path.timeline = timeline
            self.path.go_on("timeline")

    def _recorded(self, recorded: Recorded, change: Change) -> None:
        path = self.path
        note = context_late(recorded, change, path.publisher, path.bundle.standard.root, time_ns())
        if note is not None:
            path.tallies.findings[note.code] += 1
            self.log.warning(note.message, rule=str(recorded.rule))

    # On request

    async def _reload(self, asked: asyncio.Event) -> None:
        async for _ in self.rules.changes(asked):
            bundle = await self.rules.newest()
            if bundle is None or bundle.revision == self.path.bundle.revision:
                await self.rules.tell()
                continue
            self.coming = bundle.revision
            await self._remember(bundle, self.path.bundle)
            await asyncio.to_thread(acquaint, bundle, self.path.bundle)
            await self.listening.swap(bundle)
            self.coming = ""
            self.bundle_since = monotonic()
            await self.rules.in_force(bundle)
