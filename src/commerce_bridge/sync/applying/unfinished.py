"""Writes whose end nobody saw: an intent without a result is looked for before anything is sent again."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.errors import StateConflict
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.state import Delete, Key, Op
from commerce_bridge.sync.applying.bookkeeping import bound
from commerce_bridge.sync.applying.leases import Lease, Patience, claim, given_back, leases_of
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.kept.tables import load_bodies, put, scan_bodies
from commerce_bridge.sync.plans.codec import decode_key


@frozen(kw_only=True)
class Met:
    """What came of looking for writes whose end nobody saw.

    Args:
        looked_for: How many there were.
        found: How many of them had taken hold.
        left: Keys of intents that are none of our business yet: somebody holds their records' leases.
    """

    looked_for: int = 0
    found: int = 0
    left: frozenset[str] = frozenset()


def meet_intents(
    job: Job[Any], *, keys: frozenset[str] | None = None, records: Container[str] | None = None
) -> Flow[Met]:
    """Meet writes whose end nobody saw, unless somebody may be at work on their records.

    Args:
        job: The job.
        keys: Of the intents to meet; all unless given.
        records: Canonical ids of the records to meet; all unless given.

    Cost: nothing when there are none, else what `Writer.find` costs.
    """
    while True:
        every = yield from _intents(job, keys)
        bodies = {key: one for key, one in every.items() if records is None or one["record"] in records}
        now = yield from flow.now()
        leases = yield from leases_of(job.scope, (body["record"] for body in bodies.values()))
        taken = {record for record, lease in leases.items() if not lease.is_free(now)}
        left = frozenset(key for key, body in bodies.items() if body["record"] in taken)
        free = [key for key in bodies if key not in left]
        # once more: their holders may have ended between the two looks
        ours = yield from load_bodies(job.scope, "intent", free)
        if not ours:
            return Met(left=left)
        try:
            found = yield from _settle(job, ours, leases, now)
        except StateConflict:
            continue  # somebody else meets them at this moment
        return Met(looked_for=len(ours), found=found, left=left)


def settle_intents(job: Job[Any], *, keys: frozenset[str] | None = None) -> Flow[int]:
    """Meet writes whose end nobody saw, also those of others: it waits until their leases are free.

    Args:
        job: The job.
        keys: Of the intents to meet; all unless given.

    Returns:
        How many had taken hold.

    Cost: nothing when there are none, else what `Writer.find` costs; at most about a lease's time.
    """
    patience = Patience.of(job.limits.lease_for)
    found = 0
    while True:
        met = yield from meet_intents(job, keys=keys)
        found += met.found
        if not met.left or not (yield from patience.wait()):
            return found


def _intents(job: Job[Any], keys: frozenset[str] | None) -> Flow[dict[str, dict[str, Any]]]:
    if keys is None:
        return (yield from scan_bodies(job.scope, "intent"))
    return (yield from load_bodies(job.scope, "intent", sorted(keys)))


def _settle(
    job: Job[Any], bodies: Mapping[str, dict[str, Any]], leases: Mapping[str, Lease], now: datetime
) -> Flow[int]:
    """Look for them, and commit what came of it; their leases are free then, and nobody took one since."""
    keys = {key: decode_key(body["creates"]) for key, body in bodies.items()}
    found = yield from job.writer.find(tuple(dict.fromkeys(keys.values())))
    ops: list[Op] = []
    met = 0
    for key, body in bodies.items():
        ops.append(Delete(at=Key(table="intent", scope=job.scope, key=key)))
        refs = found.get(keys[key], ())
        if refs:
            met += 1
            ops.extend(_found(job, key, body, refs[0], now))
    records = sorted({body["record"] for body in bodies.values()})
    freed = claim(
        job.scope,
        [given_back(leases.get(record, Lease(record=record, at=now)), now) for record in records],
    )
    yield from flow.commit([*ops, *freed.ops], freed.expect)
    return met


def _found(job: Job[Any], key: str, body: Mapping[str, Any], ref: Ref, now: datetime) -> list[Op]:
    """What is written down of a row that had taken hold."""
    receipt = {
        "record": body["record"],
        "step": body["step"],
        "part": body["part"],
        "ref": str(ref),
        "learned": [[body["creates"], str(ref)]],
        "at": now.isoformat(),
    }
    history = {"plan": body["plan"], "at": now.isoformat(), "did": body["did"]}
    ops: list[Op] = [
        put(job.scope, "receipt", key, receipt),
        put(job.scope, "ledger", f"{body['record']}/{now.isoformat()}/{body['step']}", history),
    ]
    if body["part"] == job.writer.main_part:
        ops.extend(bound(job.scope, body["record"], Ref.parse(body["source"]), ref))
    return ops
