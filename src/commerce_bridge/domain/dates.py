"""Dates without a zone keep their precision and become instants only in a market."""

from __future__ import annotations

import enum
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from attrs import field, frozen


class Precision(enum.Enum):
    """How exactly a date is known."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    SEASON = "season"
    YEAR = "year"


def _aware(instance: object, attribute: object, value: datetime | None) -> None:
    if value is not None and value.utcoffset() is None:
        raise ValueError(f"instant {value.isoformat()}: expected one with a zone, such as 2026-11-02T09:00Z")


_LENGTH_MONTHS = {Precision.MONTH: 1, Precision.QUARTER: 3, Precision.SEASON: 3, Precision.YEAR: 12}


@frozen
class Date:
    """A calendar date in no zone: it begins when the day begins in the market that reads it.

    Args:
        first: The first day it can mean; the day itself for precision `DAY`.
        precision: How exactly it is known; no day is ever invented for a month.
        instant: The exact instant, when the source gave one with a zone; then no market's zone matters, and
            what holds from or until this date begins or ends at the instant.
    """

    first: date
    precision: Precision = Precision.DAY
    instant: datetime | None = field(default=None, validator=_aware)

    @property
    def last(self) -> date:
        """The last day it can mean."""
        if self.precision is Precision.DAY:
            return self.first
        if self.precision is Precision.WEEK:
            return self.first + timedelta(days=6)
        month = self.first.month - 1 + _LENGTH_MONTHS[self.precision]
        year = self.first.year + month // 12
        return date.max if year > date.max.year else date(year, month % 12 + 1, 1) - timedelta(days=1)

    def starts(self, zone: str) -> datetime:
        """The instant at which its first day begins in a zone.

        Args:
            zone: An IANA name, such as ``Europe/London``.
        """
        if self.instant is not None:
            return self.instant
        return _midnight(self.first, zone)

    def surely_begun(self, zone: str) -> datetime:
        """The instant at which its last possible day begins: before it, nobody can be sure that it has come."""
        if self.instant is not None:
            return self.instant
        return _midnight(self.last, zone)

    def ends(self, zone: str) -> datetime:
        """The instant at which its last day ends in a zone (exclusive); the latest of all for 9999-12-31."""
        if self.instant is not None:
            return self.instant
        if self.last == date.max:  # what some sources write for "for ever"
            return _LATEST
        return _midnight(self.last + timedelta(days=1), zone)

    def __str__(self) -> str:
        if self.precision is Precision.DAY:
            return self.first.isoformat()
        if self.precision is Precision.YEAR:
            return str(self.first.year)
        if self.precision is Precision.MONTH:
            return f"{self.first:%Y-%m}"
        return f"{self.precision.value} of {self.first.isoformat()}"


_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)


def _midnight(when: date, zone: str) -> datetime:
    """The instant at which a day begins: the first midnight where there are two, the jump where there is none."""
    try:
        return datetime.combine(when, time.min, ZoneInfo(zone)).astimezone(UTC)
    except OverflowError:  # the first day of year 1 east of Greenwich, the last of 9999 west of it
        return _EARLIEST if when.year == 1 else _LATEST


def day(text: str) -> Date:
    """The day written as ``YYYY-MM-DD``; a ValueError that shows the text if there is no such day."""
    try:
        return Date(date.fromisoformat(text))
    except ValueError as error:
        raise ValueError(f"date {text!r}: expected a day as YYYY-MM-DD ({error})") from error


def earliest(*instants: datetime | None) -> datetime | None:
    """The earliest instant among those given, or None."""
    known = [one for one in instants if one is not None]
    return min(known) if known else None
