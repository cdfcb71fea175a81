"""What the benchmark of peers claims before it measures: the same work, and who acknowledges early."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from support.mosquitto import Mosquitto

from benchmarks.peers.corpus import corpus, differences, meaning
from benchmarks.peers.early import acknowledged
from benchmarks.peers.given import given
from benchmarks.peers.mapping import Mapping
from benchmarks.peers.plots import Bar, svg
from benchmarks.peers.rounds import Medians
from benchmarks.peers.targets import verdicts
from benchmarks.peers.with_paho import Peer
from benchmarks.peers.withholding import Withholding, whole
from benchmarks.stages import plant
from uns.context.timeline import Timeline
from uns.context.values import Batch, Product, Shift
from uns.contextualize import contextualize
from uns.decision import Publish
from uns.decode import NO_BIRTHS
from uns.equipment import EquipmentPath
from uns.instant import SECOND
from uns.message import RawMessage

LOADS = "unpaced", "fixed", "qos0"
MILLISECOND = SECOND // 1000


def timeline(now: int, shifts: list[tuple[int, int, dict[str, str]]]) -> Timeline:
    """Batch and product of line 3, and the shifts around now."""
    batch = Batch("B-1001", EquipmentPath("dallas/packaging/line-3"), now - 10**7 * SECOND, None, "SKU-42", "O-7")
    changes = [
        Shift(said["id"], said["date"], start * MILLISECOND, stop * MILLISECOND, said["crew"], EquipmentPath("dallas"))
        for start, stop, said in shifts
    ]
    return Timeline.build("7", [batch], [Product("SKU-42", "Cola 330")], shift_changes=changes)


def test_the_mapping_written_by_hand_agrees_with_ours() -> None:
    now = time.time_ns()
    bundle, _ = plant(now)
    by_hand = given(datetime.now(UTC))
    mapping, context = Mapping(by_hand), timeline(now, by_hand["shifts"])
    messages = corpus(now // 1_000_000)
    ours, theirs = [], []
    for number, (topic, payload) in enumerate(messages):
        decisions, _ = contextualize(RawMessage(topic, payload, now, number), bundle, context, NO_BIRTHS)
        ours += [(each.topic, each.payload) for each in decisions if isinstance(each, Publish)]
        theirs += [each for each in [mapping.govern(topic, payload)] if each]
    assert len(ours) == 8
    assert differences(messages, meaning(ours), meaning(theirs)) == []


def test_what_differs_is_said_with_the_raw_message() -> None:
    messages = [("plc/dallas/L3/Filler_001/TT101", b"a"), ("plc/dallas/L3/Filler_002/TT101", b"b")]
    one, two = (f"acme/dallas/packaging/line-3/filler-00{number}/_telemetry/temperature" for number in (1, 2))
    assert differences(messages, {one: 1}, {one: 1}) == []
    assert differences(messages, {one: 1}, {}) == ["refuses `b'a'`"]
    assert differences(messages, {one: 1}, {one: 2, two: 3}) == [
        "makes something else of `b'a'`", "does not refuse `b'b'`",
    ]  # fmt: skip


@pytest.mark.parametrize(("chained", "early"), [(False, "yes, 20 of 20"), (True, "no")])
def test_whoever_acknowledges_early_is_seen_to(broker: Mosquitto, chained: bool, early: str) -> None:
    with Withholding(broker.port) as between:
        client = Peer(Mapping(given(datetime.now(UTC))), chained).client
        client.connect("127.0.0.1", between.port)
        client.loop_start()
        try:
            assert str(acknowledged(broker.port, between, watched=0.5)) == early
        finally:
            client.disconnect()
            client.loop_stop()


def test_a_target_is_reached_or_missed_or_not_measured() -> None:
    ours, node_red = Medians(20_000, 10, 15, 0.3, 1, 2, 0), Medians(10_000, 30, 15, 0.4, 2, 3, 0)
    figures = {(name, load): each for name, each in (("uns", ours), ("Node-RED", node_red)) for load in LOADS}
    figures |= {("bare pass-through", "unpaced"): Medians(25_000, 8, 15, 0.2, 1, 2, 0)}
    said = [line.split(" | ") for line in verdicts(figures, "uns", ["Node-RED"])[2:]]
    assert {what.removeprefix("| "): verdict.removesuffix(" |") for what, _, *_, verdict in said} == {
        "unpaced: CPU per message, of Mosquitto's own": "reached",
        "unpaced: CPU per message, of the cheapest peer's": "reached",
        "unpaced: rate, of the bare pass-through's": "missed",
        "unpaced: rate, of Node-RED's": "reached",
        "unpaced: rate, of Telegraf's": "not measured",
        "QoS 0 sources: CPU per message, of Telegraf's": "not measured",
        "5,000/s: added latency, p50": "not measured",
        "5,000/s: added latency, p99": "not measured",
        "5,000/s: added latency, p99.9": "not measured",
        "5,000/s: CPU per message, of Node-RED's": "reached",
    }


def test_packets_are_cut_by_their_fixed_header() -> None:
    publish = b"\x32\x80\x01" + bytes(128)
    assert whole(publish) == len(publish)
    assert whole(publish + b"\x40\x02\x00\x01") == len(publish)
    assert [whole(publish[:size]) for size in (0, 1, 2, 130)] == [0, 0, 0, 0]


def test_a_plot_shows_every_bar_on_light_and_dark() -> None:
    drawn = svg("Rate <&>", [Bar("ours", 2000, True), Bar("theirs", 1000, False)], 0)
    root = ElementTree.fromstring(drawn)
    bars = [each for each in root.iter() if each.tag.endswith("rect")]
    assert [each.get("class") for each in bars] == ["ours", "bar"]
    assert float(bars[0].get("width", 0)) == 2 * float(bars[1].get("width", 0))
    assert "prefers-color-scheme: dark" in drawn
