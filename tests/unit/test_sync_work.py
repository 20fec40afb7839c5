"""Work items: met, met again, closed by themselves or by a person, and one queue of them over all bridges."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from commerce_bridge.errors import (
    BridgeError,
    Conflict,
    ConnectionLost,
    DecodeError,
    MappingError,
    NotFound,
    PlanLimit,
    RejectedRecord,
    RequestRefused,
    ServerFault,
)
from commerce_bridge.flow.clock import EPOCH, VirtualClock
from commerce_bridge.flow.effects import Commit, Load
from commerce_bridge.flow.events import Queued, Resolved
from commerce_bridge.flow.operation import Raw
from commerce_bridge.flow.play import PlayDriver
from commerce_bridge.flow.state import ByPrefix
from commerce_bridge.flow.wiring import SeededChance, Wiring
from commerce_bridge.http.opening import Surroundings
from commerce_bridge.ports.step import Step, StepKind
from commerce_bridge.ports.work import Evidence, WorkItem
from commerce_bridge.stores import MemoryState, SQLiteState
from commerce_bridge.sync.applying.applier import apply
from commerce_bridge.sync.asking.causes import mender_of, problem, refusal
from commerce_bridge.sync.asking.queue import async_work_queue_of, chosen, work_queue_of
from commerce_bridge.sync.asking.work import Parties, body_after, close, item_of, meet, records_of_items
from commerce_bridge.sync.bridge import Bridge
from commerce_bridge.testing.play import play
from rigs.tiny_shop import Thing
from rigs.tiny_stage import TinyStage

FIXTURES = Path(__file__).parents[1] / "fixtures"
ASH, BIRCH = Thing("a", "Ash", "1.00", ("red",)), Thing("b", "Birch", "2.00")
PARTIES = Parties(scope="tiny", pair="src -> shop", source="src", target="shop")
NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
ITEM = WorkItem(
    pair="Consonance -> BigCommerce",
    scope="x",
    record="r",
    label="9781905005123  The Black Road, paperback",
    reason="rejected:images",
    owner="consonance",
    detail="The image was not\ntaken.",
    suggestion="Mend the record at its source; the others go on.",
    path="image_url",
    part="images",
    evidence=Evidence(plan="p-7", error="RejectedRecord", status=422, request_id="q-1", excerpt="too large"),
    first_seen=NOON,
    last_seen=NOON + timedelta(days=3, hours=2),
    attempts=4,
)


class Scene(TinyStage):
    """A stage on which every plan has an id of its own."""

    def __init__(self, *things: Thing) -> None:
        super().__init__(*things)
        self.chance = SeededChance(1)

    def driver(self, **crash: Any) -> PlayDriver:
        return PlayDriver(evolve(super().driver().wiring, chance=self.chance), **crash)


def bodies(stage: Scene, table: str, scope: str = "tiny") -> dict[str, dict[str, Any]]:
    rows = stage.state.load(ByPrefix(table=table, scope=scope))
    return {row.at.key: json.loads(row.body) for row in rows}


def driver(stage: Scene, events: list[Any] | None = None) -> PlayDriver:
    wiring = stage.driver().wiring
    return PlayDriver(evolve(wiring, subscribers=(events.append,) if events is not None else ()))


def bridge(stage: Scene) -> Bridge[Raw]:
    return Bridge(Raw(), stage.tiny.job)


def items(stage: Scene) -> tuple[WorkItem, ...]:
    return stage.driver().run(bridge(stage).work_items())


def heard(stage: Scene, *kinds: type[Any]) -> list[Any]:
    """What the subscribers are told of a sync."""
    events: list[Any] = []
    stage.clock.sleep(1)
    planned = stage.plan()
    driver(stage, events).run(apply(stage.tiny.job, planned))
    return [event for event in events if isinstance(event, kinds)]


# How an item reads


def test_an_item_prints_as_one_line():
    assert str(ITEM) == (
        "9781905005123  The Black Road, paperback  rejected:images  for consonance  "
        "since 2026-11-18 12:00 UTC, in 4 plans: The image was not taken."
    )


def test_an_item_prints_as_a_block():
    assert ITEM.block(NOON + timedelta(days=4)) == (
        "9781905005123  The Black Road, paperback    Consonance -> BigCommerce\n"
        "    reason      rejected:images\n"
        "    about       image_url in images\n"
        "    for         consonance\n"
        "    detail      The image was not taken.\n"
        "    try         Mend the record at its source; the others go on.\n"
        "    first seen  2026-11-18 12:00 UTC, 4 days ago\n"
        "    last seen   2026-11-21 14:00 UTC, attempt 4\n"
        '    evidence    RejectedRecord, status 422, request q-1, plan p-7: "too large"'
    )


def test_what_is_not_known_is_left_out_of_a_block():
    bare = evolve(ITEM, path="", part="", suggestion="image", evidence=Evidence(), detail="No image.")
    names = [line.split("  ")[2].strip() for line in bare.block().splitlines()[1:]]
    assert names == ["reason", "for", "detail", "first seen", "last seen"], (
        "a hint that is told is not repeated"
    )


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0, "0 minutes"), (1, "1 minute"), (119, "119 minutes"), (120, "2 hours"), (2879, "47 hours"), (2880, "2 days")],
)  # fmt: skip
def test_an_age_is_told_in_its_largest_unit(minutes: int, text: str):
    assert f", {text} ago" in ITEM.block(NOON + timedelta(minutes=minutes))


def test_no_age_is_below_nothing():
    assert ITEM.age(NOON - timedelta(seconds=5)) == timedelta()
    assert ITEM.age(NOON + timedelta(days=2)) == timedelta(days=2)


# Who can mend it


def remote(kind: type[Any], **more: Any) -> Any:
    return kind("no", platform="shop", operation="x", status=400, **more)


@pytest.mark.parametrize(
    ("error", "owner"),
    [
        (remote(RejectedRecord), "src"),
        (remote(RequestRefused), "rules"),
        (MappingError("no"), "rules"),
        (remote(PlanLimit), "shop"),
        (remote(Conflict), "shop"),
        (remote(NotFound), "shop"),
        (remote(ServerFault), "shop"),
        (ConnectionLost("cut"), "shop"),
        (DecodeError("no", path="$", expected="a", got="b"), "shop"),
        (None, "shop"),
    ],
)
def test_an_error_says_who_can_mend_it(error: BridgeError | None, owner: str):
    step = Step(id="s", kind=StepKind.CHANGE, record="r", label="l")
    body = body_after(refusal(step, "thing", "d", error, "p"), None, NOON)
    assert item_of(PARTIES, body).owner == owner


@pytest.mark.parametrize(
    ("reason", "mended_by"),
    [
        ("no-price:listing.price", "source"),
        ("duplicate", "source"),
        ("gone", "target"),
        ("ambiguous", "target"),
        ("no-rule:thing.price", "rules"),
        ("mapping:thing.price", "rules"),
    ],
)
def test_a_reason_says_who_can_mend_it(reason: str, mended_by: str):
    assert mender_of(reason) == mended_by
    cause = problem("r", "l", reason, "d", "p")
    assert (cause.mended_by, cause.path) == (mended_by, reason.partition(":")[2])
    assert cause.suggestion


def test_a_refusal_keeps_what_the_vendor_said():
    step = Step(id="s", kind=StepKind.CHANGE, record="r", label="l")
    error = remote(
        RejectedRecord, fields={"weight": "x", "name": "y"}, request_id="q-9", excerpt="a b", hint="Weigh it."
    )
    item = item_of(PARTIES, body_after(refusal(step, "images", "d", error, "p-1"), None, NOON))
    assert (item.reason, item.path, item.part) == ("rejected:images", "name, weight", "images")
    assert item.suggestion == "Weigh it."
    assert item.evidence == Evidence(
        plan="p-1", error="RejectedRecord", status=400, request_id="q-9", excerpt="a b"
    )


# Met, and met again


def test_a_new_item_says_all_that_is_known_of_it():
    stage = Scene(evolve(ASH, blocked="It has no roots: plant it."))
    planned = stage.plan()
    stage.apply(planned)
    now = stage.clock.now()
    (item,) = items(stage)
    assert (item.pair, item.scope, item.label) == ("src -> shop", "tiny", "a Ash")
    assert (item.reason, item.owner, item.detail) == ("blocked", "src", "It has no roots: plant it.")
    assert (item.first_seen, item.last_seen, item.attempts) == (now, now, 1)
    assert item.evidence == Evidence(plan=planned.header.plan)
    assert "source" in item.suggestion


def test_a_refusal_that_comes_again_keeps_when_it_was_first_seen_and_counts():
    stage = Scene(ASH)
    stage.tiny.shop.refuse = {"a"}
    (first,) = heard(stage, Queued)
    began = stage.clock.now()
    stage.clock.sleep(timedelta(days=2).total_seconds())
    (second,) = heard(stage, Queued)
    (item,) = items(stage)
    assert (item.first_seen, item.last_seen, item.attempts) == (began, stage.clock.now(), 2)
    assert (item.owner, item.evidence.status, item.evidence.error) == ("src", 422, "RejectedRecord")
    assert (first.attempts, second.attempts) == (1, 2)
    assert second.first_seen == began
    assert (second.scope, second.owner) == ("tiny", "src")


def test_a_problem_that_is_looked_at_again_is_seen_again_and_told_once():
    stage = Scene(ASH)
    stage.sync()
    stage.tiny.shop.rows.clear()
    (queued,) = heard(stage, Queued)
    (before,) = items(stage)
    assert heard(stage, Queued) == []
    (after,) = items(stage)
    assert (queued.reason, before.owner) == ("gone", "shop")
    assert (after.attempts, after.first_seen) == (before.attempts + 1, before.first_seen)
    assert after.last_seen > before.last_seen


def test_other_words_for_an_open_problem_are_told():
    stage = Scene(evolve(ASH, blocked="It has no roots: plant it."))
    stage.sync()
    stage.put(evolve(ASH, blocked="It has no water: pour it."))
    (queued,) = heard(stage, Queued)
    (item,) = items(stage)
    assert (queued.detail, queued.attempts) == ("It has no water: pour it.", 2)
    assert (item.detail, item.attempts) == (queued.detail, 2)


def test_one_plan_counts_once_however_often_it_is_applied():
    stage = Scene(ASH)
    stage.tiny.shop.refuse = {"a"}
    planned = stage.plan()
    for _ in range(3):
        stage.clock.sleep(60)
        stage.apply(planned)
    (item,) = items(stage)
    assert item.attempts == 1
    assert item.last_seen == stage.clock.now()


def test_meeting_a_problem_asks_the_state_alone():
    cause = problem("r", "l", "no-price:thing.price", "d", "p")
    trace = play(meet(PARTIES, [cause], NOON), state=MemoryState())
    assert [type(one.effect) for one in trace.played] == [Load]
    nothing = play(meet(PARTIES, [], NOON), state=MemoryState())
    assert nothing.played == ()
    assert nothing.result.ops == ()


def test_what_a_person_has_closed_since_a_plan_was_made_is_not_opened_by_it():
    stage = Scene(ASH)
    stage.sync()
    stage.tiny.shop.rows.clear()
    stage.sync()
    planned = stage.plan()
    (item,) = items(stage)
    stage.driver().run(bridge(stage).resolve(item, "seen", by="Ada"))
    stage.apply(planned)
    assert items(stage) == ()


# Closed


def test_an_item_resolves_by_itself_when_its_cause_is_gone():
    stage = Scene(evolve(ASH, blocked="It has no roots: plant it."))
    stage.sync()
    (item,) = items(stage)
    stage.put(ASH)
    (event,) = heard(stage, Resolved)
    assert items(stage) == ()
    assert (event.record, event.reason, event.by_hand) == (item.record, "blocked", False)
    assert (event.first_seen, event.at, event.attempts) == (item.first_seen, stage.clock.now(), 1)


def test_what_is_mended_is_closed_though_another_thing_fails():
    stage = Scene(evolve(ASH, blocked="It has no roots: plant it."))
    stage.sync()
    stage.put(ASH)
    stage.tiny.shop.refuse = {"a"}
    stage.sync()
    assert [item.reason for item in items(stage)] == ["rejected:thing"]
    stage.put(evolve(ASH, price="3.00"))
    stage.sync()
    assert [item.reason for item in items(stage)] == ["rejected:thing"], "it still is refused"
    stage.tiny.shop.refuse = set()
    stage.put(evolve(ASH, price="4.00"))
    assert [event.reason for event in heard(stage, Resolved)] == ["rejected:thing"]
    assert items(stage) == ()


def test_who_closed_an_item_and_why_is_in_the_history():
    stage = Scene(evolve(ASH, blocked="It has no roots: plant it."))
    stage.sync()
    (item,) = items(stage)
    stage.clock.sleep(5)
    events: list[Any] = []
    assert driver(stage, events).run(bridge(stage).resolve(item, "It is a picture of a tree.", by="Ada"))
    assert items(stage) == ()
    ((key, entry),) = bodies(stage, "ledger").items()
    assert key.startswith(f"{item.record}/{stage.clock.now().isoformat()}/")
    assert entry["closed"] == {"by": "Ada", "note": "It is a picture of a tree."}
    assert (entry["did"]["reason"], entry["at"]) == ("blocked", stage.clock.now().isoformat())
    assert [type(event) for event in events] == [Resolved]
    assert events[0].by_hand
    assert "Ada" not in repr(events), "events reach logs"
    assert driver(stage, events).run(bridge(stage).resolve(item, "again", by="Ada")) is False
    assert len(bodies(stage, "ledger")) == len(events) == 1


def test_a_record_whose_item_was_closed_by_hand_is_explained_as_before():
    stage = Scene(ASH)
    stage.sync()
    stage.put(evolve(ASH, price="3.00"))
    stage.tiny.shop.refuse = {"a"}
    stage.sync()
    before = stage.explain("a")
    (item,) = items(stage)
    stage.driver().run(bridge(stage).resolve(item, "known", by="Ada"))
    assert stage.explain("a") == before


def test_somebody_closes_it_and_it_is_this_bridges():
    stage = Scene(evolve(ASH, blocked="no"))
    stage.sync()
    (item,) = items(stage)
    with pytest.raises(ValueError, match="who closes"):
        stage.driver().run(bridge(stage).resolve(item, "why", by=" "))
    with pytest.raises(ValueError, match="is of elsewhere"):
        stage.driver().run(bridge(stage).resolve(evolve(item, scope="elsewhere"), "why", by="Ada"))
    assert items(stage) == (item,)


def test_records_of_items_are_named_once():
    job = Scene().tiny.job
    one = evolve(ITEM, scope="tiny")
    assert records_of_items(job, [one, evolve(one, reason="x"), evolve(one, record="s")]) == ("r", "s")


# State of an older release


def test_items_of_the_first_release_open(tmp_path: Path):
    path = tmp_path / "state.sqlite"
    shutil.copy(FIXTURES / "work-1.sqlite", path)
    stage = Scene()
    stage.state = SQLiteState(path)  # type: ignore[assignment]
    price, refused = items(stage)
    seen = datetime(2026, 10, 1, 9, tzinfo=UTC)
    assert (price.first_seen, price.last_seen, price.attempts) == (seen, seen, 1)
    assert (price.owner, price.path, price.label) == ("src", "thing.price", "a Ash")
    assert (refused.label, refused.path, refused.evidence) == ("b Břiza", "", Evidence())
    cause = problem("record-a", "a Ash", price.reason, price.detail, "p-2")
    met = stage.driver().run(meet(PARTIES, [cause], NOON))
    assert (met.items[0].first_seen, met.items[0].attempts, met.told) == (seen, 2, ())
    assert stage.driver().run(bridge(stage).resolve(refused, "old", by="Ada"))
    stage.state.close()


# One queue


class TwoBridges:
    """Two bridges that remember in one state."""

    def __init__(self) -> None:
        self.one = Scene(evolve(ASH, blocked="no roots"), BIRCH)
        self.two = Scene(Thing("z", "Zelkova"))
        self.two.state = self.one.state
        self.clock = VirtualClock(EPOCH)

    def run(self) -> None:
        self.one.sync()
        self.one.tiny.shop.rows.clear()
        self.one.clock.sleep(timedelta(days=3).total_seconds())
        self.one.sync()
        job = evolve(self.two.tiny.job, scope="other", pair="src -> other", target="other")
        self.two.tiny.shop.refuse = {"z"}
        self.two.clock.sleep(3600)
        other: Bridge[Raw] = Bridge(Raw(), job)
        self.two.driver().run(other.sync())
        self.clock.advance((self.one.clock.now() - EPOCH).total_seconds())

    @property
    def around(self) -> Surroundings:
        return Surroundings(clock=self.clock, chance=SeededChance(1))


@pytest.fixture
def both() -> TwoBridges:
    both = TwoBridges()
    both.run()
    return both


def test_one_queue_holds_the_items_of_all_bridges_the_oldest_first(both: TwoBridges):
    queue = work_queue_of(both.one.state, around=both.around)
    assert [(item.pair, item.reason) for item in queue.items()] == [
        ("src -> shop", "blocked"),
        ("src -> other", "rejected:thing"),
        ("src -> shop", "gone"),
    ]
    assert queue.bridges() == ("other", "tiny")


@pytest.mark.parametrize(
    ("filters", "reasons"),
    [
        ({"bridge": "src -> other"}, ["rejected:thing"]),
        ({"bridge": "tiny"}, ["blocked", "gone"]),
        ({"reason": "rejected"}, ["rejected:thing"]),
        ({"reason": "rejected:thing"}, ["rejected:thing"]),
        ({"owner": "shop"}, ["gone"]),
        ({"owner": "src"}, ["blocked", "rejected:thing"]),
        ({"older_than": timedelta(days=1)}, ["blocked", "rejected:thing"]),
        ({"older_than": timedelta(days=9)}, []),
        ({"owner": "src", "bridge": "tiny"}, ["blocked"]),
        ({"bridge": "nobody"}, []),
    ],
)
def test_the_queue_is_filtered(both: TwoBridges, filters: dict[str, Any], reasons: list[str]):
    found = work_queue_of(both.one.state, around=both.around).items(**filters)
    assert [item.reason for item in found] == reasons


def test_the_queue_answers_in_both_modes(both: TwoBridges):
    expected = work_queue_of(both.one.state, around=both.around).items()
    assert anyio.run(async_work_queue_of(both.one.state, around=both.around).items) == expected


def test_items_are_closed_from_the_queue(both: TwoBridges):
    queue = work_queue_of(both.one.state, around=both.around)
    (item,) = queue.items(bridge="other")
    assert queue.resolve(item, "known", by="Ada")
    assert queue.items(bridge="other") == ()
    with pytest.raises(ValueError, match="No bridge of this state is nowhere"):
        queue.resolve(evolve(item, scope="nowhere"), "known", by="Ada")


def test_a_bridge_is_in_the_queue_from_the_commit_that_opens_its_first_item():
    stage = Scene(evolve(ASH, blocked="no"), BIRCH)
    stage.tiny.shop.refuse = {"b"}
    planned = stage.plan()
    played = stage.driver()
    played.run(apply(stage.tiny.job, planned))
    commits = [
        {op.at.table for op in one.effect.ops} for one in played.trace if isinstance(one.effect, Commit)
    ]
    opening = [tables for tables in commits if "work" in tables]
    assert len(opening) == 2
    assert all("bridge" in tables for tables in opening)
    assert bodies(stage, "bridge", "") == {
        "tiny": {"version": 1, "pair": "src -> shop", "source": "src", "target": "shop"}
    }


def test_a_bridge_without_work_writes_nothing_about_itself():
    stage = Scene(ASH)
    stage.sync()
    assert bodies(stage, "bridge", "") == {}
    assert work_queue_of(stage.state).items() == ()


# Laws

INSTANTS = st.integers(0, 10_000).map(lambda minutes: EPOCH + timedelta(minutes=minutes))
MEETINGS = st.lists(st.tuples(INSTANTS, st.sampled_from(["p1", "p2", "p3"]), st.sampled_from(["a", "b"])))


@given(MEETINGS)
def test_whatever_the_clocks_say_first_comes_before_last_and_attempts_never_fall(meetings: list[Any]):
    body: dict[str, Any] | None = None
    former: WorkItem | None = None
    plans: list[str] = []
    for at, plan, detail in meetings:
        body = body_after(problem("r", "l", "no-price:x.y", detail, plan), body, at)
        body = json.loads(json.dumps(body))
        item = item_of(PARTIES, body)
        if not plans or plans[-1] != plan:
            plans.append(plan)
        assert item.first_seen <= item.last_seen
        assert item.attempts == len(plans)
        assert item.detail == detail
        if former is not None:
            assert item.first_seen == former.first_seen
            assert item.last_seen == max(former.last_seen, at)
        former = item


@given(st.lists(st.builds(
    lambda at, owner, record: evolve(ITEM, first_seen=at, last_seen=at, owner=owner, record=record),
    INSTANTS, st.sampled_from(["src", "rules"]), st.text("ab", max_size=2),
)), INSTANTS)  # fmt: skip
def test_choosing_loses_nothing_and_keeps_the_order_of_age(found: list[WorkItem], now: datetime):
    everything = chosen(found, now)
    assert sorted(map(repr, everything)) == sorted(map(repr, found))
    ages = [item.age(now) for item in everything]
    assert ages == sorted(ages, reverse=True)
    parts = [chosen(found, now, owner=owner) for owner in ("src", "rules")]
    assert sum(map(len, parts)) == len(found)


@given(st.sets(st.sampled_from("abc")), st.sets(st.sampled_from("abc")))
def test_what_is_closed_is_what_was_open(opened: set[str], named: set[str]):
    state = MemoryState()
    causes = [problem(one, one, "no-price", "d", "p") for one in sorted(opened)]
    state.commit(play(meet(PARTIES, causes, NOON), state=state).result.ops)
    keys = [f"{one}/no-price" for one in sorted(named)]
    met = play(close(PARTIES, keys, NOON), state=state).result
    assert {item.record for item in met.items} == opened & named
    assert len(met.told) == len(met.items)


class Queue(RuleBasedStateMachine):
    """People and a shop that make and mend trouble, and runs that meet it."""

    @initialize()
    def open(self) -> None:
        self.stage = Scene(Thing("a", "Ash"), Thing("b", "Birch"))
        self.former: dict[tuple[str, str], WorkItem] = {}
        self.price = 1

    @rule(key=st.sampled_from("ab"), why=st.sampled_from(["", "no roots", "no leaves"]))
    def say(self, key: str, why: str) -> None:
        self.price += 1
        self.stage.put(evolve(self.stage.tiny.source.things[key], blocked=why, price=f"{self.price}.00"))

    @rule(keys=st.sets(st.sampled_from("ab")))
    def refuse(self, keys: set[str]) -> None:
        self.stage.tiny.shop.refuse = keys

    @rule(keys=st.sets(st.sampled_from("ab")))
    def break_down(self, keys: set[str]) -> None:
        self.stage.tiny.shop.broken = keys

    @rule(hours=st.integers(0, 30))
    def run(self, hours: int) -> None:
        self.stage.clock.sleep(hours * 3600)
        self.stage.sync()

    @rule(key=st.sampled_from("ab"), hours=st.integers(0, 30))
    def run_twice(self, key: str, hours: int) -> None:
        self.price += 1
        self.stage.put(evolve(self.stage.tiny.source.things[key], price=f"{self.price}.00"))
        planned = self.stage.plan()
        self.stage.apply(planned)
        before = {(one.record, one.reason): one.attempts for one in items(self.stage)}
        self.stage.clock.sleep(hours * 3600)
        self.stage.apply(planned)
        again = {(one.record, one.reason): one.attempts for one in items(self.stage)}
        assert {key: count for key, count in again.items() if key in before}.items() <= before.items()

    @precondition(lambda self: items(self.stage))
    @rule()
    def close_one(self) -> None:
        item = items(self.stage)[0]
        assert self.stage.driver().run(bridge(self.stage).resolve(item, "seen", by="Ada"))
        del self.former[item.record, item.reason]

    @invariant()
    def items_only_grow_older(self) -> None:
        now = {(one.record, one.reason): one for one in items(self.stage)}
        for key, item in now.items():
            assert item.first_seen <= item.last_seen <= self.stage.clock.now()
            assert item.attempts >= 1
            former = self.former.get(key)
            if former is not None and former.first_seen == item.first_seen:
                assert item.attempts >= former.attempts
                assert item.last_seen >= former.last_seen
        self.former = now

    def teardown(self) -> None:
        """Once everything is mended, everything is closed by itself."""
        stage = self.stage
        for key, thing in list(stage.tiny.source.things.items()):
            stage.put(evolve(thing, blocked="", price="99.00", tags=(key,)))
        stage.tiny.shop.refuse, stage.tiny.shop.broken = set(), set()
        stage.clock.sleep(timedelta(days=2).total_seconds())
        stage.sync()
        assert items(stage) == ()
        assert {row["price"] for row in stage.tiny.shop.rows.values()} == {"99.00"}


TestQueue = Queue.TestCase


def test_a_wiring_without_sinks_carries_no_account():
    queue = work_queue_of(MemoryState())
    wiring: Wiring = queue.mode.driver.wiring  # type: ignore[attr-defined]
    assert wiring.transports == {}
