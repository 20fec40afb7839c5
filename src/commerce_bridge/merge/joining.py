"""Rules that join what both sides have, for sets and for elements of a collection.

A side that cleared the field, or says an empty set, adds nothing; the field is cleared where nobody has anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from commerce_bridge.domain.absence import MISSING, Maybe
from commerce_bridge.errors import MappingError
from commerce_bridge.merge.case import Case, Decision, stands, undisputed
from commerce_bridge.merge.collections import alike, elements, joined
from commerce_bridge.merge.rules import Rule


def union(owner: str) -> Rule:
    """Everything that one side or the other has; an element goes once neither has it.

    Args:
        owner: The side whose element stands where one place holds a single element and both have one.
    """
    name = "union"

    def decide(case: Case) -> Decision:
        decision = undisputed(case, owner, name)
        if decision is not None:
            return decision
        return _together(case, owner, name, (case.said(owner), case.said(case.rival(owner))))

    return Rule(name, 1, owner, decide, always=True)


def append_only(owner: str) -> Rule:
    """Everything that either side has, and all that both ever agreed on: what is there once is never removed.

    Args:
        owner: The side whose element stands where one place holds a single element and both have one.
    """
    name = "append only"

    def decide(case: Case) -> Decision:
        mine, theirs = case.said(owner), case.said(case.rival(owner))
        return _together(case, owner, name, (mine, theirs, case.base))

    return Rule(name, 1, owner, decide, always=True)


def _together(case: Case, owner: str, name: str, values: Sequence[Maybe[Any]]) -> Decision:
    """All values joined; in the source's name, because what is joined is written, and agreed on.

    Raises:
        MappingError: They are different single values.
    """
    if values[0] is MISSING and values[1] is MISSING:
        return stands(case, owner, name)
    value = joined(values)
    if value is None:
        raise MappingError(
            f"The rule {name!r} joins sets and elements, and {case.field} has single values that differ.",
            hint="Take a rule that picks one of two, such as owned_by, three_way, newest or maximum.",
        )
    lost = elements(values[1]) - elements(value)
    made = stands(case, owner, name, "" if _all_alike(value, values) else "what is on either side")
    return attrs.evolve(made, value=value, owner=case.source, loser=case.rival(owner) if lost else None)


def _all_alike(value: Maybe[Any], values: Sequence[Maybe[Any]]) -> bool:
    return all(one is MISSING or alike(one, value) for one in values)
