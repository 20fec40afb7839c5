"""Drafts: what callers send.  A field not given is not sent; `CLEARED` clears it."""

from commerce_bridge.platforms.bigcommerce.drafts.catalogue import (
    BrandDraft,
    BrandUrlDraft,
    CategoryDraft,
    CategoryUrlDraft,
    MetafieldDraft,
    PermissionSet,
    RedirectDraft,
    RedirectTargetDraft,
    TreeDraft,
)
from commerce_bridge.platforms.bigcommerce.drafts.channel import ChannelDraft
from commerce_bridge.platforms.bigcommerce.drafts.product import (
    BulkPriceDraft,
    CustomFieldDraft,
    CustomUrlDraft,
    ImageDraft,
    ProductDraft,
    VideoDraft,
)
from commerce_bridge.platforms.bigcommerce.drafts.variant import (
    OptionChoiceDraft,
    OptionDraft,
    OptionValueDraft,
    VariantDraft,
)

__all__ = [
    "BrandDraft",
    "BrandUrlDraft",
    "BulkPriceDraft",
    "CategoryDraft",
    "CategoryUrlDraft",
    "ChannelDraft",
    "CustomFieldDraft",
    "CustomUrlDraft",
    "ImageDraft",
    "MetafieldDraft",
    "OptionChoiceDraft",
    "OptionDraft",
    "OptionValueDraft",
    "PermissionSet",
    "ProductDraft",
    "RedirectDraft",
    "RedirectTargetDraft",
    "TreeDraft",
    "VariantDraft",
    "VideoDraft",
]
