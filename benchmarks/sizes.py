"""Plants of some size: rules, assets that stand on their lines, and batches that ran there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks import service
from uns.bundle import Documents
from uns.context.timeline import Timeline
from uns.context.values import Batch, Product, Shift
from uns.equipment import EquipmentPath
from uns.instant import SECOND

RULES_A_FILE: Final = 500
HOUR: Final = 3600 * SECOND


class Size(NamedTuple):
    rules: int
    assets: int
    batches: int


SIZES: Final = (
    Size(10, 10, 10), Size(10, 1_000, 10), Size(10, 10_000, 10), Size(10, 100_000, 10),
    Size(10_000, 10_000, 10), Size(10, 10, 100_000),
)  # fmt: skip


def documents(rules: int) -> Documents:
    """Files of at most 500 rules, one for each line of a site; any number of assets stands on a line."""
    files = range((rules + RULES_A_FILE - 1) // RULES_A_FILE)
    sites = "".join(f"  s{number}: {{zone: UTC}}\n" for number in files)
    standard = (service.PLANT / "naming_rules" / "standard.yaml").read_text()
    before, _, behind = standard.partition("  dallas: {zone: America/Chicago}\n")
    standard = f"{before}{sites}{behind}".replace("{1,2}", "{1,5}")
    written = {"standard.yaml": standard.encode()}
    for number in files:
        lines = range(number * RULES_A_FILE, min(rules, (number + 1) * RULES_A_FILE))
        written[f"f{number}.yaml"] = "\n".join(_file(number, lines)).encode()
    folder = service.PLANT / "schemas"
    return Documents(written, {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*.json")})


def _file(number: int, lines: Sequence[int]) -> Iterator[str]:
    yield f"site: s{number}\nsteward: ot@acme.example"
    yield f"sources: [{{topic: plc/s{number}/#, value: /Val, time: /ts}}]\nrules:"
    for line in lines:
        to = f"packaging/line-{line}/{{asset|kebab}}/_telemetry/temperature"
        yield f"  - {{id: r{line}, from: 'plc/s{number}/L{line}/{{asset}}/TT101', to: '{to}', unit: '[degF]'}}"


def site(line: int) -> str:
    return f"s{line // RULES_A_FILE}"


def context(size: Size, now: int) -> Timeline:
    """Batches one after the other on every line, the last of them still runs."""
    lines = min(size.rules, size.batches)
    batches = [
        Batch(
            f"B-{line}-{ago}", EquipmentPath(f"{site(line)}/packaging/line-{line}"), now - (ago + 1) * HOUR,
            now - ago * HOUR if ago else None, "SKU-42", "O-7",
        )
        for line in range(lines)
        for ago in range(size.batches // lines)
    ]  # fmt: skip
    day = [
        Shift("day", "2026-01-01", now - HOUR, now + HOUR, "A", EquipmentPath(each))
        for each in {site(line) for line in range(lines)}
    ]
    return Timeline.build("7", batches, [Product("SKU-42", "Cola 330")], shift_changes=day)


def write(folder: Path, rules: int) -> None:
    written = documents(rules)
    for below, files in (("naming_rules", written.rules), ("schemas", written.schemas)):
        for name, content in files.items():
            path = folder / below / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
