"""Verdicts against brute force: small rule sets over a small alphabet, every address tried."""

from __future__ import annotations

from itertools import combinations, product

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from uns.decode.source import Source
from uns.equipment import EquipmentPath
from uns.finding import FilePlace, Malformed
from uns.naming.lookup import Lookup, Row
from uns.naming.matcher import match
from uns.naming.pattern import Pattern
from uns.naming.prove import prove
from uns.naming.prove.addresses import Address
from uns.naming.rule import Rule, RuleFile, Where
from uns.naming.standard import Standard
from uns.naming.template import Template, render_levels
from uns.topic import TopicFilter

TEXTS = ["a", "b", "A", "ab", "ba", "a-b", "b-a-b"]
TOPICS = [
    "/".join(["r", *levels]) for count in (0, 1, 2, 3) for levels in product(TEXTS[: 8 - 2 * count], repeat=count)
]
TAGS = ["a", "b", "A", "a-b", "a/b", "b/a-b"]
TAG_PATTERNS = ["a", "{t}", "{t}-b", "+", "{t#}", "a/{t}", "#"]
STANDARD = Standard("acme", FilePlace("standard"), {}, (), {}, {})

LEVELS = ["a", "b", "A", "{x}", "{y}", "{x}-b", "a{y}", "{x}-{y}", "{x}", "{y}", "+"]
LASTS = [*LEVELS, "#", "{x#}", "{y#}b"]
CONDITIONS = [
    Where("", FilePlace("w"), values=("a",)),
    Where("", FilePlace("w"), values=("a", "b")),
    Where("", FilePlace("w"), values=("a", "A", "ab")),
    Where("", FilePlace("w"), pattern="[ab]"),
    Where("", FilePlace("w"), pattern="[ab]{1,2}"),
    Where("", FilePlace("w"), pattern="a.*"),
    Where("", FilePlace("w"), pattern="[ab]*"),
    Where("", FilePlace("w"), pattern="[^a].*|a[^b]*"),
]
TARGETS = [
    "{x}/_t/{y}", "{y}/_t/{x}", "s/{x}/_t/n", "s/{y}/_t/n", "{x|lower}/_t/n", "{x|kebab}/_t/{y|kebab}", "p-{x}/_t/{y}",
    "{x}-{y}/_t/n", "s/_t/n", "a/_t/b", "a/_t/{x}", "{n}/_t/m", "{n}/_t/{x}", "{n}/_t/{y}", "{n}/_t/{o}", "{x}/_t/{t}",
    "s/_t/{t}", "s-{t}/_t/{x}", "{t|kebab}/_t/{x}", "{q}/_t/m", "{q}/_t/{o}", "{q}/_t/{x}",
]  # fmt: skip


def table(draw: st.DrawFn, key: tuple[str, ...], brings: tuple[str, ...]) -> Lookup:
    cells, kinds = st.sampled_from(["a", "b", "A", "ab", "*"]), st.sampled_from(["m", "n", "*"])
    keys = draw(
        st.lists(st.tuples(*(kinds if name == "n" else cells for name in key)), min_size=1, max_size=5, unique=True)
    )
    texts = {"n": ["m", "n"], "o": ["o", "p"], "q": ["q", "a"]}
    rows = [(*each, *(draw(st.sampled_from(texts[name])) for name in brings)) for each in keys]
    columns = (*key, *brings)
    placed = tuple(Row(row, 1000 + at, tuple(range(1, len(row) + 1))) for at, row in enumerate(rows))
    return Lookup("t", "t.csv", FilePlace("t"), key, columns, placed)


@st.composite
def rules(draw: st.DrawFn, number: int, tagged: bool) -> Rule | None:
    fixed = draw(st.lists(st.sampled_from(LEVELS), min_size=0, max_size=2))
    try:
        topic = Pattern.parse("/".join(["r", *fixed, draw(st.sampled_from(LASTS))]))
    except Malformed:
        return None
    tag = Pattern.parse(draw(st.sampled_from(TAG_PATTERNS)), tag=True) if tagged else None
    caught = (*topic.captures, *(tag.captures if tag else ()))
    wheres = [
        Where(name, each.place, each.values, each.pattern)
        for name in caught
        if (each := draw(st.none() | st.sampled_from(CONDITIONS)))
    ]
    brought = set(caught)
    lookups: tuple[Lookup, ...] = ()
    if brought and draw(st.booleans()):
        key = tuple(draw(st.lists(st.sampled_from(sorted(brought)), min_size=1, max_size=2, unique=True)))
        lookups = (table(draw, key, ("n", "o")),)
        if draw(st.booleans()):
            lookups += (table(draw, ("n", draw(st.sampled_from(sorted(brought)))), ("q",)),)
            brought.add("q")
        brought |= {"n", "o"}
    to = [Template.parse_target(each) for each in TARGETS]
    possible = [each for each in to if {slot.name for slot in each.slots} <= brought]
    chosen = tuple(draw(st.lists(st.sampled_from(possible), min_size=1, max_size=2, unique_by=lambda each: each.text)))
    place = FilePlace("rules", number + 1)
    ignore = draw(st.integers(0, 9)) == 0
    return Rule(f"r{number}", "f", place, topic, tag, tuple(wheres), lookups, () if ignore else chosen, ignore=ignore)


@st.composite
def files(draw: st.DrawFn) -> RuleFile:
    tagged = draw(st.booleans())
    made = [draw(rules(number, tagged)) for number in range(draw(st.integers(1, 4)))]
    topic = TopicFilter(draw(st.sampled_from(["r/#", "r/#", "r/+", "r/a/#"])))
    sources = (Source((topic,), FilePlace("rules", 90), tag=("tag",) if tagged else None),)
    return RuleFile(
        "f", "rules", ("s",), (EquipmentPath("s"),), "x@y", sources, tuple(each for each in made if each is not None)
    )


def addresses(file: RuleFile) -> list[Address]:
    tags = TAGS if file.sources[0].yields_tags else [None]
    return [Address(topic, tag) for topic in TOPICS for tag in tags]


def takes(rule: Rule, address: Address) -> dict[str, str] | None:
    captures = match(rule.topic, address.topic, rule.where)
    if captures is None or rule.tag is None:
        return captures
    tagged = None if address.tag is None else match(rule.tag, address.tag, rule.where)
    return None if tagged is None else captures | tagged


def taker(file: RuleFile, address: Address) -> tuple[Rule, dict[str, str]] | None:
    if not file.sources[0].topics[0].matches(address.topic):
        return None
    for rule in file.rules:
        captures = takes(rule, address)
        if captures is not None:
            return rule, captures
    return None


def read(text: str) -> Address:
    """As findings write an address."""
    topic, _, tag = text.partition(" [")
    return Address(topic, tag.removesuffix("]") or None)


def topics_of(rule: Rule, captures: dict[str, str]) -> set[tuple[str, ...]]:
    known = dict(captures)
    for lookup in rule.lookups:
        rows = lookup.find(tuple(known[name] for name in lookup.key))
        if not rows:
            return set()
        known |= {n: c for n, c in zip(lookup.columns, rows[0].cells, strict=True) if n not in lookup.key}
    rendered = [render_levels(each, known) for each in rule.to]
    return {each for each in rendered if not isinstance(each, Malformed)}


Signal = tuple[str, tuple[tuple[str, str], ...]]


def meetings(file: RuleFile) -> dict[tuple[str, ...], set[Signal]]:
    """Each governed topic and the signals that give it; addresses apart at wildcards only are one signal."""
    given_by: dict[tuple[str, ...], set[Signal]] = {}
    for address in addresses(file):
        taken = taker(file, address)
        if taken:
            for governed in topics_of(*taken):
                given_by.setdefault(governed, set()).add((taken[0].id, tuple(sorted(taken[1].items()))))
    return given_by


@settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow])
@given(files())
def test_no_verdict_has_a_counterexample(file: RuleFile) -> None:
    findings = prove(STANDARD, (file,))
    by_code = {code: [each for each in findings if each.code == code] for code in {each.code for each in findings}}
    for finding in by_code.get("rule-shadowed", []):
        dead = file.rules[[rule.place for rule in file.rules].index(finding.where)]
        assert not [each for each in addresses(file) if (taken := taker(file, each)) and taken[0] is dead]
    for finding in by_code.get("rule-order", []):
        topic, first = finding.message.split("`")[1], finding.message.split("`")[3]
        taken = taker(file, read(topic))
        assert taken is not None
        assert taken[0].id == first
    for finding in by_code.get("collision", []):
        one, other = finding.message.split("`")[1], finding.message.split("`")[3]
        left, right = taker(file, read(one)), taker(file, read(other))
        assert left is not None
        assert right is not None
        assert one != other
        assert left != right
        assert topics_of(*left) & topics_of(*right)
    check_absence(file, findings)


def check_absence(file: RuleFile, findings: list) -> None:
    """Whatever two signals share is told of at the later rule, or at a row."""
    if any(each.code in ("capture-unused", "capture-undefined", "capture-duplicate") for each in findings):
        event("at fault elsewhere")
        return
    told = {each.where.line for each in findings if each.code in ("collision", "collision-possible")}
    numbers = {rule.id: rule.place.line for rule in file.rules}
    for topic, signals in meetings(file).items():
        for one, other in combinations(sorted(signals), 2):
            event("signals meet")
            later = max(numbers[one[0]], numbers[other[0]])
            assert later in told or max(told, default=0) >= 1000, (topic, one, other)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(files())
def test_rules_whose_addresses_are_few_and_all_taken_by_one_earlier_rule_are_told(file: RuleFile) -> None:
    shadowed = {each.where.line for each in prove(STANDARD, (file,)) if each.code in ("rule-shadowed", "from-outside")}
    for number, rule in enumerate(file.rules):
        mine = written_out(rule)
        covered = any(
            is_told(earlier) and all(takes(earlier, each) is not None for each in mine)
            for earlier in file.rules[:number]
        )
        assert not mine or rule.place.line in shadowed or not covered


def written_out(rule: Rule) -> list[Address]:
    """Every address of a rule whose captures all have lists; none of any other rule."""
    lists = {each.capture: each.values for each in rule.where if each.values}
    text = f"{rule.topic.text} [{rule.tag.text}]" if rule.tag else rule.topic.text
    names = {*rule.topic.captures, *(rule.tag.captures if rule.tag else ())}
    if set(lists) != names or "+" in text or "#" in text:
        return []
    fillings = (dict(zip(lists, values, strict=True)) for values in product(*lists.values()))
    return [read(text.format(**filling)) for filling in fillings]


def is_told(rule: Rule) -> bool:
    """Whether a proof looks into all of the rule: not into a list for `{path#}` that may go over levels."""
    return not any("#}" in pattern.text for pattern in (rule.topic, rule.tag) if pattern) or not rule.where
