"""The async driver: it carries effects out on an event loop, through anyio, and holds no policy."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import Any, TypeVar, assert_never, cast

import anyio
import anyio.to_thread

from commerce_bridge.errors import BridgeError
from commerce_bridge.flow.budgets import BudgetSettlement, may_block
from commerce_bridge.flow.carry import Board, perform_instant, perform_state, shared_value
from commerce_bridge.flow.clock import Clock
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
from commerce_bridge.flow.wiring import Wiring

T = TypeVar("T")


class AsyncDriver:
    """Runs flows on an event loop, through anyio (asyncio or trio).

    Args:
        wiring: What effects are carried out with; its transports are async.
    """

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring
        self._singles: dict[str, _Shared] = {}

    def rewired(self, wiring: Wiring) -> AsyncDriver:
        """A driver of the same kind with another wiring."""
        return AsyncDriver(wiring)

    async def run(self, flow: Flow[T]) -> T:
        """The result of `flow`; its errors are raised, and cancellation closes it."""
        clock = self.wiring.clock
        clock.enter()
        try:
            return await self._drive(flow)
        finally:
            clock.leave()

    async def _drive(self, flow: Flow[T]) -> T:
        answer: Any = None
        error: BridgeError | None = None
        places = _Places(self.wiring)
        try:
            while True:
                try:
                    effect = flow.send(answer) if error is None else flow.throw(error)
                except StopIteration as done:
                    value: T = done.value
                    return value
                answer = error = None
                try:
                    answer = await self._perform(effect, places)
                except BridgeError as raised:
                    error = raised
        except GeneratorExit:  # the loop is gone, and nothing can be awaited any more
            places.leave_now()
            raise
        finally:
            flow.close()
            await places.leave()

    async def _perform(self, effect: Effect, places: _Places) -> Any:
        match effect:
            case Send():
                transport = self.wiring.transport_of(effect.account)
                return await transport.send(effect.request, effect.timeout_s)
            case Sleep():
                return await self.wiring.clock.sleep_async(effect.seconds)
            case Gather():
                return await self._gather(effect)
            case Single():
                return await self._single(effect)
            case Load() | Commit():
                return await anyio.to_thread.run_sync(perform_state, self.wiring, effect)
            case Acquire():
                return await places.acquire(effect)
            case Settle():
                return await places.settle(effect)
            case Now() | Draw() | NewId() | Emit():
                return perform_instant(self.wiring, effect)
            case _:
                assert_never(effect)

    async def _gather(self, effect: Gather) -> tuple[Any, ...]:
        count = min(effect.limit, len(effect.flows))
        if count == 0:
            return ()
        board, clock = Board(effect.flows, count), self.wiring.clock
        for _ in range(count):
            clock.enter()
        clock.leave()
        try:
            async with anyio.create_task_group() as group:
                for _ in range(count):
                    group.start_soon(self._work, board)
        except BaseExceptionGroup as raised:
            board.fail(_first_of(raised))
        return board.outcomes()

    async def _work(self, board: Board) -> None:
        try:
            while (task := board.take()) is not None:
                index, flow = task
                try:
                    board.note(index, Ok(await self._drive(flow)))
                except BridgeError as error:
                    board.note(index, Err(error))
        finally:
            if not board.last_leaves():
                self.wiring.clock.leave()

    async def _single(self, effect: Single) -> Any:
        shared = self._singles.get(effect.key)
        if shared is not None:
            return await shared.wait(self.wiring.clock)
        shared = self._singles[effect.key] = _Shared()
        try:
            shared.outcome = Ok(await self._drive(effect.make()))
        except BridgeError as error:
            shared.outcome = Err(error)
        finally:
            del self._singles[effect.key]
            shared.finish(self.wiring.clock)
        return shared.value()


class _Places:
    """The places in flight that one flow holds in budgets; they are given back when it ends early.

    A port that may block is asked in a thread.  Cancellation waits for that thread, or, where the event loop
    does not let it, the thread itself gives back what it was granted too late.
    """

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._held: dict[tuple[str, str], Settle] = {}
        self._left = False
        self._lock = threading.Lock()

    async def acquire(self, effect: Acquire) -> float:
        """Ask for a place."""
        port = self._wiring.budgets_of(effect.account)
        if port is None:
            return 0.0
        if may_block(port):
            return await anyio.to_thread.run_sync(self._ask, effect)
        return self._ask(effect)

    async def settle(self, effect: Settle) -> None:
        """Give a place back with what the answer said; if this is cut off, `leave` does it."""
        place = (effect.account, effect.settlement.ticket)
        if place in self._held:
            self._held[place] = effect
        port = self._wiring.budgets_of(effect.account)
        if port is not None and may_block(port):
            await anyio.to_thread.run_sync(perform_instant, self._wiring, effect)
        else:
            perform_instant(self._wiring, effect)
        self._held.pop(place, None)

    async def leave(self) -> None:
        """Give back what is still held."""
        held = self._taken()
        if any(may_block(port) for one in held if (port := self._wiring.budgets_of(one.account))):
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(self._give_back, held)
        else:
            self._give_back(held)

    def leave_now(self) -> None:
        """Give back what is still held, in this thread."""
        self._give_back(self._taken())

    def _ask(self, effect: Acquire) -> float:
        wait_s: float = perform_instant(self._wiring, effect)
        if wait_s <= 0:
            back = BudgetSettlement(ticket=effect.ask.ticket, answered=False)
            settle = Settle(account=effect.account, rules=effect.rules, settlement=back)
            with self._lock:
                late = self._left
                if not late:
                    self._held[(effect.account, effect.ask.ticket)] = settle
            if late:
                self._give_back([settle])
        return wait_s

    def _taken(self) -> list[Settle]:
        with self._lock:
            self._left = True
            held = list(self._held.values())
            self._held.clear()
        return held

    def _give_back(self, held: list[Settle]) -> None:
        for settle in held:
            with suppress(BridgeError):  # what ended the flow is told; a place nobody gives back is forgotten
                perform_instant(self._wiring, settle)


class _Shared:
    """What one maker makes for all who wait."""

    def __init__(self) -> None:
        self.outcome: Ok[Any] | Err | None = None
        self._done = anyio.Event()
        self._waiting = 0

    async def wait(self, clock: Clock) -> Any:
        self._waiting += 1
        clock.leave()
        try:
            await self._done.wait()
        except BaseException:
            if not self._done.is_set():  # cancelled: awake again, and nobody is to wake it
                self._waiting -= 1
                clock.enter()
            raise
        return self.value()

    def finish(self, clock: Clock) -> None:
        for _ in range(self._waiting):
            clock.enter()
        self._done.set()

    def value(self) -> Any:
        return shared_value(self.outcome)


def _first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first plain exception inside a group."""
    first = group.exceptions[0]
    return (
        _first_of(cast("BaseExceptionGroup[BaseException]", first))
        if isinstance(first, BaseExceptionGroup)
        else first
    )
