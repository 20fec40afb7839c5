"""The end of a segment: what is to be remembered of each record, its work items, the watermark."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias

from attrs import evolve, frozen

from commerce_bridge.domain.absence import MISSING, Maybe
from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.state import ByKeys, Delete, Expect, Key, Op
from commerce_bridge.merge.collections import elements
from commerce_bridge.ports.step import Step
from commerce_bridge.sync.bookkeeping import binding, work_item
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.remembered import Remembered
from commerce_bridge.sync.segment import Standing
from commerce_bridge.sync.tables import body_of, load_bodies, put

Agreed: TypeAlias = Mapping[tuple[str, AnyField], Maybe[Any]]


@frozen(kw_only=True)
class Outcome:
    """What one segment came to.

    Args:
        standings: Of the records whose steps were not refused as stale.
        bound: Canonical id to the target's name, as far as it is known.
        rejected: Records the target will not take as they are.
        hampered: Records with a failure that may pass.
        opened: Work items to open.
        open_before: Canonical id to the reasons of work items that were open.
        again_at: When what the target will not take is tried again, though nothing changed.
        watermark: The source's watermark to move to, or None.
        as_of: The instant of the plan; what a later plan has settled is not set back to it.
    """

    standings: tuple[Standing, ...]
    bound: Mapping[str, Ref]
    rejected: frozenset[str]
    hampered: frozenset[str]
    opened: tuple[Step, ...]
    open_before: Mapping[str, Mapping[str, str]]
    again_at: datetime
    watermark: str | None
    as_of: datetime | None = None

    @property
    def failed(self) -> frozenset[str]:
        """Records of which some write did not take hold."""
        return self.rejected | self.hampered


def settle_segment(job: Job[Any], outcome: Outcome, now: datetime) -> Flow[int]:
    """Commit all of it at once; how many work items resolved by themselves."""
    ops: list[Op] = []
    closed = 0
    former = yield from _former(job, outcome)
    passed = {record for record, known in former.items() if _is_later(known.as_of, outcome.as_of)}
    for standing in outcome.standings:
        target = outcome.bound.get(standing.record, standing.target)
        known = _remembered(job, outcome, standing, target, former.get(standing.record))
        ops.append(put(job.scope, "record", standing.record, known.body()))
        if target is not None:
            ops.append(binding(job.scope, standing.record, standing.source, target))
        gone = [] if standing.record in passed else _resolved(outcome, standing)
        closed += len(gone)
        ops.extend(
            Delete(at=Key(table="work", scope=job.scope, key=f"{standing.record}/{one}")) for one in gone
        )
    for step in outcome.opened:
        if step.record not in passed:
            ops.append(work_item(job.scope, step.record, step.label, step.reason, step.detail, now))
    moved, expect = yield from _watermark(job, outcome, now)
    if ops or moved:
        yield from flow.commit([*ops, *moved], expect)
    return closed


def _former(job: Job[Any], outcome: Outcome) -> Flow[dict[str, Remembered]]:
    """What is remembered of these records so far."""
    bodies = yield from load_bodies(job.scope, "record", [one.record for one in outcome.standings])
    return {record: Remembered.of(record, body) for record, body in bodies.items()}


def _is_later(settled: datetime | None, as_of: datetime | None) -> bool:
    return settled is not None and as_of is not None and settled > as_of


def _remembered(
    job: Job[Any], outcome: Outcome, standing: Standing, target: Ref | None, former: Remembered | None
) -> Remembered:
    """What is to be remembered of a record.

    One that failed is not taken for settled: rejected until it changes, hampered until it works.  One that a
    later plan has settled stays as that left it; only what this one may have put there is ours as well.
    """
    before: Agreed = former.agreed if former is not None else {}
    if former is not None and _is_later(former.as_of, outcome.as_of):
        return evolve(former, target_hash="", agreed=_either(before, standing.agreed))
    known = Remembered.from_standing(standing, job.fingerprint, target)
    known = evolve(known, as_of=outcome.as_of)
    if standing.record not in outcome.failed:
        return known
    known = evolve(known, target_hash="", agreed=_either(before, standing.agreed))
    if standing.record in outcome.hampered:
        return evolve(known, source_hash="")
    return evolve(
        known,
        refused=standing.source_hash,
        next_change=min(outcome.again_at, known.next_change or outcome.again_at),
    )


def _either(before: Agreed, after: Agreed) -> dict[tuple[str, AnyField], Maybe[Any]]:
    """What may have been agreed on when some of a record's writes failed: what was, and all our elements.

    An element that we put there before, or have now tried to put there, is ours in any case; else it
    would be taken for somebody else's, and stay for ever.
    """
    agreed = dict(before)
    for place, value in after.items():
        ours = elements(value) | elements(before.get(place, MISSING))
        if ours:
            agreed[place] = ours if len(ours) > 1 else value if elements(value) else before[place]
    return agreed


def _resolved(outcome: Outcome, standing: Standing) -> list[str]:
    """Reasons whose cause is gone."""
    if standing.record in outcome.failed:
        return []
    before = outcome.open_before.get(standing.record, {})
    return [reason for reason in before if reason not in standing.work]


def _watermark(job: Job[Any], outcome: Outcome, now: datetime) -> Flow[tuple[list[Op], list[Expect]]]:
    """The watermark moves forward only, by compare-and-set: nobody else may move it in between."""
    if outcome.watermark is None:
        return [], []
    rows = yield from flow.load(ByKeys(table="watermark", scope=job.scope, keys=("source",)))
    stands = body_of(rows[0]).get("as_of") if rows else None
    if _is_later(datetime.fromisoformat(stands) if stands else None, outcome.as_of):
        return [], []
    body = {
        "cursor": outcome.watermark,
        "fingerprint": job.fingerprint,
        "at": now.isoformat(),
        "as_of": outcome.as_of.isoformat() if outcome.as_of else None,
    }
    at = Key(table="watermark", scope=job.scope, key="source")
    expect = Expect(at=at, revision=rows[0].revision if rows else 0)
    return [put(job.scope, "watermark", "source", body)], [expect]
