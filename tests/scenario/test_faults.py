"""Answers that get lost, come late, or are refusals: at every single call, in storms, and at random.

What is tried at one call at a time comes out as a run to which nothing happened, in one apply; what lasts
longer ends in a typed error or in work items, and the next run completes it.  Nothing is ever made twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from typing import Any

import pytest

from commerce_bridge.errors import BridgeError, PlanLimit, RateLimited, ServerFault
from commerce_bridge.sandbox.bigcommerce import recipes
from commerce_bridge.sandbox.core import Fault
from commerce_bridge.sandbox.faults import Chaos, FaultPlan
from rigs.every_step import OLD, Prepared, Scene, pages, variants
from rigs.pair import Pair, pair

FIXTURES: dict[str, Callable[[], Prepared]] = {"pages": pages, "variants": variants}

BUSY = {"Content-Type": "application/json"}
NO = '{"title": "No."}'
RESET = {**BUSY, "X-Rate-Limit-Time-Reset-Ms": "7000", "X-Rate-Limit-Requests-Left": "0"}


@cache
def clean(name: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """How a run to which nothing happens comes out, and the verbs of its calls."""
    scene = FIXTURES[name]().scene()
    scene.play(scene.apply())
    verbs = tuple(line.request.method for line in scene.store.log)
    return scene.look(), verbs


def numbers(name: str, *, writes: bool = False) -> Iterable[int]:
    """The places of the calls of a clean run, or of those that write."""
    return (place for place, verb in enumerate(clean(name)[1]) if not writes or verb != "GET")


def hit(name: str, place: int, **fault: Any) -> tuple[Scene, Any]:
    """A scene in which one call is hit, and the receipt of its apply."""
    scene = FIXTURES[name]().scene()
    scene.stage.shop.plan_faults([Fault(skip=place, **fault)])
    receipt = scene.play(scene.apply())
    seen = scene.store.log[place].status
    assert seen == {"status": fault.get("status"), "delay": seen}.get(fault["kind"], 0), "nothing was hit"
    return scene, receipt


def differences(scene: Scene, expected: dict[str, Any]) -> list[str]:
    """The parts of a look that are not as they should be."""
    found = scene.look()
    return [part for part in expected if found[part] != expected[part]]


@pytest.mark.parametrize("kind", ["cut_after", "timeout_after"])
@pytest.mark.parametrize("name", FIXTURES)
def test_a_lost_answer_of_any_write_is_looked_up_and_nothing_is_doubled(name: str, kind: str):
    wrong = {}
    for place in numbers(name, writes=True):
        scene, receipt = hit(name, place, kind=kind)
        problems = [*differences(scene, clean(name)[0]), *(str(one) for one in receipt.failed)]
        if problems:
            wrong[place, str(scene.store.log[place].request)] = problems
    assert not wrong


@pytest.mark.parametrize("kind", ["cut_before", "timeout_before"])
@pytest.mark.parametrize("name", FIXTURES)
def test_a_request_that_never_arrived_is_sent_again(name: str, kind: str):
    wrong = {}
    for place in numbers(name):
        scene, receipt = hit(name, place, kind=kind)
        problems = [*differences(scene, clean(name)[0]), *(str(one) for one in receipt.failed)]
        if problems:
            wrong[place, str(scene.store.log[place].request)] = problems
    assert not wrong


@pytest.mark.parametrize(
    ("status", "headers"),
    [(429, {}), (429, RESET), (500, {}), (503, BUSY), (504, BUSY)],
    ids=["429", "429 with a reset", "500", "503", "504"],
)
def test_a_passing_refusal_of_any_call_is_waited_out(status: int, headers: dict[str, str]):
    wrong = {}
    for place in numbers("pages"):
        scene, receipt = hit("pages", place, kind="status", status=status, headers=headers)
        problems = [*differences(scene, clean("pages")[0]), *(str(one) for one in receipt.failed)]
        if problems:
            wrong[place, str(scene.store.log[place].request)] = problems
    assert not wrong


@pytest.mark.parametrize("status", [429, 503])
def test_the_same_of_variants(status: int):
    for place in numbers("variants"):
        scene, receipt = hit("variants", place, kind="status", status=status)
        assert not receipt.failed
        assert differences(scene, clean("variants")[0]) == [], place


@pytest.mark.parametrize("delay_s", [5.0, 31.0])
@pytest.mark.parametrize("name", FIXTURES)
def test_a_late_answer_of_any_call_changes_nothing(name: str, delay_s: float):
    """31 seconds are longer than a call waits: the write takes hold, and its answer is lost."""
    for place in numbers(name):
        scene, receipt = hit(name, place, kind="delay", delay_s=delay_s)
        assert not receipt.failed, place
        assert differences(scene, clean(name)[0]) == [], (place, scene.store.log[place].request)


def outcome(scene: Scene) -> BridgeError | Any:
    """The receipt of an apply, or the error it ended with."""
    try:
        return scene.play(scene.apply())
    except BridgeError as error:
        return error


@pytest.mark.parametrize("status", [400, 404, 409, 413, 422])
def test_a_refusal_of_one_call_is_the_trouble_of_its_records_alone(status: int):
    for place in numbers("pages", writes=True):
        if status == 404 and clean("pages")[1][place] == "DELETE":
            continue  # what is gone needs no removal: that is no trouble
        scene, ended = hit("pages", place, **no(status))
        assert max(scene.made().values()) == 1, place
        _others_went_on(scene, ended, "pages")


def _others_went_on(scene: Scene, ended: Any, name: str) -> None:
    """All that failed is a work item, and whatever is not, took hold."""
    assert not scene.rows("intent")
    troubled = {one.record for one in ended.failed}
    assert troubled <= {key.split("/")[0] for key in scene.rows("work")}
    found, expected = scene.memory(), clean(name)[0]
    for record, sku in expected["bound"].items():
        assert found["bound"].get(record) == sku or record in troubled
    whole = {product["sku"] or product["name"]: product for product in expected["goods"]["products"]}
    for product in scene.stage.goods()["products"]:
        record = next(key for key, sku in expected["bound"].items() if sku == product["sku"])
        if record not in troubled and not _related_to_trouble(scene, record, troubled):
            assert product == whole[product["sku"]]


def _related_to_trouble(scene: Scene, record: str, troubled: set[str]) -> bool:
    """Whether a record's family holds one that was not made."""
    steps = [step for step in scene.plan.steps() if step.record == record]
    return any(need in troubled for step in steps for need in step.needs)


ENDPOINTS = {
    "products.create": ("POST", r"/catalog/products$"),
    "products.update": ("PUT", r"/catalog/products$"),
    "categories": ("POST", r"/trees/categories$"),
    "custom fields": (None, r"/custom-fields"),
    "images": (None, r"/images"),
    "metafields.create": ("POST", r"/metafields$"),
    "metafields.update": ("PUT", r"/metafields$"),
    "channels": (None, r"/channel-assignments$"),
}
"""What may be refused for as long as it likes, by verb and path."""


@pytest.mark.parametrize("status", [409, 422, 500])
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_kind_of_write_that_is_always_refused_is_its_records_trouble_alone(endpoint: str, status: int):
    method, path = ENDPOINTS[endpoint]
    scene = pages().scene()
    scene.stage.shop.plan_faults([Fault(method=method, path=path, times=None, **no(status))])
    ended = scene.play(scene.apply())
    assert ended.failed
    assert max(scene.made().values(), default=1) == 1
    _others_went_on(scene, ended, "pages")
    before = scene.stage.goods()
    scene.play(scene.sync(), later_s=600)
    assert scene.stage.goods() == before, "what may be tried again is, and nothing else is done"
    scene.stage.shop.plan_faults([])
    mended = scene.play(scene.sync(), later_s=1200)
    assert not mended.failed
    assert max(scene.made().values()) == 1
    assert scene.play(scene.sync(), later_s=1800).total == 0
    if status != 422:
        assert scene.stage.goods() == clean("pages")[0]["goods"]
        assert scene.rows("work").keys() == set(clean("pages")[0]["work"])


def no(status: int) -> dict[str, Any]:
    """A refusal as the store words it."""
    return {"kind": "status", "status": status, "headers": BUSY, "body": NO}


@pytest.mark.parametrize("path", [r"/metafields$", r"/catalog/products$", r"/images"])
def test_a_lost_answer_that_cannot_be_looked_up_is_met_by_the_next_run(path: str):
    """The write took hold, its answer got lost, and nothing can be read either: nothing is sent twice."""
    scene = pages().scene()
    lost = Fault(kind="cut_after", method="POST", path=path)
    deaf = Fault(method="GET", path=r"/metafields$|/catalog/products|/variants", times=None, **no(503))
    scene.stage.shop.plan_faults([lost, deaf])
    ended = scene.play(scene.apply())
    assert ended.failed
    assert scene.rows("intent"), "it is still to be looked for"
    scene.stage.shop.plan_faults([])
    scene.play(scene.sync(), later_s=600)
    assert not scene.rows("intent")
    assert scene.made() == clean("pages")[0]["made"]
    assert scene.stage.goods() == clean("pages")[0]["goods"]
    assert scene.left() == []


def test_a_storm_of_429_ends_the_run_and_the_next_one_completes_it():
    for faults in ([recipes.overload(skip=5, times=None)], [recipes.overload(times=None)]):
        scene = pages().scene()
        scene.stage.shop.plan_faults(faults)
        ended = outcome(scene)
        assert isinstance(ended, RateLimited)
        assert ended.hint
        sent = len(scene.store.log)
        assert sent < 120, "a storm is not fed"
        scene.stage.shop.plan_faults([])
        scene.play(scene.apply())
        assert differences(scene, clean("pages")[0]) == []


def test_a_wait_that_is_asked_for_too_long_ends_the_run_at_once():
    day = {**BUSY, "X-Retry-After": "86400"}
    scene = pages().scene()
    scene.stage.shop.plan_faults([Fault(kind="status", status=429, headers=day, skip=8, times=None)])
    ended = outcome(scene)
    assert isinstance(ended, RateLimited)
    assert ended.retry_after_s == 86400
    scene.stage.shop.plan_faults([])
    scene.play(scene.apply())
    assert differences(scene, clean("pages")[0]) == []


@pytest.mark.parametrize("status", [500, 503, 504])
def test_a_vendor_that_is_down_costs_nothing_but_time(status: int):
    for skip in (0, 9):
        scene = pages().scene()
        down = Fault(kind="status", status=status, headers=BUSY, skip=skip, times=None)
        scene.stage.shop.plan_faults([down])
        ended = outcome(scene)
        assert isinstance(ended, ServerFault) or ended.failed
        assert len(scene.store.log) < 300, "a storm is not fed"
        scene.stage.shop.plan_faults([])
        scene.play(scene.sync(), later_s=600)
        found = scene.look()
        assert found["goods"] == clean("pages")[0]["goods"]
        assert found["made"] == clean("pages")[0]["made"]
        assert scene.left() == []


def test_a_suspended_store_is_said_in_so_many_words():
    scene = pages().scene()
    scene.stage.shop.plan_faults([recipes.suspended()])
    ended = outcome(scene)
    assert isinstance(ended, PlanLimit)
    assert "suspended" in str(ended)
    scene.stage.shop.plan_faults([])
    scene.play(scene.apply())
    assert differences(scene, clean("pages")[0]) == []


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", FIXTURES)
def test_a_fifth_of_all_calls_going_wrong_comes_to_the_same_end(name: str, seed: int):
    scene = FIXTURES[name]().scene()
    scene.stage.shop.plan_faults(FaultPlan(chaos=Chaos(seed=seed, share=0.2)))
    for turn in range(8):
        try:
            receipt = scene.play(scene.sync() if turn else scene.apply(), later_s=turn * 60)
        except BridgeError:
            continue
        if not receipt.failed:
            break
    scene.stage.shop.plan_faults([])
    scene.play(scene.sync(), later_s=3600)
    found, expected = scene.look(), clean(name)[0]
    assert found["goods"] == expected["goods"]
    assert found["made"] == expected["made"]
    assert found["bound"] == expected["bound"]
    assert found["work"] == expected["work"]
    assert scene.left() == []


@pytest.mark.parametrize("mode", ["sync", "async"])
def test_the_same_with_threads_and_with_tasks(mode: str):
    """The order in which calls go out is not settled here, and with it which of them are hit."""
    stages = [pair(), pair()]
    for stage in stages:
        for book in OLD:
            stage.consonance.load(book, at=stage.clock.now())
    usual, hit_often = stages
    usual.sync().sync()
    hit_often.shop.plan_faults(FaultPlan(chaos=Chaos(seed=5, share=0.2)))
    hit_often.publisher.plan_faults(FaultPlan(chaos=Chaos(seed=6, share=0.2)))
    for _ in range(8):
        with suppress(BridgeError):
            _run(hit_often, mode)
        hit_often.clock.sleep(600)
    hit_often.shop.plan_faults([])
    hit_often.publisher.plan_faults([])
    _run(hit_often, mode)
    assert hit_often.goods() == usual.goods()
    assert hit_often.sync().plan().is_empty


def _run(stage: Pair, mode: str) -> None:
    if mode == "sync":
        stage.sync().sync()
        return

    async def run() -> None:
        await stage.asynchronous().sync()

    asyncio.run(run())


@pytest.mark.parametrize("seed", range(3))
def test_a_first_sync_through_chaos_on_both_sides(seed: int):
    whole = pages().blank()
    whole.play(whole.sync())
    scene = pages().blank()
    scene.stage.shop.plan_faults(FaultPlan(chaos=Chaos(seed=seed, share=0.2)))
    scene.stage.publisher.plan_faults(FaultPlan(chaos=Chaos(seed=seed + 100, share=0.2)))
    for turn in range(8):
        try:
            scene.play(scene.sync(), later_s=turn * 600)
        except BridgeError:
            continue
    scene.stage.shop.plan_faults([])
    scene.stage.publisher.plan_faults([])
    scene.play(scene.sync(), later_s=7000)
    assert scene.stage.goods() == whole.stage.goods()
    assert scene.made() == whole.made()
    assert scene.left() == []
