"""What each member of a product, a price or an ISBN answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import frozen
from graphql import GraphQLResolveInfo

from commerce_bridge.sandbox.consonance import rows
from commerce_bridge.sandbox.consonance.codes import CURRENCIES, Code, code_object
from commerce_bridge.sandbox.consonance.countries import COUNTRY_CODES
from commerce_bridge.sandbox.consonance.dates import formatted
from commerce_bridge.sandbox.consonance.isbn import Isbn, isbn_forms
from commerce_bridge.sandbox.consonance.searches import Ask, prices_matching, product_title

Info = GraphQLResolveInfo
Resolver = Callable[..., Any]

_MM = {"MM": Decimal(1), "CM": Decimal("0.1"), "IN": 1 / Decimal("25.4")}
_PLACES = {"MM": 1, "CM": 2, "IN": 2}


@frozen(kw_only=True)
class Currency:
    """A currency with its words."""

    code: str
    symbol: str
    name: str


def asked(info: Info) -> Ask:
    """The data, switches and instant this answer depends on."""
    ask: Ask = info.context
    return ask


def code_from(kind: str, column: str) -> Resolver:
    """A resolver that answers the code in a column as an object with words, or null."""

    def resolve(row: object, info: Info) -> Code | None:
        code: str | None = getattr(row, column)
        return None if code is None else code_object(kind, code)

    return resolve


def codes_from(kind: str, column: str) -> Resolver:
    """A resolver that answers a column of codes as objects with words."""

    def resolve(row: object, info: Info) -> list[Code]:
        codes: Iterable[str] = getattr(row, column)
        return [code_object(kind, code) for code in codes]

    return resolve


def column(name: str) -> Resolver:
    """A resolver for a member that is not called like its column."""

    def resolve(row: object, info: Info) -> object:
        return getattr(row, name)

    return resolve


def as_float(name: str) -> Resolver:
    """A resolver that answers a decimal column as a number."""

    def resolve(row: object, info: Info) -> float | None:
        value: Decimal | None = getattr(row, name)
        return None if value is None else float(value)

    return resolve


def _work(product: rows.Product, info: Info) -> rows.Work | None:
    return asked(info).tables.get(rows.Work, product.work_id)


def _isbn(product: rows.Product, info: Info) -> Isbn | None:
    return isbn_forms(product.isbn) if product.isbn else None


def _full_title(product: rows.Product, info: Info) -> str | None:
    return product_title(product, _work(product, info))


def _title_without_prefix(product: rows.Product, info: Info) -> str | None:
    return product.title if product.title is not None else _full_title(product, info)


def _inherited(own: str, from_work: str) -> Resolver:
    def resolve(product: rows.Product, info: Info) -> object:
        value = getattr(product, own)
        work = _work(product, info)
        return getattr(work, from_work) if value is None and work else value

    return resolve


def _authorship(product: rows.Product, info: Info) -> str | None:
    work = _work(product, info)
    return product.product_authorship_description or (authorship_of(work, info) if work else None)


def authorship_of(work: rows.Work, info: Info) -> str | None:
    """How the work's authorship reads: as entered, else its contributors in their order."""
    return work.authorship_description or contributors_in_words(work, info)


def contributors_in_words(work: rows.Work, info: Info) -> str | None:
    """The work's contributors in their order, with the role of all who are not its authors."""
    ask = asked(info)
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

    def resolve(row: object, info: Info, directives: str | None = None) -> str | None:
        day: date | None = getattr(row, name)
        return None if day is None else formatted(day, directives or "%F")

    return resolve


def _length(name: str) -> Resolver:
    def resolve(product: rows.Product, info: Info, unit: str = "MM") -> float | None:
        value: Decimal | None = getattr(product, name)
        return None if value is None else round(float(value * _MM[unit]), _PLACES[unit])

    return resolve


def _prices(
    product: rows.Product, info: Info, priceSearch: Mapping[str, Any] | None = None
) -> Iterable[rows.Price]:
    ask = asked(info)
    return prices_matching(ask, ask.tables.where(rows.Price, "product_id", product.id), priceSearch)


def _of_family(row_class: type[rows.Row]) -> Resolver:
    """The rows of the product's work that name this product."""

    def resolve(product: rows.Product, info: Info) -> list[rows.Row]:
        family = asked(info).tables.where(row_class, "work_id", product.work_id)
        return [row for row in family if product.id in row.product_ids]

    return resolve


def _texts(product: rows.Product, info: Info, variantIn: list[str] | None = None) -> list[rows.MarketingText]:
    family = asked(info).tables.where(rows.MarketingText, "work_id", product.work_id)
    return [
        row for row in family if product.id in row.product_ids and (not variantIn or row.variant in variantIn)
    ]


def _contributions(product: rows.Product, info: Info) -> list[rows.Contribution]:
    family = asked(info).tables.where(rows.Contribution, "work_id", product.work_id)
    return sorted(
        (row for row in family if product.id in row.product_ids), key=lambda row: row.sequence_number
    )


def _for_sale(product: rows.Product, info: Info) -> list[str] | None:
    if product.for_sale_worldwide is None:
        return None
    if asked(info).settings.country_lists == "as_entered":
        return list(product.for_sale_countries)
    allowed = product.for_sale_countries or COUNTRY_CODES
    return [code for code in allowed if code not in product.not_for_sale_countries]


def _not_for_sale(product: rows.Product, info: Info) -> list[str] | None:
    if product.for_sale_worldwide is None:
        return None
    if asked(info).settings.country_lists == "as_entered":
        return list(product.not_for_sale_countries)
    allowed = set(_for_sale(product, info) or ())
    return [code for code in COUNTRY_CODES if code not in allowed]


def _rights_in_words(product: rows.Product, info: Info) -> str | None:
    if product.sales_rights_description is not None or product.for_sale_worldwide is None:
        return product.sales_rights_description
    if product.for_sale_countries:
        return f"For sale only in {', '.join(product.for_sale_countries)}"
    if product.not_for_sale_countries:
        return f"For sale everywhere except {', '.join(product.not_for_sale_countries)}"
    return "For sale everywhere"


def _in_house(row_class: type[rows.Row], name: str) -> Resolver:
    def resolve(product: rows.Product, info: Info) -> rows.Row | None:
        return asked(info).tables.get(row_class, getattr(product, name))

    return resolve


def _used_with(own: str, row_class: type[rows.Row], other: str) -> Resolver:
    """The in-house rows that appear on a product together with this one."""

    def resolve(row: rows.Row, info: Info) -> list[rows.Row]:
        tables = asked(info).tables
        ids = {getattr(product, other) for product in tables.where(rows.Product, own, row.id)}
        return [each for each in tables.all(row_class) if each.id in ids]

    return resolve


def _count(own: str) -> Resolver:
    def resolve(row: rows.Row, info: Info) -> int:
        return len(asked(info).tables.where(rows.Product, own, row.id))

    return resolve


def _web_links(product: rows.Product, info: Info) -> tuple[rows.WebLink, ...]:
    return asked(info).tables.where(rows.WebLink, "product_id", product.id)


def _currency(price: rows.Price, info: Info) -> Currency:
    symbol, name = CURRENCIES[price.currency_code]
    return Currency(code=price.currency_code, symbol=symbol, name=name)


def _price_label(price: rows.Price, info: Info) -> str:
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
    "supportingResources": _of_family(rows.SupportingResource),
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
        "amountWithCurrencyCode": lambda price, info: f"{price.currency_code} {price.amount:.2f}",
        "amountWithCurrencySymbol": lambda price, info: (
            f"{CURRENCIES[price.currency_code][0]}{price.amount:.2f}"
        ),
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
