"""Queries are rendered from what we select; searches are sent under the vendor's names."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from attrs import fields
from graphql import build_schema, parse, validate

from commerce_bridge.platforms.consonance import PriceSearch, ProductSearch, WorkSearch, queries
from commerce_bridge.platforms.consonance.members import INPUTS, PRODUCT, WORK, walk
from commerce_bridge.platforms.consonance.paging import INPUT_TYPES
from commerce_bridge.platforms.consonance.searches import WIRE_NAMES, variable_of
from commerce_bridge.platforms.consonance.service import Chosen
from commerce_bridge.platforms.consonance.shelves import SHELVES, TEXT_VARIANTS
from commerce_bridge.platforms.consonance.wire.base import Wire
from commerce_bridge.platforms.consonance.wire.products import Price, Product
from commerce_bridge.platforms.consonance.wire.works import Work
from rigs import contracts


def chosen(**changes: object) -> Chosen:
    usual: dict[str, object] = {
        "absent": frozenset(),
        "present": frozenset(),
        "text_variants": tuple(TEXT_VARIANTS.items()),
        "availability_member": "onixProductAvailability",
    }
    return Chosen(**{**usual, **changes})  # type: ignore[arg-type]


SEARCHES = tuple(INPUT_TYPES.items())
EVERY = {
    "works": queries.work_list(chosen(), SEARCHES),
    "works unfiltered": queries.work_list(chosen(), ()),
    "products": queries.product_list(chosen(), (*SEARCHES, ("priceSearch", "PriceSearchAttributes"))),
    "prices": queries.price_list(chosen(), (("priceSearch", "PriceSearchAttributes"),)),
    "ids": queries.id_list("works", SEARCHES),
    "fetch": queries.work_fetch(chosen(), (1, 2)),
    "fetch by product": queries.work_of_product_fetch(chosen(), (1, 2)),
}


@pytest.mark.parametrize("name", EVERY)
def test_every_query_fits_the_known_part_of_the_vendors_schema(name: str) -> None:
    sdl = contracts.require("consonance", "schema-partial.graphql").read_text("utf-8")
    assert validate(build_schema(with_all_types(sdl)), parse(EVERY[name])) == []


def with_all_types(sdl: str) -> str:
    """The partial schema with the product types that it names but does not spell out."""
    interface = sdl[sdl.index("interface Product {") : sdl.index("# Seven concrete types")]
    body = interface.partition("{")[2].rpartition("}")[0]
    spelled = [line.split()[1] for line in sdl.splitlines() if line.startswith("type ")]
    missing = [
        name
        for name in ("PhysicalAudioProduct", "ElectronicAudioProduct", "GenericProduct")
        if name not in spelled
    ]
    return sdl + "".join(f"\ntype {name} implements Product {{{body}}}" for name in missing)


@pytest.mark.parametrize("internal", ["internalText", "planned", "flatFee", "royalt", "notes", "emails"])
def test_internal_members_are_never_asked_for(internal: str) -> None:
    assert all(internal.lower() not in query.lower() for query in EVERY.values())


@pytest.mark.parametrize(
    "code_member", ["ProductFormCode", "StatusCode", "RoleCode", "PriceTypeCode", "AudienceCodes"]
)
def test_codes_are_read_from_objects_never_from_enums(code_member: str) -> None:
    assert all(code_member not in query for query in EVERY.values())


def test_every_shelf_with_a_variant_is_asked_for_under_its_own_name() -> None:
    variants = {f"V{place}": shelf for place, shelf in enumerate(SHELVES)}
    query = queries.work_list(chosen(text_variants=(*variants.items(), ("MORE", "description"))), ())
    assert "texts_description:marketingTexts(variantIn:[V0,MORE])" in query
    for variant, shelf in list(variants.items())[1:]:
        assert f"texts_{shelf}:marketingTexts(variantIn:[{variant}])" in query


def test_wire_models_read_exactly_what_is_asked_for() -> None:
    def read(model: type[Wire]) -> set[str]:
        return {info.alias or name for name, info in model.model_fields.items()}

    works = {member.answers for member in WORK.members} | {f"texts_{shelf}" for shelf in SHELVES}
    products = {member.answers for member in PRODUCT.members} | {"work"}
    products |= {member.answers for kind in PRODUCT.kinds for member in kind.members}
    assert read(Work) == works
    assert read(Product) == products
    prices = {member.answers for owner, member in walk(PRODUCT) if owner == "Price"}
    assert read(Price) == prices


def test_members_only_hoped_for_are_asked_for_when_named() -> None:
    assert "untilDate" not in EVERY["works"]
    assert "untilDate" in queries.work_list(chosen(present=frozenset({"MarketingText.untilDate"})), ())


def test_what_is_absent_is_not_asked_for() -> None:
    query = queries.work_list(
        chosen(
            absent=frozenset({"Work.prizes", "ElectronicBookProduct", "PhysicalBookProduct.productHeight"})
        ),
        (),
    )
    for gone in ("prizes", "ElectronicBookProduct", "productHeight"):
        assert gone not in query
    assert "productWidth" in query


def test_the_availability_member_answers_under_one_name() -> None:
    query = queries.work_list(chosen(availability_member="supplyAvailability"), ())
    assert "availability:supplyAvailability{code}" in query


# ── searches ─────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("search", "name"),
    [
        (WorkSearch, "WorkSearchAttributes"),
        (ProductSearch, "ProductSearchAttributes"),
        (PriceSearch, "PriceSearchAttributes"),
    ],
)
def test_a_search_reaches_every_member_of_its_input(search: type, name: str) -> None:
    ours = {WIRE_NAMES[one.name] for one in fields(search)}
    assert ours | ({"after"} if name != "PriceSearchAttributes" else set()) == set(INPUTS[name])
    sdl = contracts.require("consonance", "schema-partial.graphql").read_text("utf-8")
    theirs = build_schema(sdl).type_map[name]
    assert {each: str(one.type) for each, one in theirs.fields.items()} == dict(INPUTS[name])  # type: ignore[attr-defined]


def test_only_what_is_said_is_sent() -> None:
    assert variable_of(None) == {}
    assert variable_of(WorkSearch()) == {}
    assert variable_of(WorkSearch(title_contains="canal", has_subtitle=False, imprint_ids=(1, 2))) == {
        "titleCont": "canal",
        "subtitlePresent": False,
        "imprintIdIn": [1, 2],
    }


def test_dates_codes_and_amounts_are_sent_as_the_vendor_takes_them() -> None:
    assert variable_of(ProductSearch(changed_since=date(2026, 6, 1), forms=("BB", "00"))) == {
        "changedSince": "2026-06-01",
        "onix21ProductFormCodeIn": ["BB", "_00"],
    }
    assert variable_of(
        PriceSearch(at_most=Decimal("9.99"), currencies=("GBP",), price_types=("02",), qualifiers=("05",))
    ) == {
        "amountLteq": 9.99,
        "currencyCodeIn": ["GBP"],
        "onixPriceTypeCodeIn": ["_02"],
        "onixPriceTypeQualifierCodeIn": ["_05"],
    }
