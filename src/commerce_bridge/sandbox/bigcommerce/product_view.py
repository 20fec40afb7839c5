"""What is answered of a product: its own fields, and the resources inside it that were asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection

from .call import Call
from .image_rows import shown_image
from .options import shown_option
from .paging import only_fields
from .variant_rows import product_price, shown_variant
from .wire import Row

_INNER = ("variants", "options", "images", "custom_fields", "videos", "bulk_pricing_rules", "reviews")
_ALWAYS = ("id", "gift_wrapping_options_type", "gift_wrapping_options_list")
"""Fields that `include_fields` and `exclude_fields` cannot take away."""


def _images(call: Call, product: Row) -> list[Row]:
    ordered = sorted(product["images"], key=lambda image: (image["sort_order"], image["id"]))
    return [shown_image(image, call.settings.store_hash) for image in ordered]


def _primary(call: Call, product: Row) -> Row | None:
    images = _images(call, product)
    thumbnails = [image for image in images if image["is_thumbnail"]]
    return next(iter(thumbnails or images), None)


_SUB: dict[str, Callable[[Call, Row], object]] = {
    "bulk_pricing_rules": lambda call, product: product["bulk_pricing_rules"],
    "channels": lambda call, product: sorted(call.store.assignments.get(product["id"], ())),
    "custom_fields": lambda call, product: product["custom_fields"],
    "images": _images,
    "modifiers": lambda call, product: [],
    "options": lambda call, product: [shown_option(option) for option in product["options"]],
    "parent_relations": lambda call, product: [],
    "primary_image": _primary,
    "reviews": lambda call, product: [],
    "variants": lambda call, product: [shown_variant(product, each) for each in product["variants"]],
    "videos": lambda call, product: [{**video, "product_id": product["id"]} for video in product["videos"]],
}

_MADE = ("variants", "options", "images", "custom_fields", "videos", "bulk_pricing_rules")
"""What the answer to a create shows without being asked."""


def shown_product(call: Call, product: Row, includes: Collection[str]) -> Row:
    """The product's fields, cut by the query, and the sub-resources of `includes`."""
    plain = {name: value for name, value in product.items() if name not in _INNER}
    plain["calculated_price"] = product_price(product)
    if product["inventory_tracking"] == "variant":
        plain["inventory_level"] = sum(each["inventory_level"] or 0 for each in product["variants"])
    shown = only_fields(call, plain, always=_ALWAYS)
    for name in includes:
        value = _SUB[name](call, product)
        if name != "primary_image" or value is not None:
            shown[name] = value
    return shown


def shown_made(call: Call, product: Row) -> Row:
    """What a create answers: everything that was made."""
    return shown_product(call, product, _MADE)
