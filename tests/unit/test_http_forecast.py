"""How long calls will take: looked ahead, and compared with calls that are played."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.errors import QuotaExhausted
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.budgets import BudgetAsk, BudgetRules, Window
from commerce_bridge.flow.clock import EPOCH
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.http.budget import BudgetState, ask
from commerce_bridge.http.exchange import exchange
from commerce_bridge.http.forecast import Forecast, Pause, forecast
from rigs.scripted import Stage, connection

SHORT = Window(name="window", seconds=30, quota=150)
DAY = Window(name="day", seconds=86_400, quota=1000, stop=True)
EMPTY = BudgetState()


def ahead(calls: Any, *windows: Window, state: BudgetState = EMPTY, **settings: Any) -> Forecast:
    rules = BudgetRules(windows=windows, in_flight=settings.pop("cap", None), lanes=settings.pop("lanes", ()))
    return forecast(state, rules, calls, now=EPOCH, **{"latency_s": 0.2, **settings})


def seconds(number: float) -> datetime:
    return EPOCH + timedelta(seconds=number)


def test_no_calls_take_no_time() -> None:
    assert ahead(0, SHORT).seconds == 0
    assert ahead({}, SHORT).pauses == ()


def test_without_limits_all_go_at_once() -> None:
    assert ahead(10_000).seconds == pytest.approx(0.2)


def test_what_is_in_flight_limits_the_rate() -> None:
    assert ahead(31, cap=3).seconds == pytest.approx(11 * 0.2)
    assert ahead(31, cap=3, in_flight=1).seconds == pytest.approx(31 * 0.2)
    assert ahead(31, cap=3, in_flight=8).seconds == pytest.approx(11 * 0.2)


def test_a_lane_limits_those_that_keep_to_it() -> None:
    lanes = (("serial", 1),)
    assert ahead(30, cap=3, lanes=lanes, lane="serial").seconds == pytest.approx(6)
    assert ahead(30, cap=3, lanes=lanes, lane="other").seconds == pytest.approx(2)
    assert ahead(30, cap=3, lanes=lanes).seconds == pytest.approx(2)


def test_a_window_is_waited_for_from_its_first_answer() -> None:
    assert ahead(150, SHORT, cap=3).seconds == pytest.approx(10)
    assert ahead(151, SHORT, cap=3).seconds == pytest.approx(30.2 + 0.2)
    assert ahead(450, SHORT, cap=3).seconds == pytest.approx(2 * 30.2 + 10)


def test_weights_fill_windows_faster() -> None:
    assert ahead({2: 75}, SHORT, cap=3).seconds == pytest.approx(5)
    assert ahead({2: 75, 1: 1}, SHORT, cap=3).seconds == pytest.approx(30.2 + 0.2)
    assert ahead({1: 50, 3: 50}, SHORT, cap=3).seconds == pytest.approx(30.2 + 9 * 0.2)


def test_what_weighs_more_than_a_quota_goes_alone() -> None:
    tiny = Window(name="window", seconds=10, quota=2)
    assert ahead({5: 3}, tiny, cap=3).seconds == pytest.approx(2 * 10.2 + 0.2)


def test_what_is_used_already_counts_until_its_window_ends() -> None:
    rules = BudgetRules(windows=(SHORT,))
    state, wait_s = ask(EMPTY, rules, BudgetAsk(ticket="t", weight=140), EPOCH - timedelta(seconds=10))
    assert wait_s == 0
    assert ahead(10, SHORT, state=state, cap=1).seconds == pytest.approx(2)
    assert ahead(11, SHORT, state=state, cap=1).seconds == pytest.approx(20.2)
    later = forecast(state, rules, 11, now=seconds(200), latency_s=0.2)
    assert later.began == seconds(200)
    assert later.seconds == pytest.approx(0.2)


def test_a_quota_the_vendor_told_is_what_counts() -> None:
    rules = BudgetRules(windows=(SHORT,))
    state, _ = ask(EMPTY, rules, BudgetAsk(ticket="t"), EPOCH - timedelta(seconds=50))
    known = state.windows["window"]
    told = BudgetState(windows={"window": type(known)(began=known.began, ends=known.ends, used=9, quota=450)})
    assert ahead(450, SHORT, state=told, cap=3).seconds == pytest.approx(30)


def test_a_block_is_waited_for_first() -> None:
    blocked = BudgetState(blocked_until=seconds(40))
    assert ahead(3, SHORT, state=blocked, cap=3).seconds == pytest.approx(40.2)
    assert ahead(3, SHORT, state=BudgetState(blocked_until=seconds(-4)), cap=3).seconds == pytest.approx(0.2)


def test_a_daily_quota_stops_it_and_says_when_it_goes_on() -> None:
    found = ahead(2_500, DAY, cap=2, latency_s=0.1)
    day = 86_400.1
    assert found.pauses == (
        Pause(window="day", at=seconds(50), until=seconds(day), done=1000),
        Pause(window="day", at=seconds(day + 50), until=seconds(2 * day), done=2000),
    )
    assert found.ends == seconds(2 * day + 25)
    assert ahead(1_000, DAY, cap=2).pauses == ()


def test_short_windows_inside_a_day_are_waited_for_and_do_not_stop_it() -> None:
    found = ahead(1_001, SHORT, DAY, cap=3)
    assert [pause.done for pause in found.pauses] == [1000]
    assert (found.pauses[0].at - EPOCH).total_seconds() == pytest.approx(6 * 30.2 + 100 / 15, abs=0.2)
    assert found.ends == seconds(86_400.2 + 0.2)


def test_a_day_that_is_used_up_together_with_a_short_window_lasts_to_its_own_end() -> None:
    found = ahead(151, SHORT, Window(name="day", seconds=86_400, quota=150, stop=True), cap=3)
    assert found.pauses == (Pause(window="day", at=seconds(10), until=seconds(86_400.2), done=150),)
    assert found.ends == seconds(86_400.4)


class Speaking:
    """Answers at once, and says what is left of a window that it counts itself, if it speaks at all."""

    def __init__(self, window: Window, *, speaks: bool) -> None:
        self.window = window
        self.speaks = speaks
        self.used = 0
        self.ends = EPOCH - timedelta(seconds=1)

    def __call__(self, request: Request, now: datetime) -> Response:
        if now >= self.ends:
            self.ends, self.used = now + timedelta(seconds=self.window.seconds), 0
        self.used += 1
        assert self.used <= self.window.quota
        if not self.speaks:
            return Response(status=200)
        left = (self.ends - now).total_seconds()
        return Response(
            status=200, headers={"X-Left": str(self.window.quota - self.used), "X-Reset": str(left)}
        )


def calling(rules: BudgetRules, turns: Iterator[int]) -> Flow[None]:
    """Take one call after the other; where a quota stops it, go on when the quota starts anew."""
    shop = connection(budget=rules)
    for _ in turns:
        while True:
            try:
                yield from exchange(shop, Request(method="GET", path="/"), operation="things")
                break
            except QuotaExhausted as stopped:
                resets_at = stopped.resets_at or EPOCH
                yield from flow.sleep((resets_at - (yield from flow.now())).total_seconds())


def played_s(rules: BudgetRules, calls: int, latency_s: float, in_flight: int, *, speaks: bool) -> float:
    stage = Stage(Speaking(rules.windows[0], speaks=speaks), latency_s=latency_s)
    turns = iter(range(calls))
    stage.play(flow.gather_all([calling(rules, turns) for _ in range(in_flight)], limit=in_flight))
    return stage.lasted_s


@given(
    calls=st.integers(1, 700),
    quota=st.integers(30, 200),
    length_s=st.sampled_from([5, 30, 120]),
    latency_s=st.sampled_from([0.01, 0.2, 1.0]),
    in_flight=st.integers(1, 4),
    more=st.sampled_from([None, "hour", "day"]),
    speaks=st.booleans(),
)
def test_it_comes_out_as_when_it_is_played(
    calls: int, quota: int, length_s: int, latency_s: float, in_flight: int, more: str | None, speaks: bool
) -> None:
    windows = [Window(name="window", seconds=length_s, quota=quota)]
    if more is not None:
        long = {"hour": 3600, "day": 86_400}[more]
        windows.append(Window(name=more, seconds=long, quota=quota * 2, stop=more == "day"))
    rules = BudgetRules(windows=tuple(windows), in_flight=in_flight)
    found = forecast(EMPTY, rules, calls, now=EPOCH, latency_s=latency_s)
    lasted_s = played_s(rules, calls, latency_s, in_flight, speaks=speaks)
    assert found.seconds == pytest.approx(lasted_s, rel=0.03, abs=2 * latency_s)
    assert bool(found.pauses) == (more == "day" and calls > quota * 2)
