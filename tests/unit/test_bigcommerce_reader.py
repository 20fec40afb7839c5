"""Reading a store: keys and marks, units, products as records, and what a read costs."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.domain import listing as on
from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.exchange import NaturalKey, Observed
from commerce_bridge.domain.money import Money, TaxBasis
from commerce_bridge.domain.record import Fact, Kin, Note, Outlet, Picture, Placement, Record
from commerce_bridge.errors import CapabilityMissing, MappingError
from commerce_bridge.platforms.bigcommerce.drafting import Terms, product_sent, variant_draft
from commerce_bridge.platforms.bigcommerce.facts import StoreFacts
from commerce_bridge.platforms.bigcommerce.keys import (
    category_key,
    described,
    digest_of,
    keys_of,
    main_key,
    name_key,
    number_of,
    ref,
    sku_key,
    text_of,
    token_of,
)
from commerce_bridge.platforms.bigcommerce.limits import Limits
from commerce_bridge.platforms.bigcommerce.mapping import (
    Aside,
    as_read_back,
    observed,
    paths_of,
    record_of,
    version_of,
)
from commerce_bridge.platforms.bigcommerce.settings import Settings
from commerce_bridge.platforms.bigcommerce.units import Units, kept, plain, units_of
from commerce_bridge.platforms.bigcommerce.wire.catalogue import Category, Metafield
from commerce_bridge.platforms.bigcommerce.wire.product import CustomField, CustomUrl, Image, Product
from commerce_bridge.platforms.bigcommerce.wire.variant import OptionChoice, Variant
from commerce_bridge.ports.reader import Reader
from rigs.bigcommerce_desk import Desk, book, create, family, gbp, note, picture, product

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
METRIC = Units(currency="GBP", grams=Decimal(1000), millimetres=Decimal(10))
IMPERIAL = Units(currency="USD", grams=Decimal("453.59237"), millimetres=Decimal("25.4"))
FACTS = StoreFacts(
    name="Harbour Books",
    currency="GBP",
    tax_basis=TaxBasis.INCLUSIVE,
    weight_unit="KGS",
    length_unit="Centimeters",
    country="GB",
    time_zone="Europe/London",
    channel="1",
    plan="Standard",
    multi_storefront=True,
)


class TestMarks:
    @given(st.text(), st.text("0123456789abcdef", min_size=12, max_size=12))
    def test_a_description_gives_back_text_and_mark(self, text: str, token: str) -> None:
        words = described(Picture(f"token:{token}", text=text))
        assert token_of(words) == token
        assert text_of(words) == text
        assert digest_of(words, 7) == f"token:{token}"

    def test_it_reads_well(self) -> None:
        assert (
            described(picture(1, text="Front cover of Salt Roads"))
            == "Front cover of Salt Roads [000000000001]"
        )
        assert described(picture(1, text="")) == "[000000000001]"

    @pytest.mark.parametrize(
        "words", ["", "Window", "A [note]", "Cover [00000000000G]", "[000000000001] first"]
    )
    def test_other_descriptions_have_none(self, words: str) -> None:
        assert token_of(words) is None
        assert text_of(words) == words
        assert digest_of(words, 7) == "image:7"


class TestKeys:
    def test_a_record_is_found_by_its_skus(self) -> None:
        parts = {"b": Record(), "a": Record()}
        assert keys_of(Record(values={on.SKU: "a"}, parts=parts)) == (sku_key("a"), sku_key("b"))
        assert keys_of(Record()) == ()

    def test_a_new_product_is_looked_for_by_the_surest_name_it_has(self) -> None:
        assert main_key("a", ["b"], "n") == sku_key("a")
        assert main_key(MISSING, ["b"], "n") == sku_key("b")
        assert main_key(CLEARED, [], "n") == name_key("n")
        assert main_key(MISSING, []) is None

    @given(
        st.lists(st.text("a> ", min_size=1, max_size=4).map(str.strip).filter(bool), min_size=1, max_size=3)
    )
    def test_category_paths_are_told_apart(self, path: list[str]) -> None:
        others = {category_key((" > ".join(path),)), category_key([*path, "x"]), category_key(["x", *path])}
        assert category_key(path) not in others or len(path) == 1

    def test_a_reference_without_a_number_is_an_error(self) -> None:
        assert number_of(ref("product", 7)) == 7
        with pytest.raises(ValueError, match="invalid literal"):
            number_of(ref("product", "x"))


class TestUnits:
    @pytest.mark.parametrize(
        ("value", "shown"),
        [("100", "100"), ("1E+2", "100"), ("0.350", "0.35"), ("0.0000", "0"), ("-4.50", "-4.5")],
    )
    def test_numbers_are_shown_plainly(self, value: str, shown: str) -> None:
        assert str(plain(Decimal(value))) == shown

    def test_the_fifth_decimal_rounds_half_up(self) -> None:
        assert kept(Decimal("14.99995"), 4) == Decimal(15)
        assert kept(Decimal("0.00005"), 4) == Decimal("0.0001")

    @given(st.integers(0, 20_000))
    def test_grams_and_millimetres_survive_a_metric_store(self, number: int) -> None:
        value = Decimal(number) / 10
        assert METRIC.in_millimetres(METRIC.length(value)) == value
        assert METRIC.in_grams(METRIC.weight(value)) == value

    def test_the_store_says_its_units(self) -> None:
        assert units_of(FACTS, Settings()) == METRIC
        with pytest.raises(CapabilityMissing, match="Stone"):
            units_of(evolve(FACTS, weight_unit="Stone"), Settings())

    def test_another_currency_is_refused(self) -> None:
        with pytest.raises(MappingError, match=r"12\.00 EUR"):
            METRIC.amount(Money(Decimal(12), "EUR"))


VALUES: dict[Any, st.SearchStrategy[Any]] = {
    on.NAME: st.text(min_size=1),
    on.DESCRIPTION: st.text(),
    on.SKU: st.text(),
    on.GTIN: st.text(max_size=14),
    on.PRICE: st.decimals("0", "9999", places=6),
    on.FULFILMENT: st.sampled_from(on.Fulfilment),
    on.WEIGHT_G: st.decimals("0", "99999", places=3),
    on.HEIGHT_MM: st.decimals("0", "999", places=3),
    on.VISIBLE: st.booleans(),
    on.SELLING: st.sampled_from(on.Selling),
    on.RELEASE: st.datetimes(timezones=st.just(UTC)),
    on.STOCK_TRACKED: st.booleans(),
}


class TestReadingBack:
    @pytest.mark.parametrize("units", [METRIC, IMPERIAL], ids=["metric", "imperial"])
    @given(st.data())
    def test_what_is_written_is_what_is_read(self, units: Units, data: st.DataObject) -> None:
        """Wire → domain → wire → domain keeps every value of ours, once it is one the store can keep."""
        for name, values in VALUES.items():
            value = data.draw(values, label=str(name))
            value = Money(value, units.currency) if name == on.PRICE else value
            wanted = as_read_back(name, value, units)
            assert as_read_back(name, wanted, units) == wanted
            there = _sent_and_read({name: wanted}, units)
            assert there.get(name, CLEARED) == wanted

    @pytest.mark.parametrize("units", [METRIC, IMPERIAL], ids=["metric", "imperial"])
    @given(price=st.decimals("0", "9999", places=6), weight=st.decimals("0", "99999", places=3))
    def test_a_variant_too(self, units: Units, price: Decimal, weight: Decimal) -> None:
        wanted = {
            on.PRICE: as_read_back(on.PRICE, Money(price, units.currency), units, part=True),
            on.WEIGHT_G: as_read_back(on.WEIGHT_G, weight, units, part=True),
            on.SELLING: as_read_back(on.SELLING, on.Selling.PREORDER, units, part=True),
        }
        draft = variant_draft(wanted, Terms(units=units, settings=Settings()))
        sent = {
            "price": draft.price,
            "weight": draft.weight,
            "purchasing_disabled": draft.purchasing_disabled,
        }
        choice = OptionChoice(id=1, label="Paperback", option_id=2, option_display_name="Format")
        wire = Product(id=1, variants=(Variant(id=3, sku="a", option_values=(choice,), **sent),))
        (part,) = record_of(wire, Aside(), units, Settings()).parts.values()
        assert wanted.items() <= part.values.items()

    def test_nothing_is_said_of_what_is_not_ours(self) -> None:
        assert as_read_back(on.PRICE, Money(Decimal("1.23456"), "EUR"), METRIC) == Money(
            Decimal("1.23456"), "EUR"
        )
        assert as_read_back(on.WORK_ID, note("a", "b"), METRIC) == note("a", "b")
        assert as_read_back(on.NAME, MISSING, METRIC) is MISSING
        assert as_read_back(on.DESCRIPTION, "", METRIC) is CLEARED
        assert as_read_back(on.DEPTH_MM, Decimal(0), METRIC) is CLEARED


def _sent_and_read(values: dict[Any, Any], units: Units) -> Any:
    sent = product_sent(values, Terms(units=units, settings=Settings()))
    sent = {name: ("" if value is CLEARED else value) for name, value in sent.items()}
    if "height" in sent and sent["height"] == "":
        sent["height"] = 0
    wire = Product.model_validate({"id": 1, **sent})
    return record_of(wire, Aside(), units, Settings()).values


class TestRecords:
    def test_a_bare_product_is_an_empty_record(self) -> None:
        assert record_of(Product(id=7), Aside(), METRIC, Settings()) == Record(ref=product(7))

    def test_everything_has_its_place(self) -> None:
        wire = Product(
            id=7,
            name="Salt Roads",
            sku="978",
            type="digital",
            price=Decimal("12.5000"),
            weight=Decimal("0.35"),
            brand_id=3,
            is_visible=False,
            availability="disabled",
            inventory_tracking="variant",
            custom_url=CustomUrl(url="/salt/"),
            custom_fields=(CustomField(id=1, name="Author", value="A"),),
            images=(
                Image(id=2, description="Cover [00000000000a]", is_thumbnail=True, sort_order=1),
                Image(id=3, description="Window"),
            ),
            categories=(5, 6),
            channels=(1,),
            related_products=(-1, 9),
        )
        aside = Aside(
            brands={3: "Quay Press"},
            categories={5: ("Fiction", "Crime")},
            notes={
                7: [Metafield(id=4, namespace="n", key="k", value="v", permission_set="read_and_sf_access")]
            },
        )
        record = record_of(wire, aside, METRIC, Settings())
        assert record.values == {
            on.NAME: "Salt Roads",
            on.SKU: "978",
            on.PRICE: gbp("12.5"),
            on.WEIGHT_G: Decimal(350),
            on.FULFILMENT: on.Fulfilment.DIGITAL,
            on.BRAND: "Quay Press",
            on.VISIBLE: False,
            on.SELLING: on.Selling.CLOSED,
            on.ADDRESS: "/salt/",
            on.STOCK_TRACKED: True,
        }
        assert record.elements == {
            Fact("Author", "A"): ref("custom_field", 1),
            Note("n", "k", "v", shown=True): ref("metafield", 4),
            Picture("token:00000000000a", text="Cover", main=True, place=1): ref("image", 2),
            Picture("image:3", text="Window"): ref("image", 3),
            Placement(("Fiction", "Crime")): ref("category", 5),
            Placement(("category 6",)): ref("category", 6),
            Outlet("1"): ref("channel", 1),
            Kin("bigcommerce:product:9"): ref("product", 9),
        }

    def test_a_base_variant_is_no_part(self) -> None:
        wire = Product(id=7, variants=(Variant(id=8, sku="978", option_values=()),))
        assert record_of(wire, Aside(), METRIC, Settings()).parts == {}

    def test_variants_of_other_options_are_named_by_all_of_them(self) -> None:
        choices = tuple(
            OptionChoice(id=number, label=label, option_id=number, option_display_name=name)
            for number, (name, label) in enumerate((("Size", "Large"), ("Colour", "Blue")))
        )
        wire = Product(id=7, variants=(Variant(id=8, option_values=choices, price=None),))
        ((key, part),) = record_of(wire, Aside(), METRIC, Settings()).parts.items()
        assert key == "#8"
        assert part.values == {on.OPTION: "Large / Blue", on.SELLING: on.Selling.LIVE}
        assert (
            record_of(wire, Aside(), METRIC, Settings(option="Colour")).parts["#8"].get(on.OPTION) == "Blue"
        )

    def test_words_that_nobody_knows_are_problems_with_a_path(self) -> None:
        one = observed(Product(id=7, availability="soon", type="fog"), Aside(), METRIC, Settings(), NOON)
        assert [text.split(":")[0] for text in one.problems] == ["$.availability", "$.type"]
        assert one.value.values == {}
        assert one.seen_at == NOON

    def test_the_version_changes_with_anything_that_is_shown(self) -> None:
        base = Product(id=7, name="Salt", custom_fields=(CustomField(id=1, name="A", value="B"),))
        changes: list[dict[str, Any]] = [
            {"name": "Pepper"},
            {"custom_fields": ()},
            {"custom_fields": (CustomField(id=2, name="A", value="B"),)},
            {"images": (Image(id=1),)},
            {"images": (Image(id=1, description="x"),)},
            {"variants": (Variant(id=1, sku="a", option_values=(OptionChoice(label="x"),)),)},
        ]
        versions = [_version(base.model_copy(update=each)) for each in ({}, *changes)]
        assert len(set(versions)) == len(versions)
        assert _version(base) == _version(base.model_copy(update={"total_sold": 5}))
        moved = base.model_copy(update={"images": (Image(id=1, url_zoom="https://cdn.example/2.jpg"),)})
        assert _version(moved) == versions[4]

    def test_categories_of_other_trees_tell_their_tree(self) -> None:
        rows = [
            Category(category_id=3, parent_id=2, tree_id=1, name="Crime"),
            Category(category_id=2, parent_id=0, tree_id=1, name="Fiction"),
            Category(category_id=9, parent_id=0, tree_id=2, name="Fiction"),
            Category(category_id=8, parent_id=77, tree_id=1, name="Orphan"),
        ]
        assert paths_of(rows, 1) == {
            2: ("Fiction",),
            3: ("Fiction", "Crime"),
            9: ("tree 2", "Fiction"),
            8: ("Orphan",),
        }


def _version(wire: Product) -> str:
    return version_of(record_of(wire, Aside(), METRIC, Settings()))


def _calls(desk: Desk, start: int) -> list[str]:
    return [one.request.path.removeprefix("/stores/demo") for one in desk.world.log[start:]]


class TestReading:
    def test_it_is_a_reader(self) -> None:
        reader: Reader[Record] = Desk().reader
        assert reader is not None

    def test_an_empty_store_costs_one_call(self) -> None:
        desk = Desk()
        assert desk.read() == {}
        assert _calls(desk, 0) == ["/v3/catalog/products"]

    @pytest.mark.parametrize("mode", ["sync", "async"])
    def test_a_whole_store_costs_a_call_for_each_page_of_each_table(self, mode: str) -> None:
        desk = Desk(mode=mode, limits=Limits(page=3), settings=Settings(facts=FACTS))
        desk.carry_out(*(create(f"r{number}", book(number)) for number in range(7)))
        start = len(desk.world.log)
        assert len(desk.read()) == 7
        calls = _calls(desk, start)
        assert sorted(calls) == sorted(
            [
                *["/v3/catalog/products"] * 3,
                *["/v3/catalog/products/metafields"] * 3,
                "/v3/catalog/brands",
                "/v3/catalog/trees/categories",
            ]
        )

    def test_a_read_goes_on_in_another_process(self) -> None:
        desk = Desk(limits=Limits(page=2))
        desk.carry_out(*(create(f"r{number}", book(number)) for number in range(5)))
        whole = desk.read()
        first = desk.run(desk.reader.changes(None))
        assert first.next is not None
        assert first.resume is None
        other = type(desk.reader)(desk.client)
        rest = desk.run(other.changes(first.next))
        assert [one.version for one in (*first.items, *rest.items)] == [
            one.version for one in list(whole.values())[:4]
        ]

    def test_products_that_vanish_meanwhile_push_none_out(self) -> None:
        desk = Desk(limits=Limits(page=2))
        desk.carry_out(*(create(f"r{number}", book(number)) for number in range(5)))
        first = desk.run(desk.reader.changes(None))
        desk.run(desk.client.raw.products.delete(int(first.items[0].ref.id)))
        second = desk.run(desk.reader.changes(first.next))
        ids = [int(one.ref.id) for one in (*first.items, *second.items)]
        assert ids == list(range(ids[0], ids[0] + 4))

    def test_some_products_are_read_with_what_is_theirs_only(self) -> None:
        desk = Desk("demo")
        made = desk.carry_out(*(create(f"r{number}", book(number)) for number in range(3))).known.bindings
        whole = desk.read()
        for refs in ([made["r1"]], list(made.values()), [*made.values(), *map(product, (101, 102))]):
            found: tuple[Observed[Record], ...] = desk.run(desk.reader.fetch(refs))
            assert {one.ref.id: one.version for one in found} == {
                one.id: whole[one.id].version for one in refs
            }

    def test_what_is_gone_is_left_out(self) -> None:
        desk = Desk("demo")
        found = desk.run(desk.reader.fetch([product(101), product(999)]))
        assert [one.ref for one in found] == [product(101)]
        start = len(desk.world.log)
        assert desk.run(desk.reader.fetch([])) == ()
        assert _calls(desk, start) == []

    def test_only_the_namespaces_asked_for_are_read(self) -> None:
        desk = Desk()
        shown = desk.made("r1", book(1))
        for spaces, seen in ((("theirs",), 0), ((), 0), (None, 1), (("commerce_bridge", "theirs"), 1)):
            reader = type(desk.reader)(desk.client, Settings(namespaces=spaces))
            (one,) = desk.run(reader.fetch([shown.ref]))
            (page,) = [desk.run(reader.changes(None))]
            for value in (one.value, page.items[0].value):
                assert sum(isinstance(each, Note) for each in value.elements) == seen

    def test_a_filter_by_product_is_used_where_the_store_has_it(self) -> None:
        limits = Limits(metafield_resource_filter=True)
        desk = Desk(limits=limits, resource_id_in_on_batch_metafields="honoured")
        made = desk.carry_out(*(create(f"r{number}", book(number)) for number in range(60))).known.bindings
        start = len(desk.world.log)
        found = desk.run(desk.reader.fetch(list(made.values())))
        assert all(any(isinstance(each, Note) for each in one.value.elements) for one in found)
        assert _calls(desk, start).count("/v3/catalog/products/metafields") == 2

    def test_an_unfiltered_answer_is_sorted_on_our_side(self) -> None:
        desk = Desk()
        made = desk.carry_out(*(create(f"r{number}", book(number)) for number in range(9))).known.bindings
        start = len(desk.world.log)
        found = desk.run(desk.reader.fetch(list(made.values())[:6]))
        assert len(found) == 6
        assert _calls(desk, start).count("/v3/catalog/products/metafields") == 1

    def test_the_keys_of_what_was_read(self) -> None:
        desk = Desk()
        wanted, parts = family(1)
        shown = desk.made("r1", wanted, parts)
        assert keys_of(shown.value) == tuple(NaturalKey("sku", sku) for sku in parts)
