"""Reading ages for bridges of commerce_bridge: a field, its value, its place, its owner and a readiness check."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from commerce_bridge import Field, Format, Listing, Ownership, Registry, Title, custom_field, override
from commerce_bridge.domain.title import Scheme
from commerce_bridge.mapping import Enrichment, enrichment
from commerce_bridge.merge import elements_of
from commerce_bridge.publishing.readiness import Check, Moment

__all__ = ["ACME_READING_AGE", "CHILDREN_HAVE_ONE", "extend", "owned", "reading_ages"]

ACME_READING_AGE = Field[str]("listing", "acme_reading_age", label="reading age")
"""For which age a book is meant, as shoppers read it; it travels in the `extra` of formats and titles."""

NAME = "Reading age"
"""What the shop calls it."""


def extend(registry: Registry) -> Registry:
    """The entry point: a registry whose product pages show the reading age as a custom field."""
    mapper = override(ACME_READING_AGE, custom_field(NAME))
    return registry.extend("bigcommerce", Listing, mapper)


def owned(table: Ownership, side: str) -> Ownership:
    """An ownership table in which a side owns the reading age: what it puts there, and nothing beside it.

    Args:
        table: The table, such as `standard_ownership(policy)`.
        side: The side that knows reading ages, such as ``consonance``.
    """
    return table.with_rules({ACME_READING_AGE: elements_of(side)})


def reading_ages(ages: Mapping[str, str]) -> Enrichment[Title]:
    """An enrichment that fills in reading ages.

    Args:
        ages: ISBN to reading age; a format that is not in it has none.
    """

    def known(one: Format) -> Format:
        age = ages.get(one.isbn or "")
        return evolve(one, extra={**one.extra, ACME_READING_AGE: age})

    def enrich(title: Title) -> Title:
        return evolve(title, formats=tuple(known(one) for one in title.formats))

    return enrichment("acme/reading age", enrich, ages=ages)


def _children_have_one(listing: Listing, moment: Moment) -> str | None:
    juvenile = any(
        one.scheme is Scheme.BISAC and one.code.startswith("JUV") for one in listing.title.subjects
    )
    if juvenile and not ACME_READING_AGE.of(listing):
        return "It is for children, and nobody says for which age: add it to the table of reading ages."
    return None


CHILDREN_HAVE_ONE = Check("acme-no-reading-age", _children_have_one)
"""A children's book goes to the store only with a reading age."""
