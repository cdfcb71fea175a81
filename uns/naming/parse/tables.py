"""`lookups`: tables of a rule file or the standard, inline or from a CSV, with their keys."""

from __future__ import annotations

import posixpath
from typing import Final, Literal, cast

from uns.naming.lookup import Lookup, Row
from uns.naming.node import Items, Leaf, Members, Node, described
from uns.naming.parse.cells import check_cells, normal_cells
from uns.naming.parse.csv import MAX_COLUMNS, Table, read_csv
from uns.naming.parse.form import Form
from uns.naming.parse.scope import Scope
from uns.naming.parse.suggestion import did_you_mean

MAX_KEYS: Final = 8
_KEYS: Final = ("file", "rows", "key", "missing")
_WORKBOOKS: Final = (".xlsx", ".xls", ".xlsm", ".ods")


def read_lookups(form: Form, scope: Scope) -> dict[str, Lookup]:
    """The tables of a `lookups` key; a broken one is known by name all the same."""
    tables: dict[str, Lookup] = {}
    for name, node in form.entries("lookups"):
        lookup = _read_lookup(name, node, scope)
        scope.lookups[name.text] = lookup
        if lookup is not None:
            tables[name.text] = lookup
    return tables


def _read_lookup(name: Leaf, node: Node, scope: Scope) -> Lookup | None:
    before = scope.report.errors
    if isinstance(node, Leaf) and not node.empty:
        remedy = f"write `{name.text[:60]}: {{file: {node.text[:100]}, key: [column]}}`"
        scope.report.add("key-value", f"lookup `{name.text[:60]}` is `{node.text[:100]}`", remedy, node.place)
        return None
    form = Form(node, f"lookup `{name.text[:60]}`", _KEYS, scope.report, required=("key",), home=name.place)
    if not form.sound:
        return None
    if form.has("file") and form.has("rows"):
        place = form.key_place("rows")
        scope.report.add("key-conflict", "`file` and `rows` exclude each other", "keep one of them", place)
        return None
    if not form.has("file") and not form.has("rows"):
        form.missing("file", "add `file` or `rows`")
        return None
    file, table = _table(form, scope)
    keys = form.leaves("key", MAX_KEYS)
    missing = cast(Literal["reject", "ignore"], form.choice("missing", ("reject", "ignore"), "reject"))
    if table is None or not keys or not _has_columns(keys, table, scope):
        return None
    columns, rows = table.columns, normal_cells(table, scope.units)
    lookup = Lookup(name.text, file, name.place, tuple(key.text for key in keys), columns, rows, missing)
    check_cells(lookup, table, scope)
    if scope.report.errors > before:
        scope.faulty.add(lookup.place)
    return lookup


def _table(form: Form, scope: Scope) -> tuple[str, Table | None]:
    if form.has("rows"):
        return scope.path, _inline(form, scope)
    leaf = form.leaf("file")
    if leaf is None:
        return "", None
    path = posixpath.normpath(leaf.text)
    content = scope.documents.get(path)
    if content is None or path.endswith((".yaml", ".json")):
        tables = [each for each in scope.documents if each.endswith(".csv")]
        remedy = did_you_mean(leaf.text[:100], tables, "commit it beside the rule file")
        if path.lower().endswith(_WORKBOOKS):
            remedy = "save the sheet as *CSV UTF-8* and name that file"
        scope.report.add("lookup-file", f"`{leaf.text[:100]}` is not in the rules folder", remedy, leaf.place)
        return "", None
    file = posixpath.join(scope.rules_at, path)
    return file, read_csv(content, file, scope.report)


def _inline(form: Form, scope: Scope) -> Table | None:
    """Rows that stand in the YAML: every scalar is text as written."""
    columns: dict[str, None] = {}
    mappings: list[Members] = []
    sound = True
    for node in form.items("rows"):
        if not isinstance(node, Members):
            remedy = "write `{column: cell, …}`"
            scope.report.add("key-value", f"the row is {described(node)}", remedy, node.place)
            sound = False
            continue
        mappings.append(node)
        columns.update((key.text, None) for key, _ in node)
    if len(columns) > MAX_COLUMNS:
        message = f"{len(columns)} columns are over the limit"
        scope.report.add("lookup-shape", message, f"keep {MAX_COLUMNS}", form.place_of("rows"))
        return None
    rows = [_row(each, list(columns), scope) for each in mappings]
    if not rows and sound and isinstance(form.members.get("rows"), Items):
        scope.report.add("lookup-shape", "the table has no rows", "write at least one", form.place_of("rows"))
    if not rows or not sound or None in rows:
        return None
    header = Row(tuple(columns), form.place_of("rows").line, (form.place_of("rows").column,) * len(columns))
    return Table(tuple(columns), tuple(row for row in rows if row is not None), header, ",")


def _row(node: Members, columns: list[str], scope: Scope) -> Row | None:
    cells: dict[str, tuple[str, int]] = {}
    for key, value in node:
        if not isinstance(value, Leaf):
            scope.report.add("key-value", f"cell `{key.text[:60]}` is {described(value)}", "write text", value.place)
            return None
        cells[key.text] = value.text, value.place.column
    stands = [cells.get(column, ("", node.place.column)) for column in columns]
    return Row(tuple(cell for cell, _ in stands), node.place.line, tuple(column for _, column in stands))


def _has_columns(keys: tuple[Leaf, ...], table: Table, scope: Scope) -> bool:
    sound = True
    for key in keys:
        if key.text not in table.columns:
            remedy = did_you_mean(key.text[:60], table.columns, "correct the header or the key")
            scope.report.add("lookup-column", f"no column `{key.text[:60]}` in the table", remedy, key.place)
            sound = False
    repeated = [key for position, key in enumerate(keys) if key.text in [each.text for each in keys[:position]]]
    for key in repeated:
        scope.report.add("key-duplicate", f"`{key.text[:60]}` stands twice in `key`", "remove one", key.place)
    return sound and not repeated
