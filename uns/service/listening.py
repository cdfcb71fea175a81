"""Listening to what the bundle in force listens to, and going over from one bundle to the next."""

from __future__ import annotations

from collections.abc import Sequence

from uns.broker.requests import Filter
from uns.bundle import Bundle
from uns.service.own import Own
from uns.service.path import Path
from uns.service.signals import identify_by
from uns.service.subscriptions import NOTHING, Known, Subscriptions, marks, wanted
from uns.service.topics import OwnTopics
from uns.settings import Settings
from uns.telemetry import Log


class Listening:
    """`refused` are the filters that the broker does not grant, each with its reason in words.

    `answered`: whether it has said so of all that we want of this connection; false again with the next.
    """

    def __init__(self, settings: Settings, path: Path, own: Own, log: Log) -> None:
        self.instance, self.path, self.own, self.log = settings.instance, path, own, log
        self.subscriptions = Subscriptions(settings.state)
        self.refused: list[tuple[str, str]] = []
        self.answered = False

    @property
    def known(self) -> Known:
        """What the broker has of us, as far as we know."""
        return self.subscriptions.known

    async def resume(self, session: bool) -> None:
        """Behind a CONNACK: all filters, and none that earlier rules left there. ConnectionError: it was cut off."""
        bundle, known = self.path.bundle, self.known if session else NOTHING
        filters = self._filters(bundle, known)
        patterns = [each.pattern for each in filters]
        self._report(await self.path.session.subscribe(filters))
        gone = known.filters.difference(patterns)
        if gone:
            await self.path.session.unsubscribe(sorted(gone))
        self.answered = True
        self.own.mark()
        self._remember(patterns, bundle)

    async def swap(self, bundle: Bundle) -> None:
        """Subscribe the new, swap between two messages, unsubscribe the old."""
        path, known = self.path, self.known
        filters = self._filters(bundle, known)
        path.hold("reload", "new rules are taking effect")
        subscribed = await self._go_over([each for each in filters if each.fresh or each.pattern not in known.filters])
        path.bundle = bundle
        path.publisher.swap(identify_by(bundle))
        self.log.info("new rules are in force", bundle=bundle.revision)
        path.go_on("reload")
        if subscribed:
            await self._leave(known, [each.pattern for each in filters])

    async def _go_over(self, filters: list[Filter]) -> bool:
        """False where there is no connection: all of it is done with the next."""
        session = self.path.session
        if not session.connected:
            return False
        try:
            asked = {each.pattern for each in filters}
            refused = await session.subscribe(filters)
            self._report(refused, [each for each in self.refused if each[0] not in asked])
        except ConnectionError as error:
            self.log.warning("subscribing was cut off; it is done again with the next connection", why=str(error))
            session.cut(str(error))
            return False
        return True

    async def _leave(self, known: Known, patterns: list[str]) -> None:
        gone = sorted(known.filters.difference(patterns))
        self.refused = [each for each in self.refused if each[0] in patterns]
        try:
            if gone:
                await self.path.session.unsubscribe(gone)
        except ConnectionError:
            patterns = [*patterns, *gone]
        self._remember(patterns, self.path.bundle)

    def _remember(self, patterns: list[str], bundle: Bundle) -> None:
        try:
            self.subscriptions.remember(Known(frozenset(patterns), marks(bundle)))
        except OSError as error:
            self.log.warning("what we are subscribed to could not be kept for the next start", why=str(error))

    def _filters(self, bundle: Bundle, known: Known) -> list[Filter]:
        own = self.own.listen(OwnTopics(bundle.standard.root, self.instance))
        return [*own, *wanted(bundle, known)]

    def _report(self, refused: list[tuple[str, str]], before: Sequence[tuple[str, str]] = ()) -> None:
        self.refused = [*before, *refused]
        for pattern, reason in refused:
            self.log.error("the broker refused a subscription", filter=pattern, reason=reason)
