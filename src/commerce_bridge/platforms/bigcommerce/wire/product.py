"""Products on the wire, and what they hold.

Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from commerce_bridge.platforms.bigcommerce.wire.address import CustomUrl
from commerce_bridge.platforms.bigcommerce.wire.base import Instant, Sparse, SparseAmount, Wire
from commerce_bridge.platforms.bigcommerce.wire.variant import Option, Variant


class CustomField(Wire):
    """A custom field."""

    id: int
    name: str | None = None
    value: str | None = None


class BulkPrice(Wire):
    """A price for larger quantities; `amount` as its type reads it."""

    id: int | None = None
    quantity_min: int | None = None
    quantity_max: int | None = None
    type: str | None = None
    amount: Decimal | None = None


class Image(Wire):
    """An image; `image_file` ends with the name of the file that was fetched or uploaded."""

    id: int
    product_id: int | None = None
    is_thumbnail: bool | None = None
    sort_order: int | None = None
    description: str | None = None
    image_file: str | None = None
    image_url: str | None = None
    url_zoom: str | None = None
    url_standard: str | None = None
    url_thumbnail: str | None = None
    url_tiny: str | None = None
    date_modified: Instant = None


class Video(Wire):
    """A video on YouTube."""

    id: int | None = None
    product_id: int | None = None
    title: str | None = None
    description: str | None = None
    sort_order: int | None = None
    type: str | None = None
    video_id: str | None = None
    length: str | None = None


class Product(Wire):
    """A product; only `id` always comes, the rest as `include`, `include_fields` and `exclude_fields` say.

    Amounts are in the store's default currency, weights and sizes in its units.
    """

    id: int
    name: str | None = None
    type: str | None = None
    sku: str | None = None
    description: str | None = None
    weight: Decimal | None = None
    width: Decimal | None = None
    depth: Decimal | None = None
    height: Decimal | None = None
    price: Decimal | None = None
    cost_price: Decimal | None = None
    retail_price: Decimal | None = None
    sale_price: Decimal | None = None
    map_price: SparseAmount = None
    calculated_price: Decimal | None = None
    tax_class_id: int | None = None
    product_tax_code: str | None = None
    categories: tuple[int, ...] | None = None
    brand_id: int | None = None
    option_set_id: int | None = None
    option_set_display: str | None = None
    inventory_level: int | None = None
    inventory_warning_level: int | None = None
    inventory_tracking: str | None = None
    fixed_cost_shipping_price: Decimal | None = None
    is_free_shipping: bool | None = None
    is_visible: bool | None = None
    is_featured: bool | None = None
    related_products: tuple[int, ...] | None = None
    warranty: str | None = None
    bin_picking_number: str | None = None
    layout_file: str | None = None
    upc: str | None = None
    gtin: str | None = None
    mpn: str | None = None
    search_keywords: str | None = None
    availability: str | None = None
    availability_description: str | None = None
    gift_wrapping_options_type: str | None = None
    gift_wrapping_options_list: tuple[int, ...] | None = None
    sort_order: int | None = None
    condition: str | None = None
    is_condition_shown: bool | None = None
    order_quantity_minimum: int | None = None
    order_quantity_maximum: int | None = None
    page_title: str | None = None
    meta_keywords: tuple[str, ...] | None = None
    meta_description: str | None = None
    view_count: int | None = None
    preorder_release_date: Instant = None
    preorder_message: str | None = None
    is_preorder_only: bool | None = None
    is_price_hidden: bool | None = None
    price_hidden_label: str | None = None
    custom_url: CustomUrl | None = None
    open_graph_type: str | None = None
    open_graph_title: str | None = None
    open_graph_description: str | None = None
    open_graph_use_meta_description: bool | None = None
    open_graph_use_product_name: bool | None = None
    open_graph_use_image: bool | None = None
    reviews_rating_sum: int | None = None
    reviews_count: int | None = None
    total_sold: int | None = None
    base_variant_id: int | None = None
    date_created: Instant = None
    date_modified: Instant = None
    date_last_imported: Instant = None
    custom_fields: tuple[CustomField, ...] | None = None
    bulk_pricing_rules: tuple[BulkPrice, ...] | None = None
    images: tuple[Image, ...] | None = None
    primary_image: Sparse[Image] = None
    videos: tuple[Video, ...] | None = None
    variants: tuple[Variant, ...] | None = None
    options: tuple[Option, ...] | None = None
    modifiers: tuple[dict[str, Any], ...] | None = None
    reviews: tuple[dict[str, Any], ...] | None = None
    parent_relations: tuple[dict[str, Any], ...] | None = None
    channels: tuple[int, ...] | None = None


class CatalogSummary(Wire):
    """Counts and price range of the catalogue."""

    inventory_count: int | None = None
    inventory_value: Decimal | None = None
    primary_category_id: int | None = None
    primary_category_name: str | None = None
    variant_count: int | None = None
    highest_variant_price: Decimal | None = None
    average_variant_price: Decimal | None = None
    lowest_variant_price: Decimal | None = None
    oldest_variant_date: Instant = None
    newest_variant_date: Instant = None
