"""The end of a segment: what is to be remembered of each record, its work items, the watermark."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import evolve, frozen

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.state import ByKeys, Delete, Expect, Key, Op
from commerce_bridge.ports.step import Step
from commerce_bridge.sync.bookkeeping import binding, work_item
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.plan import Standing
from commerce_bridge.sync.remembered import Remembered
from commerce_bridge.sync.tables import put


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
        watermark: The source's watermark to move to, or None.
    """

    standings: tuple[Standing, ...]
    bound: Mapping[str, Ref]
    rejected: frozenset[str]
    hampered: frozenset[str]
    opened: tuple[Step, ...]
    open_before: Mapping[str, Mapping[str, str]]
    watermark: str | None


def settle_segment(job: Job[Any], outcome: Outcome, now: datetime) -> Flow[int]:
    """Commit all of it at once; how many work items resolved by themselves."""
    ops: list[Op] = []
    closed = 0
    for standing in outcome.standings:
        target = outcome.bound.get(standing.record, standing.target)
        ops.append(
            put(job.scope, "record", standing.record, _remembered(job, outcome, standing, target).body())
        )
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


def _remembered(job: Job[Any], outcome: Outcome, standing: Standing, target: Ref | None) -> Remembered:
    """A record that failed is not taken for settled: rejected until it changes, hampered until it works."""
    known = Remembered.from_standing(standing, job.fingerprint, target)
    if standing.record in outcome.hampered:
        return evolve(known, source_hash="", target_hash="")
    if standing.record in outcome.rejected:
        return evolve(known, refused=standing.source_hash, target_hash="")
    return known


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
