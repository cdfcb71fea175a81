"""Migrations make the very tables that the code works with, and can be taken back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from uns.registry import changes, migrations
from uns.registry.engine import RegistryAway, connect, transaction
from uns.registry.migrate import NotOurs, given_up, head, is_current, is_empty, migrate, packaged
from uns.registry.tables import METADATA


def test_an_empty_registry_is_brought_up_to_date_once(url: str) -> None:
    engine = connect(url)
    assert not is_current(engine)
    assert migrate(engine)
    assert is_current(engine)
    assert not migrate(engine)
    engine.dispose()


def test_files_are_called_as_their_revisions() -> None:
    """What is newest, and what is known, is told by their names."""
    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert head() == script.get_current_head()
    for each in script.walk_revisions():
        assert Path(each.path).name.startswith(f"{each.revision}_")


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


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ("9999", "made by a newer version of uns (schema 9999); install that version"),
        ("ae1027a6acf", "another program (its schema is 'ae1027a6acf'); set `registry` to a database of its own"),
    ],
)
@pytest.mark.parametrize("asked", [is_empty, is_current, migrate])
def test_a_schema_that_is_unknown_is_told_whoever_asks(
    engine: Engine, asked: Callable[[Engine], bool], revision: str, said: str
) -> None:
    with transaction(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    with pytest.raises(NotOurs) as told:
        asked(engine)
    assert str(told.value).endswith(said)


@pytest.mark.parametrize("asked", [is_empty, is_current, migrate])
def test_a_table_of_somebody_else_is_told_whoever_asks(url: str, asked: Callable[[Engine], bool]) -> None:
    engine = connect(url)
    with transaction(engine) as connection:
        connection.execute(text("CREATE TABLE equipment (name TEXT)"))
    with pytest.raises(NotOurs) as told:
        asked(engine)
    assert str(told.value) == (
        "the database holds a table `equipment` that uns did not make; set `registry` to a database of its own"
    )
    engine.dispose()


def test_tables_of_other_names_are_no_obstacle(url: str) -> None:
    engine = connect(url)
    with transaction(engine) as connection:
        connection.execute(text("CREATE TABLE somebody_else (name TEXT)"))
    assert migrate(engine)
    engine.dispose()


def test_the_way_back_says_what_is_given_up_and_every_step_knows(engine: Engine) -> None:
    assert given_up(engine, "head") is given_up(engine, head()) is None
    assert given_up(engine, "0008") == [
        "When each revision was committed; the clocks of those who wrote stay.",
        "Which exceptions of shifts came from a calendar file; the exceptions stay.",
        "The ids of equipment.",
        "What state batches are said to be in, and why something was taken out.",
        "Shifts of equipment below a site, and their exceptions.",
        "Whether crews take turns at a shift.",
    ]
    whole = given_up(engine, "base")
    assert whole is not None
    assert whole[-1].startswith("All of equipment, products, batches and shifts")
    migrate(engine, "0011")
    assert given_up(engine, "0010") == ["Shifts of equipment below a site, and their exceptions."]
    assert given_up(engine, "0011") is given_up(engine, "0012") is None
    for each in packaged():
        assert all(text.endswith(".") for text in given_up(engine, each) or ())
