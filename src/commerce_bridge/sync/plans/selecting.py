"""Choosing among the steps of a plan, after reading it: a plan again, of what was chosen.  Pure but for its file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from attrs import evolve

from commerce_bridge.domain.fields import AnyField
from commerce_bridge.ports.step import Step, StepKind
from commerce_bridge.sync.plans.lines import footer_line, header_line
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.planfile import PlanFile, Spooled
from commerce_bridge.sync.plans.segment import Segment, Standing


def select(plan: Plan, keep: Callable[[Step], bool]) -> Plan:
    """A plan of those steps alone that are chosen.

    A record of which a step is left out is decided again by the next plan, and so is one that needs a record
    which is not made now; the watermark stays before the first page with one.  Nothing that is left out is
    taken for agreed.

    Args:
        plan: The plan.
        keep: Says of each step whether it is to be carried out.

    Returns:
        A plan like any other, under the id of the one it is taken from: what has taken hold of either is not done
        again by the other.
    """
    file = PlanFile()
    header = evolve(plan.header, complete=False)  # not all that the source had is settled by it
    file.write("header", header_line(header))
    spooled = Spooled(file)
    kinds: Counter[StepKind] = Counter()
    whole = True
    for segment in plan.segments():
        chosen = _chosen(segment, keep)
        whole = whole and len(chosen) == len(segment.steps)
        kinds.update(step.kind for step in chosen)
        standings = tuple(_standing(one, segment.steps, chosen) for one in segment.standings)
        mark = segment.watermark if whole else None
        spooled.write(Segment(steps=chosen, standings=standings, watermark=mark))
    share = sum(kinds.values()) / plan.footer.total if plan.footer.total else 1.0
    footer = evolve(
        plan.footer,
        steps=dict(kinds),
        calls=round(plan.footer.calls * share),
        seconds=plan.footer.seconds * share,
        warnings=(*plan.footer.warnings, f"{sum(kinds.values())} of {plan.footer.total} steps were chosen."),
    )
    file.write("footer", footer_line(footer))
    file.finish()
    return Plan(header=header, footer=footer, file=file)


def _chosen(segment: Segment, keep: Callable[[Step], bool]) -> tuple[Step, ...]:
    """The chosen steps, without those whose record is not made."""
    chosen = [step for step in segment.steps if keep(step)]
    made = {step.record for step in segment.steps if step.kind is StepKind.CREATE}
    unmade = made - {step.record for step in chosen if step.kind is StepKind.CREATE}
    return tuple(step for step in chosen if step.record not in unmade and not unmade.intersection(step.needs))


def _standing(standing: Standing, steps: Sequence[Step], chosen: Sequence[Step]) -> Standing:
    """What is to be remembered of a record: nothing is agreed on where its step was left out."""
    kept = {step.id for step in chosen}
    left = [step for step in steps if step.record == standing.record and step.id not in kept]
    if not left:
        return standing
    places: list[tuple[str, AnyField]] = [(one.part, one.field) for step in left for one in step.changes]
    closed = {step.reason for step in left if step.kind is StepKind.OPEN_WORK}
    work = {reason: detail for reason, detail in standing.work.items() if reason not in closed}
    return evolve(
        standing,
        source_hash="",
        target_hash="",
        left=tuple(places),
        work=work,
    )
