"""The crash sweep, held against flows that are known to be safe and known not to be."""

from __future__ import annotations

import json
from typing import Any

import pytest
from attrs import define, evolve, field

from commerce_bridge.errors import StateConflict, TransportError
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Commit, Flow, Send
from commerce_bridge.flow.play import ManualClock
from commerce_bridge.flow.state import ByKeys, Expect, Key, Put
from commerce_bridge.flow.wiring import SeededChance, Wiring
from commerce_bridge.sandbox.core import Fault
from commerce_bridge.sandbox.transport import SandboxWorld
from commerce_bridge.testing.crash import AFTER, AT_THE_END, BEFORE, crash_sweep
from rigs.rows import Rows
from rigs.tiny_sandbox import TinySandbox, ask

NAMES = ("awl", "bit", "chisel")


@define
class Shop:
    """A tiny shop, and the rows of those who fill it."""

    world: SandboxWorld = field(factory=lambda: SandboxWorld(TinySandbox(seed="empty")))
    rows: Rows = field(factory=Rows)
    processes: int = 0

    def wiring(self) -> Wiring:
        self.processes += 1
        return Wiring(
            transports={"shop": self.world.under("/shop")},
            state=self.rows,
            chance=SeededChance(self.processes),
        )

    def creates(self) -> int:
        return sum(line.request.method == "POST" and line.applied for line in self.world.log)


def look(shop: Shop) -> dict[str, Any]:
    """The things by name, and the names bound; ids and revisions differ from run to run."""
    things = sorted(thing["name"] for thing in shop.world.sandbox.state()["things"])
    ids = {thing["id"]: thing["name"] for thing in shop.world.sandbox.state()["things"]}
    bound = {at.key: ids.get(int(row.body)) for at, row in shop.rows.rows.items() if at.table == "bound"}
    return {"things": things, "bound": bound}


def key(table: str, name: str) -> Key:
    return Key(table=table, scope="tests", key=name)


def created(name: str) -> Flow[int]:
    response = yield from flow.send("shop", ask("POST", name=name))
    number: int = json.loads(response.body)["id"]
    return number


def found(name: str) -> Flow[int | None]:
    response = yield from flow.send("shop", evolve(ask("GET"), query={"name": name}))
    things = json.loads(response.body)["things"]
    return things[0]["id"] if things else None


def is_bound(name: str) -> Flow[bool]:
    rows = yield from flow.load(ByKeys(table="bound", scope="tests", keys=(name,)))
    return bool(rows)


def hasty(shop: Shop) -> Flow[None]:
    """Creates, then remembers: what is created but not remembered is created again."""
    for name in NAMES:
        if not (yield from is_bound(name)):
            number = yield from created(name)
            yield from flow.commit([Put(at=key("bound", name), body=str(number))])


def careful(shop: Shop) -> Flow[None]:
    """Commits the intent, and looks before it creates what may be there already."""
    yield from flow.gather_all([carefully(name) for name in NAMES], limit=2)


def carefully(name: str) -> Flow[None]:
    if (yield from is_bound(name)):
        return
    intents = yield from flow.load(ByKeys(table="intent", scope="tests", keys=(name,)))
    number = None
    if intents:
        number = yield from found(name)
    else:
        yield from flow.commit(
            [Put(at=key("intent", name), body="{}")], [Expect(at=key("intent", name), revision=0)]
        )
    if number is None:
        number = yield from created(name)
    yield from flow.commit([Put(at=key("bound", name), body=str(number))])


def test_a_safe_flow_survives_every_crash() -> None:
    report = crash_sweep(Shop, run=careful, resume=careful, snapshot=look, latency_s=0.2, downtime_s=60.0)
    report.check()
    assert report.ok
    assert report.effects == {"Gather": 1, "Load": 6, "Commit": 6, "Send": 3}
    assert report.tried == 2 * 16 + 1
    assert str(report) == "33 crashes over 6 Commit, 1 Gather, 6 Load, 3 Send: 0 not survived"


def test_an_unsafe_flow_is_caught_where_it_is_unsafe() -> None:
    report = crash_sweep(Shop, run=hasty, resume=hasty, snapshot=look)
    assert not report.ok
    assert {(failure.point, type(failure.effect)) for failure in report.failures} == {
        (AFTER, Send),
        (BEFORE, Commit),
    }
    assert len(report.failures) == 2 * len(NAMES)
    first = report.failures[0]
    assert (first.number, first.path, first.point) == (1, "1", AFTER)
    assert first.problem.startswith("$.things has 4 entries instead of 3")
    with pytest.raises(AssertionError, match=r"6 not survived\n  crash after effect 1 \(1\) Send"):
        report.check()


def test_what_is_done_twice_to_the_same_end_is_seen_if_the_snapshot_shows_it() -> None:
    def replacing(shop: Shop) -> Flow[None]:
        yield from flow.send("shop", ask("PUT", "/things/1", name="awl"))

    def shop() -> Shop:
        return Shop(world=SandboxWorld(TinySandbox(seed="demo")))

    crash_sweep(shop, run=replacing, resume=replacing, snapshot=look).check()
    counted = crash_sweep(
        shop,
        run=replacing,
        resume=replacing,
        snapshot=lambda scene: [line.request.method for line in scene.world.log],
    )
    assert [(failure.point, failure.problem) for failure in counted.failures] == [
        (AFTER, "$ has 2 entries instead of 1"),
        (AT_THE_END, "$ has 2 entries instead of 1"),
    ]
    assert str(counted.failures[1]) == "crash at the end: $ has 2 entries instead of 1"


def test_a_resume_that_is_not_a_no_op_after_a_whole_run_is_caught() -> None:
    def again(shop: Shop) -> Flow[None]:
        yield from careful(shop)
        yield from created("too much")

    report = crash_sweep(Shop, run=careful, resume=again, snapshot=look, only={0})
    assert [failure.point for failure in report.failures] == [BEFORE, AFTER]
    whole = crash_sweep(Shop, run=careful, resume=again, snapshot=look)
    assert whole.failures[-1].point == AT_THE_END
    assert whole.failures[-1].effect is None


def test_a_resume_that_fails_is_told_with_its_error() -> None:
    def strict(shop: Shop) -> Flow[None]:
        for name in NAMES:
            yield from flow.commit(
                [Put(at=key("bound", name), body="1")], [Expect(at=key("bound", name), revision=0)]
            )

    report = crash_sweep(Shop, run=strict, resume=strict, snapshot=look)
    assert {failure.number for failure in report.failures} == {0, 1, 2, 3}
    assert report.failures[0].problem.startswith(
        "going on failed with StateConflict: awl is not at revision 0."
    )


def test_a_defect_in_the_resume_is_told_too() -> None:
    def broken(shop: Shop) -> Flow[None]:
        yield from flow.now()
        raise ZeroDivisionError("a defect")

    report = crash_sweep(Shop, run=hasty, resume=broken, snapshot=look, only={3})
    assert [failure.problem for failure in report.failures] == [
        "going on failed with ZeroDivisionError: a defect"
    ] * 2


def test_a_run_that_is_not_the_same_each_time_is_no_proof() -> None:
    turns = iter(range(1000))

    def moody(shop: Shop) -> Flow[None]:
        if next(turns) % 2:
            yield from flow.now()
        yield from hasty(shop)

    report = crash_sweep(Shop, run=moody, resume=hasty, snapshot=look, only={0})
    assert any("the run is not the same each time: (0) Load" in each.problem for each in report.failures)


def test_an_error_of_the_clean_run_is_raised() -> None:
    def failing(shop: Shop) -> Flow[None]:
        yield from flow.now()
        raise StateConflict("moved")

    with pytest.raises(StateConflict):
        crash_sweep(Shop, run=failing, resume=failing, snapshot=look)


def test_only_some_effects_can_be_tried() -> None:
    report = crash_sweep(Shop, run=hasty, resume=hasty, snapshot=look, only=range(2, 4))
    assert report.tried == 4
    assert [(failure.number, failure.point) for failure in report.failures] == [(2, BEFORE)]


def test_the_new_process_comes_later_and_with_a_wiring_of_its_own() -> None:
    scenes: list[Shop] = []

    def make() -> Shop:
        scenes.append(Shop())
        return scenes[-1]

    crash_sweep(make, run=hasty, resume=careful, snapshot=look, only={1}, latency_s=1.0, downtime_s=3600.0)
    assert [shop.processes for shop in scenes] == [1, 2, 2]
    first, *others = [line.at for line in scenes[2].world.log]
    assert (others[0] - first).total_seconds() == 3600.0


def test_faults_and_crashes_go_together() -> None:
    """An answer cut off is one more reason to look; the sweep tries every crash around it as well."""

    def make() -> Shop:
        return Shop(
            world=SandboxWorld(TinySandbox(seed="empty"), faults=[Fault(kind="cut_after", method="POST")])
        )

    def patient(shop: Shop) -> Flow[None]:
        while True:
            try:
                yield from careful(shop)
            except TransportError:
                yield from flow.sleep(5.0)
            else:
                return

    report = crash_sweep(make, run=patient, resume=patient, snapshot=look)
    report.check()
    assert report.effects["Sleep"] == 1


def test_a_snapshot_tells_where_it_differs() -> None:
    turn = iter([{"a": [1, {"b": 2}], "gone": 1}] + [{"a": [1, {"b": 3}], "new": 1}] * 99)
    report = crash_sweep(Shop, run=hasty, resume=hasty, snapshot=lambda shop: next(turn), only={0})
    assert report.failures[0].problem == "$.a[1].b is 3 instead of 2; $.gone is missing; $.new is too much"


def test_its_clock_is_the_sweeps_own() -> None:
    clocks: list[Any] = []

    class Watching(Shop):
        def wiring(self) -> Wiring:
            wiring = super().wiring()
            clocks.append(wiring.clock)
            return wiring

    def timed(shop: Shop) -> Flow[None]:
        assert (yield from flow.now()).year == 2026

    crash_sweep(Watching, run=timed, resume=timed, snapshot=look).check()
    assert not any(isinstance(clock, ManualClock) for clock in clocks)
