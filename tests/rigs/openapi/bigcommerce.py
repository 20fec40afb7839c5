"""BigCommerce's specification, and where honest traffic departs from it.

The files are the folder `reference/` of the public repository github.com/bigcommerce/docs.  Rows of
`REQUESTS` and `ANSWERS` are for our client and for the sandbox; those of `EXAMPLE_REQUESTS` and
`EXAMPLE_ANSWERS` are what the vendor's own examples need, and prove that a row is not our invention.
Make a table of them where they are used: ``Deviations(rows=REQUESTS)``.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from attrs import evolve

from commerce_bridge.flow.messages import Request
from rigs import contracts
from rigs.openapi.deviations import Deviation
from rigs.openapi.specification import Specification

ROOT = "https://api.bigcommerce.com/stores/{store_hash}"
FOLDER = ("bigcommerce", "reference")
STORE = re.compile(r"^/stores/[^/]+(?=/)")


def specification() -> Specification:
    """All 454 operations of the 28 files; skips the test that asks when they are absent, fails it in CI."""
    return _load(contracts.require(*FOLDER))


@cache
def _load(folder: Path) -> Specification:
    return Specification.load(folder, root=ROOT)


def below_store(request: Request) -> Request:
    """The request with its path as the specification has it, without ``/stores/<hash>`` before it."""
    return evolve(request, path=STORE.sub("", request.path, count=1))


def _id_list(operation: str, name: str, file: str) -> Deviation:
    return Deviation(
        operation=operation,
        part="query",
        pointer=f"/{name}",
        keyword="type",
        reason=f"{file} types this list of ids as one integer; `:in` takes a comma list "
        "(docs/start/about/common-query-params)",
    )


def _batch_row(name: str) -> Deviation:
    return Deviation(
        operation="PUT /v3/catalog/variants",
        pointer=f"/*/{name}",
        keyword="additionalProperties",
        reason="the description of PUT /catalog/variants (catalog/product-variants_catalog.v3.yml) lets a row "
        "with product_id, sku and option_values create a variant; the schema lists the fields of an update",
    )


PRODUCT_ID = Deviation(
    operation="PUT /v3/catalog/products",
    pointer="/*/id",
    keyword="readOnly",
    reason="catalog/products_catalog.v3.yml: a batch update names each product by id, as its example does, "
    "while the schema, shared with answers, marks id as read-only",
)

REQUESTS = (
    PRODUCT_ID,
    *(
        Deviation(
            operation="POST /v3/catalog/products",
            pointer=f"/variants/*/{name}",
            keyword="required",
            reason="catalog/products_catalog.v3.yml: the schema of a variant, shared with answers, demands what "
            "the store gives to the variants created with their product",
        )
        for name in ("id", "product_id")
    ),
    *(_batch_row(name) for name in ("product_id", "sku", "option_values")),
    Deviation(
        operation="GET /v2/orders",
        part="query",
        pointer="/sort",
        keyword="enum",
        reason="orders.v2.oas2.yml: the description has `:asc` or `:desc` added to the field, the enum has not",
    ),
    *(
        _id_list("GET /v3/inventory/items", name, "inventory.v3.yml")
        for name in ("variant_id:in", "product_id:in", "location_id:in")
    ),
    *(
        _id_list("GET /v3/inventory/locations/{location_id}/items", name, "inventory.v3.yml")
        for name in ("variant_id:in", "product_id:in")
    ),
    *(
        _id_list(f"{verb} /v3/inventory/locations", "location_id:in", "locations.v3.yml")
        for verb in ("GET", "DELETE")
    ),
)

ANSWERS = (
    Deviation(
        operation="GET /v2/orders*",
        status=204,
        part="status",
        keyword="undeclared",
        reason="orders.v2.oas2.yml declares the empty answer for shipments only; the API gives it for every "
        "empty collection (github.com/aligent/bigcommerce-v3-api-php-client/issues/161)",
    ),
    Deviation(
        operation="POST /v3/catalog/products",
        status=207,
        pointer="/data",
        keyword="type",
        reason="catalog/products_catalog.v3.yml declares an array, though the call creates one product",
    ),
    *(
        Deviation(
            operation=operation,
            pointer=pointer,
            keyword="type",
            reason="catalog/products_catalog.v3.yml: the description has null for a product with several variants, "
            "the type has an integer only",
        )
        for operation, pointer in (
            ("* /v3/catalog/products", "/data/*/base_variant_id"),
            ("* /v3/catalog/products", "/data/base_variant_id"),
            ("* /v3/catalog/products/{product_id}", "/data/base_variant_id"),
        )
    ),
    *(
        Deviation(
            operation="*",
            status=status,
            part="status",
            keyword="undeclared",
            reason="any call may be answered so (docs/start/about/status-codes); most operations "
            "do not repeat it",
        )
        for status in (401, 403, 404, 413, 422, 429, 500, 503)
    ),
)

EXAMPLE_ANSWERS = (
    Deviation(
        operation="GET /v3/catalog/trees/{tree_id}/categories",
        status=200,
        pointer="/data/*/children/*",
        keyword="type",
        reason="catalog/category-trees_catalog.v3.yml: the example puts a text where the schema has a category",
    ),
)


def _example(operation: str, pointer: str, keyword: str) -> Deviation:
    return Deviation(
        operation=operation,
        pointer=pointer,
        keyword=keyword,
        reason="the vendor's own example of this request departs from its schema here",
    )


_CART = "POST /v3/carts"
_ORDER = "PUT /v2/orders/{order_id}"
_METHODS = "/v2/shipping/zones/{zone_id}/methods"
EXAMPLE_REQUESTS = (
    PRODUCT_ID,
    _example("PUT /v3/catalog/products", "/*/bulk_pricing_rules/*/id", "readOnly"),
    _example("PUT /v3/catalog/products", "/*/images/*/image_file", "additionalProperties"),
    _example(f"{_CART}*", "/line_items/*/option_selections", "additionalProperties"),
    _example(_CART, "/custom_items/*/gift_wrapping", "additionalProperties"),
    _example("POST /v3/carts/{cartId}/redirect_urls", "/query_params/key_1", "additionalProperties"),
    _example("POST /v3/carts/{cartId}/redirect_urls", "/query_params/key_2", "additionalProperties"),
    _example(_ORDER, "/products/*/product_options/*/value", "type"),
    _example(_ORDER, "/fees/*/cost_exc_tax", "additionalProperties"),
    _example("POST /v2/orders", "/fees/*/cost_exc_tax", "additionalProperties"),
    *(
        _example("PUT /v3/settings/email-statuses", f"/{name}", "additionalProperties")
        for name in (
            "createaccount_email",
            "createguestaccount_email",
            "giftcertificate_email",
            "ordermessage_notification",
        )
    ),
    _example(f"POST {_METHODS}", "/handling_fees/fixed_surcharge", "type"),
    _example(f"PUT {_METHODS}/{{method_id}}", "/handling_fees/fixed_surcharge", "type"),
)
