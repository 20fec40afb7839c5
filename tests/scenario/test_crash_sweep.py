"""A crash at any point of any effect of an apply, then going on, comes out as one clean run: nothing lost, nothing doubled.

The playing driver runs one flow at a time and always in the same order, so what a crash leaves behind is
settled by the requests and commits that have taken hold.  One sweep dies at every effect all the same; the
others die at every request and every commit, before it and after it.  `COMMERCE_BRIDGE_PROFILE=deep` dies
at every effect everywhere, and does the same with the whole invented catalogue.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Container
from functools import cache
from pathlib import Path

import pytest

from commerce_bridge.bridges.listing.policy import Layout
from commerce_bridge.domain import listing as on
from commerce_bridge.domain.record import Fact, Note, Picture, Placement
from commerce_bridge.flow.effects import Commit, Send
from commerce_bridge.flow.play import PlayDriver
from commerce_bridge.merge.collections import moves
from commerce_bridge.ports.step import StepKind
from commerce_bridge.sandbox.catalogue import demo_catalogue
from commerce_bridge.sync.applying import sharing
from commerce_bridge.testing.crash import CrashReport, crash_sweep
from rigs.every_step import EDITION, Prepared, Publisher, Scene, pages, prepared, variants

DEEP = os.environ.get("COMMERCE_BRIDGE_PROFILE") == "deep"

FIXTURES: dict[str, Callable[[], Prepared]] = {"pages": pages, "variants": variants}

ELSEWHERE = frozenset({StepKind.EMIT})
"""Kinds of step that no store sees: a relay's signal goes to a platform that takes events, and a bridge of
listings has none to send."""

RESUMES = {"the same plan": Scene.apply, "a new plan": Scene.sync}


def taking_hold(driver: PlayDriver) -> list[int]:
    """The numbers of the effects that change a world or the state: requests and commits."""
    return [n for n, each in enumerate(driver.trace) if isinstance(each.effect, (Send, Commit))]


@cache
def writes(name: str) -> frozenset[int]:
    """Those of a clean run of a fixture."""
    scene = FIXTURES[name]().scene()
    driver = PlayDriver(scene.wiring())
    driver.run(scene.apply())
    return frozenset(taking_hold(driver))


def sweep(
    name: str,
    resume: str,
    *,
    make: Callable[[], Scene] | None = None,
    only: Container[int] | None = None,
    downtime_s: float = 0.0,
    snapshot: Callable[[Scene], object] = Scene.look,
) -> CrashReport:
    report = crash_sweep(
        make or FIXTURES[name]().scene,
        run=Scene.apply,
        resume=RESUMES[resume],
        snapshot=snapshot,
        only=only,
        downtime_s=downtime_s,
    )
    print(f"{name}, then {resume}: {report}")
    return report


def with_what_is_left(scene: Scene) -> object:
    """What a look shows, and that a plan would do nothing more."""
    return {**scene.look(), "left": scene.left()}


def test_the_fixtures_hold_every_kind_of_step_that_reaches_a_store():
    kinds = {step.kind for make in FIXTURES.values() for step in make().plan.steps()}
    assert kinds == set(StepKind) - ELSEWHERE
    assert {step.kind for step in pages().plan.steps()} == set(StepKind) - ELSEWHERE


def test_the_fixtures_hold_every_way_of_changing_an_element():
    seen: set[tuple[type, str]] = set()
    fields = set()
    for step in pages().plan.steps():
        for change in step.changes:
            fields.add(change.field)
            if step.kind is StepKind.CREATE:
                continue
            moved = moves(change.before, change.after)
            seen.update((type(one), "add") for one in moved.add)
            seen.update((type(new), "edit") for _, new in moved.edit)
            seen.update((type(one), "remove") for one in moved.remove)
    assert seen >= {(kind, way) for kind in (Fact, Note, Picture) for way in ("add", "edit", "remove")}
    assert seen >= {(Placement, "add"), (Placement, "remove")}
    assert fields >= {on.DESCRIPTION, on.PRICE, on.VISIBLE, on.SELLING, on.FAMILY, EDITION}


@pytest.mark.parametrize("name", FIXTURES)
def test_a_clean_run_takes_at_most_thirty_calls_and_leaves_nothing_to_do(name: str):
    scene = FIXTURES[name]().scene()
    receipt = scene.play(scene.apply())
    assert receipt.total == scene.plan.footer.total
    assert not receipt.failed
    assert len(scene.store.log) <= 30
    assert set(scene.made().values()) == {1}
    assert scene.left() == []


@pytest.mark.parametrize("name", FIXTURES)
def test_replaying_is_a_no_op(name: str):
    scene = FIXTURES[name]().scene()
    scene.play(scene.apply())
    before, sent = scene.look(), len(scene.store.log)
    receipt = scene.play(scene.apply())
    assert receipt.total == 0
    assert receipt.already == scene.plan.footer.total
    assert scene.look() == before
    assert len(scene.store.log) == sent


def test_a_crash_at_every_effect_then_the_same_plan():
    report = sweep("pages", "the same plan")
    report.check()
    assert report.tried == 2 * sum(report.effects.values()) + 1
    assert report.effects["Send"] <= 30


@pytest.mark.parametrize(
    ("name", "resume"),
    [("pages", "a new plan"), ("variants", "the same plan"), ("variants", "a new plan")],
)
def test_a_crash_at_every_request_and_commit(name: str, resume: str):
    only = None if DEEP else writes(name)
    sweep(name, resume, only=only, snapshot=with_what_is_left).check()


@pytest.mark.parametrize("resume", RESUMES)
@pytest.mark.parametrize("name", FIXTURES)
def test_the_same_with_what_is_remembered_in_a_file(name: str, resume: str, tmp_path: Path):
    made = list[Scene]()
    make = FIXTURES[name]().on_disk(tmp_path)

    def scene() -> Scene:
        if made:
            made.pop().stage.state.close()
        made.append(make())
        return made[-1]

    report = sweep(name, resume, make=scene, only=None if DEEP else writes(name))
    made.pop().stage.state.close()
    report.check()


@pytest.mark.parametrize("name", FIXTURES)
def test_the_same_plan_an_hour_later_knows_its_own_writes_again(name: str):
    """What was read is old by then and is read again; what moved is what this plan wrote, and nobody else."""
    only = writes(name)
    sweep(name, "the same plan", only=only, downtime_s=3600, snapshot=with_what_is_left).check()


def test_the_sweep_would_notice_writes_that_nobody_announced(monkeypatch: pytest.MonkeyPatch):
    """Without intents a product, an image and a custom field whose answers were lost are sent again."""

    monkeypatch.setattr(sharing, "intents_of", lambda books, calls: [])
    scene = pages().scene()
    driver = PlayDriver(scene.wiring())
    driver.run(scene.apply())
    only = {n for n, each in enumerate(driver.trace) if isinstance(each.effect, Send)}
    report = sweep("pages", "the same plan", only=only)
    assert len(report.failures) >= 3
    assert any("made" in failure.problem for failure in report.failures), "something was made twice"


@pytest.mark.deep
def test_the_whole_catalogue():
    """At each request and each commit; about half an hour."""
    made = catalogue()
    scene = made.scene()
    driver = PlayDriver(scene.wiring())
    driver.run(scene.apply())
    only = taking_hold(driver)[:: int(os.environ.get("COMMERCE_BRIDGE_STRIDE", "1"))]
    report = crash_sweep(
        made.scene, run=Scene.apply, resume=Scene.apply, snapshot=Scene.look, only=frozenset(only)
    )
    print(report)
    report.check()


def catalogue() -> Prepared:
    """The invented publisher's whole list, none of it in the store yet."""

    def load(publisher: Publisher) -> None:
        for book in demo_catalogue():
            publisher.sandbox.load(book, at=publisher.at)

    return prepared(Layout.FORMAT, (), load)
