"""Products: list, read, create, change one or up to ten, delete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import evolve

from .call import Call, Route
from .check import MISSING, id_in, invalid, is_whole
from .filters import Filter, active, as_int, in_, kept
from .paging import paged
from .product_filters import DELETE_FILTERS, INCLUDES, PRODUCT_FILTERS, SORTS
from .product_view import shown_made, shown_product
from .product_writing import change_product, make_product
from .wire import Answer, Problem, Refused, Row, no_content, not_found, ok, refuse

BATCH_MAX = 10
"""Rows of a batch update."""

DELETE_MAX = 250
"""Products one delete takes away."""

HEAVY_CAP = 10
"""Page size when options or modifiers are included."""


def product_of(call: Call, name: str = "product_id") -> Row:
    """The product named in the path.

    Raises:
        Refused: 404 when it is gone.
    """
    product = call.store.products.get(call.ids[name])
    if product is None:
        raise not_found("The product")
    return product


def touched(call: Call, product: Row) -> None:
    """Note a change of something inside a product, as far as that dates the product itself."""
    if call.settings.date_modified_bumped_by_subresources:
        product["date_modified"] = call.stamp


def _includes(call: Call) -> tuple[str, ...]:
    wanted = call.query.words("include")
    strange = [name for name in wanted if name not in INCLUDES]
    if strange:
        raise refuse(422, f"The include(s): {', '.join(strange)} are not valid.", {"include": "is invalid"})
    return wanted


def _on_channels(call: Call) -> dict[str, Filter]:
    def keeps(row: Row, channels: list[int]) -> bool:
        return bool(set(channels) & set(call.store.assignments.get(row["id"], ())))

    return {"channel_id:in": Filter(read=in_("id", as_int).read, keeps=keeps, many=True)}


def _candidates(call: Call) -> Iterable[Row]:
    """The rows a list may find; ids, SKUs and names lead straight to them."""
    store, query = call.store, call.query
    numbers: list[int | None] | None = None
    if query.get("id:in"):
        numbers = [int(word) for word in query.words("id:in") if word.lstrip("-").isdecimal()]
    elif query.get("sku:in"):
        numbers = [_main_sku(call, word) for word in query.words("sku:in")]
    elif query.get("sku"):
        numbers = [_main_sku(call, query.get("sku") or "")]
    elif query.get("name"):
        numbers = [store.names.get(query.get("name") or "")]
    if numbers is None:
        return store.products.values()
    return [store.products[number] for number in sorted({n for n in numbers if n in store.products})]


def _main_sku(call: Call, sku: str) -> int | None:
    owner = call.store.skus.get(sku.casefold())
    return owner[0] if owner is not None and owner[1] == 0 else None


def list_products(call: Call) -> Answer:
    """`GET /catalog/products`."""
    includes = _includes(call)
    used = active(call, {**PRODUCT_FILTERS, **_on_channels(call)}, ("include", "sort", "direction"))
    field, direction = call.query.get("sort") or "id", call.query.get("direction") or "asc"
    if field not in SORTS or direction not in ("asc", "desc"):
        raise refuse(422, "The sort is invalid.", {"sort": "is invalid"})
    found = sorted(kept(_candidates(call), used), key=lambda row: row["id"])
    found.sort(key=SORTS[field], reverse=direction == "desc")
    cap = HEAVY_CAP if {"options", "modifiers"} & set(includes) else None
    return paged(call, found, lambda row: shown_product(call, row, includes), cap=cap)


def get_product(call: Call) -> Answer:
    """`GET /catalog/products/{product_id}`."""
    return ok(shown_product(call, product_of(call), _includes(call)))


def create_product(call: Call) -> Answer:
    """`POST /catalog/products`: one product, with what it holds."""
    product, failed = make_product(call, call.one())
    return _saved(shown_made(call, product), failed)


def _saved(data: Row, failed: Mapping[str, str]) -> Answer:
    if not failed:
        return ok(data)
    errors = {"status": 207, "title": "The product was saved, but not all of it.", "errors": dict(failed)}
    return Answer(status=207, body={"data": data, "errors": errors, "meta": {}})


def update_product(call: Call) -> Answer:
    """`PUT /catalog/products/{product_id}`."""
    product = product_of(call)
    includes = _includes(call)
    failed = change_product(call, product, call.one())
    return _saved(shown_product(call, product, includes), failed)


def update_products(call: Call) -> Answer:
    """`PUT /catalog/products`: up to ten rows, each with its id."""
    bodies = call.rows(BATCH_MAX)
    if call.settings.product_batch_bad_row == "refuse":
        with call.store.all_or_nothing(_numbers(bodies)):
            return _batch(call, bodies, partial=False)
    return _batch(call, bodies, partial=True)


def _numbers(bodies: Sequence[Row]) -> list[int]:
    return [int(body["id"]) for body in bodies if is_whole(body.get("id"))]


def _batch(call: Call, bodies: Sequence[Row], *, partial: bool) -> Answer:
    saved: list[Row] = []
    failed: dict[str, str] = {}
    first: Problem | None = None
    for at, body in enumerate(bodies):
        try:
            product = _named(call, body)
            partly = change_product(call, product, body)
        except Refused as refusal:
            first = first or refusal.problem
            failed.update(_row_errors(at, refusal.problem))
            continue
        failed.update({f"{at}.{name}": why for name, why in partly.items()})
        saved.append(shown_product(call, product, ()))
    if first is not None and not (partial and saved):
        raise refuse(first.status, first.title, failed)
    if failed:
        told = failed if call.settings.product_batch_names_rows else {}
        errors = {"status": 207, "title": "Not all products were saved.", "errors": told}
        return Answer(status=207, body={"data": saved, "errors": errors, "meta": {}})
    return ok(saved)


def _named(call: Call, body: Row) -> Row:
    number = id_in(body)
    if number is None:
        raise invalid({"id": MISSING})
    product = call.store.products.get(number)
    if product is None:
        raise not_found("The product")
    return product


def _row_errors(at: int, problem: Problem) -> dict[str, str]:
    if not problem.errors:
        return {f"{at}.id": problem.title}
    return {f"{at}.{name}": str(why) for name, why in problem.errors.items()}


def delete_product(call: Call) -> Answer:
    """`DELETE /catalog/products/{product_id}`; a product that is gone is a 204 too."""
    product = call.store.products.get(call.ids["product_id"])
    if product is not None:
        call.store.drop_product(product)
    return no_content()


def delete_products(call: Call) -> Answer:
    """`DELETE /catalog/products`: never without a filter."""
    roomy = evolve(call, settings=evolve(call.settings, in_filter_max=DELETE_MAX))
    used = active(roomy, {name: PRODUCT_FILTERS[name] for name in DELETE_FILTERS})
    if not used:
        raise refuse(422, "At least one filter must be set for a delete action.")
    found = kept(_candidates(call), used)
    if len(found) > DELETE_MAX:
        raise refuse(422, f"At most {DELETE_MAX} products can be deleted at one time.")
    for product in found:
        call.store.drop_product(product)
    return no_content()


ROUTES = (
    Route(method="GET", path="/v3/catalog/products", run=list_products),
    Route(method="POST", path="/v3/catalog/products", run=create_product),
    Route(method="PUT", path="/v3/catalog/products", run=update_products),
    Route(method="DELETE", path="/v3/catalog/products", run=delete_products),
    Route(method="GET", path="/v3/catalog/products/{product_id}", run=get_product),
    Route(method="PUT", path="/v3/catalog/products/{product_id}", run=update_product),
    Route(method="DELETE", path="/v3/catalog/products/{product_id}", run=delete_product),
)
