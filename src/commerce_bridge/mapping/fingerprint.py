"""Values as text that is the same in every process, so that a change of rules is noticed and nothing else is."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, cast

import attrs


def stable(value: object) -> str:
    """A value as text: equal values give equal text, in this process and in the next.

    `repr` will not do: a set's order differs from run to run, and a function's address does.  Sets and
    mappings are sorted here, values of attrs classes are written out, and functions go by their name.
    """
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, Mapping):
        rows = cast("Mapping[object, object]", value).items()
        return "{" + ", ".join(sorted(f"{stable(key)}: {stable(one)}" for key, one in rows)) + "}"
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(sorted(stable(one) for one in cast("Iterable[object]", value))) + "}"
    if isinstance(value, (list, tuple)):
        return "(" + ", ".join(stable(one) for one in cast("Iterable[object]", value)) + ")"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value.is_finite() else str(value)
    kind = type(value)
    if attrs.has(kind):
        return f"{kind.__name__}({', '.join(_members(value, kind))})"
    name = getattr(value, "__qualname__", None)
    if callable(value) and isinstance(name, str):
        return f"{value.__module__}.{name}"
    return repr(value)


def _members(value: object, kind: type[Any]) -> Iterable[str]:
    return (f"{one.name}={stable(getattr(value, one.name))}" for one in attrs.fields(kind) if one.eq)
