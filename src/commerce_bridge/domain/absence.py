"""Absence is typed: not sent, cleared, and a value are three things."""

from __future__ import annotations

import enum
from typing import Final, TypeAlias, TypeVar

T = TypeVar("T")


class Missing(enum.Enum):
    """The side said nothing about this field: whatever is there stays."""

    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


class Cleared(enum.Enum):
    """The side says that this field has no value: what is there goes."""

    CLEARED = "cleared"

    def __repr__(self) -> str:
        return "CLEARED"

    def __bool__(self) -> bool:
        return False


MISSING: Final = Missing.MISSING
CLEARED: Final = Cleared.CLEARED

Maybe: TypeAlias = T | Missing | Cleared
"""A value, or one of the two absences."""


def present(value: Maybe[T], default: T) -> T:
    """The value, or `default` when there is none."""
    return default if isinstance(value, (Missing, Cleared)) else value
