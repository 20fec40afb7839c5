"""Spans of time: from dates without a zone to instants in a market."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from attrs import frozen

from commerce_bridge.domain.dates import Date

EVER = datetime.max.replace(tzinfo=UTC)
"""What the end of 9999-12-31 comes to: no end at all."""


@frozen
class Span:
    """From an instant until before another one.

    Args:
        begins: The first instant inside, or None for always.
        ends: The first instant that is not inside any more, or None for ever.
    """

    begins: datetime | None = None
    ends: datetime | None = None

    def __contains__(self, instant: datetime) -> bool:
        """Whether an instant lies inside."""
        return (self.begins is None or self.begins <= instant) and (self.ends is None or instant < self.ends)


def span(starts: Date | None, ends: Date | None, zone: str, *, cautious: bool = True) -> Span:
    """The span from the first day to the last one, both inclusive, by a zone's clock.

    Args:
        starts: First day, or None for always.
        ends: Last day, or None for ever; a month or a year ends with its last day.
        zone: An IANA name.
        cautious: Whether a month or a year begins only when it surely has, with its last day; else it begins
            with its first.
    """
    begins = None
    if starts is not None:
        begins = starts.surely_begun(zone) if cautious else starts.starts(zone)
    end = ends.ends(zone) if ends is not None else None
    return Span(begins, None if end == EVER else end)


def edges(spans: Iterable[Span]) -> tuple[datetime, ...]:
    """All instants at which one of the spans begins or ends, in order, without repeats."""
    found = {instant for one in spans for instant in (one.begins, one.ends) if instant is not None}
    return tuple(sorted(found))
