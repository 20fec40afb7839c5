"""The virtual clock: it stands while anybody works, and jumps when all wait."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest

from commerce_bridge.flow.async_driver import AsyncDriver
from commerce_bridge.flow.clock import EPOCH, VirtualClock, WallClock
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.primitives import gather, gather_all, now, sleep
from commerce_bridge.flow.sync_driver import SyncDriver
from commerce_bridge.flow.wiring import Wiring

MODES = ("threads", "tasks")


def run(clock: VirtualClock, flow: Flow[object], mode: str) -> object:
    wiring = Wiring(clock=clock)
    if mode == "threads":
        return SyncDriver(wiring).run(flow)
    return asyncio.run(AsyncDriver(wiring).run(flow))


def seconds(clock: VirtualClock) -> float:
    return (clock.now() - EPOCH).total_seconds()


def napping(*naps: float) -> Flow[tuple[float, ...]]:
    """The seconds since the epoch after each nap."""
    woken = []
    for nap in naps:
        yield from sleep(nap)
        woken.append(((yield from now()) - EPOCH).total_seconds())
    return tuple(woken)


@pytest.mark.parametrize("mode", MODES)
class TestSideBySide:
    def test_three_sleeps_of_a_second_last_one_second(self, mode: str) -> None:
        clock = VirtualClock()
        run(clock, gather([sleep(1.0) for _ in range(3)], limit=3), mode)
        assert seconds(clock) == 1.0

    def test_with_two_at_once_three_last_two_seconds(self, mode: str) -> None:
        clock = VirtualClock()
        run(clock, gather([sleep(1.0) for _ in range(3)], limit=2), mode)
        assert seconds(clock) == 2.0

    def test_each_wakes_at_its_own_instant(self, mode: str) -> None:
        clock = VirtualClock()
        woken = run(clock, gather_all([napping(1, 4), napping(2, 0, 2.5), napping(0.5)], limit=3), mode)
        assert woken == ((1.0, 5.0), (2.0, 2.0, 4.5), (0.5,))
        assert seconds(clock) == 5.0

    def test_gathers_inside_gathers(self, mode: str) -> None:
        def family(nap: float) -> Flow[tuple[tuple[float, ...], ...]]:
            return (yield from gather_all([napping(nap), napping(2 * nap)], limit=2))

        clock = VirtualClock()
        woken = run(clock, gather_all([family(1), family(3)], limit=2), mode)
        assert woken == (((1.0,), (2.0,)), ((3.0,), (6.0,)))
        assert seconds(clock) == 6.0

    def test_one_after_the_other_adds_up(self, mode: str) -> None:
        clock = VirtualClock()
        assert run(clock, napping(1, 1, 0, -5), mode) == (1.0, 2.0, 2.0, 2.0)

    def test_a_day_of_naps_takes_no_time(self, mode: str) -> None:
        clock = VirtualClock()
        run(clock, gather([napping(*[60.0] * 480) for _ in range(3)], limit=3), mode)
        assert seconds(clock) == 8 * 3600


def test_no_jump_while_somebody_works() -> None:
    """One thread sleeps for a second; the other has work to do, and sees the clock stand."""
    clock, seen = VirtualClock(), []
    asleep = threading.Event()

    def sleeper() -> None:
        asleep.set()
        clock.sleep(1.0)
        clock.leave()

    clock.enter()
    clock.enter()
    thread = threading.Thread(target=sleeper)
    thread.start()
    asleep.wait()
    for _ in range(1000):
        seen.append(clock.now())
    assert set(seen) == {EPOCH}
    clock.leave()
    thread.join()
    assert seconds(clock) == 1.0


def test_threads_whose_start_is_waited_for_share_their_time() -> None:
    clock = VirtualClock()
    driver = SyncDriver(Wiring(clock=clock))
    woken: list[object] = []
    running = threading.Barrier(4)

    def flow() -> Flow[tuple[float, ...]]:
        running.wait()  # by now the driver has said that this thread is awake
        return (yield from napping(1, 1))

    clock.enter()
    threads = [threading.Thread(target=lambda: woken.append(driver.run(flow()))) for _ in range(3)]
    for thread in threads:
        thread.start()
    running.wait()
    clock.leave()
    for thread in threads:
        thread.join()
    assert woken == [(1.0, 2.0)] * 3
    assert seconds(clock) == 2.0


def test_tasks_of_one_loop_that_each_run_a_driver_share_their_time() -> None:
    clock = VirtualClock()
    driver = AsyncDriver(Wiring(clock=clock))

    async def three() -> list[tuple[float, ...]]:
        return list(await asyncio.gather(*(driver.run(napping(1, 2)) for _ in range(3))))

    assert asyncio.run(three()) == [(1.0, 3.0)] * 3
    assert seconds(clock) == 3.0


def test_a_cancelled_sleeper_is_awake_again() -> None:
    """Its place is given back: nothing jumps while it works, and its instant is never jumped to."""
    clock = VirtualClock()

    async def scene() -> None:
        clock.enter()  # the scene itself works
        clock.enter()

        async def dozing() -> None:
            try:
                await clock.sleep_async(100.0)
            finally:
                assert seconds(clock) == 0.0
                clock.leave()

        task = asyncio.create_task(dozing())
        for _ in range(5):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await clock.sleep_async(1.0)
        clock.leave()

    asyncio.run(scene())
    assert seconds(clock) == 1.0


def test_a_sleeper_that_is_cancelled_after_it_was_woken_is_counted_once() -> None:
    clock = VirtualClock()

    async def scene() -> None:
        clock.enter()
        clock.enter()
        task = asyncio.create_task(clock.sleep_async(1.0))
        for _ in range(5):
            await asyncio.sleep(0)
        clock.advance(1.0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        clock.leave()  # the task's place
        await clock.sleep_async(1.0)
        clock.leave()

    asyncio.run(scene())
    assert seconds(clock) == 2.0


def test_a_thread_whose_sleep_breaks_is_awake_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = VirtualClock()
    clock.enter()
    clock.enter()

    class Broken(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            raise KeyboardInterrupt

    monkeypatch.setattr("commerce_bridge.flow.clock.threading.Event", Broken)
    with pytest.raises(KeyboardInterrupt):
        clock.sleep(100.0)
    monkeypatch.undo()
    clock.leave()
    assert seconds(clock) == 0.0
    clock.sleep(1.0)
    assert seconds(clock) == 1.0


def test_advance_wakes_those_whose_time_has_come() -> None:
    clock = VirtualClock()
    clock.enter()  # a hand on the clock: it never jumps by itself
    woken: list[float] = []
    started = threading.Barrier(3)

    def sleeper(nap: float) -> None:
        clock.enter()
        started.wait()
        clock.sleep(nap)
        woken.append(nap)

    threads = [threading.Thread(target=sleeper, args=(nap,)) for nap in (5.0, 30.0)]
    for thread in threads:
        thread.start()
    started.wait()
    while len(clock._sleepers) < 2:
        pass
    clock.advance(10)
    threads[0].join()
    assert woken == [5.0]
    clock.advance(20)
    threads[1].join()
    assert woken == [5.0, 30.0]
    assert seconds(clock) == 30.0


def test_a_clock_may_start_anywhere() -> None:
    start = datetime(2030, 1, 1, tzinfo=UTC)
    clock = VirtualClock(start)
    clock.sleep(86400)
    assert clock.now() == start + timedelta(days=1)


class TestWallClock:
    def test_it_tells_an_aware_instant(self) -> None:
        assert WallClock().now().tzinfo is UTC

    def test_a_wait_ends_when_it_is_told_to(self) -> None:
        until = threading.Event()
        until.set()
        WallClock().sleep(3600, until)

    def test_a_wait_of_less_than_nothing_is_none(self) -> None:
        WallClock().sleep(-1.0)
        WallClock().sleep(-1.0, threading.Event())
        asyncio.run(WallClock().sleep_async(-1.0))
