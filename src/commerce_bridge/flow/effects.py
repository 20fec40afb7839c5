"""The effects: everything a flow may ask of the world, as frozen values.

A *flow* is a generator that yields effects and returns a result.  It performs
nothing itself; a driver carries each effect out and sends the answer back in.
The list is closed: a driver matches it with `assert_never`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from typing import Any, Generic, TypeAlias, TypeVar

from attrs import Attribute, field, frozen

from commerce_bridge.flow.budgets import BudgetAsk, BudgetRules, BudgetSettlement
from commerce_bridge.flow.events import Event
from commerce_bridge.flow.messages import Request
from commerce_bridge.flow.state import Expect, Op, Query

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


def _finite(_: object, attribute: Attribute[float], value: float) -> None:
    if not 0 < value < math.inf:
        raise ValueError(f"{attribute.name} must be above 0 and finite, not {value!r}")


def _one_or_more(_: object, attribute: Attribute[int], value: int) -> None:
    if value < 1:
        raise ValueError(f"{attribute.name} must be 1 or more, not {value!r}")


@frozen(kw_only=True)
class Send:
    """Send one request; the answer is a `Response`, or a `TransportError` thrown into the flow.

    Args:
        account: Which account's transport carries it.
        request: What to send.
        timeout_s: Seconds to wait for the whole answer; always finite.
        correlation_header: The header in which the vendor takes the id of a run, or None; who marks a
            flow with its run's id fills it in, and nobody else.
    """

    account: str
    request: Request
    timeout_s: float = field(validator=_finite)
    correlation_header: str | None = field(default=None, repr=False)


@frozen(kw_only=True)
class Sleep:
    """Wait `seconds`, 0 or more."""

    seconds: float


@frozen(kw_only=True)
class Now:
    """The instant, aware, in UTC."""


@frozen(kw_only=True)
class Draw:
    """A random number, 0 ≤ x < 1."""


@frozen(kw_only=True)
class NewId:
    """A fresh random UUID as text."""


@frozen(kw_only=True)
class Gather:
    """Run flows side by side; the answer is a tuple of `Ok | Err` in their order.

    Args:
        flows: The flows, each not yet started.
        limit: How many may be under way at once, 1 or more.
    """

    flows: tuple[Flow[Any], ...] = field(repr=lambda flows: f"<{len(flows)} flows>")
    limit: int = field(default=3, validator=_one_or_more)


@frozen(kw_only=True)
class Acquire:
    """Ask a budget for leave; the answer is how many seconds to wait before asking again (0: granted).

    Args:
        account: The account whose budget is asked.
        rules: The windows that hold for it.
        ask: What is asked for.
    """

    account: str
    rules: BudgetRules
    ask: BudgetAsk


@frozen(kw_only=True)
class Settle:
    """Give back what an answered request held in flight, and tell the budget what its headers said."""

    account: str
    rules: BudgetRules
    settlement: BudgetSettlement


@frozen(kw_only=True)
class Single:
    """Run a flow once for all who ask under the same key at the same time; all get its answer.

    Args:
        key: What is being made, such as the token of one account.
        make: Returns a new flow that makes it.
    """

    key: str
    make: Callable[[], Flow[Any]]


@frozen(kw_only=True)
class Load:
    """Read rows of state; the answer is a tuple of `Row`s that exist."""

    query: Query


@frozen(kw_only=True)
class Commit:
    """Write rows of state, all or none; a failed expectation is `StateConflict`, thrown into the flow."""

    ops: tuple[Op, ...]
    expect: tuple[Expect, ...] = ()


@frozen(kw_only=True)
class Emit:
    """Tell the subscribers what happened."""

    event: Event


Effect: TypeAlias = (
    Send | Sleep | Now | Draw | NewId | Gather | Acquire | Settle | Single | Load | Commit | Emit
)
Flow: TypeAlias = Generator[Effect, Any, T]


@frozen
class Ok(Generic[T_co]):
    """What a gathered flow returned."""

    value: T_co


@frozen
class Err:
    """The library error that a gathered flow ended with."""

    error: Exception


Outcome: TypeAlias = Ok[T] | Err
