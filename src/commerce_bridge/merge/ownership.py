"""Ownership is data: which side owns each field, under which rule; printed, linted, enforced."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from attrs import frozen

from commerce_bridge.domain.fields import AnyField
from commerce_bridge.errors import MappingError
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
            MappingError: The table has no rule for it.
        """
        rule = self.rules.get(name, self.others)
        if rule is None:
            raise MappingError(
                f"{name} has no owner in the table of {self.pair}.",
                hint="Add it: ownership.with_rules({field: owned_by(...)}).",
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
        return (*missing, *foreign, *strangers)

    @property
    def fingerprint(self) -> str:
        """Text that changes when a rule does."""
        lines = sorted(f"{name}={rule.fingerprint}" for name, rule in self.rules.items())
        lines.append(self.others.fingerprint if self.others else "")
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

    def __str__(self) -> str:
        """The table as people read it."""
        rows = [(name.text, rule.owner, rule.name) for name, rule in self.rules.items()]
        if self.others is not None:
            rows.append(("all others", self.others.owner, self.others.name))
        wide = [max(len(row[column]) for row in [*rows, ("field", "owner", "rule")]) for column in range(3)]
        lines = [self.pair, *(_row(row, wide) for row in [("field", "owner", "rule"), *rows])]
        return "\n".join(lines)


def _row(row: tuple[str, str, str], wide: list[int]) -> str:
    return "  " + "  ".join(text.ljust(width) for text, width in zip(row, wide, strict=True)).rstrip()
