"""Variant rows: their fields, the base variant of a simple product, and what is answered of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from .check import Rule, checked, flag, invalid, number, text, whole
from .fetching import fetched, shown_file
from .options import chosen_by_label, shown_choice
from .product_fields import STOCK_LIMIT
from .settings import Settings
from .store import Store
from .wire import Refused, Row, is_list, is_row, not_found, refuse

VARIANTS_MAX = 600
"""SKUs of one product."""

VARIANT_FOLDER = "attribute_rule_images"
"""Where the pictures of variants lie."""

VARIANT_RULES: dict[str, Rule] = {
    "sku": text(0, 255),
    "cost_price": number(0, nullable=True),
    "price": number(0, nullable=True),
    "sale_price": number(0, nullable=True),
    "retail_price": number(0, nullable=True),
    "map_price": number(0, nullable=True),
    "weight": number(0, nullable=True),
    "width": number(0, nullable=True),
    "height": number(0, nullable=True),
    "depth": number(0, nullable=True),
    "is_free_shipping": flag(),
    "fixed_cost_shipping_price": number(0, nullable=True),
    "purchasing_disabled": flag(),
    "purchasing_disabled_message": text(0, 255),
    "upc": text(0, 14, nullable=True),
    "gtin": text(0, 14, nullable=True),
    "mpn": text(nullable=True),
    "inventory_level": whole(None, STOCK_LIMIT, nullable=True),
    "inventory_warning_level": whole(None, STOCK_LIMIT, nullable=True),
    "bin_picking_number": text(0, 255, nullable=True),
    "image_url": text(),
}
"""Fields of POST and PUT.  Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml`."""

_CHOICE_RULES = {"option_display_name": text(1, 255), "label": text(1, 255)}


def fresh_variant(store: Store, product: Row, *, base: bool) -> Row:
    """A variant row before its first body is applied."""
    return {
        "id": store.next_id("variant"),
        "product_id": product["id"],
        "sku": product["sku"] if base else "",
        "sku_id": None if base else store.next_id("sku"),
        "cost_price": 0,
        "price": None,
        "sale_price": None,
        "retail_price": None,
        "map_price": None,
        "weight": None,
        "width": None,
        "height": None,
        "depth": None,
        "is_free_shipping": False,
        "fixed_cost_shipping_price": None,
        "purchasing_disabled": False,
        "purchasing_disabled_message": "",
        "upc": "",
        "gtin": "",
        "mpn": "",
        "inventory_level": 0,
        "inventory_warning_level": 0,
        "bin_picking_number": "",
        "image": None,
        "option_values": [],
    }


def variant_of(product: Row, number: int) -> Row:
    """The product's variant with this id.

    Raises:
        Refused: 404 when it has none.
    """
    variants: list[Row] = product["variants"]
    for variant in variants:
        if variant["id"] == number:
            return variant
    raise not_found("The variant")


def shown_variant(product: Row, variant: Row) -> Row:
    """What the platform answers of a variant."""
    shown = {name: value for name, value in variant.items() if name not in ("image", "map_price")}
    if variant["map_price"] is not None:
        shown["map_price"] = variant["map_price"]
    shown["option_values"] = shown_choice(product, variant["option_values"])
    shown["image_url"] = variant["image"]["url"] if variant["image"] else ""
    shown["calculated_price"] = variant_price(product, variant)
    shown["calculated_weight"] = product["weight"] if variant["weight"] is None else variant["weight"]
    return shown


def product_price(product: Row) -> int | float:
    """The product's price as sold."""
    return cast("int | float", product["sale_price"] or product["price"])


def variant_price(product: Row, variant: Row) -> int | float:
    """The variant's price as sold: its own price no longer honours the product's sale price."""
    if variant["sale_price"]:
        return cast("int | float", variant["sale_price"])
    if variant["price"] is not None:
        return cast("int | float", variant["price"])
    return product_price(product)


def sku_clash(store: Store, sku: str, owner: tuple[int, int]) -> bool:
    """Whether `sku` belongs to another product or variant, whatever its case."""
    taken = store.skus.get(sku.casefold()) if sku else None
    return taken is not None and taken != owner


def duplicate_sku() -> Refused:
    """The 409 for a SKU in use."""
    return refuse(409, "The product sku is a duplicate", {"sku": "is in use"})


def empty_sku() -> Refused:
    """The 422 for a variant without a SKU."""
    return refuse(422, "Variant sku cannot be empty", {"sku": "must not be empty"}, code=22004)


def same_choice() -> Refused:
    """The 409 for a combination of option values the product has already."""
    return refuse(409, "Variant with the same option values set exists")


def picture_of(url: str, store: Store, settings: Settings) -> Row | None:
    """The stored picture of a variant, or None for an empty address."""
    if not url:
        return None
    # Only product pictures have the 255-character bound in the vendor's reference.
    picture = fetched(url, settings, most=None)
    return shown_file(picture, store.next_id("file"), settings.store_hash, VARIANT_FOLDER)


def read_variant(body: Row, *, path: str = "") -> tuple[Row, Row]:
    """The fields of a variant body: what is copied, and what is not (`sku` stays with the first).

    Raises:
        Refused: 422 with every faulty field.
    """
    kept, errors = checked(body, VARIANT_RULES, path=path)
    if errors:
        raise invalid(errors)
    special = {name: kept.pop(name) for name in ("image_url",) if name in kept}
    return kept, special


def check_choices(value: Any, path: str) -> list[Row]:
    """`option_values` named by words.

    Raises:
        Refused: 422 when there are none, or one lacks its words.
    """
    rows: list[Row] = value if is_list(value) and all(is_row(each) for each in value) else []
    if not rows:
        raise invalid({f"{path}option_values": "must name at least one option value"})
    errors: dict[str, str] = {}
    for at, row in enumerate(rows):
        _, wrong = checked(row, _CHOICE_RULES, required=_CHOICE_RULES, path=f"{path}option_values.{at}.")
        errors.update(wrong)
    if errors:
        raise invalid(errors)
    return rows


def stock_failed(fields: Row, path: str = "") -> dict[str, str]:
    """Take a negative stock out of `fields`; what is said of it, keyed by `path` and field."""
    level = fields.get("inventory_level")
    if level is None or level >= 0:
        return {}
    del fields["inventory_level"]
    return {f"{path}inventory_level": "must not become negative"}


def nested_variants(
    store: Store, settings: Settings, product: Row, bodies: Sequence[Row]
) -> tuple[list[Row], dict[str, str]]:
    """The variants of a product that is being made, with the options they need.

    Returns:
        The variants, and what could not be saved though the rest was.

    Raises:
        Refused: 422 for faulty rows, 409 for a SKU or a combination that exists.
    """
    if len(bodies) > VARIANTS_MAX:
        raise invalid({"variants": f"must have at most {VARIANTS_MAX} entries"})
    made: list[Row] = []
    failed: dict[str, str] = {}
    seen_skus = {product["sku"].casefold()} if product["sku"] else set[str]()
    for at, body in enumerate(bodies):
        path = f"variants.{at}."
        kept, special = read_variant(body, path=path)
        failed.update(stock_failed(kept, path))
        choices = check_choices(body.get("option_values"), path)
        sku = kept.get("sku", "")
        if not sku:
            raise empty_sku()
        if sku.casefold() in seen_skus or sku_clash(store, sku, (0, 0)):
            raise duplicate_sku()
        seen_skus.add(sku.casefold())
        chosen = chosen_by_label(store, product, choices)
        if any(other["option_values"] == chosen for other in made):
            raise same_choice()
        image = picture_of(special.get("image_url", ""), store, settings)
        made.append(
            {**fresh_variant(store, product, base=False), **kept, "image": image, "option_values": chosen}
        )
    return made, failed
