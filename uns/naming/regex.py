"""The regular expressions that a rule file may hold, as a tree: characters, sequences, choices and repetitions."""

from __future__ import annotations

from typing import Final, NamedTuple

from uns.finding import Malformed

MAX_DEPTH: Final = 20
MAX_REPEAT: Final = 1_000
_SPECIAL: Final = "\\.+*?()|[]{}^$"
_DIGITS: Final = (ord("0"), ord("9"))


class Chars(NamedTuple):
    """One character of the ranges, or (negated) any other."""

    ranges: tuple[tuple[int, int], ...]
    negated: bool = False


class Sequence(NamedTuple):
    items: tuple[Node, ...]


class Choice(NamedTuple):
    options: tuple[Node, ...]


class Repeat(NamedTuple):
    """`high` is None where it is endless."""

    item: Node
    low: int
    high: int | None


Node = Chars | Sequence | Choice | Repeat
NOTHING: Final = Chars(((0, 0x10FFFF),), negated=True)
ANY: Final = Chars(((10, 10),), negated=True)


def parse_regex(text: str) -> Node:
    """The tree of a pattern. Raises Malformed (`where-regex`) for what is outside the subset."""
    parser = _Parser(text)
    tree = parser.choice(0)
    if parser.at < len(text):
        raise parser.refusal("`)` closes no group", r"write `\)` for the character")
    return tree


def lazy_source(node: Node) -> str:
    """RE2 text of the tree without groups that capture, each repetition as short as can be."""
    if isinstance(node, Chars):
        ranges = "".join(rf"\x{{{low:x}}}-\x{{{high:x}}}" for low, high in node.ranges)
        return f"[{'^' if node.negated else ''}{ranges}]"
    if isinstance(node, Sequence):
        return "".join(map(lazy_source, node.items))
    if isinstance(node, Choice):
        return f"(?:{'|'.join(map(lazy_source, node.options))})"
    high = "" if node.high is None else node.high
    return f"(?:{lazy_source(node.item)}){{{node.low},{high}}}?"


def not_empty(node: Node) -> Node:
    """What the tree takes but for the empty text."""
    if isinstance(node, Chars) or not _takes_empty(node):
        return node
    if isinstance(node, Choice):
        return Choice(tuple(not_empty(each) for each in node.options))
    if isinstance(node, Repeat):
        if node.high == 0:
            return NOTHING
        fewer = Repeat(node.item, max(node.low - 1, 0), None if node.high is None else node.high - 1)
        return Sequence((not_empty(node.item), fewer))
    begun = (Sequence((not_empty(item), *node.items[index + 1 :])) for index, item in enumerate(node.items))
    return Choice((NOTHING, *begun))


def _takes_empty(node: Node) -> bool:
    if isinstance(node, Chars):
        return False
    if isinstance(node, Choice):
        return any(map(_takes_empty, node.options))
    if isinstance(node, Sequence):
        return all(map(_takes_empty, node.items))
    return node.low == 0 or _takes_empty(node.item)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def refusal(self, message: str, remedy: str, offset: int | None = None) -> Malformed:
        at = self.at if offset is None else offset
        return Malformed("where-regex", f"{message} in `{self.text[:60]}`", remedy, at)

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        self.at += 1
        return self.text[self.at - 1]

    def choice(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise self.refusal(f"groups stand more than {MAX_DEPTH} deep", "write it flatter, or list the values")
        options = [self.sequence(depth)]
        while self.peek() == "|":
            self.at += 1
            options.append(self.sequence(depth))
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def sequence(self, depth: int) -> Node:
        items: list[Node] = []
        while self.peek() not in ("", "|", ")"):
            items.append(self.repeated(self.atom(depth)))
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def atom(self, depth: int) -> Node:
        start, character = self.at, self.take()
        if character == "(":
            return self.group(depth)
        if character == "[":
            return self.character_class()
        if character == ".":
            return ANY
        if character == "\\":
            return Chars((self.escaped(),))
        if character in "^$":
            raise self.refusal(f"`{character}` is not needed", "leave it out: the whole text is compared", start)
        if character in _SPECIAL:
            raise self.refusal(f"`{character}` stands alone", rf"write `\{character}` for the character", start)
        return Chars(((ord(character), ord(character)),))

    def group(self, depth: int) -> Node:
        start = self.at - 1
        if self.peek() == "?":
            if self.text[self.at : self.at + 2] != "?:":
                message = f"`{self.text[start : start + 4]}` is not in the subset"
                raise self.refusal(message, "use plain groups: no look-around, no flags, no names", start)
            self.at += 2
        inner = self.choice(depth + 1)
        if self.peek() != ")":
            raise self.refusal("`(` is not closed", "close the group with `)`", start)
        self.at += 1
        return inner

    def repeated(self, item: Node) -> Node:
        start, sign = self.at, self.peek()
        if not sign or sign not in "*+?{":
            return item
        self.at += 1
        low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign] if sign != "{" else self.counts(start)
        if self.peek() and self.peek() in "*+?{":
            raise self.refusal(f"`{self.text[start : self.at + 1]}` repeats twice", "keep one repetition", start)
        return Repeat(item, low, high)

    def counts(self, start: int) -> tuple[int, int | None]:
        inside, closed, _ = self.text[start + 1 :].partition("}")
        low, comma, high = inside.partition(",")
        numbers = [each for each in (low, high) if each]
        if not closed or not low or not all(_is_count(each) for each in numbers):
            raise self.refusal(f"`{{{inside[:20]}` is no repetition", r"write `{2}`, `{2,}`, `{2,4}`, or `\{`", start)
        if comma and high and int(low) > int(high):
            raise self.refusal(f"`{{{inside}}}` counts backwards", f"write `{{{high},{low}}}`", start)
        self.at = start + len(inside) + 2
        return int(low), int(high) if high else None if comma else int(low)

    def escaped(self) -> tuple[int, int]:
        if not self.peek():
            raise self.refusal("`\\` escapes nothing", "write `\\\\` for the character", self.at - 1)
        character = self.take()
        if character == "d":
            return _DIGITS
        if not character.isascii() or character.isalnum() or not character.isprintable():
            remedy = r"write a class such as `[a-z0-9_]`; only `\d` and escaped signs are known"
            raise self.refusal(rf"`\{character}` is not in the subset", remedy, self.at - 2)
        return ord(character), ord(character)

    def character_class(self) -> Node:
        start = self.at - 1
        negated = self.peek() == "^"
        self.at += negated
        ranges: list[tuple[int, int]] = []
        while self.peek() != "]" or not ranges:
            if not self.peek() or self.peek() == "]":
                raise self.refusal(f"`{self.text[start:][:12]}` is no class", "close it with `]`", start)
            ranges.append(self.class_range(start))
        self.at += 1
        return Chars(tuple(ranges), negated)

    def class_range(self, start: int) -> tuple[int, int]:
        low = self.class_character(start)
        if self.peek() != "-" or self.text[self.at + 1 : self.at + 2] in ("]", ""):
            return low
        self.at += 1
        high = self.class_character(start)
        if low[0] != low[1] or high[0] != high[1] or low[0] > high[0]:
            raise self.refusal(f"`{self.text[start : self.at]}` holds no range", "write it as `[a-z]`", start)
        return low[0], high[0]

    def class_character(self, start: int) -> tuple[int, int]:
        character = self.take()
        if character == "[":
            remedy = "write `[a-zA-Z]`" if self.peek() == ":" else r"write `\[` for the character"
            raise self.refusal(f"`{self.text[start:][:12]}` is not in the subset", remedy, self.at - 1)
        return self.escaped() if character == "\\" else (ord(character), ord(character))


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= MAX_REPEAT
