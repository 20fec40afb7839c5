"""Explanations: why a field is what it is, in one sentence and as data."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from math import isfinite
from typing import Any, cast

import attrs
from attrs import frozen

from commerce_bridge.domain.absence import Cleared, Maybe, Missing
from commerce_bridge.domain.record import Kin
from commerce_bridge.domain.sealed import shortened
from commerce_bridge.merge.case import HIDDEN, Decision
from commerce_bridge.merge.collections import is_nothing


@frozen(kw_only=True)
class Explanation:
    """Why one field of one record is what it is.

    Args:
        record: Canonical id.
        decision: What was decided.
        written_at: ISO 8601 instant of the write, or None when it was not written.
        receipt: The receipt of the write, or None.
        computed_by: The mapper's rule that computed the source's value, or empty.
    """

    record: str
    decision: Decision
    written_at: str | None = None
    receipt: str | None = None
    computed_by: str = ""

    def __str__(self) -> str:
        decision = self.decision
        say = _hidden if decision.field.personal else show
        parts = [
            f"{decision.field.text} is {say(decision.value)}: owned by {decision.owner}, rule {decision.rule}"
        ]
        if self.computed_by:
            parts.append(f"computed by {self.computed_by}")
        if decision.reason:
            parts.append(decision.reason)
        if decision.loser is not None:
            parts.append(f"{decision.loser} had {say(decision.candidates.get(decision.loser))}")
        if self.written_at is not None:
            parts.append(f"written {self.written_at}")
        return "; ".join(parts) + "."

    def as_data(self) -> dict[str, Any]:
        """The same as data, ready for `json.dumps`; personal values are left out, and marked so.

        Returns:
            ``record``, ``field``, ``value``, ``owner``, ``rule``, ``candidates`` (side to value), ``loser``
            (the losing side or None), ``reason``, ``computed_by``, ``receipt`` and ``when``.
        """
        decision = self.decision
        data = _withheld if decision.field.personal else plain
        return {
            "record": self.record,
            "field": str(decision.field),
            "value": data(decision.value),
            "owner": decision.owner,
            "rule": decision.rule,
            "candidates": {side: data(value) for side, value in decision.candidates.items()},
            "loser": decision.loser,
            "reason": decision.reason,
            "computed_by": self.computed_by,
            "receipt": self.receipt,
            "when": self.written_at,
        }


def plain(value: Maybe[Any]) -> Any:
    """A value as JSON-able data for people and programs; it is not read back.

    An absence is ``{"absent": "missing"}`` or ``{"absent": "cleared"}``.  Sets are lists, sorted by their text.
    A value of an attrs class is its members under its name, without those that its `repr` leaves out.
    """
    if value is None or isinstance(value, (bool, int, str)) or (type(value) is float and isfinite(value)):
        return value
    if isinstance(value, (Missing, Cleared)):
        return {"absent": value.value}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if isinstance(value, frozenset):
        members = (plain(one) for one in cast("Iterable[Any]", value))
        return sorted(members, key=lambda one: json.dumps(one, sort_keys=True))
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in cast("Iterable[Any]", value)]
    if isinstance(value, Mapping):
        rows = cast("Mapping[object, object]", value)
        return {str(key): plain(one) for key, one in rows.items()}
    kind: type[Any] = type(cast("object", value))
    if attrs.has(kind):
        shown = {one.name: plain(getattr(value, one.name)) for one in attrs.fields(kind) if one.repr}
        return {kind.__name__: shown}
    return str(value)


def _hidden(value: Maybe[Any]) -> str:
    """A personal value as people may read it: whether there is one."""
    return show(value) if is_nothing(value) else HIDDEN


def _withheld(value: Maybe[Any]) -> Any:
    return plain(value) if is_nothing(value) else {"personal": True}


def show(value: Maybe[Any]) -> str:
    """A value as people read it, shortened."""
    if value is None or isinstance(value, Missing):
        return "nothing"
    if isinstance(value, Cleared):
        return "cleared"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC" if not value.utcoffset() else value.isoformat(" ", "minutes")
    if isinstance(value, frozenset):
        items = list(cast("Iterable[Any]", value))
        if items and all(isinstance(one, Kin) for one in items):
            return f"{len(items)} of its family"
        texts = sorted(show(one) for one in items)
        return ", ".join(texts) or "none"
    if isinstance(value, enum.Enum):
        return str(value.value)
    text = shortened(" ".join(str(value).split()))
    return text if len(text) <= 60 else text[:57] + "…"
