"""What a store holds before its first request."""

from __future__ import annotations

from collections.abc import Callable

from .moments import read_moment, zulu
from .settings import Settings
from .store import Store
from .wire import Row

BORN = "2026-01-05T09:00:00+00:00"
"""When everything in a seed was made."""


def _channel(number: int, name: str, kind: str, platform: str, status: str) -> Row:
    born = read_moment(BORN)
    assert born is not None
    return {
        "id": number,
        "external_id": "",
        "is_listable_from_ui": True,
        "is_enabled": status in ("active", "connected", "prelaunch"),
        "is_visible": True,
        "status": status,
        "name": name,
        "type": kind,
        "platform": platform,
        "icon_url": "",
        "date_created": zulu(born),
        "date_modified": zulu(born),
    }


def empty(settings: Settings) -> Store:
    """A new store: the default storefront, its category tree, its currency; nothing to sell."""
    store = Store()
    channel = store.next_id("channel")
    store.channels[channel] = _channel(channel, "Harbour Books", "storefront", "bigcommerce", "active")
    tree = store.next_id("tree")
    store.trees[tree] = {"id": tree, "name": "Default catalog tree", "channels": [channel]}
    return store


SEEDS: dict[str, Callable[[Settings], Store]] = {"empty": empty, "demo": empty}
"""Seeds by name."""
