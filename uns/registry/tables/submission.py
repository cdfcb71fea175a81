"""Change sets: who submitted which files when, what is in force, and the schemas that ever were."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, Named, Table, Text, TypedColumns

from uns.registry.tables.recorded import METADATA


class Contents(TypedColumns):
    """A file's bytes, kept once under their SHA-256."""

    hash: Named[str] = Column(Text, primary_key=True)
    content: Named[bytes] = Column(LargeBinary)


class Submissions(TypedColumns):
    revision: Named[str] = Column(Text, primary_key=True)
    """The bundle's."""
    submitted_at: Named[int] = Column(BigInteger)
    submitted_by: Named[str] = Column(Text)
    why: Named[str | None] = Column(Text)


class SubmissionFiles(TypedColumns):
    revision: Named[str] = Column(Text, ForeignKey("submission.revision"), primary_key=True)
    folder: Named[str] = Column(Text, primary_key=True)
    """rules or schemas."""
    path: Named[str] = Column(Text, primary_key=True)
    hash: Named[str] = Column(Text, ForeignKey("content.hash"))


class InForce(TypedColumns):
    """Every time that a submission was put in force; the newest row is the one that is."""

    id: Named[int] = Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    revision: Named[str] = Column(Text, ForeignKey("submission.revision"))
    since: Named[int] = Column(BigInteger)
    put_by: Named[str] = Column(Text)
    why: Named[str | None] = Column(Text)


class Schemas(TypedColumns):
    """The fingerprint under which a contract's schema was in force; it never changes."""

    path: Named[str] = Column(Text, primary_key=True)
    fingerprint: Named[str] = Column(Text)
    since: Named[int] = Column(BigInteger)


CONTENTS: Final = Table("content", METADATA, Contents)
SUBMISSIONS: Final = Table("submission", METADATA, Submissions)
SUBMISSION_FILES: Final = Table("submission_file", METADATA, SubmissionFiles)
IN_FORCE: Final = Table("in_force", METADATA, InForce)
SCHEMAS: Final = Table("schema_in_force", METADATA, Schemas)
