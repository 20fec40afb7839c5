"""Sending the steps of one segment: announced, sent side by side, and each answer written down at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from attrs import define, evolve, field

from commerce_bridge.errors import BridgeError, DecodeError, ServerFault, TransportError
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.ports.step import Call, Known, RowId, RowResult, Step, StepKind, Verdict
from commerce_bridge.sync.applying.bookkeeping import Books, look_for
from commerce_bridge.sync.applying.leases import Leases, Patience, give_back, renew, wait_for_any
from commerce_bridge.sync.applying.sharing import announce, commit_held

UNANSWERED = (TransportError, ServerFault, DecodeError)
"""Errors of a look-up that say nothing of what was looked for."""


@define(kw_only=True)
class Batch:
    """The steps of one segment under way.

    Args:
        books: Where it is written down, and the steps by id.
        known: What is known of the target so far.
        leases: Those of the run.
        errors: Rows that the target would not take.
        tries: How often a row's answer was lost.
        met: Rows that somebody else has brought about.
        made: Records that another plan has made since this one was.
        busy: Records that others work at, and those that wait for them.
        unfinished: Records of which something may have taken hold without our knowing.
        calls: Calls sent.
    """

    books: Books
    known: Known
    leases: Leases
    errors: dict[RowId, BridgeError | None] = field(factory=dict[RowId, "BridgeError | None"])
    tries: Counter[RowId] = field(factory=Counter[RowId])
    met: set[RowId] = field(factory=set[RowId])
    made: set[str] = field(factory=set[str])
    busy: set[str] = field(factory=set[str])
    unfinished: set[str] = field(factory=set[str])
    calls: int = 0

    @property
    def steps(self) -> Mapping[str, Step]:
        """The steps by id."""
        return self.books.steps

    def tell(self, results: Sequence[RowResult]) -> None:
        """Take in what became of some rows, and which records will not come to exist in this run."""
        writer = self.books.job.writer
        record_of = {step.id: step.record for step in self.steps.values()}
        self.known = self.known.told(tuple(results), record_of, writer.main_part)
        lost = {
            step.record
            for step in self.steps.values()
            if step.kind is StepKind.CREATE and (step.id, writer.main_part) in self.known.failed
        }
        self.known = evolve(self.known, lost=self.known.lost | lost)


def carry_out(batch: Batch) -> Flow[tuple[Step, ...]]:
    """Send stage after stage until nothing is left to send; the steps that are not over.

    What others have in hand is waited for, and then worked out anew; what they hold for longer is `busy`.
    """
    job = batch.books.job
    patience = Patience.of(job.limits.lease_for)
    pending: tuple[Step, ...] = tuple(batch.steps.values())
    while True:
        pending, held = yield from _send_what_is_free(batch, pending)
        if not held:
            return pending
        yield from give_back(batch.leases, batch.unfinished)  # whoever waits holds nothing
        if not (yield from wait_for_any(job.scope, held, patience)):
            batch.busy |= _stuck(pending, held)
            return pending


def _send_what_is_free(
    batch: Batch, steps: tuple[Step, ...]
) -> Flow[tuple[tuple[Step, ...], frozenset[str]]]:
    """Carry out what nobody else has in hand; the steps that are not over, and the records others hold."""
    pending: tuple[Step, ...] = steps
    held: frozenset[str] = frozenset()
    while pending:
        free = tuple(step for step in pending if step.record not in held)
        stage = batch.books.job.writer.lower(free, batch.known)
        pending = tuple(step for step in pending if step.id not in stage.done)
        if not stage.calls:
            break
        announced = yield from announce(batch.leases, batch.books, stage.calls)
        held |= announced.busy
        batch.made |= announced.made
        batch.met |= {one.row.id for one in announced.met}
        pending = tuple(step for step in pending if step.record not in announced.made)
        results = announced.met
        if announced.clear:
            results = yield from _send_all(batch, stage.calls)
        batch.tell(results)
    return pending, held


def _stuck(pending: Sequence[Step], held: frozenset[str]) -> set[str]:
    """Records that others hold, and those with steps that wait for one of them."""
    stuck = set(held)
    while more := {step.record for step in pending if stuck.intersection(step.needs)} - stuck:
        stuck |= more
    return stuck


def _send_all(batch: Batch, calls: Sequence[Call]) -> Flow[tuple[RowResult, ...]]:
    """Send announced calls side by side."""
    batch.calls += len(calls)
    flows = [_send_one(batch, call) for call in calls]
    outcomes = yield from flow.gather_all(flows, limit=batch.books.job.limits.in_flight)
    return tuple(result for results in outcomes for result in results)


def _send_one(batch: Batch, call: Call) -> Flow[tuple[RowResult, ...]]:
    creating = {batch.steps[row.step].record for row in call.rows if row.creates is not None}
    if creating:
        yield from renew(batch.leases)
        if not creating <= batch.leases.held.keys():
            return ()  # this worker slept past the end of its lease: it is announced again
    job = batch.books.job
    results = yield from job.writer.send(call)
    lost = tuple(one.row for one in results if one.verdict is Verdict.UNKNOWN and one.row.creates)
    unsure: frozenset[RowId] = frozenset()
    if lost:
        try:
            found = yield from look_for(job, lost)
        except UNANSWERED as error:  # whether they took hold is for the next run to find out
            found = {row.id: RowResult(row=row, verdict=Verdict.FAILED, error=error) for row in lost}
            unsure = frozenset(found)
            batch.unfinished.update(batch.steps[row.step].record for row in lost)
        results = tuple(found.get(one.row.id, one) for one in results)
    results = tuple(_tried(batch, one, job.limits.attempts) for one in results)
    told = yield from commit_held(batch.leases, batch.books, results, unsure)
    batch.errors.update((one.row.id, one.error) for one in told if one.verdict is Verdict.FAILED)
    batch.met.update(one.row.id for one in told if one not in results)
    return told


def _tried(batch: Batch, result: RowResult, limit: int) -> RowResult:
    """A row whose answer was lost goes out again, but not for ever."""
    if result.verdict is Verdict.UNKNOWN:
        batch.tries[result.row.id] += 1
        if batch.tries[result.row.id] >= limit:
            return evolve(result, verdict=Verdict.FAILED)
    return result
