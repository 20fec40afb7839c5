"""What needs a person, and who is told of it: work items, notices of them, and the sinks that notices go to."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

from attrs import field, frozen

from commerce_bridge.flow.effects import Flow

RULES = "rules"
"""The owner of a work item that neither platform can mend: our mappers, ownership or settings must change."""


@frozen(kw_only=True)
class Evidence:
    """What was seen when a problem was last met.

    Args:
        plan: The plan in which it was met, or empty where that is not known.
        error: The kind of error, such as ``RejectedRecord``; empty when no vendor was asked.
        status: The HTTP status of the vendor's answer, or None.
        request_id: The vendor's id of the request, or None.
        excerpt: The start of the vendor's answer, without secrets and e-mail addresses.
    """

    plan: str = ""
    error: str = ""
    status: int | None = None
    request_id: str | None = None
    excerpt: str = ""

    def __str__(self) -> str:
        said = [self.error] if self.error else []
        if self.status is not None:
            said.append(f"status {self.status}")
        if self.request_id:
            said.append(f"request {self.request_id}")
        if self.plan:
            said.append(f"plan {self.plan}")
        text = ", ".join(said)
        return f'{text}: "{self.excerpt}"' if self.excerpt else text


@frozen(kw_only=True)
class WorkItem:
    """A record that needs a person; it prints as one line, and by `block` as a paragraph.

    Args:
        pair: How people name the bridge, such as ``Consonance -> BigCommerce``.
        scope: The bridge and both its accounts, as the state knows them.
        record: Canonical id.
        label: How people name the record.
        reason: Short and stable, such as ``no-price:listing.price``.
        owner: Who can mend it: the source or the target by name, or ``rules``.
        detail: In words: what was expected, what came.
        suggestion: What to try.
        path: The field it is about, such as ``listing.price``; a vendor's own names for a refusal; may be empty.
        part: The part of the record that was refused, such as ``images``; may be empty.
        evidence: What was seen when it was last met.
        first_seen: When it was first met; aware.
        last_seen: When it was last met; aware.
        attempts: In how many plans it was met.
    """

    pair: str
    scope: str
    record: str
    label: str
    reason: str
    owner: str
    detail: str
    suggestion: str = ""
    path: str = ""
    part: str = ""
    evidence: Evidence = field(factory=Evidence)
    first_seen: datetime
    last_seen: datetime
    attempts: int = 1

    @property
    def code(self) -> str:
        """The reason without what it is about, such as ``no-price``."""
        return self.reason.partition(":")[0]

    def age(self, now: datetime) -> timedelta:
        """How long it has been open, at the instant given; never below nothing, whatever the clocks say."""
        return max(now - self.first_seen, timedelta())

    def block(self, now: datetime | None = None) -> str:
        """The whole item as a paragraph.

        Args:
            now: To say how old it is; aware.
        """
        return "\n".join(_block(self, now))

    def __str__(self) -> str:
        tries = f"{self.attempts} {'plan' if self.attempts == 1 else 'plans'}"
        return (
            f"{self.label}  {self.reason}  for {self.owner or 'somebody'}  "
            f"since {_moment(self.first_seen)}, in {tries}: {' '.join(self.detail.split())}"
        )


def _block(item: WorkItem, now: datetime | None) -> Iterator[str]:
    yield f"{item.label}    {item.pair}"
    rows = {
        "reason": item.reason,
        "about": " in ".join(text for text in (item.path, item.part) if text),
        "for": item.owner,
        "detail": item.detail,
        "try": "" if item.suggestion in item.detail else item.suggestion,
        "first seen": _moment(item.first_seen) + ("" if now is None else f", {_span(item.age(now))} ago"),
        "last seen": f"{_moment(item.last_seen)}, attempt {item.attempts}",
        "evidence": str(item.evidence),
    }
    yield from (f"    {name:<11} {' '.join(text.split())}" for name, text in rows.items() if text)


def _moment(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _span(span: timedelta) -> str:
    """A span as people say it: the largest unit of which there is more than one."""
    minutes = int(span.total_seconds() // 60)
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes >= 2 * size:
            return f"{minutes // size} {unit}s"
    return f"{minutes} {'minute' if minutes == 1 else 'minutes'}"


class NoticeKind(enum.Enum):
    """What became of a work item."""

    OPENED = "opened"
    RESOLVED = "resolved"


@frozen(kw_only=True)
class Notice:
    """News of a work item, for a sink.

    Args:
        id: The same each time this very notice is given; what comes twice is told by it.
        kind: What became of the item.
        at: When; aware.
        item: The item, as it stood then.  It may quote the record, and so hold personal data.
        by: Who closed it; empty when it was opened, and when it resolved by itself.
        note: What that person said.
    """

    id: str
    kind: NoticeKind
    at: datetime
    item: WorkItem
    by: str = ""
    note: str = ""


class Sink(Protocol):
    """Is told of work items; any object of this shape will do."""

    @property
    def name(self) -> str:
        """What its undelivered notices are kept under: the same from run to run, without a slash."""
        ...

    @property
    def hosts(self) -> Mapping[str, str]:
        """The accounts it sends through, each with its base URL; none for one that sends nothing."""
        ...

    def tell(self, notices: tuple[Notice, ...]) -> Flow[None]:
        """Pass notices on, oldest first; they are kept until this returns, so some may come twice.

        Raises:
            BridgeError: They were not taken; they are offered again at the end of the next run.
        """
        ...
