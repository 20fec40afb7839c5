"""Rules that join what both sides have: union, and what is never removed."""

from __future__ import annotations

from typing import Any

import pytest

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.record import Fact, Note, Picture, Placement
from commerce_bridge.errors import MappingError
from commerce_bridge.merge import Rule, append_only, decide, union
from commerce_bridge.merge.collections import joined
from rigs.cases import case

A, B, C = (Fact("Author", name) for name in "ABC")
NOTE_1, NOTE_2 = Note("ours", "id", "1"), Note("ours", "id", "2")
OLD, NEW, OTHER = Picture("token:1", text="old"), Picture("token:1", text="new"), Picture("token:2")
CRIME, BEST = Placement(("Crime",)), Placement(("Bestsellers",))
X, Y, XY = frozenset({"x"}), frozenset({"y"}), frozenset({"x", "y"})
BOTH = "what is on either side"


def told(rule: Rule, wanted: Any, standing: Any, base: Any = MISSING) -> tuple[Any, str, str | None, str]:
    made = decide(case(wanted, standing, base), rule)
    assert made.rule == rule.name
    return made.value, made.owner, made.loser, made.reason


@pytest.mark.parametrize("owner", ["src", "shop"])
@pytest.mark.parametrize("make", [union, append_only])
@pytest.mark.parametrize(
    ("wanted", "standing", "value", "reason"),
    [
        (X, Y, XY, BOTH),
        (X, XY, XY, BOTH),
        (X, X, X, ""),
        (X, frozenset(), X, BOTH),
        (frozenset({A}), frozenset({B}), frozenset({A, B}), BOTH),
        (frozenset({CRIME}), frozenset({BEST}), frozenset({CRIME, BEST}), BOTH),
        (A, frozenset({B}), frozenset({A, B}), BOTH),
        (A, B, frozenset({A, B}), BOTH),
        (CLEARED, X, X, BOTH),
        (X, CLEARED, X, BOTH),
        (CLEARED, CLEARED, CLEARED, ""),
        ("text", "text", "text", ""),
        ("text", CLEARED, "text", BOTH),
    ],
)
def test_what_is_on_either_side_is_joined_in_the_sources_name(
    make: Any, owner: str, wanted: Any, standing: Any, value: Any, reason: str
):
    assert told(make(owner), wanted, standing) == (value, "src", None, reason)


@pytest.mark.parametrize("owner", ["src", "shop"])
def test_a_side_that_says_nothing_takes_nothing_away(owner: str):
    for make in (union, append_only):
        assert told(make(owner), MISSING, X)[0] == X
        assert told(make(owner), X, MISSING)[0] == X
        assert told(make(owner), MISSING, CLEARED)[0] is CLEARED
        assert told(make(owner), CLEARED, MISSING)[0] is CLEARED
        assert told(make(owner), MISSING, MISSING) == (MISSING, owner, None, "")


def test_an_element_goes_from_a_union_once_neither_side_has_it():
    assert told(union("src"), X, X, XY)[0] == X
    assert told(union("src"), X, XY, XY)[0] == XY
    assert told(union("src"), XY, X, XY)[0] == XY
    assert told(union("src"), CLEARED, MISSING, XY)[0] is CLEARED


def test_what_both_agreed_on_is_never_removed_where_things_are_only_appended():
    assert told(append_only("src"), X, X, XY) == (XY, "src", None, BOTH)
    assert told(append_only("src"), CLEARED, CLEARED, X)[0] == X
    assert told(append_only("src"), CLEARED, MISSING, X)[0] == X
    assert told(append_only("src"), MISSING, Y, X)[0] == XY
    assert told(append_only("src"), frozenset({B}), frozenset({C}), A)[0] == frozenset({A, B, C})
    assert told(append_only("src"), CLEARED, CLEARED, "text")[0] == "text"


@pytest.mark.parametrize(
    ("owner", "note", "picture", "loser"), [("src", NOTE_1, NEW, "shop"), ("shop", NOTE_2, OLD, "src")]
)
def test_of_two_elements_in_one_place_the_owners_stands(owner: str, note: Note, picture: Picture, loser: str):
    for make in (union, append_only):
        assert told(make(owner), NOTE_1, NOTE_2) == (note, "src", loser, BOTH)
        value = told(make(owner), frozenset({NEW}), frozenset({OLD, OTHER}))
        assert value == (frozenset({picture, OTHER}), "src", loser, BOTH)


def test_an_edit_of_what_was_agreed_on_is_no_removal():
    assert told(append_only("src"), frozenset({NEW}), frozenset({OLD}), frozenset({OLD}))[0] == frozenset(
        {NEW}
    )
    assert told(append_only("src"), CLEARED, frozenset({NEW}), frozenset({OLD}))[0] == frozenset({NEW})


@pytest.mark.parametrize("make", [union, append_only])
@pytest.mark.parametrize(
    ("wanted", "standing"), [("a", "b"), (1, 2), ("a", X), (A, "a"), (frozenset({A}), "a"), (0, frozenset())]
)
def test_single_values_that_differ_are_told_and_not_shown(make: Any, wanted: Any, standing: Any):
    rule = make("src")
    with pytest.raises(
        MappingError, match=rf"'{rule.name}' joins sets .* thing\.price has single values that differ"
    ):
        decide(case(wanted, standing), rule)


def test_a_single_value_that_both_replaced_cannot_be_appended_to():
    with pytest.raises(MappingError, match="single values that differ"):
        decide(case("b", "b", "a"), append_only("src"))
    assert decide(case("b", "b", "a"), union("src")).value == "b"


@pytest.mark.parametrize("rule", [union("desk"), append_only("desk")])
def test_the_owner_must_be_a_side(rule: Rule):
    with pytest.raises(MappingError, match="'desk', which is no side"):
        decide(case(X, Y), rule)


@pytest.mark.parametrize(
    ("values", "value"),
    [
        ((), MISSING),
        ((MISSING, CLEARED), CLEARED),
        ((MISSING,), MISSING),
        ((A, frozenset({A})), A),
        ((frozenset({A}), A), frozenset({A})),
        ((frozenset(), A), frozenset({A})),
        ((A, frozenset()), A),
        ((NOTE_1, frozenset({NOTE_2})), NOTE_1),
        ((frozenset({"x", A}), frozenset({"y"})), frozenset({"x", "y", A})),
        ((X, "x"), None),
    ],
)
def test_joined_values_keep_the_shape_of_the_first(values: tuple[Any, ...], value: Any):
    found = joined(values)
    assert found == value
    assert type(found) is type(value)


def test_fingerprints_follow_rule_and_owner():
    rules = [union("src"), union("shop"), append_only("src"), append_only("shop")]
    assert len({rule.fingerprint for rule in rules}) == len(rules)
