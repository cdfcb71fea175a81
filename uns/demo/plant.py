"""The whole plant as one stream of messages: the same seed and start give the same bytes, always."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge

from uns.demo import berlin, dallas, porto, rogue
from uns.demo.machine import Clock, Message
from uns.instant import Instant


def messages(seed: int, start: Instant) -> Iterator[Message]:
    """Endless, in the order of their moments; `start` is what the machines' clocks say at moment 0."""
    clock = Clock(start)
    machines = [
        *dallas.machines(f"{seed}/dallas", clock),
        *berlin.machines(f"{seed}/berlin", clock),
        *porto.machines(f"{seed}/porto", clock),
        rogue.gateway(f"{seed}/cellar", clock),
    ]
    return merge(*machines, key=lambda message: message.after)
