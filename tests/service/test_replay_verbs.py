"""`uns quarantine replay` and `discard`, as a person uses them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine
from support.plant import Client, Service, now
from support.replays import ADMITTED, change, kept, left_behind, through
from typer.testing import CliRunner, Result

from uns.cli import load_verbs
from uns.cli.app import app
from uns.registry.entries import count


def uns_(*arguments: str) -> Result:
    load_verbs()
    return CliRunner().invoke(app, ["quarantine", *arguments], env={"COLUMNS": "200"})


def test_the_verbs_replay_and_discard_and_say_how_many(
    service: Service, client: Client, folder: Path, registry: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    for name in ("temp", "temp", "pressure"):
        client.publish(f"plc/L1/filler/{name}", {"Val": 1, "ts": now()})
    kept(registry, 3)
    change(folder, service, ADMITTED)
    assert "1 entry; 1 replayed, 0 refused again" in uns_("replay", "1").stdout
    done = uns_("replay", "--code", "rule-none", "--since", "2020-01-01T00:00:00Z", "--json")
    assert done.exit_code == 1
    assert [json.loads(done.stdout)[each] for each in ("entries", "replayed", "refused")] == [2, 1, 1]
    assert "--yes" in uns_("discard").stderr
    assert count(registry) == 1
    assert uns_("discard", "--code", "value-type").stdout == "0 entries discarded\n"
    assert uns_("discard", "3").stdout == "1 entry discarded\n"
    for again in (("discard", "3"), ("replay", "3")):
        assert (uns_(*again).exit_code, "does not keep 1 of these" in uns_(*again).stderr) == (1, True)
    assert uns_("replay", "--request", "1").exit_code == 0
    assert uns_("replay", "--request", "99").exit_code == 1
    assert uns_("replay", "--until", "noon").exit_code == 2
    for verb in ("list", "replay", "discard"):
        misspelt = uns_(verb, "--code", "rul-none")
        assert (misspelt.exit_code, "did you mean `rule-none`?" in misspelt.stderr) == (2, True)


def test_a_replay_that_nobody_takes_up_says_so(
    service: Service, client: Client, folder: Path, registry: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    left_behind(registry, client, service)
    waiting = uns_("replay", "--patience", "0.3")
    assert waiting.exit_code == 3
    assert "nobody takes up 1 entry" in waiting.stderr
    assert uns_("replay", "--no-wait", "--request", "1").exit_code == 0


def test_ctrl_c_ends_the_watching_and_says_that_the_replay_goes_on(
    service: Service, client: Client, folder: Path, registry: Engine
) -> None:
    left_behind(registry, client, service)
    verb = [sys.executable, "-m", "uns", "quarantine", "replay"]
    with subprocess.Popen(verb, cwd=folder, stderr=subprocess.PIPE, text=True) as watching:
        assert watching.stderr is not None
        assert "replay 1: 1 entry to go" in watching.stderr.readline()
        watching.send_signal(signal.SIGINT)
        said = watching.communicate(timeout=20)[1]
    assert watching.returncode == 130
    assert "1 wait; it goes on, watch it with: uns quarantine replay --request 1" in said
    service.start()
    assert through(registry, 1, service).refused == 1
