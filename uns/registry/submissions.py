"""Change sets by the revision of the bundle that they make, and which one is in force."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Select, insert, select

from uns.bundle import Documents
from uns.cursor import cursor_of, position_of
from uns.instant import Instant
from uns.registry.engine import reading
from uns.registry.held import Page
from uns.registry.tables import CONTENTS, IN_FORCE, SCHEMAS, SUBMISSION_FILES, SUBMISSIONS
from uns.registry.writing import Author, writing


class Submission(NamedTuple):
    revision: str
    submitted_at: Instant
    submitted_by: str
    why: str | None
    in_force: bool


def submit(engine: Engine, documents: Documents, revision: str, author: Author) -> bool:
    """Put a judged change set in force, a new one or an earlier one again; whether it was new. A file is kept once."""
    with writing(engine, author, "submissions") as open_one:
        connection = open_one.connection
        new = connection.execute(select(SUBMISSIONS).where(SUBMISSIONS.c.revision == revision)).first() is None
        if new:
            _store(connection, documents, revision, author)
        if _newest(connection) != revision:
            _put(connection, revision, author)
            open_one.changed = True
        return new


def in_force(engine: Engine) -> tuple[Submission, Documents] | None:
    """What every instance works by, or None where nothing was ever submitted."""
    with reading(engine) as connection:
        newest = _newest(connection)
        return _shown(connection, newest, newest) if newest else None


def show(engine: Engine, revision: str) -> tuple[Submission, Documents] | None:
    with reading(engine) as connection:
        return _shown(connection, revision, _newest(connection))


def listed(engine: Engine, cursor: str | None = None, limit: int = 100) -> Page[Submission]:
    """The newest first."""
    order = SUBMISSIONS.c.submitted_at.desc(), SUBMISSIONS.c.revision
    query = select(SUBMISSIONS).order_by(*order).limit(limit + 1)
    if cursor:
        at, revision = position_of(cursor, int, str)
        later = (SUBMISSIONS.c.submitted_at == at) & (SUBMISSIONS.c.revision > revision)
        query = query.where((SUBMISSIONS.c.submitted_at < at) | later)
    with reading(engine) as connection:
        rows, newest = connection.execute(query).all(), _newest(connection)
    following = cursor_of(rows[limit - 1].submitted_at, rows[limit - 1].revision) if len(rows) > limit else None
    return Page(tuple(_submission_of(row, newest) for row in rows[:limit]), following)


def schemas(engine: Engine) -> Mapping[str, str]:
    """Path → fingerprint of every schema that was ever in force."""
    with reading(engine) as connection:
        return {row.path: row.fingerprint for row in connection.execute(select(SCHEMAS))}


def note_schemas(engine: Engine, fingerprints: Mapping[str, str], author: Author) -> Mapping[str, str]:
    """Note those that are in force for the first time; gives back those that were in force with another fingerprint."""
    with writing(engine, author, "submissions") as open_one:
        known = {row.path: row.fingerprint for row in open_one.connection.execute(select(SCHEMAS))}
        new = [
            {"path": path, "fingerprint": fingerprint, "since": author.at}
            for path, fingerprint in fingerprints.items()
            if path not in known
        ]
        if new:
            open_one.connection.execute(insert(SCHEMAS), new)
        return {path: known[path] for path, mark in fingerprints.items() if known.get(path, mark) != mark}


def _store(connection: Connection, documents: Documents, revision: str, author: Author) -> None:
    connection.execute(
        insert(SUBMISSIONS),
        [{"revision": revision, "submitted_at": author.at, "submitted_by": author.name, "why": author.why}],
    )
    files = [("rules", path, data) for path, data in documents.rules.items()]
    files += [("schemas", path, data) for path, data in documents.schemas.items()]
    contents = {hashlib.sha256(data).hexdigest(): data for _, _, data in files}
    known = set(connection.scalars(select(CONTENTS.c.hash)))
    new = [{"hash": mark, "content": data} for mark, data in contents.items() if mark not in known]
    if new:
        connection.execute(insert(CONTENTS), new)
    rows = [
        {"revision": revision, "folder": folder, "path": path, "hash": hashlib.sha256(data).hexdigest()}
        for folder, path, data in files
    ]
    if rows:
        connection.execute(insert(SUBMISSION_FILES), rows)


def _put(connection: Connection, revision: str, author: Author) -> None:
    row = {"revision": revision, "since": author.at, "put_by": author.name, "why": author.why}
    connection.execute(insert(IN_FORCE), [row])


def _newest(connection: Connection) -> str | None:
    return connection.scalar(select(IN_FORCE.c.revision).order_by(IN_FORCE.c.id.desc()).limit(1))


def _shown(connection: Connection, revision: str, newest: str | None) -> tuple[Submission, Documents] | None:
    row = connection.execute(select(SUBMISSIONS).where(SUBMISSIONS.c.revision == revision)).first()
    if row is None:
        return None
    folders: dict[str, dict[str, bytes]] = {"rules": {}, "schemas": {}}
    for file in connection.execute(_files(revision)):
        folders[file.folder][file.path] = bytes(file.content)
    return _submission_of(row, newest), Documents(folders["rules"], folders["schemas"])


def _files(revision: str) -> Select[str, str, bytes]:
    files = select(SUBMISSION_FILES.c.folder, SUBMISSION_FILES.c.path, CONTENTS.c.content)
    return (
        files.join(CONTENTS, CONTENTS.c.hash == SUBMISSION_FILES.c.hash)
        .where(SUBMISSION_FILES.c.revision == revision)
        .order_by(SUBMISSION_FILES.c.folder, SUBMISSION_FILES.c.path)
    )


def _submission_of(row: Any, newest: str | None) -> Submission:
    return Submission(row.revision, row.submitted_at, row.submitted_by, row.why, row.revision == newest)
