"""Running on: sleep to the next change by the calendar or the next look at the source, sync, again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from attrs import define, evolve, frozen

from commerce_bridge.errors import (
    BridgeError,
    QuotaExhausted,
    RateLimited,
    RemoteError,
    ServerFault,
    TransportError,
)
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.events import Waited
from commerce_bridge.sync.plans.receipt import Receipt
from commerce_bridge.sync.plans.render import counted

PASSING = (RateLimited, ServerFault, TransportError)
"""Errors that a later try may not meet."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
"""How long is waited after a passing error: twice as long after each in a row, up to the longest."""


@frozen(kw_only=True)
class Ran:
    """What a run came to.

    Args:
        began_at: When it began.
        ended_at: When it ended.
        syncs: How often both sides were brought together.
        steps: Steps that took hold.
        failed: Steps that the target would not take.
        waits: How often a passing error or an exhausted quota was waited out.
        last: The last receipt, or None.
    """

    began_at: datetime
    ended_at: datetime
    syncs: int = 0
    steps: int = 0
    failed: int = 0
    waits: int = 0
    last: Receipt | None = None

    def with_one(self, receipt: Receipt) -> Ran:
        """What the run has come to with one more sync."""
        return evolve(
            self,
            syncs=self.syncs + 1,
            steps=self.steps + receipt.total,
            failed=self.failed + len(receipt.failed),
            last=receipt,
        )

    def __str__(self) -> str:
        hours = (self.ended_at - self.began_at).total_seconds() / 3600
        return (
            f"{counted(self.syncs, 'sync')} in {hours:.1f} h: {counted(self.steps, 'step')} took hold, "
            f"{self.failed} refused; {counted(self.waits, 'wait')} for a vendor"
        )


@define(kw_only=True)
class _Turn:
    """How long is waited next."""

    pause: timedelta = FIRST_PAUSE

    def longer(self) -> timedelta:
        now, self.pause = self.pause, min(self.pause * 2, LONGEST_PAUSE)
        return now


def run(
    sync: Callable[[], Flow[Receipt]],
    next_wake: Callable[[], Flow[datetime | None]],
    *,
    until: datetime,
    every: timedelta,
    account: str,
) -> Flow[Ran]:
    """Sync at once, at each change by the calendar, and every so often, until an instant.

    Args:
        sync: Plans and applies once.
        next_wake: When something changes by the calendar.
        until: When to stop; no sync is begun after it.
        every: How often the source is looked at though nothing changes by the calendar.
        account: Whose waits are told of.

    Returns:
        What it came to.

    Raises:
        AuthError, SafetyStop, StateUnreadable: What no waiting mends.
    """
    now = yield from flow.now()
    ran, turn = Ran(began_at=now, ended_at=now), _Turn()
    while now < until:
        try:
            receipt = yield from sync()
        except (QuotaExhausted, *PASSING) as error:
            now = yield from flow.now()
            ran = evolve(ran, waits=ran.waits + 1)
            wake = _after(error, now, turn.longer())
        else:
            now = yield from flow.now()
            ran, turn = ran.with_one(receipt), _Turn()
            flip = yield from next_wake()
            wake = now + every if flip is None or flip <= now else min(flip, now + every)
        now = yield from _sleep_to(min(wake, until), account)
    return evolve(ran, ended_at=now)


def _after(error: BridgeError, now: datetime, pause: timedelta) -> datetime:
    """When to try again: when a quota starts anew, or after a pause no shorter than the vendor asks for."""
    if isinstance(error, QuotaExhausted) and error.resets_at is not None:
        return error.resets_at
    asked_s = error.retry_after_s if isinstance(error, RemoteError) else None
    return now + max(pause, timedelta(seconds=asked_s or 0))


def _sleep_to(wake: datetime, account: str) -> Flow[datetime]:
    """Wait until an instant; the instant then."""
    while (now := (yield from flow.now())) < wake:
        seconds = (wake - now).total_seconds()
        yield from flow.emit(Waited(account=account, seconds=seconds, reason="next wake"))
        yield from flow.sleep(seconds)
    return now
