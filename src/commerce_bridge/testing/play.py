"""Play a flow against a script: no loop, no clock, no mock library.

script = [Response(status=429, headers={"Retry-After": "7"}), Response(status=200)]
trace = play(retrying(lambda: send("shop", REQUEST)), script)
assert trace.slept == [7.0] and trace.result.status == 200
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar

from attrs import field, frozen

from commerce_bridge.errors import BridgeError, TransportError
from commerce_bridge.flow.budgets import BudgetPort
from commerce_bridge.flow.clock import EPOCH
from commerce_bridge.flow.effects import Commit, Emit, Err, Flow, Ok, Outcome, Send, Sleep
from commerce_bridge.flow.events import Event
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.play import ManualClock, PlayDriver, Played, Reply
from commerce_bridge.flow.state import Op, StateStore
from commerce_bridge.flow.wiring import Chance, SeededChance, Wiring

T = TypeVar("T")

Line: TypeAlias = Response | TransportError | Reply | Callable[[Request], Response | TransportError | Reply]
"""One line of a script: an answer, an answer that takes its time, or a function of the request."""


@frozen(kw_only=True)
class Trace(Generic[T]):
    """What a played flow came to, and what it did on the way.

    Args:
        outcome: What it returned, or the library error it ended with.
        played: Every effect in order, with its path and instant.
        began: When it began.
        ended: When it ended, in virtual time.
        unused: The lines of the script that nobody asked for.
    """

    outcome: Outcome[T]
    played: tuple[Played, ...] = field(repr=False)
    began: datetime
    ended: datetime
    unused: tuple[Line, ...]

    @property
    def result(self) -> T:
        """What the flow returned; the error it ended with is raised."""
        if isinstance(self.outcome, Err):
            raise self.outcome.error
        return self.outcome.value

    @property
    def error(self) -> Exception | None:
        """The library error the flow ended with, or None."""
        return self.outcome.error if isinstance(self.outcome, Err) else None

    @property
    def sent(self) -> list[Request]:
        """Every request, in order."""
        return [each.effect.request for each in self.played if isinstance(each.effect, Send)]

    @property
    def slept(self) -> list[float]:
        """Every wait in seconds, in order."""
        return [each.effect.seconds for each in self.played if isinstance(each.effect, Sleep)]

    @property
    def events(self) -> list[Event]:
        """Everything the subscribers were told, in order."""
        return [each.effect.event for each in self.played if isinstance(each.effect, Emit)]

    @property
    def committed(self) -> list[tuple[Op, ...]]:
        """The operations of every commit that was tried, in order."""
        return [each.effect.ops for each in self.played if isinstance(each.effect, Commit)]

    @property
    def lasted_s(self) -> float:
        """How long it took, in virtual seconds."""
        return (self.ended - self.began).total_seconds()


def play(
    flow: Flow[T],
    script: Iterable[Line] = (),
    *,
    state: StateStore | None = None,
    budgets: BudgetPort | None = None,
    chance: Chance | None = None,
    start: datetime = EPOCH,
    latency_s: float = 0.0,
) -> Trace[T]:
    """Run a flow in virtual time; its requests are answered by the lines of a script, in order.

    Args:
        flow: The flow to run.
        script: The answers, whatever account they are asked of; an error is thrown into the flow.
        state: Where its rows live, if it needs any.
        budgets: Holds the budgets of all accounts; without one every request is let through.
        chance: Gives random numbers and ids; the same each time unless told otherwise.
        start: The instant at which it begins; aware.
        latency_s: Seconds from a request to its answer.

    Returns:
        What it came to.  A library error is part of that; any other is raised.

    Raises:
        AssertionError: The flow sent a request for which the script has no line.
    """
    stage = _Stage(script)
    clock = ManualClock(start)
    wiring = Wiring(
        transports=_AnyAccount(stage),
        budgets=budgets,
        state=state,
        clock=clock,
        chance=chance or SeededChance(),
    )
    driver = PlayDriver(wiring, latency_s=latency_s)
    outcome: Outcome[T]
    try:
        outcome = Ok(driver.run(flow))
    except BridgeError as error:
        outcome = Err(error)
    return Trace(
        outcome=outcome,
        played=tuple(driver.trace),
        began=start,
        ended=clock.now(),
        unused=stage.unused,
    )


class _Stage:
    """Answers the requests of every account by the script."""

    def __init__(self, script: Iterable[Line]) -> None:
        self._script = tuple(script)
        self._next = 0

    @property
    def unused(self) -> tuple[Line, ...]:
        return self._script[self._next :]

    def answer(self, request: Request, now: datetime, timeout_s: float) -> Reply:
        if not self.unused:
            count = len(self._script)
            raise AssertionError(
                f"The script has {count} {'line' if count == 1 else 'lines'}, and the flow sent one request "
                f"more: {request.method} {request.path}"
            )
        line = self.unused[0]
        self._next += 1
        answered = line if isinstance(line, (Response, TransportError, Reply)) else line(request)
        return answered if isinstance(answered, Reply) else Reply(outcome=answered)


class _AnyAccount(dict[str, _Stage]):
    """The same stage for whatever account is asked for."""

    def __init__(self, stage: _Stage) -> None:
        super().__init__()
        self._stage = stage

    def __missing__(self, account: str) -> _Stage:
        return self._stage
