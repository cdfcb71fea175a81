"""What decoding costs: one reading in a message, and groups of a hundred. Run: `python benchmarks/decode.py`."""

from __future__ import annotations

import json
import timeit
from typing import Any

from uns.decode import NO_BIRTHS, Reader, reader
from uns.decode.pointer import Pointer
from uns.decode.source import QualitySpec, Source, TimeSpec
from uns.finding import FilePlace
from uns.message import RawMessage
from uns.topic import TopicFilter

MS = 1_763_600_000_000
AT = Pointer.parse
KEPWARE = {"timestamp": MS, "values": [{"id": f"C.D.T{n}", "v": n * 1.5, "q": True, "t": MS} for n in range(100)]}
WIDE = {"timestamp_ms": MS, **{f"tag{n}": n * 1.5 for n in range(100)}}


def _reader(**keys: Any) -> Reader:
    return reader(Source((TopicFilter("plc/#"),), FilePlace("bench.yaml"), **keys))


CASES = [
    ("one reading", 1, {"Val": 71.6, "ts": MS}, _reader(value=AT("/Val"), time=TimeSpec((AT("/ts"),), False))),
    ("one reading, RFC 3339", 1, {"Val": 71.6, "ts": "2025-11-20T00:53:20.123Z"},
     _reader(value=AT("/Val"), time=TimeSpec((AT("/ts"),), False))),
    ("Kepware group", 100, KEPWARE,
     _reader(each=(AT("/values/*"),), tag=(AT("./id"),), value=AT("./v"), quality=QualitySpec(AT("./q"), "bool"),
             time=TimeSpec((AT("./t"), AT("/timestamp")), False))),
    ("wide object", 100, WIDE, _reader(each=(AT("/{tag#}"),), time=TimeSpec((AT("/timestamp_ms"),), False))),
]  # fmt: skip


def cost(read: Reader, raw: RawMessage, readings: int) -> float:
    """Microseconds per reading, the best of five rounds."""
    runs = 200_000 // readings
    rounds = timeit.repeat(lambda: read.draw(raw, read.parse(raw), NO_BIRTHS), number=runs, repeat=5)
    return min(rounds) / runs / readings * 1e6


def main() -> None:
    for name, readings, payload, read in CASES:
        raw = RawMessage("plc/x", json.dumps(payload, separators=(",", ":")).encode(), MS * 10**6)
        print(f"{name:24} {cost(read, raw, readings):6.2f} µs per reading")


if __name__ == "__main__":
    main()
