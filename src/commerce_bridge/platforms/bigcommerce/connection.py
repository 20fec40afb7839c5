"""How to talk to one store: credentials, budget, what rate headers say, and how answers are judged."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from attrs import field, frozen

from commerce_bridge.flow.budgets import BudgetSettlement
from commerce_bridge.http.connection import Connection
from commerce_bridge.http.policy import RetryPolicy
from commerce_bridge.platforms.bigcommerce.classifier import Classifier
from commerce_bridge.platforms.bigcommerce.limits import (
    IN_FLIGHT,
    PLATFORM,
    WINDOW_NAME,
    Limits,
    Plan,
    budget_of,
)

if TYPE_CHECKING:
    from commerce_bridge.flow.messages import Response

BASE_URL = "https://api.bigcommerce.com"
USER_AGENT = "commerce-bridge (python)"
CORRELATION_HEADER = "X-Correlation-Id"
"""Groups the requests of a run; the store takes a UUID.  Source: BigCommerce guide, start/about."""


@frozen(kw_only=True)
class StoreConnection(Connection):
    """A `Connection` to one store, with the limits that the vendor leaves open.

    Args:
        limits: Batch and page sizes.
    """

    limits: Limits = field(factory=Limits)


def account_of(store_hash: str) -> str:
    """The account's name: ``bigcommerce:{store_hash}``."""
    return f"{PLATFORM}:{store_hash}"


def store_url(base_url: str, store_hash: str) -> str:
    """The address that request paths (``/v3/…``, ``/v2/…``) are put behind."""
    return f"{base_url.rstrip('/')}/stores/{store_hash}"


def connect(
    *,
    store_hash: str,
    access_token: str,
    plan: Plan = "standard",
    quota: int | None = None,
    in_flight: int = IN_FLIGHT,
    limits: Limits | None = None,
    retry: RetryPolicy | None = None,
    timeout_s: float = 30.0,
) -> StoreConnection:
    """The connection to a store; nothing is sent.

    Args:
        store_hash: The store's hash, as in its API path.
        access_token: The token of a store-level or app-level API account.
        plan: The store's plan; it sets the quota until the first answer tells it.
        quota: Requests in 30 s, where it differs from the plan's.
        in_flight: Requests under way at once.
        limits: Batch and page sizes that the vendor leaves open.
        retry: How patient to be.
        timeout_s: Seconds to wait for one answer.

    Source: BigCommerce guides, start/authentication/api-accounts and start/about.
    """
    return StoreConnection(
        account=account_of(store_hash),
        platform=PLATFORM,
        headers={"X-Auth-Token": access_token, "Accept": "application/json", "User-Agent": USER_AGENT},
        classify=Classifier(secrets=(access_token,)),
        budget=budget_of(plan, quota=quota, in_flight=in_flight),
        told=told,
        retry=retry or RetryPolicy(),
        timeout_s=timeout_s,
        secrets=(access_token,),
        limits=limits or Limits(),
        correlation_header=CORRELATION_HEADER,
    )


def told(ticket: str, response: Response, now: datetime) -> BudgetSettlement:
    """What an answer's headers say of the store-wide quota.

    `X-Rate-Limit-Time-Reset-Ms` is the time that remains, not an instant.

    Source: BigCommerce guide, start/about (rate-limit headers).
    """
    reset_ms = _whole(response, "X-Rate-Limit-Time-Reset-Ms")
    return BudgetSettlement(
        ticket=ticket,
        remaining=_whole(response, "X-Rate-Limit-Requests-Left"),
        resets_in_s=None if reset_ms is None else reset_ms / 1000,
        quota=_whole(response, "X-Rate-Limit-Requests-Quota"),
        window=WINDOW_NAME,
        blocked_for_s=_blocked_s(response),
    )


def _blocked_s(response: Response) -> float | None:
    """How long a 429 asks everybody to wait, or None."""
    if response.status != 429:
        return None
    from commerce_bridge.platforms.bigcommerce.errors import wait_asked_s  # loaded when something is wrong

    return wait_asked_s(response)


def _whole(response: Response, name: str) -> int | None:
    text = (response.header(name) or "").strip()
    return int(text) if text.isdigit() else None
