"""Holds, pins, pauses, echoes and the brake, in the engine: plan, apply, explain, and plan again."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.domain.absence import CLEARED
from commerce_bridge.errors import MappingError, SafetyStop
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.state import Key, Put
from commerce_bridge.merge import Ownership, until_edited
from commerce_bridge.ports.step import StepKind
from commerce_bridge.sync.applying.applier import apply
from commerce_bridge.sync.explaining import explain
from commerce_bridge.sync.holding.braking import BRAKE
from commerce_bridge.sync.holding.holding import hold, list_holds, pause, pin, release
from commerce_bridge.sync.limits import Brake, FirstContact, Limits
from commerce_bridge.sync.planning.planner import plan
from commerce_bridge.sync.planning.watch import load_tally, release_brake
from rigs.tiny_shop import COLOUR, NAME, PRICE, TAGS, Thing
from rigs.tiny_stage import TinyStage
from rigs.two_shops import BLURB, TwoShops, Way, all_owned_by, as_it_is
from rigs.two_shops import NAME as SHOP_NAME

ASH = Thing("a", "Ash", "1.50", ("red",))
BIRCH = Thing("b", "Birch", "2.00")
DAY = timedelta(days=1)


def staged(*things: Thing, incremental: bool = False) -> TinyStage:
    """A shop in which these things are settled."""
    stage = TinyStage(*(things or (ASH, BIRCH)), incremental=incremental)
    stage.sync()
    stage.clock.sleep(1)
    assert stage.plan().is_empty
    return stage


def run(stage: TinyStage, made: Any) -> Any:
    """Run a flow of the stage's job, a second later."""
    stage.clock.sleep(1)
    return stage.driver().run(made)


def said(stage: TinyStage, name: Any) -> Any:
    """The explanation of one field of the first thing."""
    return next(one for one in stage.explain("a") if one.decision.field == name)


# Holds


@pytest.mark.parametrize("incremental", [False, True])
def test_nothing_of_a_held_record_is_written_and_all_of_it_once_it_is_released(incremental: bool):
    stage = staged(incremental=incremental)
    run(stage, hold(stage.tiny.job, "a", reason="promised to a chain", who="Ada"))
    stage.put(evolve(ASH, price="9.00", tags=("blue",)))
    stage.put(evolve(BIRCH, price="3.00"))
    assert stage.sync().applied == {StepKind.PRICE: 1}
    assert stage.row("a")["price"] == "1.50"
    assert stage.row("a")["tags"] == ["red"]
    assert stage.plan().is_empty
    gone = run(stage, release(stage.tiny.job, "a"))
    assert [one.reason for one in gone] == ["promised to a chain"]
    stage.sync()
    assert stage.row("a")["price"] == "9.00"
    assert stage.row("a")["tags"] == ["blue"]
    assert stage.plan().is_empty


def test_a_plan_says_how_many_records_are_held_and_why_even_when_nothing_changes():
    stage = staged()
    until = stage.clock.now() + DAY
    for key in ("a", "b"):
        run(stage, hold(stage.tiny.job, key, reason="stock-taking", who="Ada", until=until))
    text = "held by Ada, nothing of it is written, until 2026-11-03 09:00 UTC: stock-taking (2)"
    assert text in stage.plan().footer.warnings
    stage.sync()
    assert stage.plan().footer.skipped == 2
    assert text in str(stage.plan())


@pytest.mark.parametrize("incremental", [False, True])
def test_a_hold_ends_by_itself(incremental: bool):
    stage = staged(incremental=incremental)
    run(stage, hold(stage.tiny.job, "a", reason="launch", until=stage.clock.now() + DAY))
    stage.put(evolve(ASH, price="9.00"))
    stage.sync()
    assert stage.plan().is_empty
    stage.clock.sleep(DAY.total_seconds())
    assert [change.after for change in stage.changes()] == [Decimal("9.00")]
    assert run(stage, list_holds(stage.tiny.job)) == ()


def test_the_end_of_a_hold_is_when_a_plan_would_come_out_differently():
    stage = staged()
    end = stage.clock.now() + DAY
    run(stage, hold(stage.tiny.job, "a", reason="launch", until=end))
    assert stage.plan().footer.good_until == end


def test_a_held_record_that_does_not_exist_yet_is_not_made():
    stage = TinyStage(ASH, BIRCH)
    run(stage, hold(stage.tiny.job, "src:thing:a", reason="not before the fair"))
    stage.sync()
    assert [row["key"] for row in stage.tiny.shop.rows.values()] == ["b"]
    assert stage.memory().work == {}
    assert stage.plan().is_empty
    run(stage, release(stage.tiny.job, "src:thing:a"))
    assert stage.sync().applied == {StepKind.CREATE: 1}


def test_an_explanation_tells_the_hold_its_end_and_who_loses():
    stage = staged()
    run(stage, hold(stage.tiny.job, "a", reason="promised", who="Ada"))
    stage.put(evolve(ASH, price="9.00"))
    assert str(said(stage, PRICE)).startswith(
        "price is 1.50: owned by shop, rule held by Ada; until released: promised; src had 9.00"
    )


def test_an_edit_made_on_the_target_during_a_hold_is_still_an_edit_afterwards():
    rules = {**all_owned_by("a"), SHOP_NAME: until_edited("a", "b")}
    shops = TwoShops(Way(source="a", target="b", rules=rules), Way(source="b", target="a", rules={}))
    shops.shops["a"].rows["1"] = {"name": "Ash"}
    shops.sync(shops.there)
    shops.clock.sleep(3600)
    shops.run(shops.there, lambda job: hold(job, "1", reason="promised"))
    shops.shops["b"].rows["1"]["name"] = "Ash!"
    shops.sync(shops.there)
    shops.run(shops.there, lambda job: release(job, "1"))
    assert shops.sync(shops.there) == 0
    assert shops.shops["b"].rows["1"]["name"] == "Ash!"


def test_a_plan_made_before_a_hold_does_not_write_the_record():
    stage = staged()
    stage.put(evolve(ASH, price="9.00"))
    stage.put(evolve(BIRCH, price="3.00"))
    planned = stage.plan()
    run(stage, hold(stage.tiny.job, "a", reason="promised", who="Ada"))
    receipt = stage.apply(planned)
    assert [one.detail for one in receipt.stale] == ["held by Ada until released: promised"]
    assert receipt.applied == {StepKind.PRICE: 1}
    assert stage.row("a")["price"] == "1.50"


# Pins


def test_a_pinned_field_stays_and_the_others_go_on():
    stage = staged()
    run(stage, pin(stage.tiny.job, "a", PRICE, reason="fair price", who="Ada"))
    stage.put(evolve(ASH, price="9.00", tags=("blue",)))
    planned = stage.plan()
    assert [change.field for step in planned.steps() for change in step.changes] == [TAGS]
    assert "price kept, pinned by Ada until released: fair price (1)" in planned.footer.warnings
    stage.sync()
    assert stage.row("a")["price"] == "1.50"
    assert stage.row("a")["tags"] == ["blue"]
    run(stage, release(stage.tiny.job, "a", PRICE))
    assert [change.after for change in stage.changes()] == [Decimal("9.00")]


def test_a_pin_that_changes_nothing_is_no_news_in_a_plan():
    stage = staged()
    run(stage, pin(stage.tiny.job, "a", PRICE, reason="fair price"))
    assert stage.plan().footer.warnings == ()


def test_a_value_given_with_a_pin_is_written_and_stays_against_both_sides():
    stage = staged()
    run(stage, pin(stage.tiny.job, "a", PRICE, value=Decimal("7.00"), reason="fair price", who="Ada"))
    (change,) = stage.changes()
    assert (change.after, change.owner, change.rule) == (Decimal("7.00"), "a person", "pinned by Ada")
    stage.sync()
    stage.put(evolve(ASH, price="9.00"))
    assert stage.plan().is_empty
    stage.row("a")["price"] = "8.00"
    stage.sync()
    assert stage.row("a")["price"] == "7.00"
    told = str(said(stage, PRICE))
    assert told.startswith("price is 7.00: owned by a person, rule pinned by Ada; until released: fair price")
    assert "src had 9.00" in told


def test_a_field_that_the_source_does_not_fill_can_be_pinned_to_a_value_and_to_none():
    rules = all_owned_by("a")
    shops = TwoShops(Way(source="a", target="b", rules=rules), Way(source="b", target="a", rules={}))
    shops.shops["a"].rows["1"] = {"name": "Ash"}
    shops.sync(shops.there)
    shops.run(shops.there, lambda job: pin(job, "1", BLURB, value="By hand", reason="the fair"))
    assert shops.sync(shops.there) == 1
    assert shops.shops["b"].rows["1"]["blurb"] == "By hand"
    shops.run(shops.there, lambda job: pin(job, "1", BLURB, value=CLEARED, reason="the fair is over"))
    assert shops.sync(shops.there) == 1
    assert shops.shops["b"].rows["1"]["blurb"] == ""
    assert shops.sync(shops.there) == 0


def test_a_new_pin_of_a_field_takes_the_place_of_the_old_one():
    stage = staged()
    for price in ("7.00", "8.00"):
        run(stage, pin(stage.tiny.job, "a", PRICE, value=Decimal(price), reason="fair price"))
    (only,) = run(stage, list_holds(stage.tiny.job))
    assert only.value == Decimal("8.00")
    stage.sync()
    assert stage.row("a")["price"] == "8.00"


def test_what_is_the_targets_own_is_not_pinned_to_a_value():
    stage = staged()
    with pytest.raises(MappingError, match="shop's own"):
        run(stage, pin(stage.tiny.job, "a", COLOUR, value="green", reason="a whim"))
    run(stage, pin(stage.tiny.job, "a", COLOUR, reason="as it is"))


def test_a_pin_to_a_value_that_was_released_since_the_plan_is_not_written():
    stage = staged()
    run(stage, pin(stage.tiny.job, "a", PRICE, value=Decimal("7.00"), reason="fair price"))
    planned = stage.plan()
    run(stage, release(stage.tiny.job, "a", PRICE))
    (trouble,) = stage.apply(planned).stale
    assert "pinned no more" in trouble.detail
    stage.sync()
    assert stage.row("a")["price"] == "1.50"


@pytest.mark.parametrize("later_s", [0, 5])
def test_an_older_plan_does_not_settle_a_record_over_what_was_said_since(later_s: int):
    stage = staged()
    stage.put(evolve(BIRCH, price="3.00"))
    stage.tiny.source.things["a"] = evolve(ASH, note="no change of ours")
    planned = stage.plan()
    stage.clock.sleep(later_s)
    stage.driver().run(pin(stage.tiny.job, "a", PRICE, value=Decimal("7.00"), reason="fair price"))
    stage.apply(planned)
    stage.sync()
    assert stage.row("a")["price"] == "7.00"
    stage.sync()
    assert stage.plan().footer.skipped == 2


def test_a_pin_of_a_unique_name_that_is_shown_is_no_trouble():
    stage = staged()
    run(stage, pin(stage.tiny.job, "a", NAME, value="The Ash", reason="its name"))
    stage.sync()
    assert stage.row("a")["name"] == "The Ash"


# Pauses


def test_a_paused_bridge_reads_nothing_plans_nothing_and_says_so():
    stage = staged()
    until = stage.clock.now() + DAY
    run(stage, pause(stage.tiny.job, reason="the shop moves", who="Ada", until=until))
    stage.put(evolve(ASH, price="9.00"))
    planned = stage.plan()
    assert planned.is_empty
    assert planned.footer.titles == 0
    assert planned.footer.good_until == until
    assert "src -> shop paused by Ada until 2026-11-03 09:00 UTC: the shop moves" in str(planned)


def test_apply_refuses_under_a_pause_and_names_its_reason_and_end():
    stage = staged()
    stage.put(evolve(ASH, price="9.00"))
    planned = stage.plan()
    until = stage.clock.now() + DAY
    run(stage, pause(stage.tiny.job, reason="the shop moves", who="Ada", until=until))
    before = list(stage.tiny.shop.log)
    with pytest.raises(
        SafetyStop, match="paused by Ada until 2026-11-03 09:00 UTC: the shop moves"
    ) as caught:
        stage.apply(planned)
    assert caught.value.reason == "paused"
    assert stage.tiny.shop.log == before
    run(stage, release(stage.tiny.job))
    assert stage.apply(planned).applied == {StepKind.PRICE: 1}


def test_a_pause_that_comes_during_an_apply_stops_it_before_the_next_segment():
    things = [Thing(key, key * 3) for key in "abcd"]
    stage = TinyStage(*things)
    planned = stage.plan()
    put = stage.driver().run(pause(stage.tiny.job, reason="stop"))
    stage.driver().run(release(stage.tiny.job))
    shop = stage.tiny.shop
    do = shop._do

    def pausing(request: Request) -> Response:
        if request.method == "POST" and not shop.rows:
            row = Put(at=_pause_key(stage), body=json.dumps({"version": 1, **put.body()}))
            stage.state.commit([row])
        return do(request)

    shop._do = pausing  # type: ignore[method-assign]
    with pytest.raises(SafetyStop):
        stage.apply(planned)
    assert sorted(row["key"] for row in shop.rows.values()) == ["a", "b"]
    stage.driver().run(release(stage.tiny.job))
    stage.apply(planned)
    assert sorted(row["key"] for row in shop.rows.values()) == ["a", "b", "c", "d"]


def _pause_key(stage: TinyStage) -> Key:
    return Key(table="hold", scope=stage.tiny.job.scope, key="pause")


# Loops

FAST = Brake(times=4, within=timedelta(hours=1))
OFF = Brake(within=timedelta(0))


def mirrored(brake: Brake, turn: Any = as_it_is) -> TwoShops:
    """Two bridges that both think their own source owns everything."""
    limits = Limits(brake=brake, first_contact=FirstContact.OVERWRITE)
    return TwoShops(
        Way(source="a", target="b", rules=all_owned_by("a"), turn=turn, limits=limits),
        Way(source="b", target="a", rules=all_owned_by("b"), limits=limits),
    )


def swapped(name: Any, value: str) -> str:
    return value.swapcase() if name == SHOP_NAME else value


def test_without_a_brake_two_bridges_with_rules_that_disagree_write_for_ever():
    shops = mirrored(OFF, swapped)
    shops.shops["a"].rows["1"] = {"name": "Ash"}
    assert [shops.both() for _ in range(40)] == [2] * 40


def test_with_the_brake_they_stop_and_a_work_item_tells_the_loop():
    shops = mirrored(FAST, swapped)
    shops.shops["a"].rows["1"] = {"name": "Ash"}
    written = [shops.both() for _ in range(40)]
    # The first two of one bridge are new values; four more come back, and the next is withheld.
    assert shops.shops["b"].writes == 6
    assert written[:6] == [2] * 6
    assert written[6:] == [0] * 34
    assert shops.work(shops.there) == ["loop:thing.name"]
    (found,) = [
        one for one in shops.run(shops.there, lambda job: explain(job, "1")) if one.decision.rule == BRAKE
    ]
    assert "written 6 times with 2 values from 2026-11-02 09:00:01 to" in str(found)
    assert shops.run(shops.there, load_tally).brakes >= 1


def test_without_a_brake_two_bridges_that_cross_swap_their_values_for_ever():
    shops = mirrored(OFF)
    for name, shop in shops.shops.items():
        shop.rows["1"] = {"name": f"of {name}"}
    assert [shops.crossed() for _ in range(40)] == [2] * 40


def test_with_the_brake_two_bridges_that_cross_come_to_rest():
    shops = mirrored(FAST)
    for name, shop in shops.shops.items():
        shop.rows["1"] = {"name": f"of {name}"}
    written = [shops.crossed() for _ in range(40)]
    assert sum(written) == 12
    assert sum(written[6:]) == 0


def test_a_program_on_the_target_that_puts_its_own_value_back_is_a_loop_too():
    shops = mirrored(FAST)
    shops.shops["a"].rows["1"] = {"name": "Ash", "blurb": "first"}
    written = 0
    for number in range(20):
        shops.shops["a"].rows["1"]["blurb"] = f"edition {number}"
        written += shops.sync(shops.there)
        shops.shops["b"].rows["1"]["name"] = "theirs"
    # The name comes back four times after it was made; the blurb, which is new each time, goes on.
    assert written == 20
    assert shops.shops["b"].rows["1"]["name"] == "theirs"
    assert shops.shops["b"].rows["1"]["blurb"] == "edition 19"


def test_new_values_are_never_a_loop_however_fast_they_come():
    shops = mirrored(FAST)
    for number in range(30):
        shops.shops["a"].rows["1"] = {"name": f"Ash {number}"}
        assert shops.sync(shops.there) == 1
    assert shops.work(shops.there) == []


def test_a_brake_lets_go_when_the_stretch_has_passed_and_the_work_item_closes():
    shops = mirrored(FAST, swapped)
    shops.shops["a"].rows["1"] = {"name": "Ash"}
    for _ in range(8):
        shops.both()
    assert shops.both() == 0
    shops.clock.sleep(3600)
    assert shops.sync(shops.there) == 1
    assert shops.work(shops.there) == []


def test_a_person_releases_a_brake():
    shops = mirrored(FAST, swapped)
    shops.shops["a"].rows["1"] = {"name": "Ash"}
    for _ in range(8):
        shops.both()
    shops.there = evolve(shops.there, turn=as_it_is)
    shops.shops["a"].rows["1"]["name"] = shops.shops["b"].rows["1"]["name"].swapcase()
    assert shops.sync(shops.there) == 0
    (place,) = shops.run(shops.there, lambda job: release_brake(job, "1", SHOP_NAME))
    assert place == ("", SHOP_NAME)
    assert shops.sync(shops.there) == 1
    assert shops.both() == 0
    assert shops.work(shops.there) == []


# Echoes


def laggy(brake: Brake) -> TwoShops:
    """A shop that shows for ten seconds what it showed before, and a name that people there may edit."""
    rules = {**all_owned_by("a"), SHOP_NAME: until_edited("a", "b")}
    there = Way(source="a", target="b", rules=rules, limits=Limits(brake=brake))
    shops = TwoShops(there, Way(source="b", target="a", rules={}))
    shops.shops["a"].rows["1"] = {"name": "Ash"}
    shops.sync(there)
    shops.clock.sleep(100)
    shops.sync(there)
    shops.shops["b"].lag = timedelta(seconds=10)
    shops.shops["a"].rows["1"]["name"] = "Elm"
    shops.sync(there)
    shops.sync(there)
    return shops


def test_an_older_write_of_ours_that_is_still_shown_is_a_near_miss_and_no_edit():
    shops = laggy(Brake(lag=timedelta(0)))
    assert "edited on b" in str(shops.run(shops.there, lambda job: explain(job, "1"))[0])
    shops = laggy(Brake(lag=timedelta(minutes=5)))
    shops.clock.sleep(5)
    assert "edited on" not in str(shops.run(shops.there, lambda job: explain(job, "1"))[0])
    shops.sync(shops.there)
    assert shops.run(shops.there, load_tally).near_misses >= 1
    shops.shops["a"].rows["1"]["name"] = "Oak"
    shops.clock.sleep(100)
    shops.sync(shops.there)
    assert shops.shops["b"].rows["1"]["name"] == "Oak"


def test_an_edit_back_to_an_older_value_of_ours_is_an_edit_once_the_lag_is_over():
    shops = laggy(Brake(lag=timedelta(minutes=5)))
    shops.clock.sleep(1000)
    shops.sync(shops.there)
    shops.clock.sleep(1000)
    shops.shops["b"].rows["1"]["name"] = "Ash"
    assert shops.sync(shops.there) == 0
    assert shops.shops["b"].rows["1"]["name"] == "Ash"


def test_our_latest_write_is_an_edit_again_once_both_sides_agreed_on_something_else():
    rules = {**all_owned_by("a"), SHOP_NAME: until_edited("a", "b")}
    shops = TwoShops(Way(source="a", target="b", rules=rules), Way(source="b", target="a", rules={}))
    shops.shops["a"].rows["1"] = {"name": "Ash"}
    shops.sync(shops.there)
    shops.clock.sleep(1000)
    for side in ("b", "a"):  # people on both sides come to the same name, and nothing is written
        shops.shops[side].rows["1"]["name"] = "Elm"
    assert shops.sync(shops.there) == 0
    shops.clock.sleep(1000)
    shops.shops["b"].rows["1"]["name"] = "Ash"
    assert shops.sync(shops.there) == 0
    assert shops.shops["b"].rows["1"]["name"] == "Ash"


def test_our_own_write_beside_one_that_was_refused_is_not_taken_for_an_edit():
    stage = staged(ASH)
    rules = {**stage.tiny.job.ownership.rules, NAME: until_edited("src", "shop")}
    job = evolve(stage.tiny.job, ownership=Ownership(pair="source and shop", rules=rules))

    def sync() -> None:
        run(stage, apply(job, run(stage, plan(job))))

    shop = stage.tiny.shop
    do = shop._do

    def picky(request: Request) -> Response:
        priced = request.method == "PUT" and "price" in json.loads(request.body or b"{}")
        return Response(status=422) if priced else do(request)

    shop._do = picky  # type: ignore[method-assign]
    stage.put(evolve(ASH, name="Elm", price="9.00"))
    sync()
    assert (stage.row("a")["name"], stage.row("a")["price"]) == ("Elm", "1.50")
    stage.put(evolve(ASH, name="Oak", price="9.00"))
    sync()
    assert stage.row("a")["name"] == "Oak"
    assert run(stage, load_tally(job)).echoes == 1
