"""What the state remembers of a record, and what it takes to skip it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from commerce_bridge.domain.absence import Cleared, Maybe
from commerce_bridge.domain.exchange import NaturalKey, Observed, Ref
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.record import Record
from commerce_bridge.merge.collections import holds_elements, standing
from commerce_bridge.sync.plans.lines import adopted_line, adopted_of, agreed_line, agreed_of
from commerce_bridge.sync.plans.segment import Standing


@frozen(kw_only=True)
class Remembered:
    """One record as the state has it.

    Args:
        record: Canonical id.
        source: The source's name of it.
        origin: The source's name of the value it comes from.
        target: The target's name of it, or None.
        source_hash: The source's version that was last settled; empty when it must be decided anew.
        target_hash: The target's version that was last settled; empty after a write of ours.
        fingerprint: The rules it was decided under; None when a rule had no name.
        next_change: When it must be decided again, or None.
        agreed: The values both sides agreed on, by part and field.
        label: How people name it.
        refused: The source's version that the target would not take, or empty.
        as_of: The instant of the plan that it was last settled by, or None when that is not known.
        work: Work items that the decision left open, reason to detail.
        adopted: Places whose value was there at first contact and stays, to the digest of what the source said.
    """

    record: str
    source: Ref
    origin: Ref
    target: Ref | None
    source_hash: str
    target_hash: str
    fingerprint: str | None
    next_change: datetime | None
    agreed: Mapping[tuple[str, AnyField], Maybe[Any]] = field(factory=dict[tuple[str, AnyField], Any])
    label: str = ""
    refused: str = ""
    as_of: datetime | None = None
    work: Mapping[str, str] = field(factory=dict[str, str])
    adopted: Mapping[tuple[str, AnyField], str] = field(factory=dict[tuple[str, AnyField], str])

    def body(self) -> dict[str, Any]:
        """As a state row's body."""
        return {
            "source": str(self.source),
            "origin": str(self.origin),
            "target": str(self.target) if self.target else None,
            "source_hash": self.source_hash,
            "target_hash": self.target_hash,
            "fingerprint": self.fingerprint,
            "next_change": self.next_change.isoformat() if self.next_change else None,
            "agreed": agreed_line(self.agreed),
            "label": self.label,
            "refused": self.refused,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "work": dict(self.work),
            "adopted": adopted_line(self.adopted),
        }

    def names(self, keys_of: Callable[[Record], Iterable[NaturalKey]]) -> set[str]:
        """The values of the natural keys that both sides agreed on, of the record and of its parts."""
        parts: dict[str, dict[AnyField, Any]] = {}
        for (part, name), value in self.agreed.items():
            parts.setdefault(part, {})[name] = value
        agreed = Record(
            values=parts.pop("", {}), parts={part: Record(values=values) for part, values in parts.items()}
        )
        return {key.value for key in keys_of(agreed)}

    @staticmethod
    def of(record: str, body: Mapping[str, Any]) -> Remembered:
        """The record that `body` wrote."""
        return Remembered(
            record=record,
            source=Ref.parse(body["source"]),
            origin=Ref.parse(body["origin"]),
            target=Ref.parse(body["target"]) if body["target"] else None,
            source_hash=body["source_hash"],
            target_hash=body["target_hash"],
            fingerprint=body["fingerprint"],
            next_change=datetime.fromisoformat(body["next_change"]) if body["next_change"] else None,
            agreed=agreed_of(body["agreed"]),
            label=body["label"],
            refused=body["refused"],
            as_of=datetime.fromisoformat(body["as_of"]) if body.get("as_of") else None,
            work=body.get("work") or {},
            adopted=adopted_of(body.get("adopted") or []),
        )

    @staticmethod
    def from_standing(standing_: Standing, fingerprint: str | None, target: Ref | None) -> Remembered:
        """What a settled standing leaves behind."""
        return Remembered(
            record=standing_.record,
            source=standing_.source,
            origin=standing_.origin,
            target=target,
            source_hash=standing_.source_hash,
            target_hash=standing_.target_hash,
            fingerprint=fingerprint,
            next_change=standing_.next_change,
            agreed=standing_.agreed,
            label=standing_.label,
            work=standing_.work,
            adopted=standing_.adopted,
        )


def refreshed(known: Remembered, observed: Observed[Record] | None) -> Standing:
    """What to remember of a record that is as it was agreed on, by the version that the target shows now."""
    return Standing(
        record=known.record,
        source=known.source,
        origin=known.origin,
        target=known.target,
        source_hash=known.source_hash,
        target_hash=observed.version if observed is not None else "",
        next_change=known.next_change,
        agreed=known.agreed,
        label=known.label,
        work=known.work,
        adopted=known.adopted,
    )


def target_settled(known: Remembered, observed: Observed[Record] | None) -> bool:
    """Whether the target still shows what was agreed: by its version, else value by value."""
    if known.target is None or observed is None:
        return known.target is None and observed is None
    if known.target_hash:
        return known.target_hash == observed.version
    return all(_shows(observed.value, part, name, value) for (part, name), value in known.agreed.items())


def _shows(record: Record, part: str, name: AnyField, value: Maybe[Any]) -> bool:
    holder = record.parts.get(part) if part else record
    if holder is None:
        return False
    if holds_elements(value):
        shown = standing(value, value, record.elements)
        return bool(shown == value) or (value == frozenset() and not shown)
    shown = holder.get(name)
    return (not shown) if isinstance(value, Cleared) else bool(shown == value)


def may_skip(
    known: Remembered,
    *,
    source_hash: str,
    fingerprint: str | None,
    now: datetime,
    observed: Observed[Record] | None,
) -> bool:
    """Whether nothing can have changed: source, target, rules and clock are all as they were.

    All four must hold, or a rights flip, a new rule or a merchandiser's edit is missed.  A record that is
    remembered without a source hash has a failure or a work item that may pass: it is never skipped.
    """
    if fingerprint is None or known.fingerprint != fingerprint or not known.source_hash:
        return False
    if known.source_hash != source_hash or (known.next_change is not None and known.next_change <= now):
        return False
    if known.refused == source_hash:
        return known.target is None or observed is not None
    return target_settled(known, observed)
