"""Budget arithmetic: pure steps over frozen states; sharing is a port's business.

A request asks; the step answers how many seconds to wait before asking again, and 0
means that the request is counted and may go.  All windows must have room; how one
window is counted is in `http.windows`.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

from attrs import evolve, field, frozen

from commerce_bridge.errors import QuotaExhausted
from commerce_bridge.flow.budgets import BudgetAsk, BudgetRules, BudgetSettlement
from commerce_bridge.http.windows import (
    PATIENCE_S,
    Flight,
    WindowState,
    opened,
    room_s,
    runs,
    settled,
)

FORGET_AFTER_S = 120.0
"""A request in flight that nobody settled for so long is taken for dead: its process died.  It is four times
the usual timeout; to err here costs one request too many in flight."""

_FORGET_AFTER = timedelta(seconds=FORGET_AFTER_S)


@frozen(kw_only=True)
class Ticket:
    """One request in flight."""

    since: datetime
    lane: str | None = None
    weight: int = 1


@frozen(kw_only=True)
class BudgetState:
    """All that is known of one account's budget.

    Args:
        windows: By window name.
        flying: Tickets of requests in flight, in the order in which they were let through.
        blocked_until: Nobody may ask before, or None.
    """

    windows: Mapping[str, WindowState] = field(factory=dict[str, WindowState])
    flying: Mapping[str, Ticket] = field(factory=dict[str, Ticket])
    blocked_until: datetime | None = None


def ask(state: BudgetState, rules: BudgetRules, wish: BudgetAsk, now: datetime) -> tuple[BudgetState, float]:
    """Count a request if it may go now.

    Args:
        state: The budget as it stands.
        rules: The limits.
        wish: What is asked for.
        now: The instant.

    Returns:
        The new state, and the seconds to wait before asking again; 0 when the request may go.

    Raises:
        QuotaExhausted: A window that must not be waited for is used up, or the vendor has asked everybody to
            wait for longer than the request's patience.
    """
    state = _forget_dead(state, now)
    longest = max(_blocked_s(state, wish, now), _in_flight_s(state, rules, wish))
    flight = flight_of(state)
    windows = dict(state.windows)
    for window in rules.windows:
        known = windows.get(window.name)
        goes_on = known is not None and runs(known, flight, now)
        standing = known if known is not None and goes_on else opened(known, window, flight, now)
        longest = max(longest, room_s(standing, known, window, wish, now))
        windows[window.name] = standing
    if longest > 0:
        return state, longest
    for name, standing in windows.items():  # those that only others' rules name count this one too
        windows[name] = _with_used(standing, standing.used + wish.weight)
    flying = {**state.flying, wish.ticket: Ticket(since=now, lane=wish.lane, weight=wish.weight)}
    return BudgetState(windows=windows, flying=flying), 0.0


def settle(state: BudgetState, rules: BudgetRules, told: BudgetSettlement, now: datetime) -> BudgetState:
    """Take note of an answer: the request is no longer in flight, and headers correct the count."""
    flying = dict(state.flying)
    held = flying.pop(told.ticket, None)
    blocked_until = state.blocked_until
    if told.blocked_for_s is not None:
        until = now + timedelta(seconds=told.blocked_for_s)
        blocked_until = max(until, blocked_until or until)
    flight = flight_of(state)
    since, weight = (held.since, held.weight) if held is not None else (now, 0)
    windows = dict(state.windows)
    for window in rules.windows:
        standing = settled(windows.get(window.name), window, flight, told, since, weight, now)
        if standing is not None:
            windows[window.name] = standing
    return BudgetState(windows=windows, flying=flying, blocked_until=blocked_until)


def _with_used(standing: WindowState, used: int) -> WindowState:
    """What `evolve` would make, at a third of its cost: every request comes by here."""
    return WindowState(
        began=standing.began,
        ends=standing.ends,
        used=used,
        quota=standing.quota,
        told=standing.told,
        sooner=standing.sooner,
        answered=standing.answered,
        late=standing.late,
        late_until=standing.late_until,
    )


def flight_of(state: BudgetState) -> Flight:
    """What is on its way in all."""
    weight, last = 0, None
    for ticket in state.flying.values():
        weight += ticket.weight
        last = ticket.since if last is None else max(last, ticket.since)
    return Flight(weight, last)


def _in_flight_s(state: BudgetState, rules: BudgetRules, wish: BudgetAsk) -> float:
    if rules.in_flight is not None and len(state.flying) >= rules.in_flight:
        return PATIENCE_S
    cap = dict(rules.lanes).get(wish.lane) if wish.lane is not None else None
    if cap is not None and sum(1 for one in state.flying.values() if one.lane == wish.lane) >= cap:
        return PATIENCE_S
    return 0.0


def _blocked_s(state: BudgetState, wish: BudgetAsk, now: datetime) -> float:
    if state.blocked_until is None:
        return 0.0
    left_s = (state.blocked_until - now).total_seconds()
    if wish.patience_s is not None and left_s > wish.patience_s:
        until = state.blocked_until
        raise QuotaExhausted(
            f"The vendor asks everybody to wait until {until.isoformat()}, which is {left_s:.0f} s; "
            f"a request waits {wish.patience_s:g} s at the most.",
            resets_at=until,
        )
    return max(left_s, 0.0)


def _forget_dead(state: BudgetState, now: datetime) -> BudgetState:
    limit = now - _FORGET_AFTER
    for ticket in state.flying.values():
        if ticket.since <= limit:
            alive = {ticket: held for ticket, held in state.flying.items() if held.since > limit}
            return evolve(state, flying=alive)
    return state


class LocalBudgets:
    """Holds budgets for all threads and tasks of one process; a `BudgetPort`."""

    def __init__(self) -> None:
        self._states: dict[str, BudgetState] = {}
        self._lock = threading.Lock()

    def acquire(self, account: str, rules: BudgetRules, ask: BudgetAsk, now: datetime) -> float:
        """Seconds to wait before asking again; 0 when the request may go now."""
        with self._lock:
            self._states[account], wait_s = _ask(self.state(account), rules, ask, now)
            return wait_s

    def settle(self, account: str, rules: BudgetRules, settlement: BudgetSettlement, now: datetime) -> None:
        """Take note of an answer."""
        with self._lock:
            self._states[account] = _settle(self.state(account), rules, settlement, now)

    def state(self, account: str) -> BudgetState:
        """The budget of an account as it stands."""
        return self._states.get(account) or BudgetState()


_ask, _settle = ask, settle
