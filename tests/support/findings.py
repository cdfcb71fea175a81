"""An example of every finding, out of the tables that the tests hold to the code."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from support import corpus, samples
from uns.apart import failed
from uns.codes import CODES
from uns.equipment import EquipmentPath
from uns.files import read_documents
from uns.finding import FilePlace, Finding
from uns.message import RawMessage
from uns.registry.csv import take
from uns.registry.csv.kinds import Kind
from uns.registry.engine import connect
from uns.registry.ics import Horizon, Wanted, take_calendar
from uns.registry.migrate import migrate
from uns.registry.writing import Author
from uns.service.refusal import service_fault
from uns.share import served_twice, unknown_files

NOT_BUILT: Final = ("template-parameter", "template-unknown", "name-conflict", "local-not-allowed")
"""Codes of features that are still to come."""
BATCHES: Final = b"""\
id,equipment,product,order,start,stop
B-1001,dallas/line-3,,,tomorrow,
B-1002,dallas/line-4,,,2026-11-01T01:30,
"""

EQUIPMENT: Final = b"path,id\ndallas/line-3,EQ-4711\ndallas/line-4,EQ-4711\n"
SHEETS: Final[dict[Kind, bytes]] = {"batches": BATCHES, "equipment": EQUIPMENT}
SHIFTS: Final = b"site,id,days,start,stop\ndallas,early,mon-fri,06:00,14:00\n"
EXCEPTIONS: Final = b"site,date,id,start,stop\ndallas,2026-12-24,early,06:00,12:00\ndallas,2026-12-28,early,,\n"
EVENTS: Final = (
    "Christmas Day",
    "SUMMARY:Christmas Day\nDTSTART;VALUE=DATE:20261325",
    "SUMMARY:Outage of power\nDTSTART:20261221T100000\nDTEND:20261221T120000",
    "SUMMARY:Christmas Eve\nDTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261229",
    "SUMMARY:Christmas Day\nDTSTART;VALUE=DATE:20261225",
)


class Example(NamedTuple):
    """What the reader sees of the file or the message, and the finding; best one that nothing else is wrong with."""

    shown: str
    finding: Finding
    others: int = 0

    def __str__(self) -> str:
        return "\n".join(part for part in (self.shown, str(self.finding)) if part)


def examples() -> dict[str, str]:
    """The plainest example of each code; of one that files and samples have, both."""
    best: dict[tuple[str, bool], Example] = {}
    of_files = (*_of_files(), *_of_folders(), *_of_sheets(), *_of_calendars(), *_of_shares(), _of_a_kill())
    for each in (*of_files, *_of_samples(), _of_a_fault()):
        key = (each.finding.code, isinstance(each.finding.where, FilePlace))
        best[key] = min(best.get(key, each), each, key=lambda example: (example.others, len(str(example))))
    told = {code: [str(best[code, kind]) for kind in (True, False) if (code, kind) in best] for code in CODES}
    return {code: "\n\n".join(texts) for code, texts in told.items() if texts}


def _of_files() -> Iterator[Example]:
    for case in corpus.bad_projects():
        files = corpus.SOUND | dict(case.files)
        findings = corpus.findings_of(case.files, case.untested)
        yield from (Example(_line(files, finding), finding, len(findings) - 1) for finding in findings)


def _line(files: Mapping[str, bytes], finding: Finding) -> str:
    """The line at fault, where there is one."""
    assert isinstance(finding.where, FilePlace)
    name = finding.where.file.removeprefix(f"{corpus.RULES_AT}/")
    lines = files.get(name, b"").decode("utf-8", "replace").splitlines()
    return lines[finding.where.line - 1].strip() if finding.where.line <= len(lines) else ""


def _of_samples() -> Iterator[Example]:
    bundle = samples.plant()
    for case in samples.cases():
        around = [f"{name}: {said}" for name, said in (("registry", case.registry), ("broker", case.broker)) if said]
        shown = "\n".join([*around, *(f"{topic} {payload.decode()}" for topic, payload in case.messages)])
        findings = samples.findings_of(case, bundle)
        yield from (Example(shown, finding, len(findings) - 1) for finding in findings)


def _of_folders() -> Iterator[Example]:
    with tempfile.TemporaryDirectory() as folder:
        _, findings = read_documents(Path(folder) / corpus.RULES_AT, Path(folder), Path(folder))
    yield from (Example("", finding) for finding in findings)


def _of_sheets() -> Iterator[Example]:
    with tempfile.TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{folder}/uns.db")
        migrate(engine)
        for kind, sheet in SHEETS.items():
            done = take(engine, kind, sheet, f"{kind}.csv", samples.plant().standard, Author("ann", 1))
            for finding in done.findings:
                assert isinstance(finding.where, FilePlace)
                yield Example(sheet.decode().splitlines()[finding.where.line - 1], finding)
        engine.dispose()


def _of_calendars() -> Iterator[Example]:
    """Each event in a file of its own, on a calendar in which Christmas Eve has an early shift of its own already."""
    author, standard = Author("ann", 1), samples.plant().standard
    horizon = Horizon(date(2026, 12, 1), date(2027, 1, 1))
    with tempfile.TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{folder}/uns.db")
        migrate(engine)
        take(engine, "shifts", SHIFTS, "shifts.csv", standard, author)
        take(engine, "shift-exceptions", EXCEPTIONS, "shift-exceptions.csv", standard, author)
        for shown in EVENTS:
            event = f"BEGIN:VEVENT\n{shown}\nEND:VEVENT\n" if ":" in shown else f"{shown}\n"
            content = f"BEGIN:VCALENDAR\n{event}END:VCALENDAR\n".encode()
            wanted = Wanted(EquipmentPath("dallas"), horizon)
            done = take_calendar(engine, content, "holidays.ics", standard, wanted, author)
            yield from (Example(shown, finding, len(done.findings) - 1) for finding in done.findings)
        engine.dispose()


def _of_shares() -> Iterator[Example]:
    bundle = samples.plant()
    (stem, *_) = (file.stem for file in bundle.files)
    for finding in (*unknown_files(bundle, (stem[:-1],)), *served_twice(bundle, "uns-2", (stem,))):
        yield Example(f'files = "{stem[:-1]}"' if finding.code == "file-unknown" else "", finding)


def _of_a_fault() -> Example:
    raw = RawMessage("plc/dallas/L3/Filler_01/TT101", b'{"Val": 71.6}', 0)
    (finding,) = service_fault(raw, RecursionError("maximum recursion depth exceeded")).findings
    return Example(f"{raw.topic} {raw.payload.decode()}", finding)


def _of_a_kill() -> Example:
    return Example("", failed("ended by signal 9", samples.plant().documents))
