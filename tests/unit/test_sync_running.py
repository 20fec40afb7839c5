"""Running on: what it wakes for, what it waits out, and what ends it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.errors import (
    AuthError,
    BridgeError,
    ConnectionLost,
    QuotaExhausted,
    RateLimited,
    SafetyStop,
    ServerFault,
)
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.clock import EPOCH
from commerce_bridge.flow.effects import Flow
from commerce_bridge.sync.plans.receipt import Receipt
from commerce_bridge.sync.running import FIRST_PAUSE, LONGEST_PAUSE, Ran, run
from commerce_bridge.testing.play import Trace, play
from rigs.plans import make_receipt

HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)
RECEIPT = evolve(make_receipt(), failed=())
REMOTE: dict[str, Any] = {"platform": "shop", "operation": "things.list"}


class Syncs:
    """Syncs that come to what they are told, one after the other; then they come to a receipt each."""

    def __init__(self, *outcomes: BridgeError, flips: tuple[timedelta, ...] = ()) -> None:
        self.outcomes = list(outcomes)
        self.flips = flips
        self.at: list[timedelta] = []

    def sync(self) -> Flow[Receipt]:
        now = yield from flow.now()
        self.at.append(now - EPOCH)
        if self.outcomes:
            raise self.outcomes.pop(0)
        return RECEIPT

    def next_wake(self) -> Flow[datetime | None]:
        now = yield from flow.now()
        return min((EPOCH + one for one in self.flips if EPOCH + one > now), default=None)

    def play(self, until: timedelta = HOUR, every: timedelta = QUARTER) -> Trace[Ran]:
        running = run(self.sync, self.next_wake, until=EPOCH + until, every=every, account="a -> b")
        return play(running, start=EPOCH)


def minutes(*numbers: float) -> list[timedelta]:
    return [timedelta(minutes=number) for number in numbers]


def test_it_syncs_at_once_and_every_so_often_and_begins_none_after_the_end():
    syncs = Syncs()
    ran = syncs.play().result
    assert syncs.at == minutes(0, 15, 30, 45)
    assert (ran.syncs, ran.waits, ran.steps, ran.failed) == (4, 0, 4 * RECEIPT.total, 0)
    assert (ran.began_at, ran.ended_at) == (EPOCH, EPOCH + HOUR)
    assert ran.last is RECEIPT
    assert str(ran).startswith("4 syncs in 1.0 h:")


def test_it_wakes_for_a_change_by_the_calendar():
    syncs = Syncs(flips=(timedelta(minutes=5), timedelta(minutes=17)))
    syncs.play()
    assert syncs.at == minutes(0, 5, 17, 32, 47)


def test_nothing_is_begun_where_the_end_is_past():
    assert Syncs().play(until=timedelta(0)).result.syncs == 0


def test_an_exhausted_quota_is_waited_for_to_its_reset():
    syncs = Syncs(QuotaExhausted("used up", resets_at=EPOCH + timedelta(minutes=40)))
    ran = syncs.play().result
    assert syncs.at == minutes(0, 40, 55)
    assert (ran.syncs, ran.waits) == (2, 1)


PASSING: dict[str, Callable[[], BridgeError]] = {
    "a lost connection": lambda: ConnectionLost("cut"),
    "a fault of the vendor": lambda: ServerFault("down", status=503, **REMOTE),
    "too many requests": lambda: RateLimited("slow down", status=429, **REMOTE),
    "a quota without a reset": lambda: QuotaExhausted("used up"),
}


@pytest.mark.parametrize("name", PASSING)
def test_what_passes_is_waited_out_longer_each_time_and_anew_after_a_success(name: str):
    syncs = Syncs(*(PASSING[name]() for _ in range(3)))
    syncs.play(until=timedelta(minutes=30))
    assert syncs.at == minutes(0, 1, 3, 7, 22)
    assert minutes(1) == [FIRST_PAUSE]


def test_a_vendor_that_is_down_for_long_is_asked_once_an_hour():
    syncs = Syncs(*(ConnectionLost("cut") for _ in range(20)))
    syncs.play(until=timedelta(hours=12))
    pauses = [after - before for before, after in zip(syncs.at, syncs.at[1:], strict=False)]
    assert pauses[-1] == LONGEST_PAUSE
    assert max(pauses) == LONGEST_PAUSE


def test_what_the_vendor_asks_for_is_waited_at_least():
    error = RateLimited("slow down", status=429, retry_after_s=600, **REMOTE)
    syncs = Syncs(error)
    syncs.play(until=timedelta(minutes=20))
    assert syncs.at == minutes(0, 10)


@pytest.mark.parametrize(
    "error",
    [AuthError("no", status=401, **REMOTE), SafetyStop("look first", reason="changed")],
    ids=["credentials", "safety"],
)
def test_what_no_waiting_mends_ends_it(error: BridgeError):
    syncs = Syncs(error)
    trace = syncs.play()
    assert trace.error is error
    assert len(syncs.at) == 1


def test_waits_are_told():
    told = [one for one in Syncs().play(until=timedelta(minutes=20)).events]
    assert [(one.account, one.seconds, one.reason) for one in told] == [  # type: ignore[union-attr]
        ("a -> b", 900, "next wake"),
        ("a -> b", 300, "next wake"),
    ]
