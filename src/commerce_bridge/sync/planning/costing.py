"""What an apply would cost: the real lowering, fed with made-up answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.http.budget import BudgetState
from commerce_bridge.http.forecast import forecast
from commerce_bridge.ports.step import STATE_ONLY, Known, RowResult, Step, Verdict
from commerce_bridge.ports.writer import Writer
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.personal.clear import asks_source, asks_target


def estimate(writer: Writer, steps: Sequence[Step], bound: Mapping[str, Ref]) -> int:
    """How many vendor calls these steps would take if every answer were good, reading again included.  Pure."""
    pending = tuple(step for step in steps if step.kind not in STATE_ONLY)
    known = known_before(pending, bound)
    record_of = {step.id: step.record for step in pending}
    calls = _read_again(pending)
    while pending:
        stage = writer.lower(pending, known)
        if not stage.calls:
            return calls
        results = tuple(
            RowResult(
                row=row,
                verdict=Verdict.DONE,
                ref=Ref("estimate", row.part, f"{calls}.{number}"),
                learned=((row.creates, Ref("estimate", row.part, f"{calls}.{number}")),)
                if row.creates
                else (),
            )
            for call in stage.calls
            for number, row in enumerate(call.rows)
        )
        calls += len(stage.calls)
        known = known.told(results, record_of, writer.main_part)
        pending = tuple(step for step in pending if step.id not in stage.done)
    return calls


def _read_again(steps: Sequence[Step]) -> int:
    """The reads that open what is sealed: one of the source, one of the target, each for all steps at once."""
    return any(asks_source(step) for step in steps) + any(asks_target(step) for step in steps)


def known_before(steps: Sequence[Step], bound: Mapping[str, Ref]) -> Known:
    """What is known of the target before any of these steps is sent."""
    bindings: dict[str, Ref] = {}
    for step in steps:
        target = step.target or bound.get(step.record)
        if target is not None:
            bindings[step.record] = target
        for need in step.needs:
            target = bound.get(need)
            if target is not None:
                bindings.setdefault(need, target)
    coming = {step.record for step in steps}
    lost = {need for step in steps for need in step.needs if need not in bindings and need not in coming}
    seen = {step.record: step.seen for step in steps if step.seen is not None}
    return Known(bindings=bindings, seen=seen, lost=frozenset(lost))


def time_of(job: Job[Any], calls: int, now: datetime) -> float:
    """Seconds that so many calls take when nobody else uses the account; 0 where its limits are not known."""
    if job.budget is None or calls == 0:
        return 0.0
    limits = job.limits
    looked = forecast(
        BudgetState(), job.budget, calls, now=now, latency_s=limits.latency_s, in_flight=limits.in_flight
    )
    return looked.seconds
