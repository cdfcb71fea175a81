"""The rules in force: read from where the truth is, judged whole, and kept for the next start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from time import time_ns
from typing import Any, Final

from sqlalchemy import Engine

from uns import lastgood
from uns.bundle import Bundle, Documents
from uns.files import read_documents
from uns.finding import Finding, Severity
from uns.judge import judge
from uns.naming.unit import warm
from uns.registry import submissions
from uns.registry.changes import revision
from uns.registry.engine import RegistryAway
from uns.registry.writing import Author
from uns.settings import Settings
from uns.watching import changes

POLL_S: Final = 0.5


class Rules:
    """`findings` are those of the newest documents; with an error among them an earlier bundle stays in force."""

    def __init__(self, settings: Settings, engine: Engine, log: Any) -> None:
        self.settings, self.engine, self.log = settings, engine, log
        self.findings: tuple[Finding, ...] = ()
        self.seen: tuple[Documents | None, list[Finding]] = (None, [])
        """What was judged last, and what of it nobody could read."""
        self.unread = False
        """Whether the registry was away when the documents of now were to be read."""

    @property
    def errors(self) -> int:
        return sum(each.severity is Severity.ERROR for each in self.findings)

    async def first(self) -> Bundle | None:
        """What to start with: the newest, else the last good one with a loud word, else None."""
        bundle = await self.newest()
        if bundle is not None:
            return bundle
        kept = await asyncio.to_thread(lastgood.kept, self.settings.state)
        bundle = (await asyncio.to_thread(judge, kept, time_ns())).draft if kept is not None else None
        if bundle is not None:
            self.log.error("the new rules are not in force; starting with the last good ones", bundle=bundle.revision)
        return bundle

    async def newest(self) -> Bundle | None:
        """The documents of now as a bundle, or None where nothing new may take effect."""
        documents, unread = await asyncio.to_thread(self._read)
        if documents is None or (documents, unread) == self.seen:
            return None
        self.seen = documents, unread
        judgement = await asyncio.to_thread(judge, documents, time_ns(), await asyncio.to_thread(self._schemas))
        self.findings = (*unread, *judgement.findings)
        for finding in self.findings:
            if finding.severity is Severity.ERROR:
                self.log.error(str(finding).replace("\n", " "))
        return None if unread else judgement.bundle

    async def in_force(self, bundle: Bundle) -> None:
        """It has taken effect: keep it for the next start, and note its schemas."""
        try:
            await asyncio.to_thread(lastgood.keep, self.settings.state, bundle.documents)
        except OSError as error:
            self.log.error("the rules in force could not be kept for the next start", why=str(error))
        await asyncio.to_thread(self._note, bundle)

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
                if now != seen or self.unread:
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

    def _note(self, bundle: Bundle) -> None:
        schemas = {each.schema for each in bundle.standard.contracts.values()}
        prints = {path: bundle.catalog.fingerprint(path) for path in schemas}
        author = Author(f"path {self.settings.instance}", time_ns())
        try:
            submissions.note_schemas(self.engine, prints, author)
        except RegistryAway as error:
            self.log.warning("the registry could not note which schemas are in force", why=str(error))
