"""Entries and nodes of the namespace as the API shows them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from uns.api.changes import Change
from uns.api.kinds import meaning_of
from uns.api.models import Node, Provenance, Value
from uns.api.namespace import SERVICE, Entry, Namespace
from uns.api.payload import not_json, parsed
from uns.bundle import Bundle
from uns.cursor import after_of, cursor_of
from uns.instant import SECOND, Instant, from_datetime, rfc3339

RESERVED: Final = ("timestamp", "unit", "quality", "code", "batch", "shift", "product")
"""Members that are the service's; all others of an object are its fields."""
OWN: Final = ("id", "source", "rule", "bundle", "contract", "context", "clock")


def value_of(entry: Entry | Change, now: Instant) -> Value:
    """A governed message, taken apart: what `value` and `object` carry inside, `document` carries in properties."""
    payload, properties = parsed(entry.payload), entry.properties
    carries = payload if isinstance(payload, dict) and _is_ours(payload) else {}
    shown = _beside(properties) | {key: carries[key] for key in RESERVED if key in carries}
    texts = {key: _text(shown.get(key)) for key in ("timestamp", "unit", "quality")}
    return Value(
        topic=entry.topic,
        value=_value(payload, carries),
        not_json=not_json(entry.payload) if payload is None else None,
        provenance=Provenance(**{key: properties.get(key) for key in OWN}, findings=_findings(properties)),
        rogue="rule" not in properties,
        retained=entry.retained,
        arrived=rfc3339(entry.arrived),
        age=round(max(now - (_instant(texts["timestamp"]) or entry.arrived), 0) / SECOND, 3),
        **texts,
        **{key: shown.get(key) for key in ("code", "batch", "shift", "product")},
    )


def _beside(properties: Mapping[str, str]) -> dict[str, Any]:
    """What a document has in user properties, where others have it inside."""
    members: dict[str, Any] = {key: properties[key] for key in ("timestamp", "quality") if key in properties}
    return members | {key: {"id": properties[key]} for key in ("batch", "shift", "product") if key in properties}


def _is_ours(payload: dict[str, Any]) -> bool:
    return "timestamp" in payload and "quality" in payload


def _value(payload: Any, carries: dict[str, Any]) -> Any:
    if not carries:
        return payload
    if "value" in carries:
        return carries["value"]
    return {key: value for key, value in carries.items() if key not in RESERVED}


def _instant(text: str | None) -> Instant | None:
    """The event time that a payload names; None where nobody can read it."""
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return from_datetime(moment) if moment and moment.tzinfo else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _findings(properties: Mapping[str, str]) -> Any:
    text = properties.get("findings")
    if text is None:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


class Budget:
    """How many nodes one answer may hold."""

    def __init__(self, nodes: int) -> None:
        self.left = nodes


def node_of(
    path: str,
    namespace: Namespace,
    bundle: Bundle | None,
    now: Instant,
    depth: int,
    budget: Budget,
    cursor: str | None = None,
) -> Node:
    """A node with what stands `depth` levels below it, as far as the budget goes."""
    entry = namespace.entries.get(path)
    meaning = meaning_of(path, entry is not None, bundle)
    budget.left -= 1
    node = Node(
        path=path,
        name=path.rpartition("/")[2],
        kind=meaning.kind,
        description=meaning.description,
        steward=meaning.steward,
        rogue=entry is not None and entry.rogue,
        value=value_of(entry, now) if entry else None,
    )
    if depth > 0:
        node.children = []
        after = after_of(cursor)
        for child, _ in namespace.below(path):
            name = child.rpartition("/")[2]
            if name == SERVICE or (after is not None and name <= after):
                continue
            if budget.left <= 0:
                node.next = cursor_of(node.children[-1].name) if node.children else cursor or cursor_of("")
                break
            node.children.append(node_of(child, namespace, bundle, now, depth - 1, budget))
    return node
