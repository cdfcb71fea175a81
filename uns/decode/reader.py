"""The reader of a source: raw message in, samples out, all that can be worked out before compiled once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from uns.decode import json, text
from uns.decode.each import MAX_POINTER, MAX_READINGS, parts
from uns.decode.fault import Fault, undecoded
from uns.decode.neuron import drawer_of_groups
from uns.decode.pointer import Pointer
from uns.decode.sample import drawer
from uns.decode.source import Source
from uns.message import NO_CAPTURES, RawMessage, Reading, Sample, Value

Births = Mapping[str, Any]
"""What a stateful dialect announced before: immutable, taken and handed back by every draw, empty for the others."""
NO_BIRTHS: Final[Births] = MappingProxyType({})

Parse = Callable[[RawMessage], "Value | Sample"]
Draw = Callable[[RawMessage, Value, Births], tuple[list[Sample], Births]]


@dataclass(frozen=True, slots=True)
class Reader:
    """How one source's messages become samples, in two steps, so that a raw schema can be checked between them."""

    parse: Parse
    """The payload as a value, or the undecoded sample that says why it has none."""
    draw: Draw
    """The samples of a parsed payload, each with all that is wrong with it."""

    def __call__(self, raw: RawMessage, births: Births = NO_BIRTHS) -> tuple[list[Sample], Births]:
        payload = self.parse(raw)
        return ([payload], births) if type(payload) is Sample else self.draw(raw, payload, births)


def reader(source: Source) -> Reader:
    """The reader of a source; its dialect is one that is known."""
    if source.read == "ignore":
        return Reader(lambda raw: None, lambda raw, payload, births: ([], births))
    if source.read == "neuron":
        return Reader(json.parse, _groups(source))
    if source.read == "text":
        return Reader(text.parse, _text(source))
    return Reader(json.parse, _several(source) if source.each else _one(source))


def _one(source: Source) -> Draw:
    sample = drawer(source)

    def draw(raw: RawMessage, payload: Value, births: Births) -> tuple[list[Sample], Births]:
        return [sample(raw, Reading(payload, payload, (), NO_CAPTURES, True), "")], births

    return draw


def _several(source: Source) -> Draw:
    sample, find = drawer(source), parts(source.each, _apart(source))

    def draw(raw: RawMessage, payload: Value, births: Births) -> tuple[list[Sample], Births]:
        found = find(payload)
        if not found:
            return _none(source, raw, found), births
        return [
            sample(raw, Reading(payload, node, path, captures, not path), at) for node, path, captures, at in found
        ], births

    return draw


def _groups(source: Source) -> Draw:
    groups = drawer_of_groups(source)

    def draw(raw: RawMessage, payload: Value, births: Births) -> tuple[list[Sample], Births]:
        samples = groups(raw, payload)
        return samples or _none(source, raw, samples), births

    return draw


def _text(source: Source) -> Draw:
    one = _one(source)

    def draw(raw: RawMessage, payload: Value, births: Births) -> tuple[list[Sample], Births]:
        return (_none(source, raw, []), births) if payload == "" else one(raw, payload, births)

    return draw


def _apart(source: Source) -> list[Pointer]:
    """Pointers to members that are read as time, quality, unit or tag, and so are no readings."""
    tags = [part for part in source.tag or () if isinstance(part, Pointer)]
    others = [source.quality.at if source.quality else None, source.unit]
    return [*source.time.at, *tags, *(pointer for pointer in others if pointer)]


def _none(source: Source, raw: RawMessage, found: list[Any] | None) -> list[Sample]:
    """What a message without a reading, or (`found` is None) with too many, becomes."""
    if found is None:
        message = f"the payload holds more than {MAX_READINGS} readings, or readings below names of over {MAX_POINTER}"
        remedy = "send fewer in one message, under shorter names"
        return [undecoded(raw, Fault("payload-limit", f"{message} characters", remedy))]
    if source.empty == "ignore":
        return []
    if source.read == "text":
        return [undecoded(raw, Fault("payload-no-reading", "the text is blank", "say `empty: ignore`"))]
    where = " and ".join(f"`{pointer.text}`" for pointer in source.each) or "`/values` and `/tags`"
    found_nothing = f"{where} {'find' if ' and ' in where else 'finds'} nothing"
    remedy = "check `each` of the source, or say `empty: ignore`"
    return [undecoded(raw, Fault("payload-no-reading", found_nothing, remedy))]
