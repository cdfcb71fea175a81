"""Rule files as short texts, judged by the proofs."""

from __future__ import annotations

from textwrap import dedent

from uns.finding import Finding
from uns.naming.parse import parse_project
from uns.naming.prove import prove
from uns.naming.rule import RuleFile
from uns.naming.standard import Standard

STANDARD = """
enterprise: acme
sites:
  dallas: {zone: America/Chicago}
  berlin: {zone: Europe/Berlin, without: [area]}
levels:
  - {name: area, role: area, values: [packaging, brewing, utilities], optional: true}
  - {name: line, role: work_center, pattern: 'line-[0-9]{1,2}', optional: true}
  - {name: asset, role: work_unit, pattern: '[a-z][a-z0-9-]{0,31}'}
names:
  temperature: {type: number, unit: Cel}
  speed: {type: number, unit: 1/min}
  count: {type: integer}
  level: {type: number}
  state: {type: string, values: [running, idle]}
  status: {type: object}
states: {odd: {0: running, 1: broken}}
contracts:
  telemetry: {schema: telemetry/1.json, shape: value}
  drive: {schema: drive/1.json, shape: object}
"""


def project(
    body: str, tables: dict[str, str], head: str = "site: dallas\nsteward: ot@acme.example\n"
) -> dict[str, bytes]:
    """The standard above, one rule file `dallas.yaml` and its tables; sources are `raw/#` unless the body says them."""
    sources = "" if "sources:" in body else "sources: [raw/#]\n"
    texts = {"standard.yaml": STANDARD, "dallas.yaml": head + sources + dedent(body), **tables}
    return {path: text.encode() for path, text in texts.items()}


def parsed(files: dict[str, bytes]) -> tuple[Standard, tuple[RuleFile, ...]]:
    """What must parse without an error, so that only the proofs find fault."""
    outcome = parse_project(files, "rules")
    assert outcome.standard is not None
    assert not [str(each) for each in outcome.findings if each.severity == "error"]
    return outcome.standard, outcome.files


def judged(body: str, tables: dict[str, str] | None = None, head: str | None = None) -> list[Finding]:
    """What the proofs find in one rule file."""
    files = project(body, tables or {}) if head is None else project(body, tables or {}, head)
    return prove(*parsed(files))
