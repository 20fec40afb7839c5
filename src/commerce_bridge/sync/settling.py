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
from commerce_bridge.sync.lines import agreed_of
from commerce_bridge.sync.remembered import Remembered
from commerce_bridge.sync.segment import Standing
from commerce_bridge.sync.tables import load_bodies, put

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
    """

    standings: tuple[Standing, ...]
    bound: Mapping[str, Ref]
    rejected: frozenset[str]
    hampered: frozenset[str]
    opened: tuple[Step, ...]
    open_before: Mapping[str, Mapping[str, str]]
    again_at: datetime
    watermark: str | None


def settle_segment(job: Job[Any], outcome: Outcome, now: datetime) -> Flow[int]:
    """Commit all of it at once; how many work items resolved by themselves."""
    ops: list[Op] = []
    closed = 0
    failed = outcome.rejected | outcome.hampered
    former = yield from load_bodies(
        job.scope, "record", [one.record for one in outcome.standings if one.record in failed]
    )
    for standing in outcome.standings:
        target = outcome.bound.get(standing.record, standing.target)
        known = _remembered(job, outcome, standing, target, former)
        ops.append(put(job.scope, "record", standing.record, known.body()))
        if target is not None:
            ops.append(binding(job.scope, standing.record, standing.source, target))
        gone = _resolved(outcome, standing)
        closed += len(gone)
        ops.extend(
            Delete(at=Key(table="work", scope=job.scope, key=f"{standing.record}/{one}")) for one in gone
        )
    ops.extend(work_item(job.scope, s.record, s.label, s.reason, s.detail, now) for s in outcome.opened)
    expect: list[Expect] = []
    if outcome.watermark is not None:
        ops.append(_watermark(job, outcome.watermark, now))
        expect.append((yield from _mark_stands(job)))
    if ops:
        yield from flow.commit(ops, expect)
    return closed


def _remembered(
    job: Job[Any],
    outcome: Outcome,
    standing: Standing,
    target: Ref | None,
    former: Mapping[str, Mapping[str, Any]],
) -> Remembered:
    """A record that failed is not taken for settled: rejected until it changes, hampered until it works."""
    known = Remembered.from_standing(standing, job.fingerprint, target)
    if standing.record not in outcome.rejected | outcome.hampered:
        return known
    body = former.get(standing.record)
    before = agreed_of(body["agreed"]) if body is not None else {}
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
    if standing.record in outcome.rejected or standing.record in outcome.hampered:
        return []
    before = outcome.open_before.get(standing.record, {})
    return [reason for reason in before if reason not in standing.work]


def _watermark(job: Job[Any], cursor: str, now: datetime) -> Op:
    body = {"cursor": cursor, "fingerprint": job.fingerprint, "at": now.isoformat()}
    return put(job.scope, "watermark", "source", body)


def _mark_stands(job: Job[Any]) -> Flow[Expect]:
    """The watermark moves by compare-and-set: nobody else may move it in between."""
    rows = yield from flow.load(ByKeys(table="watermark", scope=job.scope, keys=("source",)))
    at = Key(table="watermark", scope=job.scope, key="source")
    return Expect(at=at, revision=rows[0].revision if rows else 0)
