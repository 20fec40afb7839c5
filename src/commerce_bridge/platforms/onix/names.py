"""What a product and its series are called."""

from __future__ import annotations

from typing import Final

from commerce_bridge.domain.title import SeriesMembership
from commerce_bridge.platforms.onix.diagnostics import Notes
from commerce_bridge.platforms.onix.node import Node

_APOSTROPHES: Final = ("'", "\u2019")
_SEQUENCES: Final = ("02", "03", "04", "06", "05", "07", "01")
"""Kinds of number in a series (ONIX List 197), the first that is there is shown."""


def display_title(detail: Node, notes: Notes) -> tuple[str, str | None]:
    """The distinctive title with its prefix, and the subtitle; an empty title when there is none.

    Source: EDItEUR ONIX for Books 3.1 revision 2, `TitleDetail`; code lists 15 and 149.
    """
    details = detail.each("TitleDetail")
    for one in details:
        notes.code(15, one, "TitleType")
    distinctive = next((one for one in details if one.text("TitleType") == "01"), None)
    chosen = distinctive or (details[0] if details else None)
    name, subtitle = _from_elements(chosen, notes) if chosen else ("", None)
    if not name:
        notes.error(
            "title.missing",
            "A distinctive title (TitleType 01, level 01) was expected; there is none.",
            detail,
        )
    elif distinctive is None and chosen is not None:
        notes.warning(
            "title.type", "There is no distinctive title (TitleType 01); the first title was read.", chosen
        )
    return name, subtitle


def _from_elements(chosen: Node, notes: Notes) -> tuple[str, str | None]:
    levels: dict[str, Node] = {}
    for element in chosen.each("TitleElement"):
        levels.setdefault(notes.code(149, element, "TitleElementLevel") or "", element)
    product = levels.get("01")
    collection = levels.get("02") or levels.get("03")
    name = element_text(product) if product else ""
    if not name and collection:
        # A volume may be known by its collection's title and its own number alone.
        number = (product.text("PartNumber") or product.text("YearOfAnnual")) if product else None
        name = " ".join(
            part for part in (element_text(collection), number or collection.text("PartNumber")) if part
        )
    subtitle = product.text("Subtitle") if product else None
    return name, _spaced(subtitle) if subtitle else None


def element_text(element: Node) -> str:
    """The text of one title element, with its prefix."""
    text = element.text("TitleText")
    if text is None:
        prefix, text = element.text("TitlePrefix") or "", element.text("TitleWithoutPrefix") or ""
        if prefix and text:
            text = prefix + ("" if prefix.endswith(_APOSTROPHES) else " ") + text
        else:
            text = text or prefix
    return _spaced(text)


def _spaced(text: str) -> str:
    return " ".join(text.split())


def series(detail: Node, notes: Notes) -> list[SeriesMembership]:
    """The collections a product is in; those that only an aggregator names come in when there are no others.

    Source: EDItEUR ONIX for Books 3.1 revision 2, `Collection`; code lists 148, 149, 197.
    """
    collections = detail.each("Collection")
    if not collections:
        return []
    kinds = [notes.code(148, one, "CollectionType") for one in collections]
    own = [one for one, kind in zip(collections, kinds, strict=True) if kind != "20"]
    found: list[SeriesMembership] = []
    for collection in own or collections:
        found += _memberships(collection, _own_number(detail) if len(collections) == 1 else None)
    return found


def _memberships(collection: Node, own_number: str | None) -> list[SeriesMembership]:
    """The series, and the series inside it; the number is the innermost one's."""
    details = collection.each("TitleDetail")
    chosen = next((one for one in details if one.text("TitleType") == "01"), details[0] if details else None)
    elements = chosen.each("TitleElement") if chosen else []
    named = [
        (element_text(one), one) for one in elements if one.text("TitleElementLevel") in {"02", "03", "06"}
    ]
    named = [(name, one) for name, one in named if name]
    part = next((number for one in elements if (number := one.text("PartNumber"))), None)
    number = _sequence(collection) or part or own_number
    identifier = collection.node("CollectionIdentifier")
    return [
        SeriesMembership(
            name=name,
            number=number if place == len(named) else None,
            identifier=identifier.text("IDValue") if identifier and place == 1 else None,
        )
        for place, (name, _) in enumerate(named, 1)
    ]


def _sequence(collection: Node) -> str | None:
    numbers = {
        one.text("CollectionSequenceType"): one.text("CollectionSequenceNumber")
        for one in reversed(collection.each("CollectionSequence"))
    }
    return next((number for kind in _SEQUENCES if (number := numbers.get(kind))), None)


def _own_number(detail: Node) -> str | None:
    """The part number beside the product's own title."""
    for one in detail.each("TitleDetail"):
        if one.text("TitleType") == "01":
            for element in one.each("TitleElement"):
                if element.text("TitleElementLevel") == "01":
                    return element.text("PartNumber")
    return None
