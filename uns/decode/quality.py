"""Good, uncertain or bad: how machines say whether a reading can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Final

from uns.decode.source import QualitySpec
from uns.decode.spelling import spellings
from uns.message import ABSENT, Quality, Reading, Scalar, Value

GOOD, UNCERTAIN, BAD = Quality.GOOD, Quality.UNCERTAIN, Quality.BAD

Judged = tuple[Quality, Scalar | None]
"""A quality, and the machine's own code where it is not good and more than a boolean."""

_TOP_TWO_DA: Final = (BAD, UNCERTAIN, BAD, GOOD)
_TOP_TWO_UA: Final = (GOOD, UNCERTAIN, BAD, BAD)
_ALL_WELL: Final[Judged] = (GOOD, None)


def judge(spec: QualitySpec) -> Callable[[Reading], Judged]:
    """The quality of a reading as its source says; numbers are never guessed."""
    find, grade, absent = spec.at.find, _grade(spec), spec.absent

    def judged(reading: Reading) -> Judged:
        raw = find(reading)
        if raw is True and grade is _bool:
            return _ALL_WELL
        if raw is ABSENT:
            return (absent, None)
        quality = grade(raw)
        if quality is None:
            quality = absent if raw is None else spec.otherwise
        return _ALL_WELL if quality is GOOD else (quality, code_of(raw))

    return judged


def _grade(spec: QualitySpec) -> Callable[[Value], Quality | None]:
    if spec.as_ is None:
        listed: Mapping[str, Quality] = dict(spec.listed)
        return lambda raw: next((listed[text] for text in spellings(raw) if text in listed), None)
    return {"bool": _bool, "opcda": _opcda, "opcua": _opcua, "text": _text}[spec.as_]


def _bool(raw: Value) -> Quality | None:
    text = next(iter(spellings(raw)), "").lower()
    return GOOD if text in ("true", "1") else BAD if text in ("false", "0") else None


def _opcda(raw: Value) -> Quality | None:
    number = _integer(raw, 0, 0xFFFF)
    return None if number is None else _TOP_TWO_DA[number >> 6 & 3]


def _opcua(raw: Value) -> Quality | None:
    if type(raw) is dict:
        raw = raw.get("Code", 0)
    number = _integer(raw, -0x8000_0000, 0xFFFF_FFFF)
    return None if number is None else _TOP_TWO_UA[number >> 30 & 3]


def _text(raw: Value) -> Quality | None:
    if type(raw) is not str:
        return None
    word = raw.strip().lower()
    return next((quality for quality in Quality if word.startswith(quality.value)), None)


def _integer(raw: Value, low: int, high: int) -> int | None:
    if type(raw) is str and len(raw) <= 12 and raw.strip().lstrip("-").isdecimal():
        raw = int(raw) if raw.strip().count("-") <= 1 else None
    if type(raw) is float and raw.is_integer():
        raw = int(raw)
    return raw if type(raw) is int and low <= raw <= high else None


def code_of(raw: Value) -> Scalar | None:
    """What a machine says of a reading, as it can be published."""
    if type(raw) is dict:
        raw = raw.get("Code")
    if type(raw) is float and not isfinite(raw):
        return None
    return raw if isinstance(raw, str | int | float) and type(raw) is not bool else None
