"""Variants: of one product, store-wide, and in batches of up to fifty."""

from __future__ import annotations

from collections.abc import Sequence

from .call import Call, Route
from .check import MISSING, id_in, invalid, is_whole
from .filters import Filter, active, as_text, in_, is_, kept
from .options import chosen_by_id
from .paging import only_fields, paged
from .products import product_of, touched
from .variant_rows import (
    VARIANTS_MAX,
    duplicate_sku,
    empty_sku,
    fresh_variant,
    picture_of,
    read_variant,
    same_choice,
    shown_variant,
    sku_clash,
    stock_failed,
    variant_of,
)
from .wire import Answer, Problem, Refused, Row, is_list, is_row, no_content, not_found, ok, refuse

BATCH_MAX = 50
"""Rows of a batch."""

_MANY = "/v3/catalog/products/{product_id}/variants"
_ONE = f"{_MANY}/{{variant_id}}"

STORE_FILTERS: dict[str, Filter] = {
    "id": is_("id"),
    "sku": Filter(read=as_text, keeps=lambda row, value: row["sku"].casefold() == value.casefold()),
    "upc": is_("upc", as_text),
    "product_id:in": in_("product_id"),
}
"""Filters of the store-wide list; `sku` does not find base variants, whose SKU is the product's."""


def list_variants(call: Call) -> Answer:
    """`GET /catalog/products/{product_id}/variants`."""
    active(call, {})
    product = product_of(call)
    return paged(call, product["variants"], lambda row: only_fields(call, shown_variant(product, row)))


def get_variant(call: Call) -> Answer:
    """`GET /catalog/products/{product_id}/variants/{variant_id}`."""
    product = product_of(call)
    return ok(only_fields(call, shown_variant(product, variant_of(product, call.ids["variant_id"]))))


def list_all_variants(call: Call) -> Answer:
    """`GET /catalog/variants`."""
    store = call.store
    used = active(call, STORE_FILTERS)
    sku = call.query.get("sku")
    products = list(store.products.values())
    if sku is not None:
        owner = store.skus.get(sku.casefold(), (0, 0))
        products = [store.products[owner[0]]] if owner[1] else []
    rows = [variant for product in products for variant in product["variants"]]
    if sku is not None:
        rows = [row for row in rows if row["sku_id"] is not None]
    found = sorted(kept(rows, used), key=lambda row: row["id"])
    return paged(
        call, found, lambda row: only_fields(call, shown_variant(store.products[row["product_id"]], row))
    )


def _chosen(product: Row, body: Row) -> list[Row]:
    pairs = body.get("option_values")
    if not is_list(pairs) or not pairs or not all(is_row(pair) for pair in pairs):
        raise invalid({"option_values": MISSING})
    chosen = chosen_by_id(product, pairs)
    if {pair["option_id"] for pair in chosen} != {option["id"] for option in product["options"]}:
        raise invalid({"option_values": "must name one value of each option"})
    order = [option["id"] for option in product["options"]]
    return sorted(chosen, key=lambda pair: order.index(pair["option_id"]))


def make_variant(call: Call, product: Row, body: Row) -> tuple[Row, dict[str, str]]:
    """Add a variant; the base variant of a simple product goes.

    Returns:
        The variant, and what could not be saved though the rest was.

    Raises:
        Refused: 409 and 422; the product is then as it was.
    """
    store = call.store
    fields, special = read_variant(body)
    failed = stock_failed(fields)
    if not fields.get("sku"):
        raise empty_sku() if "sku" in body else invalid({"sku": MISSING})
    if sku_clash(store, fields["sku"], (0, 0)):
        raise duplicate_sku()
    chosen = _chosen(product, body)
    others: list[Row] = [row for row in product["variants"] if row["id"] != product["base_variant_id"]]
    if any(_same(row["option_values"], chosen) for row in others):
        raise same_choice()
    if len(others) >= VARIANTS_MAX:
        raise invalid({"variants": f"must have at most {VARIANTS_MAX} entries"})
    image = picture_of(special.get("image_url", ""), store, call.settings)
    variant = {**fresh_variant(store, product, base=False), **fields, "image": image, "option_values": chosen}
    with store.changing(product):
        if product["base_variant_id"] is not None:
            store.drop_metafields({("variant", product["base_variant_id"])})
        product["variants"] = [*others, variant]
        product["base_variant_id"] = None
    touched(call, product)
    return variant, failed


def _same(one: Sequence[Row], other: Sequence[Row]) -> bool:
    return {pair["id"] for pair in one} == {pair["id"] for pair in other}


def change_variant(call: Call, product: Row, variant: Row, body: Row) -> dict[str, str]:
    """Lay `body` over a variant: only what is sent changes, null clears.

    Returns:
        What could not be saved though the rest was.

    Raises:
        Refused: 409 and 422; the variant is then as it was.
    """
    store = call.store
    fields, special = read_variant(body)
    failed = stock_failed(fields)
    if fields.get("sku") == "":
        raise empty_sku()
    is_base = variant["id"] == product["base_variant_id"]
    if sku_clash(store, fields.get("sku", ""), (product["id"], 0 if is_base else variant["id"])):
        raise duplicate_sku()
    image = {"image": picture_of(special["image_url"], store, call.settings)} if special else {}
    with store.changing(product):
        variant.update({**fields, **image})
        if is_base:
            product["sku"] = variant["sku"]
    touched(call, product)
    return failed


def _saved(product: Row, variant: Row, failed: dict[str, str]) -> Answer:
    data = shown_variant(product, variant)
    if not failed:
        return ok(data)
    problem = Problem(status=207, title="The variant was saved, but not its inventory.", errors=failed)
    return Answer(status=207, body={"data": data, "errors": problem.body(), "meta": {}})


def create_variant(call: Call) -> Answer:
    """`POST /catalog/products/{product_id}/variants`."""
    product = product_of(call)
    variant, failed = make_variant(call, product, call.one())
    return _saved(product, variant, failed)


def update_variant(call: Call) -> Answer:
    """`PUT /catalog/products/{product_id}/variants/{variant_id}`."""
    product = product_of(call)
    variant = variant_of(product, call.ids["variant_id"])
    return _saved(product, variant, change_variant(call, product, variant, call.one()))


def _remove(call: Call, product: Row, gone: set[int]) -> None:
    """Take variants away; without any left the product is simple again."""
    rows: list[Row] = product["variants"]
    with call.store.changing(product):
        left = [row for row in rows if row["id"] not in gone]
        if not left:
            left = [fresh_variant(call.store, product, base=True)]
            product["base_variant_id"] = left[0]["id"]
        product["variants"] = left
    call.store.drop_metafields({("variant", number) for number in gone})
    touched(call, product)


def delete_variant(call: Call) -> Answer:
    """`DELETE /catalog/products/{product_id}/variants/{variant_id}`."""
    product = product_of(call)
    number = call.ids["variant_id"]
    if number == product["base_variant_id"]:
        raise refuse(422, "The base variant of a product cannot be deleted.")
    if any(row["id"] == number for row in product["variants"]):
        _remove(call, product, {number})
    return no_content()


def drop_variants_with(call: Call, product: Row, *, option_id: int = 0, value_id: int = 0) -> None:
    """Take away the variants that use an option or a value."""
    gone = {
        row["id"]
        for row in product["variants"]
        if any(pair["option_id"] == option_id or pair["id"] == value_id for pair in row["option_values"])
    }
    if gone:
        _remove(call, product, gone)


def _batch_row(call: Call, body: Row) -> Row:
    number = id_in(body)
    if number is None and call.settings.variants_batch_creates:
        product = call.store.products.get(id_in(body, "product_id") or 0)
        if product is None:
            raise invalid({"product_id": MISSING if "product_id" not in body else "does not exist"})
        variant, failed = make_variant(call, product, body)
    elif number is None:
        raise invalid({"id": MISSING})
    else:
        product = call.store.products.get(call.store.homes.get(number, 0))
        if product is None:
            raise not_found("The variant")
        variant = variant_of(product, number)
        failed = change_variant(call, product, variant, body)
    if failed:
        raise invalid(failed)
    return shown_variant(product, variant)


def _touched_products(call: Call, bodies: Sequence[Row]) -> set[int]:
    """The products a batch may change."""
    variants = [int(body["id"]) for body in bodies if is_whole(body.get("id"))]
    products = {int(body["product_id"]) for body in bodies if is_whole(body.get("product_id"))}
    return products | {call.store.homes.get(number, 0) for number in variants}


def update_variants(call: Call) -> Answer:
    """`PUT /catalog/variants`: rows with an id change, rows without are made where that is switched on."""
    bodies = call.rows(BATCH_MAX)
    problems: list[Problem] = []
    saved: list[Row] = []

    def run() -> None:
        for body in bodies:
            try:
                saved.append(_batch_row(call, body))
            except Refused as refusal:
                problems.append(refusal.problem)

    if call.settings.variants_batch_bad_row == "partial":
        run()
    else:
        try:
            with call.store.all_or_nothing(_touched_products(call, bodies)):
                run()
                if problems:
                    raise Refused(problems[0])
        except Refused:
            saved.clear()
    if problems:
        return Answer(status=422, body={"batch_errors": [problem.body() for problem in problems]})
    return ok(saved)


ROUTES = (
    Route(method="GET", path="/v3/catalog/variants", run=list_all_variants),
    Route(method="PUT", path="/v3/catalog/variants", run=update_variants),
    Route(method="GET", path=_MANY, run=list_variants),
    Route(method="POST", path=_MANY, run=create_variant),
    Route(method="GET", path=_ONE, run=get_variant),
    Route(method="PUT", path=_ONE, run=update_variant),
    Route(method="DELETE", path=_ONE, run=delete_variant),
)
