"""Many small records on both sides, as bytes: what the engine is timed and weighed with.

Both sides are JSON Lines.  A reader tells a line's version by its hash and its name by its first key, and hands
out glimpses; what a line says is read only when the engine looks.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from attrs import frozen

from commerce_bridge.domain.exchange import Glimpse, NaturalKey, Observed, Page, Ref
from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.market import Market
from commerce_bridge.domain.record import Fact, Record
from commerce_bridge.domain.territory import territory
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.clock import EPOCH
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.state import Op, StateStore
from commerce_bridge.mapping import Context, Mapped
from commerce_bridge.merge import Ownership, elements_of, owned_by
from commerce_bridge.ports.step import Call, Known, RowResult, Stage, Step, StepKind
from commerce_bridge.sync.applying.bookkeeping import bound
from commerce_bridge.sync.job import Draft, Job
from commerce_bridge.sync.kept.memory import layout_mark
from commerce_bridge.sync.kept.origins import origin_of
from commerce_bridge.sync.kept.remembered import Remembered
from commerce_bridge.sync.kept.tables import canonical_id, put
from commerce_bridge.sync.limits import Limits, Safety

PAGE = 1000
NAME = Field[str]("thing", "name")
PRICE = Field[Decimal]("thing", "price")
STOCK = Field[int]("thing", "stock")
TAGS = Field[frozenset[Fact]]("thing", "tags")
KEY = Field[str]("thing", "key")
RULES = "rules 1"

OWNERSHIP = Ownership(
    pair="source and shop",
    rules={NAME: owned_by("src"), PRICE: owned_by("src"), STOCK: owned_by("src"), TAGS: elements_of("src")},
)

_ID = re.compile(rb'\{"id": "([^"]+)"')

Lines = Callable[[], Iterator[list[bytes]]]
"""The pages of one side: made anew, or read from a file, at each call."""


def line(number: int, price: str | None = None) -> bytes:
    """One record as one side writes it."""
    data = {
        "id": f"{number:07d}",
        "name": f"Title {number} of the list",
        "price": price or f"{number % 40}.99",
        "stock": number % 7,
        "tags": ["a", f"t{number % 5}"],
    }
    return json.dumps(data).encode()


def pages(count: int, changed: Callable[[int], bool] = lambda number: False) -> Iterator[list[bytes]]:
    """Pages of records, made as they are asked for."""
    for start in range(0, count, PAGE):
        numbers = range(start, min(start + PAGE, count))
        yield [line(number, "99.00" if changed(number) else None) for number in numbers]


def version_of(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=12).hexdigest()


@frozen
class Side:
    """One side's reader."""

    platform: str
    lines: Lines
    read: Callable[[bytes], Observed[Any]]

    def glimpses(self, page: Iterable[bytes]) -> Iterator[Glimpse[Any]]:
        stem = f"{self.platform}:thing:"
        for body in page:
            found = _ID.match(body)
            assert found is not None
            yield Glimpse(stem + found[1].decode(), version_of(body), body, self.read)


@frozen
class Stream(Side):
    """Reads its pages one after the other."""

    started: list[Iterator[list[bytes]]]

    def changes(self, cursor: str | None) -> Flow[Page[Glimpse[Any]]]:
        yield from flow.now()
        if not cursor:
            self.started[:] = [self.lines()]
        page = next(self.started[0], None)
        if page is None:
            return Page(items=(), resume="")
        return Page(items=tuple(self.glimpses(page)), next=str(int(cursor or 0) + 1))

    def fetch(self, refs: Sequence[Ref]) -> Flow[tuple[Observed[Any], ...]]:
        yield from flow.now()
        wanted = {ref.id.encode() for ref in refs}
        found = [one for page in self.lines() for one in page if _ID.match(one)[1] in wanted]  # type: ignore[index]
        return tuple(self.read(one) for one in found)


def read_source(body: bytes) -> Observed[dict[str, Any]]:
    data: dict[str, Any] = json.loads(body)
    return Observed(value=data, ref=Ref("src", "thing", data["id"]), version=version_of(body), seen_at=EPOCH)


def read_target(body: bytes) -> Observed[Record]:
    data: dict[str, Any] = json.loads(body)
    ref = Ref("shop", "thing", data["id"])
    values: dict[Any, Any] = {**values_of(data), KEY: data["id"]}
    tags: frozenset[Fact] = values.pop(TAGS)
    return Observed(
        value=Record(values=values, elements=dict.fromkeys(tags), ref=ref),
        ref=ref,
        version=version_of(body),
        seen_at=EPOCH,
    )


def values_of(data: Mapping[str, Any]) -> dict[Any, Any]:
    return {
        NAME: data["name"],
        PRICE: Decimal(data["price"]),
        STOCK: data["stock"],
        TAGS: frozenset(Fact("tag", tag) for tag in data["tags"]),
    }


class NoWriter:
    """A writer whose calls carry a hundred steps each; nothing is sent here."""

    main_part = "thing"

    def find(self, keys: Sequence[NaturalKey]) -> Flow[Mapping[NaturalKey, tuple[Ref, ...]]]:
        yield from flow.now()
        return dict.fromkeys(keys, ())

    def lower(self, steps: Sequence[Step], known: Known) -> Stage:
        return Stage(done=tuple(step.id for step in steps))

    def send(self, call: Call) -> Flow[tuple[RowResult, ...]]:
        raise AssertionError("nothing is sent")


def _context(now: datetime) -> Flow[Context]:
    yield from flow.now()
    market = Market(name="here", territory=territory("GB"), currency="GBP")
    return Context(now=now, market=market)


def _drafts(data: Mapping[str, Any], context: Context) -> tuple[Draft, ...]:
    ref = Ref("src", "thing", data["id"])
    return (
        Draft(
            ref=ref,
            origin=ref,
            label=data["name"],
            mapped=Mapped(values=values_of(data)),
            keys=(NaturalKey("key", data["id"]),),
        ),
    )


def job(source: Lines, target: Lines) -> Job[Any]:
    """The job between both sides."""
    return Job(
        pair="src -> shop",
        scope="lots",
        source="src",
        target="shop",
        reader=Stream("src", source, read_source, []),
        target_reader=Stream("shop", target, read_target, []),
        writer=NoWriter(),
        context=_context,
        drafts=_drafts,
        refs=lambda data: (Ref("src", "thing", data["id"]),),
        formats=lambda data: 1,
        ownership=OWNERSHIP,
        natural_keys=lambda record: (NaturalKey("key", str(record.get(KEY))),),
        kind_of=lambda change: StepKind.PRICE if change.field == PRICE else StepKind.CHANGE,
        fingerprint=RULES,
        limits=Limits(safety=Safety(changed=1.0)),
    )


def settled(state: StateStore, lines: Iterable[list[bytes]], scope: str = "lots") -> None:
    """Write what an apply leaves of records that both sides agree on."""
    state.commit([layout_mark(scope)])
    for page in lines:
        ops: list[Op] = []
        for body in page:
            data: dict[str, Any] = json.loads(body)
            source, target = Ref("src", "thing", data["id"]), Ref("shop", "thing", data["id"])
            known = Remembered(
                record=canonical_id(source),
                source=source,
                origin=source,
                target=target,
                source_hash=version_of(body),
                target_hash=version_of(body),
                fingerprint=RULES,
                next_change=None,
                agreed={("", name): value for name, value in values_of(data).items()},
                label=data["name"],
                as_of=EPOCH,
            )
            ops.append(put(scope, "record", known.record, known.body()))
            ops.extend(bound(scope, known.record, source, target))
            ops.append(put(scope, "origin", str(source), origin_of(str(source), [known], 1).body()))
        state.commit(ops)
