"""What is sent of a variant, of an option and of its values.

Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml` and
`catalog/product-variant-options_catalog.v3.yml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from attrs import field, frozen

from commerce_bridge.domain.absence import MISSING, Maybe, Missing
from commerce_bridge.platforms.bigcommerce.drafts.body import BLANK, NULL, ZERO

OptionType: TypeAlias = Literal[
    "radio_buttons", "rectangles", "dropdown", "product_list", "product_list_with_images", "swatch"
]


@frozen(kw_only=True)
class OptionChoiceDraft:
    """Which value of which option makes the variant.

    Inside a new product name them (`option_display_name`, `label`) and they are made; for a product that
    has its options, give their ids (`option_id`, `id`).
    """

    option_display_name: str | Missing = MISSING
    label: str | Missing = MISSING
    id: int | Missing = MISSING
    option_id: int | Missing = MISSING


@frozen(kw_only=True)
class VariantDraft:
    """A variant as it is to be: only the fields given are sent.

    A cleared price or size is inherited from the product again.  A variant with a `price` of its own no
    longer honours the product's `sale_price`: repeat it here.

    Args:
        sku: 1-255 characters; never empty.
        image_url: Where the store fetches its one image.
        option_values: Only on create.
        product_id: Only in a batch row that creates.

    Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml`.
    """

    sku: str | Missing = MISSING
    cost_price: Maybe[Decimal] = field(default=MISSING, metadata=NULL)
    price: Maybe[Decimal] = field(default=MISSING, metadata=NULL)
    sale_price: Maybe[Decimal] = field(default=MISSING, metadata=NULL)
    retail_price: Maybe[Decimal] = field(default=MISSING, metadata=NULL)
    map_price: Maybe[Decimal] = field(default=MISSING, metadata=ZERO)
    weight: Maybe[Decimal] = field(default=MISSING, metadata=NULL)
    width: Maybe[Decimal] = field(default=MISSING, metadata=NULL)
    height: Maybe[Decimal] = field(default=MISSING, metadata=NULL)
    depth: Maybe[Decimal] = field(default=MISSING, metadata=NULL)
    is_free_shipping: bool | Missing = MISSING
    fixed_cost_shipping_price: Maybe[Decimal] = field(default=MISSING, metadata=NULL)
    purchasing_disabled: bool | Missing = MISSING
    purchasing_disabled_message: Maybe[str] = field(default=MISSING, metadata=BLANK)
    upc: Maybe[str] = field(default=MISSING, metadata=BLANK)
    gtin: Maybe[str] = field(default=MISSING, metadata=BLANK)
    mpn: Maybe[str] = field(default=MISSING, metadata=BLANK)
    inventory_level: Maybe[int] = field(default=MISSING, metadata=NULL)
    inventory_warning_level: Maybe[int] = field(default=MISSING, metadata=NULL)
    bin_picking_number: Maybe[str] = field(default=MISSING, metadata=BLANK)
    image_url: str | Missing = MISSING
    option_values: tuple[OptionChoiceDraft, ...] | Missing = MISSING
    product_id: int | Missing = MISSING


@frozen(kw_only=True)
class OptionValueDraft:
    """One value of an option.

    Args:
        label: What shoppers see, 1-255 characters.
        sort_order: Lower comes first.
        value_data: For a swatch its colours or image, for a product list its product.
        id: Only inside an option's update: which one to change.
    """

    label: str | Missing = MISSING
    sort_order: int | Missing = MISSING
    is_default: bool | Missing = MISSING
    value_data: Mapping[str, Any] | Missing = MISSING
    id: int | Missing = MISSING


@frozen(kw_only=True)
class OptionDraft:
    """An option such as *Format*, with its values; making one makes no variants.

    Args:
        display_name: Unique in the product.
        config: Settings of the option's type, under the vendor's names.
        option_values: At least one on create.

    Source: BigCommerce REST reference, `catalog/product-variant-options_catalog.v3.yml`.
    """

    display_name: str | Missing = MISSING
    type: OptionType | Missing = MISSING
    sort_order: int | Missing = MISSING
    config: Mapping[str, Any] | Missing = MISSING
    image_url: str | Missing = MISSING
    option_values: tuple[OptionValueDraft, ...] | Missing = MISSING
