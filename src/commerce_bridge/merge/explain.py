"""Explanations: why a field is what it is, in one sentence and as data."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from attrs import frozen

from commerce_bridge.domain.absence import Cleared, Maybe, Missing
from commerce_bridge.domain.record import Kin
from commerce_bridge.merge.case import Decision


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
        parts = [
            f"{decision.field.text} is {show(decision.value)}: owned by {decision.owner}, rule {decision.rule}"
        ]
        if self.computed_by:
            parts.append(f"computed by {self.computed_by}")
        if decision.reason:
            parts.append(decision.reason)
        if decision.loser is not None:
            parts.append(f"{decision.loser} had {show(decision.candidates.get(decision.loser))}")
        if self.written_at is not None:
            parts.append(f"written {self.written_at}")
        return "; ".join(parts) + "."


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
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:57] + "…"
