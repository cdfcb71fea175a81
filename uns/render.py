"""What is published: the governed payload, the reading's id, and provenance in user properties."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, Final

import orjson

from uns.context.values import Context
from uns.decode import BY_RECEIPT
from uns.finding import Finding
from uns.instant import rfc3339
from uns.message import Quality, RawMessage, Sample, Scalar, Value
from uns.naming.resolution import Target

Properties = list[tuple[str, str]]
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LONGEST_PROPERTY: Final = 4096


def payload_of(body: Mapping[str, Any]) -> bytes:
    """JSON bytes; integers beyond 64 bits stay exact."""
    try:
        return orjson.dumps(body)
    except TypeError:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def body_of_value(sample: Sample, value: Value, unit: str | None, quality: Quality, context: Context) -> dict[str, Any]:
    """Shape `value`: timestamp, value, unit, quality, code, batch, shift, product; what is not known is left out."""
    body: dict[str, Any] = {"timestamp": rfc3339(sample.time), "value": value}
    if unit is not None:
        body["unit"] = unit
    return _closed(body, quality, sample.code, context)


def body_of_fields(sample: Sample, fields: Mapping[str, Value], quality: Quality, context: Context) -> dict[str, Any]:
    """Shape `object`: the rule's fields in place of value and unit."""
    return _closed({"timestamp": rfc3339(sample.time), **fields}, quality, sample.code, context)


def _closed(body: dict[str, Any], quality: Quality, code: Scalar | None, context: Context) -> dict[str, Any]:
    body["quality"] = str(quality)
    if code is not None:
        body["code"] = code
    body.update(context.members)
    return body


def document_of(raw: RawMessage, sample: Sample) -> bytes:
    """Shape `document`: the reading byte for byte where it is the whole payload."""
    return raw.payload.removeprefix(BOM_UTF8) if sample.reading.whole else payload_of(sample.reading.node)


def document_properties(sample: Sample, quality: Quality, context: Context) -> Properties:
    """What a foreign schema leaves no room for."""
    return [("timestamp", rfc3339(sample.time)), ("quality", str(quality)), *context.properties]


def identity(raw: RawMessage, sample: Sample) -> str:
    """A hash of raw address, event time and raw value, the same under any rules.

    Without an event time of its own, a reading is told apart by receive time and receipt number.
    """
    moment: Any = sample.time
    if sample.clock in BY_RECEIPT:
        moment = [raw.received, raw.receipt]
    value = sample.reading.node if sample.value is None or not isinstance(sample.value, Scalar) else sample.value
    try:
        text = orjson.dumps([sample.topic, sample.tag, moment, value])
    except TypeError:
        text = json.dumps([sample.topic, sample.tag, moment, value]).encode()
    return blake2b(text, digest_size=16).hexdigest()


def address_of(sample: Sample) -> str:
    """The raw topic, and behind a `#` (no topic holds one) the tag; unprintable characters are replaced."""
    address = sample.topic if sample.tag is None else f"{sample.topic}#{sample.tag}"
    return _UNPRINTABLE.sub("\ufffd", address)[:_LONGEST_PROPERTY]


def static_properties(source: str, rule: str, bundle: str, target: Target) -> Properties:
    """The provenance that an address and a bundle alone decide."""
    return [("source", source), ("rule", rule), ("bundle", bundle), ("contract", str(target.contract))]


def codes_of(findings: Iterable[Finding]) -> str:
    return ",".join(dict.fromkeys(finding.code for finding in findings))
