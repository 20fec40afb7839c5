"""BigCommerce: the client of a store, what is sent to it, and its limits.

Nothing is loaded before it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from commerce_bridge.platforms.bigcommerce.batching import Failed, RowAnswer, Saved, Unknown
    from commerce_bridge.platforms.bigcommerce.client import AsyncBigCommerce, BigCommerce, BigCommerceClient
    from commerce_bridge.platforms.bigcommerce.drafts import (
        BrandDraft,
        BrandUrlDraft,
        BulkPriceDraft,
        CategoryDraft,
        CategoryUrlDraft,
        ChannelDraft,
        CustomFieldDraft,
        CustomUrlDraft,
        ImageDraft,
        MetafieldDraft,
        OptionChoiceDraft,
        OptionDraft,
        OptionValueDraft,
        ProductDraft,
        RedirectDraft,
        RedirectTargetDraft,
        TreeDraft,
        VariantDraft,
        VideoDraft,
    )
    from commerce_bridge.platforms.bigcommerce.limits import Limits, Plan
    from commerce_bridge.platforms.bigcommerce.multipart import Upload
    from commerce_bridge.platforms.bigcommerce.webhooks import WebhookSecrets, verify_webhook

_PLACES = {
    "batching": ("Failed", "RowAnswer", "Saved", "Unknown"),
    "client": ("AsyncBigCommerce", "BigCommerce", "BigCommerceClient"),
    "drafts": (
        "BrandDraft", "BrandUrlDraft", "BulkPriceDraft", "CategoryDraft", "CategoryUrlDraft", "ChannelDraft",
        "CustomFieldDraft", "CustomUrlDraft", "ImageDraft", "MetafieldDraft", "OptionChoiceDraft",
        "OptionDraft", "OptionValueDraft", "ProductDraft", "RedirectDraft", "RedirectTargetDraft",
        "TreeDraft", "VariantDraft", "VideoDraft",
    ),
    "limits": ("Limits", "Plan"),
    "multipart": ("Upload",),
    "webhooks": ("WebhookSecrets", "verify_webhook"),
}  # fmt: skip
_PLACE_OF = {name: place for place, names in _PLACES.items() for name in names}

__all__ = [
    "AsyncBigCommerce",
    "BigCommerce",
    "BigCommerceClient",
    "BrandDraft",
    "BrandUrlDraft",
    "BulkPriceDraft",
    "CategoryDraft",
    "CategoryUrlDraft",
    "ChannelDraft",
    "CustomFieldDraft",
    "CustomUrlDraft",
    "Failed",
    "ImageDraft",
    "Limits",
    "MetafieldDraft",
    "OptionChoiceDraft",
    "OptionDraft",
    "OptionValueDraft",
    "Plan",
    "ProductDraft",
    "RedirectDraft",
    "RedirectTargetDraft",
    "RowAnswer",
    "Saved",
    "TreeDraft",
    "Unknown",
    "Upload",
    "VariantDraft",
    "VideoDraft",
    "WebhookSecrets",
    "verify_webhook",
]


def __getattr__(name: str) -> object:
    place = _PLACE_OF.get(name)
    if place is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{place}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
