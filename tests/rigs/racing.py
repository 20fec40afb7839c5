"""Two workers and one tiny shop: scenes for every order of what they do, and a shop that takes things twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from typing import Any

from attrs import define, evolve, field, frozen

from commerce_bridge import BigCommerce, Consonance
from commerce_bridge.bridges.consonance_bigcommerce import consonance_to_bigcommerce
from commerce_bridge.flow.clock import EPOCH
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.operation import Sync
from commerce_bridge.flow.play import ManualClock, PlayDriver, Reply
from commerce_bridge.flow.state import ByPrefix, StateStore
from commerce_bridge.flow.wiring import SeededChance, Wiring
from commerce_bridge.ports.step import StepKind
from commerce_bridge.stores import MemoryState, SQLiteState
from commerce_bridge.stores.postgres import PostgresState
from commerce_bridge.sync.applying.applier import apply
from commerce_bridge.sync.bridge import Bridge
from commerce_bridge.sync.limits import Limits
from commerce_bridge.sync.planning.planner import plan
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.receipt import Receipt
from rigs.pair import policy
from rigs.tiny_shop import Thing, Tiny, TinyShop, TinySource

TABLES = ("alias", "binding", "intent", "origin", "receipt", "record", "watermark", "work")

STORES: dict[str, Callable[[], StateStore]] = {
    "memory": MemoryState,
    "sqlite": lambda: SQLiteState(":memory:"),
}


class CarelessShop(TinyShop):
    """A shop whose keys are not unique: it makes the same thing as often as it is asked to."""

    def _do(self, request: Request) -> Response:
        if request.method != "POST":
            return super()._do(request)
        self.made += 1
        number = str(99 + self.made)
        self.rows[number] = json.loads(request.body)
        return Response(status=200, body=json.dumps({"id": number}).encode())


@define(kw_only=True)
class Race:
    """A tiny shop, what is remembered, and a plan that several workers apply; a fixture of the testing tools."""

    tiny: Tiny
    state: StateStore
    plan: Plan
    world: Any = None

    def wiring(self) -> Wiring:
        """What a worker runs with."""
        return Wiring(
            transports={"shop": self.world or self.tiny.shop},
            state=self.state,
            clock=ManualClock(),
            chance=SeededChance(7),
        )

    def apply(self) -> Flow[Receipt]:
        """Carry the plan out."""
        return (yield from apply(self.tiny.job, self.plan))

    def alone(self, *, later_s: float = 0.0, seed: int = 7, **crash: Any) -> Receipt:
        """Let one worker carry it out, so many seconds after the first morning."""
        clock = ManualClock(EPOCH + timedelta(seconds=later_s))
        wiring = evolve(self.wiring(), clock=clock, chance=SeededChance(seed))
        return PlayDriver(wiring, **crash).run(self.apply())

    def look(self) -> dict[str, Any]:
        """What must come out the same: the goods, how often each was made, what is remembered; no instants."""
        keys = [row["key"] for row in self.tiny.shop.rows.values()]
        kept = {table: self._bodies(table) for table in TABLES}
        return {
            "goods": sorted(json.dumps(row) for row in self.tiny.shop.rows.values()),
            "keys": keys,
            "entered": len(self._bodies("ledger")),
            **kept,
        }

    def _bodies(self, table: str) -> dict[str, Any]:
        query = ByPrefix(table=table, scope="tiny", limit=1_000_000)
        found = {row.at.key: json.loads(row.body) for row in self.state.load(query)}
        left_out = _VARIES.get(table, ()) + _INSTANTS
        return {
            key: {name: value for name, value in body.items() if name not in left_out}
            for key, body in found.items()
        }


_INSTANTS = ("at", "seen_at")
_VARIES = {"receipt": ("learned",), "origin": ("source",)}
"""What may differ from race to race: whether a thing was found by its name or just made, and whether its source
record is looked at once more, as it is when a first run finds rows of a run that began before it."""


@frozen
class Track:
    """Makes races, each the same as the others.

    Args:
        things: What the source has.
        careless: Whether the shop takes the same thing twice.
        store: Makes an empty state.
        limits: How careful the workers are.
    """

    things: tuple[Thing, ...]
    careless: bool = False
    store: Callable[[], StateStore] = MemoryState
    limits: Limits = field(factory=Limits)

    def __call__(self) -> Race:
        shop = CarelessShop() if self.careless else TinyShop()
        tiny = Tiny(TinySource(*self.things), shop=shop, limits=self.limits)
        state = self.store()
        return Race(tiny=tiny, state=state, plan=self._planned())

    def _planned(self) -> Plan:
        """The plan, made once for all races."""
        key = (self.things, self.careless)
        if key not in _PLANS:
            tiny = Tiny(TinySource(*self.things))
            wiring = Wiring(
                transports={"shop": tiny.shop},
                state=MemoryState(),
                clock=ManualClock(),
                chance=SeededChance(1),
            )
            _PLANS[key] = PlayDriver(wiring).run(plan(tiny.job))
        return _PLANS[key]


_PLANS: dict[Any, Plan] = {}


@define(kw_only=True)
class Suspended:
    """A shop on whose side of the wire a worker's request lies, while the worker is suspended.

    Args:
        shop: The shop.
        meanwhile: What others do until the worker goes on.
        before: Whether the request reaches the shop only afterwards.
        method: Of the request.
    """

    shop: TinyShop
    meanwhile: Callable[[], object]
    before: bool
    method: str = "POST"
    done: bool = False

    def answer(self, request: Request, now: datetime, timeout_s: float) -> Reply:
        if request.method != self.method or self.done:
            return self.shop.answer(request, now, timeout_s)
        self.done = True
        if self.before:
            self.meanwhile()
            return self.shop.answer(request, now, timeout_s)
        reply = self.shop.answer(request, now, timeout_s)
        self.meanwhile()
        return reply


# Processes


@frozen(kw_only=True)
class Entrant:
    """What a process needs to race: where the state is, both vendors' addresses, and its number.

    Args:
        number: Which of the processes it is.
        store: ``sqlite`` or ``postgres``.
        place: The file, or the server's URL.
        schema: The schema, where the store has one.
        publisher: The publisher's sandbox: keyword arguments of its client.
        shop: The shop's sandbox: keyword arguments of its client.
    """

    number: int
    store: str
    place: str
    schema: str = ""
    publisher: Mapping[str, Any]
    shop: Mapping[str, Any]

    def _state(self) -> StateStore:
        if self.store == "sqlite":
            return SQLiteState(self.place)
        return PostgresState(self.place, schema=self.schema)

    @contextmanager
    def bridge(self) -> Iterator[Bridge[Sync]]:
        """A bridge over HTTP, with the machine's own clock and chance."""
        with (
            Consonance(**self.publisher) as publisher,
            BigCommerce(**self.shop) as shop,
            closing(self._state()) as state,
        ):
            yield consonance_to_bigcommerce(publisher, shop, state=state, policy=policy())


def race(
    entrant: Entrant,
    start: Barrier,
    plans: SimpleQueue[str],
    told: SimpleQueue[tuple[int, Mapping[str, int]]],
) -> None:
    """Apply plan after plan, each at the same instant as the others do, and tell what came of it."""
    with entrant.bridge() as bridge:
        while path := plans.get():
            planned = Plan.load(path)
            start.wait(60)
            receipt = bridge.apply(planned)
            made = receipt.applied.get(StepKind.CREATE, 0)
            came = {"made": made, "total": receipt.total, "already": receipt.already}
            troubles = {name: len(getattr(receipt, name)) for name in ("stale", "failed", "busy")}
            told.put((entrant.number, {**came, **troubles}))
