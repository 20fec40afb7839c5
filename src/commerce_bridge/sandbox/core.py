"""What every sandbox is: a deterministic `handle(request, now)` over its own state.

A sandbox is a platform's understudy.  It is written from the vendor's
documentation and specification, never from what our clients happen to send, and
it shares no code with the platform rooms: shared code would hide shared mistakes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from attrs import field, frozen

from commerce_bridge.flow.messages import Request, Response


@frozen(kw_only=True)
class Logged:
    """One line of a sandbox's request log.

    Args:
        at: The sandbox's clock when the request arrived.
        request: The request as it arrived.
        status: The status answered; 0 when the connection was cut before an answer.
        applied: Whether the request reached the platform's state at all.
    """

    at: datetime
    request: Request
    status: int
    applied: bool = True


class Sandbox(Protocol):
    """A stateful understudy of one platform."""

    name: str
    log: list[Logged]

    def credentials(self) -> Mapping[str, str]:
        """The keyword arguments of our client's constructor that open this sandbox."""
        ...

    def handle(self, request: Request, now: datetime) -> Response:
        """Answer one request and change the state; the same calls give the same answers."""
        ...

    def state(self) -> dict[str, Any]:
        """The whole state as JSON-able data, in a stable order, for tests and the control endpoints."""
        ...

    def settings(self) -> dict[str, Any]:
        """The switches of this sandbox (quotas, unverified behaviours) as JSON-able data."""
        ...

    def configure(self, **changes: Any) -> None:
        """Change switches by name; an unknown name is a ValueError that lists the known ones."""
        ...

    def reset(self, seed: str = "demo") -> None:
        """Start again from a seed: `demo` or `empty`."""
        ...


@frozen(kw_only=True)
class Fault:
    """What a sandbox's surroundings do to matching requests, instead of or after the platform.

    Args:
        kind: ``status`` answers with `status`, `headers` and `body` and never reaches the platform.
            ``cut_before`` drops the connection before the platform sees the request.
            ``cut_after`` lets the platform apply the request and drops the answer.
            ``timeout_before`` and ``timeout_after`` are the same, seen by the caller as a time-out.
            ``delay`` answers as usual, `delay_s` later.
        method: Only requests with this verb; None matches all.
        path: Only requests whose path matches this regular expression; None matches all.
        skip: How many matching requests pass unharmed first.
        times: How many matching requests are hit; None hits all that follow.
        status: The status of a ``status`` fault.
        headers: The headers of a ``status`` fault.
        body: The body of a ``status`` fault.
        delay_s: Seconds of delay, 0 or more; time-outs take as long as the caller allows.
    """

    kind: str
    method: str | None = None
    path: str | None = None
    skip: int = 0
    times: int | None = 1
    status: int = 503
    headers: Mapping[str, str] = field(factory=dict[str, str])
    body: str = ""
    delay_s: float = 0.0
