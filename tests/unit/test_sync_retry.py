"""Work items are tried again: one or many, at once, without a look at anything else; and sinks come with a bridge."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from commerce_bridge import (
    AsyncBigCommerce,
    AsyncConsonance,
    BigCommerce,
    Consonance,
    consonance_to_bigcommerce,
)
from commerce_bridge.errors import SafetyStop
from commerce_bridge.flow.operation import Raw
from commerce_bridge.flow.play import PlayDriver
from commerce_bridge.flow.wiring import SeededChance
from commerce_bridge.observe.sinks import WebhookSink
from commerce_bridge.ports.step import StepKind
from commerce_bridge.ports.work import WorkItem
from commerce_bridge.sync.bridge import Bridge
from commerce_bridge.testing.sandboxes import Sandboxes
from rigs.tiny_shop import Thing
from rigs.tiny_stage import TinyStage

THINGS = (Thing("a", "Ash"), Thing("b", "Birch"), Thing("c", "Cedar"))


class Scene(TinyStage):
    """A shop that refused two of three things a moment ago."""

    def __init__(self) -> None:
        super().__init__(*THINGS, incremental=True)
        self.chance = SeededChance(1)
        self.tiny.shop.refuse = {"a", "b"}
        self.sync()
        self.items = {item.label[0]: item for item in self.run(self.bridge.work_items())}

    @property
    def bridge(self) -> Bridge[Raw]:
        return Bridge(Raw(), self.tiny.job)

    def driver(self, **crash: Any) -> PlayDriver:
        return PlayDriver(evolve(super().driver().wiring, chance=self.chance), **crash)

    def run(self, work: Any) -> Any:
        return self.driver().run(work)

    def reasons(self) -> list[str]:
        return [item.label for item in self.run(self.bridge.work_items())]


def test_what_was_refused_a_moment_ago_is_left_alone_by_a_plan_and_taken_up_by_a_retry():
    scene = Scene()
    scene.tiny.shop.refuse = set()
    assert scene.plan().is_empty
    planned = scene.run(scene.bridge.plan_retry())
    assert sorted(step.label for step in planned.steps()) == ["a Ash", "b Birch"]
    assert sorted(scene.reasons()) == ["a Ash", "b Birch"]
    assert len(scene.tiny.shop.rows) == 1, "a dry run writes nothing"
    receipt = scene.run(scene.bridge.retry())
    assert receipt.applied == {StepKind.CREATE: 2}
    assert receipt.closed == 2
    assert scene.reasons() == []
    assert scene.plan().is_empty


def test_one_item_is_tried_again_and_the_others_are_left_alone():
    scene = Scene()
    scene.tiny.shop.refuse = set()
    scene.put(evolve(THINGS[2], price="9.00"))
    receipt = scene.run(scene.bridge.retry([scene.items["a"]]))
    assert receipt.applied == {StepKind.CREATE: 1}
    assert scene.reasons() == ["b Birch"]
    assert scene.row("c")["price"] == "1.00", "nobody asked for it"
    scene.sync()
    assert scene.row("c")["price"] == "9.00", "and it is not passed over"


def test_nothing_to_retry_is_an_empty_plan():
    scene = Scene()
    assert scene.run(scene.bridge.plan_retry([])).is_empty
    assert scene.run(scene.bridge.plan_retry(item for item in ())).is_empty


def test_a_retry_that_is_refused_again_is_one_more_attempt():
    scene = Scene()
    scene.clock.sleep(60)
    scene.run(scene.bridge.retry([scene.items["a"]]))
    after: dict[str, WorkItem] = {item.label[0]: item for item in scene.run(scene.bridge.work_items())}
    assert (after["a"].attempts, after["b"].attempts) == (2, 1)
    assert after["a"].first_seen == scene.items["a"].first_seen < after["a"].last_seen


def test_more_steps_than_allowed_are_not_written():
    scene = Scene()
    scene.tiny.shop.refuse = set()
    with pytest.raises(SafetyStop, match="2 steps, more than the 1 allowed"):
        scene.run(scene.bridge.retry(limit=1))
    assert len(scene.tiny.shop.rows) == 1
    assert scene.run(scene.bridge.retry(limit=2)).closed == 2


def test_an_item_of_another_bridge_is_refused():
    scene = Scene()
    with pytest.raises(ValueError, match="is of elsewhere"):
        scene.run(scene.bridge.retry([evolve(scene.items["a"], scope="elsewhere")]))


@pytest.mark.parametrize("kind", [BigCommerce, AsyncBigCommerce])
def test_a_bridge_opens_what_its_sinks_send_through(kind: Any):
    sandboxes = Sandboxes()
    sink = WebhookSink("https://desk.example.org/hook", secret="s", name="desk")
    publisher = Consonance if kind is BigCommerce else AsyncConsonance
    bridge = consonance_to_bigcommerce(sandboxes.open(publisher), sandboxes.open(kind), sinks=(sink,))
    assert bridge.job.sinks == (sink,)
    assert bridge.mode.driver.wiring.transports["sink:desk"].base_url == "https://desk.example.org"
    with pytest.raises(ValueError, match="a name of its own"):
        consonance_to_bigcommerce(sandboxes.open(publisher), sandboxes.open(kind), sinks=(sink, sink))
