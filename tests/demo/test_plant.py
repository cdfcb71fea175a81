"""The simulated plant: seeded, ordered, and everything that it says is decided as its rules promise."""

from __future__ import annotations

from collections import Counter
from itertools import takewhile

import pytest

from uns.demo import rogue
from uns.demo.machine import Message
from uns.demo.plant import messages

START = 1_763_600_000 * 1_000_000_000


def first(seconds: float, seed: int = 1, start: int = START) -> list[Message]:
    return list(takewhile(lambda message: message.after < seconds, messages(seed, start)))


def test_the_same_seed_says_the_same_byte_for_byte() -> None:
    assert first(20) == first(20)


def test_another_seed_says_something_else() -> None:
    assert first(5) != first(5, seed=2)


def test_messages_come_in_the_order_of_their_moments() -> None:
    moments = [message.after for message in first(30)]
    assert moments == sorted(moments)
    assert moments[-1] > 29


def test_batches_change_while_one_looks() -> None:
    changes = Counter(message.topic for message in first(60) if message.topic.startswith(("mes/", "erp/")))
    assert changes["mes/dallas/orders"] >= 5
    assert changes["mes/porto/line"] >= 5
    assert changes["erp/berlin/auftraege"] >= 10


def test_the_rogue_gateway_does_everything_wrong_within_twenty_seconds() -> None:
    said = [message for message in first(20) if message.topic.startswith("gw/porto/")]
    assert len(said) >= 3 * len(rogue.WAYS)


@pytest.mark.parametrize("seconds", [10])
def test_it_is_lively_and_not_too_much_for_a_small_box(seconds: int) -> None:
    assert 15 <= len(first(seconds)) / seconds <= 200
