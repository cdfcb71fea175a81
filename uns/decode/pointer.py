"""JSON Pointers as rule files write them: from the payload (`/a`), from the reading (`./a`, `.`), and in `each`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from uns.decode.step import Step, as_index, step
from uns.finding import Malformed
from uns.message import ABSENT, Absent, Reading, Value

MAX_LENGTH: Final = 1_000
MAX_TOKENS: Final = 64
_CAPTURE: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(#?)\}")


class Key(NamedTuple):
    """One member or array index, as text."""

    text: str


class Every(NamedTuple):
    """`*`: every element; outside `each`, the one we are in."""


class EveryMember(NamedTuple):
    """`{key}`: every member, its name (or index) captured; `{path#}` (deep): every scalar below."""

    capture: str
    deep: bool = False


Token = Key | Every | EveryMember
Find = Callable[[Reading], "Value | Absent"]


@dataclass(frozen=True, slots=True)
class Pointer:
    """A parsed pointer; compare and hash by its text."""

    text: str
    origin: Literal["payload", "reading"] = field(compare=False)
    tokens: tuple[Token, ...] = field(compare=False)
    find: Find = field(init=False, repr=False, compare=False)
    """What stands there: `find(reading)`, ABSENT where nothing does or where a `*` binds to nothing."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "find", _finder(self.origin, self.tokens))

    @classmethod
    def parse(cls, text: str) -> Pointer:
        if len(text) > MAX_LENGTH or text.count("/") > MAX_TOKENS:
            remedy = f"stay within {MAX_LENGTH} characters and {MAX_TOKENS} levels"
            raise Malformed("pointer-syntax", f"`{text[:40]}…` is too long for a pointer", remedy)
        if text == ".":
            return cls(text, "reading", ())
        if not text.startswith(("/", "./")):
            word = text.lstrip(".") or "v"
            remedy = f"`./{word}` in the reading, `/{word}` in the payload"
            raise Malformed("pointer-syntax", f"`{text}` is not a pointer", remedy)
        return cls(text, "payload" if text[0] == "/" else "reading", _tokens(text))

    @property
    def captures(self) -> tuple[str, ...]:
        return tuple(token.capture for token in self.tokens if isinstance(token, EveryMember))

    def place(self, reading: Reading) -> str:
        """Where it looks, from the payload's root: a JSON pointer. What binds to nothing stays."""
        written = self.text.lstrip(".").split("/")[1:]
        for index, token in enumerate(self.tokens):
            if isinstance(token, Key):
                written[index] = escaped(token.text)
            elif index < len(reading.path):
                written[index] = escaped(str(reading.path[index]))
        here = [escaped(str(key)) for key in reading.path] if self.origin == "reading" else ()
        return "/".join(["", *here, *written])

    def bound_by(self, each: Sequence[Pointer]) -> Malformed | None:
        """Why a pointer outside `each` can never bind its `*` or `{key}`; None where one of `each` binds them all."""
        wild = [index for index, token in enumerate(self.tokens) if not isinstance(token, Key)]
        if not wild or any(_binds(self, other, wild[-1] + 1) for other in each):
            return None
        token = self.text.lstrip(".").split("/")[wild[-1] + 1]
        message = f"`{self.text}`: `{token}` does not stand at this place in `each`"
        offset = self.text.index("/") + 1
        return Malformed("pointer-unbound", message, "name an element, or begin as `each` does", offset)


def escaped(key: str) -> str:
    """A key as a token of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key


def _tokens(text: str) -> tuple[Token, ...]:
    tokens: list[Token] = []
    offset = text.index("/") + 1
    for part in text[offset:].split("/"):
        if tokens and isinstance(tokens[-1], EveryMember) and tokens[-1].deep:
            last = tokens[-1].capture
            raise Malformed("pointer-syntax", f"`{{{last}#}}` of `{text}` is not last", "end the pointer there", offset)
        tokens.append(_token(part, text, offset))
        offset += len(part) + 1
    return tuple(tokens)


def _token(part: str, text: str, offset: int) -> Token:
    if part == "*":
        return Every()
    if capture := _CAPTURE.fullmatch(part):
        return EveryMember(capture[1], bool(capture[2]))
    plain = part.replace("{{", "").replace("}}", "")
    if "{" in plain or "}" in plain:
        remedy = "let `{name}` stand alone between two `/`; braces that are meant are written `{{` and `}}`"
        raise Malformed("pointer-syntax", f"`{part}` of `{text}` is neither a key nor a capture", remedy, offset)
    if re.search(r"~(?![01])", part):
        raise Malformed("pointer-syntax", f"`{part}` of `{text}` holds a bare `~`", "write `~0` for `~`", offset)
    literal = part.replace("{{", "{").replace("}}", "}")
    return Key(literal.replace("~1", "/").replace("~0", "~"))


def _binds(pointer: Pointer, each: Pointer, length: int) -> bool:
    if pointer.origin == "reading" or len(each.tokens) < length:
        return False
    return all(
        mine == theirs or (isinstance(mine, Every) and isinstance(theirs, EveryMember) and not theirs.deep)
        for mine, theirs in zip(pointer.tokens[:length], each.tokens, strict=False)
    ) and not any(isinstance(token, EveryMember) and token.deep for token in pointer.tokens)


def plain(tokens: Sequence[Token]) -> Step | None:
    """The tokens as one step from a value to what stands below it; None where a token is `*` or a capture."""
    keys = [token.text for token in tokens if isinstance(token, Key)]
    return step(keys) if len(keys) == len(tokens) else None


def _finder(origin: str, tokens: tuple[Token, ...]) -> Find:
    walk = plain(tokens)
    if walk is None:
        return _bound(tokens) if origin == "payload" else lambda reading: ABSENT
    if not tokens:
        return lambda reading: reading.node
    first = tokens[0]
    if len(tokens) == 1 and isinstance(first, Key) and as_index(first.text) is None:
        return _in_payload(first.text) if origin == "payload" else _in_node(first.text)
    if origin == "payload":
        return lambda reading: walk(reading.payload)
    return lambda reading: walk(reading.node)


def _in_payload(key: str) -> Find:
    """The usual pointer, `/a`, without a call in between."""

    def find(reading: Reading) -> Value | Absent:
        node = reading.payload
        return node.get(key, ABSENT) if type(node) is dict else ABSENT

    return find


def _in_node(key: str) -> Find:
    """The same for `./a`."""

    def find(reading: Reading) -> Value | Absent:
        node = reading.node
        return node.get(key, ABSENT) if type(node) is dict else ABSENT

    return find


def _bound(tokens: tuple[Token, ...]) -> Find:
    """A finder of a payload pointer whose `*` and `{key}` take what `each` took on the way to the reading."""
    last = max(index for index, token in enumerate(tokens) if not isinstance(token, Key))
    head, walk = tokens[: last + 1], plain(tokens[last + 1 :])

    def find(reading: Reading) -> Value | Absent:
        path = reading.path
        if len(path) < len(head) or walk is None:
            return ABSENT
        node = reading.payload
        for token, taken in zip(head, path, strict=False):
            if isinstance(token, Key) and token.text != str(taken):
                return ABSENT
            node = node[taken]
        return walk(node)

    return find
