"""Instants on a site's clocks, as `uns context` shows them."""

from zoneinfo import ZoneInfo

import pytest

from uns.cli.context import clock
from uns.instant import LATEST, from_text

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("instant", "shown"),
    [
        ("2026-10-25T02:30:00+02:00", "2026-10-25 02:30+0200"),
        ("2026-10-25T02:30:40+01:00", "2026-10-25 02:30:40+0100"),
        ("2026-10-25T02:30:00.5+01:00", "2026-10-25 02:30:00+0100"),
    ],
)
def test_seconds_are_shown_where_there_are_any(instant, shown):
    assert clock(from_text(instant, BERLIN), BERLIN) == shown


def test_what_runs_is_open():
    assert clock(None, BERLIN) == clock(LATEST, BERLIN) == "open"
