"""Migrations make the very tables that the code works with, and can be taken back."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from uns.registry import changes
from uns.registry.engine import RegistryAway, connect, transaction
from uns.registry.migrate import is_current, migrate
from uns.registry.tables import METADATA


def test_an_empty_registry_is_brought_up_to_date_once(url: str) -> None:
    engine = connect(url)
    assert not is_current(engine)
    assert migrate(engine)
    assert is_current(engine)
    assert not migrate(engine)
    engine.dispose()


def test_the_migrated_schema_is_what_the_tables_say(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_every_step_can_be_taken_back(engine: Engine) -> None:
    assert migrate(engine, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    assert migrate(engine)


def test_a_registry_that_was_never_migrated_says_what_to_do(url: str) -> None:
    engine = connect(url)
    with pytest.raises(RegistryAway, match="run `uns migrate`"):
        changes.revision(engine)
    engine.dispose()


@pytest.mark.parametrize("url", ["nonsense", "mongodb://x/y", "sqlite:////nowhere/at/all/uns.db"])
def test_a_registry_that_cannot_be_opened_is_away(url: str) -> None:
    with pytest.raises(RegistryAway):
        migrate(connect(url))


def test_a_file_that_is_no_database_is_away(tmp_path: Path) -> None:
    (tmp_path / "uns.db").write_bytes(b"not a database at all, but long enough to look at" * 100)
    with pytest.raises(RegistryAway, match="not a database"):
        is_current(connect(f"sqlite:///{tmp_path}/uns.db"))


def test_a_registry_of_a_newer_version_says_so(engine: Engine) -> None:
    with transaction(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not is_current(engine)
    with pytest.raises(RegistryAway, match="newer version"):
        migrate(engine)
