"""Rules decide one field; they are small functions, and compose.

A rule answers a `Decision`, or None when it has nothing to say.  Named rules carry a
version, so that a change of policy is noticed and records are decided anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from commerce_bridge.domain.absence import CLEARED, MISSING, Cleared, Maybe, Missing
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.errors import MappingError
from commerce_bridge.merge.case import Case, Decision, RuleFn
from commerce_bridge.merge.collections import alike, is_nothing


@frozen
class Rule:
    """A rule with a name, a version, and the owner it stands for.

    Args:
        name: Unique among rules, such as ``owner`` or ``written once``.
        version: Raised whenever the same case gives another decision.
        owner: The side that owns the fields under it, as printed in the ownership table.
        decide: The function.
    """

    name: str
    version: int
    owner: str
    decide: RuleFn

    def __call__(self, case: Case) -> Decision | None:
        """The decision, or None when this rule has nothing to say."""
        return self.decide(case)

    @property
    def fingerprint(self) -> str:
        """Text that changes when the rule does."""
        return f"{self.name}@{self.version}/{self.owner}"


def owned_by(side: str) -> Rule:
    """The owner's value stands; an owner that says nothing leaves what is there."""

    def decide(case: Case) -> Decision:
        value = case.offered(side)
        kept = case.standing if value is MISSING else value
        return _decided(case, kept, side, f"owner/{side}")

    return Rule("owner", 1, side, decide)


def written_once(side: str) -> Rule:
    """The owner's value is written where there is none; afterwards what the target shows is kept."""

    def decide(case: Case) -> Decision:
        value = case.offered(side)
        if case.is_new or is_nothing(case.standing):
            return _decided(case, value, side, "written once")
        reason = "" if alike(case.standing, value) else "written when the record was made, kept since"
        return _decided(case, case.standing, side, "written once", reason)

    return Rule("written once", 1, side, decide)


def until_edited(side: str, editor: str) -> Rule:
    """The owner's value stands until the other side edits or clears it; then the edit stands.

    Both agree again, and the owner's later values follow, once the owner says what the edit says.
    """

    def decide(case: Case) -> Decision:
        value = case.offered(side)
        if case.edited and not alike(case.standing, value):
            return _decided(case, case.standing, editor, "until edited", f"edited on {editor}")
        return _decided(case, value, side, "until edited")

    return Rule("until edited", 1, side, decide)


def elements_of(side: str) -> Rule:
    """Our elements of a shared collection stand as the owner says; others' are kept, always."""

    def decide(case: Case) -> Decision:
        value = case.offered(side)
        if value is CLEARED:
            value = frozenset[Any]()
        kept = case.standing if value is MISSING else value
        return _decided(case, kept, side, "elements")

    return Rule("elements", 1, side, decide)


def first_of(*rules: Rule) -> Rule:
    """The first rule that has something to say.

    Raises:
        MappingError: There is no rule among none.
    """
    if not rules:
        raise MappingError("first_of() was given no rule.", hint="Give it at least one.")

    def decide(case: Case) -> Decision | None:
        for rule in rules:
            decision = rule(case)
            if decision is not None:
                return decision
        return None

    return Rule("first of " + " | ".join(rule.fingerprint for rule in rules), 1, rules[0].owner, decide)


def when(name: str, test: Callable[[Case], bool], rule: Rule) -> Rule:
    """A rule that speaks only in the cases that pass a test.

    Args:
        name: What the test asks, for the fingerprint and the printed table.
        test: A pure function of the case.
        rule: What decides then.
    """

    def decide(case: Case) -> Decision | None:
        return rule(case) if test(case) else None

    return Rule(f"{rule.name} when {name}", rule.version, rule.owner, decide)


def by_field(rules: Mapping[AnyField, Rule], otherwise: Rule) -> Rule:
    """One rule for each field."""

    def decide(case: Case) -> Decision | None:
        return rules.get(case.field, otherwise)(case)

    name = "by field " + ",".join(sorted(f"{key}={rule.fingerprint}" for key, rule in rules.items()))
    return Rule(f"{name} else {otherwise.fingerprint}", 1, otherwise.owner, decide)


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
