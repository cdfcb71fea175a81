"""A payload that is written around what stayed the same is the one that would have been written without."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.project import NOW, STANDARD, bundle_of, codes, decided

from uns.context.timeline import Timeline
from uns.context.values import Batch
from uns.decision import Decision, Publish
from uns.equipment import EquipmentPath
from uns.instant import SECOND

RULES = """
sources:
  - {topic: plc/#, value: /v, quality: {at: /q, good: [192], uncertain: [64], else: bad}, time: [/t, received]}
rules:
  - {id: signal, from: 'plc/{asset}/{name}', to: 'line-3/{asset}/_telemetry/{name}', mode: MODE}
  - {id: strict, from: 'strict/{asset}/{name}', to: 'line-4/{asset}/_strict/{name}', mode: MODE}
""".replace("topic: plc/#", "topic: [plc/#, strict/#]")
LINE = EquipmentPath("dallas/line-3")
TIMELINE = Timeline.build(
    "7", [Batch(f"B-{number}", LINE, NOW - number * SECOND, NOW - (number - 1) * SECOND) for number in (1, 2, 3)]
)
VALUES = st.one_of(
    st.sampled_from([22, 2**53 + 1]),
    st.sampled_from([None, 2**70, "idle", "\ud800", True, [1], {"a": 1}]),
    st.floats(-50, 120),
    st.text(max_size=3),
)
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {
            "topic": st.sampled_from(["plc/{}/temperature", "plc/{}/mode", "strict/{}/count"]),
            "v": VALUES,
            "q": st.sampled_from([192, 192, 192, 64, 0]),
            "t": st.sampled_from([NOW // 10**6 - 1, NOW // 10**6 - 1, NOW // 10**6 - 1500, None]),
        }
    ),
    max_size=8,
)


def _payload(message: dict[str, Any]) -> bytes:
    return json.dumps({key: message[key] for key in ("v", "q", "t")}).encode()


def _told(decision: Decision) -> object:
    """What does not name the machine."""
    if isinstance(decision, Publish):
        return decision.payload, decision.more, decision.retain, codes(decision)
    return type(decision), codes(decision)


@pytest.mark.parametrize("mode", ["enforce", "warn"])
def test_what_went_before_makes_no_difference(mode: str) -> None:
    strict = "  strict: {schema: strict.json, version: 1, shape: value}\n"
    bundle = bundle_of(RULES.replace("MODE", mode), STANDARD + strict)
    others = itertools.count()

    @given(MESSAGES)
    def holds(messages: list[dict[str, Any]]) -> None:
        for each in messages:
            machines = "filler", f"filler-{next(others)}"
            known, new = (
                [_told(one) for one in decided(bundle, each["topic"].format(machine), _payload(each), TIMELINE)]
                for machine in machines
            )
            assert known == new

    holds()
