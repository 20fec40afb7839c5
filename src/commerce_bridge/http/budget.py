"""Budget arithmetic: pure steps over frozen states; sharing is a port's business.

A request asks; the step answers how many seconds to wait before asking again, and 0
means that the request is counted and may go.  All windows must have room, a window
begins with its first request, and what the vendor's headers say corrects our count.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

from attrs import evolve, field, frozen

from commerce_bridge.errors import QuotaExhausted
from commerce_bridge.flow.budgets import BudgetAsk, BudgetRules, BudgetSettlement, Window

PATIENCE_S = 0.05
"""How long to wait for a request in flight to end before asking again."""

FORGET_AFTER_S = 120.0
"""A request in flight that nobody settled for so long is taken for dead: its flow was cancelled, or its
process died.  It is four times the usual timeout; to err here costs one request too many in flight."""


@frozen(kw_only=True)
class WindowState:
    """How far one window is used.

    Args:
        began: When its first request was let through.
        ends: When it starts anew.
        used: Weight let through since it began.
        quota: What the vendor last said its quota is, or None for the rules' own.
        told: Whether `ends` is the vendor's word; until then it is our guess.
    """

    began: datetime
    ends: datetime
    used: int
    quota: int | None = None
    told: bool = False


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
        flying: Tickets of requests in flight.
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
        QuotaExhausted: A window that must not be waited for is used up.
    """
    state = _forget_dead(state, now)
    waits = [_blocked_s(state, now), _in_flight_s(state, rules, wish)]
    waits.extend(_window_s(state, window, wish, now) for window in rules.windows)
    longest = max(waits)
    if longest > 0:
        return state, longest
    windows = dict(state.windows)
    for window in rules.windows:
        standing = _running(state, window, now)
        windows[window.name] = evolve(standing, used=standing.used + wish.weight)
    flying = {**state.flying, wish.ticket: Ticket(since=now, lane=wish.lane, weight=wish.weight)}
    return evolve(state, windows=windows, flying=flying, blocked_until=None), 0.0


def settle(state: BudgetState, rules: BudgetRules, told: BudgetSettlement, now: datetime) -> BudgetState:
    """Take note of an answer: the request is no longer in flight, and headers correct the count."""
    settled = state.flying.get(told.ticket)
    flying = {ticket: held for ticket, held in state.flying.items() if ticket != told.ticket}
    state = evolve(state, flying=flying)
    if told.blocked_for_s is not None:
        until = now + timedelta(seconds=told.blocked_for_s)
        state = evolve(state, blocked_until=max(until, state.blocked_until or until))
    window = next((one for one in rules.windows if one.name == told.window), None)
    if window is None or told.remaining is None:
        return state
    since = settled.since if settled is not None else now
    standing = _corrected(state, window, told, since, now)
    return evolve(state, windows={**state.windows, window.name: standing})


def _corrected(
    state: BudgetState, window: Window, told: BudgetSettlement, since: datetime, now: datetime
) -> WindowState:
    """What the window looks like to us once an answer, asked for at `since`, says what is left.

    Requests in flight may be missing from the vendor's count, and answers may overtake each other: so
    the larger of both counts wins within one window, an end once told never moves back, and an answer to
    a question from before the window began does not speak of it.
    """
    running = _running(state, window, now)
    quota = told.quota or running.quota or window.quota
    used = quota - (told.remaining or 0) + _weight_in_flight(state)
    if told.resets_in_s is None:
        if since < running.began:
            return running
        return evolve(running, used=max(running.used, used), quota=quota)
    ends = now + timedelta(seconds=told.resets_in_s)
    if ends > running.ends + timedelta(seconds=window.seconds / 2) or not _known(state, window, now):
        return WindowState(began=since, ends=ends, used=used, quota=quota, told=True)
    if since < running.began:
        return running
    return WindowState(
        began=running.began,
        ends=max(ends, running.ends) if running.told else ends,
        used=max(running.used, used),
        quota=quota,
        told=True,
    )


def _known(state: BudgetState, window: Window, now: datetime) -> bool:
    known = state.windows.get(window.name)
    return known is not None and known.ends > now


def _running(state: BudgetState, window: Window, now: datetime) -> WindowState:
    """The window that runs, or a new one; what is in flight may arrive in it, so it counts there too."""
    known = state.windows.get(window.name)
    if known is not None and known.ends > now:
        return known
    ends = now + timedelta(seconds=window.seconds)
    quota = known.quota if known is not None else None
    return WindowState(began=now, ends=ends, used=_weight_in_flight(state), quota=quota)


def _weight_in_flight(state: BudgetState) -> int:
    return sum(ticket.weight for ticket in state.flying.values())


def _window_s(state: BudgetState, window: Window, wish: BudgetAsk, now: datetime) -> float:
    standing = _running(state, window, now)
    quota = standing.quota or window.quota
    if standing.used + wish.weight <= max(quota, wish.weight):
        return 0.0
    if window.stop:
        raise QuotaExhausted(
            f"The quota of {quota} requests in {window.name} is used up until {standing.ends.isoformat()}.",
            resets_at=standing.ends,
        )
    return max((standing.ends - now).total_seconds(), PATIENCE_S)


def _in_flight_s(state: BudgetState, rules: BudgetRules, wish: BudgetAsk) -> float:
    if rules.in_flight is not None and len(state.flying) >= rules.in_flight:
        return PATIENCE_S
    cap = dict(rules.lanes).get(wish.lane) if wish.lane is not None else None
    if cap is not None and sum(1 for one in state.flying.values() if one.lane == wish.lane) >= cap:
        return PATIENCE_S
    return 0.0


def _blocked_s(state: BudgetState, now: datetime) -> float:
    return 0.0 if state.blocked_until is None else max((state.blocked_until - now).total_seconds(), 0.0)


def _forget_dead(state: BudgetState, now: datetime) -> BudgetState:
    limit = now - timedelta(seconds=FORGET_AFTER_S)
    alive = {ticket: held for ticket, held in state.flying.items() if held.since > limit}
    return state if len(alive) == len(state.flying) else evolve(state, flying=alive)


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
