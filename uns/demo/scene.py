"""What has been seen of the namespace so far: the newest of every name, the newest rejections, and how many."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

NEWEST: Final = 50
RESERVED: Final = frozenset(("timestamp", "value", "unit", "quality", "code", "batch", "shift", "product"))


class Row(NamedTuple):
    """One governed name as it stands, in the words that are shown."""

    name: str
    value: str
    quality: str
    batch: str
    shift: str
    product: str


class Rejection(NamedTuple):
    address: str
    code: str
    message: str


@dataclass(slots=True)
class Scene:
    root: str
    rows: dict[str, Row] = field(default_factory=dict)
    """By topic; the one that changed last stands last."""
    rejections: deque[Rejection] = field(default_factory=lambda: deque(maxlen=NEWEST))
    codes: Counter[str] = field(default_factory=Counter)
    governed: int = 0
    """Messages in the governed tree, the service's own aside."""

    def see(self, topic: str, payload: bytes) -> Row | Rejection | None:
        """Take in one message; what it shows that is new to a reader, or None for the service's own words."""
        below = topic.removeprefix(f"{self.root}/")
        if below.startswith("_uns/"):
            return self._rejection(payload) if below.endswith("/rejected") else None
        self.governed += 1
        self.rows.pop(topic, None)
        row = self.rows[topic] = _row(below, json.loads(payload))
        return row

    def _rejection(self, payload: bytes) -> Rejection:
        told = json.loads(payload)
        first = told["findings"][0]
        self.codes[first["code"]] += 1
        tag = f" [{told['tag']}]" if told.get("tag") else ""
        rejection = Rejection(f"{told['topic']}{tag}", first["code"], first["message"])
        self.rejections.append(rejection)
        return rejection


def _row(name: str, members: Mapping[str, Any]) -> Row:
    batch, shift, product = (members.get(each) or {} for each in ("batch", "shift", "product"))
    return Row(
        name, _value(members), members["quality"], batch.get("id", ""), _joined((shift.get("id"), shift.get("crew"))),
        product.get("name") or product.get("id", ""),
    )  # fmt: skip


def _value(members: Mapping[str, Any]) -> str:
    if "value" in members:
        return _joined((_text(members["value"]), members.get("unit")))
    return ", ".join(f"{key} {_text(each)}" for key, each in members.items() if key not in RESERVED)


def _text(value: Any) -> str:
    """Numbers in six digits: a person looks at them, nobody counts with them."""
    if isinstance(value, float):
        return f"{value:.6g}"
    return value if isinstance(value, str) else json.dumps(value)


def _joined(words: Iterable[str | None]) -> str:
    return " ".join(word for word in words if word)
