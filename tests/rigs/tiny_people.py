"""A tiny source of people, a tiny register, and the job between them: personal data on every way it can take."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import define, evolve, field, frozen

from commerce_bridge.domain.absence import CLEARED
from commerce_bridge.domain.exchange import NaturalKey, Observed, Page, Ref
from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.market import Market
from commerce_bridge.domain.record import Fact, Record
from commerce_bridge.domain.territory import territory
from commerce_bridge.errors import ConnectionLost, RejectedRecord, TransportError
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.play import ManualClock, PlayDriver, Reply
from commerce_bridge.flow.state import StateStore
from commerce_bridge.flow.wiring import SeededChance, Wiring
from commerce_bridge.mapping import Context, Mapped, Problem
from commerce_bridge.merge import Ownership, elements_of, owned_by, until_edited
from commerce_bridge.merge.collections import elements
from commerce_bridge.ports.step import Call, Known, Row, RowResult, Stage, Step, StepKind, Verdict
from commerce_bridge.stores import MemoryState
from commerce_bridge.sync.applying.applier import apply
from commerce_bridge.sync.explaining import explain
from commerce_bridge.sync.job import Draft, Job
from commerce_bridge.sync.limits import Limits
from commerce_bridge.sync.personal.sealed_job import sealed
from commerce_bridge.sync.planning.planner import plan
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.receipt import Receipt

EMAIL = Field[str]("person", "email", personal=True)
NAME = Field[str]("person", "name", personal=True)
PHONE = Field[Fact]("person", "phone", personal=True)
COUNTRY = Field[str]("person", "country")


@frozen
class Person:
    key: str
    email: str
    name: str = "Zz Ada"
    phone: str = ""
    country: str = "GB"
    odd: str = ""


class TinyRoll:
    """A source that is read whole each time."""

    def __init__(self, *people: Person) -> None:
        self.people = {one.key: one for one in people}
        self.reads: list[tuple[str, ...]] = []

    def put(self, person: Person) -> None:
        self.people[person.key] = person

    def _seen(self, person: Person, now: datetime) -> Observed[Person]:
        problems = (f"$.odd: {person.odd!r} is no date",) if person.odd else ()
        ref = Ref("roll", "person", person.key)
        return Observed(value=person, ref=ref, version=repr(person), seen_at=now, problems=problems)

    def changes(self, cursor: str | None) -> Flow[Page[Observed[Person]]]:
        now = yield from flow.now()
        keys = sorted(self.people)
        start = int(cursor or 0)
        items = tuple(self._seen(self.people[key], now) for key in keys[start : start + 2])
        return Page(items=items, next=str(start + 2) if start + 2 < len(keys) else None)

    def fetch(self, refs: Sequence[Ref]) -> Flow[tuple[Observed[Person], ...]]:
        now = yield from flow.now()
        self.reads.append(tuple(ref.id for ref in refs))
        return tuple(self._seen(self.people[ref.id], now) for ref in refs if ref.id in self.people)


class TinyRegister:
    """A register as a world: rows by id, unique addresses, and words that quote what they refuse."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.made = 0
        self.sent: list[tuple[str, str, Any]] = []
        self.cut_after: list[int] = []
        self.refuse: set[str] = set()

    def answer(self, request: Request, now: datetime, timeout_s: float) -> Reply:
        body = json.loads(request.body or b"null")
        self.sent.append((request.method, request.path, body))
        response = self._do(request, body)
        if len(self.sent) in self.cut_after:
            return Reply(outcome=ConnectionLost("cut"))
        return Reply(outcome=response)

    def _do(self, request: Request, body: Any) -> Response:
        if request.method == "GET":
            return Response(status=200, body=json.dumps(self.rows).encode())
        number = request.path.rsplit("/", 1)[1]
        row = {**self.rows.get(number, {}), **body}
        if row["email"] in self.refuse:
            return Response(status=422, body=f"{row['name']} <{row['email']}> cannot be taken".encode())
        others = (one for key, one in self.rows.items() if key != number)
        if any(row["email"].lower() == one["email"].lower() for one in others):
            return Response(status=409, body=b"taken")
        if request.method == "POST":
            self.made += 1
            number = str(99 + self.made)
        self.rows[number] = row
        return Response(status=200, body=json.dumps({"id": number}).encode())

    @property
    def writes(self) -> list[tuple[str, str, Any]]:
        return [one for one in self.sent if one[0] != "GET"]


class TinyDesk:
    """Reader and writer of the register."""

    main_part = "person"

    def _rows(self) -> Flow[dict[str, Any]]:
        response = yield from flow.send("register", Request(method="GET", path="/people"))
        rows: dict[str, Any] = json.loads(response.body)
        return rows

    def _seen(self, number: str, row: Mapping[str, Any], now: datetime) -> Observed[Record]:
        ref = Ref("register", "person", number)
        shown = {Fact(name, value): None for name, value in row["facts"]}
        values: dict[Any, Any] = {EMAIL: row["email"], NAME: row["name"], COUNTRY: row["country"]}
        record = Record(values=values, elements=dict(shown), ref=ref)
        return Observed(value=record, ref=ref, version=json.dumps(row, sort_keys=True), seen_at=now)

    def changes(self, cursor: str | None) -> Flow[Page[Observed[Record]]]:
        rows = yield from self._rows()
        now = yield from flow.now()
        return Page(items=tuple(self._seen(number, row, now) for number, row in rows.items()))

    def fetch(self, refs: Sequence[Ref]) -> Flow[tuple[Observed[Record], ...]]:
        rows = yield from self._rows()
        now = yield from flow.now()
        return tuple(self._seen(ref.id, rows[ref.id], now) for ref in refs if ref.id in rows)

    def find(self, keys: Sequence[NaturalKey]) -> Flow[Mapping[NaturalKey, tuple[Ref, ...]]]:
        rows = yield from self._rows()
        return {
            key: tuple(
                Ref("register", "person", number)
                for number, row in rows.items()
                if row["email"].lower() == key.value
            )
            for key in keys
        }

    def lower(self, steps: Sequence[Step], known: Known) -> Stage:
        calls: list[Call] = []
        done: list[str] = []
        for step in steps:
            new = step.kind is StepKind.CREATE
            row = Row(step=step.id, part="person" if new else "change", creates=step.keys[0] if new else None)
            if row.id in known.done or row.id in known.failed or step.record in known.lost:
                done.append(step.id)
            else:
                body = self._body(step, new)
                calls.append(
                    Call(operation=row.part, rows=(row,), payload=(body, known.bindings.get(step.record)))
                )
        return Stage(calls=tuple(calls), done=tuple(done))

    def _body(self, step: Step, new: bool) -> dict[str, Any]:
        body: dict[str, Any] = {"facts": []} if new else {}
        for change in step.changes:
            if change.field == PHONE:
                seen = elements(frozenset(step.seen.elements)) if step.seen else frozenset()
                facts = (seen - elements(change.before)) | elements(change.after)
                body["facts"] = sorted([fact.name, fact.value] for fact in facts)
            else:
                assert change.after is CLEARED or isinstance(change.after, str), type(change.after)
                body[change.field.name] = "" if change.after is CLEARED else change.after
        return body

    def send(self, call: Call) -> Flow[tuple[RowResult, ...]]:
        body, target = call.payload
        row = call.rows[0]
        method, path = ("PUT", f"/people/{target.id}") if target else ("POST", "/people/")
        request = Request(method=method, path=path, body=json.dumps(body).encode())
        try:
            response = yield from flow.send("register", request)
        except TransportError as error:
            return (RowResult(row=row, verdict=Verdict.UNKNOWN, error=error),)
        if not response.ok:
            error = RejectedRecord(
                f"The register did not take it: {response.body.decode()}",
                platform="register",
                operation=call.operation,
                status=response.status,
                fields={"email": f"no {body.get('email')}"},
                excerpt=response.body.decode(),
            )
            return (RowResult(row=row, verdict=Verdict.FAILED, error=error),)
        ref = target or Ref("register", "person", json.loads(response.body)["id"])
        learned = ((row.creates, ref),) if row.creates else ()
        return (RowResult(row=row, verdict=Verdict.DONE, ref=ref, learned=learned),)


def _context(now: datetime) -> Flow[Context]:
    yield from flow.now()
    return Context(now=now, market=Market(name="here", territory=territory("GB"), currency="GBP"))


def _drafts(person: Person, context: Context) -> tuple[Draft, ...]:
    values: dict[Any, Any] = {EMAIL: person.email, NAME: person.name, COUNTRY: person.country}
    values[PHONE] = Fact("Phone", person.phone) if person.phone else CLEARED
    problems = (Problem(code="odd", message=f"{person.name} has {person.odd!r}."),) if person.odd else ()
    ref = Ref("roll", "person", person.key)
    return (
        Draft(
            ref=ref,
            origin=ref,
            label=f"{person.key} {person.name} <{person.email}>",
            mapped=Mapped(values=values),
            keys=(NaturalKey("email", person.email.lower()),),
            problems=problems,
            remarks=(f"{person.name} was read",) if person.odd else (),
        ),
    )


def _keys(record: Record) -> tuple[NaturalKey, ...]:
    email = record.get(EMAIL)
    return (NaturalKey("email", email.lower()),) if isinstance(email, str) else ()


OWNERSHIP = Ownership(
    pair="roll and register",
    rules={
        EMAIL: owned_by("roll"),
        NAME: until_edited("roll", "register"),
        PHONE: elements_of("roll"),
        COUNTRY: owned_by("roll"),
    },
)


@define
class People:
    """A roll, a register, what the bridge between them remembers, and the verbs."""

    roll: TinyRoll = field(factory=TinyRoll)
    register: TinyRegister = field(factory=TinyRegister)
    state: StateStore = field(factory=MemoryState)
    clock: Any = field(factory=ManualClock)
    limits: Limits = field(factory=Limits)
    events: list[Any] = field(factory=list[Any])
    chance: Any = field(factory=lambda: SeededChance(1))
    plain: bool = False

    @property
    def job(self) -> Job[Person]:
        desk = TinyDesk()
        job: Job[Person] = Job(
            pair="roll -> register",
            scope="people",
            source="roll",
            target="register",
            reader=self.roll,
            target_reader=desk,
            writer=desk,
            context=_context,
            drafts=_drafts,
            refs=lambda person: (Ref("roll", "person", person.key),),
            formats=lambda person: 1,
            ownership=OWNERSHIP,
            natural_keys=_keys,
            kind_of=lambda change: StepKind.CHANGE,
            personal_keys=frozenset({"email"}),
            fingerprint="rules 1",
            limits=self.limits,
        )
        return _plain(job) if self.plain else job

    def wiring(self) -> Wiring:
        return Wiring(
            transports={"register": self.register},
            state=self.state,
            clock=self.clock,
            chance=self.chance,
            subscribers=(self.events.append,),
        )

    def run(self, flow: Flow[Any], **crash: Any) -> Any:
        return PlayDriver(self.wiring(), **crash).run(flow)

    def plan(self) -> Plan:
        planned: Plan = self.run(planning(self.job))
        return planned

    def apply(self, planned: Plan, **crash: Any) -> Receipt:
        receipt: Receipt = self.run(apply(self.job, planned), **crash)
        return receipt

    def sync(self) -> Receipt:
        self.clock.sleep(1)
        return self.apply(self.plan())

    def syncing(self) -> Flow[Receipt]:
        planned = yield from planning(self.job)
        return (yield from apply(self.job, planned))

    def explain(self, record: str) -> Any:
        return self.run(explain(self.job, record))

    def change(self, key: str, **changes: Any) -> None:
        self.roll.put(evolve(self.roll.people[key], **changes))

    def row(self, email: str) -> dict[str, Any]:
        return next(row for row in self.register.rows.values() if row["email"] == email)


def _plain(job: Job[Person]) -> Job[Person]:
    """The same job, as if nothing in it were personal: what sealing must not change."""

    def named(name: Field[Any]) -> Field[Any]:
        return Field(name.entity, name.name)

    def drafts(person: Person, context: Context) -> tuple[Draft, ...]:
        (draft,) = job.drafts(person, context)
        values = {named(name): value for name, value in draft.mapped.values.items()}
        return (evolve(draft, mapped=Mapped(values=values)),)

    rules = {named(name): rule for name, rule in job.ownership.rules.items()}
    ownership = evolve(job.ownership, rules=rules)
    return evolve(job, drafts=drafts, ownership=ownership, personal_keys=frozenset())


def planning(job: Job[Any]) -> Flow[Plan]:
    """A plan of a sealed job."""
    behind = yield from sealed(job)
    return (yield from plan(behind))
