"""The one thing the platform does by the clock: the end of preorders."""

from __future__ import annotations

from datetime import datetime

from .store import Store


def release_preorders(store: Store, now: datetime) -> None:
    """End the preorder of every product whose date has come and that asked for it.

    A product with `is_preorder_only` becomes available on its release date; one
    without stays in preorder until somebody changes it.
    """
    for product in store.due_preorders(now):
        with store.changing(product):
            product["availability"] = "available"
            product["is_preorder_only"] = False
            product["date_modified"] = product["preorder_release_date"]
            product["preorder_release_date"] = None
