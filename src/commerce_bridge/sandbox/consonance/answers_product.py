"""What each member of a product, a price or an ISBN answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import frozen

from commerce_bridge.sandbox.catalogue.countries import COUNTRY_CODES
from commerce_bridge.sandbox.consonance import rows
from commerce_bridge.sandbox.consonance.codes import CURRENCIES, Code, code_object
from commerce_bridge.sandbox.consonance.dates import formatted
from commerce_bridge.sandbox.consonance.isbn import Isbn, isbn_forms
from commerce_bridge.sandbox.consonance.searches import Ask, prices_matching, product_title

Resolver = Callable[..., Any]
"""Answers a member: takes the row, what the answer depends on, and the member's arguments."""

_MM = {"MM": Decimal(1), "CM": Decimal("0.1"), "IN": 1 / Decimal("25.4")}
_PLACES = {"MM": 1, "CM": 2, "IN": 2}


@frozen(kw_only=True)
class Currency:
    """A currency with its words."""

    code: str
    symbol: str
    name: str


def code_from(kind: str, column: str) -> Resolver:
    """A resolver that answers the code in a column as an object with words, or null."""

    def resolve(row: object, ask: Ask) -> Code | None:
        code: str | None = getattr(row, column)
        return None if code is None else code_object(kind, code)

    return resolve


def codes_from(kind: str, column: str) -> Resolver:
    """A resolver that answers a column of codes as objects with words."""

    def resolve(row: object, ask: Ask) -> list[Code]:
        codes: Iterable[str] = getattr(row, column)
        return [code_object(kind, code) for code in codes]

    return resolve


def column(name: str) -> Resolver:
    """A resolver for a member that is not called like its column."""

    def resolve(row: object, ask: Ask) -> object:
        return getattr(row, name)

    return resolve


def as_float(name: str) -> Resolver:
    """A resolver that answers a decimal column as a number."""

    def resolve(row: object, ask: Ask) -> float | None:
        value: Decimal | None = getattr(row, name)
        return None if value is None else float(value)

    return resolve


def _work(product: rows.Product, ask: Ask) -> rows.Work | None:
    return ask.tables.get(rows.Work, product.work_id)


def _isbn(product: rows.Product, ask: Ask) -> Isbn | None:
    return isbn_forms(product.isbn) if product.isbn else None


def _full_title(product: rows.Product, ask: Ask) -> str | None:
    return product_title(product, _work(product, ask))


def _title_without_prefix(product: rows.Product, ask: Ask) -> str | None:
    return product.title if product.title is not None else _full_title(product, ask)


def _inherited(own: str, from_work: str) -> Resolver:
    def resolve(product: rows.Product, ask: Ask) -> object:
        value = getattr(product, own)
        work = _work(product, ask)
        return getattr(work, from_work) if value is None and work else value

    return resolve


def _authorship(product: rows.Product, ask: Ask) -> str | None:
    work = _work(product, ask)
    return product.product_authorship_description or (authorship_of(work, ask) if work else None)


def authorship_of(work: rows.Work, ask: Ask) -> str | None:
    """How the work's authorship reads: as entered, else its contributors in their order."""
    return work.authorship_description or contributors_in_words(work, ask)


def contributors_in_words(work: rows.Work, ask: Ask) -> str | None:
    """The work's contributors in their order, with the role of all who are not its authors."""
    said: list[str] = []
    for each in sorted(
        ask.tables.where(rows.Contribution, "work_id", work.id), key=lambda row: row.sequence_number
    ):
        contact = ask.tables.contact(each.contact_id)
        words = code_object("contributor role", each.role_code).description
        role = f" ({words.lower()})" if words and each.role_code != "A01" else ""
        said.append(f"{contact_name(contact)}{role}")
    return ", ".join(said) or None


def contact_name(contact: rows.Person | rows.Organisation | None) -> str | None:
    """A contact's name as it is written: names before the key names, then those."""
    if isinstance(contact, rows.Person):
        return " ".join(part for part in (contact.names_before_key, contact.key_names) if part) or None
    return contact.organisation_name if contact else None


def date_string(name: str) -> Resolver:
    """A resolver that writes a date column by strftime directives, ISO without any."""

    def resolve(row: object, ask: Ask, directives: str | None = None) -> str | None:
        day: date | None = getattr(row, name)
        return None if day is None else formatted(day, directives or "%F")

    return resolve


def _length(name: str) -> Resolver:
    def resolve(product: rows.Product, ask: Ask, unit: str = "MM") -> float | None:
        value: Decimal | None = getattr(product, name)
        return None if value is None else round(float(value * _MM[unit]), _PLACES[unit])

    return resolve


def _prices(
    product: rows.Product, ask: Ask, priceSearch: Mapping[str, Any] | None = None
) -> Iterable[rows.Price]:
    return prices_matching(ask, ask.tables.where(rows.Price, "product_id", product.id), priceSearch)


def _resources(product: rows.Product, ask: Ask) -> list[rows.SupportingResource]:
    family = ask.tables.where(rows.SupportingResource, "work_id", product.work_id)
    return [row for row in family if product.id in row.product_ids]


def _texts(product: rows.Product, ask: Ask, variantIn: list[str] | None = None) -> list[rows.MarketingText]:
    family = ask.tables.where(rows.MarketingText, "work_id", product.work_id)
    return [
        row for row in family if product.id in row.product_ids and (not variantIn or row.variant in variantIn)
    ]


def _contributions(product: rows.Product, ask: Ask) -> list[rows.Contribution]:
    family = ask.tables.where(rows.Contribution, "work_id", product.work_id)
    return sorted(
        (row for row in family if product.id in row.product_ids), key=lambda row: row.sequence_number
    )


def _for_sale(product: rows.Product, ask: Ask) -> list[str] | None:
    if product.for_sale_worldwide is None:
        return None
    if ask.settings.country_lists == "as_entered":
        return list(product.for_sale_countries)
    allowed = product.for_sale_countries or COUNTRY_CODES
    return [code for code in allowed if code not in product.not_for_sale_countries]


def _not_for_sale(product: rows.Product, ask: Ask) -> list[str] | None:
    if product.for_sale_worldwide is None:
        return None
    if ask.settings.country_lists == "as_entered":
        return list(product.not_for_sale_countries)
    allowed = set(_for_sale(product, ask) or ())
    return [code for code in COUNTRY_CODES if code not in allowed]


def _rights_in_words(product: rows.Product, ask: Ask) -> str | None:
    if product.sales_rights_description is not None or product.for_sale_worldwide is None:
        return product.sales_rights_description
    if product.for_sale_countries:
        return f"For sale only in {', '.join(product.for_sale_countries)}"
    if product.not_for_sale_countries:
        return f"For sale everywhere except {', '.join(product.not_for_sale_countries)}"
    return "For sale everywhere"


def _in_house(row_class: type[rows.Row], name: str) -> Resolver:
    def resolve(product: rows.Product, ask: Ask) -> rows.Row | None:
        return ask.tables.get(row_class, getattr(product, name))

    return resolve


def _used_with(own: str, row_class: type[rows.Row], other: str) -> Resolver:
    """The in-house rows that appear on a product together with this one."""

    def resolve(row: rows.Row, ask: Ask) -> list[rows.Row]:
        tables = ask.tables
        ids = {getattr(product, other) for product in tables.where(rows.Product, own, row.id)}
        return [each for each in tables.all(row_class) if each.id in ids]

    return resolve


def _count(own: str) -> Resolver:
    def resolve(row: rows.Row, ask: Ask) -> int:
        return len(ask.tables.where(rows.Product, own, row.id))

    return resolve


def _web_links(product: rows.Product, ask: Ask) -> tuple[rows.WebLink, ...]:
    return ask.tables.where(rows.WebLink, "product_id", product.id)


def _currency_words(code: str) -> tuple[str, str]:
    """Symbol and name; a currency without words of its own is called by its code."""
    return CURRENCIES.get(code, (f"{code} ", code))


def _currency(price: rows.Price, ask: Ask) -> Currency:
    symbol, name = _currency_words(price.currency_code)
    return Currency(code=price.currency_code, symbol=symbol, name=name)


def _amount_with_code(price: rows.Price, ask: Ask) -> str:
    return f"{price.currency_code} {price.amount:.2f}"


def _amount_with_symbol(price: rows.Price, ask: Ask) -> str:
    return f"{_currency_words(price.currency_code)[0]}{price.amount:.2f}"


def _price_label(price: rows.Price, ask: Ask) -> str:
    words = code_object("price qualifier", price.qualifier_code).description or price.qualifier_code
    return f"{price.currency_code}, {words.lower()}"


PRODUCT: Mapping[str, Resolver] = {
    "isbn": _isbn,
    "fullTitle": _full_title,
    "titlePrefix": column("prefix"),
    "titleWithoutPrefix": _title_without_prefix,
    "subtitle": _inherited("subtitle", "subtitle"),
    "authorshipDescription": _authorship,
    "onix21ProductForm": code_from("product form", "form_code"),
    "onix21ProductFormCode": column("form_code"),
    "onixPublishingStatus": code_from("publishing status", "status_code"),
    "onixPublishingStatusCode": column("status_code"),
    "onixProductAvailability": code_from("availability", "availability_code"),
    "onixProductAvailabilityCode": column("availability_code"),
    "publicationDateString": date_string("publication_date"),
    "plannedPublicationDateString": date_string("planned_publication_date"),
    "prices": _prices,
    "marketingTexts": _texts,
    "contributions": _contributions,
    "inHouseEdition": _in_house(rows.InHouseEdition, "in_house_edition_id"),
    "inHouseFormat": _in_house(rows.InHouseFormat, "in_house_format_id"),
    "forSaleCountryCodes": _for_sale,
    "notForSaleCountryCodes": _not_for_sale,
    "isForSaleWorldwide": column("for_sale_worldwide"),
    "salesRightsDescription": _rights_in_words,
    "webLinks": _web_links,
    "supportingResources": _resources,
    "work": _work,
    "productHeight": _length("height_mm"),
    "productWidth": _length("width_mm"),
    "productThickness": _length("thickness_mm"),
}
"""Members of the product interface and its types; a member not listed answers the column of its name."""

OTHERS: Mapping[str, Mapping[str, Resolver]] = {
    "InHouseFormat": {
        "inHouseEditions": _used_with("in_house_format_id", rows.InHouseEdition, "in_house_edition_id"),
        "productsCount": _count("in_house_format_id"),
    },
    "InHouseEdition": {
        "inHouseFormats": _used_with("in_house_edition_id", rows.InHouseFormat, "in_house_format_id"),
        "productsCount": _count("in_house_edition_id"),
    },
    "Price": {
        "amount": as_float("amount"),
        "amountWithCurrencyCode": _amount_with_code,
        "amountWithCurrencySymbol": _amount_with_symbol,
        "currency": _currency,
        "label": _price_label,
        "onixPriceType": code_from("price type", "type_code"),
        "onixPriceTypeCode": column("type_code"),
        "onixPriceTypeQualifier": code_from("price qualifier", "qualifier_code"),
        "onixPriceTypeQualifierCode": column("qualifier_code"),
    },
    "WebLink": {"role": column("role_code")},
}
"""Members of the types around a product."""
