"""The demo's registry: its schema, then the plant's equipment, products, batches and shifts from their CSV files."""

from __future__ import annotations

import time
from typing import Final

from uns.demo.material import Material
from uns.files import read_documents
from uns.finding import Finding
from uns.naming.parse import parse_project
from uns.registry.csv import take
from uns.registry.csv.kinds import Kind
from uns.registry.engine import connect
from uns.registry.migrate import migrate
from uns.registry.writing import Author

KINDS: Final[tuple[Kind, ...]] = ("equipment", "products", "batches", "shifts")


def furnish(registry: str, material: Material) -> list[Finding]:
    """Findings are of the files; with any, the demo's own material is broken."""
    documents, findings = read_documents(material.rules, material.schemas)
    project = parse_project(documents.rules, documents.rules_at)
    if project.standard is None or findings:
        return [*findings, *project.findings]
    engine = connect(registry)
    try:
        migrate(engine)
        for kind in KINDS:
            sheet, author = material.registry / f"{kind}.csv", Author("demo", time.time_ns(), "the plant's sheets")
            imported = take(engine, kind, sheet.read_bytes(), sheet.name, project.standard, author)
            findings += imported.findings
    finally:
        engine.dispose()
    return findings
