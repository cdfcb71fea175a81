"""The way of a change set into force, over REST and by the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter

import pytest
from support.api import running_api
from support.waiting import eventually


@pytest.fixture
def files(plant) -> dict[str, str]:
    """The plant's files as a change set."""
    paths = ("naming_rules/standard.yaml", "naming_rules/dallas.yaml", "schemas/telemetry/1.json")
    return {path: (plant / path).read_text() for path in paths}


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"rules_source": "registry"})


@pytest.fixture
def api(settings):
    with running_api(settings) as running:
        yield running


def in_force(api) -> str | None:
    response = api.client.get("/rules")
    return response.json()["revision"] if response.status_code == 200 else None


def test_without_errors_it_is_in_force_within_two_seconds(api, files):
    assert in_force(api) is None
    submitted = api.client.post("/submissions", json={"files": files, "why": "the first"})
    assert submitted.status_code == 201, submitted.text
    revision = submitted.json()["revision"]
    eventually(lambda: in_force(api) == revision, within=2)
    [listed] = api.client.get("/submissions").json()["items"]
    assert (listed["revision"], listed["in_force"], listed["why"]) == (revision, True, "the first")
    assert api.client.get(f"/submissions/{revision}").json()["files"] == sorted(files)


def test_errors_are_all_told_and_keep_it_out(api, files):
    api.client.post("/submissions", json={"files": files})
    good = eventually(lambda: in_force(api))
    broken = files["naming_rules/dallas.yaml"].replace("from:", "form:").replace("lookup: tags", "lookup: tgas")
    refused = api.client.post("/submissions", json={"files": {"naming_rules/dallas.yaml": broken}})
    assert refused.status_code == 422
    assert {"key-unknown", "lookup-unknown"} <= {each["code"] for each in refused.json()["findings"]}
    assert in_force(api) == good
    assert len(api.client.get("/submissions").json()["items"]) == 1


@pytest.mark.parametrize("files", [{"naming_rules/\ud800.yaml": None}, {"naming_rules/\ud800.yaml": "site: dallas"}])
def test_a_file_whose_name_is_no_unicode_is_refused_and_brings_nothing_down(api, files):
    body = json.dumps({"files": files})
    refused = api.client.post("/submissions", content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code == 400, refused.text
    assert refused.json()["findings"][0]["where"]["file"] == "/files/naming_rules~1?.yaml"


def test_a_file_whose_text_is_no_unicode_is_told_at_its_pointer(api):
    body = json.dumps({"files": {"naming_rules/dallas.yaml": "\ud800"}})
    refused = api.client.post("/submissions", content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code == 400
    assert refused.json()["findings"][0]["where"]["file"] == "/files/naming_rules~1dallas.yaml"


def test_many_errors_of_one_kind_are_told_as_a_number(api, files):
    rules = "".join(f"  - {{id: r{at}, from: plc/dallas/x{at}, to: nowhere/_telemetry/x{at}}}\n" for at in range(500))
    broken = files["naming_rules/dallas.yaml"].replace("rules:\n", f"rules:\n{rules}", 1)
    refused = api.client.post("/submissions", json={"files": files | {"naming_rules/dallas.yaml": broken}}).json()
    assert refused["detail"] == "the change set has 1000 errors and is not in force"
    told = Counter(each["code"] for each in refused["findings"] if each["severity"] == "error")
    assert told == {"target-off-standard": 101, "name-unknown": 101}
    assert "400 more of this kind in this file, the next one here" in {each["message"] for each in refused["findings"]}


def test_the_whole_bundle_is_judged_also_what_was_not_sent(api, files):
    api.client.post("/submissions", json={"files": files})
    standard = files["naming_rules/standard.yaml"].replace("temperature:", "heat:")
    refused = api.client.post("/submissions", json={"files": {"naming_rules/standard.yaml": standard}})
    assert refused.status_code == 422
    assert refused.json()["findings"][0]["where"]["file"] == "naming_rules/dallas.yaml"


def test_a_file_is_deleted_by_null(api, files):
    api.client.post("/submissions", json={"files": files})
    deleted = api.client.post("/submissions", json={"files": {"naming_rules/dallas.yaml": None}})
    assert deleted.status_code == 201, deleted.text
    shown = api.client.get(f"/submissions/{deleted.json()['revision']}").json()
    assert "naming_rules/dallas.yaml" not in shown["files"]


def test_an_earlier_revision_is_put_back(api, files):
    first = api.client.post("/submissions", json={"files": files}).json()["revision"]
    second = files["naming_rules/dallas.yaml"].replace("packaging-ot@", "ot@")
    api.client.post("/submissions", json={"files": {"naming_rules/dallas.yaml": second}})
    eventually(lambda: in_force(api) not in (None, first))
    assert api.client.post("/rules/rollback", json={"revision": first}).json()["revision"] == first
    eventually(lambda: in_force(api) == first, within=2)
    assert api.client.post("/rules/rollback", json={"revision": "none"}).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["dallas.yaml", "naming_rules/../x.yaml", "naming_rules//x.yaml", "/naming_rules/x.yaml", "naming_rules/x.py",
     "schemas/x.yaml", "naming_rules/a\u0000.yaml", "naming_rules/" + "a" * 400 + ".yaml", ""],
)  # fmt: skip
def test_a_path_that_has_no_place_in_a_project_is_refused(api, files, path):
    refused = api.client.post("/submissions", json={"files": files | {path: "x"}})
    assert refused.status_code == 422
    assert refused.json()["findings"][0]["code"] == "file-unreadable"


def test_with_a_folder_as_the_truth_it_says_so(settings, files):
    with running_api(settings.model_copy(update={"rules_source": "directory"})) as api:
        refused = api.client.post("/submissions", json={"files": files})
        assert refused.status_code == 409
        assert "is the truth" in refused.json()["detail"]
        assert api.client.post("/rules/rollback", json={"revision": "x"}).status_code == 409


def uns(settings, plant, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "UNS_REGISTRY": settings.registry,
        "UNS_RULES_SOURCE": settings.rules_source,
        "UNS_BROKER": settings.broker,
        "NO_COLOR": "1",
    }
    command = [sys.executable, "-c", "from uns.cli import main; main()", *arguments]
    return subprocess.run(command, cwd=plant, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_line_submits_lists_shows_and_puts_back(settings, plant):
    first = uns(settings, plant, "submit", "naming_rules", "schemas", "--why", "the first", "--json")
    assert first.returncode == 0, first.stderr
    revision = json.loads(first.stdout)["revision"]
    path = plant / "naming_rules/dallas.yaml"
    path.write_text(path.read_text().replace("packaging-ot@", "ot@"))
    assert "is in force" in uns(settings, plant, "submit", "naming_rules/dallas.yaml").stdout
    listed = json.loads(uns(settings, plant, "submissions", "list", "--json").stdout)
    assert [each["in_force"] for each in listed] == [True, False]
    back = uns(settings, plant, "submissions", "rollback", revision[:6])
    assert (back.returncode, back.stdout) == (0, f"{revision} is in force\n")
    assert "naming_rules/dallas.yaml" in uns(settings, plant, "submissions", "show", revision[:6]).stdout


def test_the_command_line_shows_every_error_and_ends_with_one(settings, plant):
    path = plant / "naming_rules/dallas.yaml"
    path.write_text(path.read_text().replace("from:", "form:"))
    refused = uns(settings, plant, "submit", "naming_rules", "schemas")
    assert refused.returncode == 1
    assert "naming_rules/dallas.yaml:9:5: error" in refused.stdout
    assert "not in force" in refused.stdout


def test_the_command_line_says_that_the_folder_is_the_truth(settings, plant):
    refused = uns(settings.model_copy(update={"rules_source": "directory"}), plant, "submit", "naming_rules")
    assert refused.returncode == 2
    assert "is the truth" in refused.stderr


def test_explain_goes_by_what_was_submitted_and_not_by_the_folder(settings, plant):
    assert uns(settings, plant, "submit", "naming_rules", "schemas").returncode == 0
    for each in (plant / "naming_rules").iterdir():
        each.unlink()
    told = uns(settings, plant, "explain", "plc/dallas/L3/filler/TT101", '{"Val": 71.6, "ts": 1763600000}', "--json",
               "--at", "2025-11-20T00:53:21Z")  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["outcomes"][0]["outcome"] == "publish"
