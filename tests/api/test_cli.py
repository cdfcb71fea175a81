"""`uns ls` and `uns watch` against a real broker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from support.waiting import eventually

TOPIC = "acme/dallas/packaging/line-3/filler/_telemetry/temperature"
OURS = {"rule": "dallas/filler-plc", "source": "plc/dallas/L3/filler/TT101"}
READING = '{"timestamp":"2026-11-20T10:00:00.000Z","value":22.0,"unit":"Cel","quality":"good","batch":{"id":"B-1001"}}'
COMMAND = [sys.executable, "-c", "from uns.cli import main; main()"]


@pytest.fixture
def environment(broker) -> dict[str, str]:
    return os.environ | {"UNS_BROKER": broker.url, "NO_COLOR": "1"}


def uns(plant, environment, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=plant, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_ls_shows_the_tree_with_values_units_age_and_context(plant, environment, publish):
    publish(TOPIC, READING, **OURS)
    publish("acme/berlin/brewing/_telemetry/temperature", "17")
    shown = uns(plant, environment, "ls")
    assert shown.returncode == 0, shown.stderr
    lines = shown.stdout.splitlines()
    assert lines[0] == "acme"
    assert any("temperature  22.0 Cel" in line and "ago" in line and "batch B-1001" in line for line in lines)
    assert any("17 rogue" in line for line in lines)


def test_what_somebody_else_published_that_is_no_json_is_marked_and_cannot_move_the_cursor(
    plant, environment, publish, api
):
    publish("acme/berlin/brewing/_telemetry/temperature", "hot\x1b[2J\nhot", retain=True)
    for verb in (["ls"], ["watch", "--count", "1", "--for", "20"]):
        shown = uns(plant, environment, *verb).stdout
        assert "not JSON: hot\\x1b[2J\\nhot rogue" in shown, verb
    leaf = json.loads(uns(plant, environment, "ls", "berlin/brewing/_telemetry/temperature", "--json").stdout)
    value = eventually(lambda: api.client.get("/values", params={"filter": "acme/berlin/#"}).json()["items"])[0]
    assert leaf["value"]["not_json"] == value["not_json"] == "hot\x1b[2J\nhot"
    assert (value["value"], value["rogue"]) == (None, True)


@pytest.mark.parametrize("path", ["dallas/packaging", "acme/dallas/packaging", "dallas/packaging/"])
def test_ls_begins_where_it_is_told_with_or_without_the_root(plant, environment, publish, path):
    publish(TOPIC, READING, **OURS)
    publish("acme/berlin/brewing/_telemetry/temperature", "17")
    node = json.loads(uns(plant, environment, "ls", path, "--json").stdout)
    assert (node["path"], node["kind"]) == ("acme/dallas/packaging", "area")
    assert "berlin" not in json.dumps(node)


def test_ls_ends_with_one_where_nothing_is(plant, environment):
    nothing = uns(plant, environment, "ls", "dallas")
    assert nothing.returncode == 1
    assert "keeps nothing at acme/dallas" in nothing.stderr


@pytest.mark.parametrize("path", ["#", "dallas/+/line-3", "dallas//line-3", "dallas/\n"])
def test_ls_of_what_is_no_place_in_the_tree_is_wrong_use(plant, environment, path):
    refused = uns(plant, environment, "ls", path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: ")


@pytest.mark.parametrize("verb", ["ls", "watch"])
def test_without_a_broker_it_ends_with_three_and_a_remedy(plant, environment, broker, verb):
    broker.stop()
    away = uns(plant, environment, verb)
    assert away.returncode == 3
    assert broker.url in away.stderr
    assert "→" in away.stderr


@pytest.fixture
def watching(plant, environment) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Begins to watch; ends with the test."""
    with ExitStack() as ends:

        def watch(*arguments: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [*COMMAND, "watch", *arguments], cwd=plant, env=environment, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
            ends.enter_context(process)
            ends.callback(process.kill)
            return process

        yield watch


def test_watch_shows_messages_and_rejections_as_they_happen_and_ends_after_so_many(publish, watching):
    publish(TOPIC, READING, **OURS)
    process = watching("--count", "3")
    first = process.stdout.readline()
    assert "22.0 Cel" in first
    assert first.startswith("10:00:00.000 ")
    finding = {"code": "value-type", "message": "'x' is no number"}
    told = {"topic": "plc/dallas/L3", "tag": None, "site": "dallas", "received": "2026-11-20T10:00:00.000Z"}
    publish("acme/_uns/uns/rejected", json.dumps(told | {"findings": [finding]}), retain=False)
    assert "'x' is no number (value-type)" in process.stdout.readline()
    publish(TOPIC, READING.replace("22.0", "23.0"), **OURS)
    assert "23.0 Cel" in process.stdout.readline()
    assert process.wait(15) == 0


def test_watch_prints_one_json_document_per_line_of_what_the_filter_takes(plant, environment, publish):
    publish(TOPIC, READING, **OURS)
    publish("acme/berlin/brewing/_telemetry/temperature", "17")
    shown = uns(plant, environment, "watch", "berlin/#", "--json", "--for", "1.5")
    assert shown.returncode == 0, shown.stderr
    [line] = shown.stdout.splitlines()
    assert json.loads(line)["topic"] == "acme/berlin/brewing/_telemetry/temperature"


def test_watch_refuses_what_is_no_filter(plant, environment):
    wrong = uns(plant, environment, "watch", "dallas/#/x")
    assert wrong.returncode == 2
    assert "`#` must be the last level" in wrong.stderr


def test_values_of_one_parent_stand_in_columns(plant, environment, publish):
    publish(TOPIC, READING, **OURS)
    publish(TOPIC.replace("temperature", "speed"), READING.replace("22.0", "1200.5"), **OURS)
    readings = [line for line in uns(plant, environment, "ls").stdout.splitlines() if "Cel" in line]
    assert len({line.index("B-1001") for line in readings}) == 1


def test_depth_shows_that_there_is_more(plant, environment, publish):
    publish(TOPIC, READING, **OURS)
    assert uns(plant, environment, "ls", "--depth", "1").stdout.splitlines() == ["acme", "└── dallas …"]


def test_equipment_stands_for_all_below_it(plant, environment, publish):
    publish(TOPIC, READING, **OURS)
    shown = uns(plant, environment, "watch", "dallas/packaging/line-3", "--count", "1", "--for", "20", "--json")
    assert json.loads(shown.stdout)["topic"] == TOPIC


def from_there(api, plant, asked):
    """The API's answer with places as one sees them in the plant's folder, where the command line runs."""
    text = api.client.post("/explain", json=asked).text
    return json.loads(text.replace(f"{os.path.relpath(plant)}/", "").replace(f"{plant}/", ""))


def test_explain_says_of_a_governed_topic_what_the_api_says(plant, environment, publish, api):
    publish(TOPIC, READING, **OURS)
    eventually(lambda: api.client.get(f"/namespace/{TOPIC}").status_code == 200)
    told = json.loads(uns(plant, environment, "explain", TOPIC, "--json").stdout)
    answered = from_there(api, plant, {"topic": TOPIC})
    for each in (told, answered):
        assert {"arrived", "age"} <= each["value"].keys()
        del each["value"]["arrived"], each["value"]["age"]
    assert told == answered


def test_explain_of_a_governed_topic_without_its_root_says_how_it_begins(plant, environment):
    done = uns(plant, environment, "explain", TOPIC.removeprefix("acme/"))
    assert done.returncode == 1
    assert f"the governed topic is {TOPIC}" in " ".join(done.stderr.split())


@pytest.mark.parametrize("path", ["acme", "acme/dallas", "acme/dallas/packaging/line-2"])
def test_explain_of_equipment_says_how_to_look_below_it(plant, environment, path):
    done = uns(plant, environment, "explain", path)
    assert done.returncode == 1
    assert f"{path} is equipment, no reading" in done.stderr
    assert f"uns ls {path}" in done.stderr


@pytest.mark.parametrize("payload", ['{"Val": 71.6}', "nonsense"])
def test_explain_says_of_a_raw_message_what_the_api_says(plant, environment, api, payload):
    asked = {"topic": "plc/dallas/L3/filler/TT101", "text": payload, "at": "2025-11-20T00:53:21Z"}
    printed = uns(plant, environment, "explain", asked["topic"], payload, "--at", asked["at"], "--json").stdout
    answered = from_there(api, plant, asked)
    assert json.loads(printed) | {"context": ""} == answered | {"context": ""}


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_watch_takes_a_closed_pipe_for_an_end(publish, watching, arguments):
    process = watching(*arguments)
    publish(TOPIC, READING, **OURS)
    assert "22.0" in process.stdout.readline()
    process.stdout.close()

    def ended() -> bool:
        publish(TOPIC, READING, **OURS)
        return process.poll() is not None

    eventually(ended)
    assert (process.returncode, process.stderr.read()) == (0, "")


def test_ctrl_c_ends_watch_well(publish, watching):
    process = watching("--json")
    publish(TOPIC, READING, **OURS)
    assert process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=15)
    assert (process.returncode, told.strip()) == (130, "")


def test_explain_tells_of_a_governed_topic_what_the_api_tells(plant, environment, publish, api):
    publish(TOPIC, READING, **OURS)
    told = json.loads(uns(plant, environment, "explain", TOPIC, "--json").stdout)
    answer = eventually(lambda: _with_value(api.client.post("/explain", json={"topic": TOPIC}).json()))
    for each in (told, answer):
        each["value"] = {key: value for key, value in each["value"].items() if key not in ("age", "arrived")}
        for place in (each["origins"][0]["where"], *each["origins"][0]["lookups"]):
            place["file"] = place["file"].rpartition("/")[2]
    assert told == answer
    shown = uns(plant, environment, "explain", TOPIC).stdout
    assert "plc/dallas/L3/filler/TT101  the current value came from it" in shown
    other = uns(plant, environment, "explain", "acme/dallas/packaging/line-2/filler/_telemetry/temperature")
    assert "plc/dallas/L2/filler/TT101  nothing was heard of it" in other.stdout
    assert (other.returncode, "none: the broker keeps no value here" in other.stdout) == (1, True)
    misspelt = uns(plant, environment, "explain", f"{TOPIC}e")
    assert (misspelt.returncode, f"→ did you mean `{TOPIC}`?" in misspelt.stdout) == (1, True)


@pytest.mark.parametrize("topic", ["acme/#", "plc/+/x", "", "$SYS/broker/uptime", "plc/\nx"])
def test_explain_refuses_what_is_no_topic_of_a_message_as_the_api_does(plant, environment, api, topic):
    shown = uns(plant, environment, "explain", topic)
    told = api.client.post("/explain", json={"topic": topic})
    assert (shown.returncode, told.status_code) == (2, 400)
    assert told.json()["detail"] in shown.stderr or topic == ""


def _with_value(answer: dict) -> dict | None:
    return answer if answer["value"] else None
