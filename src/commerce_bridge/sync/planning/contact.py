"""First contact: a record that stood on the target before us is adopted, and nothing of it is overwritten.

What it lacks is filled in.  What differs stays as people left it until the source says something new about it,
and one work item names it all.  What must not be shown or sold is closed all the same: that overwrites nobody's
work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import define, evolve, field

from commerce_bridge.domain.fields import AnyField
from commerce_bridge.mapping import Problem
from commerce_bridge.merge import Case, Decision, show
from commerce_bridge.merge.collections import holds_elements, is_nothing, moves
from commerce_bridge.sync.plans.codec import digest, encode

RULE = "first contact"
"""The rule under which what stood on the target before us stays."""


@define(kw_only=True)
class Contact:
    """What of one record stays as it was found.

    Args:
        met: Whether the record was found just now.
        before: Places that were kept earlier, to the digest of what the source said then.
        adopted: Places that are kept now.
    """

    met: bool
    before: Mapping[tuple[str, AnyField], str]
    adopted: dict[tuple[str, AnyField], str] = field(factory=dict[tuple[str, AnyField], str])
    told: list[str] = field(factory=list[str])

    @staticmethod
    def of(met: bool, before: Mapping[tuple[str, AnyField], str]) -> Contact:
        """The contact with a record."""
        return Contact(met=met, before=before)

    def kept(self, case: Case, decision: Decision, part: str) -> Decision:
        """The decision, or that what stands there stays."""
        place = (part, case.field)
        if not self.met and place not in self.before:
            return decision
        said = digest(encode(decision.value))
        if not self.met and self.before[place] != said:
            return decision  # the source says something new: from now on the rule decides
        if not _overwrites(case, decision):
            return decision
        self.adopted[place] = said
        self.told.append(f"{case.field.text} ({show(case.standing)} there, {show(decision.value)} wanted)")
        return evolve(
            decision,
            value=case.standing,
            owner=case.target,
            rule=RULE,
            loser=case.source,
            reason=f"it was there before; it stays until {case.source} says something new",
        )

    def problems(self, source: str, target: str) -> Iterator[Problem]:
        """What a person should look at."""
        if self.told:
            yield Problem(
                code="first-contact",
                message=f"It stood on {target} before; kept as it is there: {', '.join(self.told)}. "
                f"Let {source} have its way with plan(only=[...], overwrite=True), or leave it.",
            )


def _overwrites(case: Case, decision: Decision) -> bool:
    """Whether a decision changes or takes away what stands there; adding to it does not."""
    if is_nothing(case.standing):
        return False
    if holds_elements(decision.value, case.standing):
        needed = moves(case.standing, decision.value)
        return bool(needed.edit or needed.remove)
    return decision.changes(case.standing)
