"""Dates as ONIX writes them: with a format code, without one, and against it.

A date keeps its precision; a day is never invented for a month.  A zone makes it an instant,
without one it begins when the day begins in the market.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from attrs import frozen

from commerce_bridge.domain.dates import Date, Precision
from commerce_bridge.platforms.onix.diagnostics import Notes
from commerce_bridge.platforms.onix.node import Node


@frozen
class DateText:
    """A date element as read.

    Args:
        first: The date, or the first of a span; None when it cannot be read.
        last: The end of a span, or None.
        oddity: What is odd about it though it was read, or None.
        error: Why it cannot be read, or None.
        never: Whether it, or the end of its span, stands for a day that never comes, such as ``99991231``.
    """

    first: Date | None = None
    last: Date | None = None
    oddity: str | None = None
    error: str | None = None
    never: bool = False


NO_DATE: Final = DateText()

_INSTANT: Final = re.compile(r"(\d{8})(?:T?(\d{2})(\d{2})(\d{2})?(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?")
_ISO: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?"
)
_SEASON_MONTHS: Final = {1: 3, 2: 6, 3: 9, 4: 12}
"""First month of spring, summer, autumn and winter; the list does not say which months, so this is our reading."""


def _day(text: str) -> Date:
    return Date(date(int(text[:4]), int(text[4:6]), int(text[6:8])))


def _month(text: str) -> Date:
    return Date(date(int(text[:4]), int(text[4:6]), 1), Precision.MONTH)


def _week(text: str) -> Date:
    return Date(date.fromisocalendar(int(text[:4]), int(text[4:6]), 1), Precision.WEEK)


def _quarter(text: str) -> Date:
    quarter = int(text[4])
    if not 1 <= quarter <= 4:
        raise ValueError("a quarter is 1 to 4")
    return Date(date(int(text[:4]), 3 * quarter - 2, 1), Precision.QUARTER)


def _season(text: str) -> Date:
    season = int(text[4])
    if season not in _SEASON_MONTHS:
        raise ValueError("a season is 1 to 4")
    return Date(date(int(text[:4]), _SEASON_MONTHS[season], 1), Precision.SEASON)


def _year(text: str) -> Date:
    return Date(date(int(text), 1, 1), Precision.YEAR)


_SHAPES: Final[dict[str, tuple[int, Callable[[str], Date]]]] = {
    "00": (8, _day),
    "01": (6, _month),
    "02": (6, _week),
    "03": (5, _quarter),
    "04": (5, _season),
    "05": (4, _year),
}
_SPANS: Final = {"06": "00", "07": "01", "08": "02", "09": "03", "10": "04", "11": "05"}
_BY_LENGTH: Final = {8: "00", 6: "01", 4: "05", 16: "06"}
_UNREADABLE: Final = {
    "12": "free text",
    "20": "a Hijri date",
    "21": "a Hijri date",
    "25": "a Hijri date",
    "32": "free text of a Hijri date",
}


def date_at(node: Node, name: str = "Date", default: str = "00") -> DateText:
    """The date element `name` of a composite, with its format from the attribute or an old `DateFormat` element."""
    if not node.has(name):
        return NO_DATE
    text = node.text(name) or ""
    declared = node.text(name + "@dateformat") or node.text("DateFormat") or ""
    return read_date(text, declared, default)


def noted_date(node: Node, notes: Notes, name: str = "Date", default: str = "00") -> DateText:
    """A date, with what is odd or wrong noted."""
    read = date_at(node, name, default)
    if read.error:
        notes.error(
            "date.unreadable", f"{read.error[0].upper()}{read.error[1:]}; it was left out.", node, name
        )
    elif read.oddity:
        notes.warning("date.format", f"{read.oddity}.", node, name)
    return read


@lru_cache(maxsize=4096)
def read_date(text: str, declared: str = "", default: str = "00") -> DateText:
    """What a date says.

    Args:
        text: As it stands in the file, without surrounding space.
        declared: Code of ONIX List 55, or empty when the file does not say.
        default: The format of this element when none is declared.

    Source: EDItEUR ONIX code lists, Issue 71, List 55.
    """
    if not text:
        return DateText(error="a date was expected, and the element is empty")
    if declared in _UNREADABLE:
        return DateText(
            error=f"{text!r} is {_UNREADABLE[declared]} (format {declared}), which names no day we can use"
        )
    oddity = None
    try:
        if not text.isascii():
            raise ValueError("expected the digits 0 to 9")
        try:
            first, last = _as_declared(text, declared or default)
        except ValueError as error:
            first, last = _as_it_looks(text, str(error))
            form = f"format {declared}" if declared else "the default format"
            oddity = f"{text!r} is not in {form}; it was read as {first}"
    except (ValueError, OverflowError) as error:
        form = f"format {declared}" if declared else "a date"
        return DateText(error=f"{text!r} cannot be read as {form}: {error}")
    if first.first.year >= _NEVER:
        return DateText(oddity=oddity, never=True)
    if last is not None and last.first.year >= _NEVER:
        return DateText(first, None, oddity, never=True)
    return DateText(first, last, oddity)


_NEVER: Final = 9000
"""Senders write the year 9999 for an end that never comes; nothing real is planned for this year or later."""


def _as_declared(text: str, form: str) -> tuple[Date, Date | None]:
    if form in _SPANS:
        length, make = _SHAPES[_SPANS[form]]
        _expect_digits(text, 2 * length)
        return make(text[:length]), make(text[length:])
    if form in _SHAPES and text.isdigit():
        length, make = _SHAPES[form]
        _expect_digits(text, length)
        return make(text), None
    if form in {"00", "13", "14"} and (found := _INSTANT.fullmatch(text)):
        if form != "00" and found[2] is None:
            raise ValueError(f"format {form} has a time of day")
        return _moment(found[1], found[2], found[3], found[4], found[5]), None
    raise ValueError(f"it does not have the format {form}")


def _as_it_looks(text: str, why: str) -> tuple[Date, Date | None]:
    """What is plain in spite of its declared format."""
    if found := _ISO.fullmatch(text):
        return _moment(found[1] + found[2] + found[3], *found.group(4, 5, 6, 7)), None
    if found := _INSTANT.fullmatch(text):
        return _moment(*found.group(1, 2, 3, 4, 5)), None
    if text.isdigit() and len(text) in _BY_LENGTH:
        return _as_declared(text, _BY_LENGTH[len(text)])
    raise ValueError(why)


def _expect_digits(text: str, length: int) -> None:
    if len(text) != length or not text.isdigit():
        raise ValueError(f"expected {length} digits")


def _moment(day: str, hour: str | None, minute: str | None, second: str | None, zone: str | None) -> Date:
    calendar = _day(day).first
    if zone is None:
        if hour is not None:
            datetime(2000, 1, 1, int(hour), int(minute or 0), int(second or 0))
        return Date(calendar)
    start = datetime(
        calendar.year,
        calendar.month,
        calendar.day,
        int(hour or 0),
        int(minute or 0),
        int(second or 0),
        tzinfo=_zone(zone),
    )
    return Date(calendar, instant=start.astimezone(UTC))


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
