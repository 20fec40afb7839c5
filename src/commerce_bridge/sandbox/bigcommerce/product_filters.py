"""How lists of products are filtered, sorted and enriched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
from .wire import Row


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
