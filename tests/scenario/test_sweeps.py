"""Plan, apply, sync and revert of the main pair die anywhere, and what a new process makes of it is one clean run.

The sweeps are values of a registry: a bridge joins these tests by adding its own to `REGISTERED`.  Each runs
over a state in memory and over one in a file.  Here they die at every few requests and commits, each sweep
beginning at another; `COMMERCE_BRIDGE_PROFILE=deep` dies at every effect.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache, partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from attrs import define, evolve, field

from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Commit, Effect, Flow, Send
from commerce_bridge.flow.state import ByPrefix, StateStore
from commerce_bridge.flow.wiring import SeededChance, Wiring
from commerce_bridge.ports.step import StepKind
from commerce_bridge.stores import MemoryState, SQLiteState
from commerce_bridge.sync.applying import sharing
from commerce_bridge.sync.kept.tables import put
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.testing.sweeps import Sweep, Sweeps, everywhere, taking_hold
from rigs.every_step import Prepared, Scene, pages

DEEP = os.environ.get("COMMERCE_BRIDGE_PROFILE") == "deep"
WHERE, STRIDE = (everywhere, 1) if DEEP else (taking_hold, 6)

ELSEWHERE = frozenset({StepKind.EMIT})
"""Kinds of step that no store sees: a bridge of listings has no signals to send."""

FIRST_SEED = 40
"""Away from the seeds that set the scene: a process whose ids were handed out before would meet its own rows."""


@define(kw_only=True)
class Stand(Scene):
    """A scene in which every process has ids of its own, and the last plan is kept to be looked at."""

    planned: list[Plan] = field(factory=list[Plan])
    processes: int = 0

    def wiring(self) -> Wiring:
        self.processes += 1
        self.stage.seed = FIRST_SEED + self.processes
        return Scene.wiring(self)

    def planning(self) -> Flow[Any]:
        """Plan, and throw it away but for its text."""
        planned = yield from self.bridge().plan()
        self.planned = [planned]
        return planned

    def reverting(self) -> Flow[Any]:
        """Plan to take back what the scene's plan did, and carry that out."""
        planned = yield from self.bridge().plan_revert(self.plan.header.plan)
        return (yield from self.bridge().apply(planned))

    def sights(self) -> dict[str, Any]:
        """A look, and what the last plan says step by step."""
        return {**self.look(), "planned": [repr(step) for plan in self.planned for step in plan.steps()]}


@cache
def applied() -> Prepared:
    """The fixture after its plan was applied, to take it back."""
    scene = pages().scene()
    scene.play(scene.apply())
    return Prepared(stage=scene.stage, plan=scene.plan)


class Scenes:
    """Sets a scene each time it is called.

    Args:
        prepared: Gives what is copied.
        folder: Where what is remembered lies in files; None keeps it in memory.
    """

    def __init__(self, prepared: Callable[[], Prepared], folder: Path | None = None) -> None:
        self.prepared, self.folder, self.numbers = prepared, folder, count()
        self.last: Stand | None = None

    def __call__(self) -> Stand:
        self.close()
        scene = self.prepared().scene(self._state())
        self.last = Stand(stage=scene.stage, plan=scene.plan)
        return self.last

    def close(self) -> None:
        """Close the file of the last scene."""
        if self.last is not None and isinstance(self.last.stage.state, SQLiteState):
            self.last.stage.state.close()

    def _state(self) -> StateStore:
        if self.folder is None:
            return MemoryState()
        self.folder.mkdir(exist_ok=True)
        return SQLiteState(self.folder / f"{next(self.numbers)}.sqlite")


def consonance_bigcommerce(folder: Path | None = None) -> Sweeps:
    """The four verbs of the main pair, over a shop with something to do for every kind of step.

    Args:
        folder: Where what is remembered lies in files; None keeps it in memory.
    """
    place = "in memory" if folder is None else "in a file"
    named = partial("consonance_bigcommerce: {}, {}".format)
    waiting = Scenes(pages, folder and folder / "waiting")
    done = Scenes(applied, folder and folder / "done")
    return Sweeps().add(
        Sweep(
            name=named("plan", place),
            make=waiting,
            run=Stand.planning,
            resume=Stand.planning,
            snapshot=Stand.sights,
        ),
        Sweep(
            name=named("apply", place), make=waiting, run=Stand.apply, resume=Stand.apply, snapshot=Stand.look
        ),
        Sweep(
            name=named("sync", place), make=waiting, run=Stand.sync, resume=Stand.sync, snapshot=Stand.look
        ),
        Sweep(
            name=named("revert", place),
            make=done,
            run=Stand.reverting,
            resume=Stand.reverting,
            snapshot=Stand.look,
        ),
    )


REGISTERED: tuple[Callable[[Path | None], Sweeps], ...] = (consonance_bigcommerce,)
"""A bridge joins by a function that gives its sweeps."""


def registered(folder: Path) -> Sweeps:
    """All sweeps of all bridges, over either store.

    Args:
        folder: An empty folder for the files.
    """
    stores = (None, folder)
    return Sweeps().add(*(each for give in REGISTERED for store in stores for each in give(store)))


def test_the_scene_holds_every_kind_of_step_that_reaches_a_store():
    assert {step.kind for step in pages().plan.steps()} == set(StepKind) - ELSEWHERE


@pytest.mark.parametrize("name", registered(Path()).names)
def test_a_crash_anywhere_then_a_new_process_is_one_clean_run(name: str, tmp_path: Path):
    (report,) = registered(tmp_path).run([name], where=WHERE, stride=STRIDE).values()
    report.check()
    assert report.tried >= 2
    assert report.effects["Send"] <= 30


def making(effect: Effect) -> bool:
    """Whether a product is asked for: the request whose answer must never get lost for good."""
    return isinstance(effect, Send) and effect.request.method == "POST" and "/products" in effect.request.path


def test_the_sweep_would_notice_writes_that_nobody_announced(monkeypatch: pytest.MonkeyPatch):
    """The same plan sends again what it does not know of; a new plan would read the shop and see it."""
    monkeypatch.setattr(sharing, "intents_of", lambda books, calls: [])
    (report,) = registered(Path()).run(["consonance_bigcommerce: apply, in memory"], where=making).values()
    assert any("made" in failure.problem for failure in report.failures), "something was made twice"


def test_the_sweep_would_notice_a_plan_that_writes():
    """A plan that leaves a row behind each time is not the same after a crash."""

    def leaking(scene: Stand) -> Flow[Any]:
        name = yield from flow.new_id()
        yield from flow.commit([put(scene.plan.header.scope, "marks", name, {})])
        return (yield from scene.planning())

    def marks(scene: Stand) -> int:
        return len(scene.rows("marks"))

    leak = Sweep(name="leak", make=Scenes(pages), run=leaking, resume=leaking, snapshot=marks)
    report = leak.crash(lambda effect: isinstance(effect, Commit))
    assert (report.tried, len(report.failures)) == (2, 1), (
        "after the commit there are two rows; before it, one"
    )


# The registry


@define
class Jar:
    """A jar into which somebody puts a marble; nothing else is there."""

    state: MemoryState = field(factory=MemoryState)
    processes: int = 0

    def wiring(self) -> Wiring:
        self.processes += 1
        return Wiring(transports={}, state=self.state, chance=SeededChance(self.processes))

    def marbles(self) -> int:
        return len(self.state.load(ByPrefix(table="work", scope="jar")))


def carefully(jar: Jar) -> Flow[None]:
    """Puts the one marble there, again and again the same."""
    yield from flow.now()
    yield from flow.commit([put("jar", "work", "marble", {})])


def hastily(jar: Jar) -> Flow[None]:
    """Puts another one there each time."""
    name = yield from flow.new_id()
    yield from flow.commit([put("jar", "work", name, {})])


CAREFUL = Sweep(name="careful", make=Jar, run=carefully, resume=carefully, snapshot=Jar.marbles)
HASTY = Sweep(name="hasty", make=Jar, run=hastily, resume=hastily, snapshot=Jar.marbles)


def test_all_are_run_and_told_and_one_that_fails_stops_no_other():
    told = list[str]()
    reports = Sweeps().add(HASTY, CAREFUL).run(tell=told.append)
    assert list(reports) == ["hasty", "careful"]
    assert {name: report.ok for name, report in reports.items()} == {"hasty": False, "careful": True}
    assert [report.tried for report in reports.values()] == [5, 5]
    assert told[1] == "careful: 5 crashes over 1 Commit, 1 Now: 0 not survived"
    assert told[0].startswith("hasty: 5 crashes over 1 Commit, 1 NewId: 2 not survived")


def test_some_are_run_by_name_at_some_effects(capsys: pytest.CaptureFixture[str]):
    reports = Sweeps().add(HASTY, CAREFUL).run(["careful"], where=taking_hold)
    assert {name: report.tried for name, report in reports.items()} == {"careful": 2}
    assert capsys.readouterr().out == "careful: 2 crashes over 1 Commit, 1 Now: 0 not survived\n"


def test_a_stride_leaves_effects_out_and_sweeps_alike_begin_at_different_ones():
    assert HASTY.places() == (0, 1)
    assert HASTY.places(taking_hold) == (1,)
    reports = Sweeps().add(HASTY, evolve(HASTY, name="twin")).run(stride=2, tell=lambda line: None)
    assert [report.tried for report in reports.values()] == [2, 2]
    assert [[failure.number for failure in report.failures] for report in reports.values()] == [[], [1]]


def test_adding_gives_another_registry_and_a_name_is_there_once():
    none = Sweeps()
    one = none.add(CAREFUL)
    assert (none.names, one.names) == ((), ("careful",))
    assert list(one) == [CAREFUL]
    with pytest.raises(ValueError, match="more than one sweep called careful"):
        one.add(HASTY, evolve(HASTY, name="careful"))


def test_what_is_not_known_or_not_possible_is_said():
    with pytest.raises(LookupError, match="no sweep is called carefull; known: hasty, careful"):
        Sweeps().add(HASTY, CAREFUL).run(["carefull"])
    with pytest.raises(ValueError, match="stride must be 1 or more"):
        Sweeps().add(CAREFUL).run(stride=0)
    with pytest.raises(ValueError, match="needs a name"):
        evolve(CAREFUL, name=" ")
