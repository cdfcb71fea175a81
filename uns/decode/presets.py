"""What `read` may say: the dialects, and the presets, which are nothing but source keys."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

DIALECTS: Final = frozenset({"json", "text", "neuron", "ignore"})
LATER: Final = frozenset({"influx", "opcua", "sparkplug"})
"""Dialects whose names are taken and that nothing reads yet."""

PRESETS: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "kepware": {
            "each": "/values/*",
            "tag": "./id",
            "value": "./v",
            "time": ["./t", "/timestamp"],
            "quality": {"at": "./q", "as": "bool"},
        },
        "kepware-list": {"each": "/*", "tag": "./tagname", "value": "./value", "time": "./timestamp"},
        "umh": {"each": "/{tag#}", "time": "/timestamp_ms"},
        "tasmota": {"each": "/{tag#}", "time": "/Time"},
        "zigbee2mqtt": {"each": "/{tag#}", "time": ["/last_seen", "received"]},
        "simatic": {
            "each": ["/vals/*", "/records/*/vals/*"],
            "tag": "./id",
            "value": "./val",
            "time": ["./ts", "/records/*/ts", "received"],
            "quality": {"at": "./qc", "good": ["2", "3"], "uncertain": ["1"]},
        },
    }
)
"""Preset → the keys that stand for it in a source; scalars as text, as a rule file's own would be read."""
