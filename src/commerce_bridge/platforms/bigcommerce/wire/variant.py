"""Variants, options and option values on the wire.

Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml` and
`catalog/product-variant-options_catalog.v3.yml`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from commerce_bridge.platforms.bigcommerce.wire.base import SparseAmount, Wire


class OptionChoice(Wire):
    """Which value of which option makes the variant; `id` is the value's."""

    id: int | None = None
    label: str | None = None
    option_id: int | None = None
    option_display_name: str | None = None


class Variant(Wire):
    """A variant; a price or size that is null is inherited from the product."""

    id: int
    product_id: int | None = None
    sku: str | None = None
    sku_id: int | None = None
    cost_price: Decimal | None = None
    price: Decimal | None = None
    sale_price: Decimal | None = None
    retail_price: Decimal | None = None
    map_price: SparseAmount = None
    calculated_price: Decimal | None = None
    weight: Decimal | None = None
    width: Decimal | None = None
    height: Decimal | None = None
    depth: Decimal | None = None
    calculated_weight: Decimal | None = None
    is_free_shipping: bool | None = None
    fixed_cost_shipping_price: Decimal | None = None
    purchasing_disabled: bool | None = None
    purchasing_disabled_message: str | None = None
    image_url: str | None = None
    upc: str | None = None
    gtin: str | None = None
    mpn: str | None = None
    inventory_level: int | None = None
    inventory_warning_level: int | None = None
    bin_picking_number: str | None = None
    option_values: tuple[OptionChoice, ...] | None = None


class VariantImage(Wire):
    """The image of a variant."""

    image_url: str | None = None


class OptionValue(Wire):
    """One value of an option."""

    id: int
    label: str | None = None
    sort_order: int | None = None
    is_default: bool | None = None
    value_data: dict[str, Any] | None = None


class Option(Wire):
    """An option of a product, such as *Format*."""

    id: int | None = None
    product_id: int | None = None
    name: str | None = None
    display_name: str | None = None
    type: str | None = None
    sort_order: int | None = None
    config: dict[str, Any] | list[Any] | None = None
    image_url: str | None = None
    option_values: tuple[OptionValue, ...] | None = None
