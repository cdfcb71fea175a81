"""What somebody meant who wrote a word that is not known here."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from itertools import islice
from typing import Final

from uns.finding import nearest

ALIASES: Final[Mapping[str, str]] = {
    "target": "to", "destination": "to", "filter": "topic", "pattern": "from", "match": "from", "dialect": "read",
    "format": "read", "timestamp": "time", "owner": "steward", "cases": "tests", "tables": "lookups",
    "regex": "pattern", "source": "from", "topic": "from",
    "when": "where", "condition": "where",
    "table": "lookup", "csv": "file", "timezone": "zone", "expected": "expect", "min": "range", "max": "range",
}  # fmt: skip
"""What other programs call a key → the key here."""
_OF_A_UNIT: Final = ("factor", "offset", "scale", "multiplier")

MAX_KNOWN: Final = 200
"""Known words that are compared with an unknown one."""


def meant_key(word: str, known: Sequence[str], taken: Container[str]) -> tuple[str | None, str]:
    """The known key that was most likely meant, of those that are not there already, and what to do."""
    if word in _OF_A_UNIT and "unit" in known:
        return "unit", "it belongs to the unit: `unit: {of: …, factor: …, offset: …}`"
    aliases = [alias for alias, meant in ALIASES.items() if meant in known and alias not in known]
    near = nearest(word, [each for each in (*known, *aliases) if ALIASES.get(each, each) not in taken])
    meant = ALIASES.get(near, near) if near in aliases else near
    return meant, f"did you mean `{meant}`?" if meant else did_you_mean(word, known)


def did_you_mean(word: str, known: Sequence[str], otherwise: str = "") -> str:
    """The remedy for an unknown word: the nearest known one, else the whole choice where it is short."""
    near = nearest(word, known if len(known) <= MAX_KNOWN else _similar(word, known))
    if near is not None:
        return f"did you mean `{near}`?"
    return otherwise or (f"choose {_listed(known)}" if known else "there is none yet")


def _similar(word: str, known: Sequence[str]) -> list[str]:
    """The few of many words that are worth a closer look."""
    alike = (each for each in known if each[:1] == word[:1] and abs(len(each) - len(word)) <= 3)
    return list(islice(alike, MAX_KNOWN))


def _listed(words: Sequence[str]) -> str:
    shown = [f"`{word}`" for word in words[:16]]
    return ", ".join(shown[:-1]) + (" or " if len(shown) > 1 else "") + shown[-1] + (" …" if len(words) > 16 else "")
