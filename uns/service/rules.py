"""The rules in force: read from where the truth is, judged whole, and kept for the next start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from time import time_ns
from typing import Final

from sqlalchemy import Engine

from uns import lastgood, verdict
from uns.bundle import Bundle, Documents
from uns.files import read_documents
from uns.finding import Finding, Severity
from uns.naming.unit import warm
from uns.newest import Newest, last_good
from uns.registry import submissions
from uns.registry.changes import revision
from uns.registry.engine import RegistryAway
from uns.registry.writing import Author
from uns.settings import Settings
from uns.share import unknown_files
from uns.telemetry import Log
from uns.watching import changes

POLL_S: Final = 0.5


class Rules:
    def __init__(self, settings: Settings, engine: Engine, log: Log) -> None:
        self.settings, self.engine, self.log = settings, engine, log
        self.documents = Newest()
        self.unread = False
        """Whether the registry was away when the documents of now were to be read."""
        self.unnoted: list[Bundle] = []
        """They came into force, and the registry does not know yet under which schemas."""
        self._untold: tuple[str, tuple[Finding, ...]] | None = None
        """A revision, and what was found about it."""
        self.unknown: tuple[Finding, ...] = ()
        """Rule files that we are to serve and the newest documents do not have: then those of before serve on."""

    @property
    def errors(self) -> list[Finding]:
        """What keeps the newest documents out of force."""
        return [each for each in (*self.documents.findings, *self.unknown) if each.severity is Severity.ERROR]

    async def first(self) -> Bundle | None:
        """What to start with: the newest, else the last good one with a loud word, else None."""
        bundle = await self.newest(starting=True)
        if bundle is not None:
            return bundle
        bundle = await last_good(self.settings.state, time_ns())
        bundle, _ = self._ours(bundle)
        if bundle is not None:
            self.log.error("the new rules are not in force; starting with the last good ones", bundle=bundle.revision)
        return bundle

    async def newest(self, *, starting: bool = False) -> Bundle | None:
        """The documents of now as a bundle, or None where nothing new may take effect.

        `starting` with those that were in force before: what was proven of them then need not be proven again.
        """
        if self.unnoted:
            await asyncio.to_thread(self._note)
        documents, unread = await asyncio.to_thread(self._read)
        if documents is None or self.documents.is_known(documents, unread):
            return None
        proven = starting and await asyncio.to_thread(lastgood.vouches, self.settings.state, documents)
        whole = await self.documents.judge(
            documents, unread, time_ns(), self._schemas, proven=proven, apart=not starting
        )
        bundle, self.unknown = self._ours(whole)
        for finding in self.errors:
            self.log.error(str(finding).replace("\n", " "))
        if not (unread or self.documents.has_failed):
            self._untold = documents.revision, self.documents.findings
        if bundle is None:
            await self.tell()
        return bundle

    async def tell(self) -> None:
        """What was found about the newest documents, for the API: once they are in force, refused, or so already."""
        if self._untold is not None:
            untold, self._untold = self._untold, None
            await asyncio.to_thread(verdict.keep, self.settings.state, *untold)

    def _ours(self, whole: Bundle | None) -> tuple[Bundle | None, tuple[Finding, ...]]:
        """The share that we serve, and what of it is not there."""
        stems = self.settings.files
        if whole is None or not stems:
            return whole, ()
        unknown = unknown_files(whole, stems)
        return (None if unknown else whole.share(stems)), unknown

    async def in_force(self, bundle: Bundle) -> None:
        """It has taken effect: keep it for the next start, and note its schemas."""
        try:
            await asyncio.to_thread(lastgood.keep, self.settings.state, bundle.documents)
        except OSError as error:
            self.log.error("the rules in force could not be kept for the next start", why=str(error))
        await self.tell()
        self.unnoted.append(bundle)
        await asyncio.to_thread(self._note)
        if self.unnoted:
            self.log.warning("the registry could not note which schemas are in force; it is asked again")

    async def changes(self, asked: asyncio.Event) -> AsyncIterator[None]:
        """Each time that the documents may have changed, or that somebody asked."""
        watching = asyncio.ensure_future(self._watch(asked))
        try:
            while True:
                await asked.wait()
                asked.clear()
                yield
        finally:
            watching.cancel()

    async def _watch(self, asked: asyncio.Event) -> None:
        if self.settings.rules_source == "registry":
            await asyncio.gather(self._poll(asked), asyncio.to_thread(warm))
        async for _ in changes(self.settings.rules, self.settings.schemas):
            asked.set()

    async def _poll(self, asked: asyncio.Event) -> None:
        """The first look asks too: something may have been submitted since the rules of the start were read."""
        seen: int | None = None
        while True:
            with suppress(RegistryAway):
                now = await asyncio.to_thread(revision, self.engine, "submissions")
                if now != seen or self.unread or self.unnoted or self.documents.is_due:
                    asked.set()
                seen = now
            await asyncio.sleep(POLL_S)

    def _read(self) -> tuple[Documents | None, list[Finding]]:
        if self.settings.rules_source == "directory":
            return read_documents(self.settings.rules, self.settings.schemas)
        try:
            found = submissions.in_force(self.engine)
            self.unread = False
        except RegistryAway as error:
            self.unread = True
            self.log.warning("the rules in force cannot be read", why=str(error))
            return None, []
        return (found[1] if found is not None else None), []

    def _schemas(self) -> Mapping[str, str] | None:
        try:
            return submissions.schemas(self.engine)
        except RegistryAway:
            return None

    def _note(self) -> None:
        """As far as the registry is there; where it was away, nobody could tell what was in force before."""
        author = Author(f"path {self.settings.instance}", time_ns())
        while self.unnoted:
            catalog, contracts = self.unnoted[0].catalog, self.unnoted[0].standard.contracts.values()
            prints = {each.schema: catalog.fingerprint(each.schema) for each in contracts}
            try:
                changed = submissions.note_schemas(self.engine, prints, author)
            except RegistryAway:
                return
            del self.unnoted[0]
            for path in sorted(changed):
                remedy = "put it back, and save the new one under the next number"
                self.log.error(f"{path} was in force and differs now, which nobody could tell before", remedy=remedy)
