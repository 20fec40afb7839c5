"""What a plan is asked for, what it stops at, and what it does with what was there before or is gone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.record import Note
from commerce_bridge.errors import SafetyStop
from commerce_bridge.flow.clock import EPOCH
from commerce_bridge.flow.state import ByPrefix, Delete
from commerce_bridge.ports.step import Step, StepKind
from commerce_bridge.sync.applying.applier import apply
from commerce_bridge.sync.holding.holding import hold, release
from commerce_bridge.sync.kept.upgrading import upgrade
from commerce_bridge.sync.limits import FirstContact, Limits, Safety, WhenGone
from commerce_bridge.sync.planning.planner import chosen_records, plan
from commerce_bridge.sync.planning.safety import Tally, reasons
from commerce_bridge.sync.planning.survey import Wish
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.status import status
from rigs.tiny_shop import PRICE, Thing, Tiny, TinySource
from rigs.tiny_stage import TinyStage

ASH, ELM, OAK = Thing("a", "Ash", tags=("red",)), Thing("b", "Elm"), Thing("c", "Oak")


def there(key: str, **row: Any) -> dict[str, Any]:
    """A row that somebody made at the shop by hand."""
    return {"key": key, "name": "By hand", "price": "9.99", "tags": ["theirs"], **row}


def stage_with(*things: Thing, rows: tuple[dict[str, Any], ...] = (), **more: Any) -> TinyStage:
    stage = TinyStage(*things)
    stage.tiny = Tiny(TinySource(*things, incremental=more.pop("incremental", False)), **more)
    stage.tiny.shop.rows.update({str(number): row for number, row in enumerate(rows, start=1)})
    return stage


def wished(stage: TinyStage, **wish: Any) -> Plan:
    only = wish.pop("only", None)
    if only is not None:
        only = stage.driver().run(chosen_records(stage.tiny.job, only))
    return stage.driver().run(plan(stage.tiny.job, Wish(only=only, **wish)))


def work(stage: TinyStage) -> dict[str, str]:
    return {reason: detail for items in stage.memory().work.values() for reason, detail in items.items()}


def tables(stage: TinyStage, table: str) -> dict[str, Any]:
    rows = stage.state.load(ByPrefix(table=table, scope=stage.tiny.job.scope))
    return {row.at.key: json.loads(row.body) for row in rows}


def test_what_stood_there_before_is_adopted_filled_in_and_not_overwritten():
    stage = stage_with(ASH, rows=(there("a"),))
    stage.sync()
    row = stage.row("a")
    assert (row["name"], row["price"]) == ("By hand", "9.99")
    assert set(row["tags"]) == {"theirs", "red"}, "what it lacked was filled in"
    assert stage.tiny.shop.made == 0
    assert work(stage) == {
        "first-contact": "It stood on shop before; kept as it is there: price (9.99 there, 1.00 wanted). "
        "Let src have its way with plan(only=[...], overwrite=True), or leave it."
    }
    assert stage.plan().is_empty


def test_what_was_kept_at_first_contact_follows_once_the_source_says_something_new():
    stage = stage_with(ASH, rows=(there("a"),))
    stage.sync()
    stage.put(evolve(ASH, name="Rowan"))
    stage.sync()
    assert stage.row("a")["price"] == "9.99", "of the price it said nothing new"
    stage.put(evolve(ASH, price="2.00"))
    stage.sync()
    assert stage.row("a")["price"] == "2.00"
    assert work(stage) == {}
    assert stage.plan().is_empty


def test_an_explanation_tells_that_something_was_there_before():
    stage = stage_with(ASH, rows=(there("a"),))
    stage.sync()
    (said,) = (one for one in stage.explain("a") if one.decision.field == PRICE)
    assert str(said).startswith(
        "price is 9.99: owned by shop, rule first contact; it was there before; it stays until src says"
    )


def test_chosen_records_are_overwritten_when_that_is_wished():
    stage = stage_with(ASH, ELM, rows=(there("a"), there("b", name="Also by hand")))
    stage.sync()
    stage.apply(wished(stage, only=["a"], overwrite=True))
    assert stage.row("a")["price"] == "1.00"
    assert stage.row("b")["price"] == "9.99"
    assert stage.plan().is_empty


def test_a_policy_may_overwrite_at_first_contact():
    stage = stage_with(ASH, rows=(there("a"),), limits=Limits(first_contact=FirstContact.OVERWRITE))
    stage.sync()
    assert stage.row("a")["price"] == "1.00"
    assert work(stage) == {}


def test_several_records_with_its_keys_are_listed_and_none_is_touched():
    stage = stage_with(ASH, rows=(there("a"), there("a", name="Twice")))
    stage.sync()
    assert work(stage) == {"ambiguous": "Several records of shop carry its keys: shop:thing:1, shop:thing:2."}
    assert [row["price"] for row in stage.tiny.shop.rows.values()] == ["9.99", "9.99"]


def test_a_record_that_a_complete_read_no_longer_shows_is_taken_off_view_once_and_not_deleted():
    stage = stage_with(ASH, ELM)
    stage.sync()
    del stage.tiny.source.things["b"]
    planned = stage.plan()
    assert [(step.label, step.changes[0].rule) for step in planned.steps()] == [
        ("b Elm", "gone from the source")
    ]
    assert "gone from src, taken off view on shop (1)" in planned.footer.warnings
    stage.apply(planned)
    assert stage.row("b")["hidden"] == "yes"
    assert stage.plan().is_empty
    stage.put(ELM)
    stage.sync()
    assert stage.plan().is_empty, "it is back, and what it says of itself is written"


def test_a_policy_may_keep_what_is_gone():
    stage = stage_with(ASH, ELM, limits=Limits(when_gone=WhenGone.KEEP))
    stage.sync()
    del stage.tiny.source.things["b"]
    planned = stage.plan()
    assert planned.is_empty
    assert "gone from src, left as it is on shop (1)" in planned.footer.warnings


def test_a_read_of_changes_alone_takes_nothing_for_gone():
    stage = stage_with(ASH, ELM, incremental=True)
    stage.sync()
    del stage.tiny.source.things["b"]
    assert stage.plan().is_empty


def test_a_record_that_one_page_missed_but_that_is_there_by_name_is_not_gone():
    stage = stage_with(ASH, ELM)
    stage.sync()
    source = stage.tiny.source
    whole = source.changes

    def flaky(cursor: str | None) -> Any:
        page = yield from whole(cursor)
        return evolve(page, items=tuple(one for one in page.items if one.ref.id != "b"))

    source.changes = flaky  # type: ignore[method-assign]
    assert stage.plan().is_empty


def many(count: int = 40) -> tuple[Thing, ...]:
    return tuple(Thing(f"k{number:02}", f"Tree {number}") for number in range(count))


@pytest.mark.parametrize(
    ("left", "stopped"),
    [(40, False), (21, False), (19, True), (0, True)],
    ids=["all", "half", "less", "none"],
)
def test_a_source_that_is_suddenly_nearly_empty_stops_the_run(left: int, stopped: bool):
    stage = stage_with(*many())
    stage.sync()
    for thing in many()[left:]:
        del stage.tiny.source.things[thing.key]
    planned = stage.plan()
    assert ("source-empty" in planned.footer.stops) == stopped
    if not stopped:
        return
    assert f"STOP {40 - left} of 40 known records are gone from src." in str(planned)
    writes = len(stage.tiny.shop.log)
    with pytest.raises(SafetyStop, match="are gone from src") as caught:
        stage.apply(planned)
    assert caught.value.reason == "source-empty"
    assert len(stage.tiny.shop.log) == writes
    receipt = stage.driver().run(apply(stage.tiny.job, planned, "we sold the list"))
    assert receipt.allowed == "we sold the list"
    assert "it was allowed: we sold the list" in str(receipt)
    (kept,) = tables(stage, "allowed").values()
    assert kept["why"] == "we sold the list"


def test_a_target_that_is_suddenly_nearly_empty_stops_the_run():
    stage = stage_with(*many())
    stage.sync()
    for number in list(stage.tiny.shop.rows)[:30]:
        del stage.tiny.shop.rows[number]
    assert stage.plan().footer.stops == {"target-empty": "30 of 40 known records are gone from shop."}


def test_a_change_of_nearly_everything_stops_where_the_policy_says_so():
    stage = stage_with(*many(), limits=Limits(safety=Safety(changed=0.5)))
    stage.sync()
    for thing in many()[:21]:
        stage.put(evolve(thing, price="2.00"))
    assert list(stage.plan().footer.stops) == ["changed"]


@pytest.mark.parametrize(("known", "count", "stops"), [(19, 19, 0), (20, 10, 0), (20, 11, 1)])
def test_few_records_and_half_of_them_stop_nothing(known: int, count: int, stops: int):
    found = list(reasons(Tally(known=known, vanished=count), Safety(), "src", "shop"))
    assert len(found) == stops


def test_a_plan_of_chosen_records_reads_them_alone_and_moves_no_watermark():
    stage = stage_with(ASH, ELM, OAK, incremental=True)
    stage.sync()
    mark = stage.memory().start
    for thing in (ASH, ELM):
        stage.put(evolve(thing, price="5.00"))
    planned = wished(stage, only=["a"])
    assert [step.label for step in planned.steps()] == ["a Ash"]
    assert not planned.header.complete
    stage.apply(planned)
    assert (stage.row("a")["price"], stage.row("b")["price"]) == ("5.00", "1.00")
    assert stage.memory().start == mark
    stage.sync()
    assert stage.row("b")["price"] == "5.00"


def test_a_chosen_record_that_is_not_known_is_named_by_the_source():
    stage = stage_with(ASH, rows=(there("a"),))
    planned = wished(stage, only=["src:thing:a"], overwrite=True)
    stage.apply(planned)
    assert stage.row("a")["price"] == "1.00"
    assert stage.tiny.shop.made == 0, "it was found by its key"
    with pytest.raises(LookupError):
        wished(stage, only=["nobody"])


def test_what_was_refused_is_tried_again_when_that_is_wished():
    stage = stage_with(ASH)
    stage.tiny.shop.refuse.add("a")
    stage.sync()
    stage.tiny.shop.refuse.clear()
    assert stage.plan().is_empty, "left alone for a day"
    stage.apply(wished(stage, only=["src:thing:a"], again=True))
    assert stage.row("a")["name"] == "Ash"
    assert work(stage) == {}


def prices_alone(step: Step) -> bool:
    return step.kind is StepKind.PRICE


@pytest.mark.parametrize("incremental", [True, False])
def test_a_chosen_part_of_a_plan_is_carried_out_and_the_rest_is_planned_again(incremental: bool):
    stage = stage_with(ASH, ELM, incremental=incremental)
    stage.sync()
    stage.put(evolve(ASH, price="2.00", tags=("tall",)))
    stage.put(evolve(ELM, tags=("old",)))
    chosen = stage.plan().select(prices_alone)
    assert [step.kind for step in chosen.steps()] == [StepKind.PRICE]
    assert "1 of 3 steps were chosen." in str(chosen)
    stage.apply(chosen)
    assert stage.row("a") == {"key": "a", "name": "Ash", "price": "2.00", "tags": ["red"]}
    rest = {(step.label, step.kind) for step in stage.plan().steps()}
    assert rest == {("a Ash", StepKind.CHANGE), ("b Elm", StepKind.CHANGE)}
    stage.sync()
    assert stage.row("a")["tags"] == ["tall"], "red was known as ours all the while"
    assert stage.plan().is_empty


def test_a_record_that_is_not_chosen_to_be_made_takes_its_other_steps_with_it():
    stage = stage_with(ASH, ELM)
    chosen = stage.plan().select(lambda step: step.label != "a Ash")
    stage.apply(chosen)
    assert [row["key"] for row in stage.tiny.shop.rows.values()] == ["b"]
    stage.sync()
    assert stage.row("a")["name"] == "Ash"
    assert stage.plan().is_empty


def test_a_status_tells_records_lag_and_what_waits():
    stage = stage_with(evolve(ASH, next_change=EPOCH + timedelta(hours=3)), ELM)
    empty = stage.driver().run(status(stage.tiny.job))
    assert (empty.records, empty.lag) == (0, None)
    assert "never settled" in str(empty)
    stage.sync()
    stage.clock.sleep(3600)
    found = stage.driver().run(status(stage.tiny.job))
    assert (found.records, found.bound, found.work, found.due) == (2, 2, 0, 0)
    assert found.lag == timedelta(hours=1)
    assert found.next_wake == EPOCH + timedelta(hours=3)
    stage.clock.sleep(7200)
    assert stage.driver().run(status(stage.tiny.job)).due == 1


def test_rows_of_an_older_layout_are_brought_up_and_nothing_is_written_twice():
    stage = stage_with(ASH, ELM, incremental=True)
    stage.sync()
    older = [
        Delete(at=row.at)
        for table in ("origin", "alias", "layout")
        for row in stage.state.load(ByPrefix(table=table, scope=stage.tiny.job.scope))
    ]
    kept = {table: tables(stage, table) for table in ("origin", "alias")}
    stage.state.commit(older)
    assert stage.plan().is_empty, "read as it lies"
    stage.driver().run(upgrade(stage.tiny.job))
    assert {table: tables(stage, table) for table in ("origin", "alias")} == kept
    assert stage.plan().is_empty
    stage.put(evolve(ASH, price="3.00"))
    stage.sync()
    assert stage.row("a")["price"] == "3.00"
    assert stage.tiny.shop.made == 2


def test_a_mark_that_only_we_put_on_records_tells_our_own_after_the_state_was_lost():
    from commerce_bridge.domain.exchange import Observed
    from commerce_bridge.domain.fields import Field
    from commerce_bridge.domain.record import Record
    from commerce_bridge.mapping import Mapped
    from commerce_bridge.sync.job import Draft
    from commerce_bridge.sync.planning.index import TargetIndex
    from commerce_bridge.sync.planning.placing import placed

    mark, ref = Note("ours", "id", "7"), Ref("shop", "thing", "1")
    for elements, met in (({mark: None}, False), ({}, True)):
        index = TargetIndex(lambda record: ())
        seen = Observed(value=Record(elements=elements, ref=ref), ref=ref, version="v", seen_at=EPOCH)
        index.add([seen])
        index.named = lambda keys, seen=seen: (seen,)  # type: ignore[method-assign]
        source = Ref("src", "thing", "a")
        draft = Draft(
            ref=source,
            origin=source,
            label="Ash",
            mapped=Mapped(values={Field[Note]("thing", "mark"): mark}),
            keys=(next(iter(stage_with(ASH).plan().steps())).keys),
        )
        assert placed(index, draft, "A", None, None, "shop").met is met


def test_the_source_is_read_whole_now_and_then_since_that_alone_tells_what_is_gone():
    stage = stage_with(ASH, ELM, incremental=True, limits=Limits(complete_every=timedelta(days=7)))
    stage.sync()
    del stage.tiny.source.things["b"]
    stage.clock.sleep(timedelta(days=6).total_seconds())
    assert not stage.plan().header.complete
    assert stage.driver().run(plan(stage.tiny.job, Wish(complete=True))).header.complete
    stage.clock.sleep(timedelta(days=1).total_seconds())
    planned = stage.plan()
    assert planned.header.complete
    stage.apply(planned)
    assert stage.row("b")["hidden"] == "yes"
    assert not stage.plan().header.complete
    assert stage.plan().is_empty


def test_what_a_delivery_of_changes_does_not_hold_is_not_gone():
    stage = stage_with(ASH, ELM)
    delivery = evolve(stage.tiny.job, whole=False)
    stage.driver().run(apply(delivery, stage.driver().run(plan(delivery))))
    del stage.tiny.source.things["b"]
    planned = stage.driver().run(plan(delivery))
    assert planned.is_empty
    assert planned.footer.warnings == ()
    assert not stage.plan().is_empty, "a whole read says that it is gone"


def test_what_is_gone_and_shown_again_by_hand_is_taken_off_view_by_an_ordinary_run():
    stage = stage_with(ASH, ELM, incremental=True)
    stage.sync()
    del stage.tiny.source.things["b"]
    stage.apply(stage.driver().run(plan(stage.tiny.job, Wish(complete=True))))
    assert stage.row("b")["hidden"] == "yes"
    stage.row("b")["hidden"] = ""
    planned = stage.plan()
    assert not planned.header.complete
    stage.apply(planned)
    assert stage.row("b")["hidden"] == "yes"
    assert stage.plan().is_empty


def test_what_is_gone_while_it_is_held_is_taken_off_view_once_it_is_released():
    stage = stage_with(ASH, ELM, incremental=True)
    stage.sync()
    stage.driver().run(hold(stage.tiny.job, "b", reason="the fair"))
    del stage.tiny.source.things["b"]
    stage.apply(stage.driver().run(plan(stage.tiny.job, Wish(complete=True))))
    assert not stage.row("b").get("hidden")
    stage.clock.sleep(60)
    stage.driver().run(release(stage.tiny.job, "b"))
    stage.clock.sleep(60)
    stage.sync()
    assert stage.row("b")["hidden"] == "yes"
    assert stage.plan().is_empty


@pytest.mark.parametrize("incremental", [True, False])
def test_trying_again_what_was_refused_needs_no_name(incremental: bool):
    stage = stage_with(ASH, ELM, incremental=incremental)
    stage.tiny.shop.refuse.add("a")
    stage.sync()
    stage.tiny.shop.refuse.clear()
    stage.clock.sleep(60)
    assert stage.plan().is_empty, "left alone for a day"
    stage.apply(wished(stage, again=True))
    assert stage.row("a")["name"] == "Ash"


def test_the_source_is_not_asked_again_for_what_we_have_just_written():
    stage = stage_with(ASH, ELM, incremental=True)
    stage.sync()
    asked: list[Any] = []
    fetch = stage.tiny.source.fetch
    stage.tiny.source.fetch = lambda refs: asked.extend(refs) or fetch(refs)  # type: ignore[method-assign]
    stage.sync()
    assert stage.plan().is_empty
    assert asked == []


def test_a_count_for_safety_counts_each_record_once():
    stage = stage_with(*many())
    stage.sync()
    for thing in many()[25:]:
        del stage.tiny.source.things[thing.key]
    for number in list(stage.tiny.shop.rows)[:30]:
        del stage.tiny.shop.rows[number]
    assert stage.plan().footer.stops == {"target-empty": "30 of 40 known records are gone from shop."}
