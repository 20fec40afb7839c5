"""What an apply writes down and when: intents before a call, results right after it, nothing twice."""

from __future__ import annotations

import json
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.errors import ConnectionLost, MappingError, RejectedRecord
from commerce_bridge.flow.effects import Commit, Send
from commerce_bridge.flow.play import Crash
from commerce_bridge.flow.state import ByPrefix
from commerce_bridge.ports.step import Call, Known, Row, Stage, StepKind
from commerce_bridge.sync.applying.applier import apply
from commerce_bridge.sync.applying.bookkeeping import look_for, row_key, words
from commerce_bridge.sync.applying.unfinished import settle_intents
from commerce_bridge.sync.planning.costing import estimate, known_before
from commerce_bridge.sync.planning.deciding import open_work
from rigs.plans import HIDDEN, MORE, NEW, WORK
from rigs.tiny_shop import Thing, TinyTarget
from rigs.tiny_stage import TinyStage

THINGS = (Thing("a", "Ash"), Thing("b", "Birch"), Thing("c", "Cedar"))


def bodies(stage: TinyStage, table: str) -> dict[str, dict[str, Any]]:
    rows = stage.state.load(ByPrefix(table=table, scope="tiny"))
    return {row.at.key: json.loads(row.body) for row in rows}


def test_the_intent_of_all_that_may_be_made_is_written_before_the_first_call_and_gone_with_its_answer():
    stage = TinyStage(*THINGS)
    planned = stage.plan()
    driver = stage.driver()
    driver.run(apply(stage.tiny.job, planned))
    effects = [one.effect for one in driver.trace]
    first_write = next(
        number for number, one in enumerate(effects) if isinstance(one, Send) and one.request.method == "POST"
    )
    tables = [{op.at.table for op in one.ops} for one in effects[:first_write] if isinstance(one, Commit)]
    assert tables == [{"intent", "lease", "record", "origin", "layout"}], "in one commit"
    assert bodies(stage, "intent") == {}
    assert len(bodies(stage, "receipt")) == 3
    assert len(bodies(stage, "binding")) == 3


def test_a_result_is_bound_receipted_and_entered_in_one_commit():
    stage = TinyStage(THINGS[0])
    planned = stage.plan()
    driver = stage.driver()
    driver.run(apply(stage.tiny.job, planned))
    (step,) = planned.steps()
    commits = [
        [(type(op).__name__, op.at.table) for op in one.effect.ops]
        for one in driver.trace
        if isinstance(one.effect, Commit)
    ]
    assert commits[1] == [
        ("Put", "receipt"),
        ("Put", "ledger"),
        ("Put", "echo"),
        ("Delete", "intent"),
        ("Put", "binding"),
        ("Put", "alias"),
    ]
    assert list(bodies(stage, "receipt")) == [row_key(planned.header.plan, (step.id, "thing"))]
    (entry,) = bodies(stage, "ledger").values()
    assert entry["plan"] == planned.header.plan
    assert entry["did"]["id"] == step.id
    (bound,) = bodies(stage, "binding").values()
    assert (bound["source"], bound["target"]) == ("src:thing:a", "shop:thing:100")


@pytest.mark.parametrize("applied", [True, False])
def test_an_intent_without_a_result_is_looked_for_at_the_next_start(applied: bool):
    clean = TinyStage(THINGS[0])
    driver = clean.driver()
    driver.run(apply(clean.tiny.job, clean.plan()))
    at = next(
        number
        for number, one in enumerate(driver.trace)
        if isinstance(one.effect, Send) and one.effect.request.method == "POST"
    )
    stage = TinyStage(THINGS[0])
    planned = stage.plan()
    with pytest.raises(Crash):
        stage.apply(planned, crash_at=at, crash_after=applied)
    assert len(bodies(stage, "intent")) == 1
    assert bool(stage.tiny.shop.rows) is applied
    assert stage.driver().run(settle_intents(stage.tiny.job)) == int(applied)
    assert bodies(stage, "intent") == {}
    assert len(bodies(stage, "binding")) == int(applied)
    assert len(bodies(stage, "receipt")) == int(applied)
    stage.apply(planned)
    assert len(stage.tiny.shop.rows) == 1


def test_without_intents_nobody_is_asked():
    stage = TinyStage(THINGS[0])
    assert stage.driver().run(settle_intents(stage.tiny.job)) == 0
    assert stage.tiny.shop.log == []


def test_rows_that_would_make_the_same_thing_are_all_found():
    stage = TinyStage(THINGS[0])
    stage.sync()
    key, other = NaturalKey("key", "a"), NaturalKey("key", "nobody")
    rows = [
        Row(step="1", part="x", creates=key),
        Row(step="2", part="x", creates=key),
        Row(step="3", part="x", creates=other),
        Row(step="4", part="x"),
    ]
    before = len(stage.tiny.shop.log)
    found = stage.driver().run(look_for(stage.tiny.job, rows))
    assert set(found) == {("1", "x"), ("2", "x")}
    assert {one.ref for one in found.values()} == {Ref("shop", "thing", "100")}
    assert len(stage.tiny.shop.log) == before + 1


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (None, "The target did not take it, and did not say why."),
        (ConnectionLost("Cut.", hint="Try again."), "Cut. Try again."),
        (
            RejectedRecord(
                "Refused.",
                platform="shop",
                operation="products.create",
                status=422,
                fields={"weight": "must be given", "name": "taken"},
                hint="Mend it.",
            ),
            "Refused. Mend it. (weight: must be given; name: taken)",
        ),
        (MappingError("No place.", hint=""), "No place."),
    ],
)
def test_an_error_as_a_work_item_tells_it(error: Any, text: str):
    assert words(error) == text


# What an apply would cost


def test_the_estimate_is_the_real_lowering_and_asks_nobody():
    stage = TinyStage(*THINGS)
    planned = stage.plan()
    assert planned.footer.calls == 3
    assert stage.apply(planned).calls == 3


def test_what_reaches_no_vendor_costs_nothing():
    stage = TinyStage(Thing("a", "Ash", blocked="It has no roots."))
    assert stage.plan().footer.calls == 0
    assert estimate(TinyTarget(), [open_work("A", "l", "r", "d")], {}) == 0
    assert estimate(TinyTarget(), [], {}) == 0


class Waiting(TinyTarget):
    """A writer whose calls go one after the other, and one that never knows enough."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds

    def lower(self, steps: Any, known: Known) -> Stage:
        done = len(known.done)
        if done == self.rounds:
            return Stage(waiting=tuple(steps))
        row = Row(step=steps[0].id, part=f"{done}", creates=NaturalKey("k", f"{done}"))
        assert len(known.names) == done, "what was made is known to the next round"
        return Stage(calls=(Call(operation="x", rows=(row,), payload=None),))


@pytest.mark.parametrize("rounds", [0, 1, 4])
def test_the_estimate_ends_where_nothing_more_can_be_sent(rounds: int):
    assert estimate(Waiting(rounds), [NEW], {}) == rounds


def test_what_is_known_before_anything_is_sent():
    need = evolve(MORE, needs=("record-1", "bound", "nowhere"))
    other = Ref("shop", "product", "5")
    known = known_before([NEW, need, HIDDEN], {"bound": other, "record-3": other, "stranger": other})
    assert known.bindings == {"record-3": HIDDEN.target, "bound": other}, "what a step says wins"
    assert known.lost == frozenset({"nowhere"}), "record-1 is coming"
    assert known.seen == {}
    assert known_before([WORK], {}).lost == frozenset()
    assert NEW.kind is StepKind.CREATE
