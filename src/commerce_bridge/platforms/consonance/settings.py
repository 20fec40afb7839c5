"""How one account's service behaves, where the vendor's pages leave it open: settings with safe defaults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from attrs import field, frozen
from attrs.validators import ge, in_

from commerce_bridge.platforms.consonance.limits import FETCH_BATCH, IN_FLIGHT, ISBN_BATCH

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

Unsorted: TypeAlias = Literal["refuse", "accept"]


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


def _shelves(instance: object, attribute: object, value: Mapping[str, str]) -> None:
    if value == TEXT_VARIANTS:
        return
    from commerce_bridge.platforms.consonance.codes import SHELVES  # brings the title family

    if unknown := sorted(set(value.values()) - set(SHELVES)):
        raise ValueError(f"text_variants: unknown {', '.join(unknown)}; known: {', '.join(SHELVES)}")


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
