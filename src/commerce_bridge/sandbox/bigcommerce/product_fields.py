"""The product's fields: what each accepts, and how each starts."""

from __future__ import annotations

import copy

from .check import (
    Rule,
    flag,
    is_whole,
    moment,
    number,
    one_of,
    rows,
    text,
    text_list,
    thing,
    whole,
    whole_list,
)
from .settings import Settings
from .wire import Row

STOCK_LIMIT = 2_147_483_647
"""Highest stock the catalogue keeps; more is set to it."""

LONG = 65_535
SORT_LOW, SORT_HIGH = -2_147_483_648, 2_147_483_647


def _stock() -> Rule:
    # A negative level is no schema fault: the product is saved and its stock is not (207).
    return Rule(
        fault=lambda value: None if is_whole(value) else "must be an integer",
        store=lambda value: min(int(value), STOCK_LIMIT),
    )


PRODUCT_RULES: dict[str, Rule] = {
    "name": text(1, 250),
    "type": one_of("physical", "digital"),
    "sku": text(0, 255),
    "description": text(),
    "weight": number(0, 9_999_999_999),
    "width": number(0, 9_999_999_999),
    "depth": number(0, 9_999_999_999),
    "height": number(0, 9_999_999_999),
    "price": number(0),
    "cost_price": number(0),
    "retail_price": number(0),
    "sale_price": number(0),
    "map_price": number(0),
    "tax_class_id": whole(0, 255),
    "product_tax_code": text(0, 255),
    "categories": whole_list(1000),
    "brand_id": whole(0, 1_000_000_000),
    "brand_name": text(1, 255),
    "inventory_level": _stock(),
    "inventory_warning_level": whole(0, STOCK_LIMIT),
    "inventory_tracking": one_of("none", "product", "variant"),
    "fixed_cost_shipping_price": number(0),
    "is_free_shipping": flag(),
    "is_visible": flag(),
    "is_featured": flag(),
    "related_products": whole_list(50),
    "warranty": text(0, LONG),
    "bin_picking_number": text(0, 255),
    "layout_file": text(0, 500),
    "upc": text(0, 14),
    "gtin": text(0, 14),
    "mpn": text(),
    "search_keywords": text(0, LONG),
    "availability": one_of("available", "disabled", "preorder"),
    "availability_description": text(0, 255),
    "gift_wrapping_options_type": one_of("any", "none", "list"),
    "gift_wrapping_options_list": whole_list(),
    "sort_order": whole(SORT_LOW, SORT_HIGH),
    "condition": one_of("New", "Used", "Refurbished"),
    "is_condition_shown": flag(),
    "order_quantity_minimum": whole(0, 1_000_000_000),
    "order_quantity_maximum": whole(0, 1_000_000_000),
    "page_title": text(0, 255),
    "meta_keywords": text_list(),
    "meta_description": text(0, LONG),
    "view_count": whole(0, 1_000_000_000),
    "date_last_imported": text(),
    "reviews_rating_sum": whole(),
    "reviews_count": whole(),
    "total_sold": whole(),
    "preorder_release_date": moment(nullable=True),
    "preorder_message": text(0, 255),
    "is_preorder_only": flag(),
    "is_price_hidden": flag(),
    "price_hidden_label": text(0, 200),
    "custom_url": thing(),
    "open_graph_type": one_of(
        "product", "album", "book", "drink", "food", "game", "movie", "song", "tv_show"
    ),
    "open_graph_title": text(),
    "open_graph_description": text(),
    "open_graph_use_meta_description": flag(),
    "open_graph_use_product_name": flag(),
    "open_graph_use_image": flag(),
    "custom_fields": rows(),
    "bulk_pricing_rules": rows(),
    "images": rows(),
    "videos": rows(),
}
"""Fields of POST and PUT.  Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`."""

CREATE_RULES: dict[str, Rule] = {**PRODUCT_RULES, "variants": rows()}
"""Fields of POST, which alone takes variants."""

PARTS = ("custom_fields", "bulk_pricing_rules", "images", "videos", "variants")
"""Fields that are resources of their own."""

FOREIGN = ("brand_name", "custom_url", *PARTS)
"""Fields that are not simply copied from the body into the row."""


_FRESH: Row = {
    "name": "",
    "type": "physical",
    "sku": "",
    "description": "",
    "weight": 0,
    "width": 0,
    "depth": 0,
    "height": 0,
    "price": 0,
    "cost_price": 0,
    "retail_price": 0,
    "sale_price": 0,
    "map_price": 0,
    "tax_class_id": 0,
    "product_tax_code": "",
    "categories": [],
    "brand_id": 0,
    "option_set_display": "right",
    "inventory_level": 0,
    "inventory_warning_level": 0,
    "inventory_tracking": "none",
    "reviews_rating_sum": 0,
    "reviews_count": 0,
    "total_sold": 0,
    "fixed_cost_shipping_price": 0,
    "is_free_shipping": False,
    "is_visible": True,
    "is_featured": False,
    "related_products": [-1],
    "warranty": "",
    "bin_picking_number": "",
    "layout_file": "",
    "upc": "",
    "mpn": "",
    "gtin": "",
    "date_last_imported": "",
    "search_keywords": "",
    "availability": "available",
    "availability_description": "",
    "gift_wrapping_options_type": "any",
    "gift_wrapping_options_list": [],
    "sort_order": 0,
    "condition": "New",
    "is_condition_shown": False,
    "order_quantity_minimum": 0,
    "order_quantity_maximum": 0,
    "page_title": "",
    "meta_keywords": [],
    "meta_description": "",
    "view_count": 0,
    "preorder_release_date": None,
    "preorder_message": "",
    "is_preorder_only": False,
    "is_price_hidden": False,
    "price_hidden_label": "",
    "open_graph_type": "product",
    "open_graph_title": "",
    "open_graph_description": "",
    "open_graph_use_meta_description": True,
    "open_graph_use_product_name": True,
    "open_graph_use_image": True,
}


def fresh_product(settings: Settings) -> Row:
    """A product row before its first body is applied."""
    return {**copy.deepcopy(_FRESH), "is_visible": settings.new_products_visible}
