"""Interleavings: every order of what two workers do to what they share, each once, none forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.errors import StateConflict
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Err, Flow, Ok, Outcome
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.play import Reply
from commerce_bridge.flow.state import ByKeys, ByPrefix, Delete, Expect, Key, Put
from commerce_bridge.flow.wiring import Wiring
from commerce_bridge.stores import MemoryState
from commerce_bridge.testing.interleave import InterleaveReport, interleavings


class Counter:
    """A world that counts: POST adds one, GET tells."""

    def __init__(self) -> None:
        self.number = 0

    def answer(self, request: Request, now: Any, timeout_s: float) -> Reply:
        if request.method == "POST":
            self.number += 1
        return Reply(outcome=Response(status=200, body=str(self.number).encode()))


@define
class Scene:
    state: MemoryState = field(factory=MemoryState)
    world: Counter = field(factory=Counter)

    def wiring(self) -> Wiring:
        return Wiring(transports={"world": self.world}, state=self.state)

    def value(self, key: str) -> str:
        rows = self.state.load(ByKeys(table="t", scope="s", keys=(key,)))
        return rows[0].body if rows else ""


def at(key: str) -> Key:
    return Key(table="t", scope="s", key=key)


def read(key: str) -> Flow[tuple[str, int]]:
    rows = yield from flow.load(ByKeys(table="t", scope="s", keys=(key,)))
    return (rows[0].body, rows[0].revision) if rows else ("", 0)


def write(key: str, value: str) -> Flow[None]:
    yield from flow.commit([Put(at=at(key), body=value)])


def careless(scene: Scene) -> Flow[None]:
    """Add one, as if nobody else were there."""
    body, _ = yield from read("n")
    yield from write("n", str(int(body or 0) + 1))


def careful(scene: Scene) -> Flow[None]:
    """Add one by compare-and-set."""
    while True:
        body, revision = yield from read("n")
        try:
            yield from flow.commit(
                [Put(at=at("n"), body=str(int(body or 0) + 1))], [Expect(at=at("n"), revision=revision)]
            )
        except StateConflict:
            continue
        return


def is_two(scene: Scene, outcomes: tuple[Outcome[Any] | None, ...]) -> str | None:
    return None if scene.value("n") == "2" else f"n is {scene.value('n')}"


def run(*workers: Any, judge: Any = lambda scene, outcomes: None, **options: Any) -> InterleaveReport:
    return interleavings(Scene, workers=workers, judge=judge, **options)


def test_an_update_that_gets_lost_is_found_and_the_report_says_in_which_order():
    report = run(careless, careless, judge=is_two)
    assert report.complete
    assert len(report.failures) == 2
    assert all(one.problem == "n is 1" for one in report.failures)
    with pytest.raises(
        AssertionError, match=r"interleavings \(all of them\), 0 with a death: 2 failed\n  order"
    ):
        report.check()


def test_compare_and_set_loses_none_in_any_order():
    report = run(careful, careful, judge=is_two)
    report.check()
    assert report.tried >= 3


def test_three_workers_are_tried_as_well():
    assert run(careful, careful, careful, judge=lambda scene, _: scene.value("n") != "3" or None).tried > 6


@pytest.mark.parametrize(
    ("one", "two", "orders"),
    [
        (lambda scene: write("a", "1"), lambda scene: write("b", "2"), 1),
        (lambda scene: write("a", "1"), lambda scene: write("a", "2"), 2),
        (lambda scene: read("a"), lambda scene: read("a"), 1),
        (lambda scene: read("a"), lambda scene: write("a", "2"), 2),
        (lambda scene: read("a"), lambda scene: write("b", "2"), 1),
        (
            lambda scene: flow.load(ByPrefix(table="t", scope="s", prefix="ab")),
            lambda scene: write("abc", ""),
            2,
        ),
        (
            lambda scene: flow.load(ByPrefix(table="t", scope="s", prefix="ab")),
            lambda scene: write("b", ""),
            1,
        ),
        (lambda scene: flow.load(ByPrefix(table="t", scope="x")), lambda scene: write("b", ""), 1),
        (
            lambda scene: flow.commit([], [Expect(at=at("a"), revision=0)]),
            lambda scene: flow.commit([Delete(at=at("a"))]),
            2,
        ),
    ],
    ids=[
        "apart",
        "same",
        "reads",
        "read a write",
        "read another",
        "prefix",
        "other prefix",
        "scope",
        "expect",
    ],
)
def test_only_what_can_be_told_apart_is_tried_in_both_orders(one: Any, two: Any, orders: int):
    assert run(one, two).tried == orders
    assert run(two, one).tried == orders


@pytest.mark.parametrize(
    ("methods", "orders"),
    [(("GET", "GET"), 1), (("GET", "POST"), 2), (("POST", "GET"), 2), (("POST",) * 2, 2)],
)
def test_requests_are_tried_in_both_orders_unless_both_only_look(methods: tuple[str, str], orders: int):
    def sends(method: str) -> Any:
        return lambda scene: flow.send("world", Request(method=method, path="/"))

    assert run(*map(sends, methods)).tried == orders
    assert run(sends("POST"), lambda scene: write("a", "")).tried == 1


# All orders, against counting them by hand

STEPS = st.lists(
    st.tuples(st.sampled_from(["read", "write", "copy"]), st.sampled_from("ab"), st.sampled_from("ab")),
    max_size=4,
)


def program(steps: list[tuple[str, str, str]], name: str) -> Any:
    def worker(scene: Scene) -> Flow[list[str]]:
        seen = [""]
        for number, (verb, one, _) in enumerate(steps):
            if verb == "read":
                seen.append((yield from read(one))[0])
            elif verb == "write":
                yield from write(one, f"{name}{number}")
            else:
                yield from write(one, seen[-1])
        return seen

    return worker


def merged(one: list[Any], two: list[Any]) -> Iterator[list[tuple[int, Any]]]:
    if not one or not two:
        yield [(0, step) for step in one] + [(1, step) for step in two]
        return
    for rest in merged(one[1:], two):
        yield [(0, one[0]), *rest]
    for rest in merged(one, two[1:]):
        yield [(1, two[0]), *rest]


def by_hand(order: list[tuple[int, tuple[str, str, str]]]) -> Any:
    rows: dict[str, str] = {}
    seen, taken = ([""], [""]), [0, 0]
    for worker, (verb, one, _) in order:
        if verb == "read":
            seen[worker].append(rows.get(one, ""))
        else:
            rows[one] = f"{'xy'[worker]}{taken[worker]}" if verb == "write" else seen[worker][-1]
        taken[worker] += 1
    return rows.get("a", ""), rows.get("b", ""), tuple(seen[0]), tuple(seen[1])


@given(one=STEPS, two=STEPS)
def test_what_is_tried_comes_to_all_ends_that_all_orders_come_to(one: Any, two: Any):
    ends: list[Any] = []

    def note(scene: Scene, outcomes: tuple[Any, ...]) -> None:
        ends.append((scene.value("a"), scene.value("b"), *(tuple(each.value) for each in outcomes)))

    report = run(program(one, "x"), program(two, "y"), judge=note)
    every = [by_hand(order) for order in merged(one, two)]
    assert set(ends) == set(every)
    assert report.tried == len(ends) <= len(every)


# What a worker does on the way


def gathering(scene: Scene) -> Flow[Any]:
    """Everything a worker may do besides."""
    yield from flow.emit(_event())
    first = yield from flow.now()
    values = yield from flow.gather_all([read("a"), _twice(), read("b")], limit=2)
    assert (yield from flow.gather_all([])) == ()
    yield from flow.sleep(5)
    once = yield from flow.single("token", lambda: read("a"))
    last = yield from flow.now()
    return values, once, (last - first).total_seconds(), (yield from flow.new_id()), (yield from flow.draw())


def _event() -> Any:
    from commerce_bridge.flow.events import Progressed

    return Progressed(stage="read", done=1)


def _twice() -> Flow[int]:
    yield from write("a", "1")
    return 2


def test_gathered_flows_sleep_and_shared_answers_work_as_in_every_driver():
    found: list[Any] = []
    run(gathering, judge=lambda scene, outcomes: found.append(outcomes[0].value)).check()
    ((values, once, seconds, name, chance),) = found
    assert values == (("", 0), 2, ("", 0))
    assert once == ("1", 1)
    assert seconds == 5
    assert len(name) == 36
    assert 0 <= chance < 1


def test_workers_have_each_their_own_chance():
    names: list[str] = []
    run(
        lambda scene: flow.new_id(),
        lambda scene: flow.new_id(),
        judge=lambda scene, outcomes: names.extend(one.value for one in outcomes),
    )
    assert len(set(names)) == 2


def failing(scene: Scene) -> Flow[None]:
    outcomes = yield from flow.gather([_expecting_what_is_not(), read("a")])
    assert isinstance(outcomes[0], Err)
    assert isinstance(outcomes[1], Ok)
    yield from _expecting_what_is_not()


def _expecting_what_is_not() -> Flow[None]:
    yield from flow.commit([], [Expect(at=at("a"), revision=9)])


def test_a_library_error_is_what_a_worker_came_to():
    found: list[Any] = []
    run(failing, judge=lambda scene, outcomes: found.append(outcomes[0]))
    assert isinstance(found[0], Err)
    assert isinstance(found[0].error, StateConflict)


# Death, sleep and limits


def test_a_worker_dies_before_each_of_its_steps_and_the_others_go_on():
    ends: list[tuple[Any, str]] = []

    def note(scene: Scene, outcomes: tuple[Any, ...]) -> None:
        ends.append((outcomes[0], scene.value("n")))

    report = run(careless, lambda scene: read("other"), judge=note, dies=0)
    assert report.tried == 3
    assert report.deaths == 2
    assert sorted(ends, key=str) == [(None, ""), (None, ""), (Ok(None), "1")]


def test_a_death_is_part_of_what_the_report_tells():
    report = run(careful, careful, judge=is_two, dies=1)
    assert report.failures
    assert {one.died[0] for one in report.failures if one.died} == {1}
    assert "worker 1 dead after 0 steps" in str(report)


def waiting(scene: Scene) -> Flow[str]:
    yield from flow.sleep(60)
    return (yield from read("a"))[0]


def writing(scene: Scene) -> Flow[Any]:
    yield from write("b", "1")
    yield from write("a", "1")
    return (yield from flow.now())


def test_a_sleeper_wakes_when_nobody_has_anything_to_do():
    seen: list[Any] = []
    report = run(waiting, writing, judge=lambda scene, outcomes: seen.append(outcomes[0].value))
    assert report.tried == 1
    assert seen == ["1"]


def test_or_while_others_are_suspended_if_that_is_asked_for():
    seen: set[Any] = set()
    report = run(waiting, writing, judge=lambda scene, outcomes: seen.add(outcomes[0].value), suspend=True)
    assert report.tried > 1
    assert seen == {"", "1"}


def test_a_limit_stops_the_search_and_the_report_does_not_call_it_complete():
    report = run(careful, careful, judge=is_two, limit=2)
    assert report.tried == 2
    assert not report.complete
    with pytest.raises(AssertionError, match="not all: the limit was reached"):
        report.check()
