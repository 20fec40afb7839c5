"""Works read by id, several in one request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.platforms.consonance import graphql, queries
from commerce_bridge.platforms.consonance.service import Service

if TYPE_CHECKING:
    from commerce_bridge.platforms.consonance.wire.works import Work


def fetch_works(service: Service, work_ids: Sequence[int]) -> Flow[Mapping[int, Work]]:
    """The works of these ids that exist, by id; the order is that of the ids.

    Cost: one request for each `fetch_batch` ids.
    """
    size = service.settings.fetch_batch
    wanted = tuple(dict.fromkeys(work_ids))
    batches = [wanted[first : first + size] for first in range(0, len(wanted), size)]
    found = yield from flow.gather_all(
        [_fetch(service, batch) for batch in batches], limit=service.settings.in_flight
    )
    return {work.id: work for works in found for work in works}


def _fetch(service: Service, ids: Sequence[int]) -> Flow[tuple[Work, ...]]:
    from commerce_bridge.platforms.consonance.wire import answer as wire

    query = queries.work_fetch(service.chosen, ids)
    response = yield from graphql.ask(service, query, {}, operation="works.get")
    answer = wire.decode(wire.SingleWorks, response.body, service.learned.unknown)
    data = graphql.complete(service, "works.get", response, answer)
    return tuple(work for work in data.values() if work is not None)


def works_of_products(service: Service, product_ids: Sequence[int]) -> Flow[Mapping[int, Work]]:
    """The works that these products belong to, by the works' ids.

    Cost: one request for each `fetch_batch` ids.
    """
    size = service.settings.fetch_batch
    wanted = tuple(dict.fromkeys(product_ids))
    batches = [wanted[first : first + size] for first in range(0, len(wanted), size)]
    found = yield from flow.gather_all(
        [_fetch_owners(service, batch) for batch in batches], limit=service.settings.in_flight
    )
    return {work.id: work for works in found for work in works}


def _fetch_owners(service: Service, ids: Sequence[int]) -> Flow[tuple[Work, ...]]:
    from commerce_bridge.platforms.consonance.wire import answer as wire

    query = queries.work_of_product_fetch(service.chosen, ids)
    response = yield from graphql.ask(service, query, {}, operation="works.get")
    answer = wire.decode(wire.WorkLists, response.body, service.learned.unknown)
    data = graphql.complete(service, "works.get", response, answer)
    return tuple(work for works in data.values() for work in works)
