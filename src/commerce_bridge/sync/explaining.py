"""Explaining: decide one record again, and say what was written of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import evolve

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.merge import Explanation
from commerce_bridge.sync.holding.holding import load_holds
from commerce_bridge.sync.job import Draft, Job
from commerce_bridge.sync.kept.memory import canonical, holders_of, known_record, origins_of
from commerce_bridge.sync.kept.remembered import Remembered
from commerce_bridge.sync.kept.tables import scan_bodies
from commerce_bridge.sync.personal.naming import record_called
from commerce_bridge.sync.personal.sealed_job import sealed
from commerce_bridge.sync.planning.deciding import Subject, decide_record
from commerce_bridge.sync.planning.index import TargetIndex, read_some
from commerce_bridge.sync.planning.placing import kin_names
from commerce_bridge.sync.planning.watch import Watch, load_echoes
from commerce_bridge.sync.plans.codec import decode_field


def explain(job: Job[Any], record: str, name: AnyField | None = None) -> Flow[tuple[Explanation, ...]]:
    """Why the fields of a record are, or will be, what they are.

    Raises:
        LookupError: No record of that name is known.
    """
    job = yield from sealed(job)
    record = yield from record_called(job, record)
    now = yield from flow.now()
    known = yield from known_record(job, record)
    context = yield from job.context(now)
    stored = (yield from origins_of(job, [str(known.origin)])).get(str(known.origin))
    found = yield from job.reader.fetch((known.origin,))
    bound = known.target
    index = yield from _shown(job, bound)
    written = yield from _written(job, known.record)
    echoes = yield from load_echoes(job, [known.record])
    watch = Watch(now=now, holds=(yield from load_holds(job)), echoes=echoes, brake=job.limits.brake)
    explanations: list[Explanation] = []
    for item in found:
        refs = {str(ref): canonical(ref, stored) for ref in job.refs(item.value)}
        draft = _draft_of(job.drafts(item.value, evolve(context, kin=refs)), known)
        if draft is None:
            continue
        draft = watch.drafted(known.record, draft)
        subject = Subject(
            record=known.record, draft=draft, source_hash=item.version, known=known, observed=index.get(bound)
        )
        decided = decide_record(job, subject, index, watch.over(subject))
        for (part, one), decision in decided.decisions.items():
            if name is None or one == name:
                at, plan = written.get((part, one), (None, None))
                mapped = draft.parts.get(part, draft.mapped)
                explanations.append(
                    Explanation(
                        record=known.record,
                        decision=decision,
                        written_at=at,
                        receipt=plan,
                        computed_by=mapped.rules.get(one, ""),
                    )
                )
    return tuple(explanations)


def _shown(job: Job[Any], bound: Ref | None) -> Flow[TargetIndex]:
    """What the target shows of one record."""
    index = TargetIndex(job.natural_keys, job.unique)
    yield from read_some(job, index, [bound] if bound is not None else [])
    index.hold((yield from holders_of(job, kin_names([index.raw(bound)]))))
    return index


def _draft_of(drafts: Iterable[Draft], known: Remembered) -> Draft | None:
    return next((draft for draft in drafts if draft.ref == known.source), None)


def _written(job: Job[Any], record: str) -> Flow[Mapping[tuple[str, AnyField], tuple[str, str]]]:
    """The last write of each field of a record: when, and by which plan."""
    bodies = yield from scan_bodies(job.scope, "ledger", f"{record}/")
    written: dict[tuple[str, AnyField], tuple[str, str]] = {}
    for body in bodies.values():
        for change in () if body.get("refused") else body["did"]["changes"]:
            written[change[5], decode_field(change[0])] = (body["at"], body["plan"])
    return written
