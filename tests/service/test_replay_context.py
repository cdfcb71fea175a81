"""What is entered and what is replayed on account of it may come in one breath."""

from __future__ import annotations

import time
from pathlib import Path

from support.mosquitto import Mosquitto
from support.plant import STANDARD, Client, Service, now, write_project
from support.replays import asked, kept, through

from uns.context.values import Batch
from uns.equipment import EquipmentPath
from uns.registry.batches import row_of
from uns.registry.engine import connect
from uns.registry.tables import BATCHES
from uns.registry.writing import Author, writing

SLOWLY = """
import time
import uns.service.hearing as hearing
follow = hearing.follow
hearing.follow = lambda *given: (time.sleep(0.7), follow(*given))[1]
"""


def test_a_replay_knows_the_batch_that_was_entered_just_before(tmp_path: Path, broker: Mosquitto) -> None:
    write_project(tmp_path)
    required = STANDARD.replace("shape: value}", "shape: value, require: [batch]}")
    (tmp_path / "naming_rules" / "standard.yaml").write_text(required, encoding="utf-8")
    engine = connect(f"sqlite:///{tmp_path / 'uns.db'}")
    with Service(tmp_path, broker.url, SLOWLY) as service, Client(broker.port, "client") as client:
        service.ready()
        for number in range(1, 3):
            client.publish(f"plc/L{number}/filler/temperature", {"Val": 1, "ts": now()})
            kept(engine, 1)
            batch = Batch(f"B-{number}", EquipmentPath(f"dallas/line-{number}"), time.time_ns() - 10**12)
            with writing(engine, Author("ann", time.time_ns())) as open_one:
                open_one.add(BATCHES, [row_of(batch, False)])
            done = through(engine, asked(engine), service)
            assert (done.replayed, done.refused) == (1, 0)
    engine.dispose()
