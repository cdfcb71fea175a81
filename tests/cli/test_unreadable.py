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
    (tmp_path / "password").write_text("secret")
    (rules / "out.yaml").symlink_to(tmp_path / "password")
    (rules / "..data").mkdir()
    (rules / "..data" / "tags.csv").write_text("a,b\n")
    (rules / "tags.csv").symlink_to("..data/tags.csv")
    documents, findings = read_documents(rules, schemas, tmp_path)
    assert documents.rules == {"..data/tags.csv": b"a,b\n", "tags.csv": b"a,b\n"}
    assert {each.message for each in findings} == {
        "naming_rules/folder.yaml is a folder",
        "naming_rules/pipe.csv is a pipe, a socket or a device",
        "naming_rules/link.csv leads nowhere",
        "naming_rules/out.yaml leads out of the folder",
    }
