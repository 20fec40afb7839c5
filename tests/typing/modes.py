"""Checked, never run: one definition gives three typed faces."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, assert_type

from commerce_bridge.domain.exchange import Page
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.operation import Async, AsyncPages, M, Pages, Raw, Resource, Sync, operation, paged
from commerce_bridge.flow.primitives import send


class Things(Resource[M]):
    @operation
    def get(self: Things[Raw], thing: int) -> Flow[Response]:
        known = yield from self.find(sku="a")
        assert_type(known, int)
        return (yield from send("a", Request(method="GET", path=f"/{thing}")))

    @operation
    def find(self: Things[Raw], *, sku: str) -> Flow[int]:
        response = yield from self.get(1)
        return response.status + len(sku)

    @paged
    def list(self: Things[Raw], cursor: str | None, *, limit: int = 50) -> Flow[Page[int]]:
        yield from self.get(limit)
        return Page(items=(1,), next=cursor)


class Client(Resource[M]):
    @property
    def things(self) -> Things[M]:
        return Things(self.mode)


def sync_face(client: Client[Sync]) -> None:
    assert_type(client.things.get(1), Response)
    assert_type(client.things.list(limit=3), Pages[int])
    for item in client.things.list():
        assert_type(item, int)
    client.things.get("a")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.things.find(sku="a", colour="b")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def async_face(client: Client[Async]) -> None:
    assert_type(client.things.get(1), Awaitable[Response])
    assert_type(await client.things.get(1), Response)
    assert_type(client.things.list(limit=3), AsyncPages[int])


def raw_face(client: Client[Raw]) -> Flow[int]:
    page = yield from client.things.list(None, limit=2)
    assert_type(page, Page[int])
    return (yield from client.things.find(sku="b"))


def mixed(client: Client[Async]) -> Response:
    return client.things.get(1)  # type: ignore[return-value]  # pyright: ignore[reportReturnType]


def anything(client: Client[Any]) -> None:
    client.things.get(1)
