"""What a YAML parser's complaint most likely means: text that wants quotes, or a broken structure."""

from __future__ import annotations

import re
from typing import Final

from uns.finding import FilePlace, Finding, found

_STARTERS: Final = re.compile(r"[%@`&*!]")

_TYPOGRAPHIC: Final = "“”„‟‘’‚‛«»‹›"
"""Quotation marks of word processors, which YAML takes for letters."""
_QUOTED: Final = re.compile(f"[{_TYPOGRAPHIC}]([^{_TYPOGRAPHIC}\\n]{{1,200}})[{_TYPOGRAPHIC}]")

_BEFORE: Final = 1_000
_BEHIND: Final = 200
"""How much of a line around the complaint is looked at."""

REMEDIES: Final = (
    ("mapping values are not allowed", "check the indentation, and quote text that holds `: `"),
    ("escape", "use 'single' quotes where a backslash is meant"),
    ("quoted scalar", "close the quotation mark"),
    ("expected ',' or ", "close the bracket or brace, or put a comma"),
    ("another document", "one file, one document: remove `---`"),
)


def slip(
    text: str, line: int, column: int, problem: str, place: FilePlace, otherwise: Finding | None = None
) -> Finding:
    """The finding for a complaint at this line and column, both from 0; `otherwise`, where it is no missing quote."""
    written = _line(text, line)
    begun = max(0, column - _BEFORE)
    near, here = written[begun : column + _BEHIND], FilePlace(place.file, place.line, begun + 1)
    quoted = _starts_badly(near, column - begun, here) or _holds_braces(near, column - begun, problem, here)
    likely = quoted or otherwise
    if likely is not None:
        return likely
    if "'\\t'" in problem:
        return found("yaml-syntax", "a tab stands in the indentation", "indent with blanks", place)
    remedy = next((advice for part, advice in REMEDIES if part in problem), "check the indentation")
    return found("yaml-syntax", _plainly(problem), remedy, place)


def unclosed(sign: str, problem: str, place: FilePlace) -> Finding | None:
    """The finding for what begins with this sign, here, and does not end in its line; None where that is no slip."""
    what = {"{": "mapping", "[": "list", '"': "text", "'": "text"}.get(sign)
    if what is None or not any(part in problem for part in ("end of", "<stream end>", "expected ',' or")):
        return None
    closing = {"{": "}", "[": "]"}.get(sign, sign)
    return found("yaml-syntax", f"the {what} that begins here is not closed", f"close it with `{closing}`", place)


def typographic(written: str, rest: str, place: FilePlace) -> tuple[str, Finding] | None:
    """What was meant by a text in a word processor's quotation marks, with the finding; None for any other text.

    `rest` is the line from the text on, which YAML may have cut at a brace or comma.
    """
    meant, quoted = written.strip(_TYPOGRAPHIC), _QUOTED.match(rest)
    if not meant or written[0] not in _TYPOGRAPHIC or (quoted and len(quoted[0]) < len(written)):
        return None
    message = f"`{quoted[0] if quoted else written:.60}` has a word processor's quotation marks, letters for YAML"
    return meant, found("yaml-quote", message, f"write {_in_quotes(quoted[1] if quoted else meant)}", place)


def _in_quotes(text: str) -> str:
    quoted = text.strip(_TYPOGRAPHIC).replace("'", "''")
    return f"`'{quoted}'`"


def _line(text: str, line: int) -> str:
    lines = re.split(r"\r\n|[\n\r\x85\u2028\u2029]", text)
    return lines[line] if line < len(lines) else ""


def _plainly(problem: str) -> str:
    problem = problem.partition(" while ")[0].strip()
    return problem.replace("<stream end>", "the end of the file").replace("<block end>", "the end of the block")[:160]


def _starts_badly(written: str, column: int, place: FilePlace) -> Finding | None:
    """A value that begins with a character which YAML keeps for itself."""
    for start in (column, column - 1):
        if 0 <= start < len(written) and _STARTERS.match(written[start]) and _begins_value(written[:start]):
            value = re.split(r"\s*[,}\]#]|\s*$|:\s", written[start:], maxsplit=1)[0] or written[start]
            at = FilePlace(place.file, place.line, place.column + start)
            return found("yaml-quote", f"text cannot begin with `{written[start]}`", f"write {_in_quotes(value)}", at)
    return None


def _begins_value(before: str) -> bool:
    return not before.strip() or before.rstrip()[-1] in ":,[{-?"


def _holds_braces(written: str, column: int, problem: str, place: FilePlace) -> Finding | None:
    """A text with `{…}` that was read as a mapping: inside one-line style, or at the beginning of a value."""
    before, after = written[:column], written[column:]
    if after[:1] in ("{", "[") or (before.rstrip()[-1:] in ("}", "]") and after):
        start = _value_start(before)
        end = len(before) + _value_length(after, in_flow="," in problem or "}" in problem)
        value = written[start:end].strip()
        if ("{" in value or "[" in value) and all(value.count(a) == value.count(b) for a, b in ("{}", "[]")):
            at = FilePlace(place.file, place.line, place.column + start)
            return found("yaml-quote", f"`{value}` holds braces or brackets", f"write {_in_quotes(value)}", at)
    return None


def _value_start(before: str) -> int:
    """Where the value that the complaint is about begins: behind the last `: `, `, ` or `- `, or an opening brace."""
    starts = [match.end() for match in re.finditer(r":\s+|,\s*|^\s*-\s+|(?<=[\s\[{])[\[{](?=[^}\]]*$)", before)]
    return starts[-1] if starts else len(before) - len(before.lstrip())


def _value_length(after: str, in_flow: bool) -> int:
    """Up to the comma or closing bracket that ends it, braces of its own aside."""
    depth = 0
    for index, character in enumerate(after):
        if character in "{[":
            depth += 1
        elif character in "}]":
            depth -= 1
            if depth < 0:
                return index
        elif (character == "," and in_flow and depth == 0) or after[index:].startswith((" #", ": ")):
            return index
    return len(after)
