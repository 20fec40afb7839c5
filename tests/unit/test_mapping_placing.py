"""Custom fields and metafields: where a value stands on the target, by rule."""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import Any

import pytest

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.record import Fact, Note
from commerce_bridge.errors import MappingError
from commerce_bridge.mapping import Problem, custom_field, field, metafield, named, override, value_of
from rigs.titles import make_context, make_listing

AGE = Field[int]("listing", "acme_reading_age", label="reading age")
CONTEXT = make_context()


class Band(enum.Enum):
    YOUNG = "5 to 7"


def listing(**extra: Any):
    from attrs import evolve

    return evolve(make_listing(), extra={AGE: extra["age"]} if "age" in extra else {})


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (7, Fact("Reading age", "7")),
        ("  7+ ", Fact("Reading age", "7+")),
        (Decimal("7.50"), Fact("Reading age", "7.50")),
        (Band.YOUNG, Fact("Reading age", "5 to 7")),
        (("5", "6"), frozenset({Fact("Reading age", "5"), Fact("Reading age", "6")})),
        (["5", "", "5"], frozenset({Fact("Reading age", "5")})),
        (frozenset[str](), frozenset[Fact]()),
        ("", CLEARED),
        ("  ", CLEARED),
        (None, CLEARED),
        (CLEARED, CLEARED),
    ],
)
def test_a_value_becomes_a_custom_field(given: Any, wanted: Any):
    mapped = field(AGE, custom_field("Reading age"))(listing(age=given), CONTEXT)
    assert mapped.values == {AGE: wanted}
    assert mapped.problems == ()


def test_a_field_that_nobody_filled_says_nothing():
    assert field(AGE, custom_field("Reading age"))(listing(), CONTEXT).values == {}


def test_a_value_becomes_a_metafield():
    mapper = field(AGE, metafield("acme", "age", shown=True))
    assert mapper(listing(age=7), CONTEXT).values == {AGE: Note("acme", "age", "7", True)}
    assert mapper(listing(age=""), CONTEXT).values == {AGE: CLEARED}
    assert mapper(listing(), CONTEXT).values == {}


def test_a_value_can_be_computed_and_its_problem_keeps_its_words():
    problem = Problem(code="odd", message="Odd.", instead=9)
    mapper = field(AGE, custom_field("Age", named("odd", lambda entity, context: problem)))
    mapped = mapper(listing(), CONTEXT)
    assert mapped.values == {AGE: Fact("Age", "9")}
    assert [(one.code, one.field) for one in mapped.problems] == [("odd", AGE)]


def test_value_of_finds_an_attribute_or_what_travels_in_extra():
    title = make_listing().title
    assert value_of(Field("title", "name"))(title, CONTEXT) == "The Black Road"
    assert value_of(Field("title", "subtitle"))(title, CONTEXT) is CLEARED, "None there is no value"
    assert value_of(AGE)(listing(age=7), CONTEXT) == 7
    assert value_of(AGE)(listing(), CONTEXT) is MISSING


def test_it_takes_part_in_the_fingerprint_only_as_far_as_everything_in_it_has_a_name():
    named_one = field(AGE, custom_field("Age", named("age", lambda entity, context: 1)))
    same = field(AGE, custom_field("Age", named("age", lambda entity, context: 1)))
    other = field(AGE, custom_field("Age", named("age", lambda entity, context: 1, version=2)))
    renamed = field(AGE, custom_field("Ages", named("age", lambda entity, context: 1)))
    assert named_one.fingerprint == same.fingerprint
    assert len({named_one.fingerprint, other.fingerprint, renamed.fingerprint}) == 3
    assert field(AGE, custom_field("Age")).fingerprint is not None
    nameless = override(AGE, custom_field("Age", lambda entity, context: 1))
    assert nameless.fingerprint is None, "nobody would notice if the lambda changed"
    assert nameless(listing(), CONTEXT).rules == {AGE: "custom field"}


@pytest.mark.parametrize("name", ["", "n" * 251])
def test_a_name_that_no_shop_takes_is_refused_at_once(name: str):
    with pytest.raises(MappingError, match="1 to 250 characters"):
        custom_field(name)


@pytest.mark.parametrize(
    ("namespace", "key"), [("", "key"), ("n" * 65, "key"), ("ours", ""), ("ours", "k" * 65)]
)
def test_a_metafields_place_has_its_limits(namespace: str, key: str):
    with pytest.raises(MappingError, match="1 to 64 characters"):
        metafield(namespace, key)
