"""The writer of a store: steps in domain words become calls, calls become results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.flow.effects import Flow
from commerce_bridge.platforms.bigcommerce.client import BigCommerceClient
from commerce_bridge.platforms.bigcommerce.drafting import Terms
from commerce_bridge.platforms.bigcommerce.finding import find
from commerce_bridge.platforms.bigcommerce.lowering import lower
from commerce_bridge.platforms.bigcommerce.lowering.unfolding import MAIN
from commerce_bridge.platforms.bigcommerce.memory import StoreMemory
from commerce_bridge.platforms.bigcommerce.sending import SENDERS, Store
from commerce_bridge.platforms.bigcommerce.settings import Settings
from commerce_bridge.ports.step import Call, Known, RowResult, Stage, Step


class BigCommerceWriter:
    """Writes records to a store as products.

    Args:
        client: The store.
        settings: How records are written; the memory's, where one is given.
        memory: What is kept of the store; share it with the store's reader.

    Cost: one call for each new product, for each 10 products, 50 variants or 50 metafields that change,
    for each 50 products put on a channel or taken off one, for each custom field and image of a product
    that exists; one look at the category tree where a category is not known; one for the store's units
    unless `settings.facts` gives them.

    Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml`,
    `catalog/product-variants_catalog.v3.yml` and `catalog/category-trees_catalog.v3.yml`.
    """

    main_part = MAIN

    def __init__(
        self,
        client: BigCommerceClient[Any],
        settings: Settings | None = None,
        *,
        memory: StoreMemory | None = None,
    ) -> None:
        self._bc = client.raw
        self._memory = memory or StoreMemory(client, settings)
        self._settings = self._memory.settings

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
        units = yield from self._memory.units()
        terms = Terms(units=units, settings=self._settings)
        store = Store(client=self._bc, terms=terms, memory=self._memory)
        return (yield from SENDERS[call.operation](store, call.payload))
