"""The store-wide request quota: a fixed window that opens with its first request."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import evolve, frozen

from .settings import Settings


@frozen(kw_only=True)
class Window:
    """How much of the quota is used.

    Args:
        opened: When the window's first request came; None before any.
        used: Requests let through since.
    """

    opened: datetime | None = None
    used: int = 0


def enter(window: Window, settings: Settings, now: datetime) -> tuple[Window, bool]:
    """Count one request: the window after it, and whether it is let through."""
    if window.opened is None or now >= window.opened + timedelta(milliseconds=settings.window_ms):
        window = Window(opened=now, used=0)
    if window.used >= settings.quota:
        return window, False
    return evolve(window, used=window.used + 1), True


def rate_headers(window: Window, settings: Settings, now: datetime) -> dict[str, str]:
    """The four headers of every answer; the reset is milliseconds that remain, not an instant."""
    opened = window.opened or now
    left_ms = settings.window_ms - (now - opened) // timedelta(milliseconds=1)
    return {
        "X-Rate-Limit-Time-Window-Ms": str(settings.window_ms),
        "X-Rate-Limit-Time-Reset-Ms": str(max(0, min(left_ms, settings.window_ms))),
        "X-Rate-Limit-Requests-Quota": str(settings.quota),
        "X-Rate-Limit-Requests-Left": str(max(0, settings.quota - window.used)),
    }
