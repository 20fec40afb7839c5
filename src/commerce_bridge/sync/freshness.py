"""Staleness: an observation that is too old is read again before it is overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from attrs import evolve

from commerce_bridge.domain.exchange import Observed, Ref
from commerce_bridge.domain.record import Element, Kin, Record
from commerce_bridge.flow.effects import Flow
from commerce_bridge.merge.collections import alike, elements, holds_elements, standing
from commerce_bridge.merge.explain import show
from commerce_bridge.ports.step import Change, RowId, Step, StepKind
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.plan import Plan


def stale_steps(
    job: Job[Any], plan: Plan, steps: Sequence[Step], done: frozenset[RowId], now: datetime
) -> Flow[dict[str, str]]:
    """Steps whose record moved on the target since the plan was made, each with what moved.

    Steps that have begun to take hold are not asked again: what moved is our own write.

    Cost: nothing while the plan is fresh; else one read of the records to be overwritten, and a
    look-up of those to be created.
    """
    if now - plan.header.as_of <= job.limits.fresh_for:
        return {}
    begun = {row[0] for row in done}
    asked = [step for step in steps if step.id not in begun]
    moved = yield from _moved(job, [step for step in asked if step.target is not None])
    appeared = yield from _appeared(job, [step for step in asked if step.kind is StepKind.CREATE])
    return {**moved, **appeared}


def _moved(job: Job[Any], steps: Sequence[Step]) -> Flow[dict[str, str]]:
    refs = tuple(dict.fromkeys(step.target for step in steps if step.target is not None))
    if not refs:
        return {}
    found = yield from job.target_reader.fetch(refs)
    now_there = {one.ref: one for one in found}
    stale: dict[str, str] = {}
    for step in steps:
        if step.target is None:
            continue
        observed = now_there.get(step.target)
        why = f"it is gone from {job.target}" if observed is None else _difference(step, observed, job.target)
        if why is not None:
            stale[step.id] = f"{why}: plan again"
    return stale


def _appeared(job: Job[Any], steps: Sequence[Step]) -> Flow[dict[str, str]]:
    keys = tuple(key for step in steps for key in step.keys)
    if not keys:
        return {}
    found = yield from job.writer.find(keys)
    return {
        step.id: f"it has come to exist on {job.target} since: plan again"
        for step in steps
        if any(found.get(key) for key in step.keys)
    }


def _difference(step: Step, observed: Observed[Record], target: str) -> str | None:
    if step.observed and step.observed == observed.version:
        return None
    record = evolve(observed.value, elements=_as_named(step, observed.value))
    for change in step.changes:
        shown = _shown(change, record)
        if not alike(shown, change.before):
            return f"{change.field.text} is {show(shown)} now, and was {show(change.before)}"
    return _others(step, record, target)


def _as_named(step: Step, record: Record) -> dict[Element, Ref | None]:
    """The elements of a record; family that the step knows goes by its canonical id again."""
    known = (step.seen or Record()).elements
    kin = {ref: one for one, ref in known.items() if isinstance(one, Kin)}
    return {kin.get(ref, one) if isinstance(one, Kin) else one: ref for one, ref in record.elements.items()}


def _others(step: Step, record: Record, target: str) -> str | None:
    """What others did to a collection that the step writes: an array that is replaced would undo it."""
    if step.seen is None:
        return None
    kinds = tuple({type(one) for change in step.changes for one in _moved_elements(change)})
    was = {one for one in step.seen.elements if isinstance(one, kinds)}
    now = {one for one in record.elements if isinstance(one, kinds)}
    moved = sorted(str(one) for one in was ^ now)
    return f"others have changed {', '.join(moved)} on {target}" if moved else None


def _moved_elements(change: Change) -> frozenset[Element]:
    return elements(change.before) | elements(change.after)


def _shown(change: Change, record: Record) -> Any:
    if holds_elements(change.before, change.after):
        return standing(change.after, change.before, record.elements)
    holder = record.parts.get(change.part, Record()) if change.part else record
    return holder.get(change.field)
