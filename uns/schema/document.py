"""Schema files as documents: JSON read strictly and within bounds, with the place of everything in it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, Final

from uns.finding import FilePlace, Finding, found

MAX_BYTES: Final = 1 << 20
MAX_DEPTH: Final = 64
MAX_FINDINGS: Final = 20
"""Of one kind in one file; more would say nothing new, and each place is looked up in the whole text."""

Path = tuple[str | int, ...]
"""Keys and indices from the root of a document."""

_BLANK: Final = re.compile(r"[ \t\r\n]*")
_STRING_OR_BRACKET: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_DECODER: Final = json.JSONDecoder()


@dataclass(frozen=True, slots=True)
class Document:
    """One schema file: `path` is below the schemas folder, `file` is how findings name it."""

    path: str
    file: str
    text: str
    content: Any

    def place(self, path: Path = ()) -> FilePlace:
        """Where the value at this path stands; of its nearest ancestor where there is none."""
        offset = _after_blanks(self.text, 0)
        for token in path:
            values = [value for key, _, value in _members(self.text, offset) if key == token]
            if not values:
                break
            offset = values[-1]
        return _place(self.file, self.text, offset)


def read(path: str, file: str, raw: bytes) -> Document | Finding:
    """The document of a file's bytes, or what keeps it from being one."""
    if len(raw) > MAX_BYTES:
        message = f"{path} has {len(raw)} bytes, more than {MAX_BYTES}"
        return _invalid(message, "split it and refer to its parts", FilePlace(file))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig")
        message = f"byte 0x{raw[error.start]:02X} is not UTF-8"
        return _invalid(message, "save the file as UTF-8", _place(file, before, len(before)))
    depth, offset = _deepest(text)
    if depth > MAX_DEPTH:
        message = f"{path} is nested more than {MAX_DEPTH} levels deep"
        return _invalid(message, "move parts under `$defs`", _place(file, text, offset))
    return _parsed(path, file, text)


def _parsed(path: str, file: str, text: str) -> Document | Finding:
    try:
        content = json.loads(text, parse_constant=_refused, parse_float=_finite)
        json.dumps(content, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        return _invalid(f"not JSON: {error.msg}", "correct it here or just before", _place(file, text, error.pos))
    except UnicodeEncodeError:
        return _invalid("an escape is half a surrogate pair", "write the character itself", FilePlace(file))
    except ValueError as error:
        message = str(error) if isinstance(error, _Number) else "a number has too many digits"
        offset = max(text.find(error.text), 0) if isinstance(error, _Number) else 0
        return _invalid(message, "write a number of ordinary size", _place(file, text, offset))
    twice = _twice(text)
    if twice is not None:
        return _invalid(f"key {twice[0]!r} stands twice", "remove or rename one", _place(file, text, twice[1]))
    return Document(path, file, text, content)


class _Number(ValueError):
    def __init__(self, text: str) -> None:
        super().__init__(f"{text[:40]} is no number of JSON")
        self.text = text


def _refused(text: str) -> float:
    raise _Number(text)


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refused(text)


def _invalid(message: str, remedy: str, where: FilePlace) -> Finding:
    return found("schema-invalid", message, remedy, where)


def _place(file: str, text: str, offset: int) -> FilePlace:
    return FilePlace(file, text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1)


def _deepest(text: str) -> tuple[int, int]:
    """How deep brackets nest, counted up to one beyond the limit, and where that is."""
    depth = deepest = offset = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        character = text[match.start()]
        depth += (character in "[{") - (character in "]}")
        if depth > deepest:
            deepest, offset = depth, match.start()
        if deepest > MAX_DEPTH:
            break
    return deepest, offset


def _after_blanks(text: str, offset: int) -> int:
    match = _BLANK.match(text, offset)
    return match.end() if match else offset


def _members(text: str, start: int) -> Iterator[tuple[str | int, int, int]]:
    """Key or index, its offset and its value's, of the object or array that begins at `start` in sound JSON."""
    if text[start] not in "{[":
        return
    offset, index = _after_blanks(text, start + 1), 0
    while text[offset] not in "}]":
        at, key = offset, index
        if text[start] == "{":
            key, offset = scanstring(text, offset + 1)
            offset = _after_blanks(text, _after_blanks(text, offset) + 1)
        yield key, at, offset
        offset = _after_blanks(text, _DECODER.raw_decode(text, offset)[1])
        if text[offset] == ",":
            offset = _after_blanks(text, offset + 1)
        index += 1


def _twice(text: str) -> tuple[str, int] | None:
    """The first key that an object holds twice, and where its second stands."""
    open_, twice = [_after_blanks(text, 0)], list[tuple[int, str]]()
    while open_:
        seen = set[str | int]()
        for key, at, value in _members(text, open_.pop()):
            if key in seen:
                twice.append((at, str(key)))
            seen.add(key)
            if text[value] in "{[":
                open_.append(value)
    if not twice:
        return None
    at, key = min(twice)
    return key, at
