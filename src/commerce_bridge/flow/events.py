"""What happened, as frozen values: one stream that logs, spans and progress bars subscribe to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from attrs import frozen


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
    """

    account: str
    operation: str
    method: str
    path: str
    status: int
    attempt: int = 1
    correlation_id: str | None = None


@frozen(kw_only=True)
class Waited:
    """A flow waits.

    Args:
        account: For which account.
        seconds: How long.
        reason: Why: ``budget``, ``retry`` or ``rate limited``.
    """

    account: str
    seconds: float
    reason: str


@frozen(kw_only=True)
class Progressed:
    """Work moved on.

    Args:
        stage: What kind of work: ``read``, ``plan`` or ``apply``.
        done: How many records or steps are through.
        total: How many there are, or None while unknown.
    """

    stage: str
    done: int
    total: int | None = None


@frozen(kw_only=True)
class Decided:
    """A record was compared and decided: `changes` fields differ."""

    record: str
    changes: int


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
    """A record needs a person; a work item is open."""

    record: str
    reason: str
    detail: str


@frozen(kw_only=True)
class WatermarkMoved:
    """All changes of the source up to here are settled."""

    scope: str
    watermark: str
    at: datetime


Event: TypeAlias = RequestSent | Waited | Progressed | Decided | Written | Queued | WatermarkMoved
Subscriber: TypeAlias = Callable[[Event], None]
