"""JSON payloads: one strict parse, and a tolerant one for what only costs its own reading.

Tolerated are non-finite tokens (`NaN`, `Infinity`), a byte-order mark and, at no loss, integers of any size;
of duplicate keys the last counts. Anything else that is not JSON costs the message.
"""

from __future__ import annotations

import json
from typing import Final

from orjson import JSONDecodeError, loads

from uns.decode.fault import Fault, undecoded
from uns.message import RawMessage, Sample, Value

MAX_BYTES: Final = 8 * 1024 * 1024
MAX_DEPTH: Final = 64
_DIGITS: Final = bytes(0x30 if 0x30 <= byte <= 0x39 or byte == 0x2D else 0x20 for byte in range(256))
_NO_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"{}[]")
_TOO_LONG_FOR_64_BITS: Final = b"0" * 20
_OTHERWISE: Final = "correct the message; plain text wants `read: text`, what is no reading `read: ignore`"


def parse(raw: RawMessage) -> Value | Sample:
    """The payload as a value, or the undecoded sample that says where it stops being JSON."""
    payload = raw.payload
    if len(payload) > MAX_BYTES:
        message = f"the payload has {len(payload)} bytes, more than {MAX_BYTES}"
        return undecoded(raw, Fault("payload-limit", message, "send less in one message, or `read: ignore`"))
    try:
        value = loads(payload)
    except JSONDecodeError:
        return _tolerant(raw)
    if _TOO_LONG_FOR_64_BITS in payload.translate(_DIGITS):
        return _tolerant(raw)
    if len(payload) > 2 * MAX_DEPTH and _may_be_deep(payload) and _is_deep(value):
        return undecoded(raw, _TOO_DEEP)
    return value


_TOO_DEEP: Final = Fault(
    "payload-limit", f"the payload is nested over {MAX_DEPTH} deep", "send it flatter, or `read: ignore`"
)
_HALF_A_CHARACTER: Final = Fault(
    "payload-syntax", r"a text holds half a surrogate pair (`\ud800` to `\udfff` alone)", "escape whole characters"
)


def _tolerant(raw: RawMessage) -> Value | Sample:
    try:
        text = raw.payload.decode()
    except UnicodeDecodeError as error:
        return undecoded(raw, not_utf8(raw.payload, error.start))
    bare = text.removeprefix("\ufeff")
    if not bare.strip():
        return undecoded(raw, Fault("payload-syntax", "the payload is blank, which is no JSON", _OTHERWISE))
    try:
        value = json.loads(bare)
        if "\\u" in bare:
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        offset = len(text[: error.pos + len(text) - len(bare)].encode())
        return undecoded(raw, Fault("payload-syntax", f"not JSON at byte {offset}: {error.msg}", _OTHERWISE))
    except UnicodeEncodeError:
        return undecoded(raw, _HALF_A_CHARACTER)
    except RecursionError:
        return undecoded(raw, _TOO_DEEP)
    except ValueError:
        fault = Fault("payload-limit", "an integer has more digits than can be read", "send it as text")
        return undecoded(raw, fault)
    return undecoded(raw, _TOO_DEEP) if _is_deep(value) else value


def not_utf8(payload: bytes, offset: int) -> Fault:
    message = f"byte 0x{payload[offset]:02X} at byte {offset} is not UTF-8"
    remedy = "let the machine send UTF-8 (this may be Latin-1 or UTF-16), or `read: ignore` what is binary"
    return Fault("payload-syntax", message, remedy)


def _may_be_deep(payload: bytes) -> bool:
    """False where brackets alone show that it is not: each round takes one or two innermost levels away."""
    if payload.count(b"{") + payload.count(b"[") <= MAX_DEPTH:
        return False
    brackets = payload.translate(None, _NO_BRACKETS)
    for _ in range(MAX_DEPTH // 2):
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if not brackets:
            return False
    return True


def _is_deep(value: Value) -> bool:
    nodes = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH):
        nodes = [
            below
            for node in nodes
            for below in (node.values() if type(node) is dict else node)
            if type(below) is dict or type(below) is list
        ]
        if not nodes:
            return False
    return True
