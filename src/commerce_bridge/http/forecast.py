"""How long so many calls will take: a pure look ahead over a budget, without making one of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil, inf

from attrs import define, field, frozen

from commerce_bridge.flow.budgets import BudgetRules, Window
from commerce_bridge.http.budget import BudgetState, flight_of
from commerce_bridge.http.windows import quota_of, runs


@frozen(kw_only=True)
class Pause:
    """A quota that must not be waited for stops the run here.

    Args:
        window: Which one.
        at: When it is used up.
        until: When it starts anew, and the run may go on.
        done: How many calls are through by then.
    """

    window: str
    at: datetime
    until: datetime
    done: int


@frozen(kw_only=True)
class Forecast:
    """What so many calls will take.

    Args:
        calls: How many.
        began: From when it looks ahead.
        ends: When the last answer is there; each pause is waited for.
        pauses: Where a quota stops the run, in order; empty when it goes through.
    """

    calls: int
    began: datetime
    ends: datetime
    pauses: tuple[Pause, ...] = ()

    @property
    def seconds(self) -> float:
        """How long it takes in all, with its pauses."""
        return (self.ends - self.began).total_seconds()


def forecast(
    state: BudgetState,
    rules: BudgetRules,
    calls: int | Mapping[int, int],
    *,
    now: datetime,
    latency_s: float,
    in_flight: int | None = None,
    lane: str | None = None,
) -> Forecast:
    """How long calls will take if nobody else uses the account and every one is answered.

    Args:
        state: The budget as it stands; `BudgetState()` for one that nobody has used yet.
        rules: The limits.
        calls: How many, or how many of each weight.
        now: From when; aware.
        latency_s: Seconds from a request to its answer, 0 or more.
        in_flight: How many the caller has under way at once, 1 or more; None for as many as the rules allow.
        lane: The serial lane that all of them keep to, or None.

    Returns:
        When it ends, and where a quota that must not be waited for stops it; right to a few percent where
        answers take about as long as said.  Cost: no call; time in proportion to the windows it looks through.
    """
    counts = {1: calls} if isinstance(calls, int) else calls
    number = sum(counts.values())
    if number == 0:
        return Forecast(calls=0, began=now, ends=now)
    caps = [in_flight, rules.in_flight, dict(rules.lanes).get(lane) if lane is not None else None]
    ahead = _Ahead(
        at=max(now, state.blocked_until or now),
        left=number,
        weight=sum(weight * count for weight, count in counts.items()) / number,
        places=min((cap for cap in caps if cap is not None), default=inf),
        latency_s=latency_s,
        windows=[_Filling.of(state, window, now) for window in rules.windows],
    )
    ahead.look()
    return Forecast(calls=number, began=now, ends=ahead.at, pauses=tuple(ahead.pauses))


@define
class _Filling:
    """One window while it is looked ahead."""

    rules: Window
    quota: int
    used: float = 0.0
    ends: datetime | None = None

    @classmethod
    def of(cls, state: BudgetState, window: Window, now: datetime) -> _Filling:
        known = state.windows.get(window.name)
        filling = cls(window, quota_of(known.quota if known is not None else None, window))
        if known is not None and runs(known, flight_of(state), now):
            filling.used, filling.ends = known.used, max(known.ends, now)
        return filling

    def starts_anew(self, at: datetime) -> None:
        if self.ends is not None and at >= self.ends:
            self.used, self.ends = 0.0, None

    def room(self, weight: float) -> int:
        """How many calls still go; what weighs more than the quota goes alone."""
        return int((self.quota - self.used) / weight + 1e-9) or int(self.used == 0)


@define
class _Ahead:
    """The look ahead: a stretch of even traffic at a time, up to where a window is full or starts anew."""

    at: datetime
    left: int
    weight: float
    places: float
    latency_s: float
    windows: list[_Filling]
    done: int = 0
    pauses: list[Pause] = field(factory=list[Pause])

    def look(self) -> None:
        while self.left:
            for window in self.windows:
                window.starts_anew(self.at)
            full = [window for window in self.windows if window.room(self.weight) < 1]
            if full:
                self._wait(full)
            else:
                self._send()

    def _wait(self, full: list[_Filling]) -> None:
        last = max(full, key=lambda window: window.ends or self.at)
        until = last.ends or self.at
        stops = [window for window in full if window.rules.stop]
        if stops:
            self.pauses.append(Pause(window=stops[0].rules.name, at=self.at, until=until, done=self.done))
        self.at = until

    def _send(self) -> None:
        """Send until a window is full, or starts anew, or all is done."""
        latency = timedelta(seconds=self.latency_s)
        for window in self.windows:
            if window.ends is None:  # it ends so long after the first answer in it
                window.ends = self.at + latency + timedelta(seconds=window.rules.seconds)
        count = min([self.left, *(window.room(self.weight) for window in self.windows)])
        if self.places != inf and latency:
            edge = min((window.ends for window in self.windows if window.ends is not None), default=None)
            if edge is not None:
                count = min(count, int(self.places) * max(ceil((edge - self.at) / latency), 1))
        self.at += latency * (ceil(count / self.places) if self.places != inf else 1)
        self.left -= count
        self.done += count
        for window in self.windows:
            window.used += count * self.weight
