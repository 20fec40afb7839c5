"""The standard mapper and the standard ownership table of pages: complete, printable, linted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from commerce_bridge.bridges.listing.policy import Layout, StorePolicy
from commerce_bridge.bridges.listing.standard import kind_of, page_mapper, page_ownership, variant_mapper
from commerce_bridge.domain import listing as on
from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.fields import AnyField, Field
from commerce_bridge.domain.record import Outlet
from commerce_bridge.domain.title import FORMAT_FIELDS, TITLE_FIELDS, Format, Title
from commerce_bridge.ports.step import Change, StepKind

TABLE = page_ownership("Consonance and BigCommerce", "consonance", "bigcommerce", StorePolicy())


@pytest.mark.parametrize(
    ("entity", "fields", "name"), [(Title, TITLE_FIELDS, "title"), (Format, FORMAT_FIELDS, "format")]
)
def test_an_entitys_list_of_fields_and_its_class_are_equal(entity: type[Any], fields: Any, name: str):
    own = [one.name for one in attrs.fields(entity) if one.name != "extra"]
    assert [field.name for field in fields] == own
    assert {field.entity for field in fields} == {name}
    assert len(set(fields)) == len(fields)


def test_the_listings_fields_are_each_there_once():
    assert len(set(on.LISTING_FIELDS)) == len(on.LISTING_FIELDS)
    constants = {value for value in vars(on).values() if isinstance(value, Field)}
    assert constants == set(on.LISTING_FIELDS)


@pytest.mark.parametrize("rename", [True, False])
def test_every_field_of_a_listing_has_a_rule_and_an_owner_of_the_pair(rename: bool):
    table = page_ownership("pair", "src", "shop", StorePolicy(rename=rename))
    assert table.lint(on.LISTING_FIELDS, ("src", "shop")) == ()
    assert table.lint(on.LISTING_FIELDS, ("other", "shop")) != ()


def test_the_table_prints_well():
    lines = str(TABLE).splitlines()
    assert lines[0] == "Consonance and BigCommerce"
    assert lines[1].split() == ["field", "owner", "rule"]
    assert len(lines) == 2 + len(on.LISTING_FIELDS) + 1
    assert "  price             consonance   owner" in lines
    assert "  name              consonance   written once" in lines
    assert "  page title        bigcommerce  owner" in lines
    assert "  categories        consonance   elements" in lines
    assert lines[-1] == "  all others        consonance   owner"
    starts = {line.index(line.split()[-1]) for line in lines[2:] if line.split()[-1] == "owner"}
    assert len(starts) == 1, "columns stand under each other"


def test_names_follow_only_by_policy():
    assert TABLE.rule(on.NAME).name == "written once"
    table = page_ownership("pair", "src", "shop", StorePolicy(rename=True))
    assert table.rule(on.NAME).name == "owner"
    assert table.rule(on.ADDRESS).name == "written once", "addresses stay in any case"
    assert table.fingerprint != page_ownership("pair", "src", "shop", StorePolicy()).fingerprint


def test_another_packages_field_is_the_sources():
    assert TABLE.rule(Field[int]("listing", "acme_reading_age")).owner == "consonance"


def test_pages_and_variants_map_only_fields_of_a_listing():
    known = set(on.LISTING_FIELDS)
    single = set(page_mapper(StorePolicy()).fields)
    several = set(page_mapper(StorePolicy(layout=Layout.VARIANTS)).fields)
    variant = set(variant_mapper(StorePolicy()).fields)
    assert single | several | variant <= known
    assert known - single - variant == {on.PAGE_TITLE}, "all others are filled by somebody"
    assert {on.SKU, on.GTIN, on.ISBN, on.FORM} <= single - several
    assert {on.SKU, on.PRICE, on.OPTION, on.SELLING, on.WEIGHT_G} <= variant


def change(name: AnyField, after: Any) -> Change:
    return Change(field=name, before=MISSING, after=after, owner="src", rule="rule")


@pytest.mark.parametrize(
    ("name", "after", "kind"),
    [
        (on.PRICE, 1, StepKind.PRICE),
        (on.FAMILY, frozenset(), StepKind.RELATE),
        (on.DESCRIPTION, "x", StepKind.CHANGE),
        (on.STOCK_TRACKED, False, StepKind.CHANGE),
        (on.VISIBLE, True, StepKind.PUBLISH),
        (on.VISIBLE, False, StepKind.HIDE),
        (on.SELLING, on.Selling.LIVE, StepKind.PUBLISH),
        (on.SELLING, on.Selling.PREORDER, StepKind.PUBLISH),
        (on.SELLING, on.Selling.CLOSED, StepKind.HIDE),
        (on.RELEASE, datetime(2027, 1, 1, tzinfo=UTC), StepKind.PUBLISH),
        (on.RELEASE, CLEARED, StepKind.CHANGE),
        (on.OUTLETS, frozenset({Outlet("1")}), StepKind.PUBLISH),
        (on.OUTLETS, frozenset(), StepKind.HIDE),
        (on.OUTLETS, CLEARED, StepKind.HIDE),
    ],
)
def test_a_change_is_of_the_kind_a_publisher_would_call_it(name: AnyField, after: Any, kind: StepKind):
    assert kind_of(change(name, after)) is kind
