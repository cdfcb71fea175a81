"""Hostile topics and payloads without end: what broken firmware, wrong encodings and strangers send."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

KNOWN = [
    b"", b"\x00", b"\xff\xfe", b"{", b"[" * 100_000, b'{"Val":' + b"[" * 5_000, b'{"Val": NaN}', b'{"Val": 1e999}',
    b'{"Val": ' + b"9" * 10_000 + b"}", b'{"Val": 1, "Val": 2}', b'{"Val": "\\ud800"}', b'{"Val": null}', b"null",
    b"[]",
    b'{"Val": 1, "ts": 1e30}', b'{"Val": 1, "ts": -1}', b'{"Val": 1, "ts": "9999-99-99"}', b'{"Val": 1, "ts": []}',
    b'{"Val": {"a": 1}}', b'{"Val": "' + b"x" * 2_000_000 + b'"}', "\ufeff{}".encode("utf-16"), b"21,4",
]  # fmt: skip
"""Each of them once brought some program down."""
SCALARS = [
    b"1", b"-0", b"1e308", b"1e-400", b"18446744073709551616", b"true", b"null", b"NaN", b"-Infinity", b'""',
    b'"\\u0000"', b'"\\ud83d"', b'"21,4"', b"{}", b"[]", b"[[1]]", b'{"": {"": 1}}', b"01", b".5", b"0x1F",
    b'"9999-12-31T23:59:60Z"', b'"0000-00-00T00:00:00"', b"-62135596800000", b"253402300800000", b'"\xc3\x28"',
]  # fmt: skip
LEVELS = [
    "", " ", "L1", "L0", "L", "poison", "ü", "\U0001f37a", "\u202e", "e\u0301", "$SYS", "%2f", "..", "temperature",
    "{machine}", "x" * 400, "\u3000", "İ", "ﬀ", "_telemetry", "L٣", "'; DROP TABLE quarantine_entry; --",
]  # fmt: skip
DEEPEST = 150
"""Levels; Mosquitto itself refuses more than 200."""


def poison(chance: Random, many: int) -> Iterator[tuple[str, bytes]]:
    """So many topics and payloads; the known ones come first."""
    for number in range(many):
        yield _topic(chance), KNOWN[number] if number < len(KNOWN) else _payload(chance)


def _topic(chance: Random) -> str:
    if chance.random() < 0.5:
        return "plc/L1/poison/temperature"
    levels = chance.choices(LEVELS, k=DEEPEST if chance.random() < 0.02 else chance.randint(1, 6))
    return "/".join(["plc", *levels])


def _payload(chance: Random) -> bytes:
    value, time = chance.choices(SCALARS, k=2)
    whole = b'{"Val": %s, "ts": %s, "unit": %s}' % (value, time, chance.choice(SCALARS))
    return chance.choice((_as_it_is, _cut, _flipped, _random, _deep, _again))(chance, whole)


def _as_it_is(chance: Random, payload: bytes) -> bytes:
    return payload


def _cut(chance: Random, payload: bytes) -> bytes:
    return payload[chance.randrange(len(payload)) :][: chance.randrange(1, len(payload))]


def _flipped(chance: Random, payload: bytes) -> bytes:
    spoilt = bytearray(payload)
    for _ in range(chance.randint(1, 4)):
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def _random(chance: Random, payload: bytes) -> bytes:
    return chance.randbytes(chance.randint(1, 200))


def _deep(chance: Random, payload: bytes) -> bytes:
    depth = chance.choice((10, 127, 1_000, 1_100))
    return b'{"Val": ' + b"[" * depth + b"]" * depth + b"}"


def _again(chance: Random, payload: bytes) -> bytes:
    return payload * chance.randint(2, 5)
