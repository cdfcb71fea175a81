"""CSV as spreadsheets write it: cells with line and column, whatever the separator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from uns.finding import FilePlace
from uns.naming.lookup import Row
from uns.naming.parse.report import Report

MAX_ROWS: Final = 200_000
MAX_BYTES: Final = 16 * 1024 * 1024
MAX_COLUMNS: Final = 200
MAX_CELL: Final = 4_000
_SEPARATORS: Final = (",", ";", "\t")
_SEPARATOR_LINE: Final = re.compile(r"sep=[,;\t]\s*$", re.IGNORECASE)
"""A first line that tells a spreadsheet the separator; we take it from the header."""
_SPREADSHEET_ERROR: Final = re.compile(r"#(?:NAME\?|N/A|REF!|VALUE!|DIV/0!|NULL!|NUM!)")
_QUOTED: Final = re.compile(r'(?:^|[,;\t])[ ]*"')


@dataclass(frozen=True, slots=True)
class Table:
    """A read CSV; `sound` where every row could be taken."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    header: Row
    separator: str
    sound: bool = field(default=True)


class _Line(NamedTuple):
    text: str
    number: int


def read_csv(content: bytes, file: str, report: Report) -> Table | None:
    """The table; None where there is no header to go by."""
    before = report.errors
    text = _decoded(content, file, report)
    if text is None:
        return None
    lines = _records(text)
    first = next(lines, None)
    if first is None:
        report.add("lookup-shape", "the table is empty", "write a header line and rows", FilePlace(file))
        return None
    separator = _separator(first.text)
    header = _split(first, separator)
    columns = _columns(header, file, report)
    if columns is None:
        return None
    rows = tuple(_rows(lines, separator, len(columns), file, report))
    return Table(columns, rows, header, separator, report.errors == before)


def _decoded(content: bytes, file: str, report: Report) -> str | None:
    if len(content) > MAX_BYTES:
        message = f"{len(content)} bytes are over the limit of 16 MiB"
        report.add("lookup-shape", message, "split the table", FilePlace(file))
        return None
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n")
        place = FilePlace(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        message = f"byte 0x{content[error.start]:02X} at {place.line}:{place.column} is not UTF-8"
        report.add("lookup-encoding", message, "save as *CSV UTF-8*", place)
        return None


def _records(text: str) -> Iterator[_Line]:
    """Lines that hold cells; one with an open quotation mark goes on in the next line."""
    held, begun = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        if held:
            held = f"{held}\n{line}"
        elif (
            not line.strip(" \t,;\ufeff") or _is_comment(line.lstrip()) or (number == 1 and _SEPARATOR_LINE.match(line))
        ):
            continue
        else:
            held, begun = line, number
        if '"' not in held or held.count('"') % 2 == 0 or not _QUOTED.search(held) or len(held) > MAX_CELL:
            yield _Line(held, begun)
            held = ""
    if held:
        yield _Line(held, begun)


def _is_comment(line: str) -> bool:
    """A `#` line; what a spreadsheet made of a tag that looked like a formula (`#NAME?`) is a cell, to be told."""
    return line.startswith("#") and not _SPREADSHEET_ERROR.match(line)


def _separator(header: str) -> str:
    outside = "".join(header.split('"')[::2])
    return max(_SEPARATORS, key=outside.count)


def _split(line: _Line, separator: str) -> Row:
    """Cells without the blanks around them, and the column in which each begins."""
    cells, columns, at = [], [], 1
    pieces = line.text.split(separator)
    if '"' in line.text:
        pieces = _whole(pieces, separator)
    for piece in pieces:
        cell = piece.strip()
        columns.append(at + len(piece) - len(piece.lstrip()) if cell else at)
        if cell[:1] == '"' and cell[-1:] == '"' and len(cell) > 1:
            cell = cell[1:-1].replace('""', '"').strip()
        cells.append(cell)
        at += len(piece) + 1
    return Row(tuple(cells), line.number, tuple(columns))


def _whole(pieces: list[str], separator: str) -> list[str]:
    """Pieces put together again where the separator stood inside quotation marks."""
    whole: list[str] = []
    open_quote = False
    for piece in pieces:
        if open_quote:
            whole[-1] += separator + piece
        else:
            whole.append(piece)
        quoted = open_quote or piece.lstrip()[:1] == '"'
        if quoted and piece.count('"') % 2:
            open_quote = not open_quote
    return whole


def _columns(header: Row, file: str, report: Report) -> tuple[str, ...] | None:
    names = list(header.cells)
    while names and not names[-1]:
        names.pop()
    for position, name in enumerate(names):
        place = FilePlace(file, header.line, header.columns[position])
        if not name:
            report.add("lookup-column", f"column {position + 1} has no name", "name it, or remove it", place)
            return None
        if name in names[:position]:
            report.add("lookup-column", f"column `{name[:60]}` stands twice", "rename one", place)
            return None
    if len(names) > MAX_COLUMNS:
        report.add("lookup-shape", f"{len(names)} columns are over the limit", f"keep {MAX_COLUMNS}", FilePlace(file))
        return None
    return tuple(names)


def _rows(lines: Iterator[_Line], separator: str, width: int, file: str, report: Report) -> Iterator[Row]:
    shared: dict[str, str] = {}
    stands: dict[tuple[int, ...], tuple[int, ...]] = {}
    count = 0
    for line in lines:
        count += 1
        if count > MAX_ROWS:
            message = f"row {count} is over the limit of {MAX_ROWS}"
            report.add("lookup-shape", message, "split the table", FilePlace(file, line.number))
            return
        row = _split(line, separator)
        if not _fits(row, width, file, report):
            continue
        cells = tuple([shared.setdefault(cell, cell) for cell in row.cells[:width]])
        columns = row.columns[:width]
        yield Row(cells, row.line, stands.setdefault(columns, columns))


def _fits(row: Row, width: int, file: str, report: Report) -> bool:
    """Whether the row has the header's cells; empty ones beyond are the spreadsheet's habit."""
    place = FilePlace(file, row.line, row.columns[0])
    for cell, column in zip(row.cells, row.columns, strict=True):
        if cell[:1] == '"' and not cell[1:].endswith('"') and "\n" in cell:
            message = "a quotation mark is never closed"
            report.add("lookup-shape", message, "close it", FilePlace(file, row.line, column))
            return False
    if len(row.cells) < width or any(row.cells[width:]):
        message = f"the row has {len(row.cells)} {'cell' if len(row.cells) == 1 else 'cells'} of {width}"
        report.add("lookup-shape", message, "correct the row; quote a cell that holds the separator", place)
        return False
    if max(map(len, row.cells)) > MAX_CELL:
        report.add("lookup-shape", f"a cell is over the limit of {MAX_CELL} characters", "shorten it", place)
        return False
    return True
