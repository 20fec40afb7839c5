"""The ownership table: data that is printed, linted, extended, and asked."""

from __future__ import annotations

import pytest

from commerce_bridge.domain.fields import Field
from commerce_bridge.errors import MappingError
from commerce_bridge.merge import Ownership, owned_by, written_once

NAME, PRICE, AGE = (Field[str]("thing", name) for name in ("name", "price", "age"))
TABLE = Ownership(pair="source and shop", rules={NAME: written_once("src"), PRICE: owned_by("src")})


def test_a_field_has_one_rule_and_one_without_is_told_with_the_way_out():
    assert TABLE.rule(NAME).name == "written once"
    with pytest.raises(
        MappingError, match=r"thing\.age has no owner in the table of source and shop"
    ) as told:
        TABLE.rule(AGE)
    assert "with_rules" in told.value.hint


def test_a_table_is_changed_by_making_another():
    more = TABLE.with_rules({AGE: owned_by("shop"), PRICE: owned_by("shop")})
    assert more.rule(AGE).owner == "shop"
    assert more.rule(PRICE).owner == "shop"
    assert TABLE.rule(PRICE).owner == "src"
    assert more.fingerprint != TABLE.fingerprint
    assert TABLE.with_rules({}).fingerprint == TABLE.fingerprint


def test_a_rule_for_all_others_speaks_where_no_other_does():
    table = Ownership(pair="p", rules=TABLE.rules, others=owned_by("shop"))
    assert table.rule(AGE).owner == "shop"
    assert table.rule(NAME).owner == "src"
    assert table.with_rules({}).others is table.others
    assert table.fingerprint != TABLE.fingerprint


@pytest.mark.parametrize(
    ("fields", "sides", "told"),
    [
        ([NAME, PRICE], ("src", "shop"), ()),
        ([NAME, PRICE, AGE], (), ("thing.age has no rule",)),
        ([NAME], (), ("thing.price has a rule, but thing has no such field",)),
        (
            [NAME, PRICE],
            ("store",),
            (
                "thing.name is owned by 'src', which is no side of the pair",
                "thing.price is owned by 'src', which is no side of the pair",
            ),
        ),
        ([NAME, PRICE], (), ()),
    ],
)
def test_lint_says_what_is_wrong(fields: list[Field[str]], sides: tuple[str, ...], told: tuple[str, ...]):
    assert TABLE.lint(fields, sides) == told


def test_lint_allows_other_packages_fields_where_others_have_a_rule():
    table = Ownership(pair="p", rules={**TABLE.rules, AGE: owned_by("src")}, others=owned_by("shp"))
    assert table.lint([NAME, PRICE]) == ()
    assert table.lint([NAME, PRICE, PRICE], ("src", "shop")) == (
        "all others is owned by 'shp', which is no side of the pair",
    )


def test_it_prints_as_a_table():
    assert str(TABLE) == (
        "source and shop\n  field  owner  rule\n  name   src    written once\n  price  src    owner"
    )
    labelled = Ownership(
        pair="p",
        rules={Field[str]("thing", "a_b", label="A and B"): owned_by("src")},
        others=owned_by("shop"),
    )
    assert str(labelled).splitlines()[2:] == ["  A and B     src    owner", "  all others  shop   owner"]


def test_an_empty_table_prints_too():
    assert str(Ownership(pair="p", rules={})).splitlines() == ["p", "  field  owner  rule"]
