"""The newest documents: judged once, and in force only whole."""

from __future__ import annotations

import asyncio
from pathlib import Path

from support.plant import write_project

from uns.bundle import Bundle
from uns.files import read_documents
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
