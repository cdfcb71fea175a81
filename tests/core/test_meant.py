from __future__ import annotations

import pytest
from support.project import bundle_of

from uns.bundle import Bundle
from uns.meant import meant
from uns.origins import origins


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return bundle_of(
        """
        sources: [{topic: plc/#, value: /v, time: received}]
        lookups: {tags: {file: tags.csv, key: [machine]}}
        rules:
          - {id: table, from: 'plc/{machine}/t', lookup: tags, to: 'line-3/{asset}/_telemetry/temperature', unit: Cel}
          - {id: open, from: 'plc/{a}/{b}/speed', to: 'line-{a}/{b}/_telemetry/speed', unit: 1/min}
          - {id: names, from: 'plc/pump/x/y/{n}', to: 'pump-1/_telemetry/group/{n}', unit: Cel}
          - {id: hush, from: plc/#, ignore: true}
        """,
        tags="machine,asset\nF01,filler-01\nM07,mixer-07\n",
    )


@pytest.mark.parametrize(
    ("asked", "instead"),
    {
        "a name": ("line-3/filler-01/_telemetry/temprature", "line-3/filler-01/_telemetry/temperature"),
        "a cell": ("line-3/fillr-01/_telemetry/temperature", "line-3/filler-01/_telemetry/temperature"),
        "a contract": ("line-3/mixer-07/telemetry/temperature", "line-3/mixer-07/_telemetry/temperature"),
        "a level left out": ("mixer-07/_telemetry/temperature", "line-3/mixer-07/_telemetry/temperature"),
        "what a capture may be stays": ("line-8/pump-2/_telemetry/sped", "line-8/pump-2/_telemetry/speed"),
        "a name that a capture tells": ("pump-1/_telemetry/group/temperatur", "pump-1/_telemetry/group/temperature"),
        "nothing like it": ("x/y/z", None),
    }.values(),
)
def test_the_nearest_topic_that_a_rule_can_give(bundle: Bundle, asked: str, instead: str | None) -> None:
    assert meant(bundle, f"acme/dallas/{asked}") == (None if instead is None else f"acme/dallas/{instead}")


def test_a_misspelt_site_is_mended_and_what_is_proposed_has_a_rule(bundle: Bundle) -> None:
    instead = meant(bundle, "acme/dalas/line-3/filler-01/_telemetry/temperature")
    assert instead == "acme/dallas/line-3/filler-01/_telemetry/temperature"
    assert [each.rule.id for each in origins(bundle, instead)] == ["table"]
