"""Whether a schema judges all readings alike that differ in nothing but their time and which number or text they hold.

Everything else in a payload of shape `value` stays as it is for as long as context and quality do, so such a schema
need not be asked about every reading. In doubt it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from uns.schema.reference import Node, Places, Reference

_SILENT: Final = frozenset(
    (
        "$anchor", "$comment", "$defs", "$id", "$schema", "default", "definitions", "deprecated", "description",
        "examples", "readOnly", "title", "writeOnly",
    )
)  # fmt: skip
_OF_ALL: Final = frozenset(("dependentRequired", "maxProperties", "minProperties", "propertyNames", "required", "type"))
"""What looks at the names of members, or at what the payload is altogether."""
_OF_EVERY_TIMESTAMP: Final = {"format": "date-time", "pattern": "Z$"}

Part = Literal["payload", "timestamp", "value"]
_VARYING: Final[tuple[Part, ...]] = ("timestamp", "value")


def indifferent(path: str, known: Mapping[str, Places], references: Mapping[str, Sequence[Reference]]) -> bool:
    """`references` by file; none of them comes round to itself with the same value."""
    leads = {(each.origin, each.keyword): each.target for every in references.values() for each in every}
    return _Walk(known, leads).alike(Node(path, ()), "payload")


class _Walk:
    def __init__(self, known: Mapping[str, Places], leads: Mapping[tuple[Node, str], Node]) -> None:
        self.known, self.leads = known, leads

    def alike(self, node: Node, part: Part) -> bool:
        """Whether the schema there says the same of this part of every such payload."""
        schema = self.known[node.file].schemas[node.path]
        if isinstance(schema, bool):
            return True
        return all(keyword in _SILENT or self._keyword(node, part, schema, keyword) for keyword in schema)

    def _keyword(self, node: Node, part: Part, schema: Mapping[str, Any], keyword: str) -> bool:
        said = schema[keyword]
        same_part = self._applied(node, keyword, said)
        if same_part:
            return all(self.alike(each, part) for each in same_part)
        if part == "payload":
            return self._of_payload(node, schema, keyword)
        if part == "timestamp":
            return keyword == "type" or _OF_EVERY_TIMESTAMP.get(keyword) == said
        if keyword == "type":  # 22.0 is an integer to JSON Schema, and 22.5 is none
            return "integer" not in said or "number" in said
        return keyword == "const" and said is None

    def _of_payload(self, node: Node, schema: Mapping[str, Any], keyword: str) -> bool:
        said, listed = schema[keyword], schema.get("properties", {})
        if keyword == "properties":
            return all(
                self.alike(Node(node.file, (*node.path, keyword, each)), each) for each in _VARYING if each in said
            )
        if keyword in ("additionalProperties", "unevaluatedProperties"):
            return isinstance(said, bool) or (keyword[0] == "a" and all(each in listed for each in _VARYING))
        return keyword in _OF_ALL

    def _applied(self, node: Node, keyword: str, said: Any) -> list[Node]:
        """The schemas that a keyword holds against the same part."""
        path = (*node.path, keyword)
        if keyword == "$ref":
            return [self.leads[node, keyword]]
        if keyword in ("if", "then", "else", "not"):
            return [Node(node.file, path)]
        if keyword in ("allOf", "anyOf", "oneOf"):
            return [Node(node.file, (*path, index)) for index in range(len(said))]
        return [Node(node.file, (*path, name)) for name in said] if keyword == "dependentSchemas" else []
