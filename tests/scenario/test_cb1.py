"""CB1: a title that is ready for market becomes sellable products; unready titles are listed with what they lack."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from attrs import evolve

from commerce_bridge.bridges.listing.rules import description
from commerce_bridge.domain.listing import PRICE
from commerce_bridge.ports.step import StepKind
from commerce_bridge.publishing.readiness import STORE_READY
from commerce_bridge.sandbox.catalogue.shapes import Picture
from commerce_bridge.sandbox.catalogue.simple import simple_title
from rigs.pair import Pair, Verbs, over_http, pair, policy

READY = simple_title("The Black Road", forms=("BC",), number=1, price="12.99", bisac="FIC022000")
NO_COVER = evolve(simple_title("Unseen", forms=("BC",), number=2), pictures=())
DRAFT_COVER = evolve(
    simple_title("Half Seen", forms=("BC",), number=3),
    pictures=(Picture(url="https://images.example.org/draft.jpg", approved=False),),
)
FORTHCOMING = simple_title("Tomorrow", forms=("BB",), number=4, status="02", published=date(2027, 3, 4))
CANCELLED = simple_title("Never", forms=("BC",), number=5, status="01")
CANCELLED = evolve(CANCELLED, formats=tuple(evolve(one, published=None) for one in CANCELLED.formats))


@pytest.fixture(params=["sync", "async"])
def mode(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def stage() -> Pair:
    stage = pair()
    for book in (READY, NO_COVER, DRAFT_COVER, FORTHCOMING, CANCELLED):
        stage.consonance.load(book, at=stage.clock.now())
    return stage


@pytest.fixture
def bridge(stage: Pair, mode: str) -> Iterator[Verbs]:
    with over_http(stage, mode) as verbs:
        yield verbs


def isbn(book, place: int = 0) -> str:
    return book.formats[place].isbn


def test_a_ready_title_becomes_a_product_that_can_be_bought(stage: Pair, bridge: Verbs):
    plan = bridge.plan()
    assert "The Black Road" in str(plan)
    assert not stage.skus(), "a plan writes nothing"
    receipt = bridge.apply(plan)
    assert receipt.applied[StepKind.CREATE] == 2

    product = stage.product(isbn(READY))
    facts = {(one["name"], one["value"]) for one in product["custom_fields"]}
    assert product["name"] == "The Black Road (paperback)"
    assert product["gtin"] == isbn(READY)
    assert Decimal(str(product["price"])) == Decimal("12.99")
    assert product["type"] == "physical"
    assert product["availability"] == "available"
    assert product["is_visible"] is True
    assert "is about a road" in product["description"]
    assert ("Author", "Ada Quill") in facts
    assert ("ISBN", isbn(READY)) in facts
    assert ("Format", "Paperback") in facts
    assert ("Trim size", "198 × 129 mm") in facts
    assert ("Extent", "312 pages") in facts
    assert ("Publication date", "2026-09-03") in facts
    assert [one["is_thumbnail"] for one in product["images"]] == [True]

    state = stage.bigcommerce.state()
    brands = {row["id"]: row["name"] for row in state["brands"]}
    categories = {row["id"]: row["name"] for row in state["categories"]}
    assert brands[product["brand_id"]] == "Larkmere"
    assert {categories[one] for one in product["categories"]} == {"Crime"}
    assert {"product_id": product["id"], "channel_id": 1} in [
        {key: row[key] for key in ("product_id", "channel_id")} for row in state["channel_assignments"]
    ]
    notes = {row["key"]: row["value"] for row in state["metafields"] if row["resource_id"] == product["id"]}
    assert set(notes) == {"work_id", "product_id"}


def test_a_forthcoming_title_can_be_ordered_ahead(stage: Pair, bridge: Verbs):
    bridge.sync()
    product = stage.product(isbn(FORTHCOMING))
    assert product["availability"] == "preorder"
    assert product["preorder_release_date"].startswith("2027-03-04")


def test_unready_titles_are_listed_with_what_they_lack_and_stop_nothing(stage: Pair, bridge: Verbs):
    receipt = bridge.sync()
    lacking = {item.label.split("  ")[1]: item.reason for item in bridge.work_items()}
    assert lacking == {"Unseen, paperback": "no-cover", "Half Seen, paperback": "no-cover"}
    assert {trouble.reason for trouble in receipt.work} == {"no-cover"}
    assert isbn(NO_COVER) not in stage.skus()
    assert isbn(CANCELLED) not in stage.skus(), "a cancelled title is not made, and needs nobody"


def test_a_second_run_with_nothing_new_plans_nothing(stage: Pair, bridge: Verbs):
    bridge.sync()
    writes = stage.calls("POST") + stage.calls("PUT")
    again = bridge.plan()
    assert again.is_empty, str(again)
    bridge.apply(again)
    assert stage.calls("POST") + stage.calls("PUT") == writes


def test_what_is_mended_at_the_publisher_follows_and_closes_its_work_item(stage: Pair, bridge: Verbs):
    bridge.sync()
    work = next(row["id"] for row in stage.consonance.state()["work"] if row["title"] == "Half Seen")
    resource = next(
        row["id"] for row in stage.consonance.state()["supporting_resource"] if row["work_id"] == work
    )
    stage.consonance.edit("supporting_resource", resource, at=stage.clock.now(), status="APPROVED")
    receipt = bridge.sync()
    assert receipt.applied == {StepKind.CREATE: 1, StepKind.PUBLISH: 1}
    assert receipt.closed == 1
    assert isbn(DRAFT_COVER) in stage.skus()


def test_a_change_of_price_writes_the_price_and_nothing_else(stage: Pair, bridge: Verbs):
    bridge.sync()
    product = next(row["id"] for row in stage.consonance.state()["product"] if row["isbn"] == isbn(READY))
    price = next(row["id"] for row in stage.consonance.state()["price"] if row["product_id"] == product)
    stage.consonance.edit("price", price, at=stage.clock.now(), amount=Decimal("10.99"))
    plan = bridge.plan()
    changes = [(step.kind, change.field) for step in plan.steps() for change in step.changes]
    assert changes == [(StepKind.PRICE, PRICE)]
    bridge.apply(plan)
    assert Decimal(str(stage.product(isbn(READY))["price"])) == Decimal("10.99")


def test_a_merchandisers_own_category_and_custom_field_survive(stage: Pair, bridge: Verbs):
    bridge.sync()
    product = stage.product(isbn(READY))
    own = stage.bigcommerce_call(
        "POST", "/v3/catalog/trees/categories", [{"name": "Staff picks", "tree_id": 1}]
    )
    picks = own["data"][0]["category_id"]
    stage.bigcommerce_call(
        "PUT", f"/v3/catalog/products/{product['id']}", {"categories": [*product["categories"], picks]}
    )
    stage.bigcommerce_call(
        "POST", f"/v3/catalog/products/{product['id']}/custom-fields", {"name": "Signed", "value": "yes"}
    )
    work = next(row["id"] for row in stage.consonance.state()["work"] if row["title"] == "The Black Road")
    subject = next(
        row["id"]
        for row in stage.consonance.state()["subject"]
        if row["work_id"] == work and row["scheme"] == "BISAC"
    )
    stage.consonance.edit("subject", subject, at=stage.clock.now(), code="HIS037000")
    bridge.sync()
    names = {row["id"]: row["name"] for row in stage.bigcommerce.state()["categories"]}
    product = stage.product(isbn(READY))
    assert {names[one] for one in product["categories"]} == {"History", "Staff picks"}
    assert ("Signed", "yes") in {(one["name"], one["value"]) for one in product["custom_fields"]}
    assert bridge.plan().is_empty


def test_every_written_field_can_be_explained(stage: Pair, bridge: Verbs):
    bridge.sync()
    (why,) = bridge.explain(isbn(READY), PRICE)
    assert str(why).startswith(
        "price is 12.99 GBP: owned by consonance, rule owner/consonance; computed by price/list; "
    )
    owners = str(bridge.bridge.ownership)
    assert "price" in owners
    assert "consonance" in owners


def test_ready_is_a_rule_the_user_can_change():
    stage = pair(policy=policy(readiness=STORE_READY.without("no-cover")))
    for book in (READY, NO_COVER):
        stage.consonance.load(book, at=stage.clock.now())
    with over_http(stage, "sync") as bridge:
        bridge.sync()
    assert isbn(NO_COVER) in stage.skus()


def test_async_equals_sync():
    goods = []
    for mode in ("sync", "async"):
        stage = pair(seed="demo")
        with over_http(stage, mode) as bridge:
            bridge.sync()
            assert bridge.plan().is_empty
        goods.append(stage.goods())
    assert goods[0] == goods[1]


def test_the_other_http_library_does_the_same():
    stage = pair()
    stage.consonance.load(READY, at=stage.clock.now())
    with over_http(stage, "sync", library="httpx2") as bridge:
        bridge.sync()
    assert stage.skus() == [isbn(READY)]


def test_descriptions_are_made_safe():
    assert description().name == "text/description"
    book = evolve(
        READY,
        copy=tuple(
            evolve(one, html="<p onclick='x()'>Safe</p><script>alert(1)</script>") for one in READY.copy
        ),
    )
    stage = pair()
    stage.consonance.load(book, at=stage.clock.now())
    stage.sync().sync()
    assert stage.product(isbn(READY))["description"] == "<p>Safe</p>"


def test_a_format_whose_rights_nobody_states_is_listed_not_left_out_in_silence():
    stage = pair()
    stage.consonance.load(simple_title("Whose", forms=("BC",), number=9, rights=None), at=stage.clock.now())
    bridge = stage.sync()
    bridge.sync()
    assert stage.skus() == []
    assert [item.reason for item in bridge.work_items()] == ["no-rights"]
    granted = pair(policy=policy(rights_unknown=True))
    granted.consonance.load(simple_title("Whose", forms=("BC",), number=9, rights=None), at=stage.clock.now())
    granted.sync().sync()
    assert len(granted.skus()) == 1


@pytest.mark.parametrize(
    ("weights", "lengths"), [("LBS", "Inches"), ("Ounces", "Inches"), ("Grams", "Centimeters")]
)
def test_a_store_in_other_units_settles_too(weights: str, lengths: str):
    stage = pair()
    stage.bigcommerce.configure(weight_units=weights, dimension_units=lengths)
    for book in (READY, FORTHCOMING):
        stage.consonance.load(book, at=stage.clock.now())
    bridge = stage.sync()
    bridge.sync()
    assert stage.product(isbn(READY))["weight"] > 0
    again = bridge.plan()
    assert again.is_empty, str(again)
