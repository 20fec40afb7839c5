"""The mapper algebra: fields joined by |, overrides, all problems at once, and fingerprints."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import field as member
from attrs import frozen

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.fields import AnyField, Field
from commerce_bridge.errors import MappingError
from commerce_bridge.mapping import Mapper, Problem, field, named, override
from rigs.titles import make_context

NAME = Field[str]("thing", "name")
PRICE = Field[int]("thing", "price")
COLOUR = Field[str]("thing", "colour")
CONTEXT = make_context()


@frozen
class Thing:
    name: str | None = "Ash"
    extra: dict[AnyField, Any] = member(factory=dict)


def const(value: Any, name: str = "const", version: int = 1):
    return named(name, lambda thing, context: value, version=version)


def test_a_mapper_gives_values_by_field_with_the_rule_of_each():
    mapper = field(NAME, const("Elm", "name/plain")) | field(PRICE, const(3, "price/flat"))
    mapped = mapper(Thing(), CONTEXT)
    assert mapped.values == {NAME: "Elm", PRICE: 3}
    assert mapped.rules == {NAME: "name/plain", PRICE: "price/flat"}
    assert mapped.problems == ()
    assert not mapped.blocked
    assert mapper.fields == (NAME, PRICE)


def test_two_rules_for_one_field_are_an_error_that_names_both():
    with pytest.raises(MappingError, match="'first' and 'second'") as told:
        field(NAME, const("a", "first")) | field(NAME, const("b", "second"))
    assert "thing.name" in str(told.value)
    assert "override" in told.value.hint


def test_an_override_replaces_in_place_and_adds_where_there_is_none():
    base = field(NAME, const("a")) | field(PRICE, const(1))
    mapper = base | override(NAME, const("b")) | override(COLOUR, const("red"))
    assert mapper.fields == (NAME, PRICE, COLOUR)
    assert mapper(Thing(), CONTEXT).values == {NAME: "b", PRICE: 1, COLOUR: "red"}
    assert base(Thing(), CONTEXT).values[NAME] == "a", "the base is a value and has not changed"


def test_an_override_that_comes_first_does_not_hide_a_second_rule():
    with pytest.raises(MappingError):
        override(NAME, const("a")) | field(NAME, const("b"))


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ("x", {NAME: "x"}),
        ("", {NAME: ""}),
        (0, {NAME: 0}),
        (False, {NAME: False}),
        (MISSING, {}),
        (CLEARED, {NAME: CLEARED}),
        (None, {NAME: CLEARED}),
    ],
)
def test_not_sent_cleared_and_a_value_are_three_things(given: Any, values: dict[AnyField, Any]):
    mapped = field(NAME, const(given))(Thing(), CONTEXT)
    assert mapped.values == values
    assert set(mapped.rules) == set(values)


def test_all_problems_come_at_once_each_with_its_field():
    other = Field[str]("thing", "other")
    mapper = (
        field(NAME, const(Problem(code="a", message="A.")))
        | field(PRICE, const(Problem(code="b", message="B.", blocking=True, instead=7)))
        | field(COLOUR, const(Problem(code="c", message="C.", field=other, instead=None)))
    )
    mapped = mapper(Thing(), CONTEXT)
    assert [(one.code, one.field) for one in mapped.problems] == [("a", NAME), ("b", PRICE), ("c", other)]
    assert mapped.values == {PRICE: 7, COLOUR: CLEARED}
    assert mapped.blocked


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (MappingError("No such colour.", hint="Paint it."), "No such colour. Paint it."),
        (ValueError("seven"), "ValueError: seven"),
        (KeyError("ash"), "KeyError: 'ash'"),
        (ZeroDivisionError("by nothing"), "ZeroDivisionError: by nothing"),
    ],
)
def test_a_rule_that_cannot_read_one_record_becomes_a_problem_and_the_others_go_on(
    error: Exception, said: str
):
    def bad(thing: Any, context: Any) -> Any:
        raise error

    mapped = (field(NAME, named("name/odd", bad)) | field(PRICE, const(1)))(Thing(), CONTEXT)
    assert mapped.values == {PRICE: 1}
    (problem,) = mapped.problems
    assert (problem.code, problem.field) == ("mapping", NAME)
    assert problem.message == f"The rule 'name/odd' cannot compute name: {said}"


@pytest.mark.parametrize("error", [TypeError("fault"), AttributeError("fault")])
def test_a_fault_of_the_program_is_raised(error: Exception):
    def bad(thing: Any, context: Any) -> Any:
        raise error

    with pytest.raises(type(error), match="fault"):
        field(NAME, bad)(Thing(), CONTEXT)


def test_rules_are_given_the_entity_and_the_context():
    seen: list[Any] = []

    def look(thing: Any, context: Any) -> Any:
        seen.append((thing, context))
        return thing.name

    thing = Thing()
    field(NAME, look)(thing, CONTEXT)
    assert seen == [(thing, CONTEXT)]


def test_the_fingerprint_follows_field_name_version_and_parameters():
    def rule(**params: Any) -> Mapper:
        return field(NAME, named("rule", lambda thing, context: 1, **params))

    prints = [
        rule().fingerprint,
        rule(version=2).fingerprint,
        rule(table={"a": 1}).fingerprint,
        rule(table={"a": 2}).fingerprint,
        field(PRICE, named("rule", lambda thing, context: 1)).fingerprint,
        field(NAME, named("other", lambda thing, context: 1)).fingerprint,
        (rule() | field(PRICE, const(1))).fingerprint,
    ]
    assert len(set(prints)) == len(prints)
    assert None not in prints
    assert rule(table={"a": 1, "b": 2}).fingerprint == rule(table={"b": 2, "a": 1}).fingerprint


def test_one_rule_without_a_name_leaves_the_mapper_without_a_fingerprint():
    assert (field(NAME, const("a")) | field(PRICE, lambda thing, context: 1)).fingerprint is None
    mapped = field(PRICE, lambda thing, context: 1)(Thing(), CONTEXT)
    assert mapped.rules == {PRICE: "<lambda>"}
