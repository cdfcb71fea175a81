"""A real Mosquitto for tests, with the configuration that the project ships."""

from __future__ import annotations

from pathlib import Path

from uns.demo.mosquitto import Mosquitto

CONF_D = Path(__file__).parents[2] / "mosquitto" / "conf.d"


def mosquitto(folder: Path, *, port: int | None = None, extra: str = "") -> Mosquitto:
    """Running when this returns; end it with `stop`, `kill`, or by leaving it as a context."""
    return Mosquitto(CONF_D, folder, port, extra)


__all__ = ["CONF_D", "Mosquitto", "mosquitto"]
