"""Planning: read both sides, skip what cannot have changed, decide the rest, write the plan's file.

Planning writes to no platform and to no state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from attrs import define, evolve, field

from commerce_bridge.domain.exchange import Observed, Ref
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.record import Kin, Record
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.events import Decided as DecidedEvent
from commerce_bridge.flow.events import Progressed
from commerce_bridge.http.correlation import correlated
from commerce_bridge.mapping import Context, Problem
from commerce_bridge.ports.step import Step, StepKind
from commerce_bridge.sync.costing import estimate
from commerce_bridge.sync.deciding import Decided, Subject, decide_record, earliest, open_work
from commerce_bridge.sync.index import TargetIndex, read_target
from commerce_bridge.sync.job import Draft, Job
from commerce_bridge.sync.lines import footer_line, header_line, segment_line
from commerce_bridge.sync.memory import BEGINNING, Memory, remember
from commerce_bridge.sync.plan import Plan
from commerce_bridge.sync.planfile import PlanFile
from commerce_bridge.sync.remembered import Remembered, may_skip
from commerce_bridge.sync.segment import Footer, Header, Segment, Standing

S = TypeVar("S")


@define(kw_only=True)
class _Run(Generic[S]):
    """What one planning run has come to so far."""

    job: Job[S]
    context: Context
    index: TargetIndex
    memory: Memory
    titles: int = 0
    formats: int = 0
    skipped: int = 0
    steps: Counter[StepKind] = field(factory=Counter[StepKind])
    calls: int = 0
    good_until: datetime | None = None
    seen: set[str] = field(factory=set[str])
    remarks: Counter[str] = field(factory=Counter[str])
    of_source: list[str] = field(factory=list[str])


def plan(job: Job[S]) -> Flow[Plan]:
    """What would change now, and why.

    Cost: the reads of both sides, and no write.
    """
    plan_id = yield from flow.new_id()
    return (yield from correlated(plan_id, _plan(job, plan_id), run="plan"))


def _plan(job: Job[S], plan_id: str) -> Flow[Plan]:
    as_of = yield from flow.now()
    memory = yield from remember(job)
    context = yield from job.context(as_of)
    index = yield from read_target(job, memory.aliases)
    run: _Run[S] = _Run(job=job, context=context, index=index, memory=memory)
    header = Header(
        plan=plan_id,
        pair=job.pair,
        scope=job.scope,
        as_of=as_of,
        fingerprint=job.fingerprint,
        start=memory.start,
        complete=memory.start is None,
        correlation_id=plan_id,
    )
    file = PlanFile()
    file.write("header", header_line(header))
    watermark = yield from _read_source(run, file)
    yield from _read_due(run, file, watermark)
    footer = _footer(run)
    file.write("footer", footer_line(footer))
    file.finish()
    return Plan(header=header, footer=footer, file=file)


def _read_source(run: _Run[S], file: PlanFile) -> Flow[str | None]:
    """Decide page after page of the source; the watermark that holds at the end."""
    cursor = run.memory.start
    mark = cursor
    while True:
        page = yield from run.job.reader.changes(cursor)
        run.of_source.extend(page.remarks)
        segment = yield from _segment(run, page.items)
        mark = page.next or page.resume or BEGINNING
        file.write("segment", segment_line(evolve(segment, watermark=mark)))
        yield from flow.emit(Progressed(stage="plan", done=run.titles))
        if page.next is None:
            return mark
        cursor = page.next


def _read_due(run: _Run[S], file: PlanFile, watermark: str | None) -> Flow[None]:
    """Decide records that did not change at the source, but whose time has come or whose target moved."""
    due: dict[str, Ref] = {}
    for known in run.memory.records.values():
        if known.record in run.seen:
            continue
        if not _may_skip(run, known, known.source_hash):
            due[str(known.origin)] = known.origin
    if not due:
        return
    found = yield from run.job.reader.fetch(tuple(due.values()))
    for start in range(0, len(found), 100):
        segment = yield from _segment(run, found[start : start + 100])
        file.write("segment", segment_line(evolve(segment, watermark=watermark)))


def _segment(run: _Run[S], items: Sequence[Observed[S]]) -> Flow[Segment]:
    steps: list[Step] = []
    standings: list[Standing] = []
    for item in items:
        run.titles += 1
        run.formats += run.job.formats(item.value)
        for decided in _decide_all(run, item):
            steps.extend(decided.steps)
            standings.append(decided.standing)
            if decided.steps:
                changes = sum(len(step.changes) for step in decided.steps)
                yield from flow.emit(DecidedEvent(record=decided.standing.record, changes=changes))
    run.steps.update(step.kind for step in steps)
    run.calls += estimate(run.job.writer, steps, run.memory.bound)
    return Segment(steps=tuple(steps), standings=tuple(standings), watermark=None)


def _decide_all(run: _Run[S], item: Observed[S]) -> list[Decided]:
    """Everything that one source value comes to."""
    refs = {str(ref): run.memory.canonical(ref) for ref in run.job.refs(item.value)}
    version = item.version
    if _all_skip(run, refs.values(), version):
        run.skipped += len(refs)
        run.seen.update(refs.values())
        return []
    context = evolve(run.context, kin=refs)
    drafts = run.job.drafts(item.value, context)
    placed = [_placed(run, draft) for draft in _noted(drafts, item)]
    unmade = {one.record for one in placed if one.observed is None and one.draft.unmade}
    decided: list[Decided] = []
    for one in placed:
        if _left_alone(run, one, version):
            run.skipped += 1
            run.seen.add(one.record)
            continue
        subject = evolve(one, source_hash=version, draft=_without(one.draft, unmade))
        decided.append(_decide_one(run, subject))
        run.seen.add(one.record)
        run.good_until = earliest(run.good_until, one.draft.next_change)
        run.remarks.update(one.draft.remarks)
    return decided


def _noted(drafts: Sequence[Draft], item: Observed[Any]) -> list[Draft]:
    """The drafts, each with what could not be read of it; what is about none of them goes to the first."""
    noted = list(drafts)
    places = {draft.ref: place for place, draft in enumerate(noted)}
    for text in item.problems if noted else ():
        about = places.get(item.concerns.get(text, item.ref), 0)
        problem = Problem(code="source", message=text)
        noted[about] = evolve(noted[about], problems=(*noted[about].problems, problem))
    return noted


def _all_skip(run: _Run[S], records: Iterable[str], version: str) -> bool:
    known = [run.memory.records.get(record) for record in records]
    return bool(known) and all(one is not None and _may_skip(run, one, version) for one in known)


def _left_alone(run: _Run[S], subject: Subject, version: str) -> bool:
    """Whether the target refused this very record a short while ago, and its family alone brings it up."""
    known = subject.known
    return known is not None and known.refused == version and _may_skip(run, known, version)


def _may_skip(run: _Run[S], known: Remembered, version: str) -> bool:
    return may_skip(
        known,
        source_hash=version,
        fingerprint=run.job.fingerprint,
        now=run.context.now,
        observed=run.index.get(known.target),
    )


def _decide_one(run: _Run[S], subject: Subject) -> Decided:
    decided = decide_record(run.job, subject, run.index)
    former = run.memory.work.get(subject.record, {})
    steps = list(decided.steps)
    for reason, detail in decided.standing.work.items():
        if former.get(reason) != detail:
            steps.append(open_work(subject.record, subject.draft.label, reason, detail))
    return evolve(decided, steps=tuple(steps))


def _without(draft: Draft, unmade: set[str]) -> Draft:
    """A draft that is not related to records which will not be made."""
    if not unmade:
        return draft
    values: dict[AnyField, Any] = {
        name: value - {Kin(record) for record in unmade} if isinstance(value, frozenset) else value
        for name, value in draft.mapped.values.items()
    }
    return evolve(draft, mapped=evolve(draft.mapped, values=values))


_SHARED = "{key} is already used by another record of this source."


def _placed(run: _Run[S], draft: Draft) -> Subject:
    """Where a draft stands on the target, and what is wrong with that."""
    record = run.memory.canonical(draft.ref)
    known = run.memory.records.get(record)

    def at(observed: Observed[Record] | None) -> Subject:
        return Subject(record=record, draft=draft, source_hash="", known=known, observed=observed)

    def blocked(code: str, message: str) -> Subject:
        return evolve(at(None), draft=_blocked(draft, code, message))

    claimed = run.index.claim(draft.keys, record)
    if claimed is not None:
        return blocked("duplicate", _SHARED.format(key=claimed[0]))
    target = run.memory.bindings.get(record)
    if target is not None:
        observed = run.index.get(target)
        if observed is None:
            return blocked(
                "gone", f"{target} was deleted on {run.job.target}; it is not made again by itself."
            )
        return at(observed)
    found = run.index.named(draft.keys)
    if len(found) > 1:
        names = ", ".join(str(one.ref) for one in found)
        return blocked("ambiguous", f"Several records of {run.job.target} carry its keys: {names}.")
    if not found:
        return at(None)
    if run.index.owner(found[0].ref) not in {None, record}:
        shared = next(key for key in draft.keys if run.index.named((key,)))
        return blocked("duplicate", _SHARED.format(key=shared))
    return at(found[0])


def _blocked(draft: Draft, code: str, message: str) -> Draft:
    problem = Problem(code=code, message=message, blocking=True)
    return evolve(draft, problems=(*draft.problems, problem))


def _footer(run: _Run[S]) -> Footer:
    return Footer(
        titles=run.titles,
        formats=run.formats,
        records=len(run.seen),
        skipped=run.skipped,
        steps=dict(run.steps),
        calls=run.calls,
        good_until=run.good_until,
        warnings=(
            *run.of_source,
            *(f"{text} ({count})" for text, count in sorted(run.remarks.items())),
        ),
    )
