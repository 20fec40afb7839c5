"""The brake: a loop made of nothing but successes is noticed, and its next write withheld.  Pure.

A value that comes back again and again is a loop: two bridges, or a bridge and a program on the target, each
write what the other takes away, and every write succeeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from attrs import evolve, frozen

from commerce_bridge.domain.absence import Maybe
from commerce_bridge.merge import Case, Decision, Rule, show
from commerce_bridge.ports.step import Change
from commerce_bridge.sync.holding.echo import Echo, Place, Wrote, is_echo, value_hash
from commerce_bridge.sync.limits import Brake

BRAKE = "brake"
"""The rule's name in the decision on a field whose write is withheld."""


@frozen(kw_only=True)
class Braked:
    """A write that is withheld.

    Args:
        until: When so much time has passed that it may go out, unless somebody releases it before.
        writes: The writes of ours that it rests on, oldest first.
        detail: In words, with what to try.
    """

    until: datetime
    writes: tuple[Wrote, ...]
    detail: str


def braked(known: Echo, change: Change, now: datetime, rule: Brake) -> Braked | None:
    """Whether a write must not go out, because our values keep coming back.

    A value comes back when it is written though it was written before within the stretch.  New values never
    brake anything, however fast they come.

    Args:
        known: What we wrote.
        change: What is to be written.
        now: The instant.
        rule: When it is a loop.
    """
    recent = [one for one in known.of((change.part, change.field)) if one.at > now - rule.within]
    value = value_hash(change.after)
    if not _comes_back(recent, value, rule):
        return None
    until = next(
        one.at + rule.within
        for start, one in enumerate(recent, 1)
        if not _comes_back(recent[start:], value, rule)
    )
    return Braked(until=until, writes=tuple(recent), detail=_detail(change, recent, until))


def _comes_back(recent: Sequence[Wrote], value: str, rule: Brake) -> bool:
    """Whether a value was written before, and would be one that came back too often."""
    values = {one.value for one in recent}
    return value in values and len(recent) + 1 - len(values) > rule.times


def _detail(change: Change, recent: Sequence[Wrote], until: datetime) -> str:
    values = len({one.value for one in recent})
    first, last = recent[0], recent[-1]
    plans = ", ".join(dict.fromkeys(one.plan[:8] for one in recent))
    where = f"{change.part} {change.field.text}".strip()
    return (
        f"{where} was written {len(recent)} times with {values} {'value' if values == 1 else 'values'} from "
        f"{first.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} to {last.at.astimezone(UTC):%H:%M:%S} UTC (plans {plans}), "
        f"and something on the target changes it back: now it shows {show(change.before)}. "
        f"{show(change.after)} is not written until {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC. "
        "Find the other program or bridge that writes it, let one of them own it, and release the brake."
    )


def over(
    known: Echo, part: str, rule: Rule, *, now: datetime, brake: Brake, settled: datetime | None
) -> Rule:
    """The rule that decides a field, told what we wrote there.

    An echo is no edit: what the target shows is what both sides last agreed on.  A write that would go on
    with a loop is withheld: the target keeps what it shows.

    Args:
        known: What we wrote of the record.
        part: Which part of it the field is in.
        rule: The rule of the ownership table, or what was said over it.
        now: The instant.
        brake: When writes are a loop.
        settled: The instant of the plan that the record was last settled by.
    """

    def decide(case: Case) -> Decision | None:
        place = (part, case.field)
        if not known.of(place):
            return rule(case)
        if is_echo(known, place, case.standing, now=now, lag=brake.lag, settled=settled) is not None:
            case = evolve(case, base=case.standing)
        decision = rule(case)
        if decision is None or decision.owner == case.target or not decision.changes(case.standing):
            return decision
        stopped = braked(known, _change(decision, part, case.standing), now, brake)
        return decision if stopped is None else _withheld(case, decision, stopped)

    return evolve(rule, decide=decide)


def _change(decision: Decision, part: str, shown: Maybe[Any]) -> Change:
    return Change(
        field=decision.field,
        before=shown,
        after=decision.value,
        owner=decision.owner,
        rule=decision.rule,
        part=part,
    )


def _withheld(case: Case, decision: Decision, stopped: Braked) -> Decision:
    # In the target's name: it is neither written nor agreed on.
    return evolve(
        decision,
        value=case.standing,
        owner=case.target,
        rule=BRAKE,
        loser=case.source,
        reason=stopped.detail,
    )


def looks_again(known: Echo, place: Place, now: datetime, brake: Brake) -> datetime | None:
    """When a withheld write is worth another look: when the first of the writes is out of the stretch."""
    recent = [one.at for one in known.of(place) if one.at > now - brake.within]
    return min(recent) + brake.within if recent else None
