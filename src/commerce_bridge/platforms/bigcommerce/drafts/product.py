"""What is sent of a product and of what it holds.

Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from attrs import field, frozen

from commerce_bridge.domain.absence import MISSING, Maybe, Missing
from commerce_bridge.platforms.bigcommerce.drafts.body import BLANK, NONE_OF_THEM, NULL, ZERO
from commerce_bridge.platforms.bigcommerce.drafts.variant import VariantDraft

Availability: TypeAlias = Literal["available", "disabled", "preorder"]
Condition: TypeAlias = Literal["New", "Used", "Refurbished"]
OpenGraphType: TypeAlias = Literal[
    "product", "album", "book", "drink", "food", "game", "movie", "song", "tv_show"
]


@frozen(kw_only=True)
class CustomUrlDraft:
    """A page's address.

    Args:
        url: Path, 1-255 characters, such as ``/salt-roads/``.
        is_customized: Whether it stays when the name changes.
        create_redirect: Whether the former address leads here.
    """

    url: str | Missing = MISSING
    is_customized: bool | Missing = MISSING
    create_redirect: bool | Missing = MISSING


@frozen(kw_only=True)
class CustomFieldDraft:
    """A custom field, shown to shoppers; name and value have 1-250 characters each.

    Args:
        id: Only inside a product's update: which one to change.
    """

    name: str | Missing = MISSING
    value: str | Missing = MISSING
    id: int | Missing = MISSING


@frozen(kw_only=True)
class BulkPriceDraft:
    """A price for larger quantities.

    Args:
        quantity_max: 0 for no upper end.
        amount: As the type reads it; ``percent`` is a fraction as text here (10 % is ``".10"``).
        id: Only inside a product's update: which one to change.
    """

    quantity_min: int | Missing = MISSING
    quantity_max: int | Missing = MISSING
    type: Literal["price", "percent", "fixed"] | Missing = MISSING
    amount: Decimal | str | Missing = MISSING
    id: int | Missing = MISSING


@frozen(kw_only=True)
class ImageDraft:
    """An image, fetched by the store from a public address.

    Args:
        image_url: Where the store fetches it, at most 255 characters; sending it again stores a new file.
        is_thumbnail: Whether it stands for the product in lists.
        sort_order: Lower comes first.
        description: Shown as alternative text.
        id: Only inside a product's update: which one to change.
    """

    image_url: str | Missing = MISSING
    is_thumbnail: bool | Missing = MISSING
    sort_order: int | Missing = MISSING
    description: Maybe[str] = field(default=MISSING, metadata=BLANK)
    id: int | Missing = MISSING


@frozen(kw_only=True)
class VideoDraft:
    """A video on YouTube.

    Args:
        video_id: YouTube's id, at most 25 characters.
    """

    title: Maybe[str] = field(default=MISSING, metadata=BLANK)
    description: Maybe[str] = field(default=MISSING, metadata=BLANK)
    sort_order: int | Missing = MISSING
    type: Literal["youtube"] | Missing = MISSING
    video_id: str | Missing = MISSING
    id: int | Missing = MISSING


@frozen(kw_only=True)
class ProductDraft:
    """A product as it is to be: only the fields given are sent.

    A create needs `name`, `type`, `weight` and `price` (and `categories` in stores with the second
    product experience).  Weights and sizes are in the store's units, amounts in its default currency and
    with or without tax as the store is set.  In an update, `categories` replaces what is there; other
    lists hold rows that change (with `id`) or add (without).

    Args:
        name: 1-250 characters, unique in the store.
        sku: At most 255 characters, unique among products and variants whatever the case.
        brand_name: Instead of `brand_id`: found whatever the case, or made.
        related_products: Ids; ``(-1,)`` lets the store choose.
        availability: ``preorder`` wants a `preorder_release_date` to come.
        is_preorder_only: Whether the store ends the preorder by itself on the date.
        preorder_message: May hold ``%%DATE%%``.
        is_price_hidden: Only with ``availability="disabled"``.
        variants: Only on create; their options are made too.

    Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`, POST and PUT /catalog/products.
    """

    name: str | Missing = MISSING
    type: Literal["physical", "digital"] | Missing = MISSING
    sku: Maybe[str] = field(default=MISSING, metadata=BLANK)
    description: Maybe[str] = field(default=MISSING, metadata=BLANK)
    weight: Decimal | Missing = MISSING
    width: Maybe[Decimal] = field(default=MISSING, metadata=ZERO)
    depth: Maybe[Decimal] = field(default=MISSING, metadata=ZERO)
    height: Maybe[Decimal] = field(default=MISSING, metadata=ZERO)
    price: Decimal | Missing = MISSING
    cost_price: Maybe[Decimal] = field(default=MISSING, metadata=ZERO)
    retail_price: Maybe[Decimal] = field(default=MISSING, metadata=ZERO)
    sale_price: Maybe[Decimal] = field(default=MISSING, metadata=ZERO)
    map_price: Maybe[Decimal] = field(default=MISSING, metadata=ZERO)
    tax_class_id: int | Missing = MISSING
    product_tax_code: Maybe[str] = field(default=MISSING, metadata=BLANK)
    categories: Maybe[tuple[int, ...]] = field(default=MISSING, metadata=NONE_OF_THEM)
    brand_id: Maybe[int] = field(default=MISSING, metadata=ZERO)
    brand_name: str | Missing = MISSING
    inventory_level: int | Missing = MISSING
    inventory_warning_level: int | Missing = MISSING
    inventory_tracking: Literal["none", "product", "variant"] | Missing = MISSING
    fixed_cost_shipping_price: Maybe[Decimal] = field(default=MISSING, metadata=ZERO)
    is_free_shipping: bool | Missing = MISSING
    is_visible: bool | Missing = MISSING
    is_featured: bool | Missing = MISSING
    related_products: Maybe[tuple[int, ...]] = field(default=MISSING, metadata=NONE_OF_THEM)
    warranty: Maybe[str] = field(default=MISSING, metadata=BLANK)
    bin_picking_number: Maybe[str] = field(default=MISSING, metadata=BLANK)
    layout_file: Maybe[str] = field(default=MISSING, metadata=BLANK)
    upc: Maybe[str] = field(default=MISSING, metadata=BLANK)
    gtin: Maybe[str] = field(default=MISSING, metadata=BLANK)
    mpn: Maybe[str] = field(default=MISSING, metadata=BLANK)
    search_keywords: Maybe[str] = field(default=MISSING, metadata=BLANK)
    availability: Availability | Missing = MISSING
    availability_description: Maybe[str] = field(default=MISSING, metadata=BLANK)
    gift_wrapping_options_type: Literal["any", "none", "list"] | Missing = MISSING
    gift_wrapping_options_list: Maybe[tuple[int, ...]] = field(default=MISSING, metadata=NONE_OF_THEM)
    sort_order: int | Missing = MISSING
    condition: Condition | Missing = MISSING
    is_condition_shown: bool | Missing = MISSING
    order_quantity_minimum: Maybe[int] = field(default=MISSING, metadata=ZERO)
    order_quantity_maximum: Maybe[int] = field(default=MISSING, metadata=ZERO)
    page_title: Maybe[str] = field(default=MISSING, metadata=BLANK)
    meta_keywords: Maybe[tuple[str, ...]] = field(default=MISSING, metadata=NONE_OF_THEM)
    meta_description: Maybe[str] = field(default=MISSING, metadata=BLANK)
    view_count: int | Missing = MISSING
    preorder_release_date: Maybe[datetime] = field(default=MISSING, metadata=NULL)
    preorder_message: Maybe[str] = field(default=MISSING, metadata=BLANK)
    is_preorder_only: bool | Missing = MISSING
    is_price_hidden: bool | Missing = MISSING
    price_hidden_label: Maybe[str] = field(default=MISSING, metadata=BLANK)
    custom_url: CustomUrlDraft | Missing = MISSING
    open_graph_type: OpenGraphType | Missing = MISSING
    open_graph_title: Maybe[str] = field(default=MISSING, metadata=BLANK)
    open_graph_description: Maybe[str] = field(default=MISSING, metadata=BLANK)
    open_graph_use_meta_description: bool | Missing = MISSING
    open_graph_use_product_name: bool | Missing = MISSING
    open_graph_use_image: bool | Missing = MISSING
    date_last_imported: datetime | Missing = MISSING
    reviews_rating_sum: int | Missing = MISSING
    reviews_count: int | Missing = MISSING
    total_sold: int | Missing = MISSING
    custom_fields: tuple[CustomFieldDraft, ...] | Missing = MISSING
    bulk_pricing_rules: tuple[BulkPriceDraft, ...] | Missing = MISSING
    images: tuple[ImageDraft, ...] | Missing = MISSING
    videos: tuple[VideoDraft, ...] | Missing = MISSING
    variants: tuple[VariantDraft, ...] | Missing = MISSING
