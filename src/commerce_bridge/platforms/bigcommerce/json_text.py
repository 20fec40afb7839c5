"""JSON as it is sent, a `Decimal` written digit by digit and never a float; and what a loose value is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeGuard, cast


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Whether a value is a JSON array."""
    return isinstance(value, list)


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a value is a JSON object."""
    return isinstance(value, dict)


def instant_text(value: datetime) -> str:
    """An instant as BigCommerce reads it: a full timestamp in UTC, never a date alone.

    Raises:
        ValueError: The instant has no time zone.

    Source: BigCommerce REST reference, `catalog/products_catalog.v3.yml` (a date without a time is
    completed with the current time of day).
    """
    if value.tzinfo is None:
        raise ValueError(f"{value!r}: expected an aware datetime, such as datetime(2026, 11, 2, tzinfo=UTC).")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def number_text(value: Decimal) -> str:
    """A decimal as a JSON number, without exponent.

    Raises:
        ValueError: It is not finite.
    """
    if not value.is_finite():
        raise ValueError(f"{value}: expected a finite number.")
    return format(value, "f")


def json_text(value: object) -> str:
    """A body as JSON text."""
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, datetime):
        return f'"{instant_text(value)}"'
    if isinstance(value, Mapping):
        rows = cast("Mapping[str, Any]", value).items()
        return "{" + ",".join(f"{json.dumps(str(name))}:{json_text(inner)}" for name, inner in rows) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(json_text(inner) for inner in cast("list[Any]", value)) + "]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
