"""A mapping read by its keys: what a key may hold is asked for, and complained about where it is not so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from uns.finding import FilePlace
from uns.naming.node import Items, Leaf, Members, Node, described
from uns.naming.parse.report import Report
from uns.naming.parse.suggestion import did_you_mean, meant_key

MAX_UNKNOWN: Final = 50
MAX_ITEMS: Final = 20_000
MAX_LISTED: Final = 100


class Form:
    """One mapping; keys outside `known` and missing ones of `required` are found at once."""

    def __init__(
        self,
        node: Node,
        what: str,
        known: Sequence[str],
        report: Report,
        required: Sequence[str] = (),
        home: FilePlace | None = None,
    ) -> None:
        self.what, self.report, self.place = what, report, home or node.place
        self.sound = isinstance(node, Members)
        self.members = node if isinstance(node, Members) else Members(node.place, ())
        if not self.sound:
            self.report.add("key-value", f"{what} is {described(node)}", "write a mapping `key: value`", node.place)
            return
        unknown = [key for key, _ in self.members if key.text not in known]
        meant = {self.unknown(key, known) for key in unknown[:MAX_UNKNOWN]}
        if len(unknown) > MAX_UNKNOWN:
            message = f"{len(unknown) - MAX_UNKNOWN} more unknown keys"
            self.report.add("key-unknown", message, "remove them", unknown[MAX_UNKNOWN].place)
        for each in required:
            if self.members.get(each) is None and each not in meant:
                self.missing(each)

    def unknown(self, key: Leaf, known: Sequence[str]) -> str | None:
        """The known key that was most likely meant."""
        word = key.text[:60]
        meant, remedy = meant_key(word, known, taken={each.text for each, _ in self.members})
        self.report.add("key-unknown", f"unknown key `{word}`", remedy, key.place)
        return meant

    def missing(self, key: str, remedy: str = "add it") -> None:
        self.report.add("key-missing", f"{self.what} has no `{key}`", remedy, self.place)

    def wrong(self, key: str, node: Node, remedy: str) -> None:
        self.report.add("key-value", f"`{key}` is {described(node)}", remedy, node.place)

    def has(self, key: str) -> bool:
        return self.members.get(key) is not None

    def key_place(self, key: str) -> FilePlace:
        return next((leaf.place for leaf, _ in self.members if leaf.text == key), self.place)

    def place_of(self, key: str) -> FilePlace:
        node = self.members.get(key)
        return node.place if node is not None else self.place

    def places(self) -> dict[str, FilePlace]:
        """Key → place of its value, and of each entry of lists and mappings: `to/1`, `where/line`, `fields/speed`."""
        places: dict[str, FilePlace] = {}
        for key, value in self.members:
            places[key.text] = value.place
            if isinstance(value, Items):
                places.update((f"{key.text}/{index}", each.place) for index, each in enumerate(value.items))
            elif isinstance(value, Members):
                places.update((f"{key.text}/{inner.text}", each.place) for inner, each in value)
        return places

    def node(self, key: str) -> Node | None:
        """What the key holds; a key with nothing behind it is found and counts as absent."""
        node = self.members.get(key)
        if isinstance(node, Leaf) and node.empty:
            self.report.add("key-value", f"`{key}` holds nothing", "write a value, or remove the key", node.place)
            return None
        return node

    def leaf(self, key: str) -> Leaf | None:
        node = self.node(key)
        return None if node is None else self.as_leaf(key, node)

    def as_leaf(self, key: str, node: Node) -> Leaf | None:
        """The node as text; a mapping or list that looks like text without its quotes is told as that."""
        if isinstance(node, Leaf):
            return node
        if is_slip(node):
            message = f"`{key}: {node.source}` is {described(node)}"
            self.report.add("yaml-quote", message, f"write `{key}: '{node.source}'`", node.place)
        else:
            self.wrong(key, node, "write text")
        return None

    def text(self, key: str) -> str | None:
        leaf = self.leaf(key)
        return None if leaf is None else leaf.text

    def choice(self, key: str, words: Sequence[str], default: str) -> str:
        leaf = self.leaf(key)
        if leaf is None:
            return default
        if leaf.text not in words:
            message = f"`{key}` cannot be `{leaf.text[:60]}`"
            self.report.add("key-value", message, did_you_mean(leaf.text[:60], words), leaf.place)
            return default
        return leaf.text

    def flag(self, key: str, default: bool = False) -> bool:
        leaf = self.leaf(key)
        if leaf is None:
            return default
        if not isinstance(leaf.value, bool):
            self.wrong(key, leaf, "write `true` or `false`")
            return default
        return leaf.value

    def number(self, key: str, default: float) -> float:
        leaf = self.leaf(key)
        number = default if leaf is None else as_number(leaf)
        if leaf is not None and number is None:
            self.wrong(key, leaf, "write a number")
        return default if number is None else number

    def whole(self, key: str, low: int, high: int) -> int | None:
        leaf = self.leaf(key)
        if leaf is None:
            return None
        if isinstance(leaf.value, bool) or not isinstance(leaf.value, int) or not low <= leaf.value <= high:
            self.wrong(key, leaf, f"write a whole number from {low} to {high}")
            return None
        return leaf.value

    def items(self, key: str) -> tuple[Node, ...]:
        node = self.node(key)
        if node is None:
            return ()
        if not isinstance(node, Items):
            self.wrong(key, node, "write a list, each entry behind `- `")
            return ()
        return self._bounded(key, node, MAX_ITEMS)

    def _bounded(self, key: str, node: Items, most: int) -> tuple[Node, ...]:
        if len(node.items) > most:
            message = f"`{key}` lists {len(node.items)} entries"
            self.report.add("key-value", message, f"keep at most {most}", node.items[most].place)
        return node.items[:most]

    def one_or_more(self, key: str, most: int = MAX_LISTED) -> tuple[Node, ...]:
        """A list, or the one entry that stands there without being one."""
        node = self.node(key)
        if node is None:
            return ()
        if isinstance(node, Items) and not node.items:
            self.wrong(key, node, "name at least one")
        return self._bounded(key, node, most) if isinstance(node, Items) else (node,)

    def leaves(self, key: str, most: int = MAX_LISTED) -> tuple[Leaf, ...]:
        return tuple(leaf for each in self.one_or_more(key, most) if (leaf := self.as_leaf(key, each)) is not None)

    def entries(self, key: str) -> tuple[tuple[Leaf, Node], ...]:
        node = self.node(key)
        if node is None:
            return ()
        if not isinstance(node, Members):
            self.wrong(key, node, "write a mapping `name: …`")
            return ()
        return node.entries


def as_number(leaf: Leaf) -> float | None:
    """A finite number, or None."""
    value = leaf.value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if abs(number) < float("inf") else None


def is_slip(node: Items | Members) -> bool:
    """Whether it looks like text that lacks its quotes."""
    if not node.source:
        return False
    if isinstance(node, Items):
        return len(node.items) == 1 and isinstance(node.items[0], Leaf)
    return bool(node.entries) and all(isinstance(value, Leaf) and value.empty for _, value in node.entries)
