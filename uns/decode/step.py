"""Steps from one value to what stands below it, compiled once per pointer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from uns.message import ABSENT, Absent, Value

Step = Callable[[Value], "Value | Absent"]


def step(keys: Sequence[str]) -> Step:
    """One step through all keys; an array takes an index."""
    if not keys:
        return lambda node: node
    first = _one(keys[0])
    if len(keys) == 1:
        return first
    rest = step(keys[1:])

    def walk(node: Value) -> Value | Absent:
        below = first(node)
        return below if below is ABSENT else rest(below)

    return walk


def as_index(key: str) -> int | None:
    """The array index that a token is, or None; no sign and no leading zeros, as RFC 6901 says."""
    return int(key) if key.isascii() and key.isdigit() and (key == "0" or key[0] != "0") else None


def _one(key: str) -> Step:
    index = as_index(key)

    def member(node: Value) -> Value | Absent:
        return node.get(key, ABSENT) if type(node) is dict else ABSENT

    def member_or_element(node: Value) -> Value | Absent:
        if type(node) is list and index is not None:
            return node[index] if index < len(node) else ABSENT
        return member(node)

    return member if index is None else member_or_element
