"""From the domain to the wire: a product's and a variant's values as what is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from attrs import frozen

from commerce_bridge.domain import listing as on
from commerce_bridge.domain.absence import CLEARED
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.record import Note, Picture
from commerce_bridge.errors import MappingError
from commerce_bridge.platforms.bigcommerce.drafts.catalogue import MetafieldDraft
from commerce_bridge.platforms.bigcommerce.drafts.product import CustomUrlDraft, ImageDraft, ProductDraft
from commerce_bridge.platforms.bigcommerce.drafts.variant import VariantDraft
from commerce_bridge.platforms.bigcommerce.keys import described
from commerce_bridge.platforms.bigcommerce.settings import Settings
from commerce_bridge.platforms.bigcommerce.units import Units

Sent: TypeAlias = dict[str, Any]


@frozen(kw_only=True)
class Terms:
    """What the wire form of a value depends on.

    Args:
        units: The store's units.
        settings: How records are written.
    """

    units: Units
    settings: Settings


Write: TypeAlias = Callable[[Any, Terms], Sent]

_AVAILABILITY = {
    on.Selling.LIVE: "available",
    on.Selling.PREORDER: "preorder",
    on.Selling.CLOSED: "disabled",
}
_TYPE = {on.Fulfilment.PHYSICAL: "physical", on.Fulfilment.DIGITAL: "digital"}


def _as(name: str) -> Write:
    return lambda value, terms: {name: value}


def _weight(value: Decimal, terms: Terms) -> Sent:
    return {"weight": terms.units.weight(value)}


def _length(name: str) -> Write:
    return lambda value, terms: {name: terms.units.length(value)}


def _price(value: Any, terms: Terms) -> Sent:
    return {"price": terms.units.amount(value)}


def _selling(value: on.Selling, terms: Terms) -> Sent:
    ends_itself = value is on.Selling.PREORDER and terms.settings.preorder_ends_itself
    return {"availability": _AVAILABILITY[value], "is_preorder_only": ends_itself}


def _address(value: str, terms: Terms) -> Sent:
    url = CustomUrlDraft(url=value, is_customized=True, create_redirect=terms.settings.redirect)
    return {"custom_url": url}


def _release(value: datetime, terms: Terms) -> Sent:
    return {"preorder_release_date": value.replace(microsecond=0)}


@frozen(kw_only=True)
class _Place:
    """How a field is written.

    Args:
        write: What is sent of a value.
        clear: What is sent to clear it, or None where the store must have a value.
    """

    write: Write
    clear: Sent | None = None


def _clearable(name: str) -> _Place:
    return _Place(write=_as(name), clear={name: CLEARED})


_PRODUCT: Mapping[AnyField, _Place] = {
    on.NAME: _Place(write=_as("name")),
    on.DESCRIPTION: _clearable("description"),
    on.SKU: _clearable("sku"),
    on.GTIN: _clearable("gtin"),
    on.PRICE: _Place(write=_price),
    on.FULFILMENT: _Place(write=lambda value, terms: {"type": _TYPE[value]}),
    on.WEIGHT_G: _Place(write=_weight),
    on.HEIGHT_MM: _Place(write=_length("height"), clear={"height": CLEARED}),
    on.WIDTH_MM: _Place(write=_length("width"), clear={"width": CLEARED}),
    on.DEPTH_MM: _Place(write=_length("depth"), clear={"depth": CLEARED}),
    on.BRAND: _Place(write=_as("brand_name"), clear={"brand_id": CLEARED}),
    on.VISIBLE: _Place(write=_as("is_visible")),
    on.SELLING: _Place(write=_selling),
    on.RELEASE: _Place(write=_release, clear={"preorder_release_date": CLEARED}),
    on.ADDRESS: _Place(write=_address),
    on.KEYWORDS: _clearable("search_keywords"),
    on.PAGE_TITLE: _clearable("page_title"),
    on.SUMMARY: _clearable("meta_description"),
    on.STOCK_TRACKED: _Place(
        write=lambda value, terms: {"inventory_tracking": "product" if value else "none"}
    ),
}

_VARIANT: Mapping[AnyField, _Place] = {
    on.SKU: _Place(write=_as("sku"), clear={"purchasing_disabled": True}),
    on.GTIN: _clearable("gtin"),
    on.PRICE: _Place(write=_price, clear={"price": CLEARED}),
    on.WEIGHT_G: _Place(write=_weight, clear={"weight": CLEARED}),
    on.HEIGHT_MM: _Place(write=_length("height"), clear={"height": CLEARED}),
    on.WIDTH_MM: _Place(write=_length("width"), clear={"width": CLEARED}),
    on.DEPTH_MM: _Place(write=_length("depth"), clear={"depth": CLEARED}),
    on.SELLING: _Place(
        write=lambda value, terms: {"purchasing_disabled": value is on.Selling.CLOSED},
        clear={"purchasing_disabled": True},
    ),
}
"""A variant that leaves (its SKU is cleared) stays, and can no longer be bought: deleting it would take its
orders' history with it."""


def product_sent(values: Mapping[AnyField, Any], terms: Terms, *, several: bool = False) -> Sent:
    """What of a `ProductDraft` a product's values come to.

    Args:
        values: Field to value, or CLEARED.
        terms: The store's units, and our settings.
        several: Whether the product has several variants, whose stock is then counted.

    Raises:
        MappingError: A value cannot be written; the message names it.
    """
    sent: Sent = {}
    for name, value in values.items():
        sent.update(_one(name, value, _PRODUCT, terms))
    if several and sent.get("inventory_tracking") == "product":
        sent["inventory_tracking"] = "variant"
    return sent


def product_draft(sent: Sent) -> ProductDraft:
    """A draft of these fields."""
    return ProductDraft(**sent)


def variant_draft(values: Mapping[AnyField, Any], terms: Terms, **more: Any) -> VariantDraft:
    """A variant's values as a draft; the option's value is not among them.

    Raises:
        MappingError: A value cannot be written; the message names it.
    """
    sent: Sent = {}
    for name, value in values.items():
        if name != on.OPTION:
            sent.update(_one(name, value, _VARIANT, terms))
    return VariantDraft(**{**sent, **more})


def _one(name: AnyField, value: Any, places: Mapping[AnyField, _Place], terms: Terms) -> Sent:
    place = places[name]
    if value is not CLEARED:
        return place.write(value, terms)
    if place.clear is None:
        raise MappingError(
            f"A product in BigCommerce always has {name.text}: it cannot be cleared.",
            hint="Map a value, or leave the field out.",
        )
    return place.clear


def image_draft(picture: Picture, *, fetched: bool = True) -> ImageDraft:
    """An image as a draft.

    Args:
        picture: The image.
        fetched: Whether the store is to fetch its file; without it only words and place are sent.
    """
    words: Sent = {
        "description": described(picture),
        "is_thumbnail": picture.main,
        "sort_order": picture.place,
    }
    return ImageDraft(image_url=picture.url, **words) if fetched else ImageDraft(**words)


def note_draft(note: Note, settings: Settings) -> MetafieldDraft:
    """A metafield as a draft."""
    permission = settings.shown_note_permission if note.shown else settings.note_permission
    return MetafieldDraft(namespace=note.namespace, key=note.key, value=note.value, permission_set=permission)
