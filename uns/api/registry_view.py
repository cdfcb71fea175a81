"""The registry as the API sees it: a database that may be away, asked off the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from sqlalchemy import Engine

from uns.api.problem import Refused, malformed
from uns.bundle import Documents
from uns.finding import FilePlace, found
from uns.registry import submissions
from uns.registry.changes import revision
from uns.registry.configured import engine_of
from uns.registry.engine import RegistryAway
from uns.registry.migrate import be_current, stay_current
from uns.registry.moments import Unmeant
from uns.settings import Settings

POLL_S: Final = 0.5
Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


@dataclass(slots=True)
class RegistryView:
    """`revision` is of context, as of the last look; `error` says why the registry cannot be asked."""

    settings: Settings
    revision: str | None = None
    error: str = ""
    schemas: Mapping[str, str] | None = None
    """Fingerprints of the schemas that were in force; None as long as nobody can tell."""
    submissions: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when other rules may be in force."""
    _engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        if self._engine is None:
            self._engine = engine_of(self.settings)
        return self._engine

    def close(self) -> None:
        """Its connections with it: an application that is no more holds no file open."""
        if self._engine is not None:
            self._engine.dispose()

    async def ask(
        self, question: Callable[Concatenate[Engine, Asked], Answer], *args: Asked.args, **more: Asked.kwargs
    ) -> Answer:
        """Off the loop; where the registry is away, 503 with what to do, and 400 for a moment that cannot be meant.

        The answer is of `revision`, or newer.
        """

        def put() -> tuple[str, Answer]:
            return str(revision(self.engine)), question(self.engine, *args, **more)

        try:
            self.revision, given = await asyncio.to_thread(put)
            return given
        except Unmeant as error:
            raise malformed(f"?{error.end}", error) from None
        except RegistryAway as away:
            where = FilePlace("registry")
            raise Refused(503, away.message, [found("file-unreadable", away.message, away.remedy, where)]) from away

    async def follow(self) -> None:
        """Keep the revisions fresh for as long as this runs."""
        while True:
            try:
                await asyncio.to_thread(self._look)
                self.error = ""
            except RegistryAway as away:
                self.error = str(away)
            await asyncio.sleep(POLL_S)

    def _look(self) -> None:
        judge = be_current if self.error or self.revision is None else stay_current
        judge(self.engine)
        self.revision = str(revision(self.engine))
        now = revision(self.engine, "submissions")
        if now != self.submissions or self.schemas is None:
            self.schemas = submissions.schemas(self.engine)
            self.submissions = now

    async def documents(self) -> Documents | None:
        """The change set in force; None where there is none yet."""
        known: Any = await asyncio.to_thread(lambda: submissions.in_force(self.engine))
        return known[1] if known else None

    async def submissions_changed(self, since: int) -> None:
        """Until there may be another change set in force than at that revision."""
        while self.submissions == since and not self.changed.is_set():
            await asyncio.sleep(POLL_S / 2)
        self.changed.clear()
