"""Sending calls: one function for each kind of work, one result for each row."""

from __future__ import annotations

from collections.abc import Mapping

from commerce_bridge.platforms.bigcommerce.lowering.packing import NO_CALL
from commerce_bridge.platforms.bigcommerce.sending import changes, elements, joining, making
from commerce_bridge.platforms.bigcommerce.sending.answers import Send, Store

SENDERS: Mapping[str, Send] = {
    "categories.ensure": making.categories,
    "products.create": making.product,
    "variants.create": joining.variant,
    "variants.update": changes.one_variant,
    "option_values.update": joining.renaming,
    "products.update_batch": changes.product_changes,
    "variants.update_batch": changes.variant_changes,
    "product_metafields.create_batch": elements.notes_added,
    "product_metafields.update_batch": elements.notes_changed,
    "product_metafields.delete_batch": elements.notes_removed,
    "channel_assignments.assign": elements.assigned,
    "channel_assignments.unassign": elements.withdrawn,
    "custom_fields.create": elements.one_fact,
    "custom_fields.update": elements.one_fact,
    "custom_fields.delete": elements.one_fact,
    "images.create": elements.one_picture,
    "images.update": elements.one_picture,
    "images.delete": elements.one_picture,
    NO_CALL: elements.nothing,
}
"""Operation to what sends it; `lowering.packing.SHAPES` names the operations."""

__all__ = ["SENDERS", "Send", "Store"]
