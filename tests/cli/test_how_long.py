"""For how long readings had gone out, as a person wants to know it."""

import pytest

from uns.cli.diff import how_long
from uns.context.corrections import Published
from uns.instant import MICROSECOND, MILLISECOND, SECOND


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        (Published(None, 0), "–"),
        (Published(1, 0), "late ones only"),
        (Published(1, 24 * MICROSECOND), "under 1 ms"),
        (Published(1, 12 * MILLISECOND), "0.012 s"),
        (Published(1, 59 * SECOND), "59 s"),
        (Published(1, 61 * SECOND), "1 min 01 s"),
        (Published(1, 3660 * SECOND), "1 h 01 min"),
    ],
)
def test_how_long(published: Published, expected: str) -> None:
    assert how_long(published) == expected
