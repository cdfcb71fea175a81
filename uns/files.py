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
    if not os.path.isdir(folder):
        return {}, [found("file-unreadable", f"there is no folder {where.file}", "create it or name another", where)]
    contents: dict[str, bytes] = {}
    every, findings = _paths(folder, base)
    paths = sorted(path for path in every if path.suffix.lower() in suffixes)
    for path in paths[:MOST_FILES]:
        below = path.relative_to(folder).as_posix()
        content = _content(path, folder, FilePlace(posixpath.normpath(posixpath.join(where.file, below))))
        if isinstance(content, Finding):
            findings.append(content)
        else:
            contents[below] = content
    return contents, findings


def _paths(folder: Path, base: Path) -> tuple[list[Path], list[Finding]]:
    """Everything below the folder, and a finding for each folder that nobody can look into."""
    closed: list[OSError] = []
    paths = [
        Path(above, name)
        for above, folders, files in os.walk(folder, onerror=closed.append)
        for name in folders + files
    ]
    return paths, [_closed(error, base) for error in closed]


def _closed(error: OSError, base: Path) -> Finding:
    shown = _shown(Path(error.filename), base)
    return found("file-unreadable", f"{shown}: {error.strerror}", "make the folder readable", FilePlace(shown))


def _content(path: Path, folder: Path, place: FilePlace) -> bytes | Finding:
    try:
        if not path.is_file():
            message = f"{place.file} {_instead_of_a_file(path)}"
            return found("file-unreadable", message, "remove it, or put a file in its place", place)
        if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
            # whoever may propose a rule file may not have the service read, and show, any other file of the machine
            message = f"{place.file} leads out of the folder"
            return found("file-unreadable", message, "put a copy in its place", place)
        if path.stat().st_size > LARGEST:
            return found("file-unreadable", f"{place.file} is over 16 MiB", "split it", place)
        return path.read_bytes()
    except OSError as error:
        return found("file-unreadable", f"{place.file}: {error.strerror}", "make it readable", place)


def _instead_of_a_file(path: Path) -> str:
    if path.is_dir():
        return "is a folder"
    return "is a pipe, a socket or a device" if path.exists() else "leads nowhere"


def _shown(path: Path, base: Path) -> str:
    return Path(os.path.relpath(path.resolve(), base)).as_posix()


class Project(NamedTuple):
    """Where a project's files are, and how findings name them."""

    rules: Path
    schemas: Path
    base: Path
    only: Path | None = None
    """The one file that was asked about, where it was a file."""


def project_at(path: Path, usual: Project) -> Project | Finding:
    """The project that a path stands for: its folder, its rules folder, or one file of either.

    `usual` is the settings' own; its schemas serve where neither the folder nor its neighbour has any.
    """
    if not os.path.exists(path):
        return found("file-unreadable", f"there is no {path}", "name a folder or a file", FilePlace(path.as_posix()))
    if not path.is_dir():
        return _project_of(path, usual)
    if (path / "naming_rules").is_dir():
        return Project(path / "naming_rules", path / "schemas", path)
    beside = [each for each in (path / "schemas", path.resolve().parent / "schemas") if each.is_dir()]
    return Project(path, beside[0] if beside else usual.schemas, path)


def _project_of(file: Path, usual: Project) -> Project | Finding:
    """The nearest project above a file that reads it, else the usual one; a finding where none does."""
    above = (project_at(each, usual) for each in Path(os.path.abspath(file)).parents if _is_project(each))
    for project in (*above, *([usual] if _is_project(usual.rules) else ())):
        if isinstance(project, Project) and _reads(project, file):
            return project._replace(base=Path.cwd(), only=file)
    message = f"{file} is no rule file, table or schema of a project"
    remedy = "name one beside or below a `standard.yaml`, or a schema of its project"
    return found("file-unreadable", message, remedy, FilePlace(file.as_posix()))


def _is_project(folder: Path) -> bool:
    return any(os.path.isfile(each / "standard.yaml") for each in (folder, folder / "naming_rules"))


def _reads(project: Project, file: Path) -> bool:
    path = Path(os.path.abspath(file))
    kept = ((project.rules, RULE_SUFFIXES), (project.schemas, (".json",)))
    return any(path.is_relative_to(os.path.abspath(at)) and path.suffix.lower() in fit for at, fit in kept)
