"""From the wire to the domain: a product with what belongs to it, as one `Record`.

A text that is empty on the store is no value; neither is a size of 0.  A weight and a price always stand,
since the store has no product without them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from commerce_bridge.domain import listing as on
from commerce_bridge.domain.absence import CLEARED
from commerce_bridge.domain.exchange import Observed, Ref
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.money import Money
from commerce_bridge.domain.record import Element, Fact, Kin, Note, Outlet, Picture, Placement, Record
from commerce_bridge.platforms.bigcommerce.keys import digest_of, ref, text_of
from commerce_bridge.platforms.bigcommerce.settings import Settings
from commerce_bridge.platforms.bigcommerce.units import Units, plain

if TYPE_CHECKING:  # the models are loaded with the resource that decodes into them
    from commerce_bridge.platforms.bigcommerce.wire.catalogue import Category, Metafield
    from commerce_bridge.platforms.bigcommerce.wire.product import Product
    from commerce_bridge.platforms.bigcommerce.wire.variant import Variant

SELLING = {
    "available": on.Selling.LIVE,
    "preorder": on.Selling.PREORDER,
    "disabled": on.Selling.CLOSED,
}
FULFILMENT = {"physical": on.Fulfilment.PHYSICAL, "digital": on.Fulfilment.DIGITAL}

_TEXTS: Mapping[str, AnyField] = {
    "name": on.NAME,
    "description": on.DESCRIPTION,
    "sku": on.SKU,
    "gtin": on.GTIN,
    "search_keywords": on.KEYWORDS,
    "page_title": on.PAGE_TITLE,
    "meta_description": on.SUMMARY,
}
_SIZES: Mapping[str, AnyField] = {"height": on.HEIGHT_MM, "width": on.WIDTH_MM, "depth": on.DEPTH_MM}


@frozen(kw_only=True)
class Aside:
    """What stands beside products, in tables of its own.

    Args:
        brands: Brand id to name.
        categories: Category id to the path of names.
        notes: Product id to its metafields.
    """

    brands: Mapping[int, str] = field(factory=dict[int, str])
    categories: Mapping[int, tuple[str, ...]] = field(factory=dict[int, "tuple[str, ...]"])
    notes: Mapping[int, Sequence[Metafield]] = field(factory=dict[int, "Sequence[Metafield]"])


def observed(
    product: Product, aside: Aside, units: Units, settings: Settings, seen_at: datetime
) -> Observed[Record]:
    """A product as the store showed it."""
    record = record_of(product, aside, units, settings)
    return Observed(
        value=record,
        ref=ref("product", product.id),
        version=version_of(record),
        seen_at=seen_at,
        problems=tuple(_problems(product)),
    )


def record_of(product: Product, aside: Aside, units: Units, settings: Settings) -> Record:
    """A product in field terms."""
    several = is_several(product)
    return Record(
        values=_values(product, aside, units),
        elements=dict(_elements(product, aside)),
        parts={
            variant.sku or f"#{variant.id}": _part(variant, units, settings)
            for variant in (product.variants or () if several else ())
        },
        ref=ref("product", product.id),
    )


def is_several(product: Product) -> bool:
    """Whether a product has variants beside its base variant."""
    return any(variant.option_values for variant in product.variants or ())


def _problems(product: Product) -> Iterable[str]:
    if product.availability is not None and product.availability not in SELLING:
        yield f"$.availability: expected one of {', '.join(SELLING)}, got {product.availability!r}"
    if product.type is not None and product.type not in FULFILMENT:
        yield f"$.type: expected one of {', '.join(FULFILMENT)}, got {product.type!r}"


def _values(product: Product, aside: Aside, units: Units) -> dict[AnyField, Any]:
    values: dict[AnyField, Any] = {}
    for name, place in _TEXTS.items():
        text: str | None = getattr(product, name)
        if text:
            values[place] = text
    for name, place in _SIZES.items():
        size: Decimal | None = getattr(product, name)
        if size:
            values[place] = units.in_millimetres(size)
    brand = aside.brands.get(product.brand_id or 0)
    told: dict[AnyField, Any] = {
        on.PRICE: None if product.price is None else units.money(product.price),
        on.WEIGHT_G: None if product.weight is None else units.in_grams(product.weight),
        on.FULFILMENT: FULFILMENT.get(product.type or ""),
        on.BRAND: brand,
        on.VISIBLE: product.is_visible,
        on.SELLING: SELLING.get(product.availability or ""),
        on.RELEASE: product.preorder_release_date,
        on.ADDRESS: (product.custom_url.url if product.custom_url else None) or None,
        on.STOCK_TRACKED: None
        if product.inventory_tracking is None
        else product.inventory_tracking != "none",
    }
    values.update((place, value) for place, value in told.items() if value is not None)
    return values


def _part(variant: Variant, units: Units, settings: Settings) -> Record:
    values: dict[AnyField, Any] = {
        place: text for place, text in ((on.SKU, variant.sku), (on.GTIN, variant.gtin)) if text
    }
    if variant.price is not None:
        values[on.PRICE] = units.money(variant.price)
    if variant.weight is not None:
        values[on.WEIGHT_G] = units.in_grams(variant.weight)
    for name, place in _SIZES.items():
        size: Decimal | None = getattr(variant, name)
        if size:
            values[place] = units.in_millimetres(size)
    label = _label(variant, settings.option)
    if label:
        values[on.OPTION] = label
    values[on.SELLING] = on.Selling.CLOSED if variant.purchasing_disabled else on.Selling.LIVE
    return Record(values=values, ref=ref("variant", variant.id))


def _label(variant: Variant, option: str) -> str:
    """What shoppers choose it by: the value of our option, else all of them."""
    choices = variant.option_values or ()
    ours = [choice.label for choice in choices if choice.option_display_name == option and choice.label]
    return ours[0] if ours else " / ".join(choice.label for choice in choices if choice.label)


def _elements(product: Product, aside: Aside) -> Iterable[tuple[Element, Ref]]:
    for one in product.custom_fields or ():
        yield Fact(one.name or "", one.value or ""), ref("custom_field", one.id)
    for note in aside.notes.get(product.id, ()):
        shown = (note.permission_set or "").endswith("_sf_access")
        yield (
            Note(note.namespace or "", note.key or "", note.value or "", shown),
            ref("metafield", note.id),
        )
    for image in product.images or ():
        words = image.description or ""
        picture = Picture(
            digest=digest_of(words, image.id),
            url=image.url_zoom or image.url_standard or "",
            text=text_of(words),
            main=bool(image.is_thumbnail),
            place=image.sort_order or 0,
        )
        yield picture, ref("image", image.id)
    for number in product.categories or ():
        yield Placement(aside.categories.get(number, (f"category {number}",))), ref("category", number)
    for number in product.channels or ():
        yield Outlet(str(number)), ref("channel", number)
    for number in product.related_products or ():
        if number > 0:
            yield Kin(str(ref("product", number))), ref("product", number)


def paths_of(categories: Iterable[Category], tree: int) -> dict[int, tuple[str, ...]]:
    """Category id to the path of names from the root.

    Categories of other trees than ours stand under a name that tells their tree, so that two of one path
    stay two.

    Args:
        categories: All categories of the store, in any order.
        tree: Our tree.
    """
    known = {one.category_id: one for one in categories}
    paths: dict[int, tuple[str, ...]] = {}

    def path(number: int) -> tuple[str, ...]:
        if number not in paths:
            one = known[number]
            above = one.parent_id or 0
            root = () if one.tree_id in (None, tree) else (f"tree {one.tree_id}",)
            paths[number] = (*(path(above) if above in known else root), one.name or "")
        return paths[number]

    for number in known:
        path(number)
    return paths


def version_of(record: Record) -> str:
    """Sixteen hex digits that change when anything shown of a record does."""
    return hashlib.sha256(_told(record).encode()).hexdigest()[:16]


def _told(record: Record) -> str:
    values = sorted(f"{name}={_text(value)}" for name, value in record.values.items())
    elements = sorted(f"{_text(one)}@{name}" for one, name in record.elements.items())
    parts = [f"{key}:{{{_told(record.parts[key])}}}" for key in sorted(record.parts)]
    return "\n".join((*values, *elements, *parts))


def _text(value: Any) -> str:
    if isinstance(value, Picture):  # its address is not part of it
        return repr((value.digest, value.text, value.main, value.place))
    return str(value) if isinstance(value, Decimal) else repr(value)


def as_read_back(name: AnyField, value: Any, units: Units, *, part: bool = False) -> Any:
    """What the reader shows of a value after it was written: what mappers should ask for.

    A value that the store cannot keep exactly (a length in inches, a price with five decimals) comes back
    as the nearest one it can; one that is nothing to it comes back as CLEARED.

    Args:
        name: The field.
        value: A value, MISSING or CLEARED.
        units: The store's units.
        part: Whether it is a variant's.
    """
    if value == "" or (name in _SIZES.values() and value == 0):
        return CLEARED
    if isinstance(value, Money):
        return units.money(units.amount(value)) if value.currency == units.currency else value
    if isinstance(value, Decimal):
        return _measure(name, value, units)
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    if part and value is on.Selling.PREORDER:
        return on.Selling.LIVE
    return value


def _measure(name: AnyField, value: Decimal, units: Units) -> Any:
    if name == on.WEIGHT_G:
        return units.in_grams(units.weight(value))
    if name in _SIZES.values():
        there = units.in_millimetres(units.length(value))
        return there if there else CLEARED
    return plain(value)
