"""Collections are owned by element: what stands of ours, and the least that has to be done."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.record import Fact, Kin, Note, Outlet, Picture, Placement
from commerce_bridge.merge.collections import (
    Moves,
    alike,
    elements,
    holds_elements,
    is_nothing,
    moves,
    standing,
)

A, B, C = (Fact("Author", name) for name in "ABC")
ISBN_1, ISBN_2, ISBN_3 = (Fact("ISBN", number) for number in "123")
CRIME, BEST = Placement(("Crime",)), Placement(("Bestsellers",))
OLD, NEW = Picture("token:1", text="old"), Picture("token:1", text="new")
OTHER = Picture("image:7")
NOTE_1, NOTE_2 = Note("ours", "id", "1"), Note("ours", "id", "2")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (A, {A}),
        (frozenset({A, B}), {A, B}),
        (frozenset(), set()),
        (MISSING, set()),
        (CLEARED, set()),
        ("text", set()),
        (frozenset({"text", A}), {A}),
        (None, set()),
    ],
)
def test_the_elements_in_a_value(value: Any, found: set[Any]):
    assert elements(value) == found


@pytest.mark.parametrize(
    ("values", "holds"),
    [
        ((A,), True),
        ((MISSING, OLD), True),
        ((frozenset({CRIME}),), True),
        ((frozenset(),), True),
        ((CLEARED, frozenset()), True),
        ((frozenset(), frozenset({"x"})), False),
        ((frozenset({"x"}),), False),
        ((MISSING, CLEARED), False),
        (("x", 1), False),
        ((), False),
    ],
)
def test_whether_a_field_is_part_of_a_collection(values: tuple[Any, ...], holds: bool):
    assert holds_elements(*values) is holds


@pytest.mark.parametrize(
    ("value", "nothing"),
    [
        (MISSING, True),
        (CLEARED, True),
        (frozenset(), True),
        ("", False),
        (0, False),
        (None, False),
        (A, False),
    ],
)
def test_what_is_nothing(value: Any, nothing: bool):
    assert is_nothing(value) is nothing


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1, 1, True),
        (1, 2, False),
        (MISSING, CLEARED, True),
        (CLEARED, frozenset(), True),
        (A, frozenset({A}), True),
        (A, B, False),
        (A, MISSING, False),
        (frozenset({"x"}), frozenset({"y"}), False),
        ("", CLEARED, False),
    ],
)
def test_what_comes_to_the_same(one: Any, other: Any, same: bool):
    assert alike(one, other) is same
    assert alike(other, one) is same


@pytest.mark.parametrize(
    ("wanted", "base", "shown", "found"),
    [
        # several: ours, and nobody else's
        (frozenset({A, B}), MISSING, [], MISSING),
        (frozenset({A, B}), frozenset(), [], frozenset()),
        (frozenset({A, B}), frozenset({A, B}), [], frozenset()),
        (frozenset({A, B}), frozenset({A, B}), [A, B], frozenset({A, B})),
        (frozenset({A, B}), frozenset({A}), [A, C], frozenset({A})),
        (frozenset({B}), frozenset({A}), [A, C], frozenset({A})),
        (frozenset(), frozenset({A}), [A, C], frozenset({A})),
        (CLEARED, frozenset({A}), [A, C], frozenset({A})),
        (MISSING, frozenset({A}), [A, C], frozenset({A})),
        (frozenset({A}), MISSING, [A, C], frozenset({A})),
        (frozenset({CRIME}), frozenset(), [CRIME, BEST], frozenset({CRIME})),
        (frozenset(), MISSING, [BEST], MISSING),
        # the same picture with other words is the same picture, edited
        (frozenset({NEW}), frozenset({OLD}), [OLD, OTHER], frozenset({OLD})),
        (frozenset({NEW}), MISSING, [OLD, OTHER], frozenset({OLD})),
        # one: whatever stands in its place, ours first
        (ISBN_1, MISSING, [], MISSING),
        (ISBN_1, MISSING, [A], MISSING),
        (ISBN_1, MISSING, [ISBN_2], ISBN_2),
        (ISBN_1, ISBN_1, [ISBN_2, ISBN_1], ISBN_1),
        (ISBN_2, ISBN_2, [ISBN_1, ISBN_2], ISBN_2),
        (ISBN_2, ISBN_1, [ISBN_1, ISBN_3], ISBN_1),
        (ISBN_2, ISBN_1, [ISBN_3], ISBN_3),
        (ISBN_2, ISBN_1, [ISBN_1, ISBN_2], frozenset({ISBN_1, ISBN_2})),
        (CLEARED, ISBN_1, [ISBN_1, ISBN_2], ISBN_1),
        (CLEARED, ISBN_1, [ISBN_2], ISBN_2),
        (MISSING, ISBN_1, [ISBN_1], ISBN_1),
        (NOTE_2, NOTE_1, [NOTE_1], NOTE_1),
    ],
)
def test_what_stands_of_a_fields_part(wanted: Any, base: Any, shown: list[Any], found: Any):
    for order in permutations(shown):
        assert standing(wanted, base, order) == found, "whatever the order in which the target shows them"


def test_of_strangers_in_one_place_the_same_one_is_taken_every_time():
    assert {standing(ISBN_1, MISSING, order) for order in permutations([ISBN_3, ISBN_2])} == {ISBN_2}


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        (MISSING, A, Moves(add=(A,))),
        (MISSING, frozenset({B, A}), Moves(add=(A, B))),
        (A, A, Moves()),
        (A, frozenset({A}), Moves()),
        (A, B, Moves(edit=((A, B),))),
        (A, CLEARED, Moves(remove=(A,))),
        (A, frozenset(), Moves(remove=(A,))),
        (A, MISSING, Moves()),
        (frozenset({A, B}), frozenset({B, C}), Moves(edit=((A, C),))),
        (frozenset({A, B}), frozenset({C}), Moves(edit=((A, C),), remove=(B,))),
        (frozenset({A}), frozenset({B, C}), Moves(add=(C,), edit=((A, B),))),
        (frozenset({CRIME}), frozenset({BEST}), Moves(add=(BEST,), remove=(CRIME,))),
        (frozenset({OLD}), frozenset({NEW}), Moves(edit=((OLD, NEW),))),
        (frozenset({Kin("x")}), frozenset({Kin("x"), Kin("y")}), Moves(add=(Kin("y"),))),
        (frozenset({Outlet("1")}), frozenset(), Moves(remove=(Outlet("1"),))),
        (frozenset({ISBN_1, ISBN_2}), ISBN_2, Moves(remove=(ISBN_1,))),
        (NOTE_1, NOTE_2, Moves(edit=((NOTE_1, NOTE_2),))),
        (CLEARED, CLEARED, Moves()),
    ],
)
def test_the_least_that_has_to_be_done(before: Any, after: Any, wanted: Moves):
    assert moves(before, after) == wanted
