"""The service as a plant runs it: `uns run` in a process of its own, told everything through its environment."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Final
from urllib.error import HTTPError
from urllib.request import urlopen

from uns.demo.material import Material
from uns.demo.mosquitto import free_port

READY_WITHIN: Final = 40.0
GONE_WITHIN: Final = 15.0


class ServiceFailed(Exception):
    """The service ended, or did not become ready; the message holds the end of its log."""


class Service:
    """Started by `start`, in force once `ready` returns."""

    def __init__(self, broker: str, registry: str, material: Material, folder: Path) -> None:
        self.api, self.health = (f"127.0.0.1:{free_port()}" for _ in range(2))
        self.log = folder / "uns.log"
        clean = {key: value for key, value in os.environ.items() if not key.startswith("UNS_")}
        self.environment = clean | {
            "UNS_BROKER": broker,
            "UNS_RULES": str(material.rules),
            "UNS_SCHEMAS": str(material.schemas),
            "UNS_REGISTRY": registry,
            "UNS_API": self.api,
            "UNS_HEALTH": self.health,
            "UNS_STATE": str(folder / "state"),
            "UNS_INSTANCE": "demo",
        }
        self.folder = folder

    async def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "uns", "run",
                cwd=self.folder, env=self.environment, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    async def ready(self) -> None:
        """Wait until both its processes say so."""
        deadline = asyncio.get_running_loop().time() + READY_WITHIN
        while not (await asyncio.to_thread(_ready, self.health) and await asyncio.to_thread(_ready, self.api)):
            if self.process.returncode is not None or asyncio.get_running_loop().time() > deadline:
                raise ServiceFailed(self.last_words())
            await asyncio.sleep(0.1)

    async def ended(self) -> None:
        """Returns only by an exception: the service is not meant to end."""
        await self.process.wait()
        raise ServiceFailed(self.last_words())

    async def stop(self) -> None:
        """SIGTERM and time to go; whatever of it is still there then, its children too, is killed."""
        try:
            if self.process.returncode is None:
                self.process.send_signal(signal.SIGTERM)
                await asyncio.wait_for(self.process.wait(), GONE_WITHIN)
        except TimeoutError:
            pass
        finally:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            await self.process.wait()

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""


def _ready(endpoint: str) -> bool:
    try:
        with urlopen(f"http://{endpoint}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (HTTPError, OSError):
        return False
