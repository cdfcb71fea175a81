"""Pages whose commands are run: against a service of the test's own, in a folder of its own, answering as shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from support.mosquitto import Mosquitto
from support.waiting import eventually
from uns.demo.mosquitto import free_port

FENCE = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Service(NamedTuple):
    """A running service and what its commands see."""

    folder: Path
    environment: dict[str, str]
    ports: dict[str, int]

    def said(self, command: str) -> str:
        for named, port in self.ports.items():
            command = command.replace(f"127.0.0.1:{named}", f"127.0.0.1:{port}").replace(f"-p {named}", f"-p {port}")
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout


@contextmanager
def serving(folder: Path, broker: Mosquitto, prepare: str, **settings: str) -> Iterator[Service]:
    """`uns run` over the project in a folder, once it is ready; `prepare` is what to do before."""
    ports = {"1883": broker.port, "8080": free_port(), "8081": free_port()}
    own = {name: text for name, text in os.environ.items() if not name.startswith("UNS_")}
    environment = own | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "UNS_BROKER": broker.url,
        "UNS_API": f"127.0.0.1:{ports['8080']}",
        "UNS_HEALTH": f"127.0.0.1:{ports['8081']}",
        "NO_COLOR": "1",
        **settings,
    }
    running = Service(folder, environment, ports)
    running.said(prepare)
    with (folder / "service.log").open("wb") as log:
        process = subprocess.Popen(["uns", "run"], cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        eventually(lambda: "ready" in running.said("curl -s http://127.0.0.1:8081/readyz || true"), 30)
        yield running
    finally:
        process.terminate()
        process.wait(30)


def follow(page: Path, service: Service) -> int:
    """Every command of the page; what it says is what stands below it, `…` being anything. Gives how many answers."""
    command = said = ""
    answers = 0
    for language, text in FENCE.findall(page.read_text("utf-8")):
        if language == "sh":
            command, said = text, service.said(text)
            continue
        answers += 1
        wanted = re.compile(_pattern(text), re.MULTILINE)
        if not wanted.search(said):  # what came over MQTT is in the registry within a second
            eventually(
                lambda: wanted.search(service.said(command)),  # noqa: B023
                10,
                lambda: f"{text}\n{service.said(command)}",  # noqa: B023
            )
    return answers


def _pattern(shown: str) -> str:
    """The lines in their order; others may stand between them."""
    return "^" + "$(?s:.*)^".join(re.escape(line).replace("…", ".*") for line in shown.splitlines()) + "$"
