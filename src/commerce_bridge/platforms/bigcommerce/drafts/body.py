"""How a draft becomes a body: the fields that were given, under the vendor's names.

A field that was not given is not sent.  `CLEARED` is sent as the value with which the API clears that
field: ``""`` for a text, 0 for an amount, null where null is documented.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from attrs import Attribute, fields, has

from commerce_bridge.domain.absence import CLEARED, MISSING

_KEY = "cleared"


BLANK: Mapping[str, object] = {_KEY: ""}
"""Metadata of a text: `CLEARED` sends an empty one."""
ZERO: Mapping[str, object] = {_KEY: 0}
"""Metadata of a number that 0 takes away."""
NULL: Mapping[str, object] = {_KEY: None}
"""Metadata of a value that null takes away."""
NONE_OF_THEM: Mapping[str, object] = {_KEY: ()}
"""Metadata of a list: `CLEARED` sends an empty one."""


def body_of(draft: object) -> dict[str, Any]:
    """The fields of a draft that were given.

    Raises:
        ValueError: A field is `CLEARED` that the API cannot clear.
    """
    body: dict[str, Any] = {}
    for one in _fields(cast("Any", type(draft))):
        value = getattr(draft, one.name)
        if value is not MISSING:
            body[one.name] = _cleared(draft, one) if value is CLEARED else _sent(value)
    return body


@cache
def _fields(kind: Any) -> tuple[Attribute[Any], ...]:
    return tuple(fields(kind))


def _cleared(draft: object, one: Attribute[Any]) -> object:
    if _KEY not in one.metadata:
        raise ValueError(
            f"{type(draft).__name__}.{one.name} cannot be cleared: give a value, or leave it out."
        )
    return one.metadata[_KEY]


def _sent(value: object) -> object:
    if isinstance(value, (tuple, list)):
        return [_sent(inner) for inner in cast("tuple[object, ...]", value)]
    return body_of(value) if has(type(value)) else value
