"""One account as resources see it: how to talk to it, how it behaves, and what was learned of its schema."""

from __future__ import annotations

from collections import Counter

from attrs import define, field, frozen

from commerce_bridge.http.connection import Connection
from commerce_bridge.platforms.consonance.settings import ConsonanceSettings


@define(kw_only=True)
class Learned:
    """What a client has learned of its account since it was made.

    Args:
        absent: Members that its schema lacks.
        unknown: Members that answers held although nobody asked, with how often.
    """

    absent: frozenset[str] = frozenset()
    unknown: Counter[str] = field(factory=Counter[str])


@frozen(kw_only=True)
class Chosen:
    """What decides how a query reads, beside what we select; hashable, so that each query is rendered once.

    Args:
        absent: Members and enum values that are left out, such as ``Work.themas``.
        present: Members that are asked for although they usually are not.
        text_variants: Pairs of a variant of marketing texts and its shelf.
        availability_member: The product member that holds the availability code object.
    """

    absent: frozenset[str]
    present: frozenset[str]
    text_variants: tuple[tuple[str, str], ...]
    availability_member: str


@frozen(kw_only=True)
class Service:
    """One account.

    Args:
        connection: How to talk to it.
        settings: How it behaves.
        learned: What was learned of it; shared by all modes of a client.
    """

    connection: Connection
    settings: ConsonanceSettings
    learned: Learned = field(factory=Learned)

    @property
    def chosen(self) -> Chosen:
        """What decides how queries read."""
        settings, learned = self.settings, self.learned
        absent = settings.absent | learned.absent
        return Chosen(
            absent=absent,
            present=settings.present - absent,
            text_variants=tuple(settings.text_variants.items()),
            availability_member=settings.availability_member,
        )
