"""`/search`: nodes of the governed tree and equipment, by what people remember of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from uns.api.fields import Prose
from uns.api.kinds import meaning_of
from uns.api.listing import DEFAULT_LIMIT, Cursor, Limit
from uns.api.models import Hit, Hits
from uns.api.namespace import SERVICE, Namespace
from uns.api.problem import Refused, wrong
from uns.api.surroundings import Here, Surroundings
from uns.bundle import Bundle
from uns.cursor import after_of, cursor_of
from uns.naming.equipment import listed_in, with_root
from uns.registry.equipment import matching
from uns.registry.nouns import Equipment

router = APIRouter(tags=["browse"])
Words = Annotated[
    Prose,
    Query(
        min_length=1, max_length=200,
        description="part of a name, a description, a raw topic or the id of registered equipment",
    ),
]  # fmt: skip
Matched = Literal["name", "description", "source", "id"]


@router.get("/search", summary="Nodes by name, description, raw topic; equipment also by its id")
async def search(here: Here, q: Words, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Hits:
    words, after = q.casefold(), after_of(cursor)
    if not words.strip():
        raise wrong("?q", "nothing to search for", "name a part of a name, a description, a raw topic or an id")
    equipment = await _equipment(here, q)
    hits: list[Hit] = []
    described = _described(words, here.rules.bundle)
    service = f"{here.namespace.root}/{SERVICE}"
    for path in sorted(here.namespace.nodes.keys() | equipment.keys()):
        if not path or (after is not None and path <= after) or path.startswith(service):
            continue
        piece = equipment.get(path)
        matched = _matched(path, words, described, here.namespace) or _matched_of(piece, words)
        if matched is not None and len(hits) == limit:
            return Hits(items=hits, next=cursor_of(hits[-1].path), revision=here.rules.revision)
        if matched is not None:
            hits.append(_hit(path, matched, piece, here))
    return Hits(items=hits, revision=here.rules.revision)


async def _equipment(here: Surroundings, words: str) -> Mapping[str, Equipment | None]:
    """By governed path what the standard names, and what the registry knows by these words; as long as that is away,
    the namespace alone is searched."""
    if here.rules.bundle is None:
        return {}
    standard = here.rules.bundle.standard
    try:
        known = await here.registry.ask(matching, words)
    except Refused:
        known = []
    named: dict[str, Equipment | None] = {with_root(standard, each): None for each in listed_in(standard)}
    return named | {with_root(standard, each.path): each for each in known}


def _described(words: str, bundle: Bundle | None) -> frozenset[str]:
    """Names of the dictionary whose descriptions hold the words."""
    names = bundle.standard.names.values() if bundle else ()
    return frozenset(each.name for each in names if words in each.description.casefold())


def _matched(path: str, words: str, described: frozenset[str], namespace: Namespace) -> Matched | None:
    name, entry = path.rpartition("/")[2], namespace.entries.get(path)
    if words in name.casefold():
        return "name"
    if entry is not None and name in described:
        return "description"
    if entry is not None and words in entry.properties.get("source", "").casefold():
        return "source"
    return None


def _matched_of(equipment: Equipment | None, words: str) -> Matched | None:
    """The registry found it, by one of the three."""
    if equipment is None:
        return None
    if words in (equipment.id or "").casefold():
        return "id"
    return "name" if words in (equipment.name or "").casefold() else "description"


def _hit(path: str, matched: Matched, equipment: Equipment | None, here: Surroundings) -> Hit:
    entry = here.namespace.entries.get(path)
    meaning = meaning_of(path, entry is not None, here.rules.bundle)
    return Hit(
        path=path,
        name=path.rpartition("/")[2],
        kind=meaning.kind,
        description=meaning.description or (equipment and (equipment.description or equipment.name)),
        source=entry.properties.get("source") if entry else None,
        id=equipment and equipment.id,
        matched=matched,
    )
