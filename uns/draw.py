"""What a target draws from a sample: one value, a rule's fields, or the fields of a record."""

from __future__ import annotations

import math
from codecs import BOM_UTF8
from typing import Any, Final

import orjson

from uns.address import Step
from uns.bundle import Bundle
from uns.context.believable import LONGEST_REMARK
from uns.convert import Meaning, Misfit, convert, number_of, wrong
from uns.decode.pointer import escaped
from uns.decode.source import Source
from uns.decode.spelling import shown
from uns.decode.times import Stamp, form
from uns.finding import Finding, Malformed, SamplePlace, found
from uns.instant import Instant
from uns.message import ABSENT, Absent, Quality, RawMessage, Sample, Value
from uns.naming.resolution import Target, TargetField

Drawn = tuple[Any, Quality, tuple[Finding, ...]]
"""A converted value (or fields) with the quality that is left, and what is wrong."""
NOT_FINITE: Final = Misfit(
    "payload-syntax", "NaN or Infinity, which the registry cannot keep", "let the sender write null, or leave it out"
)


def draw_value(sample: Sample, step: Step, bundle: Bundle) -> Drawn:
    """Shape `value`. A bad reading's null is published as it is; a bad value is not held against range and list."""
    value = sample.value
    if value is None or value is ABSENT:
        return None, sample.quality, ()
    meaning: Meaning = step.terms.meaning
    if sample.unit is not None and step.target.unit is None and meaning.name is not None:
        scale = bundle.scale_of(sample.unit, meaning.name)
        if isinstance(scale, Malformed):
            return None, sample.quality, (scale.at(_place(sample, sample.pointer)),)
        meaning = meaning._replace(scale=scale)
    converted, misfit = convert(value, meaning)
    if type(converted) is dict:
        converted, misfit = None, wrong(value, "a scalar", "")
    if misfit is None or _is_forgiven(misfit, sample.quality):
        return converted, sample.quality, ()
    return converted, sample.quality, (misfit.at(_place(sample, sample.pointer)),)


def draw_fields(sample: Sample, target: Target, decimal: str) -> Drawn:
    """Shape `object`. A field that is absent, null or not finite is left out; then quality is at most uncertain."""
    fields: dict[str, Value] = {}
    findings: list[Finding] = []
    quality = sample.quality
    for each in target.fields:
        value = _field(sample, each)
        if value is ABSENT or value is None or not _is_finite(value):
            quality = quality.at_most(Quality.UNCERTAIN)
            continue
        meaning = Meaning(each.name, each.scale, each.field.states, None, decimal)
        converted, misfit = convert(value, meaning)
        if misfit is not None and not _is_forgiven(misfit, sample.quality):
            findings.append(_in_field(misfit, sample, each))
        fields[each.field.name] = converted
    return fields, quality, tuple(findings)


def draw_record(sample: Sample, target: Target, raw: RawMessage, source: Source) -> Drawn:
    """The fields of a record: ids and names as text, `start` and `stop` as instants, what is absent left out."""
    fields: dict[str, Value] = {}
    findings: list[Finding] = []
    for each in target.fields:
        name, value = each.field.name, _field(sample, each)
        if value is ABSENT or value is None or value == "":
            continue
        if not _is_finite(value):
            findings.append(_in_field(NOT_FINITE, sample, each, _first_not_finite(value)))
            continue
        misfit = None
        if each.field.states is not None:
            value, misfit = convert(value, Meaning(None, None, each.field.states))
        if misfit is None:
            value, misfit = _recorded(name, value, source, raw.received)
        if misfit is None:
            fields[name] = value
        else:
            findings.append(_in_field(misfit, sample, each))
    return fields, sample.quality, tuple(findings)


def _recorded(name: str, value: Value, source: Source, received: Instant) -> tuple[Value, Misfit | None]:
    """A field as the registry keeps it."""
    if name == "attributes":
        return value, None
    if isinstance(value, (dict, list)):
        return None, wrong(value, "a scalar", "")
    if name in ("by", "why"):
        return _remark(str(value)), None
    if name in ("start", "stop"):
        instant = _instant(value, source, received)
        misfit = Misfit("time-implausible", f"{shown(value)} is not a time", "write RFC 3339 or an epoch")
        return instant, misfit if instant is None else None
    if name == "quantity":
        return number_of(value, source.decimal)
    return shown(value) if isinstance(value, bool) else str(value), None


def _remark(text: str) -> str:
    """On one line that can be printed and kept, however it came: a remark keeps no record out."""
    line = " ".join(text[:LONGEST_REMARK].split())
    return "".join(each if each.isprintable() else "\ufffd" for each in line)


def draw_document(sample: Sample, raw: RawMessage) -> Drawn:
    """Shape `document`. What only a tolerant reader takes (NaN, Infinity) is not passed on."""
    node = sample.reading.node
    if not (_is_strict(raw.payload) if sample.reading.whole else _is_finite(node)):
        message = "the document holds NaN or Infinity, which no JSON reader has to take"
        remedy = "let the machine write null, or draw members with `fields`"
        return node, sample.quality, (found("payload-syntax", message, remedy, _place(sample, "")),)
    return node, sample.quality, ()


def _is_strict(payload: bytes) -> bool:
    try:
        orjson.loads(payload.removeprefix(BOM_UTF8))
    except orjson.JSONDecodeError:
        return False
    return True


def _field(sample: Sample, each: TargetField) -> Value | Absent:
    if each.field.at is None:
        return each.text
    return each.field.at.find(sample.reading)


def _is_finite(value: Value | Absent) -> bool:
    """Whether no NaN and no infinity stands in it, however deep."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if type(each) is dict:
            waiting += each.values()
        elif type(each) is list:
            waiting += each
        elif type(each) is float and not math.isfinite(each):
            return False
    return True


def _first_not_finite(value: Value) -> str:
    """Where it stands in what is not finite: a JSON pointer."""
    below = ""
    while isinstance(value, (dict, list)):
        members = value.items() if isinstance(value, dict) else enumerate(value)
        key, value = next((key, each) for key, each in members if not _is_finite(each))
        below += f"/{escaped(str(key))}"
    return below


def _instant(value: Value, source: Source, received: Instant) -> Instant | None:
    read = form(source.time.as_, source.time.zone or source.zone)(value, received)
    return read.instant if isinstance(read, Stamp) else read


def _is_forgiven(misfit: Misfit, quality: Quality) -> bool:
    return quality is Quality.BAD and misfit.code in ("value-out-of-range", "value-not-listed")


def _in_field(misfit: Misfit, sample: Sample, each: TargetField, below: str = "") -> Finding:
    named = misfit._replace(message=f"field `{each.field.name}`: {misfit.message}")
    return named.at(_place(sample, (each.field.at.place(sample.reading) if each.field.at else "") + below))


def _place(sample: Sample, pointer: str) -> SamplePlace:
    return SamplePlace(sample.topic, sample.tag, pointer)
