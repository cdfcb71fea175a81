"""The verbs that read and write the registry, on a real one."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from support.registry import with_standard
from typer.testing import CliRunner, Result

from uns.cli import load_verbs
from uns.cli.app import app
from uns.cli.registered import person
from uns.finding import Finding, SamplePlace, found
from uns.instant import SECOND
from uns.message import RawMessage
from uns.quarantine import Rejection
from uns.registry.bounds import Bounds
from uns.registry.engine import connect
from uns.registry.entries import stock
from uns.registry.nouns import PRODUCTS
from uns.registry.quarantine import keep

load_verbs()
STANDARD = """\
enterprise: acme
sites:
  dallas: {zone: America/Chicago}
levels:
  - {name: area, role: area, values: [packaging]}
  - {name: line, role: work_center, pattern: 'line-[0-9]{1,2}', optional: true}
  - {name: asset, role: work_unit, pattern: '[a-z][a-z0-9-]{1,31}'}
names:
  temperature: {type: number, unit: Cel, description: process temperature}
contracts: {}
"""
SHEETS = {
    "products": "id,name\nSKU-42,Cola 330\n",
    "batches": "id,equipment,product,start,stop\nB-1,dallas/packaging/line-3,SKU-42,2026-11-20T06:00,\n",
    "shifts": "site,id,days,start,stop,crew\ndallas,early,mon-sun,06:00,14:00,A\n",
    "equipment": "path,name\ndallas/packaging/line-3,Line 3\n",
    "shift-exceptions": "site,date,id,start,stop,crew\ndallas,2026-12-25,early,,,\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    with_standard(tmp_path, STANDARD)
    for kind, text in SHEETS.items():
        (tmp_path / f"{kind}.csv").write_text(text)
    return tmp_path


def uns_(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=stdin, env={"COLUMNS": "200"})


def shown(*arguments: str) -> Any:
    result = uns_(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_migrate_says_what_it_did(folder: Path) -> None:
    assert shown("migrate")["migrated"] is True
    assert shown("migrate")["migrated"] is False
    assert "was up to date" in uns_("migrate").stdout


def test_the_schema_goes_back_only_where_that_is_meant_and_says_what_is_given_up(folder: Path) -> None:
    uns_("registry", "import", "equipment", "equipment.csv")
    unknown = uns_("migrate", "--to", "0099")
    assert (unknown.exit_code, "there is no schema revision '0099'" in unknown.stderr) == (2, True)
    assert "0001, 0002" in unknown.stderr
    asked = uns_("migrate", "--to", "0011")
    assert (asked.exit_code, "add --yes" in asked.stderr) == (2, True)
    assert "  The ids of equipment." in asked.stderr.splitlines()
    assert "was at schema" in uns_("migrate", "--to", shown("migrate")["schema"]).stdout
    back = uns_("migrate", "--to", "0011", "--yes")
    assert (back.exit_code, back.stdout.endswith("is at schema 0011 now\n")) == (0, True), back.output
    assert uns_("registry", "list", "products").exit_code == 3
    assert shown("migrate", "--to", "0013")["schema"] == "0013"
    assert shown("migrate")["migrated"] is True
    assert "Line 3" in uns_("registry", "export", "equipment").stdout
    assert uns_("migrate", "--to", "base", "--yes").exit_code == 0


@pytest.mark.parametrize("arguments", [("registry", "list", "batches"), ("quarantine", "list"), ("context", "dallas")])
def test_without_a_registry_reading_ends_with_status_3_and_makes_none(folder: Path, arguments: tuple[str, ...]) -> None:
    result = uns_(*arguments)
    assert result.exit_code == 3
    assert "uns migrate" in result.stderr
    assert not (folder / "uns.db").exists()


def test_sheets_go_in_and_come_out(folder: Path) -> None:
    for kind, text in SHEETS.items():
        assert shown("registry", "import", kind, f"{kind}.csv")["added"] == 1
        assert shown("registry", "import", kind, f"{kind}.csv")["unchanged"] == 1
        assert len(shown("registry", "list", kind)) == 1
        assert uns_("registry", "list", kind).exit_code == 0
        out = uns_("registry", "export", kind).stdout
        again = uns_("registry", "import", kind, "-", stdin=out)
        assert "0 added, 0 corrected, 1 unchanged" in again.stdout, text


def test_rows_are_shown_whole_however_narrow_the_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    for kind in SHEETS:
        assert uns_("registry", "import", kind, f"{kind}.csv").exit_code == 0
        first = shown("registry", "list", kind)[0]
        header, row = uns_("registry", "list", kind).stdout.splitlines()
        assert header.split() == list(first)
        assert row.split() == " ".join(str(cell) for cell in first.values() if cell).split()


def test_equipment_is_listed_with_its_id_and_role(folder: Path) -> None:
    (folder / "equipment.csv").write_text("path,id\ndallas/packaging/line-3,EQ-4711\n")
    assert uns_("registry", "import", "equipment", "equipment.csv").exit_code == 0
    (listed,) = shown("registry", "list", "equipment")
    assert (listed["path"], listed["id"], listed["role"]) == ("dallas/packaging/line-3", "EQ-4711", "work_center")
    assert uns_("registry", "export", "equipment").stdout.splitlines() == [
        "path,id,role,name,description,steward,from,until", "dallas/packaging/line-3,EQ-4711,work_center,,,,,",
    ]  # fmt: skip


def test_a_bad_sheet_names_its_rows_and_ends_with_status_1(folder: Path) -> None:
    (folder / "bad.csv").write_text("id,equipment,start\nB-1,dallas/packging,2026-11-20\n")
    result = uns_("registry", "import", "batches", "bad.csv")
    assert result.exit_code == 1
    assert "bad.csv:2:5: error:" in result.stdout
    assert "did you mean" in result.stdout
    assert "nothing was imported" in result.stderr
    as_json = uns_("registry", "import", "batches", "bad.csv", "--json")
    assert json.loads(as_json.stdout)["findings"][0]["where"] == {"file": "bad.csv", "line": 2, "column": 5}


def test_a_time_that_the_clocks_showed_twice_is_told_and_keeps_nothing_back(folder: Path) -> None:
    (folder / "autumn.csv").write_text("id,equipment,start\nB-1,dallas/packaging,2026-11-01T01:30\n")
    result = uns_("registry", "import", "batches", "autumn.csv")
    assert result.exit_code == 0
    assert "autumn.csv:2:22: warning:" in result.stdout
    assert "1 added" in result.stdout
    assert "nothing" not in result.stderr
    asked = uns_("context", "dallas/packaging", "--at", "2026-11-01T01:30", "--json")
    assert json.loads(asked.stdout)["batch"]["id"] == "B-1"
    assert "--at:1:1: warning: the clocks of America/Chicago showed" in asked.stderr


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("registry", "import", "batches", "nowhere.csv"), 2),
        (("registry", "import", "people", "batches.csv"), 2),
        (("context", "dallas//x"), 2),
        (("context", "dalas/packaging"), 1),
        (("context", "dallas/pakaging"), 1),
        (("context", "dallas", "--at", "yesterday"), 2),
        (("context", "diff"), 2),
        (("context", "diff", "dalas", "--from", "0"), 1),
        (("context", "diff", "--from", "yesterday"), 2),
        (("context", "diff", "--from", "0", "--to", "17"), 2),
        (("context", "diff", "--from", "2020-01-01"), 2),
        (("context", "diff", "--from", "0", "--cursor", "?"), 2),
        (("context", "dallas", "--as-of", "yesterday"), 2),
        (("context", "dallas", "--at", "0001-01-01"), 2),
        (("context", "dallas", "--at", "9999-12-31T23:59:59Z"), 2),
        (("quarantine", "show", "1"), 1),
        (("quarantine", "show", str(2**70)), 2),
        (("quarantine", "list", "--cursor", "?"), 2),
    ],
)
def test_wrong_use_and_negative_answers_have_their_status(
    folder: Path, arguments: tuple[str, ...], status: int
) -> None:
    uns_("migrate")
    result = uns_(*arguments)
    assert result.exit_code == status, result.output
    assert result.stdout == ""


def test_context_there_and_then(folder: Path) -> None:
    for kind in ("products", "batches", "shifts"):
        uns_("registry", "import", kind, f"{kind}.csv")
    begun = "2026-11-20T12:00:00.000Z"
    assert shown("context", "acme/dallas/packaging/line-3/filler-01", "--at", "2026-11-20T06:30") == {
        "equipment": "acme/dallas/packaging/line-3/filler-01",
        "at": "2026-11-20T12:30:00.000Z",
        "batch": {"id": "B-1", "equipment": "acme/dallas/packaging/line-3", "start": begun, "stop": None},
        "shift": {"id": "early", "date": "2026-11-20", "crew": "A", "equipment": "acme/dallas", "start": begun,
                  "stop": "2026-11-20T20:00:00.000Z"},
        "product": {"id": "SKU-42", "name": "Cola 330"},
        "revision": "3",
    }  # fmt: skip
    none = shown("context", "dallas/packaging/line-3", "--at", "2026-11-20T05:59:59-06:00")
    assert (none["batch"], none["shift"], none["product"]) == (None, None, None)
    table = uns_("context", "dallas/packaging/line-3/filler-01", "--at", "2026-11-20T06:30").stdout
    assert "B-1  2026-11-20 06:00-0600 – open  acme/dallas/packaging/line-3 (1 level up)" in table
    assert "SKU-42  Cola 330 (from the batch)" in table


def test_context_as_it_was_believed_before_a_correction(folder: Path) -> None:
    def sheet(stop: str) -> None:
        (folder / "one.csv").write_text(
            f"id,equipment,start,stop\nB-7,dallas/packaging/line-4,2026-11-20T06:00,{stop}\n"
        )
        uns_("registry", "import", "batches", "one.csv")

    sheet("2026-11-20T10:00")
    between = datetime.now(UTC).isoformat()
    sheet("2026-11-20T09:00")
    asked = ("context", "dallas/packaging/line-4", "--at", "2026-11-20T09:30")
    assert shown(*asked)["batch"] is None
    assert shown(*asked, "--as-of", between)["batch"]["id"] == "B-7"
    assert shown(*asked, "--as-of", "2020-01-01T00:00:00Z")["batch"] is None
    assert "as believed" in uns_(*asked, "--as-of", between).stdout
    before = int(shown(*asked)["revision"]) - 1
    assert shown(*asked, "--as-of", str(before))["batch"]["id"] == "B-7"
    assert shown(*asked, "--as-of", "0")["batch"] is None
    assert f"as believed revision {before}" in uns_(*asked, "--as-of", str(before)).stdout
    yet_to_come = uns_(*asked, "--as-of", str(before + 2))
    assert (yet_to_come.exit_code, f"there is no {before + 2} yet" in yet_to_come.stderr) == (2, True)


def test_context_diff_tells_what_a_correction_changed(folder: Path) -> None:
    for line in ("2025-11-20T10:00", "2025-11-20T09:00"):
        (folder / "one.csv").write_text(
            f"id,equipment,start,stop\nB-7,dallas/packaging/line-4,2025-11-20T06:00,{line}\n"
        )
        uns_("registry", "import", "batches", "one.csv", "--why", f"until {line}")
    told = shown("context", "diff", "dallas", "--from", "1")
    (item,) = told["items"]
    assert (item["equipment"], item["start"], item["stop"]) == (
        "acme/dallas/packaging/line-4", "2025-11-20T15:00:00.000Z", "2025-11-20T16:00:00.000Z",
    )  # fmt: skip
    assert (item["was"]["batch"], item["became"]["batch"]) == ({"id": "B-7"}, None)
    assert (item["why"], item["recorded_in"], item["published"]) == ("until 2025-11-20T09:00", "2", 0)
    assert (told["from"], told["to"], told["next"]) == ("1", "2", None)
    head, line = uns_("context", "diff", "--from", "1").stdout.splitlines()
    assert head.split("  ")[0] == "recorded"
    assert "2025-11-20 09:00-0600 – 2025-11-20 10:00-0600  batch: B-7 → none  late ones only  until" in line
    first = uns_("context", "diff", "--from", "0", "--limit", "1")
    assert "batch: none → B-7" in first.stdout
    assert "1 shown of revisions 0 to 2; go on with --cursor " in first.stderr
    assert uns_("context", "diff", "--from", "2").stdout == ""


@pytest.mark.parametrize(
    ("begun", "offered"),
    [("d", "diff"), ("--a", "--at\n--as-of"), ("diff --f", "--from"), ("dallas --a", "--at\n--as-of")],
)
def test_the_shell_completes_context_and_the_verb_below_it(folder: Path, begun: str, offered: str) -> None:
    words = f"uns context {begun}"
    asked = {"_UNS_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = CliRunner().invoke(app, [], env=asked, prog_name="uns")
    assert done.stdout.strip() == offered


def test_equipment_may_be_called_as_a_verb_of_context(folder: Path) -> None:
    uns_("migrate")
    assert "`diff` is no site" in uns_("context", "acme/diff").stderr


def test_context_of_equipment_that_nobody_registered_says_so(folder: Path) -> None:
    uns_("migrate")
    (folder / "equipment.csv").write_text("path\ndallas/packaging/line-3\ndallas/packaging/line-4\n")
    assert "not in the registry" not in uns_("context", "dallas/packaging/lin-3").stderr
    uns_("registry", "import", "equipment", "equipment.csv")
    mistyped = uns_("context", "dallas/packaging/lin-3")
    assert mistyped.exit_code == 0
    assert "acme/dallas/packaging/lin-3 is not in the registry" in mistyped.stderr
    assert "did you mean acme/dallas/packaging/line-3?" in mistyped.stderr
    assert uns_("context", "dallas/packaging/line-3").stderr == ""


@pytest.mark.parametrize(
    ("equipment", "said"),
    [
        ("dalas/packaging", "`dalas` is no site of the standard\n  → did you mean `dallas`?"),
        ("acme/dallas/pakaging", "`pakaging` is no area\n  → did you mean area `packaging`?"),
        ("dallas/packaging/LINE 3", "`LINE 3` does not fit"),
    ],
)
def test_context_of_equipment_that_the_standard_does_not_know_is_refused(
    folder: Path, equipment: str, said: str
) -> None:
    uns_("migrate")
    refused = uns_("context", equipment)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert said in refused.stderr


@contextmanager
def registry() -> Iterator[Engine]:
    """Of the folder that the verbs work in."""
    uns_("migrate")
    engine = connect("sqlite:///uns.db")
    yield engine
    engine.dispose()


def rejection(number: int, finding: Finding, raw: RawMessage, tag: str | None = None) -> Rejection:
    return Rejection(f"u-{number}", f"m-{number}", raw, tag, "d/x", (finding,), "b", "1")


def test_quarantine_shows_what_was_rejected_and_why(folder: Path) -> None:
    finding = found("value-type", '"21,4" is not a number', "`decimal: ','`", SamplePlace("plc/a", "T1", "/v"))
    payloads = [b'{"v": "21,4"}', b"\xff", b"\x1b[31mred"]
    rejected = [
        rejection(at, finding, RawMessage("plc/a", each, at * SECOND), "T1") for at, each in enumerate(payloads)
    ]
    with registry() as engine:
        keep(engine, rejected[:2], SECOND, instance="uns-a")
        keep(engine, rejected[2:], SECOND, instance="uns-b")
    listed = shown("quarantine", "list", "--limit", "2")
    assert [each["id"] for each in listed["items"]] == [3, 2]
    assert listed["quarantined"] == 3
    assert [each["id"] for each in shown("quarantine", "list", "--cursor", listed["next"])["items"]] == [1]
    assert shown("quarantine", "list", "--code", "time-missing")["items"] == []
    assert [each["id"] for each in shown("quarantine", "list", "--instance", "uns-a")["items"]] == [2, 1]
    assert [each["instance"] for each in shown("quarantine", "list")["items"]] == ["uns-b", "uns-a", "uns-a"]
    uns_("quarantine", "discard", "3")
    for state, ids in {"kept": [2, 1], "discarded": [3], "replayed": [], "any": [3, 2, 1]}.items():
        assert [each["id"] for each in shown("quarantine", "list", "--state", state)["items"]] == ids
    one = shown("quarantine", "show", "1")
    assert one["raw"]["text"] == '{"v": "21,4"}'
    assert one["findings"] == [finding.as_json()]
    assert shown("quarantine", "show", "2")["raw"]["hex"] == "ff"
    assert "(value-type)" in uns_("quarantine", "list").stdout
    assert "2 shown, 2 kept, 1 settled, 0 counted only" in uns_("quarantine", "list").stderr
    assert "\x1b" not in uns_("quarantine", "show", "3").stdout


def test_a_huge_message_shows_its_beginning_and_all_of_it_as_json(folder: Path) -> None:
    uns_("migrate")
    finding = found("payload-syntax", "not JSON at byte 0", "`read: text`", SamplePlace("plc/a"))
    topic, payload = "plc/" + "a" * 60_000, b"x" * 2_000_000
    engine = connect("sqlite:///uns.db")
    keep(engine, [Rejection("u", "m", RawMessage(topic, payload, SECOND), None, None, (finding,), "b", "1")], SECOND)
    engine.dispose()
    one = uns_("quarantine", "show", "1")
    assert "x" * 4_000 + "…" in one.stdout.replace("\n", "")
    assert len(one.stdout) < 100_000
    assert "the beginning of 2000000 bytes; --json shows all" in one.stderr
    assert len(shown("quarantine", "show", "1")["raw"]["text"]) == len(payload)
    assert len(uns_("quarantine", "list").stdout) < 1_000
    assert len(uns_("quarantine", "causes").stdout) < 1_000


def test_quarantine_tells_what_is_rejected_most(folder: Path) -> None:
    finding = found("value-type", "hot", "map it", SamplePlace("plc/a"))
    topics = [("plc/rare", None), *[("plc/noisy", "T1")] * 4]
    rejected = [
        rejection(at, finding, RawMessage(topic, b"1", at * SECOND), tag) for at, (topic, tag) in enumerate(topics)
    ]
    with registry() as engine:
        keep(engine, rejected, SECOND, Bounds(first=1, newest=1))
    assert uns_("quarantine", "causes").stdout.splitlines() == [
        "       4  plc/noisy [T1]  value-type  d/x, lately 1970-01-01T00:00:04.000Z, 2 of them counted only",
        "       1  plc/rare  value-type  d/x, lately 1970-01-01T00:00:00.000Z",
    ]
    (most,) = shown("quarantine", "causes", "--limit", "1")
    assert (most["topic"], most["quarantined"], most["counted_only"]) == ("plc/noisy", 4, 2)
    assert most["first"] == "1970-01-01T00:00:01.000Z"


def test_quarantine_lists_times_for_a_person_and_what_was_forgotten(folder: Path) -> None:
    finding = found("rule-none", "no rule", "add one", SamplePlace("plc/a"))
    received = 1_763_600_000 * SECOND + 123_456_789
    with registry() as engine:
        for at in range(20):
            keep(
                engine,
                [rejection(at, finding, RawMessage(f"plc/{at}", b"1", received))],
                received,
                Bounds(max_causes=5),
            )
        forgotten = stock(engine).forgotten
    listed = uns_("quarantine", "list")
    assert "  2025-11-20T00:53:20.123Z  plc/19" in listed.stdout
    assert f"({forgotten} of causes no longer told apart)" in listed.stderr
    assert shown("quarantine", "list")["forgotten"] == forgotten > 0
    assert shown("quarantine", "list")["items"][0]["received"] == "2025-11-20T00:53:20.123456789Z"
    assert "received  2025-11-20T00:53:20.123Z\n" in uns_("quarantine", "show", "20").stdout
    assert f"{forgotten:>8}  causes no longer told apart, lately 2025-" in uns_("quarantine", "causes").stdout


def test_who_has_no_name_on_this_machine_is_known_by_number(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that runs as some number."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)
    assert uns_("registry", "import", "products", "products.csv").exit_code == 0
    with registry() as engine:
        assert PRODUCTS.listed(engine).items[0].recorded_by == "uid 4000000000"


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("batches", ["B-1", "acme/dallas/packaging/line-3"]),
        ("products", ["SKU-42"]),
        ("equipment", ["dallas/packaging/line-3"]),
        ("shifts", ["dallas"]),
        ("shift-exceptions", ["dallas", "2026-12-25", "early"]),
    ],
)
def test_what_was_entered_in_error_is_taken_out(folder: Path, kind: str, key: list[str]) -> None:
    nobody = uns_("registry", "remove", kind, *key)
    assert nobody.exit_code == 3, "there is no registry"
    assert uns_("registry", "import", kind, f"{kind}.csv").exit_code == 0
    header, *rows = uns_("registry", "export", kind).stdout.splitlines()
    assert (len(rows), uns_("registry", "remove", kind, *key[:-1], "other").exit_code) == (1, 1)
    assert uns_("registry", "remove", kind, *key, "and", "more", "words").exit_code == 2
    done = uns_("registry", "remove", kind, *key, "--why", "a slip")
    assert (done.exit_code, done.stdout) == (0, "1 removed\n")
    assert uns_("registry", "export", kind).stdout.splitlines() == [header]
    assert uns_("registry", "remove", kind, *key).exit_code == 1
    assert uns_("registry", "import", kind, f"{kind}.csv").exit_code == 0


def test_a_product_that_a_batch_names_stays(folder: Path) -> None:
    for kind in ("products", "batches", "equipment"):
        uns_("registry", "import", kind, f"{kind}.csv")
    assert shown("registry", "remove", "equipment", "acme/dallas/packaging/line-3") == {"removed": 1}
    refused = uns_("registry", "remove", "products", "SKU-42")
    assert (refused.exit_code, "batch 'B-1' names product 'SKU-42'" in refused.stderr) == (1, True)
    assert len(shown("registry", "list", "products")) == 1


def test_who_took_a_batch_out_and_why_is_told(folder: Path) -> None:
    uns_("registry", "import", "batches", "batches.csv")
    uns_("registry", "remove", "batches", "B-1", "--why", "the wrong line")
    (_, gone) = shown("context", "diff", "dallas/packaging/line-3", "--from", "0")["items"]
    assert (gone["was"]["batch"], gone["became"]["batch"], gone["why"]) == ({"id": "B-1"}, None, "the wrong line")
    assert gone["recorded_by"]


def test_states_that_follow_are_listed_and_left_out_of_the_sheet(folder: Path) -> None:
    uns_("registry", "import", "batches", "batches.csv")
    assert [each["state"] for each in shown("registry", "list", "batches")] == ["running"]
    header, row = uns_("registry", "export", "batches").stdout.splitlines()
    assert dict(zip(header.split(","), row.split(","), strict=True))["state"] == ""


def test_the_history_names_the_person_also_through_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the operating page has verbs called: all of them would be the service's own user."""
    monkeypatch.setenv("LOGNAME", "uns")
    monkeypatch.delenv("SUDO_USER", raising=False)
    assert person() == "uns"
    monkeypatch.setenv("SUDO_USER", "ann")
    assert person() == "ann"
