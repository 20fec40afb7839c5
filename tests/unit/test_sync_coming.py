"""A process dies when something is made and nothing is settled; then the source takes it back."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.flow.play import Crash
from commerce_bridge.ports.step import StepKind
from commerce_bridge.sync.applying.coming import foretell
from commerce_bridge.sync.planning.planner import plan
from commerce_bridge.sync.planning.survey import Wish
from rigs.tale import rows_of
from rigs.tiny_shop import Thing
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


def test_it_is_remembered_once_and_what_is_known_stays_as_it_is():
    stage = TinyStage(*THINGS)
    planned = stage.plan()
    (segment, *_) = planned.segments()
    making = [step for step in segment.steps if step.kind is StepKind.CREATE]
    stage.driver().run(foretell(stage.tiny.job, segment.standings, making))
    before = stage.records()
    assert {one.label for one in before.values()} == {step.label for step in making}
    assert all(one.source_hash == "" and one.target is None for one in before.values())
    stage.driver().run(foretell(stage.tiny.job, segment.standings, making))
    assert stage.records() == before
    stage.apply(planned)
    settled = stage.records()
    stage.driver().run(foretell(stage.tiny.job, segment.standings, making))
    assert stage.records() == settled
    assert all(one.source_hash for one in settled.values())


def test_a_record_that_comes_to_a_known_source_record_joins_it():
    stage = TinyStage(THINGS[0])
    stage.sync()
    (known,) = stage.records().values()
    stage.put(THINGS[1])
    (segment, *_) = stage.plan().segments()
    (fresh,) = [one for one in segment.standings if one.record != known.record]
    (making,) = [step for step in segment.steps if step.kind is StepKind.CREATE]
    joining = evolve(fresh, origin=known.origin)
    stage.driver().run(foretell(stage.tiny.job, [joining], [making]))
    (body,) = [row for name, row in origins(stage).items() if name == str(known.origin)]
    assert body["source"] == "", "it is decided anew"
    assert body["records"] == {str(known.source): known.record, str(fresh.source): fresh.record}
    assert body["shown"] != {}, "what it has on the target stays known"


def origins(stage: TinyStage) -> dict[str, Any]:
    rows = rows_of(stage.state, stage.tiny.job.scope, tables=("origin",))
    return {key.split()[-1]: body for key, body in rows.items()}
