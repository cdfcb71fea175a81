"""Whose word a record of an MES is, and why: the row in the registry says it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from support.announcements import BEFORE_ANNOUNCEMENTS, announcement
from support.announcements import announced as handed_on
from support.project import NOW, bundle_of, decided
from support.registry import migrated

from uns.context.believable import LONGEST_REMARK
from uns.context.values import Record
from uns.decision import Recorded, Reject
from uns.equipment import EquipmentPath
from uns.instant import SECOND
from uns.journal.store import Store
from uns.journal.values import Announced
from uns.registry import batches
from uns.registry.corrections import Period, corrected
from uns.registry.engine import connect
from uns.registry.moments import Revision
from uns.service.hearing import applying

LINE = EquipmentPath("dallas/line-3")
RULES = """
sources: [{topic: mes/orders, time: /at}]
rules:
  - id: orders
    from: mes/orders
    record: batch
    to: line-3
    fields: {id: /order, start: /start, stop: /stop, attributes: /more, by: /user, why: /remark}
"""
BUNDLE = bundle_of("sources: [plc/#]\nrules: []\n")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = connect(migrated(tmp_path / "uns.db"))
    yield engine
    engine.dispose()


def announced(kind: Any, at: int, rule: str, source: str = "mes/orders#START/L3", **fields: Any) -> Announced:
    return handed_on(announcement(Record(kind, LINE, NOW + at * SECOND, fields), NOW, source, rule))


def told(engine: Engine, batch: str) -> list[tuple[str, str | None]]:
    return [(each.recorded_by, each.why) for each in batches.history(engine, batch)]


def apply(engine: Engine, *records: Announced) -> None:
    assert applying(engine, lambda: BUNDLE, "uns")(records) == [()] * len(records)


def test_a_row_says_by_which_path_rule_and_topic_it_came_and_what_the_sender_says_itself(engine: Engine) -> None:
    apply(
        engine,
        announced("batch-start", 0, "dallas/mes-start", id="A"),
        announced("batch-change", 1, "dallas/mes-change", id="B", by="jdoe"),
        announced("batch-change", 2, "dallas/mes-change", id="C", by="jdoe", why="jam"),
    )
    change = "dallas/mes-change from mes/orders"
    assert told(engine, "A") == [
        ("path uns", "dallas/mes-start from mes/orders"),
        ("path uns for jdoe", change),
    ]
    assert told(engine, "C") == [("path uns for jdoe", f"jam ({change})")]


def test_each_of_those_that_came_together_is_told_by_its_own_word(engine: Engine) -> None:
    apply(
        engine,
        announced("batch-start", 0, "dallas/start", id="A"),
        announced("batch-stop", 10, "dallas/stop", id="A", by="ann"),
        announced("batch-start", 10, "dallas/start", id="B"),
        announced("batch-start", 10, "dallas/start", id="B", why="said again"),
    )
    found = corrected(engine, BUNDLE.standard, Period(Revision(0)), NOW + 3_600 * SECOND).items
    assert [(each.word.revision, each.word.by, each.word.why, each.became.members.get("batch")) for each in found] == [
        (1, "path uns", "dallas/start from mes/orders", {"id": "A"}),
        (2, "path uns for ann", "dallas/stop from mes/orders", None),
        (3, "path uns", "dallas/start from mes/orders", {"id": "B"}),
    ]
    assert [each.superseded_by for each in batches.history(engine, "A")] == ["path uns for ann", None]


def test_a_journal_that_was_written_before_records_said_whose_word_they_are_goes_on(
    engine: Engine, tmp_path: Path
) -> None:
    store = Store(tmp_path / "journal.db")
    store.connection.executescript(BEFORE_ANNOUNCEMENTS)
    store.connection.execute(
        "INSERT INTO records (kind, equipment, at, fields, source, rule, received, parallel)"
        " VALUES ('batch-start', 'dallas/line-3', ?, '{\"id\": \"A\"}', 'mes/orders#START/L3', 'dallas/start', ?, 0)",
        (NOW, NOW),
    )
    store.close()
    store = Store(tmp_path / "journal.db")
    ((number, record),) = store.records(0, 10)
    assert (record.kept.raw.topic, record.kept.tag) == ("mes/orders", "START/L3")
    assert store.payload(number) == b'{"id": "A"}', "all that is left of its message"
    apply(engine, *(each for _, each in store.records(0, 10)))
    store.close()
    assert told(engine, "A") == [("path uns", "dallas/start from mes/orders")]


def test_a_remark_keeps_no_record_out_however_it_came(engine: Engine) -> None:
    remark = "jam\r\n\tat the \x00 infeed " + "x" * 10_000
    order = {"order": "A", "start": "2025-11-20T00:00:00Z", "user": 4711, "remark": remark, "at": NOW // 10**6}
    (decision,) = decided(bundle_of(RULES), "mes/orders", json.dumps(order).encode())
    assert isinstance(decision, Recorded), decision
    fields = decision.record.fields
    assert (fields["by"], fields["why"][:30]) == ("4711", "jam at the \ufffd infeed xxxxxxxxxx")
    assert len(fields["why"]) <= LONGEST_REMARK
    apply(engine, handed_on(announcement(decision.record, NOW, rule=str(decision.rule))))
    ((by, why),) = told(engine, "A")
    assert (by, (why or "").endswith("(dallas/orders from mes/orders)")) == ("path uns for 4711", True)


@pytest.mark.parametrize(
    ("more", "code"),
    [({"recipe": "R-7", "tank": {"id": 3}}, None), ("R-7", "value-type"), ({"log": "x" * 30_000}, "value-type")],
)
def test_a_rule_gives_a_batch_attributes(engine: Engine, more: Any, code: str | None) -> None:
    order = {"order": "A", "start": "2025-11-20T00:00:00Z", "more": more, "at": NOW // 10**6}
    (decision,) = decided(bundle_of(RULES), "mes/orders", order)
    if isinstance(decision, Reject):
        assert [each.code for each in decision.findings] == [code]
        return
    assert (code, isinstance(decision, Recorded)) == (None, True)
    assert isinstance(decision, Recorded)
    apply(engine, handed_on(announcement(decision.record, NOW, rule=str(decision.rule))))
    assert [each.value.attributes for each in batches.get(engine, "A")] == [more]
