"""The end of a segment: what is to be remembered of each record, its work items, the watermark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from attrs import evolve, frozen

from commerce_bridge.domain.absence import MISSING, Maybe
from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.state import ByKeys, Expect, Key, Op
from commerce_bridge.merge.collections import elements
from commerce_bridge.ports.step import Step
from commerce_bridge.sync.applying.bookkeeping import bound
from commerce_bridge.sync.applying.leases import Claim
from commerce_bridge.sync.asking.causes import is_refusal, problem, work_key
from commerce_bridge.sync.asking.work import Met, Parties, close, meet, tell
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.kept.memory import bindings_of, layout_mark, origins_of
from commerce_bridge.sync.kept.origins import GONE, origin_of
from commerce_bridge.sync.kept.remembered import Remembered
from commerce_bridge.sync.kept.tables import body_of, load_rows, put
from commerce_bridge.sync.plans.segment import Standing

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
        plan: The plan's id.
        unsettled: The names of source records of which some steps were refused: they are decided anew.
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
    plan: str = ""
    unsettled: frozenset[str] = frozenset()

    @property
    def failed(self) -> frozenset[str]:
        """Records of which some write did not take hold."""
        return self.rejected | self.hampered


def settle_segment(job: Job[Any], outcome: Outcome, now: datetime, leases: Claim | None = None) -> Flow[int]:
    """Commit all of it at once; how many work items resolved by themselves.

    Args:
        job: The job.
        outcome: What the segment came to.
        now: The instant.
        leases: Those to be given back in the same commit.

    Raises:
        StateConflict: Somebody else moved the watermark, said something of a record meanwhile, or has taken a
            lease; nothing was written, and it is to be settled anew.
    """
    returned = leases or Claim()
    ops: list[Op] = list(returned.ops)
    origins = yield from origins_of(job, [str(one.origin) for one in outcome.standings])
    former, stood = yield from _former(job, outcome, origins)
    outcome = yield from _bound_by_others(job, outcome, former)
    settled = dict(former)
    passed = {record for record, known in former.items() if _is_later(known.as_of, outcome.as_of)}
    for standing in outcome.standings:
        target = outcome.bound.get(standing.record, standing.target)
        known = _remembered(job, outcome, standing, target, former.get(standing.record))
        settled[standing.record] = known
        ops.append(put(job.scope, "record", standing.record, known.body()))
        if target is not None:
            ops.extend(bound(job.scope, standing.record, standing.source, target))
    ops.extend(_origins(job, outcome, settled, origins))
    work = yield from _work(Parties.of(job), outcome, passed, now)
    ops.extend(op for met in work for op in met.ops)
    moved, expect = yield from _watermark(job, outcome, now)
    if ops or moved:
        yield from flow.commit([*ops, *moved], [*returned.expect, *expect, *stood])
    for met in work:
        yield from tell(met)
    *_, closed = work
    return len(closed.items)


def _bound_by_others(job: Job[Any], outcome: Outcome, former: Mapping[str, Remembered]) -> Flow[Outcome]:
    """The same, with records that came to exist since the plan was made, and not by it: these are decided anew."""
    loose = [
        one
        for one in outcome.standings
        if one.target is None
        and one.record not in outcome.bound
        and (one.record not in former or former[one.record].target is None)
    ]
    found = yield from bindings_of(job, [one.record for one in loose])
    if not found:
        return outcome
    late = {str(one.origin) for one in loose if one.record in found}
    return evolve(outcome, bound={**outcome.bound, **found}, unsettled=outcome.unsettled | late)


def _work(parties: Parties, outcome: Outcome, passed: set[str], now: datetime) -> Flow[tuple[Met, Met, Met]]:
    """Work items that are opened, met again, and closed because their cause is gone."""
    opened = [
        problem(step.record, step.label, step.reason, step.detail, outcome.plan)
        for step in outcome.opened
        if step.record not in passed
    ]
    current = [one for one in outcome.standings if one.record not in passed]
    told = {one.key for one in opened}
    again = [
        problem(one.record, one.label, reason, detail, outcome.plan)
        for one in current
        for reason, detail in one.work.items()
        if work_key(one.record, reason) not in told
    ]
    gone = [work_key(one.record, reason) for one in current for reason in _resolved(outcome, one)]
    return (
        (yield from meet(parties, opened, now)),
        (yield from meet(parties, again, now, known_only=True)),
        (yield from close(parties, gone, now)),
    )


def _former(
    job: Job[Any], outcome: Outcome, origins: Mapping[str, Mapping[str, Any]]
) -> Flow[tuple[dict[str, Remembered], list[Expect]]]:
    """What is remembered so far of these records, and of all others of their source records; as it stands."""
    wanted = [one.record for one in outcome.standings]
    wanted.extend(record for body in origins.values() for record in body["records"].values())
    rows = yield from load_rows(job.scope, "record", wanted)
    known = {key: Remembered.of(key, body_of(row)) for key, row in rows.items()}
    return known, [Expect(at=row.at, revision=row.revision) for row in rows.values()]


def _origins(
    job: Job[Any],
    outcome: Outcome,
    settled: Mapping[str, Remembered],
    origins: Mapping[str, Mapping[str, Any]],
) -> Iterator[Op]:
    """What skipping each source record stands on from now on."""
    families: dict[str, dict[str, None]] = {}
    versions: dict[str, set[str]] = {}
    formats: dict[str, int] = {}
    for standing in outcome.standings:
        name = str(standing.origin)
        former = origins.get(name)
        family = families.setdefault(name, dict.fromkeys(former["records"].values() if former else ()))
        family[standing.record] = None
        versions.setdefault(name, set()).add(standing.source_hash)
        formats[name] = standing.formats or (former["formats"] if former else 0)
    for name, family in families.items():
        one = origin_of(name, [settled[record] for record in family if record in settled], formats[name])
        was_gone = bool(origins.get(name, {}).get("gone"))
        one = evolve(one, gone=GONE in versions[name] or (was_gone and versions[name] == {""}))
        if name in outcome.unsettled:
            one = evolve(one, version="")
        yield put(job.scope, "origin", name, one.body())


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
    if standing.left:
        agreed = {place: value for place, value in known.agreed.items() if place not in standing.left}
        agreed |= {place: before[place] for place in standing.left if place in before}
        known = evolve(known, agreed=agreed, source_hash="", target_hash="")
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
    """Reasons whose cause is gone.

    While some write of the record fails, nothing is known of those that were refused before.
    """
    failing = standing.record in outcome.failed
    before = outcome.open_before.get(standing.record, {})
    return [
        reason for reason in before if reason not in standing.work and not (failing and is_refusal(reason))
    ]


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
    return [put(job.scope, "watermark", "source", body), layout_mark(job.scope)], [expect]
