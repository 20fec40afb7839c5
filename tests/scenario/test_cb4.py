"""CB4: every format is its own product or variant, linked as one family, with its own price and fulfilment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from attrs import evolve

from commerce_bridge.bridges.listing.policy import Layout
from commerce_bridge.domain.listing import PRICE
from commerce_bridge.ports.step import StepKind
from commerce_bridge.sandbox.catalogue.simple import simple_title
from rigs.pair import Pair, Verbs, over_http, pair, policy

FAMILY = simple_title("The Black Road", forms=("BB", "BC", "DG"), number=1)
PRINT = simple_title("Two Bindings", forms=("BB", "BC"), number=2)
LONER = simple_title("Alone", forms=("BC",), number=3)


def isbn(book, place: int) -> str:
    return book.formats[place].isbn


def priced(book, *prices: str):
    """The book with a price of its own for each format."""
    formats = [
        evolve(one, charges=tuple(evolve(charge, amount=Decimal(price)) for charge in one.charges))
        for one, price in zip(book.formats, prices, strict=True)
    ]
    return evolve(book, formats=tuple(formats))


@pytest.fixture(params=["sync", "async"])
def mode(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def stage() -> Pair:
    stage = pair()
    for book in (priced(FAMILY, "20.00", "10.00", "6.00"), LONER):
        stage.consonance.load(book, at=stage.clock.now())
    return stage


@pytest.fixture
def bridge(stage: Pair, mode: str) -> Iterator[Verbs]:
    with over_http(stage, mode) as verbs:
        yield verbs


def test_a_product_for_each_format_with_its_own_price_and_fulfilment(stage: Pair, bridge: Verbs):
    bridge.sync()
    hardback, paperback, ebook = (stage.product(isbn(FAMILY, place)) for place in range(3))
    assert [Decimal(str(one["price"])) for one in (hardback, paperback, ebook)] == [20, 10, 6]
    assert [one["type"] for one in (hardback, paperback, ebook)] == ["physical", "physical", "digital"]
    assert hardback["weight"] > paperback["weight"] > 0
    assert {one["inventory_tracking"] for one in (hardback, paperback, ebook)} == {"none"}


def test_a_family_is_linked_and_a_loner_is_not(stage: Pair, bridge: Verbs):
    bridge.sync()
    family = [stage.product(isbn(FAMILY, place)) for place in range(3)]
    ids = {one["id"] for one in family}
    for one in family:
        assert set(one["related_products"]) == ids - {one["id"]}
    assert not set(stage.product(isbn(LONER, 0))["related_products"]) & ids
    notes = {
        (row["resource_id"], row["value"])
        for row in stage.bigcommerce.state()["metafields"]
        if row["key"] == "work_id"
    }
    assert len({value for number, value in notes if number in ids}) == 1


def test_a_format_that_joins_later_is_linked_both_ways(stage: Pair, bridge: Verbs):
    growing = simple_title("Growing", forms=("BC", "BB"), number=4)
    kept_back = evolve(growing.formats[1], exported=False)
    stage.consonance.load(evolve(growing, formats=(growing.formats[0], kept_back)), at=stage.clock.now())
    bridge.sync()
    late = next(row["id"] for row in stage.consonance.state()["product"] if row["isbn"] == kept_back.isbn)
    stage.consonance.edit("product", late, at=stage.clock.now(), allow_onix_exports=True)
    receipt = bridge.sync()
    assert dict(receipt.applied) == {StepKind.CREATE: 1, StepKind.PUBLISH: 1, StepKind.RELATE: 2}
    assert receipt.closed == 1
    old, new = (stage.product(isbn(growing, place)) for place in range(2))
    assert old["related_products"] == [new["id"]]
    assert new["related_products"] == [old["id"]]


def test_two_editions_of_one_title_get_names_of_their_own_and_keep_them():
    stage = pair()
    first, second = (simple_title("Same Name", forms=("BC",), number=number) for number in (7, 8))
    second = evolve(second, formats=tuple(evolve(one, edition="Revised edition") for one in second.formats))
    for book in (first, second):
        stage.consonance.load(book, at=stage.clock.now())
    bridge = stage.sync()
    bridge.sync()
    names = {stage.product(isbn(book, 0))["name"] for book in (first, second)}
    assert names == {"Same Name (paperback)", "Same Name (paperback, Revised edition)"}
    addresses = {stage.product(isbn(book, 0))["custom_url"]["url"] for book in (first, second)}
    work = next(row["id"] for row in stage.consonance.state()["work"] if row["title"] == "Same Name")
    stage.consonance.edit("work", work, at=stage.clock.now(), title="Another Name")
    bridge.sync()
    assert {stage.product(isbn(book, 0))["name"] for book in (first, second)} == names
    assert {stage.product(isbn(book, 0))["custom_url"]["url"] for book in (first, second)} == addresses


def test_a_physical_format_without_weight_is_a_work_item_never_a_weight_of_nothing():
    stage = pair(policy=policy(weights_g={}))
    stage.consonance.load(FAMILY, at=stage.clock.now())
    bridge = stage.sync()
    bridge.sync()
    assert stage.skus() == [isbn(FAMILY, 2)], "only the e-book, which is not shipped"
    assert {item.reason for item in bridge.work_items()} == {"no-weight:listing.weight_g"}


def test_variants_of_one_product_for_printed_formats():
    stage = pair(policy=policy(layout=Layout.VARIANTS))
    stage.consonance.load(priced(PRINT, "20.00", "10.00"), at=stage.clock.now())
    bridge = stage.sync()
    bridge.sync()
    (product,) = stage.bigcommerce.state()["products"]
    assert product["name"] == "Two Bindings"
    (option,) = product["options"]
    labels = {one["id"]: one["label"] for one in option["option_values"]}
    variants = {
        row["sku"]: (labels[row["option_values"][0]["id"]], Decimal(str(row["price"])))
        for row in product["variants"]
    }
    assert variants == {
        isbn(PRINT, 0): ("Hardback", Decimal(20)),
        isbn(PRINT, 1): ("Paperback", Decimal(10)),
    }
    again = bridge.plan()
    assert again.is_empty, str(again)
    price = next(row["id"] for row in stage.consonance.state()["price"])
    stage.consonance.edit("price", price, at=stage.clock.now(), amount=Decimal("19.00"))
    bridge.sync()
    (product,) = stage.bigcommerce.state()["products"]
    assert {Decimal(str(row["price"])) for row in product["variants"]} == {Decimal(19), Decimal(10)}
    assert bridge.plan().is_empty


def test_a_page_of_variants_is_explained_by_the_isbn_of_any_of_them():
    stage = pair(policy=policy(layout=Layout.VARIANTS))
    stage.consonance.load(priced(PRINT, "20.00", "10.00"), at=stage.clock.now())
    bridge = stage.sync()
    bridge.sync()
    found = [bridge.explain(isbn(PRINT, place), PRICE) for place in range(2)]
    assert found[0] == found[1]
    assert {Decimal(str(one.decision.value.amount)) for one in found[0]} == {Decimal(20), Decimal(10)}


def test_what_cannot_be_read_of_a_format_is_told_of_that_format():
    stage = pair()
    stage.consonance.load(FAMILY, at=stage.clock.now())
    second = next(row["id"] for row in stage.consonance.state()["product"] if row["isbn"] == isbn(FAMILY, 1))
    row = next(row["id"] for row in stage.consonance.state()["price"] if row["product_id"] == second)
    stage.consonance.edit("price", row, at=stage.clock.now(), currency_code="£")
    bridge = stage.sync()
    bridge.sync()
    items = [item for item in bridge.work_items() if "currencyCode" in item.detail]
    assert [item.label.split()[0] for item in items] == [isbn(FAMILY, 1)]


def test_variants_are_refused_with_a_reason_where_the_store_cannot_carry_them():
    stage = pair(policy=policy(layout=Layout.VARIANTS))
    stage.consonance.load(FAMILY, at=stage.clock.now())
    staggered = simple_title("Later", forms=("BB", "BC"), number=5, status="02")
    formats = (
        evolve(staggered.formats[0], published=date(2027, 1, 5)),
        evolve(staggered.formats[1], published=date(2027, 6, 5)),
    )
    stage.consonance.load(evolve(staggered, formats=formats), at=stage.clock.now())
    bridge = stage.sync()
    bridge.sync()
    assert stage.bigcommerce.state()["products"] == []
    details = {item.label: item.detail for item in bridge.work_items()}
    assert "Printed and digital formats cannot be variants" in details["The Black Road, 3 formats"]
    assert "on sale on different days" in details["Later, 2 formats"]


def test_an_address_that_must_change_leaves_a_redirect_only_if_the_policy_says_so():
    stage = pair(policy=policy(rename=True, readdress=True))
    stage.consonance.load(LONER, at=stage.clock.now())
    bridge = stage.sync()
    bridge.sync()
    state = stage.consonance.state()
    work, product = state["work"][0]["id"], state["product"][0]["id"]
    stage.consonance.edit("work", work, at=stage.clock.now(), title="Together")
    stage.consonance.edit("product", product, at=stage.clock.now(), title="Together")
    bridge.sync()
    row = stage.product(isbn(LONER, 0))
    assert row["name"] == "Together (paperback)"
    assert row["custom_url"]["url"] == f"/together-{isbn(LONER, 0)}/"
    sent = [
        one.request.body
        for one in stage.shop.log
        if one.request.method == "PUT" and b"custom_url" in one.request.body
    ]
    assert len(sent) == 1
    assert b'"create_redirect":true' in sent[0].replace(b" ", b"")
    assert bridge.plan().is_empty
