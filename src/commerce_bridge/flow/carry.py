"""What all drivers do alike: effects that never wait, effects on state, and the board of a `Gather`."""

from __future__ import annotations

import threading
from typing import Any, TypeAlias, assert_never

from commerce_bridge.errors import TransportError
from commerce_bridge.flow.effects import (
    Acquire,
    Commit,
    Draw,
    Emit,
    Err,
    Flow,
    Load,
    NewId,
    Now,
    Ok,
    Settle,
)
from commerce_bridge.flow.events import Event, Subscriber
from commerce_bridge.flow.wiring import Wiring

Instant: TypeAlias = Now | Draw | NewId | Acquire | Settle | Emit
"""Effects that are carried out at once, alike in every driver."""


def perform_instant(wiring: Wiring, effect: Instant) -> Any:
    """Carry out an effect that never waits."""
    match effect:
        case Now():
            return wiring.clock.now()
        case Draw():
            return wiring.chance.draw()
        case NewId():
            return wiring.chance.new_id()
        case Acquire():
            port = wiring.budgets_of(effect.account)
            return (
                0.0
                if port is None
                else port.acquire(effect.account, effect.rules, effect.ask, wiring.clock.now())
            )
        case Settle():
            port = wiring.budgets_of(effect.account)
            if port is not None:
                port.settle(effect.account, effect.rules, effect.settlement, wiring.clock.now())
            return None
        case Emit():
            for subscriber in wiring.subscribers:
                _tell(wiring, subscriber, effect.event)
            return None
        case _:
            assert_never(effect)


def _tell(wiring: Wiring, subscriber: Subscriber, event: Event) -> None:
    """Tell a subscriber what happened; one that fails breaks nothing of what it watches.

    Its first error goes to the log, with where it happened: an observer that fails at every event of a
    long run would fill a disk.
    """
    try:
        subscriber(event)
    except Exception:
        if id(subscriber) in wiring.failing:
            return
        wiring.failing.add(id(subscriber))
        import logging  # no part of opening a client

        logging.getLogger("commerce_bridge").exception(
            "A subscriber failed at an event of kind %s. The run goes on; what this subscriber raises from "
            "now on is not reported.",
            type(event).__name__,
        )


def perform_state(wiring: Wiring, effect: Load | Commit) -> Any:
    """Carry out an effect on the state."""
    if wiring.state is None:
        raise LookupError("This flow needs state, and none was given: pass `state=`.")
    if isinstance(effect, Load):
        return wiring.state.load(effect.query)
    return wiring.state.commit(effect.ops, effect.expect)


class Stopped(BaseException):
    """Ends a flow because one beside it ended with an error that ends them all; it never leaves a driver."""


class Board:
    """The flows of one `Gather`, taken one by one by its workers."""

    def __init__(self, flows: tuple[Flow[Any], ...], workers: int) -> None:
        self._flows = flows
        self._results: list[Ok[Any] | Err | None] = [None] * len(flows)
        self._next = 0
        self._working = workers
        self._lock = threading.Lock()
        self.fatal: BaseException | None = None

    def take(self) -> tuple[int, Flow[Any]] | None:
        """The next flow and its place, or None when there is none left to start."""
        with self._lock:
            if self.fatal is not None or self._next >= len(self._flows):
                return None
            index = self._next
            self._next += 1
            return index, self._flows[index]

    def note(self, index: int, outcome: Ok[Any] | Err) -> None:
        """Keep what the flow at this place came to."""
        self._results[index] = outcome

    def fail(self, error: BaseException) -> None:
        """Stop the others: an error that is not the library's own was raised."""
        with self._lock:
            if self.fatal is None or isinstance(self.fatal, Stopped):
                self.fatal = error

    def last_leaves(self) -> bool:
        """Whether the worker that asks is the last one; it hands its wakefulness to the waiting parent."""
        with self._lock:
            self._working -= 1
            return self._working == 0

    def outcomes(self) -> tuple[Ok[Any] | Err, ...]:
        """All outcomes in the order of the flows; the fatal error is raised, if there was one."""
        if self.fatal is not None:
            for flow in self._flows:
                flow.close()
            raise self.fatal
        return tuple(result for result in self._results if result is not None)


def shared_value(outcome: Ok[Any] | Err | None) -> Any:
    """What the maker of a `Single` came to, for one of those who asked."""
    if isinstance(outcome, Ok):
        return outcome.value
    if isinstance(outcome, Err):
        raise outcome.error
    raise TransportError("The flow that was to answer for several askers was stopped.", sent=False)
