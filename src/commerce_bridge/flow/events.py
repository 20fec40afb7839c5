"""What happened, as frozen values: one stream that logs, spans and progress bars subscribe to.

Each event may carry the id of the run it belongs to.  Who tells of something need not know it:
`commerce_bridge.http.correlation.correlated` marks what comes out of a run.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from attrs import frozen


@frozen(kw_only=True)
class RunBegan:
    """A run of a bridge began.

    Args:
        run: What kind of run, such as ``plan`` or ``apply``.
        at: When.
        correlation_id: The run's id.
    """

    run: str
    at: datetime
    correlation_id: str


@frozen(kw_only=True)
class RunEnded:
    """A run of a bridge came to its end; one that is cancelled, or whose process dies, tells nothing.

    Args:
        run: What kind of run, as it was said when it began.
        at: When.
        correlation_id: The run's id.
        error: The kind of error it ended with, such as ``RateLimited``; None when it ended well.
    """

    run: str
    at: datetime
    correlation_id: str
    error: str | None = None


@frozen(kw_only=True)
class RequestSent:
    """A request was answered, or ended without an answer.

    Args:
        account: Which account.
        operation: What was being done, such as ``bigcommerce.products.create``.
        method: The verb.
        path: The path, without query.
        status: The status, or 0 when no answer came.
        attempt: 1 for the first try.
        correlation_id: The run's id.
        at: When the answer was there, or was given up; None where nobody looked at the clock.
        took_s: Seconds from the request to then, without what was waited for before it.
    """

    account: str
    operation: str
    method: str
    path: str
    status: int
    attempt: int = 1
    correlation_id: str | None = None
    at: datetime | None = None
    took_s: float = 0.0


@frozen(kw_only=True)
class Waited:
    """A flow waits.

    Args:
        account: For which account.
        seconds: How long.
        reason: Why: ``budget``, ``retry`` or ``rate limited``.
        correlation_id: The run's id.
    """

    account: str
    seconds: float
    reason: str
    correlation_id: str | None = None


@frozen(kw_only=True)
class Progressed:
    """Work moved on.

    Args:
        stage: What kind of work: ``read``, ``plan`` or ``apply``.
        done: How many records or steps are through.
        total: How many there are, or None while unknown.
        correlation_id: The run's id.
    """

    stage: str
    done: int
    total: int | None = None
    correlation_id: str | None = None


@frozen(kw_only=True)
class Decided:
    """A record was compared and decided: `changes` fields differ."""

    record: str
    changes: int
    correlation_id: str | None = None


@frozen(kw_only=True)
class Written:
    """A step took hold on the target, and its receipt is committed."""

    record: str
    step: str
    kind: str
    target: str
    correlation_id: str


@frozen(kw_only=True)
class Queued:
    """A record needs a person: a work item is open, or its problem was met again.

    Args:
        record: Canonical id.
        reason: Short and stable, such as ``no-price:listing.price``.
        detail: In words; it may quote the record.
        correlation_id: The run's id.
        scope: The bridge and both its accounts.
        owner: Who can mend it: a platform by name, or ``rules``.
        attempts: In how many plans it was met; 1 for an item that was opened just now.
        first_seen: When it was first met.
    """

    record: str
    reason: str
    detail: str
    correlation_id: str | None = None
    scope: str = ""
    owner: str = ""
    attempts: int = 1
    first_seen: datetime | None = None


@frozen(kw_only=True)
class Resolved:
    """A work item is closed.

    Args:
        record: Canonical id.
        reason: That of the item.
        scope: The bridge and both its accounts.
        by_hand: Whether a person closed it; else its cause is gone.
        attempts: In how many plans it was met.
        first_seen: When it was first met.
        at: When it was closed.
        correlation_id: The run's id.
    """

    record: str
    reason: str
    scope: str
    by_hand: bool
    attempts: int
    first_seen: datetime
    at: datetime
    correlation_id: str | None = None


@frozen(kw_only=True)
class Undelivered:
    """A sink does not take notices of work items; they wait.  Told once an outage, not once a notice.

    Args:
        scope: The bridge whose notices wait.
        sink: The sink's name.
        error: The kind of error it ended with, such as ``TimedOut``.
        at: When.
        correlation_id: The run's id.
    """

    scope: str
    sink: str
    error: str
    at: datetime
    correlation_id: str | None = None


@frozen(kw_only=True)
class WatermarkMoved:
    """All changes of the source up to here are settled."""

    scope: str
    watermark: str
    at: datetime
    correlation_id: str | None = None


Event: TypeAlias = (
    RunBegan
    | RunEnded
    | RequestSent
    | Waited
    | Progressed
    | Decided
    | Written
    | Queued
    | Resolved
    | Undelivered
    | WatermarkMoved
)
Subscriber: TypeAlias = Callable[[Event], None]
