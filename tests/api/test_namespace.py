"""The tree that follows what the broker says."""

from __future__ import annotations

import pytest

from uns.api.changes import Changes
from uns.api.namespace import Namespace
from uns.topic import TopicFilter

OURS = {"rule": "dallas/filler-plc", "source": "plc/dallas/L3"}


def namespace(**limits: int) -> Namespace:
    made = Namespace(Changes("epoch"), **limits)
    made.clear("acme")
    return made


def test_a_topic_makes_every_level_above_it():
    tree = namespace()
    tree.take("acme/dallas/_telemetry/speed", b"1", OURS, True, 10)
    assert [path for path, _ in tree.below("acme")] == ["acme/dallas"]
    assert [path for path, _ in tree.below("acme/dallas")] == ["acme/dallas/_telemetry"]
    assert tree.entries["acme/dallas/_telemetry/speed"].arrived == 10


def test_an_empty_payload_removes_the_topic_and_the_levels_that_nothing_else_holds():
    tree = namespace()
    tree.take("acme/dallas/_telemetry/speed", b"1", OURS, True, 10)
    tree.take("acme/dallas/line-1/_telemetry/speed", b"1", OURS, True, 10)
    tree.take("acme/dallas/line-1/_telemetry/speed", b"", {}, False, 11)
    assert [path for path, _ in tree.below("acme/dallas")] == ["acme/dallas/_telemetry"]
    assert "acme/dallas/line-1" not in tree.nodes
    assert tree.bytes == 1


def test_a_name_that_is_also_a_group_outlives_what_stands_below_it():
    tree = namespace()
    tree.take("acme/dallas/_telemetry/motor", b"1", OURS, True, 1)
    tree.take("acme/dallas/_telemetry/motor/speed", b"2", OURS, True, 1)
    tree.take("acme/dallas/_telemetry/motor/speed", b"", OURS, True, 1)
    assert list(tree.entries) == ["acme/dallas/_telemetry/motor"]


def test_a_change_is_seen_in_the_version_of_every_level_above_and_of_no_other():
    tree = namespace()
    tree.take("acme/dallas/_telemetry/speed", b"1", OURS, True, 1)
    tree.take("acme/berlin/_telemetry/speed", b"1", OURS, True, 1)
    dallas, berlin = tree.nodes["acme/dallas"].version, tree.nodes["acme/berlin"].version
    tree.take("acme/dallas/_telemetry/speed", b"2", OURS, True, 2)
    assert tree.nodes["acme/dallas"].version > dallas
    assert tree.nodes["acme"].version == tree.nodes["acme/dallas"].version
    assert tree.nodes["acme/berlin"].version == berlin


@pytest.mark.parametrize(("properties", "rogue"), [(OURS, False), ({}, True), ({"source": "plc/x"}, True)])
def test_what_names_no_rule_is_rogue(properties, rogue):
    tree = namespace()
    tree.take("acme/dallas/_telemetry/speed", b"1", properties, True, 1)
    assert tree.entries["acme/dallas/_telemetry/speed"].rogue is rogue


def test_there_is_room_for_so_many_topics_and_so_many_bytes_and_the_rest_is_counted():
    tree = namespace(max_topics=2, max_bytes=10)
    for name in "abc":
        tree.take(f"acme/dallas/_telemetry/{name}", b"123", OURS, True, 1)
    tree.take("acme/dallas/_telemetry/a", b"12345678", OURS, True, 1)
    assert sorted(tree.entries) == ["acme/dallas/_telemetry/a", "acme/dallas/_telemetry/b"]
    assert tree.left_out == 2
    tree.take("acme/dallas/_telemetry/a", b"1234", OURS, True, 1)
    assert tree.bytes == 7


def test_status_is_kept_by_instance_and_is_no_part_of_the_tree():
    tree = namespace()
    tree.take("acme/_uns/uns", b'{"state":"ready"}', {}, True, 1)
    tree.take("acme/_uns/uns/rejected", b"{}", {}, False, 1)
    assert list(tree.statuses) == ["uns"]
    assert tree.nodes == {}
    tree.take("acme/_uns/uns", b"", {}, True, 1)
    assert tree.statuses == {}


def test_what_was_retained_and_is_not_heard_again_was_deleted_meanwhile():
    tree = namespace()
    tree.take("acme/dallas/_telemetry/gone", b"1", OURS, True, 1)
    tree.take("acme/dallas/_telemetry/kept", b"1", OURS, True, 1)
    tree.take("acme/dallas/_alarm/event", b"1", OURS, False, 1)
    tree.take("acme/dallas/_telemetry/kept", b"1", OURS, True, 5)
    tree.sweep(since=5)
    assert sorted(tree.entries) == ["acme/dallas/_alarm/event", "acme/dallas/_telemetry/kept"]


def test_values_are_found_by_filter_in_order():
    tree = namespace()
    for site in ("dallas", "berlin"):
        tree.take(f"acme/{site}/_telemetry/speed", b"1", OURS, True, 1)
    assert tree.matching(TopicFilter("acme/+/_telemetry/#")) == [
        "acme/berlin/_telemetry/speed",
        "acme/dallas/_telemetry/speed",
    ]
    assert tree.matching(TopicFilter("acme/dallas/#")) == ["acme/dallas/_telemetry/speed"]


def test_changes_are_read_from_where_one_was():
    changes = Changes("epoch", max_changes=3)
    for number in range(5):
        changes.append(f"acme/{number}", b"1", {}, True, number)
    assert [each.topic for each in changes.after(3)] == ["acme/3", "acme/4"]
    assert changes.after(5) == []
    assert changes.after(2) is not None
    assert changes.after(1) is None, "those after 1 have left the ring"
    assert changes.after(6) is None, "nobody was given that number"


def test_changes_are_bounded_in_bytes():
    changes = Changes("epoch", max_bytes=10)
    for number in range(5):
        changes.append("acme/x", b"1234", {}, True, number)
    assert changes.after(2) is None
    assert len(changes.after(3)) == 2


@pytest.mark.parametrize("text", ["other-1", "epoch-", "epoch-x", "epoch-²", "1", "", "epoch-" + "9" * 30])
def test_an_id_of_somebody_else_is_no_place_in_the_ring(text):
    assert Changes("epoch").number_of(text) is None
    assert Changes("epoch").number_of("epoch-12") == 12
