"""The inbox: news is told from its duplicates, and every delivery is followed by a read that has seen it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from attrs import evolve
from hypothesis import example, given, settings
from hypothesis import strategies as st

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.errors import StateConflict, StateUnreadable
from commerce_bridge.flow.clock import EPOCH, VirtualClock
from commerce_bridge.flow.state import ByPrefix, Expect, Key, Op, Put
from commerce_bridge.flow.wiring import SeededChance
from commerce_bridge.http.inbox import SEEN_AFTER, TABLE, Inbox, async_inbox_of, inbox_of
from commerce_bridge.http.opening import Surroundings
from commerce_bridge.http.webhooks import Received
from commerce_bridge.stores.memory import MemoryState
from commerce_bridge.stores.sqlite import SQLiteState

ACCOUNT = "bigcommerce:demo"


def news(key: str = "k1", *, at: datetime | None = EPOCH, product: int = 180) -> Received:
    return Received(
        platform="bigcommerce",
        account=ACCOUNT,
        kind="store/product/updated",
        key=key,
        happened_at=at,
        refs=(Ref("bigcommerce", "product", str(product)),),
        data={"email": "ada@example.org"},
    )


class Desk:
    """An inbox on a virtual clock."""

    def __init__(self, state: Any = None) -> None:
        self.clock = VirtualClock(EPOCH)
        self.state = state or MemoryState()
        self.inbox = inbox_of(ACCOUNT, self.state, Surroundings(clock=self.clock, chance=SeededChance(1)))

    def keys(self) -> list[str]:
        return [one.key for one in self.inbox.waiting()]

    def read_all(self, *, after_s: float = 0.0) -> int:
        self.clock.advance(after_s)
        began = self.clock.now()
        return self.inbox.settle(self.inbox.waiting(), began)


@pytest.fixture(params=["memory", "sqlite"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    state: Any = MemoryState() if request.param == "memory" else SQLiteState(tmp_path / "state.sqlite")
    yield Desk(state)
    state.close()


def test_news_waits_until_its_records_are_read(desk: Desk):
    assert desk.inbox.take_in([news("k1"), news("k2", product=181)]) == 2
    one, two = desk.inbox.waiting()
    assert (one.key, one.kind, one.refs) == ("k1", "store/product/updated", news().refs)
    assert (one.happened_at, one.came_at) == (EPOCH, EPOCH)
    assert desk.inbox.settle([two], EPOCH) == 1
    assert desk.keys() == ["k1"]


def test_a_duplicate_joins_what_waits(desk: Desk):
    assert desk.inbox.take_in([news()]) == 1
    desk.clock.advance(0.455)
    assert desk.inbox.take_in([news()]) == 0
    (one,) = desk.inbox.waiting()
    assert one.came_at == EPOCH + timedelta(seconds=0.455)


def test_one_that_came_twice_in_one_call_is_one(desk: Desk):
    assert desk.inbox.take_in([news(), news()]) == 1
    assert desk.keys() == ["k1"]


def test_a_read_long_after_it_happened_settles_late_duplicates(desk: Desk):
    desk.inbox.take_in([news()])
    assert desk.read_all(after_s=SEEN_AFTER.total_seconds()) == 1
    desk.clock.advance(3600)
    assert desk.inbox.take_in([news()]) == 0
    assert desk.keys() == []


def test_a_read_soon_after_it_happened_does_not(desk: Desk):
    desk.inbox.take_in([news()])
    desk.read_all(after_s=SEEN_AFTER.total_seconds() - 1)
    assert desk.inbox.take_in([news()]) == 1, "the record may have changed twice in that second"
    assert desk.keys() == ["k1"]
    desk.read_all(after_s=60)
    assert desk.inbox.take_in([news()]) == 0


def test_news_without_a_time_is_read_for_each_time_it_comes(desk: Desk):
    for _ in range(2):
        assert desk.inbox.take_in([news(at=None)]) == 1
        assert desk.inbox.waiting()[0].happened_at is None
        assert desk.read_all(after_s=1e6) == 1


def test_what_came_again_while_it_was_read_waits_on(desk: Desk):
    desk.inbox.take_in([news()])
    asked, began = desk.inbox.waiting(), desk.clock.now()
    desk.inbox.take_in([news()])
    assert desk.inbox.settle(asked, began) == 0
    assert desk.keys() == ["k1"]


def test_what_another_worker_settled_and_came_again_waits_on(desk: Desk):
    desk.inbox.take_in([news()])
    slow = desk.inbox.waiting()
    began = desk.clock.now()
    assert desk.read_all() == 1
    desk.clock.advance(5)
    desk.inbox.take_in([news()])
    assert desk.inbox.settle(slow, began) == 0, "its read is older than the last delivery"
    assert desk.keys() == ["k1"]
    assert desk.read_all() == 1
    assert desk.inbox.settle(slow, began) == 0


def test_who_writes_between_the_look_and_the_commit_is_noticed():
    class Meddled(MemoryState):
        """Another worker settles the key, and it comes again, right before the commit."""

        meddle = False

        def commit(self, ops: Any, expect: Any = ()) -> None:
            if self.meddle and expect:
                self.meddle = False
                desk.inbox.settle(desk.inbox.waiting(), desk.clock.now())
                desk.inbox.take_in([news()])
            super().commit(ops, expect)

    state = Meddled()
    desk = Desk(state)
    desk.inbox.take_in([news()])
    asked, began = desk.inbox.waiting(), desk.clock.now()
    desk.clock.advance(1)
    state.meddle = True
    assert desk.inbox.settle(asked, began) == 0
    assert desk.keys() == ["k1"]


def test_news_of_another_account_is_refused(desk: Desk):
    with pytest.raises(
        ValueError, match="inbox of bigcommerce:demo, and the news is about bigcommerce:other"
    ):
        desk.inbox.take_in([evolve(news(), account="bigcommerce:other")])
    assert desk.keys() == []


def test_accounts_share_a_state_and_not_their_news(desk: Desk):
    other = inbox_of("bigcommerce:other", desk.state, Surroundings(clock=desk.clock))
    desk.inbox.take_in([news()])
    other.take_in([evolve(news("k9"), account="bigcommerce:other")])
    assert desk.keys() == ["k1"]
    assert [one.key for one in other.waiting()] == ["k9"]


def test_the_body_of_a_call_is_not_stored(desk: Desk):
    desk.inbox.take_in([news()])
    rows = desk.state.load(ByPrefix(table=TABLE, scope=ACCOUNT))
    assert len(rows) == 1
    assert "ada@" not in rows[0].body


def test_the_same_chance_writes_the_same_rows():
    desks = (Desk(), Desk())
    for one in desks:
        one.inbox.take_in([news()])
    first, second = (one.state.load(ByPrefix(table=TABLE, scope=ACCOUNT)) for one in desks)
    assert first == second


def test_a_worker_passes_over_what_it_could_not_read(desk: Desk):
    desk.inbox.take_in([news(f"k{number}") for number in range(5)])
    first = desk.inbox.waiting(limit=2)
    second = desk.inbox.waiting(after=first[-1].key, limit=2)
    third = desk.inbox.waiting(after=second[-1].key, limit=2)
    assert [one.key for one in (*first, *second, *third)] == ["k0", "k1", "k2", "k3", "k4"]
    assert desk.inbox.waiting(after="k4") == ()


def test_what_was_settled_long_ago_is_forgotten(desk: Desk):
    desk.inbox.take_in([news("old")])
    desk.read_all(after_s=120)
    desk.clock.advance(3 * 86400)
    desk.inbox.take_in([news("new", at=desk.clock.now())])
    desk.read_all(after_s=120)
    desk.inbox.take_in([news("waits", at=desk.clock.now())])
    assert desk.inbox.forget(desk.clock.now() - timedelta(days=2)) == 1
    assert desk.inbox.forget(desk.clock.now() - timedelta(days=2)) == 0
    assert desk.keys() == ["waits"]
    left = desk.state.load(ByPrefix(table=TABLE, scope=ACCOUNT, prefix="settled/"))
    assert [row.at.key for row in left] == ["settled/new"]


def test_forgetting_reads_beyond_one_page():
    desk = Desk()
    row = json.dumps({"version": 1, "read_at": EPOCH.isoformat()})
    ops: list[Op] = [
        Put(at=Key(table=TABLE, scope=ACCOUNT, key=f"settled/{n:05}"), body=row) for n in range(2500)
    ]
    desk.state.commit(ops, ())
    assert desk.inbox.forget(EPOCH + timedelta(seconds=1)) == 2500


def test_rows_of_a_newer_release_are_not_guessed_at(desk: Desk):
    row = Put(at=Key(table=TABLE, scope=ACCOUNT, key="waiting/k"), body=json.dumps({"version": 2}))
    desk.state.commit((row,), ())
    with pytest.raises(StateUnreadable, match="is of version 2; this release reads up to 1"):
        desk.inbox.waiting()


def test_async_programs_await_the_same():
    async def work() -> tuple[int, list[str], int]:
        clock = VirtualClock(EPOCH)
        inbox = async_inbox_of(ACCOUNT, MemoryState(), Surroundings(clock=clock))
        fresh = await inbox.take_in([news()])
        asked = await inbox.waiting()
        return fresh, [one.key for one in asked], await inbox.settle(asked, clock.now())

    assert anyio.run(work) == (1, ["k1"], 1)


def test_it_takes_the_wall_clock_unless_told_otherwise():
    inbox = inbox_of(ACCOUNT, MemoryState())
    inbox.take_in([news()])
    assert abs(inbox.waiting()[0].came_at - datetime.now(UTC)) < timedelta(minutes=1)


class Shop:
    """One product, a vendor whose clock is wrong, whose instants are whole seconds and whose key is the second."""

    def __init__(self, skew_s: int) -> None:
        self.desk = Desk()
        self.skew = timedelta(seconds=skew_s)
        self.changes: list[datetime] = []
        self.asked: list[tuple[Any, datetime]] = []
        self.reads: list[datetime] = []

    def change(self) -> None:
        self.changes.append(self.desk.clock.now())
        self.again()

    def again(self) -> None:
        """Deliver the news of the latest change, once more if it was delivered."""
        for changed_at in self.changes[-1:]:
            stamp = (changed_at + self.skew).replace(microsecond=0)
            self.desk.inbox.take_in([news(f"product 180 at {stamp.isoformat()}", at=stamp)])

    def ask(self) -> None:
        self.asked.append((self.desk.inbox.waiting(), self.desk.clock.now()))

    def settle(self) -> None:
        """A worker ends the oldest of the reads that were begun; it read what was waiting when it asked."""
        for waiting, began in self.asked[:1]:
            self.asked.pop(0)
            if waiting:
                self.reads.append(began)
            self.desk.inbox.settle(waiting, began)

    def wait_a_little(self) -> None:
        self.desk.clock.advance(0.3)

    def wait_long(self) -> None:
        self.desk.clock.advance(45)


STEPS = ("change", "again", "ask", "settle", "wait_a_little", "wait_long")


@settings(max_examples=5 * settings.default.max_examples)
@given(steps=st.lists(st.sampled_from(STEPS), max_size=20), skew_s=st.integers(-50, 50))
@example(steps=["change", "ask", "settle", "change"], skew_s=0)
@example(steps=["change", "ask", "change", "settle"], skew_s=0)
@example(steps=["change", "ask", "settle", "change"], skew_s=-50)
def test_every_change_that_was_told_is_seen_by_a_read(steps: list[str], skew_s: int):
    shop = Shop(skew_s)
    for step in steps:
        getattr(shop, step)()
        shop.desk.clock.advance(0.001)
    while shop.desk.inbox.waiting():
        shop.asked.clear()
        shop.ask()
        shop.settle()
    assert [changed for changed in shop.changes if not any(read >= changed for read in shop.reads)] == []


def test_raw_calls_are_flows():
    raw: Inbox[Any] = inbox_of(ACCOUNT, MemoryState()).raw_twin()
    flow = raw.take_in([news()])
    assert hasattr(flow, "send")
    flow.close()


def test_a_conflict_in_a_store_is_no_failure_of_the_inbox():
    class Refusing(MemoryState):
        def commit(self, ops: Any, expect: Any = ()) -> None:
            if expect:
                raise StateConflict("Somebody was first.")
            super().commit(ops, expect)

    desk = Desk(Refusing())
    desk.inbox.take_in([news()])
    assert desk.read_all() == 0
    assert partial(desk.keys)() == ["k1"]


def test_settling_expects_what_it_saw():
    expected: list[Expect] = []

    class Watched(MemoryState):
        def commit(self, ops: Any, expect: Any = ()) -> None:
            expected.extend(expect)
            super().commit(ops, expect)

    desk = Desk(Watched())
    desk.inbox.take_in([news()])
    desk.read_all()
    assert [(one.at.key, one.revision) for one in expected] == [("waiting/k1", 1), ("settled/k1", 0)]
