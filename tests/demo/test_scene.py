"""What the demo shows of governed messages and rejections, and how its account adds up."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from uns.demo.account import Metrics, account
from uns.demo.scene import Rejection, Row, Scene
from uns.demo.view import Rates, View, told

TOPIC = "acme/dallas/packaging/line-3/filler-01/_telemetry/temperature"
CONTEXT = {
    "batch": {"id": "B-1001"},
    "shift": {"id": "early", "date": "2026-11-20", "crew": "A"},
    "product": {"id": "SKU-42", "name": "Cola 330"},
}
REJECTED = {
    "topic": "kepware/dallas",
    "tag": "Line4.XX9",
    "findings": [{"code": "lookup-missing", "message": "XX9 is not in `tags`"}],
}


@pytest.mark.parametrize(
    ("payload", "row"),
    [
        ({"value": 22.0, "unit": "Cel", "quality": "good", **CONTEXT},
         ("22 Cel", "good", "B-1001", "early A", "Cola 330")),
        ({"value": 3.03507216045, "unit": "bar", "quality": "good"}, ("3.03507 bar", "good", "", "", "")),
        ({"value": None, "quality": "bad", "code": 8}, ("null", "bad", "", "", "")),
        ({"value": "running", "quality": "good", "product": {"id": "X"}}, ("running", "good", "", "", "X")),
        ({"speed": 1450.0, "state": "running", "quality": "good"}, ("speed 1450, state running", "good", "", "", "")),
        ({"value": 18446744073709551617, "quality": "good"}, ("18446744073709551617", "good", "", "", "")),
    ],
)  # fmt: skip
def test_a_governed_message_is_a_row(payload: dict[str, Any], row: tuple[str, ...]) -> None:
    seen = Scene("acme").see(TOPIC, json.dumps({"timestamp": "2026-11-20T10:00:00.000Z", **payload}).encode())
    assert seen == Row("dallas/packaging/line-3/filler-01/_telemetry/temperature", *row)


def test_the_services_own_words_are_no_governed_messages() -> None:
    scene = Scene("acme")
    assert scene.see("acme/_uns/demo", b"{}") is None
    assert scene.see("acme/_uns/demo/rejected", json.dumps(REJECTED).encode()) == Rejection(
        "kepware/dallas [Line4.XX9]", "lookup-missing", "XX9 is not in `tags`"
    )
    assert (scene.governed, scene.codes) == (0, {"lookup-missing": 1})


def shown(scene: Scene, height: int) -> str:
    console = Console(width=120, height=height, force_terminal=True, color_system=None, record=True, file=StringIO())
    console.print(View(scene, Rates(20, 26), [("REST", "http://127.0.0.1:8080/docs")]))
    return console.export_text()


@pytest.mark.parametrize("height", [24, 60])
def test_the_view_fits_its_terminal_and_leaves_no_site_out(height: int) -> None:
    scene = Scene("acme")
    for site in ("berlin", "dallas", "porto"):
        for number in range(30):
            scene.see(f"acme/{site}/line-{number}/_telemetry/speed", b'{"value": 1.5, "quality": "good"}')
    for _ in range(20):
        scene.see("acme/_uns/demo/rejected", json.dumps(REJECTED).encode())
    text = shown(scene, height)
    assert len(text.splitlines()) <= height
    assert all(f"{site}/line-0/" in text for site in ("berlin", "dallas", "porto"))
    assert "http://127.0.0.1:8080/docs" in text
    assert "lookup-missing" in text


def test_text_of_machines_is_never_taken_for_markup() -> None:
    console = Console(width=200, record=True, file=StringIO())
    console.print(told(Rejection("plc/[red]x[/]", "rule-none", "[bold]no rule[/]")))
    assert "plc/[red]x[/]  [bold]no rule[/] (rule-none)" in console.export_text()


EXPOSITION = """
uns_messages_received_total {received}
uns_messages_acknowledged_total 9.0
uns_messages_qos0_total 0.0
uns_messages_cut_off_total 1.0
uns_decisions_total{{outcome="published"}} 12.0
uns_decisions_total{{outcome="quarantined"}} 3.0
uns_in_flight{{of="messages"}} {waiting}
uns_in_flight{{of="decisions"}} 0.0
uns_quarantine_entries 2.0
uns_quarantine_overflow_total 1.0
"""


@pytest.mark.parametrize(
    ("received", "waiting", "sent", "governed", "balances"),
    [
        (10, 0, 10, 12, [True, True, True, True, True]),
        (10, 0, 11, 12, [False, True, True, True, True]),
        (11, 1, 11, 12, [True, False, False, True, True]),
        (10, 0, 10, 13, [True, True, True, False, True]),
    ],
)
def test_the_account_tells_which_sum_is_off(
    received: int, waiting: int, sent: int, governed: int, balances: list[bool]
) -> None:
    metrics = Metrics.parsed(EXPOSITION.format(received=received, waiting=waiting))
    assert [each.balances for each in account(metrics, sent, governed)] == balances
