"""Each primitive yields its effect and returns its answer; `gather_all`, `within` and `run_pure` on top."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from datetime import timedelta
from typing import Any

import pytest

from commerce_bridge.errors import ConnectionLost, DeadlineExceeded, StateConflict
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.budgets import BudgetAsk, BudgetRules, BudgetSettlement
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
    Send,
    Settle,
    Single,
    Sleep,
)
from commerce_bridge.flow.events import Progressed
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.play import ManualClock, PlayDriver
from commerce_bridge.flow.state import ByKeys, Delete, Expect, Key, Put
from commerce_bridge.flow.wiring import SeededChance, Wiring

REQUEST = Request(method="GET", path="/things")
AT = Key(table="t", scope="s", key="k")
RULES = BudgetRules(in_flight=1)
EVENT = Progressed(stage="read", done=1)


def make_flow() -> Flow[int]:
    yield Now()
    return 1


GATHERED = make_flow()


@pytest.mark.parametrize(
    ("made", "effect", "answer", "result"),
    [
        (flow.send("a", REQUEST), Send(account="a", request=REQUEST, timeout_s=30.0), Response(status=204), Response(status=204)),
        (flow.send("a", REQUEST, timeout_s=2), Send(account="a", request=REQUEST, timeout_s=2), Response(status=200), Response(status=200)),
        (flow.sleep(1.5), Sleep(seconds=1.5), None, None),
        (flow.sleep(-3), Sleep(seconds=0.0), None, None),
        (flow.now(), Now(), EPOCH, EPOCH),
        (flow.draw(), Draw(), 0.25, 0.25),
        (flow.new_id(), NewId(), "an id", "an id"),
        (flow.gather([GATHERED], limit=2), Gather(flows=(GATHERED,), limit=2), (Ok(1),), (Ok(1),)),
        (flow.acquire("a", RULES, BudgetAsk(ticket="t")), Acquire(account="a", rules=RULES, ask=BudgetAsk(ticket="t")), 0.5, 0.5),
        (
            flow.settle("a", RULES, BudgetSettlement(ticket="t")),
            Settle(account="a", rules=RULES, settlement=BudgetSettlement(ticket="t")),
            None,
            None,
        ),
        (flow.single("k", make_flow), Single(key="k", make=make_flow), 7, 7),
        (flow.load(ByKeys(table="t", scope="s", keys=("k",))), Load(query=ByKeys(table="t", scope="s", keys=("k",))), (), ()),
        (
            flow.commit([Put(at=AT, body="{}"), Delete(at=AT)], [Expect(at=AT, revision=0)]),
            Commit(ops=(Put(at=AT, body="{}"), Delete(at=AT)), expect=(Expect(at=AT, revision=0),)),
            None,
            None,
        ),
        (flow.emit(EVENT), Emit(event=EVENT), None, None),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_a_primitive_is_one_effect_and_its_answer(
    made: Flow[Any], effect: Effect, answer: Any, result: Any
) -> None:
    assert next(made) == effect
    with pytest.raises(StopIteration) as done:
        made.send(answer)
    assert done.value.value == result


def test_an_error_is_thrown_where_the_primitive_stands() -> None:
    def careful() -> Flow[str]:
        try:
            yield from flow.commit([Put(at=AT, body="{}")])
        except StateConflict:
            return "somebody else was first"
        return "written"

    made = careful()
    next(made)
    with pytest.raises(StopIteration) as done:
        made.throw(StateConflict("row moved"))
    assert done.value.value == "somebody else was first"


@pytest.mark.parametrize("timeout_s", [0, -1, math.inf, math.nan])
def test_a_request_waits_for_a_finite_time(timeout_s: float) -> None:
    with pytest.raises(ValueError, match="timeout_s must be above 0 and finite"):
        next(flow.send("a", REQUEST, timeout_s=timeout_s))


def test_a_gather_lets_at_least_one_flow_run() -> None:
    with pytest.raises(ValueError, match="limit must be 1 or more"):
        next(flow.gather([make_flow()], limit=0))


def play(made: Flow[Any], answer: Callable[[Request], Any] | None = None) -> tuple[Any, PlayDriver]:
    class World:
        def answer(self, request: Request, now: Any, timeout_s: float) -> Any:
            assert answer is not None
            return answer(request)

    driver = PlayDriver(
        Wiring(transports={"a": World()}, clock=ManualClock(), chance=SeededChance(1)), latency_s=1.0
    )
    return driver.run(made), driver


class TestGatherAll:
    def test_results_in_order(self) -> None:
        def after(seconds: float) -> Flow[float]:
            yield from flow.sleep(seconds)
            return seconds

        assert play(flow.gather_all([after(3), after(1), after(2)]))[0] == (3, 1, 2)

    def test_the_first_error_by_place_is_raised_when_all_have_ended(self) -> None:
        ended: list[str] = []

        def fails(name: str, seconds: float) -> Flow[None]:
            yield from flow.sleep(seconds)
            ended.append(name)
            raise ConnectionLost(name)

        with pytest.raises(ConnectionLost, match="slow"):
            play(flow.gather_all([fails("slow", 2), fails("fast", 1)]))
        assert ended == ["fast", "slow"]


class TestWithin:
    def test_a_flow_in_time_is_left_alone(self) -> None:
        def quick() -> Flow[str]:
            yield from flow.sleep(5)
            return "done"

        result, driver = play(flow.within(timedelta(seconds=5), quick()))
        assert result == "done"
        assert driver.clock.now() == EPOCH + timedelta(seconds=5)

    def test_it_stops_before_the_next_effect_and_finally_runs(self) -> None:
        seen: list[str] = []

        def slow() -> Flow[None]:
            try:
                for i in range(10):
                    yield from flow.sleep(2)
                    seen.append(f"slept {i}")
            finally:
                seen.append("closed")

        with pytest.raises(DeadlineExceeded, match="the deadline is"):
            play(flow.within(timedelta(seconds=5), slow()))
        assert seen == ["slept 0", "slept 1", "closed"]

    def test_an_effect_that_is_asked_for_at_the_deadline_is_not_carried_out(self) -> None:
        sent: list[Request] = []

        def sending() -> Flow[None]:
            while True:
                yield from flow.send("a", REQUEST)

        def answer(request: Request) -> Any:
            from commerce_bridge.flow.play import Reply

            sent.append(request)
            return Reply(outcome=Response(status=200))

        with pytest.raises(DeadlineExceeded, match="Stopped at"):
            play(flow.within(EPOCH + timedelta(seconds=3), sending()), answer)
        assert len(sent) == 3

    def test_a_wait_beyond_the_deadline_is_not_begun(self) -> None:
        driver = PlayDriver(Wiring(clock=ManualClock()))
        with pytest.raises(DeadlineExceeded, match="before a wait of 3600 s"):
            driver.run(flow.within(timedelta(seconds=60), flow.sleep(3600)))
        assert driver.clock.now() == EPOCH

    def test_errors_and_answers_pass_through(self) -> None:
        def careful() -> Flow[tuple[float, str]]:
            number = yield from flow.draw()
            try:
                yield from flow.send("a", REQUEST)
            except ConnectionLost as error:
                return number, error.message
            return number, "no error"

        def lost(request: Request) -> Any:
            from commerce_bridge.flow.play import Reply

            return Reply(outcome=ConnectionLost("gone"))

        expected = SeededChance(1).draw()
        assert play(flow.within(timedelta(seconds=9), careful()), lost)[0] == (expected, "gone")

    def test_an_error_of_the_flow_is_raised(self) -> None:
        def failing() -> Flow[None]:
            yield from flow.now()
            raise StateConflict("row moved")

        with pytest.raises(StateConflict):
            play(flow.within(timedelta(seconds=1), failing()))

    def test_gathered_flows_are_bound_each_for_itself(self) -> None:
        ended: list[int] = []

        def steps(number: int) -> Flow[int]:
            try:
                for _ in range(number):
                    yield from flow.sleep(1)
                return number
            finally:
                ended.append(number)

        def whole() -> Flow[Any]:
            return (yield from flow.gather([steps(1), steps(9), steps(2)]))

        outcomes, driver = play(flow.within(timedelta(seconds=3), whole()))
        assert outcomes[0] == Ok(1)
        assert isinstance(outcomes[1], Err)
        assert isinstance(outcomes[1].error, DeadlineExceeded)
        assert outcomes[2] == Ok(2)
        assert sorted(ended) == [1, 2, 9]
        assert driver.clock.now() == EPOCH + timedelta(seconds=3)

    def test_a_deadline_of_a_flow_inside_can_be_caught_outside_of_it(self) -> None:
        def inner() -> Flow[None]:
            yield from flow.sleep(5)

        def outer() -> Flow[str]:
            try:
                yield from flow.within(timedelta(seconds=1), inner())
            except DeadlineExceeded:
                yield from flow.sleep(1)
                return "gave up on the inner one"
            return "done"

        assert play(flow.within(timedelta(seconds=60), outer()))[0] == "gave up on the inner one"

    def test_closing_it_closes_the_flow(self) -> None:
        closed: list[str] = []

        def waiting() -> Generator[Effect, Any, None]:
            try:
                yield Sleep(seconds=1)
            finally:
                closed.append("closed")

        bounded = flow.within(timedelta(seconds=9), waiting())
        assert isinstance(next(bounded), Now)
        assert isinstance(bounded.send(EPOCH), Now)
        assert bounded.send(EPOCH) == Sleep(seconds=1)
        bounded.close()
        assert closed == ["closed"]


class TestRunPure:
    def test_a_flow_without_effects(self) -> None:
        def pure() -> Flow[int]:
            return 3
            yield

        assert flow.run_pure(pure()) == 3

    def test_an_effect_is_refused_and_named(self) -> None:
        with pytest.raises(RuntimeError, match=r"Sleep\(seconds=1\)"):
            flow.run_pure(flow.sleep(1))
