"""Ownership is data: which side owns each field, under which rule; printed, linted, enforced."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from commerce_bridge.domain.consent import is_consent
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.errors import MappingError
from commerce_bridge.merge.consent import consent_of
from commerce_bridge.merge.linting import never_asked, sides_of
from commerce_bridge.merge.rules import Rule


@frozen(kw_only=True)
class Ownership:
    """The ownership table of one pair and one entity.

    Args:
        pair: How people name the pair, such as ``Consonance and BigCommerce``.
        rules: Field to its one rule.
        others: The rule for fields of other packages that are not in the table, or None to refuse them.
    """

    pair: str
    rules: Mapping[AnyField, Rule]
    others: Rule | None = None

    def rule(self, name: AnyField) -> Rule:
        """The rule of a field.

        Raises:
            MappingError: The table has no rule for it, or it is a field of consent under a rule that writes.
        """
        rule = self.rules.get(name, self.others)
        if rule is None:
            raise MappingError(
                f"{name} has no owner in the table of {self.pair}.",
                hint="Add it: ownership.with_rules({field: owned_by(...)}).",
            )
        if is_consent(name) and not _never_writes(rule):
            raise MappingError(
                f"{name} is consent, and the table of {self.pair} has it under the rule {rule.label!r}.",
                hint="A sync never writes consent: ownership.with_rules({field: consent_of(...)}).",
            )
        return rule

    def with_rules(self, rules: Mapping[AnyField, Rule]) -> Ownership:
        """A table in which these fields have these rules."""
        return Ownership(pair=self.pair, rules={**self.rules, **rules}, others=self.others)

    def lint(self, fields: Iterable[AnyField], sides: Iterable[str] = ()) -> tuple[str, ...]:
        """What is wrong with the table: nothing, or a sentence each.

        Args:
            fields: All fields of the entity; each must have a rule of its own, and each rule a field.  With a
                rule for all others, rules for other packages' fields are right too.
            sides: The names of the pair's sides, one of which must own each field; empty to leave that out.
        """
        known, names = set(fields), set(sides)
        missing = [f"{name} has no rule" for name in sorted(known - set(self.rules), key=str)]
        foreign = [
            f"{name} has a rule, but {name.entity} has no such field"
            for name in sorted(set(self.rules) - known, key=str)
            if self.others is None
        ]
        owners = {str(name): rule.owner for name, rule in self.rules.items()}
        if self.others is not None:
            owners["all others"] = self.others.owner
        strangers = [
            f"{name} is owned by {owner!r}, which is no side of the pair"
            for name, owner in sorted(owners.items())
            if names and owner not in names
        ]
        named = sorted(self.rules.items(), key=lambda row: str(row[0]))
        inner = [
            f"{name} names {side!r}, which is no side of the pair" for name, side in _others(named, names)
        ]
        unasked = [f"{name} {why}" for name, rule in named for why in never_asked(rule, name)]
        consents = [
            f"{name} is consent, which no sync writes, but is under the rule {rule.label!r}: take consent_of()"
            for name in sorted({*known, *self.rules}, key=str)
            if is_consent(name) and (rule := self.rules.get(name, self.others)) and not _never_writes(rule)
        ]
        return (*missing, *foreign, *strangers, *inner, *unasked, *consents)

    @property
    def fingerprint(self) -> str:
        """Text that changes when a rule does."""
        lines = sorted(f"{name}={rule.fingerprint}" for name, rule in self.rules.items())
        lines.append(self.others.fingerprint if self.others else "")
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

    def __str__(self) -> str:
        """The table as people read it."""
        rows = [(name.text, rule.owner, rule.label) for name, rule in self.rules.items()]
        if self.others is not None:
            rows.append(("all others", self.others.owner, self.others.label))
        wide = [max(len(row[column]) for row in [*rows, ("field", "owner", "rule")]) for column in range(3)]
        lines = [self.pair, *(_row(row, wide) for row in [("field", "owner", "rule"), *rows])]
        return "\n".join(lines)


def _never_writes(rule: Rule) -> bool:
    return rule.fingerprint == consent_of(rule.owner).fingerprint


def _others(table: Iterable[tuple[AnyField, Rule]], names: set[str]) -> Iterator[tuple[AnyField, str]]:
    """Fields whose rules name something else beside their owner that is no side of the pair."""
    for name, rule in table:
        for side in dict.fromkeys(sides_of(rule, name)):
            if names and side not in names and side != rule.owner:
                yield name, side


def _row(row: tuple[str, str, str], wide: list[int]) -> str:
    return "  " + "  ".join(text.ljust(width) for text, width in zip(row, wide, strict=True)).rstrip()
