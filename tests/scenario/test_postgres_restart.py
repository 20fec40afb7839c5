"""The server that keeps the state is killed and restarted under an apply: nothing is lost, nothing is doubled.

What comes out is held against the same apply over state in memory, row by row.  Vendor time is virtual; the
server's own stops and starts alone are real.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import anyio
import pytest
from attrs import evolve, field, frozen

from commerce_bridge.errors import StateUnreadable
from commerce_bridge.flow.async_driver import AsyncDriver
from commerce_bridge.flow.clock import VirtualClock
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.state import ByPrefix, Expect, Op, Query, Row, StateStore
from commerce_bridge.flow.sync_driver import SyncDriver
from commerce_bridge.flow.wiring import SeededChance, Wiring
from commerce_bridge.ports.step import StepKind
from commerce_bridge.stores import MemoryState
from commerce_bridge.stores.postgres import PostgresState
from commerce_bridge.sync.applying.applier import apply
from commerce_bridge.sync.limits import Limits
from commerce_bridge.sync.planning.planner import plan
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.receipt import Receipt
from rigs import postgres
from rigs.postgres_wire import Cut, Wire
from rigs.tiny_shop import Thing, Tiny, TinySource

SCHEMA = "restarted"
TABLES = ("alias", "binding", "intent", "ledger", "receipt", "record", "watermark", "work")
OLD = tuple(Thing(f"old {n}", f"Tree {n}", f"{n}.50", ("tall",)) for n in range(1, 5))
NOW = (
    evolve(OLD[0], price="9.99"),
    evolve(OLD[1], tags=("tall", "old")),
    OLD[2],
    evolve(OLD[3], tags=(), price="0.99"),
    *(Thing(f"new {n}", f"Shrub {n}", tags=("small",)) for n in range(4)),
    Thing("twin", "Shrub 0"),
    Thing("rootless", "Elm", blocked="It has no roots: plant it."),
)


def nothing(number: int) -> None:
    """What usually happens before a commit or a request."""


@frozen(kw_only=True)
class Watched:
    """A store with somebody who acts just before its commits.

    Args:
        store: The store.
        before: Is told the number of each commit, from 0, before it is made.
    """

    store: StateStore
    before: Callable[[int], None]
    commits: list[int] = field(factory=list[int])

    def load(self, query: Query) -> tuple[Row, ...]:
        return self.store.load(query)

    def commit(self, ops: Sequence[Op], expect: Sequence[Expect] = ()) -> None:
        self.commits.append(len(self.commits))
        self.before(self.commits[-1])
        self.store.commit(ops, expect)

    def close(self) -> None:
        self.store.close()


@frozen(kw_only=True)
class Scene:
    """A tiny shop with goods of yesterday, and state that knows them.

    Args:
        state: Where the bridge remembers; empty at first.
        before_commit: Is told the number of each commit of the apply before it is made.
        before_request: Is told the number of each request of the apply before it arrives.
    """

    state: StateStore
    before_commit: Callable[[int], None] = nothing
    before_request: Callable[[int], None] = nothing
    tiny: Tiny = field(factory=lambda: Tiny(TinySource(*OLD), limits=Limits(in_flight=1)))
    clock: VirtualClock = field(factory=VirtualClock)
    lock: threading.Lock = field(factory=threading.Lock)

    def planned(self) -> Plan:
        """Sync what was there yesterday, then plan what is new."""
        driver = SyncDriver(self.wiring(self.state))
        driver.run(apply(self.tiny.job, driver.run(plan(self.tiny.job))))
        self.tiny.source.things = {thing.key: thing for thing in NOW}
        self.tiny.shop.log.clear()
        return driver.run(plan(self.tiny.job))

    def wiring(self, state: StateStore, before: Callable[[int], None] = nothing) -> Wiring:
        door = Door(self.tiny, self.clock, before, self.lock)
        return Wiring(transports={"shop": door}, state=state, clock=self.clock, chance=SeededChance(1))

    def applied(self, planned: Plan) -> Receipt:
        watched = Watched(store=self.state, before=self.before_commit)
        return SyncDriver(self.wiring(watched, self.before_request)).run(apply(self.tiny.job, planned))

    def look(self) -> dict[str, Any]:
        """The shop, what was created in it, and everything that is remembered."""
        shop = self.tiny.shop
        return {
            "goods": sorted(shop.rows.items()),
            "created": Counter(row["key"] for row in shop.rows.values()),
            "rows": {
                table: self.state.load(ByPrefix(table=table, scope="tiny", limit=10_000)) for table in TABLES
            },
        }

    def left(self) -> Plan:
        return SyncDriver(self.wiring(self.state)).run(plan(self.tiny.job))


@frozen
class Door:
    """The shop's transport."""

    tiny: Tiny
    clock: VirtualClock
    before: Callable[[int], None]
    lock: threading.Lock

    def send(self, request: Request, timeout_s: float) -> Response:
        with self.lock:
            self.before(len(self.tiny.shop.log))
            outcome = self.tiny.shop.answer(request, self.clock.now(), timeout_s).outcome
        if isinstance(outcome, Response):
            return outcome
        raise outcome

    def close(self) -> None:
        """Nothing to let go of."""


@frozen
class AsyncDoor:
    """The same for the async driver."""

    door: Door

    async def send(self, request: Request, timeout_s: float) -> Response:
        return self.door.send(request, timeout_s)

    async def close(self) -> None:
        """Nothing to let go of."""


@pytest.fixture(scope="session")
def server() -> postgres.Server:
    server = postgres.running()
    if not server.ours:
        pytest.skip("a server that is not ours is not killed")
    return server


@pytest.fixture
def state(server: postgres.Server) -> Iterator[PostgresState]:
    state = PostgresState(server.url, schema=SCHEMA)
    yield state
    state.close()
    postgres.drop(server.url, SCHEMA)


@pytest.fixture(scope="module")
def clean() -> dict[str, Any]:
    """What a run comes to that nobody disturbs."""
    scene = Scene(state=MemoryState())
    planned = scene.planned()
    assert set(planned.footer.steps) >= {StepKind.CREATE, StepKind.CHANGE, StepKind.PRICE, StepKind.OPEN_WORK}
    receipt = scene.applied(planned)
    assert not receipt.failed
    assert scene.left().is_empty
    return {**scene.look(), "receipt": receipt}


def check(scene: Scene, receipt: Receipt, clean: dict[str, Any]) -> None:
    assert {**scene.look(), "receipt": receipt} == clean
    assert set(scene.look()["created"].values()) == {1}
    assert scene.left().is_empty


def test_nobody_kills_it(state: PostgresState, clean: dict[str, Any]) -> None:
    scene = Scene(state=state)
    check(scene, scene.applied(scene.planned()), clean)


def test_killed_before_every_commit(
    server: postgres.Server, state: PostgresState, clean: dict[str, Any]
) -> None:
    """It comes back while the commit waits for it."""
    kills = []

    def kill(number: int) -> None:
        kills.append(number)
        server.kill()
        server.start_soon(0.02)

    scene = Scene(state=state, before_commit=kill)
    check(scene, scene.applied(scene.planned()), clean)
    print(f"{len(kills)} kills")
    assert len(kills) >= 8


def test_killed_before_every_request(
    server: postgres.Server, state: PostgresState, clean: dict[str, Any]
) -> None:
    """The intent is written, the request is on its way, and the server has forgotten nothing."""
    kills = []

    def kill(number: int) -> None:
        kills.append(number)
        server.restart()

    scene = Scene(state=state, before_request=kill)
    check(scene, scene.applied(scene.planned()), clean)
    print(f"{len(kills)} kills")
    assert len(kills) >= 8


@pytest.mark.parametrize("cut", [Cut.BEFORE, Cut.AFTER])
def test_every_commit_breaks(
    server: postgres.Server, state: PostgresState, clean: dict[str, Any], cut: Cut
) -> None:
    """Each commit's last words are lost, or each answer."""
    wire = Wire(server.url)
    cut_state = PostgresState(wire.url, schema=SCHEMA)
    scene = Scene(state=cut_state, before_commit=lambda number: wire.cut(cut))
    check(scene, scene.applied(scene.planned()), clean)
    assert wire.cuts >= 8
    cut_state.close()
    wire.close()


def test_killed_in_the_midst_with_calls_side_by_side(
    server: postgres.Server, state: PostgresState, clean: dict[str, Any]
) -> None:
    scene = Scene(state=state, tiny=Tiny(TinySource(*OLD), limits=Limits(in_flight=3)))
    planned, over = scene.planned(), threading.Event()

    def kill_now_and_then() -> None:
        for pause_s in (0.0, 0.01, 0.03, 0.06):
            over.wait(pause_s)
            server.restart()

    killer = threading.Thread(target=kill_now_and_then)
    killer.start()
    receipt = scene.applied(planned)
    over.set()
    killer.join()
    look = scene.look()
    assert receipt.applied == clean["receipt"].applied
    assert {row["key"]: row for _, row in look["goods"]} == {row["key"]: row for _, row in clean["goods"]}
    assert set(look["created"].values()) == {1}
    assert {table: len(rows) for table, rows in look["rows"].items()} == {
        table: len(rows) for table, rows in clean["rows"].items()
    }
    assert scene.left().is_empty


def test_killed_under_the_async_driver(
    server: postgres.Server, state: PostgresState, clean: dict[str, Any]
) -> None:
    scene = Scene(state=state)
    planned = scene.planned()

    def kill(number: int) -> None:
        if number % 4 == 1:
            server.restart()

    async def applied() -> Receipt:
        wiring = scene.wiring(Watched(store=state, before=kill))
        wiring = evolve(wiring, transports={"shop": AsyncDoor(wiring.transports["shop"])})
        return await AsyncDriver(wiring).run(apply(scene.tiny.job, planned))

    check(scene, anyio.run(applied), clean)


def test_away_for_too_long_it_stops_the_run_and_the_next_one_goes_on(
    server: postgres.Server, state: PostgresState, clean: dict[str, Any]
) -> None:
    """The fourth commit finds nobody: the request before it was sent, and what became of it is looked for."""
    hasty = PostgresState(server.url, schema=SCHEMA, patience_s=0.1)

    def kill(number: int) -> None:
        if number == 3:
            server.kill()

    scene = Scene(state=hasty, before_commit=kill)
    planned = scene.planned()
    with pytest.raises(StateUnreadable, match="Check that the server runs"):
        scene.applied(planned)
    server.start()
    again = evolve(scene, before_commit=nothing)
    receipt = again.applied(planned)
    assert not receipt.failed
    look = again.look()
    assert look["goods"] == clean["goods"]
    assert set(look["created"].values()) == {1}
    assert again.left().is_empty
    hasty.close()
