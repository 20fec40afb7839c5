"""What a rule looks at, and what it decides: one field of one record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

import attrs
from attrs import frozen

from commerce_bridge.domain.absence import CLEARED, MISSING, Maybe
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.errors import MappingError
from commerce_bridge.merge.collections import alike, is_nothing

HIDDEN = "•••"
"""What stands in the place of a personal value wherever people or logs may see it."""


@frozen(kw_only=True, repr=False)
class Case:
    """One field of one record, as every side has it.

    Args:
        field: Which field.
        base: The last agreed value; MISSING when the sides never agreed.
        sides: Side name to its value.
        source: The name of the side that is read.
        target: The name of the side that is written.
        is_new: Whether the record does not exist on the target yet.
        changed_at: Side name to the instant at which its value last changed, by that side's own clock; a side
            that does not know is left out.
    """

    field: AnyField
    base: Maybe[Any]
    sides: Mapping[str, Maybe[Any]]
    source: str
    target: str
    is_new: bool = False
    changed_at: Mapping[str, datetime] = attrs.field(factory=dict[str, datetime])

    @property
    def wanted(self) -> Maybe[Any]:
        """What the source says."""
        return self.sides[self.source]

    @property
    def standing(self) -> Maybe[Any]:
        """What the target shows."""
        return self.sides[self.target]

    def offered(self, side: str) -> Maybe[Any]:
        """What a side says.

        Raises:
            MappingError: The pair has no side of this name.
        """
        try:
            return self.sides[side]
        except KeyError:
            raise MappingError(
                f"{self.field} is owned by {side!r}, which is no side of this pair.",
                hint=f"The sides are {' and '.join(self.sides)}: mend the ownership table.",
            ) from None

    def said(self, side: str) -> Maybe[Any]:
        """What a side says, a target being seen whole: what was agreed on and is shown no more was cleared there.

        Raises:
            MappingError: The pair has no side of this name.
        """
        value = self.offered(side)
        if value is MISSING and side == self.target and not self.is_new and not is_nothing(self.base):
            return CLEARED
        return value

    def rival(self, side: str) -> str:
        """The other side of the pair.

        Raises:
            MappingError: The pair has no side of this name.
        """
        self.offered(side)
        return self.source if side == self.target else self.target

    @property
    def edited(self) -> bool:
        """Whether somebody changed the target, or cleared it, since the sides last agreed."""
        return self.base is not MISSING and not alike(self.standing, self.base)

    def __repr__(self) -> str:
        return _written("Case", self)


@frozen(kw_only=True, repr=False)
class Decision:
    """What a field is to be, and why.

    Args:
        field: Which field.
        value: What it is to be on the target.
        owner: The side whose word it is; what is the target's own is never written.
        rule: The rule that decided.
        candidates: Side name to the value it offered.
        loser: The side whose value was set aside, or None when they agree.
        reason: In words, where the rule's name does not say enough.
    """

    field: AnyField
    value: Maybe[Any]
    owner: str
    rule: str
    candidates: Mapping[str, Maybe[Any]] = attrs.field(factory=dict[str, Any])
    loser: str | None = None
    reason: str = ""

    def changes(self, standing: Maybe[Any]) -> bool:
        """Whether the target has to be written: a value that differs, or one that goes."""
        return self.value is not MISSING and not alike(self.value, standing)

    def __repr__(self) -> str:
        return _written("Decision", self)


def stands(case: Case, side: str, rule: str, reason: str = "") -> Decision:
    """The decision that a side's word stands; the other side loses where it says something else."""
    value, rival = case.said(side), case.rival(side)
    against = case.said(rival)
    return Decision(
        field=case.field,
        value=value,
        owner=side,
        rule=rule,
        candidates=dict(case.sides),
        loser=None if against is MISSING or alike(against, value) else rival,
        reason=reason,
    )


def undisputed(case: Case, owner: str, rule: str) -> Decision | None:
    """The decision where there is nothing to decide: a side says nothing, or both say the same; else None.

    Raises:
        MappingError: The owner is no side of the pair.
    """
    other = case.rival(owner)
    mine, theirs = case.said(owner), case.said(other)
    if mine is MISSING or theirs is MISSING:
        return stands(case, owner if theirs is MISSING else other, rule)
    if not alike(mine, theirs):
        return None
    # In the source's name: what is the target's own is not agreed on, and the base would stay behind.
    return attrs.evolve(stands(case, owner, rule), owner=case.source)


def _written(kind: str, value: Case | Decision) -> str:
    """The usual text of a value, without what is personal."""
    secret = {"base", "sides", "value", "candidates"} if value.field.personal else set[str]()
    told = (
        f"{one.name}={HIDDEN if one.name in secret else repr(getattr(value, one.name))}"
        for one in attrs.fields(type(value))
    )
    return f"{kind}({', '.join(told)})"


RuleFn: TypeAlias = Callable[[Case], "Decision | None"]
