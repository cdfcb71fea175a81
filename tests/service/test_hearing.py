"""What makes the path load its timeline whole, which it otherwise follows change by change."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.project import NOW, bundle_of
from support.waiting import eventually

from uns.instant import SECOND
from uns.registry.engine import connect
from uns.registry.migrate import migrate
from uns.service.hearing import Heard, Hearing

MONTH = 30 * 86_400 * SECOND


@pytest.mark.parametrize("step", [MONTH, -MONTH])
def test_a_clock_that_somebody_set_moves_what_the_timeline_reaches_back_to(step: int, tmp_path: Path) -> None:
    """A box without a clock of its own starts in another year; what it loaded then is not for the readings of now."""
    engine, bundle = connect(f"sqlite:///{tmp_path / 'uns.db'}"), bundle_of("sources: [plc/#]\nrules: []\n")
    migrate(engine)
    clock, heard = [NOW], list[Heard]()
    listening = Hearing(engine, lambda: bundle, lambda: 0, heard.append, lambda why: None, lambda: clock[0])
    listening.start()
    try:
        eventually(lambda: heard and heard[-1].timeline.since == NOW - bundle.reaches_back)
        clock[0] += step
        eventually(lambda: heard[-1].timeline.since == clock[0] - bundle.reaches_back)
    finally:
        listening.stop()
        engine.dispose()
