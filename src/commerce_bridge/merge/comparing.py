"""Rules that pick between two sides: by what they last agreed on, by clocks, by size.

All of them are fair: who is source and who is target does not matter, only who owns the field.  A side that says
nothing (MISSING) never wins; one that says that there is no value (CLEARED) is heard like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.record import Element
from commerce_bridge.errors import MappingError
from commerce_bridge.merge.case import Case, Decision, stands, undisputed
from commerce_bridge.merge.collections import alike
from commerce_bridge.merge.rules import Rule


def three_way(owner: str, other: str) -> Rule:
    """The side that changed the field since both last agreed; where both did, the owner.

    Args:
        owner: The side that wins a conflict, and where the sides never agreed.
        other: The other side.

    Raises:
        MappingError: Both are the same side.
    """
    if owner == other:
        raise MappingError(
            f"three_way() was given {owner!r} for both sides.",
            hint="Name the owner first, then the other side of the pair.",
        )
    name = "three-way"

    def decide(case: Case) -> Decision:
        case.offered(other)
        decision = undisputed(case, owner, name)
        if decision is not None:
            return decision
        if case.base is MISSING:
            return stands(case, owner, name, "the sides never agreed on a value")
        changed = _changed_alone(case, owner)
        if changed is not None:
            return stands(case, changed, name, f"only {changed} changed it")
        return stands(case, owner, name, "both changed it since they last agreed")

    return Rule(name, 1, owner, decide, sides=(other,), always=True)


def newest(owner: str, skew: timedelta) -> Rule:
    """The side that changed the field last; where nobody can tell, the owner.

    A side that still says what both agreed on is older than one that does not: no clock is asked.  Where both
    changed it, the instants of `Case.changed_at` decide, if they are further apart than the two clocks may be.

    Args:
        owner: The side that wins where an instant is not known, or the two are too close to tell.
        skew: How far apart the two sides' clocks may be; zero only where one clock stamps both.

    Raises:
        MappingError: The bound is negative.
    """
    check_skew(skew)
    name = "newest"

    def decide(case: Case) -> Decision:
        decision = undisputed(case, owner, name)
        if decision is not None:
            return decision
        changed = _changed_alone(case, owner)
        if changed is not None:
            return stands(case, changed, name, f"only {changed} changed it")
        other = case.rival(owner)
        mine, theirs = _instant(case, owner), _instant(case, other)
        if mine is None or theirs is None:
            unknown = owner if mine is None else other
            return stands(case, owner, name, f"when {unknown} changed it is not known")
        if abs(theirs - mine) <= skew:
            return stands(case, owner, name, f"changed within {skew} of each other, too close for two clocks")
        later = other if theirs > mine else owner
        return stands(case, later, name, f"changed later on {later}")

    return Rule(name, 1, owner, decide, parameters=f"skew {skew}", always=True)


def maximum(owner: str, key: Callable[[Any], Any] | None = None, name: str = "maximum") -> Rule:
    """The greater value; of equally great ones, the owner's.

    Sets are compared by what they hold: the greater holds all of the other.  A side that cleared the field has
    no value, and is heard only where the other still says what both agreed on.

    Args:
        owner: The side that wins a tie.
        key: What of a value is compared; needed for values that have no order of their own, such as money.
        name: What the key measures, such as ``longest``; a key needs one, so that a change of it is noticed.

    Raises:
        MappingError: There is a key without a name.
    """
    if key is not None and (not name.strip() or name == "maximum"):
        raise MappingError(
            "maximum() was given a key without a name.",
            hint='Name what it measures: maximum("shop", key=len, name="longest").',
        )

    def decide(case: Case) -> Decision:
        decision = undisputed(case, owner, name)
        if decision is not None:
            return decision
        other = case.rival(owner)
        mine, theirs = case.said(owner), case.said(other)
        if mine is CLEARED or theirs is CLEARED:
            cleared, kept = (owner, other) if mine is CLEARED else (other, owner)
            if alike(case.said(kept), case.base):
                return stands(case, cleared, name, f"only {cleared} changed it")
            return stands(case, kept, name, f"{cleared} has none")
        if _greater(case, name, key, theirs, mine):
            return stands(case, other, name)
        return stands(case, owner, name)

    return Rule(name, 1, owner, decide, parameters="maximum" if key is not None else "", always=True)


def _changed_alone(case: Case, owner: str) -> str | None:
    """The side that changed the field since both last agreed, while the other did not; of two that differ."""
    if case.base is MISSING:
        return None
    other = case.rival(owner)
    if alike(case.said(owner), case.base):
        return other
    return owner if alike(case.said(other), case.base) else None


def check_skew(skew: timedelta) -> None:
    """Refuse a bound that is none.

    Raises:
        MappingError: It is negative.
    """
    if skew < timedelta(0):
        raise MappingError(
            f"A skew bound of {skew} was given: it says how far apart two clocks may be, and is never negative.",
            hint="Give it as timedelta(minutes=5).",
        )


def _instant(case: Case, side: str) -> datetime | None:
    """When a side changed the field, as far as it knows.

    Raises:
        MappingError: The instant has no zone, so that it cannot be compared.
    """
    at = case.changed_at.get(side)
    if at is not None and at.utcoffset() is None:
        raise MappingError(
            f"{side} says that {case.field} changed at {at.isoformat()}, which has no zone.",
            hint="Let its reader give instants with a zone, such as 2026-11-02T09:00Z.",
        )
    return at


def _greater(case: Case, name: str, key: Callable[[Any], Any] | None, one: Any, other: Any) -> bool:
    """Whether one value is greater than the other.

    Raises:
        MappingError: The two have no order.
    """
    left, right = (one, other) if key is None else (key(one), key(other))
    try:
        if isinstance(left, Element):
            raise TypeError("an element is a name and a value, which have no common order")
        if left > right:
            return True
        if right > left or left == right:
            return False
    except TypeError:
        pass
    raise MappingError(
        f"The rule {name!r} cannot tell which value of {case.field} is greater: "
        f"{_kind(one)} and {_kind(other)} have no order between them.",
        hint='Say what is compared: maximum("owner", key=..., name="..."), or take another rule.',
    )


def _kind(value: Any) -> str:
    return "a set" if isinstance(value, frozenset) else f"a {type(value).__name__}"
