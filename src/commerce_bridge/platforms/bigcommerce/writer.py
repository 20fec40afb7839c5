"""The writer of a store: steps in domain words become calls, calls become results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.platforms.bigcommerce import joining, making, sending
from commerce_bridge.platforms.bigcommerce.client import BigCommerceClient
from commerce_bridge.platforms.bigcommerce.drafting import Terms
from commerce_bridge.platforms.bigcommerce.facts import StoreFacts, read_facts
from commerce_bridge.platforms.bigcommerce.finding import find
from commerce_bridge.platforms.bigcommerce.lowering import lower
from commerce_bridge.platforms.bigcommerce.lowering.packing import NO_CALL
from commerce_bridge.platforms.bigcommerce.lowering.unfolding import MAIN
from commerce_bridge.platforms.bigcommerce.settings import Settings
from commerce_bridge.platforms.bigcommerce.units import units_of
from commerce_bridge.ports.step import Call, Known, RowResult, Stage, Step

SENDERS: Mapping[str, sending.Send] = {
    "categories.ensure": making.categories,
    "products.create": making.product,
    "variants.create": joining.variant,
    "variants.update": joining.rewriting,
    "option_values.update": joining.renaming,
    "products.update_batch": sending.product_changes,
    "variants.update_batch": sending.variant_changes,
    "product_metafields.create_batch": sending.notes_added,
    "product_metafields.update_batch": sending.notes_changed,
    "product_metafields.delete_batch": sending.notes_removed,
    "channel_assignments.assign": sending.assigned,
    "channel_assignments.unassign": sending.withdrawn,
    "custom_fields.create": sending.one_fact,
    "custom_fields.update": sending.one_fact,
    "custom_fields.delete": sending.one_fact,
    "images.create": sending.one_picture,
    "images.update": sending.one_picture,
    "images.delete": sending.one_picture,
    NO_CALL: sending.nothing,
}
"""Operation to what sends it; `lowering.packing.SHAPES` names the operations."""


class BigCommerceWriter:
    """Writes records to a store as products.

    Args:
        client: The store.
        settings: How records are written.

    Cost: one call for each new product, for each 10 products, 50 variants or 50 metafields that change,
    for each 50 products put on a channel or taken off one, for each custom field and image of a product
    that exists; one look at the category tree where a category is not known; one for the store's units
    unless `settings.facts` gives them.

    Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
    `catalog/product-variants_catalog.v3.yml` and `catalog/category-trees_catalog.v3.yml`.
    """

    main_part = MAIN

    def __init__(self, client: BigCommerceClient[Any], settings: Settings | None = None) -> None:
        self._bc = client.raw
        self._settings = settings or Settings()
        self._facts: StoreFacts | None = self._settings.facts

    def find(self, keys: Sequence[NaturalKey]) -> Flow[Mapping[NaturalKey, tuple[Ref, ...]]]:
        """The products, or elements of products, that these keys name now; none is an empty tuple."""
        return (yield from find(self._bc, self._settings, keys))

    def lower(self, steps: Sequence[Step], known: Known) -> Stage:
        """The calls that can be sent now; pure.

        Raises:
            MappingError: A field has no place in this store; the message says which, and what to use.
        """
        return lower(steps, known, self._settings, self._bc.connection.limits)

    def send(self, call: Call) -> Flow[tuple[RowResult, ...]]:
        """Send one call; one result for each of its rows.

        Raises:
            AuthError: The credentials are wrong, or lack a scope.
            QuotaExhausted, RateLimited: Nothing more can be sent now.
        """
        if self._facts is None:
            account = self._bc.connection.account
            self._facts = yield from flow.single(f"{account}/facts", lambda: read_facts(self._bc))
        terms = Terms(units=units_of(self._facts, self._settings), settings=self._settings)
        return (yield from SENDERS[call.operation](self._bc, terms, call.payload))
