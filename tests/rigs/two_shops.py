"""Two tiny shops and two bridges in opposite directions: what one writes, the other reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from attrs import field, frozen

from commerce_bridge.domain.absence import CLEARED
from commerce_bridge.domain.exchange import NaturalKey, Observed, Page, Ref
from commerce_bridge.domain.fields import AnyField, Field
from commerce_bridge.domain.market import Market
from commerce_bridge.domain.record import Record
from commerce_bridge.domain.territory import territory
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.play import ManualClock, PlayDriver, Reply
from commerce_bridge.flow.state import ByPrefix, Row
from commerce_bridge.flow.wiring import SeededChance, Wiring
from commerce_bridge.mapping import Context, Mapped
from commerce_bridge.merge import Ownership, Rule, owned_by
from commerce_bridge.ports.step import Call, Known, RowResult, Stage, Step, StepKind, Verdict
from commerce_bridge.ports.step import Row as CallRow
from commerce_bridge.stores import MemoryState
from commerce_bridge.sync.applying.applier import apply
from commerce_bridge.sync.job import Draft, Job
from commerce_bridge.sync.limits import Limits
from commerce_bridge.sync.planning.planner import plan
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.receipt import Receipt

NAME = Field[str]("thing", "name")
BLURB = Field[str]("thing", "blurb")
NOTE = Field[str]("thing", "note")
FIELDS: tuple[AnyField, ...] = (NAME, BLURB, NOTE)

Turn = Callable[[AnyField, str], str]


def as_it_is(name: AnyField, value: str) -> str:
    """A mapper that changes nothing."""
    return value


class Shop:
    """Rows by key; what it shows may lag behind what it was told."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: dict[str, dict[str, str]] = {}
        self.writes = 0
        self.lag = timedelta(0)
        self._past: list[tuple[datetime, str]] = []

    def answer(self, request: Request, now: datetime, timeout_s: float) -> Reply:
        if request.method == "GET":
            return Reply(outcome=Response(status=200, body=self._shown(now).encode()))
        self.writes += 1
        key = request.path.rsplit("/", 1)[1]
        self._past.append((now, json.dumps(self.rows)))
        self.rows.setdefault(key, {}).update(json.loads(request.body or b"{}"))
        return Reply(outcome=Response(status=200))

    def _shown(self, now: datetime) -> str:
        """The rows as they stood before the first write that it does not show yet."""
        hidden = (rows for at, rows in self._past if now - at < self.lag)
        return next(hidden, json.dumps(self.rows))


class Side:
    """Reader and writer of one shop; as a source, a value is a record too."""

    main_part = "thing"

    def __init__(self, name: str) -> None:
        self.name = name

    def _seen(self) -> Flow[tuple[Observed[Record], ...]]:
        response = yield from flow.send(self.name, Request(method="GET", path="/things"))
        now = yield from flow.now()
        rows: dict[str, dict[str, str]] = json.loads(response.body)
        return tuple(
            Observed(
                value=Record(values={name: row[name.name] for name in FIELDS if row.get(name.name)}, ref=ref),
                ref=ref,
                version=json.dumps(row, sort_keys=True),
                seen_at=now,
            )
            for ref, row in ((Ref(self.name, "thing", key), row) for key, row in sorted(rows.items()))
        )

    def changes(self, cursor: str | None) -> Flow[Page[Observed[Record]]]:
        return Page(items=(yield from self._seen()), resume="0")

    def fetch(self, refs: Sequence[Ref]) -> Flow[tuple[Observed[Record], ...]]:
        seen = yield from self._seen()
        return tuple(one for one in seen if one.ref in refs)

    def find(self, keys: Sequence[NaturalKey]) -> Flow[Mapping[NaturalKey, tuple[Ref, ...]]]:
        seen = yield from self._seen()
        return {key: tuple(one.ref for one in seen if one.ref.id == key.value) for key in keys}

    def lower(self, steps: Sequence[Step], known: Known) -> Stage:
        calls: list[Call] = []
        done: list[str] = []
        for step in steps:
            creates = step.keys[0] if step.kind is StepKind.CREATE else None
            row = CallRow(step=step.id, part="thing", creates=creates)
            if row.id in known.done or row.id in known.failed:
                done.append(step.id)
            else:
                calls.append(Call(operation="put", rows=(row,), payload=step))
        return Stage(calls=tuple(calls), done=tuple(done))

    def send(self, call: Call) -> Flow[tuple[RowResult, ...]]:
        step: Step = call.payload
        body = {one.field.name: "" if one.after is CLEARED else one.after for one in step.changes}
        key = step.keys[0].value
        yield from flow.send(
            self.name, Request(method="PUT", path=f"/things/{key}", body=json.dumps(body).encode())
        )
        ref = Ref(self.name, "thing", key)
        return (RowResult(row=call.rows[0], verdict=Verdict.DONE, ref=ref),)


@frozen(kw_only=True)
class Way:
    """One direction: from which shop to which, what the mapper makes of a value, and who owns what."""

    source: str
    target: str
    rules: Mapping[AnyField, Rule]
    turn: Turn = as_it_is
    limits: Limits = field(factory=Limits)

    @property
    def job(self) -> Job[Record]:
        target = Side(self.target)
        pair = f"{self.source} -> {self.target}"
        return Job(
            pair=pair,
            scope=pair,
            source=self.source,
            target=self.target,
            reader=Side(self.source),
            target_reader=target,
            writer=target,
            context=_context,
            drafts=self._drafts,
            refs=lambda record: (_ref(record),),
            formats=lambda record: 1,
            ownership=Ownership(pair=pair, rules=self.rules),
            natural_keys=lambda record: (NaturalKey("key", record.ref.id),) if record.ref else (),
            kind_of=lambda change: StepKind.CHANGE,
            fingerprint="rules 1",
            limits=self.limits,
        )

    def _drafts(self, record: Record, context: Context) -> tuple[Draft, ...]:
        ref = _ref(record)
        values = {name: self.turn(name, value) for name, value in record.values.items()}
        return (
            Draft(
                ref=ref,
                origin=ref,
                label=f"thing {ref.id}",
                mapped=Mapped(values=values),
                keys=(NaturalKey("key", ref.id),),
            ),
        )


class TwoShops:
    """Two shops, one state, and a clock; `there` and `back` are the two bridges."""

    def __init__(self, there: Way, back: Way) -> None:
        self.there, self.back = there, back
        self.shops = {name: Shop(name) for name in (there.source, there.target)}
        self.state = MemoryState()
        self.clock = ManualClock()
        self.chance = SeededChance(7)  # one for all runs, so that each plan has an id of its own

    def run(self, way: Way, made: Callable[[Job[Any]], Flow[Any]]) -> Any:
        """Run a flow of one of the bridges."""
        wiring = Wiring(transports=dict(self.shops), state=self.state, clock=self.clock, chance=self.chance)
        return PlayDriver(wiring).run(made(way.job))

    def plan(self, way: Way) -> Plan:
        planned: Plan = self.run(way, plan)
        return planned

    def apply(self, way: Way, planned: Plan) -> Receipt:
        receipt: Receipt = self.run(way, lambda job: apply(job, planned))
        return receipt

    def sync(self, way: Way) -> int:
        """Plan and apply, a second after the last; how many writes the target saw."""
        self.clock.sleep(1)
        before = self.shops[way.target].writes
        self.apply(way, self.plan(way))
        return self.shops[way.target].writes - before

    def both(self) -> int:
        """One round of both bridges, one after the other; how many writes it took."""
        return self.sync(self.there) + self.sync(self.back)

    def crossed(self) -> int:
        """One round in which both plan before either applies; how many writes it took."""
        self.clock.sleep(1)
        before = sum(shop.writes for shop in self.shops.values())
        plans = [(way, self.plan(way)) for way in (self.there, self.back)]
        for way, planned in plans:
            self.apply(way, planned)
        return sum(shop.writes for shop in self.shops.values()) - before

    def work(self, way: Way) -> list[str]:
        """The reasons of a bridge's open work items."""
        rows: tuple[Row, ...] = self.state.load(ByPrefix(table="work", scope=way.job.scope))
        return [json.loads(row.body)["reason"] for row in rows]


def _ref(record: Record) -> Ref:
    assert record.ref is not None
    return record.ref


def _context(now: datetime) -> Flow[Context]:
    yield from flow.now()
    return Context(now=now, market=Market(name="here", territory=territory("GB"), currency="GBP"))


def all_owned_by(side: str) -> dict[AnyField, Rule]:
    """A table in which one side owns every field."""
    return {name: owned_by(side) for name in FIELDS}
