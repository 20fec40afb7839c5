"""A vendor that answers by a script, and what a flow did with it, in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from commerce_bridge.errors import (
    NotFound,
    RateLimited,
    RejectedRecord,
    RemoteError,
    ServerFault,
    TransportError,
)
from commerce_bridge.flow.budgets import BudgetSettlement
from commerce_bridge.flow.effects import Flow, Sleep
from commerce_bridge.flow.events import Event
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.play import ManualClock, PlayDriver, Reply
from commerce_bridge.flow.wiring import SeededChance, Wiring
from commerce_bridge.http.budget import LocalBudgets
from commerce_bridge.http.connection import Connection

T = TypeVar("T")
Line: TypeAlias = Response | TransportError | Callable[[Request, datetime], Response | TransportError]

ACCOUNT = "shop:demo"


class ScriptedWorld:
    """Gives its lines one by one, the last one again and again, and keeps what it was sent."""

    def __init__(self, *lines: Line) -> None:
        self.lines = list(lines)
        self.requests: list[Request] = []
        self.instants: list[datetime] = []

    def answer(self, request: Request, now: datetime, timeout_s: float) -> Reply:
        line = self.lines.pop(0) if len(self.lines) > 1 else self.lines[0]
        self.requests.append(request)
        self.instants.append(now)
        outcome = line if isinstance(line, (Response, TransportError)) else line(request, now)
        return Reply(outcome=outcome)


class Stage:
    """A scripted vendor, one account's budget, and a driver that plays flows against them."""

    def __init__(self, *lines: Line, latency_s: float = 0.0, world: Any = None) -> None:
        self.world: Any = world or ScriptedWorld(*lines)
        self.events: list[Event] = []
        self.budgets = LocalBudgets()
        self.clock = ManualClock()
        self.started = self.clock.instant
        wiring = Wiring(
            transports={ACCOUNT: self.world},
            budgets=self.budgets,
            clock=self.clock,
            chance=SeededChance(1),
            subscribers=(self.events.append,),
        )
        self.driver = PlayDriver(wiring, latency_s=latency_s)

    def play(self, flow: Flow[T]) -> T:
        return self.driver.run(flow)

    @property
    def slept(self) -> list[float]:
        return [played.effect.seconds for played in self.driver.trace if isinstance(played.effect, Sleep)]

    @property
    def lasted_s(self) -> float:
        return (self.clock.instant - self.started).total_seconds()

    def events_of(self, kind: type[T]) -> list[T]:
        return [event for event in self.events if isinstance(event, kind)]


KINDS: Sequence[tuple[Callable[[int], bool], type[RemoteError]]] = (
    (lambda status: status == 404, NotFound),
    (lambda status: status == 422, RejectedRecord),
    (lambda status: status == 429, RateLimited),
    (lambda status: status >= 500, ServerFault),
)


def classify(operation: str, request: Request, response: Response) -> RemoteError | None:
    kind = next((kind for fits, kind in KINDS if fits(response.status)), None)
    if kind is None:
        return None
    after = response.header("Retry-After")
    return kind(
        f"{operation} was answered with {response.status}.",
        platform="shop",
        operation=operation,
        status=response.status,
        retry_after_s=float(after) if after else None,
    )


def told(ticket: str, response: Response, now: datetime) -> BudgetSettlement:
    left, reset = response.header("X-Left"), response.header("X-Reset")
    return BudgetSettlement(
        ticket=ticket,
        remaining=int(left) if left else None,
        resets_in_s=float(reset) if reset else None,
        window="window",
        blocked_for_s=float(reset) if reset and response.status == 429 else None,
    )


def connection(**settings: Any) -> Connection:
    return Connection(account=ACCOUNT, platform="shop", classify=classify, told=told, **settings)
