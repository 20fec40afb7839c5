"""How large, how heavy and how long a product is."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

from commerce_bridge.domain.title import Extent, Measures
from commerce_bridge.platforms.onix.diagnostics import Notes
from commerce_bridge.platforms.onix.node import Node

_NUMBER: Final = re.compile(r"\d{1,12}(?:\.\d{1,6})?")
_TO_MM: Final = {"mm": Decimal(1), "cm": Decimal(10), "in": Decimal("25.4")}
_TO_G: Final = {
    "gr": Decimal(1),
    "kg": Decimal(1000),
    "oz": Decimal("28.349523125"),
    "lb": Decimal("453.59237"),
}
"""Exact by definition (international pound and inch)."""
_FINEST_FIRST: Final = {unit: rank for units in (_TO_MM, _TO_G) for rank, unit in enumerate(units)}
_MEASURES: Final = {"01": _TO_MM, "02": _TO_MM, "03": _TO_MM, "04": _TO_MM, "05": _TO_MM, "08": _TO_G}
_BYTES: Final = {"17": 1, "18": 1024, "19": 1024 * 1024}
_PAGE_KINDS: Final = ("00", "05", "11", "07", "06", "08", "10")
"""Kinds of page count (ONIX List 23); the first that is there is read."""


@lru_cache(maxsize=2048)
def number(text: str | None) -> Decimal | None:
    """A positive number with a point, as ONIX writes it; None when it is none."""
    if text is None or not _NUMBER.fullmatch(text) or not text.isascii():
        return None
    value = Decimal(text)
    return value if value > 0 else None


def measures(detail: Node, notes: Notes) -> Measures:
    """Size and weight; where a measure comes in several units, the metric one, and the finest.

    Source: EDItEUR ONIX for Books 3.1 revision 2, `Measure`; code lists 48 and 50.
    """
    nodes = detail.each("Measure")
    if not nodes:
        return _NOTHING
    found: dict[str, tuple[int, Decimal]] = {}
    for node in nodes:
        kind = notes.code(48, node, "MeasureType")
        units = _MEASURES.get(kind or "")
        if units is None or kind is None:
            continue
        unit = notes.code(50, node, "MeasureUnitCode")
        value = number(node.text("Measurement"))
        if unit is None or unit not in units or value is None:
            message = f"Expected a positive number in one of {', '.join(units)}; it was left out."
            notes.warning("measure.unreadable", message, node, "Measurement")
            continue
        rank = _FINEST_FIRST[unit]
        if kind not in found or rank < found[kind][0]:
            found[kind] = (rank, value * units[unit])
    return Measures(
        height_mm=_first(found, "01", "04"),
        width_mm=_first(found, "02", "05"),
        thickness_mm=_first(found, "03"),
        weight_g=_first(found, "08"),
    )


_NOTHING: Final = Measures()


def _first(found: dict[str, tuple[int, Decimal]], *kinds: str) -> Decimal | None:
    """The first of these measures; the page trim stands in where the whole was not measured."""
    return next((found[kind][1].normalize() + 0 for kind in kinds if kind in found), None)


def extents(detail: Node, notes: Notes) -> tuple[Extent, ...]:
    """Pages, and minutes of an audiobook.

    Source: EDItEUR ONIX for Books 3.1 revision 2, `Extent`; code lists 23 and 24.
    """
    pages: dict[str, Decimal] = {}
    minutes: Decimal | None = None
    for node in detail.each("Extent"):
        kind, unit = notes.code(23, node, "ExtentType"), notes.code(24, node, "ExtentUnit")
        text = node.text("ExtentValue")
        if kind in _PAGE_KINDS and unit == "03":
            value = number(text)
            if value is None:
                notes.warning("extent.unreadable", f"{text!r} is no number of pages; it was left out.", node)
            else:
                pages.setdefault(kind, value)
        elif kind == "09":
            read = _minutes(text, unit)
            if read is None:
                notes.warning(
                    "extent.unreadable", f"{text!r} is no duration in unit {unit}; it was left out.", node
                )
            else:
                minutes = minutes or read
    found = [Extent(kind="pages", value=pages[kind]) for kind in _PAGE_KINDS if kind in pages][:1]
    if minutes is not None:
        found.append(Extent(kind="duration", value=minutes))
    return tuple(found)


def _minutes(text: str | None, unit: str | None) -> Decimal | None:
    if unit in {"14", "15", "16"} and text is not None:
        return _clock_minutes(text, {"14": 0, "15": 2, "16": 4}[unit])
    value = number(text)
    if value is None:
        return None
    factor = {"04": Decimal(60), "05": Decimal(1), "06": 1 / Decimal(60)}.get(unit or "")
    return None if factor is None else value * factor


def _clock_minutes(text: str, tail: int) -> Decimal | None:
    """``HHH``, ``HHHMM`` or ``HHHMMSS`` as minutes; the last `tail` digits are minutes and seconds."""
    if not text.isascii() or not text.isdigit() or not tail < len(text) <= tail + 3:
        return None
    hours, rest = text[: len(text) - tail], text[len(text) - tail :]
    minute, second = int(rest[:2] or 0), int(rest[2:] or 0)
    if minute > 59 or second > 59:
        return None
    total = Decimal(int(hours) * 60 + minute) + Decimal(second) / 60
    return total or None


def file_size_bytes(detail: Node) -> int | None:
    """The size of the file, when it is said in bytes, kilobytes or megabytes."""
    for node in detail.each("Extent"):
        if node.text("ExtentType") == "22":
            factor = _BYTES.get(node.text("ExtentUnit") or "")
            value = number(node.text("ExtentValue"))
            if factor and value:
                return int(value * factor)
    return None
