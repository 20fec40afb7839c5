"""The product's fields: what each accepts, how each starts, and how lists of products are filtered and sorted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
from .filters import (
    Filter,
    as_flag,
    as_float,
    as_int,
    as_text,
    bound_filters,
    in_,
    is_,
    moment_filters,
    not_in,
    number_filters,
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


def fresh_product(settings: Settings) -> Row:
    """A product row before its first body is applied."""
    return {
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
        "is_visible": settings.new_products_visible,
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


def _found_word(row: Row, value: str) -> bool:
    wanted = value.casefold()
    return any(wanted in str(row[field]).casefold() for field in ("name", "description", "sku"))


def _in_all(row: Row, value: list[int]) -> bool:
    return set(value) <= set(row["categories"])


def _low(row: Row, value: bool) -> bool:
    return (row["inventory_level"] <= row["inventory_warning_level"]) is value


PRODUCT_FILTERS: dict[str, Filter] = {
    **number_filters("id"),
    "name": is_("name", as_text),
    "mpn": is_("mpn", as_text),
    "upc": is_("upc", as_text),
    "sku": Filter(read=as_text, keeps=lambda row, value: row["sku"].casefold() == value.casefold()),
    "sku:in": Filter(
        read=lambda words, _: [word.strip().casefold() for word in words.split(",") if word.strip()] or None,
        keeps=lambda row, values: row["sku"].casefold() in values,
        many=True,
    ),
    "price": is_("price", as_float),
    "weight": is_("weight", as_float),
    "condition": Filter(
        read=lambda word, _: word if word in ("new", "used", "refurbished") else None,
        keeps=lambda row, value: row["condition"].lower() == value,
    ),
    "brand_id": is_("brand_id"),
    **moment_filters("date_modified"),
    **moment_filters("date_last_imported"),
    "date_last_imported:not": Filter(
        read=as_text, keeps=lambda row, value: row["date_last_imported"] != value
    ),
    "is_visible": is_("is_visible", as_flag),
    "is_featured": is_("is_featured", as_flag),
    "is_free_shipping": is_("is_free_shipping", as_flag),
    "inventory_level": is_("inventory_level"),
    "inventory_level:in": in_("inventory_level"),
    "inventory_level:not_in": not_in("inventory_level"),
    **bound_filters("inventory_level", "inventory_level"),
    "inventory_low": Filter(read=as_flag, keeps=_low),
    "out_of_stock": Filter(read=as_flag, keeps=lambda row, value: (row["inventory_level"] <= 0) is value),
    "total_sold": is_("total_sold"),
    "type": Filter(
        read=lambda word, _: word if word in ("physical", "digital") else None,
        keeps=lambda row, value: row["type"] == value,
    ),
    # The platform misses products that are in more than one category; `categories:in` is the way round.
    "categories": Filter(read=as_int, keeps=lambda row, value: row["categories"] == [value]),
    "categories:in": Filter(read=in_("categories").read, keeps=_in_all, many=True),
    "keyword": Filter(read=as_text, keeps=_found_word),
    "keyword_context": Filter(
        read=lambda word, _: word if word in ("shopper", "merchant") else None, keeps=lambda row, value: True
    ),
    "availability": Filter(
        read=lambda word, _: word if word in ("available", "disabled", "preorder") else None,
        keeps=lambda row, value: row["availability"] == value,
    ),
}
"""Filters of the product list but `channel_id:in`, which needs the assignments."""

DELETE_FILTERS = (
    "name",
    "sku",
    "price",
    "weight",
    "condition",
    "brand_id",
    "date_modified",
    "date_last_imported",
    "is_visible",
    "is_featured",
    "id:in",
    "inventory_level",
    "total_sold",
    "type",
    "categories",
    "keyword",
)
"""Filters of the product delete."""

SORTS: dict[str, Callable[[Row], Any]] = {
    "id": lambda row: row["id"],
    "name": lambda row: row["name"].casefold(),
    "sku": lambda row: row["sku"].casefold(),
    "price": lambda row: row["price"],
    "date_modified": lambda row: row["date_modified"],
    "date_last_imported": lambda row: row["date_last_imported"],
    "inventory_level": lambda row: row["inventory_level"],
    "is_visible": lambda row: row["is_visible"],
    "total_sold": lambda row: row["total_sold"],
    "calculated_price": lambda row: row["sale_price"] or row["price"],
}
"""What `sort` may name; ties are broken by id."""

INCLUDES = (
    "bulk_pricing_rules",
    "channels",
    "custom_fields",
    "images",
    "modifiers",
    "options",
    "parent_relations",
    "primary_image",
    "reviews",
    "variants",
    "videos",
)
"""What `include` may name."""
