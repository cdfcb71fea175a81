"""Lookups find rows as a spreadsheet user expects."""

from __future__ import annotations

import pytest

from uns.finding import FilePlace
from uns.naming.lookup import Lookup, Row


def table(key: str, *rows: str) -> Lookup:
    header, *lines = (tuple(row.split(",")) for row in rows)
    stated = tuple(Row(cells, line, tuple(range(1, len(cells) + 1))) for line, cells in enumerate(lines, 2))
    return Lookup("tags", "tags.csv", FilePlace("dallas.yaml"), tuple(key.split()), header, stated)


STARS = table("machine tag", "machine,tag,name", "F01,T1,a", "*,T1,b", "F01,*,c", "*,*,d")
BITS = table("machine", "machine,bit,name", "F01,0,open", "F02,0,open", "F01,1,closed")


@pytest.mark.parametrize(
    ("key", "names"),
    [
        (("F01", "T1"), ["a"]),
        (("F01", "T2"), ["c"]),  # the leftmost exact cell wins over `*,T1`
        (("F02", "T1"), ["b"]),
        (("F02", "T2"), ["d"]),
    ],
)
def test_the_leftmost_exact_cells_win(key: tuple[str, ...], names: list[str]) -> None:
    assert [STARS.cell(row, "name") for row in STARS.find(key)] == names


def test_rows_of_one_key_come_in_the_order_of_the_table() -> None:
    assert [BITS.cell(row, "name") for row in BITS.find(("F01",))] == ["open", "closed"]
    assert BITS.find(("F03",)) == ()


def test_a_key_of_stars_alone_takes_whatever_is_left() -> None:
    assert [row.line for row in table("machine", "machine,name", "*,x").find(("anything",))] == [2]


def test_the_nearest_key_is_the_likely_spelling() -> None:
    lookup = table("machine tag", "machine,tag", "F01,TT99", "F02,PT01")
    assert lookup.nearest_key(("F01", "TT999")) == "F01,TT99"
    assert lookup.nearest_key(("quite", "different")) is None


def test_a_cell_has_a_place() -> None:
    row = BITS.find(("F02",))[0]
    assert str(BITS.place_of(row, "name")) == "tags.csv:3:3"
    assert str(BITS.place_of(row)) == "tags.csv:3:1"
