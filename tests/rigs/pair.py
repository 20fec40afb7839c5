"""The main pair on a stage: both sandboxes, their clients, and the bridge, in any mode and over any wire."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from typing import Any

from attrs import define, field

from commerce_bridge.bridges.consonance_bigcommerce import consonance_to_bigcommerce
from commerce_bridge.bridges.listing.categories import CategoryMap
from commerce_bridge.bridges.listing.policy import StorePolicy
from commerce_bridge.domain.listing import Fulfilment
from commerce_bridge.domain.market import Market
from commerce_bridge.domain.territory import territory
from commerce_bridge.flow.clock import EPOCH, VirtualClock
from commerce_bridge.flow.messages import Request
from commerce_bridge.flow.operation import Sync
from commerce_bridge.flow.play import ManualClock, PlayDriver
from commerce_bridge.flow.state import StateStore
from commerce_bridge.flow.wiring import SeededChance, Wiring
from commerce_bridge.http.budget import LocalBudgets
from commerce_bridge.http.opening import Surroundings
from commerce_bridge.platforms.bigcommerce.client import AsyncBigCommerce, BigCommerce, BigCommerceClient
from commerce_bridge.platforms.consonance.client import AsyncConsonance, Consonance, ConsonanceClient
from commerce_bridge.sandbox.bigcommerce import BigCommerceSandbox, natural_state
from commerce_bridge.sandbox.consonance import ConsonanceSandbox
from commerce_bridge.sandbox.core import Fault
from commerce_bridge.sandbox.server import running
from commerce_bridge.sandbox.transport import SandboxWorld
from commerce_bridge.stores import MemoryState
from commerce_bridge.sync.bridge import Bridge

UK = Market(
    name="United Kingdom", territory=territory("GB"), currency="GBP", time_zone="Europe/London", channel="1"
)

WEIGHTS = {"BB": Decimal(520), "BC": Decimal(280)}

CATEGORIES = CategoryMap.of(
    {"bisac": {"FIC": ["Fiction"], "FIC022": ["Fiction", "Crime"], "JUV": ["Children"], "HIS": ["History"]}}
)


def policy(**changes: Any) -> StorePolicy:
    """A publisher's decisions about a British store."""
    usual: dict[str, Any] = {
        "market": UK,
        "weights_g": WEIGHTS,
        "categories": CATEGORIES,
        "tax_percent": {Fulfilment.PHYSICAL: Decimal(0), Fulfilment.DIGITAL: Decimal(20)},
    }
    return StorePolicy(**{**usual, **changes})


def usual_clock() -> VirtualClock:
    """A virtual clock on the stage's first morning."""
    return VirtualClock(EPOCH)


@define(kw_only=True)
class Pair:
    """Two sandboxes' worlds, what the bridge remembers, and how it is made."""

    publisher: SandboxWorld
    shop: SandboxWorld
    state: StateStore = field(factory=MemoryState)
    policy: StorePolicy = field(factory=policy)
    clock: Any = field(factory=usual_clock)
    latency_s: float = 0.0
    extras: Mapping[str, Any] = field(factory=dict[str, Any])
    seed: int = 3

    @property
    def consonance(self) -> ConsonanceSandbox:
        sandbox: Any = self.publisher.sandbox
        return sandbox

    @property
    def bigcommerce(self) -> BigCommerceSandbox:
        sandbox: Any = self.shop.sandbox
        return sandbox

    @property
    def base_path(self) -> str:
        return f"/stores/{self.shop.sandbox.credentials()['store_hash']}"

    def goods(self) -> dict[str, Any]:
        """The whole state of the shop, ids read as natural keys."""
        return natural_state(self.bigcommerce.state())

    def product(self, sku: str) -> dict[str, Any]:
        """The product with this SKU, as the shop holds it."""
        rows = self.bigcommerce.state()["products"]
        return next(
            row for row in rows if row["sku"] == sku or any(one["sku"] == sku for one in row["variants"])
        )

    def skus(self) -> list[str]:
        return sorted(row["sku"] for row in self.bigcommerce.state()["products"])

    def bigcommerce_call(self, method: str, path: str, body: Any = None) -> Any:
        """Do something at the shop by hand, as a merchandiser would."""
        token = self.shop.sandbox.credentials()["access_token"]
        request = Request(
            method=method,
            path=f"{self.base_path}{path}",
            headers={"X-Auth-Token": token, "Accept": "application/json", "Content-Type": "application/json"},
            body=b"" if body is None else json.dumps(body).encode(),
        )
        response = self.bigcommerce.handle(request, self.clock.now())
        assert response.ok, response.body
        return json.loads(response.body or b"null")

    def calls(self, method: str | None = None, path: str = "") -> int:
        """How many requests the shop has seen."""
        return sum(
            1
            for one in self.shop.log
            if (method is None or one.request.method == method) and path in one.request.path
        )

    def around(self, seed: int = 1) -> Surroundings:
        return Surroundings(clock=self.clock, chance=SeededChance(seed))

    def sync(self) -> Bridge[Sync]:
        """The bridge in sync mode, in process."""
        return self.bridge(
            Consonance(
                api_key=self.consonance.credentials()["api_key"],
                transport=self.publisher.sync(self.clock, latency_s=self.latency_s),
                surroundings=self.around(2),
            ),
            BigCommerce(
                **self.shop.sandbox.credentials(),
                transport=self.shop.sync(self.clock, latency_s=self.latency_s, base_path=self.base_path),
                surroundings=self.around(),
            ),
        )

    def asynchronous(self) -> Bridge[Any]:
        """The bridge in async mode, in process."""
        return self.bridge(
            AsyncConsonance(
                api_key=self.consonance.credentials()["api_key"],
                transport=self.publisher.asynchronous(self.clock, latency_s=self.latency_s),
                surroundings=self.around(2),
            ),
            AsyncBigCommerce(
                **self.shop.sandbox.credentials(),
                transport=self.shop.asynchronous(
                    self.clock, latency_s=self.latency_s, base_path=self.base_path
                ),
                surroundings=self.around(),
            ),
        )

    def bridge(self, consonance: Any, store: Any) -> Bridge[Any]:
        return consonance_to_bigcommerce(
            consonance, store, state=self.state, policy=self.policy, **self.extras
        )

    def played(self, driver: Callable[[Wiring], PlayDriver]) -> Bridge[Sync]:
        """The bridge under a playing driver; the clock must be a `ManualClock`."""
        wiring = self.wiring()
        mode = Sync(driver(wiring))
        publisher = Consonance(api_key=self.consonance.credentials()["api_key"])
        store = BigCommerce(**self.shop.sandbox.credentials())
        return self.bridge(
            ConsonanceClient(mode, publisher.service), BigCommerceClient(mode, store.connection)
        )

    def wiring(self) -> Wiring:
        """Both worlds under one manual clock, as a new process would wire them."""
        assert isinstance(self.clock, ManualClock)
        publisher = Consonance(api_key=self.consonance.credentials()["api_key"])
        store = BigCommerce(**self.shop.sandbox.credentials())
        return Wiring(
            transports={
                publisher.account: self.publisher.under(""),
                store.connection.account: self.shop.under(self.base_path),
            },
            budgets=LocalBudgets(),
            state=self.state,
            clock=self.clock,
            chance=SeededChance(self.seed),
        )


def pair(
    *, seed: str = "empty", shop_seed: str = "empty", faults: tuple[Fault, ...] = (), **settings: Any
) -> Pair:
    """A stage with both sandboxes in process.

    Args:
        seed: The publisher's: ``demo`` or ``empty``.
        shop_seed: The shop's.
        faults: What is to go wrong at the shop.
        settings: Members of `Pair`.
    """
    return Pair(
        publisher=SandboxWorld(ConsonanceSandbox(seed=seed)),
        shop=SandboxWorld(BigCommerceSandbox(seed=shop_seed), faults=faults),
        **settings,
    )


@define
class Verbs:
    """A bridge's verbs called plainly, whichever mode it is in: a story need not care."""

    bridge: Bridge[Any]
    loop: Any = None

    def __getattr__(self, name: str) -> Any:
        verb = getattr(self.bridge, name)
        if self.loop is None or not callable(verb):
            return verb

        def awaited(*args: Any, **kwargs: Any) -> Any:
            async def call() -> Any:
                return await verb(*args, **kwargs)

            return self.loop.run_until_complete(call())

        return awaited


@contextmanager
def over_http(stage: Pair, mode: str, *, library: str = "httpx") -> Iterator[Verbs]:
    """The bridge of a stage with both sandboxes behind real sockets on the loopback interface.

    Args:
        stage: The stage.
        mode: ``sync`` or ``async``.
        library: ``httpx`` or ``httpx2``.
    """
    with ExitStack() as stack:
        publisher = stack.enter_context(running(stage.publisher, clock=stage.clock))
        shop = stack.enter_context(running(stage.shop, clock=stage.clock))
        ours = {"base_url": publisher.base_url, **publisher.credentials, "library": library}
        theirs = {"base_url": shop.base_url, **shop.credentials, "library": library}
        if mode == "sync":
            consonance: Any = stack.enter_context(Consonance(**ours, surroundings=stage.around(2)))
            store: Any = stack.enter_context(BigCommerce(**theirs, surroundings=stage.around()))
            yield Verbs(stage.bridge(consonance, store))
            return
        loop = asyncio.new_event_loop()
        stack.callback(loop.close)
        consonance = AsyncConsonance(**ours, surroundings=stage.around(2))
        store = AsyncBigCommerce(**theirs, surroundings=stage.around())
        try:
            yield Verbs(stage.bridge(consonance, store), loop)
        finally:
            loop.run_until_complete(_closed(consonance, store))


async def _closed(*clients: Any) -> None:
    for client in clients:
        await client.aclose()
