"""What a rule looks at, and what it decides: one field of one record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import attrs
from attrs import frozen

from commerce_bridge.domain.absence import MISSING, Maybe
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.errors import MappingError
from commerce_bridge.merge.collections import alike


@frozen(kw_only=True)
class Case:
    """One field of one record, as every side has it.

    Args:
        field: Which field.
        base: The last agreed value; MISSING when the sides never agreed.
        sides: Side name to its value.
        source: The name of the side that is read.
        target: The name of the side that is written.
        is_new: Whether the record does not exist on the target yet.
    """

    field: AnyField
    base: Maybe[Any]
    sides: Mapping[str, Maybe[Any]]
    source: str
    target: str
    is_new: bool = False

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

    @property
    def edited(self) -> bool:
        """Whether somebody changed the target, or cleared it, since the sides last agreed."""
        return self.base is not MISSING and not alike(self.standing, self.base)


@frozen(kw_only=True)
class Decision:
    """What a field is to be, and why.

    Args:
        field: Which field.
        value: What it is to be on the target.
        owner: The side that owns it.
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


RuleFn: TypeAlias = Callable[[Case], "Decision | None"]
