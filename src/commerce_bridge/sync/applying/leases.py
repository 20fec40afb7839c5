"""Leases: while one worker holds a record's, nobody else makes anything of that record.

A lease is a row of state with a holder and an end.  It is taken by compare-and-set in the commit that notes
the intents, renewed while its holder works, and given back in the commit that settles the segment, so that
an undisturbed run has no commit more than it would have without.  The row is never removed: its revision
only grows, and a worker who slept past the end of its lease cannot take somebody else's for its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from attrs import define, evolve, field, frozen

from commerce_bridge.errors import BridgeError, StateConflict
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.state import ByKeys, Expect, Key, Op, Row
from commerce_bridge.sync.kept.tables import body_of, put

TABLE = "lease"

SKEW = timedelta(seconds=10)
"""How far the clocks of two workers may be apart: a lease is its holder's until so long after its end."""

RENEWED_AFTER = 0.25
"""The share of its time after which a lease is renewed; the rest is what one call may take."""

FIRST_LOOK_S, LONGEST_LOOK_S = 0.1, 5.0
"""How long somebody who waits for a lease waits before looking again: at first, and at most."""


@frozen(kw_only=True)
class Lease:
    """One record's lease, as its row stands.

    Args:
        record: Canonical id.
        holder: The run that has it, or had it last.
        plan: The plan that run applies.
        at: When it was last taken, renewed or given back.
        until: Its end; None once it was given back.
        unfinished: Whether what its last holder had under way may have taken hold without anybody's knowing.
        revision: Of the row; 0 when there is none.
    """

    record: str
    holder: str = ""
    plan: str = ""
    at: datetime
    until: datetime | None = None
    unfinished: bool = False
    revision: int = 0

    def is_free(self, now: datetime) -> bool:
        """Whether it may be taken."""
        return self.until is None or now > self.until + SKEW

    @property
    def abandoned(self) -> bool:
        """Whether whoever takes it, once it is free, has to look for what the last holder had under way."""
        return self.until is not None or self.unfinished


@frozen(kw_only=True)
class Claim:
    """Leases as they are after a commit, and what that commit has to hold.

    Args:
        leases: Those taken, renewed or given back.
        ops: The rows to write.
        expect: Nobody else has written them in between.
    """

    leases: tuple[Lease, ...] = ()
    ops: tuple[Op, ...] = ()
    expect: tuple[Expect, ...] = ()


@define(kw_only=True)
class Leases:
    """The leases of one run.

    Args:
        scope: The scope of all rows.
        holder: The run's own id.
        plan: The plan it applies.
        lasts: How long a lease lasts unless it is renewed.
        held: Canonical id to the lease, for those the run has; what is done side by side shares it.
    """

    scope: str
    holder: str
    plan: str
    lasts: timedelta
    held: dict[str, Lease] = field(factory=dict[str, Lease])

    def taking(self, records: Iterable[str], seen: Mapping[str, Lease], now: datetime) -> Claim:
        """Take the leases of these records, as they were seen; `hold` them once it is committed."""
        before = [seen.get(record, Lease(record=record, at=now)) for record in sorted(records)]
        end = now + self.lasts
        mine = [
            evolve(one, holder=self.holder, plan=self.plan, at=now, until=end, unfinished=False)
            for one in before
        ]
        return claim(self.scope, mine)

    def renewing(self, now: datetime) -> Claim:
        """Make all of them last from now on."""
        mine = [self.held[record] for record in sorted(self.held)]
        return claim(self.scope, [evolve(one, at=now, until=now + self.lasts) for one in mine])

    def returning(self, now: datetime, unfinished: Collection[str] = ()) -> Claim:
        """Give all of them back; of these records something may have taken hold without our knowing."""
        mine = [self.held[record] for record in sorted(self.held)]
        return claim(self.scope, [given_back(one, now, unfinished=one.record in unfinished) for one in mine])

    def hold(self, claimed: Claim) -> None:
        """Note a claim that was committed."""
        self.held.update((one.record, one) for one in claimed.leases)

    def expecting(self, records: Iterable[str]) -> list[Expect]:
        """That the leases of these records are still ours, of those that we know to be."""
        mine = [self.held[record] for record in sorted(set(records)) if record in self.held]
        return [Expect(at=_key(self.scope, one.record), revision=one.revision) for one in mine]

    def is_due(self, now: datetime) -> bool:
        """Whether they have to be renewed before anything more is sent."""
        oldest = min((one.at for one in self.held.values()), default=now)
        return now - oldest >= self.lasts * RENEWED_AFTER


def claim(scope: str, leases: Iterable[Lease]) -> Claim:
    """Write leases as they are given, each on top of the revision that was seen."""
    written = tuple(leases)
    return Claim(
        leases=tuple(evolve(one, revision=one.revision + 1) for one in written),
        ops=tuple(put(scope, TABLE, one.record, _body(one)) for one in written),
        expect=tuple(Expect(at=_key(scope, one.record), revision=one.revision) for one in written),
    )


def given_back(lease: Lease, now: datetime, *, unfinished: bool = False) -> Lease:
    """The lease when its holder is done with it."""
    return evolve(lease, at=now, until=None, unfinished=unfinished)


def leases_of(scope: str, records: Iterable[str]) -> Flow[dict[str, Lease]]:
    """The leases of these records, for those that were ever taken; no vendor call."""
    keys = tuple(sorted(set(records)))
    rows = (yield from flow.load(ByKeys(table=TABLE, scope=scope, keys=keys))) if keys else ()
    return {row.at.key: _lease(row) for row in rows}


def renew(leases: Leases) -> Flow[None]:
    """Renew the run's leases when a part of their time has passed; those lost by then are not held any more.

    Cost: one commit each `RENEWED_AFTER` of a lease's time, however much is sent.
    """
    now = yield from flow.now()
    if leases.is_due(now):
        yield from flow.single(f"leases of {leases.holder}", lambda: _renew(leases))


def _renew(leases: Leases) -> Flow[None]:
    while True:
        now = yield from flow.now()
        if not leases.is_due(now):
            return
        renewed = leases.renewing(now)
        try:
            yield from flow.commit(renewed.ops, renewed.expect)
        except StateConflict:
            yield from recheck(leases)
        else:
            leases.hold(renewed)


def recheck(leases: Leases, records: Iterable[str] | None = None) -> Flow[frozenset[str]]:
    """The records whose lease has gone to somebody else; they are not held any more.

    Args:
        leases: The run's leases.
        records: Those to look at; all unless given.
    """
    asked = frozenset(leases.held if records is None else records) & leases.held.keys()
    found = yield from leases_of(leases.scope, asked)
    lost: set[str] = set()
    for record in asked:
        lease = found.get(record)
        if lease is not None and lease.holder == leases.holder and lease.until is not None:
            leases.held[record] = lease
        else:
            lost.add(record)
            leases.held.pop(record, None)
    return frozenset(lost)


def give_back(leases: Leases, unfinished: Collection[str] = ()) -> Flow[None]:
    """Give all of the run's leases back, in a commit of its own.

    Args:
        leases: The run's leases.
        unfinished: Records of which something may have taken hold without our knowing.
    """
    while leases.held:
        now = yield from flow.now()
        returned = leases.returning(now, unfinished)
        try:
            yield from flow.commit(returned.ops, returned.expect)
        except StateConflict:
            yield from recheck(leases)
        else:
            leases.held.clear()


def leave(leases: Leases) -> Flow[None]:
    """Give the leases back because the run ends in an error; if that fails too, they end by themselves."""
    with suppress(BridgeError):
        yield from give_back(leases, frozenset(leases.held))


@define(kw_only=True)
class Patience:
    """How long a run still waits for others.

    Args:
        left_s: Seconds in all.
        next_s: Seconds to the next look.
    """

    left_s: float
    next_s: float = FIRST_LOOK_S

    @classmethod
    def of(cls, lasts: timedelta) -> Patience:
        """Enough to outlast a lease whose holder is gone."""
        return cls(left_s=(lasts + SKEW).total_seconds() + LONGEST_LOOK_S)

    def wait(self) -> Flow[bool]:
        """Wait a little, longer each time; False once there is no patience left."""
        if self.left_s <= 0:
            return False
        yield from flow.sleep(self.next_s)
        self.left_s -= self.next_s
        self.next_s = min(self.next_s * 2, LONGEST_LOOK_S)
        return True


def wait_for_any(scope: str, records: Collection[str], patience: Patience) -> Flow[bool]:
    """Wait until one of these records' leases is free; False when patience ended first."""
    while (yield from patience.wait()):
        now = yield from flow.now()
        seen = yield from leases_of(scope, records)
        if any(record not in seen or seen[record].is_free(now) for record in records):
            return True
    return False


def _lease(row: Row) -> Lease:
    body = body_of(row)
    return Lease(
        record=row.at.key,
        holder=body["holder"],
        plan=body["plan"],
        at=datetime.fromisoformat(body["at"]),
        until=datetime.fromisoformat(body["until"]) if body["until"] else None,
        unfinished=body["unfinished"],
        revision=row.revision,
    )


def _body(lease: Lease) -> dict[str, object]:
    return {
        "holder": lease.holder,
        "plan": lease.plan,
        "at": lease.at.isoformat(),
        "until": lease.until.isoformat() if lease.until else None,
        "unfinished": lease.unfinished,
    }


def _key(scope: str, record: str) -> Key:
    return Key(table=TABLE, scope=scope, key=record)
