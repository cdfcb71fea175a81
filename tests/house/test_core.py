"""The core is what the import contract says it is: nothing new stands outside it unnoticed."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

HERE = Path(__file__).parents[2]
EDGES = {
    "__init__", "__main__", "apart", "api", "behind", "broker", "cli", "demo", "files", "journal", "lastgood", "newest",
    "registry", "service", "settings", "telemetry", "verdict", "watching",
}  # fmt: skip
"""What may read network, disk, database or clock."""


def test_whatever_is_no_edge_is_of_the_core() -> None:
    contracts = tomllib.loads((HERE / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [core] = [set(each["source_modules"]) for each in contracts if each["type"] == "forbidden"]
    rooms = {path.stem for path in (HERE / "uns").iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert {f"uns.{room}" for room in rooms - EDGES} == core


def test_only_the_registry_speaks_sql() -> None:
    """Others hold an engine, and hand it over."""
    foreign = {
        f"{path.relative_to(HERE)}: {name.name}"
        for path in (HERE / "uns").rglob("*.py")
        if "registry" not in path.relative_to(HERE / "uns").parts[:1]
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for name in node.names
        if name.name != "Engine"
    }
    assert foreign == set()
