"""BigCommerce's limits as named values, each with its source; what the vendor leaves open is a setting.

"rate limits" is the page api-docs/getting-started/api-rate-limits; names ending in ``.yml`` are files of
the REST reference (github.com/bigcommerce/docs, folder ``reference``); "platform limits" is the support
article Platform Limits.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from attrs import field, frozen

from commerce_bridge.flow.budgets import BudgetRules, Window

PLATFORM: Final = "bigcommerce"
"""What references, accounts and errors call the platform."""

Plan: TypeAlias = Literal["standard", "plus", "pro", "enterprise"]
"""A store's plan; Standard and Plus are sold as Core and Growth, Pro as Scale, Enterprise as Performance."""

WINDOW_NAME: Final = "30 s"
"""The store-wide window that the four rate headers speak of."""

WINDOW_S: Final = 30.0
"""Its length in seconds.  Source: rate limits; header X-Rate-Limit-Time-Window-Ms."""

QUOTAS: Final = MappingProxyType({"standard": 150, "plus": 150, "pro": 450, "enterprise": None})
"""Requests in 30 s by plan; None is "by plan and resource": the headers tell.

Source: rate limits.
"""

UNTOLD: Final = 1_000_000
"""What a window of such a plan holds until the first answer has told its quota."""

IN_FLIGHT: Final = 3
"""Requests of one store under way at once unless told otherwise.

Source: older rate-limit text (github.com/bigcommerce/dev-docs/pull/1857); several endpoints still cap at 3.
"""

LANES: Final = (("price_records", 1), ("refunds", 1), ("assignments", 1), ("category_tree", 1))
"""What goes one at a time.

Source: price_lists.v3.yml (PUT /pricelists/records), orders.v3.yml (refunds, one at a time for an order),
catalog/products_catalog.v3.yml (channel assignments of one product never side by side),
catalog/category-trees_catalog.v3.yml (GET /catalog/trees/{tree_id}/categories).
"""

PAGE_DEFAULT: Final = 50
"""Rows of a page when no `limit` is sent.  Source: guide best-practices/integration-design."""

PAGE_MAX: Final = 250
"""Highest `limit`; above it the API refuses.  Source: guide best-practices/integration-design."""

PAGE_MAX_WITH_OPTIONS: Final = 10
"""Products on a page with `include=options` or `modifiers`.  Source: catalog/products_catalog.v3.yml."""

PRODUCT_ROWS: Final = 10
"""Rows of PUT /catalog/products.  Source: catalog/products_catalog.v3.yml."""

PRODUCT_DELETE_ROWS: Final = 250
"""Products that one filtered delete may name.  Source: catalog/products_catalog.v3.yml."""

VARIANT_ROWS: Final = 50
"""Rows of PUT /catalog/variants.  Source: catalog/product-variants_catalog.v3.yml."""

TREE_ROWS: Final = 50
"""Rows of PUT /catalog/trees.  Source: catalog/category-trees_catalog.v3.yml."""

PRICE_LIST_ASSIGNMENT_ROWS: Final = 25
"""Rows of POST /pricelists/assignments.  Source: price_lists.v3.yml."""

PRICE_RECORD_CREATE_ROWS: Final = 100
"""Rows of POST /pricelists/records and /pricelists/{id}/records.  Source: price_lists.v3.yml."""

PRICE_RECORD_ROWS: Final = 1000
"""Rows of PUT /pricelists/{id}/records.  Source: price_lists.v3.yml."""

INVENTORY_ROWS: Final = 2000
"""Rows of an inventory adjustment.  Source: inventory.v3.yml."""

CUSTOMER_ROWS: Final = 10
"""Rows of POST and PUT /customers.  Source: customers.v3.yml."""

PRODUCT_NAME_LENGTH: Final = 250
"""Source: catalog/products_catalog.v3.yml."""

CATEGORY_NAME_LENGTH: Final = 50
"""Source: catalog/category-trees_catalog.v3.yml."""

CUSTOM_FIELD_LENGTH: Final = 250
"""Of a custom field's name and of its value.  Source: catalog/products_catalog.v3.yml."""

METAFIELD_VALUE_LENGTH: Final = 65_535
"""Source: catalog/products_catalog.v3.yml."""

METAFIELD_KEY_LENGTH: Final = 64
"""Of a metafield's namespace and of its key.  Source: catalog/products_catalog.v3.yml."""

IMAGE_URL_LENGTH: Final = 255
"""Of an image's source address; a longer one is uploaded instead.  Source: catalog/products_catalog.v3.yml."""

IMAGE_BYTES: Final = 8 * 1024 * 1024
"""Size of an uploaded image.  Source: catalog/products_catalog.v3.yml."""

VARIANT_IMAGE_BYTES: Final = 1024 * 1024
"""Size of an uploaded variant image.  Source: catalog/product-variants_catalog.v3.yml (500 above it)."""

IMAGES_PER_PRODUCT: Final = 1000
"""Source: catalog/products_catalog.v3.yml."""

CUSTOM_FIELDS_PER_PRODUCT: Final = 200
"""Source: catalog/products_catalog.v3.yml."""

METAFIELDS_PER_RECORD: Final = 250
"""For each API account.  Source: catalog/products_catalog.v3.yml."""

VARIANTS_PER_PRODUCT: Final = 600
"""Source: catalog/product-variants_catalog.v3.yml."""

VALUES_PER_OPTION: Final = 250
"""Source: catalog/product-variant-options_catalog.v3.yml."""

CATEGORIES_PER_PRODUCT: Final = 1000
"""Source: catalog/products_catalog.v3.yml."""

RELATED_PER_PRODUCT: Final = 50
"""Source: platform limits."""

CATEGORIES_PER_STORE: Final = 16_000
"""Source: catalog/category-trees_catalog.v3.yml."""

CATEGORY_DEPTH: Final = 8
"""Source: catalog/category-trees_catalog.v3.yml."""

BRANDS_PER_STORE: Final = 30_000
"""Source: catalog/brands_catalog.v3.yml."""


@frozen(kw_only=True)
class Limits:
    """Limits that the vendor does not state, with values that are safe; raise them where a store allows more.

    Args:
        metafield_rows: Rows of a metafield batch.
        category_rows: Rows of POST and PUT /catalog/trees/categories.
        assignment_rows: Rows of a channel or category assignment.
        redirect_rows: Rows of PUT /storefront/redirects.
        ids_in_filter: Values in one `:in` filter of a GET.
        page: Highest `limit` sent; the vendor states 250 as the general rule.
        variant_batch_creates: Whether PUT /catalog/variants may create rows without an id; when it may
            not, they are created one by one.
        metafield_resource_filter: Whether batch metafield lists are asked with `resource_id:in`, which
            is declared for one product's list only; rows are filtered on our side as well.
    """

    metafield_rows: int = 50
    category_rows: int = 50
    assignment_rows: int = 50
    redirect_rows: int = 50
    ids_in_filter: int = 50
    page: int = field(default=PAGE_MAX)
    variant_batch_creates: bool = False
    metafield_resource_filter: bool = False


def budget_of(plan: Plan, *, quota: int | None = None, in_flight: int = IN_FLIGHT) -> BudgetRules:
    """The budget of a store.

    Args:
        plan: The store's plan.
        quota: Requests in 30 s, where it is known to differ from the plan's (a partner sandbox, a
            share of the store's quota left to other programs).
        in_flight: Requests under way at once, 1 or more.

    Raises:
        ValueError: An unknown plan.

    Source: BigCommerce guide, api-docs/getting-started/api-rate-limits.
    """
    if plan not in QUOTAS:
        raise ValueError(f"plan {plan!r}: expected one of {', '.join(QUOTAS)}.")
    window = Window(name=WINDOW_NAME, seconds=WINDOW_S, quota=quota or QUOTAS[plan] or UNTOLD)
    return BudgetRules(windows=(window,), in_flight=in_flight, lanes=LANES)
