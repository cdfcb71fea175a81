"""Texts from the plant as a database can hold and index them."""

from __future__ import annotations

import hashlib


def clean(text: str) -> str:
    """What no database stores, NUL and halves of surrogate pairs, replaced by a visible mark."""
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def mark_of(*texts: str) -> str:
    """A short name for texts of any length."""
    joined = "\n".join(text.encode("utf-8", "surrogatepass").hex() for text in texts)
    return hashlib.blake2b(joined.encode(), digest_size=16).hexdigest()
