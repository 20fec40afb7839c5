"""Rules decide one field; they are small functions, and compose.

A rule answers a `Decision`, or None when it has nothing to say.  Named rules carry a
version, so that a change of policy is noticed and records are decided anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import field, frozen

from commerce_bridge.domain.absence import CLEARED, MISSING, Cleared, Maybe, Missing
from commerce_bridge.errors import MappingError
from commerce_bridge.merge.case import Case, Decision, RuleFn, stands
from commerce_bridge.merge.collections import alike, is_nothing


@frozen
class Rule:
    """A rule with a name, a version, and the owner it stands for.

    Args:
        name: Unique among rules, such as ``owner`` or ``written once``.
        version: Raised whenever the same case gives another decision.
        owner: The side that owns the fields under it, as printed in the ownership table.
        decide: The function.
        sides: Further sides that it names.
        parameters: What else it was given, as text.
        always: Whether it is known to have something to say in every case.
    """

    name: str
    version: int
    owner: str
    decide: RuleFn
    sides: tuple[str, ...] = field(default=(), kw_only=True)
    parameters: str = field(default="", kw_only=True)
    always: bool = field(default=False, kw_only=True)

    def __call__(self, case: Case) -> Decision | None:
        """The decision, or None when this rule has nothing to say."""
        return self.decide(case)

    @property
    def fingerprint(self) -> str:
        """Text that changes when the rule does."""
        named = f"{self.name}@{self.version}/{'/'.join((self.owner, *self.sides))}"
        return f"{named}({self.parameters})" if self.parameters else named

    @property
    def label(self) -> str:
        """What people read in the ownership table."""
        return f"{self.name} ({self.parameters})" if self.parameters else self.name


def owned_by(side: str) -> Rule:
    """The owner's value stands; an owner that says nothing leaves what is there."""

    def decide(case: Case) -> Decision:
        value = case.offered(side)
        kept = case.standing if value is MISSING else value
        return _decided(case, kept, side, f"owner/{side}")

    return Rule("owner", 1, side, decide, always=True)


def written_once(side: str) -> Rule:
    """The owner's value is written where there is none; afterwards what the target shows is kept."""

    def decide(case: Case) -> Decision:
        value = case.offered(side)
        if case.is_new or is_nothing(case.standing):
            return _decided(case, value, side, "written once")
        reason = "" if alike(case.standing, value) else "written when the record was made, kept since"
        return _decided(case, case.standing, side, "written once", reason)

    return Rule("written once", 1, side, decide, always=True)


def until_edited(side: str, editor: str) -> Rule:
    """The owner's value stands until the other side edits or clears it; then the edit stands.

    Both agree again, and the owner's later values follow, once the owner says what the edit says.
    """

    def decide(case: Case) -> Decision:
        value = case.offered(side)
        if case.edited and not alike(case.standing, value):
            return _decided(case, case.standing, editor, "until edited", f"edited on {editor}")
        return _decided(case, value, side, "until edited")

    return Rule("until edited", 1, side, decide, sides=(editor,), always=True)


def elements_of(side: str) -> Rule:
    """Our elements of a shared collection stand as the owner says; others' are kept, always."""

    def decide(case: Case) -> Decision:
        value = case.offered(side)
        if value is CLEARED:
            value = frozenset[Any]()
        kept = case.standing if value is MISSING else value
        return _decided(case, kept, side, "elements")

    return Rule("elements", 1, side, decide, always=True)


def custom(name: str, version: int, owner: str, value_of: Callable[[Case], Maybe[Any] | None]) -> Rule:
    """A rule of your own: a pure function computes the value.

    Args:
        name: What it is called in tables, plans and explanations.
        version: Raise it whenever the same case gives another value.
        owner: The side in whose name a value stands that neither side has.  For the target's own, such a value is
            never written.
        value_of: Gives the value; CLEARED where there is to be none, MISSING to leave what is there, None to let
            the next rule of a `first_of` speak.

    Raises:
        MappingError: It has no name, so that a change of it could not be noticed.
    """
    if not name.strip():
        raise MappingError(
            "custom() was given a rule without a name.",
            hint="Name it: the name is what plans and explanations print.",
        )

    def decide(case: Case) -> Decision | None:
        value = value_of(case)
        if value is None:
            return None
        if isinstance(value, Missing):
            return stands(case, case.target, name)
        for side in (owner, case.rival(owner)):
            said = case.said(side)
            if not isinstance(said, Missing) and alike(said, value):
                return stands(case, side, name)
        return _decided(case, value, owner, name)

    return Rule(name, version, owner, decide, parameters="custom")


def decide(case: Case, rule: Rule) -> Decision:
    """The decision on one field.

    Raises:
        MappingError: The rule had nothing to say.
    """
    decision = rule(case)
    if decision is None:
        raise MappingError(
            f"No rule decides {case.field} for the pair {case.source} and {case.target}.",
            hint="Give the field a rule in the ownership table.",
        )
    return decision


def _decided(case: Case, value: Maybe[Any], owner: str, rule: str, reason: str = "") -> Decision:
    return Decision(
        field=case.field,
        value=value,
        owner=owner,
        rule=rule,
        candidates=dict(case.sides),
        loser=_loser(case, value),
        reason=reason,
    )


def _loser(case: Case, value: Maybe[Any]) -> str | None:
    for side, offered in case.sides.items():
        if not isinstance(offered, (Missing, Cleared)) and not alike(offered, value):
            return side
    return None
