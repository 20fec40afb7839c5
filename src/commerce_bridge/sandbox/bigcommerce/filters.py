"""Query filters as tables: which parameters a collection knows, and which rows they keep."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from .call import Call
from .moments import is_date_only, read_filter_moment, read_moment
from .wire import Row, refuse

CONTROLS = ("page", "limit")
LOOKS = ("include_fields", "exclude_fields")
"""Parameters that choose pages and fields, not rows."""


@frozen(kw_only=True)
class Filter:
    """One filter parameter.

    Args:
        read: The value from its text, or None when it makes no sense.
        keeps: Whether a row passes.
        many: Whether the text is a comma-separated list.
    """

    read: Callable[[str, datetime], Any]
    keeps: Callable[[Row, Any], bool]
    many: bool = False


Filters = Mapping[str, Filter]


def as_int(text: str, _: datetime) -> int | None:
    """A whole number."""
    try:
        return int(text)
    except ValueError:
        return None


def as_float(text: str, _: datetime) -> float | None:
    """A number."""
    try:
        return float(text)
    except ValueError:
        return None


def as_text(text: str, _: datetime) -> str:
    """The text itself."""
    return text


def as_flag(text: str, _: datetime) -> bool | None:
    """`true`, `false`, `1` or `0`."""
    return {"true": True, "1": True, "false": False, "0": False}.get(text.lower())


def as_moment(text: str, now: datetime) -> datetime | None:
    """An instant; a bare date takes the time of day of the request."""
    return read_filter_moment(text, now)


def _listed(read: Callable[[str, datetime], Any]) -> Callable[[str, datetime], Any]:
    def split(text: str, now: datetime) -> list[Any] | None:
        values = [read(word.strip(), now) for word in text.split(",") if word.strip()]
        return None if None in values or not values else values

    return split


def is_(field: str, read: Callable[[str, datetime], Any] = as_int) -> Filter:
    """Rows whose `field` equals the value."""
    return Filter(read=read, keeps=lambda row, value: row[field] == value)


def in_(field: str, read: Callable[[str, datetime], Any] = as_int) -> Filter:
    """Rows whose `field` is one of the values."""
    return Filter(read=_listed(read), keeps=lambda row, values: row[field] in values, many=True)


def not_in(field: str, read: Callable[[str, datetime], Any] = as_int) -> Filter:
    """Rows whose `field` is none of the values."""
    return Filter(read=_listed(read), keeps=lambda row, values: row[field] not in values, many=True)


def like(field: str) -> Filter:
    """Rows whose `field` contains the text, whatever the case."""
    return Filter(read=as_text, keeps=lambda row, value: value.casefold() in str(row[field]).casefold())


def number_filters(field: str, name: str | None = None) -> dict[str, Filter]:
    """Equality, lists and bounds of a whole-number field."""
    label = name or field
    return {
        label: is_(field),
        f"{label}:in": in_(field),
        f"{label}:not_in": not_in(field),
        **bound_filters(field, label),
    }


def bound_filters(field: str, label: str) -> dict[str, Filter]:
    """The four bounds of a whole-number field: `min` and `max` inclusive, `greater` and `less` not."""
    return {
        f"{label}:min": Filter(read=as_int, keeps=lambda row, value: row[field] >= value),
        f"{label}:max": Filter(read=as_int, keeps=lambda row, value: row[field] <= value),
        f"{label}:greater": Filter(read=as_int, keeps=lambda row, value: row[field] > value),
        f"{label}:less": Filter(read=as_int, keeps=lambda row, value: row[field] < value),
    }


def _instant(row: Row, field: str) -> datetime | None:
    return read_moment(row[field]) if row[field] else None


def _same_moment(text: str, now: datetime) -> tuple[datetime, bool] | None:
    moment = read_moment(text)
    return None if moment is None else (moment, is_date_only(text))


def moment_filters(field: str) -> dict[str, Filter]:
    """Equality (a bare date means that day) and inclusive bounds of an instant."""

    def same(row: Row, value: tuple[datetime, bool]) -> bool:
        moment = _instant(row, field)
        wanted, day_only = value
        if moment is None:
            return False
        return moment.date() == wanted.date() if day_only else moment == wanted

    def least(row: Row, value: datetime) -> bool:
        moment = _instant(row, field)
        return moment is not None and moment >= value.replace(microsecond=0)

    def most(row: Row, value: datetime) -> bool:
        moment = _instant(row, field)
        return moment is not None and moment <= value

    return {
        field: Filter(read=_same_moment, keeps=same),
        f"{field}:min": Filter(read=as_moment, keeps=least),
        f"{field}:max": Filter(read=as_moment, keeps=most),
    }


def active(
    call: Call, filters: Filters, controls: Iterable[str] = (), *, strict: bool = False
) -> list[tuple[Filter, Any]]:
    """The filters a request uses, with their values.

    Args:
        call: The request.
        filters: The filters the collection knows.
        controls: Other parameters it knows, beside pages and fields.
        strict: Whether unknown parameters are refused whatever the switch says.

    Raises:
        Refused: 422 for unknown parameters and values that make no sense, 400 for a list that is too long.
    """
    allowed = {*CONTROLS, *LOOKS, *controls}
    names = [name for name in call.query.names() if name not in allowed]
    strange = [name for name in names if name not in filters]
    if strange and (strict or call.settings.unknown_filters == "refused"):
        raise refuse(422, f"The filter(s): {', '.join(strange)} are not valid filter parameter(s).")
    used: list[tuple[Filter, Any]] = []
    for name in names:
        rule = filters.get(name)
        if rule is None:
            continue
        value = rule.read(call.query.get(name) or "", call.now)
        if value is None:
            raise refuse(422, f"The filter '{name}' has an invalid value.", {name: "is invalid"})
        if rule.many and 0 < call.settings.in_filter_max < len(value):
            raise refuse(400, f"The filter '{name}' has too many values.")
        used.append((rule, value))
    return used


def kept(rows: Iterable[Row], used: list[tuple[Filter, Any]]) -> list[Row]:
    """The rows that pass every filter."""
    return [row for row in rows if all(rule.keeps(row, value) for rule, value in used)]
