"""Rules from the registry: whatever is submitted is asked for, also while nobody looked, and once it can be read."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path

import structlog
from sqlalchemy import Engine, event
from support.plant import RULES, write_project

from uns.api.following import follow_rules
from uns.api.inforce import RulesInForce
from uns.api.registry_view import RegistryView
from uns.files import read_documents
from uns.judge import judge
from uns.registry import submissions
from uns.registry.changes import revision
from uns.registry.engine import connect
from uns.registry.migrate import migrate
from uns.registry.writing import Author
from uns.service.rules import Rules
from uns.settings import Settings

RENAMED = RULES.replace("value: /Val", "value: /Value")


def submitted(engine: Engine, folder: Path, rules: str) -> str:
    write_project(folder, rules)
    documents, _ = read_documents(folder / "naming_rules", folder / "schemas")
    bundle = judge(documents, time.time_ns()).bundle
    assert bundle is not None
    submissions.submit(engine, documents, bundle.revision, Author("ann", time.time_ns()))
    return bundle.revision


async def next_revision(rules: Rules) -> str:
    async for _ in rules.changes(asyncio.Event()):
        bundle = await rules.newest()
        if bundle is not None:
            return bundle.revision
    raise AssertionError("nothing came")


def rules_of(folder: Path) -> Rules:
    engine = connect(f"sqlite:///{folder / 'uns.db'}")
    migrate(engine)
    settings = Settings(rules_source="registry", state=folder / ".uns")
    return Rules(settings, engine, structlog.get_logger())


def test_what_is_submitted_between_the_start_and_the_first_look_takes_effect(tmp_path: Path) -> None:
    rules = rules_of(tmp_path)
    submitted(rules.engine, tmp_path, RULES)

    async def started() -> str:
        assert await rules.first() is not None
        wanted = submitted(rules.engine, tmp_path, RENAMED)
        assert await asyncio.wait_for(next_revision(rules), 15) == wanted
        return wanted

    asyncio.run(started())


def test_what_could_not_be_read_when_it_was_announced_is_asked_for_again(tmp_path: Path) -> None:
    rules = rules_of(tmp_path)
    submitted(rules.engine, tmp_path, RULES)

    def sql(statement: str) -> None:
        with sqlite3.connect(tmp_path / "uns.db") as connection:
            connection.execute(statement)

    async def served() -> None:
        assert await rules.first() is not None
        wanted = submitted(rules.engine, tmp_path, RENAMED)
        sql("ALTER TABLE content RENAME TO elsewhere")
        asked = 0
        async for _ in rules.changes(asyncio.Event()):
            asked += 1
            bundle = await rules.newest()
            if asked == 1:
                assert bundle is None
                sql("ALTER TABLE elsewhere RENAME TO content")
            elif bundle is not None:
                assert bundle.revision == wanted
                return

    asyncio.run(asyncio.wait_for(served(), 15))


def test_schemas_that_came_into_force_while_the_registry_was_away_are_noted_once_it_is_back(tmp_path: Path) -> None:
    rules = rules_of(tmp_path)
    rules.settings = Settings(rules=tmp_path / "naming_rules", schemas=tmp_path / "schemas", state=tmp_path)
    sql = sqlite3.connect(tmp_path / "uns.db").execute

    async def take() -> None:
        bundle = await rules.newest()
        assert bundle is not None
        await rules.in_force(bundle)

    sql("ALTER TABLE schema_in_force RENAME TO elsewhere")
    write_project(tmp_path)
    asyncio.run(take())
    schema = tmp_path / "schemas" / "telemetry" / "1.json"
    schema.write_text(schema.read_text().replace('"required"', '"minProperties": 2, "required"'))
    with structlog.testing.capture_logs() as told:
        asyncio.run(take())
        sql("ALTER TABLE elsewhere RENAME TO schema_in_force")
        assert asyncio.run(rules.newest()) is None
    assert set(submissions.schemas(rules.engine)) == {"telemetry/1.json"}
    assert [each["event"].split()[0] for each in told if each["log_level"] == "error"] == ["telemetry/1.json"]


def test_the_api_asks_again_for_rules_that_it_could_not_read(tmp_path: Path) -> None:
    settings = Settings(rules_source="registry", registry=f"sqlite:///{tmp_path / 'uns.db'}")
    view, in_force = RegistryView(settings), RulesInForce()
    migrate(view.engine)
    wanted = submitted(view.engine, tmp_path, RULES)
    sql = sqlite3.connect(tmp_path / "uns.db").execute

    async def served() -> str | None:
        view.submissions = revision(view.engine, "submissions")
        sql("ALTER TABLE content RENAME TO elsewhere")
        failed, loop = asyncio.Event(), asyncio.get_running_loop()

        @event.listens_for(view.engine, "handle_error")
        def tell(_: object) -> None:
            loop.call_soon_threadsafe(failed.set)

        changed: asyncio.Future[str] = loop.create_future()
        in_force.on_change.append(lambda bundle: changed.set_result(bundle.revision))
        following = asyncio.ensure_future(follow_rules(settings, in_force, view, time.time_ns))
        await failed.wait()
        sql("ALTER TABLE elsewhere RENAME TO content")
        try:
            return await changed
        finally:
            following.cancel()

    assert asyncio.run(asyncio.wait_for(served(), 15)) == wanted
