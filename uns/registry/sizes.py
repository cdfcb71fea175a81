"""What a row of quarantine takes on disk, roughly: its texts, and a fixed part for its numbers, keys and indexes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from uns.message import RawMessage

MESSAGE_ROW: Final = 512
ENTRY_ROW: Final = 1024
_PAGE: Final = 4096
_SHARED: Final = 1800
"""Rows with longer texts share no page with another."""
CAUSE_TEXT: Final = 300
"""Of a cause, so many characters of each text are kept: the whole address stands in its entries."""


def message_size(raw: RawMessage) -> int:
    return MESSAGE_ROW + _taken(_bytes(raw.topic) + len(raw.payload))


def entry_size(row: Mapping[str, Any]) -> int:
    """Of the entry alone; its raw message is shared with its neighbours."""
    texts = ("topic", "tag", "pointer", "elsewhere", "rule", "findings")
    return ENTRY_ROW + _taken(sum(_bytes(row[name] or "") for name in texts))


def cut(text: str) -> str:
    return text if len(text) <= CAUSE_TEXT else f"{text[: CAUSE_TEXT - 1]}…"


def _taken(texts: int) -> int:
    """Whole pages, where they are long."""
    return texts if texts <= _SHARED else -(-texts // _PAGE) * _PAGE


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
