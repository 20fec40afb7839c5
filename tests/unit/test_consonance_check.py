"""Our queries are held against a live schema, whole or damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from graphql import graphql_sync

from commerce_bridge.errors import DecodeError
from commerce_bridge.platforms.consonance import ConsonanceSettings, SchemaReport
from commerce_bridge.platforms.consonance.check import compare
from commerce_bridge.platforms.consonance.queries import work_list
from commerce_bridge.platforms.consonance.schema import INTROSPECTION, LiveSchema, Spelling
from commerce_bridge.platforms.consonance.service import Chosen
from commerce_bridge.sandbox.consonance.schema import consonance_schema

Damage = Callable[[dict[str, Any]], None]


@cache
def whole() -> str:
    """The introspection of the sandbox's schema, as JSON text."""
    result = graphql_sync(consonance_schema(), INTROSPECTION)
    assert result.errors is None
    return json.dumps(result.data)


def checked(*damages: Damage, settings: ConsonanceSettings | None = None) -> SchemaReport:
    """What a check says of the sandbox's schema after each damage."""
    data = json.loads(whole())
    types = {one["name"]: one for one in data["__schema"]["types"]}
    for damage in damages:
        damage(types)
    data["__schema"]["types"] = list(types.values())
    return compare(LiveSchema.parse(data), settings or ConsonanceSettings())


def kind_of(types: dict[str, Any], text: str) -> dict[str, Any]:
    """A type written in GraphQL, as introspection shows it."""
    if text.endswith("!"):
        return {"kind": "NON_NULL", "name": None, "ofType": kind_of(types, text[:-1])}
    if text.startswith("["):
        return {"kind": "LIST", "name": None, "ofType": kind_of(types, text[1:-1])}
    if text == "ID":  # a built-in scalar that this schema does not use
        types[text] = {"kind": "SCALAR", "name": text, "possibleTypes": None}
    return {"kind": types[text]["kind"], "name": text, "ofType": None}


def members(types: dict[str, Any], type_name: str) -> list[Any]:
    return next(
        types[type_name][name]
        for name in ("inputFields", "enumValues", "fields")
        if types[type_name].get(name)
    )


def without(place: str) -> Damage:
    """A member, an enum value or a whole type that is gone; of an interface, from its types too."""
    owner, _, name = place.partition(".")

    def damage(types: dict[str, Any]) -> None:
        if not name:
            del types[owner]
            for one in types.values():
                one["possibleTypes"] = [each for each in one["possibleTypes"] or () if each["name"] != owner]
            return
        for one in (owner, *(each["name"] for each in types[owner]["possibleTypes"] or ())):
            rows = members(types, one)
            assert any(row["name"] == name for row in rows), place
            rows[:] = [row for row in rows if row["name"] != name]

    return damage


def typed(place: str, text: str) -> Damage:
    """A member of another type; a new one where there was none."""
    owner, _, name = place.partition(".")

    def damage(types: dict[str, Any]) -> None:
        rows = members(types, owner)
        found = next((row for row in rows if row["name"] == name), None)
        if found is None:
            found = {"name": name, "args": [], "defaultValue": None}
            rows.append(found)
        found["type"] = kind_of(types, text.partition(" = ")[0])
        found["defaultValue"] = text.partition(" = ")[2] or None

    return damage


def arguments(place: str, **given: str) -> Damage:
    """A member that takes other arguments."""
    owner, _, name = place.partition(".")

    def damage(types: dict[str, Any]) -> None:
        (row,) = (row for row in members(types, owner) if row["name"] == name)
        row["args"] = [
            {"name": each, "type": kind_of(types, text), "defaultValue": None} for each, text in given.items()
        ]

    return damage


def retired(place: str) -> Damage:
    """A member or an enum value that is deprecated."""
    owner, _, name = place.partition(".")

    def damage(types: dict[str, Any]) -> None:
        (row,) = (row for row in members(types, owner) if row["name"] == name)
        row["isDeprecated"], row["deprecationReason"] = True, "Ask a series for it."

    return damage


def renamed(old: str, new: str) -> Damage:
    """A type of another name, wherever it stands."""

    def damage(types: dict[str, Any]) -> None:
        changed = json.loads(json.dumps(types).replace(f'"{old}"', f'"{new}"'))
        types.clear()
        types.update(changed)

    return damage


def said(report: SchemaReport) -> list[str]:
    return [str(one) for one in report.findings]


def test_the_whole_schema_fits() -> None:
    report = checked()
    assert report.findings == ()
    assert report.ok
    assert report.absent == ()
    assert str(report) == "The schema fits our queries."


def test_values_of_open_enums_are_shown() -> None:
    values = checked().values
    assert values["SupportingResourceStatus"] == ("DRAFT", "APPROVED")
    assert "SHORT_DESCRIPTION" in values["MarketingTextVariant"]


# ── missing ──────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("damage", "place"),
    [
        (without("Work.title"), "Work.title"),
        (without("MarketingText.externalText"), "MarketingText.externalText"),
        (without("Price.currencyCode"), "Price.currencyCode"),
        (without("Product.isForSaleWorldwide"), "Product.isForSaleWorldwide"),
        (without("Query.works"), "Query.works"),
        (without("WorkSearchAttributes.after"), "WorkSearchAttributes.after"),
        (without("WorkSearchAttributes.changedSince"), "WorkSearchAttributes.changedSince"),
        (without("PhysicalBookProduct.productHeight"), "PhysicalBookProduct.productHeight"),
        (without("MarketingTextVariant.SHORT_DESCRIPTION"), "MarketingTextVariant.SHORT_DESCRIPTION"),
    ],
)
def test_what_the_vendor_shows_and_is_missing_blocks(damage: Damage, place: str) -> None:
    report = checked(damage)
    assert [one.place for one in report.missing] == [place]
    assert [one.place for one in report.blocking] == [place]
    assert not report.ok
    assert str(report).startswith("The schema does not fit our queries.\n  ! ")


@pytest.mark.parametrize(
    ("damage", "place"),
    [
        (without("Work.themas"), "Work.themas"),
        (without("SupportingResource.status"), "SupportingResource.status"),
        (without("SupportingResource.resourceVariant"), "SupportingResource.resourceVariant"),
        (without("Product.onixProductAvailability"), "Product.onixProductAvailability"),
        (without("MarketingTextVariant.REVIEW_QUOTE"), "MarketingTextVariant.REVIEW_QUOTE"),
        (without("Query.prices"), "Query.prices"),
        (without("WorkSearchAttributes.titleCont"), "WorkSearchAttributes.titleCont"),
    ],
)
def test_what_was_inferred_and_is_missing_is_left_out(damage: Damage, place: str) -> None:
    report = checked(damage)
    assert [one.place for one in report.missing] == [place]
    assert report.blocking == ()
    assert report.absent == (place,)
    assert place in str(report)


def test_a_concrete_type_that_is_gone_is_left_out() -> None:
    report = checked(without("ElectronicBookProduct"))
    assert report.absent == ("ElectronicBookProduct",)


def test_the_availability_member_may_have_another_name() -> None:
    damages = without("Product.onixProductAvailability"), typed("Product.supplyAvailability", "ONIXCode")
    (finding,) = checked(*damages).missing
    assert finding.reason == "perhaps availability_member='supplyAvailability'"
    settings = ConsonanceSettings(availability_member="supplyAvailability")
    assert checked(*damages, settings=settings).findings == ()


def test_what_the_settings_say_is_absent_is_not_looked_for() -> None:
    settings = ConsonanceSettings(absent={"Work.themas", "Work.salesforceUid"})
    report = checked(without("Work.themas"), without("Work.salesforceUid"), settings=settings)
    assert report.findings == ()


# ── changed ──────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("damage", "place", "needed"),
    [
        (typed("Work.title", "Imprint"), "Work.title", True),
        (typed("Work.imprint", "String"), "Work.imprint", True),
        (typed("Work.bisacs", "String"), "Work.bisacs", True),
        (typed("Work.editionNumber", "String"), "Work.editionNumber", True),
        (typed("Price.effectiveTo", "ISO8601DateTime"), "Price.effectiveTo", True),
        (typed("Price.amount", "String!"), "Price.amount", True),
        (typed("SupportingResource.status", "Imprint"), "SupportingResource.status", False),
        (
            typed("WorkSearchAttributes.after", "String"),
            "WorkSearchAttributes.after",
            True,
        ),
        (
            typed("WorkSearchAttributes.titleEq", "[String!]"),
            "WorkSearchAttributes.titleEq",
            False,
        ),
        (
            typed("WorkSearchAttributes.scope", "String!"),
            "WorkSearchAttributes.scope",
            True,
        ),
    ],
)
def test_a_type_that_cannot_be_read_is_a_change(damage: Damage, place: str, needed: bool) -> None:
    report = checked(damage)
    assert [one.place for one in report.changed] == [place]
    assert bool(report.blocking) is needed
    assert (report.absent == (place,)) is not needed


@pytest.mark.parametrize(
    "damage",
    [
        typed("Work.season", "ProductTypename"),
        typed("Work.salesforceUid", "ID"),
        typed("Work.title", "String!"),
        typed("Price.amount", "Int!"),
        typed("SupportingResource.status", "String"),
        typed("WorkSearchAttributes.idEq", "ID"),
        typed("WorkSearchAttributes.limit", "Int! = 50"),
        typed("Work.imprint", "Imprint!"),
    ],
)
def test_a_type_that_can_be_read_as_well_is_no_change(damage: Damage) -> None:
    assert checked(damage).findings == ()


def test_null_where_there_was_none_is_told_and_blocks_nothing() -> None:
    report = checked(typed("Price.amount", "Float"))
    (finding,) = report.of("nullable")
    assert (finding.place, finding.expected, finding.got) == ("Price.amount", "Float!", "Float")
    assert report.ok
    assert report.absent == ()


def test_an_argument_that_became_required_is_a_change() -> None:
    report = checked(arguments("Work.prizes", year="Int!"))
    (finding,) = report.changed
    assert finding.place == "Work.prizes(year)"
    assert "required" in str(finding)


def test_an_argument_that_is_gone_is_missing() -> None:
    report = checked(arguments("Work.marketingTexts"))
    assert [one.place for one in report.missing] == ["Work.marketingTexts(variantIn)"]
    assert not report.ok


def test_an_argument_of_another_type_is_a_change() -> None:
    swapped = arguments("Query.work", workSearch="ProductSearchAttributes")
    (finding,) = checked(swapped).changed
    assert finding.place == "Query.work(workSearch)"
    enum = arguments("Work.marketingTexts", variantIn="[String!]")
    (finding,) = checked(enum).changed
    assert finding.place == "Work.marketingTexts(variantIn)"


def test_the_input_of_price_searches_may_have_another_name() -> None:
    other = renamed("PriceSearchAttributes", "PriceSearch")
    report = checked(other)
    assert report.ok
    assert {one.place for one in report.findings} >= {"Query.products(priceSearch)", "PriceSearchAttributes"}
    assert checked(other, settings=ConsonanceSettings(price_search_type="PriceSearch")).findings == ()


# ── deprecated and offered ───────────────────────────────────────────────
def test_what_the_vendor_means_to_remove_is_told_with_its_reason() -> None:
    report = checked(retired("Work.season"), retired("MarketingTextVariant.REVIEW_QUOTE"))
    assert report.ok
    assert said(report) == [
        "Work.season: deprecated; Ask a series for it.",
        "MarketingTextVariant.REVIEW_QUOTE: deprecated; Ask a series for it.",
    ]
    assert report.deprecated == report.findings


def test_members_that_are_only_hoped_for_are_offered() -> None:
    there = typed("MarketingText.untilDate", "ISO8601Date")
    report = checked(there)
    assert report.offered == ("MarketingText.untilDate",)
    asked = ConsonanceSettings(present={"MarketingText.untilDate"})
    assert checked(there, settings=asked) == SchemaReport(values=report.values)
    assert checked(settings=asked).absent == ("MarketingText.untilDate",)


def test_what_is_offered_with_a_type_that_cannot_be_read_is_not() -> None:
    there = typed("MarketingText.untilDate", "Imprint")
    assert checked(there).offered == ()


def test_a_report_shows_what_a_person_needs() -> None:
    report = checked(
        without("Work.themas"), without("Work.title"), typed("MarketingText.untilDate", "ISO8601Date")
    )
    assert str(report) == (
        "The schema does not fit our queries.\n"
        "  ! Work.title: missing; expected String\n"
        "  - Work.themas: missing; expected [String!]\n"
        "  To leave these out from now on: ConsonanceSettings(absent={'Work.themas'})\n"
        "  Offered besides: ConsonanceSettings(present={'MarketingText.untilDate'})"
    )


def test_an_input_type_of_no_known_kind_is_a_change() -> None:
    def damage(types: dict[str, Any]) -> None:
        (row,) = (one for one in types["WorkSearchAttributes"]["inputFields"] if one["name"] == "titleEq")
        row["type"] = {"kind": "SCALAR", "name": "Nowhere", "ofType": None}

    assert [one.place for one in checked(damage).changed] == ["WorkSearchAttributes.titleEq"]


def test_a_type_that_the_settings_say_is_absent_is_not_looked_for() -> None:
    settings = ConsonanceSettings(absent={"ElectronicBookProduct"})
    assert checked(without("ElectronicBookProduct"), settings=settings).findings == ()


# ── reading an introspection ─────────────────────────────────────────────
@pytest.mark.parametrize(
    "data", [{}, {"__schema": None}, {"__schema": {"types": [{}], "queryType": {"name": "Q"}}}]
)
def test_what_is_no_introspection_is_refused(data: Any) -> None:
    with pytest.raises(DecodeError, match="introspection"):
        LiveSchema.parse(data)


def test_a_schema_without_its_query_type_blocks() -> None:
    schema = LiveSchema(root="Query", types={})
    assert not compare(schema, ConsonanceSettings()).ok


@pytest.mark.parametrize(
    ("live", "expected", "looser"),
    [
        ("Int", "Int!", True),
        ("Int!", "Int", False),
        ("[Int]!", "[Int!]!", True),
        ("[Int!]", "[Int!]!", True),
        ("[Int!]!", "[Int!]!", False),
    ],
)
def test_where_null_may_come(live: str, expected: str, looser: bool) -> None:
    assert Spelling.of(live).accepts_null_where(Spelling.of(expected)) is looser


def test_what_is_absent_is_really_not_asked_for() -> None:
    report = checked(
        without("Work.themas"),
        without("SupportingResource.status"),
        without("Product.onixProductAvailability"),
        without("MarketingTextVariant.REVIEW_QUOTE"),
        without("MarketingTextVariant.LONG_DESCRIPTION"),
    )
    settings = ConsonanceSettings()
    chosen = Chosen(
        absent=frozenset(report.absent),
        present=frozenset(),
        text_variants=tuple(settings.text_variants.items()),
        availability_member=settings.availability_member,
    )
    query = work_list(chosen, ())
    for gone in ("themas", "status", "vailability", "REVIEW_QUOTE", "review_quote", "LONG_DESCRIPTION"):
        assert gone not in query
    for kept in ("MAIN_DESCRIPTION", "resourceVariant", "onixPublishingStatus"):
        assert kept in query
