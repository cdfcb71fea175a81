"""What becomes of a message and why: every step, in words, with what it says of what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.text import Text
from support.project import NOW

from uns.bundle import Bundle, Documents
from uns.cli.rendered import rendered
from uns.context.timeline import Timeline
from uns.context.values import Batch, Product, Shift
from uns.equipment import EquipmentPath
from uns.explain import explain
from uns.instant import SECOND
from uns.judge import judge
from uns.message import RawMessage

PLANT = Path(__file__).parent / "plant"
TIMELINE = Timeline.build(
    "7",
    [Batch("B-1001", EquipmentPath("dallas/packaging/line-3"), NOW - 2600 * SECOND, None, "SKU-42")],
    [Product("SKU-42", "Cola 330")],
    shift_changes=[Shift("late", "2025-11-19", NOW - 10**13, NOW + 10**13, "B", EquipmentPath("dallas"))],
)
FILLER = "plc/dallas/L3/Filler_01/TT101"


@pytest.fixture(scope="module")
def plant() -> Bundle:
    files = {
        folder: {str(path.relative_to(PLANT / folder)): path.read_bytes() for path in (PLANT / folder).rglob("*.*")}
        for folder in ("naming_rules", "schemas")
    }
    bundle = judge(Documents(files["naming_rules"], files["schemas"]), NOW, {}).bundle
    assert bundle is not None
    return bundle


def explained(bundle: Bundle, topic: str, payload: str) -> list[str]:
    raw = RawMessage(topic, payload.encode(), NOW + SECOND)
    return [" ".join(Text.from_markup(line).plain.split()) for line in rendered(explain(raw, bundle, TIMELINE))]


def test_a_message_that_is_published(plant: Bundle) -> None:
    assert explained(plant, FILLER, '{"Val": 71.6, "ts": 1763600000000}')[:-1] == [
        f"message {FILLER} · 34 bytes",
        "source naming_rules/dallas.yaml:8 plc/dallas/# value /Val, time /ts",
        "sample 71.6 at 2025-11-20T00:53:20.000Z (epoch ms)",
        "rule naming_rules/dallas.yaml:24 filler-plc line=3 machine=Filler_01 tag=TT101",
        "lookup naming_rules/dallas-tags.csv:2 tags asset=filler-01 name=temperature unit=[degF]",
        "convert 71.6 [degF] → 22.0 Cel",
        "context batch B-1001 2025-11-20T00:10:00.000Z – open acme/dallas/packaging/line-3 (1 level up)",
        "context shift late 2025-11-19, crew B",
        "context product SKU-42 Cola 330 (from the batch)",
        "contract schemas/telemetry/1.json telemetry/1 holds",
        "publish acme/dallas/packaging/line-3/filler-01/_telemetry/temperature retained",
    ]


def test_a_message_that_no_rule_takes_tells_everything_that_is_wrong(plant: Bundle) -> None:
    lines = explained(plant, "plc/dallas/L9/Filler_01/TT101", '{"Val": 71.6}')
    assert lines[2:8] == [
        "sample 71.6",
        "error `/ts` absent (time-missing)",
        "→ correct `time`, or end its list with `received`, naming_rules/dallas.yaml:8:46",
        "rule none takes this address (rule-none); nearest:",
        "naming_rules/dallas.yaml:24 filler-plc stops at where: line = 9, allowed [1-3]",
        "→ to admit it: where: {line: '[1-39]'}",
    ]
    assert lines[-1] == "quarantine"


def test_a_topic_to_which_no_file_listens_shows_the_rules_that_were_perhaps_meant(plant: Bundle) -> None:
    assert explained(plant, "plc/dalas/L3/Filler_01/TT101", '{"Val": 71.6}')[1:3] == [
        "source none takes this topic; nearest rules:",
        "naming_rules/dallas.yaml:24 filler-plc stops at level 2 of from: `dalas` is not `dallas`",
    ]


def test_a_topic_to_which_no_file_listens_shows_the_source_to_add(plant: Bundle) -> None:
    for topic, source in {"other/oven": "- other/oven", "a b/'oven": "- 'a b/''oven'"}.items():
        assert f"→ to listen to it, add a source: {source}" in explained(plant, topic, "1")


@pytest.mark.parametrize(
    ("topic", "payload", "said"),
    [
        (FILLER, '{"Val": 850, "ts": 1763600000}', "sample 850 at 2025-11-20T00:53:20.000Z (epoch s)"),
        (FILLER, '{"Val": 850, "ts": "2025-11-20T00:53:20Z"}', "sample 850 at 2025-11-20T00:53:20.000Z"),
        (FILLER, '{"Val": 850, "ts": 1763600000000}', "convert 850 [degF] → 454.444444444 Cel"),
        (FILLER, '{"Val": 850, "ts": 1763600000000}', "contract schemas/telemetry/1.json telemetry/1 holds"),
        (
            FILLER,
            '{"Val": "hot", "ts": 1763600000000}',
            "contract schemas/telemetry/1.json telemetry/1 not judged: there is no value",
        ),
        (
            "kepware/dallas",
            '{"timestamp": 1763600000000, "values": [{"id": "a\\u001b[31m", "v": 1}]}',
            r"sample 1 at 2025-11-20T00:53:20.000Z (epoch ms) tag a\x1b[31m",
        ),
        (f"{FILLER}", '{"Val": "\\u001b[31m", "ts": 1763600000000}', r'error "\x1b[31m" is not a number (value-type)'),
    ],
)
def test_what_a_step_says(plant: Bundle, topic: str, payload: str, said: str) -> None:
    assert said in explained(plant, topic, payload)
