"""A table is what a dict would be, and stays what it was."""

from hypothesis import given
from hypothesis import strategies as st

from uns.context.table import Table

CHANGES = st.lists(st.tuples(st.integers(0, 400).map(str), st.integers(0, 9) | st.none()), max_size=60)


@given(CHANGES, CHANGES)
def test_a_changed_table_and_the_one_before(
    first: list[tuple[str, int | None]], then: list[tuple[str, int | None]]
) -> None:
    table: Table[int] = Table()
    expected: dict[str, int] = {}
    for changes in (first, then):
        before, before_expected = table, dict(expected)
        table = before.change(changes)
        for key, value in changes:
            if value is None:
                expected.pop(key, None)
            else:
                expected[key] = value
        assert dict(before) == before_expected
        assert dict(table) == expected
        assert len(table) == len(expected)
        assert all(key in table and table.get(key) == value for key, value in expected.items())
        assert not any(key in table for key, _ in changes if key not in expected)
