"""What is remembered at the end of a segment: after failures, after older plans, and when others are the cause."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from attrs import evolve

from commerce_bridge.domain.record import Fact
from commerce_bridge.errors import StateConflict
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.state import Expect, Key, Put
from commerce_bridge.merge import first_of, owned_by, when
from commerce_bridge.ports.step import StepKind
from commerce_bridge.sync.applying.applier import apply
from commerce_bridge.sync.kept.tables import load_bodies
from rigs.tiny_shop import OWNERSHIP, PRICE, TAGS, Thing
from rigs.tiny_stage import TinyStage

ASH = Thing("a", "Ash", "1.00", ("red",))
BIRCH = Thing("b", "Birch", "2.00")
OLD, TALL = Fact("tag", "old"), Fact("tag", "tall")


@pytest.fixture(params=[True, False], ids=["incremental", "whole"])
def stage(request: pytest.FixtureRequest) -> TinyStage:
    stage = TinyStage(ASH, BIRCH, incremental=request.param)
    stage.sync()
    return stage


def test_a_failure_that_may_pass_is_tried_again_though_the_source_says_nothing_new(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00"))
    stage.tiny.shop.broken = {"a"}
    receipt = stage.sync()
    assert [one.label for one in receipt.failed] == ["a Ash"]
    stage.tiny.shop.broken = set()
    receipt = stage.sync()
    assert receipt.applied == {StepKind.PRICE: 1}
    assert stage.row("a")["price"] == "3.00"
    assert receipt.closed == 1
    assert stage.plan().is_empty


def test_a_new_record_that_failed_for_a_while_is_made_later(stage: TinyStage):
    stage.put(Thing("c", "Cedar"))
    stage.tiny.shop.broken = {"c"}
    assert len(stage.sync().failed) == 1
    stage.tiny.shop.broken = set()
    assert stage.sync().applied == {StepKind.CREATE: 1}
    assert stage.plan().is_empty


@pytest.mark.parametrize("failure", ["broken", "refuse"])
def test_an_element_of_ours_that_could_not_be_taken_away_is_still_ours(stage: TinyStage, failure: str):
    stage.row("a")["tags"].append("bestseller")
    stage.put(evolve(ASH, tags=("tall",)))
    setattr(stage.tiny.shop, failure, {"a"})
    stage.sync()
    assert set(stage.row("a")["tags"]) == {"bestseller", "red"}
    setattr(stage.tiny.shop, failure, set())
    stage.put(evolve(ASH, tags=("old",)))
    stage.sync()
    assert set(stage.row("a")["tags"]) == {"bestseller", "old"}, "else red would have stayed for ever"
    assert stage.plan().is_empty


def test_a_plan_that_comes_late_does_not_set_back_what_is_remembered(stage: TinyStage):
    stage.put(evolve(ASH, tags=("old",)))
    first = stage.plan()
    stage.put(evolve(ASH, tags=("tall",)))
    stage.sync()
    mark = stage.memory().start
    remembered = stage.records()
    stage.apply(first)
    assert stage.memory().start == mark
    record = next(one for one in remembered.values() if one.source.id == "a")
    now = stage.records()[record.record]
    assert now.source_hash == record.source_hash
    assert now.agreed["", TAGS] == frozenset({OLD, TALL}), "ours, whichever plan put it there"
    stage.put(evolve(ASH, tags=()))
    stage.sync()
    assert stage.row("a")["tags"] == []
    assert stage.plan().is_empty


def test_a_replay_of_an_older_plan_after_a_newer_one_changes_nothing_in_the_shop(stage: TinyStage):
    stage.put(evolve(ASH, price="3.00"))
    older = stage.plan()
    stage.apply(older)
    stage.put(evolve(ASH, price="4.00"))
    stage.sync()
    stage.clock.sleep(timedelta(hours=1).total_seconds())
    receipt = stage.apply(older)
    assert receipt.total == 0
    assert stage.row("a")["price"] == "4.00"
    assert stage.plan().is_empty


def test_a_work_item_that_a_newer_plan_closed_is_not_opened_by_an_older_one(stage: TinyStage):
    stage.put(evolve(ASH, blocked="It has no roots: plant it."))
    older = stage.plan()
    stage.put(evolve(ASH, price="3.00"))
    stage.sync()
    stage.apply(older)
    assert stage.memory().work == {}


def test_what_another_record_or_the_shop_is_the_cause_of_is_looked_at_again(stage: TinyStage):
    stage.tiny.shop.rows["7"] = {"key": "c", "name": "x", "price": "1", "tags": []}
    stage.tiny.shop.rows["8"] = {"key": "c", "name": "y", "price": "1", "tags": []}
    stage.put(Thing("c", "Cedar", "5.00"))
    receipt = stage.sync()
    assert [one.reason for one in receipt.work] == ["ambiguous"]
    assert stage.plan().is_empty, "it is told once"
    del stage.tiny.shop.rows["8"]
    receipt = stage.sync()
    assert receipt.closed == 1, "nobody touched the source, and it is noticed all the same"
    assert [one.reason for one in receipt.work] == ["first-contact"], "the one that is left is adopted"
    assert stage.row("c")["price"] == "1"


def test_the_watermark_moves_by_compare_and_set(stage: TinyStage):
    """Somebody else moves it between our look and our commit."""
    planned = stage.plan()
    key = Key(table="watermark", scope="tiny", key="source")

    class Meddling:
        def __init__(self) -> None:
            self.state = stage.state

        def load(self, query):
            return self.state.load(query)

        def commit(self, ops, expect=()):
            if any(isinstance(one, Put) and one.at == key for one in ops):
                self.state.commit(
                    [Put(at=key, body='{"version":1,"cursor":"9.0","fingerprint":null,"at":"x"}')], ()
                )
            return self.state.commit(ops, expect)

    honest, stage.state = stage.state, Meddling()
    with pytest.raises(StateConflict):
        stage.apply(planned)
    stage.state = honest
    bodies = stage.driver().run(load_bodies("tiny", "watermark", ["source"]))
    assert bodies["source"]["cursor"] == "9.0"


def test_a_stale_record_holds_the_watermark_and_the_others_are_settled(stage: TinyStage):
    mark = stage.memory().start
    stage.put(evolve(ASH, price="3.00"))
    stage.put(evolve(BIRCH, price="4.00"))
    planned = stage.plan()
    stage.row("a")["price"] = "9.99"
    stage.clock.sleep(timedelta(hours=1).total_seconds())
    receipt = stage.apply(planned)
    assert [one.label for one in receipt.stale] == ["a Ash"]
    assert stage.memory().start == mark
    remembered = {one.source.id: one for one in stage.records().values()}
    assert "4.00" in remembered["b"].source_hash
    assert "3.00" not in remembered["a"].source_hash
    assert [(one.field, one.after) for one in stage.changes()] == [(PRICE, Decimal("3.00"))]


def test_a_collection_that_others_changed_since_is_not_replaced(stage: TinyStage):
    """The shop's own interface replaces all tags at once: what was seen an hour ago is no ground to do it on."""
    stage.put(evolve(ASH, tags=("tall",)))
    planned = stage.plan()
    stage.row("a")["tags"].append("bestseller")
    stage.clock.sleep(timedelta(hours=1).total_seconds())
    receipt = stage.apply(planned)
    assert [one.detail for one in receipt.stale] == [
        "others have changed tag: bestseller on shop: plan again"
    ]
    stage.sync()
    assert set(stage.row("a")["tags"]) == {"bestseller", "tall"}


def test_what_the_shop_owns_by_now_is_not_written_by_a_plan_that_is_older(stage: TinyStage):
    """Rules without a name leave no fingerprint, so the plan itself cannot tell that the table has changed."""
    stage.tiny = evolve(stage.tiny, fingerprint=None)
    stage.put(evolve(ASH, price="3.00", tags=("tall",)))
    planned = stage.plan()
    job = evolve(stage.tiny.job, ownership=OWNERSHIP.with_rules({PRICE: owned_by("shop")}))
    receipt = stage.driver().run(apply(job, planned))
    assert [one.detail for one in receipt.stale] == ["price belongs to shop: plan again"]
    assert stage.row("a")["price"] == "1.00"
    assert stage.row("a")["tags"] == ["tall"], "the step beside it is carried out"
    mixed = first_of(when("dear", lambda case: False, owned_by("shop")), owned_by("src"))
    job = evolve(stage.tiny.job, ownership=OWNERSHIP.with_rules({PRICE: mixed}))
    assert stage.driver().run(apply(job, stage.plan())).stale == (), "a rule may decide either way"
    stage.put(evolve(ASH, price="4.00", tags=("tall",)))
    bare = evolve(stage.tiny.job, ownership=evolve(OWNERSHIP, rules={}))
    (told,) = stage.driver().run(apply(bare, stage.plan())).stale
    assert "thing.price has no owner" in told.detail


def test_expectations_are_kept_apart_from_writes():
    stage = TinyStage()
    key = Key(table="watermark", scope="tiny", key="source")
    stage.driver().run(flow.commit([Put(at=key, body="{}")], [Expect(at=key, revision=0)]))
    with pytest.raises(StateConflict):
        stage.driver().run(flow.commit([Put(at=key, body="{}")], [Expect(at=key, revision=0)]))
