"""Guard rails: deletes that would destroy more than anyone can mean are refused before they leave.

A DELETE on a collection must name what it deletes, by one of the filters in `FILTERS` or by a list of
ids in its body.  They hold for `request()` too.

Source: BigCommerce REST reference, the DELETE operations of all files; `orders.v2.oas2.yml`,
`price_lists.v3.yml` and `customers.v2.yml` say that a delete without filter deletes all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from commerce_bridge.errors import GuardRail
from commerce_bridge.flow.messages import Request

_PRODUCTS = (
    "id:in", "name", "sku", "price", "weight", "condition", "brand_id", "date_modified",
    "date_last_imported", "is_visible", "is_featured", "inventory_level", "total_sold", "type",
    "categories", "keyword",
)  # fmt: skip
_CATEGORIES = (
    "id", "id:in", "id:not_in", "id:min", "id:max", "id:greater", "id:less", "name", "name:like",
    "parent_id", "parent_id:in", "parent_id:min", "parent_id:max", "parent_id:greater", "parent_id:less",
    "page_title", "page_title:like", "keyword", "is_visible",
)  # fmt: skip
_SUBSCRIBERS = ("email", "first_name", "last_name", "source", "order_id", "date_created", "date_modified")

FILTERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "/v3/catalog/brands": ("name",),
        "/v3/catalog/categories": _CATEGORIES,
        "/v3/catalog/products": _PRODUCTS,
        "/v3/catalog/products/category-assignments": ("product_id:in", "category_id:in"),
        "/v3/catalog/products/channel-assignments": ("product_id:in", "channel_id:in"),
        "/v3/catalog/trees": ("id:in",),
        "/v3/catalog/trees/categories": ("category_uuid:in", "category_id:in", "tree_id:in", "parent_id:in"),
        "/v3/customers": ("id:in",),
        "/v3/customers/addresses": ("id:in",),
        "/v3/customers/attribute-values": ("id:in",),
        "/v3/customers/attributes": ("id:in",),
        "/v3/customers/subscribers": _SUBSCRIBERS,
        "/v3/inventory/locations": ("location_id:in",),
        "/v3/pricelists": ("id:in", "name"),
        "/v3/pricelists/assignments": (
            "id", "price_list_id", "customer_group_id", "channel_id", "channel_id:in",
        ),
        "/v3/pricelists/{}/records": ("currency", "variant_id:in", "sku:in"),
        "/v3/promotions": ("id:in",),
        "/v3/promotions/codes": ("code",),
        "/v3/promotions/{}/codes": ("id:in", "code"),
        "/v3/segments": ("id:in",),
        "/v3/segments/{}/shopper-profiles": ("id:in",),
        "/v3/shopper-profiles": ("id:in",),
        "/v3/storefront/redirects": ("id:in",),
    }
)  # fmt: skip
"""Collection to the filters of which its DELETE needs at least one; ``{}`` stands for one id."""

FORBIDDEN: Mapping[str, str] = MappingProxyType(
    {
        "/v2/orders": "it archives all orders",
        "/v2/customers": "it deletes all customers",
        "/v2/currencies": "it deletes all currencies but the default",
        "/v2/orders/{}/shipments": "it deletes all shipments of the order",
        "/v2/customers/{}/addresses": "it deletes all addresses of the customer",
    }
)
"""Collections that have no filter on DELETE: it is refused always."""

_NUMBER_OR_UUID = re.compile(r"^(\d+|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$")


def guard(request: Request) -> None:
    """Let a request pass, unless it is a delete that names nothing.

    Raises:
        GuardRail: The request is a DELETE of a whole collection.
    """
    if request.method.upper() != "DELETE":
        return
    path = "/".join(
        "{}" if _NUMBER_OR_UUID.match(word) else word for word in request.path.rstrip("/").split("/")
    )
    if path in FORBIDDEN:
        raise GuardRail(
            f"DELETE {request.path} was not sent: {FORBIDDEN[path]}.", hint="Delete them one by one."
        )
    if path.endswith("/metafields"):
        _need_ids(request)
    wanted = FILTERS.get(path)
    if wanted is not None and not any((request.param(name) or "").strip(" ,") for name in wanted):
        raise GuardRail(
            f"DELETE {request.path} was not sent: without a filter it would delete everything there.",
            hint=f"Name what is meant with one of: {', '.join(wanted)}.",
        )


def _need_ids(request: Request) -> None:
    if b"".join(request.body.split()) in {b"", b"[]", b"{}", b"null"}:
        raise GuardRail(
            f"DELETE {request.path} was not sent: it names no metafield.", hint="Send a list of ids."
        )
