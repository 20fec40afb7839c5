"""What BigCommerce, or a store on its plan, can and cannot do.

Rows with `supported=None` depend on the plan and are not decided by the vendor's specification.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from attrs import evolve

from commerce_bridge.ports.capability import Capability

if TYPE_CHECKING:
    from commerce_bridge.platforms.bigcommerce.wire.store import Store

_PRODUCTS = "BigCommerce REST reference, catalog/products_catalog.v3.yml"


def _row(name: str, supported: bool | None, reason: str, source: str) -> Capability:
    return Capability(name=name, supported=supported, reason=reason, source=source)


CAPABILITIES: tuple[Capability, ...] = (
    _row(
        "price_lists",
        None,
        "Prices in a currency other than the store's, or for one channel or customer group, need price "
        "lists, which not every plan has; a store says so only when they are used.",
        "BigCommerce REST reference, price_lists.v3.yml; store-operations/pricing/price-lists",
    ),
    _row(
        "multi_storefront",
        None,
        "A further storefront needs a free seat of the plan.",
        "BigCommerce REST reference, store_information.v2.yml (features.multi_storefront_enabled)",
    ),
    _row(
        "conditional_write",
        False,
        "There is no ETag on catalogue records: the last write wins, so a record is read again shortly "
        "before it is overwritten.",
        _PRODUCTS,
    ),
    _row(
        "idempotency_key",
        False,
        "A create whose answer was lost is looked for by SKU or name before it is sent again.",
        _PRODUCTS,
    ),
    _row(
        "digital_file_upload",
        False,
        "Files of digital products are attached in the control panel or by WebDAV only.",
        "BigCommerce guide, store-operations/catalog",
    ),
    _row(
        "variant_preorder",
        False,
        "Preorder is a product's state: formats with different publication dates need products of their own.",
        _PRODUCTS,
    ),
    _row(
        "variant_visibility",
        False,
        "A variant can be barred from purchase (`purchasing_disabled`), not hidden.",
        "BigCommerce REST reference, catalog/product-variants_catalog.v3.yml",
    ),
    _row(
        "country_restriction",
        False,
        "No product can be kept from a country: rights are kept by channel assignment, by hiding, or by "
        "availability.",
        f"{_PRODUCTS}; channels.v3.yml",
    ),
    _row(
        "scheduled_visibility",
        False,
        "Visibility does not change by date: it is written at the instant.",
        _PRODUCTS,
    ),
    _row(
        "scheduled_preorder_end",
        True,
        "With `is_preorder_only` the store ends a preorder on its date.",
        _PRODUCTS,
    ),
    _row(
        "scheduled_prices",
        False,
        "A sale price has no dates: it is written and cleared at the instant, or a promotion is used.",
        f"{_PRODUCTS}; promotions.v3.yml",
    ),
    _row(
        "metafield_value_search",
        False,
        "Metafields are found by namespace and key, never by value: ids are kept on our side.",
        _PRODUCTS,
    ),
    _row(
        "image_checksum",
        False,
        "Images carry no checksum: what was sent is known by the file's name and remembered.",
        _PRODUCTS,
    ),
    _row(
        "image_events",
        False,
        "Most changes of images raise no event.",
        "BigCommerce guide, integrations/webhooks/events",
    ),
    _row(
        "deletions_in_delta",
        False,
        "A list of changes does not name deleted records: they are known from a complete read or an event.",
        _PRODUCTS,
    ),
    _row(
        "variant_batch_create",
        None,
        "The vendor's texts differ on whether PUT /catalog/variants creates; `Limits.variant_batch_creates` says.",
        "BigCommerce REST reference, catalog/product-variants_catalog.v3.yml",
    ),
    _row(
        "author_publisher_fields",
        False,
        "There is no field for author, publisher, ISBN or publication date: custom fields and metafields "
        "carry them, the brand the imprint.",
        _PRODUCTS,
    ),
)
"""Every capability, before a store was asked."""


def _price_lists(store: Store) -> bool | None:
    return True if (store.plan_level or "").lower() == "enterprise" else None


def _multi_storefront(store: Store) -> bool | None:
    return store.features.multi_storefront_enabled if store.features is not None else None


_ASKED: Mapping[str, Callable[[Store], bool | None]] = {
    "price_lists": _price_lists,
    "multi_storefront": _multi_storefront,
}
"""Capabilities that a store's own settings may decide."""


def capabilities_of(store: Store) -> tuple[Capability, ...]:
    """Every capability, decided as far as the store's settings say."""
    return tuple(
        evolve(row, supported=_ASKED[row.name](store)) if row.name in _ASKED else row for row in CAPABILITIES
    )
