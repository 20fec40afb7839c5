"""Budgets as text, for the ports that keep them where several processes can reach them.

The arithmetic is in `http.budget`; here is how a state is written down, read again, and what a step over it
answers when it is taken a second time because its first answer was lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from commerce_bridge.errors import StateUnreadable
from commerce_bridge.flow.budgets import BudgetAsk, BudgetRules, BudgetSettlement
from commerce_bridge.http.budget import BudgetState, Ticket, ask, settle
from commerce_bridge.http.windows import WindowState

FORMAT = 1
"""Goes up when an older release could not read what this one writes."""


def to_json(state: BudgetState) -> str:
    """A budget as one line of JSON; `from_json` gives it back."""
    return json.dumps(
        {
            "format": FORMAT,
            "windows": {name: _window(one) for name, one in state.windows.items()},
            "flying": {ticket: _ticket(one) for ticket, one in state.flying.items()},
            "blocked_until": _text(state.blocked_until),
        },
        separators=(",", ":"),
    )


def from_json(text: str, account: str) -> BudgetState:
    """The budget that was written down.

    Args:
        text: What `to_json` wrote, in this release or an older one.
        account: Whose it is, for messages.

    Raises:
        StateUnreadable: It is damaged, or from a newer release.
    """
    try:
        known: Mapping[str, Any] = json.loads(text)
        if known["format"] > FORMAT:
            raise StateUnreadable(
                f"The budget of {account} has format {known['format']}; this release reads formats up to {FORMAT}.",
                hint="Use the release that wrote it, or a newer one.",
            )
        return BudgetState(
            windows={name: _as_window(one) for name, one in known["windows"].items()},
            flying={ticket: _as_ticket(one) for ticket, one in known["flying"].items()},
            blocked_until=_instant(known["blocked_until"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StateUnreadable(
            f"The budget of {account} cannot be read: what was kept of it is damaged.",
            hint="Remove its row; the budget then starts anew, and the vendor's answers correct it.",
        ) from error


def asked(
    state: BudgetState, rules: BudgetRules, wish: BudgetAsk, now: datetime, *, again: bool = False
) -> tuple[BudgetState, float]:
    """`http.budget.ask`, safe to repeat.

    Args:
        state: The budget as it stands.
        rules: The limits.
        wish: What is asked for.
        now: The instant.
        again: Whether the answer to the same wish was lost; what was granted then is not counted twice.

    Raises:
        QuotaExhausted: A window that must not be waited for is used up.
    """
    if again and wish.ticket in state.flying:
        return state, 0.0
    return ask(state, rules, wish, now)


def settled(
    state: BudgetState, rules: BudgetRules, told: BudgetSettlement, now: datetime, *, again: bool = False
) -> BudgetState:
    """`http.budget.settle`, safe to repeat: a ticket that is in flight no more was settled the first time."""
    if again and told.ticket not in state.flying:
        return state
    return settle(state, rules, told, now)


def _window(one: WindowState) -> dict[str, Any]:
    return {
        "began": _text(one.began),
        "ends": _text(one.ends),
        "used": one.used,
        "quota": one.quota,
        "told": one.told,
        "sooner": _text(one.sooner),
        "answered": one.answered,
        "late": one.late,
        "late_until": _text(one.late_until),
    }


def _ticket(one: Ticket) -> dict[str, Any]:
    return {"since": _text(one.since), "lane": one.lane, "weight": one.weight}


def _as_window(known: Mapping[str, Any]) -> WindowState:
    return WindowState(
        began=datetime.fromisoformat(known["began"]),
        ends=datetime.fromisoformat(known["ends"]),
        used=known["used"],
        quota=known["quota"],
        told=known["told"],
        sooner=_instant(known.get("sooner")),  # from here on, what older releases did not write
        answered=known.get("answered", True),
        late=known.get("late", 0),
        late_until=_instant(known.get("late_until")),
    )


def _as_ticket(known: Mapping[str, Any]) -> Ticket:
    return Ticket(since=datetime.fromisoformat(known["since"]), lane=known["lane"], weight=known["weight"])


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(UTC).isoformat()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
