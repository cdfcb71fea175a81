"""References that never reach into the value, or multiply: judging them would take for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from uns.schema.reference import Node, Places, Reference, children

MAX_WORK: Final = 10_000
"""How many schemas one value may be held against."""

_SAME_VALUE: Final = frozenset(
    ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependencies")
)


def endless(known: Mapping[str, Places], references: Sequence[Reference]) -> Iterator[Reference]:
    """References that lead back to themselves with the same value, or to more work than is bearable."""
    leads: dict[Node, list[Node]] = {}
    for each in references:
        leads.setdefault(each.origin, []).append(each.target)
    work: dict[Node, float] = {}
    for each in references:
        if _work(each.target, known, leads, work) > MAX_WORK:
            yield each


def _work(start: Node, known: Mapping[str, Places], leads: Mapping[Node, list[Node]], work: dict[Node, float]) -> float:
    """How many schemas a value is held against from here; infinite where that comes round to itself."""
    stack = [start]
    under_way = set[Node]()
    while stack:
        node = stack[-1]
        below = [*leads.get(node, ()), *_same_value(node, known)] if node not in work else []
        if node not in under_way and node not in work:
            under_way.add(node)
            for each in below:
                if each in under_way:
                    work[each] = float("inf")
                elif each not in work:
                    stack.append(each)
            continue
        stack.pop()
        under_way.discard(node)
        work.setdefault(node, 1 + sum(work.get(each, 0) for each in below))
    return work[start]


def _same_value(node: Node, known: Mapping[str, Places]) -> Iterator[Node]:
    schema = known[node.file].schemas[node.path] if node.file in known else None
    for path in children(schema):
        if path[0] in _SAME_VALUE:
            yield Node(node.file, node.path + path)
