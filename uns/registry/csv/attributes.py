"""Attributes as cells: a sheet knows text alone, what came over REST or from an MES may be of any sort."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from uns.context.values import Batch, Product
from uns.registry.csv.kinds import KINDS
from uns.registry.nouns import PRODUCTS
from uns.registry.writing import Writing

V = TypeVar("V", Batch, Product)


def written(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Text as it is, all else as JSON; what is null is an empty cell."""
    return {name: _cell(each) for name, each in attributes.items()}


def as_held(value: V, held: V) -> V:
    """A cell that says what is held as `export` writes it means that very value: a number stays one.

    What no cell can say stays: null, and what is called as a column of the sheet.
    """
    before = held.attributes
    if value.attributes == before:
        return value
    columns = KINDS["products" if isinstance(value, Product) else "batches"].columns
    unsaid = {name: each for name, each in before.items() if name in columns or not _cell(each).strip()}
    cells = {**unsaid, **value.attributes}
    return replace(value, attributes={name: _meant(name, cell, before) for name, cell in cells.items()})


def products_as_held(open_one: Writing, products: Sequence[Product]) -> list[Product]:
    held = {each.id: each for each in PRODUCTS.all_in(open_one.connection)} if products else {}
    return [as_held(each, held[each.id]) if each.id in held else each for each in products]


def _meant(name: str, cell: Any, before: Mapping[str, Any]) -> Any:
    return before[name] if name in before and _cell(before[name]).strip() == cell else cell


def _cell(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
