"""Applying: lower, send, and bind each answer at once; one bad row stops nothing else.

Around a write: the intent is committed, the call goes out, and its result is committed with
binding, receipt and ledger.  Dying anywhere between is met at the next start: an intent without
a result is looked for before anything is sent again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import define, evolve, field

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.errors import (
    BridgeError,
    DecodeError,
    MappingError,
    PlanLimit,
    RejectedRecord,
    RequestRefused,
    ServerFault,
    StalePlan,
    TransportError,
)
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.events import Progressed, WatermarkMoved
from commerce_bridge.http.correlation import correlated
from commerce_bridge.ports.step import Call, Known, RowId, RowResult, Step, StepKind, Verdict
from commerce_bridge.sync.bookkeeping import (
    Books,
    Receipts,
    commit_intents,
    commit_results,
    look_for,
    receipts_of,
    settle_intents,
    words,
)
from commerce_bridge.sync.costing import STATE_ONLY, known_before
from commerce_bridge.sync.freshness import Before, stale_steps
from commerce_bridge.sync.holding import load_holds
from commerce_bridge.sync.holds import Holds
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.memory import Memory, bindings_of, remember
from commerce_bridge.sync.plan import Plan
from commerce_bridge.sync.receipt import Receipt, Trouble
from commerce_bridge.sync.safety import check
from commerce_bridge.sync.sealed_job import sealed
from commerce_bridge.sync.segment import Segment
from commerce_bridge.sync.settling import Outcome, settle_segment
from commerce_bridge.sync.tables import put
from commerce_bridge.sync.unsealing import opened
from commerce_bridge.sync.upgrading import upgrade
from commerce_bridge.sync.watch import Tally, keep_tally, load_echoes

PERMANENT = (RejectedRecord, PlanLimit, RequestRefused, MappingError)
"""Errors that come again until the record, the rules or the store change.

A conflict is none: what is taken on the target shows when it is read again, and the next plan goes round it.
"""

UNANSWERED = (TransportError, ServerFault, DecodeError)
"""Errors of a look-up that say nothing of what was looked for."""


@define(kw_only=True)
class _Run:
    """What one apply has come to so far."""

    job: Job[Any]
    plan: Plan
    memory: Memory
    receipts: Receipts
    before: Before
    now: datetime
    bound: dict[str, Ref]
    holds: Holds
    applied: Counter[StepKind] = field(factory=Counter[StepKind])
    already: int = 0
    stale: list[Trouble] = field(factory=list[Trouble])
    failed: list[Trouble] = field(factory=list[Trouble])
    work: list[Trouble] = field(factory=list[Trouble])
    closed: int = 0
    calls: int = 0
    held: bool = False


@define(kw_only=True)
class _Batch:
    """The steps of one segment under way."""

    books: Books
    known: Known
    errors: dict[RowId, BridgeError | None] = field(factory=dict[RowId, "BridgeError | None"])
    tries: Counter[RowId] = field(factory=Counter[RowId])

    @property
    def steps(self) -> Mapping[str, Step]:
        return self.books.steps


def apply(job: Job[Any], plan: Plan, allow: str | None = None) -> Flow[Receipt]:
    """Carry a plan out; what had taken hold before is not done again.

    Args:
        job: The job.
        plan: The plan.
        allow: Why a plan is right that safety would stop; kept.

    Raises:
        SafetyStop: A person should look first, or the bridge is paused.
        StalePlan: The plan was made for other accounts or under other rules.
        AuthError, QuotaExhausted, RateLimited: Nothing more can be sent now; what was done is kept.
    """
    _belongs(job, plan)
    return (yield from correlated(plan.header.correlation_id, _apply(job, plan, allow), run="apply"))


def _apply(job: Job[Any], plan: Plan, allow: str | None) -> Flow[Receipt]:
    check(plan.footer.stops, allow)
    job = yield from sealed(job)
    holds = yield from load_holds(job)
    holds.check(job.pair)
    started = yield from flow.now()
    if plan.footer.stops and allow:
        yield from _allowed(job, plan, allow, started)
    yield from settle_intents(job)
    yield from upgrade(job)
    memory = yield from remember(job)
    receipts = yield from receipts_of(job, plan)
    bound = dict(receipts.bindings)
    before = Before(started=started, begun=frozenset(row[0] for row in receipts.done), bound=bound)
    run = _Run(
        job=job,
        plan=plan,
        memory=memory,
        receipts=receipts,
        before=before,
        now=started,
        bound=bound,
        holds=holds,
    )
    done = 0
    for segment in plan.segments():
        run.holds = yield from load_holds(job)
        run.holds.check(job.pair)
        yield from _segment(run, segment)
        done += len(segment.steps)
        yield from flow.emit(Progressed(stage="apply", done=done, total=plan.footer.total))
    yield from keep_tally(job, plan.header.plan, Tally.of(plan.footer.heard))
    ended = yield from flow.now()
    return Receipt(
        plan=plan.header.plan,
        pair=plan.header.pair,
        correlation_id=plan.header.correlation_id,
        started_at=started,
        ended_at=ended,
        applied=dict(run.applied),
        already=run.already,
        stale=tuple(run.stale),
        failed=tuple(run.failed),
        work=tuple(run.work),
        closed=run.closed,
        calls=run.calls,
        allowed=allow if plan.footer.stops else None,
    )


def _allowed(job: Job[Any], plan: Plan, why: str, now: datetime) -> Flow[None]:
    """Keep that somebody let a plan pass that safety would have stopped."""
    body = {"why": why, "at": now.isoformat(), "stops": dict(plan.footer.stops)}
    yield from flow.commit([put(job.scope, "allowed", plan.header.plan, body)])


def _belongs(job: Job[Any], plan: Plan) -> None:
    if plan.header.scope != job.scope:
        raise StalePlan(
            f"This plan was made for {plan.header.scope}, not for {job.scope}.",
            records=(),
            hint="Apply it with the bridge of those accounts, or plan again.",
        )
    if plan.header.fingerprint != job.fingerprint:
        raise StalePlan("The rules have changed since this plan was made.", records=(), hint="Plan again.")


def _segment(run: _Run, segment: Segment) -> Flow[None]:
    """Settle one segment: its steps, then what is to be remembered."""
    ready = yield from opened(run.job, run.plan, segment, run.before.begun)
    run.job, segment = ready.job, ready.segment
    writes = tuple(step for step in segment.steps if step.kind not in STATE_ONLY)
    yield from _bind(run, segment)
    now = yield from flow.now()
    late = {one.record for one in segment.standings if one.next_change and one.next_change <= now}
    moved = yield from stale_steps(run.job, run.plan, writes, run.before, now)
    moved = {**ready.refused, **run.holds.barred(writes), **moved}
    refused = {
        step.id: moved.get(step.id, "its time has come since the plan was made: plan again")
        for step in writes
        if step.record in late or step.id in moved
    }
    run.stale.extend(_trouble(step, "stale", refused[step.id]) for step in writes if step.id in refused)
    live = tuple(step for step in writes if step.id not in refused)
    sources = {one.record: one.source for one in segment.standings}
    echoes = yield from load_echoes(run.job, [step.record for step in live])
    steps = {step.id: step for step in live}
    books = Books(job=run.job, plan=run.plan, steps=steps, sources=sources, echoes=echoes)
    known = evolve(known_before(live, run.bound), done=run.receipts.done, names=run.receipts.names)
    batch = _Batch(books=books, known=known)
    yield from _carry_out(run, batch, live)
    run.bound.update(batch.known.bindings)
    yield from _remember(run, segment, batch, {step.record for step in writes if step.id in refused})


def _bind(run: _Run, segment: Segment) -> Flow[None]:
    """Load what the records of a segment, and those they need, are bound to."""
    wanted = [step.record for step in segment.steps]
    wanted.extend(need for step in segment.steps for need in step.needs)
    known = yield from bindings_of(run.job, [record for record in wanted if record not in run.bound])
    run.bound.update(known)


def _carry_out(run: _Run, batch: _Batch, steps: tuple[Step, ...]) -> Flow[None]:
    """Send stage after stage until nothing is left to send."""
    writer = run.job.writer
    record_of = {step.id: step.record for step in steps}
    pending = steps
    while pending:
        batch.known = evolve(batch.known, lost=batch.known.lost | _lost(steps, batch.known, writer.main_part))
        stage = writer.lower(pending, batch.known)
        pending = tuple(step for step in pending if step.id not in stage.done)
        if not stage.calls:
            break
        results = yield from _send_all(run, batch, stage.calls)
        batch.known = batch.known.told(results, record_of, writer.main_part)
    _count(run, batch, steps)


def _send_all(run: _Run, batch: _Batch, calls: Sequence[Call]) -> Flow[tuple[RowResult, ...]]:
    """Commit the intents of all calls, send them side by side, and commit each result at once."""
    yield from commit_intents(batch.books, calls)
    run.calls += len(calls)
    flows = [_send_one(run, batch, call) for call in calls]
    outcomes = yield from flow.gather_all(flows, limit=run.job.limits.in_flight)
    return tuple(result for results in outcomes for result in results)


def _send_one(run: _Run, batch: _Batch, call: Call) -> Flow[tuple[RowResult, ...]]:
    results = yield from run.job.writer.send(call)
    lost = tuple(one.row for one in results if one.verdict is Verdict.UNKNOWN and one.row.creates)
    unsure: frozenset[RowId] = frozenset()
    if lost:
        try:
            found = yield from look_for(run.job, lost)
        except UNANSWERED as error:  # whether they took hold is for the next run to find out
            found = {row.id: RowResult(row=row, verdict=Verdict.FAILED, error=error) for row in lost}
            unsure = frozenset(found)
        results = tuple(found.get(one.row.id, one) for one in results)
    results = tuple(_tried(batch, one, run.job.limits.attempts) for one in results)
    yield from commit_results(batch.books, results, unsure)
    return results


def _tried(batch: _Batch, result: RowResult, limit: int) -> RowResult:
    """A row whose answer was lost goes out again, but not for ever."""
    if result.verdict is Verdict.UNKNOWN:
        batch.tries[result.row.id] += 1
        if batch.tries[result.row.id] >= limit:
            result = evolve(result, verdict=Verdict.FAILED)
    if result.verdict is Verdict.FAILED:
        batch.errors[result.row.id] = result.error
    return result


def _lost(steps: Sequence[Step], known: Known, main_part: str) -> frozenset[str]:
    """Records of this segment whose making has failed."""
    return frozenset(
        step.record for step in steps if step.kind is StepKind.CREATE and (step.id, main_part) in known.failed
    )


def _count(run: _Run, batch: _Batch, steps: Sequence[Step]) -> None:
    """Which steps took hold now, which had before, and which the target would not take."""
    done: dict[str, set[RowId]] = {}
    for row in batch.known.done:
        done.setdefault(row[0], set()).add(row)
    failed = {row[0] for row in batch.errors}
    for step in steps:
        rows = done.get(step.id, set())
        if step.id in failed or not rows:
            continue
        if rows <= run.receipts.done:
            run.already += 1
        else:
            run.applied[step.kind] += 1
    told: set[tuple[str, str]] = set()
    for (step_id, part), error in batch.errors.items():
        detail = words(error)
        if (step_id, detail) not in told:  # a call that was refused is refused with all its rows
            told.add((step_id, detail))
            run.failed.append(_trouble(batch.steps[step_id], f"rejected:{part}", detail))


def _remember(run: _Run, segment: Segment, batch: _Batch, stale: set[str]) -> Flow[None]:
    """Commit what is to be remembered of each record, its work items, and the watermark."""
    run.held = run.held or bool(stale)
    opened = tuple(step for step in segment.steps if step.kind is StepKind.OPEN_WORK)
    permanent = {batch.steps[row[0]].record for row, e in batch.errors.items() if isinstance(e, PERMANENT)}
    failed = {batch.steps[row[0]].record for row in batch.errors}
    outcome = Outcome(
        standings=tuple(one for one in segment.standings if one.record not in stale),
        bound=run.bound,
        rejected=frozenset(permanent),
        hampered=frozenset(failed - permanent),
        opened=opened,
        open_before=run.memory.work,
        again_at=run.now + run.job.limits.retry_after,
        watermark=None if run.held else segment.watermark,
        as_of=run.plan.header.as_of,
        plan=run.plan.header.plan,
        unsettled=frozenset(str(one.origin) for one in segment.standings if one.record in stale),
    )
    run.closed += yield from settle_segment(run.job, outcome, run.now)
    for step in opened:
        if run.memory.work.get(step.record, {}).get(step.reason) == step.detail:
            run.already += 1
            continue
        run.applied[StepKind.OPEN_WORK] += 1
        run.work.append(_trouble(step, step.reason, step.detail))
    if outcome.watermark is not None:
        yield from flow.emit(WatermarkMoved(scope=run.job.scope, watermark=outcome.watermark, at=run.now))


def _trouble(step: Step, reason: str, detail: str) -> Trouble:
    return Trouble(record=step.record, label=step.label, reason=reason, detail=detail)
