"""Text that may stand in an MQTT packet: one character that MQTT forbids, and the broker cuts the whole connection."""

from __future__ import annotations


def forbidden(character: str) -> bool:
    """Control characters, surrogates and Unicode's non-characters."""
    code = ord(character)
    control = code < 0x20 or 0x7F <= code <= 0x9F
    return control or 0xD800 <= code <= 0xDFFF or 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE


def sendable(text: str) -> bool:
    return text.isprintable() or not any(map(forbidden, text))


def escaped(text: str) -> str:
    """The text with each forbidden character written as `\\uXXXX`."""
    return "".join(f"\\u{ord(each):04x}" if forbidden(each) else each for each in text)


def names_one_topic(text: str) -> bool:
    """Whether a message may be published there: neither empty nor a filter, and nothing that MQTT forbids."""
    return bool(text) and "#" not in text and "+" not in text and sendable(text)
