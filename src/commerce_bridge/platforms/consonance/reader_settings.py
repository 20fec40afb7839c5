"""How one account's works are read as titles, where the vendor's pages leave it open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from attrs import field, frozen
from attrs.validators import ge, in_

from commerce_bridge.domain.territory import Territory
from commerce_bridge.domain.title import AssetKind
from commerce_bridge.platforms.consonance.codes import ASSET_KINDS, Form
from commerce_bridge.platforms.consonance.limits import OVERLAP_DAYS

PAGE_COUNTS = (
    "mainContentPageCount",
    "contentPageCount",
    "totalNumberedPages",
    "approximatePageCount",
    "absolutePageCount",
    "productionPageCount",
)
"""Which page count stands for the length, the first one present winning."""

Unlinked: TypeAlias = Literal["none", "all"]
Unreadable: TypeAlias = Literal["stop", "note"]


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)


def _counts(instance: object, attribute: object, value: tuple[str, ...]) -> None:
    if unknown := sorted(set(value) - set(PAGE_COUNTS)):
        raise ValueError(f"page_counts: unknown {', '.join(unknown)}; known: {', '.join(PAGE_COUNTS)}")


@frozen(kw_only=True)
class ReaderSettings:
    """How one account's works are read as titles.

    Args:
        zone: IANA name of the zone whose date is the run's date.
        overlap_days: Days by which a read of changes reaches back behind the last run, 0 or more; with
            0, `zone` must be the zone in which the service counts days.
        publisher: The publisher's name; the service does not say it.
        price_territories: Currency to the countries where its prices hold.  The account keeps such sets
            ("pricing territories"), but GraphQL does not give them; a currency not named here holds
            everywhere.
        house_forms: Names of in-house formats, such as ``Kindle``, to the form they mean, where it says
            more than the form code.
        page_counts: Which page count stands for the length, the first one present winning.
        resource_kinds: Variants of supporting resources to kinds of asset.
        approved: Words, in any case, by which a text or a resource is approved.
        unsaid_is_approved: Whether a text or a resource without any status counts as approved.
        unreadable: What to do with a work that the service cannot answer whole: ``stop`` the read with an
            error that names it, or ``note`` it as a title without formats whose `problems` say why.
        unlinked: To which formats a contribution, text or resource belongs that names no product.

    Source: vendor GraphQL schema pages and help pages (configuration), which leave these open.
    """

    zone: str = "UTC"
    overlap_days: int = field(default=OVERLAP_DAYS, validator=ge(0))
    publisher: str | None = None
    price_territories: Mapping[str, Territory] = field(factory=dict[str, Territory])
    house_forms: Mapping[str, Form] = field(factory=dict[str, Form])
    page_counts: tuple[str, ...] = field(default=PAGE_COUNTS, validator=_counts)
    resource_kinds: Mapping[str, AssetKind] = field(factory=lambda: dict(ASSET_KINDS))
    approved: frozenset[str] = field(default=frozenset({"approved"}), converter=_folded)
    unsaid_is_approved: bool = False
    unreadable: Unreadable = field(default="stop", validator=in_(("stop", "note")))
    unlinked: Unlinked = field(default="none", validator=in_(("none", "all")))
