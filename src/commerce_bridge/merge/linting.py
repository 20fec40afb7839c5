"""What can be known of a rule without a case: rules that never speak, and the sides that it names."""

from __future__ import annotations

from collections.abc import Iterator

from commerce_bridge.domain.fields import AnyField
from commerce_bridge.merge.composing import ByField, FirstOf, When
from commerce_bridge.merge.rules import Rule


def decides_all(rule: Rule, name: AnyField) -> bool:
    """Whether a rule is known to have something to say in every case of a field."""
    match rule:
        case FirstOf(rules=rules):
            return any(decides_all(one, name) for one in rules)
        case ByField():
            return decides_all(rule.of(name), name)
        case When():
            return False
        case _:
            return rule.always


def never_asked(rule: Rule, name: AnyField) -> Iterator[str]:
    """The rules inside a rule that are never asked about a field, each with why, as the end of a sentence."""
    match rule:
        case FirstOf(rules=rules):
            yield from _shadowed(rules, name)
        case When(rule=inner):
            yield from never_asked(inner, name)
        case ByField():
            yield from never_asked(rule.of(name), name)
        case _:
            return


def sides_of(rule: Rule, name: AnyField) -> Iterator[str]:
    """All sides that a rule names for a field, its owner first; some more than once."""
    match rule:
        case FirstOf(rules=rules):
            for one in rules:
                yield from sides_of(one, name)
        case When(rule=inner):
            yield from sides_of(inner, name)
        case ByField():
            yield from sides_of(rule.of(name), name)
        case _:
            yield from (rule.owner, *rule.sides)


def _shadowed(rules: tuple[Rule, ...], name: AnyField) -> Iterator[str]:
    closed: Rule | None = None
    silent: set[str] = set()
    answered: dict[str, Rule] = {}
    for one in rules:
        test = one.test if isinstance(one, When) else None
        if closed is not None:
            yield f"never asks {one.label!r} of {one.owner}: {closed.label!r} before it decides every case"
        elif one.fingerprint in silent:
            yield f"asks {one.label!r} of {one.owner} twice: it says the same again"
        elif test is not None and test in answered:
            yield f"never asks {one.label!r} of {one.owner}: {answered[test].label!r} before it decides those cases"
        else:
            yield from never_asked(one, name)
        if closed is None and decides_all(one, name):
            closed = one
        silent.add(one.fingerprint)
        if isinstance(one, When) and decides_all(one.rule, name):
            answered.setdefault(one.test, one)
