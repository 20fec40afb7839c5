"""Stepping: workers that run one step at a time, so that somebody else may choose whose turn it is.

A step is a request or an effect on state.  What a worker does between two steps nobody else sees, and is
carried out along with the first of them; what it gathers it does in turn, always in the same order.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias, assert_never

from attrs import define, evolve, field, frozen

from commerce_bridge.errors import BridgeError, TransportError
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
    Outcome,
    Send,
    Settle,
    Single,
    Sleep,
)
from commerce_bridge.flow.play import ManualClock, World
from commerce_bridge.flow.wiring import SeededChance, Wiring
from commerce_bridge.testing.crash import Fixture

Shared: TypeAlias = Send | Load | Commit
"""Effects that another worker may see, or whose answer another worker may change."""


@frozen
class Wake:
    """Time jumps to a sleeper's wake-up."""


Next: TypeAlias = Shared | Wake


@define(eq=False, kw_only=True)
class _Task:
    """One flow of a worker."""

    flow: Flow[Any]
    join: _Join | None = None
    index: int = 0


@define(eq=False, kw_only=True)
class _Join:
    """A task that waits for others."""

    waiter: _Task
    left: int
    results: list[Outcome[Any] | None]
    later: deque[_Task]
    single: bool = False


@define(eq=False, kw_only=True)
class Worker:
    """One process: its flows, and what they wait for.

    What nobody else sees is carried out at once; the first request or effect on state is its next step.
    """

    wiring: Wiring
    ready: deque[tuple[_Task, Outcome[Any]]]
    steps: deque[tuple[_Task, Shared]] = field(factory=deque[tuple[_Task, Shared]])
    sleepers: list[tuple[datetime, int, _Task]] = field(factory=list[tuple[datetime, int, _Task]])
    outcome: Outcome[Any] | None = None
    taken: int = 0
    slept: int = 0

    def settle(self) -> None:
        """Go on until something that others see is next, or until all its flows sleep or are over."""
        while self.ready and self.outcome is None:
            task, answer = self.ready.popleft()
            self._advance(task, answer)

    def step(self) -> None:
        """Carry out its next step."""
        task, effect = self.steps.popleft()
        self.taken += 1
        self.ready.append((task, _attempt(self.wiring, effect)))
        self.settle()

    def wake(self) -> None:
        """Wake its first sleeper."""
        _, _, task = heapq.heappop(self.sleepers)
        self.ready.append((task, Ok(None)))
        self.settle()

    def _advance(self, task: _Task, answer: Outcome[Any]) -> None:
        while True:
            try:
                effect = (
                    task.flow.throw(answer.error) if isinstance(answer, Err) else task.flow.send(answer.value)
                )
            except StopIteration as done:
                return self._finish(task, Ok(done.value))
            except BridgeError as error:
                return self._finish(task, Err(error))
            at_once = self._perform(task, effect)
            if at_once is None:
                return None
            answer = at_once

    def _perform(self, task: _Task, effect: Effect) -> Outcome[Any] | None:
        match effect:
            case Send() | Load() | Commit():
                self.steps.append((task, effect))
            case Sleep():
                wakes = self.wiring.clock.now() + timedelta(seconds=max(effect.seconds, 0.0))
                self.slept += 1
                heapq.heappush(self.sleepers, (wakes, self.slept, task))
            case Gather():
                if not effect.flows:
                    return Ok(())
                self._begin(task, effect.flows, effect.limit)
            case Single():
                self._begin(task, (effect.make(),), 1, single=True)
            case Now() | Draw() | NewId() | Acquire() | Settle() | Emit():
                return _attempt(self.wiring, effect)
            case _:
                assert_never(effect)
        return None

    def _begin(self, task: _Task, flows: Sequence[Flow[Any]], limit: int, *, single: bool = False) -> None:
        join = _Join(waiter=task, left=len(flows), results=[None] * len(flows), later=deque(), single=single)
        tasks = [_Task(flow=flow, join=join, index=index) for index, flow in enumerate(flows)]
        join.later.extend(tasks[limit:])
        self.ready.extend((one, Ok(None)) for one in tasks[:limit])

    def _finish(self, task: _Task, outcome: Outcome[Any]) -> None:
        join = task.join
        if join is None:
            self.outcome = outcome
            return
        join.results[task.index] = outcome
        join.left -= 1
        if join.later:
            self.ready.append((join.later.popleft(), Ok(None)))
        if not join.left:
            self.ready.append((join.waiter, outcome if join.single else Ok(tuple(join.results))))


@define(kw_only=True)
class Stage:
    """Workers over one scene, of which one at a time goes on."""

    workers: list[Worker]
    clock: ManualClock
    death: tuple[int, int] | None
    suspend: bool

    @classmethod
    def of(
        cls, scene: Fixture, flows: Sequence[Flow[Any]], death: tuple[int, int] | None, suspend: bool
    ) -> Stage:
        """Workers of a scene, each before its first step."""
        clock = ManualClock(EPOCH)
        made = [
            Worker(
                wiring=evolve(scene.wiring(), clock=clock, chance=SeededChance(number)),
                ready=deque([(_Task(flow=flow), Ok(None))]),
            )
            for number, flow in enumerate(flows)
        ]
        for worker in made:
            worker.settle()
        return cls(workers=made, clock=clock, death=death, suspend=suspend)

    @property
    def has_died(self) -> bool:
        """Whether the worker that is to die came so far."""
        if self.death is None:
            return False
        number, steps = self.death
        return self.workers[number].taken >= steps and self.workers[number].outcome is None

    def choices(self) -> dict[int, Next]:
        """Who may go on, and with what."""
        alive = dict(self._alive())
        steps: dict[int, Next] = {number: one.steps[0][1] for number, one in alive.items() if one.steps}
        if steps and not self.suspend:
            return steps
        asleep = {number: one.sleepers[0] for number, one in alive.items() if not one.steps and one.sleepers}
        if not steps and asleep:  # the earliest; of two at once the first
            return {min(asleep, key=lambda number: (asleep[number][0], number)): Wake()}
        return {**steps, **dict.fromkeys(asleep, Wake())}

    def go_on(self, number: int) -> None:
        """Let one worker take its next step."""
        worker = self.workers[number]
        if worker.steps:
            worker.step()
            return
        self.clock.instant = max(self.clock.instant, worker.sleepers[0][0])
        worker.wake()

    def outcomes(self) -> tuple[Outcome[Any] | None, ...]:
        """What each worker came to; None for one that died, or that waits for what never comes."""
        return tuple(one.outcome for one in self.workers)

    def _alive(self) -> Iterator[tuple[int, Worker]]:
        dead = self.death[0] if self.death is not None and self.has_died else None
        for number, worker in enumerate(self.workers):
            if number != dead and worker.outcome is None:
                yield number, worker


def _attempt(wiring: Wiring, effect: Effect) -> Outcome[Any]:
    """The answer to an effect that does not wait, or the library error to throw into the flow."""
    try:
        if isinstance(effect, Send):
            return _answer(wiring, effect)
        if isinstance(effect, (Load, Commit)):
            return Ok(perform_state(wiring, effect))
        assert not isinstance(effect, (Sleep, Gather, Single))
        return Ok(perform_instant(wiring, effect))
    except BridgeError as error:
        return Err(error)


def _answer(wiring: Wiring, effect: Send) -> Outcome[Any]:
    world: World = wiring.transport_of(effect.account)
    outcome = world.answer(effect.request, wiring.clock.now(), effect.timeout_s).outcome
    return Err(outcome) if isinstance(outcome, TransportError) else Ok(outcome)
