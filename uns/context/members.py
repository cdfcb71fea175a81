"""Context as payloads and user properties write it."""

from __future__ import annotations

from typing import Any

from uns.context.values import Batch, Context, Product, Shift


def context_of(batch: Batch | None, shift: Shift | None, product: Product | None) -> Context:
    """With its members prepared; a batch's product that the registry does not describe still has its id."""
    if product is None and batch and batch.product:
        product = Product(batch.product)
    members: dict[str, dict[str, Any]] = {}
    if batch:
        members["batch"] = _known(id=batch.id, order=batch.order)
    if shift:
        members["shift"] = _known(id=shift.id, date=shift.date or None, crew=shift.crew)
    if product:
        members["product"] = _known(id=product.id, name=product.name)
    properties = tuple((name, str(each["id"])) for name, each in members.items())
    return Context(batch, shift, product, members, properties)


def _known(**members: str | None) -> dict[str, str]:
    return {name: value for name, value in members.items() if value is not None}
