"""How long a change set of many rules, or of a large table, takes to be judged: `python benchmarks/prove.py`."""

from __future__ import annotations

import gc
from time import process_time
from typing import Any

from uns.decode.source import Source
from uns.equipment import EquipmentPath
from uns.finding import FilePlace
from uns.naming.lookup import Lookup, Row
from uns.naming.pattern import Pattern
from uns.naming.prove import prove
from uns.naming.rule import RawUnit, Rule, RuleFile, Where
from uns.naming.standard import Contract, Level, Name, Site, Standard
from uns.naming.template import Template
from uns.topic import TopicFilter

AT = FilePlace("benchmark")
FILES = 20
NAMES = {name: Name(name, "number", AT) for name in ("temperature", "speed", "pressure", "level")}
STANDARD = Standard(
    "acme",
    AT,
    {f"s{number}": Site(f"s{number}", "UTC", AT) for number in range(FILES)},
    (
        Level("line", AT, pattern="line-[0-9]{1,4}", optional=True),
        Level("asset", AT, pattern="[a-z][a-z0-9-]{0,31}"),
    ),
    NAMES,
    {"telemetry": Contract("telemetry", 1, "telemetry/1.json", "value", AT)},
)


def rule(number: int, file: int, topic: str, to: str, **more: Any) -> Rule:
    place = FilePlace(f"f{file}.yaml", number + 1)
    tag = Pattern.parse("{machine}.{tag}", tag=True)
    return Rule(f"r{number}", f"f{file}", place, Pattern.parse(topic), tag, to=(Template.parse_target(to),), **more)


def mixed(file: int, count: int, lookup: Lookup) -> tuple[Rule, ...]:
    """Literal rules, rules of a list, rules of an endless pattern, and one general rule behind them all."""
    made = []
    for number in range(count - 1):
        topic, to = f"raw/s{file}/L{number}/{{drive}}", f"line-{number % 1000}/a{number}-{{drive}}/_telemetry/{{name}}"
        drive = (
            Where("drive", AT, values=("x", "y", "z")) if number % 3 else Where("drive", AT, pattern="[a-z][a-z0-9]*")
        )
        made.append(rule(number, file, topic, to, where=(drive,), lookups=(lookup,)))
    general = f"raw/s{file}/+/{{drive}}"
    to = "line-{drive}/{machine}-{drive}/_telemetry/{tag}"
    return (*made, rule(count, file, general, to, where=(Where("drive", AT, pattern="[0-9]{1,3}"),)))


def table(rows: int) -> Lookup:
    columns = ("machine", "tag", "asset", "name")
    names = list(NAMES)
    made = (
        Row((f"F_{at // 4}", f"T{at % 4}", f"f-{at // 4}", names[at % 4]), at + 2, (1, 8, 12, 20)) for at in range(rows)
    )
    return Lookup("tags", "tags.csv", AT, ("machine", "tag"), columns, tuple(made))


def file(number: int, rules: tuple[Rule, ...]) -> RuleFile:
    source = Source((TopicFilter(f"raw/s{number}/#"),), AT, tag=("tag",))
    return RuleFile(
        f"f{number}", f"f{number}.yaml", (f"s{number}",), (EquipmentPath(f"s{number}"),), "x", (source,), rules
    )


def timed(what: str, files: tuple[RuleFile, ...]) -> None:
    gc.collect()
    begin = process_time()
    findings = prove(STANDARD, files)
    codes = sorted({each.code for each in findings})
    print(f"{what:48} {process_time() - begin:7.2f} s   {len(findings)} findings {', '.join(codes)}")


def main() -> None:
    small = table(4)
    for count in (10, 100, 1_000, 10_000):
        spread = max(1, min(FILES, count // 10))
        files = tuple(file(number, mixed(number, count // spread, small)) for number in range(spread))
        timed(f"{count} rules in {spread} files", files)
    timed("10 000 rules in one file", (file(0, mixed(0, 10_000, small)),))
    unit = RawUnit("1", AT)
    large = table(100_000)
    one = rule(0, 0, "raw/s0/L{line}", "line-{line}/{asset}/_telemetry/{name}", lookups=(large,), unit=unit)
    timed("one rule, a table of 100 000 rows", (file(0, (one,)),))
    listed = Where("line", AT, pattern="[1-9]")
    several = tuple(
        rule(
            number,
            0,
            f"raw/s0/L{number}{{line}}",
            f"line-{number}{{line}}/{{asset}}/_telemetry/{{name}}",
            lookups=(large,),
            where=(listed,),
        )
        for number in range(5)
    )
    timed("five rules of that table", (file(0, several),))
    shared = table(10_000)
    many = tuple(
        rule(
            number, 0, f"raw/s0/L{number}", f"line-{number}/{{asset}}/_telemetry/{{name}}", lookups=(shared,), unit=unit
        )
        for number in range(100)
    )
    timed("100 rules that share a table of 10 000 rows", (file(0, many),))


if __name__ == "__main__":
    main()
