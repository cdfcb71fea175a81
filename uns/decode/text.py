"""Plain text payloads: the whole payload is one scalar, such as `21.4`, `ON` or `Running`."""

from __future__ import annotations

from typing import Final

from uns.decode.fault import Fault, undecoded
from uns.decode.json import not_utf8
from uns.message import RawMessage, Sample, Value

MAX_BYTES: Final = 65_536
_NO_VALUE: Final = frozenset({"null", *(sign + word for sign in ("", "+", "-") for word in ("nan", "inf", "infinity"))})


def parse(raw: RawMessage) -> Value | Sample:
    """The text without blanks around it; None for the words by which sensors say that they have no value."""
    if len(raw.payload) > MAX_BYTES:
        message = f"the text has {len(raw.payload)} bytes, more than {MAX_BYTES}"
        return undecoded(raw, Fault("payload-limit", message, "`read: ignore` what is no reading"))
    try:
        text = raw.payload.decode().removeprefix("\ufeff").strip()
    except UnicodeDecodeError as error:
        return undecoded(raw, not_utf8(raw.payload, error.start))
    return None if len(text) <= 9 and text.lower() in _NO_VALUE else text
