"""A tiny shop on a stage: its state, its clock, and the verbs."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from attrs import evolve, frozen

from commerce_bridge.flow.messages import Request
from commerce_bridge.flow.play import Crash, ManualClock, PlayDriver, Reply
from commerce_bridge.flow.state import ByPrefix
from commerce_bridge.flow.wiring import SeededChance, Wiring
from commerce_bridge.ports.step import Change
from commerce_bridge.stores import MemoryState
from commerce_bridge.sync.applying.applier import apply
from commerce_bridge.sync.explaining import explain
from commerce_bridge.sync.history import Entry, history
from commerce_bridge.sync.kept.memory import Memory, records_of, remember
from commerce_bridge.sync.kept.remembered import Remembered
from commerce_bridge.sync.planning.planner import plan
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.receipt import Receipt
from commerce_bridge.sync.reverting.planned import plan_revert
from rigs.tiny_shop import Thing, Tiny, TinyShop, TinySource


@frozen
class Deadly:
    """The shop, to a process that dies when a request of a kind has taken hold there."""

    shop: TinyShop
    method: str

    def answer(self, request: Request, now: datetime, timeout_s: float) -> Reply:
        reply = self.shop.answer(request, now, timeout_s)
        if request.method == self.method:
            raise Crash("the process died")
        return reply


class TinyStage:
    """A source, a shop, and what the bridge between them remembers."""

    def __init__(self, *things: Thing, incremental: bool = False, **tiny: Any) -> None:
        self.tiny = Tiny(TinySource(*things, incremental=incremental), **tiny)
        self.state = MemoryState()
        self.clock = ManualClock()
        self.chance = SeededChance(1)

    def driver(self, **crash: Any) -> PlayDriver:
        wiring = Wiring(
            transports={"shop": self.tiny.shop}, state=self.state, clock=self.clock, chance=self.chance
        )
        return PlayDriver(wiring, **crash)

    def plan(self) -> Plan:
        return self.driver().run(plan(self.tiny.job))

    def apply(self, planned: Plan, **crash: Any) -> Receipt:
        return self.driver(**crash).run(apply(self.tiny.job, planned))

    def sync(self) -> Receipt:
        self.clock.sleep(1)
        return self.apply(self.plan())

    def memory(self) -> Memory:
        return self.driver().run(remember(self.tiny.job))

    def records(self) -> dict[str, Remembered]:
        """Canonical id to what is remembered."""
        query = ByPrefix(table="record", scope=self.tiny.job.scope)
        keys = [row.at.key for row in self.state.load(query)]
        return self.driver().run(records_of(self.tiny.job, keys))

    def explain(self, record: str) -> Any:
        return self.driver().run(explain(self.tiny.job, record))

    def cut_short(self, planned: Plan, method: str) -> None:
        """Apply a plan, and die when its first write of a kind has taken hold and was not noted; then an hour passes."""
        wiring = evolve(self.driver().wiring, transports={"shop": Deadly(self.tiny.shop, method)})
        with suppress(Crash):
            PlayDriver(wiring).run(apply(self.tiny.job, planned))
        self.clock.sleep(3600)

    def plan_revert(self, applied: Receipt | str) -> Plan:
        return self.driver().run(plan_revert(self.tiny.job, applied))

    def revert(self, applied: Receipt | str) -> Receipt:
        self.clock.sleep(1)
        return self.apply(self.plan_revert(applied))

    def history(self, record: str) -> tuple[Entry, ...]:
        return self.driver().run(history(self.tiny.job, record))

    def row(self, key: str) -> dict[str, Any]:
        return next(row for row in self.tiny.shop.rows.values() if row["key"] == key)

    def put(self, thing: Thing) -> None:
        self.tiny.source.put(thing)

    def changes(self) -> list[Change]:
        """What a plan would change now."""
        return [change for step in self.plan().steps() for change in step.changes]
