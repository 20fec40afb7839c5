"""Laws of plans over random tiny shops: edits on both sides, crashes, lost answers, old plans, replays.

After whatever happened, one clean round puts everything right, and the next plan is empty.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from commerce_bridge.domain.fields import AnyField
from commerce_bridge.errors import BridgeError
from commerce_bridge.flow.play import Crash, ManualClock, PlayDriver
from commerce_bridge.flow.state import ByPrefix
from commerce_bridge.flow.wiring import SeededChance, Wiring
from commerce_bridge.stores import MemoryState
from commerce_bridge.sync.applying.applier import apply
from commerce_bridge.sync.kept.remembered import Remembered
from commerce_bridge.sync.planning.planner import plan
from commerce_bridge.sync.plans.codec import decode, decode_field, encode, encode_field
from commerce_bridge.sync.plans.lines import (
    footer_line,
    footer_of,
    header_line,
    header_of,
    segment_line,
    segment_of,
    standing_line,
)
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.planfile import PlanFile
from commerce_bridge.sync.plans.receipt import Receipt
from commerce_bridge.sync.plans.segment import Footer, Header, Segment, Standing
from rigs import strategies as some
from rigs.tiny_shop import Thing, Tiny, TinySource

TABLES = ("alias", "binding", "record", "intent", "receipt", "ledger", "work", "watermark")
KEYS = st.sampled_from("abcde")
OURS = st.frozensets(st.sampled_from(["red", "old", "tall"]), max_size=3).map(
    lambda tags: tuple(sorted(tags))
)
THEIRS = st.sampled_from(["bestseller", "sale"])
PRICES = st.sampled_from(["1.00", "2.50", "7.00"])
NAMES = st.sampled_from(["Ash", "Elm"])


class Shops(RuleBasedStateMachine):
    """A source, a shop, and people at both."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = ManualClock()
        self.state = MemoryState()
        self.plans: list[Plan] = []
        self.receipts: list[tuple[Plan, Receipt]] = []
        self.theirs: dict[str, set[str]] = {}
        self.colours: dict[str, str] = {}
        self.gone: set[str] = set()

    @initialize(incremental=st.booleans())
    def open(self, incremental: bool) -> None:
        self.tiny = Tiny(TinySource(incremental=incremental))

    # What is run

    def driver(self, **crash: Any) -> PlayDriver:
        wiring = Wiring(
            transports={"shop": self.tiny.shop}, state=self.state, clock=self.clock, chance=SeededChance(1)
        )
        return PlayDriver(wiring, **crash)

    def planned(self) -> Plan:
        return self.driver().run(plan(self.tiny.job))

    def applied(self, planned: Plan, **crash: Any) -> None:
        """Apply a plan; a failure of the network or of the process ends it."""
        try:
            receipt = self.driver(**crash).run(apply(self.tiny.job, planned))
        except (BridgeError, Crash):
            return
        self.receipts.append((planned, receipt))

    def row(self, key: str) -> dict[str, Any] | None:
        return next((row for row in self.tiny.shop.rows.values() if row["key"] == key), None)

    # What people do at the source

    @rule(key=KEYS, name=NAMES, price=PRICES, tags=OURS)
    def say(self, key: str, name: str, price: str, tags: tuple[str, ...]) -> None:
        self.tiny.source.put(Thing(key, name, price, tags))

    @rule(key=KEYS)
    def block(self, key: str) -> None:
        known = self.tiny.source.things.get(key)
        if known is not None:
            self.tiny.source.put(evolve(known, blocked="" if known.blocked else "It has no roots: plant it."))

    # What people do at the shop

    @rule(key=KEYS, price=PRICES)
    def reprice(self, key: str, price: str) -> None:
        row = self.row(key)
        if row is not None:
            row["price"] = price

    @rule(key=KEYS, tag=THEIRS)
    def tag(self, key: str, tag: str) -> None:
        row = self.row(key)
        if row is not None:
            row["tags"] = sorted({*row["tags"], tag})
            self.theirs.setdefault(key, set()).add(tag)

    @rule(key=KEYS, tag=THEIRS)
    def untag(self, key: str, tag: str) -> None:
        row = self.row(key)
        if row is not None:
            row["tags"] = [one for one in row["tags"] if one != tag]
            self.theirs.setdefault(key, set()).discard(tag)

    @rule(key=KEYS)
    def strip(self, key: str) -> None:
        """Take away all of ours by hand."""
        row = self.row(key)
        if row is not None:
            row["tags"] = sorted(self.theirs.get(key, ()))

    @rule(key=KEYS, colour=st.sampled_from(["green", "blue"]))
    def paint(self, key: str, colour: str) -> None:
        row = self.row(key)
        if row is not None:
            row["colour"] = self.colours[key] = colour

    @rule(key=KEYS, tag=THEIRS)
    def make_by_hand(self, key: str, tag: str) -> None:
        if self.row(key) is None and key not in self.gone:
            self.tiny.shop.made += 1
            body = {"key": key, "name": f"own {key}", "price": "9.99", "tags": [tag]}
            self.tiny.shop.rows[str(99 + self.tiny.shop.made)] = body
            self.theirs[key] = {tag}

    @rule(key=KEYS)
    def delete(self, key: str) -> None:
        bound = {row.at.key: json.loads(row.body) for row in self.rows("binding")}
        for number, row in list(self.tiny.shop.rows.items()):
            if row["key"] == key:
                del self.tiny.shop.rows[number]
                self.theirs.pop(key, None)
                self.colours.pop(key, None)
                if any(body["target"] == f"shop:thing:{number}" for body in bound.values()):
                    self.gone.add(key)

    # What goes wrong

    @rule(key=KEYS)
    def break_down(self, key: str) -> None:
        self.tiny.shop.broken ^= {key}

    @rule(key=KEYS)
    def grow_picky(self, key: str) -> None:
        self.tiny.shop.refuse ^= {key}

    # What runs

    @rule()
    def discard(self) -> None:
        before = self.everything()
        self.planned()
        assert self.everything() == before, "a plan that is thrown away changes nothing"

    @rule()
    def keep(self) -> None:
        self.plans.append(self.planned())

    @precondition(lambda self: self.plans)
    @rule(at=st.integers(0, 3))
    def use_an_old_plan(self, at: int) -> None:
        """So old that it is checked against what moved since."""
        self.clock.sleep(timedelta(minutes=6).total_seconds())
        self.applied(self.plans[at % len(self.plans)])

    @rule(at=st.integers(0, 40), after=st.booleans())
    def crash(self, at: int, after: bool) -> None:
        planned = self.planned()
        self.plans.append(planned)
        self.applied(planned, crash_at=at, crash_after=after)

    @rule(at=st.integers(1, 6))
    def lose_an_answer(self, at: int) -> None:
        planned = self.planned()
        self.tiny.shop.cut_after = [len(self.tiny.shop.log) + at]
        self.applied(planned)
        self.tiny.shop.cut_after = []

    @rule()
    def sync(self) -> None:
        self.applied(self.planned())

    @precondition(lambda self: self.receipts)
    @rule(at=st.integers(0, 3))
    def replay(self, at: int) -> None:
        planned, receipt = self.receipts[at % len(self.receipts)]
        if receipt.failed or receipt.stale:
            return
        rows = json.dumps(self.tiny.shop.rows)
        sent = sum(method != "GET" for method, _ in self.tiny.shop.log)
        again = self.driver().run(apply(self.tiny.job, planned))
        assert again.applied.keys() <= {kind for kind in receipt.applied if kind.value == "open work"}
        assert json.dumps(self.tiny.shop.rows) == rows, "replaying a receipt is a no-op"
        assert sum(method != "GET" for method, _ in self.tiny.shop.log) == sent

    @rule()
    def put_right(self) -> None:
        """One clean round, and everything is as the source and the people of the shop want it."""
        self.tiny.shop.broken, self.tiny.shop.refuse = set(), set()
        self.clock.sleep(timedelta(days=2).total_seconds())  # what was refused is tried again by itself
        first = self.planned()
        self.driver().run(apply(self.tiny.job, first))
        again = self.planned()
        assert again.is_empty, f"{first}\n{again}"
        self.check()

    # What must hold

    def rows(self, table: str) -> Any:
        return self.state.load(ByPrefix(table=table, scope="tiny"))

    def everything(self) -> str:
        return repr([self.rows(table) for table in TABLES]) + json.dumps(self.tiny.shop.rows, sort_keys=True)

    @invariant()
    def nothing_is_doubled(self) -> None:
        if hasattr(self, "tiny"):
            keys = [row["key"] for row in self.tiny.shop.rows.values()]
            assert len(keys) == len(set(keys))

    @invariant()
    def others_work_survives(self) -> None:
        if hasattr(self, "tiny"):
            for row in self.tiny.shop.rows.values():
                assert self.theirs.get(row["key"], set()) <= set(row["tags"])
                assert row.get("colour") == self.colours.get(row["key"])

    def check(self) -> None:
        for thing in self.tiny.source.things.values():
            row = self.row(thing.key)
            if thing.key in self.gone:
                assert row is None
            elif not thing.blocked:
                assert row is not None, thing
                assert row["price"] == thing.price
                assert set(row["tags"]) == {*thing.tags, *self.theirs.get(thing.key, ())}
        names = [row["name"] for row in self.tiny.shop.rows.values()]
        assert len(names) == len(set(names))
        assert not self.rows("intent"), "nothing is left half done"
        open_work = {json.loads(row.body)["record"] for row in self.rows("work")}
        needed = {
            thing.key for thing in self.tiny.source.things.values() if thing.blocked or thing.key in self.gone
        }
        assert len(open_work) == len(needed)


Shops.TestCase.settings = settings(max_examples=max(settings().max_examples // 2, 30), stateful_step_count=25)
TestShops = Shops.TestCase


@given(some.values)
def test_a_value_comes_back_as_it_was(value: Any):
    again = decode(json.loads(json.dumps(encode(value))))
    assert again == value
    assert type(again) is type(value)


@given(some.fields)
def test_a_field_comes_back_and_is_called_the_same(name: AnyField):
    again = decode_field(encode_field(name))
    assert (again, again.text) == (name, name.text)


@given(some.headers)
def test_a_header_comes_back(header: Header):
    assert header_of(json.loads(json.dumps(header_line(header)))) == header


@given(some.footers)
def test_a_footer_comes_back(footer: Footer):
    assert footer_of(json.loads(json.dumps(footer_line(footer)))) == footer


@given(some.segments)
def test_a_segment_comes_back(segment: Segment):
    again = segment_of(json.loads(json.dumps(segment_line(segment))))
    assert again == segment
    assert segment_line(again) == segment_line(segment), "also what equality does not see"


@given(some.standings, st.one_of(st.none(), some.texts), st.one_of(st.none(), some.refs))
def test_what_is_remembered_comes_back(standing: Standing, fingerprint: str | None, target: Any):
    known = Remembered.from_standing(standing, fingerprint, target)
    body = json.loads(json.dumps(known.body()))
    assert Remembered.of(standing.record, body) == known
    assert standing_line(standing)["agreed"] == body["agreed"]


@given(some.headers, st.lists(some.segments, max_size=3), some.footers)
def test_saving_and_loading_a_plan_changes_nothing(header: Header, segments: list[Segment], footer: Footer):
    file = PlanFile()
    file.write("header", header_line(header))
    for segment in segments:
        file.write("segment", segment_line(segment))
    file.write("footer", footer_line(footer))
    file.finish()
    made = Plan(header=header, footer=footer, file=file)
    with TemporaryDirectory() as folder:
        path = str(Path(folder) / "plan.jsonl")
        made.save(path)
        loaded = Plan.load(path)
        assert loaded == made
        assert list(loaded.segments()) == segments
        assert str(loaded) == str(made)


@given(some.segments, st.data())
def test_any_changed_character_of_a_plan_is_noticed(segment: Segment, data: st.DataObject):
    file = PlanFile()
    file.write("segment", segment_line(segment))
    file.write("footer", {"x": 1})
    file.finish()
    text = Path(file.path).read_text(encoding="utf-8")
    at = data.draw(st.integers(0, len(text) - 2))
    other = data.draw(st.sampled_from("0a{\t").filter(lambda one: one != text[at]))
    Path(file.path).write_text(text[:at] + other + text[at + 1 :], encoding="utf-8")
    noticed: Callable[[], object] = lambda: list(file.lines())  # noqa: E731
    try:
        noticed()
    except BridgeError:
        return
    raise AssertionError("a plan that was changed by hand was read")
