"""How to talk to one account: credentials, limits, patience, and what answers mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

from commerce_bridge.flow.budgets import BudgetRules, BudgetSettlement
from commerce_bridge.http.policy import RetryPolicy

if TYPE_CHECKING:
    from datetime import datetime

    from commerce_bridge.errors import RemoteError
    from commerce_bridge.flow.messages import Request, Response


class Classify(Protocol):
    """Turns an answer into the error it means, or None when it is what was asked for."""

    def __call__(self, operation: str, request: Request, response: Response) -> RemoteError | None:
        """The error, or None."""
        ...


def _nothing_told(ticket: str, response: Response, now: datetime) -> BudgetSettlement:
    return BudgetSettlement(ticket=ticket)


@frozen(kw_only=True)
class Connection:
    """How to talk to one account of one platform.

    Args:
        account: Names the account and its transport, such as ``bigcommerce:demo``.
        platform: The platform, such as ``bigcommerce``.
        headers: Sent with every request; credentials are here, so it is never shown.
        classify: Turns an answer into an error.
        budget: The limits of the account.
        told: Reads what an answer's headers say of the budget.
        retry: How patient to be.
        timeout_s: Seconds to wait for one answer.
        secrets: Values that must not appear in any message.
        correlation_header: The header in which the vendor takes the id of a run, or None where it
            documents none.
    """

    account: str
    platform: str
    classify: Classify
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    budget: BudgetRules = field(factory=BudgetRules)
    told: Callable[[str, Response, datetime], BudgetSettlement] = _nothing_told
    retry: RetryPolicy = field(factory=RetryPolicy)
    timeout_s: float = 30.0
    secrets: tuple[str, ...] = field(default=(), repr=False)
    correlation_header: str | None = None
