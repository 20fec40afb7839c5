"""Rules decide one field: owners, what is written once, edits that stand, and how rules compose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.record import Fact
from commerce_bridge.errors import MappingError
from commerce_bridge.merge import (
    Decision,
    Rule,
    by_field,
    decide,
    elements_of,
    first_of,
    owned_by,
    until_edited,
    when,
    written_once,
)
from rigs.cases import PRICE, case

A, B = Fact("Author", "A"), Fact("Author", "B")
NEVER = Rule("never", 1, "src", lambda one: None)


@pytest.mark.parametrize(
    ("make", "wanted", "standing", "value", "loser"),
    [
        (lambda: owned_by("src"), 1, 2, 1, "shop"),
        (lambda: owned_by("src"), 1, 1, 1, None),
        (lambda: owned_by("src"), 1, MISSING, 1, None),
        (lambda: owned_by("src"), MISSING, 2, 2, None),
        (lambda: owned_by("src"), CLEARED, 2, CLEARED, "shop"),
        (lambda: owned_by("src"), 0, 2, 0, "shop"),
        (lambda: owned_by("src"), "", 2, "", "shop"),
        (lambda: owned_by("src"), False, True, False, "shop"),
        (lambda: owned_by("shop"), 1, 2, 2, "src"),
        (lambda: owned_by("shop"), 1, MISSING, MISSING, "src"),
        (lambda: written_once("src"), 1, MISSING, 1, None),
        (lambda: written_once("src"), 1, CLEARED, 1, None),
        (lambda: written_once("src"), 1, 2, 2, "src"),
        (lambda: written_once("src"), CLEARED, 2, 2, None),
        (lambda: written_once("src"), MISSING, 2, 2, None),
        (lambda: written_once("src"), 1, 1, 1, None),
        (lambda: elements_of("src"), frozenset({A}), frozenset({B}), frozenset({A}), "shop"),
        (lambda: elements_of("src"), MISSING, frozenset({B}), frozenset({B}), None),
        (lambda: elements_of("src"), CLEARED, frozenset({B}), frozenset(), "shop"),
        (lambda: elements_of("src"), A, MISSING, A, None),
    ],
)
def test_what_a_rule_decides_and_who_loses(
    make: Callable[[], Rule], wanted: Any, standing: Any, value: Any, loser: Any
):
    rule = make()  # made here, not when the tests are gathered: a mutant of it must be met
    decision = decide(case(wanted, standing), rule)
    assert decision.value == value
    assert decision.loser == loser
    assert decision.owner == rule.owner
    assert decision.candidates == {"src": wanted, "shop": standing}


def test_what_is_written_once_is_written_when_the_record_is_new_whatever_it_shows():
    assert decide(case(1, 2, is_new=True), written_once("src")).value == 1


def test_what_is_kept_says_why():
    assert decide(case(1, 2), written_once("src")).reason == "written when the record was made, kept since"
    assert decide(case(2, 2), written_once("src")).reason == ""


@pytest.mark.parametrize(
    ("wanted", "standing", "base", "value", "owner"),
    [
        ("new", "old", "old", "new", "src"),
        ("new", "edited", "old", "edited", "shop"),
        ("edited", "edited", "old", "edited", "src"),
        ("new", MISSING, "old", MISSING, "shop"),
        ("new", CLEARED, "old", CLEARED, "shop"),
        ("new", "edited", MISSING, "new", "src"),
        ("new", MISSING, MISSING, "new", "src"),
        ("new", MISSING, CLEARED, "new", "src"),
        ("new", "edited", CLEARED, "edited", "shop"),
        (MISSING, "old", "old", MISSING, "src"),
        (CLEARED, "old", "old", CLEARED, "src"),
        (CLEARED, "edited", "old", "edited", "shop"),
        ("new", frozenset(), CLEARED, "new", "src"),
    ],
)
def test_an_edit_stands_until_the_owner_says_the_same(
    wanted: Any, standing: Any, base: Any, value: Any, owner: str
):
    decision = decide(case(wanted, standing, base), until_edited("src", "shop"))
    assert (decision.value, decision.owner) == (value, owner)
    assert decision.reason == ("edited on shop" if owner == "shop" else "")


@pytest.mark.parametrize(
    ("standing", "base", "edited"),
    [
        (1, MISSING, False),
        (1, 1, False),
        (2, 1, True),
        (MISSING, 1, True),
        (MISSING, CLEARED, False),
        (CLEARED, CLEARED, False),
        (frozenset(), CLEARED, False),
        (MISSING, frozenset(), False),
        (frozenset({A}), A, False),
        (frozenset({B}), A, True),
    ],
)
def test_an_edit_is_a_difference_from_what_was_agreed(standing: Any, base: Any, edited: bool):
    assert case(standing=standing, base=base).edited is edited


def test_the_first_rule_with_something_to_say_decides():
    assert decide(case(1, 2), first_of(NEVER, owned_by("shop"), owned_by("src"))).value == 2
    with pytest.raises(MappingError, match="given no rule"):
        first_of()


def test_a_rule_may_speak_in_some_cases_only():
    dear = when("dear", lambda one: one.standing > 10, owned_by("shop"))
    rule = first_of(dear, owned_by("src"))
    assert decide(case(1, 20), rule).value == 20
    assert decide(case(1, 5), rule).value == 1
    assert dear.name == "owner when dear"
    assert dear(case(1, 5)) is None


def test_rules_may_differ_by_field():
    name = Field[str]("thing", "name")
    rule = by_field({PRICE: owned_by("shop")}, owned_by("src"))
    assert decide(case(1, 2), rule).value == 2
    assert decide(case(1, 2, field=name), rule).value == 1


def test_a_field_that_no_rule_decides_is_told():
    with pytest.raises(MappingError, match=r"No rule decides thing\.price for the pair src and shop"):
        decide(case(1, 2), first_of(NEVER))


@pytest.mark.parametrize(
    "rule",
    [
        owned_by("publisher"),
        written_once("publisher"),
        until_edited("publisher", "shop"),
        elements_of("publisher"),
    ],
)
def test_an_owner_that_is_no_side_is_told_with_the_sides_there_are(rule: Rule):
    with pytest.raises(MappingError, match="owned by 'publisher', which is no side") as told:
        decide(case(1, 2), rule)
    assert "src and shop" in told.value.hint


def test_fingerprints_follow_name_version_owner_and_what_is_inside():
    def bumped(one: Rule) -> Rule:
        return Rule(one.name, one.version + 1, one.owner, one.decide)

    rules = [
        owned_by("src"),
        owned_by("shop"),
        bumped(owned_by("src")),
        written_once("src"),
        until_edited("src", "shop"),
        elements_of("src"),
        first_of(owned_by("src")),
        first_of(bumped(owned_by("src"))),
        first_of(NEVER, owned_by("src")),
        when("dear", lambda one: True, owned_by("src")),
        when("cheap", lambda one: True, owned_by("src")),
        when("dear", lambda one: True, bumped(owned_by("src"))),
        by_field({PRICE: owned_by("shop")}, owned_by("src")),
        by_field({PRICE: owned_by("src")}, owned_by("src")),
        by_field({}, owned_by("src")),
    ]
    assert len({rule.fingerprint for rule in rules}) == len(rules)


@pytest.mark.parametrize(
    ("value", "standing", "changes"),
    [
        (1, 1, False),
        (1, 2, True),
        (1, MISSING, True),
        (1, CLEARED, True),
        (MISSING, 1, False),
        (MISSING, MISSING, False),
        (CLEARED, 1, True),
        (CLEARED, MISSING, False),
        (CLEARED, CLEARED, False),
        (CLEARED, frozenset(), False),
        (CLEARED, frozenset({A}), True),
        (frozenset(), MISSING, False),
        (frozenset(), frozenset({A}), True),
        (frozenset({A}), frozenset({A}), False),
        (A, frozenset({A}), False),
        (frozenset({A}), A, False),
        (A, frozenset({A, B}), True),
        (A, B, True),
        (frozenset({"x"}), frozenset({"y"}), True),
        (0, False, False),
        ("", CLEARED, True),
    ],
)
def test_a_decision_changes_the_target_only_where_it_differs(value: Any, standing: Any, changes: bool):
    made = Decision(field=PRICE, value=value, owner="src", rule="r")
    assert made.changes(standing) is changes
