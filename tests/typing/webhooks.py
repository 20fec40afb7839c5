"""Webhooks and observers under the type checkers: receivers have one shape, an inbox answers in its mode."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime
from typing import assert_type

from commerce_bridge import MemoryState
from commerce_bridge.flow.events import Subscriber
from commerce_bridge.http.inbox import Waiting, async_inbox_of, inbox_of
from commerce_bridge.http.webhooks import Received, Refused, Verified, Verify
from commerce_bridge.observe.logs import log_events
from commerce_bridge.observe.reports import RunReport
from commerce_bridge.observe.telemetry import measure_events, trace_events
from commerce_bridge.platforms.bigcommerce import WebhookSecrets, verify_webhook

receive: Verify[WebhookSecrets] = verify_webhook
subscribers: tuple[Subscriber, ...] = (log_events(), trace_events(), measure_events(), RunReport())


def outcome(body: bytes, now: datetime, secrets: WebhookSecrets) -> tuple[Received, ...]:
    found = assert_type(receive({}, body, now, secrets), Verified | Refused)
    return found.received if isinstance(found, Verified) else ()


def sync_inbox(news: Received, now: datetime) -> int:
    inbox = inbox_of("bigcommerce:demo", MemoryState())
    assert_type(inbox.take_in([news]), int)
    waiting = assert_type(inbox.waiting(limit=10), tuple[Waiting, ...])
    inbox.settle(waiting, "now")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    return inbox.settle(waiting, now)


async def async_inbox(news: Received, now: datetime) -> int:
    inbox = async_inbox_of("bigcommerce:demo", MemoryState())
    assert_type(inbox.take_in([news]), Awaitable[int])
    return await inbox.settle(await inbox.waiting(), now)
