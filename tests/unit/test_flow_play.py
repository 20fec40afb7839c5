"""The playing driver: stable paths, one order, virtual time, and death at any effect."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from commerce_bridge.errors import ConnectionLost, QuotaExhausted, RejectedRecord, TimedOut
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.budgets import BudgetAsk, BudgetRules
from commerce_bridge.flow.clock import EPOCH, VirtualClock
from commerce_bridge.flow.effects import Err, Flow, Gather, Ok, Send, Single, Sleep
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.play import Crash, ManualClock, PlayDriver, Reply
from commerce_bridge.flow.state import ByKeys, Key, Put
from commerce_bridge.flow.wiring import SeededChance, Wiring
from rigs.rows import Rows

AT = Key(table="t", scope="s", key="k")


class Echo:
    """Answers at once, or after what the path says, and notes what reached it and when."""

    def __init__(self) -> None:
        self.reached: list[tuple[str, float]] = []

    def answer(self, request: Request, now: datetime, timeout_s: float) -> Reply:
        self.reached.append((request.path, (now - EPOCH).total_seconds()))
        if request.path == "/lost":
            return Reply(outcome=ConnectionLost("gone"), delay_s=1.0)
        return Reply(
            outcome=Response(status=200, body=request.path.encode()),
            delay_s=float(request.param("delay") or 0),
        )


def get(path: str, timeout_s: float = 30.0, **query: str) -> Flow[Response]:
    return flow.send("a", Request(method="GET", path=path, query=query), timeout_s=timeout_s)


def driver_of(world: Echo | None = None, **settings: Any) -> PlayDriver:
    wires = {name: settings.pop(name) for name in ("state", "budgets", "subscribers") if name in settings}
    wiring = Wiring(transports={"a": world or Echo()}, clock=ManualClock(), chance=SeededChance(3), **wires)
    return PlayDriver(wiring, **settings)


def seconds(driver: PlayDriver) -> float:
    return (driver.clock.now() - EPOCH).total_seconds()


def napping(*naps: float) -> Flow[int]:
    for nap in naps:
        yield from flow.sleep(nap)
    return len(naps)


def family() -> Flow[Any]:
    """Effects of many kinds, two levels of gathering, a token that is made once."""

    def token() -> Flow[str]:
        yield from flow.sleep(2)
        return "token"

    def child(name: str, nap: float) -> Flow[str]:
        yield from flow.sleep(nap)
        yield from flow.single("token", token)
        response = yield from get(f"/{name}")
        grandchildren = yield from flow.gather([napping(1), napping(1, 1)], limit=2)
        return response.body.decode() + str(len(grandchildren))

    yield from flow.now()
    outcomes = yield from flow.gather([child("x", 1), child("y", 0.5), child("z", 3)], limit=2)
    yield from flow.commit([Put(at=AT, body="done")])
    return outcomes


class TestTime:
    def test_side_by_side_lasts_as_long_as_the_longest(self) -> None:
        driver = driver_of()
        driver.run(flow.gather([flow.sleep(1) for _ in range(3)], limit=3))
        assert seconds(driver) == 1.0

    def test_the_limit_holds(self) -> None:
        driver = driver_of()
        driver.run(flow.gather([flow.sleep(1) for _ in range(7)], limit=3))
        assert seconds(driver) == 3.0

    def test_a_free_place_is_taken_at_once(self) -> None:
        driver = driver_of()
        driver.run(flow.gather([napping(5), napping(1), napping(1), napping(1)], limit=2))
        assert seconds(driver) == 5.0

    def test_latency_and_delays_add_up(self) -> None:
        world = Echo()
        driver = driver_of(world, latency_s=0.2)

        def made() -> Flow[None]:
            yield from get("/one")
            yield from get("/two", delay="3")
            yield from get("/three")

        driver.run(made())
        assert world.reached == [("/one", 0.0), ("/two", 0.2), ("/three", pytest.approx(3.4))]
        assert seconds(driver) == pytest.approx(3.6)

    def test_an_answer_that_comes_too_late_is_a_time_out(self) -> None:
        world = Echo()
        driver = driver_of(world, latency_s=1.0)
        with pytest.raises(TimedOut, match=r"No answer within 5 s; it would have taken 5\.5 s"):
            driver.run(get("/slow", timeout_s=5, delay="4.5"))
        assert seconds(driver) == 5.0
        assert world.reached == [("/slow", 0.0)]

    def test_an_error_of_the_transport_comes_when_it_comes(self) -> None:
        driver = driver_of(latency_s=0.5)

        def made() -> Flow[float]:
            with pytest.raises(ConnectionLost):
                yield from get("/lost")
            return ((yield from flow.now()) - EPOCH).total_seconds()

        assert driver.run(made()) == 1.5

    def test_time_goes_on_from_run_to_run(self) -> None:
        driver = driver_of()
        driver.run(flow.sleep(2))
        driver.run(flow.sleep(3))
        assert seconds(driver) == 5.0

    def test_it_wants_a_clock_that_it_may_move(self) -> None:
        with pytest.raises(TypeError, match="ManualClock"):
            PlayDriver(Wiring(clock=VirtualClock()))


class TestOrder:
    def test_paths_say_where_an_effect_stands(self) -> None:
        driver = driver_of(state=Rows())
        driver.run(family())
        places = {played.path: type(played.effect).__name__ for played in driver.trace}
        assert places["0"] == "Now"
        assert places["1"] == "Gather"
        assert places["1.0.0"] == places["1.2.0"] == "Sleep"
        assert places["1.1.1"] == "Single"
        assert places["1.1.1.0.0"] == "Sleep"
        assert places["1.2.2"] == "Send"
        assert places["1.2.3.1.1"] == "Sleep"
        assert places["2"] == "Commit"
        assert len(places) == len(driver.trace) == driver.count

    def test_every_run_is_the_same(self) -> None:
        def traced() -> list[tuple[str, str, datetime]]:
            driver = driver_of(state=Rows(), latency_s=0.1)
            driver.run(family())
            return [(each.path, type(each.effect).__name__, each.at) for each in driver.trace]

        assert traced() == traced()

    def test_paths_do_not_depend_on_latency(self) -> None:
        def paths(latency_s: float) -> set[tuple[str, str]]:
            driver = driver_of(state=Rows(), latency_s=latency_s)
            driver.run(flow.gather([get("/a"), napping(1, 1), get("/b")], limit=3))
            return {(each.path, type(each.effect).__name__) for each in driver.trace}

        assert paths(0.0) == paths(1.5)

    def test_of_two_at_the_same_instant_the_first_that_asked_goes_first(self) -> None:
        world = Echo()
        driver = driver_of(world)

        def after_a_nap(name: str) -> Flow[None]:
            yield from flow.sleep(1)
            yield from get(f"/{name}")

        driver.run(flow.gather([after_a_nap(name) for name in "cab"], limit=3))
        assert [path for path, _ in world.reached] == ["/c", "/a", "/b"]

    def test_the_instant_of_each_effect_is_kept(self) -> None:
        driver = driver_of()
        driver.run(napping(1, 2))
        assert [(each.effect, each.at) for each in driver.trace] == [
            (Sleep(seconds=1), EPOCH),
            (Sleep(seconds=2), EPOCH + timedelta(seconds=1)),
        ]

    def test_without_a_trace_it_still_counts(self) -> None:
        driver = driver_of(keep_trace=False)
        driver.run(napping(1, 2))
        assert (driver.trace, driver.count) == ([], 2)


class TestGather:
    def test_outcomes_in_order(self) -> None:
        error = RejectedRecord("no", platform="p", operation="o", status=422)

        def fails() -> Flow[None]:
            yield from flow.sleep(1)
            raise error

        assert driver_of().run(flow.gather([napping(3), fails(), napping(2)])) == (Ok(1), Err(error), Ok(1))
        assert driver_of().run(flow.gather([])) == ()

    def test_a_defect_ends_all_flows_the_youngest_first(self) -> None:
        ended: list[str] = []

        def closing(name: str, inner: Flow[Any]) -> Flow[Any]:
            try:
                return (yield from inner)
            finally:
                ended.append(name)

        def defect() -> Flow[None]:
            yield from flow.sleep(1)
            raise ZeroDivisionError

        children = [closing("a", napping(9)), closing("b", defect()), closing("c", napping(9))]
        with pytest.raises(ZeroDivisionError):
            driver_of().run(closing("parent", flow.gather(children, limit=3)))
        assert ended == ["b", "c", "a", "parent"]


class TestSingle:
    def test_it_is_made_once_for_all_who_ask_meanwhile(self) -> None:
        made: list[int] = []

        def token() -> Flow[int]:
            made.append(1)
            yield from flow.sleep(5)
            return len(made)

        def asks(nap: float) -> Flow[int]:
            yield from flow.sleep(nap)
            return (yield from flow.single("token", token))

        driver = driver_of()
        assert driver.run(flow.gather_all([asks(0), asks(4), asks(6)])) == (1, 1, 2)
        assert seconds(driver) == 11.0
        assert sum(isinstance(each.effect, Single) for each in driver.trace) == 3

    def test_its_error_is_everybodys(self) -> None:
        def lost() -> Flow[Response]:
            return (yield from get("/lost"))

        outcomes = driver_of().run(flow.gather([flow.single("k", lost), flow.single("k", lost)]))
        assert [type(outcome.error) for outcome in outcomes] == [ConnectionLost] * 2


def test_an_error_of_the_budget_is_thrown_into_the_flow() -> None:
    class Empty:
        def acquire(self, *_: Any) -> float:
            raise QuotaExhausted("nothing left")

        def settle(self, *_: Any) -> None: ...

    def careful() -> Flow[str]:
        try:
            yield from flow.acquire("a", BudgetRules(), BudgetAsk(ticket="t"))
        except QuotaExhausted as error:
            return error.message
        return "let through"

    assert driver_of(budgets=Empty()).run(careful()) == "nothing left"


def three() -> Flow[None]:
    for number in range(3):
        yield from get(f"/{number}")


class TestCrash:
    def test_before_an_effect_nothing_of_it_has_happened(self) -> None:
        world = Echo()
        with pytest.raises(Crash, match=r"before effect 1 \(1\): Send"):
            driver_of(world, crash_at=1).run(three())
        assert [path for path, _ in world.reached] == ["/0"]

    def test_after_an_effect_it_took_hold_but_was_not_answered(self) -> None:
        world, answered = Echo(), []

        def sends() -> Flow[None]:
            for number in range(3):
                answered.append((yield from get(f"/{number}")).body)

        with pytest.raises(Crash, match=r"after effect 1 \(1\): Send"):
            driver_of(world, crash_at=1, crash_after=True).run(sends())
        assert [path for path, _ in world.reached] == ["/0", "/1"]
        assert answered == [b"/0"]

    @pytest.mark.parametrize(("crash_after", "rows"), [(False, 0), (True, 1)])
    def test_a_commit_has_happened_or_not(self, crash_after: bool, rows: int) -> None:
        state = Rows()
        with pytest.raises(Crash):
            driver_of(state=state, crash_at=0, crash_after=crash_after).run(
                flow.commit([Put(at=AT, body="1")])
            )
        assert len(state.load(ByKeys(table="t", scope="s", keys=("k",)))) == rows

    def test_no_flow_can_catch_it_and_nothing_runs_after_it(self) -> None:
        seen: list[str] = []

        def stubborn(name: str) -> Flow[None]:
            try:
                yield from flow.sleep(1)
                yield from flow.sleep(1)
            except Exception:
                seen.append(f"{name} caught it")
            finally:
                seen.append(f"{name} finally")

        driver = driver_of(crash_at=3)
        with pytest.raises(Crash):
            driver.run(flow.gather([stubborn("a"), stubborn("b")]))
        assert seen == []

    def test_every_effect_can_be_the_last(self) -> None:
        whole = driver_of(state=Rows())
        whole.run(family())
        for number, played in enumerate(whole.trace):
            for crash_after in (False, True):
                driver = driver_of(state=Rows(), crash_at=number, crash_after=crash_after)
                with pytest.raises(Crash) as died:
                    driver.run(family())
                assert f"effect {number} ({played.path})" in str(died.value)
                assert [each.path for each in driver.trace] == [
                    each.path for each in whole.trace[: number + 1]
                ]

    def test_beyond_the_last_effect_nobody_dies(self) -> None:
        assert driver_of(crash_at=2).run(napping(1, 1)) == 2

    def test_effects_are_counted_over_all_runs(self) -> None:
        driver = driver_of(crash_at=3)
        driver.run(napping(1, 1))
        with pytest.raises(Crash, match="before effect 3"):
            driver.run(napping(1, 1))

    def test_a_gather_may_die_before_its_flows_begin(self) -> None:
        begun: list[int] = []

        def child() -> Flow[None]:
            begun.append(1)
            yield from flow.now()

        driver = driver_of(crash_at=0, crash_after=True)
        with pytest.raises(Crash):
            driver.run(flow.gather([child(), child()]))
        assert begun == []
        assert isinstance(driver.trace[0].effect, Gather)


def test_the_trace_shows_requests_with_their_accounts() -> None:
    driver = driver_of()
    driver.run(get("/x", timeout_s=4))
    effect = driver.trace[0].effect
    assert isinstance(effect, Send)
    assert (effect.account, effect.request.path, effect.timeout_s) == ("a", "/x", 4)
