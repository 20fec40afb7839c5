"""Instants as the platform writes and reads them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_UNIX = re.compile(r"^\d{1,11}$")
_DATE_ONLY = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def stamp(moment: datetime) -> str:
    """`moment` as v3 writes it: UTC, whole seconds, `+00:00`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def zulu(moment: datetime) -> str:
    """`moment` as channels write it: UTC, whole seconds, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_date_only(text: str) -> bool:
    """Whether `text` is a date without a time of day."""
    return _DATE_ONLY.match(text) is not None


def read_moment(text: str) -> datetime | None:
    """An ISO 8601 instant or unix time; without a zone it is UTC; None when it is neither."""
    if _UNIX.match(text):
        return datetime.fromtimestamp(int(text), UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def read_filter_moment(text: str, now: datetime) -> datetime | None:
    """An instant of a filter: a bare date is completed with the time of day of the request."""
    moment = read_moment(text)
    if moment is None or not is_date_only(text):
        return moment
    clock = now.astimezone(UTC)
    return moment.replace(hour=clock.hour, minute=clock.minute, second=clock.second)
