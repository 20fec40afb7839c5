"""Deciding what source records come to: a page of them at a time, each with its whole family."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from attrs import evolve, frozen

from commerce_bridge.domain.exchange import NaturalKey, Observed, Ref, Sighting
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.events import Decided as DecidedEvent
from commerce_bridge.ports.step import Step
from commerce_bridge.sync.job import Draft
from commerce_bridge.sync.kept.memory import bindings_of, canonical, holders_of, origins_of, records_of
from commerce_bridge.sync.kept.remembered import Remembered, may_skip, refreshed
from commerce_bridge.sync.planning.costing import estimate
from commerce_bridge.sync.planning.deciding import Decided, Subject, decide_record, open_work
from commerce_bridge.sync.planning.gone import gone_draft
from commerce_bridge.sync.planning.index import read_some
from commerce_bridge.sync.planning.placing import kin_names, noted, placed, values_of, without
from commerce_bridge.sync.planning.survey import Survey, shown_names
from commerce_bridge.sync.planning.watch import Watch
from commerce_bridge.sync.plans.segment import Segment, Standing

S = TypeVar("S")


@frozen(kw_only=True)
class Family:
    """One source record, looked at, with all that it comes to.

    Args:
        item: The source record.
        refs: The source's names of its records, as text, to canonical ids.
        drafts: Its records as the source wants them, those that vanished from it too.
        formats: How many formats it has.
    """

    item: Observed[Any]
    refs: Mapping[str, str]
    drafts: tuple[Draft, ...]
    formats: int


@frozen(kw_only=True)
class Former:
    """What is remembered of the records of some families.

    Args:
        records: Canonical id to what is remembered.
        bound: Canonical id to the target's name.
    """

    records: Mapping[str, Remembered]
    bound: Mapping[str, Ref]


def decide_items(survey: Survey[S], items: Sequence[Sighting[S]]) -> Flow[Segment]:
    """What some source records come to: those about which nothing has changed come to nothing."""
    stored = yield from origins_of(survey.job, [item.name for item in items])
    survey.index.see([item.name for item in items], stored)
    if survey.wish.only is not None:
        yield from read_some(survey.job, survey.index, _refs(shown_names(stored.values())))
    looked = [item.look() for item in survey.left(items, stored)]
    if not looked:
        return Segment(steps=(), standings=(), watermark=None)
    known = yield from _known(survey, looked, stored)
    families = [_family(survey, item, stored.get(item.name), known) for item in looked]
    if survey.wish.only is not None:
        yield from _read_unbound(survey, families, known)
    yield from _hold(survey, families, known)
    watch = yield from survey.watching(record for family in families for record in family.refs.values())
    steps: list[Step] = []
    standings: list[Standing] = []
    for family in families:
        settled, decisions = _settled(survey, family, known), list[Decided]()
        if settled is None:
            decisions = decide_drafts(survey, family.drafts, family.refs, family.item.version, known, watch)
        standings.extend(settled or ())
        survey.titles += 1
        survey.formats += family.formats
        for decided in decisions:
            steps.extend(decided.steps)
            standings.append(evolve(decided.standing, formats=family.formats))
            if decided.steps:
                changes = sum(len(step.changes) for step in decided.steps)
                yield from flow.emit(DecidedEvent(record=decided.standing.record, changes=changes))
    survey.steps.update(step.kind for step in steps)
    survey.calls += estimate(survey.job.writer, steps, known.bound)
    return Segment(steps=tuple(steps), standings=tuple(standings), watermark=None)


def _refs(names: Sequence[str]) -> list[Ref]:
    return [Ref.parse(name) for name in names]


def _known(
    survey: Survey[S], looked: Sequence[Observed[S]], stored: Mapping[str, dict[str, Any]]
) -> Flow[Former]:
    wanted: dict[str, None] = {}
    for item in looked:
        body = stored.get(item.name)
        wanted.update((canonical(ref, body), None) for ref in survey.job.refs(item.value))
        wanted.update((record, None) for record in (body["records"].values() if body else ()))
    records = yield from records_of(survey.job, wanted)
    bound = {record: one.target for record, one in records.items() if one.target is not None}
    fresh = [record for record in wanted if record not in bound]
    return Former(records=records, bound={**bound, **(yield from bindings_of(survey.job, fresh))})


def _family(survey: Survey[S], item: Observed[S], stored: Mapping[str, Any] | None, known: Former) -> Family:
    refs = {str(ref): canonical(ref, stored) for ref in survey.job.refs(item.value)}
    drafts = noted(survey.job.drafts(item.value, survey.context_of(refs)), item)
    here = {refs.get(str(draft.ref)) or canonical(draft.ref, stored) for draft in drafts}
    vanished: list[Draft] = []
    if stored and survey.job.whole and not item.problems:  # what could not be read is not gone
        for name, record in stored["records"].items():
            former = known.records.get(record)
            if record not in here and former is not None and name not in refs:
                refs[name] = record
                vanished.append(gone_draft(survey.job, former, survey.index.raw(known.bound.get(record))))
    return Family(
        item=item,
        refs=refs,
        drafts=(*drafts, *vanished),
        formats=survey.job.formats(item.value),
    )


def _read_unbound(survey: Survey[S], families: Sequence[Family], known: Former) -> Flow[None]:
    """Look on the target for the chosen records that are not bound, by their keys."""
    keys = [
        key
        for family in families
        for draft in family.drafts
        if _record(family, draft) not in known.bound
        for key in draft.keys
    ]
    bound = values_of(known.bound, [_record(f, draft) for f in families for draft in f.drafts])
    found: Mapping[NaturalKey, tuple[Ref, ...]] = {}
    if keys:
        found = yield from survey.job.writer.find(keys)
    refs = dict.fromkeys([*bound, *(ref for refs in found.values() for ref in refs)])
    shown = survey.index.versions(str(ref) for ref in refs)
    yield from read_some(survey.job, survey.index, [ref for ref in refs if str(ref) not in shown])


def _record(family: Family, draft: Draft) -> str:
    return family.refs.get(str(draft.ref)) or canonical(draft.ref, None)


def _hold(survey: Survey[S], families: Sequence[Family], known: Former) -> Flow[None]:
    """Load who is bound to the records of the target that come up now, and to their family."""
    names: list[str] = []
    for family in families:
        for draft in family.drafts:
            bound = known.bound.get(_record(family, draft))
            if bound is not None:
                names.extend(kin_names([survey.index.raw(bound)]))
            elif draft.keys:
                names.extend(kin_names(survey.index.named(draft.keys)))
    yield from hold_names(survey, names)


def _settled(survey: Survey[S], family: Family, known: Former) -> list[Standing] | None:
    """What to remember when nothing about a family can have changed; None when it must be decided."""
    records = [known.records.get(record) for record in family.refs.values()]
    if survey.wish.anew or not records:
        return None
    settled: list[Standing] = []
    for one in records:
        if one is None or not unchanged_record(survey, one, family.item.version):
            return None
        survey.flips(one.next_change)
        if not one.refused:
            settled.append(evolve(refreshed(one, survey.index.get(one.target)), formats=family.formats))
    survey.records += len(records)
    survey.skipped += len(records)
    return settled


def unchanged_record(survey: Survey[S], known: Remembered, version: str) -> bool:
    """Whether nothing about one record can have changed, its target compared value by value where need be."""
    return may_skip(
        known,
        source_hash=version,
        fingerprint=survey.job.fingerprint,
        now=survey.context.now,
        observed=survey.index.get(known.target),
    )


def decide_drafts(
    survey: Survey[S],
    drafts: Sequence[Draft],
    refs: Mapping[str, str],
    version: str,
    known: Former,
    watch: Watch,
) -> list[Decided]:
    """Everything that one source record comes to.

    Args:
        survey: The run.
        drafts: Its records as the source wants them.
        refs: The source's names of its records, as text, to canonical ids.
        version: Its version.
        known: What is known of its records.
        watch: What people have said of them, and what we wrote before.
    """
    decided: list[Decided] = []
    for one in _subjects(survey, drafts, refs, known, watch):
        survey.records += 1
        if not survey.wish.anew and _left_alone(survey, one, version):
            survey.skipped += 1
            survey.flips(one.known.next_change if one.known else None)
            continue
        subject = evolve(one, source_hash=version)
        made = decide_record(survey.job, survey.meeting(subject), survey.index, watch.over(subject))
        watched = watch.after(subject, made, survey.job.target)
        survey.heard += watched.tally
        survey.remarks.update((*watched.remarks, *one.draft.remarks))
        survey.flips(watched.decided.standing.next_change)
        decided.append(_with_work(survey, subject, watched.decided))
    return decided


def _subjects(
    survey: Survey[S], drafts: Sequence[Draft], refs: Mapping[str, str], known: Former, watch: Watch
) -> list[Subject]:
    """A family's records where they stand on the target, none related to one that will not be made."""
    subjects: list[Subject] = []
    for draft in drafts:
        record = refs.get(str(draft.ref)) or canonical(draft.ref, None)
        former, bound = known.records.get(record), known.bound.get(record)
        wanted = watch.drafted(record, draft)
        subjects.append(placed(survey.index, wanted, record, former, bound, survey.job.target))
    unmade = {
        one.record
        for one in subjects
        if one.observed is None and (one.draft.unmade or watch.holds.held(one.record) is not None)
    }
    return [evolve(one, draft=without(one.draft, unmade)) for one in subjects]


def _left_alone(survey: Survey[S], subject: Subject, version: str) -> bool:
    """Whether the target refused this very record a short while ago, and its family alone brings it up."""
    known = subject.known
    return known is not None and known.refused == version and unchanged_record(survey, known, version)


def _with_work(survey: Survey[S], subject: Subject, decided: Decided) -> Decided:
    """With the steps that open work items which are not open yet."""
    former = survey.memory.work.get(subject.record, {})
    opened = [
        open_work(subject.record, subject.draft.label, reason, detail)
        for reason, detail in decided.standing.work.items()
        if former.get(reason) != detail
    ]
    survey.tally.decided(decided.steps, existed=subject.observed is not None)
    return evolve(decided, steps=(*decided.steps, *opened))


def hold_names(survey: Survey[S], names: Iterable[str]) -> Flow[None]:
    """Load who is bound to these records of the target, for what comes up next."""
    wanted = list(dict.fromkeys(names))
    legacy = {name: survey.memory.legacy[name] for name in wanted if name in survey.memory.legacy}
    survey.index.hold({**legacy, **(yield from holders_of(survey.job, wanted))})
