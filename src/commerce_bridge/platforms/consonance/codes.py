"""Code lists of both generations, brought into one: what Consonance says becomes what the domain says.

Consonance stores ONIX 2.1 codes for product forms (List 7) and kinds of text (List 33); ONIX 3.0 and the
domain use Lists 150 (with details of List 175) and 153.  Codes alone are carried here, no label texts.

Source: EDItEUR ONIX code lists; EDItEUR, changes in code lists for ONIX 3.0 (List 33 to List 153); vendor
GraphQL schema pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

from commerce_bridge.domain.money import PriceKind, Tax, TaxBasis
from commerce_bridge.domain.title import AssetKind, Audience, Scheme, Status, TextKind


@frozen
class Form:
    """A product form of ONIX 3.0.

    Args:
        code: Code of List 150.
        details: Codes of List 175.
    """

    code: str
    details: tuple[str, ...] = ()


_SAME_FORMS = frozenset(
    [
        "AA",
        "AB",
        "AC",
        "AD",
        "AE",
        "AF",
        "AG",
        "AH",
        "AI",
        "AJ",
        "AK",
        "AL",
        "AZ",
        "BA",
        "BB",
        "BC",
        "BD",
        "BE",
        "BF",
        "BG",
        "BH",
        "BI",
        "BJ",
        "BK",
        "BL",
        "BM",
        "BN",
        "BO",
        "BP",
        "BZ",
        "CA",
        "CB",
        "CC",
        "CD",
        "CE",
        "CZ",
        "DA",
        "DB",
        "DC",
        "DE",
        "DF",
        "DI",
        "DJ",
        "DK",
        "DL",
        "DM",
        "DN",
        "DO",
        "DZ",
        "FA",
        "FC",
        "FD",
        "FE",
        "FF",
        "FZ",
        "MA",
        "MB",
        "MC",
        "MZ",
        "PA",
        "PB",
        "PC",
        "PD",
        "PE",
        "PF",
        "PG",
        "PH",
        "PI",
        "PJ",
        "PK",
        "PL",
        "PM",
        "PN",
        "PO",
        "PP",
        "PQ",
        "PR",
        "PS",
        "PT",
        "PZ",
        "VA",
        "VF",
        "VI",
        "VJ",
        "VK",
        "VL",
        "VM",
        "VN",
        "VO",
        "VP",
        "VZ",
        "XA",
        "XB",
        "XC",
        "XD",
        "XE",
        "XF",
        "XG",
        "XH",
        "XI",
        "XJ",
        "XK",
        "XL",
        "XM",
        "XZ",
        "ZA",
        "ZB",
        "ZC",
        "ZD",
        "ZE",
        "ZF",
        "ZG",
        "ZH",
        "ZI",
        "ZJ",
        "ZY",
        "ZZ",
    ]
)
"""Forms that mean the same in List 7 and in List 150."""

_MOVED_FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "00": Form("00"),
        "DD": Form("VI"),
        "DG": Form("EA"),
        "DH": Form("EC"),
        "FB": Form("FF"),
        "VB": Form("VJ", ("V201",)),
        "VC": Form("VJ", ("V202",)),
        "VD": Form("VK", ("V201",)),
        "VE": Form("VK", ("V202",)),
        "VG": Form("VJ", ("V203",)),
        "VH": Form("VK", ("V203",)),
        "WW": Form("SA"),
        "WX": Form("SA"),
    }
)
"""Forms of List 7 that have another code in List 150; an e-book is EA, as in Consonance's own ONIX 3.0."""


_FORMS: Mapping[str, Form] = {code: Form(code) for code in _SAME_FORMS} | dict(_MOVED_FORMS)


def form_of(list7: str) -> Form | None:
    """The ONIX 3.0 form of an ONIX 2.1 form code (List 7), or None when the code is not known.

    Source: EDItEUR ONIX code lists 7, 150 and 175.
    """
    return _FORMS.get(list7)


TEXT_33_TO_153: Mapping[str, str] = MappingProxyType(
    {
        "01": "03",
        "02": "02",
        "03": "03",
        "04": "04",
        "06": "07",
        "08": "06",
        "09": "10",
        "10": "08",
        "12": "03",
        "13": "12",
        "16": "03",
        "17": "05",
        "18": "05",
        "19": "11",
        "20": "11",
        "21": "13",
        "22": "15",
        "23": "14",
        "25": "03",
        "26": "03",
        "28": "03",
        "30": "09",
        "31": "03",
        "32": "03",
    }
)
"""Kinds of text of ONIX 2.1 (List 33) that ONIX 3.0 (List 153) still has."""

_TEXT_KINDS: Mapping[str, TextKind] = {kind.value: kind for kind in TextKind}


def text_kind(list153: str) -> TextKind:
    """The kind of text of a List 153 code; `OTHER` for kinds that the domain does not tell apart."""
    return _TEXT_KINDS.get(list153, TextKind.OTHER)


def text_kind_of_list33(list33: str) -> TextKind:
    """The kind of text of an ONIX 2.1 code (List 33); `OTHER` when ONIX 3.0 has no equivalent."""
    return text_kind(TEXT_33_TO_153.get(list33, "01"))


@frozen
class PriceMeaning:
    """What a price type says: the kind of price, and whether tax is in it."""

    kind: PriceKind
    tax: Tax


_EXCLUSIVE, _INCLUSIVE = Tax(basis=TaxBasis.EXCLUSIVE), Tax(basis=TaxBasis.INCLUSIVE)


def _meanings(kind: PriceKind, exclusive: str, inclusive: str) -> dict[str, PriceMeaning]:
    without = {code: PriceMeaning(kind, _EXCLUSIVE) for code in exclusive.split()}
    return without | {code: PriceMeaning(kind, _INCLUSIVE) for code in inclusive.split()}


PRICE_TYPES: Mapping[str, PriceMeaning] = MappingProxyType(
    _meanings(PriceKind.LIST, "01 31", "02")
    | _meanings(PriceKind.FIXED, "03 33 41", "04 34 42")
    | _meanings(PriceKind.TRADE, "05 06 08 15 25 32", "07 09 17 27")
    | _meanings(PriceKind.SPECIAL, "11 13", "12 14")
    | _meanings(PriceKind.PREPUBLICATION, "21 23", "22 24")
    | _meanings(PriceKind.UNKNOWN, "35 36 37", "")
)
"""What the codes of List 58 mean.  Source: EDItEUR ONIX code list 58."""

UNKNOWN_PRICE = PriceMeaning(PriceKind.UNKNOWN, Tax())
"""What a price type that is not listed means: nothing may be concluded from it."""

STATUSES: Mapping[str, Status] = {status.value: status for status in Status}
"""Publishing statuses by their List 64 code."""

UNDATED = frozenset({Status.CANCELLED, Status.POSTPONED})
"""Statuses with which no publication date holds.  Source: EDItEUR ONIX code list 64, notes on 01 and 03."""

_AUDIENCES: Mapping[str, Audience] = {audience.value: audience for audience in Audience}


def audience_of(list154: str) -> Audience:
    """For whom, by its List 154 code; `OTHER` for audiences that the domain does not tell apart."""
    return _AUDIENCES.get(list154, Audience.OTHER)


ASSET_KINDS: Mapping[str, AssetKind] = MappingProxyType(
    {
        "FRONT_COVER": AssetKind.FRONT_COVER,
        "BACK_COVER": AssetKind.BACK_COVER,
        "CONTRIBUTOR_PICTURE": AssetKind.CONTRIBUTOR_PICTURE,
        "SAMPLE_CONTENT": AssetKind.SAMPLE_CONTENT,
    }
)
"""Kinds of supporting resource.  The vendor names the front cover in words; the spellings are inferred."""

_THEMA_QUALIFIERS: Mapping[str, Scheme] = MappingProxyType(
    {
        "1": Scheme.THEMA_PLACE,
        "2": Scheme.THEMA_LANGUAGE,
        "3": Scheme.THEMA_TIME,
        "4": Scheme.THEMA_EDUCATION,
        "5": Scheme.THEMA_INTEREST,
        "6": Scheme.THEMA_STYLE,
    }
)


def subject_scheme(typename: str, code: str) -> tuple[Scheme, str | None]:
    """The scheme of a subject code, and its name where the domain has none for it.

    Args:
        typename: The service's type of the subject: ``BISAC``, ``BIC`` or ``Thema``.
        code: The code; in all three schemes a qualifier or regional theme starts with a digit.

    Source: EDItEUR Thema basic instructions (qualifiers 1 to 6); BISG regional themes; BIC qualifiers.
    """
    first = code[:1]
    if typename == "Thema":
        return _THEMA_QUALIFIERS.get(first, Scheme.THEMA), None
    if typename == "BISAC":
        return (Scheme.BISAC_REGION if first.isdigit() else Scheme.BISAC), None
    if typename == "BIC":
        return (Scheme.OTHER, "BIC qualifier") if first.isdigit() else (Scheme.BIC, None)
    return Scheme.OTHER, typename or None
