"""Both generations of code lists come to one."""

from __future__ import annotations

import csv
import json

import pytest

from commerce_bridge.domain.money import PriceKind, TaxBasis
from commerce_bridge.domain.title import Audience, Scheme, Status, TextKind
from commerce_bridge.platforms.consonance import codes
from commerce_bridge.platforms.consonance.shelves import SHELVES
from rigs import contracts

# ONIX 2.1 List 7 as the vendor's enum names it
LIST_7 = [
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
    "DD",
    "DE",
    "DF",
    "DG",
    "DH",
    "DI",
    "DJ",
    "DK",
    "DL",
    "DM",
    "DN",
    "DO",
    "DZ",
    "FA",
    "FB",
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
    "VB",
    "VC",
    "VD",
    "VE",
    "VF",
    "VG",
    "VH",
    "VI",
    "VJ",
    "VK",
    "VL",
    "VM",
    "VN",
    "VO",
    "VP",
    "VZ",
    "WW",
    "WX",
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


def onix_list(number: str) -> set[str]:
    path = contracts.require("onix", "codelists-issue71.json")
    return set(json.loads(path.read_text("utf-8"))["lists"][number]["codes"])


@pytest.mark.parametrize(
    ("list7", "form", "details"),
    [
        ("BB", "BB", ()),
        ("BC", "BC", ()),
        ("BH", "BH", ()),
        ("AJ", "AJ", ()),
        ("DG", "EA", ()),
        ("DH", "EC", ()),
        ("DD", "VI", ()),
        ("VC", "VJ", ("V202",)),
        ("WW", "SA", ()),
    ],
)
def test_a_form_of_onix_2_is_a_form_of_onix_3(list7: str, form: str, details: tuple[str, ...]) -> None:
    assert codes.form_of(list7) == codes.Form(form, details)


def test_every_form_the_vendor_names_has_one_in_list_150() -> None:
    forms = [codes.form_of(code) for code in LIST_7]
    assert None not in forms
    assert {form.code for form in forms if form} <= onix_list("150")
    assert {detail for form in forms if form for detail in form.details} <= onix_list("175")


def test_a_form_nobody_knows_is_none() -> None:
    assert codes.form_of("QQ") is None


def test_kinds_of_text_move_as_editeur_says() -> None:
    path = contracts.require("onix", "list33-to-list153.tsv")
    told = {
        row[0]: row[2].strip()
        for row in csv.reader(path.read_text("utf-8").splitlines(), delimiter="\t")
        if len(row) > 2 and row[0].isdigit() and row[2].strip()
    }
    assert dict(codes.TEXT_33_TO_153) == told


@pytest.mark.parametrize(
    ("list33", "kind"),
    [
        ("01", TextKind.DESCRIPTION),
        ("02", TextKind.SHORT_DESCRIPTION),
        ("03", TextKind.DESCRIPTION),
        ("08", TextKind.REVIEW_QUOTE),
        ("13", TextKind.BIOGRAPHICAL_NOTE),
        ("18", TextKind.COVER_COPY),
        ("35", TextKind.OTHER),
        ("zz", TextKind.OTHER),
    ],
)
def test_a_list_33_code_is_a_kind_of_text(list33: str, kind: TextKind) -> None:
    assert codes.text_kind_of_list33(list33) is kind


def test_every_shelf_has_a_kind_of_list_153() -> None:
    assert set(SHELVES.values()) <= onix_list("153")
    assert {codes.text_kind(code) for code in SHELVES.values()} == set(TextKind)


def test_every_price_type_of_list_58_has_a_meaning_and_no_other() -> None:
    assert set(codes.PRICE_TYPES) == onix_list("58")


@pytest.mark.parametrize(
    ("code", "kind", "basis"),
    [
        ("01", PriceKind.LIST, TaxBasis.EXCLUSIVE),
        ("02", PriceKind.LIST, TaxBasis.INCLUSIVE),
        ("04", PriceKind.FIXED, TaxBasis.INCLUSIVE),
        ("05", PriceKind.TRADE, TaxBasis.EXCLUSIVE),
        ("11", PriceKind.SPECIAL, TaxBasis.EXCLUSIVE),
        ("22", PriceKind.PREPUBLICATION, TaxBasis.INCLUSIVE),
        ("41", PriceKind.FIXED, TaxBasis.EXCLUSIVE),
        ("42", PriceKind.FIXED, TaxBasis.INCLUSIVE),
    ],
)
def test_a_price_type_says_kind_and_tax(code: str, kind: PriceKind, basis: TaxBasis) -> None:
    meaning = codes.PRICE_TYPES[code]
    assert (meaning.kind, meaning.tax.basis) == (kind, basis)


def test_labels_that_exclude_tax_are_exclusive_everywhere() -> None:
    path = contracts.require("onix", "codelists-issue71.json")
    labels = json.loads(path.read_text("utf-8"))["lists"]["58"]["codes"]
    for code, label in labels.items():
        expected = TaxBasis.INCLUSIVE if "including" in label else TaxBasis.EXCLUSIVE
        assert codes.PRICE_TYPES[code].tax.basis is expected, code


def test_cancelled_and_postponed_have_no_date_that_holds() -> None:
    assert {Status("01"), Status("03")} == codes.UNDATED


@pytest.mark.parametrize(
    ("typename", "code", "scheme", "name"),
    [
        ("BISAC", "FIC014000", Scheme.BISAC, None),
        ("BISAC", "1.2.2.0.0.0.0", Scheme.BISAC_REGION, None),
        ("Thema", "FBA", Scheme.THEMA, None),
        ("Thema", "1DDU", Scheme.THEMA_PLACE, None),
        ("Thema", "2ACB", Scheme.THEMA_LANGUAGE, None),
        ("Thema", "3MPB", Scheme.THEMA_TIME, None),
        ("Thema", "4CD", Scheme.THEMA_EDUCATION, None),
        ("Thema", "5AN", Scheme.THEMA_INTEREST, None),
        ("Thema", "6BA", Scheme.THEMA_STYLE, None),
        ("BIC", "FV", Scheme.BIC, None),
        ("BIC", "1DBK", Scheme.OTHER, "BIC qualifier"),
        ("Nur", "301", Scheme.OTHER, "Nur"),
    ],
)
def test_the_type_and_the_first_character_say_the_scheme(
    typename: str, code: str, scheme: Scheme, name: str | None
) -> None:
    assert codes.subject_scheme(typename, code) == (scheme, name)


def test_audiences_the_domain_does_not_tell_apart_are_other() -> None:
    assert codes.audience_of("03") is Audience.CONSUMERS
    assert codes.audience_of("05") is Audience.OTHER
