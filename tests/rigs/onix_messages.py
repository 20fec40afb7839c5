"""Small ONIX messages for tests: invented books, in whatever spelling a test asks for."""

from __future__ import annotations

from io import BytesIO

from commerce_bridge.domain.title import Format, Title
from commerce_bridge.platforms.onix import Family, OnixSettings, read_onix

REFERENCE_30 = "http://ns.editeur.org/onix/3.0/reference"
HEADER = "<Header><Sender><SenderName>Alder Press</SenderName></Sender><SentDateTime>20260102T0304Z</SentDateTime></Header>"


def isbn(number: int) -> str:
    """An ISBN-13 with a right check digit, out of a number below a million."""
    digits = f"978190{number:06d}"
    total = sum(int(digit) * (1 if place % 2 == 0 else 3) for place, digit in enumerate(digits))
    return digits + str(-total % 10)


def identifier(value: str, kind: str = "15") -> str:
    return f"<ProductIdentifier><ProductIDType>{kind}</ProductIDType><IDValue>{value}</IDValue></ProductIdentifier>"


def title(text: str = "The Alder Wood", *, extra: str = "") -> str:
    return (
        "<TitleDetail><TitleType>01</TitleType><TitleElement><TitleElementLevel>01</TitleElementLevel>"
        f"<TitleText>{text}</TitleText>{extra}</TitleElement></TitleDetail>"
    )


def work(value: str, relation: str = "01", kind: str = "01", name: str = "alder") -> str:
    type_name = f"<IDTypeName>{name}</IDTypeName>" if kind == "01" else ""
    return (
        f"<RelatedWork><WorkRelationCode>{relation}</WorkRelationCode><WorkIdentifier><WorkIDType>{kind}</WorkIDType>"
        f"{type_name}<IDValue>{value}</IDValue></WorkIdentifier></RelatedWork>"
    )


def related(value: str, *relations: str, kind: str = "15") -> str:
    codes = "".join(f"<ProductRelationCode>{one}</ProductRelationCode>" for one in relations)
    return f"<RelatedProduct>{codes}{identifier(value, kind)}</RelatedProduct>"


def price(
    amount: str = "12.99", *, kind: str = "02", currency: str = "GBP", extra: str = "", before: str = ""
) -> str:
    """A price; `before` stands between the type and the amount, `extra` after the currency."""
    typed = f"<PriceType>{kind}</PriceType>" if kind else ""
    money = f"<CurrencyCode>{currency}</CurrencyCode>" if currency else ""
    return f"<Price>{typed}{before}<PriceAmount>{amount}</PriceAmount>{money}{extra}</Price>"


def supply(
    *prices: str, market: str = "", detail: str = "", availability: str = "20", dates: str = ""
) -> str:
    return (
        f"<ProductSupply>{market}{detail}<SupplyDetail><Supplier><SupplierRole>01</SupplierRole>"
        f"<SupplierName>Alder</SupplierName></Supplier><ProductAvailability>{availability}</ProductAvailability>"
        f"{dates}{''.join(prices)}</SupplyDetail></ProductSupply>"
    )


def territory(*, countries: str = "", regions: str = "", without: str = "", without_regions: str = "") -> str:
    parts = {
        "CountriesIncluded": countries,
        "RegionsIncluded": regions,
        "CountriesExcluded": without,
        "RegionsExcluded": without_regions,
    }
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in parts.items() if text)
    return f"<Territory>{inner}</Territory>"


def market(**lists: str) -> str:
    return f"<Market>{territory(**lists)}</Market>"


def sales_rights(kind: str, *, extra: str = "", **lists: str) -> str:
    return f"<SalesRights><SalesRightsType>{kind}</SalesRightsType>{territory(**lists)}{extra}</SalesRights>"


def dated(composite: str, role: str, text: str, form: str = "00") -> str:
    """A composite such as PublishingDate with its role and date; an empty form leaves the attribute out."""
    attribute = f' dateformat="{form}"' if form else ""
    return (
        f"<{composite}><{composite}Role>{role}</{composite}Role><Date{attribute}>{text}</Date></{composite}>"
    )


def product(
    reference: str = "alder.1",
    *,
    notification: str | None = "03",
    identifiers: str | None = None,
    descriptive: str = "",
    titles: str | None = None,
    collateral: str = "",
    publishing: str = "<PublishingStatus>04</PublishingStatus>",
    related: str = "",
    supply: str = "",
    form: str = "BC",
) -> str:
    """One record; blocks are left out when empty, and `None` leaves a head element out."""
    number = isbn(int("".join(one for one in reference if one.isdigit()) or "1"))
    parts = [
        f"<RecordReference>{reference}</RecordReference>",
        "" if notification is None else f"<NotificationType>{notification}</NotificationType>",
        identifier(number) if identifiers is None else identifiers,
        f"<DescriptiveDetail><ProductComposition>00</ProductComposition><ProductForm>{form}</ProductForm>"
        f"{title() if titles is None else titles}{descriptive}</DescriptiveDetail>",
        f"<CollateralDetail>{collateral}</CollateralDetail>" if collateral else "",
        f"<PublishingDetail>{publishing}</PublishingDetail>" if publishing else "",
        f"<RelatedMaterial>{related}</RelatedMaterial>" if related else "",
        supply,
    ]
    return f"<Product>{''.join(parts)}</Product>"


def message(
    *products: str, release: str = "3.0", namespace: str | None = REFERENCE_30, header: str = HEADER
) -> bytes:
    declared = f' xmlns="{namespace}"' if namespace else ""
    said = f' release="{release}"' if release else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ONIXMessage{declared}{said}>{header}{"".join(products)}</ONIXMessage>'
    ).encode()


def families(*products: str, settings: OnixSettings | None = None, header: str = HEADER) -> list[Family]:
    """All families of a message of these products."""
    with read_onix(BytesIO(message(*products, header=header)), settings=settings) as reading:
        return list(reading.families())


def one_title(*products: str, settings: OnixSettings | None = None, header: str = HEADER) -> Title:
    """The title of a message that has one family without findings worth a warning."""
    family = one_family(*products, settings=settings, header=header)
    assert [str(one) for one in family.diagnostics if one.severity.value != "info"] == []
    return family.title


def one_family(*products: str, settings: OnixSettings | None = None, header: str = HEADER) -> Family:
    found = families(*products, settings=settings, header=header)
    assert len(found) == 1
    return found[0]


def one_format(*products: str, settings: OnixSettings | None = None, header: str = HEADER) -> Format:
    made = one_title(*products, settings=settings, header=header)
    assert len(made.formats) == 1
    return made.formats[0]


def codes(family: Family) -> list[str]:
    """The codes of a family's findings."""
    return [one.code for one in family.diagnostics]


class Pipe(BytesIO):
    """A source that can be read once and never rewound, like standard input or a socket."""

    def seekable(self) -> bool:
        return False

    def seek(self, offset: int, whence: int = 0) -> int:
        raise OSError("a pipe cannot be rewound")

    def tell(self) -> int:
        raise OSError("a pipe has no place")
