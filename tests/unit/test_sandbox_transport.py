"""A sandbox in process: faults, log, latency and accounts, in the three ways it can be asked."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.errors import ConnectionLost, TimedOut, TransportError
from commerce_bridge.flow.async_driver import AsyncDriver
from commerce_bridge.flow.clock import EPOCH, VirtualClock
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.play import ManualClock, PlayDriver
from commerce_bridge.flow.primitives import gather, send
from commerce_bridge.flow.sync_driver import SyncDriver
from commerce_bridge.flow.wiring import Wiring
from commerce_bridge.sandbox.core import Fault
from commerce_bridge.sandbox.faults import Chaos, FaultPlan
from commerce_bridge.sandbox.transport import SandboxWorld
from rigs.tiny_sandbox import TinySandbox, ask

MODES = ("sync", "asynchronous", "play")


def run(world: SandboxWorld, flow: Flow[Any], mode: str, *, latency_s: float = 0.0) -> tuple[Any, float]:
    """What a flow comes to in this mode, and how many virtual seconds it took."""
    if mode == "play":
        manual = ManualClock()
        wiring = Wiring(transports={"tiny": world.under("/shop")}, clock=manual)
        result = PlayDriver(wiring, latency_s=latency_s).run(flow)
        return result, (manual.now() - EPOCH).total_seconds()
    clock = VirtualClock()
    transport = getattr(world, mode)(clock, latency_s=latency_s, base_path="/shop")
    wiring = Wiring(transports={"tiny": transport}, clock=clock)
    if mode == "sync":
        result = SyncDriver(wiring).run(flow)
    else:
        import asyncio

        result = asyncio.run(AsyncDriver(wiring).run(flow))
    return result, (clock.now() - EPOCH).total_seconds()


def trying(request: Request, timeout_s: float = 30.0) -> Flow[Response | TransportError]:
    try:
        return (yield from send("tiny", request, timeout_s=timeout_s))
    except TransportError as error:
        return error


def world_of(*faults: Fault, **settings: Any) -> SandboxWorld:
    return SandboxWorld(TinySandbox(seed="empty", **settings), faults=faults)


def lines(world: SandboxWorld) -> list[tuple[str, int, bool]]:
    return [(logged.request.method, logged.status, logged.applied) for logged in world.log]


@pytest.mark.parametrize("mode", MODES)
def test_an_accounts_base_path_goes_before_every_path(mode: str) -> None:
    world = world_of()
    response, took = run(world, send("tiny", ask("POST", name="awl")), mode)
    assert response.status == 201
    assert json.loads(response.body) == {"id": 1, "name": "awl"}
    assert took == 0
    assert world.log[0].request.path == "/shop/things"
    assert world.log[0].at == EPOCH


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("fault", "outcome", "took", "line", "things"),
    [
        (Fault(kind="status", status=502, body="oh"), Response, 0.2, ("POST", 502, False), 0),
        (Fault(kind="cut_before"), ConnectionLost, 0.2, ("POST", 0, False), 0),
        (Fault(kind="cut_after"), ConnectionLost, 0.2, ("POST", 0, True), 1),
        (Fault(kind="timeout_before"), TimedOut, 5.0, ("POST", 0, False), 0),
        (Fault(kind="timeout_after"), TimedOut, 5.0, ("POST", 0, True), 1),
        (Fault(kind="delay", delay_s=3), Response, 3.2, ("POST", 201, True), 1),
        (Fault(kind="delay", delay_s=7), TimedOut, 5.0, ("POST", 201, True), 1),
    ],
)
def test_each_fault_is_seen_as_what_it_is(
    mode: str, fault: Fault, outcome: type, took: float, line: tuple[str, int, bool], things: int
) -> None:
    world = world_of(fault)
    seen, seconds = run(world, trying(ask("POST", name="awl"), timeout_s=5.0), mode, latency_s=0.2)
    assert isinstance(seen, outcome)
    assert seconds == pytest.approx(took)
    assert lines(world) == [line]
    assert len(world.sandbox.state()["things"]) == things
    if isinstance(seen, TransportError):
        assert seen.sent
        assert fault.kind == "delay" or "POST /shop/things" in str(seen)
    after, _ = run(world, trying(ask("POST", name="bit")), mode)
    assert after.status == 201


def test_a_canned_status_carries_its_headers_and_body() -> None:
    world = world_of(Fault(kind="status", status=429, headers={"Retry-After": "2"}, body="slow"))
    response, _ = run(world, send("tiny", ask("GET")), "play")
    assert (response.status, response.header("retry-after"), response.body) == (429, "2", b"slow")


@pytest.mark.parametrize("mode", MODES)
def test_requests_side_by_side_share_their_latency(mode: str) -> None:
    world = world_of()
    flow = gather((send("tiny", ask("POST", name=f"n{i}")) for i in range(6)), limit=3)
    outcomes, took = run(world, flow, mode, latency_s=0.5)
    assert [outcome.value.status for outcome in outcomes] == [201] * 6
    assert took == 1.0
    assert sorted(world.sandbox.things.values()) == [f"n{i}" for i in range(6)]


@pytest.mark.parametrize("mode", MODES)
def test_the_platform_goes_by_the_callers_clock(mode: str) -> None:
    world = world_of(quota=1, window_s=10.0)

    def flow() -> Flow[list[int]]:
        from commerce_bridge.flow.primitives import sleep

        statuses = []
        for pause in (0.0, 9.0, 1.0):
            yield from sleep(pause)
            statuses.append((yield from send("tiny", ask("GET"))).status)
        return statuses

    statuses, _ = run(world, flow(), mode)
    assert statuses == [200, 429, 200]
    assert [logged.at - EPOCH for logged in world.log] == [timedelta(seconds=s) for s in (0, 9, 10)]


@pytest.mark.parametrize("mode", MODES)
def test_an_absolute_url_reaches_the_sandbox_only_at_its_own_host(mode: str) -> None:
    world = world_of()
    base = "https://tiny.test"
    run(world, send("tiny", ask("POST", name="a b")), mode)
    home = evolve(ask("GET", f"{base}/shop/things?name=a%20b"), query={"after": "0"})
    found, _ = run(world, trying(home), mode)
    assert json.loads(found.body)["things"] == [{"id": 1, "name": "a b"}]
    assert world.log[-1].request.path == "/shop/things"
    assert world.log[-1].request.query == (("name", "a b"), ("after", "0"))
    strange, _ = run(world, trying(ask("GET", "https://elsewhere.test/shop/things")), mode)
    assert isinstance(strange, ConnectionLost)
    assert not strange.sent
    assert len(world.log) == 2


def test_many_threads_may_ask_at_once() -> None:
    world = world_of()
    transport = world.sync(VirtualClock(), base_path="/shop")
    start = threading.Barrier(8)

    def work() -> None:
        start.wait()
        for _ in range(50):
            transport.send(ask("POST", name="x"), 5.0)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(world.sandbox.things) == list(range(1, 401))
    assert len(world.log) == 400


def test_faults_are_counted_anew_when_the_plan_is_replaced() -> None:
    world = world_of(Fault(kind="status", times=1))
    statuses = [run(world, send("tiny", ask("GET")), "play")[0].status for _ in range(2)]
    world.plan_faults([Fault(kind="status", times=1)])
    statuses.append(run(world, send("tiny", ask("GET")), "play")[0].status)
    world.add_faults(Fault(kind="status", status=500))
    statuses.append(run(world, send("tiny", ask("GET")), "play")[0].status)
    assert statuses == [503, 200, 503, 500]


def test_reset_starts_again_without_log_and_faults_and_a_bad_seed_changes_nothing() -> None:
    world = world_of(Fault(kind="status", times=None))
    run(world, send("tiny", ask("GET")), "play")
    with pytest.raises(ValueError, match="No such seed"):
        world.reset("full")
    assert len(world.log) == 1
    assert world.faults.faults
    world.reset("demo")
    assert world.log == ()
    assert world.faults == FaultPlan()
    assert len(world.sandbox.state()["things"]) == 2


def test_chaos_hits_the_same_requests_in_every_mode() -> None:
    plan = FaultPlan(chaos=Chaos(seed=4, share=0.5))

    def flow() -> Flow[list[str]]:
        seen = []
        for i in range(40):
            outcome = yield from trying(ask("POST", name=f"n{i}"), timeout_s=2.0)
            seen.append(str(outcome.status) if isinstance(outcome, Response) else type(outcome).__name__)
        return seen

    results = [run(SandboxWorld(TinySandbox(seed="empty"), faults=plan), flow(), mode) for mode in MODES]
    assert results[0] == results[1] == results[2]
    assert {"201", "503", "ConnectionLost", "TimedOut"} == set(results[0][0])
