"""The search inputs as predicates, and the lists they give.

Members of one input are joined by *and*.  A search on related rows asks whether
any of them matches; it never narrows what is answered below, so a nested list
must repeat its filter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from attrs import frozen
from graphql import GraphQLError

from commerce_bridge.sandbox.consonance import rows
from commerce_bridge.sandbox.consonance.dates import start_of_day
from commerce_bridge.sandbox.consonance.settings import Settings
from commerce_bridge.sandbox.consonance.tables import Tables

R = TypeVar("R", bound=rows.Row)
Search = Mapping[str, Any] | None

_NAMED = {
    rows.kind_of(each)
    for each in (
        *(rows.Work, rows.Product, rows.Price, rows.Imprint, rows.Series, rows.SeriesMembership),
        *(rows.Contribution, rows.Person, rows.Organisation),
    )
}
_YES = frozenset({"true", "1", "t", "yes"})


@frozen(kw_only=True)
class Ask:
    """What an answer depends on beside the query: the data, the switches and the instant."""

    tables: Tables
    settings: Settings
    now: datetime


def product_title(product: rows.Product, work: rows.Work | None) -> str | None:
    """A product's full title: its own prefix and title, else the work's title."""
    if product.title is None:
        return work.title if work else None
    return f"{product.prefix} {product.title}" if product.prefix else product.title


# ── predicates, one a member ─────────────────────────────────────────────
def _among(ask: Ask, value: object, wanted: list[Any]) -> bool:
    return value in wanted or (not wanted and ask.settings.empty_list_matches == "everything")


def _contains(text: str | None, part: str) -> bool:
    return part.casefold() in (text or "").casefold()


def _changed(ask: Ask, work_id: int, day: date) -> bool:
    kinds = _NAMED if ask.settings.changed_since_reach == "named" else None
    at = ask.tables.changed_at(work_id, kinds)
    return at is not None and at >= start_of_day(day, ask.settings.changed_since_timezone)


def _type_member(type_name: str) -> str:
    return rows.snake(type_name).upper()


def _full_title(ask: Ask, product: rows.Product) -> str | None:
    return product_title(product, ask.tables.get(rows.Work, product.work_id))


def _dated(product: rows.Product, compare: Callable[[date], bool]) -> bool:
    return product.publication_date is not None and compare(product.publication_date)


_PRODUCT: Mapping[str, Callable[[Ask, rows.Product, Any], bool]] = {
    "after": lambda ask, row, value: row.id > value,
    "idEq": lambda ask, row, value: row.id == value,
    "isbn13Eq": lambda ask, row, value: row.isbn == value,
    "isbn13In": lambda ask, row, value: _among(ask, row.isbn, value),
    "isbn13Assigned": lambda ask, row, value: bool(row.isbn) is value,
    "titleEq": lambda ask, row, value: _full_title(ask, row) == value,
    "titleCont": lambda ask, row, value: _contains(_full_title(ask, row), value),
    "titlePrefixPresent": lambda ask, row, value: bool(row.prefix) is (value.casefold() in _YES),
    "publicationDateEq": lambda ask, row, value: row.publication_date == value,
    "publicationDateGt": lambda ask, row, value: _dated(row, lambda day: day > value),
    "publicationDateLt": lambda ask, row, value: _dated(row, lambda day: day < value),
    "publicationDateGteq": lambda ask, row, value: _dated(row, lambda day: day >= value),
    "publicationDateLteq": lambda ask, row, value: _dated(row, lambda day: day <= value),
    "onix21ProductFormCodeIn": lambda ask, row, value: _among(ask, row.form_code, value),
    "changedSince": lambda ask, row, value: _changed(ask, row.work_id, value),
    "productTypes": lambda ask, row, value: not value or _type_member(row.type_name) in value,
}

_WORK: Mapping[str, Callable[[Ask, rows.Work, Any], bool]] = {
    "after": lambda ask, row, value: row.id > value,
    "idEq": lambda ask, row, value: row.id == value,
    "contractIdEq": lambda ask, row, value: any(
        contract.id == value for contract in ask.tables.where(rows.Contract, "work_id", row.id)
    ),
    "changedSince": lambda ask, row, value: _changed(ask, row.id, value),
    "titleEq": lambda ask, row, value: row.title == value,
    "titleCont": lambda ask, row, value: _contains(row.title, value),
    "subtitleEq": lambda ask, row, value: row.subtitle == value,
    "subtitleCont": lambda ask, row, value: _contains(row.subtitle, value),
    "subtitlePresent": lambda ask, row, value: bool(row.subtitle) is value,
    "imprintIdIn": lambda ask, row, value: _among(ask, row.imprint_id, value),
}

_PRICE: Mapping[str, Callable[[Ask, rows.Price, Any], bool]] = {
    "amountLteq": lambda ask, row, value: row.amount <= Decimal(str(value)),
    "currencyCodeIn": lambda ask, row, value: _among(ask, row.currency_code, value),
    "onixPriceTypeCodeIn": lambda ask, row, value: _among(ask, row.type_code, value),
    "onixPriceTypeQualifierCodeIn": lambda ask, row, value: _among(ask, row.qualifier_code, value),
}


def _matching(
    table: Mapping[str, Callable[[Ask, R, Any], bool]], ask: Ask, found: Iterable[R], search: Search
) -> tuple[R, ...]:
    """The rows that satisfy every member given; a member that is null is not asked about."""
    asked = [(table[name], value) for name, value in (search or {}).items() if value is not None]
    return tuple(row for row in found if all(test(ask, row, value) for test, value in asked))


def products_matching(ask: Ask, found: Iterable[rows.Product], search: Search) -> tuple[rows.Product, ...]:
    """The products a `ProductSearchAttributes` keeps."""
    return _matching(_PRODUCT, ask, found, search)


def works_matching(ask: Ask, found: Iterable[rows.Work], search: Search) -> tuple[rows.Work, ...]:
    """The works a `WorkSearchAttributes` keeps."""
    return _matching(_WORK, ask, found, search)


def prices_matching(ask: Ask, found: Iterable[rows.Price], search: Search) -> tuple[rows.Price, ...]:
    """The prices a `PriceSearchAttributes` keeps."""
    return _matching(_PRICE, ask, found, search)


# ── roots ────────────────────────────────────────────────────────────────
def search_products(
    ask: Ask, product_search: Search, work_search: Search = None, price_search: Search = None
) -> tuple[rows.Product, ...]:
    """The products for which all three searches hold, by ascending id, without a cap."""
    found = products_matching(ask, ask.tables.all(rows.Product), product_search)
    if work_search:
        kept = {work.id for work in works_matching(ask, ask.tables.all(rows.Work), work_search)}
        found = tuple(product for product in found if product.work_id in kept)
    if price_search:
        priced = {
            price.product_id for price in prices_matching(ask, ask.tables.all(rows.Price), price_search)
        }
        found = tuple(product for product in found if product.id in priced)
    return found


def search_works(ask: Ask, work_search: Search, product_search: Search = None) -> tuple[rows.Work, ...]:
    """The works for which both searches hold, by ascending id, without a cap."""
    found = works_matching(ask, ask.tables.all(rows.Work), work_search)
    if product_search:
        kept = {product.work_id for product in search_products(ask, product_search)}
        found = tuple(work for work in found if work.id in kept)
    return found


def page_of(ask: Ask, found: tuple[R, ...], title: Callable[[R], str | None]) -> tuple[R, ...]:
    """The page a root list answers: cut at the cap, in the order the settings say."""
    if ask.settings.order == "title":
        found = tuple(sorted(found, key=lambda row: ((title(row) or "").casefold(), row.id)))
    page = found[: ask.settings.page_cap]
    if ask.settings.order == "mixed":
        page = tuple(sorted(page, key=lambda row: (row.id * 7919 % 1009, row.id)))
    return page


def single(ask: Ask, found: tuple[R, ...]) -> R | None:
    """The row a singular root answers; several matches go by the setting."""
    if len(found) > 1 and ask.settings.singular_match == "error":
        raise GraphQLError(f"{len(found)} records match; one was expected.")
    if len(found) > 1 and ask.settings.singular_match == "null":
        return None
    return found[0] if found else None
