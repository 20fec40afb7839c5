"""The standard mapper and the standard ownership of pages in a store; values that users extend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from commerce_bridge.bridges.listing import rules
from commerce_bridge.bridges.listing.policy import Layout, StorePolicy
from commerce_bridge.domain import listing as on
from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.record import Record
from commerce_bridge.mapping import Mapper, custom_field, field, metafield
from commerce_bridge.merge import Ownership, Rule, elements_of, owned_by, written_once
from commerce_bridge.ports.step import Change, StepKind

NAMESPACE = "commerce_bridge"
"""The namespace of our metafields."""

AFTER_CREATE: frozenset[AnyField] = frozenset({on.OUTLETS, on.FAMILY})
"""Fields that need the product to exist."""

UNIQUE: tuple[AnyField, ...] = (on.NAME,)
"""Fields whose values no two products of a store share."""


def page_mapper(policy: StorePolicy) -> Mapper:
    """The fields of a product page."""
    single = policy.layout is Layout.FORMAT
    mapper = (
        field(on.NAME, rules.display_name(policy))
        | field(on.DESCRIPTION, rules.description())
        | field(on.SUMMARY, rules.summary())
        | field(on.PRICE, rules.list_price(policy) if single else rules.lowest_price(policy))
        | field(on.FULFILMENT, rules.fulfilment_kind())
        | field(on.WEIGHT_G, rules.weight(policy))
        | field(on.BRAND, rules.brand())
        | field(on.VISIBLE, rules.visible(policy))
        | field(on.SELLING, rules.selling(policy))
        | field(on.RELEASE, rules.release(policy))
        | field(on.ADDRESS, rules.web_address(policy))
        | field(on.KEYWORDS, rules.keywords())
        | field(on.STOCK_TRACKED, rules.stock_tracked(policy))
        | field(on.PICTURES, rules.pictures(policy))
        | field(on.CATEGORIES, rules.categories(policy))
        | field(on.OUTLETS, rules.outlets(policy))
        | field(on.CONTRIBUTORS, rules.contributors())
        | field(on.SERIES, rules.series())
        | field(on.SUBTITLE, custom_field("Subtitle", rules.subtitle()))
        | field(on.WORK_ID, metafield(NAMESPACE, "work_id", rules.source_id(True)))
    )
    return mapper | _single(policy) if single else mapper


def _single(policy: StorePolicy) -> Mapper:
    """What a page with one format says of it."""
    return (
        field(on.SKU, rules.sku())
        | field(on.GTIN, rules.sku())
        | field(on.HEIGHT_MM, rules.measure("height_mm"))
        | field(on.WIDTH_MM, rules.measure("width_mm"))
        | field(on.DEPTH_MM, rules.measure("thickness_mm"))
        | field(on.FAMILY, rules.family())
        | field(on.ISBN, custom_field("ISBN", rules.sku()))
        | field(on.FORM, custom_field("Format", rules.form()))
        | field(on.TRIM_SIZE, custom_field("Trim size", rules.trim_size()))
        | field(on.EXTENT, custom_field("Extent", rules.extent()))
        | field(on.PUBLICATION_DATE, custom_field("Publication date", rules.publication_date()))
        | field(on.SOURCE_ID, metafield(NAMESPACE, "product_id", rules.source_id(False)))
    )


def variant_mapper(policy: StorePolicy) -> Mapper:
    """The fields of a variant."""
    return (
        field(on.OPTION, rules.option_label())
        | field(on.SELLING, rules.purchasable(policy))
        | field(on.SKU, rules.sku())
        | field(on.GTIN, rules.sku())
        | field(on.PRICE, rules.list_price(policy))
        | field(on.WEIGHT_G, rules.weight(policy))
        | field(on.HEIGHT_MM, rules.measure("height_mm"))
        | field(on.WIDTH_MM, rules.measure("width_mm"))
        | field(on.DEPTH_MM, rules.measure("thickness_mm"))
    )


def page_ownership(pair: str, source: str, target: str, policy: StorePolicy) -> Ownership:
    """Which side owns each field of a page.

    Args:
        pair: How people name the pair.
        source: The side that knows the titles.
        target: The store.
        policy: Says whether names and addresses follow.
    """
    once = written_once(source)
    special: dict[AnyField, Rule] = {
        on.NAME: owned_by(source) if policy.rename else once,
        on.ADDRESS: owned_by(source) if policy.readdress else once,
        on.FULFILMENT: once,
        on.PAGE_TITLE: owned_by(target),
    }
    shared = (
        on.PICTURES,
        on.CATEGORIES,
        on.OUTLETS,
        on.FAMILY,
        on.CONTRIBUTORS,
        on.ISBN,
        on.FORM,
        on.TRIM_SIZE,
        on.EXTENT,
        on.PUBLICATION_DATE,
        on.SERIES,
        on.SUBTITLE,
        on.WORK_ID,
        on.SOURCE_ID,
    )
    special.update({name: elements_of(source) for name in shared})
    table = {name: special.get(name, owned_by(source)) for name in on.LISTING_FIELDS}
    return Ownership(pair=pair, rules=table, others=owned_by(source))


_SELLING: frozenset[AnyField] = frozenset({on.VISIBLE, on.SELLING, on.RELEASE, on.OUTLETS})


def kind_of(change: Change) -> StepKind:
    """The kind of step that carries a change of a page that exists."""
    if change.field == on.PRICE:
        return StepKind.PRICE
    if change.field == on.FAMILY:
        return StepKind.RELATE
    if change.field not in _SELLING or (change.field == on.RELEASE and change.after is CLEARED):
        return StepKind.CHANGE
    closing = change.after in (False, on.Selling.CLOSED, CLEARED, frozenset())
    return StepKind.HIDE if closing else StepKind.PUBLISH


def withdrawn(page: Record, variant: str) -> Mapping[AnyField, Any]:
    """The values that take a page, or one of its variants, off view and off sale.

    Args:
        page: The page as the store shows it.
        variant: Which variant, or empty for the page itself.
    """
    if variant:
        return {on.SELLING: on.Selling.CLOSED}
    values: dict[AnyField, Any] = {on.VISIBLE: False, on.SELLING: on.Selling.CLOSED}
    if page.get(on.RELEASE) is not MISSING:
        values[on.RELEASE] = CLEARED
    return {**values, on.OUTLETS: frozenset[Any]()}
