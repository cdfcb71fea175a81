"""The governed tree as verbs see it: what stands below its root, and how one of its messages reads in a line."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import aiomqtt

from uns.api.models import Value
from uns.broker.distrust import in_words
from uns.broker.guest import heeding
from uns.cli.app import UNREACHABLE, fail, one_line
from uns.settings import Settings


def below_root(text: str, root: str) -> str:
    """A path or filter with the root in front, whether it was written with it or without."""
    if text == "#" or text == root or text.startswith((f"{root}/", "+/")):
        return text
    return f"{root}/{text}"


def at_broker(settings: Settings, work: Coroutine[Any, Any, None]) -> None:
    """Run something that needs the broker; without it the verb ends with status 3."""
    try:
        asyncio.run(heeding(work))
    except (aiomqtt.MqttError, OSError) as error:
        remedy = "start it, or set `broker`; `uns doctor` looks closer"
        fail(UNREACHABLE, f"the broker {settings.broker} cannot be used: {in_words(error)}", remedy)


def reading(value: Value) -> str:
    """Value, unit, and quality where it is not good; of what is no JSON its beginning."""
    if value.not_json is not None:
        return f"not JSON: {_text(value.not_json)}" + " rogue" * value.rogue
    shown = "null" if value.value is None else _text(value.value)
    unit = f" {one_line(value.unit)}" if value.unit and value.unit != "1" else ""
    quality = f" {one_line(value.quality)}" if value.quality and value.quality != "good" else ""
    return f"{shown}{unit}{quality}" + " rogue" * value.rogue


def context(value: Value) -> str:
    """Batch, shift and product, as far as they are known."""
    members = (("batch", value.batch), ("shift", value.shift), ("product", value.product))
    known = (f"{name} {each['id']}" for name, each in members if isinstance(each, dict) and "id" in each)
    return one_line(" · ".join(known))


def ago(seconds: float) -> str:
    """An age in its largest unit."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _text(value: Any) -> str:
    from json import dumps

    text = one_line(value if isinstance(value, str) else dumps(value, ensure_ascii=False))
    return text if len(text) <= 200 else f"{text[:200]}…"
