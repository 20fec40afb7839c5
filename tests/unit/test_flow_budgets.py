"""Budgets on an event loop: ports that may block are asked in a thread, and places are given back in the end."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from commerce_bridge.errors import StateUnreadable
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.async_driver import AsyncDriver
from commerce_bridge.flow.budgets import BudgetAsk, BudgetRules, BudgetSettlement, Window, may_block
from commerce_bridge.flow.clock import VirtualClock
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.wiring import Wiring
from commerce_bridge.http.budget import LocalBudgets
from commerce_bridge.stores.budgets_postgres import PostgresBudgets
from commerce_bridge.stores.budgets_sqlite import SQLiteBudgets

pytestmark = pytest.mark.anyio
RULES = BudgetRules(windows=(Window(name="30 s", seconds=30, quota=9),), in_flight=1)
LONG_S = 20.0
"""No test waits for it, unless it fails."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Gated(LocalBudgets):
    """Blocks at each question, or at each word, until it is let go on; notes in which thread it was asked."""

    def __init__(self, at: str = "", *, blocking: bool = True) -> None:
        super().__init__()
        self.blocking = blocking
        self.at = at
        self.asked, self.go = threading.Event(), threading.Event()
        self.threads: list[int] = []
        self.settled = threading.Event()

    def stop_at(self, what: str) -> None:
        self.threads.append(threading.get_ident())
        if what == self.at:
            self.asked.set()
            assert self.go.wait(LONG_S), "the event loop was blocked"

    def acquire(self, account: str, rules: BudgetRules, ask: BudgetAsk, now: datetime) -> float:
        self.stop_at("acquire")
        return super().acquire(account, rules, ask, now)

    def settle(self, account: str, rules: BudgetRules, settlement: BudgetSettlement, now: datetime) -> None:
        self.stop_at("settle")
        super().settle(account, rules, settlement, now)
        self.settled.set()


class Hanging:
    """Never answers."""

    def __init__(self) -> None:
        self.asked = anyio.Event()

    async def send(self, request: Request, timeout_s: float) -> Response:
        self.asked.set()
        await anyio.sleep_forever()
        raise AssertionError

    async def close(self) -> None: ...


def calling(ticket: str = "t", **told: Any) -> Flow[str]:
    assert (yield from flow.acquire("a", RULES, BudgetAsk(ticket=ticket))) == 0
    yield from flow.send("a", Request(method="GET", path="/"))
    yield from flow.settle("a", RULES, BudgetSettlement(ticket=ticket, **told))
    return "done"


def asking() -> Flow[float]:
    return (yield from flow.acquire("a", RULES, BudgetAsk(ticket="t")))


def settling(**told: Any) -> Flow[None]:
    yield from flow.acquire("a", RULES, BudgetAsk(ticket="t"))
    yield from flow.settle("a", RULES, BudgetSettlement(ticket="t", **told))


def driver_of(port: Any, line: Hanging | None = None) -> AsyncDriver:
    return AsyncDriver(Wiring(transports={"a": line}, budgets=port, clock=VirtualClock()))


@pytest.mark.parametrize("at", ["acquire", "settle"])
async def test_a_port_that_may_block_does_not_block_the_loop(at: str) -> None:
    port = Gated(at)
    async with anyio.create_task_group() as group:
        group.start_soon(driver_of(port).run, settling())
        await anyio.to_thread.run_sync(port.asked.wait)
        port.go.set()  # the loop gets here only while the port waits elsewhere
    assert threading.get_ident() not in port.threads
    assert port.state("a").flying == {}


async def test_a_port_that_never_blocks_is_asked_where_the_flow_runs() -> None:
    port = Gated(blocking=False)
    await driver_of(port).run(settling())
    assert port.threads == [threading.get_ident()] * 2  # asked once, told once


def test_ports_say_whether_they_may_block() -> None:
    assert not may_block(LocalBudgets())
    assert SQLiteBudgets.blocking
    assert PostgresBudgets.blocking


@pytest.mark.parametrize("blocking", [False, True])
async def test_a_request_that_is_cancelled_gives_its_place_back(blocking: bool) -> None:
    port, line = Gated(blocking=blocking), Hanging()
    driver = driver_of(port, line)
    async with anyio.create_task_group() as group:
        group.start_soon(driver.run, calling())
        await line.asked.wait()
        assert list(port.state("a").flying) == ["t"]
        group.cancel_scope.cancel()
    assert port.state("a").flying == {}
    assert port.state("a").windows["30 s"].used == 1  # it was sent, and counts
    assert not port.state("a").windows["30 s"].answered  # but nobody knows whether it arrived
    assert await driver.run(asking()) == 0


async def test_it_does_so_in_a_file_shared_by_processes(tmp_path: Path) -> None:
    port, line = SQLiteBudgets(tmp_path / "budgets.sqlite"), Hanging()
    async with anyio.create_task_group() as group:
        group.start_soon(driver_of(port, line).run, calling())
        await line.asked.wait()
        group.cancel_scope.cancel()
    assert port.state("a").flying == {}
    port.close()


async def test_cancelled_while_it_asks_it_waits_for_the_port_and_gives_back_what_it_got() -> None:
    port = Gated("acquire")
    async with anyio.create_task_group() as group:
        group.start_soon(driver_of(port).run, asking())
        await anyio.to_thread.run_sync(port.asked.wait)
        group.cancel_scope.cancel()
        port.go.set()
    assert port.state("a").flying == {}
    assert port.state("a").windows["30 s"].used == 1


async def test_a_task_cancelled_without_waiting_leaves_no_place_taken_either() -> None:
    """asyncio's own cancellation does not wait for threads: the thread gives back what came too late."""
    port = Gated("acquire")
    task = asyncio.ensure_future(driver_of(port).run(asking()))
    await anyio.to_thread.run_sync(port.asked.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not port.settled.is_set()
    port.go.set()
    assert await anyio.to_thread.run_sync(port.settled.wait, LONG_S)
    assert port.state("a").flying == {}


async def test_what_an_answer_said_is_not_lost_when_its_settlement_is_cut_off() -> None:
    port = Gated("settle")
    task = asyncio.ensure_future(driver_of(port).run(settling(blocked_for_s=60.0)))
    await anyio.to_thread.run_sync(port.asked.wait)
    task.cancel()
    port.go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert port.state("a").flying == {}
    assert port.state("a").blocked_until is not None


async def test_what_an_answer_said_is_not_lost_when_it_comes_with_the_cancellation() -> None:
    class Ending:
        async def send(self, request: Request, timeout_s: float) -> Response:
            group.cancel_scope.cancel()
            return Response(status=429)

        async def close(self) -> None: ...

    port = Gated()
    driver = AsyncDriver(Wiring(transports={"a": Ending()}, budgets=port, clock=VirtualClock()))
    async with anyio.create_task_group() as group:
        group.start_soon(driver.run, calling(blocked_for_s=60.0))
    assert port.state("a").flying == {}
    assert port.state("a").blocked_until is not None


async def test_siblings_that_are_stopped_by_a_defect_give_their_places_back() -> None:
    rules = BudgetRules(in_flight=2)
    port, line = LocalBudgets(), Hanging()

    def holds() -> Flow[None]:
        yield from flow.acquire("a", rules, BudgetAsk(ticket="held"))
        yield from flow.send("a", Request(method="GET", path="/"))

    def defect() -> Flow[None]:
        yield from flow.acquire("a", rules, BudgetAsk(ticket="mine"))
        yield from flow.sleep(1)
        raise ZeroDivisionError

    class Later(Hanging):
        async def send(self, request: Request, timeout_s: float) -> Response:
            clock.leave()  # who waits for a line does not hold the clock up here
            try:
                return await super().send(request, timeout_s)
            finally:
                clock.enter()

    clock = VirtualClock()
    line = Later()
    driver = AsyncDriver(Wiring(transports={"a": line}, budgets=port, clock=clock))
    with pytest.raises(ZeroDivisionError):
        await driver.run(flow.gather([holds(), defect()]))
    assert port.state("a").flying == {}


async def test_a_place_that_cannot_be_given_back_does_not_hide_why_the_flow_ended() -> None:
    class Broken(LocalBudgets):
        def settle(self, *_: Any) -> None:
            raise StateUnreadable("the file is gone")

    def defect() -> Flow[None]:
        yield from asking()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await driver_of(Broken()).run(defect())


async def test_a_run_that_is_dropped_with_its_loop_gives_its_place_back() -> None:
    """Nothing can be awaited then, not even a thread for a port that may block."""
    port = Gated(blocking=False)
    run = driver_of(port, Hanging()).run(calling())
    run.send(None)
    assert list(port.state("a").flying) == ["t"]
    port.blocking = True
    run.close()
    assert port.state("a").flying == {}
