"""The sync and the async driver: the same flows, the same answers."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pytest

from commerce_bridge.errors import (
    ConnectionLost,
    QuotaExhausted,
    RejectedRecord,
    StateConflict,
    TransportError,
)
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.async_driver import AsyncDriver
from commerce_bridge.flow.budgets import BudgetAsk, BudgetRules, BudgetSettlement
from commerce_bridge.flow.clock import EPOCH, VirtualClock
from commerce_bridge.flow.effects import Err, Flow, Ok
from commerce_bridge.flow.events import Event, Progressed
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.state import ByKeys, Expect, Key, Put
from commerce_bridge.flow.sync_driver import SyncDriver
from commerce_bridge.flow.wiring import SeededChance, Wiring
from rigs.rows import Rows

MODES = ("sync", "async")
REQUEST = Request(method="GET", path="/")


class Line:
    """A transport that answers from a function."""

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self.answer = answer
        self.timeouts: list[float] = []

    def send(self, request: Request, timeout_s: float) -> Response:
        self.timeouts.append(timeout_s)
        return self.answer(request)


class AsyncLine(Line):
    async def send(self, request: Request, timeout_s: float) -> Response:  # type: ignore[override]
        await asyncio.sleep(0)
        return super().send(request, timeout_s)


def run(
    mode: str, made: Flow[Any], *, answer: Callable[[Request], Response] | None = None, **wires: Any
) -> Any:
    line = (Line if mode == "sync" else AsyncLine)(answer or (lambda request: Response(status=200)))
    wiring = Wiring(**{"transports": {"a": line}, "clock": VirtualClock(), **wires})
    if mode == "sync":
        return SyncDriver(wiring).run(made)
    return asyncio.run(AsyncDriver(wiring).run(made))


@pytest.mark.parametrize("mode", MODES)
class TestEffects:
    def test_send_carries_request_and_time_out(self, mode: str) -> None:
        line = (Line if mode == "sync" else AsyncLine)(lambda request: Response(status=201))
        made = flow.send("a", REQUEST, timeout_s=7)
        assert run(mode, made, transports={"a": line}).status == 201
        assert line.timeouts == [7]

    def test_a_transport_error_is_thrown_into_the_flow(self, mode: str) -> None:
        def lost(request: Request) -> Response:
            raise ConnectionLost("gone")

        def careful() -> Flow[str]:
            try:
                yield from flow.send("a", REQUEST)
            except TransportError as error:
                return f"caught: {error.message}"
            return "answered"

        assert run(mode, careful(), answer=lost) == "caught: gone"
        with pytest.raises(ConnectionLost, match="gone"):
            run(mode, flow.send("a", REQUEST), answer=lost)

    @pytest.mark.parametrize("defect", [ZeroDivisionError("a defect"), StopIteration("a defect")])
    def test_a_defect_is_not_thrown_into_the_flow_but_ends_it(self, mode: str, defect: Exception) -> None:
        seen: list[str] = []

        def broken(request: Request) -> Response:
            raise defect

        def careless() -> Flow[None]:
            try:
                yield from flow.send("a", REQUEST)
            except Exception:
                seen.append("caught")
            finally:
                seen.append("closed")

        with pytest.raises((ZeroDivisionError, StopIteration, RuntimeError)):
            run(mode, careless(), answer=broken)
        assert seen == ["closed"]

    def test_an_unknown_account_names_the_known_ones(self, mode: str) -> None:
        with pytest.raises(LookupError, match="'b'; known accounts: a"):
            run(mode, flow.send("b", REQUEST))

    def test_time_chance_and_ids_come_from_the_wiring(self, mode: str) -> None:
        def made() -> Flow[tuple[Any, ...]]:
            yield from flow.sleep(1.5)
            return (yield from flow.now()), (yield from flow.draw()), (yield from flow.new_id())

        instant, number, ident = run(mode, made(), chance=SeededChance(5))
        twin = SeededChance(5)
        assert (instant - EPOCH).total_seconds() == 1.5
        assert (number, ident) == (twin.draw(), twin.new_id())

    def test_state_is_read_and_written(self, mode: str) -> None:
        at = Key(table="t", scope="s", key="k")

        def made() -> Flow[Any]:
            yield from flow.commit([Put(at=at, body="1")], [Expect(at=at, revision=0)])
            try:
                yield from flow.commit([Put(at=at, body="2")], [Expect(at=at, revision=0)])
            except StateConflict:
                return (yield from flow.load(ByKeys(table="t", scope="s", keys=("k", "other"))))
            return ()

        rows = run(mode, made(), state=Rows())
        assert [(row.body, row.revision) for row in rows] == [("1", 1)]

    def test_state_that_is_not_there_is_asked_for(self, mode: str) -> None:
        with pytest.raises(LookupError, match="pass `state=`"):
            run(mode, flow.load(ByKeys(table="t", scope="s", keys=())))

    def test_events_go_to_all_subscribers_in_order(self, mode: str) -> None:
        heard: list[tuple[str, Event]] = []
        event = Progressed(stage="read", done=1)
        subscribers = (lambda each: heard.append(("one", each)), lambda each: heard.append(("two", each)))
        run(mode, flow.emit(event), subscribers=subscribers)
        assert heard == [("one", event), ("two", event)]

    def test_the_budget_of_the_account_is_asked_and_told(self, mode: str) -> None:
        class Port:
            def __init__(self) -> None:
                self.calls: list[Any] = []

            def acquire(self, account: str, rules: BudgetRules, ask: BudgetAsk, now: datetime) -> float:
                self.calls.append((account, ask.ticket, now))
                if account == "empty":
                    raise QuotaExhausted("nothing left today")
                return 0.25

            def settle(
                self, account: str, rules: BudgetRules, settlement: BudgetSettlement, now: datetime
            ) -> None:
                self.calls.append((account, settlement.ticket, now))

        def made() -> Flow[Any]:
            wait_s = yield from flow.acquire("a", BudgetRules(), BudgetAsk(ticket="t"))
            yield from flow.settle("a", BudgetRules(), BudgetSettlement(ticket="t"))
            try:
                yield from flow.acquire("empty", BudgetRules(), BudgetAsk(ticket="u"))
            except QuotaExhausted as error:
                return wait_s, error.message
            return wait_s, None

        usual, own = Port(), Port()
        assert run(mode, made(), budgets=usual, routes={"a": own}) == (0.25, "nothing left today")
        assert own.calls == [("a", "t", EPOCH)] * 2
        assert usual.calls == [("empty", "u", EPOCH)]
        assert run(mode, flow.acquire("a", BudgetRules(), BudgetAsk(ticket="t"))) == 0.0

    def test_the_flow_is_closed_and_its_finally_runs_when_it_fails(self, mode: str) -> None:
        seen: list[str] = []

        def failing() -> Flow[None]:
            try:
                yield from flow.now()
                raise StateConflict("moved")
            finally:
                seen.append("closed")

        with pytest.raises(StateConflict):
            run(mode, failing())
        assert seen == ["closed"]


def after(seconds: float, result: Any) -> Flow[Any]:
    yield from flow.sleep(seconds)
    if isinstance(result, BaseException):
        raise result
    return result


def rejected(why: str) -> RejectedRecord:
    return RejectedRecord(why, platform="p", operation="o", status=422)


@pytest.mark.parametrize("mode", MODES)
class TestGather:
    def test_outcomes_stand_in_the_order_of_the_flows(self, mode: str) -> None:
        error = rejected("no name")
        outcomes = run(mode, flow.gather([after(3, "a"), after(1, error), after(2, "c")]))
        assert outcomes == (Ok("a"), Err(error), Ok("c"))

    def test_nothing_gathered_is_nothing(self, mode: str) -> None:
        assert run(mode, flow.gather([])) == ()

    @pytest.mark.parametrize("limit", [1, 2, 5, 50])
    def test_no_more_than_the_limit_are_under_way(self, mode: str, limit: int) -> None:
        under_way, most, lock = 0, 0, threading.Lock()

        def work() -> Flow[None]:
            nonlocal under_way, most
            with lock:
                under_way += 1
                most = max(most, under_way)
            yield from flow.sleep(1)
            with lock:
                under_way -= 1

        clock = VirtualClock()
        run(mode, flow.gather([work() for _ in range(10)], limit=limit), clock=clock)
        assert most == min(limit, 10)
        assert (clock.now() - EPOCH).total_seconds() == -(-10 // limit)

    def test_a_defect_stops_the_others_whose_finally_runs(self, mode: str) -> None:
        ended: list[str] = []
        lock = threading.Lock()

        def work(name: str, seconds: float, defect: Exception | None = None) -> Flow[None]:
            try:
                yield from flow.sleep(seconds)
                if defect:
                    raise defect
                yield from flow.sleep(3600)
                with lock:
                    ended.append(f"{name} went on")
            finally:
                with lock:
                    ended.append(name)

        def never() -> Flow[None]:
            ended.append("was started")
            yield from flow.now()

        works = [work("a", 1), work("b", 2, ZeroDivisionError("defect")), work("c", 3), never()]
        with pytest.raises(ZeroDivisionError, match="defect"):
            run(mode, flow.gather(works, limit=3))
        assert sorted(ended) == ["a", "b", "c"]

    def test_a_defect_deep_inside_is_what_is_raised(self, mode: str) -> None:
        """Those that are stopped for it must not be taken for the cause."""
        closed: list[int] = []

        def family(number: int) -> Flow[Any]:
            try:
                children = [
                    after(1, ValueError("the cause") if number == 2 and child == 1 else child)
                    for child in range(3)
                ]
                inner = yield from flow.gather(children)
                yield from flow.sleep(100)
                return inner
            finally:
                closed.append(number)

        def everything() -> Flow[Any]:
            return (yield from flow.gather([family(number) for number in range(4)], limit=4))

        for _ in range(20):
            closed.clear()
            with pytest.raises(ValueError, match="the cause"):
                run(mode, flow.gather([everything(), after(50, "late")], limit=2))
            assert sorted(closed) == [0, 1, 2, 3]

    def test_a_driver_runs_again_after_a_defect(self, mode: str) -> None:
        async def both(driver: Any) -> Any:
            with pytest.raises(ZeroDivisionError):
                await driver.run(flow.gather([after(1, ZeroDivisionError()), after(9, 1)]))
            return await driver.run(flow.gather([after(1, 1), after(2, 2)]))

        wiring = Wiring(clock=VirtualClock())
        if mode == "async":
            assert asyncio.run(both(AsyncDriver(wiring))) == (Ok(1), Ok(2))
            return
        driver = SyncDriver(wiring)
        with pytest.raises(ZeroDivisionError):
            driver.run(flow.gather([after(1, ZeroDivisionError()), after(9, 1)]))
        assert driver.run(flow.gather([after(1, 1), after(2, 2)])) == (Ok(1), Ok(2))

    def test_gathered_flows_see_the_context_of_the_caller(self, mode: str) -> None:
        variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")
        variable.set("the caller's")

        def reads() -> Flow[str]:
            yield from flow.now()
            return variable.get()

        assert run(mode, flow.gather([reads(), reads()])) == (Ok("the caller's"),) * 2


@pytest.mark.parametrize("mode", MODES)
class TestSingle:
    def test_it_is_made_once_for_all_who_ask_at_the_same_time(self, mode: str) -> None:
        made: list[int] = []

        def token() -> Flow[str]:
            made.append(1)
            yield from flow.sleep(5)
            return f"token {len(made)}"

        def asks(seconds: float) -> Flow[str]:
            yield from flow.sleep(seconds)
            return (yield from flow.single("token", token))

        clock = VirtualClock()
        answers = run(mode, flow.gather_all([asks(0), asks(1), asks(2), asks(8)], limit=4), clock=clock)
        assert answers == ("token 1", "token 1", "token 1", "token 2")
        assert len(made) == 2
        assert (clock.now() - EPOCH).total_seconds() == 13.0

    def test_other_keys_are_made_beside_it(self, mode: str) -> None:
        clock = VirtualClock()
        asks = [flow.single(key, lambda key=key: after(5, key)) for key in "ab"]
        assert run(mode, flow.gather_all(asks), clock=clock) == ("a", "b")
        assert (clock.now() - EPOCH).total_seconds() == 5.0

    def test_its_error_is_everybodys(self, mode: str) -> None:
        def asks(seconds: float) -> Flow[Any]:
            yield from flow.sleep(seconds)
            return (yield from flow.single("token", lambda: after(5, rejected("no"))))

        outcomes = run(mode, flow.gather([asks(0), asks(1)]))
        assert [type(outcome.error) for outcome in outcomes] == [RejectedRecord] * 2

    def test_a_defect_in_it_is_raised_and_nobody_waits_for_ever(self, mode: str) -> None:
        def asks(seconds: float) -> Flow[Any]:
            yield from flow.sleep(seconds)
            return (yield from flow.single("token", lambda: after(5, ZeroDivisionError())))

        with pytest.raises(ZeroDivisionError):
            run(mode, flow.gather([asks(0), asks(1), asks(2)]))


def test_the_sync_driver_works_inside_a_running_loop() -> None:
    """As in a notebook: no loop is started, none is needed."""
    driver = SyncDriver(
        Wiring(transports={"a": Line(lambda request: Response(status=200))}, clock=VirtualClock())
    )

    async def cell() -> Any:
        return driver.run(flow.gather_all([flow.send("a", REQUEST), after(1, "b")]))

    assert asyncio.run(cell()) == (Response(status=200), "b")


def test_the_sync_driver_may_be_used_inside_a_flow_of_another() -> None:
    inner = SyncDriver(Wiring(clock=VirtualClock()))

    def answer(request: Request) -> Response:
        return Response(status=inner.run(after(1, 204)))

    assert run("sync", flow.gather_all([flow.send("a", REQUEST)] * 1), answer=answer)[0].status == 204
    assert run("async", flow.send("a", REQUEST), answer=answer).status == 204


def test_one_sync_driver_serves_many_threads() -> None:
    driver = SyncDriver(Wiring(clock=VirtualClock()))
    results: list[Any] = []

    def work(number: int) -> None:
        results.append(driver.run(flow.gather_all([after(1, number), after(1, number + 1)])))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [(number, number + 1) for number in range(10)]


class TestWiring:
    def test_joined_keeps_every_accounts_own_budget(self) -> None:
        class Port:
            pass

        one, two, shared = Port(), Port(), VirtualClock()
        heard: list[Event] = []
        first: Mapping[str, Any] = {
            "transports": {"a": 1},
            "budgets": one,
            "clock": shared,
            "subscribers": (heard.append,),
        }
        joined = Wiring(**first).joined(
            Wiring(transports={"b": 2}, budgets=two, state=Rows(), subscribers=(heard.append, print))  # type: ignore[arg-type]
        )
        assert joined.budgets_of("a") is one
        assert joined.budgets_of("b") is two
        assert (joined.transport_of("a"), joined.transport_of("b")) == (1, 2)
        assert joined.clock is shared
        assert joined.state is not None
        assert joined.subscribers == (heard.append, print)
