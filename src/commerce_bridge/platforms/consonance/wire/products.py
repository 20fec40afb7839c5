"""Products and prices on the wire.

Source: vendor GraphQL schema pages, `Product`, `PhysicalBookProduct`, `ElectronicBookProduct`, `Price`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import Field

from commerce_bridge.platforms.consonance.wire.base import Code, Wire


class Isbn(Wire):
    """An ISBN."""

    isbn13: str | None = None


class Price(Wire):
    """A price slot of a product.

    GraphQL's Float is a double: an amount of up to fifteen digits arrives exactly as it was entered.
    """

    id: int
    amount: Decimal
    currencyCode: str
    effectiveFrom: date | None = None
    effectiveTo: date | None = None
    onixPriceType: Code
    onixPriceTypeQualifier: Code


class InHouseFormat(Wire):
    """The account's own name of a format."""

    name: str


class WorkId(Wire):
    """Whose work a product is."""

    id: int


class Product(Wire):
    """One format of a work, whatever its concrete type."""

    typename: str = Field(default="", alias="__typename")
    id: int
    isbn: Isbn | None = None
    asin: str | None = None
    allowOnixExports: bool = True
    actualEditionStatement: str | None = None
    fullTitle: str | None = None
    titlePrefix: str | None = None
    titleWithoutPrefix: str | None = None
    subtitle: str | None = None
    publicationDate: date | None = None
    onix21ProductForm: Code | None = None
    onixPublishingStatus: Code | None = None
    availability: Code | None = None
    inHouseFormat: InHouseFormat | None = None
    forSaleCountryCodes: list[str] | None = None
    notForSaleCountryCodes: list[str] | None = None
    isForSaleWorldwide: bool | None = None
    salesRightsDescription: str | None = None
    prices: list[Price] = Field(default=[])
    productHeight: Decimal | None = None
    productWidth: Decimal | None = None
    productThickness: Decimal | None = None
    approximatePageCount: int | None = None
    absolutePageCount: int | None = None
    productionPageCount: int | None = None
    mainContentPageCount: int | None = None
    totalNumberedPages: int | None = None
    contentPageCount: int | None = None
    work: WorkId | None = None


class Similar(Wire):
    """A product that the publisher calls similar."""

    isbn: Isbn | None = None
