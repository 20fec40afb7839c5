"""Checking a JSON body against a table of rules, one rule a field, all errors at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, cast

from attrs import frozen

from .moments import read_moment, stamp
from .wire import Refused, Row, is_list, is_row, refuse

MISSING = "error.path.missing"
"""What the platform says of a field that had to be there."""

_FOUR_PLACES = Decimal("0.0001")
_WIDE = Context(prec=40)
_LARGEST = 10.0**16


def _unchanged(value: Any) -> Any:
    return value


@frozen(kw_only=True)
class Rule:
    """What one field accepts.

    Args:
        fault: Says what is wrong with a value, or None.
        store: What is kept of an accepted value.
        nullable: Whether null is accepted.
    """

    fault: Callable[[Any], str | None]
    store: Callable[[Any], Any] = _unchanged
    nullable: bool = False

    def fault_of(self, value: Any) -> str | None:
        """What is wrong with `value`, null included."""
        if value is None:
            return None if self.nullable else "must not be null"
        return self.fault(value)


Rules = Mapping[str, Rule]


def four_places(value: float) -> int | float:
    """`value` with the four decimals the platform keeps; the fifth rounds half up."""
    exact = Decimal(str(value)).quantize(_FOUR_PLACES, ROUND_HALF_UP, _WIDE)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def is_number(value: object) -> bool:
    """Whether `value` is a JSON number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_whole(value: object) -> bool:
    """Whether `value` is a JSON number without a fraction."""
    return (
        is_number(value) and abs(cast("float", value)) < _LARGEST and float(cast("float", value)).is_integer()
    )


def text(low: int = 0, high: int | None = None, *, nullable: bool = False) -> Rule:
    """A string of `low` to `high` characters."""

    def fault(value: Any) -> str | None:
        if not isinstance(value, str):
            return "must be a string"
        if len(value) < low:
            return f"must have at least {low} character(s)"
        if high is not None and len(value) > high:
            return f"must have at most {high} characters"
        return None

    return Rule(fault=fault, nullable=nullable)


def number(low: float | None = None, high: float | None = None, *, nullable: bool = False) -> Rule:
    """A number, kept to four decimals."""

    def fault(value: Any) -> str | None:
        if not is_number(value):
            return "must be a number"
        if abs(value) >= _LARGEST:
            return "is out of range"
        if low is not None and value < low:
            return f"must be {low:g} or more"
        if high is not None and value > high:
            return f"must be {high:g} or less"
        return None

    return Rule(fault=fault, store=four_places, nullable=nullable)


def whole(low: int | None = None, high: int | None = None, *, nullable: bool = False) -> Rule:
    """An integer."""

    def fault(value: Any) -> str | None:
        if not is_whole(value):
            return "must be an integer"
        if low is not None and value < low:
            return f"must be {low} or more"
        if high is not None and value > high:
            return f"must be {high} or less"
        return None

    return Rule(fault=fault, store=int, nullable=nullable)


def flag() -> Rule:
    """True or false."""
    return Rule(fault=lambda value: None if isinstance(value, bool) else "must be true or false")


def one_of(*words: str) -> Rule:
    """One of `words`, exactly as written."""
    return Rule(fault=lambda value: None if value in words else f"must be one of {', '.join(words)}")


def whole_list(most: int | None = None) -> Rule:
    """A list of integers, at most `most` long."""

    def fault(value: Any) -> str | None:
        if not is_list(value) or not all(is_whole(each) for each in value):
            return "must be a list of integers"
        if most is not None and len(value) > most:
            return f"must have at most {most} entries"
        return None

    return Rule(fault=fault, store=lambda value: [int(each) for each in value])


def text_list() -> Rule:
    """A list of strings."""

    def fault(value: Any) -> str | None:
        good = is_list(value) and all(isinstance(each, str) for each in value)
        return None if good else "must be a list of strings"

    return Rule(fault=fault)


def moment(*, nullable: bool = False) -> Rule:
    """An ISO 8601 instant, kept in UTC."""

    def fault(value: Any) -> str | None:
        good = isinstance(value, str) and "-" in value and read_moment(value) is not None
        return None if good else "must be a date and time"

    def store(value: Any) -> str:
        known = read_moment(value)
        assert known is not None
        return stamp(known)

    return Rule(fault=fault, store=store, nullable=nullable)


def rows() -> Rule:
    """A list of objects; what is in them is checked by whoever owns them."""

    def fault(value: Any) -> str | None:
        good = is_list(value) and all(is_row(each) for each in value)
        return None if good else "must be a list of objects"

    return Rule(fault=fault)


def thing() -> Rule:
    """An object."""
    return Rule(fault=lambda value: None if is_row(value) else "must be an object")


def anything() -> Rule:
    """Whatever comes; checked elsewhere."""
    return Rule(fault=lambda _: None, nullable=True)


def checked(
    body: Row, rules: Rules, *, required: Collection[str] = (), path: str = ""
) -> tuple[Row, dict[str, str]]:
    """The known fields of `body` as they are kept, and what is wrong, keyed by `path` and field."""
    kept: Row = {}
    errors = {path + name: MISSING for name in required if name not in body}
    for name, rule in rules.items():
        if name not in body:
            continue
        value = body[name]
        fault = rule.fault_of(value)
        if fault is not None:
            errors[path + name] = fault
        else:
            kept[name] = None if value is None else rule.store(value)
    return kept, errors


def invalid(errors: Mapping[str, str]) -> Refused:
    """The 422 for a table of field errors."""
    if len(errors) == 1 and MISSING not in errors.values():
        return refuse(422, f"The field '{next(iter(errors))}' is invalid.", errors)
    return refuse(422, "JSON data is missing or invalid", errors)


def accepted(body: Row, rules: Rules, *, required: Collection[str] = (), path: str = "") -> Row:
    """The known fields of `body` as they are kept.

    Raises:
        Refused: 422 with every error, when there is any.
    """
    kept, errors = checked(body, rules, required=required, path=path)
    if errors:
        raise invalid(errors)
    return kept


def id_in(body: Row, name: str = "id", path: str = "") -> int | None:
    """The id a body names, or None when it names none.

    Raises:
        Refused: 422 when it is no whole number.
    """
    number = body.get(name)
    if number is None:
        return None
    if not is_whole(number):
        raise invalid({f"{path}{name}": "must be an integer"})
    return int(number)


def row_list(body: Any) -> list[Row]:
    """A body that must be an array of objects.

    Raises:
        Refused: 422 when it is something else or empty.
    """
    if not is_list(body) or not body:
        raise refuse(422, "JSON data is missing or invalid", {"": "must be a non-empty array"})
    bad = {str(at): "must be an object" for at, each in enumerate(body) if not is_row(each)}
    if bad:
        raise refuse(422, "JSON data is missing or invalid", bad)
    return body


def one_row(body: Any) -> Row:
    """A body that must be one object.

    Raises:
        Refused: 422 when it is something else.
    """
    if not is_row(body):
        raise refuse(422, "JSON data is missing or invalid", {"": "must be an object"})
    return body
