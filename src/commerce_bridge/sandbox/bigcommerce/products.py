"""Products: list, read, create, change one or up to ten, delete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attrs import evolve

from .brands import brand_id_for
from .call import Call, Route
from .check import MISSING, accepted, id_in, invalid, is_whole
from .filters import Filter, active, as_int, in_, kept
from .image_rows import nested_images
from .paging import paged
from .parts import NESTED
from .product_fields import (
    CREATE_RULES,
    DELETE_FILTERS,
    FOREIGN,
    INCLUDES,
    PRODUCT_FILTERS,
    PRODUCT_RULES,
    SORTS,
    fresh_product,
)
from .product_view import shown_made, shown_product
from .urls import URL_MAX, auto_url, free_form, is_latin, is_taken
from .variant_rows import duplicate_sku, fresh_variant, nested_variants, sku_clash, stock_failed
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


def _check_meaning(after: Row) -> None:
    hidden = after["is_price_hidden"] or after["price_hidden_label"]
    if hidden and after["availability"] != "disabled":
        raise invalid({"is_price_hidden": "needs availability disabled"})


def _check_foreign(call: Call, fields: Row, number: int) -> None:
    """409 for a name or SKU in use, and for a category, brand or tax class that does not exist."""
    store = call.store
    if fields.get("name") is not None and store.names.get(fields["name"], number) != number:
        raise refuse(409, "The product name is a duplicate", {"name": "is in use"})
    if sku_clash(store, fields.get("sku", ""), (number, 0)):
        raise duplicate_sku()
    _check_known("categories", fields.get("categories", []), store.categories)
    brand = fields.get("brand_id", 0)
    _check_known("brand_id", [brand] if brand else [], store.brands)
    if fields.get("tax_class_id", 0) not in (0, *call.settings.tax_class_ids):
        raise refuse(409, "The field 'tax_class_id' is invalid.", {"tax_class_id": "does not exist"})


def _check_known(name: str, numbers: Sequence[int], table: Mapping[int, Row]) -> None:
    if any(number not in table for number in numbers):
        raise refuse(409, f"The field '{name}' is invalid.", {name: "names something that does not exist"})


def _own_url(body: Row) -> Row | None:
    """The `custom_url` a body asks for; a 422 when it cannot be one."""
    wanted = body.get("custom_url")
    if wanted is None or not wanted.get("url"):
        return None
    if not isinstance(wanted["url"], str) or len(wanted["url"]) > URL_MAX:
        raise invalid({"custom_url.url": f"must have at most {URL_MAX} characters"})
    return {"url": wanted["url"], "is_customized": wanted.get("is_customized", True) is not False}


def _required(call: Call, body: Row) -> list[str]:
    needed = ["name", "type", "price"]
    if call.settings.digital_needs_weight or body.get("type") != "digital":
        needed.append("weight")
    if call.settings.categories_required:
        needed.append("categories")
    return needed


def create_product(call: Call) -> Answer:
    """`POST /catalog/products`: one product, with what it holds."""
    store, settings = call.store, call.settings
    body = call.one()
    fields = accepted(body, CREATE_RULES, required=_required(call, body))
    failed = stock_failed(fields)
    wanted = _own_url(fields)
    _check_foreign(call, fields, 0)
    product: Row = {"id": 0, **fresh_product(settings), "options": [], "images": [], "reviews": []}
    product.update({name: value for name, value in fields.items() if name not in FOREIGN})
    _check_meaning(product)
    if (
        wanted
        and is_taken(store, wanted["url"], kind="product", number=0)
        and settings.url_taken_on_create == "refuse"
    ):
        raise refuse(409, "The product URL is a duplicate", {"custom_url": "is in use"})

    product["id"] = store.next_id("product")
    for part in NESTED:
        product[part.name] = part.nested(store, (), fields.get(part.name, []), replace=True)
    product["images"] = nested_images(
        store, settings, product, fields.get("images", []), replace=True, stamp=call.stamp
    )
    product["variants"], more = nested_variants(store, settings, product, fields.get("variants", []))
    product["base_variant_id"] = None
    if not product["variants"]:
        product["variants"] = [fresh_variant(store, product, base=True)]
        product["base_variant_id"] = product["variants"][0]["id"]
    if "brand_name" in fields:
        product["brand_id"] = brand_id_for(call, fields["brand_name"])
    product["custom_url"], url_failed = _first_url(call, product, wanted)
    product["date_created"] = product["date_modified"] = call.stamp
    store.add_product(product)
    if settings.assign_new_products_to_channel:
        store.assignments[product["id"]] = [1]
    return _saved(shown_made(call, product), {**failed, **more, **url_failed})


def _first_url(call: Call, product: Row, wanted: Row | None) -> tuple[Row, dict[str, str]]:
    number = product["id"]
    if wanted is None or not is_latin(wanted["url"]):
        failed = {} if wanted is None else {"custom_url": "must use Latin letters"}
        return auto_url(call.store, product["name"], kind="product", number=number), failed
    return {**wanted, "url": free_form(call.store, wanted["url"], kind="product", number=number)}, {}


def _saved(data: Row, failed: Mapping[str, str]) -> Answer:
    if not failed:
        return ok(data)
    errors = {"status": 207, "title": "The product was saved, but not all of it.", "errors": dict(failed)}
    return Answer(status=207, body={"data": data, "errors": errors, "meta": {}})


def change_product(call: Call, product: Row, body: Row) -> dict[str, str]:
    """Lay `body` over a product: only what is sent changes.

    Returns:
        What could not be saved though the rest was, by field.

    Raises:
        Refused: 409 and 422; the product is then as it was.
    """
    store, settings, number = call.store, call.settings, product["id"]
    fields = accepted(body, PRODUCT_RULES)
    failed = stock_failed(fields)
    if fields.get("type", product["type"]) != product["type"] and not settings.type_changeable:
        raise invalid({"type": "cannot be changed"})
    wanted = _own_url(fields)
    _check_foreign(call, fields, number)
    plain = {name: value for name, value in fields.items() if name not in FOREIGN}
    _check_meaning({**product, **plain})
    replace = settings.product_put_arrays == "replace"
    for part in NESTED:
        if part.name in fields:
            only_add = part.name == "custom_fields" or not replace
            plain[part.name] = part.nested(store, product[part.name], fields[part.name], replace=not only_add)
    if "images" in fields:
        plain["images"] = nested_images(
            store, settings, product, fields["images"], replace=replace, stamp=call.stamp
        )
    if "brand_name" in fields:
        plain["brand_id"] = brand_id_for(call, fields["brand_name"])
    with store.changing(product):
        if wanted is not None:
            url, url_failed = _next_url(call, product, wanted)
            plain["custom_url"] = url
            failed.update(url_failed)
        product.update(plain)
        _follow_sku(product)
        product["date_modified"] = call.stamp
    return failed


def _next_url(call: Call, product: Row, wanted: Row) -> tuple[Row, dict[str, str]]:
    number = product["id"]
    if not is_latin(wanted["url"]):
        return product["custom_url"], {"custom_url": "must use Latin letters"}
    taken = is_taken(call.store, wanted["url"], kind="product", number=number)
    if taken and call.settings.url_taken_on_update == "partial":
        return product["custom_url"], {"custom_url": "is in use"}
    return {**wanted, "url": free_form(call.store, wanted["url"], kind="product", number=number)}, {}


def _follow_sku(product: Row) -> None:
    """A simple product and its base variant share one SKU."""
    for variant in product["variants"]:
        if variant["id"] == product["base_variant_id"]:
            variant["sku"] = product["sku"]


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
