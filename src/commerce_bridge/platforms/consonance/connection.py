"""How to talk to one account: its name, its key, its limits, and what an answer's status means."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import field, frozen

from commerce_bridge.errors import AuthError, RateLimited, RemoteError, RequestRefused, ServerFault
from commerce_bridge.flow.budgets import BudgetRules, BudgetSettlement
from commerce_bridge.http.connection import Connection
from commerce_bridge.http.policy import RetryPolicy
from commerce_bridge.platforms.consonance.limits import ATTEMPTS, BASE_URL, IN_FLIGHT

if TYPE_CHECKING:
    from commerce_bridge.flow.messages import Request, Response

PLATFORM = "consonance"
USER_AGENT = "commerce-bridge (python)"

BY_STATUS: Mapping[int, type[RemoteError]] = {401: AuthError, 403: AuthError, 429: RateLimited}
"""Statuses with a meaning of their own; any other 5xx is `ServerFault`, all else `RequestRefused`.

A bad key may be answered with JSON or with plain text: the status decides.
"""

HINTS: Mapping[int, str] = {
    401: "Check the API key: 32 letters and digits, given out by Consonance's support.",
    403: "Check the API key, and whether it may do this.",
    404: "Check base_url: it is the address where you log in, without /graphql.",
}
_REDIRECT_HINT = "Check base_url: it is the address where you log in, with https."


def account_of(base_url: str, api_key: str) -> str:
    """The account's name, such as ``consonance:web.consonance.app:1a2b3c4d``.

    One key opens one publisher's account, so two keys on a host are two accounts.  The key itself cannot
    be told from the name: it goes through a keyed hash.

    Args:
        base_url: The address where you log in.
        api_key: The account's key.
    """
    host = base_url.partition("//")[2].partition("/")[0].rpartition("@")[2] or base_url
    mark = hashlib.sha256(b"commerce_bridge account\0" + api_key.encode()).hexdigest()[:8]
    return f"{PLATFORM}:{host.replace(':', '.')}:{mark}"


def connect(
    *,
    api_key: str,
    base_url: str = BASE_URL,
    in_flight: int = IN_FLIGHT,
    retry: RetryPolicy | None = None,
    timeout_s: float = 30.0,
) -> Connection:
    """The connection to an account; nothing is sent.

    Args:
        api_key: The account's key.
        base_url: The address where you log in.
        in_flight: Requests under way at once.
        retry: How patient to be.
        timeout_s: Seconds to wait for one answer.

    Raises:
        ValueError: The key is empty or holds a space.

    Source: vendor example queries, README (authentication).
    """
    if not api_key or api_key != api_key.strip() or not api_key.isascii():
        raise ValueError("api_key: expected the key that Consonance's support gave out, without spaces.")
    return Connection(
        account=account_of(base_url, api_key),
        platform=PLATFORM,
        headers={
            "Authorization": f"Bearer {api_key}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": USER_AGENT,
        },
        classify=Classifier(secrets=(api_key,)),
        budget=BudgetRules(in_flight=in_flight),
        told=told,
        retry=retry or RetryPolicy(attempts=ATTEMPTS),
        timeout_s=timeout_s,
        secrets=(api_key,),
    )


def told(ticket: str, response: Response, now: datetime) -> BudgetSettlement:
    """What an answer says of the account's budget: how long nobody should ask after a 429."""
    blocked_s = retry_after_s(response) if response.status == 429 else None
    return BudgetSettlement(ticket=ticket, blocked_for_s=blocked_s)


def retry_after_s(response: Response) -> float | None:
    """Seconds the answer asks us to wait, or None when it does not say.

    ``Retry-After`` holds seconds or an instant; an instant is measured from the answer's own ``Date``.

    Source: RFC 9110, section 10.2.3.
    """
    text = (response.header("Retry-After") or "").strip()
    if text.isdigit():
        return float(text)
    until, since = _instant(text), _instant(response.header("Date") or "")
    return None if until is None or since is None else max((until - since).total_seconds(), 0.0)


def _instant(text: str) -> datetime | None:
    from email.utils import parsedate_to_datetime  # brings sockets, and few answers need it

    try:
        return parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None


@frozen(kw_only=True)
class Classifier:
    """Turns an answer into the error its status means, or None when it may hold a result.

    An answer with status 200 can still refuse; that is in its body, and `graphql` reads it.

    Args:
        secrets: Values that must not appear in any message.
    """

    secrets: tuple[str, ...] = field(default=(), repr=False)

    def __call__(self, operation: str, request: Request, response: Response) -> RemoteError | None:
        """The error, or None."""
        status = response.status
        if response.ok or (status in {400, 422} and response.body.lstrip()[:1] == b"{"):
            return None
        from commerce_bridge.http.redact import excerpt

        kind = BY_STATUS.get(status, ServerFault if status >= 500 else RequestRefused)
        shown = excerpt(response.body, self.secrets).rstrip(".")
        return kind(
            f"Consonance {operation} ({request.method} {request.path}) answered {status}"
            f"{f': {shown}' if shown else ''}.",
            platform=PLATFORM,
            operation=operation,
            status=status,
            title=shown,
            request_id=response.header("X-Request-Id"),
            excerpt=shown,
            retry_after_s=retry_after_s(response) if status in {429, 503} else None,
            hint=_REDIRECT_HINT if 300 <= status < 400 else HINTS.get(status),
        )
