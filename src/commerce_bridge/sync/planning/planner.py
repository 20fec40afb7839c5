"""Planning: read both sides, skip what cannot have changed, decide the rest, write the plan's file.

Planning writes to no platform and to no state.  It needs the memory of one page: what it must find again lies
in a temporary file.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from attrs import evolve

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.events import Progressed
from commerce_bridge.http.correlation import correlated
from commerce_bridge.sync.holding.holding import find_record, load_holds
from commerce_bridge.sync.holding.holds import Hold
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.kept.memory import BEGINNING, Memory, remember
from commerce_bridge.sync.kept.tables import scan_bodies
from commerce_bridge.sync.personal.sealed_job import sealed
from commerce_bridge.sync.planning.costing import time_of
from commerce_bridge.sync.planning.families import decide_items
from commerce_bridge.sync.planning.index import TargetIndex, read_target
from commerce_bridge.sync.planning.safety import reasons
from commerce_bridge.sync.planning.survey import Survey, Wish
from commerce_bridge.sync.planning.sweeping import sweep
from commerce_bridge.sync.plans.lines import footer_line, header_line
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.planfile import PlanFile, Spooled
from commerce_bridge.sync.plans.segment import Footer, Header

S = TypeVar("S")


def plan(job: Job[S], wish: Wish | None = None) -> Flow[Plan]:
    """What would change now, and why.

    Args:
        job: The job.
        wish: What is asked for; everything unless given.

    Cost: the reads of both sides, and no write; for chosen records, one read of these on each side.
    """
    plan_id = yield from flow.new_id()
    return (yield from correlated(plan_id, _plan(job, plan_id, wish or Wish()), run="plan"))


def _plan(job: Job[S], plan_id: str, wish: Wish) -> Flow[Plan]:
    job = yield from sealed(job)
    as_of = yield from flow.now()
    memory = _from_the_beginning(job, (yield from remember(job)), wish, as_of)
    holds = yield from load_holds(job)
    header = Header(
        plan=plan_id,
        pair=job.pair,
        scope=job.scope,
        as_of=as_of,
        fingerprint=job.fingerprint,
        start=memory.start,
        complete=memory.start is None and wish.only is None and holds.pause is None,
        correlation_id=plan_id,
    )
    file = PlanFile()
    file.write("header", header_line(header))
    if holds.pause is not None:
        footer = _paused(job, holds.pause)
    else:
        context = yield from job.context(as_of)
        index = TargetIndex(job.natural_keys, job.unique)
        intents = yield from scan_bodies(job.scope, "intent")
        begun = frozenset(body["record"] for body in intents.values())
        survey: Survey[S] = Survey(
            job=job, wish=wish, context=context, memory=memory, index=index, holds=holds, begun=begun
        )
        yield from _read(survey, Spooled(file))
        footer = _footer(survey)
    file.write("footer", footer_line(footer))
    file.finish()
    return Plan(header=header, footer=footer, file=file)


def _from_the_beginning(job: Job[S], memory: Memory, wish: Wish, now: datetime) -> Memory:
    """What the run stands on, without the watermark when it is time to read the source whole."""
    every = job.limits.complete_every
    due = every is not None and (memory.swept_at is None or memory.swept_at + every <= now)
    return evolve(memory, start=None) if wish.complete or due else memory


def _paused(job: Job[S], pause: Hold) -> Footer:
    """What a plan comes to while the bridge is paused: nothing is read."""
    said = f"{job.pair} {pause.rule} {pause.why}. Nothing is planned meanwhile."
    return Footer(
        titles=0, formats=0, records=0, skipped=0, steps={}, calls=0, good_until=pause.until, warnings=(said,)
    )


def _read(survey: Survey[S], spooled: Spooled) -> Flow[None]:
    """Read both sides, and decide."""
    if survey.wish.only is not None:
        yield from _read_chosen(survey, spooled, survey.wish.only)
        return
    yield from read_target(survey.job, survey.index)
    watermark = yield from _read_source(survey, spooled)
    yield from sweep(survey, spooled, watermark)


def _read_source(survey: Survey[S], spooled: Spooled) -> Flow[str | None]:
    """Decide page after page of the source; the watermark that holds at the end."""
    cursor = survey.memory.start
    while True:
        page = yield from survey.job.reader.changes(cursor)
        survey.of_source.extend(page.remarks)
        segment = yield from decide_items(survey, page.items)
        mark = page.next or page.resume or BEGINNING
        spooled.write(evolve(segment, watermark=mark))
        yield from flow.emit(Progressed(stage="plan", done=survey.titles))
        if page.next is None:
            return mark
        cursor = page.next


def _read_chosen(survey: Survey[S], spooled: Spooled, only: tuple[Ref, ...]) -> Flow[None]:
    """Decide the chosen source records alone; the watermark stays where it is."""
    for start in range(0, len(only), 100):
        found = yield from survey.job.reader.fetch(only[start : start + 100])
        spooled.write((yield from decide_items(survey, found)))
        yield from flow.emit(Progressed(stage="plan", done=survey.titles, total=len(only)))


def _footer(survey: Survey[S]) -> Footer:
    job = survey.job
    stops = reasons(survey.tally, job.limits.safety, job.source, job.target)
    return Footer(
        titles=survey.titles,
        formats=survey.formats,
        records=survey.records,
        skipped=survey.skipped,
        steps=dict(survey.steps),
        calls=survey.calls,
        seconds=time_of(job, survey.calls, survey.context.now),
        good_until=survey.good_until,
        warnings=(
            *survey.of_source,
            *(f"{text} ({count})" for text, count in sorted(survey.remarks.items())),
            *survey.holds.remarks(),
        ),
        heard=survey.heard.body(),
        stops=dict(stops) if survey.wish.only is None else {},
    )


def chosen_records(job: Job[Any], names: Iterable[str] | str) -> Flow[tuple[Ref, ...]]:
    """The source records of some records.

    Args:
        job: The job.
        names: Each as for `explain`; or a reference of the source's, for a record not known yet.  One name alone
            is taken for itself, not for its letters.

    Raises:
        LookupError: No record of that name is known.
    """
    chosen: dict[Ref, None] = {}
    for name in (names,) if isinstance(names, str) else names:
        named = yield from find_record(job, name)
        chosen[named.origin] = None
    return tuple(chosen)
