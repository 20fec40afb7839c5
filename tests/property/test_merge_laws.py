"""Laws of merging: owners win in any order, deciding twice changes nothing, others' elements survive."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.record import Fact, Kin, Note, Outlet, Picture, Placement
from commerce_bridge.merge import Rule, decide, elements_of, owned_by, until_edited, written_once
from commerce_bridge.merge.collections import alike, elements, moves, standing
from rigs.cases import case

small = st.sampled_from("abc")
facts = st.builds(Fact, st.sampled_from(["Author", "Series"]), small)
pictures = st.builds(
    Picture, st.sampled_from(["token:1", "token:2"]), st.just(""), small, st.booleans(), st.integers(0, 1)
)
notes = st.builds(Note, st.just("ours"), small, small, st.booleans())
placements = st.builds(Placement, st.lists(small, min_size=1, max_size=2).map(tuple))
kinds = (facts, pictures, notes, placements, st.builds(Outlet, small), st.builds(Kin, small))


def by_slot(found: frozenset[Any]) -> frozenset[Any]:
    """At most one element in each place, as sources say and targets show; facts may share a name."""
    return frozenset({(one if isinstance(one, Fact) else one.slot): one for one in sorted(found)}.values())


@st.composite
def collections(draw: st.DrawFn) -> tuple[Any, Any, frozenset[Any]]:
    """What a source wants, what we put there last, and what the target shows, all of one kind."""
    kind = draw(st.sampled_from(kinds))
    sets = st.frozensets(kind, max_size=4).map(by_slot)
    wanted = draw(st.one_of(sets, st.just(CLEARED), st.just(MISSING)))
    base = draw(st.one_of(sets, st.just(MISSING)))
    return wanted, base, draw(sets)


@st.composite
def singles(draw: st.DrawFn) -> tuple[Any, Any, frozenset[Any]]:
    """The same for a field with a single element; what it wants and wanted stands in one place."""
    place = draw(st.sampled_from(["Author", "Series"]))
    mine = st.builds(Fact, st.just(place), small)
    wanted = draw(st.one_of(mine, st.just(CLEARED), st.just(MISSING)))
    base = draw(st.one_of(mine, st.just(MISSING)))
    return wanted, base, draw(st.frozensets(facts, max_size=4))


def applied(shown: frozenset[Any], before: Any, after: Any) -> frozenset[Any]:
    """A target that does exactly what it is told."""
    told = moves(before, after)
    assert {old for old, _ in told.edit} | set(told.remove) <= shown, "only what is there is touched"
    gone = {old for old, _ in told.edit} | set(told.remove)
    return (shown - gone) | {new for _, new in told.edit} | set(told.add)


def settled(wanted: Any, base: Any, shown: frozenset[Any]) -> tuple[frozenset[Any], Any]:
    """One round: decide, apply, remember."""
    there = standing(wanted, base, shown)
    decision = decide(case(wanted, there, base), elements_of("src"))
    after = applied(shown, there, decision.value) if decision.changes(there) else shown
    return after, base if decision.value is MISSING else decision.value


@given(st.one_of(collections(), singles()))
def test_a_second_round_changes_nothing(given_: tuple[Any, Any, frozenset[Any]]):
    wanted, base, shown = given_
    once, agreed = settled(wanted, base, shown)
    assert settled(wanted, agreed, once) == (once, agreed)


@given(st.one_of(collections(), singles()))
def test_what_is_wanted_stands_afterwards(given_: tuple[Any, Any, frozenset[Any]]):
    wanted, base, shown = given_
    after, _ = settled(wanted, base, shown)
    assert elements(wanted) <= after


@given(collections())
def test_elements_of_others_survive(given_: tuple[Any, Any, frozenset[Any]]):
    wanted, base, shown = given_
    after, _ = settled(wanted, base, shown)
    ours = elements(wanted) | elements(base)
    places = {one.slot for one in ours if not isinstance(one, Fact)}
    others = {one for one in shown if one not in ours and one.slot not in places}
    assert others <= after


@given(collections())
def test_what_we_put_there_and_no_longer_want_goes(given_: tuple[Any, Any, frozenset[Any]]):
    wanted, base, shown = given_
    after, _ = settled(wanted, base, shown)
    if wanted is not MISSING:
        assert not (elements(base) - elements(wanted)) & after
    else:
        assert after == shown, "a side that says nothing leaves what is there"


@given(singles())
def test_a_single_element_touches_only_its_own_place(given_: tuple[Any, Any, frozenset[Any]]):
    wanted, base, shown = given_
    after, _ = settled(wanted, base, shown)
    slots = {one.slot for one in elements(wanted) | elements(base)}
    assert {one for one in shown if one.slot not in slots} <= after
    assert len(after) <= max(len(shown), 1) + (1 if wanted is not MISSING else 0)


@given(collections())
def test_no_more_is_done_than_has_to_be(given_: tuple[Any, Any, frozenset[Any]]):
    wanted, base, shown = given_
    there = standing(wanted, base, shown)
    told = moves(there, wanted)
    touched = [*told.add, *(new for _, new in told.edit), *told.remove, *(old for old, _ in told.edit)]
    assert len(touched) == len(set(touched))
    assert all(old.slot == new.slot for old, new in told.edit)
    assert not {one.slot for one in told.add} & {one.slot for one in told.remove}


@given(st.one_of(collections(), singles()))
def test_the_order_in_which_a_target_shows_its_elements_does_not_matter(
    given_: tuple[Any, Any, frozenset[Any]],
):
    wanted, base, shown = given_
    values = [standing(wanted, base, order) for order in permutations(sorted(shown, key=repr))]
    assert all(value == values[0] for value in values)


plain = st.one_of(st.sampled_from([MISSING, CLEARED]), st.integers(0, 3))
RULES = [owned_by("src"), owned_by("shop"), written_once("src"), until_edited("src", "shop")]


@given(plain, plain, plain, st.sampled_from(RULES), st.booleans())
def test_deciding_twice_changes_nothing(wanted: Any, shown: Any, base: Any, rule: Rule, new: bool):
    first = decide(case(wanted, shown, base, is_new=new), rule)
    after = first.value if first.changes(shown) else shown
    agreed = base if first.value is MISSING or first.owner == "shop" else first.value
    again = decide(case(wanted, after, agreed), rule)
    assert not again.changes(after)
    assert decide(case(wanted, shown, base, is_new=new), rule) == first, "a decision hangs on its case alone"


@given(plain, plain, plain, st.sampled_from(RULES))
def test_a_value_never_comes_from_nowhere(wanted: Any, shown: Any, base: Any, rule: Rule):
    decision = decide(case(wanted, shown, base), rule)
    assert decision.value in {wanted, shown}
    if decision.loser is not None:
        assert not alike(decision.candidates[decision.loser], decision.value)


@given(plain, plain, plain)
def test_nothing_owned_by_the_shop_is_written_by_the_source(wanted: Any, shown: Any, base: Any):
    assert not decide(case(wanted, shown, base), owned_by("shop")).changes(shown)


@given(st.lists(st.tuples(st.sampled_from(["src", "shop"]), plain), max_size=6))
def test_for_an_owned_field_the_order_of_arrival_does_not_matter(arrivals: list[tuple[str, Any]]):
    """Whatever comes in between, what stands at the end is the owner's last word."""

    def end(order: list[tuple[str, Any]]) -> Any:
        said, shown, agreed = MISSING, MISSING, MISSING
        for side, value in order:
            if side == "src":
                said = value
            else:
                shown = value
            decision = decide(case(said, shown, agreed), owned_by("src"))
            shown = decision.value if decision.changes(shown) else shown
            agreed = agreed if decision.value is MISSING else decision.value
        return said, shown

    source = [one for one in arrivals if one[0] == "src"]
    shop = [one for one in arrivals if one[0] == "shop"]
    said, shown = end(arrivals)
    if said is not MISSING:
        assert alike(shown, said)
        assert alike(end([*shop, *source])[1], shown)
        assert alike(end([*source, *shop])[1], shown)


@given(st.lists(st.tuples(st.sampled_from(["src", "shop"]), st.integers(0, 3)), min_size=1, max_size=8))
def test_an_edit_stands_until_both_say_the_same(events: list[tuple[str, Any]]):
    """Whoever spoke last is right, except that the shop's word stands against the source until they agree."""
    rule = until_edited("src", "shop")
    said, shown, agreed = 0, 0, 0
    own_word = False
    for side, value in events:
        if side == "src":
            said = value
        else:
            shown = value
            own_word = value != agreed  # what was agreed on, put back, is no word of its own
        own_word = own_word and shown != said
        expected = shown if own_word else said
        decision = decide(case(said, shown, agreed), rule)
        shown = decision.value if decision.changes(shown) else shown
        agreed = decision.value if decision.owner == "src" else agreed
        assert shown == expected
