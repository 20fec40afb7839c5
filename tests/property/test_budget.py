"""A budget is never exceeded in any window, and is used to within a few percent when there is work."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from attrs import define, field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from commerce_bridge.flow.budgets import BudgetAsk, BudgetRules, BudgetSettlement, Window
from commerce_bridge.http.budget import BudgetState, ask, settle

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SECOND = 1_000_000
"""All times here are whole microseconds from the start, so that no rounding tells windows apart."""


def at_least(examples: int) -> settings:
    """So many examples, or as many as the profile asks for."""
    return settings(max_examples=max(examples, settings.default.max_examples if settings.default else 0))


@define
class Meter:
    """Counts what comes, as a vendor does: a window begins with its first request."""

    length: int
    quota: int
    began: int | None = None
    used: int = 0
    most: int = 0

    def count(self, at: int, weight: int) -> None:
        if self.began is None or at >= self.began + self.length:
            self.began, self.used = at, 0
        self.used += weight
        self.most = max(self.most, self.used)

    def has_no_room(self, at: int, weight: int) -> bool:
        runs = self.began is not None and at < self.began + self.length
        return runs and self.used + weight > max(self.quota, weight)

    def told(self, at: int, ticket: str) -> BudgetSettlement:
        assert self.began is not None
        return BudgetSettlement(
            ticket=ticket,
            remaining=max(self.quota - self.used, 0),
            resets_in_s=(self.began + self.length - at) / SECOND,
            window="window",
        )


@frozen
class Job:
    """One request: when somebody wants it, what it weighs, how long it travels there and back."""

    wanted: int
    weight: int
    there: int
    back: int


@define
class Run:
    """Lets jobs through a budget in virtual time, and notes what came of it.

    Args:
        rules: The budget.
        vendor: Counts what arrives.
        headers: Whether the vendor's answers say what is left.
        workers: How many jobs are waited for at once; each worker takes the next job in turn.
    """

    rules: BudgetRules
    vendor: Meter
    headers: bool
    workers: int
    state: BudgetState = field(factory=BudgetState)
    granted: list[tuple[int, int]] = field(factory=list[tuple[int, int]])
    arrived: list[int] = field(factory=list[int])
    in_flight: int = 0
    most_in_flight: int = 0
    queue: list[tuple[int, int, Callable[[int], None]]] = field(factory=list)  # type: ignore[var-annotated]
    number: int = 0

    def through(self, jobs: list[Job]) -> Run:
        waiting = sorted(jobs, key=lambda job: job.wanted)[::-1]

        def takes_next(at: int) -> None:
            if waiting:
                job, ticket = waiting.pop(), f"t{len(waiting)}"
                self.later(max(at, job.wanted), lambda at: self.asks(job, ticket, takes_next, at))

        for _ in range(self.workers):
            takes_next(0)
        while self.queue:
            at, _, act = heapq.heappop(self.queue)
            act(at)
        return self

    def later(self, at: int, act: Callable[[int], None]) -> None:
        self.number += 1
        heapq.heappush(self.queue, (at, self.number, act))

    def asks(self, job: Job, ticket: str, done: Callable[[int], None], at: int) -> None:
        wish = BudgetAsk(ticket=ticket, weight=job.weight)
        self.state, wait_s = ask(self.state, self.rules, wish, instant(at))
        if wait_s > 0:
            self.later(at + round(wait_s * SECOND), lambda at: self.asks(job, ticket, done, at))
            return
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        self.granted.append((at, job.weight))
        self.later(at + job.there, lambda at: self.arrives(job, ticket, done, at))

    def arrives(self, job: Job, ticket: str, done: Callable[[int], None], at: int) -> None:
        self.vendor.count(at, job.weight)
        self.arrived.append(at)
        told = self.vendor.told(at, ticket) if self.headers else BudgetSettlement(ticket=ticket)
        self.later(at + job.back, lambda at: self.answers(told, done, at))

    def answers(self, told: BudgetSettlement, done: Callable[[int], None], at: int) -> None:
        self.in_flight -= 1
        self.state = settle(self.state, self.rules, told, instant(at))
        done(at)


def instant(at: int) -> datetime:
    return START + timedelta(microseconds=at)


def milliseconds(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high).map(lambda number: number * 1000)


def jobs_of(heaviest: int, longest_ms: int, horizon_ms: int) -> st.SearchStrategy[list[Job]]:
    travel = milliseconds(0, longest_ms)
    job = st.builds(Job, milliseconds(0, horizon_ms), st.integers(1, heaviest), travel, travel)
    return st.lists(job, min_size=1, max_size=60)


window_sets = st.lists(
    st.tuples(st.sampled_from([1, 10, 30, 3600]), st.integers(4, 40)),
    min_size=1,
    max_size=3,
    unique_by=lambda pair: pair[0],
).map(
    lambda pairs: tuple(Window(name=f"{seconds} s", seconds=seconds, quota=quota) for seconds, quota in pairs)
)


@given(window_sets, st.one_of(st.none(), st.integers(1, 6)), jobs_of(4, 3000, 120_000))
def test_no_window_counted_from_its_first_call_is_ever_exceeded(
    windows: tuple[Window, ...], in_flight: int | None, jobs: list[Job]
) -> None:
    rules = BudgetRules(windows=windows, in_flight=in_flight)
    run = Run(rules, Meter(30 * SECOND, 1), headers=False, workers=8).through(jobs)
    for window in windows:
        meter = Meter(round(window.seconds * SECOND), window.quota)
        for at, weight in run.granted:
            meter.count(at, weight)
        assert meter.most <= window.quota
    assert in_flight is None or run.most_in_flight <= in_flight
    assert sorted(weight for _, weight in run.granted) == sorted(job.weight for job in jobs)


@at_least(300)
@given(
    st.integers(10, 16),
    st.integers(1, 4),
    st.sampled_from([1, 2, 30]),
    st.integers(0, 100),
    jobs_of(1, 900, 3_000),
)
def test_with_headers_the_vendor_never_counts_too_many_either(
    quota: int, in_flight: int, seconds: int, part: int, jobs: list[Job]
) -> None:
    """Its window begins when a request arrives, later than we asked, or long before our first one.

    Answers overtake each other, and some come when their window is over.
    """
    window = Window(name="window", seconds=seconds, quota=quota)
    vendor = Meter(seconds * SECOND, quota, began=-seconds * SECOND * part // 100, used=quota - in_flight)
    rules = BudgetRules(windows=(window,), in_flight=in_flight)
    run = Run(rules, vendor, headers=True, workers=in_flight + 1).through(jobs)
    assert vendor.most <= quota
    assert run.most_in_flight <= in_flight


@at_least(40)
@given(st.integers(0, 10_000), st.booleans(), st.integers(1, 5), st.integers(40, 150))
def test_with_work_waiting_nearly_all_of_it_is_used(
    seed: int, headers: bool, in_flight: int, quota: int
) -> None:
    """Requests travel fast enough to use the window up; each window starts when the last one ends."""
    chance = random.Random(seed)
    windows, length = 6, 60 * SECOND
    jobs = [
        Job(
            0, 1, chance.randrange(SECOND // 100, SECOND // 10), chance.randrange(SECOND // 100, SECOND // 10)
        )
        for _ in range(quota * windows)
    ]
    rules = BudgetRules(windows=(Window(name="window", seconds=60, quota=quota),), in_flight=in_flight)
    run = Run(rules, Meter(length, quota), headers=headers, workers=in_flight).through(jobs)
    for number in range(1, windows):
        came = sum(1 for at in run.arrived if at < number * (length + SECOND // 2))
        assert came >= 0.95 * quota * number


@at_least(60)
@given(st.integers(0, 10_000), st.integers(2, 5))
def test_slow_answers_and_a_window_half_gone_cost_little(seed: int, in_flight: int) -> None:
    """One answer in fifty takes seconds; the vendor's first window began long before ours."""
    chance = random.Random(seed)
    quota, windows, length = 100, 6, 60 * SECOND

    def back() -> int:
        slow = chance.random() < 0.02
        return chance.randrange(SECOND, 8 * SECOND) if slow else chance.randrange(SECOND // 100, SECOND // 10)

    jobs = [Job(0, 1, chance.randrange(SECOND // 100, SECOND // 10), back()) for _ in range(quota * windows)]
    began = -chance.randrange(length)
    vendor = Meter(length, quota, began=began, used=chance.randrange(quota - in_flight))
    first = quota - vendor.used
    rules = BudgetRules(windows=(Window(name="window", seconds=60, quota=quota),), in_flight=in_flight)
    run = Run(rules, vendor, headers=True, workers=in_flight).through(jobs)
    assert vendor.most <= quota
    unhindered = BudgetRules(windows=(), in_flight=in_flight)
    free = Run(unhindered, Meter(length, len(jobs)), headers=False, workers=in_flight).through(jobs)
    for number in range(1, windows):
        by = began + number * length + (number + 1) * 8 * SECOND
        came = sum(1 for at in run.arrived if at < by)
        could = min(first + quota * (number - 1), sum(1 for at in free.arrived if at < by))
        assert came >= 0.95 * could - 2 * in_flight


def test_the_setting_of_the_published_figure_is_used_to_the_last_request() -> None:
    """150 calls in 30 s from the first call, 200 ms there and back, 3 in flight: ten full windows."""
    jobs = [Job(0, 1, SECOND // 10, SECOND // 10) for _ in range(1500)]
    window = Window(name="window", seconds=30, quota=150)
    rules = BudgetRules(windows=(window,), in_flight=3)
    run = Run(rules, Meter(30 * SECOND, 150), headers=True, workers=3).through(jobs)
    assert run.vendor.most == 150
    last_begins = 9 * 30 * SECOND
    assert last_begins <= max(run.arrived) <= last_begins + 9 * SECOND // 2 + 10 * SECOND


def test_the_simulation_itself_notices_a_budget_that_lets_too_many_through() -> None:
    generous = BudgetRules(windows=(Window(name="window", seconds=30, quota=11),))
    jobs = [Job(0, 1, SECOND // 10, SECOND // 10) for _ in range(30)]
    run = Run(generous, Meter(30 * SECOND, 10), headers=False, workers=30).through(jobs)
    with pytest.raises(AssertionError):
        assert run.vendor.most <= 10
