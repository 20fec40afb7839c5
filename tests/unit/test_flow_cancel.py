"""Cancellation in async mode: flows are closed, their `finally` blocks run, clocks and askers are not left waiting."""

from __future__ import annotations

from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from commerce_bridge.errors import TransportError
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.async_driver import AsyncDriver
from commerce_bridge.flow.clock import EPOCH, VirtualClock
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.wiring import Wiring

pytestmark = pytest.mark.anyio
REQUEST = Request(method="GET", path="/")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Hanging:
    """Never answers."""

    def __init__(self) -> None:
        self.asked = anyio.Event()

    async def send(self, request: Request, timeout_s: float) -> Response:
        self.asked.set()
        await anyio.sleep_forever()
        raise AssertionError

    async def close(self) -> None: ...


def closing(seen: list[str], name: str, inner: Flow[Any]) -> Flow[Any]:
    try:
        return (yield from inner)
    finally:
        seen.append(name)


async def cancelled_when(asked: anyio.Event, driver: AsyncDriver, made: Flow[Any]) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(driver.run, made)
        await asked.wait()
        group.cancel_scope.cancel()


async def test_a_cancelled_request_closes_its_flow() -> None:
    line, seen = Hanging(), []
    driver = AsyncDriver(Wiring(transports={"a": line}, clock=VirtualClock()))
    await cancelled_when(line.asked, driver, closing(seen, "closed", flow.send("a", REQUEST)))
    assert seen == ["closed"]


async def test_a_cancelled_gather_closes_all_its_flows_and_then_its_own() -> None:
    line, seen = Hanging(), []
    driver = AsyncDriver(Wiring(transports={"a": line}, clock=VirtualClock()))
    children = [closing(seen, name, flow.send("a", REQUEST)) for name in "abcd"]
    await cancelled_when(line.asked, driver, closing(seen, "parent", flow.gather(children, limit=2)))
    assert sorted(seen[:-1]) == ["a", "b"]
    assert seen[-1] == "parent"


async def test_a_deadline_of_the_tasks_own_is_cancellation_too() -> None:
    line, seen = Hanging(), []
    driver = AsyncDriver(Wiring(transports={"a": line}, clock=VirtualClock()))
    with pytest.raises(TimeoutError):
        with anyio.fail_after(0.01):
            await driver.run(closing(seen, "closed", flow.send("a", REQUEST)))
    assert seen == ["closed"]


async def test_the_virtual_clock_goes_on_after_a_cancelled_gather() -> None:
    clock, line = VirtualClock(), Hanging()
    driver = AsyncDriver(Wiring(transports={"a": line}, clock=clock))
    await cancelled_when(
        line.asked, driver, flow.gather([flow.send("a", REQUEST), flow.sleep(50), flow.sleep(60)], limit=3)
    )
    assert clock.now() == EPOCH
    await driver.run(flow.gather([flow.sleep(1), flow.sleep(1)], limit=2))
    assert (clock.now() - EPOCH).total_seconds() == 1.0


async def test_when_the_maker_of_a_single_is_cancelled_the_others_are_told() -> None:
    line, clock = Hanging(), VirtualClock()
    driver = AsyncDriver(Wiring(transports={"a": line}, clock=clock))
    seen: list[Any] = []

    def asks() -> Flow[Any]:
        return (yield from flow.single("token", lambda: flow.send("a", REQUEST)))

    async def waits() -> None:
        try:
            await driver.run(asks())
        except TransportError as error:
            seen.append((type(error), error.sent))

    async with anyio.create_task_group() as outer, anyio.create_task_group() as maker:
        maker.start_soon(driver.run, asks())
        await line.asked.wait()
        outer.start_soon(waits)
        await anyio.wait_all_tasks_blocked()
        maker.cancel_scope.cancel()
    assert seen == [(TransportError, False)]
    await driver.run(flow.sleep(1))
    assert (clock.now() - EPOCH).total_seconds() == 1.0


async def test_one_who_waits_for_a_single_may_be_cancelled_alone() -> None:
    clock = VirtualClock()
    driver = AsyncDriver(Wiring(clock=clock))
    gate = anyio.Event()
    results: list[Any] = []

    class Gate:
        async def send(self, request: Request, timeout_s: float) -> Response:
            await gate.wait()
            return Response(status=200)

    driver.wiring = Wiring(transports={"a": Gate()}, clock=clock)

    async def asks() -> None:
        results.append((await driver.run(flow.single("token", lambda: flow.send("a", REQUEST)))).status)

    async with anyio.create_task_group() as group:
        group.start_soon(asks)
        await anyio.wait_all_tasks_blocked()
        with anyio.move_on_after(0.01):
            await asks()
        group.start_soon(asks)
        await anyio.wait_all_tasks_blocked()
        gate.set()
    assert results == [200, 200]
    clock.enter()
    await anyio.lowlevel.checkpoint()
    assert clock.now() == EPOCH
    clock.leave()
    await driver.run(flow.gather([flow.sleep(1), flow.sleep(2)]))
    assert (clock.now() - EPOCH).total_seconds() == 2.0


async def test_a_commit_under_way_ends_before_its_flow_is_closed() -> None:
    """Writes of state are made in a thread; cancellation waits for them."""
    import threading

    begun, go, written = threading.Event(), threading.Event(), []

    class Slow:
        def commit(self, ops: Any, expect: Any = ()) -> None:
            begun.set()
            go.wait()
            written.append(ops)

    seen: list[str] = []
    driver = AsyncDriver(Wiring(state=Slow(), clock=VirtualClock()))  # type: ignore[arg-type]
    async with anyio.create_task_group() as group:
        group.start_soon(driver.run, closing(seen, "closed", flow.commit([])))
        await anyio.to_thread.run_sync(begun.wait)
        group.cancel_scope.cancel()
        go.set()
    assert written == [()]
    assert seen == ["closed"]
