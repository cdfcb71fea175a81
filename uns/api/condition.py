"""Two people do not overwrite each other: what a change was made on is what is there, or nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import Depends, Header

from uns.api.listing import strong_tag_of
from uns.api.problem import Refused
from uns.registry.noun import Noun
from uns.registry.writing import Check, Transaction

Tags = Annotated[str | None, Header(max_length=1_000)]
Tag = Callable[[Transaction], str | None]
"""Of what is there now, None where nothing is."""
_CHANGED: Final = "it was changed, or is gone, since it was read; GET it, and make the change on what is there now"
_THERE: Final = "it is there already, and is to be left as it is; GET it"


class Given:
    """The conditions of a request, as RFC 9110 has them."""

    def __init__(
        self,
        match: Annotated[
            Tags, Header(alias="If-Match", description="the `ETag` that was read; 412 where it differs")
        ] = None,
        none_match: Annotated[Tags, Header(alias="If-None-Match", description="`*`: 412 where it is there")] = None,
    ) -> None:
        self.match, self.none_match = _listed(match), _listed(none_match)

    def check(self, tag: Tag) -> Check:
        """412 where they do not hold; without any, every state will do."""

        def check(transaction: Transaction) -> None:
            if self.match is None and self.none_match is None:
                return
            now = tag(transaction)
            if self.match is not None and (now is None or not self.match & {now, "*"}):
                raise Refused(412, _CHANGED)
            if self.none_match is not None and now is not None and self.none_match & {now, f"W/{now}", "*"}:
                raise Refused(412, _THERE)

        return check


Condition = Annotated[Given, Depends()]


def tag_in(noun: Noun[Any], key: str, *parts: object) -> Tag:
    """That of the noun with this key, made from `parts` besides."""

    def tag(transaction: Transaction) -> str | None:
        held = noun.get_in(transaction, key)
        return strong_tag_of(held, *parts) if held is not None else None

    return tag


def absent(tag: Tag, why: str) -> Check:
    """409 where it is there: a POST makes what is new."""

    def check(transaction: Transaction) -> None:
        if tag(transaction) is not None:
            raise Refused(409, why)

    return check


def _listed(tags: str | None) -> frozenset[str] | None:
    return None if tags is None else frozenset(each.strip() for each in tags.split(","))
