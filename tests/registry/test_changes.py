"""A change by another connection or process is heard within a second."""

import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy import Engine, text

from uns.context.values import Product
from uns.registry.changes import Watch, revision
from uns.registry.engine import RegistryAway, connect, transaction
from uns.registry.nouns import PRODUCTS
from uns.registry.writing import Author

CHANGE = """
import sys
from uns.context.values import Product
from uns.registry.engine import connect
from uns.registry.nouns import PRODUCTS
from uns.registry.writing import Author
engine = connect(sys.argv[1])
sys.stdin.readline()
PRODUCTS.put(engine, [Product("P")], Author("other", 1))
"""


def test_a_change_of_another_process_is_heard_within_a_second(engine: Engine, url: str) -> None:
    other = subprocess.Popen([sys.executable, "-c", CHANGE, url], stdin=subprocess.PIPE, text=True)
    with Watch(engine) as watch:
        assert watch.wait(0, 0.1) == 0
        assert other.stdin is not None
        other.stdin.write("go\n")
        other.stdin.flush()
        heard = watch.wait(0, 20)
    assert heard == 1
    assert other.wait(20) == 0


def test_what_has_changed_before_is_told_at_once(engine: Engine) -> None:
    PRODUCTS.put(engine, [Product("P")], Author("ann", 1))
    with Watch(engine) as watch:
        before = time.monotonic()
        assert watch.wait(0, 20) == 1
        assert time.monotonic() - before < 5


def test_a_change_of_another_part_is_none(engine: Engine) -> None:
    PRODUCTS.put(engine, [Product("P")], Author("ann", 1))
    with Watch(engine, "submissions") as watch:
        assert watch.wait(0, 0.5) == 0


def test_closing_ends_a_wait(engine: Engine) -> None:
    with Watch(engine) as watch:
        threading.Timer(0.1, watch.close).start()
        before = time.monotonic()
        assert watch.wait(0, 60) == 0
        assert time.monotonic() - before < 30


def test_a_registry_that_is_locked_is_away_for_writers_and_there_for_readers(engine: Engine, url: str) -> None:
    hasty = connect(url, busy_ms=50)
    with transaction(engine) as connection:
        connection.execute(text("UPDATE revision SET revision = revision"))
        assert revision(hasty) == 0
        with pytest.raises(RegistryAway, match="locked"):
            PRODUCTS.put(hasty, [Product("P")], Author("ann", 1))
    PRODUCTS.put(hasty, [Product("P")], Author("ann", 1))
    hasty.dispose()
