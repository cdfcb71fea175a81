"""From one reading to one sample: its tag, value, time, quality and unit, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from uns.decode.clock import stamper
from uns.decode.fault import Fault
from uns.decode.pointer import Key, Pointer
from uns.decode.quality import judge
from uns.decode.source import Source
from uns.decode.tag import tagger
from uns.finding import nearest
from uns.message import ABSENT, Quality, RawMessage, Reading, Sample

Draw = Callable[[RawMessage, Reading, str], Sample]
"""A message, one reading of it and the reading's JSON pointer → its sample."""

_HERE: Final = Pointer.parse(".")
_INFINITE: Final = float("inf")
_MAX_KEY: Final = 64
_NOTHING: Final = (None, ABSENT)


def drawer(source: Source) -> Draw:
    """The one function by which all samples of a source are drawn."""
    value_at = source.value or _HERE
    find, tag_of, stamp = value_at.find, tagger(source), stamper(source)
    judged = judge(source.quality) if source.quality else None
    unit_of = _unit(source.unit) if source.unit else None
    below = value_at.text[1:] if value_at.origin == "reading" else None
    good, bad = Quality.GOOD, Quality.BAD

    def draw(raw: RawMessage, reading: Reading, at: str) -> Sample:
        value, tag = find(reading), tag_of(reading) if tag_of else None
        time, clock, fault = stamp(raw, reading)
        faults = None if fault is None else [_timed(fault, source, reading)]
        quality, code = judged(reading) if judged else (good, None)
        if value is None or (type(value) is float and not -_INFINITE < value < _INFINITE):
            value, quality = None, bad
        elif value is ABSENT:
            if quality is good:
                faults = [*(faults or ()), _no_value(value_at, reading)]
            else:
                value, quality = None, bad
        if clock == "backlog" and quality is good:
            quality = Quality.UNCERTAIN
        if isinstance(tag, Fault):
            faults, tag = [tag._replace(pointer=at), *(faults or ())], None
        unit = unit_of(reading) if unit_of else None
        pointer = at + below if below is not None else value_at.text
        topic = raw.topic
        findings = tuple(one.at(topic, tag) for one in faults) if faults else ()
        return Sample(topic, tag, value, time, clock, quality, code, unit, reading, pointer, findings)

    return draw


def _unit(pointer: Pointer) -> Callable[[Reading], str | None]:
    def unit_of(reading: Reading) -> str | None:
        unit = pointer.find(reading)
        return unit.strip() or None if type(unit) is str else None

    return unit_of


def _timed(fault: Fault, source: Source, reading: Reading) -> Fault:
    """The fault at the time that is there and not believed, or where the first should stand."""
    there = (each for each in source.time.at if each.find(reading) not in _NOTHING)
    return fault._replace(pointer=next(there, source.time.at[0]).place(reading))


def _no_value(pointer: Pointer, reading: Reading) -> Fault:
    remedy = "correct `value` of the source"
    meant = _meant(pointer, reading)
    if meant is not None:
        remedy = f"did you mean `{meant}`?"
    return Fault("value-missing", f"`{pointer.text}` absent", remedy, pointer.place(reading))


def _meant(pointer: Pointer, reading: Reading) -> str | None:
    """The pointer with its first missing key replaced by the one that stands there and resembles it."""
    node = reading.payload if pointer.origin == "payload" else reading.node
    for index, token in enumerate(pointer.tokens):
        if type(node) is not dict or not isinstance(token, Key):
            return None
        if token.text not in node:
            key = _resembles(token.text, tuple(key for key in list(node)[:_MAX_KEYS] if len(key) <= _MAX_KEY))
            start = "." if pointer.origin == "reading" else ""
            names = pointer.text.lstrip(".").split("/")[1:]
            return None if key is None else start + "/" + "/".join([*names[:index], key, *names[index + 1 :]])
        node = node[token.text]
    return None


_MAX_KEYS: Final = 12


@lru_cache(maxsize=256)
def _resembles(key: str, keys: tuple[str, ...]) -> str | None:
    return next((other for other in keys if other.lower() == key.lower()), None) or nearest(key, keys)
