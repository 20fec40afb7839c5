"""What stands between the rules and a decision: what people have said, and what we wrote before.

A `Watch` goes over the rule of every field (`over`), and afterwards tells what the record's standing has to
remember of it (`after`).  Both are pure; what they need is loaded page by page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen

from commerce_bridge.domain.absence import MISSING
from commerce_bridge.domain.dates import earliest
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.mapping import Mapped, Problem
from commerce_bridge.merge import Rule
from commerce_bridge.sync.holding.braking import BRAKE, looks_again, over
from commerce_bridge.sync.holding.echo import Echo, Heard, Place, eased, echo_of, echo_op, heard
from commerce_bridge.sync.holding.holding import decide_anew, find_record
from commerce_bridge.sync.holding.holds import Holds
from commerce_bridge.sync.job import Draft, Job
from commerce_bridge.sync.kept.tables import load_bodies, put
from commerce_bridge.sync.limits import Brake
from commerce_bridge.sync.planning.deciding import Decided, Subject, reason_of

TALLY = "tally"
"""The key under which a bridge's counts are kept, beside its records' echoes."""


@frozen(kw_only=True)
class Tally:
    """What was heard of our own writes.

    Args:
        echoes: How often the target showed our latest write where an edit would have been taken for one.
        near_misses: How often it showed an older write of ours.
        brakes: How often a write was withheld because it would go on with a loop.
    """

    echoes: int = 0
    near_misses: int = 0
    brakes: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            echoes=self.echoes + other.echoes,
            near_misses=self.near_misses + other.near_misses,
            brakes=self.brakes + other.brakes,
        )

    def __bool__(self) -> bool:
        return self != Tally()

    def body(self) -> dict[str, int]:
        """As JSON-able data; what is 0 is left out."""
        counts = {"echoes": self.echoes, "near_misses": self.near_misses, "brakes": self.brakes}
        return {name: count for name, count in counts.items() if count}

    @staticmethod
    def of(body: Mapping[str, Any]) -> Tally:
        """The tally that `body` wrote."""
        return Tally(
            echoes=body.get("echoes", 0),
            near_misses=body.get("near_misses", 0),
            brakes=body.get("brakes", 0),
        )


@frozen(kw_only=True)
class Watched:
    """A decided record, with what stood over its rules.

    Args:
        decided: What it comes to; its standing knows when a hold ends and which loop is braked.
        tally: What was heard of our own writes.
        remarks: What the plan's reader should know, to be counted over all records.
    """

    decided: Decided
    tally: Tally = field(factory=Tally)
    remarks: tuple[str, ...] = ()


@frozen(kw_only=True)
class Watch:
    """What people have said of some records, and what we wrote of them.

    Args:
        now: The instant for which is decided.
        holds: What stays as it is.
        echoes: Canonical id to what we wrote.
        brake: When writes are a loop.
    """

    now: datetime
    holds: Holds = field(factory=Holds)
    echoes: Mapping[str, Echo] = field(factory=dict[str, Echo])
    brake: Brake = field(factory=Brake)

    def drafted(self, record: str, draft: Draft) -> Draft:
        """A draft in which every field that is pinned to a value takes part, though no mapper fills it."""
        for part, name in self.holds.given(record):
            if part == "":
                draft = evolve(draft, mapped=_pinned(draft.mapped, name))
            elif part in draft.parts:
                draft = evolve(draft, parts={**draft.parts, part: _pinned(draft.parts[part], name)})
            elif part in draft.asleep:
                draft = evolve(draft, asleep={**draft.asleep, part: _pinned(draft.asleep[part], name)})
        return draft

    def over(self, subject: Subject) -> Callable[[str, AnyField, Rule], Rule]:
        """What goes over the rule of each part and field of a record."""
        echo = self.echoes.get(subject.record, Echo())
        settled = subject.known.as_of if subject.known else None

        def rule_of(part: str, name: AnyField, rule: Rule) -> Rule:
            said = self.holds.over(subject.record, part, name, rule)
            return over(echo, part, said, now=self.now, brake=self.brake, settled=settled)

        return rule_of

    def after(self, subject: Subject, decided: Decided, target: str) -> Watched:
        """What a decided record has to remember of all this.

        Args:
            subject: What was decided.
            decided: What it came to.
            target: The name of the side that is written.
        """
        echo = self.echoes.get(subject.record, Echo())
        work = dict(decided.standing.work)
        again = self.holds.ends(subject.record)
        for place, decision in decided.decisions.items():
            if decision.rule == BRAKE:
                reason = reason_of(Problem(code="loop", message="", field=place[1]))
                work[reason] = f"{work[reason]} {decision.reason}" if reason in work else decision.reason
                again = earliest(again, looks_again(echo, place, self.now, self.brake))
        standing = evolve(
            decided.standing, work=work, next_change=earliest(decided.standing.next_change, again)
        )
        return Watched(
            decided=evolve(decided, standing=standing),
            tally=self._tally(subject, decided, target),
            remarks=self.holds.told(subject.record, decided.decisions),
        )

    def _tally(self, subject: Subject, decided: Decided, target: str) -> Tally:
        echo, known = self.echoes.get(subject.record, Echo()), subject.known
        found = [
            heard(
                echo,
                place,
                decision.candidates.get(target, MISSING),
                known.agreed.get(place, MISSING) if known else MISSING,
                now=self.now,
                lag=self.brake.lag,
                settled=known.as_of if known else None,
            )
            for place, decision in decided.decisions.items()
        ]
        return Tally(
            echoes=found.count(Heard.LATEST),
            near_misses=found.count(Heard.OLDER),
            brakes=sum(decision.rule == BRAKE for decision in decided.decisions.values()),
        )


def _pinned(mapped: Mapped, name: AnyField) -> Mapped:
    """Mapped values in which a field takes part; the pin computes it, no mapper's rule."""
    rules = {key: rule for key, rule in mapped.rules.items() if key != name}
    return evolve(mapped, values={name: MISSING, **mapped.values}, rules=rules)


def load_echoes(job: Job[Any], records: Iterable[str]) -> Flow[dict[str, Echo]]:
    """What we wrote of these records, for those that we wrote anything of; no vendor call."""
    bodies = yield from load_bodies(job.scope, "echo", records)
    return {record: echo_of(body) for record, body in bodies.items()}


def keep_tally(job: Job[Any], plan: str, tally: Tally) -> Flow[None]:
    """Add what a plan heard to the bridge's counts; a plan that is applied again is counted once.

    Args:
        job: The job.
        plan: The plan's id.
        tally: What it heard.
    """
    if not tally:
        return
    bodies = yield from load_bodies(job.scope, "echo", [TALLY])
    body = bodies.get(TALLY, {})
    if body.get("plan") != plan:
        total = Tally.of(body) + tally
        yield from flow.commit([put(job.scope, "echo", TALLY, {**total.body(), "plan": plan})])


def load_tally(job: Job[Any]) -> Flow[Tally]:
    """What was heard of our own writes so far; no vendor call."""
    bodies = yield from load_bodies(job.scope, "echo", [TALLY])
    return Tally.of(bodies.get(TALLY, {}))


def release_brake(
    job: Job[Any], record: str, name: AnyField | None = None, *, part: str | None = None
) -> Flow[tuple[Place, ...]]:
    """Let writes go out again that are withheld as a loop: what we wrote before counts no more.

    Args:
        job: The job.
        record: The record, named as for `explain`.
        name: The field; None for all.
        part: Its part; None for all.

    Returns:
        Parts and fields that were let go of.

    Raises:
        LookupError: No record of that name is known.

    Cost: no vendor call.
    """
    named = yield from find_record(job, record)
    known = (yield from load_echoes(job, [named.record])).get(named.record, Echo())
    left = eased(known, name, part)
    yield from decide_anew(job, named, lambda now: [echo_op(job.scope, named.record, left)])
    return tuple(place for place in known.writes if place not in left.writes)
