"""Closed intervals of instants: what has been read, what is left, and how to deal it out.

Both edges belong to an interval.  What lies between two closed intervals is open, and cannot be asked of a
source that knows "from" and "to" alone; so a gap takes the edges of its neighbours in, and rows tied at an edge
are met on both sides of it.  They are never lost, and marks of the rows at edges leave the second meeting out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from attrs import field, frozen

from commerce_bridge.ports.shown import utc


def _known(value: datetime) -> datetime:
    instant = utc(value)
    assert instant is not None
    return instant


@frozen(order=True)
class Interval:
    """From one instant to another, both of them in it.

    Args:
        low: The first instant.
        high: The last instant; not before the first.
    """

    low: datetime = field(converter=_known)
    high: datetime = field(converter=_known)

    def __attrs_post_init__(self) -> None:
        if self.high < self.low:
            raise ValueError(
                f"interval {self}: expected a last instant that is not before the first; swap the two."
            )

    @property
    def length(self) -> timedelta:
        """How long it is; zero for one instant."""
        return self.high - self.low

    def __contains__(self, instant: datetime) -> bool:
        """Whether an instant lies in it; its edges do."""
        return self.low <= instant <= self.high

    def __str__(self) -> str:
        return f"{self.low.isoformat()}/{self.high.isoformat()}"

    @classmethod
    def parse(cls, text: str) -> Interval:
        """The interval that `str()` wrote.

        Raises:
            ValueError: The text is not an interval.
        """
        low, mark, high = text.partition("/")
        try:
            return cls(datetime.fromisoformat(low), datetime.fromisoformat(high if mark else ""))
        except ValueError as error:
            raise ValueError(
                f"interval {text[:80]!r}: expected two instants with a slash ({error})"
            ) from None

    def split(self, parts: int) -> tuple[Interval, ...]:
        """About equal parts of it, in order, each beginning with the instant at which the one before ends.

        Edges inside are whole seconds, because sources cut off what is finer; so a short interval has fewer
        parts than asked for.

        Args:
            parts: How many, 1 or more.
        """
        inner = ((self.low + self.length * n / parts).replace(microsecond=0) for n in range(1, parts))
        edges = [self.low, *sorted({edge for edge in inner if self.low < edge < self.high}), self.high]
        return tuple(Interval(low, high) for low, high in pairwise(edges))


def _joined(members: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same instants as few intervals in order: those that overlap or share an edge become one."""
    found: list[Interval] = []
    for one in sorted(members):
        if found and one.low <= found[-1].high:
            found[-1] = Interval(found[-1].low, max(found[-1].high, one.high))
        else:
            found.append(one)
    return tuple(found)


@frozen
class Intervals:
    """A set of instants, kept as few closed intervals in order.

    Args:
        members: Any intervals, in any order.
    """

    members: tuple[Interval, ...] = field(default=(), converter=_joined)

    def __contains__(self, instant: datetime) -> bool:
        """Whether an instant lies in one of them."""
        return any(instant in one for one in self.members)

    def __or__(self, other: Intervals) -> Intervals:
        """What lies in either set."""
        return Intervals((*self.members, *other.members))

    def marked(self, *done: Interval) -> Intervals:
        """The set with these in it as well."""
        return Intervals((*self.members, *done))

    def gaps(self, within: Interval) -> tuple[Interval, ...]:
        """What is left of an interval, in order; a gap shares its edges with the members beside it."""
        beside = [one for one in self.members if one.high >= within.low and one.low <= within.high]
        if not beside:
            return (within,)
        lows = (within.low, *(one.high for one in beside))
        highs = (*(one.low for one in beside), within.high)
        return tuple(Interval(low, high) for low, high in zip(lows, highs, strict=True) if low < high)

    def __str__(self) -> str:
        return " ".join(str(one) for one in self.members)

    @classmethod
    def parse(cls, text: str) -> Intervals:
        """The set that `str()` wrote.

        Raises:
            ValueError: The text is not such a set.
        """
        return cls(Interval.parse(one) for one in text.split())
