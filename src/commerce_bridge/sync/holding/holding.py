"""Holding, pinning, pausing, releasing: what a person says is kept, and the record is decided anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from attrs import field, frozen

from commerce_bridge.domain.absence import MISSING, Maybe
from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.errors import MappingError
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.state import Delete, Expect, Key, Op, Row
from commerce_bridge.merge import show
from commerce_bridge.merge.collections import elements, is_nothing
from commerce_bridge.sync.holding.echo import Place
from commerce_bridge.sync.holding.holds import Hold, Holds, hold_key, holds_of
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.kept.again import again
from commerce_bridge.sync.kept.memory import known_record
from commerce_bridge.sync.kept.tables import body_of, canonical_id, load_rows, put, scan_bodies
from commerce_bridge.sync.plans.codec import encode


@frozen(kw_only=True)
class Named:
    """A record that somebody has named.

    Args:
        record: Canonical id.
        label: How people name it.
        origin: The source's name of the value it comes from.
        agreed: What both sides agreed on, by part and field.
    """

    record: str
    label: str
    origin: Ref
    agreed: Mapping[Place, Any] = field(factory=dict[Place, Any])


def hold(
    job: Job[Any], record: str, *, reason: str, who: str = "", until: datetime | None = None
) -> Flow[Hold]:
    """Keep a whole record as it is: nothing of it is written until the hold ends or is released.

    Args:
        job: The job.
        record: Named as for `explain`; or a reference of the source's, for a record that is not known yet.
        reason: Why, in words; it is told wherever the hold is.
        who: Who says so, in words.
        until: When it ends by itself, or None.

    Raises:
        LookupError: No record of that name is known.
        ValueError: There is no reason, or the end is past or has no zone.

    Cost: no vendor call.
    """
    now = yield from flow.now()
    _sound(reason, until, now)
    named = yield from find_record(job, record)
    said = Hold(record=named.record, label=named.label, reason=reason, who=who, since=now, until=until)
    yield from _say(job, said, named)
    return said


def pin(
    job: Job[Any],
    record: str,
    name: AnyField,
    *,
    reason: str,
    value: Maybe[Any] = MISSING,
    part: str = "",
    who: str = "",
    until: datetime | None = None,
) -> Flow[Hold]:
    """Keep one field of a record: what the target shows stays, or the value that is given.

    Args:
        job: The job.
        record: Named as for `explain`; or a reference of the source's, for a record that is not known yet.
        name: The field.
        reason: Why, in words; it is told wherever the pin is.
        value: What the field is to be; MISSING for what the target shows, CLEARED for no value.
        part: Which sub-record the field is in, such as a variant's SKU; empty for the record itself.
        who: Who says so, in words.
        until: When it ends by itself, or None.

    Raises:
        LookupError: No record of that name is known.
        MappingError: The value cannot be kept, is of another kind than the field's, or the field is the
            target's own: change it there.
        ValueError: There is no reason, or the end is past or has no zone.

    Cost: no vendor call.
    """
    now = yield from flow.now()
    _sound(reason, until, now)
    _pinnable(job, name, value)
    named = yield from find_record(job, record)
    _alike_in_kind(name, value, named.agreed.get((part, name), MISSING))
    said = Hold(
        record=named.record,
        label=named.label,
        name=name,
        part=part,
        value=value,
        reason=reason,
        who=who,
        since=now,
        until=until,
    )
    yield from _say(job, said, named)
    return said


def pause(job: Job[Any], *, reason: str, who: str = "", until: datetime | None = None) -> Flow[Hold]:
    """Stop a whole bridge: plans are empty, and nothing is applied, until the pause ends or is released.

    Args:
        job: The job.
        reason: Why, in words.
        who: Who says so, in words.
        until: When it ends by itself, or None.

    Raises:
        ValueError: There is no reason, or the end is past or has no zone.

    Cost: no vendor call.
    """
    now = yield from flow.now()
    _sound(reason, until, now)
    said = Hold(label=job.pair, reason=reason, who=who, since=now, until=until)
    yield from flow.commit([put(job.scope, "hold", said.key, said.body())])
    return said


def release(
    job: Job[Any], record: str | None = None, name: AnyField | None = None, *, part: str = ""
) -> Flow[tuple[Hold, ...]]:
    """Let go of what was said.

    Args:
        job: The job.
        record: The record, named as for `explain`; None ends the pause of the bridge.
        name: The pinned field; None for the hold of the record and all its pins.
        part: Which sub-record the field is in.

    Returns:
        What was let go of.

    Raises:
        LookupError: No such record is known, or nothing was said of it.

    Cost: no vendor call.
    """
    named = (yield from find_record(job, record)) if record is not None else None
    key = hold_key(named.record if named else "", name, part)
    whole = named is not None and name is None
    bodies = yield from scan_bodies(job.scope, "hold", f"{named.record}/" if named and whole else key)
    gone = {at: body for at, body in bodies.items() if whole or at == key}
    if not gone:
        what = f"{name.text} of {named.label}" if named and name else named.label if named else job.pair
        raise LookupError(f"Nothing holds {what}: list what is held with bridge.holds().")
    ops = [Delete(at=Key(table="hold", scope=job.scope, key=at)) for at in gone]
    if named is None:
        yield from flow.commit(ops)
    else:
        yield from decide_anew(job, named, lambda now: ops)
    return tuple(Hold.of(body) for body in gone.values())


def list_holds(job: Job[Any]) -> Flow[tuple[Hold, ...]]:
    """All that holds now: the pause, then records, then fields; no vendor call."""
    return (yield from load_holds(job)).all


def load_holds(job: Job[Any]) -> Flow[Holds]:
    """What stays as it is now; no vendor call."""
    now = yield from flow.now()
    bodies = yield from scan_bodies(job.scope, "hold")
    return holds_of(bodies.values(), now)


def find_record(job: Job[Any], name: str) -> Flow[Named]:
    """The record that somebody names, known or to be.

    Args:
        job: The job.
        name: As for `explain`; or a reference of the source's, such as ``consonance:product:17``.

    Raises:
        LookupError: No record of that name is known.
    """
    try:
        known = yield from known_record(job, name)
    except LookupError:
        if not name.startswith(f"{job.source}:") or name.count(":") < 2:
            raise
        ref = Ref.parse(name)
        return Named(record=canonical_id(ref), label=name, origin=ref)
    return Named(record=known.record, label=known.label, origin=known.origin, agreed=known.agreed)


def decide_anew(job: Job[Any], named: Named, ops_at: Callable[[datetime], Iterable[Op]]) -> Flow[None]:
    """Commit what was said of a record, and that it must be decided anew.

    What is remembered to skip the record stands no more.  A plan that was made before counts as older than
    what is remembered now: when it is applied later, it cannot settle the record over this.

    Args:
        job: The job.
        named: The record.
        ops_at: What is to be written with it, for an instant.

    Raises:
        StateConflict: Other workers wrote the same rows first, again and again.
    """
    yield from again(lambda: _decide_anew(job, named, ops_at))


def _decide_anew(job: Job[Any], named: Named, ops_at: Callable[[datetime], Iterable[Op]]) -> Flow[None]:
    now = yield from flow.now()
    rows = (yield from load_rows(job.scope, "record", [named.record])).values()
    origins = (yield from load_rows(job.scope, "origin", [str(named.origin)])).values()
    # A plan of this very instant is older as well: it may have been made before.
    settled = (now + timedelta(microseconds=1)).isoformat()
    ops = [
        *ops_at(now),
        *(_changed(job, row, {"source_hash": "", "refused": "", "as_of": settled}) for row in rows),
        *(_changed(job, row, {"source": ""}) for row in origins),
    ]
    yield from flow.commit(ops, [Expect(at=row.at, revision=row.revision) for row in (*rows, *origins)])


def _say(job: Job[Any], said: Hold, named: Named) -> Flow[None]:
    """Write a hold, and let go of those of the record that have ended by themselves."""
    bodies = yield from scan_bodies(job.scope, "hold", f"{said.record}/")

    def ops_at(now: datetime) -> list[Op]:
        ended = [key for key, body in bodies.items() if not Hold.of(body).holds_at(now) and key != said.key]
        deletes = [Delete(at=Key(table="hold", scope=job.scope, key=key)) for key in ended]
        return [*deletes, put(job.scope, "hold", said.key, said.body())]

    yield from decide_anew(job, named, ops_at)


def _changed(job: Job[Any], row: Row, parts: dict[str, Any]) -> Op:
    return put(job.scope, row.at.table, row.at.key, {**body_of(row), **parts})


def _sound(reason: str, until: datetime | None, now: datetime) -> None:
    if not reason.strip():
        raise ValueError("A hold needs a reason: say why, for those who meet it later.")
    if until is None:
        return
    if until.utcoffset() is None:
        raise ValueError(
            f"The end {until.isoformat()} has no zone: give one, such as {until.isoformat()}+00:00."
        )
    if until <= now:
        raise ValueError(f"The end {until.isoformat()} is past: it is {now.isoformat()}.")


def _pinnable(job: Job[Any], name: AnyField, value: Maybe[Any]) -> None:
    rule = job.ownership.rule(name)
    if value is MISSING:
        return
    if name.personal:
        raise MappingError(
            f"{name} is personal data, which is not kept in clear: it cannot be pinned to a value.",
            hint="Set it on the target, and pin what is shown there: leave the value out.",
        )
    if rule.owner == job.target:
        raise MappingError(
            f"{name} is {job.target}'s own: nothing is written to it.", hint=f"Change it on {job.target}."
        )
    encode(value)


def _alike_in_kind(name: AnyField, value: Maybe[Any], agreed: Maybe[Any]) -> None:
    """Refuse a value that no writer could write, such as a number where money stands."""
    if is_nothing(value) or is_nothing(agreed) or (elements(value) and elements(agreed)):
        return
    if type(value) is not type(agreed):
        raise MappingError(
            f"{name} holds {type(agreed).__name__}, such as {show(agreed)}; {type(value).__name__} came: {value!r}.",
            hint=f"Give it a value of the kind {type(agreed).__name__}.",
        )
