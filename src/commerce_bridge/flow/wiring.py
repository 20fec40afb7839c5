"""What a driver carries effects out with: transports, clock, budgets, state, subscribers, chance."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from typing import Any, Protocol

from attrs import evolve, field, frozen

from commerce_bridge.flow.budgets import BudgetPort
from commerce_bridge.flow.clock import Clock, WallClock
from commerce_bridge.flow.events import Subscriber
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.state import StateStore


class Transport(Protocol):
    """Carries requests of one account; any object of this shape will do."""

    def send(self, request: Request, timeout_s: float) -> Response:
        """The answer, or a `TransportError`."""
        ...

    def close(self) -> None:
        """Let go of connections; closing twice is harmless."""
        ...


class AsyncTransport(Protocol):
    """Carries requests of one account; any object of this shape will do."""

    async def send(self, request: Request, timeout_s: float) -> Response:
        """The answer, or a `TransportError`."""
        ...

    async def close(self) -> None:
        """Let go of connections; closing twice is harmless."""
        ...


class Chance(Protocol):
    """Where random numbers and fresh ids come from."""

    def draw(self) -> float:
        """A number, 0 ≤ x < 1."""
        ...

    def new_id(self) -> str:
        """A UUID as text."""
        ...


class SystemChance:
    """The machine's own randomness."""

    def draw(self) -> float:
        """A number, 0 ≤ x < 1."""
        return random.random()  # noqa: S311  jitter, not a secret

    def new_id(self) -> str:
        """A UUID as text."""
        return str(uuid.uuid4())


class SeededChance:
    """The same numbers and ids each time, for tests and demonstrations.

    Args:
        seed: Any whole number.
    """

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311  repeatable on purpose

    def draw(self) -> float:
        """A number, 0 ≤ x < 1."""
        return self._random.random()

    def new_id(self) -> str:
        """A UUID as text."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))


@frozen(kw_only=True)
class Wiring:
    """Everything a driver needs.

    Args:
        transports: Account name to the transport that carries its requests (sync or async, as the driver).
        budgets: Holds the budgets of all accounts, or None when nothing is limited.
        state: Where rows of state live, or None when there is none.
        clock: Tells the time and waits.
        chance: Gives random numbers and ids.
        subscribers: Called with each event, in order; one that raises an error breaks nothing.
        routes: Account name to the budget port of that account, where it differs from `budgets`.
    """

    transports: Mapping[str, Any] = field(factory=dict[str, Any])
    budgets: BudgetPort | None = None
    state: StateStore | None = None
    clock: Clock = field(factory=WallClock)
    chance: Chance = field(factory=SystemChance)
    subscribers: tuple[Subscriber, ...] = ()
    routes: Mapping[str, BudgetPort] = field(factory=dict[str, BudgetPort])
    failing: set[int] = field(factory=set[int], init=False, repr=False, eq=False)
    """Subscribers of which an error was reported, by `id`."""

    def budgets_of(self, account: str) -> BudgetPort | None:
        """The port that holds this account's budget."""
        return self.routes.get(account, self.budgets)

    def transport_of(self, account: str) -> Any:
        """The transport of this account; a LookupError that names the known ones if there is none."""
        try:
            return self.transports[account]
        except KeyError:
            known = ", ".join(sorted(self.transports)) or "none"
            raise LookupError(
                f"No transport carries the account {account!r}; known accounts: {known}."
            ) from None

    def joined(self, other: Wiring) -> Wiring:
        """Both wirings' accounts under this one's clock, state, chance and subscribers."""
        routes: dict[str, BudgetPort] = dict(self.routes)
        for wiring in (self, other):
            for account in wiring.transports:
                port = wiring.budgets_of(account)
                if port is not None:
                    routes.setdefault(account, port)
        return evolve(
            self,
            transports={**self.transports, **other.transports},
            routes=routes,
            state=self.state or other.state,
            subscribers=(*self.subscribers, *(s for s in other.subscribers if s not in self.subscribers)),
        )
