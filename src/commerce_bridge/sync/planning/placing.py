"""Where drafts stand on the target, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve

from commerce_bridge.domain.exchange import Observed, Ref
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.record import Kin, Note, Record
from commerce_bridge.mapping import Problem
from commerce_bridge.merge.collections import elements
from commerce_bridge.sync.job import Draft
from commerce_bridge.sync.kept.remembered import Remembered
from commerce_bridge.sync.planning.deciding import Subject
from commerce_bridge.sync.planning.index import TargetIndex

_SHARED = "{key} is already used by another record of this source."


def placed(
    index: TargetIndex, draft: Draft, record: str, known: Remembered | None, bound: Ref | None, target: str
) -> Subject:
    """A draft with what the target shows of it; blocked where that is not clear.

    Args:
        index: The target.
        draft: What the source wants.
        record: Canonical id.
        known: What the state remembers, or None.
        bound: The target's name that the record is bound to, or None.
        target: The name of the side that is written.
    """

    def at(observed: Observed[Record] | None) -> Subject:
        return Subject(record=record, draft=draft, source_hash="", known=known, observed=observed)

    def stopped(code: str, message: str) -> Subject:
        return evolve(at(None), draft=blocked(draft, code, message))

    claimed = index.claim(draft.keys, record)
    if claimed is not None:
        return stopped("duplicate", _SHARED.format(key=claimed[0]))
    if bound is not None:
        observed = index.get(bound)
        if observed is None and draft.dormant and not draft.keys:
            return at(None)  # the source no longer has it, and neither has the target
        if observed is None:
            return stopped("gone", f"{bound} was deleted on {target}; it is not made again by itself.")
        return at(observed)
    found = index.named(draft.keys) if draft.keys else ()
    if len(found) > 1:
        names = ", ".join(str(one.ref) for one in found)
        return stopped("ambiguous", f"Several records of {target} carry its keys: {names}.")
    if not found:
        return at(None)
    if index.owner(found[0].ref) not in {None, record}:
        shared = next(key for key in draft.keys if index.named((key,)))
        return stopped("duplicate", _SHARED.format(key=shared))
    return evolve(at(found[0]), met=not _ours(draft, found[0].value))


def _ours(draft: Draft, record: Record) -> bool:
    """Whether a record carries a mark that only we put on records: the state that knew it was lost."""
    wanted = (one for value in draft.mapped.values.values() for one in elements(value))
    return any(isinstance(one, Note) and one in record.elements for one in wanted)


def blocked(draft: Draft, code: str, message: str) -> Draft:
    """A draft that must not be written, and why."""
    problem = Problem(code=code, message=message, blocking=True)
    return evolve(draft, problems=(*draft.problems, problem))


def noted(drafts: Iterable[Draft], item: Observed[Any]) -> list[Draft]:
    """The drafts, each with what could not be read of it; what is about none of them goes to the first."""
    told = list(drafts)
    places = {draft.ref: place for place, draft in enumerate(told)}
    for text in item.problems if told else ():
        about = places.get(item.concerns.get(text, item.ref), 0)
        problem = Problem(code="source", message=text)
        told[about] = evolve(told[about], problems=(*told[about].problems, problem))
    return told


def without(draft: Draft, unmade: set[str]) -> Draft:
    """A draft that is not related to records which will not be made."""
    if not unmade:
        return draft
    values: dict[AnyField, Any] = {
        name: value - {Kin(record) for record in unmade} if isinstance(value, frozenset) else value
        for name, value in draft.mapped.values.items()
    }
    return evolve(draft, mapped=evolve(draft.mapped, values=values))


def kin_names(observed: Iterable[Observed[Record] | None]) -> list[str]:
    """The target's names of all records, and of the family that they show."""
    names: list[str] = []
    for one in observed:
        if one is not None:
            names.append(one.name)
            names.extend(kin.record for kin in one.value.elements if isinstance(kin, Kin))
    return names


def values_of(mapping: Mapping[str, Ref], records: Iterable[str]) -> list[Ref]:
    """The references of these records, of those that have one."""
    return [mapping[record] for record in records if record in mapping]
