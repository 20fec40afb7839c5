"""A work on the wire is a title, by the rules of both sides' documentation."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.domain.dates import Date
from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.money import PriceKind, TaxBasis
from commerce_bridge.domain.rights import RightsKind
from commerce_bridge.domain.territory import WORLD, Territory, territory
from commerce_bridge.domain.title import (
    AssetKind,
    Audience,
    Format,
    Identifier,
    Measures,
    Scheme,
    Status,
    TextKind,
    Title,
)
from commerce_bridge.platforms.consonance import PRIZES, Form, Prize, ReaderSettings, mapping
from commerce_bridge.platforms.consonance.wire.answer import decode_work

ISBN = "9780306406157"


def code(value: str | None) -> Any:
    return {"code": value}


def product(number: int = 10, **changes: Any) -> dict[str, Any]:
    return {
        "__typename": "PhysicalBookProduct",
        "id": number,
        "isbn": {"isbn13": ISBN},
        "allowOnixExports": True,
        "fullTitle": "The Slow Canal",
        "titlePrefix": "The",
        "titleWithoutPrefix": "Slow Canal",
        "subtitle": "A Journey",
        "publicationDate": "2026-09-03",
        "onix21ProductForm": code("BC"),
        "onixPublishingStatus": code("04"),
        "availability": code("20"),
        "isForSaleWorldwide": True,
        "prices": [],
        **changes,
    }


def price(number: int = 1, amount: float = 12.99, currency: str = "GBP", **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "amount": amount,
        "currencyCode": currency,
        "effectiveFrom": None,
        "effectiveTo": None,
        "onixPriceType": code("02"),
        "onixPriceTypeQualifier": code("05"),
        **changes,
    }


def text(number: int = 1, *, products: list[int] | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "externalText": "<p>Slow water.</p>",
        "approvalStatusName": "Approved",
        "fromDate": None,
        "dateReleased": None,
        "productIds": [10] if products is None else products,
        "onixContentAudiences": [],
        **changes,
    }


def resource(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "url": "https://images.example.org/1.jpg",
        "isProcessing": False,
        "productIds": [10],
        "status": "APPROVED",
        "resourceVariant": "FRONT_COVER",
        "onixIntendedContentAudience": code("00"),
        **changes,
    }


def contribution(number: int = 1, *, products: list[int] | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "sequenceNumber": number,
        "productIds": [10] if products is None else products,
        "onixContributorRole": code("A01"),
        "contributor": {
            "__typename": "Person",
            "id": 7,
            "name": "Ada Quill",
            "personName": "Ada Quill",
            "personNameInverted": "Quill, Ada",
            "biographicalNote": "Ada Quill keeps a boat.",
            "isni": "0000000121032683",
        },
        **changes,
    }


def work(**changes: Any) -> dict[str, Any]:
    return {
        "id": 3,
        "title": "The Slow Canal",
        "subtitle": "A Journey",
        "products": [product()],
        **changes,
    }


def read(said: dict[str, Any], settings: ReaderSettings | None = None) -> tuple[Title, tuple[str, ...]]:
    unknown: Counter[str] = Counter()
    wire = decode_work(said, unknown)
    assert not unknown
    mapping.arrange(wire)
    return mapping.title_of(wire, settings or ReaderSettings())


def title(settings: ReaderSettings | None = None, **changes: Any) -> Title:
    found, problems = read(work(**changes), settings)
    assert problems == ()
    return found


def only(settings: ReaderSettings | None = None, **changes: Any) -> Format:
    (found,) = title(settings, products=[product(**changes)]).formats
    return found


def troubled(**changes: Any) -> tuple[Format, str]:
    found, problems = read(work(products=[product(**changes)]))
    assert len(problems) == 1
    return found.formats[0], problems[0]


# ── the title ────────────────────────────────────────────────────────────
def test_a_work_and_its_products_keep_their_internal_ids() -> None:
    found = title()
    assert found.ref == Ref("consonance", "work", "3")
    assert [one.ref for one in found.formats] == [Ref("consonance", "product", "10")]


def test_a_work_without_products_is_a_title_without_formats() -> None:
    assert title(products=[]).formats == ()


def test_a_work_without_a_title_says_so_and_stands() -> None:
    found, problems = read(work(title=None))
    assert found.name == ""
    assert problems == ("$.title: the work has no title.",)


def test_the_plain_words_of_a_work() -> None:
    found = title(
        projectStage="Published",
        season="Autumn 2026",
        imprint={"name": "Heron"},
        identifyingDoi="10.5555/heron.3",
        inHouseWorkReference="HER-3",
        salesforceUid="a0B3",
    )
    assert (found.stage, found.season, found.imprint) == ("Published", "Autumn 2026", "Heron")
    assert found.identifiers == (
        Identifier(scheme="06", value="10.5555/heron.3"),
        Identifier(scheme="01", value="HER-3", name="in-house reference"),
        Identifier(scheme="01", value="a0B3", name="Salesforce"),
    )


def test_the_publisher_is_what_the_settings_say() -> None:
    assert title().publisher is None
    assert title(ReaderSettings(publisher="Heron & Sons")).publisher == "Heron & Sons"


def test_series_with_and_without_a_number() -> None:
    found = title(
        seriesMemberships=[
            {"partNumber": "2", "series": {"id": 4, "name": "Waterways"}},
            {"partNumber": None, "series": {"id": 5, "name": "Classics"}},
        ]
    )
    assert [(one.name, one.number, one.identifier) for one in found.series] == [
        ("Waterways", "2", "4"),
        ("Classics", None, "5"),
    ]


def subject(typename: str, value: str, *, main: bool = False) -> dict[str, Any]:
    return {"__typename": typename, "code": value, "main": main}


def test_subjects_come_by_scheme_main_first_then_by_priority() -> None:
    found = title(
        bisacs=["FIC000000", "FIC014000", "FIC019000"],
        bics=["FV"],
        themas=["FBA", "FV"],
        subjectCodes=[
            subject("BIC", "FV", main=True),
            subject("Thema", "1DDU"),
            subject("Thema", "FV", main=True),
            subject("BISAC", "FIC019000"),
            subject("BISAC", "FIC000000"),
            subject("BISAC", "FIC014000", main=True),
            subject("Thema", "FBA"),
        ],
    )
    assert [(one.scheme, one.code, one.main) for one in found.subjects] == [
        (Scheme.BISAC, "FIC014000", True),
        (Scheme.BISAC, "FIC000000", False),
        (Scheme.BISAC, "FIC019000", False),
        (Scheme.THEMA, "FV", True),
        (Scheme.THEMA, "FBA", False),
        (Scheme.THEMA_PLACE, "1DDU", False),
        (Scheme.BIC, "FV", True),
    ]


def test_a_subject_said_twice_counts_once() -> None:
    found = title(subjectCodes=[subject("BISAC", "FIC014000"), subject("BISAC", "FIC014000", main=True)])
    assert [(one.code, one.main) for one in found.subjects] == [("FIC014000", True)]


def test_similar_products_are_named_by_their_isbns() -> None:
    found = title(
        similarProducts=[
            {"isbn": {"isbn13": "978-0-306-40615-7"}},
            {"isbn": None},
            {"isbn": {"isbn13": "No ISBN"}},
            {"isbn": {"isbn13": "9780306406158"}},
            {"isbn": {"isbn13": ISBN}},
        ]
    )
    assert found.related == (ISBN,)


def test_prizes_travel_in_the_extra() -> None:
    prize = {
        "id": 1,
        "prizeName": "The Lock Prize",
        "prizeYear": 2026,
        "prizeJury": "",
        "prizeStatement": None,
        "productIds": [10],
        "onixPrizeAchievement": code("04"),
    }
    assert PRIZES.of(title(prizes=[prize])) == (
        Prize(name="The Lock Prize", year=2026, achievement="04", formats=None),
    )
    assert title().extra == {}


# ── parts that belong to some formats ────────────────────────────────────
TWO = [product(10), product(11, isbn=None)]


@pytest.mark.parametrize(
    ("named", "formats"),
    [
        ([10, 11], None),
        ([11, 10, 99], None),
        ([11], frozenset({"11"})),
        ([99], frozenset[str]()),
        ([], frozenset[str]()),
    ],
)
def test_parts_belong_to_the_products_they_name(named: list[int], formats: frozenset[str] | None) -> None:
    found = title(
        products=TWO,
        contributions=[contribution(products=named)],
        texts_description=[text(products=named)],
        supportingResources=[resource(productIds=named)],
    )
    assert found.contributors[0].formats == formats
    assert found.texts[0].formats == formats
    assert found.assets[0].formats == formats


def test_a_part_that_names_no_product_may_be_read_as_everybodys() -> None:
    everybody = ReaderSettings(unlinked="all")
    found = title(everybody, products=TWO, texts_description=[text(products=[]), text(2, products=[11])])
    assert [one.formats for one in found.texts] == [None, frozenset({"11"})]


def test_contributors_come_in_order_with_role_and_note() -> None:
    museum = {
        "__typename": "Organisation",
        "id": 8,
        "name": "Boat Museum",
        "organisationName": "The Boat Museum",
        "biographicalNote": None,
    }
    found = title(
        contributions=[
            contribution(2, onixContributorRole=code("E07"), contributor=museum),
            contribution(1),
        ]
    )
    ada, body = found.contributors
    assert (ada.name, ada.inverted, ada.role, ada.place) == ("Ada Quill", "Quill, Ada", "A01", 1)
    assert ada.biography == "Ada Quill keeps a boat."
    assert ada.identifiers == (Identifier(scheme="16", value="0000000121032683", name="ISNI"),)
    assert not ada.corporate
    assert (body.name, body.role, body.place, body.corporate) == ("The Boat Museum", "E07", 2, True)
    assert body.biography is None


def test_a_contributor_without_a_name_or_a_role_is_left_out_and_said_so() -> None:
    nobody = {"__typename": "Person", "id": 9}
    found, problems = read(
        work(
            contributions=[
                contribution(1, contributor=nobody),
                contribution(2, onixContributorRole=code(None)),
            ]
        )
    )
    assert found.contributors == ()
    assert problems == (
        "$.contributions[id=1].contributor: contact 9 has no name.",
        "$.contributions[id=2].onixContributorRole: no code; left out.",
    )


# ── texts ────────────────────────────────────────────────────────────────
def test_a_texts_kind_is_the_shelf_it_was_asked_for_under() -> None:
    found = title(
        texts_short_description=[text(1)],
        texts_long_description=[text(2)],
        texts_description=[text(4), text(3)],
        texts_review_quote=[text(5)],
    )
    assert [(one.kind, one.source_id) for one in found.texts] == [
        (TextKind.DESCRIPTION, "3"),
        (TextKind.DESCRIPTION, "4"),
        (TextKind.DESCRIPTION, "2"),
        (TextKind.SHORT_DESCRIPTION, "1"),
        (TextKind.REVIEW_QUOTE, "5"),
    ]


@pytest.mark.parametrize(
    ("until", "released", "starts"),
    [
        (None, None, None),
        ("2026-09-01", None, date(2026, 9, 1)),
        (None, "2026-10-01", date(2026, 10, 1)),
        ("2026-09-01", "2026-10-01", date(2026, 10, 1)),
        ("2026-11-01", "2026-10-01", date(2026, 11, 1)),
    ],
)
def test_a_text_waits_for_the_later_of_its_two_embargoes(
    until: str | None, released: str | None, starts: date | None
) -> None:
    (found,) = title(texts_description=[text(fromDate=until, dateReleased=released)]).texts
    assert found.starts == (None if starts is None else Date(starts))


def test_a_text_ends_when_the_schema_offers_that() -> None:
    (found,) = title(texts_description=[text(untilDate="2026-12-31")]).texts
    assert found.ends == Date(date(2026, 12, 31))


@pytest.mark.parametrize(
    ("status", "unsaid", "approved"),
    [
        ("Approved", False, True),
        ("APPROVED", False, True),
        ("Draft", False, False),
        (None, False, False),
        (None, True, True),
        ("", True, True),
        ("Draft", True, False),
    ],
)
def test_approval_is_what_the_status_says(status: str | None, unsaid: bool, approved: bool) -> None:
    settings = ReaderSettings(unsaid_is_approved=unsaid)
    found = title(
        settings,
        texts_description=[text(approvalStatusName=status)],
        supportingResources=[resource(status=status)],
    )
    assert found.texts[0].approved is approved
    assert found.assets[0].approved is approved


def test_an_account_may_have_words_of_its_own_for_approved() -> None:
    settings = ReaderSettings(approved=frozenset({"Signed off"}))
    found = title(settings, texts_description=[text(approvalStatusName="SIGNED OFF"), text(2)])
    assert [one.approved for one in found.texts] == [True, False]


@pytest.mark.parametrize(
    ("codes", "audiences"),
    [
        ([], {Audience.UNRESTRICTED}),
        (["03"], {Audience.CONSUMERS}),
        (["02", "05"], {Audience.TRADE, Audience.OTHER}),
        ([None], {Audience.UNRESTRICTED}),
    ],
)
def test_for_whom_a_text_is(codes: list[str | None], audiences: set[Audience]) -> None:
    (found,) = title(texts_description=[text(onixContentAudiences=[code(one) for one in codes])]).texts
    assert found.audiences == audiences


def test_an_empty_text_is_none() -> None:
    assert title(texts_description=[text(externalText=" \n")]).texts == ()


# ── assets ───────────────────────────────────────────────────────────────
def test_an_asset_carries_what_a_store_needs() -> None:
    (found,) = title(
        supportingResources=[
            resource(
                caption="Front",
                requiredCredit="Photograph: A. Heron",
                imageContentType="image/jpeg",
                height=2400,
                onixIntendedContentAudience=code("02"),
            )
        ]
    ).assets
    assert (found.kind, found.url) == (AssetKind.FRONT_COVER, "https://images.example.org/1.jpg")
    assert (found.caption, found.credit) == ("Front", "Photograph: A. Heron")
    assert (found.media_type, found.height_px, found.source_id) == ("image/jpeg", 2400, "1")
    assert found.audiences == {Audience.TRADE}
    assert found.ready
    assert found.approved


def test_the_newer_audience_member_wins_where_a_schema_offers_it() -> None:
    (found,) = title(supportingResources=[resource(onixContentAudience=code("03"))]).assets
    assert found.audiences == {Audience.CONSUMERS}


def test_an_image_in_the_making_is_not_ready() -> None:
    (found,) = title(supportingResources=[resource(isProcessing=True, url=None)]).assets
    assert (found.ready, found.url) == (False, "")


def test_an_image_without_an_address_is_not_ready_and_said_so() -> None:
    found, problems = read(work(supportingResources=[resource(url=None)]))
    assert not found.assets[0].ready
    assert problems == ("$.supportingResources[id=1].url: there is none, and it is not being prepared.",)


def test_a_kind_of_resource_nobody_knows_is_other_until_the_settings_name_it() -> None:
    said = [resource(resourceVariant="Pack shot")]
    assert title(supportingResources=said).assets[0].kind is AssetKind.OTHER
    settings = ReaderSettings(resource_kinds={"Pack shot": AssetKind.PACK_SHOT})
    assert title(settings, supportingResources=said).assets[0].kind is AssetKind.PACK_SHOT


# ── identifiers and forms ────────────────────────────────────────────────
@pytest.mark.parametrize("said", ["9780306406157", "978-0-306-40615-7", " 9780306406157 ", "0-306-40615-2"])
def test_an_isbn_is_thirteen_digits_however_it_is_written(said: str) -> None:
    assert only(isbn={"isbn13": said}).isbn == ISBN


@pytest.mark.parametrize(
    "said", [None, {"isbn13": None}, {"isbn13": ""}, {"isbn13": "No ISBN"}, {"isbn13": "no isbn"}]
)
def test_no_isbn_is_no_isbn(said: Any) -> None:
    found = only(isbn=said)
    assert found.isbn is None
    assert found.identifiers == ()


@pytest.mark.parametrize("said", ["9780306406158", "9790306406156", "97803064061", "978030640615X"])
def test_a_wrong_isbn_is_a_problem_and_kept_as_it_was_sent(said: str) -> None:
    found, problem = troubled(isbn={"isbn13": said})
    assert found.isbn is None
    assert found.identifiers == (Identifier(scheme="01", value=said, name="ISBN as sent"),)
    assert problem.startswith("$.products[id=10].isbn: ISBN ")


def test_an_asin_is_an_identifier() -> None:
    assert only(asin="B000TEST01").identifiers == (Identifier(scheme="01", value="B000TEST01", name="ASIN"),)


@given(st.integers(0, 999_999_999), st.sampled_from(["978", "979"]))
def test_every_isbn_is_judged_as_the_domain_judges_it(stem: int, prefix: str) -> None:
    from commerce_bridge.domain.identifiers import gtin_check_digit, isbn13

    first = f"{prefix}{stem:09}"
    for last in range(10):
        said = f"{first}{last}"
        found, problems = read(work(products=[product(isbn={"isbn13": said})]))
        try:
            expected = isbn13(said)
        except ValueError:
            assert found.formats[0].isbn is None
            assert problems
        else:
            assert last == int(gtin_check_digit(first))
            assert found.formats[0].isbn == expected


def test_an_ebook_has_its_form_of_onix_3() -> None:
    assert (only(onix21ProductForm=code("DG")).form, only(onix21ProductForm=None).form) == ("EA", None)


def test_the_in_house_format_may_say_more_than_the_form() -> None:
    settings = ReaderSettings(house_forms={"Kindle": Form("EA", ("E116",))})
    kindle = only(settings, onix21ProductForm=code("DG"), inHouseFormat={"name": "Kindle"})
    other = only(settings, onix21ProductForm=code("DG"), inHouseFormat={"name": "EPUB"})
    assert (kindle.form, kindle.form_details) == ("EA", ("E116",))
    assert (other.form, other.form_details) == ("EA", ())


def test_a_form_nobody_knows_is_a_problem() -> None:
    found, problem = troubled(onix21ProductForm=code("QQ"))
    assert found.form is None
    assert problem.startswith("$.products[id=10].onix21ProductForm: 'QQ'")


# ── status and dates ─────────────────────────────────────────────────────
@pytest.mark.parametrize("status", [one for one in Status if one.value not in {"01", "03"}])
def test_a_status_is_its_list_64_code(status: Status) -> None:
    found = only(onixPublishingStatus=code(status.value))
    assert found.status is status
    assert found.publication_date == Date(date(2026, 9, 3))


@pytest.mark.parametrize("status", [None, code(None)])
def test_no_status_is_unspecified(status: Any) -> None:
    assert only(onixPublishingStatus=status).status is Status.UNSPECIFIED


def test_a_status_nobody_knows_is_unknown_and_a_problem() -> None:
    found, problem = troubled(onixPublishingStatus=code("77"))
    assert found.status is Status.UNKNOWN
    assert "'77'" in problem


@pytest.mark.parametrize("status", ["01", "03"])
def test_a_cancelled_or_postponed_product_has_no_date_that_holds(status: str) -> None:
    assert only(onixPublishingStatus=code(status), publicationDate=None).publication_date is None
    found, problem = troubled(onixPublishingStatus=code(status))
    assert found.publication_date is None
    assert problem == f"$.products[id=10].publicationDate: 2026-09-03 does not hold with status {status}."


def test_availability_is_the_supply() -> None:
    assert [one.availability for one in only().supplies] == ["20"]
    assert only(availability=None).supplies == ()


def test_what_is_kept_from_the_trade_says_so() -> None:
    assert only().feed_allowed
    assert not only(allowOnixExports=False).feed_allowed


# ── words of the format ──────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("prefix", "bare", "full", "name"),
    [
        ("The", "Slow Canal", None, None),
        (None, "The Slow Canal", None, None),
        (None, None, "The Slow Canal", None),
        (None, None, None, None),
        ("The", "Slow Canal Illustrated", None, "The Slow Canal Illustrated"),
        ("L'", "Eau", None, "L'Eau"),
        ("L’", "Eau", None, "L’Eau"),
        ("", "Slow Canal", "The Slow Canal: A Journey", "Slow Canal"),
    ],
)
def test_a_format_has_a_name_where_it_differs_from_the_works(
    prefix: str | None, bare: str | None, full: str | None, name: str | None
) -> None:
    assert only(titlePrefix=prefix, titleWithoutPrefix=bare, fullTitle=full).name == name


def test_a_subtitle_is_said_where_it_differs() -> None:
    assert only().subtitle is None
    assert only(subtitle="A Long Journey").subtitle == "A Long Journey"


def test_an_edition_is_the_products_own_else_the_works() -> None:
    both = title(
        editionNumber=2, editionStatement="Second", products=[product(actualEditionStatement="Revised")]
    )
    works = title(editionNumber=2, editionStatement="Second")
    assert (both.formats[0].edition_number, both.formats[0].edition) == (2, "Revised")
    assert (works.formats[0].edition_number, works.formats[0].edition) == (2, "Second")


COUNTS = {
    "approximatePageCount": 300,
    "productionPageCount": 320,
    "mainContentPageCount": 290,
    "totalNumberedPages": 298,
    "contentPageCount": 310,
    "absolutePageCount": 330,
}


def pages(settings: ReaderSettings | None = None, **counts: int | None) -> list[tuple[str, Decimal]]:
    return [(one.kind, one.value) for one in only(settings, **counts).extents]


def test_one_page_count_stands_for_the_length() -> None:
    assert pages(**COUNTS) == [("pages", Decimal(290))]
    assert pages(approximatePageCount=300, productionPageCount=320) == [("pages", Decimal(300))]
    assert pages(absolutePageCount=330) == [("pages", Decimal(330))]
    assert pages(mainContentPageCount=0) == []
    assert pages() == []


def test_the_settings_choose_the_page_count() -> None:
    settings = ReaderSettings(page_counts=("productionPageCount", "approximatePageCount"))
    assert pages(settings, **COUNTS) == [("pages", Decimal(320))]
    assert pages(settings, contentPageCount=310) == []


def test_an_unknown_page_count_is_refused() -> None:
    with pytest.raises(ValueError, match="pageCount"):
        ReaderSettings(page_counts=("pageCount",))


def test_measures_are_decimals_in_millimetres_and_there_is_no_weight() -> None:
    found = only(productHeight=198.0, productWidth=129.5, productThickness=None)
    assert found.measures == Measures(height_mm=Decimal(198), width_mm=Decimal("129.5"))
    assert only().measures == Measures()


# ── prices ───────────────────────────────────────────────────────────────
def test_a_product_may_have_no_price() -> None:
    assert only(prices=[]).prices == ()


def test_a_price_says_amount_tax_kind_and_days() -> None:
    (found,) = only(
        prices=[price(effectiveFrom="2026-09-01", effectiveTo="2026-09-30", onixPriceType=code("11"))]
    ).prices
    assert (found.money.amount, found.money.currency) == (Decimal("12.99"), "GBP")
    assert (found.kind, found.tax.basis, found.type_code) == (PriceKind.SPECIAL, TaxBasis.EXCLUSIVE, "11")
    assert (found.starts, found.ends) == (Date(date(2026, 9, 1)), Date(date(2026, 9, 30)))
    assert found.qualifier == "05"
    assert found.territory == WORLD


def test_prices_come_by_id_and_all_of_them() -> None:
    found = only(prices=[price(3, 3.5, "EUR"), price(1, 1.5, "GBP"), price(2, 2.5, "USD")])
    assert [one.money.currency for one in found.prices] == ["GBP", "USD", "EUR"]


def test_a_price_of_a_type_nobody_knows_concludes_nothing() -> None:
    (found,) = only(prices=[price(onixPriceType=code("88"), onixPriceTypeQualifier=code(None))]).prices
    assert (found.kind, found.tax.basis, found.type_code) == (PriceKind.UNKNOWN, TaxBasis.UNKNOWN, "88")
    assert found.qualifier is None


def test_a_currency_that_is_none_is_a_problem_and_the_other_prices_stand() -> None:
    found, problem = troubled(prices=[price(1, currency="£"), price(2)])
    assert [one.money.currency for one in found.prices] == ["GBP"]
    assert problem.startswith("$.products[id=10].prices[id=1].currencyCode: ")


def test_a_price_holds_where_the_settings_say_its_currency_holds() -> None:
    settings = ReaderSettings(price_territories={"USD": territory("US", "PH")})
    found = only(settings, prices=[price(1), price(2, currency="USD")])
    assert [one.territory for one in found.prices] == [WORLD, territory("US", "PH")]


@given(st.integers(0, 10**13))
def test_amounts_of_cents_are_exact(cents: int) -> None:
    amount = Decimal(cents) / 100
    said = json.loads(f'{{"amount": {amount}}}')["amount"]
    (found,) = only(prices=[price(amount=said)]).prices
    assert found.money.amount == amount


# ── rights ───────────────────────────────────────────────────────────────
def windows(**changes: Any) -> list[tuple[RightsKind, Territory]]:
    said = {"isForSaleWorldwide": None, **changes}
    return [(one.kind, one.territory) for one in only(**said).rights]


YES, NO = RightsKind.FOR_SALE, RightsKind.NOT_FOR_SALE


def test_rights_not_said_are_none() -> None:
    assert windows() == []


def test_everywhere() -> None:
    assert windows(isForSaleWorldwide=True) == [(YES, WORLD)]
    assert windows(isForSaleWorldwide=True, forSaleCountryCodes=["GB", "IE"]) == [(YES, WORLD)]


def test_only_in_some_countries() -> None:
    listed = territory("GB", "GG", "IM", "JE")
    said = ["GB", "GG", "IM", "JE"]
    assert windows(isForSaleWorldwide=False, forSaleCountryCodes=said) == [(YES, listed)]
    assert windows(forSaleCountryCodes=said) == [(YES, listed)]


def test_everywhere_but_in_some_countries() -> None:
    expected = [(YES, WORLD), (NO, territory("US"))]
    assert windows(isForSaleWorldwide=False, notForSaleCountryCodes=["US"]) == expected
    assert windows(isForSaleWorldwide=True, notForSaleCountryCodes=["US"]) == expected
    assert windows(notForSaleCountryCodes=["US"]) == expected


def test_both_lists_written_out() -> None:
    assert windows(
        isForSaleWorldwide=False, forSaleCountryCodes=["GB", "IE"], notForSaleCountryCodes=["IE", "US"]
    ) == [(YES, territory("GB", "IE")), (NO, territory("IE", "US"))]


def test_not_worldwide_and_nothing_listed_is_nowhere_and_a_problem() -> None:
    found, problem = troubled(isForSaleWorldwide=False)
    assert [(one.kind, one.territory) for one in found.rights] == [(NO, WORLD)]
    assert problem.startswith("$.products[id=10].isForSaleWorldwide: ")


def test_what_is_no_country_code_is_a_problem_and_the_others_stand() -> None:
    found, problem = troubled(isForSaleWorldwide=False, forSaleCountryCodes=["GB", "England", "uk"])
    assert [one.territory for one in found.rights] == [territory("GB")]
    assert problem == (
        "$.products[id=10].forSaleCountryCodes: 'England', 'uk': expected ISO 3166-1 codes such as GB."
    )


def test_rights_carry_the_publishers_words_and_no_days() -> None:
    (found,) = only(salesRightsDescription="The lot").rights
    assert (found.evidence, found.starts, found.ends) == ("The lot", None, None)


# ── versions ─────────────────────────────────────────────────────────────
def version(said: dict[str, Any]) -> str:
    wire = decode_work(said, Counter())
    mapping.arrange(wire)
    return mapping.version_of(wire)


def rich() -> dict[str, Any]:
    return work(
        products=[product(10, prices=[price(1), price(2, currency="EUR")]), product(11, isbn=None)],
        contributions=[contribution(1), contribution(2)],
        supportingResources=[resource(1), resource(2)],
        texts_description=[text(1), text(2)],
    )


def test_the_order_of_lists_is_no_change() -> None:
    turned = rich()
    for name in ("products", "contributions", "supportingResources", "texts_description"):
        turned[name] = turned[name][::-1]
    turned["products"][1]["prices"].reverse()
    assert version(turned) == version(rich())
    assert read(turned) == read(rich())


def _changed(path: str, value: Any) -> dict[str, Any]:
    said = rich()
    *heads, last = path.split(".")
    spot: Any = said
    for head in heads:
        spot = spot[int(head) if head.isdigit() else head]
    spot[last] = value
    return said


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("title", "Another"),
        ("products.0.prices.0.amount", 13.0),
        ("products.0.publicationDate", None),
        ("contributions.1.contributor.biographicalNote", ""),
        ("supportingResources.0.isProcessing", True),
        ("texts_description.0.approvalStatusName", "Draft"),
    ],
)
def test_anything_that_is_read_changes_the_version(path: str, value: Any) -> None:
    assert version(_changed(path, value)) != version(rich())


def test_every_field_says_where_it_comes_from() -> None:
    from commerce_bridge.domain.title import FORMAT_FIELDS, TITLE_FIELDS

    never = {
        "language", "embargo", "preorder_from", "announced", "unpriced", "restricted_to", "ref",
    }  # fmt: skip
    titles = {name.name for name in TITLE_FIELDS} - never
    formats = {f"format.{name.name}" for name in FORMAT_FIELDS if name.name not in never}
    assert set(mapping.SOURCES) == titles | formats | {PRIZES.name}
