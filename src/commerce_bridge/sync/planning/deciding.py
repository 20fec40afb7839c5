"""Deciding one record: what it is to be, and the steps that lead there.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from attrs import define, field, frozen

from commerce_bridge.domain.absence import MISSING, Maybe
from commerce_bridge.domain.exchange import Observed
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.record import Candidates, Kin, Record
from commerce_bridge.errors import MappingError
from commerce_bridge.mapping import Mapped, Problem
from commerce_bridge.merge import Case, Decision, Rule, decide
from commerce_bridge.merge.collections import elements, holds_elements, standing
from commerce_bridge.ports.step import Change, Step, StepKind
from commerce_bridge.sync.job import Draft, Job
from commerce_bridge.sync.kept.remembered import Remembered
from commerce_bridge.sync.personal.sealing import in_clear
from commerce_bridge.sync.planning.contact import Contact
from commerce_bridge.sync.planning.index import TargetIndex
from commerce_bridge.sync.plans.codec import digest, encode
from commerce_bridge.sync.plans.segment import Standing


@frozen(kw_only=True)
class Subject:
    """One record about to be decided.

    Args:
        record: Canonical id.
        draft: What the source wants.
        source_hash: The source's version.
        known: What the state remembers, or None.
        observed: What the target shows, or None.
        met: Whether it was found on the target by its keys just now, and we did not make it.
    """

    record: str
    draft: Draft
    source_hash: str
    known: Remembered | None
    observed: Observed[Record] | None
    met: bool = False


@frozen(kw_only=True)
class Decided:
    """What a record comes to.

    Args:
        steps: What is to be done.
        standing: What is to be remembered.
        decisions: All decisions, by part and field, for explanations.
    """

    steps: tuple[Step, ...]
    standing: Standing
    decisions: Mapping[tuple[str, AnyField], Decision] = field(factory=dict[tuple[str, AnyField], Decision])


ELSEWHERE = frozenset({"duplicate", "ambiguous", "gone", "taken", "name-taken"})
"""Problems whose cause is another record or the target: only deciding anew tells when they are gone."""


Over: TypeAlias = Callable[[str, AnyField, Rule], Rule]
"""What goes over the rule of each part and field: what people have said, and what we wrote before."""


def decide_record(job: Job[Any], subject: Subject, index: TargetIndex, over: Over | None = None) -> Decided:
    """Decide all fields of a record, and make the steps.

    Args:
        job: The job.
        subject: The record.
        index: The target.
        over: What goes over the rule of each part and field, or None.
    """
    draft, observed = subject.draft, subject.observed
    made = _Made(problems=list(draft.all_problems))
    contact = Contact.of(subject.met, subject.known.adopted if subject.known else {})
    for part, mapped in _sides(subject):
        for name, wanted in mapped.values.items():
            try:
                case = _case(job, subject, index, part, name, wanted)
                rule = job.ownership.rule(name)
                decision = _decision(case, over(part, name, rule) if over else rule)
            except MappingError as error:
                made.problems.append(Problem(code="no-rule", message=str(error), field=name))
                continue
            if isinstance(wanted, Candidates) and decision.value is MISSING:
                made.problems.append(_all_taken(job, name, wanted, blocking=observed is None))
            made.take(job, case, decision, part, mapped, contact)
    made.problems.extend(contact.problems(job.source, job.target))
    if any(problem.blocking for problem in made.problems):
        made = _Made(problems=made.problems)
    for change in made.changes:
        index.take(change.field, change.after, subject.record)
    steps = tuple(_steps(job, subject, made.changes))
    return Decided(
        steps=steps,
        standing=_standing(job, subject, made, contact, changed=bool(steps)),
        decisions=made.decisions,
    )


@define(kw_only=True)
class _Made:
    """What the fields of one record come to, one after the other."""

    problems: list[Problem]
    decisions: dict[tuple[str, AnyField], Decision] = field(factory=dict[tuple[str, AnyField], Decision])
    changes: list[Change] = field(factory=list[Change])

    def take(
        self, job: Job[Any], case: Case, decision: Decision, part: str, mapped: Mapped, contact: Contact
    ) -> None:
        """Take in one field's decision; at first contact what stands there stays, unless it must be closed."""
        change = _change(job, decision, case, part, mapped)
        if change is not None and job.kind_of(change) is not StepKind.HIDE:
            decision = contact.kept(case, decision, part)
            change = _change(job, decision, case, part, mapped)
        self.decisions[part, case.field] = decision
        if change is not None:
            self.changes.append(change)


def _standing(job: Job[Any], subject: Subject, made: _Made, contact: Contact, *, changed: bool) -> Standing:
    """What is to be remembered of a record."""
    draft, observed = subject.draft, subject.observed
    anew = any(problem.code in ELSEWHERE for problem in made.problems)
    return Standing(
        record=subject.record,
        source=draft.ref,
        origin=draft.origin,
        target=observed.ref if observed else None,
        source_hash="" if anew else subject.source_hash,
        target_hash="" if changed or observed is None else observed.version,
        next_change=draft.next_change,
        agreed=_agreed(job, subject, made.decisions),
        label=draft.label,
        work=_work(made.problems),
        adopted=contact.adopted,
    )


def _sides(subject: Subject) -> Iterable[tuple[str, Mapped]]:
    """What is to be decided: the record, then its parts; of what is only to be changed, what exists."""
    draft, observed = subject.draft, subject.observed
    if draft.blocked or (draft.dormant and observed is None):
        return
    yield "", draft.mapped
    yield from draft.parts.items()
    there = (observed.value if observed is not None else Record()).parts
    yield from ((part, mapped) for part, mapped in draft.asleep.items() if part in there)


def _decision(case: Case, rule: Rule) -> Decision:
    """The decision on one field, which a plan can keep.

    Raises:
        MappingError: No rule decides it, or its value cannot be kept in a plan.
    """
    if case.field.personal and in_clear(case.base, *case.sides.values()):
        raise MappingError(
            f"{case.field} is personal data, which no plan may hold in clear.",
            hint="Name it as personal in the ownership table; a value that must be unique, a category, a channel "
            "or kin cannot be sealed: leave it out of the mapper.",
        )
    decision = decide(case, rule)
    encode(decision.value)
    return decision


def _all_taken(job: Job[Any], name: AnyField, wanted: Candidates, *, blocking: bool) -> Problem:
    tried = ", ".join(repr(one) for one in wanted.values)
    return Problem(
        code="name-taken",
        message=f"Every {name.text} it could have is taken on {job.target} ({tried}): give it one of its own.",
        field=name,
        blocking=blocking,
    )


def _work(problems: Iterable[Problem]) -> dict[str, str]:
    """Work items by reason; several problems of one reason are told together."""
    work: dict[str, list[str]] = {}
    for problem in problems:
        told = work.setdefault(reason_of(problem), [])
        if problem.message not in told:
            told.append(problem.message)
    return {reason: " ".join(told) for reason, told in work.items()}


def reason_of(problem: Problem) -> str:
    """The key of a work item: what is wrong, and with which field."""
    return f"{problem.code}:{problem.field}" if problem.field else problem.code


def _case(
    job: Job[Any], subject: Subject, index: TargetIndex, part: str, name: AnyField, wanted: Maybe[Any]
) -> Case:
    known, observed = subject.known, subject.observed
    base = known.agreed.get((part, name), MISSING) if known else MISSING
    shown: Maybe[Any] = MISSING
    changed_at = _instant(job.source, subject.draft.changed_at, name)
    if observed is not None:
        holder = observed.value.parts.get(part, Record()) if part else observed.value
        if holds_elements(wanted, base):
            shown = standing(wanted, base, observed.value.elements)
        else:
            shown = holder.get(name)
        changed_at |= _instant(job.target, holder.changed_at, name)
    ours = {subject.record} if observed is None else {subject.record, str(observed.ref)}
    settled = index.settle(name, wanted, ours, shown)
    return Case(
        field=name,
        base=base,
        sides={job.source: settled, job.target: shown},
        source=job.source,
        target=job.target,
        is_new=observed is None,
        changed_at=changed_at,
    )


def _instant(side: str, changed_at: Mapping[AnyField, datetime], name: AnyField) -> dict[str, datetime]:
    return {side: changed_at[name]} if name in changed_at else {}


def _change(job: Job[Any], decision: Decision, case: Case, part: str, mapped: Mapped) -> Change | None:
    """The change a decision asks for; None when nothing changes or the field is not ours to write."""
    if decision.owner == job.target or not decision.changes(case.standing):
        return None
    return Change(
        field=decision.field,
        before=case.standing,
        base=case.base,
        after=decision.value,
        owner=decision.owner,
        rule=mapped.rules.get(decision.field, decision.rule),
        part=part,
        reason=decision.reason,
    )


def _steps(job: Job[Any], subject: Subject, changes: list[Change]) -> Iterable[Step]:
    if not changes:
        return
    groups: dict[StepKind, list[Change]] = {}
    for change in changes:
        groups.setdefault(_kind(job, subject, change), []).append(change)
    for kind in StepKind:
        if kind in groups:
            yield _step(job, subject, kind, tuple(groups[kind]))


def _kind(job: Job[Any], subject: Subject, change: Change) -> StepKind:
    if subject.observed is None and change.field not in job.after_create:
        return StepKind.CREATE
    return job.kind_of(change)


def _step(job: Job[Any], subject: Subject, kind: StepKind, changes: tuple[Change, ...]) -> Step:
    observed = subject.observed
    needs = sorted({one for change in changes for one in _kin(change.after)})
    return Step(
        id=step_id(subject.record, kind, changes),
        kind=kind,
        record=subject.record,
        label=subject.draft.label,
        changes=changes,
        keys=subject.draft.keys,
        target=observed.ref if observed else None,
        observed=observed.version if observed else "",
        needs=tuple(needs),
        seen=_seen(observed.value) if observed else None,
    )


def _kin(value: Maybe[Any]) -> Iterable[str]:
    return (one.record for one in elements(value) if isinstance(one, Kin))


def _seen(record: Record) -> Record:
    """What a writer needs of what the target showed: names of elements and parts, not values."""
    return Record(
        elements=record.elements,
        parts={key: Record(ref=part.ref) for key, part in record.parts.items()},
        ref=record.ref,
    )


def step_id(record: str, kind: StepKind, changes: tuple[Change, ...]) -> str:
    """The id of a step: the same step planned again has the same."""
    rows = [[str(one.field), one.part, encode(one.before), encode(one.after)] for one in changes]
    return digest([record, kind.value, rows])


def open_work(record: str, label: str, reason: str, detail: str) -> Step:
    """The step that opens a work item."""
    return Step(
        id=digest([record, "open work", reason, detail]),
        kind=StepKind.OPEN_WORK,
        record=record,
        label=label,
        reason=reason,
        detail=detail,
    )


def _agreed(
    job: Job[Any], subject: Subject, decisions: Mapping[tuple[str, AnyField], Decision]
) -> dict[tuple[str, AnyField], Maybe[Any]]:
    """What both sides agree on once the steps have taken hold; what was not decided stays as it was.

    A value that the target's own people put there is not agreed on: the base stays what it was, so that the
    edit is still one the next time.
    """
    agreed = dict(subject.known.agreed) if subject.known else {}
    for place, decision in decisions.items():
        if decision.value is not MISSING and decision.owner != job.target:
            agreed[place] = decision.value
    return agreed
