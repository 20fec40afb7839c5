"""Works with their families, read from an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commerce_bridge.domain.exchange import Page
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import M, Raw, Resource, operation, paged
from commerce_bridge.platforms.consonance import graphql, queries
from commerce_bridge.platforms.consonance.paging import ListTurn, turn_of
from commerce_bridge.platforms.consonance.searches import ProductSearch, WorkSearch
from commerce_bridge.platforms.consonance.service import Service

if TYPE_CHECKING:
    from commerce_bridge.platforms.consonance.wire.works import Work


class Works(Resource[M]):
    """Works, each with its products, prices, contributions, texts, resources, subjects and rights."""

    def __init__(self, mode: M, service: Service) -> None:
        self.mode: M = mode
        self._service = service

    @paged
    def list(
        self: Works[Raw],
        cursor: str | None,
        *,
        search: WorkSearch | None = None,
        products: ProductSearch | None = None,
    ) -> Flow[Page[Work]]:
        """Works by ascending id, each with its whole family.

        Args:
            cursor: In raw mode, the `next` of an earlier page, or None for the first.
            search: Which works.
            products: Only works one of whose products matches; the family still comes whole.

        Raises:
            RequestRefused: The service's schema lacks something we ask for; `check` says what.
            ServerFault: The service failed, or could not answer all of it.
            DecodeError: A page does not advance, is not sorted, or has another shape.

        Cost: one request a page, and one more for the empty page that ends the list.

        Source: vendor GraphQL schema pages, `WorkSearchAttributes`; vendor example queries,
        `examples/works_and_their_products.md`.
        """
        turn = turn_of(cursor, search, products, self._service.settings)
        works = yield from list_works(self._service, turn)
        following = turn.next([work.id for work in works], "works", self._service.settings)
        return Page(items=tuple(works), next=following)

    @operation
    def get(self: Works[Raw], work_id: int) -> Flow[Work | None]:
        """One work with its whole family, or None when there is none of that id.

        Args:
            work_id: The internal id.

        Raises:
            ServerFault: The work, or part of it, cannot be read.

        Cost: one request.

        Source: vendor example queries, `examples/works_and_marketing_material.md`.
        """
        from commerce_bridge.platforms.consonance.fetching import fetch_works

        found = yield from fetch_works(self._service, (work_id,))
        if work_id in found.unread:
            raise graphql.unreadable(found.unread)
        return found.works.get(work_id)


def list_works(service: Service, turn: ListTurn) -> Flow[list[Work]]:
    """The works of one page, all of them whole."""
    from commerce_bridge.platforms.consonance.wire import answer as wire

    if turn.is_empty:
        return []
    query = queries.work_list(service.chosen, turn.inputs("workSearch"))
    response = yield from graphql.ask(service, query, turn.variables("workSearch"), operation="works.list")
    answer = wire.decode(wire.WorkLists, response.body, service.learned.unknown)
    return graphql.complete(service, "works.list", response, answer).get("works", [])
