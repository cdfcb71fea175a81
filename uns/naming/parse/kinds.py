"""What kind of rule it is: one that publishes, one that records, one that ignores; and the keys that go with each."""

from __future__ import annotations

from typing import Final

from uns.naming.parse.form import Form
from uns.naming.rule import RecordKind

_PUBLISHING: Final = ("to", "record", "fields", "unit", "states", "batch")


def check_kind(form: Form, record: RecordKind | None, ignore: bool) -> None:
    """Exactly one of `to` alone, `record` (with `to`, except `record: product`), `ignore`."""
    if ignore:
        for key in _PUBLISHING:
            if form.has(key):
                _conflict(form, "ignore", key)
    elif form.has("record"):
        _check_record(form, record)
    elif not form.has("to"):
        form.missing("to", "say where it goes with `to`, `record` or `ignore: true`")
    if form.has("fields") and not ignore:
        for key in ("unit", "states"):
            if form.has(key):
                message = f"`fields` and `{key}` exclude each other"
                form.report.add("key-conflict", message, f"write `{key}` in the field", form.key_place(key))


def _check_record(form: Form, record: RecordKind | None) -> None:
    if record == "product" and form.has("to"):
        message = "`record: product` and `to` exclude each other"
        form.report.add("key-conflict", message, "remove `to`; a product belongs to no equipment", form.key_place("to"))
    elif record and record != "product" and not form.has("to"):
        form.missing("to", "name the equipment that the record is about")
    if not form.has("fields") and record != "batch-stop":
        form.missing("fields", "say where the record's members stand")
    for key in ("unit", "states", "batch"):
        if form.has(key) and not (key != "batch" and form.has("fields")):
            _conflict(form, "record", key)


def _conflict(form: Form, one: str, other: str) -> None:
    message = f"`{one}` and `{other}` exclude each other"
    form.report.add("key-conflict", message, "keep one of them", form.key_place(other))
