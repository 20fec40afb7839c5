"""The ownership table: data that is printed, linted, extended, and asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commerce_bridge.domain.consent import Medium, consent_field
from commerce_bridge.domain.fields import Field
from commerce_bridge.errors import MappingError
from commerce_bridge.merge import (
    Ownership,
    Rule,
    append_only,
    by_field,
    consent_of,
    custom,
    elements_of,
    first_of,
    maximum,
    newest,
    owned_by,
    three_way,
    union,
    until_edited,
    when,
    written_once,
)

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


def test_it_prints_what_a_rule_was_given():
    table = Ownership(
        pair="p", rules={NAME: newest("src", timedelta(minutes=5))}, others=until_edited("src", "shop")
    )
    assert str(table).splitlines()[2:] == [
        "  name        src    newest (skew 0:05:00)",
        "  all others  src    until edited",
    ]


NEVER = Rule("never", 1, "src", lambda one: None)
MINE = custom("mine", 1, "src", lambda one: None)
DEAR = when("dear", lambda one: one.wanted > 9, owned_by("src"))
DEAR_SHOP = when("dear", lambda one: one.wanted > 9, owned_by("shop"))
DEAR_MINE = when("dear", lambda one: one.wanted > 9, MINE)
SRC, SHOP = owned_by("src"), owned_by("shop")


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (SRC, ()),
        (first_of(SRC), ()),
        (first_of(NEVER, MINE, DEAR, SRC), ()),
        (first_of(SRC, SHOP), ("never asks 'owner' of shop: 'owner' before it decides every case",)),
        (
            first_of(written_once("src"), NEVER, SHOP),
            (
                "never asks 'never' of src: 'written once' before it decides every case",
                "never asks 'owner' of shop: 'written once' before it decides every case",
            ),
        ),
        (first_of(MINE, MINE, SRC), ("asks 'mine (custom)' of src twice: it says the same again",)),
        (
            first_of(DEAR, DEAR_SHOP, SRC),
            ("never asks 'owner when dear' of shop: 'owner when dear' before it decides those cases",),
        ),
        (first_of(DEAR_MINE, DEAR_SHOP, SRC), ()),
        (
            first_of(MINE, first_of(SRC, SHOP)),
            ("never asks 'owner' of shop: 'owner' before it decides every case",),
        ),
        (
            first_of(first_of(MINE, SHOP), SRC),
            (f"never asks 'owner' of src: {first_of(MINE, SHOP).name!r} before it decides every case",),
        ),
        (
            when("dear", lambda one: True, first_of(SRC, SHOP)),
            ("never asks 'owner' of shop: 'owner' before it decides every case",),
        ),
        (
            by_field({NAME: first_of(SRC, SHOP)}, MINE),
            ("never asks 'owner' of shop: 'owner' before it decides every case",),
        ),
        (by_field({PRICE: first_of(SRC, SHOP)}, MINE), ()),
        (
            first_of(by_field({NAME: SRC}, MINE), SHOP),
            (
                f"never asks 'owner' of shop: {by_field({NAME: SRC}, MINE).name!r} before it decides every case",
            ),
        ),
        (first_of(by_field({PRICE: SRC}, MINE), SHOP), ()),
        (
            first_of(by_field({PRICE: MINE}, SRC), MINE),
            (
                f"never asks 'mine (custom)' of src: {by_field({PRICE: MINE}, SRC).name!r} before it decides every case",
            ),
        ),
    ],
)
def test_lint_tells_rules_that_are_never_asked(rule: Rule, told: tuple[str, ...]):
    table = Ownership(pair="p", rules={NAME: rule})
    assert table.lint([NAME], ("src", "shop")) == tuple(f"thing.name {why}" for why in told)


@pytest.mark.parametrize(
    "rule",
    [
        owned_by("src"),
        written_once("src"),
        until_edited("src", "shop"),
        elements_of("src"),
        three_way("src", "shop"),
        newest("src", timedelta(0)),
        maximum("src"),
        union("src"),
        append_only("src"),
        consent_of("src"),
    ],
    ids=lambda rule: rule.name,
)
def test_nothing_after_a_rule_that_decides_every_case_is_ever_asked(rule: Rule):
    table = Ownership(pair="p", rules={NAME: first_of(rule, SHOP)})
    assert len(table.lint([NAME])) == 1


@pytest.mark.parametrize(
    "rule",
    [
        three_way("src", "shp"),
        until_edited("src", "shp"),
        first_of(MINE, owned_by("shp")),
        first_of(DEAR, when("cheap", lambda one: True, owned_by("shp"))),
        by_field({NAME: owned_by("shp"), PRICE: owned_by("other")}, SRC),
        by_field(
            {PRICE: SRC},
            first_of(
                MINE,
                owned_by("shp"),
            ),
        ),
    ],
)
def test_lint_tells_every_side_that_a_rule_names(rule: Rule):
    table = Ownership(pair="p", rules={NAME: rule})
    assert table.lint([NAME], ("src", "shop")) == ("thing.name names 'shp', which is no side of the pair",)
    assert table.lint([NAME]) == ()


CONSENT = consent_field(Medium.EMAIL)


def test_consent_under_another_rule_than_its_own_is_told_by_lint_and_refused_when_it_is_asked_for():
    right = Ownership(pair="p", rules={CONSENT: consent_of("shop")})
    assert right.lint([CONSENT], ("src", "shop")) == ()
    assert right.rule(CONSENT).name == "consent"
    told = "customer.consent_email is consent, which no sync writes, but is under the rule 'owner': take consent_of()"
    wrong = (
        Ownership(pair="p", rules={CONSENT: SRC}),
        Ownership(pair="p", rules={}, others=SRC),
    )
    assert wrong[0].lint([CONSENT]) == (told,)
    assert wrong[1].lint([CONSENT]) == ("customer.consent_email has no rule", told)
    for table in wrong:
        with pytest.raises(
            MappingError, match="is consent, and the table of p has it under the rule 'owner'"
        ) as error:
            table.rule(CONSENT)
        assert "consent_of" in error.value.hint


def test_no_rule_passes_for_that_of_consent_by_its_name():
    posing = Ownership(pair="p", rules={CONSENT: custom("consent", 1, "shop", lambda one: one.wanted)})
    assert len(posing.lint([CONSENT])) == 1
    hidden = Ownership(pair="p", rules={CONSENT: first_of(MINE, consent_of("shop"))})
    assert len(hidden.lint([CONSENT])) == 1
