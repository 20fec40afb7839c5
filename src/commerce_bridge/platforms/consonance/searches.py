"""What a list may be narrowed by: the vendor's search inputs as values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import cast

from attrs import asdict, frozen

from commerce_bridge.domain.exchange import JsonValue

WIRE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "id": "idEq",
        "contract_id": "contractIdEq",
        "changed_since": "changedSince",
        "title": "titleEq",
        "title_contains": "titleCont",
        "subtitle": "subtitleEq",
        "subtitle_contains": "subtitleCont",
        "has_subtitle": "subtitlePresent",
        "imprint_ids": "imprintIdIn",
        "isbn": "isbn13Eq",
        "isbns": "isbn13In",
        "has_isbn": "isbn13Assigned",
        "title_prefix_present": "titlePrefixPresent",
        "published_on": "publicationDateEq",
        "published_after": "publicationDateGt",
        "published_before": "publicationDateLt",
        "published_from": "publicationDateGteq",
        "published_until": "publicationDateLteq",
        "forms": "onix21ProductFormCodeIn",
        "types": "productTypes",
        "at_most": "amountLteq",
        "currencies": "currencyCodeIn",
        "price_types": "onixPriceTypeCodeIn",
        "qualifiers": "onixPriceTypeQualifierCodeIn",
    }
)
"""Our name of each member to the vendor's."""

_ENUM_CODES = frozenset({"forms", "price_types", "qualifiers"})
"""Members whose codes are sent as enum values: an underscore stands before a leading digit."""


def variable_of(search: WorkSearch | ProductSearch | PriceSearch | None) -> dict[str, JsonValue]:
    """The search as a GraphQL variable: the members that are said, under the vendor's names."""
    if search is None:
        return {}
    said = asdict(search, recurse=False).items()
    return {WIRE_NAMES[name]: _sent(name, value) for name, value in said if value is not None}


def _sent(name: str, value: object) -> JsonValue:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if not isinstance(value, tuple):
        return value
    each = cast("tuple[object, ...]", value)
    return [enum_spelling(str(one)) for one in each] if name in _ENUM_CODES else list(each)


def enum_spelling(code: str) -> str:
    """A code as the vendor's enums spell it.  Source: vendor example queries, `sample_custom_report.md`."""
    return f"_{code}" if code[:1].isdigit() else code


@frozen(kw_only=True)
class WorkSearch:
    """Which works; all members that are given must hold.

    Args:
        id: The internal id.
        contract_id: The internal id of its contract.
        changed_since: Changed on or after this day, with its series, contributors and products.
        title: The whole title.
        title_contains: Part of the title.
        subtitle: The whole subtitle.
        subtitle_contains: Part of the subtitle.
        has_subtitle: Whether it has a subtitle.
        imprint_ids: Internal ids of imprints, any of them.

    Source: vendor GraphQL schema pages, `WorkSearchAttributes`.
    """

    id: int | None = None
    contract_id: int | None = None
    changed_since: date | None = None
    title: str | None = None
    title_contains: str | None = None
    subtitle: str | None = None
    subtitle_contains: str | None = None
    has_subtitle: bool | None = None
    imprint_ids: tuple[int, ...] | None = None


@frozen(kw_only=True)
class ProductSearch:
    """Which products; all members that are given must hold.

    Args:
        id: The internal id.
        isbn: Its ISBN-13, without hyphens.
        isbns: Any of these ISBN-13s; longer lists are asked for in batches.
        has_isbn: Whether an ISBN is assigned.
        title: The whole title; capitals matter.
        title_contains: Part of the title; capitals do not matter.
        title_prefix_present: The vendor's text switch for titles with a prefix.
        published_on: Published on this day.
        published_after: Published after this day.
        published_before: Published before this day.
        published_from: Published on this day or later.
        published_until: Published on this day or earlier.
        forms: ONIX 2.1 List 7 codes, any of them, as the enum spells them.
        changed_since: Likely changed on or after this day; its family and contacts count too.
        types: Product types, any of them, such as ``PHYSICAL_BOOK_PRODUCT``.

    Source: vendor GraphQL schema pages, `ProductSearchAttributes`.
    """

    id: int | None = None
    isbn: str | None = None
    isbns: tuple[str, ...] | None = None
    has_isbn: bool | None = None
    title: str | None = None
    title_contains: str | None = None
    title_prefix_present: str | None = None
    published_on: date | None = None
    published_after: date | None = None
    published_before: date | None = None
    published_from: date | None = None
    published_until: date | None = None
    forms: tuple[str, ...] | None = None
    changed_since: date | None = None
    types: tuple[str, ...] | None = None


@frozen(kw_only=True)
class PriceSearch:
    """Which prices; all members that are given must hold.

    Args:
        at_most: Amounts up to this.
        currencies: ISO 4217 codes, any of them.
        price_types: Price types (ONIX List 58 codes), any of them.
        qualifiers: Price qualifiers (ONIX List 59 codes), any of them.

    Source: vendor example queries, `examples/sample_custom_report.md` and `README`.
    """

    at_most: Decimal | None = None
    currencies: tuple[str, ...] | None = None
    price_types: tuple[str, ...] | None = None
    qualifiers: tuple[str, ...] | None = None
