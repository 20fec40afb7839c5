"""Rules that pick between two sides: by what both agreed on, by clocks, by size, by a function of one's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.money import Money
from commerce_bridge.domain.record import Fact
from commerce_bridge.errors import MappingError
from commerce_bridge.merge import (
    Case,
    Decision,
    Rule,
    custom,
    decide,
    first_of,
    maximum,
    newest,
    owned_by,
    three_way,
)
from commerce_bridge.merge.collections import alike
from rigs.cases import case

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
SKEW = timedelta(minutes=5)
A, B = Fact("Author", "A"), Fact("Author", "B")
PAIR = {"src": "shop", "shop": "src"}


def told(
    rule: Rule, wanted: Any, standing: Any, base: Any = MISSING, **more: Any
) -> tuple[Any, str, str | None, str]:
    made = decide(case(wanted, standing, base, **more), rule)
    assert made.candidates == {"src": wanted, "shop": standing}
    assert made.rule == rule.name
    return made.value, made.owner, made.loser, made.reason


@pytest.mark.parametrize("owner", ["src", "shop"])
@pytest.mark.parametrize(
    "make", [lambda own: three_way(own, PAIR[own]), lambda own: newest(own, SKEW), maximum]
)
@pytest.mark.parametrize(
    ("wanted", "standing", "base", "value", "side"),
    [
        # both say the same: it is agreed on, in the source's name
        (3, 3, MISSING, 3, "src"),
        (3, 3, 2, 3, "src"),
        (CLEARED, CLEARED, 3, CLEARED, "src"),
        (CLEARED, frozenset(), MISSING, CLEARED, "src"),
        (CLEARED, MISSING, 3, CLEARED, "src"),
        # one says nothing: the other is heard, and what it cleared stays cleared
        (MISSING, 3, MISSING, 3, "shop"),
        (MISSING, 3, 2, 3, "shop"),
        (MISSING, CLEARED, MISSING, CLEARED, "shop"),
        (3, MISSING, MISSING, 3, "src"),
        (CLEARED, MISSING, MISSING, CLEARED, "src"),
        (0, MISSING, MISSING, 0, "src"),
        # a target is seen whole: what was agreed on and is shown no more was cleared there
        (MISSING, MISSING, 3, CLEARED, "shop"),
        (3, MISSING, 3, CLEARED, "shop"),
        # one cleared it, the other still says what both agreed on
        (CLEARED, 3, 3, CLEARED, "src"),
        (3, CLEARED, 3, CLEARED, "shop"),
    ],
)
def test_all_of_them_hear_an_absence_the_same_way(
    make: Any, owner: str, wanted: Any, standing: Any, base: Any, value: Any, side: str
):
    found, by, _, _ = told(make(owner), wanted, standing, base)
    assert alike(found, value)
    assert found is not MISSING
    assert by == side


@pytest.mark.parametrize("owner", ["src", "shop"])
@pytest.mark.parametrize(
    "make", [lambda own: three_way(own, PAIR[own]), lambda own: newest(own, SKEW), maximum]
)
def test_two_sides_that_say_nothing_decide_nothing(make: Any, owner: str):
    assert told(make(owner), MISSING, MISSING) == (MISSING, owner, None, "")


@pytest.mark.parametrize(
    ("wanted", "standing", "base", "value", "side", "reason"),
    [
        (5, 3, 3, 5, "src", "only src changed it"),
        (3, 5, 3, 5, "shop", "only shop changed it"),
        (5, 4, 3, 5, "src", "both changed it since they last agreed"),
        (5, 4, MISSING, 5, "src", "the sides never agreed on a value"),
        (CLEARED, 4, MISSING, CLEARED, "src", "the sides never agreed on a value"),
        (CLEARED, 4, 3, CLEARED, "src", "both changed it since they last agreed"),
        (5, CLEARED, 3, 5, "src", "both changed it since they last agreed"),
        (5, MISSING, 3, 5, "src", "both changed it since they last agreed"),
        (5, 4, CLEARED, 5, "src", "both changed it since they last agreed"),
        (A, B, frozenset({A}), B, "shop", "only shop changed it"),
        (frozenset({B}), A, A, frozenset({B}), "src", "only src changed it"),
    ],
)
def test_three_way_takes_the_side_that_changed(
    wanted: Any, standing: Any, base: Any, value: Any, side: str, reason: str
):
    loser = PAIR[side]
    assert told(three_way("src", "shop"), wanted, standing, base) == (value, side, loser, reason)


@pytest.mark.parametrize(
    ("base", "value", "side"), [(3, 4, "shop"), (MISSING, 4, "shop"), (4, 5, "src"), (5, 4, "shop")]
)
def test_three_way_may_be_owned_by_the_target(base: Any, value: Any, side: str):
    assert told(three_way("shop", "src"), 5, 4, base)[:2] == (value, side)


def test_a_record_that_is_made_anew_was_not_cleared_on_the_target():
    assert told(three_way("src", "shop"), 3, MISSING, 3, is_new=True)[:2] == (3, "src")
    assert told(three_way("src", "shop"), MISSING, MISSING, 3, is_new=True)[:2] == (MISSING, "src")


def test_three_way_needs_two_sides_of_the_pair():
    with pytest.raises(MappingError, match="'src' for both sides"):
        three_way("src", "src")
    with pytest.raises(MappingError, match="owned by 'desk', which is no side"):
        decide(case(1, 1), three_way("src", "desk"))
    with pytest.raises(MappingError, match="owned by 'desk', which is no side"):
        decide(case(1, 1), three_way("desk", "src"))


@pytest.mark.parametrize(
    ("minutes", "value", "reason"),
    [
        (-6, 5, "changed later on src"),
        (-5, 5, "changed within 0:05:00 of each other, too close for two clocks"),
        (0, 5, "changed within 0:05:00 of each other, too close for two clocks"),
        (5, 5, "changed within 0:05:00 of each other, too close for two clocks"),
        (6, 4, "changed later on shop"),
    ],
)
@pytest.mark.parametrize("base", [MISSING, 3])
def test_newest_compares_two_clocks_only_beyond_their_bound(minutes: int, value: int, reason: str, base: Any):
    clocks = {"src": NOON, "shop": NOON + timedelta(minutes=minutes)}
    side = "src" if value == 5 else "shop"
    assert told(newest("src", SKEW), 5, 4, base, changed_at=clocks) == (value, side, PAIR[side], reason)


@pytest.mark.parametrize(("minutes", "value"), [(-6, 5), (-5, 4), (5, 4), (6, 4)])
def test_inside_the_bound_the_owner_wins_whoever_it_is(minutes: int, value: int):
    clocks = {"src": NOON, "shop": NOON + timedelta(minutes=minutes)}
    assert told(newest("shop", SKEW), 5, 4, changed_at=clocks)[0] == value


@pytest.mark.parametrize(
    ("clocks", "unknown"),
    [({}, "src"), ({"shop": NOON}, "src"), ({"src": NOON}, "shop")],
)
def test_without_evidence_the_owner_wins_and_the_reason_says_so(clocks: dict[str, datetime], unknown: str):
    reason = f"when {unknown} changed it is not known"
    assert told(newest("src", SKEW), 5, 4, changed_at=clocks) == (5, "src", "shop", reason)


def test_a_side_that_still_says_what_was_agreed_on_is_older_whatever_its_clock_says():
    clocks = {"src": NOON, "shop": NOON + timedelta(days=9)}
    assert told(newest("src", SKEW), 5, 4, 4, changed_at=clocks) == (5, "src", "shop", "only src changed it")
    assert told(newest("shop", SKEW), 5, 4, 5, changed_at={}) == (4, "shop", "src", "only shop changed it")


def test_a_side_that_cleared_it_changed_it_too_though_the_sides_never_agreed():
    clocks = {"src": NOON, "shop": NOON - timedelta(days=9)}
    assert told(newest("src", SKEW), CLEARED, 4, changed_at=clocks)[:2] == (CLEARED, "src")
    assert told(newest("src", SKEW), 4, CLEARED, changed_at=clocks)[:2] == (4, "src")
    assert told(newest("shop", SKEW), CLEARED, 4, changed_at={})[:2] == (4, "shop")


def test_with_one_clock_the_bound_may_be_nothing_and_never_less():
    clocks = {"src": NOON, "shop": NOON + timedelta(microseconds=1)}
    assert told(newest("src", timedelta(0)), 5, 4, changed_at=clocks)[0] == 4
    assert told(newest("src", timedelta(0)), 5, 4, changed_at=dict.fromkeys(clocks, NOON))[0] == 5
    with pytest.raises(MappingError, match="never negative"):
        newest("src", timedelta(seconds=-1))


@pytest.mark.parametrize("side", ["src", "shop"])
def test_an_instant_without_a_zone_is_told(side: str):
    clocks = {"src": NOON, "shop": NOON} | {side: datetime(2026, 11, 2)}
    with pytest.raises(
        MappingError, match=rf"{side} says that thing\.price changed at 2026-11-02T00:00:00, which has no"
    ):
        decide(case(5, 4, changed_at=clocks), newest("src", SKEW))


@pytest.mark.parametrize("owner", ["src", "shop"])
@pytest.mark.parametrize(
    ("wanted", "standing", "value", "side"),
    [
        (5, 4, 5, "src"),
        (4, 5, 5, "shop"),
        (Decimal("1.5"), 1, Decimal("1.5"), "src"),
        ("b", "a", "b", "src"),
        (NOON, NOON + SKEW, NOON + SKEW, "shop"),
        (frozenset({"x"}), frozenset({"x", "y"}), frozenset({"x", "y"}), "shop"),
        (frozenset({A, B}), frozenset({A}), frozenset({A, B}), "src"),
        (frozenset({A}), frozenset(), frozenset({A}), "src"),
    ],
)
def test_the_greater_value_stands(owner: str, wanted: Any, standing: Any, value: Any, side: str):
    assert told(maximum(owner), wanted, standing) == (value, side, PAIR[side], "")


@pytest.mark.parametrize("owner", ["src", "shop"])
def test_a_side_that_has_no_value_is_not_greater(owner: str):
    assert told(maximum(owner), CLEARED, 3) == (3, "shop", "src", "src has none")
    assert told(maximum(owner), 3, CLEARED) == (3, "src", "shop", "shop has none")
    assert told(maximum(owner), CLEARED, 3, 2) == (3, "shop", "src", "src has none")
    assert told(maximum(owner), CLEARED, 3, CLEARED) == (3, "shop", "src", "src has none")


def test_a_clearing_of_what_was_agreed_on_is_told():
    assert told(maximum("shop"), CLEARED, 3, 3) == (CLEARED, "src", "shop", "only src changed it")


def test_what_is_compared_may_be_said_and_a_tie_is_the_owners():
    longest = maximum("src", key=len, name="longest")
    assert told(longest, "abc", "de") == ("abc", "src", "shop", "")
    assert told(longest, "ab", "cde") == ("cde", "shop", "src", "")
    assert told(longest, "ab", "cd") == ("ab", "src", "shop", "")
    assert told(maximum("shop", key=len, name="longest"), "ab", "cd") == ("cd", "shop", "src", "")
    dearest = maximum("src", key=lambda money: money.amount, name="dearest")
    assert told(dearest, Money(Decimal(1), "GBP"), Money(Decimal(2), "GBP"))[1] == "shop"
    assert told(maximum("src", key=lambda one: one.value, name="last"), A, B)[:2] == (B, "shop")


@pytest.mark.parametrize("name", ["maximum", "", " "])
def test_a_key_needs_a_name_of_its_own(name: str):
    with pytest.raises(MappingError, match="key without a name"):
        maximum("src", key=len, name=name)


@pytest.mark.parametrize(
    ("wanted", "standing", "kinds"),
    [
        (1, "a", "a str and a int"),
        (A, B, "a Fact and a Fact"),
        (A, frozenset({A, B}), "a set and a Fact"),
        (frozenset({A}), frozenset({B}), "a set and a set"),
        (float("nan"), 1.0, "a float and a float"),
        (Money(Decimal(1), "GBP"), Money(Decimal(2), "GBP"), "a Money and a Money"),
        (None, 1, "a int and a NoneType"),
    ],
)
def test_values_without_an_order_are_told_and_not_shown(wanted: Any, standing: Any, kinds: str):
    with pytest.raises(
        MappingError, match=rf"'maximum' cannot tell .* thing\.price is greater: {kinds} have"
    ) as told_:
        decide(case(wanted, standing), maximum("src"))
    assert "key=" in told_.value.hint


def longer(one: Case) -> Any:
    return max((one.wanted, one.standing), key=len)


@pytest.mark.parametrize(
    ("value_of", "value", "side", "loser"),
    [
        (longer, "longer", "shop", "src"),
        (lambda one: "both", "both", "src", "src"),
        (lambda one: one.wanted, "short", "src", "shop"),
        (lambda one: CLEARED, CLEARED, "src", "src"),
        (lambda one: MISSING, "longer", "shop", "src"),
        (lambda one: "", "", "src", "src"),
    ],
)
def test_a_function_of_ones_own(value_of: Any, value: Any, side: str, loser: str):
    assert told(custom("mine", 1, "src", value_of), "short", "longer") == (value, side, loser, "")


def test_a_function_of_ones_own_may_leave_it_to_the_next():
    rule = first_of(custom("mine", 1, "src", lambda one: None), owned_by("shop"))
    assert decide(case(1, 2), rule).value == 2
    with pytest.raises(MappingError, match="No rule decides"):
        decide(case(1, 2), custom("mine", 1, "src", lambda one: None))


def test_what_a_function_clears_is_in_the_owners_name_though_the_other_says_nothing():
    made = decide(case(3, MISSING), custom("mine", 1, "src", lambda one: CLEARED))
    assert (made.value, made.owner) == (CLEARED, "src")


def test_a_value_of_ones_own_is_never_written_over_what_the_target_owns():
    made = decide(case(1, 2), custom("mine", 1, "shop", lambda one: 3))
    assert (made.value, made.owner) == (3, "shop")
    assert decide(case(1, 2), custom("mine", 1, "shop", lambda one: 1)).owner == "src"


@pytest.mark.parametrize("name", ["", "  "])
def test_a_function_of_ones_own_needs_a_name(name: str):
    with pytest.raises(MappingError, match="without a name"):
        custom(name, 1, "src", lambda one: 1)


def test_the_owner_must_be_a_side():
    rules = [newest("desk", SKEW), maximum("desk"), custom("mine", 1, "desk", lambda one: 9)]
    for rule in rules:
        with pytest.raises(MappingError, match="'desk', which is no side"):
            decide(case(1, 2), rule)


def test_fingerprints_follow_what_a_rule_was_given():
    rules = [
        three_way("src", "shop"),
        three_way("shop", "src"),
        newest("src", SKEW),
        newest("src", SKEW * 2),
        newest("shop", SKEW),
        maximum("src"),
        maximum("shop"),
        maximum("src", key=len, name="longest"),
        maximum("src", key=abs, name="farthest"),
        maximum("src", name="greatest"),
        custom("mine", 1, "src", longer),
        custom("mine", 2, "src", longer),
        custom("mine", 1, "shop", longer),
        custom("other", 1, "src", longer),
        Rule("mine", 1, "src", lambda one: None),
    ]
    assert len({rule.fingerprint for rule in rules}) == len(rules)
    assert newest("src", SKEW).label == "newest (skew 0:05:00)"
    assert three_way("src", "shop").label == "three-way"
    assert three_way("src", "shop").fingerprint == "three-way@1/src/shop"


def test_a_value_of_a_personal_field_is_not_in_the_text_of_a_case_or_a_decision():
    secret = Field[str]("customer", "email", personal=True)
    one = case("ada@example.com", "bob@example.com", "old@example.com", field=secret)
    made = decide(one, owned_by("src"))
    assert "example" not in repr(one) + repr(made)
    assert "•••" in repr(one)
    assert "owner='src'" in repr(made)
    assert repr(Decision(field=case().field, value=1, owner="src", rule="r")).startswith("Decision(field=")
    assert "value=1" in repr(Decision(field=case().field, value=1, owner="src", rule="r"))
