"""Equipment by the plant's own number, and its role: what the database refuses, and what sheets may say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.exc import IntegrityError
from support.registry import author_at, emptied

from uns.naming.equipment import listed_in
from uns.naming.standard import Standard
from uns.registry.csv import export, take
from uns.registry.engine import transaction
from uns.registry.equipment import everything, matching
from uns.registry.held import Tally
from uns.registry.nouns import EQUIPMENT, Equipment

ANN, BOB = author_at("ann", 10), author_at("bob", 20, "line 4 wanted it")
HERE, THERE = "dallas/packaging/line-3/filler", "dallas/packaging/line-4/filler"
FIRST = Equipment(HERE, start=100, stop=200, id="EQ-4711")


@pytest.fixture
def engine(shared: Engine) -> Engine:
    emptied(shared)
    return shared


@pytest.fixture
def standard(standard: Standard) -> Standard:
    roles = {"area": "area", "line": "work_center"}
    levels = tuple(replace(each, role=roles.get(each.name, "work_unit")) for each in standard.levels)  # type: ignore[arg-type]
    return replace(standard, levels=levels)


def imported(engine: Engine, standard: Standard, *rows: str, columns: str = "path,id,from,until") -> list[str]:
    sheet = "\n".join([columns, *rows, ""]).encode()
    done = take(engine, "equipment", sheet, "e.csv", standard, ANN)
    assert done.tally == Tally() or not done.findings
    return [f"{each.where} {each.code}: {each.message}" for each in done.findings]


@pytest.mark.parametrize(
    ("start", "stop", "number", "is_refused"),
    [
        (None, None, "EQ-4711", True),
        (None, 101, "EQ-4711", True),
        (199, None, "EQ-4711", True),
        (150, 160, "EQ-4711", True),
        (None, 100, "EQ-4711", False),
        (200, None, "EQ-4711", False),
        (150, 150, "EQ-4711", False),
        (150, 160, "eq-4711", False),
        (150, 160, None, False),
    ],
)
def test_the_database_itself_refuses_an_id_that_two_pieces_have_at_once(
    engine: Engine, start: int | None, stop: int | None, number: str | None, is_refused: bool
) -> None:
    EQUIPMENT.put(engine, [FIRST], ANN)
    other = Equipment(THERE, start=start, stop=stop, id=number)
    if is_refused:
        with pytest.raises(IntegrityError):
            EQUIPMENT.put(engine, [other], ANN)
    else:
        EQUIPMENT.put(engine, [other], ANN)
    assert len(EQUIPMENT.listed(engine).items) == (1 if is_refused else 2)


@pytest.mark.parametrize(
    ("row", "change"),
    [
        ({"id": "EQ-1", "start": 150}, {"id": "EQ-4711"}),
        ({"id": "EQ-4711", "start": 200}, {"start": 150}),
        ({"id": "EQ-4711", "start": 150, "superseded_at": 5}, {"superseded_at": None}),
    ],
)
def test_nor_does_it_let_a_row_become_so(engine: Engine, row: dict[str, object], change: dict[str, object]) -> None:
    """Whatever program writes."""
    EQUIPMENT.put(engine, [FIRST], ANN)
    row = {"path": THERE, "recorded_at": 1, "recorded_in": 1, "recorded_by": "ann", **row}
    with transaction(engine) as connection:
        connection.execute(EQUIPMENT.table.insert(), row)
    with pytest.raises(IntegrityError), transaction(engine) as connection:
        connection.execute(update(EQUIPMENT.table).where(EQUIPMENT.table.c.path == THERE).values(change))


def test_two_with_one_id_are_both_named(engine: Engine, standard: Standard) -> None:
    assert imported(engine, standard, f"{HERE},EQ-1,,", f"{THERE},EQ-1,2026-01-01T00:00Z,") == [
        f"e.csv:3:1 equipment-id-taken: `EQ-1` cannot be {THERE}: it is {HERE} (line 2)"
    ]
    assert imported(engine, standard, f"{HERE},EQ-1,,2026-01-02T00:00Z") == []
    assert imported(engine, standard, f"{THERE},EQ-1,2026-01-01T00:00Z,") == [
        f"e.csv:2:1 equipment-id-taken: `EQ-1` cannot be {THERE}: it is {HERE} until 2026-01-02T00:00:00.000Z"
    ]


def test_of_several_who_give_one_id_at_once_one_may(engine: Engine, standard: Standard) -> None:
    rows = [f"dallas/packaging/line-{each},EQ-1,," for each in range(1, 5)]
    with ThreadPoolExecutor(len(rows)) as people:
        refused = [each for each in people.map(partial(imported, engine, standard), rows) if each]
    (held,) = EQUIPMENT.listed(engine, only={"id": "EQ-1"}).items
    assert len(refused) == len(rows) - 1
    assert all(each[0].endswith(f": it is {held.value.path}") for each in refused)


def test_two_that_exchange_their_ids_in_one_sheet_may(engine: Engine, standard: Standard) -> None:
    assert imported(engine, standard, f"{HERE},EQ-1,,", f"{THERE},EQ-2,,") == []
    assert imported(engine, standard, f"{HERE},EQ-2,,", f"{THERE},EQ-1,,") == []


def test_by_its_id_is_told_where_a_machine_stood_and_what_was_believed(engine: Engine, standard: Standard) -> None:
    EQUIPMENT.put(engine, [Equipment(HERE, id="EQ-1")], ANN)
    EQUIPMENT.put(engine, [Equipment(HERE, stop=15, id="EQ-1"), Equipment(THERE, start=15, id="EQ-1")], BOB)

    def stood(as_of: int | None = None) -> list[tuple[str, int | None, int | None]]:
        found = EQUIPMENT.listed(engine, as_of=as_of, only={"id": "EQ-1"}).items
        return [(each.value.path, each.value.start, each.value.stop) for each in found]

    assert stood() == [(HERE, None, 15), (THERE, 15, None)]
    assert (stood(as_of=15), stood(as_of=5)) == ([(HERE, None, None)], [])


@pytest.mark.parametrize("role", ["work_unit", "Work Unit", "WorkUnit", "work-unit", ""])
def test_a_sheet_may_say_the_role_that_the_standard_gives(engine: Engine, standard: Standard, role: str) -> None:
    assert imported(engine, standard, f"{HERE},{role}", columns="path,role") == []


def test_a_role_that_contradicts_the_standard_is_refused(engine: Engine, standard: Standard) -> None:
    assert imported(engine, standard, "dallas/packaging/line-3,area", "dallas,Site", columns="path,role") == [
        "e.csv:2:25 row-invalid: dallas/packaging/line-3 is no `area`: by the levels of the standard it is a"
        " `work_center`"
    ]


def test_an_export_has_the_roles_and_is_taken_back(engine: Engine, standard: Standard) -> None:
    assert imported(engine, standard, f"{HERE},EQ-1,2026-01-01T00:00Z,", "berlin,,,", "dallas/brewing,,,") == []
    sheet = export(engine, "equipment", standard)
    assert [row.split(",")[:3] for row in sheet.splitlines()[1:]] == [
        [HERE, "EQ-1", "work_unit"], ["berlin", "", "site"], ["dallas/brewing", "", "area"],
    ]  # fmt: skip
    done = take(engine, "equipment", sheet.encode(), "e.csv", standard, ANN)
    assert (done.findings, done.tally) == ((), Tally(unchanged=3))


def test_what_the_standard_names_is_listed_beside_what_is_registered(engine: Engine, standard: Standard) -> None:
    named = ["berlin", "berlin/brewing", "berlin/packaging", "dallas", "dallas/brewing", "dallas/packaging"]
    assert list(listed_in(standard)) == named
    EQUIPMENT.put(engine, [Equipment(HERE), Equipment("dallas/brewing", "Brewery")], ANN)
    whole = [each if isinstance(each, str) else each.value.path for each in everything(engine, named).items]
    assert whole == ["dallas/brewing", HERE, *(each for each in named if each != "dallas/brewing")]
    for limit in range(1, 9):
        parts, cursor = list[str](), None
        while len(parts) < len(whole):
            page = everything(engine, named, cursor, limit)
            parts += [each if isinstance(each, str) else each.value.path for each in page.items]
            cursor = page.next
            assert len(page.items) <= limit
        assert (parts, cursor) == (whole, None), limit


def test_it_is_found_by_words_of_its_id_name_and_description(engine: Engine) -> None:
    EQUIPMENT.put(engine, [Equipment("dallas", "Line 3", id="EQ_1"), Equipment("berlin", description="50 % off")], ANN)
    found = {words: [each.path for each in matching(engine, words)] for words in ("eq_", "NE 3", "0 %", "EQx", "%")}
    assert found == {"eq_": ["dallas"], "NE 3": ["dallas"], "0 %": ["berlin"], "EQx": [], "%": ["berlin"]}


def test_it_is_found_in_either_case_of_any_letters(engine: Engine) -> None:
    EQUIPMENT.put(engine, [Equipment("dallas", "MÜHLE 3", id="ö-7")], ANN)
    assert [len(matching(engine, words)) for words in ("mühle", "Mühle", "MÜHLE", "Ö-7", "muhle")] == [1, 1, 1, 1, 0]
