"""Reverting: a plan that sets back what one apply has changed, made of what the ledger keeps.

It is a plan like any other: it prints, is saved, and is applied by `apply`.  Planning writes to no platform and
to no state.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import define, field

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.events import Decided, Progressed
from commerce_bridge.http.correlation import correlated
from commerce_bridge.ports.step import Step, StepKind
from commerce_bridge.sync.history import Entry, entries_of
from commerce_bridge.sync.holding.holding import load_holds
from commerce_bridge.sync.holding.holds import Holds
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.kept.memory import bindings_of, open_work_of, records_of
from commerce_bridge.sync.kept.remembered import Remembered
from commerce_bridge.sync.kept.tables import scan_bodies
from commerce_bridge.sync.personal.sealed_job import sealed
from commerce_bridge.sync.planning.costing import estimate, time_of
from commerce_bridge.sync.plans.lines import footer_line, header_line, segment_line
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.planfile import PlanFile
from commerce_bridge.sync.plans.receipt import Receipt
from commerce_bridge.sync.plans.render import counted
from commerce_bridge.sync.plans.segment import Footer, Header, Segment, Standing
from commerce_bridge.sync.reverting.reverted import Reverted, Written, kin_of, revert_record, with_kin

AT_ONCE = 100
"""So many records are read at once, and stand in one segment."""

TOLD = 200
"""So many fields that are left alone are told one by one; the others are counted."""

AGAIN = (
    "The next plan writes again what the source says: to keep what this brings back, change the source, or hold the "
    "records or pin the fields before that."
)
"""What every revert that writes something tells its reader."""

CUT_SHORT = "its apply was cut short: apply its plan again, then revert"


@define(kw_only=True)
class _Run:
    """What planning one revert has come to so far."""

    job: Job[Any]
    applied: str
    as_of: datetime
    work: Mapping[str, Mapping[str, str]]
    holds: Holds
    origins: set[Ref] = field(factory=set[Ref])
    records: int = 0
    changed: int = 0
    withdrawn: int = 0
    untouched: int = 0
    steps: Counter[StepKind] = field(factory=Counter[StepKind])
    calls: int = 0
    left: list[str] = field(factory=list[str])


def plan_revert(job: Job[Any], applied: Receipt | str) -> Flow[Plan]:
    """A plan that sets back what an apply has changed, as far as nobody has changed it since.

    What the apply had made is taken off view, not deleted.  What is left alone is told in the plan's warnings,
    field by field.

    Args:
        job: The job.
        applied: The receipt of the apply; or the id of its plan, or the beginning of one, as a receipt prints it.

    Raises:
        LookupError: No apply of a plan of that id is known, or several are.
        CapabilityMissing: The job asks for what was made to be deleted, and no writer can.

    Cost: one read of the records that the apply has written; no write.
    """
    plan_id = yield from flow.new_id()
    return (yield from correlated(plan_id, _plan(job, applied, plan_id), run="plan"))


def _plan(job: Job[Any], applied: Receipt | str, plan_id: str) -> Flow[Plan]:
    job = yield from sealed(job)
    as_of = yield from flow.now()
    name, records = yield from _written_by(job, applied)
    header = Header(
        plan=plan_id,
        pair=job.pair,
        scope=job.scope,
        as_of=as_of,
        fingerprint=job.fingerprint,
        start=None,
        complete=False,
        correlation_id=plan_id,
        reverts=name,
    )
    holds = yield from load_holds(job)
    run = _Run(job=job, applied=name, as_of=as_of, work=(yield from open_work_of(job)), holds=holds)
    file = PlanFile()
    file.write("header", header_line(header))
    for start in range(0, len(records), AT_ONCE):
        segment = yield from _segment(run, records[start : start + AT_ONCE])
        file.write("segment", segment_line(segment))
        yield from flow.emit(Progressed(stage="plan", done=run.records, total=len(records)))
    unmet = yield from scan_bodies(job.scope, "intent", f"{name}/")
    footer = _footer(run, len(unmet))
    file.write("footer", footer_line(footer))
    file.finish()
    return Plan(header=header, footer=footer, file=file)


def _written_by(job: Job[Any], applied: Receipt | str) -> Flow[tuple[str, list[str]]]:
    """The id of the plan that was applied, and the canonical ids of the records of which something took hold."""
    begins = applied if isinstance(applied, str) else f"{applied.plan}/"
    bodies = yield from scan_bodies(job.scope, "receipt", begins)
    records: dict[str, set[str]] = {} if isinstance(applied, str) else {applied.plan: set()}
    for key, body in bodies.items():
        records.setdefault(key.partition("/")[0], set()).add(body["record"])
    if len(records) != 1 or not begins:
        known = f"several do: {', '.join(sorted(records))}" if records else "none does"
        raise LookupError(
            f"A plan was looked for whose id begins with {begins!r} and of which something took hold on "
            f"{job.target}; {known}. Give the id that the receipt prints."
        )
    ((plan, found),) = records.items()
    return plan, sorted(found)


def _segment(run: _Run, records: Sequence[str]) -> Flow[Segment]:
    """What is to be taken back of some records."""
    steps: list[Step] = []
    standings: list[Standing] = []
    entries = yield from _entries(run, records)
    known = yield from records_of(run.job, records)
    kin = kin_of(change for some in entries.values() for entry in some for change in entry.step.changes)
    bound = yield from bindings_of(run.job, (*records, *sorted(kin)))
    for written in (yield from _written(run, entries, known, bound)):
        reverted = revert_record(run.job, written, run.as_of)
        _note(run, written, reverted)
        steps.extend(reverted.steps)
        if reverted.standing is not None:
            standings.append(reverted.standing)
        if reverted.steps:
            changes = sum(len(step.changes) for step in reverted.steps)
            yield from flow.emit(Decided(record=written.known.record, changes=changes))
    run.records += len(records)
    run.calls += estimate(run.job.writer, steps, bound)
    return Segment(steps=tuple(steps), standings=tuple(standings), watermark=None)


def _entries(run: _Run, records: Sequence[str]) -> Flow[dict[str, tuple[Entry, ...]]]:
    """What the ledger has of the apply, by record."""
    entries: dict[str, tuple[Entry, ...]] = {}
    for record in records:
        found = yield from entries_of(run.job, record)
        entries[record] = tuple(one for one in found if one.plan == run.applied and one.step.changes)
    return entries


def _written(
    run: _Run,
    entries: Mapping[str, tuple[Entry, ...]],
    known: Mapping[str, Remembered],
    bound: Mapping[str, Ref],
) -> Flow[list[Written]]:
    """The records as the target shows them now; what cannot be taken back is told."""
    asked = [bound[record] for record in entries if record in bound and record in known]
    found = yield from run.job.target_reader.fetch(tuple(asked))
    shown = {one.ref: with_kin(one, bound) for one in found}
    written: list[Written] = []
    for record, some in entries.items():
        target, remembered = bound.get(record), known.get(record)
        observed = shown.get(target) if target is not None else None
        label = some[-1].step.label if some else record
        if remembered is None or target is None:
            run.left.append(f"{label} is left alone: {CUT_SHORT}.")
        elif observed is None:
            run.left.append(f"{label} is left alone: {target} is gone from {run.job.target}.")
        elif some:
            written.append(
                Written(
                    plan=run.applied,
                    known=remembered,
                    entries=some,
                    observed=observed,
                    work=run.work.get(record, {}),
                    holds=run.holds,
                )
            )
    return sorted(written, key=lambda one: one.known.label)


def _note(run: _Run, written: Written, reverted: Reverted) -> None:
    if reverted.steps:
        run.origins.add(written.known.origin)
        run.changed += 1
    else:
        run.untouched += 1
    run.withdrawn += reverted.withdrawn
    run.steps.update(step.kind for step in reverted.steps)
    run.left.extend(f"{written.known.label}: {why}." for why in reverted.left)


def _footer(run: _Run, unmet: int) -> Footer:
    return Footer(
        titles=len(run.origins),
        formats=run.changed,
        records=run.records,
        skipped=run.untouched,
        steps=dict(run.steps),
        calls=run.calls,
        good_until=None,
        warnings=tuple(_warnings(run, unmet)),
        seconds=time_of(run.job, run.calls, run.as_of),
    )


def _warnings(run: _Run, unmet: int) -> list[str]:
    told = [f"{run.job.pair} is {run.holds.pause}."] if run.holds.pause is not None else []
    told.extend(run.left[:TOLD])
    if len(run.left) > TOLD:
        told.append(f"… and {counted(len(run.left) - TOLD, 'more field')} left alone.")
    if unmet:
        told.append(
            f"The apply was cut short: of {counted(unmet, 'write')} nobody knows yet whether it took hold. "
            "Apply its plan again, then revert."
        )
    if run.withdrawn:
        told.append(
            f"What the apply had made is taken off view, not deleted ({counted(run.withdrawn, 'record')})."
        )
    if run.steps:
        told.append(AGAIN)
    return told
