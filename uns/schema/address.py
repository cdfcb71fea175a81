"""Addresses of schemas as references write them: an address, a `#`, a fragment; percent signs escape bytes."""

from __future__ import annotations

import re
from typing import Final

_ESCAPED: Final = re.compile(rb"%([0-9A-Fa-f]{2})")
_UNSAFE: Final = re.compile(rb"[^A-Za-z0-9/._~-]")
_OUTSIDE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|/")


def split(reference: str) -> tuple[str, str]:
    """The address and the fragment, both as written."""
    address, _, fragment = reference.partition("#")
    return address, fragment


def leads_outside(address: str) -> bool:
    """Whether it names a scheme, a host or the root of something, and not a neighbour."""
    return _OUTSIDE.match(address) is not None


def decoded(text: str) -> str:
    """Bytes that are no UTF-8 become U+FFFD, which no file and no schema is named by."""
    return _ESCAPED.sub(lambda match: bytes.fromhex(match[1].decode()), text.encode()).decode(errors="replace")


def encoded(text: str) -> str:
    return _UNSAFE.sub(lambda match: b"%%%02X" % match[0][0], text.encode()).decode()
