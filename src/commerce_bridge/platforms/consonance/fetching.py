"""Works read by id, several in one request; and what to do when some of them cannot be read.

A list answers all of its works or, when one of them fails, often none.  Asked for one by one under an
alias, each fails alone: that is how a damaged work is told from its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from attrs import field, frozen

from commerce_bridge.domain.exchange import JsonValue
from commerce_bridge.errors import DecodeError, ServerFault
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.platforms.consonance import graphql, queries
from commerce_bridge.platforms.consonance.paging import ListTurn
from commerce_bridge.platforms.consonance.service import Chosen, Service

if TYPE_CHECKING:
    from commerce_bridge.platforms.consonance.wire.answer import Complaint
    from commerce_bridge.platforms.consonance.wire.works import Work

Fetch: TypeAlias = Callable[[Chosen, Sequence[int]], str]


@frozen(kw_only=True)
class Fetched:
    """Works that were asked for by id.

    Args:
        works: Those that could be read, by id.
        unread: Why the others could not, by the id that was asked for; those that are gone are in neither.
    """

    works: Mapping[int, Work] = field(factory=dict[int, "Work"])
    unread: Mapping[int, str] = field(factory=dict[int, str])


def fetch_works(service: Service, work_ids: Sequence[int]) -> Flow[Fetched]:
    """The works of these ids, as far as they exist and can be read.

    Cost: one request for each `fetch_batch` ids.
    """
    return (yield from _fetch_all(service, work_ids, queries.work_fetch))


def works_of_products(service: Service, product_ids: Sequence[int]) -> Flow[Fetched]:
    """The works that these products belong to; `unread` names products.

    Cost: one request for each `fetch_batch` ids.
    """
    return (yield from _fetch_all(service, product_ids, queries.work_of_product_fetch))


def _fetch_all(service: Service, ids: Sequence[int], query: Fetch) -> Flow[Fetched]:
    size = service.settings.fetch_batch
    wanted = tuple(dict.fromkeys(ids))
    batches = [wanted[first : first + size] for first in range(0, len(wanted), size)]
    found = yield from flow.gather_all(
        [_fetch(service, batch, query) for batch in batches], limit=service.settings.in_flight
    )
    return _joined(found)


def _joined(parts: Sequence[Fetched]) -> Fetched:
    works = {one: work for part in parts for one, work in part.works.items()}
    return Fetched(works=works, unread={one: why for part in parts for one, why in part.unread.items()})


def _fetch(service: Service, ids: Sequence[int], query: Fetch) -> Flow[Fetched]:
    from commerce_bridge.platforms.consonance.wire import answer as wire

    response = yield from graphql.ask(service, query(service.chosen, ids), {}, operation="works.get")
    answer = wire.decode(wire.AnyAnswer, response.body, service.learned.unknown)
    if any(not one.path for one in answer.errors) or "data" not in answer.model_fields_set:
        raise graphql.error_of(service, "works.get", response, answer)
    if answer.data is not None:
        return _sorted_out(service, ids, answer.data, answer.errors)
    if len(ids) == 1:
        return Fetched(unread={ids[0]: _why(answer.errors)})
    alone = yield from flow.gather_all([_fetch(service, (one,), query) for one in ids], limit=1)
    return _joined(alone)


def _sorted_out(
    service: Service, ids: Sequence[int], data: Mapping[str, JsonValue], complaints: Sequence[Complaint]
) -> Fetched:
    """What came whole, and what did not, each under its own id."""
    from commerce_bridge.platforms.consonance.wire import answer as wire

    blamed: dict[str, list[Complaint]] = {}
    for one in complaints:
        blamed.setdefault(str((one.path or ("",))[0]), []).append(one)
    works: dict[int, Work] = {}
    unread: dict[int, str] = {}
    aliases = {int(alias[1:]): alias for alias in data}
    for number in ids:
        alias = aliases.get(number, "")
        if alias in blamed or not alias:
            unread[number] = _why(blamed.get(alias, ()))
            continue
        for row in _rows(data[alias]):
            try:
                work = wire.decode_work(row, service.learned.unknown)
            except DecodeError as error:
                unread[number] = f"{error.path}: {error.expected}; got {error.got}"
            else:
                works[work.id] = work
    return Fetched(works=works, unread=unread)


def _rows(value: JsonValue) -> list[JsonValue]:
    """The works that an alias answers: a list, one, or none."""
    if value is None:
        return []
    return [*value] if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  # JSON


def _why(complaints: Sequence[Complaint]) -> str:
    path = complaints[0].path if complaints else None
    said = graphql.complaints_text(complaints) or "the service answered nothing"
    return f"{graphql.path_text((path or ())[1:])}: {said}"


@frozen(kw_only=True)
class WorkPage:
    """A page of works, with what of it could not be read.

    Args:
        works: Those that could.  The reader takes them out one by one, so that no page is held twice, as
            works and as titles.
        unread: Why the others could not, by id.
        last: The largest id of the page, or None when it is empty.
        next: The cursor of the next page of the list, or None when this was the last.
    """

    works: list[Work]
    unread: Mapping[int, str] = field(factory=dict[int, str])
    last: int | None = None
    next: str | None = None


def read_page(service: Service, turn: ListTurn) -> Flow[WorkPage]:
    """A page of works; when some of them cannot be read, the others still are.

    Raises:
        ServerFault: The service failed as a whole.
        RequestRefused: The service's schema lacks something we ask for.
        DecodeError: The page does not advance, or its ids do not ascend.

    Cost: one request; when a work is damaged, one more for the ids and one for each `fetch_batch` works.
    """
    from commerce_bridge.platforms.consonance.works import list_works

    try:
        works = yield from list_works(service, turn)
    except ServerFault as error:
        if error.status != 200:
            raise
    except DecodeError:
        pass
    else:
        ids = [work.id for work in works]
        following = turn.next(ids, "works", service.settings)
        return WorkPage(works=works, last=max(ids, default=None), next=following)
    return (yield from _piece_by_piece(service, turn))


def _piece_by_piece(service: Service, turn: ListTurn) -> Flow[WorkPage]:
    from commerce_bridge.platforms.consonance.wire import answer as wire

    query = queries.id_list("works", turn.inputs("workSearch"))
    response = yield from graphql.ask(service, query, turn.variables("workSearch"), operation="works.list")
    answer = wire.decode(wire.IdLists, response.body, service.learned.unknown)
    ids = [row.id for row in graphql.complete(service, "works.list", response, answer).get("works", [])]
    following = turn.next(ids, "works", service.settings)
    fetched = yield from fetch_works(service, ids)
    works = [fetched.works[one] for one in ids if one in fetched.works]
    return WorkPage(works=works, unread=fetched.unread, last=max(ids, default=None), next=following)
