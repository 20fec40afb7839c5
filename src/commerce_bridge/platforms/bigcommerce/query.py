"""Filters and options as they stand in a query: our names to the vendor's, our values to text.

A keyword becomes the vendor's name by one rule: a last word that is an operator is set off with a colon
(`id_in` is ``id:in``, `date_modified_min` is ``date_modified:min``).

Source: BigCommerce guide, start/about/common-query-params.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from commerce_bridge.flow.messages import Pairs
from commerce_bridge.platforms.bigcommerce.json_text import instant_text, number_text

OPERATORS = ("not_in", "in", "min", "max", "greater", "less", "like", "not")


def vendor_name(keyword: str) -> str:
    """The vendor's name of a keyword."""
    for operator in OPERATORS:
        if keyword.endswith(f"_{operator}"):
            return f"{keyword[: -len(operator) - 1]}:{operator}"
    return keyword


def pairs(options: Mapping[str, object], known: type | None = None, **more: object) -> Pairs:
    """The query of a call; options that are None or empty collections are left out.

    Args:
        options: Keyword to value: numbers, texts, booleans, aware datetimes, or collections of these.
        known: The `TypedDict` that lists the keywords of `options`; a keyword beyond it is an error.
        **more: Further options.

    Raises:
        TypeError: A keyword that the endpoint does not know (the message lists those it knows), or a
            date without a time.
        ValueError: A datetime without zone, or a text with a comma in a list.
    """
    if known is not None and (strange := sorted(set(options) - set(known.__annotations__))):
        names = ", ".join(sorted(known.__annotations__))
        raise TypeError(f"Unknown option {', '.join(strange)}; this endpoint knows: {names}.")
    return plain_pairs({vendor_name(name): value for name, value in {**more, **options}.items()})


def plain_pairs(options: Mapping[str, object]) -> Pairs:
    """The query of a call whose options already have the vendor's names."""
    sent = ((name, _text(name, value)) for name, value in options.items() if value is not None)
    return tuple((name, text) for name, text in sent if text is not None)


def _text(name: str, value: object) -> str | None:
    if isinstance(value, Collection) and not isinstance(value, (str, bytes)):
        words = [_one(name, inner) for inner in cast("Collection[object]", value)]
        if bad := next((word for word in words if "," in word), None):
            raise ValueError(f"{name}: {bad!r} has a comma, which separates values: ask for it alone.")
        return ",".join(words) if words else None
    return _one(name, value)


def _one(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        raise TypeError(f"{name}: expected an aware datetime, not the date {value.isoformat()}.")
    return number_text(value) if isinstance(value, Decimal) else str(value)
