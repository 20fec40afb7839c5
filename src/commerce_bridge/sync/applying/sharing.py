"""Working beside others: what is announced before it is sent, and what is found to be done already.

Whoever creates something holds the record's lease.  What is read while taking it (receipts, bindings) still
holds when the commit goes through, because everybody else who creates has to write the lease's row first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from attrs import frozen

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.errors import StateConflict
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.state import ByPrefix, Expect, Key
from commerce_bridge.ports.step import Call, Row, RowId, RowResult, StepKind, Verdict
from commerce_bridge.sync.applying.bookkeeping import (
    Books,
    as_told,
    commit_results,
    intents_of,
    look_for,
    row_key,
)
from commerce_bridge.sync.applying.coming import foretold
from commerce_bridge.sync.applying.leases import SKEW, Lease, Leases, leases_of, recheck
from commerce_bridge.sync.applying.unfinished import meet_intents
from commerce_bridge.sync.asking.causes import Cause, problem
from commerce_bridge.sync.asking.work import Parties, meet, tell
from commerce_bridge.sync.kept.tables import load_bodies


@frozen(kw_only=True)
class Announced:
    """What came of announcing some calls.

    Args:
        busy: Records that somebody else works at; the calls must not be sent.
        met: Rows that have taken hold by somebody else's hand; what is left has to be worked out anew.
        made: Records that another plan has made; the steps that were to make them are stale.
    """

    busy: frozenset[str] = frozenset()
    met: tuple[RowResult, ...] = ()
    made: frozenset[str] = frozenset()

    @property
    def clear(self) -> bool:
        """Whether the calls may be sent."""
        return not (self.busy or self.met or self.made)


def announce(leases: Leases, books: Books, calls: Sequence[Call]) -> Flow[Announced]:
    """Note what is about to be created, and take its records' leases: all of them, in one commit, or none.

    Args:
        leases: The run's leases.
        books: Where it is written down.
        calls: What is about to be sent.

    Cost: no call, and no commit where nothing is created; `Writer.find` where another plan, or a holder who
    did not come back, had a record in hand.
    """
    rows = [row for call in calls for row in call.rows]
    wanted = {books.steps[row.step].record for row in rows if row.creates is not None}
    while True:
        now = yield from flow.now()
        new = wanted - leases.held.keys()
        seen = yield from leases_of(books.scope, new)
        busy = frozenset(record for record, lease in seen.items() if not lease.is_free(now))
        if busy:
            return Announced(busy=busy)
        abandoned = frozenset(record for record, lease in seen.items() if lease.abandoned)
        if abandoned and (yield from meet_intents(books.job, records=abandoned)).looked_for:
            continue
        open_rows = [row for row in rows if books.steps[row.step].record not in leases.held]
        others = yield from _by_others(books, open_rows, seen)
        if not others.clear or not wanted:
            return others
        claim = leases.taking(new, seen, now)
        coming = yield from foretold(books.job, [books.standings[record] for record in sorted(new)])
        expect = [*claim.expect, *leases.expecting(wanted - new), *coming.expect]
        try:
            yield from flow.commit([*intents_of(books, calls), *claim.ops, *coming.ops], expect)
        except StateConflict:
            yield from recheck(leases, wanted)
            continue
        leases.hold(claim)
        return Announced()


def _by_others(books: Books, rows: Sequence[Row], seen: Mapping[str, Lease]) -> Flow[Announced]:
    """What others have done of these rows since this run looked."""
    made = frozenset((yield from _bindings(books, rows)))
    met = yield from told_by_receipts(books, rows)  # after the bindings: one of this plan has a receipt too
    if met:
        return Announced(met=tuple(met.values()))
    if made:
        return Announced(made=made)
    plan = books.plan.header
    touched = {
        record for record, one in seen.items() if one.plan != plan.plan and one.at + SKEW >= plan.as_of
    }
    asked = [row for row in rows if row.creates is not None and books.steps[row.step].record in touched]
    if not asked:
        return Announced()
    found = yield from look_for(books.job, asked)
    if found:
        yield from commit_results(books, tuple(found.values()))
    return Announced(met=tuple(found.values()))


def told_by_receipts(books: Books, rows: Sequence[Row]) -> Flow[dict[RowId, RowResult]]:
    """Those of these rows that have taken hold, whoever sent them; no vendor call."""
    plan = books.plan.header.plan
    keys = {row_key(plan, row.id): row for row in rows}
    bodies = yield from load_bodies(books.scope, "receipt", keys)
    return {keys[key].id: as_told(keys[key], body) for key, body in bodies.items()}


def begun_of(scope: str, plan: str, steps: Collection[str]) -> Flow[frozenset[str]]:
    """Those of these steps of which something has taken hold by now, whoever sent it; no vendor call."""
    begun: set[str] = set()
    for step in steps:
        query = ByPrefix(table="receipt", scope=scope, prefix=f"{plan}/{step}/", limit=1)
        if (yield from flow.load(query)):
            begun.add(step)
    return frozenset(begun)


def commit_held(
    leases: Leases, books: Books, results: Sequence[RowResult], unsure: frozenset[RowId] = frozenset()
) -> Flow[tuple[RowResult, ...]]:
    """Commit results while the records' leases are ours; what became of the rows, in the end.

    A lease goes to somebody else when its holder sleeps past its end.  What that one wrote down counts then;
    what neither has done is left out, to be announced again.  If both have created the thing, because the
    target takes it twice, a work item says so.
    """
    kept: dict[RowId, RowResult] = {one.row.id: one for one in results}
    told: dict[RowId, RowResult] = {}
    rows = [one.row for one in results if one.row.creates is not None]
    records = {books.steps[row.step].record for row in rows}
    while True:
        expect = [*leases.expecting(records), *_unbound(books, kept.values())]
        try:
            yield from commit_results(books, tuple(kept.values()), unsure, expect)
        except StateConflict:
            lost = yield from recheck(leases, records)
            theirs = yield from _done_by_others(books, [row for row in rows if row.id in kept])
            yield from _tell_twice(books, [(kept[row], one) for row, one in theirs.items()])
            told.update(theirs)
            gone = {row.id for row in rows if books.steps[row.step].record in lost}
            kept = {
                row: one
                for row, one in kept.items()
                if row not in theirs and (row not in gone or one.verdict is Verdict.DONE)
            }
        else:
            told.update(kept)
            return tuple(told[one.row.id] for one in results if one.row.id in told)


def _unbound(books: Books, results: Iterable[RowResult]) -> list[Expect]:
    """That nobody has bound the records that these results have made."""
    made = [one for one in results if one.verdict is Verdict.DONE and _makes_record(books, one.row)]
    keys = [Key(table="binding", scope=books.scope, key=books.steps[one.row.step].record) for one in made]
    return [Expect(at=key, revision=0) for key in keys]


def _done_by_others(books: Books, rows: Sequence[Row]) -> Flow[dict[RowId, RowResult]]:
    """Those of these rows that others have written down, by this plan or, of whole records, by another."""
    bound = yield from _bindings(books, rows)
    told = {
        row.id: RowResult(row=row, verdict=Verdict.DONE, ref=bound[record])
        for row in rows
        if (record := books.steps[row.step].record) in bound and _makes_record(books, row)
    }
    return {**told, **(yield from told_by_receipts(books, rows))}


def _bindings(books: Books, rows: Sequence[Row]) -> Flow[dict[str, Ref]]:
    """The target's names of the records that these rows are to make, for those that have one."""
    makes = {books.steps[row.step].record for row in rows if _makes_record(books, row)}
    bodies = yield from load_bodies(books.scope, "binding", sorted(makes))
    return {record: Ref.parse(body["target"]) for record, body in bodies.items() if body["target"]}


def _tell_twice(books: Books, pairs: Sequence[tuple[RowResult, RowResult]]) -> Flow[None]:
    """Open a work item for each thing that two workers have created."""
    causes: list[Cause] = []
    for mine, theirs in pairs:
        if mine.verdict is not Verdict.DONE or mine.ref == theirs.ref:
            continue
        step = books.steps[mine.row.step]
        detail = (
            f"Two workers made its {mine.row.part}: {theirs.ref} is in use, {mine.ref} is too much. One of "
            "them slept past the end of its lease. Look at both on the target, and remove the second."
        )
        reason = f"made-twice:{mine.row.part}"
        causes.append(problem(step.record, step.label, reason, detail, books.plan.header.plan))
    met = yield from meet(Parties.of(books.job), causes, (yield from flow.now()))
    if met.ops:
        yield from flow.commit(met.ops)
    yield from tell(met)


def _makes_record(books: Books, row: Row) -> bool:
    return books.steps[row.step].kind is StepKind.CREATE and row.part == books.job.writer.main_part
