"""CSV as spreadsheets write it."""

from __future__ import annotations

import pytest

from uns.naming.parse.cells import normal_cells
from uns.naming.parse.csv import Table, read_csv
from uns.naming.parse.report import Report


def table(content: bytes) -> Table:
    report = Report()
    read = read_csv(content, "t.csv", report)
    assert [str(finding) for finding in report.close()] == []
    assert read is not None
    return read


def complaints(content: bytes) -> list[str]:
    report = Report()
    read_csv(content, "t.csv", report)
    return [f"{finding.where} {finding.code}: {finding.message}" for finding in report.close()]


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,x y\n",
        b"a;b\r\n1;x y\r\n",
        b"a\tb\n1\tx y\n",
        b"\xef\xbb\xbfa,b\n1,x y",
        b"# a comment\n\n a , b \n  1 ,\tx y  \n,\n;;\n",
        b'"a","b"\n"1","x y"\n',
        b"a,b,,\n1,x y,,\n",
        b"a,b\r1,x y\r",
        b"\xef\xbb\xbfsep=;\r\na;b\r\n1;x y\r\n",
    ],
)
def test_the_same_table_however_it_is_written(content: bytes) -> None:
    read = table(content)
    assert (read.columns, [row.cells for row in read.rows]) == (("a", "b"), [("1", "x y")])


def test_quotation_marks_hold_separators_marks_and_lines() -> None:
    read = table(b'a,b,c\n"1,5","say ""hi""","two\nlines"\n2,x,5" pipe\n')
    assert [row.cells for row in read.rows] == [("1,5", 'say "hi"', "two\nlines"), ("2", "x", '5" pipe')]
    assert [row.line for row in read.rows] == [2, 4]


def test_cells_know_the_column_in_which_they_begin() -> None:
    assert table('ä,b,c\nüü,  "x,y", z\n'.encode()).rows[0].columns == (1, 6, 13)


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (b"a,b\n1,x\nF\xfcll,y\n", "t.csv:3:2 lookup-encoding: byte 0xFC at 3:2 is not UTF-8"),
        ("a,b\n".encode("utf-16"), "t.csv:1:1 lookup-encoding: byte 0xFF at 1:1 is not UTF-8"),
        (b"", "t.csv:1:1 lookup-shape: the table is empty"),
        (b"a" * (16 * 1024 * 1024 + 1), "t.csv:1:1 lookup-shape: 16777217 bytes are over the limit of 16 MiB"),
        (b"a\n" + b"x\n" * 200_001, "t.csv:200002:1 lookup-shape: row 200001 is over the limit of 200000"),
        (b"a,b\n1," + b"x" * 5000, "t.csv:2:1 lookup-shape: a cell is over the limit of 4000 characters"),
        (b'a,b\n1,"x\n2,y\n', "t.csv:2:3 lookup-shape: a quotation mark is never closed"),
        (b",".join(b"c%d" % n for n in range(201)), "t.csv:1:1 lookup-shape: 201 columns are over the limit"),
    ],
)
def test_what_is_no_table(content: bytes, finding: str) -> None:
    assert complaints(content) == [finding]


def test_with_semicolons_numbers_may_have_a_decimal_comma() -> None:
    read = table(b"machine;factor;offset;unit;name\nF01;0,1;-40;\xc2\xb0C;1,5\n")
    assert normal_cells(read, {"°C": "Cel"})[0].cells == ("F01", "0.1", "-40", "Cel", "1,5")
