"""Currencies of a store, read only: they are added in the control panel.

Source: BigCommerce REST reference, `currencies.v2.yml`.
"""

from __future__ import annotations

from commerce_bridge.domain.exchange import Page
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import M, Raw, operation, paged
from commerce_bridge.platforms.bigcommerce.endpoint import Endpoint, StoreResource, call
from commerce_bridge.platforms.bigcommerce.paging import list_v2_page
from commerce_bridge.platforms.bigcommerce.wire.base import decode
from commerce_bridge.platforms.bigcommerce.wire.store import Currency

LIST = Endpoint("GET", "/v2/currencies", "currencies.list")
GET = Endpoint("GET", "/v2/currencies/{id}", "currencies.get")


class Currencies(StoreResource[M]):
    """Currencies; catalogue prices are in the default one."""

    @paged
    def list(self: Currencies[Raw], cursor: str | None, *, limit: int | None = None) -> Flow[Page[Currency]]:
        """Currencies, page by page; one vendor call a page.

        Args:
            cursor: Where to go on; None for the first page.
            limit: Rows on a page, 1-250; the maximum when not given.

        Source: BigCommerce REST reference, `currencies.v2.yml`, GET /currencies.
        """
        return (yield from list_v2_page(self.connection, LIST, Currency, cursor, limit=limit))

    @operation
    def get(self: Currencies[Raw], currency_id: int) -> Flow[Currency]:
        """One currency; one vendor call.

        Args:
            currency_id: The store's id of it.

        Raises:
            NotFound: There is none.

        Source: BigCommerce REST reference, `currencies.v2.yml`, GET /currencies/{id}.
        """
        return decode(Currency, (yield from call(self.connection, GET, (currency_id,))))
