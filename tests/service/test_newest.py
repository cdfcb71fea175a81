"""The newest documents: judged once, and in force only whole."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import threading
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import structlog
from structlog.testing import capture_logs
from support.plant import RULES, write_project

from uns import __version__, lastgood, verdict
from uns.apart import HINDMOST, judge_apart
from uns.bundle import Bundle
from uns.context.timeline import Timeline
from uns.contextualize import contextualize
from uns.decode import NO_BIRTHS
from uns.files import read_documents
from uns.finding import Finding
from uns.judge import judge
from uns.message import RawMessage
from uns.newest import TRY_AGAIN, Newest, acquaint
from uns.registry.engine import connect
from uns.service.rules import Rules
from uns.settings import Settings


def test_what_came_with_an_unreadable_file_takes_effect_once_that_is_gone(tmp_path: Path) -> None:
    write_project(tmp_path)
    nowhere = tmp_path / "naming_rules" / "nowhere.csv"
    nowhere.symlink_to("/nowhere")
    newest = Newest()

    def read() -> Bundle | None:
        documents, unread = read_documents(tmp_path / "naming_rules", tmp_path / "schemas")
        assert not newest.is_known(documents, unread)
        bundle = asyncio.run(newest.judge(documents, unread, 0, dict))
        assert newest.is_known(documents, unread)
        return bundle

    assert read() is None
    assert [each.code for each in newest.findings if each.severity == "error"] == ["file-unreadable"]
    nowhere.unlink()
    assert read() is not None
    assert {each.severity for each in newest.findings} == {"note"}


def test_what_another_process_judges_is_what_this_one_would(tmp_path: Path) -> None:
    """An answer of a megabyte, an error, and a bundle that takes effect."""
    write_project(tmp_path)
    documents, _ = read_documents(tmp_path / "naming_rules", tmp_path / "schemas")
    wrong = b"".join(b"  - {id: r%d, from: plc/L{line}/x%d, unit: furlong, to: Line/x}\n" % (n, n) for n in range(3000))
    bad = replace(documents, rules=documents.rules | {"dallas.yaml": documents.rules["dallas.yaml"] + wrong})
    colliding = replace(documents, rules=documents.rules | {"dallas.yaml": COLLIDING.encode()})
    for each, errors in ((documents, False), (bad, True), (colliding, True)):
        newest = Newest()
        bundle = asyncio.run(newest.judge(each, [], 0, dict, apart=True))
        assert newest.findings == judge(each, 0, {}).findings
        assert (bundle is None) is errors
    assert asyncio.run(judge_apart(documents, 0, {"telemetry/1.json": "another"}))[0].code == "contract-changed"


def test_a_judge_that_is_killed_lets_nothing_new_into_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_project(tmp_path)
    documents, _ = read_documents(tmp_path / "naming_rules", tmp_path / "schemas")
    dying = tmp_path / "dying"
    dying.write_text("#!/bin/sh\nkill -9 $$\n")
    dying.chmod(0o755)
    now = [0.0]
    newest = Newest(clock=lambda: now[0])
    with monkeypatch.context() as killed:
        killed.setattr(sys, "executable", str(dying))
        assert asyncio.run(newest.judge(documents, [], 0, dict, apart=True)) is None
        assert [(each.code, "signal 9" in each.message) for each in newest.findings] == [("judgement-failed", True)]
        dying.chmod(0o644)
        assert asyncio.run(newest.judge(documents, [], 0, dict, apart=True)) is None
        assert "could not be started: Permission denied" in newest.findings[0].message
    assert newest.is_known(documents, []), "it is not tried again at once"
    now[0] = TRY_AGAIN
    assert not newest.is_known(documents, []), "but in a minute"
    assert asyncio.run(newest.judge(documents, [], 0, dict, apart=True)) is not None
    assert newest.is_known(documents, [])


def test_errors_that_only_this_process_finds_are_told(tmp_path: Path) -> None:
    """As where the registry was away for whoever judged first."""
    write_project(tmp_path)
    documents, _ = read_documents(tmp_path / "naming_rules", tmp_path / "schemas")
    told = judge(documents, 0, {}).findings
    newest = Newest()
    assert asyncio.run(newest.judge(documents, [], 0, lambda: {"telemetry/1.json": "another"}, told=told)) is None
    assert "contract-changed" in [each.code for each in newest.findings]


def test_who_no_longer_waits_for_a_judge_leaves_no_process_behind(tmp_path: Path) -> None:
    write_project(tmp_path)
    documents, _ = read_documents(tmp_path / "naming_rules", tmp_path / "schemas")

    async def give_up() -> None:
        judging = asyncio.ensure_future(judge_apart(documents, 0, {}))
        while not children():
            await asyncio.sleep(0)
        judging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await judging

    assert children() == []
    asyncio.run(give_up())
    gc.collect()
    assert children() == []


def children() -> list[str]:
    """Of the thread that asks."""
    return Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split()


def test_the_judge_gets_its_turn_where_processors_are_divided_by_session(tmp_path: Path) -> None:
    """From its first moment: to load its program takes it longer than to judge most rules."""
    write_project(tmp_path)
    documents, _ = read_documents(tmp_path / "naming_rules", tmp_path / "schemas")

    def behind() -> list[str]:
        return [each for each in children() if os.getpriority(os.PRIO_PROCESS, int(each)) == HINDMOST]

    async def look() -> None:
        judging = asyncio.ensure_future(judge_apart(documents, 0, {}))
        while not (judging.done() or behind()):
            await asyncio.sleep(0)
        assert [os.getsid(int(each)) for each in behind()] == [int(each) for each in children()] != []
        await judging

    assert children() == []
    asyncio.run(look())


def test_what_the_message_path_found_is_taken_over_from_a_process_that_lives(tmp_path: Path) -> None:
    write_project(tmp_path, COLLIDING)
    documents, _ = read_documents(tmp_path / "naming_rules", tmp_path / "schemas")
    findings = (*judge(documents, 0, {}).findings, replace(judge(documents, 0, {}).findings[0], count=7))
    assert asyncio.run(verdict.awaited(tmp_path, documents.revision)) is None, "nobody has said anything"
    verdict.keep(tmp_path, documents.revision, findings)
    assert asyncio.run(verdict.awaited(tmp_path, documents.revision)) == findings
    newest = Newest()
    assert asyncio.run(newest.judge(documents, [], 0, dict, told=findings)) is None
    assert newest.findings == findings


@pytest.mark.parametrize("ended", [True, False])
def test_nobody_waits_for_a_process_that_has_ended_or_a_file_that_is_damaged(tmp_path: Path, ended: bool) -> None:
    verdict.keep(tmp_path, "another", ())
    told = tmp_path / verdict.NAME
    gone = subprocess.run(["sh", "-c", "echo $$"], check=True, capture_output=True, text=True).stdout
    said = told.read_text()
    told.write_text(said.replace(str(os.getpid()), gone.strip()) if ended else said[:-3])
    begun = time.monotonic()
    assert asyncio.run(verdict.awaited(tmp_path, "this")) is None
    assert time.monotonic() - begun < verdict.PATIENCE / 2


def test_it_is_waited_for(tmp_path: Path) -> None:
    verdict.keep(tmp_path, "before", ())

    async def wait() -> tuple[bool, tuple[Finding, ...] | None]:
        waiting = asyncio.ensure_future(verdict.awaited(tmp_path, "next"))
        early, _ = await asyncio.wait([waiting], timeout=2 * verdict.LOOK_AGAIN)
        verdict.keep(tmp_path, "next", ())
        return bool(early), await waiting

    assert asyncio.run(wait()) == (False, ())


def test_what_was_in_force_before_is_not_proven_again(tmp_path: Path) -> None:
    write_project(tmp_path)
    documents, _ = read_documents(tmp_path / "naming_rules", tmp_path / "schemas")
    assert not lastgood.vouches(tmp_path, documents)
    lastgood.keep(tmp_path, documents)
    assert lastgood.vouches(tmp_path, documents)
    proven = judge(documents, 0, {}, proven=True)
    assert proven.bundle is not None
    assert not proven.findings
    assert judge(documents, 0, {}).findings


def test_what_is_kept_already_is_not_written_again(tmp_path: Path) -> None:
    write_project(tmp_path)
    documents, _ = read_documents(tmp_path / "naming_rules", tmp_path / "schemas")
    lastgood.keep(tmp_path, documents)
    file = (tmp_path / lastgood.NAME).stat().st_ino
    lastgood.keep(tmp_path, documents)
    assert (tmp_path / lastgood.NAME).stat().st_ino == file
    lastgood.keep(tmp_path, replace(documents, schemas={}))
    assert (tmp_path / lastgood.NAME).stat().st_ino != file


def test_another_rule_or_another_version_of_this_program_is_judged(tmp_path: Path) -> None:
    write_project(tmp_path)
    documents, _ = read_documents(tmp_path / "naming_rules", tmp_path / "schemas")
    lastgood.keep(tmp_path, documents)
    other = replace(documents, rules=documents.rules | {"dallas.yaml": documents.rules["dallas.yaml"] + b"\n"})
    assert not lastgood.vouches(tmp_path, other)
    with zipfile.ZipFile(tmp_path / lastgood.NAME, "a") as archive:
        archive.comment = archive.comment.replace(__version__.encode(), b"0.0.0")
    assert not lastgood.vouches(tmp_path, documents)


def test_what_no_proof_is_needed_for_is_found_all_the_same(tmp_path: Path) -> None:
    write_project(tmp_path)
    documents, _ = read_documents(tmp_path / "naming_rules", tmp_path / "schemas")
    broken = replace(documents, schemas={})
    assert judge(broken, 0, {}, proven=True).bundle is None


def test_an_archive_that_the_disk_has_damaged_is_none_or_whole(tmp_path: Path) -> None:
    write_project(tmp_path)
    documents, _ = read_documents(tmp_path / "naming_rules", tmp_path / "schemas")
    lastgood.keep(tmp_path, documents)
    archive = tmp_path / lastgood.NAME
    sound, chance = archive.read_bytes(), Random(7)
    for at in range(len(sound)):
        for damaged in (sound[:at] + bytes([sound[at] ^ chance.randrange(1, 256)]) + sound[at + 1 :], sound[:at]):
            archive.write_bytes(damaged)
            kept = lastgood.kept(tmp_path)
            assert kept is None or set(kept.documents.rules.values()) <= set(documents.rules.values())


COLLIDING = RULES.replace(
    "  - id: start", "  - {id: again, from: other/filler, unit: Cel, to: line-1/x/_telemetry/temperature}\n"
    "  - {id: once-more, from: other/press, unit: Cel, to: line-1/x/_telemetry/temperature}\n  - id: start"
).replace("  - {topic: mes", "  - {topic: other/+, value: /Val}\n  - {topic: mes")  # fmt: skip


@pytest.mark.parametrize(("judged_by", "errors"), [(__version__, []), ("0.0.0", ["collision"])])
def test_rules_that_were_in_force_are_started_with_unproven_by_the_version_that_had_proven_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judged_by: str, errors: list[str]
) -> None:
    write_project(tmp_path, COLLIDING)
    state = tmp_path / ".uns"
    state.mkdir()
    settings = Settings(rules=tmp_path / "naming_rules", schemas=tmp_path / "schemas", state=state)
    documents, _ = read_documents(settings.rules, settings.schemas)
    with monkeypatch.context() as another:
        another.setattr(lastgood, "__version__", judged_by)
        lastgood.keep(state, documents)
    engine = connect(f"sqlite:///{tmp_path / 'uns.db'}")
    with capture_logs() as told:
        rules = Rules(settings, engine, structlog.get_logger())
        bundle = asyncio.run(rules.first())
    engine.dispose()
    assert bundle is not None, "they serve all the same: what was in force before is better than nothing"
    assert [each.code for each in rules.errors] == errors
    assert any("starting with the last good ones" in each["event"] for each in told) is bool(errors)


def test_colliding_rules_that_were_never_in_force_start_nothing(tmp_path: Path) -> None:
    write_project(tmp_path, COLLIDING)
    settings = Settings(rules=tmp_path / "naming_rules", schemas=tmp_path / "schemas", state=tmp_path)
    rules = Rules(settings, connect(f"sqlite:///{tmp_path / 'uns.db'}"), structlog.get_logger())
    assert asyncio.run(rules.first()) is None
    assert [each.code for each in rules.errors] == ["collision"]


def test_new_rules_have_met_the_addresses_of_before_when_they_take_effect(tmp_path: Path) -> None:
    write_project(tmp_path)
    documents, _ = read_documents(tmp_path / "naming_rules", tmp_path / "schemas")
    before, bundle = (judge(documents, 0, {}, proven=True).bundle for _ in range(2))
    assert before is not None
    assert bundle is not None
    timeline = Timeline.build("1", [], [])
    contextualize(RawMessage("plc/L3/filler-01/temperature", b'{"Val": 1, "ts": 1}', 0), before, timeline, NO_BIRTHS)
    contextualize(RawMessage("nobody/listens", b"1", 0), before, timeline, NO_BIRTHS)
    assert before.met() == [("plc/L3/filler-01/temperature", None)]
    acquaint(bundle, before)
    assert bundle.met() == before.met()


def test_a_judgement_leaves_nothing_to_a_collector(tmp_path: Path) -> None:
    write_project(tmp_path)
    documents, _ = read_documents(tmp_path / "naming_rules", tmp_path / "schemas")
    judge(documents, 0, {})
    gc.collect()
    gc.disable()
    try:
        judge(documents, 0, {})
        assert gc.collect() == 0
    finally:
        gc.enable()
