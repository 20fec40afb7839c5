"""Deciding one record: steps, what is remembered, work items; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.dates import earliest
from commerce_bridge.domain.exchange import NaturalKey, Observed, Ref
from commerce_bridge.domain.fields import AnyField, Field
from commerce_bridge.domain.record import Candidates, Fact, Kin, Record
from commerce_bridge.mapping import Mapped, Problem
from commerce_bridge.merge import Case, Decision, Rule, elements_of, owned_by, until_edited
from commerce_bridge.ports.step import Change, StepKind
from commerce_bridge.sync.job import Draft, Job
from commerce_bridge.sync.kept.remembered import Remembered
from commerce_bridge.sync.planning.deciding import Decided, Subject, decide_record, open_work, step_id
from commerce_bridge.sync.planning.index import TargetIndex
from rigs.tiny_shop import COLOUR, NAME, OWNERSHIP, PRICE, TAGS, Tiny, TinySource

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SOURCE, SHOP = Ref("src", "thing", "a"), Ref("shop", "thing", "100")
FAMILY = Field[frozenset[Kin]]("thing", "family")
SIZE = Field[str]("thing", "size")
RED, OLD, OTHERS = Fact("tag", "red"), Fact("tag", "old"), Fact("tag", "bestseller")
JOB: Job[Any] = evolve(
    Tiny(TinySource()).job,
    ownership=OWNERSHIP.with_rules({FAMILY: elements_of("src"), SIZE: until_edited("src", "shop")}),
    after_create=frozenset({FAMILY}),
)


def draft(values: Mapping[AnyField, Any], **more: Any) -> Draft:
    usual: dict[str, Any] = {
        "ref": SOURCE,
        "origin": SOURCE,
        "label": "a Ash",
        "keys": (NaturalKey("key", "a"),),
    }
    return Draft(mapped=Mapped(values=values), **{**usual, **more})


def shown(
    values: Mapping[AnyField, Any] | None = None, *elements: Fact, parts: Mapping[str, Record] | None = None
) -> Observed[Record]:
    record = Record(values=values or {}, elements=dict.fromkeys(elements), parts=parts or {}, ref=SHOP)
    return Observed(value=record, ref=SHOP, version="v1", seen_at=NOW)


def known(agreed: Mapping[AnyField, Any], **more: Any) -> Remembered:
    usual: dict[str, Any] = {
        "record": "A",
        "source": SOURCE,
        "origin": SOURCE,
        "target": SHOP,
        "source_hash": "s0",
        "target_hash": "v0",
        "fingerprint": "rules 1",
        "next_change": None,
        "agreed": {("", name): value for name, value in agreed.items()},
    }
    return Remembered(**{**usual, **more})


def index(*taken: str) -> TargetIndex:
    made = TargetIndex(lambda record: (), (NAME,))
    for number, name in enumerate(taken):
        record = Record(values={NAME: name})
        ref = Ref("shop", "thing", str(200 + number))
        made.add([Observed(value=record, ref=ref, version="v", seen_at=NOW)])
    return made


def decided(
    wanted: Draft | Mapping[AnyField, Any],
    observed: Observed[Record] | None = None,
    remembered: Remembered | None = None,
    *,
    job: Job[Any] = JOB,
    taken: tuple[str, ...] = (),
) -> Decided:
    one = wanted if isinstance(wanted, Draft) else draft(wanted)
    subject = Subject(record="A", draft=one, source_hash="s1", known=remembered, observed=observed)
    return decide_record(job, subject, index(*taken))


def changes(found: Decided) -> dict[AnyField, tuple[Any, Any]]:
    return {one.field: (one.before, one.after) for step in found.steps for one in step.changes}


def test_a_new_record_is_created_with_all_it_has_and_what_needs_it_follows():
    found = decided({NAME: "Ash", PRICE: Decimal(1), TAGS: frozenset({RED}), FAMILY: frozenset({Kin("B")})})
    assert [step.kind for step in found.steps] == [StepKind.CREATE, StepKind.CHANGE]
    create, relate = found.steps
    assert {one.field for one in create.changes} == {NAME, PRICE, TAGS}
    assert all(one.before is MISSING for one in create.changes)
    assert [one.field for one in relate.changes] == [FAMILY]
    assert relate.needs == ("B",)
    assert create.needs == ()
    assert create.target is None
    assert create.seen is None
    assert create.observed == ""
    assert create.keys == (NaturalKey("key", "a"),)
    assert found.standing.target is None
    assert found.standing.agreed["", TAGS] == frozenset({RED})
    assert found.standing.source_hash == "s1"
    assert found.standing.target_hash == ""


def test_only_what_differs_is_changed_each_in_the_step_of_its_kind():
    there = shown({NAME: "Old name", PRICE: Decimal(1), COLOUR: "green"}, RED, OTHERS)
    found = decided(
        {NAME: "Ash", PRICE: Decimal(2), COLOUR: "blue", TAGS: frozenset({RED, OLD})},
        there,
        known({TAGS: frozenset({RED})}),
    )
    assert changes(found) == {
        PRICE: (Decimal(1), Decimal(2)),
        TAGS: (frozenset({RED}), frozenset({RED, OLD})),
    }
    assert [step.kind for step in found.steps] == [StepKind.CHANGE, StepKind.PRICE]
    assert all((step.target, step.observed) == (SHOP, "v1") for step in found.steps)
    assert all(step.seen is not None and set(step.seen.elements) == {RED, OTHERS} for step in found.steps)
    assert all(step.seen.values == {} for step in found.steps if step.seen), "names, not values"
    assert found.decisions["", COLOUR].owner == "shop"
    assert found.standing.target_hash == "", "it is about to change"


def test_nothing_to_do_remembers_the_targets_version():
    found = decided({PRICE: Decimal("1.00")}, shown({PRICE: Decimal(1)}))
    assert found.steps == ()
    assert found.standing.target_hash == "v1"
    assert found.standing.target == SHOP


@pytest.mark.parametrize(
    ("wanted", "there", "expected"),
    [
        (CLEARED, MISSING, {}),
        (CLEARED, Decimal(1), {PRICE: (Decimal(1), CLEARED)}),
        (MISSING, Decimal(1), {}),
    ],
)
def test_a_cleared_field_goes_and_one_not_sent_stays(wanted: Any, there: Any, expected: Any):
    values = {} if there is MISSING else {PRICE: there}
    found = decided({} if wanted is MISSING else {PRICE: wanted}, shown(values), known({PRICE: Decimal(1)}))
    assert changes(found) == expected
    assert found.standing.agreed["", PRICE] == (Decimal(1) if wanted is MISSING else CLEARED)


def test_clearing_elements_takes_only_ours():
    found = decided({TAGS: CLEARED}, shown({}, RED, OTHERS), known({TAGS: frozenset({RED})}))
    assert changes(found) == {TAGS: (frozenset({RED}), frozenset())}


def test_nothing_that_the_shop_owns_is_written_whatever_its_rule_says():
    job = evolve(JOB, ownership=OWNERSHIP.with_rules({PRICE: owned_by("shop")}))
    found = decided({PRICE: Decimal(9)}, shown({PRICE: Decimal(1)}), job=job)
    assert found.steps == ()
    assert found.decisions["", PRICE].value == Decimal(1)
    assert decided({PRICE: Decimal(9)}, job=job).steps == ()


def test_a_rule_that_gives_the_shops_field_another_value_writes_nothing_all_the_same():
    def wrong(case: Case) -> Decision:
        return Decision(field=case.field, value=case.wanted, owner="shop", rule="wrong")

    job = evolve(JOB, ownership=OWNERSHIP.with_rules({PRICE: Rule("wrong", 1, "shop", wrong)}))
    assert decided({PRICE: Decimal(9)}, shown({PRICE: Decimal(1)}), job=job).steps == ()


@pytest.mark.parametrize("exists", [True, False])
def test_a_rule_is_told_whether_the_record_is_new_and_what_each_side_says(exists: bool):
    seen: list[Case] = []

    def look(case: Case) -> Decision:
        seen.append(case)
        return Decision(field=case.field, value=MISSING, owner="src", rule="look")

    job = evolve(JOB, ownership=OWNERSHIP.with_rules({PRICE: Rule("look", 1, "src", look)}))
    there = shown({PRICE: Decimal(1)}) if exists else None
    found = decided({PRICE: Decimal(9)}, there, known({PRICE: Decimal(5)}) if exists else None, job=job)
    (case,) = seen
    assert case.is_new is not exists
    assert case.wanted == Decimal(9)
    assert case.standing == (Decimal(1) if exists else MISSING)
    assert case.base == (Decimal(5) if exists else MISSING)
    assert found.standing.agreed == ({("", PRICE): Decimal(5)} if exists else {}), "nothing was agreed on"


def test_an_edit_that_stands_is_still_an_edit_when_the_source_says_something_new():
    base = known({SIZE: "old"})
    first = decided({SIZE: "old"}, shown({SIZE: "edited"}), base)
    assert first.steps == ()
    assert first.standing.agreed["", SIZE] == "old", "the edit is not what both agreed on"
    later = decided({SIZE: "new"}, shown({SIZE: "edited"}), known({SIZE: first.standing.agreed["", SIZE]}))
    assert later.steps == ()
    both = decided({SIZE: "edited"}, shown({SIZE: "edited"}), base)
    assert both.standing.agreed["", SIZE] == "edited"


def test_a_blocked_draft_changes_nothing_and_forgets_nothing():
    values = {PRICE: Decimal(2), Field[str]("thing", "unowned"): "x"}
    blocked = draft(values, problems=(Problem(code="x", message="X.", blocking=True),))
    found = decided(blocked, shown({PRICE: Decimal(1)}), known({PRICE: Decimal(1)}))
    assert found.steps == ()
    assert found.decisions == {}
    assert found.standing.agreed == {("", PRICE): Decimal(1)}
    assert found.standing.work == {"x": "X."}


@pytest.mark.parametrize("exists", [True, False])
def test_what_sleeps_is_not_made_and_is_changed_where_it_exists(exists: bool):
    asleep = draft({PRICE: Decimal(2)}, dormant=True)
    found = decided(asleep, shown({PRICE: Decimal(1)}) if exists else None)
    assert bool(found.steps) is exists
    assert asleep.unmade


def test_parts_are_decided_each_by_itself():
    parts = {"p": Mapped(values={PRICE: Decimal(2)}), "q": Mapped(values={PRICE: Decimal(3)})}
    there = shown({}, parts={"p": Record(values={PRICE: Decimal(1)}, ref=Ref("shop", "part", "1"))})
    found = decided(draft({}, parts=parts), there)
    (step,) = found.steps
    assert [(one.part, one.before, one.after) for one in step.changes] == [
        ("p", Decimal(1), Decimal(2)),
        ("q", MISSING, Decimal(3)),
    ]
    assert step.seen is not None
    assert step.seen.parts == {"p": Record(ref=Ref("shop", "part", "1"))}
    assert set(found.standing.agreed) == {("p", PRICE), ("q", PRICE)}


def test_parts_asleep_are_changed_only_where_they_exist():
    asleep = {part: Mapped(values={PRICE: Decimal(0)}) for part in ("p", "q")}
    there = shown({}, parts={"p": Record(values={PRICE: Decimal(1)})})
    found = decided(draft({}, asleep=asleep), there)
    assert [one.part for step in found.steps for one in step.changes] == ["p"]
    assert decided(draft({}, asleep=asleep)).steps == ()
    assert ("q", PRICE) not in found.decisions


def test_the_first_name_that_is_free_is_taken_and_kept_for_the_record():
    names = Candidates(("Ash", "Ash (a)", "Ash (b)"))
    made = index("ASH")
    for record, wanted in (("A", "Ash (a)"), ("B", "Ash (b)")):
        one = evolve(draft({NAME: names}), ref=Ref("src", "thing", record))
        subject = Subject(record=record, draft=one, source_hash="s", known=None, observed=None)
        assert changes(decide_record(JOB, subject, made)) == {NAME: (MISSING, wanted)}


def test_a_name_that_stands_is_kept_though_a_nicer_one_is_free():
    names = Candidates(("Ash", "Ash (a)"))
    found = decided({NAME: names}, shown({NAME: "Ash (a)"}), job=renaming())
    assert found.steps == ()


def test_a_record_found_by_its_key_may_keep_its_own_name_in_other_letters():
    names = Candidates(("Ash", "Ash (a)"))
    made = index()
    there = shown({NAME: "ASH"})
    made.add([there])
    subject = Subject(record="A", draft=draft({NAME: names}), source_hash="s", known=None, observed=there)
    assert changes(decide_record(renaming(), subject, made)) == {NAME: ("ASH", "Ash")}


def renaming() -> Job[Any]:
    return evolve(JOB, ownership=OWNERSHIP.with_rules({NAME: owned_by("src")}))


def test_a_name_that_is_written_once_takes_none_from_others_later():
    made = index()
    kept = Subject(
        record="A",
        draft=draft({NAME: Candidates(("Elm", "Elm (a)"))}),
        source_hash="s",
        known=None,
        observed=shown({NAME: "Ash"}),
    )
    assert decide_record(JOB, kept, made).steps == ()
    other = Subject(
        record="B",
        draft=evolve(draft({NAME: Candidates(("Elm", "Elm (b)"))}), ref=Ref("src", "thing", "b")),
        source_hash="s",
        known=None,
        observed=None,
    )
    assert changes(decide_record(JOB, other, made)) == {NAME: (MISSING, "Elm")}


@pytest.mark.parametrize("exists", [True, False])
def test_when_every_name_is_taken_people_are_told_and_nothing_is_made_without_one(exists: bool):
    found = decided(
        {NAME: Candidates(("Ash", "Ash (a)")), PRICE: Decimal(2)},
        shown({PRICE: Decimal(1)}) if exists else None,
        taken=("ash", "ASH (A)"),
    )
    assert found.standing.work == {
        "name-taken:thing.name": "Every name it could have is taken on shop ('Ash', 'Ash (a)'): "
        "give it one of its own."
    }
    assert (PRICE in changes(found)) is exists
    assert (("", PRICE) in found.standing.agreed) is exists
    assert bool(found.decisions) is exists
    assert found.standing.source_hash == "", "it is decided anew until a name is free"


@pytest.mark.parametrize("code", ["duplicate", "ambiguous", "gone", "taken"])
def test_what_hangs_on_others_is_decided_anew_each_time(code: str):
    problem = Problem(code=code, message="M.", blocking=True)
    assert decided(draft({}, problems=(problem,))).standing.source_hash == ""
    own = Problem(code="no-cover", message="M.", blocking=True)
    assert decided(draft({}, problems=(own,))).standing.source_hash == "s1"


def test_problems_of_one_reason_are_told_together_and_none_is_lost():
    problems = (
        Problem(code="source", message="First."),
        Problem(code="source", message="Second."),
        Problem(code="source", message="First."),
        Problem(code="odd", message="Odd.", field=PRICE),
    )
    found = decided(draft({}, problems=problems))
    assert found.standing.work == {"source": "First. Second.", "odd:thing.price": "Odd."}


def test_a_field_without_an_owner_is_a_work_item_and_the_others_go_on():
    unowned = Field[str]("thing", "unowned")
    found = decided({unowned: "x", PRICE: Decimal(1)})
    assert set(changes(found)) == {PRICE}
    assert list(found.standing.work) == ["no-rule:thing.unowned"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        (PRICE, 1.5, "float cannot be kept in a plan"),
        (PRICE, object(), "cannot be kept in a plan"),
        (Field[str]("thing", "colour", personal=True), "ada@example.org", "personal data"),
    ],
)
def test_a_value_that_no_plan_may_hold_is_a_work_item_and_the_others_go_on(
    name: AnyField, value: Any, words: str
):
    job = evolve(JOB, ownership=OWNERSHIP.with_rules({name: owned_by("src")}))
    found = decided({name: value, TAGS: frozenset({RED})}, job=job)
    assert set(changes(found)) == {TAGS}
    assert words in found.standing.work[f"no-rule:{name}"]
    assert "ada@example.org" not in repr(found)


def test_the_rule_that_computed_a_value_is_told_else_the_one_that_decided():
    mapped = Mapped(values={PRICE: Decimal(1), TAGS: frozenset({RED})}, rules={PRICE: "price/list"})
    found = decided(evolve(draft({}), mapped=mapped))
    rules = {one.field: one.rule for step in found.steps for one in step.changes}
    assert rules == {PRICE: "price/list", TAGS: "elements"}


def change(**more: Any) -> Change:
    usual: dict[str, Any] = {
        "field": PRICE,
        "before": MISSING,
        "after": Decimal(1),
        "owner": "src",
        "rule": "r",
    }
    return Change(**{**usual, **more})


def test_the_same_step_planned_again_has_the_same_id():
    base = step_id("A", StepKind.PRICE, (change(),))
    assert step_id("A", StepKind.PRICE, (change(rule="other", reason="why"),)) == base
    others = [
        step_id("B", StepKind.PRICE, (change(),)),
        step_id("A", StepKind.CHANGE, (change(),)),
        step_id("A", StepKind.PRICE, (change(after=Decimal(2)),)),
        step_id("A", StepKind.PRICE, (change(before=Decimal(2)),)),
        step_id("A", StepKind.PRICE, (change(part="p"),)),
        step_id("A", StepKind.PRICE, (change(field=NAME),)),
        step_id("A", StepKind.PRICE, (change(), change())),
        step_id("A", StepKind.PRICE, ()),
    ]
    assert len({base, *others}) == 9


def test_a_step_that_opens_work_goes_by_record_reason_and_detail():
    ids = {
        open_work(record, "label", reason, detail).id
        for record in "AB"
        for reason in ("x", "y")
        for detail in ("1", "2")
    }
    assert len(ids) == 8
    assert open_work("A", "one", "x", "1").id == open_work("A", "two", "x", "1").id


def test_the_earliest_of_instants_that_may_be_none():
    later = NOW.replace(year=2027)
    assert earliest(None, later, NOW) == NOW
    assert earliest(None) is None
    assert earliest() is None
