"""What every sandbox is: a deterministic `handle(request, now)` over its own state.

A sandbox is a platform's understudy.  It is written from the vendor's
documentation and specification, never from what our clients happen to send, and
it shares no code with the platform rooms: shared code would hide shared mistakes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from attrs import Attribute, field, frozen

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
        """Answer one request, change the state and write one line to `log`.

        The same calls give the same answers.  Requests that faults keep away, and answers they
        drop, are noted in the log by the world around the sandbox.
        """
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


FAULT_KINDS = ("status", "cut_before", "cut_after", "timeout_before", "timeout_after", "delay")
"""Every kind of `Fault`."""


def _known_kind(_: object, attribute: Attribute[str], value: str) -> None:
    if value not in FAULT_KINDS:
        raise ValueError(f"unknown kind of fault {value!r}; known: {', '.join(FAULT_KINDS)}")


def _pattern(_: object, attribute: Attribute[str | None], value: str | None) -> None:
    if value is None:
        return
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"path must be a regular expression, not {value!r}: {error}") from None


def _at_least(least: float) -> Any:
    def check(_: object, attribute: Attribute[Any], value: float | None) -> None:
        if value is not None and value < least:
            raise ValueError(f"{attribute.name} must be {least} or more, not {value!r}")

    return check


def _http_status(_: object, attribute: Attribute[int], value: int) -> None:
    if not 100 <= value <= 599:
        raise ValueError(f"status must be 100 to 599, not {value!r}")


def _text(_: object, attribute: Attribute[str], value: object) -> None:
    if not isinstance(value, str):
        raise ValueError(
            f"{attribute.name} must be text (str), not {type(value).__name__}: it is sent as UTF-8; "
            "write JSON out with json.dumps()"
        )


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
        path: Only requests in whose path this regular expression is found; None matches all.
        skip: How many matching requests pass unharmed first.
        times: How many matching requests are hit; None hits all that follow.
        status: The status of a ``status`` fault.
        headers: The headers of a ``status`` fault.
        body: The body of a ``status`` fault, as text; it is sent as UTF-8.
        delay_s: Seconds of delay, 0 or more; time-outs take as long as the caller allows.
    """

    kind: str = field(validator=_known_kind)
    method: str | None = None
    path: str | None = field(default=None, validator=_pattern)
    skip: int = field(default=0, validator=_at_least(0))
    times: int | None = field(default=1, validator=_at_least(1))
    status: int = field(default=503, validator=_http_status)
    headers: Mapping[str, str] = field(factory=dict[str, str])
    body: str = field(default="", validator=_text)
    delay_s: float = field(default=0.0, validator=_at_least(0.0))
