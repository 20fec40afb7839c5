"""Unsealing: before a segment is sent, what it has sealed is read again.

A plan holds a reference and a keyed hash.  Where the hash of what the source says now is the one in the plan,
the writer gets the value, and nobody else does: steps, books, receipts and errors stay sealed.  Where it is
another, the step is refused, alone.  Who was erased since the plan was made is left out.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from attrs import evolve, field, frozen

from commerce_bridge.domain.exchange import NaturalKey, Observed
from commerce_bridge.domain.record import Element, Record
from commerce_bridge.domain.sealed import Sealed
from commerce_bridge.flow.effects import Flow
from commerce_bridge.merge.collections import elements
from commerce_bridge.ports.step import Step, StepKind
from commerce_bridge.sync.job import Draft, Job
from commerce_bridge.sync.kept.tables import canonical_id
from commerce_bridge.sync.limits import Returning
from commerce_bridge.sync.personal.clear import Clear, asks_source, asks_target, closed_to
from commerce_bridge.sync.personal.erased import QUESTION, erased_of, marks_of
from commerce_bridge.sync.personal.sealed_job import SealedWriter
from commerce_bridge.sync.personal.view import View
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.segment import Segment


@frozen(kw_only=True)
class Opened:
    """A segment about to be sent.

    Args:
        job: The job, whose writer has what was read again.
        segment: The segment without what is to be remembered of those who were erased.
        refused: Steps that must not be sent, each with why.
    """

    job: Job[Any]
    segment: Segment
    refused: Mapping[str, str] = field(factory=dict[str, str])


def opened(job: Job[Any], plan: Plan, segment: Segment, begun: Container[str] = ()) -> Flow[Opened]:
    """A segment with what its steps have sealed read again; nothing happens where nothing is personal.

    Args:
        job: The job, sealed if it has personal data.
        plan: The plan.
        segment: One of its segments.
        begun: Ids of steps of which something has taken hold.

    Cost: with sealed steps one read of their source records; one of their target records where elements (custom
    fields, notes, pictures) are written; the facts of the context once a run.
    """
    writer = job.writer
    if not isinstance(writer, SealedWriter):
        return Opened(job=job, segment=segment)
    gone = yield from _erased(job, writer.view, plan, segment)
    steps = [step for step in segment.steps if step.record not in gone]
    asked = [step for step in steps if asks_source(step)]
    if asked and writer.context is None:
        writer = SealedWriter(writer.view, context=(yield from writer.view.job.context(plan.header.as_of)))
    clear = yield from _read(writer, segment, steps)
    refused = {
        step.id: why for step in steps if (why := closed_to(step, clear, begun=step.id in begun)) is not None
    }
    refused |= {
        step.id: "this person was erased since the plan was made"
        for step in segment.steps
        if step.record in gone
    }
    return Opened(
        job=evolve(job, writer=SealedWriter(writer.view, clear, writer.context)),
        segment=_without(segment, gone),
        refused=refused,
    )


def _erased(job: Job[Any], view: View[Any], plan: Plan, segment: Segment) -> Flow[set[str]]:
    """Records of a segment that were erased, by their own names and by their keys, and that nobody asks about.

    A plan that knows of the erasure only asks; so no two clocks need be compared, but where people are taken
    back without a question.
    """
    keys: dict[str, list[NaturalKey]] = {}
    for step in segment.steps:
        keys.setdefault(step.record, []).extend(step.keys)
    marks = {
        one.record: marks_of(view.seal, [one.record, str(one.source)], keys.get(one.record, ()))
        for one in segment.standings
    }
    wanted = tuple(dict.fromkeys(mark for each in marks.values() for mark in each))
    erasures = (yield from erased_of(job.scope, wanted)).erasures
    asking = {one.record for one in segment.standings if QUESTION in one.work}
    taken = job.limits.returning is Returning.TAKE
    return {
        record
        for record, each in marks.items()
        for found in (erasures[mark] for mark in each if mark in erasures)
        if record not in asking and not (taken and found.at < plan.header.as_of)
    }


def _without(segment: Segment, gone: set[str]) -> Segment:
    """A segment that leaves nothing behind of these records; their writes stay, to be refused aloud."""
    if not gone:
        return segment
    return evolve(
        segment,
        steps=tuple(s for s in segment.steps if s.record not in gone or s.kind is not StepKind.OPEN_WORK),
        standings=tuple(one for one in segment.standings if one.record not in gone),
    )


def _read(writer: SealedWriter, segment: Segment, steps: Sequence[Step]) -> Flow[Clear]:
    """Read again what these steps have sealed."""
    job = writer.view.job
    records = {step.record for step in steps if asks_source(step)}
    origins = dict.fromkeys(one.origin for one in segment.standings if one.record in records)
    targets = dict.fromkeys(step.target for step in steps if step.target is not None and asks_target(step))
    found: Sequence[Observed[Any]] = (yield from job.reader.fetch(tuple(origins))) if origins else ()
    shown: Sequence[Observed[Record]] = (
        (yield from job.target_reader.fetch(tuple(targets))) if targets else ()
    )
    drafts = [draft for one in found for draft in _drafts(writer, one)]
    clear = _clear(writer.view, drafts, [one.value for one in shown])
    return evolve(clear, values={**_kept(writer.view, steps), **clear.values})


def _kept(view: View[Any], steps: Iterable[Step]) -> dict[str, Any]:
    """What somebody keeps of what these steps write: a revert brings back what no source says any more."""
    vault, values = view.job.vault, dict[str, Any]()
    for change in (change for step in steps for change in step.changes):
        if vault is not None and isinstance(change.after, Sealed):
            value = vault(change.field, change.after.digest)
            if view.seal.value(change.field, value) == change.after:
                values[change.after.digest] = value
    return values


def _drafts(writer: SealedWriter, observed: Observed[Any]) -> tuple[Draft, ...]:
    job, context = writer.view.job, writer.context
    if context is None:
        return ()
    kin = {str(ref): canonical_id(ref) for ref in job.refs(observed.value)}
    return job.drafts(observed.value, evolve(context, kin=kin))


def _clear(view: View[Any], drafts: Iterable[Draft], shown: Iterable[Record]) -> Clear:
    """What these drafts and records hold, by what it is when it is sealed."""
    values: dict[str, Any] = {}
    parts: dict[Element, Element] = {}
    keys: dict[NaturalKey, NaturalKey] = {}
    for draft in drafts:
        keys |= {view.key(key): key for key in draft.keys}
        for mapped in (draft.mapped, *draft.parts.values(), *draft.asleep.values()):
            for name, value in mapped.values.items():
                sealed = view.shown(name, value)
                if isinstance(sealed, Sealed):
                    values[sealed.digest] = value
                parts |= {view.seal.element(one): one for one in elements(value)}
    for record in shown:
        parts |= {view.seal.element(one): one for one in record.elements}
    return Clear(values=values, elements=parts, keys=keys, whole=True)
