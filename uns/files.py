"""Files of a project, read from its folders into memory."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path
from typing import Final, NamedTuple

from uns.bundle import Documents
from uns.finding import FilePlace, Finding, found

RULE_SUFFIXES: Final = (".yaml", ".yml", ".csv", ".tsv", ".txt")
LARGEST: Final = 16 * 1024 * 1024
MOST_FILES: Final = 10_000


def read_documents(rules: Path, schemas: Path, shown_from: Path | None = None) -> tuple[Documents, list[Finding]]:
    """Everything below the two folders; findings name files as seen from `shown_from` (or here)."""
    base = (shown_from or Path.cwd()).resolve()
    rule_files, rule_findings = _read(rules, base, RULE_SUFFIXES)
    schema_files, schema_findings = _read(schemas, base, (".json",))
    rules_at, schemas_at = ("" if each == "." else each for each in (_shown(rules, base), _shown(schemas, base)))
    documents = Documents(rule_files, schema_files, rules_at, schemas_at)
    return documents, rule_findings + schema_findings


def _read(folder: Path, base: Path, suffixes: tuple[str, ...]) -> tuple[dict[str, bytes], list[Finding]]:
    where = FilePlace(_shown(folder, base))
    if not folder.is_dir():
        return {}, [found("file-unreadable", f"there is no folder {where.file}", "create it or name another", where)]
    contents: dict[str, bytes] = {}
    findings = []
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in suffixes)
    for path in paths[:MOST_FILES]:
        below = path.relative_to(folder).as_posix()
        content = _content(path, FilePlace(posixpath.normpath(posixpath.join(where.file, below))))
        if isinstance(content, Finding):
            findings.append(content)
        else:
            contents[below] = content
    return contents, findings


def _content(path: Path, place: FilePlace) -> bytes | Finding:
    try:
        if not path.is_file():
            remedy = "remove it, or put a file in its place"
            return found("file-unreadable", f"{place.file} is a folder, or leads nowhere", remedy, place)
        if path.stat().st_size > LARGEST:
            return found("file-unreadable", f"{place.file} is over 16 MiB", "split it", place)
        return path.read_bytes()
    except OSError as error:
        return found("file-unreadable", f"{place.file}: {error.strerror}", "make it readable", place)


def _shown(path: Path, base: Path) -> str:
    return Path(os.path.relpath(path.resolve(), base)).as_posix()


class Project(NamedTuple):
    """Where a project's files are, and how findings name them."""

    rules: Path
    schemas: Path
    base: Path
    only: Path | None = None
    """The one file that was asked about, where it was a file."""


def project_at(path: Path, schemas: Path) -> Project | Finding:
    """The project that a path stands for: its folder, its rules folder, or one file of either.

    `schemas` is where schemas are looked for when neither the folder nor its neighbour has any.
    """
    if not path.exists():
        return found("file-unreadable", f"there is no {path}", "name a folder or a file", FilePlace(path.as_posix()))
    folder = path if path.is_dir() else path.parent
    if not path.is_dir():
        above = [each for each in (folder, *folder.resolve().parents) if (each / "standard.yaml").is_file()]
        project = project_at(above[0] if above else folder, schemas)
        return project._replace(base=Path.cwd(), only=path) if isinstance(project, Project) else project
    if (path / "naming_rules").is_dir():
        return Project(path / "naming_rules", path / "schemas", path)
    beside = [each for each in (path / "schemas", path.resolve().parent / "schemas") if each.is_dir()]
    return Project(path, beside[0] if beside else schemas, path)
