"""`/products`: what batches make."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import Field

from uns.api.condition import Condition, absent, tag_in
from uns.api.fields import AsOf, Attributes, Known, Recorded, Why, WhyAsked, Word, recorded, rest
from uns.api.listing import DEFAULT_LIMIT, Cursor, Limit, answer, strong_tag_of, tag_of
from uns.api.models import Answer, Page
from uns.api.problem import Refused
from uns.api.surroundings import Here, Surroundings
from uns.context.values import Product
from uns.registry.held import Held
from uns.registry.nouns import PRODUCTS
from uns.registry.removal import StillNamed, remove
from uns.registry.writing import Check

router = APIRouter(tags=["registry"])


class ProductPut(Answer):
    name: Word | None = None
    attributes: Attributes = Field(default_factory=dict)
    why: Why = None


class ProductPosted(ProductPut):
    id: Word


class ProductShown(Recorded):
    id: str
    name: str | None
    attributes: Attributes


class Products(Page[ProductShown]):
    revision: str | None


@router.get("/products", response_model=Products, summary="All products")
async def listed(request: Request, here: Here, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Response:
    page = await here.registry.ask(PRODUCTS.listed, cursor, limit)
    return answer(
        request,
        tag_of(page),
        lambda: Products(items=list(map(_shown, page.items)), next=page.next, revision=here.registry.revision),
    )


@router.get("/products/{name}", response_model=ProductShown, summary="One product")
async def one(request: Request, here: Here, name: Known, as_of: AsOf = None) -> Response:
    held = await here.registry.ask(PRODUCTS.get, name, as_of=as_of)
    if held is None:
        raise _none(name)
    return answer(request, strong_tag_of(held), lambda: _shown(held))


@router.post("/products", status_code=201, summary="A new product")
async def post(here: Here, posted: ProductPosted, response: Response) -> ProductShown:
    why = f"product {posted.id!r} is known already: PUT /api/v1/products/{posted.id} corrects it"
    return await _put(here, posted.id, posted, absent(tag_in(PRODUCTS, posted.id), why), response)


@router.put("/products/{name}", summary="Add or correct a product")
async def put(here: Here, name: Word, body: ProductPut, response: Response, given: Condition) -> ProductShown:
    return await _put(here, name, body, given.check(tag_in(PRODUCTS, name)), response)


@router.delete("/products/{name}", status_code=204, summary="Take out a product that was entered in error")
async def delete(here: Here, name: Known, given: Condition, why: WhyAsked = None) -> None:
    """Refused while a batch names it; what was believed until now stays."""
    check, author = given.check(tag_in(PRODUCTS, name)), rest(here.clock(), why)
    try:
        removed = await here.registry.ask(remove, "products", [name], author, check)
    except StillNamed as named:
        raise Refused(409, f"{named}; {named.remedy}") from None
    if not removed:
        raise _none(name)


async def _put(here: Surroundings, name: str, body: ProductPut, check: Check, response: Response) -> ProductShown:
    value, author = Product(name, body.name, body.attributes), rest(here.clock(), body.why)
    held = await here.registry.ask(PRODUCTS.put_one, value, author, check)
    response.headers["ETag"] = strong_tag_of(held)
    return _shown(held)


def _none(name: str) -> Refused:
    return Refused(404, f"there is no product {name[:200]!r}; GET /api/v1/products lists them")


def _shown(held: Held[Product]) -> ProductShown:
    product = held.value
    return ProductShown(id=product.id, name=product.name, attributes=dict(product.attributes), **recorded(held))
