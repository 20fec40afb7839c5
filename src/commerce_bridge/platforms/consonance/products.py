"""Products and prices by themselves, read from an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commerce_bridge.domain.exchange import JsonValue, Page
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import M, Raw, Resource, operation, paged
from commerce_bridge.platforms.consonance import graphql, queries
from commerce_bridge.platforms.consonance.paging import INPUT_TYPES, turn_of
from commerce_bridge.platforms.consonance.searches import (
    PriceSearch,
    ProductSearch,
    WorkSearch,
    variable_of,
)
from commerce_bridge.platforms.consonance.service import Service

if TYPE_CHECKING:
    from commerce_bridge.platforms.consonance.wire.products import Price, Product


class Products(Resource[M]):
    """Products, one for each format, each with its prices and rights and the id of its work."""

    def __init__(self, mode: M, service: Service) -> None:
        self.mode: M = mode
        self._service = service

    @paged
    def list(
        self: Products[Raw],
        cursor: str | None,
        *,
        search: ProductSearch | None = None,
        works: WorkSearch | None = None,
        prices: PriceSearch | None = None,
    ) -> Flow[Page[Product]]:
        """Products by ascending id.

        Args:
            cursor: In raw mode, the `next` of an earlier page, or None for the first.
            search: Which products; long lists of ISBNs are asked for in batches.
            works: Only products of matching works.
            prices: Only products with a matching price; all their prices still come.

        Raises:
            RequestRefused: The service's schema lacks something we ask for; `check` says what.
            ServerFault: The service failed, or could not answer all of it.
            DecodeError: A page does not advance, is not sorted, or has another shape.

        Cost: one request a page, and one more for the empty page that ends the list.

        Source: vendor GraphQL schema pages, `ProductSearchAttributes`; vendor example queries,
        `examples/products_and_their_works.md`.
        """
        from commerce_bridge.platforms.consonance.wire import answer as wire

        service = self._service
        turn = turn_of(cursor, works, search, service.settings)
        if turn.is_empty:
            return Page(items=())
        variables = turn.variables("productSearch")
        inputs: tuple[tuple[str, str], ...] = turn.inputs("productSearch")
        if said := variable_of(prices):
            variables["priceSearch"] = said
            inputs = (*inputs, ("priceSearch", service.settings.price_search_type))
        query = queries.product_list(service.chosen, inputs)
        response = yield from graphql.ask(service, query, variables, operation="products.list")
        answer = wire.decode(wire.ProductLists, response.body, service.learned.unknown)
        data = graphql.complete(service, "products.list", response, answer)
        found = data.get("products", [])
        following = turn.next([one.id for one in found], "products", service.settings)
        return Page(items=tuple(found), next=following)

    @operation
    def get(self: Products[Raw], product_id: int) -> Flow[Product | None]:
        """One product, or None when there is none of that id.

        Args:
            product_id: The internal id.

        Cost: one request.

        Source: vendor GraphQL schema pages, `ProductSearchAttributes.idEq`.
        """
        from commerce_bridge.platforms.consonance.wire import answer as wire

        service = self._service
        query = queries.product_list(service.chosen, (("productSearch", INPUT_TYPES["productSearch"]),))
        variables: dict[str, JsonValue] = {"productSearch": {"idEq": product_id}}
        response = yield from graphql.ask(service, query, variables, operation="products.get")
        answer = wire.decode(wire.ProductLists, response.body, service.learned.unknown)
        found = graphql.complete(service, "products.get", response, answer).get("products", [])
        return next((one for one in found if one.id == product_id), None)


class Prices(Resource[M]):
    """Prices by themselves."""

    def __init__(self, mode: M, service: Service) -> None:
        self.mode: M = mode
        self._service = service

    @operation
    def list(self: Prices[Raw], *, search: PriceSearch | None = None) -> Flow[tuple[Price, ...]]:
        """All matching prices.

        The root's name is inferred: the vendor's pages say that a root answers prices, not how it is called.
        A price does not say whose it is; read products for that.

        Args:
            search: Which prices.

        Raises:
            RequestRefused: This account's schema has no such root; `check` says so.

        Cost: one request.

        Source: vendor GraphQL schema pages, `Price`.
        """
        from commerce_bridge.platforms.consonance.wire import answer as wire

        service = self._service
        said = variable_of(search)
        inputs = (("priceSearch", service.settings.price_search_type),) if said else ()
        query = queries.price_list(service.chosen, inputs)
        variables: dict[str, JsonValue] = {"priceSearch": said} if said else {}
        response = yield from graphql.ask(service, query, variables, operation="prices.list")
        answer = wire.decode(wire.PriceLists, response.body, service.learned.unknown)
        return tuple(graphql.complete(service, "prices.list", response, answer).get("prices", []))
