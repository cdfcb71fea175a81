"""What rule files become, and that nothing which they hold can bring the reader down."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.corpus import bad_projects, findings_of, good_project

from uns.decode.source import ClockLimits
from uns.finding import FilePlace, Finding
from uns.message import Quality
from uns.naming.parse import parse_project
from uns.naming.rule import RuleFile

HEADER = "site: dallas\nsteward: ot@acme.example\n"
MINUTE = 60 * 10**9


def parsed(text: str, **more: str) -> RuleFile:
    files = {"standard.yaml": good_project()["standard.yaml"], "dallas.yaml": (HEADER + text).encode()}
    project = parse_project(files | {name.replace("_", "."): each.encode() for name, each in more.items()}, "rules")
    assert [str(finding) for finding in project.findings] == []
    return project.files[0]


def test_the_specified_example_becomes_a_rule_file() -> None:
    project = parse_project(good_project(), "naming_rules")
    (file,) = project.files
    assert (file.stem, file.path, file.sites, file.owns) == (
        "dallas",
        "naming_rules/dallas.yaml",
        ("dallas",),
        ("dallas",),
    )
    assert [rule.id for rule in file.rules] == ["plc-heartbeat", "filler-plc", "kepware-lines", "motor", "mes-start"]
    assert str(file.rules[1]) == "dallas/filler-plc"
    assert file.cases[0].payload == b'{"Val": 71.6, "ts": 1763600000000}'
    assert file.cases[0].context == {"batch": {"id": "B-1001"}}
    assert file.lookups["tags"].rows[1].cells[4] == "Cel"  # `°C` of the standard's units
    assert str(file.rules[3].places["fields/speed"]).startswith("naming_rules/dallas.yaml:38:")


def test_presets_spread_out_and_keys_beside_them_win() -> None:
    source = parsed(
        "sources: [{topic: k, read: kepware, time: /timestamp, clock: {behind: 1h}, quality: {at: ./q, as: opcda}}]\n"
        "rules: [{id: hush, from: k, ignore: true}]\n"
    ).sources[0]
    assert (source.read, source.each[0].text, source.value and source.value.text) == ("json", "/values/*", "./v")
    assert [pointer.text for pointer in source.time.at] == ["/timestamp"]
    assert not source.time.or_received
    assert source.quality is not None
    assert source.quality.as_ == "opcda"
    assert source.clock == ClockLimits(behind=60 * MINUTE)
    assert source.zone == "America/Chicago"


def test_a_list_of_qualities_is_text_as_written() -> None:
    source = parsed(
        "sources: [{topic: k, quality: {at: ./q, good: [192, 007], uncertain: 64, else: uncertain}}]\n"
        "rules: [{id: hush, from: k, ignore: true}]\n"
    ).sources[0]
    assert source.quality is not None
    assert source.quality.listed == {"192": Quality.GOOD, "007": Quality.GOOD, "64": Quality.UNCERTAIN}
    assert source.quality.otherwise is Quality.UNCERTAIN


def test_scalars_in_rows_where_and_states_keys_are_text_as_written() -> None:
    rule = parsed(
        "sources: [k/#]\nlookups: {t: {key: [a], rows: [{a: 0001, b: yes}, {a: 1, b: 1.50}]}}\nrules:\n"
        "  - {id: one, from: 'k/{a}', where: {a: [0001, on]}, lookup: t, states: {0x1: true, 007: 7, '*': 1.5},\n"
        "     to: 'packaging/{b}/_telemetry/state'}\n"
    ).rules[0]
    assert [row.cells for row in rule.lookups[0].rows] == [("0001", "yes"), ("1", "1.50")]
    assert rule.where[0].values == ("0001", "on")
    assert rule.states is not None
    assert rule.states.mapping == {"0x1": True, "007": 7}
    assert rule.states.otherwise == 1.5


def test_a_broken_rule_leaves_its_neighbours() -> None:
    files = good_project()
    files["dallas.yaml"] = files["dallas.yaml"].replace(b"lookup: lines", b"lookup: lanes")
    project = parse_project(files, "rules")
    assert [finding.code for finding in project.findings] == ["lookup-unknown"]
    assert [rule.id for rule in project.files[0].rules] == ["plc-heartbeat", "filler-plc", "kepware-lines", "motor"]


@pytest.mark.parametrize("change", [lambda text: b"\xef\xbb\xbf" + text, lambda text: text.replace(b"\n", b"\r\n")])
def test_a_byte_order_mark_and_windows_line_ends_change_nothing(change: object) -> None:
    files = {name: change(content) for name, content in good_project().items()}  # type: ignore[operator]
    assert findings_of(files) == findings_of(good_project())
    assert parse_project(files, "r").files[0].rules == parse_project(good_project(), "r").files[0].rules


def test_a_table_of_two_hundred_thousand_rows_is_read_in_seconds() -> None:
    rows = "\n".join(f"M{number:06},filler-{number % 5000},temperature,[degF]" for number in range(200_000))
    begun = time.perf_counter()
    file = parsed(
        "sources: [k/#]\nlookups: {tags: {file: tags.csv, key: machine}}\n"
        "rules: [{id: one, from: 'k/{machine}', lookup: tags, to: 'packaging/{asset}/_telemetry/{name}'}]\n",
        tags_csv=f"machine,asset,name,unit\n{rows}\n",
    )
    assert time.perf_counter() - begun < 20
    assert file.lookups["tags"].find(("M199999",))[0].cells[1] == "filler-4999"


def test_too_many_of_one_finding_are_told_as_a_number() -> None:
    files = good_project() | {"dallas-tags.csv": b"machine,tag,asset,name\n" + b"a,b\n" * 1000}
    findings = [finding for finding in findings_of(files) if finding.code == "lookup-shape"]
    assert len(findings) == 101
    assert findings[-1].message == "900 more of this kind in this file, the next one here"


def are_whole(findings: Sequence[Finding]) -> bool:
    """Whether each says where, what and what to do."""
    return all(
        isinstance(each.where, FilePlace) and each.where.line > 0 and each.message and each.remedy for each in findings
    )


NAMES = st.sampled_from(["standard.yaml", "dallas.yaml", "dallas-tags.csv"])


@settings(max_examples=150)
@given(
    NAMES, st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
)
def test_no_bytes_bring_the_reader_down(name: str, content: bytes) -> None:
    assert are_whole(findings_of(good_project() | {name: content}))


@settings(max_examples=200)
@given(st.data())
def test_no_change_of_a_file_brings_the_reader_down(data: st.DataObject) -> None:
    files = dict(data.draw(st.sampled_from([good_project(), *(case.files for case in bad_projects())])))
    name = data.draw(st.sampled_from(sorted(files)))
    content = files[name]
    at = data.draw(st.integers(0, len(content)))
    length = data.draw(st.integers(0, 20))
    written = data.draw(st.text(alphabet="{}[]:,-#*&!|>%@`'\"\\ \n\tab0./+_~\u00fc\ufeff", max_size=8)).encode()
    files[name] = content[:at] + written + content[at + length :]
    assert are_whole(findings_of(files))


NODES = st.recursive(
    st.sampled_from(["x", "1", "-1.5", "true", "", "~", "'{a}'", "/a/*", "plc/#", "[degF]", "1e999", "0" * 500]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(
            st.tuples(st.sampled_from(["at", "as", "id", "a", "file", "rows", "key", "of", "'*'"]), inner), max_size=3
        ).map(lambda items: "{" + ", ".join(f"{key}: {value}" for key, value in items) + "}"),
    ),
    max_leaves=6,
)
TOP = st.sampled_from(["owns", "steward", "mode", "unmatched", "lookups", "states", "tests", "local", "use", "names"])
RULE = st.sampled_from(["id", "from", "tag", "where", "lookup", "to", "unit", "states", "fields", "record", "batch"])
SOURCE = st.sampled_from(
    ["topic", "read", "each", "tag", "value", "time", "quality", "unit", "clock", "decimal", "schema"]
)
STANDARD = st.sampled_from(["enterprise", "root", "clock", "sites", "levels", "groups", "names", "units", "contracts"])


def flow(members: dict[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in members.items()) + "}"


@settings(max_examples=300)
@given(*(st.dictionaries(keys, NODES, max_size=4) for keys in (TOP, RULE, SOURCE, STANDARD)))
def test_no_shape_of_yaml_brings_the_reader_down(
    top: dict[str, str], rule: dict[str, str], source: dict[str, str], standard: dict[str, str]
) -> None:
    text = f"site: dallas\nrules: [{flow(rule)}]\nsources: [a, {flow(source)}]\n"
    text += "".join(f"{key}: {value}\n" for key, value in top.items())
    assert are_whole(findings_of(good_project() | {"dallas.yaml": text.encode()}))
    assert are_whole(findings_of(good_project() | {"standard.yaml": flow(standard).encode()}))
