"""YAML files as nodes with places: the subset of YAML 1.2 that rule files may hold, every slip with its remedy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from uns.finding import FilePlace, Finding, found
from uns.naming.node import Items, Leaf, Members, Node
from uns.naming.plainly import read_plainly
from uns.naming.slip import slip, typographic, unclosed

MAX_BYTES: Final = 1024 * 1024
MAX_DEPTH: Final = 32
MAX_NODES: Final = 250_000
_QUOTED_FAR: Final = 200
_NO_REUSE: Final = "write it out, or use a template"


def read_yaml(content: bytes, file: str) -> tuple[Node | None, tuple[Finding, ...]]:
    """The root node and what is wrong; no root where the file cannot be read to its end."""
    text = _decoded(content, file)
    if isinstance(text, Finding):
        return None, (text,)
    root = read_plainly(text, file)
    return (root, ()) if root is not None else read_by_library(text, file)


def read_by_library(text: str, file: str) -> tuple[Node | None, tuple[Finding, ...]]:
    """By the library, which knows all of YAML and tells what is none."""
    tree = _Tree(file, text)
    try:
        for event in _events(text):
            if not tree.take(event):
                return None, tuple(tree.findings)
    except ReaderError as error:
        place = _place_at(text, error.position, file)
        tree.add("yaml-syntax", f"the character {chr(error.character)!r} is not allowed in YAML", "remove it", place)
        return None, tuple(tree.findings)
    except MarkedYAMLError as error:
        refused = _refused(error, text, file)
        if all(each.code != "yaml-quote" or _line(each) != _line(refused) for each in tree.findings):
            tree.findings.append(refused)
        return None, tuple(tree.findings)
    except (YAMLError, ValueError, ArithmeticError, AttributeError, TypeError, IndexError, RecursionError) as error:
        # The library lets broken escapes and directives out as plain errors of its own inside.
        tree.add("yaml-syntax", f"not YAML: {str(error)[:80]}", "quote the text", FilePlace(file))
        return None, tuple(tree.findings)
    if tree.root is None and not tree.findings:
        tree.add("yaml-syntax", "the file holds nothing", "fill it, or remove it", FilePlace(file))
    return tree.root, tuple(tree.findings)


def _events(text: str) -> Iterator[Event]:
    return iter(YAML(typ="safe", pure=True).parse(text))


def _line(finding: Finding) -> int:
    assert isinstance(finding.where, FilePlace)
    return finding.where.line


def _decoded(content: bytes, file: str) -> str | Finding:
    if len(content) > MAX_BYTES:
        message = f"{len(content)} bytes are over the limit of 1 MiB"
        return found("yaml-syntax", message, "move tables to a CSV", FilePlace(file))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace").removeprefix("\ufeff")
        message = f"byte 0x{content[error.start]:02X} is not UTF-8"
        return found("yaml-syntax", message, "save the file as UTF-8", _place_at(before, len(before), file))


def _place_at(text: str, index: int, file: str) -> FilePlace:
    before = text[:index].replace("\r\n", "\n")
    return FilePlace(file, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _refused(error: MarkedYAMLError, text: str, file: str) -> Finding:
    mark: Any = error.problem_mark or error.context_mark
    if mark is None:
        return found("yaml-syntax", f"not YAML: {error.problem}", "check the indentation", FilePlace(file))
    begun: Any = error.context_mark if error.context_mark and error.context_mark.line < mark.line else None
    start = FilePlace(file, begun.line + 1, begun.column + 1) if begun else None
    return slip(
        text,
        mark.line,
        mark.column,
        f"{error.problem} {error.context or ''}",
        FilePlace(file, mark.line + 1, mark.column + 1),
        unclosed(text[begun.index : begun.index + 1], str(error.problem), start) if start else None,
    )


class _Open:
    """A list or mapping that is being read; in a mapping, `key` is the one that waits for its value."""

    __slots__ = ("entries", "flow", "items", "key", "place", "seen", "start")

    def __init__(self, place: FilePlace, start: int, flow: bool, mapping: bool) -> None:
        self.place, self.start, self.flow = place, start, flow
        self.items: list[Node] | None = None if mapping else []
        self.entries: list[tuple[Leaf, Node]] = []
        self.seen: dict[str, FilePlace] = {}
        self.key: Node | None = None


class _Tree:
    """Builds the nodes from the parser's events, without recursion."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        self.findings: list[Finding] = []
        self.root: Node | None = None
        self.stack: list[_Open] = []
        self.anchors: set[str] = set()
        self.documents = 0
        self.nodes = 0

    def add(self, code: str, message: str, remedy: str, place: FilePlace) -> None:
        self.findings.append(found(code, message, remedy, place))

    def take(self, event: Event) -> bool:
        """Whether to read on."""
        self.nodes += isinstance(event, NodeEvent)
        mark = event.start_mark
        place = FilePlace(self.file, mark.line + 1, mark.column + 1)
        match event:
            case ScalarEvent():
                self._check_properties(event, place)
                self._put(self._leaf(event, place))
            case MappingStartEvent() | SequenceStartEvent():
                self._check_properties(event, place)
                self.stack.append(
                    _Open(place, mark.index, bool(event.flow_style), isinstance(event, MappingStartEvent))
                )
                if self.nodes > MAX_NODES:
                    self.add("yaml-syntax", f"over {MAX_NODES} entries", "move tables to a CSV", place)
                    return False
                if len(self.stack) > MAX_DEPTH:
                    self.add("yaml-syntax", f"nested over {MAX_DEPTH} deep", "write it flatter", place)
                    return False
            case MappingEndEvent() | SequenceEndEvent():
                self._close(event.end_mark.index)
            case AliasEvent():
                self._refer(event, place)
                self._put(Leaf(place, f"*{event.anchor}", False))
            case DocumentStartEvent():
                return self._begin(event, place)
        return True

    def _leaf(self, event: ScalarEvent, place: FilePlace) -> Leaf:
        """A scalar; where nothing is written, it stands where its key does. A tag's own text stands for it."""
        key = self.stack[-1].key if self.stack else None
        if event.value == "" and not event.style and key is not None:
            place = key.place if event.tag is None else place
        text = str(event.tag if event.value == "" and event.tag is not None else event.value)
        begun = event.start_mark.index
        meant = None if event.style else typographic(text, self.text[begun : begun + _QUOTED_FAR], place)
        if meant is not None:
            text, slip_ = meant
            self.findings.append(slip_)
        return Leaf(place, text, not event.style)

    def _refer(self, event: AliasEvent, place: FilePlace) -> None:
        if event.anchor in self.anchors:
            self.add("yaml-syntax", f"`*{event.anchor}` is an alias; aliases are not allowed", _NO_REUSE, place)
        else:
            written = f"*{event.anchor}".rstrip(":")
            self.add("yaml-quote", "text cannot begin with `*`", f"write `'{written}'`", place)

    def _begin(self, event: Any, place: FilePlace) -> bool:
        self.documents += 1
        if self.documents > 1:
            self.add("yaml-syntax", "a second document begins", "one file, one document: remove `---`", place)
            return False
        if event.version and tuple(event.version) != (1, 2):
            self.add("yaml-syntax", "`%YAML` names another version than 1.2", "remove the line", place)
            return False
        return True

    def _check_properties(self, event: NodeEvent, place: FilePlace) -> None:
        if event.anchor is not None:
            self.anchors.add(event.anchor)
            self.add("yaml-syntax", f"`&{event.anchor}` is an anchor; anchors are not allowed", _NO_REUSE, place)
        tag = getattr(event, "tag", None)
        if tag is not None:
            written = self.text[event.start_mark.index :].split(maxsplit=1)[0].rstrip(",]}")[:60]
            if written.startswith("!!") or not written.startswith("!"):
                self.add("yaml-syntax", "a tag is not allowed", "remove it, and quote what is text", place)
            else:
                self.add("yaml-quote", f"`{written}` is a tag for YAML", f"write `'{written}'`", place)

    def _close(self, end: int) -> None:
        closed = self.stack.pop()
        source = self.text[closed.start : end] if closed.flow else ""
        source = source if len(source) <= 120 and "\n" not in source else ""
        if closed.items is None:
            self._put(Members(closed.place, tuple(closed.entries), source))
        else:
            self._put(Items(closed.place, tuple(closed.items), source))

    def _put(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if top.items is not None:
            top.items.append(node)
        elif top.key is None:
            top.key = node
        else:
            key, top.key = top.key, None
            self._enter(top, key, node)

    def _enter(self, top: _Open, key: Node, value: Node) -> None:
        if not isinstance(key, Leaf):
            written = key.source or "it"
            self.add("yaml-quote", f"the key `{written}` is not text", f"write `'{written}'`", key.place)
        elif key.text in top.seen:
            also = top.seen[key.text].line
            self.add("key-duplicate", f"`{key.text}` stands twice, also line {also}", "remove or rename one", key.place)
        else:
            top.seen[key.text] = key.place
            top.entries.append((key, value))
