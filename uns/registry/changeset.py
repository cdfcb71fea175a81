"""A change set on the way into force: the files in force and what it adds, replaces and deletes, judged as a whole."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Final, NamedTuple

from sqlalchemy import Engine

from uns.bundle import Documents
from uns.finding import FilePlace, Finding, Severity, found
from uns.judge import judge
from uns.registry.submissions import in_force, schemas, show, submit
from uns.registry.writing import Author

RULES: Final = "naming_rules"
SCHEMAS: Final = "schemas"
SUFFIXES: Final = {RULES: (".yaml", ".csv"), SCHEMAS: (".json",)}
MAX_FILES: Final = 10_000
MAX_PATH: Final = 300
MAX_BYTES: Final = 16 * 1024 * 1024
NOTHING: Final = Documents({}, {}, RULES, SCHEMAS)

Files = Mapping[str, bytes | None]
"""`naming_rules/…` and `schemas/…` → content; None deletes the file."""


class Outcome(NamedTuple):
    """Every finding about the bundle that it makes; with an error among them nothing has changed."""

    findings: tuple[Finding, ...]
    revision: str
    is_new: bool = False

    @property
    def is_in_force(self) -> bool:
        return not any(each.severity is Severity.ERROR for each in self.findings)


class Overtaken(Exception):
    """Another change set came into force while this one was judged."""


def submit_changes(engine: Engine, files: Files, author: Author) -> Outcome:
    """Judge the whole bundle that it would make, and put that in force where nothing is in error."""
    base = in_force(engine)
    wrong = check_paths(files, base[1] if base else NOTHING)
    documents = changed(base[1] if base else NOTHING, files)
    if wrong:
        return Outcome(tuple(wrong), documents.revision)
    judgement = judge(documents, author.at, schemas(engine))
    outcome = Outcome(judgement.findings, documents.revision)
    if judgement.bundle is None:
        return outcome
    now = in_force(engine)
    if (now and now[0].revision) != (base and base[0].revision):
        raise Overtaken
    return outcome._replace(is_new=submit(engine, documents, documents.revision, author))


def put_back(engine: Engine, revision: str, author: Author) -> Outcome | None:
    """An earlier revision, judged again by what was in force since; None where there is no such revision."""
    earlier = show(engine, revision)
    if earlier is None:
        return None
    documents = earlier[1]
    judgement = judge(documents, author.at, schemas(engine))
    if judgement.bundle is not None:
        submit(engine, documents, revision, author)
    return Outcome(judgement.findings, revision)


def files_of(documents: Documents) -> dict[str, bytes]:
    """Every file, named as a change set names it."""
    files = {f"{RULES}/{path}": content for path, content in documents.rules.items()}
    return files | {f"{SCHEMAS}/{path}": content for path, content in documents.schemas.items()}


def changed(base: Documents, files: Files) -> Documents:
    """The documents after the change."""
    folders: dict[str, dict[str, bytes]] = {RULES: {}, SCHEMAS: {}}
    for path, content in {**files_of(base), **files}.items():
        folder, _, below = path.partition("/")
        if content is not None and folder in folders:
            folders[folder][below] = content
    return Documents(folders[RULES], folders[SCHEMAS], RULES, SCHEMAS)


def check_paths(files: Files, base: Documents) -> list[Finding]:
    """What keeps files from having a place in a project."""
    if len(files) > MAX_FILES:
        place = FilePlace("/files")
        return [found("file-unreadable", f"{len(files)} files are too many", f"send at most {MAX_FILES}", place)]
    known = files_of(base)
    return [each for path, content in files.items() for each in _wrong(path, content, known)]


def _wrong(path: str, content: bytes | None, known: Container[str]) -> list[Finding]:
    place = FilePlace(path[:MAX_PATH])
    folder, _, below = path.partition("/")
    levels = below.split("/")
    if folder not in SUFFIXES or not below.endswith(SUFFIXES[folder]):
        remedy = "name it naming_rules/….yaml, naming_rules/….csv or schemas/….json"
        return [found("file-unreadable", f"{path[:MAX_PATH]!r} is no file of a project", remedy, place)]
    if len(path) > MAX_PATH or not path.isprintable() or any(each in ("", ".", "..") for each in levels):
        return [found("file-unreadable", f"{path[:MAX_PATH]!r} is no path", "write plain names between /", place)]
    if content is None and path not in known:
        return [found("file-unreadable", f"{path} is not in force", "leave out what is to be deleted", place)]
    if content is not None and len(content) > MAX_BYTES:
        return [found("file-unreadable", f"{path} is over 16 MiB", "split it", place)]
    return []
