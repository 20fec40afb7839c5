"""Reverting an apply: what is set back, what is left alone and why, and what is remembered afterwards."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.domain import listing as on
from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.exchange import Observed, Ref
from commerce_bridge.domain.fields import AnyField, Field
from commerce_bridge.domain.record import Fact, Kin, Note, Picture, Record
from commerce_bridge.domain.sealed import Sealed
from commerce_bridge.errors import CapabilityMissing, SafetyStop
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.clock import EPOCH
from commerce_bridge.merge import owned_by
from commerce_bridge.merge.collections import alike
from commerce_bridge.ports.step import Change, Step, StepKind
from commerce_bridge.sync.applying.applier import apply
from commerce_bridge.sync.history import Entry, history
from commerce_bridge.sync.holding.holding import hold, pause, pin
from commerce_bridge.sync.kept.remembered import Remembered
from commerce_bridge.sync.kept.tables import put, scan_bodies
from commerce_bridge.sync.personal.sealing import seal_of
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.reverting.planned import AGAIN, plan_revert
from commerce_bridge.sync.reverting.reversal import NOT_KEPT, Reversal, Standpoint, reverse, withdraw
from commerce_bridge.sync.reverting.reverted import Written, revert_record
from rigs.tiny_people import NAME as PERSON_NAME
from rigs.tiny_people import People, Person
from rigs.tiny_shop import OWNERSHIP, PRICE, TAGS, Thing
from rigs.tiny_stage import TinyStage

ASH = Thing("a", "Ash", "1.00", ("red", "old"))
BIRCH = Thing("b", "Birch", "2.00")


@pytest.fixture(params=[True, False], ids=["incremental", "whole"])
def stage(request: pytest.FixtureRequest) -> TinyStage:
    stage = TinyStage(ASH, BIRCH, incremental=request.param)
    stage.sync()
    return stage


def rows(stage: TinyStage) -> dict[str, Any]:
    return copy.deepcopy(stage.tiny.shop.rows)


def agreed(stage: TinyStage) -> dict[str, Any]:
    bodies = stage.driver().run(scan_bodies("tiny", "record"))
    return {body["label"]: sorted(map(str, body["agreed"])) for body in bodies.values()}


# The plan


def test_every_changed_field_is_set_back_and_others_elements_stay(stage: TinyStage):
    before = rows(stage)
    stage.put(evolve(ASH, price="3.00", tags=("red", "tall")))
    receipt = stage.sync()
    stage.row("a")["tags"].append("bestseller")
    reverted = stage.revert(receipt)
    assert reverted.applied == {StepKind.CHANGE: 1, StepKind.PRICE: 1}
    assert stage.row("a") == {**before["100"], "tags": ["bestseller", "old", "red"]}


def test_what_both_sides_agreed_on_is_as_it_was(stage: TinyStage):
    before = agreed(stage)
    stage.row("a")["price"] = "9.00"  # somebody at the shop
    stage.put(evolve(ASH, price="3.00", tags=("tall",)))
    receipt = stage.sync()
    assert agreed(stage) != before
    stage.revert(receipt)
    assert agreed(stage) == before
    assert stage.row("a")["price"] == "9.00"


def test_the_plan_says_what_it_takes_back_and_that_the_next_plan_writes_it_again(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00"))
    receipt = stage.sync()
    planned = stage.plan_revert(receipt)
    assert planned.header.reverts == receipt.plan
    assert str(planned).splitlines()[0].endswith(f", takes plan {receipt.plan[:8]} back")
    assert f"back to before plan {receipt.plan[:8]}" in str(planned)
    assert planned.footer.warnings == (AGAIN,)
    stage.apply(planned)
    stage.clock.sleep(1)
    assert [str(one.after) for one in stage.changes()] == ["3.00"]


def test_a_revert_is_saved_loaded_and_applied_like_any_plan(stage: TinyStage, tmp_path: Path):
    stage.put(evolve(ASH, price="3.00"))
    receipt = stage.sync()
    path = str(tmp_path / "revert.plan.jsonl")
    planned = stage.plan_revert(receipt)
    planned.save(path)
    loaded = Plan.load(path)
    assert loaded == planned
    assert list(loaded.steps()) == list(planned.steps())
    assert loaded.footer.calls == stage.apply(loaded).calls
    assert stage.row("a")["price"] == "1.00"


def test_planning_a_revert_writes_nothing(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00"))
    receipt = stage.sync()
    tables = ("binding", "record", "receipt", "ledger", "work", "watermark")
    shop, kept = rows(stage), [stage.driver().run(scan_bodies("tiny", table)) for table in tables]
    stage.plan_revert(receipt)
    assert rows(stage) == shop
    assert [stage.driver().run(scan_bodies("tiny", table)) for table in tables] == kept


def test_a_revert_moves_no_watermark(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00"))
    receipt = stage.sync()
    mark = stage.driver().run(scan_bodies("tiny", "watermark"))
    stage.revert(receipt)
    assert stage.driver().run(scan_bodies("tiny", "watermark")) == mark


def test_reverting_twice_is_a_no_op(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00", tags=("tall",)))
    stage.put(Thing("c", "Cedar"))
    receipt = stage.sync()
    stage.revert(receipt)
    shop, memory, sent = rows(stage), agreed(stage), len(stage.tiny.shop.log)
    again = stage.plan_revert(receipt)
    assert again.is_empty
    assert again.footer.warnings == ()
    assert stage.apply(again).calls == 0
    assert (rows(stage), agreed(stage)) == (shop, memory)
    assert [method for method, _ in stage.tiny.shop.log[sent:]] == ["GET"]


def test_reverting_a_revert_brings_the_values_back(stage: TinyStage):
    stage.row("a")["price"] = "9.00"
    stage.put(evolve(ASH, price="3.00", tags=("tall",)))
    receipt = stage.sync()
    shop, memory = rows(stage), agreed(stage)
    reverted = stage.revert(receipt)
    assert rows(stage) != shop
    stage.revert(reverted)
    assert (rows(stage), agreed(stage)) == (shop, memory)


def test_an_apply_is_named_by_its_receipt_its_id_or_how_that_begins(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00"))
    receipt = stage.sync()
    for name in (receipt, receipt.plan, receipt.plan[:8]):
        assert stage.plan_revert(name).header.reverts == receipt.plan
    with pytest.raises(LookupError, match="none does"):
        stage.plan_revert("no such plan")
    with pytest.raises(LookupError, match="several do"):
        stage.plan_revert("")


def test_an_apply_of_which_nothing_took_hold_reverts_to_nothing(stage: TinyStage):
    assert stage.plan_revert(stage.sync()).is_empty


# What is left alone


def test_a_field_that_somebody_changed_since_is_left_alone_and_told(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00", tags=("tall",)))
    receipt = stage.sync()
    stage.row("a")["price"] = "9.00"
    planned = stage.plan_revert(receipt)
    assert planned.footer.warnings[0] == "a Ash: price is left alone: it was changed since: it is 9.00 now."
    stage.apply(planned)
    assert stage.row("a")["price"] == "9.00"
    assert stage.row("a")["tags"] == ["old", "red"]


def test_a_field_that_a_later_plan_has_written_again_is_left_alone(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00"))
    first = stage.sync()
    stage.put(evolve(ASH, price="4.00"))
    stage.sync()
    planned = stage.plan_revert(first)
    assert planned.is_empty
    assert "was written again since: it is 4.00 now" in planned.footer.warnings[0]


def test_a_field_that_belongs_to_the_target_by_now_is_left_alone(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00"))
    receipt = stage.sync()
    theirs = evolve(OWNERSHIP, rules={**OWNERSHIP.rules, PRICE: owned_by("shop")})
    planned = stage.driver().run(plan_revert(evolve(stage.tiny.job, ownership=theirs), receipt))
    assert planned.is_empty
    assert planned.footer.warnings == ("a Ash: price is left alone: it belongs to shop now.",)


def test_a_record_that_is_gone_is_told(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00"))
    receipt = stage.sync()
    del stage.tiny.shop.rows["100"]
    planned = stage.plan_revert(receipt)
    assert planned.is_empty
    assert planned.footer.warnings == ("a Ash is left alone: shop:thing:100 is gone from shop.",)


def test_what_moves_after_the_plan_was_made_is_refused_when_it_is_applied(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00"))
    planned = stage.plan_revert(stage.sync())
    stage.clock.sleep(3600)
    stage.row("a")["price"] = "9.00"
    receipt = stage.apply(planned)
    assert [one.label for one in receipt.stale] == ["a Ash"]
    assert stage.row("a")["price"] == "9.00"


def test_a_step_that_the_target_refused_has_nothing_to_set_back(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00"))
    stage.put(evolve(BIRCH, price="5.00"))
    stage.tiny.shop.refuse = {"a"}
    receipt = stage.sync()
    planned = stage.plan_revert(receipt)
    assert [step.label for step in planned.steps()] == ["b Birch"]


def test_open_work_items_stay_open(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00"))
    receipt = stage.sync()
    stage.put(evolve(ASH, price="4.00"))
    stage.tiny.shop.refuse = {"a"}
    stage.sync()
    stage.tiny.shop.refuse = set()
    assert stage.revert(receipt).closed == 0
    assert stage.memory().work


def test_an_apply_that_was_cut_short_is_told(stage: TinyStage):
    stage.put(Thing("c", "Cedar"))
    planned = stage.plan()
    stage.cut_short(planned, "POST")
    with pytest.raises(LookupError, match="none does"):
        stage.plan_revert(planned.header.plan)
    receipt = stage.apply(planned)
    stage.revert(receipt)
    assert stage.row("c")["hidden"] == "yes"


def test_writes_of_which_nobody_knows_are_told(stage: TinyStage):
    """Another apply of the same plan is under way, or has died."""
    stage.put(evolve(ASH, price="3.00"))
    receipt = stage.sync()
    record = stage.history("a")[0].step.record
    body = {"plan": receipt.plan, "step": "s", "part": "thing", "record": record}
    stage.driver().run(flow.commit([put("tiny", "intent", f"{receipt.plan}/s/thing", body)]))
    assert "of 1 write nobody knows yet whether it took hold" in stage.plan_revert(receipt).footer.warnings[0]


# What the apply had made


def test_a_record_that_was_made_is_taken_off_view_and_not_deleted(stage: TinyStage):
    stage.put(Thing("c", "Cedar", tags=("tall",)))
    receipt = stage.sync()
    made = dict(stage.row("c"))
    planned = stage.plan_revert(receipt)
    assert "What the apply had made is taken off view, not deleted (1 record)." in planned.footer.warnings
    stage.apply(planned)
    assert stage.row("c") == {**made, "hidden": "yes"}


def test_what_was_made_is_taken_off_view_also_when_a_later_plan_wrote_it_again(stage: TinyStage):
    stage.put(Thing("c", "Cedar"))
    receipt = stage.sync()
    stage.put(Thing("c", "Cedar", "7.00"))
    stage.sync()
    stage.revert(receipt)
    assert (stage.row("c")["price"], stage.row("c")["hidden"]) == ("7.00", "yes")


def test_a_target_that_hides_nothing_says_so(stage: TinyStage):
    stage.put(Thing("c", "Cedar"))
    receipt = stage.sync()
    planned = stage.driver().run(plan_revert(evolve(stage.tiny.job, withdrawn=None), receipt))
    assert planned.is_empty
    assert planned.footer.warnings == ("c Cedar: it was made, and cannot be taken off view on shop.",)


def test_deleting_is_refused_where_no_writer_can(stage: TinyStage):
    stage.put(Thing("c", "Cedar"))
    receipt = stage.sync()
    with pytest.raises(CapabilityMissing, match="no writer of shop deletes records") as caught:
        stage.driver().run(plan_revert(evolve(stage.tiny.job, deletes=True), receipt))
    assert caught.value.capability == "delete_records"


def test_a_policy_that_deletes_does_not_stop_a_revert_that_has_nothing_to_delete(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00"))
    receipt = stage.sync()
    job = evolve(stage.tiny.job, deletes=True)
    stage.driver().run(apply(job, stage.driver().run(plan_revert(job, receipt))))
    assert stage.row("a")["price"] == "1.00"


# One field, purely

WORDS = Field[str]("thing", "words")
SECRET = Field[str]("thing", "secret", personal=True)


def undone(
    before: Any,
    after: Any,
    shown: Any,
    *,
    agreed: Any = None,
    base: Any = None,
    name: AnyField = WORDS,
    vault: Any = None,
) -> Reversal:
    """What undoing a change comes to where the target shows a value, or some elements."""
    record = Record(elements=shown) if isinstance(shown, dict) else Record(values={name: shown})
    change = Change(
        field=name, before=before, after=after, owner="src", rule="x", base=before if base is None else base
    )
    return reverse(
        change, Standpoint(shown=record, why="why", vault=vault), after if agreed is None else agreed
    )


def facts(*some: Any) -> dict[Any, Any]:
    return dict.fromkeys(some)


A, B, C = Fact("x", "a"), Fact("x", "b"), Fact("x", "c")
OTHER = Fact("other", "o")


def test_a_value_that_was_none_is_cleared():
    found = undone(MISSING, "new", "new")
    assert found.change is not None
    assert (found.change.after, found.agreed) == (CLEARED, MISSING)


def test_a_value_that_was_cleared_is_put_back():
    found = undone("old", CLEARED, MISSING)
    assert found.change is not None
    assert (found.change.before, found.change.after) == (MISSING, "old")


@pytest.mark.parametrize(
    ("before", "after", "shown", "wanted"),
    [
        pytest.param(frozenset(), frozenset({A}), facts(A, OTHER), frozenset(), id="added"),
        pytest.param(frozenset({A}), frozenset(), facts(OTHER), frozenset({A}), id="removed"),
        pytest.param(frozenset({A}), frozenset({B}), facts(B, OTHER), frozenset({A}), id="edited"),
        pytest.param(frozenset({A, C}), frozenset({A, B}), facts(A, B), frozenset({A, C}), id="one kept"),
        pytest.param(A, B, facts(B), A, id="single edited"),
        pytest.param(MISSING, A, facts(A, OTHER), CLEARED, id="single added"),
        pytest.param(A, CLEARED, facts(OTHER), A, id="single removed"),
        pytest.param(frozenset({A}), frozenset({A, B}), facts(A), None, id="added, taken away since"),
        pytest.param(
            frozenset(), frozenset({A, B}), facts(A, C), frozenset(), id="a fact of others of that name"
        ),
    ],
)
def test_of_a_collection_only_our_elements_are_set_back(before: Any, after: Any, shown: Any, wanted: Any):
    found = undone(before, after, shown)
    assert found.left == ()
    if wanted is None:
        assert found.change is None
    else:
        assert found.change is not None
        assert found.change.after == wanted


NOTE = Note("ns", "k", "ours")
THEIR_NOTE = Note("ns", "k", "theirs")
FACE, FACE_RETOLD = Picture("d1", "https://shop/1.jpg", "Face"), Picture("d1", "https://shop/1.jpg", "Retold")


@pytest.mark.parametrize(
    ("before", "after", "shown", "why"),
    [
        pytest.param(MISSING, NOTE, facts(THEIR_NOTE), "theirs", id="an added note was edited"),
        pytest.param(NOTE, CLEARED, facts(THEIR_NOTE), "theirs", id="in a removed note's place is another"),
        pytest.param(A, B, facts(C), "x: b is x: c now", id="an edited fact was edited"),
        pytest.param(A, B, facts(OTHER), "x: b is gone now", id="an edited fact was taken away"),
    ],
)
def test_an_element_that_somebody_changed_since_is_left_alone(before: Any, after: Any, shown: Any, why: str):
    found = undone(before, after, shown)
    assert found.change is None
    assert found.agreed == after or alike(found.agreed, after)
    assert why in found.left[0]


def test_one_element_changed_since_keeps_no_other_from_being_set_back():
    other = Note("ns", "l", "ours too")
    found = undone(frozenset(), frozenset({NOTE, other}), facts(THEIR_NOTE, other))
    assert found.change is not None
    assert (found.change.before, found.change.after) == (frozenset({other}), frozenset())
    assert len(found.left) == 1
    assert found.agreed == frozenset({NOTE})


def test_a_picture_is_put_back_from_where_it_came_first():
    """The target's own address of it goes with the picture."""
    first = evolve(FACE, url="https://publisher/face.jpg")
    found = undone(frozenset({FACE}), frozenset(), {}, base=frozenset({first}))
    assert found.change is not None
    (back,) = found.change.after
    assert back.url == "https://publisher/face.jpg"


def test_the_words_of_a_picture_are_set_back():
    found = undone(frozenset({FACE}), frozenset({FACE_RETOLD}), facts(FACE_RETOLD))
    assert found.change is not None
    assert found.change.after == frozenset({FACE})


def test_kin_is_told_apart_from_kin_of_others():
    found = undone(
        frozenset({Kin("1")}), frozenset({Kin("1"), Kin("2")}), facts(Kin("1"), Kin("2"), Kin("shop:9"))
    )
    assert found.change is not None
    assert found.change.after == frozenset({Kin("1")})


def test_an_element_that_we_took_over_from_others_is_theirs_again_in_memory():
    """Both wanted it: it stays on the target, and is no longer remembered as ours."""
    found = undone(frozenset({A}), frozenset({A, B}), facts(A, B), base=MISSING)
    assert found.change is not None
    assert (found.change.after, found.agreed) == (frozenset({A}), MISSING)


def test_what_a_later_plan_has_added_stays_ours():
    found = undone(frozenset(), frozenset({A}), facts(A, B), agreed=frozenset({A, B}), base=frozenset())
    assert found.agreed == frozenset({B})


def test_a_part_that_is_gone_is_told():
    change = Change(field=on.PRICE, before=1, after=2, owner="src", rule="x", part="sku")
    assert reverse(change, Standpoint(shown=Record(), why="why"), 2).left == ("sku is gone",)


def test_a_personal_value_is_not_kept_unless_somebody_keeps_it():
    old, new = Sealed("a" * 32), Sealed("b" * 32)
    assert undone(old, new, new, name=SECRET) == Reversal(change=None, agreed=new, left=(NOT_KEPT,))
    found = undone(old, new, new, name=SECRET, vault=lambda name, digest: "kept")
    assert found.change is not None
    assert (found.change.after, found.left) == (old, ())


def test_a_personal_element_that_was_taken_away_is_not_kept():
    mine = Note("ns", "who", "sealed:" + "c" * 32)
    found = undone(mine, CLEARED, {})
    assert (found.change, found.left) == (None, (NOT_KEPT,))


def test_a_personal_value_that_was_none_is_taken_away():
    """Nothing has to be kept for that."""
    found = undone(MISSING, Sealed("b" * 32), Sealed("b" * 32), name=SECRET)
    assert found.change is not None
    assert found.change.after is CLEARED


@pytest.mark.parametrize(
    ("shown", "wrote", "agreed", "changes", "left"),
    [
        pytest.param(True, True, True, True, 0, id="as it was made"),
        pytest.param(True, False, True, True, 0, id="written again by us"),
        pytest.param(True, False, False, False, 1, id="published by somebody"),
        pytest.param(False, True, True, False, 0, id="hidden already"),
        pytest.param(True, MISSING, MISSING, True, 0, id="never written"),
    ],
)
def test_what_takes_off_view_respects_what_people_did(
    shown: bool, wrote: Any, agreed: Any, changes: bool, left: int
):
    hiding = Change(field=on.VISIBLE, before=MISSING, after=False, owner="src", rule="revert")
    at = Standpoint(shown=Record(values={on.VISIBLE: shown}), why="why")
    found = withdraw(hiding, at, wrote, agreed)
    assert (found.change is not None, len(found.left)) == (changes, left)


@pytest.mark.parametrize("made", [lambda: undone("old", "new", "old"), lambda: undone(A, B, facts(A))])
def test_what_is_back_already_needs_no_write_but_is_remembered_as_it_was(made: Callable[[], Reversal]):
    found = made()
    assert found.change is None
    assert found.left == ()
    assert found.agreed in ("old", A)


# One record, purely


def written(*changes: Change, elements: Any = (), **known: Any) -> Written:
    """A record that an apply has written, as it stands on the target."""
    target = Ref("shop", "thing", "1")
    step = Step(id="s", kind=StepKind.CHANGE, record="r", label="R", changes=changes, target=target)
    remembered = Remembered(
        record="r",
        source=Ref("src", "thing", "r"),
        origin=Ref("src", "thing", "r"),
        target=target,
        source_hash="now",
        target_hash="now",
        fingerprint="rules",
        next_change=None,
    )
    return Written(
        plan="plan",
        known=evolve(remembered, **known),
        entries=(Entry(at=EPOCH, plan="plan", step=step),),
        observed=Observed(
            value=Record(elements=dict.fromkeys(elements)), ref=target, version="v", seen_at=EPOCH
        ),
    )


def test_kin_that_is_put_back_is_what_the_step_needs():
    gone = Change(field=TAGS, before=frozenset({Kin("k")}), after=frozenset(), owner="src", rule="x")
    (step,) = revert_record(TinyStage().tiny.job, written(gone), EPOCH).steps
    assert (step.needs, step.observed, step.target) == (("k",), "v", Ref("shop", "thing", "1"))


def test_what_was_adopted_at_first_contact_stays_so():
    added = Change(field=TAGS, before=frozenset(), after=frozenset({A}), owner="src", rule="x")
    known = {"adopted": {("", PRICE): "digest"}, "agreed": {("", TAGS): frozenset({A})}}
    reverted = revert_record(TinyStage().tiny.job, written(added, elements=[A], **known), EPOCH)
    assert reverted.standing is not None
    assert dict(reverted.standing.adopted) == {("", PRICE): "digest"}


def test_a_record_whose_time_came_meanwhile_is_reverted_all_the_same(stage: TinyStage):
    soon = stage.clock.now() + timedelta(seconds=30)
    stage.put(evolve(ASH, price="3.00", next_change=soon))
    receipt = stage.sync()
    stage.clock.sleep(60)
    assert stage.revert(receipt).stale == ()
    assert stage.row("a")["price"] == "1.00"


def test_the_time_at_which_a_record_is_due_is_kept(stage: TinyStage):
    later = stage.clock.now() + timedelta(days=1)
    stage.put(evolve(ASH, price="3.00", next_change=later))
    stage.revert(stage.sync())
    assert {one.next_change for one in stage.records().values()} == {None, later}


# Personal data, and what people have said

ADA = Person("1", "zz-ada@example.test", "Zz Ada", "zz-phone-1")


def test_of_a_person_only_what_is_kept_is_set_back():
    people = People()
    people.roll.put(ADA)
    people.sync()
    people.change("1", name="Zz Ada Lovelace", country="FR")
    receipt = people.sync()
    planned = people.run(plan_revert(people.job, receipt))
    assert NOT_KEPT in planned.footer.warnings[0]
    people.apply(planned)
    assert (people.row(ADA.email)["name"], people.row(ADA.email)["country"]) == (
        "Zz Ada Lovelace",
        ADA.country,
    )


def test_a_vault_brings_back_what_no_source_says_any_more(tmp_path: Path):
    people = People()
    people.roll.put(ADA)
    people.sync()
    people.change("1", name="Zz Ada Lovelace")
    receipt = people.sync()
    seal = people.run(seal_of("people"))
    kept = {seal.value(PERSON_NAME, ADA.name).digest: ADA.name}
    job = evolve(people.job, vault=lambda name, digest: kept.get(digest, MISSING))
    path = tmp_path / "revert.plan.jsonl"
    people.run(plan_revert(job, receipt)).save(str(path))
    assert "Zz" not in path.read_text(encoding="utf-8"), "the file names nobody"
    assert not people.run(apply(job, Plan.load(str(path)))).stale
    assert people.row(ADA.email)["name"] == ADA.name


def test_a_vault_that_says_something_else_is_not_believed():
    people = People()
    people.roll.put(ADA)
    people.sync()
    people.change("1", name="Zz Ada Lovelace")
    receipt = people.sync()
    job = evolve(people.job, vault=lambda name, digest: "Zz Mallory")
    refused = people.run(apply(job, people.run(plan_revert(job, receipt))))
    assert len(refused.stale) == 1
    assert people.row(ADA.email)["name"] == "Zz Ada Lovelace"


def test_the_history_of_a_person_names_nobody():
    people = People()
    people.roll.put(ADA)
    people.sync()
    (made,) = people.run(history(people.job, ADA.email))
    assert made.outcome == "done"
    assert "zz" not in f"{made}{made!r}{made.as_data()}".lower()


def test_a_record_that_is_held_is_left_alone(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00"))
    receipt = stage.sync()
    stage.driver().run(hold(stage.tiny.job, "a", reason="promised to a chain"))
    planned = stage.plan_revert(receipt)
    assert planned.is_empty
    assert planned.footer.warnings == ("a Ash: left alone: held until released: promised to a chain.",)


def test_a_field_that_is_pinned_is_left_alone(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00", tags=("tall",)))
    receipt = stage.sync()
    stage.driver().run(pin(stage.tiny.job, "a", PRICE, reason="printed in a catalogue"))
    planned = stage.plan_revert(receipt)
    assert [one.field for step in planned.steps() for one in step.changes] == [TAGS]
    assert "price is left alone: pinned until released: printed in a catalogue" in planned.footer.warnings[0]


def test_what_is_held_after_a_revert_stays_reverted(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00"))
    stage.revert(stage.sync())
    stage.driver().run(hold(stage.tiny.job, "a", reason="wait for the author"))
    stage.sync()
    assert stage.row("a")["price"] == "1.00"


def test_a_plan_of_a_paused_bridge_says_so(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00"))
    receipt = stage.sync()
    stage.driver().run(pause(stage.tiny.job, reason="stocktaking"))
    planned = stage.plan_revert(receipt)
    assert "paused until released: stocktaking" in planned.footer.warnings[0]
    with pytest.raises(SafetyStop):
        stage.apply(planned)


def test_tags_of_the_tiny_shop_are_elements(stage: TinyStage):
    stage.put(evolve(ASH, tags=()))
    receipt = stage.sync()
    assert [one.field for step in stage.plan_revert(receipt).steps() for one in step.changes] == [TAGS]
