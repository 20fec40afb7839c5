"""One record as a revert would leave it: its steps, what is remembered of it, and what is left alone.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen

from commerce_bridge.domain.absence import MISSING, Maybe
from commerce_bridge.domain.exchange import Observed, Ref
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.record import Element, Kin, Record
from commerce_bridge.errors import CapabilityMissing, MappingError
from commerce_bridge.merge import owned_by
from commerce_bridge.merge.collections import elements
from commerce_bridge.ports.step import Change, Step, StepKind
from commerce_bridge.sync.history import Entry
from commerce_bridge.sync.holding.holds import Holds
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.kept.remembered import Remembered
from commerce_bridge.sync.planning.deciding import step_id
from commerce_bridge.sync.plans.segment import Standing
from commerce_bridge.sync.reverting.reversal import RULE, Reversal, Standpoint, reverse, withdraw

Place = tuple[str, AnyField]
"""A part of a record, empty for the record itself, and a field in it."""


@frozen(kw_only=True)
class Written:
    """One record that an apply has written.

    Args:
        plan: The id of the plan that was applied.
        known: What is remembered of the record.
        entries: What the ledger has of that apply, oldest first.
        observed: What the target shows now, kin that is ours going by its canonical id.
        work: Its open work items, reason to detail; they stay open.
        holds: What people have said stays as it is.
    """

    plan: str
    known: Remembered
    entries: tuple[Entry, ...]
    observed: Observed[Record]
    work: Mapping[str, str] = field(factory=dict[str, str])
    holds: Holds = field(factory=Holds)

    @property
    def is_made(self) -> bool:
        """Whether the apply has made the record."""
        return any(one.step.kind is StepKind.CREATE for one in self.entries)

    @property
    def changes(self) -> dict[Place, Change]:
        """What was written, by part and field."""
        return {(one.part, one.field): one for entry in self.entries for one in entry.step.changes}

    @property
    def made_parts(self) -> frozenset[str]:
        """The parts that the apply has added to a record which existed."""
        there = {
            key for entry in self.entries if entry.step.seen is not None for key in entry.step.seen.parts
        }
        return frozenset(part for part, _ in self.changes if part and part not in there)


@frozen(kw_only=True)
class Reverted:
    """One record as a revert would leave it.

    Args:
        steps: What is to be done.
        standing: What is to be remembered; None when nothing changes.
        left: What is left alone, each with why.
        withdrawn: Whether it, or a part of it, is taken off view.
    """

    steps: tuple[Step, ...] = ()
    standing: Standing | None = None
    left: tuple[str, ...] = ()
    withdrawn: bool = False


def revert_record(job: Job[Any], written: Written, as_of: datetime) -> Reverted:
    """Set back what an apply has changed of a record; take off view what it had made.

    Args:
        job: The job.
        written: The record.
        as_of: The instant of the plan.

    Raises:
        CapabilityMissing: What was made is to be deleted, and no writer can.
    """
    held = written.holds.held(written.known.record)
    if held is not None:
        return Reverted(left=(f"left alone: {held.rule} {held.why}",))
    at = Standpoint(
        shown=written.observed.value, why=f"back to before plan {written.plan[:8]}", vault=job.vault
    )
    agreed, left = dict(written.known.agreed), list[str]()
    changes: list[Change] = []
    made = _made(written)
    for place, change in _to_set_back(job, written, made, left):
        barred = _barred(job, written, change)
        if barred is not None:
            left.append(_told(change, barred))
            continue
        was = agreed.get(place, MISSING)
        reversal = _reversal(written, change, at, was, withdrawn=place[0] in made)
        left.extend(_told(change, why) for why in reversal.left)
        if reversal.agreed is MISSING:
            agreed.pop(place, None)
        else:
            agreed[place] = reversal.agreed
        if reversal.change is not None:
            changes.append(reversal.change)
    steps = tuple(_steps(job, written, changes))
    standing = _standing(written, agreed, as_of) if steps or agreed != written.known.agreed else None
    withdrawn = any(change.part in made for change in changes)
    return Reverted(steps=steps, standing=standing, left=tuple(left), withdrawn=withdrawn)


def _made(written: Written) -> frozenset[str]:
    """The parts that the apply has made; the empty one is the record itself, with all its parts."""
    return frozenset({""}) if written.is_made else written.made_parts


def _to_set_back(
    job: Job[Any], written: Written, made: frozenset[str], left: list[str]
) -> Iterator[tuple[Place, Change]]:
    """What was changed, in the order of the ledger; then, of what was made, what takes it off view."""
    if "" not in made:
        yield from ((place, one) for place, one in written.changes.items() if place[0] not in made)
    if made and job.deletes:
        raise CapabilityMissing(
            f"{written.known.label} was made by plan {written.plan[:8]} and is to be deleted; no writer of "
            f"{job.target} deletes records.",
            capability="delete_records",
            hint="Leave `Job.deletes` out: it is then taken off view. Or delete it on the target by hand.",
        )
    for part in sorted(made):
        withdrawn = job.withdrawn
        values: Mapping[AnyField, Any] = {}
        if withdrawn is not None:
            values = withdrawn(written.observed.value, part)
        if not values:
            left.append(f"{part or 'it'} was made, and cannot be taken off view on {job.target}")
        for name, value in values.items():
            yield (
                (part, name),
                Change(field=name, before=MISSING, after=value, owner=job.source, rule=RULE, part=part),
            )


def _reversal(
    written: Written, change: Change, at: Standpoint, agreed: Maybe[Any], *, withdrawn: bool
) -> Reversal:
    if not withdrawn:
        return reverse(change, at, agreed)
    wrote = written.changes.get((change.part, change.field))
    return withdraw(change, at, wrote.after if wrote is not None else MISSING, agreed)


def _barred(job: Job[Any], written: Written, change: Change) -> str | None:
    """Why a field is not ours to write, or None: it is pinned, or the table has changed since the apply."""
    pin = written.holds.pinned(written.known.record, change.field, change.part)
    if pin is not None:
        return f"{pin.rule} {pin.why}"
    try:
        rule = job.ownership.rule(change.field)
    except MappingError as error:
        return str(error)
    belongs = change.owner == job.target or rule.fingerprint == owned_by(job.target).fingerprint
    return f"it belongs to {job.target} now" if belongs else None


def _told(change: Change, why: str) -> str:
    part = f"{change.part}, " if change.part else ""
    return f"{part}{change.field.text} is left alone: {why}"


def _steps(job: Job[Any], written: Written, changes: Iterable[Change]) -> Iterator[Step]:
    groups: dict[StepKind, list[Change]] = {}
    for change in changes:
        groups.setdefault(job.kind_of(change), []).append(change)
    observed = written.observed
    for kind in StepKind:
        if kind in groups:
            some = tuple(groups[kind])
            needs = {one.record for change in some for one in elements(change.after) if isinstance(one, Kin)}
            yield Step(
                id=step_id(written.known.record, kind, some),
                kind=kind,
                record=written.known.record,
                label=_label(written),
                changes=some,
                keys=written.entries[-1].step.keys,
                target=observed.ref,
                observed=observed.version,
                needs=tuple(sorted(needs)),
                seen=names_of(observed.value),
            )


def _label(written: Written) -> str:
    return written.known.label or written.entries[-1].step.label


def _standing(written: Written, agreed: Mapping[Place, Maybe[Any]], as_of: datetime) -> Standing:
    """What is remembered: the record is decided anew by the next plan, since the source may say otherwise."""
    known = written.known
    ahead = known.next_change is not None and known.next_change > as_of
    return Standing(
        record=known.record,
        source=known.source,
        origin=known.origin,
        target=written.observed.ref,
        source_hash="",
        target_hash="",
        next_change=known.next_change if ahead else None,
        agreed=agreed,
        label=_label(written),
        work=written.work,
        adopted=known.adopted,
    )


def names_of(record: Record) -> Record:
    """What a writer needs of what the target showed: names of elements and parts, not values."""
    return Record(
        elements=record.elements,
        parts={key: Record(ref=part.ref) for key, part in record.parts.items()},
        ref=record.ref,
    )


def kin_of(changes: Iterable[Change]) -> frozenset[str]:
    """The canonical ids of the kin in some changes."""
    both = (one for change in changes for one in elements(change.before) | elements(change.after))
    return frozenset(one.record for one in both if isinstance(one, Kin))


def with_kin(observed: Observed[Record], bound: Mapping[str, Ref]) -> Observed[Record]:
    """The same, kin that is ours going by its canonical id."""
    names = {str(ref): record for record, ref in bound.items()}
    shown: dict[Element, Ref | None] = {
        Kin(names.get(one.record, one.record)) if isinstance(one, Kin) else one: ref
        for one, ref in observed.value.elements.items()
    }
    return evolve(observed, value=evolve(observed.value, elements=shown))
