"""What differs from account to account, and what the vendor's pages leave open: settings with safe defaults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from attrs import field, frozen
from attrs.validators import ge, in_

from commerce_bridge.domain.territory import Territory
from commerce_bridge.domain.title import AssetKind
from commerce_bridge.platforms.consonance.codes import ASSET_KINDS, SHELVES, Form
from commerce_bridge.platforms.consonance.limits import FETCH_BATCH, IN_FLIGHT, ISBN_BATCH, OVERLAP_DAYS

TEXT_VARIANTS: Mapping[str, str] = {
    "SHORT_DESCRIPTION": "short_description",
    "MAIN_DESCRIPTION": "description",
    "LONG_DESCRIPTION": "long_description",
    "BIOGRAPHICAL_NOTE": "biographical_note",
    "REVIEW_QUOTE": "review_quote",
    "TABLE_OF_CONTENTS": "contents",
    "PROMOTIONAL_HEADLINE": "headline",
}
"""Text variants asked for, and the shelf each goes to.  Only the first is shown by the vendor."""

PAGE_COUNTS = (
    "mainContentPageCount",
    "contentPageCount",
    "totalNumberedPages",
    "approximatePageCount",
    "absolutePageCount",
    "productionPageCount",
)
"""Which page count stands for the length, the first one present winning."""

Unsorted: TypeAlias = Literal["refuse", "accept"]
Unlinked: TypeAlias = Literal["none", "all"]
Unreadable: TypeAlias = Literal["stop", "note"]


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


def _folded(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)


def _shelves(instance: object, attribute: object, value: Mapping[str, str]) -> None:
    if unknown := sorted(set(value.values()) - set(SHELVES)):
        raise ValueError(f"text_variants: unknown {', '.join(unknown)}; known: {', '.join(SHELVES)}")


def _counts(instance: object, attribute: object, value: tuple[str, ...]) -> None:
    if unknown := sorted(set(value) - set(PAGE_COUNTS)):
        raise ValueError(f"page_counts: unknown {', '.join(unknown)}; known: {', '.join(PAGE_COUNTS)}")


@frozen(kw_only=True)
class ConsonanceSettings:
    """How one account's service behaves, where the vendor's pages do not say.

    Args:
        in_flight: Requests under way at once, 1 or more.
        isbn_batch: ISBNs in one search, 1 or more.
        fetch_batch: Works read by id in one request, 1 or more.
        page_size: How many rows a full page holds, when the account's is known: a shorter page then ends
            a list without one more request.  None reads on until a page is empty.
        unsorted_pages: What to do with a page whose ids do not ascend: ``refuse`` it, because rows could
            be skipped, or ``accept`` it, when only the order within a page is mixed.
        absent: Members left out of the queries because this account's schema lacks them, such as
            ``Work.themas``; `SchemaReport.absent` names them.
        present: Members asked for in addition, such as ``MarketingText.untilDate``;
            `SchemaReport.offered` names those that the schema has.
        text_variants: Variants of marketing texts asked for, and the shelf of each (`codes.SHELVES`).
        availability_member: The product member that holds the availability code object.
        price_search_type: The name of the input type of price searches.

    Source: vendor GraphQL schema pages, which leave these open.
    """

    in_flight: int = field(default=IN_FLIGHT, validator=ge(1))
    isbn_batch: int = field(default=ISBN_BATCH, validator=ge(1))
    fetch_batch: int = field(default=FETCH_BATCH, validator=ge(1))
    page_size: int | None = None
    unsorted_pages: Unsorted = field(default="refuse", validator=in_(("refuse", "accept")))
    absent: frozenset[str] = field(default=frozenset[str](), converter=_names)
    present: frozenset[str] = field(default=frozenset[str](), converter=_names)
    text_variants: Mapping[str, str] = field(factory=lambda: dict(TEXT_VARIANTS), validator=_shelves)
    availability_member: str = "onixProductAvailability"
    price_search_type: str = "PriceSearchAttributes"


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
