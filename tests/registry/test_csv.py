"""Sheets: checked whole, every bad row named, all or nothing, and taken again without effect."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from uns.context.values import Product, Record
from uns.equipment import EquipmentPath
from uns.finding import SamplePlace
from uns.instant import from_datetime, rfc3339
from uns.naming.standard import Standard
from uns.registry import batches, changes
from uns.registry.csv import KINDS, export, take
from uns.registry.csv.kinds import Kind
from uns.registry.held import Tally
from uns.registry.nouns import EQUIPMENT, PRODUCTS, SHIFT_EXCEPTIONS, SHIFT_PATTERNS
from uns.registry.records import PlacedRecord, apply
from uns.registry.timeline import around
from uns.registry.writing import Author

ANN = Author("ann", 1)

GOOD: dict[Kind, str] = {
    "equipment": """\
path,name,description,from,until
dallas/packaging/line-3,Line 3,"filling, capping",2025-01-01,
acme/dallas/packaging/line-4,,,2025-01-01T00:00+00:00,2026-01-01T00:00Z
""",
    "products": "\ufeffid;name;allergens\r\nSKU-42;Cola 330;none\r\n0042;;\r\n",
    "batches": """\
id,equipment,product,order,start,stop,quantity,state,colour
B-1,dallas/packaging/line-3,SKU-42,O-1,2026-11-20T06:00,2026-11-20T14:00,1200,aborted,red
B-2,dallas/packaging/line-3,SKU-42,O-2,2026-11-20T20:00Z,,12.5,held,
B-1,dallas/packaging/line-4,,,2026-11-20T06:00-06:00,2026-11-20T14:00-06:00,,,
B-0,dallas/packaging/line-3,,,2026-11-20T08:00-06:00,2026-11-20T08:00-06:00,,,
""",
    "shifts": """\
# three shifts
site,id,days,start,stop,crew,from,until,turn
dallas,early,mon-fri,06:00,14:00,A,,,
dallas,late,mon-fri,14:00,22:00,B,,,
dallas,night,sun mon tue wed thu,22:00,06:00,C,2026-01-01,2027-01-01,
dallas,weekend,sat-sun,6:00,24:00,D E,2026-01-03,,7
""",
    "shift-exceptions": """\
site,date,id,start,stop,crew
dallas,2026-12-25,early,,,
dallas,2026-12-24,early,06:00,12:00,A
""",
}  # fmt: skip


def imported(engine: Engine, standard: Standard, kind: Kind, text: str) -> tuple[list[str], Tally]:
    result = take(engine, kind, text.encode(), f"{kind}.csv", standard, ANN)
    return [f"{each.where} {each.code}" for each in result.findings], result.tally


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_sheet_is_taken_and_taking_it_again_changes_nothing(
    engine: Engine, standard: Standard, kind: Kind
) -> None:
    findings, tally = imported(engine, standard, kind, GOOD[kind])
    assert findings == []
    assert tally.added >= 2
    assert imported(engine, standard, kind, GOOD[kind]) == ([], Tally(unchanged=tally.added))
    assert changes.revision(engine) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_exported_is_what_is_imported(engine: Engine, standard: Standard, kind: Kind) -> None:
    _, tally = imported(engine, standard, kind, GOOD[kind])
    assert imported(engine, standard, kind, export(engine, kind)) == ([], Tally(unchanged=tally.added))


def test_an_attribute_called_as_a_column_is_not_exported_in_its_place(engine: Engine, standard: Standard) -> None:
    said = {"stop": "operator 7", "state": "good", "id": "x", "colour": "red"}
    record = Record("batch-start", EquipmentPath("dallas/packaging/line-3"), 10**18, {"id": "B-7", "attributes": said})
    apply(engine, [PlacedRecord(record, SamplePlace("mes/orders"))], standard, ANN)
    PRODUCTS.put(engine, [Product("SKU-7", None, {"name": "of somebody else", "colour": "red"})], ANN)
    assert export(engine, "batches").splitlines() == [
        "id,equipment,product,order,start,stop,quantity,state,colour",
        "B-7,dallas/packaging/line-3,,,2001-09-09T01:46:40.000Z,,,,red",
    ]
    assert export(engine, "products").splitlines() == ["id,name,colour", "SKU-7,,red"]


def test_times_without_offset_are_the_sites(engine: Engine, standard: Standard) -> None:
    imported(engine, standard, "batches", GOOD["batches"])
    first, other = batches.get(engine, "B-1")
    assert first.value.start == other.value.start == from_datetime(datetime(2026, 11, 20, 12, tzinfo=UTC))
    assert (first.value.quantity, first.value.attributes) == (1200, {"colour": "red"})
    assert batches.get(engine, "B-2")[0].value.quantity == 12.5


def test_all_kinds_together_are_a_context(engine: Engine, standard: Standard) -> None:
    for kind, text in GOOD.items():
        imported(engine, standard, kind, text)
    at = from_datetime(datetime(2026, 11, 20, 13, tzinfo=UTC))
    line = around(engine, standard, at)
    context = line.at(EquipmentPath("dallas/packaging/line-3/filler-01"), at)
    assert context.members == {
        "batch": {"id": "B-1", "order": "O-1"},
        "shift": {"id": "early", "date": "2026-11-20", "crew": "A"},
        "product": {"id": "SKU-42", "name": "Cola 330"},
    }
    assert line.knows(EquipmentPath("dallas/packaging/line-3"))
    assert not line.knows(EquipmentPath("dallas/packaging/line-4"))


def test_what_a_path_recorded_to_the_nanosecond_comes_back_unchanged(engine: Engine, standard: Standard) -> None:
    sheet = "id,equipment,start,stop\nB,dallas,2026-11-20T10:00:00.123456789Z,2026-11-20T11:00:00.1234567Z\n"
    assert imported(engine, standard, "batches", sheet) == ([], Tally(added=1))
    assert batches.get(engine, "B")[0].value.start % 1_000_000_000 == 123_456_789
    assert imported(engine, standard, "batches", export(engine, "batches")) == ([], Tally(unchanged=1))


def test_a_sheet_with_semicolons_may_have_decimal_commas(engine: Engine, standard: Standard) -> None:
    imported(engine, standard, "batches", "id;equipment;start;quantity\nB;dallas;2026-11-20;12,5\n")
    assert batches.get(engine, "B")[0].value.quantity == 12.5


def test_an_attribute_never_hides_a_column(engine: Engine, standard: Standard) -> None:
    PRODUCTS.put(engine, [Product("P", "x", {"id": "other", "name": "y"})], ANN)
    assert export(engine, "products") == "id,name\nP,x\n"


BAD: list[tuple[Kind, str, list[str]]] = [
    ("equipment", "path,name,description\ndallas,a\x1bb,\"two\nlines\"\n", ["equipment.csv:2:8 row-invalid"]),
    ("products", f"id,name\nP\x07,x\nQ,y\x85z\n{'R' * 201},z\nS,\0\n",
     ["products.csv:2:1 row-invalid", "products.csv:3:3 row-invalid", "products.csv:4:1 row-invalid",
      "products.csv:5:3 row-invalid"]),
    ("products", "id,a\x1bb\nP,x\n", ["products.csv:1:4 row-invalid"]),
    ("shifts", "site,id,days,start,stop\ndallas,x,mon,24:00,24:00\n", ["shifts.csv:2:14 row-invalid"]),
    ("shifts", "site,id,days,start,stop,crew,turn\ndallas,x,mon,06:00,14:00,A,7\ndallas,y,mon,06:00,14:00,A B,0\n",
     ["shifts.csv:2:1 row-invalid", "shifts.csv:2:26 row-invalid", "shifts.csv:3:30 row-invalid"]),
    ("equipment", "path,nam\ndallas/packaging,x\n", ["equipment.csv:1:6 key-unknown"]),
    ("equipment", "name\nx\n", ["equipment.csv:1:1 lookup-column"]),
    ("equipment", "path\ndalas/packaging\n", ["equipment.csv:2:1 site-unknown"]),
    ("equipment", "path\ndallas/pakaging\n", ["equipment.csv:2:1 target-off-standard"]),
    ("equipment", "path\ndallas//x\n", ["equipment.csv:2:1 row-invalid"]),
    ("equipment", "path\ndallas/packaging\nacme/dallas/packaging\n", ["equipment.csv:3:1 row-invalid"]),
    ("equipment", "path,from,until\ndallas/packaging,2026-01-02,2026-01-01\n", ["equipment.csv:2:29 row-invalid"]),
    ("products", "id,name\n,x\nP,y\nP,z\n", ["products.csv:2:1 row-invalid", "products.csv:4:1 row-invalid"]),
    ("products", "id,name\nP\n", ["products.csv:2:1 lookup-shape"]),
    (
        "batches",
        "id,equipment,start,stop,quantity\n"
        ",dallas/packaging/line-3,yesterday,,x\n"
        "B,dallas/packaging/line-3,2026-11-20T10:00Z,2026-11-20T09:00Z,\n"
        "B,dallas/packaging/line-3,1066-10-14,,many\n",
        ["batches.csv:2:1 row-invalid", "batches.csv:2:26 row-invalid", "batches.csv:2:37 row-invalid",
         "batches.csv:3:45 row-invalid", "batches.csv:4:27 row-invalid",
         "batches.csv:4:39 row-invalid"],
    ),
    (
        "batches",
        "id,equipment,start,stop\n"
        "C,dallas/packaging/line-3,2026-11-20T12:00Z,\n"
        "A,dallas/packaging/line-3,2026-11-20T10:00Z,2026-11-20T11:00Z\n"
        "B,dallas/packaging/line-3,2026-11-20T10:30Z,2026-11-20T11:30Z\n",
        ["batches.csv:4:1 batch-overlap"],
    ),
    (
        "batches",
        "id,equipment,start,stop\n"
        "D,dallas/packaging/line-4,2026-11-20T10:00Z,2026-11-20T11:00Z\n"
        "A,dallas/packaging/line-3,2026-11-20T10:00Z,2026-11-20T12:00Z\n"
        "E,dallas/packaging/line-4,2026-11-20T10:00Z,2026-11-20T11:00Z\n"
        "B,dallas/packaging/line-3,2026-11-20T11:00Z,\n"
        "F,dallas/packaging/line-4,2026-11-20T10:00Z,2026-11-20T11:00Z\n",
        ["batches.csv:4:1 batch-overlap", "batches.csv:5:1 batch-overlap", "batches.csv:6:1 batch-overlap"],
    ),
    ("batches", "id,equipment,start,stop\nB,dallas,2026-11-20T10:00Z,soon\n", ["batches.csv:2:28 row-invalid"]),
    (
        "batches",
        "id,equipment,start,stop\n"
        "A,dallas/packaging/line-3,2026-11-20T10:00Z,soon\n"
        "B,dallas/packaging/line-3,2026-11-20T10:00Z,2026-11-20T11:00Z\n"
        "C,dallas/packaging/line-3,2026-11-20T10:30Z,2026-11-20T11:30Z\n"
        "D,dallas/brewing/tank-1,2026-11-20T10:00Z,\n"
        "E,dallas/brewing/tank-1,2026-11-20T10:00Z,\n",
        ["batches.csv:2:45 row-invalid", "batches.csv:4:1 batch-overlap"],
    ),
    (
        "shifts",
        "site,id,days,start,stop\ndallas,early,mon-fri,06:00,14:00\ndallas,late,mon,14:00,25:00\n"
        "dallas,early,fri-sat,06:00,14:00\n",
        ["shifts.csv:3:23 row-invalid", "shifts.csv:4:1 row-invalid"],
    ),
    (
        "batches",
        "id,equipment,start\nA,dallas/packaging/line-3,2026-11-20T10:00Z\nA,dallas/packaging/line-3,2026-11-20T10:00Z\n",
        ["batches.csv:3:1 row-invalid"],
    ),
    (
        "batches",
        "id,equipment,start,stop,state\n"
        "A,dallas/packaging/line-3,2026-11-20T10:00Z,,Done\n"
        "B,dallas/packaging/line-4,2026-11-20T10:00Z,,complete\n"
        "C,dallas/packaging/line-5,2026-11-20T10:00Z,2026-11-20T11:00Z,held\n",
        ["batches.csv:2:46 batch-state", "batches.csv:3:46 batch-state", "batches.csv:4:63 batch-state"],
    ),
    (
        "shifts",
        "site,id,days,start,stop,crew,from,until\n"
        "dallas,early,mon-fry,06:00,25:00,A,,\n"
        "rome,late,,14:00,,B,1.1.2026,\n",
        ["shifts.csv:2:14 row-invalid", "shifts.csv:2:28 row-invalid", "shifts.csv:3:1 site-unknown",
         "shifts.csv:3:11 row-invalid", "shifts.csv:3:18 row-invalid", "shifts.csv:3:21 row-invalid"],
    ),
    (
        "shift-exceptions",
        "site,date,id,start,stop,crew\ndallas,2026-13-01,early,,,\ndallas,2026-12-24,early,06:00,,A\n",
        ["shift-exceptions.csv:2:8 row-invalid", "shift-exceptions.csv:3:31 row-invalid"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "expected"), BAD)
def test_every_bad_row_is_named_and_nothing_is_imported(
    engine: Engine, standard: Standard, kind: Kind, text: str, expected: list[str]
) -> None:
    findings, tally = imported(engine, standard, kind, text)
    assert findings == expected
    assert tally == Tally()
    assert changes.revision(engine) == 0


@pytest.mark.parametrize(
    ("start", "stop", "where"),
    [
        ("2026-03-08T02:30", "2026-03-08T03:15", "2:10"),
        ("2026-03-08T01:30", "2026-03-08T02:59:59", "2:27"),
    ],
)
def test_a_wall_clock_time_that_the_clocks_skip_is_said_not_to_exist(
    engine: Engine, standard: Standard, start: str, stop: str, where: str
) -> None:
    sheet = f"id,equipment,start,stop\nB,dallas,{start},{stop}\n".encode()
    (finding,) = take(engine, "batches", sheet, "b.csv", standard, ANN).findings
    assert str(finding.where) == f"b.csv:{where}"
    assert finding.message.endswith("does not exist in America/Chicago: the clocks leap over it")


@pytest.mark.parametrize(
    "start",
    [
        "2026-03-08T01:59", "2026-03-08T03:00", "2026-03-08T02:30-06:00",
        "2026-11-01T00:59:59", "2026-11-01T01:30-05:00", "2026-11-01T01:30-06:00", "2026-11-01T02:00",
    ],
)  # fmt: skip
def test_times_beside_that_hour_and_with_an_offset_leave_nothing_open(
    engine: Engine, standard: Standard, start: str
) -> None:
    assert imported(engine, standard, "batches", f"id,equipment,start\nB,dallas,{start}\n") == ([], Tally(added=1))


def test_a_time_in_an_hour_that_comes_twice_is_taken_as_the_first_and_told(engine: Engine, standard: Standard) -> None:
    result = take(engine, "batches", b"id,equipment,start\nB,dallas,2026-11-01T01:30\n", "b.csv", standard, ANN)
    (finding,) = result.findings
    assert str(finding) == (
        "b.csv:2:10: warning: the clocks of America/Chicago showed `2026-11-01T01:30` twice; taken for the first time, "
        "2026-11-01T01:30:00-05:00 (time-ambiguous)\n"
        "  → write the one that is meant with its offset: 2026-11-01T01:30:00-05:00 or 2026-11-01T01:30:00-06:00"
    )
    assert result.tally == Tally(added=1)
    (held,) = batches.get(engine, "B")
    assert rfc3339(held.value.start) == "2026-11-01T06:30:00.000Z"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"id,name\n\xfcber,x\n", b"id,id\n1,2\n", b"\x00", b"name\nP\n"])
def test_bytes_that_are_no_sheet_are_findings(engine: Engine, standard: Standard, content: bytes) -> None:
    result = take(engine, "products", content, "p.csv", standard, ANN)
    assert result.findings
    assert result.tally == Tally()


def test_a_sheet_corrects_what_it_names(engine: Engine, standard: Standard) -> None:
    head = "id,equipment,start,stop\n"
    imported(engine, standard, "batches", f"{head}A,dallas/packaging/line-3,2026-11-20T10:00Z,2026-11-20T11:00Z\n"
             "B,dallas/packaging/line-3,2026-11-20T11:00Z,2026-11-20T12:00Z\n")  # fmt: skip
    findings, tally = imported(
        engine, standard, "batches", f"{head}A,dallas/packaging/line-3,2026-11-20T10:00Z,2026-11-20T11:30Z\n"
        "B,dallas/packaging/line-3,2026-11-20T11:30Z,2026-11-20T12:00Z\n",
    )  # fmt: skip
    assert (findings, tally) == ([], Tally(corrected=2))
    assert [len(batches.history(engine, each)) for each in ("A", "B")] == [2, 2]
    findings, _ = imported(engine, standard, "batches", f"{head}C,dallas/packaging/line-3,2026-11-20T11:00Z,\n")
    assert findings == ["batches.csv:2:1 batch-overlap"]


def test_a_parallel_level_takes_batches_at_once(engine: Engine, standard: Standard) -> None:
    both = "id,equipment,start\nA,dallas/brewing/tank-1,2026-11-20\nB,dallas/brewing/tank-1,2026-11-20\n"
    assert imported(engine, standard, "batches", both) == ([], Tally(added=2))
    at = from_datetime(datetime(2026, 11, 21, tzinfo=UTC))
    assert around(engine, standard, at).at(EquipmentPath("dallas/brewing/tank-1"), at).ambiguous == ("A", "B")


def test_days_of_shifts_go_over_the_weeks_end(engine: Engine, standard: Standard) -> None:
    imported(engine, standard, "shifts", "site,id,days,start,stop\ndallas,x,sat-mon,06:00,06:00\n")
    assert SHIFT_PATTERNS.listed(engine).items[0].value.days == {5, 6, 0}


SHIFT_HEAD = "site,id,days,start,stop,from,until\n"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("dallas,early,mon,06:00,12:00,,", ["shifts.csv:2:1 row-invalid"]),
        ("dallas,early,fri-sun,06:00,14:00,2026-06-01,", ["shifts.csv:2:1 row-invalid"]),
        ("dallas,early,mon-thu,06:00,14:00,,2020-01-01", ["shifts.csv:2:1 row-invalid"]),
        ("dallas,early,mon-fri,06:00,14:00,2026-06-01,", ["shifts.csv:2:1 row-invalid"]),
        ("dallas,early,mon-fri,06:00,14:00,,2026-06-01\ndallas,early,mon-thu,06:00,14:00,2026-05-28,",
         ["shifts.csv:3:1 row-invalid"]),
        ("dallas,x,mon-fri,06:00,14:00,,\ndallas,x,fri-sat,06:00,14:00,,", ["shifts.csv:3:1 row-invalid"]),
        ("dallas,x,fri-sat,06:00,14:00,2026-01-01,\ndallas,x,mon-fri,06:00,14:00,,", ["shifts.csv:3:1 row-invalid"]),
        ("dallas,early,mon-fri,06:00,14:00,,2026-06-01\ndallas,early,mon-thu,06:00,14:00,2026-06-01,", []),
        ("dallas,early,mon-thu,06:00,14:00,2026-06-01,\ndallas,early,mon-fri,06:00,14:00,,2026-06-01", []),
        ("dallas,early,sat-sun,07:00,12:00,,", []),
        ("berlin,early,mon,06:00,14:00,,\ndallas,late,mon,06:00,14:00,,", []),
        ("dallas,early,mon-fri,05:00,13:00,,", []),
        ("dallas,x,fri,06:00,14:00,2026-01-03,\ndallas,x,fri-sat,06:00,14:00,2026-01-01,2026-01-09",  []),
        ("dallas,x,fri,06:00,14:00,2026-01-03,\ndallas,x,fri-sat,06:00,14:00,2026-01-01,2026-01-10",
         ["shifts.csv:3:1 row-invalid"]),
    ],
)  # fmt: skip
def test_a_shift_begins_at_most_once_on_a_date(
    engine: Engine, standard: Standard, rows: str, expected: list[str]
) -> None:
    imported(engine, standard, "shifts", f"{SHIFT_HEAD}dallas,early,mon-fri,06:00,14:00,,\n")
    findings, tally = imported(engine, standard, "shifts", f"{SHIFT_HEAD}{rows}\n")
    assert findings == expected
    assert (tally == Tally()) == bool(expected)
    assert changes.revision(engine) == (1 if expected else 2)


def test_a_shift_that_would_begin_twice_names_the_other(engine: Engine, standard: Standard) -> None:
    sheet = f"{SHIFT_HEAD}dallas,early,mon-fri,06:00,14:00,2026-01-01,\n"
    imported(engine, standard, "shifts", sheet)
    again = f"{SHIFT_HEAD}dallas,early,fri-sat,06:00,14:00,,\ndallas,early,sat,06:00,14:00,2026-02-01,\n"
    first, second = take(engine, "shifts", again.encode(), "s.csv", standard, ANN).findings
    known = "the registry has it on mon tue wed thu fri from 2026-01-01"
    assert first.message == f"`early` of dallas begins on fri already: {known}"
    assert second.message == "`early` of dallas begins on sat by line 2 too"


def test_a_long_sheet_of_doubled_shifts_is_short_work(engine: Engine, standard: Standard) -> None:
    days = (date(1900, 1, 1) + timedelta(days=each) for each in range(20_000))
    sheet = SHIFT_HEAD + "".join(f"dallas,x,mon-sun,06:00,14:00,{day},\n" for day in days)
    began = time.process_time()
    assert len(imported(engine, standard, "shifts", sheet)[0]) == 101
    assert time.process_time() - began < 10


def test_nouns_are_listed_in_order_and_keep_their_history(engine: Engine, standard: Standard) -> None:
    imported(engine, standard, "products", "id,name\n" + "".join(f"P{each},x\n" for each in (3, 1, 2)))
    imported(engine, standard, "products", "id,name\nP1,y\n")
    first = PRODUCTS.listed(engine, limit=2)
    second = PRODUCTS.listed(engine, first.next, limit=2)
    assert [each.value.id for page in (first, second) for each in page.items] == ["P1", "P2", "P3"]
    assert [each.value.name for each in PRODUCTS.history(engine, "P1")] == ["x", "y"]
    assert EQUIPMENT.get(engine, "dallas") is None
    assert SHIFT_EXCEPTIONS.listed(engine).next is None


def test_a_path_in_a_sheet_is_not_sent_to_a_lookup(engine: Engine, standard: Standard) -> None:
    sheet = b"path\ndallas/packaging/Line 9\n"
    findings = take(engine, "equipment", sheet, "equipment.csv", standard, ANN).findings
    assert [(each.code, each.remedy) for each in findings] == [("level-not-allowed", "write it as `uns ls` shows it")]
