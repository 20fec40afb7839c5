"""Consonance: a publisher's works and products, read over GraphQL.

Nothing is loaded before it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from commerce_bridge.platforms.consonance.capabilities import CAPABILITIES
    from commerce_bridge.platforms.consonance.client import AsyncConsonance, Consonance, ConsonanceClient
    from commerce_bridge.platforms.consonance.codes import Form
    from commerce_bridge.platforms.consonance.mapping import PRIZES, Prize
    from commerce_bridge.platforms.consonance.reader import ConsonanceReader
    from commerce_bridge.platforms.consonance.reader_settings import ReaderSettings
    from commerce_bridge.platforms.consonance.report import Finding, SchemaReport
    from commerce_bridge.platforms.consonance.searches import PriceSearch, ProductSearch, WorkSearch
    from commerce_bridge.platforms.consonance.settings import ConsonanceSettings

_PLACES = {
    "capabilities": ("CAPABILITIES",),
    "client": ("AsyncConsonance", "Consonance", "ConsonanceClient"),
    "codes": ("Form",),
    "mapping": ("PRIZES", "Prize"),
    "reader": ("ConsonanceReader",),
    "reader_settings": ("ReaderSettings",),
    "report": ("Finding", "SchemaReport"),
    "searches": ("PriceSearch", "ProductSearch", "WorkSearch"),
    "settings": ("ConsonanceSettings",),
}
_PLACE_OF = {name: place for place, names in _PLACES.items() for name in names}

__all__ = [
    "AsyncConsonance",
    "CAPABILITIES",
    "Consonance",
    "ConsonanceClient",
    "ConsonanceReader",
    "ConsonanceSettings",
    "Finding",
    "Form",
    "PRIZES",
    "PriceSearch",
    "Prize",
    "ProductSearch",
    "ReaderSettings",
    "SchemaReport",
    "WorkSearch",
]


def __getattr__(name: str) -> object:
    place = _PLACE_OF.get(name)
    if place is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(f"{__name__}.{place}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
