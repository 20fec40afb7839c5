"""Echoes: what we wrote is remembered by record, field and hash of the value, and is not taken for news.  Pure.

The last few writes of each field are kept.  A target that shows one of them was edited by nobody.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias

from attrs import evolve, field, frozen

from commerce_bridge.domain.absence import Maybe
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.money import Money
from commerce_bridge.flow.state import Delete, Key, Op
from commerce_bridge.merge.collections import alike, elements, is_nothing
from commerce_bridge.ports.step import Change, Step
from commerce_bridge.sync.kept.tables import put
from commerce_bridge.sync.limits import KEPT
from commerce_bridge.sync.plans.codec import decode_field, digest, encode, encode_field

Place: TypeAlias = tuple[str, AnyField]
"""A part of a record (empty for the record itself), and a field in it."""


@frozen(kw_only=True)
class Wrote:
    """One write of ours.

    Args:
        value: Hash of the value.
        at: When it took hold.
        plan: The plan it was part of.
    """

    value: str
    at: datetime
    plan: str


@frozen(kw_only=True)
class Echo:
    """The last writes of each field of one record, oldest first."""

    writes: Mapping[Place, tuple[Wrote, ...]] = field(factory=dict[Place, "tuple[Wrote, ...]"])

    def of(self, place: Place) -> tuple[Wrote, ...]:
        """The last writes of one field."""
        return self.writes.get(place, ())


class Heard(enum.Enum):
    """What a value that the target shows is, when it is one of ours."""

    LATEST = "latest"
    """Our latest write."""
    OLDER = "older"
    """An older write of ours that the target still shows, or shows again: a near miss."""


def value_hash(value: Maybe[Any]) -> str:
    """A hash that is the same for values that come to the same, and says nothing of them."""
    if is_nothing(value):
        return digest(None)
    ours = elements(value)
    if ours:
        return digest(sorted(json.dumps(encode(one), sort_keys=True) for one in ours))
    return digest(encode(_plain(value)))


def _plain(value: Any) -> Any:
    """One form of values that are equal and written differently: 1.5 and 1.50, noon here and there."""
    if isinstance(value, Decimal):
        return value.normalize()
    if isinstance(value, Money):
        return evolve(value, amount=value.amount.normalize())
    if isinstance(value, datetime) and value.utcoffset() is not None:
        return value.astimezone(UTC)
    return value


def note(known: Echo, changes: Iterable[Change], at: datetime, plan: str) -> Echo:
    """What is remembered after some changes took hold."""
    writes = dict(known.writes)
    for change in changes:
        place = (change.part, change.field)
        made = Wrote(value=value_hash(change.after), at=at, plan=plan)
        writes[place] = (*writes.get(place, ()), made)[-KEPT:]
    return Echo(writes=writes)


def is_echo(
    known: Echo,
    place: Place,
    shown: Maybe[Any],
    *,
    now: datetime,
    lag: timedelta,
    settled: datetime | None = None,
) -> Heard | None:
    """Whether what the target shows is what we wrote there, and nobody's edit.

    Args:
        known: What we wrote.
        place: Which field.
        shown: What the target shows.
        now: The instant.
        lag: How long a target may show what it showed before our latest write.
        settled: The instant of the plan that the record was last settled by; None when that is not known.

    Returns:
        None for news: a value that is none of ours, or an older one of ours after the lag is over, which
        somebody must have put there.  Our latest write is an echo later too, as long as nothing was agreed
        on since.
    """
    made = known.of(place)
    if not made:
        return None
    latest, value = made[-1], value_hash(shown)
    fresh = now - latest.at <= lag
    if value == latest.value:
        return Heard.LATEST if fresh or settled is None or settled <= latest.at else None
    return Heard.OLDER if fresh and any(one.value == value for one in made) else None


def heard(
    known: Echo,
    place: Place,
    shown: Maybe[Any],
    base: Maybe[Any],
    *,
    now: datetime,
    lag: timedelta,
    settled: datetime | None,
) -> Heard | None:
    """An echo that would have been taken for an edit: the base alone does not tell that it is ours."""
    return None if alike(shown, base) else is_echo(known, place, shown, now=now, lag=lag, settled=settled)


def echo_of(body: Mapping[str, Any] | None) -> Echo:
    """What a row's body tells; nothing for None."""
    writes: dict[Place, tuple[Wrote, ...]] = {}
    for part, name, made in body["writes"] if body else ():
        writes[part, decode_field(name)] = tuple(
            Wrote(value=value, at=datetime.fromisoformat(at), plan=plan) for value, at, plan in made
        )
    return Echo(writes=writes)


def echo_op(scope: str, record: str, known: Echo) -> Op:
    """The op that keeps what we wrote of a record."""
    if not known.writes:
        return Delete(at=Key(table="echo", scope=scope, key=record))
    writes = [
        [part, encode_field(name), [[one.value, one.at.isoformat(), one.plan] for one in made]]
        for (part, name), made in known.writes.items()
    ]
    return put(scope, "echo", record, {"writes": writes})


def noted(scope: str, echoes: dict[str, Echo], step: Step, at: datetime, plan: str) -> Op:
    """The op that remembers a step's writes, in the commit that enters it in the ledger.

    Args:
        scope: The scope of all rows.
        echoes: Canonical id to what we wrote so far; brought up to date.
        step: The step that took hold.
        at: When.
        plan: The plan it is part of.
    """
    known = note(echoes.get(step.record, Echo()), step.changes, at, plan)
    echoes[step.record] = known
    return echo_op(scope, step.record, known)


def eased(known: Echo, name: AnyField | None = None, part: str | None = None) -> Echo:
    """What is remembered once somebody has released the brake: nothing of these fields.

    Args:
        known: What we wrote.
        name: The field; None for all.
        part: Its part; None for all.
    """
    kept = {
        place: made
        for place, made in known.writes.items()
        if (name is not None and place[1] != name) or (part is not None and place[0] != part)
    }
    return Echo(writes=kept)
