"""A tiny source, a tiny shop and the job between them: the engine without any platform."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from attrs import evolve, field, frozen

from commerce_bridge.domain.absence import CLEARED
from commerce_bridge.domain.exchange import NaturalKey, Observed, Page, Ref
from commerce_bridge.domain.fields import AnyField, Field
from commerce_bridge.domain.market import Market
from commerce_bridge.domain.record import Candidates, Fact, Record
from commerce_bridge.domain.territory import territory
from commerce_bridge.errors import ConnectionLost, RejectedRecord, ServerFault, TransportError
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.play import Reply
from commerce_bridge.mapping import Context, Mapped, Problem
from commerce_bridge.merge import Ownership, elements_of, owned_by, written_once
from commerce_bridge.merge.collections import elements
from commerce_bridge.ports.step import (
    Call,
    Change,
    Known,
    Row,
    RowResult,
    Stage,
    Step,
    StepKind,
    Verdict,
)
from commerce_bridge.sync.job import Draft, Job
from commerce_bridge.sync.limits import Limits

NAME = Field[str]("thing", "name")
PRICE = Field[Decimal]("thing", "price")
TAGS = Field[frozenset[Fact]]("thing", "tags")
COLOUR = Field[str]("thing", "colour")
HIDDEN = Field[str]("thing", "hidden")


@frozen
class Thing:
    key: str
    name: str
    price: str = "1.00"
    tags: tuple[str, ...] = ()
    blocked: str = ""
    next_change: datetime | None = None
    note: str = ""


class TinySource:
    """Pages of two things.  It is read whole each time, or from what was `put` since the last time."""

    def __init__(self, *things: Thing, incremental: bool = False) -> None:
        self.things = {thing.key: thing for thing in things}
        self.incremental = incremental
        self.log = [thing.key for thing in things]

    def put(self, thing: Thing) -> None:
        """Make or change a thing."""
        self.things[thing.key] = thing
        self.log.append(thing.key)

    def _seen(self, thing: Thing, now: datetime) -> Observed[Thing]:
        return Observed(value=thing, ref=Ref("src", "thing", thing.key), version=repr(thing), seen_at=now)

    def changes(self, cursor: str | None) -> Flow[Page[Observed[Thing]]]:
        now = yield from flow.now()
        since, start = (int(part) for part in (cursor or "0.0").split("."))
        keys = sorted(set(self.log[since:]) & set(self.things) if self.incremental else self.things)
        items = tuple(self._seen(self.things[key], now) for key in keys[start : start + 2])
        more = start + 2 < len(keys)
        resume = f"{len(self.log)}.0" if self.incremental else None
        return Page(items=items, next=f"{since}.{start + 2}" if more else None, resume=resume)

    def fetch(self, refs: Sequence[Ref]) -> Flow[tuple[Observed[Thing], ...]]:
        now = yield from flow.now()
        return tuple(self._seen(self.things[ref.id], now) for ref in refs if ref.id in self.things)


class TinyShop:
    """A shop as a world: rows by id, unique keys, and answers that may get lost."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.made = 0
        self.log: list[tuple[str, str]] = []
        self.cut_after: list[int] = []
        self.refuse: set[str] = set()
        self.broken: set[str] = set()

    def answer(self, request: Request, now: datetime, timeout_s: float) -> Reply:
        self.log.append((request.method, request.path))
        response = self._do(request)
        if len(self.log) in self.cut_after:
            return Reply(outcome=ConnectionLost("cut"))
        return Reply(outcome=response)

    def _do(self, request: Request) -> Response:
        body = json.loads(request.body or b"null")
        if request.method == "GET":
            return Response(status=200, body=json.dumps(self.rows).encode())
        row = self.rows.get(request.path.rsplit("/", 1)[1], body)
        if row["key"] in self.broken:
            return Response(status=503)
        if row["key"] in self.refuse:
            return Response(status=422)
        if request.method == "POST":
            if any(row["key"] == body["key"] for row in self.rows.values()):
                return Response(status=409)
            self.made += 1
            number = str(99 + self.made)
            self.rows[number] = body
            return Response(status=200, body=json.dumps({"id": number}).encode())
        row.update(body)
        return Response(status=200)


class TinyTarget:
    """Reader and writer of the tiny shop."""

    main_part = "thing"

    def _record(self, row: Mapping[str, Any], ref: Ref) -> Record:
        values: dict[Any, Any] = {NAME: row["name"], PRICE: Decimal(row["price"])}
        if row.get("colour"):
            values[COLOUR] = row["colour"]
        if row.get("hidden"):
            values[HIDDEN] = row["hidden"]
        return Record(values=values, elements={Fact("tag", tag): None for tag in row["tags"]}, ref=ref)

    def _rows(self) -> Flow[dict[str, Any]]:
        response = yield from flow.send("shop", Request(method="GET", path="/things"))
        rows: dict[str, Any] = json.loads(response.body)
        return rows

    def changes(self, cursor: str | None) -> Flow[Page[Observed[Record]]]:
        rows = yield from self._rows()
        now = yield from flow.now()
        return Page(items=tuple(self._seen(number, row, now) for number, row in rows.items()))

    def fetch(self, refs: Sequence[Ref]) -> Flow[tuple[Observed[Record], ...]]:
        rows = yield from self._rows()
        now = yield from flow.now()
        return tuple(self._seen(ref.id, rows[ref.id], now) for ref in refs if ref.id in rows)

    def _seen(self, number: str, row: Mapping[str, Any], now: datetime) -> Observed[Record]:
        ref = Ref("shop", "thing", number)
        key = Record(values={Field[str]("thing", "key"): row["key"]})
        record = self._record(row, ref)
        return Observed(
            value=evolve(record, values={**record.values, **key.values}),
            ref=ref,
            version=json.dumps(row, sort_keys=True),
            seen_at=now,
        )

    def find(self, keys: Sequence[NaturalKey]) -> Flow[Mapping[NaturalKey, tuple[Ref, ...]]]:
        rows = yield from self._rows()
        return {
            key: tuple(
                Ref("shop", "thing", number) for number, row in rows.items() if row["key"] == key.value
            )
            for key in keys
        }

    def lower(self, steps: Sequence[Step], known: Known) -> Stage:
        calls: list[Call] = []
        waiting: list[Step] = []
        done: list[str] = []
        for step in steps:
            part = "thing" if step.kind is StepKind.CREATE else "change"
            row = Row(step=step.id, part=part, creates=step.keys[0] if step.kind is StepKind.CREATE else None)
            if row.id in known.done or row.id in known.failed or step.record in known.lost:
                done.append(step.id)
            elif step.kind is StepKind.CREATE or step.record in known.bindings:
                target = known.bindings.get(step.record)
                calls.append(Call(operation=part, rows=(row,), payload=(step, target)))
            else:
                waiting.append(step)
        return Stage(calls=tuple(calls), waiting=tuple(waiting), done=tuple(done))

    def send(self, call: Call) -> Flow[tuple[RowResult, ...]]:
        step, target = call.payload
        body: dict[str, Any] = {}
        for change in step.changes:
            if change.field == TAGS:
                seen = elements(frozenset(step.seen.elements)) if step.seen else frozenset()
                tags = (seen - elements(change.before)) | elements(change.after)
                body["tags"] = sorted(tag.value for tag in tags)
            else:
                body[change.field.name] = "" if change.after is CLEARED else str(change.after)
        row = call.rows[0]
        create = step.kind is StepKind.CREATE
        if create:
            body = {"key": step.keys[0].value, "tags": [], **body}
        path = "/things" if create else f"/things/{target.id}"
        request = Request(method="POST" if create else "PUT", path=path, body=json.dumps(body).encode())
        try:
            response = yield from flow.send("shop", request)
        except TransportError as error:
            return (RowResult(row=row, verdict=Verdict.UNKNOWN, error=error),)
        if not response.ok:
            kind = ServerFault if response.status >= 500 else RejectedRecord
            error = kind("no", platform="shop", operation=call.operation, status=response.status)
            return (RowResult(row=row, verdict=Verdict.FAILED, error=error),)
        ref = Ref("shop", "thing", json.loads(response.body)["id"]) if create else target
        return (RowResult(row=row, verdict=Verdict.DONE, ref=ref),)


def _context(now: datetime) -> Flow[Context]:
    yield from flow.now()
    return Context(now=now, market=Market(name="here", territory=territory("GB"), currency="GBP"))


def _drafts(thing: Thing, context: Context) -> tuple[Draft, ...]:
    values: dict[Any, Any] = {
        NAME: Candidates((thing.name, f"{thing.name} ({thing.key})")),
        PRICE: Decimal(thing.price),
        TAGS: frozenset(Fact("tag", tag) for tag in thing.tags),
    }
    problems = (Problem(code="blocked", message=thing.blocked, blocking=True),) if thing.blocked else ()
    ref = Ref("src", "thing", thing.key)
    return (
        Draft(
            ref=ref,
            origin=ref,
            label=f"{thing.key} {thing.name}",
            mapped=Mapped(values=values),
            keys=(NaturalKey("key", thing.key),),
            problems=problems,
            next_change=thing.next_change,
        ),
    )


def _kind(change: Change) -> StepKind:
    return StepKind.PRICE if change.field == PRICE else StepKind.CHANGE


def _withdrawn(record: Record, part: str) -> Mapping[AnyField, Any]:
    return {HIDDEN: "yes"}


def _keys(record: Record) -> tuple[NaturalKey, ...]:
    return (NaturalKey("key", str(record.get(Field[str]("thing", "key")))),)


OWNERSHIP = Ownership(
    pair="source and shop",
    rules={
        NAME: written_once("src"),
        PRICE: owned_by("src"),
        TAGS: elements_of("src"),
        COLOUR: owned_by("shop"),
        HIDDEN: owned_by("src"),
    },
)


@frozen
class Tiny:
    """Source, shop and job."""

    source: TinySource
    shop: TinyShop = field(factory=TinyShop)
    limits: Limits = field(factory=Limits)
    fingerprint: str | None = "rules 1"

    @property
    def job(self) -> Job[Thing]:
        target = TinyTarget()
        return Job(
            pair="src -> shop",
            scope="tiny",
            source="src",
            target="shop",
            reader=self.source,
            target_reader=target,
            writer=target,
            context=_context,
            drafts=_drafts,
            refs=lambda thing: (Ref("src", "thing", thing.key),),
            formats=lambda thing: 1,
            ownership=OWNERSHIP,
            natural_keys=_keys,
            kind_of=_kind,
            unique=(NAME,),
            fingerprint=self.fingerprint,
            limits=self.limits,
            withdrawn=_withdrawn,
        )
