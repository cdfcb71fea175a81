"""Resolving: an address in, its governed names out, or all that is wrong with them."""

from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uns.equipment import EquipmentPath
from uns.finding import FilePlace, SamplePlace
from uns.naming.index import Index
from uns.naming.matcher import match
from uns.naming.parse import parse_project
from uns.naming.pattern import Pattern
from uns.naming.resolve import Refused, Resolver, Scale, Target
from uns.naming.rule import Rule, RuleFile, Where
from uns.topic import Topic

STANDARD = """
enterprise: acme
sites:
  dallas: {zone: America/Chicago}
  berlin: {zone: Europe/Berlin, without: [area]}
levels:
  - {name: area, role: area, values: [packaging, brewing, utilities]}
  - {name: line, role: work_center, pattern: 'line-[0-9]{1,2}', optional: true, parallel: true}
  - {name: asset, role: work_unit, pattern: '[a-z][a-z0-9-]{1,31}', registered: true}
names:
  temperature: {type: number, unit: Cel}
  speed: {type: number, unit: 1/min}
  ratio: {type: number}
  state: {type: string, values: [running, idle]}
  running: {type: boolean}
  status: {type: object}
units: {'°F': '[degF]', U/min: 1/min}
states: {packml: {4: idle, 6: running}}
contracts:
  telemetry: {schema: telemetry/1.json, shape: value}
  drive: {schema: drive/1.json, shape: object}
"""

DALLAS = """
site: dallas
steward: ot@acme.example
sources:
  - {topic: plc/dallas/#, value: /Val, time: /ts}
  - {topic: kepware/dallas, read: kepware}
  - {topic: mes/dallas/orders, tag: [/event, /line], time: /at}
lookups:
  tags:
    key: [machine, tag]
    rows:
      - {machine: F01, tag: TT1, asset: filler-01, name: temperature, unit: '[degF]', every: 10s}
      - {machine: F01, tag: TT2, asset: filler-01, name: temperature, unit: K, factor: '0.1', offset: '200'}
      - {machine: F01, tag: TT3, asset: filler-01, name: temprature}
      - {machine: F01, tag: TT4, asset: Filler.01, name: oddity}
      - {machine: F01, tag: TT5, asset: filler-01, name: temperature}
      - {machine: F01, tag: ST1, asset: filler-01, name: state, states: onoff}
      - {machine: F01, tag: RA1, asset: filler-01, name: ratio, factor: '0.01'}
      - {machine: F01, tag: XX1, asset: filler-01, name: temperature, ignore: 'yes'}
      - {machine: F01, tag: XX2, asset: filler+01, name: temperature}
      - {machine: F01, tag: XX3, asset: a/b, name: temperature}
      - {machine: F02, tag: '*', asset: filler-02, name: speed, unit: U/min}
  words:
    key: [machine]
    missing: ignore
    rows:
      - {machine: W1, bit: '0', name: running, asset: motor-1}
      - {machine: W1, bit: '3', name: runing, asset: motor-1}
      - {machine: W1, bit: '5', name: running, asset: motor-2, ignore: 'yes'}
      - {machine: W1, bit: '6', name: running, asset: motor-3}
  lines: {key: [code], rows: [{code: L3, line: line-3}, {code: L4, line: cellar-4}]}
states:
  onoff: {0: idle, 1: running}
rules:
  - {id: heartbeat, from: plc/dallas/+/+/heartbeat, ignore: true}
  - id: filler
    from: plc/dallas/L{line}/{machine}/{tag}
    where: {line: '[1-3]'}
    lookup: tags
    to: packaging/line-{line|int|pad2}/{asset}/_telemetry/{name}
  - id: words
    from: plc/dallas/words/{machine}
    lookup: words
    to: ['utilities/{asset}/_telemetry/{name}', 'brewing/{asset}/_telemetry/word/{name}']
  - id: drive
    from: plc/dallas/drives/{drive}
    to: utilities/{drive|kebab}/_drive/status
    fields: {speed: {at: ./rps, unit: 1/s}, state: {at: ./on, states: onoff}, label: 'drive {drive}'}
  - id: deep
    from: plc/dallas/deep/{path#}.props
    to: utilities/{path|kebab}/_telemetry/temperature
    unit: '[degF]'
  - id: kepware-lines
    from: kepware/dallas
    tag: Line{line}.{machine}.{tag}
    where: {line: '[4-9]'}
    lookup: tags
    to: packaging/line-{line}/{asset}/_telemetry/{name}
  - id: mes-start
    from: mes/dallas/orders
    tag: START/{code}
    lookup: lines
    record: batch-start
    to: packaging/{line}
    fields: {id: /order, product: /material}
  - {id: mes-rest, from: mes/dallas/orders, ignore: true}
"""


GUARDED = ("name-unknown", "level-not-allowed", "topic-illegal", "owner-outside")
"""What is also judged when an address is resolved."""


def read(files: dict[str, str]) -> Resolver:
    parsed = parse_project({path: text.encode() for path, text in files.items()}, "naming_rules")
    errors = [each for each in parsed.findings if each.code not in GUARDED]
    assert parsed.standard is not None
    assert [str(each) for each in errors if each.severity == "error"] == []
    return Resolver(parsed.files[0], parsed.standard)


@pytest.fixture(scope="module")
def dallas() -> Resolver:
    return read({"standard.yaml": STANDARD, "dallas.yaml": DALLAS})


def told(outcome: Target | Refused) -> object:
    if isinstance(outcome, Refused):
        return [finding.code for finding in outcome.findings]
    return str(outcome.topic or outcome.equipment)


@pytest.mark.parametrize(
    ("topic", "tag", "rule", "outcomes"),
    [
        ("plc/dallas/L3/F01/TT1", None, "filler", ["acme/dallas/packaging/line-03/filler-01/_telemetry/temperature"]),
        ("plc/dallas/L3/F02/any", None, "filler", ["acme/dallas/packaging/line-03/filler-02/_telemetry/speed"]),
        ("plc/dallas/L3/F01/TT3", None, "filler", [["name-unknown"]]),
        ("plc/dallas/L3/F01/TT4", None, "filler", [["level-not-allowed", "name-unknown"]]),
        ("plc/dallas/L3/F01/XX2", None, "filler", [["level-not-allowed"]]),
        ("plc/dallas/L3/F01/XX3", None, "filler", [["topic-illegal"]]),
        ("plc/dallas/drives/M 1", None, "drive", ["acme/dallas/utilities/m-1/_drive/status"]),
        ("plc/dallas/drives/--", None, "drive", [["level-empty"]]),
        ("plc/dallas/drives/1", None, "drive", [["level-not-allowed"]]),
        ("plc/dallas/deep/a/b/c.props", None, "deep", ["acme/dallas/utilities/a-b-c/_telemetry/temperature"]),
        (
            "kepware/dallas", "Line4.F01.TT1", "kepware-lines",
            ["acme/dallas/packaging/line-4/filler-01/_telemetry/temperature"],
        ),
        ("mes/dallas/orders", "START/L3", "mes-start", ["dallas/packaging/line-3"]),
        (
            "plc/dallas/words/W1", None, "words",
            [
                "acme/dallas/utilities/motor-1/_telemetry/running",
                ["name-unknown"],
                "acme/dallas/utilities/motor-3/_telemetry/running",
                "acme/dallas/brewing/motor-1/_telemetry/word/running",
                ["name-unknown"],
                "acme/dallas/brewing/motor-3/_telemetry/word/running",
            ],
        ),
    ],
)  # fmt: skip
def test_outcomes(dallas, topic, tag, rule, outcomes):
    resolution = dallas.resolve(topic, tag)
    assert resolution.rule is not None
    assert resolution.rule.id == rule
    assert [told(each) for each in resolution.outcomes] == outcomes
    assert (resolution.findings, resolution.ignored) == ((), None)


@pytest.mark.parametrize(
    ("topic", "tag", "rule", "reason"),
    [
        ("plc/dallas/L1/F01/heartbeat", None, "heartbeat", "dallas/heartbeat"),
        ("plc/dallas/L1/F01/XX1", None, "filler", "lookup"),
        ("plc/dallas/words/W9", None, "words", "lookup"),
        ("mes/dallas/orders", "STOP/L3", "mes-rest", "dallas/mes-rest"),
        ("mes/dallas/orders", None, "mes-rest", "dallas/mes-rest"),
    ],
)
def test_what_a_rule_drops(dallas, topic, tag, rule, reason):
    resolution = dallas.resolve(topic, tag)
    assert (resolution.rule.id, resolution.ignored, resolution.outcomes) == (rule, reason, ())


@pytest.mark.parametrize(
    ("topic", "tag", "code", "message", "remedy"),
    [
        (
            "plc/dallas/L2/F01/TT99", None, "lookup-missing",
            "`F01,TT99` is not in `tags`", "add a row; nearest is `F01,TT",
        ),
        (
            "plc/dallas/L9/F01/TT1", None, "rule-none",
            "nearest `filler` stops at where: line = 9, allowed [1-3]", "to admit it: where: {line: '[1-39]'}",
        ),
        (
            "plc/dallas/L1/F01", None, "rule-none",
            "nearest `filler` stops at level 5 of from: `{tag}` finds nothing",
            "add a rule with from: plc/dallas/L1/F01",
        ),
        (
            "kepware/dallas", "Line3.F01.TT1", "rule-none",
            "nearest `kepware-lines` stops at where: line = 3, allowed [4-9]", "to admit it: where: {line: '[4-93]'}",
        ),
        (
            "plc/dallas/drive/m1", "x\ud800", "rule-none",
            "`drive` is not `drives`", "to admit it: from: plc/dallas/drive/{",
        ),
    ],
)  # fmt: skip
def test_what_is_refused_whole(dallas, topic, tag, code, message, remedy):
    (finding,) = dallas.resolve(topic, tag).findings
    assert (finding.code, finding.where) == (code, SamplePlace(topic, tag))
    assert message in finding.message
    assert finding.remedy.startswith(remedy)


def target(resolver: Resolver, topic: str, tag: str | None = None) -> Target:
    (outcome,) = resolver.resolve(topic, tag).outcomes
    assert isinstance(outcome, Target), outcome
    return outcome


@pytest.mark.parametrize(
    ("tag", "unit", "scale"),
    [
        ("TT1", "[degF]", (5 / 9, -160 / 9)),
        ("TT2", "K", (0.1, -73.15)),
        ("TT5", None, None),
        ("RA1", "1", (0.01, 0.0)),
    ],
)
def test_the_row_says_in_what_the_machine_counts(dallas, tag, unit, scale):
    found = target(dallas, f"plc/dallas/L1/F01/{tag}")
    assert (found.unit and found.unit.code) == unit
    assert found.scale == (scale and pytest.approx(scale))


def test_a_unit_that_needs_no_conversion_has_no_scale(dallas):
    found = target(dallas, "plc/dallas/L1/F02/n")
    assert (found.unit.code, found.scale) == ("1/min", None)


def test_the_rule_says_the_unit_where_no_row_does(dallas):
    assert target(dallas, "plc/dallas/deep/ab.props").scale == pytest.approx((5 / 9, -160 / 9))


def test_states_exclude_units(dallas):
    found = target(dallas, "plc/dallas/L1/F01/ST1")
    assert (found.states.mapping, found.unit, found.scale) == ({"0": "idle", "1": "running"}, None, None)


def test_a_row_says_how_often_a_value_is_expected(dallas):
    assert target(dallas, "plc/dallas/L1/F01/TT1").name.every == 10_000_000_000
    assert target(dallas, "plc/dallas/L1/F01/TT5").name.every is None


def test_bits_know_their_rows(dallas):
    outcomes = dallas.resolve("plc/dallas/words/W1", None).outcomes
    assert [each.bit for each in outcomes if isinstance(each, Target)] == [0, 6, 0, 6]
    assert [each.joined[0].row.cells[1] for each in outcomes] == ["0", "3", "6"] * 2


def test_fields_that_are_dictionary_names_have_their_meaning(dallas):
    speed, state, label = target(dallas, "plc/dallas/drives/M1").fields
    assert (speed.name.unit, speed.scale) == ("1/min", Scale(60.0, 0.0))
    assert (state.name.name, state.scale) == ("state", None)
    assert (label.name, label.text) == (None, "drive M1")


def test_a_record_goes_to_equipment(dallas):
    found = target(dallas, "mes/dallas/orders", "START/L3")
    assert (found.equipment, found.topic, found.contract, found.parallel) == (
        "dallas/packaging/line-3",
        None,
        None,
        True,
    )
    assert [each.name for each in found.fields] == [None, None]


def test_a_target_knows_its_levels_and_place(dallas):
    found = target(dallas, "plc/dallas/L1/F01/TT1")
    assert (found.equipment, found.registered, found.parallel) == ("dallas/packaging/line-01/filler-01", True, False)
    assert found.place.file == "naming_rules/dallas.yaml"
    assert DALLAS.splitlines()[found.place.line - 1].strip().startswith("to: packaging/line")
    assert isinstance(found.equipment, EquipmentPath)
    assert isinstance(found.topic, Topic)


def test_captures_and_columns_are_told(dallas):
    resolution = dallas.resolve("plc/dallas/L1/F01/TT5", None)
    assert dict(resolution.captures) == {
        "line": "1", "machine": "F01", "tag": "TT5", "asset": "filler-01", "name": "temperature",
    }  # fmt: skip
    assert [joined.row.line for joined in resolution.joined] == [16]


@pytest.mark.parametrize(
    ("topic", "rule"),
    [
        ("plc/dallas/L1/F01/heartbeat", "heartbeat"),
        ("plc/dallas/L1/F01/TT1", None),
        ("mes/dallas/orders", "mes-rest"),
        ("kepware/dallas", None),
        ("nowhere", None),
    ],
)
def test_messages_that_cannot_be_read_are_ignored_by_rules_without_tag(dallas, topic, rule):
    ignoring = dallas.ignores_undecoded(topic)
    assert (ignoring and ignoring.id) == rule


def test_unmatched_may_be_ignored():
    resolver = read(
        {"standard.yaml": STANDARD, "dallas.yaml": DALLAS.replace("steward", "unmatched: ignore\nsteward", 1)}
    )
    resolution = resolver.resolve("plc/dallas/none", None)
    assert (resolution.rule, resolution.ignored, resolution.findings) == (None, "unmatched", ())


GATEWAY = """
site: [dallas, berlin]
owns: [dallas/utilities, berlin]
steward: ot@acme.example
sources: [{topic: gw/#, time: received}]
rules:
  - {id: all, from: 'gw/{site}/{area}/{asset}', to: '{site}/{area}/{asset}/_telemetry/temperature', unit: Cel}
  - {id: short, from: 'gw/{site}/{asset}', to: '{site}/{asset}/_telemetry/temperature', unit: Cel}
"""


@pytest.mark.parametrize(
    ("topic", "outcome"),
    [
        ("gw/dallas/utilities/pump", "acme/dallas/utilities/pump/_telemetry/temperature"),
        ("gw/berlin/line-1/mixer", "acme/berlin/line-1/mixer/_telemetry/temperature"),
        ("gw/berlin/mixer", "acme/berlin/mixer/_telemetry/temperature"),
        ("gw/dallas/packaging/pump", ["level-not-allowed"]),
        ("gw/paris/utilities/pump", ["level-not-allowed"]),
        ("gw/dallas/_uns/pump", ["level-not-allowed"]),
        ("gw/dallas/$SYS", ["level-not-allowed"]),
    ],
)
def test_a_gateway_says_the_site_itself_and_stays_under_what_it_owns(topic, outcome):
    found = read({"standard.yaml": STANDARD, "gateway.yaml": GATEWAY}).resolve(topic, None)
    assert [told(each) for each in found.outcomes] == [outcome]


HERE = FilePlace("f.yaml")
topic_levels = st.sampled_from(["a", "b", "ab", "+", "{x}", "a{x}", "{x}b", "{x}.{y}", "a{x}.{y}b", "{x}.a.{y}"])
tails = st.sampled_from(["", "", "/#", "/{z#}", "/{z#}.b"])
wheres = st.sampled_from([(), ("x", ("a", "ab")), ("x", "[ab]"), ("y", ("b",)), ("y", "a*"), ("x", ("",))])


@st.composite
def rules(draw, number: int = 0) -> Rule:
    texts = []
    for names in ("xyz", "uvw"):
        levels = draw(st.lists(topic_levels, min_size=1, max_size=3))
        renamed = [level.replace("{x}", f"{{x{i}}}").replace("{y}", f"{{y{i}}}") for i, level in enumerate(levels)]
        text = "/".join(renamed) + draw(tails)
        for old, new in zip("xyz", names, strict=True):
            text = text.replace(f"{{{old}", f"{{{new}")
        texts.append(text)
    pattern = Pattern.parse(texts[0])
    tag = draw(st.sampled_from([None, Pattern.parse(texts[1], tag=True)]))
    rule_wheres = []
    chosen = draw(wheres)
    captures = (*pattern.captures, *(tag.captures if tag else ()))
    if chosen and captures:
        kind = {"pattern": chosen[1]} if isinstance(chosen[1], str) else {"values": chosen[1]}
        rule_wheres = [Where(name, HERE, **kind) for name in captures if name[0] in (chosen[0], "u")]
    return Rule(f"r{number}", "f", HERE, pattern, tag, tuple(rule_wheres), ignore=True)


def takes(rule: Rule, topic: str, tag: str | None) -> bool:
    if match(rule.topic, topic, rule.where) is None:
        return False
    return rule.tag is None or (tag is not None and match(rule.tag, tag, rule.where) is not None)


@given(
    st.lists(rules(), min_size=1, max_size=8),
    st.text(alphabet="ab./", max_size=8),
    st.none() | st.text(alphabet="ab./", max_size=8),
)
def test_the_index_finds_the_first_rule_that_trying_each_would_find(some, topic, tag):
    file = RuleFile("f", "f.yaml", ("s",), (), "x", (), tuple(some), places=MappingProxyType({}))
    expected = next((rule for rule in some if takes(rule, topic, tag)), None)
    resolution = Resolver(file, None).resolve(topic, tag)
    assert resolution.rule is expected
    assert bool(resolution.findings) is (expected is None)


def test_a_tag_beyond_all_measure_is_not_looked_up(dallas):
    (finding,) = dallas.resolve("kepware/dallas", "Line4." * 1_000).findings
    assert finding.code == "payload-limit"


@pytest.mark.parametrize(
    ("pattern", "capture", "text"),
    [
        ("{a}.{b}", "a", "x.y"),
        ("{a}.{b}", "b", "y.x"),
        ("{a}.{b}.{c}", "a", "x.y.z"),
        ("{a}.{b}.{c}", "c", "y.z.x"),
        ("{a}.{b}.{c}", "b", "y.x.z"),
        ("p{a}s", "a", "pxs"),
    ],
)
def test_captures_of_few_values_are_found_by_them(pattern, capture, text):
    one = Rule("r", "f", HERE, Pattern.parse(pattern), where=(Where(capture, HERE, values=("x",)),))
    assert Index([one]).candidates([text], None) == [0]


def test_values_beyond_the_room_are_still_found():
    many = tuple(str(number) for number in range(3_000))
    some = [Rule("r", "f", HERE, Pattern.parse("L{line}.{m}"), where=(Where("line", HERE, values=many),))]
    assert Index(some).candidates(["L2999.x"], None) == [0]


@given(st.text(max_size=30), st.none() | st.text(max_size=30))
def test_any_address_has_an_outcome(topic, tag):
    resolution = FIXED.resolve(topic, tag)
    assert resolution.rule is not None or resolution.findings


FIXED = read({"standard.yaml": STANDARD, "dallas.yaml": DALLAS})
