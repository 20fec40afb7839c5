"""Code lists as the platform shows them: as an enum, and as an object with words.

The codes are EDItEUR's; the words are ours, and only for codes a publisher of
books is likely to meet.  A code without words has a null description, as a
client must expect of any list it does not keep itself.

Source: vendor GraphQL schema pages (enums and `ONIXCode`); EDItEUR ONIX code lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from attrs import frozen

ENUM_CODES: Mapping[str, str] = MappingProxyType(
    {
        "ONIX21ProductFormCode": (
            "AA AB AC AD AE AF AG AH AI AJ AK AZ BA BB BC BD BE BF BG BH BI BJ BK BL BM BN BO BP BZ "
            "CA CB CC CD CE CZ DA DB DC DD DE DF DG DH DI DJ DK DL DM DN DO DZ FA FB FC FD FE FF FZ "
            "MA MB MC MZ PA PB PC PD PE PF PG PH PI PJ PK PL PM PN PO PP PQ PR PS PT PZ "
            "VA VB VC VD VE VF VG VH VI VJ VK VL VM VN VO VP VZ WW WX XA XB XC XD XE XF XG XH XI XJ XK XL XM XZ "
            "ZA ZB ZC ZD ZE ZF ZG ZH ZI ZJ ZY ZZ"
        ),
        "ONIXPublishingStatusCode": "00 01 02 03 04 05 06 07 08 09 10 11 12 13 15 16 17",
        "ONIXProductAvailabilityCode": (
            "01 10 11 12 20 21 22 23 30 31 32 33 34 40 41 42 43 44 45 46 47 48 49 50 51 52 97 98 99"
        ),
        "ONIXPriceTypeCode": "01 02 03 04 05 07 11 12 21 22 41 42",
        "ONIXPriceTypeQualifierCode": "00 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16",
        "ONIXContentAudienceCode": "00 01 02 03 04 05 06 07 08",
        "ONIXWebsiteRoleCode": "00 01 02 03 06 07 17 24 29 33 36 37 45",
        "ONIXContributorRoleCode": " ".join(
            [
                *(f"A{number:02}" for number in (*range(1, 53), 99)),
                *(f"B{number:02}" for number in (*range(1, 37), 99)),
                *(f"C{number:02}" for number in (1, 2, 3, 4, 99)),
                *(f"D{number:02}" for number in (1, 2, 3, 4, 99)),
                *(f"E{number:02}" for number in (*range(1, 12), 99)),
                *(f"F{number:02}" for number in (1, 2, 99)),
                *(f"Z{number:02}" for number in (1, 2, 3, 4, 5, 6, 98, 99)),
            ]
        ),
    }
)
"""The members of each code enum, as raw codes."""

LIST_NUMBERS: Mapping[str, int] = MappingProxyType(
    {
        "product form": 7,
        "contributor role": 17,
        "audience": 28,
        "prize achievement": 41,
        "price type": 58,
        "price qualifier": 59,
        "publishing status": 64,
        "availability": 65,
        "website role": 73,
        "country": 91,
        "content audience": 154,
        "content warning": 203,
    }
)
"""Which ONIX code list a kind of code comes from."""

_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "product form": {
            "AC": "Audiobook on compact disc",
            "AJ": "Audiobook to download",
            "BA": "Book, kind not said",
            "BB": "Hardback book",
            "BC": "Paperback book",
            "BE": "Spiral-bound book",
            "BH": "Board book",
            "DB": "Data disc",
            "DG": "E-book",
            "PC": "Wall calendar",
            "ZZ": "Goods other than books",
        },
        "contributor role": {
            "A01": "Author",
            "A07": "Artist",
            "A12": "Illustrator",
            "A13": "Photographer",
            "A15": "Writer of a preface",
            "A23": "Writer of a foreword",
            "A24": "Writer of an introduction",
            "B01": "Editor",
            "B06": "Translator",
            "B09": "Series editor",
            "C01": "Compiler",
            "E03": "Narrator",
            "E07": "Reader",
            "Z99": "Other role",
        },
        "audience": {
            "01": "General readers",
            "02": "Children",
            "03": "Young adults",
            "06": "Professionals and scholars",
        },
        "prize achievement": {
            "01": "Winner",
            "02": "Runner-up",
            "03": "Commended",
            "04": "On the short list",
            "05": "On the long list",
        },
        "price type": {
            "01": "Recommended, tax excluded",
            "02": "Recommended, tax included",
            "03": "Fixed, tax excluded",
            "04": "Fixed, tax included",
            "41": "Publisher's own shop, tax excluded",
            "42": "Publisher's own shop, tax included",
        },
        "price qualifier": {
            "00": "No qualifier",
            "01": "For members",
            "05": "For consumers",
            "06": "For companies, libraries and schools",
            "08": "For a promotion",
        },
        "publishing status": {
            "00": "Not said",
            "01": "Cancelled before publication",
            "02": "To be published",
            "03": "Put off, without a date",
            "04": "In print",
            "05": "Moved to another publisher",
            "06": "Out of stock, without a date",
            "07": "Out of print",
            "08": "Not active",
            "09": "Not known",
            "10": "Remaindered",
            "11": "Taken off sale",
            "12": "Called back from buyers",
            "13": "In print, never sold alone",
            "15": "Called back from buyers",
            "16": "Off sale for now",
            "17": "Off sale for good",
        },
        "availability": {
            "01": "Cancelled",
            "10": "Still to come",
            "11": "Waiting for stock",
            "20": "Available",
            "21": "In stock",
            "22": "Made or ordered on request",
            "23": "Printed on demand",
            "31": "Out of stock",
            "32": "Reprinting",
            "40": "Not available",
            "43": "Sold by another publisher now",
            "46": "Taken off sale",
            "51": "Not available, out of print",
            "99": "Uncertain",
        },
        "website role": {
            "00": "Not said",
            "01": "Publisher's main site",
            "02": "Publisher's page about the product",
            "06": "Contributor's own site",
            "36": "Retailer's page about the product",
        },
        "country": {
            "AU": "Australia",
            "CA": "Canada",
            "DE": "Germany",
            "FR": "France",
            "GB": "United Kingdom",
            "IE": "Ireland",
            "IN": "India",
            "NZ": "New Zealand",
            "US": "United States",
        },
        "content audience": {
            "00": "Anybody",
            "01": "Nobody yet: restricted",
            "02": "Booksellers",
            "03": "Readers",
            "04": "Libraries",
            "05": "Teachers",
            "06": "Students",
            "07": "The press",
            "08": "Shopping comparison sites",
        },
        "content warning": {
            "01": "Any grown-up reader",
            "02": "Not for minors, reason not said",
            "03": "Not for minors, sexual content",
            "04": "Not for minors, violence",
            "05": "Not for minors, drug taking",
        },
    }
)

_NOTES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("product form", "BB"): "Boards of any kind, with or without a jacket",
        ("product form", "DG"): "Electronic text; the file type is said elsewhere",
        ("prize achievement", "01"): "Also when a prize is shared",
        ("publishing status", "01"): "Never sent with a publication date",
        ("publishing status", "02"): "Carries the date on which it is expected",
        ("publishing status", "03"): "Never sent with a publication date",
        ("publishing status", "04"): "Includes titles that are for the moment out of stock",
    }
)

CURRENCIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "AUD": ("A$", "Australian dollar"),
        "CAD": ("C$", "Canadian dollar"),
        "EUR": ("€", "Euro"),
        "GBP": ("£", "Pound sterling"),
        "INR": ("₹", "Indian rupee"),
        "NZD": ("NZ$", "New Zealand dollar"),
        "USD": ("$", "United States dollar"),
    }
)
"""Symbol and name of each currency an account may price in."""


@frozen(kw_only=True)
class CodeList:
    """An ONIX code list."""

    number: int
    name: str


@frozen(kw_only=True)
class Code:
    """One code with its words; `value` is the spelling of the enum.  None of the lists kept here is deprecated."""

    code: str
    code_list: CodeList
    description: str | None
    is_deprecated: bool
    notes: str | None
    value: str


def enum_spelling(code: str) -> str:
    """How a code is written as an enum member: an underscore before a leading digit."""
    return f"_{code}" if code[:1].isdigit() else code


@cache
def code_object(kind: str, code: str) -> Code:
    """A code of one kind (``"price type"``, ``"country"``) as the object the platform answers."""
    return Code(
        code=code,
        code_list=CodeList(number=LIST_NUMBERS[kind], name=kind.capitalize()),
        description=_WORDS[kind].get(code),
        is_deprecated=False,
        notes=_NOTES.get((kind, code)),
        value=enum_spelling(code),
    )
