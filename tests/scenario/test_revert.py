"""A revert in a real store: what comes back, what cannot and why; and a crash at any point of it changes nothing.

The fixtures are those of the crash sweep: a plan with a step of every kind, applied; then it is taken back.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from attrs import define

from commerce_bridge.flow.effects import Commit, Flow, Send
from commerce_bridge.flow.play import PlayDriver
from commerce_bridge.ports.step import StepKind
from commerce_bridge.stores import SQLiteState
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.receipt import Receipt
from commerce_bridge.testing.crash import CrashReport, crash_sweep
from rigs.every_step import Prepared, Scene, pages, variants

DEEP = os.environ.get("COMMERCE_BRIDGE_PROFILE") == "deep"

FIXTURES: dict[str, Callable[[], Prepared]] = {"pages": pages, "variants": variants}

MADE = {
    "pages": {"9781670020918", "9781670021007", "9781670021014"},
    "variants": {"Both at Once"},
}
"""What the applies make: a product is not deleted, since its orders' history would go with it."""

JOINED = "9781670022226"
"""The variant that an apply adds: it stays, closed, for the same reason."""

JOINED_AS = "Board book"
"""What shoppers choose it by."""

CATEGORIES = {"Children", "History"}
"""What the applies make on the way: a category belongs to nobody's record, and others may use it by now."""


@define(kw_only=True)
class Applied(Scene):
    """A scene whose plan was applied, and whose revert waits."""

    receipt: Receipt
    before: dict[str, Any]
    remembered: dict[str, Any]

    def revert(self) -> Flow[Any]:
        """Carry the revert out."""
        return (yield from self.apply())

    def anew(self) -> Flow[Any]:
        """Plan the revert anew, and carry that out."""
        planned = yield from self.bridge().plan_revert(self.receipt.plan)
        return (yield from self.bridge().apply(planned))

    def planned(self, applied: Receipt | str, *, seed: int) -> Plan:
        """A revert; the seed gives it an id of its own."""
        self.stage.seed = seed
        return self.play(self.bridge().plan_revert(applied), later_s=60)


def applied(name: str, folder: Path | None = None) -> Applied:
    """A scene of a fixture after its plan was applied; the goods before it, and the revert."""
    state = SQLiteState(folder / "state.sqlite") if folder is not None else None
    scene = FIXTURES[name]().scene(state)
    before, remembered = scene.stage.goods(), agreed(scene)
    receipt = scene.play(scene.apply())
    made = Applied(stage=scene.stage, plan=scene.plan, receipt=receipt, before=before, remembered=remembered)
    made.plan = made.planned(receipt, seed=5)
    made.store.answered.clear()
    made.store.log.clear()
    return made


def agreed(scene: Scene) -> dict[str, dict[str, Any]]:
    """What both sides agree on, by record and by part and field."""
    return {
        record: {f"{part}/{name}": value for part, name, value in body["agreed"]}
        for record, body in scene.rows("record").items()
    }


def taking_hold(driver: PlayDriver) -> frozenset[int]:
    return frozenset(n for n, each in enumerate(driver.trace) if isinstance(each.effect, (Send, Commit)))


@cache
def writes(name: str) -> frozenset[int]:
    """The numbers of the effects of a clean revert that change a world or the state."""
    scene = applied(name)
    driver = PlayDriver(scene.wiring())
    driver.run(scene.revert())
    return taking_hold(driver)


def named(goods: dict[str, Any], kind: str) -> dict[str, Any]:
    """Rows of a kind by what people call them."""
    return {str(row.get("sku") or row["name"]): row for row in goods[kind]}


def test_a_revert_of_every_kind_of_step_takes_few_calls_and_fails_in_nothing():
    scene = applied("pages")
    kinds = {step.kind for step in scene.plan.steps()}
    assert kinds == {StepKind.CHANGE, StepKind.PRICE, StepKind.HIDE, StepKind.PUBLISH, StepKind.RELATE}
    receipt = scene.play(scene.revert(), later_s=61)
    assert (receipt.failed, receipt.stale) == ((), ())
    assert receipt.total == scene.plan.footer.total
    assert receipt.calls == scene.plan.footer.calls <= 20
    assert sorted(scene.made().values()) == [1, 1, 1]
    assert [name.split(":")[0] for name in sorted(scene.made())] == [
        "custom field of 9781670020208",
        "image of 9781670020307",
        "metafield of 9781670020604",
    ], "only what the apply had taken away is made again"


@pytest.mark.parametrize("name", FIXTURES)
def test_the_goods_are_as_they_were_but_for_what_is_never_deleted(name: str):
    scene = applied(name)
    scene.play(scene.revert(), later_s=61)
    before, after = scene.before, scene.stage.goods()
    was, now = named(before, "products"), named(after, "products")
    assert now.keys() - was.keys() == MADE[name]
    for one in MADE[name]:
        assert (now[one]["is_visible"], now[one]["availability"]) == (False, "disabled")
        assert not [row for row in after["channel_assignments"] if one in str(row)]
    assert {key: shown(row) for key, row in now.items() if key in was} == {
        key: shown(row) for key, row in was.items()
    }
    made = {kind: [row for row in after[kind] if row not in before[kind]] for kind in before}
    assert {row["name"] for row in made["categories"]} <= CATEGORIES
    assert {row["owner"] for row in made["metafields"]} <= MADE[name]
    for kind in before.keys() - {"products"}:
        assert [row for row in before[kind] if row not in after[kind]] == [], f"all {kind} are there"
        assert not made[kind] or kind in {"categories", "metafields"}, f"no more {kind} than before"


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """A product without the variant that the apply added, which stays, and without what shoppers choose it by."""
    options = [
        {**one, "values": [each for each in one["values"] if each["label"] != JOINED_AS]}
        for one in row.get("options", ())
    ]
    variants = [one for one in row["variants"] if one["sku"] != JOINED]
    return {**row, "options": options, "variants": variants}


def test_a_variant_that_was_added_stays_and_cannot_be_bought():
    scene = applied("variants")
    scene.play(scene.revert(), later_s=61)
    (joined,) = [one for one in scene.stage.product(JOINED)["variants"] if one["sku"] == JOINED]
    assert joined["purchasing_disabled"] is True


@pytest.mark.parametrize("name", FIXTURES)
def test_what_is_agreed_on_is_as_it_was(name: str):
    scene = applied(name)
    written = {
        (step.record, f"{one.part}/{one.field}") for step in scene.plan.steps() for one in step.changes
    }
    scene.play(scene.revert(), later_s=61)
    now = agreed(scene)
    for record, places in scene.remembered.items():
        for place, value in places.items():
            if (record, place) in written:
                assert now[record][place] == value, place


@pytest.mark.parametrize("name", FIXTURES)
def test_reverting_twice_is_a_no_op_and_a_revert_of_the_revert_brings_all_back(name: str):
    scene = applied(name)
    left = scene.stage.goods()
    reverted = scene.play(scene.revert(), later_s=61)
    assert scene.planned(scene.receipt, seed=6).is_empty
    scene.plan = scene.planned(reverted, seed=7)
    receipt = scene.play(scene.apply(), later_s=62)
    assert (receipt.failed, receipt.stale) == ((), ())
    was, now = named(left, "products"), named(scene.stage.goods(), "products")
    assert {key: shown(row) for key, row in now.items()} == {key: shown(row) for key, row in was.items()}
    scene.stage.seed = 8
    assert scene.left() == []


@pytest.mark.parametrize("name", FIXTURES)
def test_the_next_plan_writes_again_what_the_source_says(name: str):
    scene = applied(name)
    left = named(scene.stage.goods(), "products")
    scene.play(scene.revert(), later_s=61)
    scene.stage.seed = 9
    assert scene.left() != []
    scene.play(scene.sync(), later_s=7200)
    assert {key: shown(row) for key, row in named(scene.stage.goods(), "products").items()} == {
        key: shown(row) for key, row in left.items()
    }


def sweep(name: str, resume: Callable[[Applied], Flow[Any]], folder: Path | None = None) -> CrashReport:
    """Die at every request and every commit of a revert, at every effect in the deep profile."""
    numbers = iter(range(1_000_000))

    def make() -> Applied:
        if folder is None:
            return applied(name)
        own = folder / str(next(numbers))
        own.mkdir()
        return applied(name, own)

    report = crash_sweep(
        make, run=Applied.revert, resume=resume, snapshot=Applied.look, only=None if DEEP else writes(name)
    )
    print(f"{name}, a revert: {report}")
    return report


@pytest.mark.parametrize("resume", [Applied.revert, Applied.anew], ids=["the same revert", "a new revert"])
@pytest.mark.parametrize("name", FIXTURES)
def test_a_crash_at_every_request_and_commit(name: str, resume: Callable[[Applied], Flow[Any]]):
    report = sweep(name, resume)
    report.check()
    assert report.tried >= 2 * len(writes(name))


@pytest.mark.parametrize("name", FIXTURES)
def test_the_same_with_what_is_remembered_in_a_file(name: str, tmp_path: Path):
    sweep(name, Applied.revert, tmp_path).check()
