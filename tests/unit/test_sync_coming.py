"""A process dies when something is made and nothing is settled; then the source takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.errors import StateConflict
from commerce_bridge.flow.play import Crash
from commerce_bridge.sync.applying.coming import foretold
from commerce_bridge.sync.planning.planner import plan
from commerce_bridge.sync.planning.survey import Wish
from commerce_bridge.sync.plans.segment import Standing
from rigs.tale import rows_of
from rigs.tiny_shop import PRICE, Thing
from rigs.tiny_stage import TinyStage

THINGS = (Thing("a", "Ash"), Thing("b", "Birch"), Thing("c", "Cedar"))


def whole(stage: TinyStage) -> Any:
    """A plan that looks at everything the source has."""
    return stage.driver().run(plan(stage.tiny.job, Wish(complete=True)))


def died(at: int, *, after: bool, incremental: bool) -> TinyStage:
    """A first sync that dies at an effect; then an hour goes by, and the source has nothing any more."""
    stage = TinyStage(*THINGS, incremental=incremental)
    planned = stage.plan()
    with suppress(Crash):
        stage.apply(planned, crash_at=at, crash_after=after)
    stage.tiny.source.things.clear()
    stage.clock.sleep(3600)
    return stage


@pytest.mark.parametrize("incremental", [False, True])
@pytest.mark.parametrize("after", [False, True])
def test_what_was_made_before_a_death_is_taken_off_view_when_it_is_gone(after: bool, incremental: bool):
    made = 0
    for at in range(200):
        stage = died(at, after=after, incremental=incremental)
        made += bool(stage.tiny.shop.rows)
        for _ in range(2):
            stage.clock.sleep(1)
            stage.apply(whole(stage))
        on_view = {row["key"] for row in stage.tiny.shop.rows.values() if row.get("hidden") != "yes"}
        assert on_view == set(), f"a death at {at} leaves {on_view} on view"
        assert whole(stage).is_empty
    assert made > 20, "most deaths come when something is made"


def foretell(stage: TinyStage, standings: Sequence[Standing]) -> None:
    """Write down what comes."""
    coming = stage.driver().run(foretold(stage.tiny.job, standings))
    if coming.ops:
        stage.state.commit(coming.ops, coming.expect)


def test_it_is_remembered_once_and_what_is_known_stays_as_it_is():
    stage = TinyStage(*THINGS)
    planned = stage.plan()
    (segment, *_) = planned.segments()
    foretell(stage, segment.standings)
    before = stage.records()
    assert {one.label for one in before.values()} == {one.label for one in segment.standings}
    assert all(one.source_hash == "" and one.target is None for one in before.values())
    foretell(stage, segment.standings)
    assert stage.records() == before
    stage.apply(planned)
    settled = stage.records()
    foretell(stage, segment.standings)
    assert stage.records() == settled
    assert all(one.source_hash for one in settled.values())


def test_somebody_else_who_tells_it_first_is_noticed():
    stage = TinyStage(*THINGS)
    (segment, *_) = stage.plan().segments()
    coming = stage.driver().run(foretold(stage.tiny.job, segment.standings))
    foretell(stage, segment.standings)
    with pytest.raises(StateConflict):
        stage.state.commit(coming.ops, coming.expect)


def test_a_record_that_comes_to_a_known_source_record_joins_it():
    stage = TinyStage(THINGS[0])
    stage.sync()
    (known,) = stage.records().values()
    stage.put(THINGS[1])
    (segment, *_) = stage.plan().segments()
    (fresh,) = [one for one in segment.standings if one.record != known.record]
    foretell(stage, [evolve(fresh, origin=known.origin)])
    (body,) = [row for name, row in origins(stage).items() if name == str(known.origin)]
    assert body["source"] == "", "it is decided anew"
    assert body["records"] == {str(known.source): known.record, str(fresh.source): fresh.record}
    assert body["shown"] != {}, "what it has on the target stays known"


def origins(stage: TinyStage) -> dict[str, Any]:
    rows = rows_of(stage.state, stage.tiny.job.scope, tables=("origin",))
    return {key.split()[-1]: body for key, body in rows.items()}


def test_what_a_dead_process_made_is_no_first_contact_though_somebody_edited_it():
    stage = TinyStage(THINGS[0])
    stage.cut_short(stage.plan(), "POST")
    stage.row("a")["price"] = "0.10"
    (change,) = [one for one in stage.changes() if one.field == PRICE]
    assert (change.before, change.after) == (Decimal("0.10"), Decimal("1.00"))
    stage.sync()
    assert stage.row("a")["price"] == "1.00"
    assert stage.plan().is_empty


def test_what_somebody_else_made_is_a_first_contact_still():
    stage = TinyStage(THINGS[0])
    stage.tiny.shop.rows["7"] = {"key": "a", "name": "Old Ash", "price": "0.10", "tags": []}
    assert [one for one in stage.changes() if one.field == PRICE] == []
