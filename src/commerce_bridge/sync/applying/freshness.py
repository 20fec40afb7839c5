"""Staleness: an observation that is too old is read again before it is overwritten."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve, frozen

from commerce_bridge.domain.absence import Maybe
from commerce_bridge.domain.exchange import Observed, Ref
from commerce_bridge.domain.record import Element, Kin, Record
from commerce_bridge.errors import MappingError
from commerce_bridge.flow.effects import Flow
from commerce_bridge.merge import owned_by
from commerce_bridge.merge.collections import alike, elements, holds_elements, standing
from commerce_bridge.merge.explain import show
from commerce_bridge.ports.step import Change, Step, StepKind
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.plans.plan import Plan


@frozen(kw_only=True)
class Before:
    """What the runs of a plan have come to before some steps are carried out.

    Args:
        started: When this run began.
        begun: Ids of steps of which something has taken hold.
        bound: Canonical id to the target's name.
    """

    started: datetime
    begun: Container[str]
    bound: Mapping[str, Ref]


def stale_steps(
    job: Job[Any], plan: Plan, steps: Sequence[Step], before: Before, now: datetime
) -> Flow[dict[str, str]]:
    """Steps that must not be carried out as they stand, each with why.

    These are steps whose record moved on the target since the plan was made, and steps that would write what
    the target owns by the ownership table as it is now.  Steps that have begun to take hold are not asked
    again: what moved is our own write.  Nor is a record stale that shows, in whole or in part, what the step
    would write: so far an earlier run had come.

    Args:
        job: The job.
        plan: The plan.
        steps: Its steps that are about to be carried out.
        before: What earlier runs have done, and when this one began.
        now: The instant.

    Cost: nothing while the plan is fresh; else one read of the records to be overwritten, and a look-up of
    those to be created if the plan was old when this run began.  Later on what was created meanwhile is met
    by the target's own uniqueness.
    """
    asked = [step for step in steps if step.id not in before.begun]
    foreign = {step.id: why for step in steps for why in _owned_by_the_target(job, step)}
    moved: dict[str, str] = {}
    appeared: dict[str, str] = {}
    if now - plan.header.as_of > job.limits.fresh_for:
        moved = yield from _moved(job, [step for step in asked if step.target is not None], before.bound)
    if before.started - plan.header.as_of > job.limits.fresh_for:
        appeared = yield from _appeared(job, [step for step in asked if step.kind is StepKind.CREATE])
    return {**moved, **appeared, **foreign}


def _owned_by_the_target(job: Job[Any], step: Step) -> Iterator[str]:
    """The first field of a step that is not ours to write; a plan may be older than the table.

    Of a composed rule only deciding anew tells who owns a field; the decision said so in the plan.
    """
    theirs = owned_by(job.target).fingerprint
    for change in step.changes:
        try:
            rule = job.ownership.rule(change.field)
        except MappingError as error:
            yield str(error)
            return
        if change.owner == job.target or rule.fingerprint == theirs:
            yield f"{change.field.text} belongs to {job.target}: plan again"
            return


def _moved(job: Job[Any], steps: Sequence[Step], bound: Mapping[str, Ref]) -> Flow[dict[str, str]]:
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
        if observed is None:
            why: str | None = f"it is gone from {job.target}"
        else:
            why = _difference(step, _as_named(step, observed, bound), job.target)
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
    for change in step.changes:
        shown = _shown(change, observed.value)
        if not (alike(shown, change.before) or _under_way(change, shown)):
            return f"{change.field.text} is {show(shown)} now, and was {show(change.before)}"
    return _others(step, observed.value, target)


def _under_way(change: Change, shown: Maybe[Any]) -> bool:
    """Whether the target shows what the change leads to, or elements on the way there."""
    if not holds_elements(change.before, change.after):
        return alike(shown, change.after)
    old, new, there = elements(change.before), elements(change.after), elements(shown)
    return old & new <= there <= old | new


def _as_named(step: Step, observed: Observed[Record], bound: Mapping[str, Ref]) -> Observed[Record]:
    """The same, family that is known going by its canonical id again."""
    seen = (step.seen or Record()).elements
    kin = {ref: one for one, ref in seen.items() if isinstance(one, Kin)}
    kin |= {bound[need]: Kin(need) for need in step.needs if need in bound}
    shown: dict[Element, Ref | None] = {
        kin.get(ref, one) if isinstance(one, Kin) else one: ref
        for one, ref in observed.value.elements.items()
    }
    return evolve(observed, value=evolve(observed.value, elements=shown))


def _others(step: Step, record: Record, target: str) -> str | None:
    """What others did to a collection that the step writes: an array that is replaced would undo it."""
    if step.seen is None:
        return None
    ours = {one for change in step.changes for one in elements(change.before) | elements(change.after)}
    kinds = tuple({type(one) for one in ours})
    was = {one for one in step.seen.elements if isinstance(one, kinds)}
    now = {one for one in record.elements if isinstance(one, kinds)}
    moved = sorted(str(one) for one in (was ^ now) - ours)
    return f"others have changed {', '.join(moved)} on {target}" if moved else None


def _shown(change: Change, record: Record) -> Any:
    if holds_elements(change.before, change.after):
        return standing(change.after, change.before, record.elements)
    holder = record.parts.get(change.part, Record()) if change.part else record
    return holder.get(change.field)
