"""From a product on the wire to a format."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from attrs import evolve

from commerce_bridge.domain.dates import Date
from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.identifiers import isbn13
from commerce_bridge.domain.money import Money, Price
from commerce_bridge.domain.rights import RightsKind, RightsWindow
from commerce_bridge.domain.territory import WORLD, Territory
from commerce_bridge.domain.title import Extent, Format, Identifier, Measures, Status, Supply
from commerce_bridge.platforms.consonance.codes import (
    PRICE_TYPES,
    STATUSES,
    UNDATED,
    UNKNOWN_PRICE,
    Form,
    form_of,
)
from commerce_bridge.platforms.consonance.reader_settings import ReaderSettings

if TYPE_CHECKING:
    from commerce_bridge.platforms.consonance.wire import products as wire
    from commerce_bridge.platforms.consonance.wire.works import Work

NO_ISBN = "no isbn"
"""What the service writes where a product has no ISBN, in lower case.  Source: vendor REST product page."""

_NO_MEASURES = Measures()
_OF_PRODUCT = re.compile(r"\$\.products\[id=(\d+)\]")
_PREFIXES = frozenset({"978", "979"})
_APOSTROPHES = ("'", "’")


def format_of(product: wire.Product, work: Work, settings: ReaderSettings, problems: list[str]) -> Format:
    """The format that a product is; what it does not say itself, it has from its work.

    Args:
        product: The product.
        work: Its work.
        settings: How this account's works are read.
        problems: What could not be read is added here, with a path.

    Source: vendor GraphQL schema pages, `Product` and its types.
    """
    isbn, identifiers = _identified(product, problems)
    form = _form(product, settings, problems)
    status = _status(product, problems)
    name = display_title(product)
    return Format(
        ref=Ref("consonance", "product", str(product.id)),
        isbn=isbn,
        identifiers=identifiers,
        form=form.code if form else None,
        form_details=form.details if form else (),
        name=name if name != work.title else None,
        subtitle=(product.subtitle or None) if product.subtitle != work.subtitle else None,
        edition_number=work.editionNumber,
        edition=product.actualEditionStatement or work.editionStatement or None,
        status=status,
        publication_date=_published(product, status, problems),
        extents=_extents(product, settings),
        measures=_measures(product),
        prices=_prices(product, settings, problems) if product.prices else (),
        rights=_rights(product, problems),
        supplies=_supplies(product),
        feed_allowed=product.allowOnixExports,
    )


def _path(product: wire.Product) -> str:
    return f"$.products[id={product.id}]"


def concerns_of(problems: Iterable[str]) -> Mapping[str, Ref]:
    """The problems that are about one product, each to its name; read from the paths they begin with."""
    found = ((text, _OF_PRODUCT.match(text)) for text in problems)
    return {text: Ref("consonance", "product", match[1]) for text, match in found if match is not None}


@lru_cache(maxsize=4096)
def day_of(value: date) -> Date:
    """A day of the domain; remembered, because many formats share their days."""
    return Date(value)


def isbn_text(isbn: wire.Isbn | None) -> str | None:
    """The ISBN as it was sent, or None where the service says that there is none."""
    text = (isbn.isbn13 or "").strip() if isbn else ""
    return text if text and text.casefold() != NO_ISBN else None


def _identified(product: wire.Product, problems: list[str]) -> tuple[str | None, tuple[Identifier, ...]]:
    """The ISBN, if it is one, and all other identifiers; a wrong ISBN is kept as it was sent."""
    text, isbn = isbn_text(product.isbn), None
    others: tuple[Identifier, ...] = ()
    if text is not None:
        try:
            isbn = text if _is_isbn13(text) else isbn13(text)
        except ValueError as error:
            problems.append(f"{_path(product)}.isbn: {error}")
            others = (Identifier(scheme="01", value=text, name="ISBN as sent"),)
    if product.asin:
        others = (*others, Identifier(scheme="01", value=product.asin, name="ASIN"))
    return isbn, others


def _is_isbn13(text: str) -> bool:
    """Whether a text is thirteen digits of a right ISBN; every other form goes the long way."""
    if len(text) != 13 or not (text.isdigit() and text.isascii()) or text[:3] not in _PREFIXES:
        return False
    characters = (
        text.encode()
    )  # the codes of digits count like digits: what they are more by is a multiple of ten
    return text[:4] != "9790" and (sum(characters[::2]) + 3 * sum(characters[1::2])) % 10 == 0


def _form(product: wire.Product, settings: ReaderSettings, problems: list[str]) -> Form | None:
    """The ONIX 3.0 form: by the in-house format where the settings know it, else by the List 7 code."""
    if product.inHouseFormat and (known := settings.house_forms.get(product.inHouseFormat.name)):
        return known
    code = product.onix21ProductForm.code if product.onix21ProductForm else None
    if not code:
        return None
    form = form_of(code)
    if form is None:
        problems.append(
            f"{_path(product)}.onix21ProductForm: {code!r} is no form of ONIX List 7 that we know."
        )
    return form


def _status(product: wire.Product, problems: list[str]) -> Status:
    code = product.onixPublishingStatus.code if product.onixPublishingStatus else None
    if not code:
        return Status.UNSPECIFIED
    status = STATUSES.get(code)
    if status is None:
        problems.append(
            f"{_path(product)}.onixPublishingStatus: {code!r} is no code of ONIX List 64 that we know."
        )
    return status or Status.UNKNOWN


def _published(product: wire.Product, status: Status, problems: list[str]) -> Date | None:
    """The publication date; a cancelled or postponed product has none that holds."""
    if product.publicationDate is None:
        return None
    if status in UNDATED:
        problems.append(
            f"{_path(product)}.publicationDate: {product.publicationDate} does not hold with status {status.value}."
        )
        return None
    return day_of(product.publicationDate)


def display_title(product: wire.Product) -> str | None:
    """The product's title with its prefix, without its subtitle; None when it does not say one."""
    bare, prefix = product.titleWithoutPrefix, product.titlePrefix
    if not bare:
        return product.fullTitle or None
    if not prefix:
        return bare
    return f"{prefix}{bare}" if prefix.endswith(_APOSTROPHES) else f"{prefix} {bare}"


def _extents(product: wire.Product, settings: ReaderSettings) -> tuple[Extent, ...]:
    for name in settings.page_counts:
        count: int | None = getattr(product, name)
        if count:
            return _pages(count)
    return ()


@lru_cache(maxsize=1024)
def _pages(count: int) -> tuple[Extent, ...]:
    return (Extent(kind="pages", value=Decimal(count)),)


def _measures(product: wire.Product) -> Measures:
    """Size in millimetres, which is what no unit means; the service keeps no weight.

    Source: vendor example queries, `examples/sample_custom_report.md`.
    """
    height, width, thickness = product.productHeight, product.productWidth, product.productThickness
    if not (height or width or thickness):
        return _NO_MEASURES
    return Measures(height_mm=height or None, width_mm=width or None, thickness_mm=thickness or None)


def _prices(product: wire.Product, settings: ReaderSettings, problems: list[str]) -> tuple[Price, ...]:
    found: list[Price] = []
    for row in product.prices:
        try:
            price = _price(
                row.amount,
                row.currencyCode,
                row.onixPriceType.code,
                row.onixPriceTypeQualifier.code,
                row.effectiveFrom,
                row.effectiveTo,
            )
        except ValueError as error:
            problems.append(f"{_path(product)}.prices[id={row.id}].currencyCode: {error}.")
            continue
        where = settings.price_territories.get(row.currencyCode)
        found.append(price if where is None else evolve(price, territory=where))
    return tuple(found)


@lru_cache(maxsize=4096)
def _price(
    amount: Decimal,
    currency: str,
    code: str | None,
    qualifier: str | None,
    first: date | None,
    last: date | None,
) -> Price:
    """A price that holds everywhere.  Remembered: a publisher has few price points and many prices."""
    meaning = PRICE_TYPES.get(code or "", UNKNOWN_PRICE)
    return Price(
        money=Money(amount, currency),
        tax=meaning.tax,
        kind=meaning.kind,
        type_code=code or None,
        qualifier=qualifier or None,
        starts=None if first is None else day_of(first),
        ends=None if last is None else day_of(last),
    )


def _supplies(product: wire.Product) -> tuple[Supply, ...]:
    code = product.availability.code if product.availability else None
    return _available(code) if code else ()


@lru_cache(maxsize=64)
def _available(code: str) -> tuple[Supply, ...]:
    return (Supply(availability=code),)


def _rights(product: wire.Product, problems: list[str]) -> tuple[RightsWindow, ...]:
    """Where it may be sold, and where not; without dates, which the service does not give.

    Lists may hold what was entered, or be complete; both read the same.  Countries where it is not for
    sale always win.  Not worldwide and no list at all is taken for nowhere: better not sold than sold
    without the right to.

    Source: vendor example queries, `examples/sample_custom_report.md`.
    """
    allowed, refused = product.forSaleCountryCodes or (), product.notForSaleCountryCodes or ()
    worldwide, evidence = product.isForSaleWorldwide, product.salesRightsDescription or ""
    if not allowed and not refused and worldwide is not False:
        return _everywhere(evidence) if worldwide else ()
    windows: list[RightsWindow] = []
    if worldwide or not allowed:
        if worldwide is False and not refused:
            problems.append(
                f"{_path(product)}.isForSaleWorldwide: false, but no country is listed; taken for nowhere."
            )
            return (RightsWindow(kind=RightsKind.NOT_FOR_SALE, territory=WORLD, evidence=evidence),)
        windows.append(RightsWindow(kind=RightsKind.FOR_SALE, territory=WORLD, evidence=evidence))
    else:
        countries = _countries(allowed, f"{_path(product)}.forSaleCountryCodes", problems)
        windows.append(RightsWindow(kind=RightsKind.FOR_SALE, territory=countries, evidence=evidence))
    if refused:
        countries = _countries(refused, f"{_path(product)}.notForSaleCountryCodes", problems)
        windows.append(RightsWindow(kind=RightsKind.NOT_FOR_SALE, territory=countries, evidence=evidence))
    return tuple(windows)


@lru_cache(maxsize=64)
def _everywhere(evidence: str) -> tuple[RightsWindow, ...]:
    return (RightsWindow(kind=RightsKind.FOR_SALE, territory=WORLD, evidence=evidence),)


def _countries(codes: Sequence[str], path: str, problems: list[str]) -> Territory:
    """The territory of ISO 3166-1 codes; what is none is left out and said so."""
    good = [code for code in codes if len(code) == 2 and code.isascii() and code.isupper()]
    if len(good) != len(codes):
        wrong = ", ".join(repr(code) for code in codes if code not in good)
        problems.append(f"{path}: {wrong}: expected ISO 3166-1 codes such as GB.")
    return Territory(good)
