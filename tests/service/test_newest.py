"""The newest documents: judged once, and in force only whole."""

from __future__ import annotations

import asyncio
import zipfile
from dataclasses import replace
from pathlib import Path

from support.plant import write_project

from uns import __version__, lastgood
from uns.bundle import Bundle
from uns.files import read_documents
from uns.judge import judge
from uns.newest import Newest


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
