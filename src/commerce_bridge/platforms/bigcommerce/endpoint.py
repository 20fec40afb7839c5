"""Endpoints as values, and the one flow that calls them.

Each operation stands beside the `Endpoint` it calls, so the table of what is wrapped is read off the
code that does it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from attrs import evolve, frozen

from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.messages import Pairs, Request, Response
from commerce_bridge.flow.operation import M, Resource
from commerce_bridge.http.exchange import exchange
from commerce_bridge.http.policy import Safety
from commerce_bridge.platforms.bigcommerce.classifier import accepting
from commerce_bridge.platforms.bigcommerce.connection import StoreConnection
from commerce_bridge.platforms.bigcommerce.guards import guard
from commerce_bridge.platforms.bigcommerce.json_text import json_text

T = TypeVar("T")

_SLOT = re.compile(r"\{[^}]+\}")


@frozen
class Endpoint:
    """One operation of the vendor's API.

    Args:
        method: Upper-case verb.
        path: Path template below the store's address, with the vendor's parameter names.
        name: What calls it: resource and operation, such as ``products.list``.
        lane: The serial lane it keeps to, or None.
        results: Statuses outside 200-299 that hold results.
    """

    method: str
    path: str
    name: str
    lane: str | None = None
    results: tuple[int, ...] = ()

    def at(self, *ids: int) -> str:
        """The path with its slots filled, in order."""
        numbers = iter(ids)
        return _SLOT.sub(lambda _: str(int(next(numbers))), self.path)


@frozen(kw_only=True)
class Body:
    """A body that is not JSON."""

    content_type: str
    content: bytes


class StoreResource(Resource[M]):
    """A resource of one store, in one mode."""

    def __init__(self, mode: M, connection: StoreConnection) -> None:
        self.mode = mode
        self.connection = connection


def call(
    connection: StoreConnection,
    endpoint: Endpoint,
    ids: Sequence[int] = (),
    *,
    query: Pairs = (),
    body: object = None,
    safety: Safety | None = None,
) -> Flow[Response]:
    """The answer of an endpoint.

    Args:
        connection: The store.
        endpoint: What to call.
        ids: What fills the slots of its path, in order.
        query: Query pairs under the vendor's names.
        body: A JSON-able value, a `Body`, or None for no body.
        safety: What sending it twice would do, where the verb does not say.
    """
    request = request_of(endpoint.method, endpoint.at(*ids), query, body)
    return (
        yield from ask(
            connection, request, endpoint.name, safety=safety, lane=endpoint.lane, results=endpoint.results
        )
    )


def ask(
    connection: StoreConnection,
    request: Request,
    operation: str,
    *,
    safety: Safety | None = None,
    lane: str | None = None,
    results: tuple[int, ...] = (),
) -> Flow[Response]:
    """The answer to any request, once the guard rails have let it pass."""
    guard(request)
    judged = evolve(connection, classify=accepting(connection.classify, results)) if results else connection
    return (yield from exchange(judged, request, operation=operation, safety=safety, lane=lane))


def request_of(method: str, path: str, query: Pairs = (), body: object = None) -> Request:
    """A request with its body written out."""
    if body is None:
        return Request(method=method, path=path, query=query)
    sent = (
        body
        if isinstance(body, Body)
        else Body(content_type="application/json", content=json_text(body).encode())
    )
    headers = {"Content-Type": sent.content_type}
    return Request(method=method, path=path, query=query, headers=headers, body=sent.content)
