"""Schemas in force never change: somebody stored data that only the old ones describe."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from itertools import count

from uns.finding import FilePlace, Finding, found
from uns.schema.catalog import Catalog


def changed(catalog: Catalog, in_force: Mapping[str, str] | None, places: Mapping[str, FilePlace]) -> list[Finding]:
    """`in_force` holds the fingerprints that were published under by path, None where nobody can tell.

    `places` are those that name the contracts' schemas, by path.
    """
    if in_force is None:
        if not places:
            return []
        message = "whether a schema was in force before cannot be told: the registry is out of reach"
        remedy = "`uns doctor`, or compare with `--against FOLDER`"
        return [found("contract-unverified", message, remedy, min(places.values()))]
    paths = [each for each in sorted(in_force) if each in catalog and in_force[each] != catalog.fingerprint(each)]
    return [_changed(path, catalog) for path in paths]


def _changed(path: str, catalog: Catalog) -> Finding:
    message = f"{path} was in force and differs now, or something that it refers to does"
    remedy = f"put it back and save the new one as `{_next(path, catalog)}`"
    return found("contract-changed", message, remedy, catalog.documents[path].place())


def _next(path: str, catalog: Catalog) -> str:
    """The first version after this one that is free."""
    folder, name = posixpath.split(path)
    stem = name.removesuffix(".json")
    version = int(stem) if stem.isascii() and stem.isdigit() else 1
    free = next(each for each in count(version + 1) if posixpath.join(folder, f"{each}.json") not in catalog)
    return posixpath.join(folder, f"{free}.json")
