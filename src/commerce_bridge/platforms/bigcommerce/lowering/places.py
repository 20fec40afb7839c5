"""Where a field's value goes in a store: a product's own field, a variant's, or an element; by its type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from commerce_bridge.domain import listing as on
from commerce_bridge.domain.absence import MISSING
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.record import Element, Note, Outlet, Picture
from commerce_bridge.errors import MappingError
from commerce_bridge.merge.collections import elements, holds_elements, moves
from commerce_bridge.platforms.bigcommerce.keys import TOKEN, bears_mark
from commerce_bridge.platforms.bigcommerce.settings import Settings
from commerce_bridge.ports.step import Change, Step

PRODUCT_FIELDS: frozenset[AnyField] = frozenset(
    {
        on.NAME, on.DESCRIPTION, on.SKU, on.GTIN, on.PRICE, on.FULFILMENT, on.WEIGHT_G, on.HEIGHT_MM,
        on.WIDTH_MM, on.DEPTH_MM, on.BRAND, on.VISIBLE, on.SELLING, on.RELEASE, on.ADDRESS, on.KEYWORDS,
        on.PAGE_TITLE, on.SUMMARY, on.STOCK_TRACKED,
    }
)  # fmt: skip
"""Fields a product has a place of its own for."""

VARIANT_FIELDS: frozenset[AnyField] = frozenset(
    {
        on.SKU, on.GTIN, on.PRICE, on.WEIGHT_G, on.HEIGHT_MM, on.WIDTH_MM, on.DEPTH_MM, on.OPTION,
        on.SELLING,
    }
)  # fmt: skip
"""Fields a variant has a place of its own for; the others are its product's alone."""

ALONE: frozenset[AnyField] = frozenset({on.SKU, on.GTIN})
"""Fields of a variant that the batch of variants does not take.

Source: BigCommerce REST reference, `catalog/product-variants_catalog.v3.yml`, PUT /catalog/variants.
"""


@frozen(kw_only=True)
class Wishes:
    """What a step wants, sorted by where it goes.

    Args:
        values: The product's own fields.
        parts: Fields of its variants, by SKU, in order.
        add: Elements to put there.
        edit: Old and new element of one slot.
        remove: Elements of ours to take away.
    """

    values: Mapping[AnyField, Any] = field(factory=dict[AnyField, Any])
    parts: Mapping[str, Mapping[AnyField, Any]] = field(factory=dict[str, Mapping[AnyField, Any]])
    add: tuple[Element, ...] = ()
    edit: tuple[tuple[Element, Element], ...] = ()
    remove: tuple[Element, ...] = ()


def wishes_of(step: Step, settings: Settings) -> Wishes:
    """What a step wants.

    Raises:
        MappingError: A field has no place in this store.
    """
    values: dict[AnyField, Any] = {}
    parts: dict[str, dict[AnyField, Any]] = {}
    add: dict[Element, None] = {}
    edit: dict[tuple[Element, Element], None] = {}
    remove: dict[Element, None] = {}
    wanted: set[Element] = set()
    for change in step.changes:
        if change.after is MISSING:
            continue
        own = change.field in (VARIANT_FIELDS if change.part else PRODUCT_FIELDS)
        if not own and holds_elements(change.before, change.after):
            moved = moves(change.before, change.after)
            add.update(dict.fromkeys(moved.add))
            edit.update(dict.fromkeys(moved.edit))
            remove.update(dict.fromkeys(moved.remove))
            wanted.update(elements(change.after))
        elif change.part:
            parts.setdefault(change.part, {})[_of_variant(change)] = change.after
        else:
            values[_of_product(change)] = change.after
    for one in wanted:
        _check(one, settings)
    return Wishes(
        values=values,
        parts=parts,
        add=tuple(add),
        edit=tuple(edit),
        remove=tuple(one for one in remove if one not in wanted),
    )


def _of_product(change: Change) -> AnyField:
    if change.field in PRODUCT_FIELDS:
        return change.field
    hint = (
        "Give it to the variants, not to the product."
        if change.field == on.OPTION
        else f"Map it with custom_field(…) or metafield(…), so that {change.field} becomes an element."
    )
    raise MappingError(
        f"A BigCommerce product has no place for {change.field} ({change.after!r}).", hint=hint
    )


def _of_variant(change: Change) -> AnyField:
    if change.field in VARIANT_FIELDS:
        return change.field
    raise MappingError(
        f"A BigCommerce variant has no place for {change.field} ({change.after!r}, variant {change.part}).",
        hint="Map it for the product, or as custom_field(…) or metafield(…).",
    )


def _check(one: Element, settings: Settings) -> None:
    """Refuse an element that would never be read back."""
    if isinstance(one, Note) and settings.namespaces is not None and one.namespace not in settings.namespaces:
        raise MappingError(
            f"The metafield {one.namespace}.{one.key} stands in a namespace that is not read back.",
            hint=f"Add {one.namespace!r} to `Settings.namespaces`.",
        )
    if isinstance(one, Picture) and not bears_mark(one):
        raise MappingError(
            f"The image {one.text!r} has the digest {one.digest!r}.",
            hint=f"Give it one of the form {TOKEN!r} and twelve hex digits of a hash, by which it is known again.",
        )
    if isinstance(one, Outlet) and not one.channel.isdigit():
        raise MappingError(
            f"The channel {one.channel!r} is no channel of a BigCommerce store.",
            hint="Name it by its id, such as '1'.",
        )
