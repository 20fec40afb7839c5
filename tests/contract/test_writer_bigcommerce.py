"""The BigCommerce writer against the sandbox: what is written is what is read back, and nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from commerce_bridge.domain import listing as on
from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.exchange import NaturalKey
from commerce_bridge.domain.money import Money
from commerce_bridge.domain.record import Fact, Kin, Outlet, Placement
from commerce_bridge.errors import (
    AuthError,
    Conflict,
    MappingError,
    QuotaExhausted,
    RateLimited,
    RejectedRecord,
    TransportError,
)
from commerce_bridge.platforms.bigcommerce.keys import ref, sku_key
from commerce_bridge.platforms.bigcommerce.limits import Limits
from commerce_bridge.platforms.bigcommerce.memory import StoreMemory
from commerce_bridge.platforms.bigcommerce.reader import BigCommerceReader
from commerce_bridge.platforms.bigcommerce.settings import Settings
from commerce_bridge.platforms.bigcommerce.writer import BigCommerceWriter
from commerce_bridge.ports.step import Call, Known, Row, StepKind, Verdict
from commerce_bridge.ports.writer import Writer
from rigs import contracts
from rigs.bigcommerce_desk import (
    AWARDS,
    Desk,
    book,
    change,
    create,
    differences,
    family,
    gbp,
    note,
    picture,
    step,
)
from rigs.openapi import Deviations, bigcommerce, report

MODES = pytest.mark.parametrize("mode", ["sync", "async"])

PRODUCTS = "/v3/catalog/products$"
IMAGES = "/images$"


DECLARED = Deviations(rows=bigcommerce.REQUESTS)


@pytest.fixture(autouse=True)
def every_request_is_declared() -> Iterator[None]:
    """Whatever a test is about, each request it makes is one that the vendor's specification declares."""
    Desk.opened.clear()
    yield
    if contracts.missing(*bigcommerce.FOLDER) is not None and not contracts.in_ci():
        return
    specification = bigcommerce.specification()
    for desk in Desk.opened:
        for line in desk.world.log:
            problems = specification.check_request(bigcommerce.below_store(line.request), DECLARED)
            assert not problems, report(problems)


def publish(record: str, *channels: str, **more: Any) -> Any:
    outlets = frozenset(Outlet(one) for one in channels)
    return step(StepKind.PUBLISH, record, change(on.OUTLETS, outlets), **more)


def relate(record: str, *kin: str, **more: Any) -> Any:
    family = frozenset(Kin(one) for one in kin)
    return step(StepKind.RELATE, record, change(on.FAMILY, family), needs=kin, **more)


def posts(outcome: Any, path: str) -> int:
    return outcome.calls.count(f"POST {path}")


def test_it_is_a_writer() -> None:
    writer: Writer = Desk().writer
    assert writer.main_part == "product"


class TestMaking:
    @MODES
    def test_what_was_made_is_what_is_read(self, mode: str) -> None:
        desk = Desk(mode=mode)
        outcome = desk.carry_out(create("r1", book(1)), publish("r1", "1"))
        assert not outcome.failed
        (shown,) = desk.read().values()
        assert differences({**book(1), on.OUTLETS: frozenset({Outlet("1")})}, shown.value) == []
        assert shown.ref == outcome.known.bindings["r1"]

    def test_a_family_page_too(self) -> None:
        desk = Desk()
        wanted, parts = family(1)
        shown = desk.made("r1", wanted, parts)
        assert differences(wanted, shown.value) == []
        for sku, values in parts.items():
            assert differences(values, shown.value, part=sku) == []
        assert desk.row(shown.ref)["inventory_tracking"] == "variant"

    def test_it_takes_as_few_calls_as_the_limits_allow(self) -> None:
        desk = Desk()
        steps = [create(f"r{number}", book(number)) for number in range(25)]
        steps += [publish(f"r{number}", "1") for number in range(25)]
        steps += [relate(f"r{number}", f"r{(number + 1) % 25}") for number in range(25)]
        outcome = desk.carry_out(*steps)
        assert not outcome.failed
        assert len(outcome.requests) == sum(
            (
                1,  # the store's units
                1 + 2,  # the category tree, and two levels that were missing
                25,  # products
                1,  # 25 metafields
                3,  # 25 families, ten at a time
                1,  # 25 channels
            )
        )
        assert len(desk.read()) == 25

    def test_units_that_are_given_cost_nothing(self) -> None:
        from commerce_bridge.platforms.bigcommerce.facts import read_facts

        facts = Desk().run(read_facts(Desk().client))
        desk = Desk(settings=Settings(facts=facts))
        outcome = desk.carry_out(create("r1", book(1, categories=MISSING, work_id=MISSING)))
        assert outcome.calls == ["POST /v3/catalog/products"]

    def test_a_new_product_may_bring_its_channels_and_its_family(self) -> None:
        desk = Desk()
        kin = {"r1": "r2", "r2": "r1", "r3": "nobody"}
        steps = [
            create(
                record,
                {
                    **book(number),
                    on.OUTLETS: frozenset({Outlet("1")}),
                    on.FAMILY: frozenset({Kin(kin[record])}),
                },
            )
            for number, record in enumerate(kin)
        ]
        outcome = desk.carry_out(*steps, known=Known(lost=frozenset({"nobody"})))
        assert not outcome.failed
        one, two, three = (outcome.known.bindings[record] for record in kin)
        shown = desk.read()
        assert Kin(str(two)) in shown[one.id].value.elements
        assert Kin(str(one)) in shown[two.id].value.elements
        assert not any(isinstance(each, Kin) for each in shown[three.id].value.elements)
        assert all(Outlet("1") in each.value.elements for each in shown.values())
        assert outcome.calls.count("PUT /v3/catalog/products") == 1

    def test_reader_and_writer_share_what_they_know(self) -> None:
        desk = Desk("demo")
        memory = StoreMemory(desk.client)
        desk.reader = BigCommerceReader(desk.client, memory=memory)
        desk.writer = BigCommerceWriter(desk.client, memory=memory)
        desk.read()
        outcome = desk.carry_out(create("r1", book(1, work_id=MISSING)))
        assert outcome.calls == ["POST /v3/catalog/products"]

    def test_a_category_that_is_there_is_used(self) -> None:
        desk = Desk("demo")
        before = len(desk.sandbox.state()["categories"])
        outcome = desk.carry_out(create("r1", book(1)))
        assert len(desk.sandbox.state()["categories"]) == before
        assert posts(outcome, "/v3/catalog/trees/categories") == 0
        assert differences(book(1), desk.shown(outcome.known.bindings["r1"]).value) == []

    def test_missing_categories_are_made_parents_first(self) -> None:
        desk = Desk("demo")
        paths = {("Fiction", "Crime", "Nordic"), ("Fiction", "Sea"), ("Maps",)}
        wanted = book(1, categories=frozenset(Placement(path) for path in paths))
        outcome = desk.carry_out(create("r1", wanted), create("r2", {**wanted, **_other(2)}))
        assert not outcome.failed
        assert posts(outcome, "/v3/catalog/trees/categories") == 3
        for record in ("r1", "r2"):
            assert (
                differences(
                    {on.CATEGORIES: wanted[on.CATEGORIES]}, desk.shown(outcome.known.bindings[record]).value
                )
                == []
            )

    def test_no_category_is_made_where_none_is_to_be(self) -> None:
        desk = Desk(settings=Settings(create_categories=False))
        outcome = desk.carry_out(create("r1", book(1)))
        assert isinstance(outcome.failed["r1/create", "category:Non-Fiction > History"], MappingError)
        assert outcome.verdict("r1/create", "product") is Verdict.DONE
        assert desk.sandbox.state()["categories"] == []

    def test_a_brand_is_made_once(self) -> None:
        desk = Desk()
        desk.carry_out(create("r1", book(1)), create("r2", book(2)))
        assert [row["name"] for row in desk.sandbox.state()["brands"]] == ["Quay Press"]

    def test_what_lacks_a_needed_field_is_refused_alone(self) -> None:
        desk = Desk()
        outcome = desk.carry_out(
            create("r1", book(1, weight_g=MISSING)), create("r2", book(2)), publish("r1", "1")
        )
        error = outcome.failed["r1/create", "product"]
        assert isinstance(error, MappingError)
        assert "needs weight (g)" in error.message
        assert list(outcome.known.bindings) == ["r2"]
        assert posts(outcome, "/v3/catalog/products") == 1

    def test_a_name_that_is_taken_is_a_conflict(self) -> None:
        desk = Desk()
        outcome = desk.carry_out(create("r1", book(1)), create("r2", book(2, name="Salt Roads, volume 1")))
        assert isinstance(outcome.failed["r2/create", "product"], Conflict)

    def test_a_price_in_another_currency_is_refused_with_the_reason(self) -> None:
        desk = Desk(currency="USD")
        outcome = desk.carry_out(create("r1", book(1)))
        error = outcome.failed["r1/create", "product"]
        assert isinstance(error, MappingError)
        assert "USD" in error.message
        assert posts(outcome, "/v3/catalog/products") == 0

    def test_a_store_that_puts_new_products_on_a_channel_by_itself(self) -> None:
        desk = Desk("demo", settings=Settings(starts_on=("1",)), assign_new_products_to_channel=True)
        steps = [create(f"r{number}", _plain(number)) for number in range(3)]
        outcome = desk.carry_out(*steps, publish("r0", "1"), publish("r1", "2"))
        assert not outcome.failed
        shown = [desk.shown(outcome.known.bindings[f"r{number}"]).value for number in range(3)]
        channels = [{one.channel for one in each.elements if isinstance(one, Outlet)} for each in shown]
        assert channels == [{"1"}, {"2"}, set()]
        assert outcome.calls.count("DELETE /v3/catalog/products/channel-assignments") == 1

    @pytest.mark.parametrize("status", [400, 422])
    def test_an_image_host_that_is_down_costs_the_image_alone(self, status: int) -> None:
        desk = Desk(unreachable_hosts=["down.example"], unreachable_status=status)
        good, bad = picture(1, main=True), picture(2, url="https://down.example/back.jpg", place=1)
        outcome = desk.carry_out(create("r1", book(1, pictures=frozenset({good, bad}))))
        assert outcome.verdict("r1/create", "product") is Verdict.DONE
        assert outcome.verdict("r1/create", "picture:token:000000000001") is Verdict.DONE
        assert isinstance(outcome.failed["r1/create", "picture:token:000000000002"], RejectedRecord)
        assert posts(outcome, "/v3/catalog/products") == 2
        shown = desk.shown(outcome.known.bindings["r1"])
        assert differences({on.PICTURES: frozenset({good})}, shown.value) == []

    def test_an_address_that_is_taken_is_a_conflict(self) -> None:
        desk = Desk()
        outcome = desk.carry_out(create("r1", book(1)), create("r2", book(2, address="/salt-roads-1/")))
        assert isinstance(outcome.failed["r2/create", "product"], Conflict)

    def test_an_address_the_store_cannot_take_is_told_and_the_rest_is_made(self) -> None:
        desk = Desk()
        outcome = desk.carry_out(create("r1", book(1, address="/дорога/")))
        assert outcome.verdict("r1/create", "product") is Verdict.DONE
        assert isinstance(outcome.failed["r1/create", "address"], RejectedRecord)
        assert "custom_url" in outcome.failed["r1/create", "address"].message

    @pytest.mark.parametrize(
        ("weight", "length"),
        [("LBS", "Inches"), ("Ounces", "Inches"), ("Grams", "Centimeters"), ("Tonnes", "Centimeters")],
    )
    def test_units_of_the_store(self, weight: str, length: str) -> None:
        from commerce_bridge.platforms.bigcommerce.facts import read_facts
        from commerce_bridge.platforms.bigcommerce.mapping import as_read_back
        from commerce_bridge.platforms.bigcommerce.units import units_of

        desk = Desk(weight_units=weight, dimension_units=length)
        units = units_of(desk.run(read_facts(desk.client)), Settings())
        wanted = book(1, price=gbp("14.99999"))
        shown = desk.made("r1", wanted)
        kept = {name: as_read_back(name, value, units) for name, value in wanted.items()}
        assert differences(kept, shown.value) == []
        assert kept[on.PRICE] == gbp("15")
        assert abs(kept[on.WEIGHT_G] - 345) < 60
        assert {name: as_read_back(name, value, units) for name, value in kept.items()} == kept


def _other(number: int) -> Mapping[Any, Any]:
    unlike = book(number)
    return {name: unlike[name] for name in (on.NAME, on.SKU, on.GTIN, on.ADDRESS, on.PICTURES, on.ISBN)}


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("name", {"name": "Salt Ways"}),
    ("description", {"description": "<p>New</p>"}),
    ("description cleared", {"description": CLEARED}),
    ("sku", {"sku": "9780000000002"}),
    ("gtin cleared", {"gtin": CLEARED}),
    ("price", {"price": gbp("9.5")}),
    ("weight", {"weight_g": Decimal(400)}),
    ("sizes", {"height_mm": Decimal(210), "width_mm": CLEARED, "depth_mm": Decimal("19.5")}),
    ("brand", {"brand": "Harbour House"}),
    ("brand cleared", {"brand": CLEARED}),
    ("hidden", {"visible": False}),
    ("live", {"selling": on.Selling.LIVE, "release": CLEARED}),
    ("closed", {"selling": on.Selling.CLOSED, "release": CLEARED}),
    ("release", {"release": datetime(2027, 5, 1, tzinfo=UTC)}),
    ("address", {"address": "/salt-ways/"}),
    ("texts", {"keywords": "roads", "page_title": CLEARED, "summary": "Short."}),
    ("stock", {"stock_tracked": False}),
    ("categories", {"categories": frozenset({Placement(("Travel",)), Placement(("Non-Fiction", "Sea"))})}),
    ("no categories", {"categories": frozenset()}),
    ("facts", {"contributors": frozenset({Fact("Author", "Bo Penman"), Fact("Editor", "Cy Reader")})}),
    ("fact edited", {"isbn": Fact("ISBN", "9780000000099")}),
    ("fact cleared", {"isbn": CLEARED}),
    ("note", {"work_id": note("work_id", "W-9")}),
    ("note shown", {"work_id": note("work_id", "W-1", shown=True)}),
    ("note cleared", {"work_id": CLEARED}),
    ("another note", {"source_id": note("product_id", "P-1")}),
    ("pictures", {"pictures": frozenset({picture(1, text="Cover", place=1), picture(2, main=True)})}),
    ("no pictures", {"pictures": frozenset()}),
    ("of another package", {"acme_awards": frozenset({Fact("Award", "Gold"), Fact("Award", "Silver")})}),
]


EVERY = [
    pytest.param(layout, over, id=f"{layout}: {name}")
    for layout in ("one format", "family")
    for name, over in CHANGES
    # A page of several formats has no GTIN and no ISBN of its own to clear.
    if layout == "one format" or name not in {"gtin cleared", "fact cleared"}
]


class TestChanging:
    @pytest.mark.parametrize(("layout", "over"), EVERY)
    def test_every_field_changes_and_the_second_plan_is_empty(
        self, layout: str, over: dict[str, Any]
    ) -> None:
        desk = Desk()
        wanted, parts = (book(1), None) if layout == "one format" else family(1)
        seen = desk.made("r1", wanted, parts)
        base, wanted = wanted, {**wanted, **book(1, **over)} if parts is None else family(1, **over)[0]
        found = differences(wanted, seen.value, base)
        assert found
        outcome = desk.carry_out(
            step(StepKind.CHANGE, "r1", *found, seen=seen, keys=[sku_key("9780000000001")])
        )
        assert not outcome.failed
        assert differences(wanted, desk.shown(seen.ref).value, wanted) == []

    @pytest.mark.parametrize(
        "over",
        [
            {on.PRICE: gbp("10")},
            {on.PRICE: CLEARED},
            {on.GTIN: CLEARED},
            {on.WEIGHT_G: Decimal(999), on.HEIGHT_MM: CLEARED, on.DEPTH_MM: Decimal(12)},
            {on.SKU: "9789999999999"},
            {on.SELLING: on.Selling.CLOSED},
            {on.OPTION: "Softback"},
        ],
    )
    def test_every_field_of_a_variant(self, over: dict[Any, Any]) -> None:
        desk = Desk()
        wanted, parts = family(1)
        seen = desk.made("r1", wanted, parts)
        sku = next(iter(parts))
        found = differences({**parts[sku], **over}, seen.value, part=sku)
        outcome = desk.carry_out(step(StepKind.CHANGE, "r1", *found, seen=seen))
        assert not outcome.failed
        after = desk.shown(seen.ref).value
        assert differences({**parts[sku], **over}, after, part=over.get(on.SKU, sku)) == []
        other = list(parts)[1]
        assert differences(parts[other], after, part=other) == []

    def test_a_format_that_joins_and_one_that_leaves(self) -> None:
        desk = Desk()
        wanted, parts = family(1)
        seen = desk.made("r1", wanted, parts)
        leaving = next(iter(parts))
        joining = {on.OPTION: "Audio", on.SKU: "9780000000077", on.PRICE: gbp("19")}
        steps = [
            step(
                StepKind.CHANGE,
                "r1",
                *differences(
                    {name: joining[name] for name in (on.OPTION, on.SKU)}, seen.value, part="9780000000077"
                ),
                change(on.SELLING, on.Selling.CLOSED, on.Selling.LIVE, part=leaving),
                seen=seen,
            ),
            step(StepKind.PRICE, "r1", change(on.PRICE, gbp("19"), part="9780000000077"), seen=seen),
        ]
        outcome = desk.carry_out(*steps)
        assert not outcome.failed
        after = desk.shown(seen.ref).value
        assert differences(joining, after, part="9780000000077") == []
        assert after.parts[leaving].values[on.SELLING] is on.Selling.CLOSED
        assert len(after.parts) == 3

    def test_a_format_cannot_join_a_page_without_the_option(self) -> None:
        desk = Desk()
        seen = desk.made("r1", book(1))
        changes = [change(on.OPTION, "Audio", part="978777"), change(on.PRICE, gbp("5"), part="978777")]
        outcome = desk.carry_out(step(StepKind.CHANGE, "r1", *changes, seen=seen))
        error = outcome.failed["r1/change", "variant:978777"]
        assert isinstance(error, MappingError)
        assert "no single option 'Format'" in error.message

    def test_a_format_that_cannot_be_written_is_refused_before_anything_is_sent(self) -> None:
        desk = Desk()
        wanted, parts = family(1)
        seen = desk.made("r1", wanted, parts)
        changes = [
            change(on.OPTION, "Audio", part="978777"),
            change(on.PRICE, Money(Decimal(5), "EUR"), part="978777"),
        ]
        outcome = desk.carry_out(step(StepKind.CHANGE, "r1", *changes, seen=seen))
        assert isinstance(outcome.failed["r1/change", "variant:978777"], MappingError)
        assert outcome.requests == []

    def test_a_format_of_another_option_is_not_renamed(self) -> None:
        desk = Desk()
        wanted, parts = family(1)
        seen = desk.made("r1", wanted, parts)
        sku = next(iter(parts))
        other = Desk(settings=Settings(option="Binding"))
        other.sandbox, other.world, other.client = desk.sandbox, desk.world, desk.client
        other.writer = type(desk.writer)(desk.client, Settings(option="Binding"))
        outcome = other.carry_out(
            step(StepKind.CHANGE, "r1", change(on.OPTION, "Cloth", "Paperback", part=sku), seen=seen)
        )
        assert "has no option 'Binding'" in outcome.failed["r1/change", f"option:{sku}"].message

    def test_others_elements_survive_everything(self) -> None:
        desk = Desk("demo", other_accounts={"merchant": "client-merchant"})
        seen = desk.made("r1", book(1))
        number = int(seen.ref.id)
        theirs = _merchandise(desk, number)
        seen = desk.shown(seen.ref)
        wanted = book(
            1,
            categories=frozenset({Placement(("Fiction",))}),
            contributors=frozenset({Fact("Author", "Cy Reader")}),
            pictures=frozenset({picture(9)}),
            work_id=note("work_id", "W-7"),
        )
        outcome = desk.carry_out(
            step(StepKind.CHANGE, "r1", *differences(wanted, seen.value, book(1)), seen=seen),
            publish("r1", "2", seen=seen),
            relate("r1", "bigcommerce:product:101", seen=seen),
        )
        assert not outcome.failed
        after = desk.shown(seen.ref)
        assert theirs <= set(after.value.elements)
        assert differences(wanted, after.value, wanted) == []
        assert desk.row(seen.ref)["related_products"] == [102, 101]

    def test_a_family_that_is_emptied_leaves_the_choice_to_the_store(self) -> None:
        desk = Desk("demo")
        seen = desk.made("r1", book(1))
        kin = Kin("bigcommerce:product:101")
        desk.carry_out(relate("r1", kin.record, seen=seen))
        seen = desk.shown(seen.ref)
        assert kin in seen.value.elements
        desk.carry_out(
            step(StepKind.RELATE, "r1", change(on.FAMILY, frozenset(), frozenset({kin})), seen=seen)
        )
        assert desk.row(seen.ref)["related_products"] == [-1]

    def test_channels_are_joined_and_left(self) -> None:
        desk = Desk("demo")
        one, two = desk.made("r1", book(1)), desk.made("r2", book(2))
        outcome = desk.carry_out(publish("r1", "1", "2", seen=one), publish("r2", "1", seen=two))
        assert len(outcome.requests) == 1
        one, two = desk.shown(one.ref), desk.shown(two.ref)
        both = frozenset({Outlet("1"), Outlet("2")})
        hide = step(StepKind.HIDE, "r1", change(on.OUTLETS, frozenset({Outlet("2")}), both), seen=one)
        hide_too = step(
            StepKind.HIDE, "r2", change(on.OUTLETS, frozenset(), frozenset({Outlet("1")})), seen=two
        )
        outcome = desk.carry_out(hide, hide_too)
        assert len(outcome.requests) == 1
        assert Outlet("1") not in desk.shown(one.ref).value.elements
        assert Outlet("2") in desk.shown(one.ref).value.elements
        assert not any(isinstance(each, Outlet) for each in desk.shown(two.ref).value.elements)

    @pytest.mark.parametrize("bad_row", ["partial", "refuse"])
    def test_one_bad_row_of_ten_stops_no_other(self, bad_row: str) -> None:
        desk = Desk(product_batch_bad_row=bad_row)
        desk.made("r99", book(99))
        seen = {f"r{number}": desk.made(f"r{number}", book(number)) for number in range(10)}
        steps = [
            step(
                StepKind.CHANGE,
                record,
                change(on.NAME, "Salt Roads, volume 99" if record == "r7" else f"Renamed {record}"),
                seen=shown,
            )
            for record, shown in seen.items()
        ]
        outcome = desk.carry_out(*steps)
        assert list(outcome.failed) == [("r7/change", "product")]
        names = {shown.ref: desk.shown(shown.ref).value.get(on.NAME) for shown in seen.values()}
        assert names[seen["r7"].ref] == "Salt Roads, volume 7"
        assert sum(str(name).startswith("Renamed") for name in names.values()) == 9

    def test_what_one_step_wants_wrongly_keeps_no_other_from_taking_hold(self) -> None:
        desk = Desk()
        desk.made("r99", book(99))
        seen = {record: desk.made(record, book(number)) for number, record in enumerate(("r1", "r2"))}
        steps = [
            step(kind, record, change(name, after, seen[record].value.get(name)), seen=seen[record])
            for record in seen
            for kind, name, after in (
                (StepKind.CHANGE, on.NAME, "Salt Roads, volume 99" if record == "r1" else "Salt Ways"),
                (StepKind.HIDE, on.VISIBLE, False),
                (StepKind.PRICE, on.PRICE, Money(Decimal(9), "EUR") if record == "r2" else gbp("9")),
            )
        ]
        outcome = desk.carry_out(*steps)
        assert set(outcome.failed) == {("r1/change", "product"), ("r2/price", "product")}
        one, two = (desk.shown(seen[record].ref).value for record in seen)
        told = [[each.get(name) for name in (on.VISIBLE, on.PRICE, on.NAME)] for each in (one, two)]
        assert told == [[False, gbp("9"), "Salt Roads, volume 0"], [False, gbp("14.99"), "Salt Ways"]]

    def test_the_same_for_variants(self) -> None:
        desk = Desk()
        wanted, parts = family(1)
        seen = desk.made("r1", wanted, parts)
        first, second = parts
        steps = [
            step(
                StepKind.CHANGE,
                "r1",
                change(on.WEIGHT_G, Decimal(444), part=first),
                change(on.SKU, first, part=second),
                seen=seen,
            ),
            step(
                StepKind.PRICE,
                "r1",
                change(on.PRICE, Money(Decimal(5), "EUR"), part=first),
                change(on.PRICE, gbp("6"), part=second),
                seen=seen,
            ),
        ]
        outcome = desk.carry_out(*steps)
        assert set(outcome.failed) == {("r1/price", f"variant:{first}"), ("r1/change", f"variant:{second}")}
        after = desk.shown(seen.ref).value.parts
        assert after[first].get(on.WEIGHT_G) == Decimal(444)
        assert after[second].get(on.PRICE) == gbp("6")

    def test_one_bad_variant_of_many_stops_no_other(self) -> None:
        desk = Desk()
        pages = {}
        for number in range(4):
            wanted, parts = family(number)
            pages[f"r{number}"] = (desk.made(f"r{number}", wanted, parts), list(parts))
        taken = pages["r0"][1][0]
        steps = [
            step(
                StepKind.CHANGE,
                record,
                change(on.SKU, taken if record == "r2" else f"NEW-{record}", part=skus[1]),
                seen=seen,
            )
            for record, (seen, skus) in pages.items()
        ]
        outcome = desk.carry_out(*steps)
        assert [row for row, _ in outcome.failed] == ["r2/change"]
        for record in ("r0", "r1", "r3"):
            assert f"NEW-{record}" in desk.shown(pages[record][0].ref).value.parts

    def test_a_metafield_that_is_taken_fails_alone(self) -> None:
        desk = Desk()
        one, two = desk.made("r1", book(1)), desk.made("r2", book(2))
        changes = [change(on.WORK_ID, note("work_id", "W")), change(on.SOURCE_ID, note("product_id", "P"))]
        outcome = desk.carry_out(
            step(StepKind.CHANGE, "r1", changes[0], seen=one.value.__class__(ref=one.ref)),
            step(StepKind.CHANGE, "r2", changes[1], seen=two),
        )
        assert isinstance(outcome.failed["r1/change", "note:commerce_bridge/work_id"], Conflict)
        assert outcome.verdict("r2/change", "note:commerce_bridge/product_id") is Verdict.DONE

    def test_a_metafield_of_another_account_fails_alone(self) -> None:
        desk = Desk(other_accounts={"theirs": "client-theirs"}, settings=Settings(note_permission="read"))
        one, two = desk.made("r1", book(1)), desk.made("r2", book(2))
        for row in desk.sandbox.state()["metafields"]:
            if str(row["resource_id"]) == one.ref.id:
                _give_away(desk, row["id"])
        steps = [
            step(StepKind.CHANGE, record, change(on.WORK_ID, note("work_id", "W"), old), seen=seen)
            for record, seen, old in (
                ("r1", one, note("work_id", "W-1")),
                ("r2", two, note("work_id", "W-2")),
            )
        ]
        outcome = desk.carry_out(*steps)
        assert list(outcome.failed) == [("r1/change", "note:commerce_bridge/work_id")]
        assert len(outcome.requests) == 1

    def test_an_address_in_use_is_told_while_the_rest_is_written(self) -> None:
        desk = Desk()
        desk.made("r1", book(1))
        seen = desk.made("r2", book(2))
        changes = [change(on.ADDRESS, "/salt-roads-1/"), change(on.SUMMARY, "New.")]
        outcome = desk.carry_out(step(StepKind.CHANGE, "r2", *changes, seen=seen))
        assert list(outcome.failed) == [("r2/change", "address")]
        after = desk.shown(seen.ref).value
        assert (after.get(on.SUMMARY), after.get(on.ADDRESS)) == ("New.", "/salt-roads-2/")

    def test_what_is_gone_already_needs_no_removal(self) -> None:
        desk = Desk()
        seen = desk.made("r1", book(1))
        bc = desk.client
        for one, name in seen.value.elements.items():
            if isinstance(one, Fact):
                desk.run(bc.raw.custom_fields.delete(int(seen.ref.id), int(name.id)))
        wanted = book(1, isbn=CLEARED, contributors=frozenset(), work_id=CLEARED)
        desk.run(bc.raw.product_metafields.delete_batch([int(_ref_of(seen, note("work_id", "W-1")).id)]))
        outcome = desk.carry_out(
            step(StepKind.CHANGE, "r1", *differences(wanted, seen.value, book(1)), seen=seen)
        )
        assert not outcome.failed

    def test_a_product_that_is_gone_fails_alone(self) -> None:
        desk = Desk()
        one, two = desk.made("r1", book(1)), desk.made("r2", book(2))
        desk.run(desk.client.raw.products.delete(int(one.ref.id)))
        outcome = desk.carry_out(
            step(StepKind.CHANGE, "r1", change(on.SUMMARY, "New."), seen=one),
            step(StepKind.CHANGE, "r2", change(on.SUMMARY, "New."), seen=two),
        )
        assert list(outcome.failed) == [("r1/change", "product")]
        assert desk.shown(two.ref).value.get(on.SUMMARY) == "New."

    def test_a_field_that_always_has_a_value_is_not_cleared(self) -> None:
        desk = Desk()
        seen = desk.made("r1", book(1))
        outcome = desk.carry_out(step(StepKind.CHANGE, "r1", change(on.NAME, CLEARED), seen=seen))
        assert "always has name" in outcome.failed["r1/change", "product"].message
        assert outcome.requests == []


def _give_away(desk: Desk, number: int) -> None:
    """Make a metafield another account's, as an owner does it in the control panel."""
    desk.sandbox._store.metafields[number]["owner_client_id"] = "client-theirs"


def _ref_of(seen: Any, one: Any) -> Any:
    return seen.value.elements[one]


def _merchandise(desk: Desk, number: int) -> set[Any]:
    """What a shop's own people put on a product."""
    raw = desk.client.raw
    desk.run(raw.custom_fields.create(number, name="Staff pick", value="May"))
    desk.run(raw.category_assignments.assign([(number, 35)]))
    desk.run(raw.channel_assignments.assign([(number, 1)]))
    from commerce_bridge.platforms.bigcommerce import ImageDraft, ProductDraft

    desk.run(
        raw.images.create(
            number, ImageDraft(image_url="https://shop.example/window.jpg", description="Window")
        )
    )
    desk.run(raw.products.update(number, ProductDraft(related_products=(102,))))
    shown = desk.shown(ref("product", number)).value
    mine = {Placement(("Gifts",)), Fact("Staff pick", "May"), Outlet("1"), Kin("bigcommerce:product:102")}
    window = {one for one in shown.elements if getattr(one, "text", "") == "Window"}
    assert len(window) == 1
    return mine | window


class TestLosing:
    """Answers that are lost, and stores that fail."""

    @MODES
    @pytest.mark.parametrize("kind", ["cut_after", "timeout_after"])
    def test_a_product_whose_answer_was_lost_is_found_not_made_again(self, mode: str, kind: str) -> None:
        desk = Desk(mode=mode)
        desk.fail(kind, "POST", PRODUCTS)
        outcome = desk.carry_out(create("r1", book(1)))
        assert not outcome.failed
        assert posts(outcome, "/v3/catalog/products") == 1
        assert len(desk.read()) == 1
        assert differences(book(1), desk.shown(outcome.known.bindings["r1"]).value) == []

    def test_a_family_whose_answer_was_lost_is_found_by_a_variant(self) -> None:
        desk = Desk()
        desk.fail("cut_after", "POST", PRODUCTS)
        wanted, parts = family(1)
        outcome = desk.carry_out(create("r1", wanted, parts))
        assert not outcome.failed
        assert posts(outcome, "/v3/catalog/products") == 1
        assert differences(wanted, desk.shown(outcome.known.bindings["r1"]).value) == []

    def test_a_product_that_was_never_made_is_made(self) -> None:
        desk = Desk()
        desk.fail("timeout_before", "POST", PRODUCTS)
        outcome = desk.carry_out(create("r1", book(1)))
        assert not outcome.failed
        assert len(desk.read()) == 1

    @pytest.mark.parametrize("kind", ["cut_after", "timeout_after"])
    def test_an_image_whose_answer_was_lost_is_found(self, kind: str) -> None:
        desk = Desk()
        seen = desk.made("r1", book(1))
        desk.fail(kind, "POST", IMAGES)
        wanted = book(1, pictures=frozenset({picture(1, main=True), picture(2, place=1)}))
        outcome = desk.carry_out(
            step(
                StepKind.CHANGE,
                "r1",
                *differences(wanted, seen.value),
                seen=seen,
                keys=[sku_key("9780000000001")],
            )
        )
        assert not outcome.failed
        assert outcome.calls.count(f"POST /v3/catalog/products/{seen.ref.id}/images") == 1
        assert len(desk.row(seen.ref)["images"]) == 2

    @pytest.mark.parametrize(
        ("path", "over"),
        [
            (
                "/custom-fields$",
                {"isbn": Fact("ISBN", "9780000000001"), "subtitle": Fact("Subtitle", "A history")},
            ),
            ("/metafields$", {"source_id": note("product_id", "P-1")}),
            ("/trees/categories$", {"categories": frozenset({Placement(("A", "B"))})}),
        ],
    )
    @pytest.mark.parametrize("kind", ["cut_after", "cut_before", "status"])
    def test_every_other_thing_that_is_made(self, kind: str, path: str, over: dict[str, Any]) -> None:
        desk = Desk()
        seen = desk.made("r1", book(1))
        desk.fail(kind, "POST", path)
        wanted = book(1, **over)
        outcome = desk.carry_out(
            step(StepKind.CHANGE, "r1", *differences(wanted, seen.value, book(1)), seen=seen)
        )
        assert not outcome.failed
        after = desk.shown(seen.ref)
        assert differences(wanted, after.value, wanted) == []
        facts = [one for one in desk.row(seen.ref)["custom_fields"] if one["name"] in ("ISBN", "Subtitle")]
        assert len(facts) == len({(one["name"], one["value"]) for one in facts})
        assert len(desk.sandbox.state()["metafields"]) == (2 if "source_id" in over else 1)

    def test_a_format_whose_answer_was_lost_joins_once(self) -> None:
        desk = Desk()
        wanted, parts = family(1)
        seen = desk.made("r1", wanted, parts)
        desk.fail("cut_after", "POST", "/variants$")
        changes = [change(on.OPTION, "Audio", part="978777"), change(on.SKU, "978777", part="978777")]
        outcome = desk.carry_out(step(StepKind.CHANGE, "r1", *changes, seen=seen))
        assert not outcome.failed
        assert len(desk.shown(seen.ref).value.parts) == 3

    def test_a_repeatable_write_is_repeated(self) -> None:
        desk = Desk()
        seen = desk.made("r1", book(1))
        desk.fail("cut_after", "PUT", PRODUCTS, times=2)
        outcome = desk.carry_out(step(StepKind.CHANGE, "r1", change(on.SUMMARY, "New."), seen=seen))
        assert not outcome.failed
        assert outcome.calls.count("PUT /v3/catalog/products") == 3

    def test_a_server_that_keeps_failing_is_no_reason_to_make_things_twice(self) -> None:
        desk = Desk()
        desk.fail("status", "POST", PRODUCTS, status=503, times=None)
        outcome = desk.carry_out(create("r1", book(1)))
        assert outcome.verdict("r1/create", "product") is Verdict.FAILED
        assert desk.sandbox.state()["products"] == []

    def test_a_network_that_is_away_fails_the_row(self) -> None:
        desk = Desk()
        call = _call(desk)
        desk.writer.send(call)
        desk.world.base_url = "https://elsewhere.test"
        desk.fail("cut_before", "POST", PRODUCTS)
        results = desk.run(desk.writer.send(call))
        assert [one.verdict for one in results] == [Verdict.UNKNOWN] * len(call.rows)
        assert all(isinstance(one.error, TransportError) for one in results)

    def test_wrong_credentials_are_everybodys_error(self) -> None:
        desk = Desk(settings=Settings())
        desk.sandbox.configure(scopes=["store_v2_information"])
        with pytest.raises(AuthError):
            desk.carry_out(create("r1", book(1, categories=MISSING)))

    def test_a_storm_of_429_is_everybodys_error(self) -> None:
        desk = Desk()
        seen = desk.made("r1", book(1))
        desk.fail("status", "PUT", PRODUCTS, status=429, times=None)
        with pytest.raises((RateLimited, QuotaExhausted)):
            desk.carry_out(step(StepKind.CHANGE, "r1", change(on.SUMMARY, "New."), seen=seen))

    def test_a_category_of_another_case_is_used_when_the_store_refuses_a_second(self) -> None:
        desk = Desk()
        outcome = desk.carry_out(create("r1", book(1, categories=frozenset({Placement(("fiction",))}))))
        made = outcome.known.names[NaturalKey("category", "fiction")]
        conflict = '{"status":409,"title":"The category name is a duplicate","type":"","errors":{}}'
        desk.fail("status", "POST", "/trees/categories$", status=409, body=conflict)
        outcome = desk.carry_out(create("r2", book(2, categories=frozenset({Placement(("Fiction",))}))))
        assert not outcome.failed
        assert desk.row(outcome.known.bindings["r2"])["categories"] == [int(made.id)]


def _call(desk: Desk) -> Call:
    (call,) = desk.writer.lower([create("r1", book(1, categories=MISSING))], Known()).calls
    return call


class TestFinding:
    def test_keys_of_every_kind(self) -> None:
        desk = Desk()
        wanted, parts = family(2)
        desk.carry_out(create("r1", book(1)), create("r2", wanted, parts))
        sku, variant = "9780000000001", next(iter(parts))
        one, two = desk.read().values()
        elements = one.value.elements
        there = {
            NaturalKey("sku", sku): one.ref,
            NaturalKey("sku", variant): two.ref,
            NaturalKey("variant", variant): two.value.parts[variant].ref,
            NaturalKey("name", "Salt Roads, volume 1"): one.ref,
            NaturalKey("fact", f"{one.ref.id}|ISBN|{sku}"): elements[Fact("ISBN", sku)],
            NaturalKey("note", f"{one.ref.id}|commerce_bridge|work_id"): elements[note("work_id", "W-1")],
            NaturalKey("picture", f"{sku}|token:000000000001"): elements[picture(1, main=True)],
            NaturalKey("picture", f"#{one.ref.id}|token:000000000001"): elements[picture(1, main=True)],
            NaturalKey("category", "Non-Fiction > History"): elements[Placement(("Non-Fiction", "History"))],
        }
        absent = [
            NaturalKey("sku", "9789999999999"),
            NaturalKey("variant", sku),
            NaturalKey("name", "Salt"),
            NaturalKey("fact", f"{one.ref.id}|ISBN|x"),
            NaturalKey("note", f"{one.ref.id}|commerce_bridge|none"),
            NaturalKey("picture", f"{sku}|token:000000000009"),
            NaturalKey("picture", "9789999999999|token:000000000001"),
            NaturalKey("category", "History"),
            NaturalKey("planet", "Mars"),
        ]
        found = desk.run(desk.writer.find([*there, *absent]))
        assert found == {**{key: (name,) for key, name in there.items()}, **dict.fromkeys(absent, ())}

    @pytest.mark.parametrize(("count", "calls"), [(1, 1), (50, 1), (51, 2), (120, 3)])
    def test_main_skus_cost_a_call_for_fifty(self, count: int, calls: int) -> None:
        desk = Desk()
        desk.carry_out(*(create(f"r{number}", _plain(number)) for number in range(count)))
        before = len(desk.world.log)
        keys = [sku_key(f"97800000{number:05}") for number in range(count)]
        found = desk.run(desk.writer.find(keys))
        assert all(len(refs) == 1 for refs in found.values())
        assert len(desk.world.log) - before == calls

    def test_many_skus_of_variants_are_read_in_one_sweep(self) -> None:
        desk = Desk()
        desk.carry_out(*(create(f"r{number}", *_plain_family(number)) for number in range(20)))
        before = len(desk.world.log)
        skus = [sku for number in range(20) for sku in family(number)[1]]
        found = desk.run(desk.writer.find([sku_key(sku) for sku in (*skus, "nothing")]))
        assert sum(bool(refs) for refs in found.values()) == 40
        assert len(desk.world.log) - before == 1 + 1 + 1  # main SKUs, the number of variants, the variants

    def test_metafields_of_many_products_are_read_in_one_sweep(self) -> None:
        desk = Desk()
        desk.carry_out(*(create(f"r{number}", book(number)) for number in range(30)))
        owners = list(desk.read())
        before = len(desk.world.log)
        keys = [NaturalKey("note", f"{owner}|commerce_bridge|work_id") for owner in owners]
        found = desk.run(desk.writer.find(keys))
        assert all(len(refs) == 1 for refs in found.values())
        assert len(desk.world.log) - before == 1

    def test_a_sku_with_a_comma_is_asked_alone(self) -> None:
        desk = Desk()
        desk.carry_out(create("r1", {**_plain(1), on.SKU: "A,1"}))
        found = desk.run(desk.writer.find([sku_key("A,1"), sku_key("A")]))
        assert [len(refs) for refs in found.values()] == [1, 0]


def _plain(number: int) -> dict[Any, Any]:
    return book(number, categories=MISSING, work_id=MISSING, pictures=MISSING)


def _plain_family(number: int) -> Any:
    return family(number, categories=MISSING, work_id=MISSING, pictures=MISSING)


def test_a_call_answers_every_row_even_when_it_sends_nothing() -> None:
    desk = Desk()
    wanted = book(1, categories=MISSING, pictures=frozenset({picture(1, url="")}))
    outcome = desk.carry_out(create("r1", wanted))
    assert outcome.verdict("r1/create", "picture:token:000000000001") is Verdict.FAILED
    assert Row(step="r1/create", part="product", creates=sku_key("9780000000001")).id == (
        "r1/create",
        "product",
    )


def test_variants_may_be_made_where_the_batch_makes_none() -> None:
    desk = Desk(limits=Limits(variant_batch_creates=False), variants_batch_creates=False)
    wanted, parts = family(1)
    seen = desk.made("r1", wanted, parts)
    changes = [change(on.OPTION, "Audio", part="978777"), change(on.SKU, "978777", part="978777")]
    assert not desk.carry_out(step(StepKind.CHANGE, "r1", *changes, seen=seen)).failed


def test_another_package_writes_its_own_field() -> None:
    desk = Desk()
    awards = frozenset({Fact("Award", "Gold")})
    shown = desk.made("r1", {**book(1), AWARDS: awards})
    assert differences({AWARDS: awards}, shown.value) == []
