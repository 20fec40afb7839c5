"""What the platform does under load, as faults to put in front of the sandbox."""

from __future__ import annotations

import json

from commerce_bridge.sandbox.core import Fault

from .wire import Problem

_JSON = {"Content-Type": "application/json"}


def _v3(status: int, title: str) -> str:
    return json.dumps(Problem(status=status, title=title).body())


def overload(
    *, method: str | None = None, path: str | None = None, skip: int = 0, times: int | None = 1
) -> Fault:
    """A 429 without rate headers: the store is overloaded, or a call runs too often at once.

    Args:
        method: Only requests with this verb.
        path: Only paths that match this regular expression.
        skip: Matching requests that pass first.
        times: Matching requests that are hit; None hits all that follow.
    """
    body = _v3(429, "Too many requests")
    return Fault(
        kind="status", status=429, headers=_JSON, body=body, method=method, path=path, skip=skip, times=times
    )


def out_of_order(*, path: str | None = None, skip: int = 0, times: int | None = 1) -> Fault:
    """A 503 during maintenance; worth another try later."""
    return Fault(
        kind="status",
        status=503,
        headers=_JSON,
        body=_v3(503, "Service Unavailable"),
        path=path,
        skip=skip,
        times=times,
    )


def suspended() -> Fault:
    """A 503 for a suspended store: no try helps."""
    return Fault(
        kind="status", status=503, headers=_JSON, body=_v3(503, "The store is suspended."), times=None
    )


def plan_limit(*, path: str | None = None, skip: int = 0, times: int | None = None) -> Fault:
    """A 507: the plan allows no more of these."""
    return Fault(
        kind="status",
        status=507,
        headers=_JSON,
        body=_v3(507, "The plan limit is reached."),
        path=path,
        skip=skip,
        times=times,
    )


def degraded(*, path: str | None = None, seconds: int = 30, times: int | None = 1) -> Fault:
    """The gateway's own 503, in a body of another shape.

    Args:
        path: Only paths that match this regular expression.
        seconds: What it says of when to come back.
        times: Matching requests that are hit.
    """
    error = {"code": "SERVICE_DEGRADED", "message": "Degraded", "details": "", "retry_after_seconds": seconds}
    return Fault(
        kind="status", status=503, headers=_JSON, body=json.dumps({"error": error}), path=path, times=times
    )
