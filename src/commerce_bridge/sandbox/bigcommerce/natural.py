"""A store's state told without ids, instants and file names, to compare two runs of the same work.

Two stores that hold the same goods give equal answers, whichever ids their rows were
given and however often a call was tried.  Rows that share a natural key (two images of
the same picture, two metafields made twice) all stay, so that a doubled create shows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .wire import Row

_DROPPED = {
    "id",
    "uuid",
    "product_id",
    "sku_id",
    "option_set_id",
    "base_variant_id",
    "date_created",
    "date_modified",
    "last_updated",
    "listing_id",
}
"""Fields that name a row or tell when it was touched."""


def _sorted(rows: Sequence[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))


def _plain(row: Mapping[str, Any], *but: str) -> Row:
    return {name: value for name, value in row.items() if name not in _DROPPED and name not in but}


class Names:
    """What every id of a state stands for.

    Args:
        state: A state as the sandbox gives it.
    """

    def __init__(self, state: Mapping[str, Any]) -> None:
        self.products: dict[int, str] = {row["id"]: row["sku"] or row["name"] for row in state["products"]}
        self.brands: dict[int, str] = {row["id"]: row["name"] for row in state["brands"]}
        self.channels: dict[int, str] = {row["id"]: row["name"] for row in state["channels"]}
        self.trees: dict[int, str] = {row["id"]: row["name"] for row in state["trees"]}
        self.categories: dict[int, str] = self._paths(state["categories"])
        self.variants: dict[int, str] = {
            variant["id"]: variant["sku"] or self.products[row["id"]]
            for row in state["products"]
            for variant in row["variants"]
        }

    def _paths(self, rows: Sequence[Row]) -> dict[int, str]:
        by_id = {row["id"]: row for row in rows}

        def path(number: int) -> str:
            row = by_id[number]
            above = path(row["parent_id"]) if row["parent_id"] else self.trees[row["tree_id"]]
            return f"{above} > {row['name']}"

        return {number: path(number) for number in by_id}

    def of(self, kind: str, number: int) -> str:
        """The name of the row of `kind` with this id; the id itself when it is gone."""
        tables = {
            "product": self.products,
            "variant": self.variants,
            "brand": self.brands,
            "category": self.categories,
            "channel": self.channels,
        }
        return tables[kind].get(number, f"{kind} {number}")


def _redirect(names: Names, row: Row) -> Row:
    to = {name: value for name, value in row["to"].items() if name != "entity_id"}
    if row["to"].get("type") in {"product", "brand", "category"} and "entity_id" in row["to"]:
        to["entity"] = names.of(row["to"]["type"], row["to"]["entity_id"])
    return {"from_path": row["from_path"], "site_id": row["site_id"], "to": to}


def _image(row: Row) -> Row:
    return _plain(row, "image_file")


def _picture(row: Row | None) -> Row | None:
    return None if row is None else {"source": row["source"], "content": row["content"]}


def _variant(product: Row, row: Row) -> Row:
    labels = {
        value["id"]: f"{option['display_name']}: {value['label']}"
        for option in product["options"]
        for value in option["option_values"]
    }
    chosen = [labels[pair["id"]] for pair in row["option_values"]]
    told = _plain(row, "option_values", "image")
    return {**told, "is_base": row["sku_id"] is None, "chosen": chosen, "image": _picture(row["image"])}


def _option(row: Row) -> Row:
    # The internal name is the display name and the product's id.
    return {
        **_plain(row, "name", "option_values"),
        "values": [_plain(value) for value in row["option_values"]],
    }


def _product(names: Names, row: Row) -> Row:
    told = _plain(row, "images", "variants", "options", "custom_fields", "videos", "bulk_pricing_rules")
    return {
        **told,
        "brand_id": names.of("brand", row["brand_id"]) if row["brand_id"] else None,
        "categories": sorted(names.of("category", number) for number in row["categories"]),
        "related_products": [
            number if number < 0 else names.of("product", number) for number in row["related_products"]
        ],
        "images": _sorted([_image(image) for image in row["images"]]),
        "variants": _sorted([_variant(row, variant) for variant in row["variants"]]),
        "options": [_option(option) for option in row["options"]],
        "custom_fields": _sorted([_plain(each) for each in row["custom_fields"]]),
        "videos": _sorted([_plain(each) for each in row["videos"]]),
        "bulk_pricing_rules": _sorted([_plain(each) for each in row["bulk_pricing_rules"]]),
    }


def _category(names: Names, row: Row) -> Row:
    told = _plain(row, "parent_id", "tree_id", "image")
    return {**told, "path": names.of("category", row["id"]), "image": _picture(row["image"])}


def _metafield(names: Names, row: Row) -> Row:
    return {**_plain(row, "resource_id"), "owner": names.of(row["resource_type"], row["resource_id"])}


def _listing(names: Names, row: Row) -> Row:
    variants = [
        {**_plain(each, "channel_id", "variant_id"), "variant": names.of("variant", each["variant_id"])}
        for each in row["variants"]
    ]
    told = _plain(row, "channel_id", "variants")
    return {
        **told,
        "channel": names.of("channel", row["channel_id"]),
        "product": names.of("product", row["product_id"]),
        "variants": _sorted(variants),
    }


def natural_state(state: Mapping[str, Any]) -> dict[str, Any]:
    """The same state with every id read as a natural key, in an order that ids do not decide.

    Products are named by their main SKU, or else their name; variants by their SKU; brands,
    channels and trees by name; categories by their path; metafields by owner, namespace and
    key; custom fields by name and value; images by what was taken in, place, description and
    thumbnail.  Instants, counters and file names are left out.

    Args:
        state: What `BigCommerceSandbox.state()` gives; it is not changed.

    Returns:
        JSON-able data that is equal for two stores with the same content.
    """
    names = Names(state)
    tell: dict[str, Callable[[Row], Row]] = {
        "products": lambda row: _product(names, row),
        "brands": lambda row: {**_plain(row, "image"), "image": _picture(row["image"])},
        "trees": lambda row: {
            **_plain(row, "channels"),
            "channels": [names.of("channel", n) for n in row["channels"]],
        },
        "categories": lambda row: _category(names, row),
        "channels": _plain,
        "currencies": _plain,
        "metafields": lambda row: _metafield(names, row),
        "listings": lambda row: _listing(names, row),
        "redirects": lambda row: _redirect(names, row),
        "channel_assignments": lambda row: {
            "product": names.of("product", row["product_id"]),
            "channel": names.of("channel", row["channel_id"]),
        },
        "sort_orders": lambda row: {
            "category": names.of("category", row["category_id"]),
            "product": names.of("product", row["product_id"]),
            "sort_order": row["sort_order"],
        },
    }
    return {name: _sorted([told(row) for row in state[name]]) for name, told in tell.items()}
