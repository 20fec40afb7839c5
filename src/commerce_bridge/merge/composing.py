"""Rules compose: the first that speaks, one that speaks in some cases, one for each field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen

from commerce_bridge.domain.fields import AnyField
from commerce_bridge.errors import MappingError
from commerce_bridge.merge.case import Case, Decision
from commerce_bridge.merge.rules import Rule


@frozen(kw_only=True)
class FirstOf(Rule):
    """What `first_of` makes: rules that are asked in their order."""

    rules: tuple[Rule, ...]


@frozen(kw_only=True)
class When(Rule):
    """What `when` makes: a rule behind a test."""

    test: str
    rule: Rule


@frozen(kw_only=True)
class ByField(Rule):
    """What `by_field` makes: a rule for each field, and one for all others."""

    rules: Mapping[AnyField, Rule] = field(factory=dict[AnyField, Any])
    otherwise: Rule

    def of(self, name: AnyField) -> Rule:
        """The rule of a field."""
        return self.rules.get(name, self.otherwise)


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

    return FirstOf(
        name="first of " + " | ".join(rule.fingerprint for rule in rules),
        version=1,
        owner=rules[0].owner,
        decide=decide,
        rules=rules,
    )


def when(name: str, test: Callable[[Case], bool], rule: Rule) -> Rule:
    """A rule that speaks only in the cases that pass a test.

    Args:
        name: What the test asks, for the fingerprint and the printed table.
        test: A pure function of the case.
        rule: What decides then.
    """

    def decide(case: Case) -> Decision | None:
        return rule(case) if test(case) else None

    return When(
        name=f"{rule.name} when {name}",
        version=rule.version,
        owner=rule.owner,
        decide=decide,
        sides=rule.sides,
        parameters=rule.parameters,
        test=name,
        rule=rule,
    )


def by_field(rules: Mapping[AnyField, Rule], otherwise: Rule) -> Rule:
    """One rule for each field."""
    kept = dict(rules)

    def decide(case: Case) -> Decision | None:
        return kept.get(case.field, otherwise)(case)

    name = "by field " + ",".join(sorted(f"{key}={rule.fingerprint}" for key, rule in kept.items()))
    return ByField(
        name=f"{name} else {otherwise.fingerprint}",
        version=1,
        owner=otherwise.owner,
        decide=decide,
        rules=kept,
        otherwise=otherwise,
    )
