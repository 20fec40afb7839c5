"""The target as one read showed it: by its own names, by natural keys, by values that must be unique."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from typing import Any

from attrs import evolve

from commerce_bridge.domain.absence import MISSING
from commerce_bridge.domain.exchange import Glimpse, NaturalKey, Observed, Ref, Sighting
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.record import Candidates, Element, Kin, Record
from commerce_bridge.flow.effects import Flow
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.planning.spool import Spool


class TargetIndex:
    """Finds records of the target, and keeps what is taken.

    What was only glimpsed is read when it is asked for; all of it once somebody asks by a natural key or
    for a unique value, since any record may be the one.

    Args:
        keys_of: The natural keys of a record of the target.
        unique: Fields whose values no two records share.
        spool: The run's notes.
    """

    def __init__(
        self,
        keys_of: Callable[[Record], Iterable[NaturalKey]],
        unique: Iterable[AnyField] = (),
        spool: Spool | None = None,
    ) -> None:
        self._keys_of = keys_of
        self._unique = {name: str(name) for name in unique}
        self._spool = spool or Spool()
        self._held: Mapping[str, str] = {}

    def __len__(self) -> int:
        return self._spool.count()

    def add(self, items: Sequence[Sighting[Record]]) -> None:
        """Take in a page of the target."""
        self._spool.show(items)
        self._note(one for one in items if not isinstance(one, Glimpse))

    def hold(self, holders: Mapping[str, str]) -> None:
        """Say who is bound to which record of the target, for those that come up next.

        Args:
            holders: The target's names, as text, to canonical ids.
        """
        self._held = holders

    def _note(self, read: Iterable[Observed[Record]]) -> None:
        keys: list[tuple[str, str]] = []
        taken: list[tuple[str, str, str]] = []
        for observed in read:
            name = observed.name
            keys.extend((str(key), name) for key in self._keys_of(observed.value))
            for field, text in self._unique.items():
                value = observed.value.get(field)
                if isinstance(value, str):
                    taken.append((text, value.casefold(), name))
        self._spool.note_keys(keys)
        self._spool.take(taken)

    def _note_all(self) -> None:
        page: list[Observed[Record]] = []
        for observed in self._spool.unread():
            page.append(observed)
            if len(page) == 500:
                self._note(page)
                page.clear()
        self._note(page)

    def versions(self, names: Iterable[str]) -> dict[str, str]:
        """The versions of those of these records that the target shows."""
        return self._spool.versions(names)

    def get(self, ref: Ref | None) -> Observed[Record] | None:
        """The record of this name, or None when the target does not show it."""
        observed = self._spool.get(str(ref)) if ref else None
        return evolve(observed, value=self._with_kin(observed.value)) if observed else None

    def raw(self, ref: Ref | None) -> Observed[Record] | None:
        """The same as the target shows it: family by the target's names."""
        return self._spool.get(str(ref)) if ref else None

    def named(self, keys: Iterable[NaturalKey]) -> tuple[Observed[Record], ...]:
        """The records that any of these natural keys name, without repeats."""
        self._note_all()
        names = dict.fromkeys(name for key in keys for name in self._spool.named(str(key)))
        found = (self.get(Ref.parse(name)) for name in names)
        return tuple(one for one in found if one is not None)

    def owner(self, ref: Ref) -> str | None:
        """The canonical id of the record that is bound to this name, or None."""
        return self._held.get(str(ref))

    def claim(self, keys: Iterable[NaturalKey], record: str) -> tuple[NaturalKey, str] | None:
        """Keep natural keys for a record; the first that another record of this run has, and that record."""
        for key in keys:
            holder = self._spool.claim(str(key), record)
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
        self._note_all()
        text = str(name)
        free = (one for one in value.values if self._spool.taken(text, one.casefold()) in {None, *ours})
        return next(free, MISSING)

    def take(self, name: AnyField, value: Any, record: str) -> None:
        """Keep a unique value for a record that is about to get it; values of other fields are nobody's."""
        if name in self._unique and isinstance(value, str):
            self._spool.take([(self._unique[name], value.casefold(), record)])

    def see(self, names: Iterable[str], stored: Container[str] = ()) -> None:
        """Keep that these records of the source were seen in this run, and which were known before."""
        self._spool.see(names, stored)

    def seen(self, names: Iterable[str]) -> set[str]:
        """Those of these that were seen in this run."""
        return self._spool.seen(names)

    def count_seen(self) -> int:
        """How many records of the source were seen in this run that were known before."""
        return self._spool.count_seen()

    def _with_kin(self, record: Record) -> Record:
        if not any(isinstance(one, Kin) for one in record.elements):
            return record
        translated: dict[Element, Ref | None] = {
            Kin(self._held.get(one.record, one.record)) if isinstance(one, Kin) else one: ref
            for one, ref in record.elements.items()
        }
        return evolve(record, elements=translated)


def read_target(job: Job[Any], index: TargetIndex) -> Flow[None]:
    """The whole target, page by page."""
    cursor: str | None = None
    while True:
        page = yield from job.target_reader.changes(cursor)
        index.add(page.items)
        if page.next is None:
            return
        cursor = page.next


def read_some(job: Job[Any], index: TargetIndex, refs: Sequence[Ref]) -> Flow[None]:
    """These records of the target alone; those that it does not show are left out."""
    if refs:
        found = yield from job.target_reader.fetch(refs)
        index.add(found)
