"""Listening to what the bundle in force listens to, and going over from one bundle to the next."""

from __future__ import annotations

from typing import Any

from uns.broker.session import Filter
from uns.bundle import Bundle
from uns.service.own import Own
from uns.service.path import Path
from uns.service.signals import identify_by
from uns.service.subscriptions import Subscriptions, wanted
from uns.service.topics import OwnTopics
from uns.settings import Settings


class Listening:
    """`refused` are the filters that the broker does not grant, each with its reason in words."""

    def __init__(self, settings: Settings, path: Path, own: Own, log: Any) -> None:
        self.instance, self.path, self.own, self.log = settings.instance, path, own, log
        self.subscriptions = Subscriptions(settings.state)
        self.refused: list[tuple[str, str]] = []

    @property
    def known(self) -> frozenset[str]:
        """What the broker has of us, as far as we know."""
        return self.subscriptions.known

    async def resume(self, session: bool) -> None:
        """Behind a CONNACK: all filters, and none that earlier rules left there. ConnectionError: it was cut off."""
        known = self.known if session else frozenset()
        filters = self._filters(self.path.bundle, known, None)
        patterns = [each.pattern for each in filters]
        self._report(await self.path.session.subscribe(filters))
        gone = known.difference(patterns)
        if gone:
            await self.path.session.unsubscribe(sorted(gone))
        if session:
            self.own.mark()
        self._remember(patterns)

    async def swap(self, bundle: Bundle) -> None:
        """Subscribe the new, swap between two messages, unsubscribe the old."""
        path, session, known = self.path, self.path.session, self.known
        filters = self._filters(bundle, known, path.bundle)
        path.hold("reload", "new rules are taking effect")
        try:
            if session.connected:
                fresh = [each for each in filters if each.fresh or each.pattern not in known]
                self._report(await session.subscribe(fresh))
        except ConnectionError as error:
            self.log.warning("subscribing was cut off; it is done again with the next connection", why=str(error))
        path.bundle = bundle
        path.publisher.swap(identify_by(bundle))
        self.log.info("new rules are in force", bundle=bundle.revision)
        path.go_on("reload")
        await self._leave(known, [each.pattern for each in filters])

    async def _leave(self, known: frozenset[str], patterns: list[str]) -> None:
        session, gone = self.path.session, sorted(known.difference(patterns))
        if not session.connected:
            return
        try:
            if gone:
                await session.unsubscribe(gone)
            self._remember(patterns)
        except ConnectionError:
            self._remember([*patterns, *gone])

    def _remember(self, patterns: list[str]) -> None:
        try:
            self.subscriptions.remember(patterns)
        except OSError as error:
            self.log.warning("what we are subscribed to could not be kept for the next start", why=str(error))

    def _filters(self, bundle: Bundle, known: frozenset[str], before: Bundle | None) -> list[Filter]:
        own = self.own.listen(OwnTopics(bundle.standard.root, self.instance))
        return [*own, *wanted(bundle, known, before)]

    def _report(self, refused: list[tuple[str, str]]) -> None:
        self.refused = refused
        for pattern, reason in refused:
            self.log.error("the broker refused a subscription", filter=pattern, reason=reason)
