"""What a BigCommerce answer means: one table from status to error, and the words that change it.

Source: BigCommerce guides, start/about/status-codes and start/best-practices/integration-design;
bodies as in the REST reference (v3 objects, v2 arrays, the gateway's own form) and as seen in the wild.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from commerce_bridge.errors import (
    AuthError,
    Conflict,
    NotFound,
    PlanLimit,
    RateLimited,
    RejectedRecord,
    RemoteError,
    RequestRefused,
    ServerFault,
)
from commerce_bridge.http.redact import excerpt
from commerce_bridge.platforms.bigcommerce.json_text import is_list, is_object
from commerce_bridge.platforms.bigcommerce.limits import PLATFORM

if TYPE_CHECKING:
    from commerce_bridge.flow.messages import Request, Response

BY_STATUS: Mapping[int, type[RemoteError]] = {
    401: AuthError,
    403: AuthError,
    404: NotFound,
    409: Conflict,
    422: RejectedRecord,
    423: RateLimited,
    429: RateLimited,
    499: ServerFault,
    507: PlanLimit,
}
"""Statuses with a meaning of their own; any other 4xx is `RequestRefused`, any other 5xx `ServerFault`."""

HINTS: Mapping[int, str] = {
    403: "Check the store hash, the token's scopes, and whether a limit of the store's plan is reached.",
    423: "The record is locked for the moment: run again later.",
    507: "The store has reached a limit of its plan: raise the plan, or free room.",
}

_IMAGE_PATHS = ("/images", "/image")


@frozen(kw_only=True)
class Told:
    """What an error body says, whatever its form.

    Args:
        title: The vendor's words for it.
        fields: Complaints by field, batch rows as ``"0.name"``.
        retry_after_s: Seconds the gateway asks us to wait, or None.
    """

    title: str = ""
    fields: Mapping[str, str] = field(factory=dict[str, str])
    retry_after_s: float | None = None


def error_of(
    operation: str, request: Request, response: Response, *, secrets: tuple[str, ...] = ()
) -> RemoteError:
    """The error that an answer outside 200-299 means."""
    status, told = response.status, read_error(response.body)
    kind = _kind(request, status, told)
    shown = excerpt(response.body, secrets)
    title = excerpt(told.title.encode(), secrets) or shown
    what = f"BigCommerce {operation} ({request.method} {request.path}) answered {status}"
    complaints = "; ".join(f"{name}: {why}" for name, why in told.fields.items())
    message = f"{what}: {title}" if title else what
    return kind(
        f"{message}{f' ({excerpt(complaints.encode(), secrets)})' if complaints else ''}.",
        platform=PLATFORM,
        operation=operation,
        status=status,
        title=title,
        fields={name: excerpt(why.encode(), secrets) for name, why in told.fields.items()},
        request_id=response.header("X-Request-Id") or response.header("X-Correlation-Id"),
        excerpt=shown,
        retry_after_s=_retry_after_s(response, told),
        hint=HINTS.get(status) if kind is not PlanLimit else HINTS[507],
    )


def _kind(request: Request, status: int, told: Told) -> type[RemoteError]:
    words = told.title.lower()
    if status == 503 and "suspend" in words:
        return PlanLimit
    if status == 403 and "scope" not in words and any(word in words for word in ("limit", "maximum")):
        return PlanLimit
    if status == 404 and "route is not found" in words:
        return RequestRefused
    if status == 400 and (told.fields or request.path.endswith(_IMAGE_PATHS)):
        return RejectedRecord
    return BY_STATUS.get(status, ServerFault if status >= 500 else RequestRefused)


def _retry_after_s(response: Response, told: Told) -> float | None:
    if response.status in {429, 423}:
        return wait_asked_s(response)
    return told.retry_after_s


def wait_asked_s(response: Response) -> float | None:
    """Seconds a 429 asks us to wait, or None when it does not say: then we back off.

    The reset header is obeyed unless requests are left: such a 429 is about concurrency, and it passes
    sooner.

    Source: BigCommerce guide, api-docs/getting-started/api-rate-limits; github.com/getconversio/
    node-bigcommerce/issues/93.
    """
    told_s = (response.header("X-Retry-After") or response.header("Retry-After") or "").strip()
    if told_s.isdigit():
        return float(told_s)
    reset_ms = (response.header("X-Rate-Limit-Time-Reset-Ms") or "").strip()
    left = (response.header("X-Rate-Limit-Requests-Left") or "0").strip()
    return int(reset_ms) / 1000 if reset_ms.isdigit() and left in {"", "0"} else None


def read_error(body: bytes) -> Told:
    """What an error body says: a v3 object, a v2 array, the gateway's form, or plain text."""
    try:
        told: object = json.loads(body)
    except (ValueError, UnicodeDecodeError):
        return Told(title=" ".join(body[:400].decode("utf-8", "replace").split()))
    if is_list(told):
        return _read_rows([row for row in told if is_object(row)])
    return _read_object(told) if is_object(told) else Told(title=str(told))


def _read_rows(rows: list[dict[str, Any]]) -> Told:
    """The v2 form: an array of ``{status, message, details}``."""
    fields: dict[str, str] = {}
    for row in rows:
        fields.update(complaints_of(row.get("details")))
    return Told(
        title="; ".join(str(row.get("message", "")) for row in rows if row.get("message")), fields=fields
    )


def _read_object(told: dict[str, Any]) -> Told:
    gateway = told.get("error")
    if is_object(gateway):
        return _read_gateway(gateway)
    title = told.get("title") or told.get("message") or told.get("detail") or gateway or ""
    return Told(title=str(title), fields=complaints_of(told.get("errors")))


def _read_gateway(error: dict[str, Any]) -> Told:
    """The gateway's form: ``{"error": {code, message, details, retry_after_seconds}}``."""
    words = [str(error[name]) for name in ("code", "message") if error.get(name)]
    wait_s = error.get("retry_after_seconds")
    return Told(
        title=": ".join(words), retry_after_s=float(wait_s) if isinstance(wait_s, (int, float)) else None
    )


def complaints_of(errors: object) -> dict[str, str]:
    """Complaints by field, from a map, or from a list of texts and problem objects."""
    rows = errors.items() if is_object(errors) else enumerate(errors) if is_list(errors) else ()
    return {str(name): why if isinstance(why, str) else json.dumps(why) for name, why in rows}
