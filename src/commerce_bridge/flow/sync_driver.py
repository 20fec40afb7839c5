"""The sync driver: it carries effects out in the caller's thread and holds no policy.

It uses threads only for `Gather` and needs no event loop, so it works in notebooks,
threads and web workers.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any, TypeVar, assert_never

from commerce_bridge.errors import BridgeError
from commerce_bridge.flow.carry import Board, perform_instant, perform_state, shared_value
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
    """Ctrl-C, kept until the effect under way has ended."""

    def __init__(self) -> None:
        self.asked = False
        self.waiting = False

    def check(self) -> None:
        if self.asked:
            self.asked = False
            raise KeyboardInterrupt

    @contextmanager
    def held(self) -> Generator[None]:
        """Hold Ctrl-C back while a flow runs in the main thread; a second one breaks through."""
        main = threading.current_thread() is threading.main_thread()
        if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            yield
            return

        def note(signum: int, frame: FrameType | None) -> None:
            if self.asked or self.waiting:
                raise KeyboardInterrupt
            self.asked = True

        former = signal.signal(signal.SIGINT, note)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, former)
        self.check()


class SyncDriver:
    """Runs flows in the caller's thread.

    Args:
        wiring: What effects are carried out with; its transports are sync.
    """

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring
        self._interrupt = _Interrupt()
        self._singles: dict[str, _Shared] = {}
        self._lock = threading.Lock()

    def run(self, flow: Flow[T]) -> T:
        """The result of `flow`; its errors are raised.

        Ctrl-C lets the effect under way end, then stops the flow before its next one.
        """
        clock = self.wiring.clock
        with self._interrupt.held():
            clock.enter()
            try:
                return self._run(flow, self._interrupt.check)
            finally:
                clock.leave()

    def _run(self, flow: Flow[T], check: Callable[[], None]) -> T:
        try:
            effect = next(flow)
            while True:
                check()
                try:
                    answer = self._perform(effect)
                except BridgeError as error:
                    effect = flow.throw(error)
                else:
                    effect = flow.send(answer)
        except StopIteration as done:
            value: T = done.value
            return value
        finally:
            flow.close()

    def _perform(self, effect: Effect) -> Any:
        match effect:
            case Send():
                transport = self.wiring.transport_of(effect.account)
                return transport.send(effect.request, effect.timeout_s)
            case Sleep():
                return self._sleep(effect.seconds)
            case Gather():
                return self._gather(effect)
            case Single():
                return self._single(effect)
            case Load() | Commit():
                return perform_state(self.wiring, effect)
            case Now() | Draw() | NewId() | Acquire() | Settle() | Emit():
                return perform_instant(self.wiring, effect)
            case _:
                assert_never(effect)

    def _sleep(self, seconds: float) -> None:
        self._interrupt.waiting = threading.current_thread() is threading.main_thread()
        try:
            self.wiring.clock.sleep(seconds)
        finally:
            self._interrupt.waiting = False

    def _gather(self, effect: Gather) -> tuple[Any, ...]:
        count = min(effect.limit, len(effect.flows))
        if count == 0:
            return ()
        board, finished, clock = Board(effect.flows, count), threading.Event(), self.wiring.clock
        for _ in range(count):
            clock.enter()
        for _ in range(count):
            threading.Thread(target=self._work, args=(board, finished), daemon=True).start()
        clock.leave()
        finished.wait()
        return board.outcomes()

    def _work(self, board: Board, finished: threading.Event) -> None:
        def check() -> None:
            if board.fatal is not None or self._interrupt.asked:
                raise KeyboardInterrupt

        try:
            while (task := board.take()) is not None:
                index, flow = task
                try:
                    board.note(index, Ok(self._run(flow, check)))
                except BridgeError as error:
                    board.note(index, Err(error))
        except BaseException as error:
            board.fail(error)
        if board.last_leaves():
            finished.set()
        else:
            self.wiring.clock.leave()

    def _single(self, effect: Single) -> Any:
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
            shared.outcome = Ok(self._run(effect.make(), self._interrupt.check))
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
