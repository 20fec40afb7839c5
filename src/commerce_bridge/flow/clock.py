"""Clocks: the wall's, and a virtual one that jumps when everybody waits."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
"""Where a virtual clock starts unless told otherwise: a Monday morning."""


class Clock(Protocol):
    """Tells the time and waits.

    Drivers say how many workers are awake (`enter`, `leave`), so that a virtual clock
    knows when all of them wait.
    """

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        ...

    def sleep(self, seconds: float, until: threading.Event | None = None) -> None:
        """Wait in this thread; at most until `until` is set, where waiting takes real time."""
        ...

    async def sleep_async(self, seconds: float) -> None:
        """Wait in this task."""
        ...

    def enter(self) -> None:
        """One more worker is awake."""
        ...

    def leave(self) -> None:
        """One worker less is awake: it ended, or waits for others."""
        ...


class WallClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float, until: threading.Event | None = None) -> None:
        """Wait in this thread, at most until `until` is set."""
        if until is None:
            time.sleep(max(seconds, 0.0))
        else:
            until.wait(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Wait in this task."""
        import anyio  # only async programs pay for it

        await anyio.sleep(max(seconds, 0.0))

    def enter(self) -> None:
        """Nothing to note: the wall's clock runs by itself."""

    def leave(self) -> None:
        """Nothing to note: the wall's clock runs by itself."""


class VirtualClock:
    """A clock that stands still while anybody works, and jumps to the next wake-up when all wait.

    Sleepers are woken one at a time, in the order of their instants, so three sleeps of a
    second side by side last one second.  Safe for threads and for tasks of one event loop.

    It knows only those at work who said so, as drivers do for their flows.  Whoever starts threads
    that each run a driver calls `enter` before the first starts, and `leave` once all are running.

    Args:
        start: The first instant; aware.
    """

    def __init__(self, start: datetime = EPOCH) -> None:
        self._now = start
        self._lock = threading.Lock()
        self._awake = 0
        self._count = 0
        self._sleepers: list[tuple[datetime, int, Callable[[], None]]] = []

    def now(self) -> datetime:
        """The virtual instant."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the clock forward by hand; sleepers whose time has come are woken."""
        with self._lock:
            self._now += timedelta(seconds=seconds)
            while self._sleepers and self._sleepers[0][0] <= self._now:
                self._wake_first()

    def enter(self) -> None:
        """One more worker is awake."""
        with self._lock:
            self._awake += 1

    def leave(self) -> None:
        """One worker less is awake."""
        with self._lock:
            self._awake -= 1
            self._jump_when_idle()

    def sleep(self, seconds: float, until: threading.Event | None = None) -> None:
        """Wait in this thread until the clock has moved on; it takes no real time, so `until` is not needed."""
        if seconds <= 0:
            return
        woken = threading.Event()
        number = self._lie_down(seconds, woken.set)
        try:
            woken.wait()
        except BaseException:
            self._rise(number)
            raise

    async def sleep_async(self, seconds: float) -> None:
        """Wait in this task until the clock has moved on."""
        if seconds <= 0:
            return
        import anyio  # only async programs pay for it
        import anyio.lowlevel

        await anyio.lowlevel.checkpoint()  # tasks that are about to start say so before the clock jumps
        woken = anyio.Event()
        number = self._lie_down(seconds, woken.set)
        try:
            await woken.wait()
        except BaseException:
            self._rise(number)
            raise

    def _lie_down(self, seconds: float, wake: Callable[[], None]) -> int:
        with self._lock:
            self._count += 1
            number = self._count
            heapq.heappush(self._sleepers, (self._now + timedelta(seconds=seconds), self._count, wake))
            self._awake -= 1
            self._jump_when_idle()
            return number

    def _rise(self, number: int) -> None:
        """A cancelled sleeper is awake again, unless it was woken already."""
        with self._lock:
            left = [sleeper for sleeper in self._sleepers if sleeper[1] != number]
            if len(left) != len(self._sleepers):
                heapq.heapify(left)
                self._sleepers = left
                self._awake += 1

    def _jump_when_idle(self) -> None:
        if self._awake <= 0 and self._sleepers:
            self._now = max(self._now, self._sleepers[0][0])
            self._wake_first()

    def _wake_first(self) -> None:
        _, _, wake = heapq.heappop(self._sleepers)
        self._awake += 1
        wake()
