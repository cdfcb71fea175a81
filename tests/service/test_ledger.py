"""The acknowledgement ledger: in order of receipt, never before it is safe, and the counts balance.

Whatever else may happen is in tests/broker/test_ledger_and_outbox.py.
"""

from __future__ import annotations

import pytest

from uns.ledger import Entry, Ledger


def ids(ledger: Ledger) -> list[int]:
    return [entry.packet_id for entry in ledger.take_due()]


def receive(ledger: Ledger, *packet_ids: int) -> list[Entry]:
    return [ledger.receive(packet_id, 0.0) for packet_id in packet_ids]


def test_a_message_is_due_once_all_that_it_led_to_is_safe() -> None:
    ledger = Ledger()
    (entry,) = receive(ledger, 7)
    entry.waiting += 2
    for due in ([], [], [7]):
        ledger.complete(entry)
        assert ids(ledger) == due


@pytest.mark.parametrize(
    ("completed", "due"),
    [
        ((0, 1, 2), [[1], [2], [3]]),
        ((2, 1, 0), [[], [], [1, 2, 3]]),
        ((1, 0, 2), [[], [1, 2], [3]]),
        ((2, 0, 1), [[], [1], [2, 3]]),
    ],
)
def test_acknowledgements_go_out_in_order_of_receipt(completed: tuple[int, ...], due: list[list[int]]) -> None:
    ledger = Ledger()
    entries = receive(ledger, 1, 2, 3)
    got = []
    for index in completed:
        ledger.complete(entries[index])
        got.append(ids(ledger))
    assert got == due


def test_an_entry_of_an_older_connection_is_never_acknowledged() -> None:
    ledger = Ledger()
    old, done = receive(ledger, 1, 2)
    ledger.complete(done)
    ledger.cut()
    (new,) = receive(ledger, 1)
    ledger.complete(old)
    assert ids(ledger) == []
    ledger.complete(new)
    assert ids(ledger) == [1]
    assert (ledger.received, ledger.acknowledged, ledger.cut_off) == (3, 1, 2)
    assert ledger.ties_out()


def test_what_was_due_and_not_handed_out_counts_as_cut_off() -> None:
    ledger = Ledger()
    (entry,) = receive(ledger, 1)
    ledger.complete(entry)
    ledger.cut()
    assert (ledger.acknowledged, ledger.cut_off, ids(ledger)) == (0, 1, [])


def test_qos_0_is_served_and_acknowledged_to_nobody() -> None:
    ledger = Ledger()
    (entry,) = receive(ledger, 0)
    assert ledger.messages_in_flight == 1
    ledger.complete(entry)
    assert (ledger.served_qos0, ledger.messages_in_flight, ids(ledger)) == (1, 0, [])


def test_qos_0_for_which_there_is_no_room_is_cut_off() -> None:
    ledger = Ledger()
    (entry,) = receive(ledger, 0)
    ledger.leave(entry)
    assert (ledger.cut_off, ledger.messages_in_flight) == (1, 0)
    assert ledger.ties_out()


def test_behind_what_there_was_no_room_for_nothing_is_acknowledged() -> None:
    ledger = Ledger()
    before, first, second = receive(ledger, 1, 2, 3)
    ledger.leave(second)
    (third,) = receive(ledger, 4)
    ledger.leave(third)
    ledger.receive_own(5, 0.0)
    ledger.complete(before)
    ledger.complete(first)
    assert ids(ledger) == [1, 2]
    assert (ledger.messages_in_flight, ledger.cut_off) == (1, 1)
    ledger.cut()
    assert (ledger.messages_in_flight, ledger.cut_off) == (0, 2)
    assert ledger.ties_out()
    ledger.leave(receive(ledger, 1)[0])
    assert ledger.messages_in_flight == 1


def test_what_the_service_says_to_itself_is_acknowledged_in_turn_and_not_counted() -> None:
    ledger = Ledger()
    (before,) = receive(ledger, 1)
    ledger.receive_own(2, 0.0)
    assert ids(ledger) == []
    ledger.complete(before)
    assert ids(ledger) == [1, 2]
    assert (ledger.received, ledger.acknowledged) == (1, 1)


def test_one_completion_too_many_is_a_fault() -> None:
    ledger = Ledger()
    (entry,) = receive(ledger, 1)
    ledger.complete(entry)
    with pytest.raises(ValueError, match="more often"):
        ledger.complete(entry)
