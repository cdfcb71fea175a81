"""What is entered and what is replayed on account of it may come in one breath."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import Engine, select
from support.mosquitto import Mosquitto
from support.plant import STANDARD, Client, Service, now, write_project
from support.replays import asked, kept, through
from support.waiting import eventually

from uns.context.values import Batch
from uns.equipment import EquipmentPath
from uns.registry.batches import row_of
from uns.registry.engine import connect
from uns.registry.tables import BATCHES, REPLAY_ITEMS
from uns.registry.writing import Author, writing

NOT_BEFORE_IT_MAY = """
import os, threading
import uns.service.hearing as hearing
follow, pause = hearing.follow, threading.Event()
def follow_once_it_may(*given):
    while os.path.exists("deaf"):
        pause.wait(0.01)
    return follow(*given)
hearing.follow = follow_once_it_may
"""


def test_a_replay_knows_the_batch_that_was_entered_just_before(tmp_path: Path, broker: Mosquitto) -> None:
    write_project(tmp_path)
    required = STANDARD.replace("shape: value}", "shape: value, require: [batch]}")
    (tmp_path / "naming_rules" / "standard.yaml").write_text(required, encoding="utf-8")
    engine = connect(f"sqlite:///{tmp_path / 'uns.db'}")
    deaf = tmp_path / "deaf"
    with Service(tmp_path, broker.url, NOT_BEFORE_IT_MAY) as service, Client(broker.port, "client") as client:
        service.ready()
        for number in range(1, 3):
            client.publish(f"plc/L{number}/filler/temperature", {"Val": 1, "ts": now()})
            kept(engine, 1)
            batch = Batch(f"B-{number}", EquipmentPath(f"dallas/line-{number}"), time.time_ns() - 10**12)
            deaf.touch()
            with writing(engine, Author("ann", time.time_ns())) as open_one:
                open_one.add(BATCHES, [row_of(batch, False)])
            request = asked(engine)
            eventually(lambda request=request: is_taken(engine, request), why=service.said)
            deaf.unlink()
            done = through(engine, request, service)
            assert (done.replayed, done.refused) == (1, 0)
    engine.dispose()


def is_taken(engine: Engine, request: int) -> bool:
    with engine.connect() as connection:
        taken = select(REPLAY_ITEMS.c.taken_by).where(REPLAY_ITEMS.c.replay == request)
        return all(each is not None for each in connection.scalars(taken))
