"""Source records that this run did not see: those whose time has come, and those that are gone.

Only a complete read can tell that a record is gone, and it is asked for by name before that is believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from attrs import evolve

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.state import ByPrefix, Count
from commerce_bridge.ports.step import Step
from commerce_bridge.sync.kept.memory import PAGE, origins_of, records_of
from commerce_bridge.sync.kept.origins import GONE
from commerce_bridge.sync.kept.remembered import refreshed
from commerce_bridge.sync.kept.tables import body_of
from commerce_bridge.sync.planning.costing import estimate
from commerce_bridge.sync.planning.families import (
    Former,
    decide_drafts,
    decide_items,
    hold_names,
    unchanged_record,
)
from commerce_bridge.sync.planning.gone import gone_draft
from commerce_bridge.sync.planning.placing import kin_names
from commerce_bridge.sync.planning.survey import Survey
from commerce_bridge.sync.plans.planfile import Spooled
from commerce_bridge.sync.plans.segment import Segment, Standing

S = TypeVar("S")


def sweep(survey: Survey[S], spooled: Spooled, watermark: str | None) -> Flow[None]:
    """Decide the stored source records that the read did not show, where anything about them may be different.

    Args:
        survey: The run.
        spooled: Takes the segments.
        watermark: The watermark that holds at the end.
    """
    if survey.complete and (yield from _all_seen(survey)):
        return
    after = ""
    while True:
        found = yield from flow.load(
            ByPrefix(
                table="origin",
                scope=survey.job.scope,
                after=after,
                limit=PAGE,
                bodies=not survey.complete,  # after a complete read nearly every one was seen
            )
        )
        if not found:
            return
        after = found[-1].at.key
        seen = survey.index.seen(row.at.key for row in found)
        unseen = [row for row in found if row.at.key not in seen]
        if survey.complete:
            stored = yield from origins_of(survey.job, [row.at.key for row in unseen])
        else:
            stored = {row.at.key: body_of(row) for row in unseen}
        yield from _decide(survey, spooled, stored, watermark)


def _all_seen(survey: Survey[S]) -> Flow[bool]:
    """Whether a complete read showed every record that was known before."""
    (known,) = yield from flow.load(Count(table="origin", scope=survey.job.scope))
    return int(known.body) == survey.index.count_seen()


def _decide(
    survey: Survey[S], spooled: Spooled, stored: Mapping[str, dict[str, Any]], watermark: str | None
) -> Flow[None]:
    missed = [name for name, body in stored.items() if survey.complete and not body["gone"]]
    segment, left = yield from _settle(
        survey, {name: body for name, body in stored.items() if name not in missed}
    )
    if segment.standings:
        spooled.write(evolve(segment, watermark=watermark))
    due = [*missed, *left]
    if not due:
        return
    found = yield from survey.job.reader.fetch(tuple(Ref.parse(name) for name in due))
    for page in _pages(found):
        segment = yield from decide_items(survey, page)
        spooled.write(evolve(segment, watermark=watermark))
    here = survey.index.seen(due)
    # what a complete read told stays told, whatever people did meanwhile
    gone = {
        name: stored[name] for name in due if name not in here and (survey.complete or stored[name]["gone"])
    }
    if gone:
        segment = yield from _decide_gone(survey, gone)
        spooled.write(evolve(segment, watermark=watermark))


def _settle(survey: Survey[S], stored: Mapping[str, dict[str, Any]]) -> Flow[tuple[Segment, list[str]]]:
    """Pass over what nothing has changed about, without asking the source.

    After a write of ours the target's version is not known; then values tell, and the version is kept.

    Returns:
        What is to be remembered, and the names of those that must be decided.
    """
    quiet, left = survey.told_apart(stored)
    records = yield from records_of(survey.job, _records(stored[name] for name in quiet))
    yield from hold_names(survey, kin_names(survey.index.raw(one.target) for one in records.values()))
    standings: list[Standing] = []
    for name in quiet:
        family = [records.get(record) for record in stored[name]["records"].values()]
        known = [one for one in family if one is not None and unchanged_record(survey, one, one.source_hash)]
        if len(known) < len(family):
            left.append(name)
            continue
        survey.tally.compare(stored[name]["shown"])
        survey.flips(stored[name]["next"])
        standings.extend(
            evolve(refreshed(one, survey.index.get(one.target)), formats=stored[name]["formats"])
            for one in known
            if not one.refused
        )
    return Segment(steps=(), standings=tuple(standings), watermark=None), left


def _records(stored: Iterable[Mapping[str, Any]]) -> list[str]:
    return [record for body in stored for record in body["records"].values()]


def _decide_gone(survey: Survey[S], stored: Mapping[str, dict[str, Any]]) -> Flow[Segment]:
    """What becomes of the records of source records that are gone.

    Args:
        survey: The run.
        stored: What is stored of these source records, by name.
    """
    records = _records(stored.values())
    remembered = yield from records_of(survey.job, records)
    bound = {record: one.target for record, one in remembered.items() if one.target is not None}
    known = Former(records=remembered, bound=bound)
    yield from hold_names(survey, kin_names(survey.index.raw(ref) for ref in bound.values()))
    watch = yield from survey.watching(records)
    steps: list[Step] = []
    standings: list[Standing] = []
    shown = survey.index.versions([str(ref) for ref in bound.values()])
    for name, body in stored.items():
        survey.tally.compare(body["shown"], shown)
        survey.tally.vanished += not body["gone"]
        former = [remembered[one] for one in body["records"].values() if one in remembered]
        drafts = [gone_draft(survey.job, one, survey.index.raw(bound.get(one.record))) for one in former]
        for decided in decide_drafts(survey, drafts, dict(body["records"]), GONE, known, watch):
            steps.extend(decided.steps)
            standings.append(decided.standing)
        survey.index.see([name])
    survey.steps.update(step.kind for step in steps)
    survey.calls += estimate(survey.job.writer, steps, bound)
    return Segment(steps=tuple(steps), standings=tuple(standings), watermark=None)


def _pages(found: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (found[start : start + 100] for start in range(0, len(found), 100))
