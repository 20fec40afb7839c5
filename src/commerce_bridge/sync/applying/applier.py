"""Applying: lower, send, and bind each answer at once; one bad row stops nothing else.

Around a write: the intent is committed, the call goes out, and its result is committed with
binding, receipt and ledger.  Dying anywhere between is met at the next start: an intent without
a result is looked for before anything is sent again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from attrs import define, evolve, field

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.errors import (
    BridgeError,
    MappingError,
    PlanLimit,
    RejectedRecord,
    RequestRefused,
    StalePlan,
    StateConflict,
)
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.events import Progressed, WatermarkMoved
from commerce_bridge.http.correlation import correlated
from commerce_bridge.ports.step import STATE_ONLY, RowId, Step, StepKind
from commerce_bridge.sync.applying.bookkeeping import (
    Books,
    Receipts,
    receipts_of,
    words,
)
from commerce_bridge.sync.applying.freshness import Before, stale_steps
from commerce_bridge.sync.applying.leases import Leases, leave, recheck
from commerce_bridge.sync.applying.sending import Batch, carry_out
from commerce_bridge.sync.applying.settling import Outcome, settle_segment
from commerce_bridge.sync.applying.sharing import begun_of
from commerce_bridge.sync.applying.unfinished import meet_intents, settle_intents
from commerce_bridge.sync.holding.holding import load_holds
from commerce_bridge.sync.holding.holds import Holds
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.kept.memory import Memory, bindings_of, keep_sweep, remember
from commerce_bridge.sync.kept.tables import put
from commerce_bridge.sync.kept.upgrading import upgrade
from commerce_bridge.sync.personal.sealed_job import sealed
from commerce_bridge.sync.personal.unsealing import opened
from commerce_bridge.sync.planning.costing import known_before
from commerce_bridge.sync.planning.safety import check
from commerce_bridge.sync.planning.watch import Tally, keep_tally, load_echoes
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.receipt import Receipt, Trouble
from commerce_bridge.sync.plans.segment import Segment

PERMANENT = (RejectedRecord, PlanLimit, RequestRefused, MappingError)
"""Errors that come again until the record, the rules or the store change.

A conflict is none: what is taken on the target shows when it is read again, and the next plan goes round it.
"""

SETTLING_TRIES = 10
"""How often a segment's end is committed when others write the same rows at the same moment."""


@define(kw_only=True)
class _Run:
    """What one apply has come to so far."""

    job: Job[Any]
    plan: Plan
    memory: Memory
    receipts: Receipts
    leases: Leases
    before: Before
    now: datetime
    bound: dict[str, Ref]
    holds: Holds
    applied: Counter[StepKind] = field(factory=Counter[StepKind])
    already: int = 0
    stale: list[Trouble] = field(factory=list[Trouble])
    busy: list[Trouble] = field(factory=list[Trouble])
    failed: list[Trouble] = field(factory=list[Trouble])
    work: list[Trouble] = field(factory=list[Trouble])
    closed: int = 0
    calls: int = 0
    held: bool = False


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
    met = yield from meet_intents(job)
    yield from upgrade(job)
    memory = yield from remember(job)
    receipts = yield from receipts_of(job, plan)
    bound = dict(receipts.bindings)
    before = Before(started=started, begun=frozenset(row[0] for row in receipts.done), bound=bound)
    holder = yield from flow.new_id()
    leases = Leases(scope=job.scope, holder=holder, plan=plan.header.plan, lasts=job.limits.lease_for)
    run = _Run(
        job=job,
        plan=plan,
        memory=memory,
        receipts=receipts,
        leases=leases,
        before=before,
        now=started,
        bound=bound,
        holds=holds,
    )
    try:
        yield from _segments(run)
    except BridgeError:
        yield from leave(leases)
        raise
    if met.left:  # what others had under way when this run began
        yield from settle_intents(job, keys=met.left)
    yield from keep_tally(job, plan.header.plan, Tally.of(plan.footer.heard))
    if plan.header.complete and not run.held:
        yield from keep_sweep(job, plan.header.as_of)
    ended = yield from flow.now()
    return _receipt(run, ended, allow if plan.footer.stops else None)


def _receipt(run: _Run, ended: datetime, allowed: str | None) -> Receipt:
    header = run.plan.header
    return Receipt(
        plan=header.plan,
        pair=header.pair,
        correlation_id=header.correlation_id,
        started_at=run.now,
        ended_at=ended,
        applied=dict(run.applied),
        already=run.already,
        stale=tuple(run.stale),
        failed=tuple(run.failed),
        work=tuple(run.work),
        closed=run.closed,
        calls=run.calls,
        allowed=allowed,
        busy=tuple(run.busy),
    )


def _segments(run: _Run) -> Flow[None]:
    done = 0
    for segment in run.plan.segments():
        run.holds = yield from load_holds(run.job)
        run.holds.check(run.job.pair)
        yield from _segment(run, segment)
        done += len(segment.steps)
        yield from flow.emit(Progressed(stage="apply", done=done, total=run.plan.footer.total))


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
    # what another worker of this plan has written meanwhile has not moved
    begun = yield from begun_of(run.job.scope, run.plan.header.plan, moved)
    moved = {step: why for step, why in moved.items() if step not in begun}
    moved = {**ready.refused, **run.holds.barred(writes), **moved}
    refused = {
        step.id: moved.get(step.id, "its time has come since the plan was made: plan again")
        for step in writes
        if step.record in late or step.id in moved
    }
    run.stale.extend(_trouble(step, "stale", refused[step.id]) for step in writes if step.id in refused)
    live = tuple(step for step in writes if step.id not in refused)
    echoes = yield from load_echoes(run.job, [step.record for step in live])
    steps = {step.id: step for step in live}
    standings = {one.record: one for one in segment.standings}
    books = Books(job=run.job, plan=run.plan, steps=steps, standings=standings, echoes=echoes)
    known = evolve(known_before(live, run.bound), done=run.receipts.done, names=run.receipts.names)
    batch = Batch(books=books, known=known, leases=run.leases)
    left = yield from carry_out(batch)
    _take_in(run, batch, left)
    stale = {step.record for step in writes if step.id in refused}
    yield from _remember(run, segment, batch, stale | batch.made | batch.busy)


def _bind(run: _Run, segment: Segment) -> Flow[None]:
    """Load what the records of a segment, and those they need, are bound to."""
    wanted = [step.record for step in segment.steps]
    wanted.extend(need for step in segment.steps for need in step.needs)
    known = yield from bindings_of(run.job, [record for record in wanted if record not in run.bound])
    run.bound.update(known)


def _take_in(run: _Run, batch: Batch, left: Sequence[Step]) -> None:
    """What sending came to: counts, and the steps that others have made stale or keep busy."""
    run.calls += batch.calls
    run.receipts = evolve(run.receipts, done=run.receipts.done | batch.met)
    run.bound.update(batch.known.bindings)
    for step in batch.steps.values():
        if step.record in batch.made:
            detail = "another run has made it since the plan was made: plan again"
            run.stale.append(_trouble(step, "stale", detail))
    for step in left:
        if step.record in batch.busy:
            detail = "another worker has it in hand; the next plan meets what it did"
            run.busy.append(_trouble(step, "busy", detail))
    _count(run, batch, tuple(batch.steps.values()))


def _count(run: _Run, batch: Batch, steps: Sequence[Step]) -> None:
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


def _remember(run: _Run, segment: Segment, batch: Batch, stale: set[str]) -> Flow[None]:
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
    run.closed += yield from _settle(run, batch, outcome)
    for step in opened:
        if run.memory.work.get(step.record, {}).get(step.reason) == step.detail:
            run.already += 1
            continue
        run.applied[StepKind.OPEN_WORK] += 1
        run.work.append(_trouble(step, step.reason, step.detail))
    if outcome.watermark is not None:
        yield from flow.emit(WatermarkMoved(scope=run.job.scope, watermark=outcome.watermark, at=run.now))


def _settle(run: _Run, batch: Batch, outcome: Outcome) -> Flow[int]:
    """Commit the end of a segment, and give its leases back in the same commit."""
    for _ in range(SETTLING_TRIES):
        returned = run.leases.returning((yield from flow.now()), batch.unfinished)
        try:
            closed = yield from settle_segment(run.job, outcome, run.now, returned)
        except StateConflict:
            yield from recheck(run.leases)
            continue
        run.leases.held.clear()
        return closed
    return (yield from settle_segment(run.job, outcome, run.now))


def _trouble(step: Step, reason: str, detail: str) -> Trouble:
    return Trouble(record=step.record, label=step.label, reason=reason, detail=detail)
