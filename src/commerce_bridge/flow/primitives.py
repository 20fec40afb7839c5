"""The primitives: the only functions that contain a bare `yield`.

Everything else says `yield from`, so that each step of a flow is typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from attrs import evolve

from commerce_bridge.errors import DeadlineExceeded
from commerce_bridge.flow.budgets import BudgetAsk, BudgetRules, BudgetSettlement
from commerce_bridge.flow.effects import (
    Acquire,
    Commit,
    Draw,
    Effect,
    Emit,
    Err,
    Flow,
    Gather,
    Load,
    NewId,
    Now,
    Ok,
    Outcome,
    Send,
    Settle,
    Single,
    Sleep,
)
from commerce_bridge.flow.events import Event
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.state import Expect, Op, Query, Row

T = TypeVar("T")

DEFAULT_TIMEOUT_S = 30.0


def send(
    account: str,
    request: Request,
    *,
    timeout_s: float = DEFAULT_TIMEOUT_S,
    correlation_header: str | None = None,
) -> Flow[Response]:
    """The answer to one request."""
    response: Response = yield Send(
        account=account, request=request, timeout_s=timeout_s, correlation_header=correlation_header
    )
    return response


def sleep(seconds: float) -> Flow[None]:
    """Wait `seconds`; none when it is 0 or less."""
    yield Sleep(seconds=max(seconds, 0.0))


def now() -> Flow[datetime]:
    """The instant, aware, in UTC."""
    instant: datetime = yield Now()
    return instant


def draw() -> Flow[float]:
    """A random number, 0 ≤ x < 1."""
    number: float = yield Draw()
    return number


def new_id() -> Flow[str]:
    """A fresh random UUID."""
    text: str = yield NewId()
    return text


def gather(flows: Iterable[Flow[T]], *, limit: int = 3) -> Flow[tuple[Outcome[T], ...]]:
    """What each flow came to, in order: `Ok`, or `Err` for a library error."""
    outcomes: tuple[Outcome[T], ...] = yield Gather(flows=tuple(flows), limit=limit)
    return outcomes


def gather_all(flows: Iterable[Flow[T]], *, limit: int = 3) -> Flow[tuple[T, ...]]:
    """The results of all flows, in order; the first error among them is raised when all have ended."""
    outcomes = yield from gather(flows, limit=limit)
    values: list[T] = []
    for outcome in outcomes:
        if isinstance(outcome, Err):
            raise outcome.error
        values.append(outcome.value)
    return tuple(values)


def acquire(account: str, rules: BudgetRules, ask: BudgetAsk) -> Flow[float]:
    """Seconds to wait before asking again; 0 when the request may go now."""
    wait_s: float = yield Acquire(account=account, rules=rules, ask=ask)
    return wait_s


def settle(account: str, rules: BudgetRules, settlement: BudgetSettlement) -> Flow[None]:
    """Tell the budget what became of a request."""
    yield Settle(account=account, rules=rules, settlement=settlement)


def single(key: str, make: Callable[[], Flow[T]]) -> Flow[T]:
    """What `make` comes to, made once for all who ask under `key` at the same time."""
    value: T = yield Single(key=key, make=make)
    return value


def load(query: Query) -> Flow[tuple[Row, ...]]:
    """The rows of state a query asks for."""
    rows: tuple[Row, ...] = yield Load(query=query)
    return rows


def commit(ops: Iterable[Op], expect: Iterable[Expect] = ()) -> Flow[None]:
    """Write rows of state, all or none."""
    yield Commit(ops=tuple(ops), expect=tuple(expect))


def emit(event: Event) -> Flow[None]:
    """Tell the subscribers."""
    yield Emit(event=event)


def within(deadline: datetime | timedelta, flow: Flow[T]) -> Flow[T]:
    """Run `flow`, but stop it before its next effect once the deadline has passed.

    A wait that would end after the deadline is not begun.  Flows that it gathers are bound
    each for itself; those that are stopped are among the outcomes as `DeadlineExceeded`.

    Args:
        deadline: An aware instant, or how long from now.
        flow: The flow to bound; its `finally` blocks run when it is stopped.

    Raises:
        DeadlineExceeded: The deadline passed first.
    """
    started = yield from now()
    limit = started + deadline if isinstance(deadline, timedelta) else deadline
    answer: object = None
    error: Exception | None = None
    try:
        while True:
            try:
                effect = flow.send(answer) if error is None else flow.throw(error)
            except StopIteration as done:
                value: T = done.value
                return value
            answer = error = None
            bounded = _bounded(effect, (yield from now()), limit)
            try:
                answer = yield bounded
            except Exception as raised:
                error = raised
    finally:
        flow.close()


def _bounded(effect: Effect, instant: datetime, limit: datetime) -> Effect:
    """The effect as it may be carried out before `limit`."""
    if instant >= limit:
        raise DeadlineExceeded(f"Stopped at {instant.isoformat()}: the deadline was {limit.isoformat()}.")
    if isinstance(effect, Sleep) and instant + timedelta(seconds=effect.seconds) > limit:
        raise DeadlineExceeded(
            f"Stopped at {instant.isoformat()} before a wait of {effect.seconds:g} s: "
            f"the deadline is {limit.isoformat()}."
        )
    if isinstance(effect, Gather):
        return evolve(effect, flows=tuple(within(limit, each) for each in effect.flows))
    return effect


def run_pure(flow: Flow[T]) -> T:
    """The result of a flow that yields no effect; a RuntimeError if it yields one."""
    try:
        effect = next(flow)
    except StopIteration as done:
        value: T = done.value
        return value
    flow.close()
    raise RuntimeError(f"expected a flow without effects, but it asked for {effect!r}")


__all__ = [
    "Err",
    "Ok",
    "acquire",
    "commit",
    "draw",
    "emit",
    "gather",
    "gather_all",
    "load",
    "new_id",
    "now",
    "run_pure",
    "send",
    "settle",
    "single",
    "sleep",
    "within",
]
