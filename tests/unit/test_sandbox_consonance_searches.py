"""Every member of the search inputs, alone and together, and how lists are ordered, cut and gone through."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from commerce_bridge.sandbox.catalogue import simple_title
from commerce_bridge.sandbox.consonance import Loaded
from rigs.consonance_desk import OPENING, Desk

LONG_AGO = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def desk() -> Desk:
    """Three works: a road (hardback, e-book), a lane (paperback, no prefix), a way without ISBN or date."""
    desk = Desk()
    add(desk, "The Black Road", forms=("BB", "DG"), number=1, price="18.99", published=date(2026, 3, 5))
    add(desk, "Green Lane", forms=("BC",), number=2, price="9.99", published=date(2026, 9, 3))
    way = add(desk, "The Black Way", forms=("AJ",), number=3, price="5.00", currencies=("EUR",))
    desk.sandbox.edit("product", way.products[0], at=LONG_AGO, isbn=None, publication_date=None)
    desk.sandbox.edit("work", way.work, at=LONG_AGO, subtitle="A Novel")
    desk.sandbox.edit(
        "work", way.work, at=LONG_AGO, imprint_id=desk.sandbox.add("imprint", at=LONG_AGO, name="Other")
    )
    return desk


def add(desk: Desk, title: str, **simple: Any) -> Loaded:
    return desk.sandbox.load(simple_title(title, **simple), at=LONG_AGO)


ROAD_HARDBACK, ROAD_EBOOK, LANE, WAY = 1, 2, 3, 4


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", [1, 2, 3, 4]),
        ("after: 2", [3, 4]),
        ("after: 4", []),
        ("idEq: 3", [LANE]),
        ('isbn13Eq: "9781670000101"', [ROAD_HARDBACK]),
        ('isbn13Eq: "978-1-6700-0010-1"', []),
        ('isbn13In: ["9781670000101", "9781670000200", "9780000000000"]', [ROAD_HARDBACK, LANE]),
        ("isbn13In: []", [1, 2, 3, 4]),
        ("isbn13Assigned: true", [1, 2, 3]),
        ("isbn13Assigned: false", [WAY]),
        ('titleEq: "The Black Road"', [1, 2]),
        ('titleEq: "the black road"', []),
        ('titleCont: "BLACK"', [1, 2, 4]),
        ('titleCont: "lack w"', [WAY]),
        ('titlePrefixPresent: "true"', [1, 2, 4]),
        ('titlePrefixPresent: "false"', [LANE]),
        ('publicationDateEq: "2026-03-05"', [1, 2]),
        ('publicationDateGt: "2026-03-05"', [LANE]),
        ('publicationDateGteq: "2026-03-05"', [1, 2, 3]),
        ('publicationDateLt: "2026-09-03"', [1, 2]),
        ('publicationDateLteq: "2026-09-03"', [1, 2, 3]),
        ('publicationDateGteq: "2026-03-06", publicationDateLteq: "2026-12-31"', [LANE]),
        ("onix21ProductFormCodeIn: [BB, AJ]", [ROAD_HARDBACK, WAY]),
        ("onix21ProductFormCodeIn: []", [1, 2, 3, 4]),
        ("productTypes: [ELECTRONIC_BOOK_PRODUCT, ELECTRONIC_AUDIO_PRODUCT]", [ROAD_EBOOK, WAY]),
        ("productTypes: []", [1, 2, 3, 4]),
        ("idEq: null", [1, 2, 3, 4]),
        ("idEq: 1, isbn13Assigned: false", []),
    ],
)
def test_product_search(desk: Desk, search: str, found: list[int]) -> None:
    assert desk.ids("products", f"productSearch: {{{search}}}") == found


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", [1, 2, 3]),
        ("after: 1", [2, 3]),
        ("idEq: 2", [2]),
        ("contractIdEq: 1", []),
        ('titleEq: "Green Lane"', [2]),
        ('titleCont: "black"', [1, 3]),
        ('subtitleEq: "A Novel"', [3]),
        ('subtitleEq: "a novel"', []),
        ('subtitleCont: "nov"', [3]),
        ("subtitlePresent: true", [3]),
        ("subtitlePresent: false", [1, 2]),
        ("imprintIdIn: [2]", [3]),
        ("imprintIdIn: [1, 2]", [1, 2, 3]),
    ],
)
def test_work_search(desk: Desk, search: str, found: list[int]) -> None:
    assert desk.ids("works", f"workSearch: {{{search}}}") == found


def test_a_work_is_found_by_its_contract(desk: Desk) -> None:
    contract = desk.sandbox.add("contract", at=LONG_AGO, work_id=2, contract_name="Lane")
    assert desk.ids("works", f"workSearch: {{contractIdEq: {contract}}}") == [2]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("amountLteq: 9.99", [3, 4]),
        ("amountLteq: 9.98", [4]),
        ("currencyCodeIn: [EUR]", [4]),
        ("currencyCodeIn: [GBP, EUR]", [1, 2, 3, 4]),
        ("onixPriceTypeCodeIn: [_02]", [1, 2, 3]),
        ("onixPriceTypeQualifierCodeIn: [_05]", [1, 2, 3, 4]),
        ("onixPriceTypeQualifierCodeIn: [_06]", []),
        ("currencyCodeIn: [EUR], onixPriceTypeCodeIn: [_02]", []),
    ],
)
def test_price_search(desk: Desk, search: str, found: list[int]) -> None:
    assert desk.ids("prices", f"priceSearch: {{{search}}}") == found
    assert desk.ids("products", f"priceSearch: {{{search}}}") == found


def test_searches_on_related_rows_combine(desk: Desk) -> None:
    both = 'workSearch: {titleCont: "black"}, productSearch: {isbn13Assigned: true}'
    assert desk.ids("products", both) == [1, 2]
    assert desk.ids("works", both) == [1]
    assert desk.ids("products", f"{both}, priceSearch: {{currencyCodeIn: [EUR]}}") == []


def test_a_nested_list_must_repeat_the_filter(desk: Desk) -> None:
    search = "productSearch: {onix21ProductFormCodeIn: [DG]}"
    loose = desk.ask(f"{{ works({search}) {{ products {{ id }} }} }}").data["works"]
    strict = desk.ask(f"{{ works({search}) {{ products({search}) {{ id }} }} }}").data["works"]
    assert loose == [{"products": [{"id": ROAD_HARDBACK}, {"id": ROAD_EBOOK}]}]
    assert strict == [{"products": [{"id": ROAD_EBOOK}]}]


def test_an_empty_list_may_mean_nothing(desk: Desk) -> None:
    desk.sandbox.configure(empty_list_matches="nothing")
    assert desk.ids("products", "productSearch: {isbn13In: []}") == []
    assert desk.ids("products", "productSearch: {productTypes: []}") == [1, 2, 3, 4]


# ── pages ────────────────────────────────────────────────────────────────
def crowd(count: int, **settings: Any) -> Desk:
    desk = Desk(**settings)
    for number in range(count):
        add(desk, f"Title {count - number:03}", forms=("BC",), number=number)
    return desk


def test_a_list_stops_at_the_cap_and_goes_on_after_its_last_id() -> None:
    desk = crowd(7, page_cap=3)
    assert desk.ids("works") == [1, 2, 3]
    assert desk.ids("works", "workSearch: {after: 3}") == [4, 5, 6]
    assert desk.ids("works", "workSearch: {after: 6}") == [7]
    assert desk.ids("works", "workSearch: {after: 7}") == []
    assert desk.ids("products", "productSearch: {after: 5}") == [6, 7]


def test_the_default_cap_is_a_hundred_and_none_lifts_it() -> None:
    desk = crowd(105)
    assert len(desk.ids("products")) == 100
    desk.sandbox.configure(page_cap=None)
    assert len(desk.ids("products")) == 105


def test_nested_lists_are_not_cut() -> None:
    desk = Desk(page_cap=1)
    add(desk, "The Black Road", forms=("BB", "BC", "DG"))
    assert len(desk.ask("{ works { products { id } } }").data["works"][0]["products"]) == 3


def test_a_mixed_page_holds_the_same_rows_in_another_order() -> None:
    desk = crowd(20, page_cap=10, order="mixed")
    first = desk.ids("works")
    assert first != sorted(first)
    assert sorted(first) == list(range(1, 11))
    assert sorted(desk.ids("works", "workSearch: {after: 10}")) == list(range(11, 21))


def test_an_order_by_title_makes_after_lose_rows() -> None:
    desk = crowd(4, page_cap=2, order="title")
    assert desk.ids("works") == [4, 3]
    assert desk.ids("products") == [4, 3]
    assert desk.ids("works", "workSearch: {after: 4}") == []


@pytest.mark.parametrize(("setting", "answer"), [("first", {"id": 1}), ("null", None)])
def test_a_singular_root_with_several_matches(setting: str, answer: object) -> None:
    desk = crowd(2, singular_match=setting)
    assert desk.ask("{ work { id } }").data == {"work": answer}
    assert desk.ask("{ product { id } }").data == {"product": answer}
    assert desk.ask("{ work(workSearch: {idEq: 2}) { id } }").data == {"work": {"id": 2}}
    assert desk.ask("{ work(workSearch: {idEq: 9}) { id } }").data == {"work": None}


def test_a_singular_root_may_refuse_several_matches() -> None:
    desk = crowd(2, singular_match="error")
    answer = desk.ask("{ work { id } }")
    assert (answer.status, answer.json["data"]) == (200, {"work": None})
    assert answer.messages == ["2 records match; one was expected."]


# ── people ───────────────────────────────────────────────────────────────
def test_contacts_and_organisations_are_found_by_name(desk: Desk) -> None:
    body = desk.sandbox.add("organisation", at=LONG_AGO, organisation_name="The Road Society")
    person = desk.sandbox.add("person", at=LONG_AGO, names_before_key="Cate", key_names="Rhodes")
    assert desk.ids("contacts", 'contactSearch: {personNameCont: "cate rh"}') == [person]
    assert desk.ids("contacts", 'contactSearch: {personNameCont: "society"}') == []
    assert set(desk.ids("contacts")) >= {body, person}
    named = desk.ask('{ organisation(organisationSearch: {nameEq: "The Road Society"}) { id name } }')
    assert named.data == {"organisation": {"id": body, "name": "The Road Society"}}
    assert desk.ask(f"{{ person(id: {body}) {{ id }} }}").data == {"person": None}
    assert desk.ask(f"{{ person(id: {person}) {{ name }} }}").data == {"person": {"name": "Cate Rhodes"}}


# ── changes ──────────────────────────────────────────────────────────────
def changed(desk: Desk, root: str, since: date) -> list[int]:
    kind = "work" if root == "works" else "product"
    return desk.ids(root, f'{kind}Search: {{changedSince: "{since}"}}')


def test_a_day_counts_from_its_first_instant(desk: Desk) -> None:
    assert changed(desk, "works", date(2026, 6, 2)) == []
    desk.sandbox.edit("work", 2, at=datetime(2026, 6, 2, 0, 0, tzinfo=UTC), subtitle="New")
    assert changed(desk, "works", date(2026, 6, 2)) == [2]
    assert changed(desk, "works", date(2026, 6, 3)) == []
    assert changed(desk, "works", date(2026, 1, 1)) == [1, 2, 3]


def test_the_zone_decides_when_a_day_begins(desk: Desk) -> None:
    desk.sandbox.edit("work", 2, at=datetime(2026, 6, 1, 23, 30, tzinfo=UTC), subtitle="New")
    assert changed(desk, "works", date(2026, 6, 2)) == []
    desk.sandbox.configure(changed_since_timezone="Europe/London")
    assert changed(desk, "works", date(2026, 6, 2)) == [2]


def test_a_change_to_one_format_makes_its_siblings_match(desk: Desk) -> None:
    desk.sandbox.edit("product", ROAD_EBOOK, at=OPENING, asin="B000000001")
    assert changed(desk, "products", OPENING.date()) == [ROAD_HARDBACK, ROAD_EBOOK]
    assert changed(desk, "works", OPENING.date()) == [1]


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("price", {"amount": Decimal("1.00")}),
        ("contribution", {"sequence_number": 2}),
        ("person", {"biographical_note": "New"}),
        ("imprint", {"name": "New"}),
        ("marketing_text", {"external_html": "<p>New</p>"}),
        ("supporting_resource", {"caption": "New"}),
        ("subject", {"code": "FIC000000"}),
        ("season", {"name": "New"}),
    ],
)
def test_a_change_anywhere_in_the_family_matches(kind: str, changes: dict[str, Any]) -> None:
    desk = Desk()
    loaded = add(desk, "The Black Road")
    add(desk, "Green Lane", number=2, author="Other Person")
    desk.sandbox.edit(kind, 1, at=OPENING, **changes)
    shared = kind in {"imprint", "season"}
    assert changed(desk, "works", OPENING.date()) == ([1, 2] if shared else [loaded.work])


def test_a_narrower_reach_misses_texts_but_not_what_the_vendor_names(desk: Desk) -> None:
    desk.sandbox.configure(changed_since_reach="named")
    desk.sandbox.edit("marketing_text", 1, at=OPENING, external_html="<p>New</p>")
    assert changed(desk, "works", OPENING.date()) == []
    desk.sandbox.edit("price", 1, at=OPENING, amount=Decimal("1.00"))
    assert changed(desk, "works", OPENING.date()) == [1]


def test_a_work_that_is_gone_leaves_no_trace(desk: Desk) -> None:
    desk.sandbox.remove("work", 1, at=OPENING)
    assert changed(desk, "works", OPENING.date()) == []
    assert desk.ids("products") == [LANE, WAY]


def test_a_format_that_is_gone_shows_only_in_its_family(desk: Desk) -> None:
    desk.sandbox.remove("product", ROAD_EBOOK, at=OPENING)
    assert changed(desk, "works", OPENING.date()) == [1]
    assert changed(desk, "products", OPENING.date()) == [ROAD_HARDBACK]
    assert changed(desk, "products", OPENING.date() + timedelta(days=1)) == []
