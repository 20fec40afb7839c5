"""Dates as the platform writes them: strftime directives as Ruby reads them, and the edge of a day."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

_MONTH_NAMES = "January February March April May June July August September October November December"
_DAY_NAMES = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_MONTHS, _DAYS = _MONTH_NAMES.split(), _DAY_NAMES.split()

_DIRECTIVES: Mapping[str, Callable[[date], str]] = {
    "Y": lambda day: f"{day.year:04}",
    "C": lambda day: f"{day.year // 100:02}",
    "y": lambda day: f"{day.year % 100:02}",
    "m": lambda day: f"{day.month:02}",
    "d": lambda day: f"{day.day:02}",
    "e": lambda day: f"{day.day:2}",
    "j": lambda day: f"{day.timetuple().tm_yday:03}",
    "B": lambda day: _MONTHS[day.month - 1],
    "b": lambda day: _MONTHS[day.month - 1][:3],
    "h": lambda day: _MONTHS[day.month - 1][:3],
    "A": lambda day: _DAYS[day.weekday()],
    "a": lambda day: _DAYS[day.weekday()][:3],
    "u": lambda day: str(day.isoweekday()),
    "w": lambda day: str(day.isoweekday() % 7),
    "V": lambda day: f"{day.isocalendar().week:02}",
    "G": lambda day: f"{day.isocalendar().year:04}",
    "F": lambda day: day.isoformat(),
    "D": lambda day: f"{day.month:02}/{day.day:02}/{day.year % 100:02}",
    "x": lambda day: f"{day.month:02}/{day.day:02}/{day.year % 100:02}",
    "%": lambda day: "%",
}


def formatted(day: date, directives: str) -> str:
    """A date written by directives such as ``%-d %B %Y``, in English; unknown directives stay as they are.

    The flags are Ruby's: ``-`` no padding, ``^`` capitals, ``0`` and ``_`` pad with zeros or blanks.
    """

    def one(found: re.Match[str]) -> str:
        flag, letter = found.groups()
        write = _DIRECTIVES.get(letter)
        if write is None:
            return found.group(0)
        text = write(day)
        if flag == "-":
            return text.lstrip("0 ") or "0"
        if flag == "^":
            return text.upper()
        if flag in {"0", "_"}:
            kept = text.lstrip("0 ")
            return kept.rjust(len(text), " " if flag == "_" else "0")
        return text

    return re.sub(r"%([-^0_]?)([A-Za-z%])", one, directives)


def start_of_day(day: date, zone_name: str) -> datetime:
    """The first instant of a day in a zone such as ``UTC`` or ``Europe/London``."""
    zone: tzinfo = UTC if zone_name == "UTC" else ZoneInfo(zone_name)
    return datetime.combine(day, time(), zone).astimezone(UTC)
