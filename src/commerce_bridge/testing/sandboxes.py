"""Sandboxes in this process with clients that reach them, on one virtual clock: for tests and first steps.

    sandboxes = Sandboxes()
    bridge = consonance_to_bigcommerce(sandboxes.open(Consonance), sandboxes.open(BigCommerce))
    print(bridge.plan())

Nothing is sent over a network, and a wait takes no time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from commerce_bridge.flow.clock import EPOCH, VirtualClock
from commerce_bridge.flow.events import Subscriber
from commerce_bridge.flow.wiring import SeededChance
from commerce_bridge.http.opening import Surroundings
from commerce_bridge.platforms.bigcommerce.client import AsyncBigCommerce, BigCommerce
from commerce_bridge.platforms.consonance.client import AsyncConsonance, Consonance
from commerce_bridge.sandbox.core import Sandbox
from commerce_bridge.sandbox.registry import make, names
from commerce_bridge.sandbox.transport import SandboxWorld

C = TypeVar("C", BigCommerce, AsyncBigCommerce, Consonance, AsyncConsonance)

_SEEDS = {"consonance": "demo", "bigcommerce": "empty"}
_PLATFORM_OF: dict[type[Any], str] = {
    AsyncBigCommerce: "bigcommerce",
    AsyncConsonance: "consonance",
    BigCommerce: "bigcommerce",
    Consonance: "consonance",
}
_ASYNC = (AsyncBigCommerce, AsyncConsonance)


class Sandboxes:
    """Some sandboxes on one virtual clock.

    Args:
        sandboxes: At most one of each platform; where none is given, Consonance's holds an invented
            publisher's list, and BigCommerce's an empty store.
        start: Where the clock stands at first; aware.
        latency_s: Seconds, of the virtual clock, from a request to its answer.
        seeds: Platform to the seed of its sandbox, ``demo`` or ``empty``, where it is not as said above.
        subscribers: Called with each event of all clients.

    Raises:
        ValueError: A seed is for a platform of which there is no sandbox.
    """

    def __init__(
        self,
        *sandboxes: Sandbox,
        start: datetime = EPOCH,
        latency_s: float = 0.0,
        seeds: Mapping[str, str] | None = None,
        subscribers: tuple[Subscriber, ...] = (),
    ) -> None:
        self.clock = VirtualClock(start)
        self.latency_s = latency_s
        self._seeds = {**_SEEDS, **_known(seeds or {})}
        self._subscribers = subscribers
        self._worlds = {one.name: SandboxWorld(one) for one in sandboxes}
        self._opened = 0

    def world(self, name: str) -> SandboxWorld:
        """A sandbox with what lies around it: its `log`, and the faults that `add_faults` plans.

        Args:
            name: The platform, such as ``bigcommerce``.

        Raises:
            ValueError: No sandbox has this name.
            MissingExtra: The sandbox needs a package of the extra ``sandbox``.
        """
        if name not in self._worlds:
            self._worlds[name] = SandboxWorld(make(name, seed=self._seeds.get(name, "demo")))
        return self._worlds[name]

    def open(self, client: type[C], **options: Any) -> C:
        """A client that reaches its platform's sandbox.

        Args:
            client: `BigCommerce`, `Consonance`, or their twins for async programs.
            options: Further arguments of the client; those given here win.

        Returns:
            The client, with the sandbox's credentials and clock, and chance that is the same in every run.
        """
        platform = next((name for kind, name in _PLATFORM_OF.items() if issubclass(client, kind)), None)
        if platform is None:
            known = ", ".join(kind.__name__ for kind in _PLATFORM_OF)
            raise TypeError(f"{client.__name__} is the client of no sandbox; known: {known}")
        world = self.world(platform)
        credentials = world.sandbox.credentials()
        base_path = f"/stores/{credentials['store_hash']}" if "store_hash" in credentials else ""
        carry = world.asynchronous if issubclass(client, _ASYNC) else world.sync
        self._opened += 1
        arguments: dict[str, Any] = {
            **credentials,
            "transport": carry(self.clock, latency_s=self.latency_s, base_path=base_path),
            "surroundings": Surroundings(
                clock=self.clock, chance=SeededChance(self._opened), subscribers=self._subscribers
            ),
            **options,
        }
        return client(**arguments)


def _known(seeds: Mapping[str, str]) -> Mapping[str, str]:
    strange = sorted(set(seeds) - set(names()))
    if strange:
        raise ValueError(f"No sandbox is called {', '.join(strange)}. Known: {', '.join(names())}.")
    return seeds
