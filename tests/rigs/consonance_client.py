"""A Consonance client at a desk: over a sandbox on a virtual clock, in each mode, or raw for a script to answer."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Iterator
from datetime import datetime
from typing import Any, TypeVar

from commerce_bridge.domain.exchange import Observed, Page, Ref
from commerce_bridge.domain.title import Title
from commerce_bridge.flow.clock import EPOCH, VirtualClock
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.messages import Response
from commerce_bridge.flow.operation import AsyncPages, Pages, Raw
from commerce_bridge.http.opening import Surroundings
from commerce_bridge.platforms.consonance import (
    AsyncConsonance,
    Consonance,
    ConsonanceClient,
    ConsonanceReader,
    ConsonanceSettings,
    ReaderSettings,
)
from commerce_bridge.sandbox.catalogue import Book
from commerce_bridge.sandbox.consonance import ConsonanceSandbox
from commerce_bridge.sandbox.core import Fault
from commerce_bridge.sandbox.transport import SandboxWorld

T = TypeVar("T")
KEY = "larkmere0desk0key000000000000032"


def raw_client(settings: ConsonanceSettings | None = None) -> ConsonanceClient[Raw]:
    """A client whose calls are flows, for a script to answer."""
    return ConsonanceClient(Raw(), Consonance(api_key=KEY, settings=settings).service)


def answer(data: Any = None, *, errors: Any = None, status: int = 200, **headers: str) -> Response:
    """A GraphQL answer; without `data` and `errors`, an answer that holds neither."""
    body = {name: value for name, value in (("data", data), ("errors", errors)) if value is not None}
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Response(
        status=status, headers={"Content-Type": "application/json", **named}, body=json.dumps(body).encode()
    )


class Desk:
    """A sandbox, its world, and one virtual clock for all clients made here."""

    def __init__(self, *, seed: str = "empty", faults: tuple[Fault, ...] = (), **settings: Any) -> None:
        self.clock = VirtualClock(EPOCH)
        self.sandbox = ConsonanceSandbox(seed=seed, api_key=KEY, **settings)
        self.world = SandboxWorld(self.sandbox, faults=faults)

    def load(self, *books: Book, at: datetime = EPOCH) -> None:
        """Enter titles."""
        for book in books:
            self.sandbox.load(book, at=at)

    def client(self, settings: ConsonanceSettings | None = None, **more: Any) -> Consonance:
        """A client in sync mode."""
        return Consonance(
            api_key=more.pop("api_key", KEY),
            transport=self.world.sync(self.clock),
            surroundings=Surroundings(clock=self.clock, **more.pop("around", {})),
            settings=settings,
            **more,
        )

    def async_client(self, settings: ConsonanceSettings | None = None, **more: Any) -> AsyncConsonance:
        """A client in async mode."""
        return AsyncConsonance(
            api_key=KEY,
            transport=self.world.asynchronous(self.clock),
            surroundings=Surroundings(clock=self.clock),
            settings=settings,
            **more,
        )

    def run(self, flow: Flow[T]) -> T:
        """The result of a flow over this desk's account."""
        return self.client().mode.driver.run(flow)

    def reader(
        self, settings: ReaderSettings | None = None, client: ConsonanceSettings | None = None
    ) -> ConsonanceReader:
        """A reader of this account."""
        return ConsonanceReader(self.client(client), settings)

    def pages(self, reader: ConsonanceReader, cursor: str | None = None) -> Iterator[Page[Observed[Title]]]:
        """All pages of a read."""
        while True:
            page = self.run(reader.changes(cursor))
            yield page
            if page.next is None:
                return
            cursor = page.next

    def read(
        self, settings: ReaderSettings | None = None, client: ConsonanceSettings | None = None
    ) -> tuple[Observed[Title], ...]:
        """All titles of a complete read."""
        return tuple(item for page in self.pages(self.reader(settings, client)) for item in page.items)

    def title(self, work_id: int = 1, settings: ReaderSettings | None = None) -> Observed[Title]:
        """One title as it stands now."""
        found = self.run(self.reader(settings).fetch([work_ref(work_id)]))
        assert len(found) == 1
        return found[0]

    def count(self) -> int:
        """How many requests there were so far."""
        return len(self.world.log)

    def asked(self) -> list[Any]:
        """What each request so far carried."""
        return [json.loads(line.request.body) for line in self.world.log]


def work_ref(number: int) -> Ref:
    """The reference of a work."""
    return Ref("consonance", "work", str(number))


def product_ref(number: int) -> Ref:
    """The reference of a product."""
    return Ref("consonance", "product", str(number))


async def settled(value: Any) -> Any:
    """What a call in sync or async mode came to; all items of a list that is read page by page."""
    if isinstance(value, Awaitable):
        return await value
    if isinstance(value, AsyncPages):
        pages: AsyncPages[Any] = value
        return [item async for item in pages]
    return list(value) if isinstance(value, Pages) else value
