"""Retry policy: its formulas and their bounds."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.http.policy import RetryPolicy, backoff_s, exhausted

chances = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize(
    ("attempt", "least", "most"), [(1, 0.5, 1), (2, 1, 2), (3, 2, 4), (4, 4, 8), (7, 30, 60), (20, 30, 60)]
)
def test_each_wait_is_twice_the_last_up_to_the_longest_and_half_of_it_is_chance(
    attempt: int, least: float, most: float
) -> None:
    policy = RetryPolicy()
    assert backoff_s(policy, attempt, 0.0) == least
    assert backoff_s(policy, attempt, 0.5) == (least + most) / 2
    assert backoff_s(policy, attempt, 0.999999) == pytest.approx(most, rel=1e-5)


@given(st.integers(1, 10_000), chances, st.floats(0.001, 100, allow_subnormal=False), st.floats(0.001, 1000))
def test_a_wait_is_never_nothing_and_never_longer_than_the_longest(
    attempt: int, chance: float, first_wait_s: float, longest_wait_s: float
) -> None:
    policy = RetryPolicy(first_wait_s=first_wait_s, longest_wait_s=longest_wait_s)
    assert 0 < backoff_s(policy, attempt, chance) <= longest_wait_s


@given(st.integers(1, 50), chances)
def test_waits_do_not_shrink_from_try_to_try(attempt: int, chance: float) -> None:
    policy = RetryPolicy()
    assert backoff_s(policy, attempt, chance) <= backoff_s(policy, attempt + 1, chance)


@pytest.mark.parametrize("attempts", [1, 2, 5])
def test_the_tries_are_counted_from_one(attempts: int) -> None:
    policy = RetryPolicy(attempts=attempts)
    assert [exhausted(policy, attempt) for attempt in range(1, attempts + 2)] == [
        *[False] * (attempts - 1),
        True,
        True,
    ]


def test_neither_the_machines_clock_nor_its_randomness_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = backoff_s(RetryPolicy(), 3, 0.25)
    random.seed(1)
    state = random.getstate()
    monkeypatch.setattr(time, "monotonic", lambda: 1e12)
    monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail("slept"))
    assert backoff_s(RetryPolicy(), 3, 0.25) == expected == 2.5
    assert not exhausted(RetryPolicy(), 3)
    assert random.getstate() == state
