"""What a budget is asked and told: plain values; the arithmetic lives in `http.budget`."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class Window:
    """So many requests in so many seconds, counted from the first request of the window.

    Args:
        name: What people call it, such as ``30 s``.
        seconds: Length, above 0.
        quota: Weight let through in one window, 1 or more.
        stop: Whether an empty window ends the run cleanly (`QuotaExhausted`) instead of being waited for.
        firm: Whether `quota` holds even where the vendor tells a larger one, such as a share of an
            account that other programs use as well.
    """

    name: str
    seconds: float
    quota: int
    stop: bool = False
    firm: bool = False


@frozen(kw_only=True)
class BudgetRules:
    """All limits of one account.

    Args:
        windows: Every one of them must have room.
        in_flight: How many requests may be under way at once; None for no limit.
        lanes: Lane name to how many requests of that lane may be under way at once.
    """

    windows: tuple[Window, ...] = ()
    in_flight: int | None = None
    lanes: tuple[tuple[str, int], ...] = ()


@frozen(kw_only=True)
class BudgetAsk:
    """One request's wish.

    Args:
        ticket: Names the request until it is settled.
        weight: What it costs, 1 or more.
        lane: A serial lane it must keep to, or None.
        patience_s: How long it waits for a block that the vendor asked for; a longer one is
            `QuotaExhausted`.  None for any.  Windows are waited for however long they last.
    """

    ticket: str
    weight: int = 1
    lane: str | None = None
    patience_s: float | None = None


@frozen(kw_only=True)
class BudgetSettlement:
    """What became of a request.

    Args:
        ticket: The ticket it was asked with.
        remaining: What the vendor says is left in the window named `window`, or None.
        resets_in_s: Seconds until that window starts anew, not less, or None: who reads it from a header that
            is rounded down adds a unit.
        quota: The vendor's quota for that window, or None.
        window: Which window the vendor speaks of.
        blocked_for_s: Seconds in which nobody should ask again (a 429), or None.
        answered: Whether an answer came; without one nobody knows whether the request arrived.
    """

    ticket: str
    remaining: int | None = None
    resets_in_s: float | None = None
    quota: int | None = None
    window: str | None = None
    blocked_for_s: float | None = None
    answered: bool = True


class BudgetPort(Protocol):
    """Holds budgets for all who share them; `Acquire` and `Settle` are carried out here.

    A port that may block, such as one in a database, says so with an attribute `blocking = True`: an event
    loop then asks it in a thread.
    """

    def acquire(self, account: str, rules: BudgetRules, ask: BudgetAsk, now: datetime) -> float:
        """Seconds to wait before asking again; 0 when the request may go now."""
        ...

    def settle(self, account: str, rules: BudgetRules, settlement: BudgetSettlement, now: datetime) -> None:
        """Take note of an answer."""
        ...


def may_block(port: BudgetPort) -> bool:
    """Whether asking this port may block the one who asks."""
    return bool(getattr(port, "blocking", False))
