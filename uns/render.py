"""What is published: the governed payload, the reading's id, and provenance in user properties."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson
from xxhash import xxh3_128_hexdigest

from uns.context.values import Context
from uns.decode import BY_RECEIPT
from uns.envelope import Pair
from uns.finding import Finding
from uns.instant import rfc3339
from uns.message import Quality, RawMessage, Sample, Value

_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LONGEST_PROPERTY: Final = 4096
_SCALARS: Final = frozenset({bool, int, float, str})


class Frame(NamedTuple):
    """All of a payload of shape `value` but its time and value."""

    context: Context
    quality: Quality
    kind: type
    """Of the value; its contract may ask for no more."""
    rest: bytes
    """What stands behind the value."""


def frame_of(body: Mapping[str, Any], context: Context, quality: Quality) -> Frame:
    """Of a payload of shape `value` that its contract has let pass."""
    rest = payload_of({name: body[name] for name in body if name not in ("timestamp", "value")})
    frame = Frame(context, quality, type(body["value"]), b"," + rest[1:])
    known = _latest(frame.rest)
    if not known or known[0].context is not context or known[0].kind is not frame.kind:
        known[:] = [frame]
    return known[0]


@lru_cache(maxsize=4096)
def _latest(rest: bytes) -> list[Frame]:
    """The latest frame that ends so: most of the addresses of one line have the same."""
    return []


def framed(frame: Frame, sample: Sample, value: Value, quality: Quality, context: Context) -> bytes | None:
    """The payload that `payload_of` would write; None where more than time and value differ."""
    usual, same, kind, rest = frame
    if context is not usual or quality is not same or type(value) is not kind or sample.code is not None:
        return None
    try:
        written = orjson.dumps(value)
    except TypeError:
        return None
    return b"".join((b'{"timestamp":"', rfc3339(sample.time).encode(), b'","value":', written, rest))


def payload_of(body: Mapping[str, Any]) -> bytes:
    """JSON bytes; integers beyond 64 bits stay exact."""
    try:
        return orjson.dumps(body)
    except TypeError:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def value_of(sample: Sample, value: Value, unit: str | None, quality: Quality, context: Context) -> dict[str, Any]:
    """Shape `value`: as `body_of`, without a dictionary more."""
    body = {"timestamp": rfc3339(sample.time), "value": value}
    if unit is not None:
        body["unit"] = unit
    body["quality"] = quality._value_
    if sample.code is not None:
        body["code"] = sample.code
    body.update(context.members)
    return body


def body_of(sample: Sample, own: Mapping[str, Value], quality: Quality, context: Context) -> dict[str, Any]:
    """Timestamp, `own` (the rule's fields), quality, code, batch, shift, product; what is not known is left out."""
    code = {} if sample.code is None else {"code": sample.code}
    return {"timestamp": rfc3339(sample.time), **own, "quality": str(quality), **code, **context.members}


def document_of(raw: RawMessage, sample: Sample) -> bytes:
    """Shape `document`: the reading byte for byte where it is the whole payload."""
    return raw.payload.removeprefix(BOM_UTF8) if sample.reading.whole else payload_of(sample.reading.node)


def document_properties(sample: Sample, quality: Quality, context: Context) -> tuple[Pair, ...]:
    """What a foreign schema leaves no room for."""
    return ("timestamp", rfc3339(sample.time)), ("quality", str(quality)), *context.properties


def identity(raw: RawMessage, sample: Sample) -> str:
    """A hash of raw address, event time and raw value, the same under any rules.

    Without an event time of its own, a reading is told apart by receive time and receipt number.
    """
    value = sample.value
    moment: Any = [raw.received, raw.receipt] if sample.clock in BY_RECEIPT else sample.time
    if type(value) not in _SCALARS:
        value = sample.reading.node
    try:
        text = orjson.dumps((sample.topic, sample.tag, moment, value))
    except TypeError:
        text = json.dumps((sample.topic, sample.tag, moment, value)).encode()
    return xxh3_128_hexdigest(text)


def address_of(sample: Sample) -> str:
    """The raw topic, and behind a `#` (no topic holds one) the tag; unprintable characters are replaced."""
    address = sample.topic if sample.tag is None else f"{sample.topic}#{sample.tag}"
    return _UNPRINTABLE.sub("\ufffd", address)[:_LONGEST_PROPERTY]


def codes_of(findings: Iterable[Finding]) -> str:
    return ",".join(dict.fromkeys(finding.code for finding in findings))
