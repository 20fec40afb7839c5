"""commerce_bridge connects publishing management, stores, content and customer systems.

Everything here is loaded when it is first used, so that importing the package costs next to
nothing.  What is in the reference is public; all else may change without notice.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from commerce_bridge import errors
    from commerce_bridge.bridges.consonance_bigcommerce import consonance_to_bigcommerce
    from commerce_bridge.bridges.listing.categories import CategoryMap
    from commerce_bridge.bridges.listing.job import standard_registry
    from commerce_bridge.bridges.listing.policy import Layout, StorePolicy
    from commerce_bridge.bridges.onix_bigcommerce import onix_to_bigcommerce
    from commerce_bridge.domain.absence import CLEARED, MISSING
    from commerce_bridge.domain.fields import Field
    from commerce_bridge.domain.market import Market
    from commerce_bridge.domain.money import Money
    from commerce_bridge.domain.rights import RightsWindow
    from commerce_bridge.domain.territory import WORLD, Territory, territory
    from commerce_bridge.domain.title import Format, Listing, Title
    from commerce_bridge.mapping import (
        Context,
        Mapper,
        Registry,
        custom_field,
        field,
        metafield,
        named,
        override,
    )
    from commerce_bridge.merge import Ownership, owned_by, written_once
    from commerce_bridge.platforms import bigcommerce as bigcommerce
    from commerce_bridge.platforms import consonance as consonance
    from commerce_bridge.platforms import onix as onix
    from commerce_bridge.platforms.bigcommerce.client import AsyncBigCommerce, BigCommerce
    from commerce_bridge.platforms.consonance.client import AsyncConsonance, Consonance
    from commerce_bridge.platforms.onix.reader import OnixReader
    from commerce_bridge.publishing.readiness import Readiness
    from commerce_bridge.stores.memory import MemoryState as MemoryState
    from commerce_bridge.stores.sqlite import SQLiteState
    from commerce_bridge.sync.bridge import Bridge
    from commerce_bridge.sync.plans.plan import Plan
    from commerce_bridge.sync.plans.receipt import Receipt

__version__ = "0.1.0"

_HOMES: dict[str, str] = {
    "AsyncBigCommerce": "platforms.bigcommerce.client",
    "AsyncConsonance": "platforms.consonance.client",
    "BigCommerce": "platforms.bigcommerce.client",
    "Bridge": "sync.bridge",
    "CLEARED": "domain.absence",
    "CategoryMap": "bridges.listing.categories",
    "Consonance": "platforms.consonance.client",
    "Context": "mapping",
    "Field": "domain.fields",
    "Format": "domain.title",
    "Layout": "bridges.listing.policy",
    "Listing": "domain.title",
    "MISSING": "domain.absence",
    "Mapper": "mapping",
    "Market": "domain.market",
    "MemoryState": "stores.memory",
    "Money": "domain.money",
    "OnixReader": "platforms.onix.reader",
    "Ownership": "merge",
    "Plan": "sync.plans.plan",
    "Readiness": "publishing.readiness",
    "Receipt": "sync.plans.receipt",
    "Registry": "mapping",
    "RightsWindow": "domain.rights",
    "SQLiteState": "stores.sqlite",
    "StorePolicy": "bridges.listing.policy",
    "Territory": "domain.territory",
    "Title": "domain.title",
    "WORLD": "domain.territory",
    "consonance_to_bigcommerce": "bridges.consonance_bigcommerce",
    "custom_field": "mapping",
    "field": "mapping",
    "metafield": "mapping",
    "named": "mapping",
    "onix_to_bigcommerce": "bridges.onix_bigcommerce",
    "override": "mapping",
    "owned_by": "merge",
    "standard_registry": "bridges.listing.job",
    "territory": "domain.territory",
    "written_once": "merge",
}

_ROOMS: dict[str, str] = {
    "bigcommerce": "platforms.bigcommerce",
    "consonance": "platforms.consonance",
    "errors": "errors",
    "onix": "platforms.onix",
}

__all__ = [
    "AsyncBigCommerce",
    "AsyncConsonance",
    "BigCommerce",
    "Bridge",
    "CLEARED",
    "CategoryMap",
    "Consonance",
    "Context",
    "Field",
    "Format",
    "Layout",
    "Listing",
    "MISSING",
    "Mapper",
    "Market",
    "Money",
    "OnixReader",
    "Ownership",
    "Plan",
    "Readiness",
    "Receipt",
    "Registry",
    "RightsWindow",
    "SQLiteState",
    "StorePolicy",
    "Territory",
    "Title",
    "WORLD",
    "consonance_to_bigcommerce",
    "custom_field",
    "errors",
    "field",
    "metafield",
    "named",
    "onix_to_bigcommerce",
    "override",
    "owned_by",
    "standard_registry",
    "territory",
    "written_once",
]


def __getattr__(name: str) -> Any:
    room = _ROOMS.get(name)
    if room is not None:
        return importlib.import_module(f"{__name__}.{room}")
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_ROOMS})
