"""The documents of the last bundle that was in force, kept so that a restart serves even where the new ones are bad."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

from uns.bundle import Documents

NAME = "last-good.zip"


def keep(folder: Path, documents: Documents) -> None:
    """Whole or not at all."""
    new = folder / f"{NAME}.new"
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in documents.rules.items():
            archive.writestr(f"rules/{path}", content)
        for path, content in documents.schemas.items():
            archive.writestr(f"schemas/{path}", content)
        archive.comment = f"{documents.rules_at}\n{documents.schemas_at}".encode()
    with new.open("rb") as written:
        os.fsync(written.fileno())
    new.replace(folder / NAME)


def kept(folder: Path) -> Documents | None:
    """None where there is none that can be read."""
    try:
        with zipfile.ZipFile(folder / NAME) as archive:
            rules_at, _, schemas_at = archive.comment.decode().partition("\n")
            contents = {name: archive.read(name) for name in archive.namelist()}
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError):
        return None
    return Documents(
        {name.removeprefix("rules/"): each for name, each in contents.items() if name.startswith("rules/")},
        {name.removeprefix("schemas/"): each for name, each in contents.items() if name.startswith("schemas/")},
        rules_at,
        schemas_at,
    )
