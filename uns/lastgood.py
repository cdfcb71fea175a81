"""The documents of the last bundle that was in force, kept so that a restart serves even where the new ones are bad."""

from __future__ import annotations

import os
import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple

from uns import __version__
from uns.bundle import Documents

NAME = "last-good.zip"
DAMAGED = (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError)
"""What reading an archive raises that a disk has damaged; which of them depends on where the damage is."""


class Kept(NamedTuple):
    documents: Documents
    judged_by: str
    """The version of this program that found no error in them."""


def keep(folder: Path, documents: Documents) -> None:
    """Whole or not at all; what is kept already is not written again."""
    if vouches(folder, documents):
        return
    new = folder / f"{NAME}.new"
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in documents.rules.items():
            archive.writestr(f"rules/{path}", content)
        for path, content in documents.schemas.items():
            archive.writestr(f"schemas/{path}", content)
        archive.comment = f"{documents.rules_at}\n{documents.schemas_at}\n{__version__}".encode()
    with new.open("rb") as written:
        os.fsync(written.fileno())
    new.replace(folder / NAME)


def vouches(folder: Path, documents: Documents) -> bool:
    """Whether just these were in force before, judged as this program would judge them."""
    known = kept(folder)
    return known is not None and known == Kept(documents, __version__)


def kept(folder: Path) -> Kept | None:
    """None where there is none that can be read."""
    try:
        with zipfile.ZipFile(folder / NAME) as archive:
            rules_at, schemas_at, version, *_ = [*archive.comment.decode().split("\n"), "", "", ""]
            contents = {name: archive.read(name) for name in archive.namelist()}
    except DAMAGED:
        return None
    documents = Documents(
        {name.removeprefix("rules/"): each for name, each in contents.items() if name.startswith("rules/")},
        {name.removeprefix("schemas/"): each for name, each in contents.items() if name.startswith("schemas/")},
        rules_at,
        schemas_at,
    )
    return Kept(documents, version)
