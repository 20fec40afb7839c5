"""A bridge: one pair, with the public verbs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from attrs import frozen

from commerce_bridge.domain.fields import AnyField
from commerce_bridge.errors import SafetyStop
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import M, Raw, Resource, operation
from commerce_bridge.merge import Explanation, Ownership
from commerce_bridge.sync.applier import apply
from commerce_bridge.sync.explaining import explain
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.memory import remember
from commerce_bridge.sync.plan import Plan
from commerce_bridge.sync.planner import plan
from commerce_bridge.sync.receipt import Receipt
from commerce_bridge.sync.tables import load_bodies, scan_bodies


@frozen(kw_only=True)
class WorkItem:
    """A record that needs a person.

    Args:
        record: Canonical id.
        label: How people name the record.
        reason: Short and stable, such as ``no-price:listing.price``.
        detail: In words, with what to try.
        seen_at: When it was last seen.
    """

    record: str
    label: str
    reason: str
    detail: str
    seen_at: datetime


@frozen(kw_only=True)
class Status:
    """How a bridge stands.

    Args:
        pair: How people name it.
        records: Records it knows.
        bound: Records that exist on the target.
        work: Open work items.
        watermark: How far the source is settled, as the reader writes it, or None.
        settled_at: When the watermark last moved, or None.
        next_wake: When something changes by the calendar, or None.
    """

    pair: str
    records: int
    bound: int
    work: int
    watermark: str | None
    settled_at: datetime | None
    next_wake: datetime | None


class Bridge(Resource[M]):
    """Brings what one platform holds to another, and keeps it there.

    Made by a bridge factory, such as `consonance_to_bigcommerce`.

    Args:
        mode: Sync or async, as both clients.
        job: What differs from pair to pair.
        close: Lets go of what the factory opened.
    """

    def __init__(self, mode: M, job: Job[Any], close: Callable[[], None] | None = None) -> None:
        self.mode = mode
        self.job = job
        self._close = close

    @property
    def ownership(self) -> Ownership:
        """Which side owns each field; it prints as a table."""
        return self.job.ownership

    @property
    def raw(self) -> Bridge[Raw]:
        """The same bridge, whose verbs return flows."""
        twin: Bridge[Raw] = self.raw_twin()
        return twin

    @operation
    def plan(self: Bridge[Raw]) -> Flow[Plan]:
        """What would change now, and why; nothing is written anywhere.

        Returns:
            A plan that prints as a publisher reads it, can be saved, and is applied by `apply`.

        Raises:
            RemoteError: A platform refused; the error says whose fault it is and what to try.

        Cost: the reads of both sides.
        """
        return (yield from plan(self.job))

    @operation
    def apply(self: Bridge[Raw], planned: Plan) -> Flow[Receipt]:
        """Carry a plan out; what had taken hold before is not done again.

        Args:
            planned: A plan of this bridge, made now or loaded from a file.

        Returns:
            What was done, what was refused because it moved, and what needs a person.

        Raises:
            StalePlan: The plan was made for other accounts or under other rules.
            AuthError, QuotaExhausted, RateLimited: Nothing more can be sent now; what was done is kept.

        Cost: about the number of calls that the plan names.
        """
        return (yield from apply(self.job, planned))

    @operation
    def sync(self: Bridge[Raw], *, limit: int | None = None) -> Flow[Receipt]:
        """Plan and apply at once.

        Args:
            limit: The most steps that may be applied without anybody looking; None for no limit.

        Raises:
            SafetyStop: The plan has more steps than `limit`; nothing was written.
        """
        planned = yield from plan(self.job)
        if limit is not None and planned.footer.total > limit:
            raise SafetyStop(
                f"The plan has {planned.footer.total} steps, more than the {limit} allowed without a look.",
                reason="limit",
                hint="Make a plan, read it, and apply it; or raise the limit.",
            )
        return (yield from apply(self.job, planned))

    @operation
    def explain(
        self: Bridge[Raw], record: str, name: AnyField | None = None
    ) -> Flow[tuple[Explanation, ...]]:
        """Why the fields of a record are, or will be, what they are.

        Args:
            record: A natural key's value (an ISBN, a SKU), a platform's reference, or a canonical id.
            name: One field, or None for all.

        Returns:
            One explanation a field; it prints as a sentence.

        Raises:
            LookupError: No record of that name is known.

        Cost: one read of the source's record, and the read of the target.
        """
        return (yield from explain(self.job, record, name))

    @operation
    def work_items(self: Bridge[Raw]) -> Flow[tuple[WorkItem, ...]]:
        """All open work items, by record; no vendor call."""
        bodies = yield from scan_bodies(self.job.scope, "work")
        return tuple(
            WorkItem(
                record=body["record"],
                label=body["label"],
                reason=body["reason"],
                detail=body["detail"],
                seen_at=datetime.fromisoformat(body["seen_at"]),
            )
            for body in bodies.values()
        )

    @operation
    def status(self: Bridge[Raw]) -> Flow[Status]:
        """How the bridge stands; no vendor call."""
        memory = yield from remember(self.job)
        marks = yield from load_bodies(self.job.scope, "watermark", ["source"])
        mark = marks.get("source")
        changes = [one.next_change for one in memory.records.values() if one.next_change is not None]
        return Status(
            pair=self.job.pair,
            records=len(memory.records),
            bound=len(memory.bindings),
            work=sum(len(items) for items in memory.work.values()),
            watermark=mark["cursor"] if mark else None,
            settled_at=datetime.fromisoformat(mark["at"]) if mark else None,
            next_wake=min(changes, default=None),
        )

    @operation
    def next_wake(self: Bridge[Raw]) -> Flow[datetime | None]:
        """When something changes by the calendar (rights, embargoes, launches); no vendor call."""
        return (yield from self.status()).next_wake

    def close(self) -> None:
        """Let go of the state that the factory opened; the clients stay open."""
        if self._close is not None:
            self._close()
