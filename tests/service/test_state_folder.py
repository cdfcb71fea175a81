"""A state folder that a disk has damaged, or that somebody has written in: nothing of it ends the service."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.plant import GOVERNED, Client, Service, now
from support.waiting import eventually

from uns.service.subscriptions import NOTHING, Subscriptions

NOT_OURS = (
    "[]", "5", "\0", '{"filters": 5}', '{"filters": [], "sources": 5}', '{"filters": [5], "sources": {}}',
    '{"filters": ["a/#/b"], "sources": {}}',
)  # fmt: skip


@pytest.mark.parametrize("content", NOT_OURS)
def test_subscriptions_that_cannot_be_those_are_forgotten(tmp_path: Path, content: str) -> None:
    (tmp_path / "subscriptions.json").write_text(content, encoding="utf-8")
    assert Subscriptions(tmp_path).known == NOTHING
    (tmp_path / "subscriptions.json").write_text(json.dumps({"filters": ["plc/#"], "sources": {}}), encoding="utf-8")
    assert Subscriptions(tmp_path).known.filters == {"plc/#"}


def test_the_service_starts_over_files_that_are_damaged(service: Service, client: Client, folder: Path) -> None:
    service.stop()
    state = folder / ".uns"
    for name in ("last-good.zip", "subscriptions.json", "dropped", "replayed.jsonl", "lock"):
        file = state / name
        whole = file.read_bytes() if file.exists() else b""
        file.write_bytes(whole[: len(whole) // 2] + b"\x00\xff5\n" + whole[len(whole) // 2 + 4 :])
    service.start()
    service.ready()
    client.publish("plc/L1/filler/temperature", {"Val": 20, "ts": now()})
    eventually(lambda: client.bodies(GOVERNED.format("filler")))
    assert "Traceback" not in service.said()
    assert "this program failed" not in service.said()
