"""The sync driver: it carries effects out in the caller's thread and holds no policy.

It uses threads only for `Gather` and needs no event loop, so it works in notebooks,
threads and web workers.
"""

from __future__ import annotations

import contextvars
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar, assert_never

from commerce_bridge.errors import BridgeError
from commerce_bridge.flow.carry import Board, Stopped, perform_instant, perform_state, shared_value
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


class _Interrupt:
    """What ends one run early: Ctrl-C, or an error in a flow beside that ends them all.

    Ctrl-C is kept until the effect under way has ended.
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._asked = False
        self._sleeping = False

    def check(self) -> None:
        """Raise when nothing more may be done."""
        if self._asked:
            raise KeyboardInterrupt
        if self.stop.is_set():
            raise Stopped

    @contextmanager
    def held(self) -> Generator[None]:
        """Hold Ctrl-C back while a flow runs in the main thread; a second one breaks through."""
        main = threading.current_thread() is threading.main_thread()
        if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            yield
            return
        former = signal.signal(signal.SIGINT, self._note)
        try:
            yield
        except Exception as error:
            if self._asked:
                raise KeyboardInterrupt from error
            raise
        finally:
            signal.signal(signal.SIGINT, former)
        if self._asked:
            raise KeyboardInterrupt

    def _note(self, signum: int, frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        self.stop.set()
        if self._sleeping:
            raise KeyboardInterrupt

    def sleep(self, clock: Clock, seconds: float) -> None:
        """Wait; Ctrl-C ends the wait at once.

        The main thread's wait is ended by the exception of its signal handler: it must not wait on
        `stop`, which that handler sets.
        """
        if threading.current_thread() is not threading.main_thread():
            clock.sleep(seconds, self.stop)
            self.check()
            return
        self._sleeping = True
        try:
            self.check()
            clock.sleep(seconds)
        finally:
            self._sleeping = False


class SyncDriver:
    """Runs flows in the caller's thread.

    Args:
        wiring: What effects are carried out with; its transports are sync.
    """

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring
        self._singles: dict[str, _Shared] = {}
        self._lock = threading.Lock()

    def rewired(self, wiring: Wiring) -> SyncDriver:
        """A driver of the same kind with another wiring."""
        return SyncDriver(wiring)

    def run(self, flow: Flow[T]) -> T:
        """The result of `flow`; its errors are raised.

        Ctrl-C lets the effect under way end, then stops the flow before its next one; a wait ends at once.
        """
        clock, interrupt = self.wiring.clock, _Interrupt()
        with interrupt.held():
            clock.enter()
            try:
                return self._drive(flow, interrupt)
            finally:
                clock.leave()

    def _drive(self, flow: Flow[T], interrupt: _Interrupt) -> T:
        answer: Any = None
        error: BridgeError | None = None
        try:
            while True:
                try:
                    effect = flow.send(answer) if error is None else flow.throw(error)
                except StopIteration as done:
                    value: T = done.value
                    return value
                answer = error = None
                interrupt.check()
                try:
                    answer = self._perform(effect, interrupt)
                except BridgeError as raised:
                    error = raised
        finally:
            flow.close()

    def _perform(self, effect: Effect, interrupt: _Interrupt) -> Any:
        match effect:
            case Send():
                transport = self.wiring.transport_of(effect.account)
                return transport.send(effect.request, effect.timeout_s)
            case Sleep():
                return interrupt.sleep(self.wiring.clock, effect.seconds)
            case Gather():
                return self._gather(effect, interrupt)
            case Single():
                return self._single(effect, interrupt)
            case Load() | Commit():
                return perform_state(self.wiring, effect)
            case Now() | Draw() | NewId() | Acquire() | Settle() | Emit():
                return perform_instant(self.wiring, effect)
            case _:
                assert_never(effect)

    def _gather(self, effect: Gather, interrupt: _Interrupt) -> tuple[Any, ...]:
        count = min(effect.limit, len(effect.flows))
        if count == 0:
            return ()
        board, finished, clock = Board(effect.flows, count), threading.Event(), self.wiring.clock
        for _ in range(count):
            clock.enter()
        for _ in range(count):
            work = contextvars.copy_context().run
            arguments = (self._work, board, interrupt, finished)
            threading.Thread(target=work, args=arguments, daemon=True).start()
        clock.leave()
        finished.wait()
        return board.outcomes()

    def _work(self, board: Board, interrupt: _Interrupt, finished: threading.Event) -> None:
        try:
            while (task := board.take()) is not None:
                index, flow = task
                try:
                    board.note(index, Ok(self._drive(flow, interrupt)))
                except BridgeError as error:
                    board.note(index, Err(error))
        except BaseException as error:
            board.fail(error)
            interrupt.stop.set()
        if board.last_leaves():
            finished.set()
        else:
            self.wiring.clock.leave()

    def _single(self, effect: Single, interrupt: _Interrupt) -> Any:
        clock = self.wiring.clock
        with self._lock:
            known = self._singles.get(effect.key)
            shared = known or _Shared()
            if known is None:
                self._singles[effect.key] = shared
            else:
                shared.waiting += 1
        if known is not None:
            clock.leave()
            shared.done.wait()
            return shared.value()
        try:
            shared.outcome = Ok(self._drive(effect.make(), interrupt))
        except BridgeError as error:
            shared.outcome = Err(error)
        finally:
            with self._lock:
                del self._singles[effect.key]
            for _ in range(shared.waiting):
                clock.enter()
            shared.done.set()
        return shared.value()


class _Shared:
    """What one maker makes for all who wait."""

    def __init__(self) -> None:
        self.outcome: Ok[Any] | Err | None = None
        self.done = threading.Event()
        self.waiting = 0

    def value(self) -> Any:
        return shared_value(self.outcome)
