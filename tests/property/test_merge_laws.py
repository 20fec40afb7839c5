"""Laws of merging: owners win in any order, deciding twice changes nothing, others' elements survive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

from attrs import evolve
from hypothesis import Phase, event, given, seed, settings
from hypothesis import strategies as st

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.record import Fact, Kin, Note, Outlet, Picture, Placement
from commerce_bridge.merge import (
    Case,
    Rule,
    append_only,
    by_field,
    consent_of,
    custom,
    decide,
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
from commerce_bridge.merge.collections import alike, elements, is_nothing, moves, standing
from rigs.cases import PRICE, case

small = st.sampled_from("abc")
facts = st.builds(Fact, st.sampled_from(["Author", "Series"]), small)
pictures = st.builds(
    Picture, st.sampled_from(["token:1", "token:2"]), st.just(""), small, st.booleans(), st.integers(0, 1)
)
notes = st.builds(Note, st.just("ours"), small, small, st.booleans())
placements = st.builds(Placement, st.lists(small, min_size=1, max_size=2).map(tuple))
kinds = (facts, pictures, notes, placements, st.builds(Outlet, small), st.builds(Kin, small))


OURS = elements_of("src")


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


def settled(wanted: Any, base: Any, shown: frozenset[Any], rule: Rule = OURS) -> tuple[frozenset[Any], Any]:
    """One round: decide, apply, remember; what is the target's own is neither written nor agreed on."""
    there = standing(wanted, base, shown)
    decision = decide(case(wanted, there, base), rule)
    if decision.value is MISSING or decision.owner == "shop":
        return shown, base
    return applied(shown, there, decision.value) if decision.changes(there) else shown, decision.value


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


PAIR = {"src": "shop", "shop": "src"}
SKEW = timedelta(minutes=5)
JOINING: list[Rule] = [make(own) for make in (union, append_only) for own in PAIR]
FAIR: list[Rule] = [
    rule
    for own, other in PAIR.items()
    for rule in (three_way(own, other), newest(own, SKEW), newest(own, timedelta(0)))
]
"""Rules that may decide values of any kind, and do not care who is source and who is target."""


@given(st.one_of(collections(), singles()), st.sampled_from([*JOINING, *FAIR]))
def test_a_second_round_changes_nothing_under_any_rule(given_: tuple[Any, Any, frozenset[Any]], rule: Rule):
    wanted, base, shown = given_
    once, agreed = settled(wanted, base, shown, rule)
    event("the first round changed something" if once != shown else "the first round changed nothing")
    twice, again = settled(wanted, agreed, once, rule)
    assert twice == once
    assert alike(again, agreed)


@given(collections(), st.sampled_from([*JOINING, *FAIR, elements_of("shop"), owned_by("src")]))
def test_elements_of_others_survive_under_any_rule(given_: tuple[Any, Any, frozenset[Any]], rule: Rule):
    wanted, base, shown = given_
    after, _ = settled(wanted, base, shown, rule)
    ours = elements(wanted) | elements(base)
    places = {one.slot for one in ours if not isinstance(one, Fact)}
    others = {one for one in shown if one not in ours and one.slot not in places}
    event("others have elements" if others else "nobody else has any")
    assert others <= after


@given(collections(), st.sampled_from(list(PAIR)))
def test_what_is_only_appended_to_never_loses_a_place(given_: tuple[Any, Any, frozenset[Any]], owner: str):
    wanted, base, shown = given_
    after, agreed = settled(wanted, base, shown, append_only(owner))
    places = {one if isinstance(one, Fact) else one.slot for one in after}
    assert {one if isinstance(one, Fact) else one.slot for one in shown} <= places
    if wanted is not MISSING or base is not MISSING:
        kept = {one if isinstance(one, Fact) else one.slot for one in elements(wanted) | elements(base)}
        assert kept <= places, "what is wanted, or was agreed on, is there"
        assert kept <= {one if isinstance(one, Fact) else one.slot for one in elements(agreed)}


plain = st.one_of(st.sampled_from([MISSING, CLEARED]), st.integers(0, 3))
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
instants = st.integers(-8, 8).map(lambda minutes: NOON + timedelta(minutes=minutes))
clocks = st.fixed_dictionaries({}, optional={"src": instants, "shop": instants})


def size(value: Any) -> int:
    return -1 if is_nothing(value) else int(value)


MAXIMA: list[Rule] = [
    rule
    for own in PAIR
    for rule in (
        maximum(own),
        maximum(own, key=lambda value: value // 2, name="half"),
        maximum(own, name="most"),
    )
]
GREATER = [
    custom("greater", 1, own, lambda one: max(one.said("src"), one.said("shop"), key=size)) for own in PAIR
]
OLD: list[Rule] = [owned_by("src"), owned_by("shop"), written_once("src"), until_edited("src", "shop")]
COMPOSED = [
    first_of(when("dear", lambda one: size(one.standing) > 1, owned_by("shop")), three_way("src", "shop")),
    by_field({PRICE: newest("shop", SKEW)}, owned_by("src")),
    consent_of("src"),
]
RULES = [*OLD, *FAIR, *MAXIMA, *COMPOSED]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any case of one field with a single value."""
    return case(draw(plain), draw(plain), draw(plain), is_new=draw(st.booleans()), changed_at=draw(clocks))


def kind_of(one: Case) -> str:
    """What there is to decide: a conflict is that both sides say something else than they agreed on."""
    mine, theirs = one.said("src"), one.said("shop")
    if mine is MISSING or theirs is MISSING:
        return "a side says nothing"
    if alike(mine, theirs):
        return "both say the same"
    if one.base is MISSING:
        return "a conflict: they never agreed"
    if alike(mine, one.base) or alike(theirs, one.base):
        return "one side changed it"
    return "a conflict: both changed it"


def shares(strategy: st.SearchStrategy[Any], kind: Callable[[Any], str]) -> Counter[str]:
    """How many of a seeded sample are of each kind."""
    found: Counter[str] = Counter()

    @seed(20261102)
    @settings(database=None, phases=[Phase.generate], derandomize=False)
    @given(strategy)
    def look(one: Any) -> None:
        found[kind(one)] += 1

    look()
    return found


def test_a_tenth_of_the_cases_and_more_hold_a_conflict():
    found = shares(cases(), kind_of)
    assert sum(found.values()) >= 50
    conflicts = sum(count for kind, count in found.items() if kind.startswith("a conflict"))
    assert conflicts >= sum(found.values()) / 10, found
    assert found["one side changed it"] > 0


def test_a_tenth_of_the_collections_and_more_have_elements_of_others():
    def kind(given_: tuple[Any, Any, frozenset[Any]]) -> str:
        wanted, base, shown = given_
        return "others" if shown - elements(wanted) - elements(base) else "ours alone"

    found = shares(collections(), kind)
    assert found["others"] >= sum(found.values()) / 10, found


def after_of(one: Case, rule: Rule) -> tuple[Any, Any]:
    """What the target shows and what is agreed on once a decision was carried out."""
    made = decide(one, rule)
    if made.owner == "shop" or made.value is MISSING:
        return one.standing, one.base
    shown = made.value if made.changes(one.standing) else one.standing
    return MISSING if shown is CLEARED else shown, made.value


@given(cases(), st.sampled_from([*RULES, *GREATER]))
def test_deciding_twice_changes_nothing(one: Case, rule: Rule):
    event(kind_of(one))
    shown, agreed = after_of(one, rule)
    # A record of which something was written exists; one of which nothing was is still to be made.
    new = one.is_new and is_nothing(shown)
    after = evolve(one, sides={"src": one.wanted, "shop": shown}, base=agreed, is_new=new)
    assert alike(after_of(after, rule)[0], shown)
    assert decide(one, rule) == decide(one, rule), "a decision hangs on its case alone"


@given(cases(), st.sampled_from([*RULES, *GREATER]))
def test_a_value_never_comes_from_nowhere(one: Case, rule: Rule):
    made = decide(one, rule)
    assert any(alike(made.value, value) for value in one.sides.values())
    assert dict(made.candidates) == dict(one.sides)
    if made.loser is not None:
        assert not alike(made.candidates[made.loser], made.value)


@given(cases(), st.sampled_from([*RULES, *GREATER, *JOINING]))
def test_what_stands_in_the_targets_name_is_never_written(one: Case, rule: Rule):
    if rule in JOINING:  # of single values it cannot join different ones
        one = evolve(
            one, sides={side: as_set(value) for side, value in one.sides.items()}, base=as_set(one.base)
        )
    made = decide(one, rule)
    event(f"in the name of {made.owner}")
    if made.owner == "shop":
        assert not made.changes(one.standing)


def as_set(value: Any) -> Any:
    return value if value is MISSING or value is CLEARED else frozenset(range(value))


@given(cases(), st.sampled_from([*OLD, *FAIR, *MAXIMA, *COMPOSED]))
def test_a_source_that_says_nothing_changes_nothing(one: Case, rule: Rule):
    silent = evolve(one, sides={**one.sides, "src": MISSING})
    assert not decide(silent, rule).changes(one.standing)


@given(plain, clocks, st.sampled_from([*FAIR, *MAXIMA]), st.sampled_from(list(PAIR)))
def test_a_field_that_one_side_cleared_stays_cleared(agreed: Any, at: Any, rule: Rule, side: str):
    """The other side still says what both agreed on, or says nothing."""
    sides = {side: CLEARED, PAIR[side]: agreed}
    made = decide(case(sides["src"], sides["shop"], agreed, changed_at=at), rule)
    assert made.value is CLEARED
    silent = {side: CLEARED, PAIR[side]: MISSING}
    made = decide(case(silent["src"], silent["shop"], MISSING, changed_at=at), rule)
    assert made.value is CLEARED, "cleared and absent are two things"


@given(cases(), st.sampled_from([*FAIR, *MAXIMA, *JOINING]))
def test_it_does_not_matter_who_is_source_and_who_is_target(one: Case, rule: Rule):
    """Said: each value as it counts, since only a target is seen whole."""
    if rule in JOINING:
        one = evolve(
            one, sides={side: as_set(value) for side, value in one.sides.items()}, base=as_set(one.base)
        )
    said = {side: one.said(side) for side in one.sides}
    if MISSING in said.values() and not is_nothing(one.base):
        said = {side: CLEARED if value is MISSING else value for side, value in said.items()}
    event(kind_of(one))
    straight = decide(evolve(one, sides=said), rule)
    turned = decide(evolve(one, sides=said, source="shop", target="src"), rule)
    assert turned.value == straight.value
    assert turned.loser == straight.loser
    assert turned.reason == straight.reason


@given(
    cases(), st.sampled_from([three_way, newest, maximum, union, append_only]), st.sampled_from(list(PAIR))
)
def test_sides_that_change_their_names_change_nothing_else(one: Case, make: Any, owner: str):
    """Who is called what decides no tie; the owner is the owner by either name."""
    if make in (union, append_only):
        one = evolve(
            one, sides={side: as_set(value) for side, value in one.sides.items()}, base=as_set(one.base)
        )
    extra: dict[str, Any] = {name: {three_way: PAIR[name], newest: SKEW}.get(make) for name in PAIR}
    rules = {name: make(name, extra[name]) if extra[name] is not None else make(name) for name in PAIR}
    straight = decide(one, rules[owner])
    renamed = evolve(
        one,
        sides={PAIR[side]: value for side, value in one.sides.items()},
        changed_at={PAIR[side]: at for side, at in one.changed_at.items()},
        source=PAIR[one.source],
        target=PAIR[one.target],
    )
    turned = decide(renamed, rules[PAIR[owner]])
    assert turned.value == straight.value
    assert turned.owner == PAIR[straight.owner]


@given(cases(), st.sampled_from([*FAIR, *MAXIMA]))
def test_a_value_that_both_changed_is_the_owners_unless_evidence_says_otherwise(one: Case, rule: Rule):
    made = decide(one, rule)
    if kind_of(one).startswith("a conflict") and made.owner != rule.owner:
        assert rule.name != "three-way"
        gap = one.changed_at[made.owner] - one.changed_at[rule.owner] if rule.name == "newest" else None
        assert gap is None or gap > (SKEW if "0:05" in rule.parameters else timedelta(0))
    elif kind_of(one) == "one side changed it" and rule.name in {"three-way", "newest"}:
        assert not alike(made.value, one.base), "the side that changed it is heard"


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
