"""Dates without a zone keep their precision and become instants only in a market."""

from __future__ import annotations

import enum
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from attrs import frozen


class Precision(enum.Enum):
    """How exactly a date is known."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    SEASON = "season"
    YEAR = "year"


_LENGTH_MONTHS = {Precision.MONTH: 1, Precision.QUARTER: 3, Precision.SEASON: 3, Precision.YEAR: 12}


@frozen
class Date:
    """A calendar date in no zone: it begins when the day begins in the market that reads it.

    Args:
        first: The first day it can mean; the day itself for precision `DAY`.
        precision: How exactly it is known; no day is ever invented for a month.
        instant: The exact instant, when the source gave one with a zone.
    """

    first: date
    precision: Precision = Precision.DAY
    instant: datetime | None = None

    @property
    def last(self) -> date:
        """The last day it can mean."""
        if self.precision is Precision.DAY:
            return self.first
        if self.precision is Precision.WEEK:
            return self.first + timedelta(days=6)
        month = self.first.month - 1 + _LENGTH_MONTHS[self.precision]
        return date(self.first.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)

    def starts(self, zone: str) -> datetime:
        """The instant at which its first day begins in a zone.

        Args:
            zone: An IANA name, such as ``Europe/London``.
        """
        if self.instant is not None:
            return self.instant
        return datetime.combine(self.first, time.min, ZoneInfo(zone)).astimezone(UTC)

    def surely_begun(self, zone: str) -> datetime:
        """The instant at which its last possible day begins: before it, nobody can be sure that it has come."""
        if self.instant is not None:
            return self.instant
        return datetime.combine(self.last, time.min, ZoneInfo(zone)).astimezone(UTC)

    def ends(self, zone: str) -> datetime:
        """The instant at which its last day ends in a zone (exclusive)."""
        following = self.last + timedelta(days=1)
        return datetime.combine(following, time.min, ZoneInfo(zone)).astimezone(UTC)

    def __str__(self) -> str:
        if self.precision is Precision.DAY:
            return self.first.isoformat()
        if self.precision is Precision.YEAR:
            return str(self.first.year)
        if self.precision is Precision.MONTH:
            return f"{self.first:%Y-%m}"
        return f"{self.precision.value} of {self.first.isoformat()}"


def day(text: str) -> Date:
    """The day written as ``YYYY-MM-DD``."""
    return Date(date.fromisoformat(text))
