"""What came over REST or from an MES goes through a sheet and back as it was, numbers and all."""

from typing import Any

from sqlalchemy import Engine

from uns.context.values import Product, Record
from uns.equipment import EquipmentPath
from uns.finding import FilePlace
from uns.naming.standard import Standard
from uns.registry import batches
from uns.registry.csv import export, take
from uns.registry.csv.kinds import Kind
from uns.registry.held import Tally
from uns.registry.nouns import PRODUCTS
from uns.registry.records import PlacedRecord, apply
from uns.registry.writing import Author

ANN = Author("ann", 1)
LINE = EquipmentPath("dallas/packaging/line-3")
SORTS: dict[str, Any] = {
    "lot": 7, "share": 0.5, "huge": 2**70, "diet": False, "until": None, "word": "007", "empty": "", "padded": " a ",
    "lines": "a\nb", "list": [1, "x"], "object": {"b": None, "a": "ä"},
}  # fmt: skip


def imported(engine: Engine, standard: Standard, kind: Kind, text: str) -> Tally:
    result = take(engine, kind, text.encode(), f"{kind}.csv", standard, ANN)
    assert result.findings == ()
    return result.tally


def test_attributes_of_every_sort_come_back_unchanged(engine: Engine, standard: Standard) -> None:
    PRODUCTS.put(engine, [Product("P", "x", SORTS)], ANN)
    assert imported(engine, standard, "products", export(engine, "products")) == Tally(unchanged=1)
    held = PRODUCTS.get(engine, "P")
    assert held is not None
    assert held.value.attributes == SORTS
    assert imported(engine, standard, "products", "id,name,lot\nP,x,8\n") == Tally(corrected=1)


def test_those_of_batches_too_and_one_that_is_corrected_leaves_the_others_numbers(
    engine: Engine, standard: Standard
) -> None:  # fmt: skip
    began = Record("batch-start", LINE, 10**18, {"id": "#1", "attributes": {"lot": 7, "colour": 1}})
    assert apply(engine, [PlacedRecord(began, FilePlace("here"))], standard, ANN) == [()]
    sheet = export(engine, "batches")
    assert imported(engine, standard, "batches", sheet) == Tally(unchanged=1)
    assert imported(engine, standard, "batches", sheet.replace('"1","7"', '"red","7"')) == Tally(corrected=1)
    assert batches.get(engine, "#1")[0].value.attributes == {"lot": 7, "colour": "red"}


def test_an_id_that_begins_like_a_comment_is_none(engine: Engine, standard: Standard) -> None:
    PRODUCTS.put(engine, [Product("#1", "x"), Product("2", "y")], ANN)
    assert export(engine, "products") == 'id,name\n"#1","x"\n2,y\n'
    assert imported(engine, standard, "products", export(engine, "products")) == Tally(unchanged=2)


def test_an_attribute_called_like_a_column_stays(engine: Engine, standard: Standard) -> None:
    PRODUCTS.put(engine, [Product("P", "x", {"name": "y", "lot": 7})], ANN)
    assert imported(engine, standard, "products", export(engine, "products")) == Tally(unchanged=1)
    assert imported(engine, standard, "products", "id,name\nP,z\n") == Tally(corrected=1)
    held = PRODUCTS.get(engine, "P")
    assert held is not None
    assert held.value == Product("P", "z", {"name": "y"})
