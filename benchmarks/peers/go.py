"""Telegraf, built from its Go module with no more plugins than the mapping needs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from benchmarks.peers.peer import BUILD, Missing, Peer, Start, install

HERE = Path(__file__).parent / "telegraf"
BUILT = BUILD / "telegraf"
MODULE, VERSION = "github.com/influxdata/telegraf/cmd/telegraf", "1.37.2"
PLUGINS = (
    "inputs.mqtt_consumer", "parsers.value", "processors.starlark", "outputs.mqtt", "serializers.template",
)  # fmt: skip


def ready() -> str:
    wanted = f"{MODULE}@v{VERSION} {' '.join(PLUGINS)}"
    stamp = BUILT / "installed"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        if shutil.which("go") is None:
            raise Missing("there is no Go toolchain on this machine")
        tags = ",".join(("custom", *PLUGINS))
        build = ["go", "install", "-p", "1", "-trimpath", "-ldflags=-s -w", "-tags", tags, f"{MODULE}@v{VERSION}"]
        install("Telegraf", ["nice", "-n", "19", *build], BUILT, GOBIN=str(BUILT), CGO_ENABLED="0", GOFLAGS="")
        stamp.write_text(wanted, encoding="utf-8")
    return VERSION


def start(folder: Path, port: int, given: Path) -> Start:
    known = json.loads(given.read_text(encoding="utf-8"))
    del known["schema"]
    script = f"GIVEN = {json.dumps(known)}\n\n{(HERE / 'mapping.star').read_text(encoding='utf-8')}"
    (folder / "mapping.star").write_text(script, encoding="utf-8")
    configuration = (HERE / "telegraf.conf").read_text(encoding="utf-8").replace("PORT", str(port))
    (folder / "telegraf.conf").write_text(configuration, encoding="utf-8")
    return Start([str(BUILT / "telegraf"), "--config", "telegraf.conf"], where=folder)


TELEGRAF = Peer(
    "Telegraf",
    "mqtt_consumer (lasting session, up to 2 000 undelivered) → starlark → mqtt, in batches of 1 000 or every 10 ms; "
    "there is no JSON Schema in it, so its script looks at types and range only",
    ready,
    start,
    at_qos0=True,
)
