"""What stands in a project's folders where a file should: each by its own name."""

from __future__ import annotations

import os
from pathlib import Path

from uns.files import read_documents


def test_what_is_no_file_is_told_for_what_it_is(tmp_path: Path) -> None:
    rules, schemas = tmp_path / "naming_rules", tmp_path / "schemas"
    (rules / "folder.yaml").mkdir(parents=True)
    schemas.mkdir()
    os.mkfifo(rules / "pipe.csv")
    (rules / "link.csv").symlink_to("nowhere")
    assert {each.message for each in read_documents(rules, schemas, tmp_path)[1]} == {
        "naming_rules/folder.yaml is a folder",
        "naming_rules/pipe.csv is a pipe, a socket or a device",
        "naming_rules/link.csv leads nowhere",
    }
