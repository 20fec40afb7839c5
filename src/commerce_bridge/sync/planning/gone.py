"""Records that the source no longer has: taken off view by default, never deleted by themselves."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from commerce_bridge.domain.exchange import Observed
from commerce_bridge.domain.record import Record
from commerce_bridge.mapping import Mapped
from commerce_bridge.sync.job import Draft, Job
from commerce_bridge.sync.kept.remembered import Remembered
from commerce_bridge.sync.limits import WhenGone

RULE = "gone from the source"
"""What takes a record off view that the source no longer has."""


def gone_draft(job: Job[Any], known: Remembered, observed: Observed[Record] | None) -> Draft:
    """What becomes of a record that the source no longer has.

    Nothing is written where the policy says to keep it, where the target has none, or where the job knows no
    way to take it off view.

    Args:
        job: The job.
        known: What is remembered of it.
        observed: What the target shows of it, or None.
    """
    kept = job.limits.when_gone is WhenGone.KEEP or job.withdrawn is None or observed is None
    draft = Draft(
        ref=known.source,
        origin=known.origin,
        label=known.label,
        mapped=Mapped(values={}),
        dormant=observed is None,
        remarks=(f"gone from {job.source}, {'left as it is' if kept else 'taken off view'} on {job.target}",),
    )
    if kept or job.withdrawn is None or observed is None:
        return draft
    values = job.withdrawn(observed.value, "")
    return evolve(draft, mapped=Mapped(values=values, rules=dict.fromkeys(values, RULE)))
