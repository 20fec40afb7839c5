"""What the members of products, works, texts and pictures answer beyond their columns."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import isbn as oracle

from commerce_bridge.sandbox.catalogue import Rights, simple_title
from commerce_bridge.sandbox.catalogue.countries import COUNTRY_CODES
from commerce_bridge.sandbox.consonance.dates import formatted
from commerce_bridge.sandbox.consonance.isbn import check_digit_13, isbn_forms
from commerce_bridge.sandbox.consonance.markup import html_to_markdown, html_to_text, markdown_to_html
from rigs.consonance_desk import OPENING, Desk


def product(desk: Desk, selection: str, product_id: int = 1) -> Any:
    return desk.ask(f"{{ product(productSearch: {{idEq: {product_id}}}) {{ {selection} }} }}").data["product"]


def work(desk: Desk, selection: str) -> Any:
    return desk.ask(f"{{ work(workSearch: {{idEq: 1}}) {{ {selection} }} }}").data["work"]


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.sandbox.load(simple_title("The Black Road", forms=("BB", "DG"), price="18.99"), at=OPENING)
    return desk


# ── titles and codes ─────────────────────────────────────────────────────
def test_a_title_is_its_prefix_and_the_rest(desk: Desk) -> None:
    assert product(desk, "fullTitle titlePrefix titleWithoutPrefix") == {
        "fullTitle": "The Black Road",
        "titlePrefix": "The",
        "titleWithoutPrefix": "Black Road",
    }


def test_an_empty_title_and_subtitle_fall_back_to_the_works(desk: Desk) -> None:
    desk.sandbox.edit("product", 1, at=OPENING, prefix=None, title=None)
    desk.sandbox.edit("work", 1, at=OPENING, subtitle="A Novel", title="Another Road")
    assert product(desk, "fullTitle titlePrefix titleWithoutPrefix subtitle") == {
        "fullTitle": "Another Road",
        "titlePrefix": None,
        "titleWithoutPrefix": "Another Road",
        "subtitle": "A Novel",
    }


def test_a_products_own_subtitle_wins(desk: Desk) -> None:
    desk.sandbox.edit("work", 1, at=OPENING, subtitle="The work's")
    desk.sandbox.edit("product", 1, at=OPENING, subtitle="The product's")
    assert product(desk, "subtitle", 1) == {"subtitle": "The product's"}
    assert product(desk, "subtitle", 2) == {"subtitle": "The work's"}


def test_codes_come_as_enum_and_as_object(desk: Desk) -> None:
    told = product(
        desk,
        "onixPublishingStatusCode onixPublishingStatus { code value codeList { number } isDeprecated } "
        "onix21ProductFormCode onix21ProductForm { code value codeList { number } description }",
    )
    assert told["onixPublishingStatusCode"] == "_04"
    assert told["onixPublishingStatus"] == {
        "code": "04",
        "value": "_04",
        "codeList": {"number": 64},
        "isDeprecated": False,
    }
    assert told["onix21ProductFormCode"] == "BB"
    assert told["onix21ProductForm"]["code"] == told["onix21ProductForm"]["value"] == "BB"


@pytest.mark.parametrize(
    ("form", "type_name"),
    [("BB", "PhysicalBookProduct"), ("DG", "ElectronicBookProduct"), ("AJ", "ElectronicAudioProduct")],
)
def test_the_type_follows_the_form(form: str, type_name: str) -> None:
    desk = Desk()
    desk.sandbox.load(simple_title(forms=(form,)), at=OPENING)
    assert product(desk, "__typename") == {"__typename": type_name}


def test_a_code_nobody_has_words_for_has_none(desk: Desk) -> None:
    desk.sandbox.edit("product", 1, at=OPENING, form_code="VZ")
    assert product(desk, "onix21ProductForm { code description }")["onix21ProductForm"] == {
        "code": "VZ",
        "description": None,
    }


# ── prices ───────────────────────────────────────────────────────────────
def test_a_price_in_all_its_forms(desk: Desk) -> None:
    desk.sandbox.edit("price", 1, at=OPENING, effective_to=date(2026, 12, 31))
    (price,) = product(
        desk,
        "prices { amount amountWithCurrencyCode amountWithCurrencySymbol currencyCode "
        "currency { symbol } onixPriceTypeCode onixPriceTypeQualifierCode effectiveFrom effectiveTo }",
    )["prices"]
    assert price == {
        "amount": 18.99,
        "amountWithCurrencyCode": "GBP 18.99",
        "amountWithCurrencySymbol": "£18.99",
        "currencyCode": "GBP",
        "currency": {"symbol": "£"},
        "onixPriceTypeCode": "_02",
        "onixPriceTypeQualifierCode": "_05",
        "effectiveFrom": None,
        "effectiveTo": "2026-12-31",
    }


def test_a_currency_nobody_has_words_for_is_called_by_its_code(desk: Desk) -> None:
    desk.sandbox.edit("price", 1, at=OPENING, currency_code="CHF")
    (price,) = product(desk, "prices { amountWithCurrencySymbol currency { code symbol name } }")["prices"]
    assert price["amountWithCurrencySymbol"] == "CHF 18.99"
    assert price["currency"] == {"code": "CHF", "symbol": "CHF ", "name": "CHF"}


@pytest.mark.parametrize("amount", ["0.10", "9.99", "1234.56", "0.00"])
def test_an_amount_is_written_as_it_was_entered(desk: Desk, amount: str) -> None:
    desk.sandbox.edit("price", 1, at=OPENING, amount=Decimal(amount))
    answer = desk.ask("{ prices(priceSearch: {}) { amount } }")
    assert Decimal(str(answer.data["prices"][0]["amount"])) == Decimal(amount)


def test_prices_are_narrowed_where_they_are_listed(desk: Desk) -> None:
    desk.sandbox.add("price", at=OPENING, product_id=1, currency_code="AUD", amount=Decimal(30))
    assert len(product(desk, "prices { id }")["prices"]) == 2
    assert len(product(desk, "prices(priceSearch: {currencyCodeIn: [AUD]}) { id }")["prices"]) == 1


# ── sizes and dates ──────────────────────────────────────────────────────
def test_lengths_in_three_units(desk: Desk) -> None:
    told = product(
        desk,
        "... on PhysicalBookProduct { plain: productHeight mm: productHeight(unit: MM) "
        "cm: productHeight(unit: CM) inches: productHeight(unit: IN) }",
    )
    assert told == {"plain": 234.0, "mm": 234.0, "cm": 23.4, "inches": 9.21}


@pytest.mark.parametrize(
    ("directives", "text"),
    [
        ("%-d %B %Y", "3 September 2026"),
        ("%Y", "2026"),
        ("%d/%m/%y", "03/09/26"),
        ("%e %b", " 3 Sep"),
        ("%A, %-d.%-m.", "Thursday, 3.9."),
        ("%^b %j", "SEP 246"),
        ("%F", "2026-09-03"),
        ("%_m|%0e", " 9|03"),
        ("100%% %Q", "100% %Q"),
    ],
)
def test_a_date_is_written_by_directives(desk: Desk, directives: str, text: str) -> None:
    query = (
        "query ($d: String) { product(productSearch: {idEq: 1}) { publicationDateString(directives: $d) } }"
    )
    assert desk.ask(query, d=directives).data["product"] == {"publicationDateString": text}


def test_no_date_is_no_text_and_no_directives_are_iso(desk: Desk) -> None:
    desk.sandbox.edit("product", 1, at=OPENING, publication_date=None)
    told = product(desk, "publicationDateString plannedPublicationDateString")
    assert told == {"publicationDateString": None, "plannedPublicationDateString": "2026-09-03"}


@given(st.dates(min_value=date(1900, 1, 1)))
def test_directives_agree_with_python_where_both_know_them(day: date) -> None:
    for directive in ["Y", "m", "d", "y", "j", "u", "w", "V", "G"]:
        assert formatted(day, f"%{directive}") == day.strftime(f"%{directive}").rjust(
            4 if directive in "YG" else 0, "0"
        )


# ── ISBNs ────────────────────────────────────────────────────────────────
@given(st.sampled_from("01"), st.integers(0, 99_999_999))
def test_isbn_forms_agree_with_python_stdnum(group: str, body: int) -> None:
    first = f"978{group}{body:08}"
    isbn13 = first + check_digit_13(first)
    assert oracle.is_valid(isbn13)
    forms = isbn_forms(isbn13)
    assert forms.isbn10 == oracle.to_isbn10(isbn13)
    if forms.isbn_with_dashes is not None:
        assert forms.isbn_with_dashes == oracle.format(isbn13)
        assert forms.isbn_with_spaces == oracle.format(isbn13, separator=" ")
    else:
        assert oracle.split(isbn13)[2] == ""


@pytest.mark.parametrize(
    ("isbn", "with_ten", "with_dashes"),
    [
        ("9781670000101", True, True),
        ("9781670000102", False, False),
        ("9791000000008", False, False),
        ("9783160000003", True, False),
        ("not an ISBN", False, False),
    ],
)
def test_a_form_that_cannot_be_made_is_null(desk: Desk, isbn: str, with_ten: bool, with_dashes: bool) -> None:
    if isbn.isdigit() and isbn != "9781670000102":
        isbn = isbn[:12] + check_digit_13(isbn[:12])
    desk.sandbox.edit("product", 1, at=OPENING, isbn=isbn)
    told = product(desk, "isbn { isbn13 isbn10 isbnWithDashes }")["isbn"]
    assert told["isbn13"] == isbn
    assert (told["isbn10"] is not None, told["isbnWithDashes"] is not None) == (with_ten, with_dashes)


def test_no_isbn_is_null(desk: Desk) -> None:
    desk.sandbox.edit("product", 1, at=OPENING, isbn=None)
    assert product(desk, "isbn { isbn13 }") == {"isbn": None}


# ── rights ───────────────────────────────────────────────────────────────
RIGHTS = "isForSaleWorldwide forSaleCountryCodes notForSaleCountryCodes salesRightsDescription"


def rights_of(rights: Rights | None, **settings: Any) -> Any:
    desk = Desk(**settings)
    desk.sandbox.load(simple_title(rights=rights), at=OPENING)
    return product(desk, RIGHTS)


@pytest.mark.parametrize(
    ("rights", "world", "listed", "excluded"),
    [
        (Rights(), True, [], []),
        (Rights(only=("GB", "IE")), False, ["GB", "IE"], []),
        (Rights(never=("US", "CA")), False, [], ["US", "CA"]),
        (None, None, None, None),
    ],
)
def test_rights_as_entered(rights: Rights | None, world: object, listed: object, excluded: object) -> None:
    told = rights_of(rights)
    assert (told["isForSaleWorldwide"], told["forSaleCountryCodes"]) == (world, listed)
    assert told["notForSaleCountryCodes"] == excluded
    assert (told["salesRightsDescription"] is None) == (rights is None)


@pytest.mark.parametrize(
    ("rights", "allowed"),
    [
        (Rights(), set(COUNTRY_CODES)),
        (Rights(only=("GB", "IE")), {"GB", "IE"}),
        (Rights(never=("US", "CA")), set(COUNTRY_CODES) - {"US", "CA"}),
    ],
)
def test_rights_written_out_in_full(rights: Rights, allowed: set[str]) -> None:
    told = rights_of(rights, country_lists="complete")
    assert set(told["forSaleCountryCodes"]) == allowed
    assert set(told["notForSaleCountryCodes"]) == set(COUNTRY_CODES) - allowed


# ── texts ────────────────────────────────────────────────────────────────
def test_texts_and_credits_belong_to_the_formats_they_name(desk: Desk) -> None:
    for kind in ("marketing_text", "contribution", "supporting_resource"):
        desk.sandbox.edit(kind, 1, at=OPENING, product_ids=(2,))
    lists = "marketingTexts { id } contributions { id } supportingResources { id }"
    assert product(desk, lists, 1) == {
        "marketingTexts": [{"id": 2}],
        "contributions": [],
        "supportingResources": [],
    }
    assert product(desk, lists, 2)["contributions"] == [{"id": 1}]
    assert len(work(desk, "marketingTexts { id }")["marketingTexts"]) == 2


def test_texts_are_narrowed_by_variant(desk: Desk) -> None:
    lists = "short: marketingTexts(variantIn: [SHORT_DESCRIPTION]) { id } all: marketingTexts(variantIn: []) { id }"
    for told in (product(desk, lists), work(desk, lists)):
        assert (len(told["short"]), len(told["all"])) == (1, 2)


def test_html_is_stripped_on_demand(desk: Desk) -> None:
    html = "<p>One &amp; <em>two</em></p><script>three()</script><ul><li>four</li></ul>"
    desk.sandbox.edit("marketing_text", 1, at=OPENING, external_html=html)
    told = product(
        desk,
        "marketingTexts { externalText plain: externalText(stripHtml: true) no: externalText(stripHtml: false) "
        "externalTextNumberOfCharacters htmlCharsCount }",
    )["marketingTexts"][0]
    assert told["externalText"] == told["no"] == html
    assert told["plain"] == "One & two\n\nfour"
    assert told["externalTextNumberOfCharacters"] == len("One & two\n\nfour")
    assert told["htmlCharsCount"] == str(len(html))


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<p>One<br>two</p>", "One\ntwo"),
        ("<p>A <em>very</em> <strong>old</strong> road</p>", "A *very* **old** road"),
        ('<p><a href="https://www.example.org/a">Here</a></p>', "[Here](https://www.example.org/a)"),
        ("<p>5 &lt; 6 &amp; 7</p>", "5 < 6 & 7"),
    ],
)
def test_html_and_markdown_there_and_back(html: str, markdown: str) -> None:
    assert html_to_markdown(html) == markdown
    assert markdown_to_html(markdown) == html


@given(st.text(alphabet="ab <>&*\n", max_size=40))
def test_markdown_never_lets_tags_through(text: str) -> None:
    shown = html_to_text(markdown_to_html(text))
    assert shown.count("<") <= text.count("<")
    assert shown.count(">") <= text.count(">")


def test_a_text_says_for_which_formats_it_is(desk: Desk) -> None:
    desk.sandbox.edit("marketing_text", 2, at=OPENING, product_ids=())
    told = work(desk, "marketingTexts { formatDescription }")["marketingTexts"]
    assert [each["formatDescription"] for each in told] == ["Hardback book, E-book", None]


# ── pictures ─────────────────────────────────────────────────────────────
def test_a_picture_has_no_sizes_until_they_are_made(desk: Desk) -> None:
    desk.sandbox.edit("supporting_resource", 1, at=OPENING, ready_at=OPENING + timedelta(seconds=30))
    selection = (
        "supportingResources { isProcessing delayedJobStatus url height aspectRatio fileSize createdAt }"
    )
    before = work(desk, selection)["supportingResources"][0]
    desk.later(seconds=30)
    after = work(desk, selection)["supportingResources"][0]
    assert (before["isProcessing"], before["url"], before["height"], before["fileSize"]) == (
        True,
        None,
        None,
        None,
    )
    assert before["delayedJobStatus"] != after["delayedJobStatus"]
    assert (after["isProcessing"], after["height"], after["aspectRatio"]) == (False, 2400, 0.6667)
    assert after["url"].startswith("https://images.example.org/")
    assert after["createdAt"] == "2026-06-02T09:00:00Z"


@pytest.mark.parametrize("side", ["height", "width"])
def test_a_picture_without_a_side_has_no_ratio(desk: Desk, side: str) -> None:
    desk.sandbox.edit("supporting_resource", 1, at=OPENING, **{side: None})
    assert work(desk, "supportingResources { aspectRatio }")["supportingResources"] == [{"aspectRatio": None}]


# ── subjects, people, the rest of a work ─────────────────────────────────
def test_subjects_by_scheme_and_priority(desk: Desk) -> None:
    desk.sandbox.add("subject", at=OPENING, work_id=1, scheme="BISAC", code="FIC000000", position=0)
    desk.sandbox.add("subject", at=OPENING, work_id=1, scheme="IN_HOUSE", code="X1", position=9)
    told = work(
        desk,
        "bisacs themas bics all: subjectCodes { code } main: subjectCodes(mainOnly: true) { __typename code } "
        "thema: subjectCodes(schemesIn: [THEMA]) { code ... on Thema { parentCode } }",
    )
    assert told["bisacs"] == ["FIC000000", "FIC019000"]
    assert (told["themas"], told["bics"]) == (["FBA"], [])
    assert [each["code"] for each in told["all"]] == ["FIC000000", "FIC019000", "FBA"]
    assert told["main"] == [
        {"__typename": "BISAC", "code": "FIC019000"},
        {"__typename": "Thema", "code": "FBA"},
    ]
    assert told["thema"] == [{"code": "FBA", "parentCode": None}]


def test_contributors_in_words_and_in_order(desk: Desk) -> None:
    drawn_by = desk.sandbox.add("person", at=OPENING, names_before_key="Bo", key_names="Chan")
    desk.sandbox.add(
        "contribution", at=OPENING, work_id=1, contact_id=drawn_by, role_code="A12", sequence_number=0
    )
    told = work(
        desk,
        "contributorPrettyList authorshipDescription contributions { sequenceNumber workId "
        "contributor { name ... on Person { personNameInverted } } }",
    )
    assert told["contributorPrettyList"] == "Bo Chan (illustrator), Ada Quill"
    assert told["authorshipDescription"] == told["contributorPrettyList"]
    assert [each["sequenceNumber"] for each in told["contributions"]] == [0, 1]
    assert told["contributions"][0]["contributor"]["personNameInverted"] == "Chan, Bo"


def test_in_house_formats_and_editions_know_each_other() -> None:
    desk = Desk(seed="demo", page_cap=None)
    told = product(
        desk,
        "inHouseFormat { name productsCount inHouseEditions { name } } inHouseEdition { inHouseFormats { name } }",
    )
    assert told["inHouseFormat"]["name"] == "Hardback"
    assert told["inHouseFormat"]["productsCount"] == len(
        desk.ids("products", "productSearch: {onix21ProductFormCodeIn: [BB]}")
    )
    assert {each["name"] for each in told["inHouseFormat"]["inHouseEditions"]} == {
        "First edition",
        "Second edition",
    }
    assert {each["name"] for each in told["inHouseEdition"]["inHouseFormats"]} >= {"Hardback", "EPUB"}


def test_similar_products_are_those_of_the_series() -> None:
    desk = Desk(seed="demo")
    answer = desk.ask(
        '{ works(workSearch: {titleEq: "Murder at Slack Tide"}) { similarProducts { fullTitle } '
        "seriesMemberships { partNumber series { name } } } }"
    ).data["works"][0]
    assert answer["seriesMemberships"] == [
        {"partNumber": "3", "series": {"name": "The Brackwater Mysteries"}}
    ]
    assert [each["fullTitle"] for each in answer["similarProducts"]] == [
        "A Body in the Reed Bed",
        "The Sluice Keeper's Alibi",
        "The Eel Catcher's Will",
    ]


def test_an_instant_in_another_zone_is_answered_in_utc(desk: Desk) -> None:
    created = datetime(2026, 6, 2, 1, tzinfo=UTC).astimezone()
    desk.sandbox.edit("supporting_resource", 1, at=OPENING, created_at=created)
    assert work(desk, "supportingResources { createdAt }")["supportingResources"] == [
        {"createdAt": "2026-06-02T01:00:00Z"}
    ]
