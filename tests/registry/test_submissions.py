"""Change sets are kept by revision, each file once, and an earlier one can be put back."""

from sqlalchemy import Engine, func, select

from uns.bundle import Documents
from uns.registry import changes, submissions
from uns.registry.tables import CONTENTS, IN_FORCE
from uns.registry.writing import Author

OLD = Documents({"standard.yaml": b"a", "dallas.yaml": b"b"}, {"telemetry/1.json": b"{}"})
NEW = Documents({"standard.yaml": b"a", "dallas.yaml": b"c"}, {"telemetry/1.json": b"{}"})


def author(at: int) -> Author:
    return Author("ann", at, "because")


def test_nothing_is_in_force_before_the_first(engine: Engine) -> None:
    assert submissions.in_force(engine) is None


def test_the_newest_is_in_force_and_earlier_ones_can_be_put_back(engine: Engine) -> None:
    assert submissions.submit(engine, OLD, "r1", author(1))
    assert submissions.submit(engine, NEW, "r2", author(2))
    assert not submissions.submit(engine, NEW, "r2", author(3))
    newest, documents = submissions.in_force(engine) or (None, None)
    assert newest == submissions.Submission("r2", 2, "ann", "because", True)
    assert documents == NEW
    assert not submissions.submit(engine, OLD, "r1", author(4))
    assert (submissions.in_force(engine) or (None, None))[1] == OLD
    assert [(each.revision, each.in_force) for each in submissions.listed(engine).items] == [
        ("r2", False),
        ("r1", True),
    ]
    with engine.connect() as connection:
        assert connection.scalars(select(IN_FORCE.c.revision).order_by(IN_FORCE.c.id)).all() == ["r1", "r2", "r1"]
        assert connection.scalar(select(func.count()).select_from(CONTENTS)) == 4
    assert changes.revision(engine, "submissions") == 3


def test_an_unknown_revision_shows_nothing(engine: Engine) -> None:
    assert submissions.show(engine, "r9") is None


def test_lists_go_on_where_they_stopped(engine: Engine) -> None:
    for number in range(5):
        submissions.submit(engine, OLD, f"r{number}", author(number // 2))
    first = submissions.listed(engine, limit=2)
    second = submissions.listed(engine, first.next, limit=2)
    third = submissions.listed(engine, second.next, limit=2)
    seen = [each.revision for page in (first, second, third) for each in page.items]
    assert seen == ["r4", "r2", "r3", "r0", "r1"]
    assert third.next is None


def test_a_schema_that_was_in_force_keeps_its_fingerprint(engine: Engine) -> None:
    assert submissions.note_schemas(engine, {"telemetry/1.json": "f1"}, author(1)) == {}
    changed = submissions.note_schemas(engine, {"telemetry/1.json": "f2", "drive/1.json": "g"}, author(2))
    assert changed == {"telemetry/1.json": "f1"}
    assert submissions.schemas(engine) == {"telemetry/1.json": "f1", "drive/1.json": "g"}
