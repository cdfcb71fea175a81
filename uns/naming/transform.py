"""The four transforms of templates: text in, text out, or why there is none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

from uns.finding import Malformed

_UMLAUTS: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "ae", "Ö": "oe", "Ü": "ue", "ẞ": "ss"}
)
_OTHERS: Final = re.compile(r"[^a-z0-9]+")


def lower(text: str) -> str | Malformed:
    """Unicode lower case."""
    return text.lower()


def kebab(text: str) -> str | Malformed:
    """Lower-case letters and digits, all else one hyphen: `Füller 01` becomes `fueller-01`. It may merge texts."""
    spelled = unicodedata.normalize("NFC", text).translate(_UMLAUTS)
    plain = "".join(each for each in unicodedata.normalize("NFKD", spelled) if unicodedata.category(each)[0] != "M")
    return _OTHERS.sub("-", plain.lower()).strip("-")


def integer(text: str) -> str | Malformed:
    """Decimal digits without leading zeros, of any length."""
    if not _are_digits(text):
        return _failed("int", text)
    return text.lstrip("0") or "0"


def pad2(text: str) -> str | Malformed:
    """Digits, filled with zeros from the left to two places."""
    return text.rjust(2, "0") if _are_digits(text) else _failed("pad2", text)


def _are_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _failed(transform: str, text: str) -> Malformed:
    message = f"`{transform}` of `{text[:60]}` has no result: it takes digits only"
    return Malformed("transform-failed", message, "let `where` take digits only, or translate it with a lookup")


TRANSFORMS: Final[Mapping[str, Callable[[str], str | Malformed]]] = {
    "lower": lower,
    "kebab": kebab,
    "int": integer,
    "pad2": pad2,
}
