"""The target as one read showed it: by its own names, by natural keys, by values that must be unique."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from attrs import evolve

from commerce_bridge.domain.absence import MISSING
from commerce_bridge.domain.exchange import NaturalKey, Observed, Ref
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.record import Candidates, Element, Kin, Record
from commerce_bridge.flow.effects import Flow
from commerce_bridge.sync.job import Job


class TargetIndex:
    """Finds records of the target, and keeps what is taken.

    Args:
        canonical: The target's names, as text, to canonical ids of records that are bound.
        unique: Fields whose values no two records share.
    """

    def __init__(self, canonical: Mapping[str, str], unique: Iterable[AnyField]) -> None:
        self._canonical = canonical
        self._by_ref: dict[str, Observed[Record]] = {}
        self._by_key: dict[NaturalKey, list[str]] = {}
        self._taken: dict[AnyField, dict[str, str]] = {name: {} for name in unique}
        self._claimed: dict[NaturalKey, str] = {}

    def __len__(self) -> int:
        return len(self._by_ref)

    def add(self, observed: Observed[Record], keys: Iterable[NaturalKey]) -> None:
        """Take in one record of the target."""
        ref = str(observed.ref)
        self._by_ref[ref] = evolve(observed, value=self._with_kin(observed.value))
        for key in keys:
            self._by_key.setdefault(key, []).append(ref)
        holder = self._canonical.get(ref, ref)
        for name, taken in self._taken.items():
            value = observed.value.get(name)
            if isinstance(value, str):
                taken[value.casefold()] = holder

    def get(self, ref: Ref | None) -> Observed[Record] | None:
        """The record of this name, or None when the target does not show it."""
        return self._by_ref.get(str(ref)) if ref else None

    def named(self, keys: Iterable[NaturalKey]) -> tuple[Observed[Record], ...]:
        """The records that any of these natural keys name, without repeats."""
        refs = dict.fromkeys(ref for key in keys for ref in self._by_key.get(key, ()))
        return tuple(self._by_ref[ref] for ref in refs)

    def owner(self, ref: Ref) -> str | None:
        """The canonical id of the record that is bound to this name, or None."""
        return self._canonical.get(str(ref))

    def claim(self, keys: Iterable[NaturalKey], record: str) -> tuple[NaturalKey, str] | None:
        """Keep natural keys for a record; the first that another record of this run has, and that record."""
        for key in keys:
            holder = self._claimed.setdefault(key, record)
            if holder != record:
                return key, holder
        return None

    def settle(self, name: AnyField, value: Any, ours: Collection[str], standing: Any) -> Any:
        """The first of several candidates that nobody else has, or MISSING; other values stay what they are.

        Args:
            name: The field.
            value: What is wanted.
            ours: The record's canonical id, and the target's name of it.
            standing: What the target shows: kept when it is one of the candidates.
        """
        if not isinstance(value, Candidates):
            return value
        if standing in value.values:
            return standing
        taken = self._taken.get(name, {})
        free = (one for one in value.values if taken.get(one.casefold()) in {None, *ours})
        return next(free, MISSING)

    def take(self, name: AnyField, value: Any, record: str) -> None:
        """Keep a unique value for a record that is about to get it; values of other fields are nobody's."""
        if name in self._taken and isinstance(value, str):
            self._taken[name][value.casefold()] = record

    def _with_kin(self, record: Record) -> Record:
        if not any(isinstance(one, Kin) for one in record.elements):
            return record
        translated: dict[Element, Ref | None] = {
            Kin(self._canonical.get(one.record, one.record)) if isinstance(one, Kin) else one: ref
            for one, ref in record.elements.items()
        }
        return evolve(record, elements=translated)


def read_target(job: Job[Any], canonical: Mapping[str, str]) -> Flow[TargetIndex]:
    """The whole target, page by page."""
    index = TargetIndex(canonical, job.unique)
    cursor: str | None = None
    while True:
        page = yield from job.target_reader.changes(cursor)
        for observed in page.items:
            index.add(observed, job.natural_keys(observed.value))
        if page.next is None:
            return index
        cursor = page.next
