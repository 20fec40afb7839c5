"""The store-wide quota: what headers tell, and how long a refused request waits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from commerce_bridge.errors import RateLimited
from commerce_bridge.flow.budgets import Window
from commerce_bridge.flow.messages import Response
from commerce_bridge.http.budget import LocalBudgets
from commerce_bridge.platforms.bigcommerce.connection import account_of, store_url, told
from commerce_bridge.platforms.bigcommerce.limits import QUOTAS, budget_of
from commerce_bridge.testing.play import play
from rigs.bigcommerce_client import Desk, raw_client, refusal

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
FINE = Response(status=200, body=b'{"time": 1762074000}')


def _headers(left: int = 149, reset_ms: int = 30000, quota: int = 150) -> dict[str, str]:
    return {
        "X-Rate-Limit-Time-Window-Ms": "30000",
        "X-Rate-Limit-Time-Reset-Ms": str(reset_ms),
        "X-Rate-Limit-Requests-Quota": str(quota),
        "X-Rate-Limit-Requests-Left": str(left),
    }


def test_the_four_headers_are_read() -> None:
    settlement = told("t", Response(status=200, headers=_headers(12, 4500, 450)), NOW)
    assert (settlement.remaining, settlement.resets_in_s, settlement.quota) == (12, 4.5, 450)
    assert settlement.window == "30 s"
    assert settlement.blocked_for_s is None


def test_an_answer_without_headers_tells_nothing() -> None:
    settlement = told("t", Response(status=200), NOW)
    assert (settlement.remaining, settlement.resets_in_s, settlement.quota) == (None, None, None)


def test_a_429_stops_everybody_for_as_long_as_it_says() -> None:
    assert told("t", Response(status=429, headers=_headers(0, 9000)), NOW).blocked_for_s == 9.0
    assert told("t", Response(status=429), NOW).blocked_for_s is None
    assert told("t", Response(status=200, headers=_headers(0, 9000)), NOW).blocked_for_s is None


@pytest.mark.parametrize("plan", [plan for plan, quota in QUOTAS.items() if quota is not None])
def test_the_window_of_a_plan(plan: str) -> None:
    rules = budget_of(plan)  # type: ignore[arg-type]
    assert rules.windows == (Window(name="30 s", seconds=30.0, quota=QUOTAS[plan] or 0),)
    assert rules.in_flight == 3
    assert dict(rules.lanes)["price_records"] == 1


def test_enterprise_is_bound_by_what_the_headers_tell() -> None:
    budgets = LocalBudgets()
    client = raw_client(plan="enterprise")
    for _ in range(2):
        assert play(client.store.time(), [FINE], budgets=budgets).slept == []
    last = Response(status=200, headers=_headers(0, 12000, 4000), body=FINE.body)
    assert play(client.store.time(), [last], budgets=budgets).slept == []
    assert sum(play(client.store.time(), [FINE], budgets=budgets).slept) == pytest.approx(12, abs=0.1)
    assert budget_of("enterprise", quota=4000).windows[0].quota == 4000


def test_an_unknown_plan_is_named() -> None:
    with pytest.raises(ValueError, match=r"'gold'.*standard, plus, pro, enterprise"):
        budget_of("gold")  # type: ignore[arg-type]


def test_a_429_waits_for_the_reset_and_a_create_is_sent_again() -> None:
    trace = play(
        raw_client().request("POST", "/v3/channels", json={}),
        [refusal(429, "no", **_dashed(_headers(0, 7000))), FINE],
    )
    assert trace.result.status == 200
    assert sum(trace.slept) == 7.0


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("-", "_"): text for name, text in headers.items()}


def test_a_429_without_headers_backs_off_longer_each_time() -> None:
    trace = play(
        raw_client().store.time(), [refusal(429, "no"), refusal(429, "no"), refusal(429, "no"), FINE]
    )
    assert trace.result == datetime.fromtimestamp(1762074000, UTC)
    first, second, third = trace.slept
    assert 0.5 <= first <= 1
    assert 1 <= second <= 2
    assert 2 <= third <= 4


def test_a_wait_longer_than_the_bound_ends_the_call() -> None:
    trace = play(raw_client().store.time(), [refusal(429, "no", X_Retry_After="900")])
    assert isinstance(trace.error, RateLimited)
    assert trace.error.retry_after_s == 900
    assert trace.slept == []


def test_the_quota_is_kept_and_the_vendors_count_wins() -> None:
    budgets = LocalBudgets()
    client = raw_client(quota=5)
    answers = [Response(status=200, headers=_headers(left, 30000, 5), body=FINE.body) for left in (2, 1, 0)]
    for line in answers:
        assert play(client.store.time(), [line], budgets=budgets).slept == []
    assert sum(play(client.store.time(), [FINE], budgets=budgets).slept) == pytest.approx(30, abs=0.1)


def test_no_request_is_refused_when_another_program_has_used_half_the_quota() -> None:
    desk = Desk(quota=20)
    for _ in range(10):
        desk.sandbox.handle(_other(), desk.clock.now())
    for _ in range(30):
        desk.store.store.time()
    assert all(line.status == 200 for line in desk.world.log)
    assert (desk.clock.now() - desk.world.log[0].at).total_seconds() >= 30


def _other() -> object:
    from commerce_bridge.flow.messages import Request
    from rigs.bigcommerce_client import TOKEN

    return Request(method="GET", path="/stores/demo/v2/time", headers={"X-Auth-Token": TOKEN})


def test_addresses_and_account_names() -> None:
    assert account_of("abc") == "bigcommerce:abc"
    assert store_url("https://api.bigcommerce.com/", "abc") == "https://api.bigcommerce.com/stores/abc"
