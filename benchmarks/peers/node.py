"""Node-RED, its three nodes: mqtt in, function (the mapping, checked with ajv), mqtt out."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from benchmarks.peers.peer import BUILD, Missing, Peer, Start, install
from uns.demo.mosquitto import free_port

HERE = Path(__file__).parent / "node_red"
INSTALLED = BUILD / "node-red"


def ready() -> str:
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise Missing("node and npm are not on this machine")
    wanted = (HERE / "package.json").read_text(encoding="utf-8")
    there, stamp = INSTALLED / "package.json", INSTALLED / "installed"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        INSTALLED.mkdir(parents=True, exist_ok=True)
        there.write_text(wanted, encoding="utf-8")
        install("Node-RED", ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"], INSTALLED)
        stamp.write_text(wanted, encoding="utf-8")
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return f"{json.loads(wanted)['dependencies']['node-red']} on Node {node}"


def flows(port: int) -> list[dict[str, Any]]:
    """What the editor would have saved."""
    broker = {
        "id": "broker", "type": "mqtt-broker", "broker": "127.0.0.1", "port": str(port), "clientid": "peer",
        "autoConnect": True, "usetls": False, "protocolVersion": "4", "keepalive": "60", "cleansession": False,
    }  # fmt: skip
    plant = {
        "id": "in", "type": "mqtt in", "z": "flow", "topic": "plc/dallas/#", "qos": "1", "datatype": "json",
        "broker": "broker", "inputs": 0, "wires": [["mapping"]],
    }  # fmt: skip
    mapping = {
        "id": "mapping", "type": "function", "z": "flow", "func": (HERE / "mapping.js").read_text(encoding="utf-8"),
        "outputs": 1, "timeout": 0, "noerr": 0, "initialize": "", "finalize": "", "libs": [], "wires": [["out"]],
    }  # fmt: skip
    out = {
        "id": "out", "type": "mqtt out", "z": "flow", "topic": "", "qos": "1", "retain": "true", "broker": "broker",
        "wires": [],
    }  # fmt: skip
    return [{"id": "flow", "type": "tab", "label": "mapping"}, broker, plant, mapping, out]


def start(folder: Path, port: int, given: Path) -> Start:
    (folder / "flows.json").write_text(json.dumps(flows(port)), encoding="utf-8")
    shutil.copy(HERE / "settings.js", folder / "settings.js")
    red = INSTALLED / "node_modules" / "node-red" / "red.js"
    command = ["node", str(red), "--userDir", str(folder), "--settings", str(folder / "settings.js")]
    modules = {"NODE_PATH": str(INSTALLED / "node_modules"), "GIVEN": str(given), "UI_PORT": str(free_port())}
    return Start(command, modules, folder)


NODE_RED = Peer(
    "Node-RED",
    "MQTT 3.1.1, mqtt in (parsed JSON) → function → mqtt out; the schema compiled once with ajv; editor, palette and "
    "telemetry off",
    ready,
    start,
)
