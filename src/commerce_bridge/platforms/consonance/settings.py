"""How one account's service behaves, where the vendor's pages leave it open: settings with safe defaults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from attrs import Attribute, field, frozen

from commerce_bridge.platforms.consonance.limits import FETCH_BATCH, IN_FLIGHT, ISBN_BATCH
from commerce_bridge.platforms.consonance.shelves import SHELVES, TEXT_VARIANTS

Unsorted: TypeAlias = Literal["refuse", "accept"]


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


def _shelves(instance: object, attribute: object, value: Mapping[str, str]) -> None:
    if unknown := sorted(set(value.values()) - set(SHELVES)):
        raise ValueError(f"text_variants: unknown {', '.join(unknown)}; known: {', '.join(SHELVES)}")


def _one_or_more(instance: object, attribute: Attribute[int], value: int) -> None:
    if value < 1:
        raise ValueError(f"{attribute.name}: expected 1 or more, got {value}")


def _unsorted(instance: object, attribute: object, value: str) -> None:
    if value not in {"refuse", "accept"}:
        raise ValueError(f"unsorted_pages: expected refuse or accept, got {value!r}")


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
        text_variants: Variants of marketing texts asked for, and the shelf of each (`shelves.SHELVES`).
        availability_member: The product member that holds the availability code object.
        price_search_type: The name of the input type of price searches.

    Source: vendor GraphQL schema pages, which leave these open.
    """

    in_flight: int = field(default=IN_FLIGHT, validator=_one_or_more)
    isbn_batch: int = field(default=ISBN_BATCH, validator=_one_or_more)
    fetch_batch: int = field(default=FETCH_BATCH, validator=_one_or_more)
    page_size: int | None = None
    unsorted_pages: Unsorted = field(default="refuse", validator=_unsorted)
    absent: frozenset[str] = field(default=frozenset[str](), converter=_names)
    present: frozenset[str] = field(default=frozenset[str](), converter=_names)
    text_variants: Mapping[str, str] = field(factory=lambda: dict(TEXT_VARIANTS), validator=_shelves)
    availability_member: str = "onixProductAvailability"
    price_search_type: str = "PriceSearchAttributes"
