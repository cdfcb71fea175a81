"""The configuration of the Mosquitto that serves a port of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from uns.broker.configured import mosquitto_at


@pytest.fixture
def processes(tmp_path: Path) -> Path:
    """As /proc shows them: a Mosquitto with two files, one without any, one whose file is gone, and another program."""
    (tmp_path / "conf.d").mkdir()
    main = "# listener 1\nlistener 1884 127.0.0.1\n  listener 8883\n\nautosave_interval 1800\n"
    (tmp_path / "main.conf").write_text(f"{main}include_dir {tmp_path}/conf.d\n", encoding="utf-8")
    (tmp_path / "conf.d" / "uns.conf").write_text("persistence true\nautosave_interval 5\n", encoding="utf-8")
    (tmp_path / "conf.d" / "uns.conf.old").write_text("persistence false\n", encoding="utf-8")
    for number, command in {
        "7": ["/usr/sbin/mosquitto", "-c", f"{tmp_path}/main.conf"],
        "8": ["mosquitto"],
        "9": ["mosquitto", "-p", "1885", "-v"],
        "10": ["mosquitto", "-c", f"{tmp_path}/gone.conf", "-p", "1886"],
        "11": ["mosquitto_sub", "-p", "1887"],
    }.items():
        (tmp_path / "proc" / number).mkdir(parents=True)
        (tmp_path / "proc" / number / "cmdline").write_text("\0".join([*command, ""]), encoding="utf-8")
    return tmp_path / "proc"


@pytest.mark.parametrize("port", [1884, 8883])
def test_the_last_of_a_key_counts_whichever_file_holds_it(processes: Path, port: int) -> None:
    found = mosquitto_at(port, processes)
    assert found is not None
    assert found.path.endswith("main.conf")
    assert (found.says("persistence"), found.number("autosave_interval", 0)) == (True, 5)
    assert found.number("max_queued_messages", 1000) == 1000


@pytest.mark.parametrize("port", [1883, 1885])
def test_without_a_file_it_runs_on_its_defaults(processes: Path, port: int) -> None:
    found = mosquitto_at(port, processes)
    assert found is not None
    assert (found.path, found.says("persistence")) == ("", False)


@pytest.mark.parametrize("port", [1, 1886, 1887])
def test_what_cannot_be_read_or_is_no_mosquitto_is_not_guessed_at(processes: Path, port: int) -> None:
    assert mosquitto_at(port, processes) is None
