"""Where readings stand in a payload: what each pointer of `each` leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from uns.decode.pointer import Every, Key, Pointer, Token, escaped
from uns.decode.step import as_index
from uns.message import Value

MAX_READINGS: Final = 20_000
"""A message is decided in one piece, and for so long the path does nothing else: seconds, where all of it is new."""
MAX_POINTER: Final = 1_024
"""Characters of a pointer to something that readings stand in: each of them repeats it."""
_NO_CAPTURES: Final[Mapping[str, str]] = {}

Part = tuple[Value, tuple[str | int, ...], Mapping[str, str], str]
"""A node of the payload, the keys that lead to it, what `each` captured on the way, and its JSON pointer."""
Found = list[Part] | None
Find = Callable[[Value], Found]
"""The readings of a payload in their order; None where they are more than are drawn, or their names too long."""
_Walk = Callable[[list[Part]], Found]


def parts(each: Sequence[Pointer], apart: Sequence[Pointer]) -> Find:
    """A finder of all readings; `apart` are pointers to members that are read as something else."""
    walks = [[_walk(token) for token in pointer.tokens] for pointer in each]
    taken = _taken(apart)

    def find(payload: Value) -> Found:
        found: list[Part] = []
        for steps in walks:
            here: Found = [(payload, (), _NO_CAPTURES, "")]
            for step in steps:
                here = step(here) if here else here
            if here is None or len(found) + len(here) > MAX_READINGS:
                return None
            found += here
        if taken is not None:
            found = [part for part in found if not taken(part[1])]
        return found if len(walks) == 1 else list({part[1]: part for part in found}.values())

    return find


def _walk(token: Token) -> _Walk:
    if isinstance(token, Key):
        return lambda here: [below for part in here for below in _member(part, token.text)]
    if isinstance(token, Every):
        return _every
    return _every_scalar(token.capture) if token.deep else _every_member(token.capture)


def _member(part: Part, key: str) -> Iterator[Part]:
    node, path, captures, at = part
    if type(node) is dict and key in node:
        yield node[key], (*path, key), captures, f"{at}/{escaped(key)}"
    index = as_index(key)
    if type(node) is list and index is not None and index < len(node):
        yield node[index], (*path, index), captures, f"{at}/{key}"


def _every(here: list[Part]) -> Found:
    out: list[Part] = []
    for node, path, captures, at in here:
        if type(node) is list:
            if len(out) + len(node) > MAX_READINGS or len(at) > MAX_POINTER:
                return None
            out += [(below, (*path, i), captures, f"{at}/{i}") for i, below in enumerate(node)]
    return out


def _every_member(name: str) -> _Walk:
    def walk(here: list[Part]) -> Found:
        out: list[Part] = []
        for node, path, captures, at in here:
            if type(node) is not dict and type(node) is not list:
                continue
            if len(out) + len(node) > MAX_READINGS or len(at) > MAX_POINTER:
                return None
            out += [
                (below, (*path, key), {**captures, name: str(key)}, f"{at}/{escaped(str(key))}")
                for key, below in (node.items() if type(node) is dict else enumerate(node))
            ]
        return out

    return walk


def _every_scalar(name: str) -> _Walk:
    def walk(here: list[Part]) -> Found:
        out: list[Part] = []
        for node, path, captures, at in here:
            if (type(node) is dict or type(node) is list) and not _gather(node, path, at, "", (name, captures, out)):
                return None
        return out

    return walk


_Gathering = tuple[str, Mapping[str, str], list[Part]]
"""The capture, what was captured before, and the scalars found so far."""


def _gather(node: Value, path: tuple[str | int, ...], at: str, caught: str, into: _Gathering) -> bool:
    """Every scalar below a node, `caught` being the keys on the way; False where there are too many."""
    name, captures, out = into
    if len(out) + len(node) > MAX_READINGS or len(at) > MAX_POINTER:
        return False
    for key, below in node.items() if type(node) is dict else enumerate(node):
        text = key if type(key) is str else str(key)
        deeper, there = (*path, key), f"{at}/{escaped(text)}"
        if type(below) is not dict and type(below) is not list:
            out.append((below, deeper, {**captures, name: caught + text}, there))
        elif not _gather(below, deeper, there, f"{caught}{text}/", into):
            return False
    return True


def _taken(apart: Sequence[Pointer]) -> Callable[[tuple[str | int, ...]], bool] | None:
    """Whether a path leads to a member that is read as something else, or below one."""
    pointed = [pointer.tokens for pointer in apart if pointer.origin == "payload"]
    tops = frozenset(first.text for first, *rest in pointed if isinstance(first, Key) and not rest)
    patterns = [tokens for tokens in pointed if len(tokens) > 1 or not isinstance(tokens[0], Key)]
    if not patterns:
        return (lambda path: str(path[0]) in tops if path else False) if tops else None

    def taken(path: tuple[str | int, ...]) -> bool:
        return (bool(path) and str(path[0]) in tops) or any(_leads(tokens, path) for tokens in patterns)

    return taken


def _leads(tokens: Sequence[Token], path: tuple[str | int, ...]) -> bool:
    return len(tokens) <= len(path) and all(
        token.text == str(key) if isinstance(token, Key) else True for token, key in zip(tokens, path, strict=False)
    )
