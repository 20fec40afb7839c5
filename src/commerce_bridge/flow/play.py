"""The playing driver: one thread, virtual time, the same order every time.

It runs flows against worlds that answer as pure functions of request and instant, gives
every effect a path that is stable from run to run, and can die at any of them.  That is
how a day of quota runs in seconds, and how a crash is tried at every single step.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Generator
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar, assert_never

from attrs import define, field, frozen

from commerce_bridge.errors import BridgeError, TimedOut, TransportError
from commerce_bridge.flow.carry import perform_instant, perform_state
from commerce_bridge.flow.clock import EPOCH
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
    Send,
    Settle,
    Single,
    Sleep,
)
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.wiring import Wiring

T = TypeVar("T")


@frozen(kw_only=True)
class Reply:
    """What a world answers: a response or a fault, and how long it took.

    Args:
        outcome: The response, or the error the caller sees.
        delay_s: Seconds until the caller sees it, on top of the driver's latency.
    """

    outcome: Response | TransportError
    delay_s: float = 0.0

    def seen(self, latency_s: float, timeout_s: float) -> tuple[float, Response | TransportError]:
        """When the caller sees what: seconds after it asked, and the outcome, or a time-out before it."""
        wait_s = latency_s + self.delay_s
        if wait_s <= timeout_s:
            return wait_s, self.outcome
        if isinstance(self.outcome, TimedOut):
            return timeout_s, self.outcome
        return timeout_s, TimedOut(f"No answer within {timeout_s:g} s; it would have taken {wait_s:g} s.")


class World(Protocol):
    """Answers the requests of one account without waiting; an in-process sandbox is one."""

    def answer(self, request: Request, now: datetime, timeout_s: float) -> Reply:
        """What this request comes to when it arrives at `now`."""
        ...


class Crash(BaseException):
    """The process died here.  It is no `Exception`: nothing in the library can catch it."""


@frozen(kw_only=True)
class Played:
    """One effect of a played run.

    Args:
        path: Its place: ``3.1.0`` is the first effect of the second flow gathered by the fourth effect.
        effect: What was asked for.
        at: When.
    """

    path: str
    effect: Effect
    at: datetime


class ManualClock:
    """Shows the instant that its driver sets."""

    def __init__(self, start: datetime = EPOCH) -> None:
        self.instant = start

    def now(self) -> datetime:
        """The instant."""
        return self.instant

    def sleep(self, seconds: float, until: threading.Event | None = None) -> None:
        """Move on at once: nobody else is there."""
        self.instant += timedelta(seconds=max(seconds, 0.0))

    async def sleep_async(self, seconds: float) -> None:
        """Move on at once: nobody else is there."""
        self.sleep(seconds)

    def enter(self) -> None:
        """Nothing to note: one thread does everything."""

    def leave(self) -> None:
        """Nothing to note: one thread does everything."""


@define(kw_only=True, eq=False)
class _Task:
    flow: Generator[Effect, Any, Any]
    path: str
    parent: _Join | None = None
    index: int = 0
    step: int = 0


@define(kw_only=True, eq=False)
class _Join:
    """A task that waits for flows it gathered."""

    waiter: _Task
    flows: tuple[Flow[Any], ...]
    path: str
    results: list[Any]
    next: int = 0
    left: int = 0
    single: bool = False
    others: list[_Task] = field(factory=list[_Task])


class PlayDriver:
    """Runs one root flow at a time, in virtual time, always in the same order.

    Args:
        wiring: As for the other drivers, but its transports are `World`s and its clock a `ManualClock`.
        latency_s: Seconds from a request to its answer.
        crash_at: Dies at this effect, counted from 0 over all its runs; None never dies.
        crash_after: Dies after the effect took hold but before its answer, instead of before it.
        keep_trace: Whether `trace` holds the effects of all its runs.
    """

    def __init__(
        self,
        wiring: Wiring,
        *,
        latency_s: float = 0.0,
        crash_at: int | None = None,
        crash_after: bool = False,
        keep_trace: bool = True,
    ) -> None:
        if not isinstance(wiring.clock, ManualClock):
            raise TypeError("a PlayDriver moves its clock itself: give its wiring a ManualClock")
        self.wiring = wiring
        self.clock: ManualClock = wiring.clock
        self.latency_s = latency_s
        self.crash_at = crash_at
        self.crash_after = crash_after
        self.keep_trace = keep_trace
        self.count = 0
        self.trace: list[Played] = []
        self._queue: list[tuple[datetime, int, _Task, Any]] = []
        self._seq = 0
        self._singles: dict[str, _Join] = {}
        self._alive: dict[_Task, None] = {}

    def rewired(self, wiring: Wiring) -> PlayDriver:
        """A driver of the same kind with another wiring; it dies where this one was told to."""
        return PlayDriver(
            wiring,
            latency_s=self.latency_s,
            crash_at=self.crash_at,
            crash_after=self.crash_after,
            keep_trace=self.keep_trace,
        )

    def run(self, flow: Flow[T]) -> T:
        """The result of `flow`; its errors are raised; `Crash` when it was told to die.

        After a crash nothing of the flows runs any more, not even their `finally` blocks, for as long
        as this driver lives.
        """
        self._queue, self._singles, self._alive = [], {}, {}
        result: list[Ok[Any] | Err] = []
        self._start(_Task(flow=flow, path=""))
        try:
            while self._queue and not result:
                instant, _, task, answer = heapq.heappop(self._queue)
                self.clock.instant = max(self.clock.instant, instant)
                self._advance(task, answer, result)
        except Crash:
            raise
        except BaseException:
            self._close_all()
            raise
        if not result:
            self._close_all()
            raise RuntimeError("the flow waits for something that never comes")
        outcome = result[0]
        if isinstance(outcome, Err):
            raise outcome.error
        value: T = outcome.value
        return value

    def _start(self, task: _Task) -> None:
        self._alive[task] = None
        self._at(self.clock.instant, task, Ok(None))

    def _close_all(self) -> None:
        """Let all flows under way end: the youngest first, so that those gathered end before who gathered."""
        for task in reversed(tuple(self._alive)):
            task.flow.close()
        self._alive.clear()

    def _at(self, instant: datetime, task: _Task, answer: Ok[Any] | Err) -> None:
        self._seq += 1
        heapq.heappush(self._queue, (instant, self._seq, task, answer))

    def _advance(self, task: _Task, answer: Ok[Any] | Err, result: list[Any]) -> None:
        """Run a task until it has to wait."""
        flow = task.flow
        while True:
            try:
                effect = flow.throw(answer.error) if isinstance(answer, Err) else flow.send(answer.value)
            except StopIteration as done:
                return self._finish(task, Ok(done.value), result)
            except BridgeError as error:
                return self._finish(task, Err(error), result)
            path = f"{task.path}{task.step}"
            task.step += 1
            if self.keep_trace:
                self.trace.append(Played(path=path, effect=effect, at=self.clock.instant))
            number = self.count
            self.count += 1
            if number == self.crash_at and not self.crash_after:
                raise Crash(f"before effect {number} ({path}): {effect!r}")
            at_once = self._perform(task, path, effect)
            if number == self.crash_at:
                raise Crash(f"after effect {number} ({path}): {effect!r}")
            if at_once is None:
                return None
            answer = at_once

    def _perform(self, task: _Task, path: str, effect: Effect) -> Ok[Any] | Err | None:
        """The answer, when there is one at once; None when the task has to wait."""
        match effect:  # in the order of how often they come
            case Now():
                return Ok(self.clock.instant)
            case Draw() | NewId() | Acquire() | Settle() | Emit():
                return _attempt(perform_instant, self.wiring, effect)
            case Send():
                self._send(task, effect)
                return None
            case Sleep():
                self._at(self.clock.instant + timedelta(seconds=max(effect.seconds, 0.0)), task, Ok(None))
                return None
            case Gather():
                return self._gather(task, path, effect)
            case Single():
                self._single(task, path, effect)
                return None
            case Load() | Commit():
                return _attempt(perform_state, self.wiring, effect)
            case _:
                assert_never(effect)

    def _send(self, task: _Task, effect: Send) -> None:
        world: World = self.wiring.transport_of(effect.account)
        reply = world.answer(effect.request, self.clock.instant, effect.timeout_s)
        wait_s, outcome = reply.seen(self.latency_s, effect.timeout_s)
        arrives = self.clock.instant + timedelta(seconds=wait_s)
        self._at(arrives, task, Err(outcome) if isinstance(outcome, TransportError) else Ok(outcome))

    def _gather(self, task: _Task, path: str, effect: Gather) -> Ok[Any] | None:
        if not effect.flows:
            return Ok(())
        join = _Join(waiter=task, flows=effect.flows, path=path, results=[None] * len(effect.flows))
        join.left = len(effect.flows)
        for _ in range(min(effect.limit, len(effect.flows))):
            self._start_next(join)
        return None

    def _start_next(self, join: _Join) -> None:
        index = join.next
        join.next += 1
        self._start(_Task(flow=join.flows[index], path=f"{join.path}.{index}.", parent=join, index=index))

    def _single(self, task: _Task, path: str, effect: Single) -> None:
        running = self._singles.get(effect.key)
        if running is not None:
            running.others.append(task)
            return
        join = _Join(waiter=task, flows=(effect.make(),), path=path, results=[None], left=1, single=True)
        self._singles[effect.key] = join
        self._start_next(join)

    def _finish(self, task: _Task, outcome: Ok[Any] | Err, result: list[Any]) -> None:
        del self._alive[task]
        join = task.parent
        if join is None:
            result.append(outcome)
            return
        join.results[task.index] = outcome
        join.left -= 1
        if join.next < len(join.flows):
            self._start_next(join)
        if join.left:
            return
        if join.single:
            self._singles = {key: value for key, value in self._singles.items() if value is not join}
            for waiter in (join.waiter, *join.others):
                self._at(self.clock.instant, waiter, outcome)
        else:
            self._at(self.clock.instant, join.waiter, Ok(tuple(join.results)))


def _attempt(perform: Callable[[Wiring, Any], Any], wiring: Wiring, effect: Effect) -> Ok[Any] | Err:
    """The answer to an effect, or the library error to throw into the flow."""
    try:
        return Ok(perform(wiring, effect))
    except BridgeError as error:
        return Err(error)
