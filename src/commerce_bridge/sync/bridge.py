"""A bridge: one pair, with the public verbs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

from commerce_bridge.domain.fields import AnyField
from commerce_bridge.errors import SafetyStop
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.operation import M, Raw, operation
from commerce_bridge.merge import Explanation, Ownership
from commerce_bridge.ports.work import WorkItem
from commerce_bridge.sync.applying.applier import apply
from commerce_bridge.sync.asking.outbox import delivering
from commerce_bridge.sync.asking.queue import close_by_hand, deliver_of
from commerce_bridge.sync.asking.work import Parties, open_items, records_of_items
from commerce_bridge.sync.explaining import explain
from commerce_bridge.sync.history import Entry, history
from commerce_bridge.sync.holding_verbs import HoldingVerbs
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.person_verbs import PersonVerbs
from commerce_bridge.sync.planning.planner import chosen_records, plan
from commerce_bridge.sync.planning.survey import Wish
from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.receipt import Receipt
from commerce_bridge.sync.plans.render import counted
from commerce_bridge.sync.retrying import plan_retry
from commerce_bridge.sync.reverting.planned import plan_revert
from commerce_bridge.sync.running import Ran, run
from commerce_bridge.sync.status import Status, status

__all__ = ["Bridge", "Status", "WorkItem"]

T = TypeVar("T")


def _within(planned: Plan, limit: int | None) -> None:
    """Stop a plan that has more steps than may be applied without a look."""
    if limit is not None and planned.footer.total > limit:
        raise SafetyStop(
            f"The plan has {counted(planned.footer.total, 'step')}, more than the {limit} allowed without a look.",
            reason="limit",
            hint="Make a plan, read it, and apply it; or raise the limit.",
        )


class Bridge(HoldingVerbs[M], PersonVerbs[M]):
    """Brings what one platform holds to another, and keeps it there.

    Made by a bridge factory, such as `consonance_to_bigcommerce`.  As a context manager (``with``, in async code
    too) it is closed at the end.

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
    def plan(
        self: Bridge[Raw],
        only: Iterable[str] | str | None = None,
        *,
        again: bool = False,
        overwrite: bool = False,
        complete: bool = False,
    ) -> Flow[Plan]:
        """What would change now, and why; nothing is written anywhere.

        Args:
            only: The records to plan, each named as for `explain`, or by the source's reference; None for all.
                A record comes with all others of its source record.  Such a plan moves no watermark.
            again: Whether what the target refused is tried again though nothing has changed.
            overwrite: Whether what stood on the target before us becomes what the source says at once.
            complete: Whether the source is read whole, though a read of what changed would do: only a complete
                read tells what is gone.

        Returns:
            A plan that prints as a publisher reads it, can be saved, and is applied by `apply`.

        Raises:
            LookupError: A record that was named is not known.
            RemoteError: A platform refused; the error says whose fault it is and what to try.

        Cost: the reads of both sides; of chosen records, one read of these on each side.
        """
        chosen = None if only is None else (yield from chosen_records(self.job, only))
        return (
            yield from plan(self.job, Wish(only=chosen, again=again, overwrite=overwrite, complete=complete))
        )

    @operation
    def apply(self: Bridge[Raw], planned: Plan, *, allow: str | None = None) -> Flow[Receipt]:
        """Carry a plan out; what had taken hold before is not done again.

        Args:
            planned: A plan of this bridge, made now or loaded from a file.
            allow: Why a plan is right that safety would stop; kept in the state and in the receipt.

        Returns:
            What was done, what was refused because it moved, and what needs a person.

        Raises:
            SafetyStop: A side is suddenly nearly empty, or nearly everything would change, or the bridge is
                paused; nothing was written.
            StalePlan: The plan was made for other accounts or under other rules.
            AuthError, QuotaExhausted, RateLimited: Nothing more can be sent now; what was done is kept.

        Cost: about the number of calls that the plan names.
        """
        return (yield from self._delivering(apply(self.job, planned, allow)))

    @operation
    def sync(self: Bridge[Raw], *, limit: int | None = None, allow: str | None = None) -> Flow[Receipt]:
        """Plan and apply at once.

        Args:
            limit: The most steps that may be applied without anybody looking; None for no limit.
            allow: As for `apply`.

        Raises:
            SafetyStop: The plan has more steps than `limit`, or as for `apply`; nothing was written.
        """
        planned = yield from plan(self.job)
        _within(planned, limit)
        return (yield from self.apply(planned, allow=allow))

    @operation
    def run(
        self: Bridge[Raw],
        *,
        until: datetime,
        every: timedelta = timedelta(minutes=15),
        limit: int | None = None,
    ) -> Flow[Ran]:
        """Sync now, at each change by the calendar, and every so often, until an instant.

        An exhausted quota is waited for, and so is a vendor that is down for a while.

        Args:
            until: When to stop, with a zone; no sync is begun after it.
            every: How often the source is looked at though nothing changes by the calendar.
            limit: As for `sync`.

        Returns:
            How often both sides were brought together, and what came of it.

        Raises:
            AuthError, SafetyStop: What no waiting mends.
        """
        return (
            yield from run(
                lambda: self.sync(limit=limit),
                self.next_wake,
                until=until,
                every=every,
                account=self.job.pair,
            )
        )

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
    def history(self: Bridge[Raw], record: str) -> Flow[tuple[Entry, ...]]:
        """Everything that was sent of one record, when, by which plan and why, oldest first.

        Args:
            record: A natural key's value (an ISBN, a SKU), a platform's reference, or a canonical id.

        Returns:
            One entry for each step of each plan, with every change and what became of it, and one for each work
            item that is open or that a person closed; each prints as a publisher reads it.

        Raises:
            LookupError: No record of that name is known.

        Cost: no vendor call.
        """
        return (yield from history(self.job, record))

    @operation
    def plan_revert(self: Bridge[Raw], applied: Receipt | str) -> Flow[Plan]:
        """A plan that sets back what an apply has changed, as far as nobody has changed it since.

        Args:
            applied: The receipt of the apply; or the id of its plan, or the beginning of one, as a receipt prints
                it.

        Returns:
            A plan like any other.  What the apply had made is taken off view in it, never deleted; what is left
            alone is told in its warnings, field by field.

        Raises:
            LookupError: No apply of a plan of that id is known, or several are.

        Cost: one read of the records that the apply has written.
        """
        return (yield from plan_revert(self.job, applied))

    @operation
    def work_items(self: Bridge[Raw]) -> Flow[tuple[WorkItem, ...]]:
        """All open work items of this bridge, by record; no vendor call.

        `commerce_bridge.sync.asking.queue` has those of all bridges of a state.
        """
        return (yield from open_items(Parties.of(self.job)))

    @operation
    def resolve(self: Bridge[Raw], item: WorkItem, note: str, *, by: str) -> Flow[bool]:
        """Close a work item by hand; who did it and why is kept in the record's history.  No vendor call.

        An item whose cause is still there opens again when its record is next decided or refused.

        Args:
            item: The item, as `work_items` gave it.
            note: Why.
            by: Who closes it.

        Returns:
            Whether it was open.

        Raises:
            ValueError: Nobody is named, or the item is another bridge's.
        """
        records_of_items(self.job, (item,))
        closing = close_by_hand(Parties.of(self.job), item, note, by)
        return (yield from self._delivering(closing))

    @operation
    def plan_retry(self: Bridge[Raw], items: Iterable[WorkItem] | None = None) -> Flow[Plan]:
        """What would be written if the records of these work items were tried again now; nothing is written.

        Args:
            items: The items, as `work_items` gave them; all that are open for None.

        Returns:
            A plan of their records only, which `apply` carries out; what the target refused a short while ago
            is tried all the same.  A record comes with all others of its source record.

        Raises:
            ValueError: An item is another bridge's.

        Cost: one read of these records on each side.
        """
        return (yield from plan_retry(self.job, items))

    @operation
    def retry(
        self: Bridge[Raw], items: Iterable[WorkItem] | None = None, *, limit: int | None = None
    ) -> Flow[Receipt]:
        """Try the records of these work items again; those whose cause is gone are closed.

        Args:
            items: The items, as `work_items` gave them; all that are open for None.
            limit: The most steps that may be applied without anybody looking; None for no limit.

        Raises:
            SafetyStop: The plan has more steps than `limit`; nothing was written.
            ValueError: An item is another bridge's.
        """
        planned = yield from self.plan_retry(items)
        _within(planned, limit)
        return (yield from self.apply(planned))

    def _delivering(self, work: Flow[T]) -> Flow[T]:
        """Run `work`, then tell the sinks what it opened and closed."""
        job = self.job
        return delivering(work, lambda: deliver_of(Parties.of(job), job.sinks)) if job.sinks else work

    @operation
    def status(self: Bridge[Raw]) -> Flow[Status]:
        """How the bridge stands; no vendor call."""
        return (yield from status(self.job))

    @operation
    def next_wake(self: Bridge[Raw]) -> Flow[datetime | None]:
        """When something changes by the calendar (rights, embargoes, launches); no vendor call."""
        return (yield from self.status()).next_wake

    def close(self) -> None:
        """Let go of the state that the factory opened; the clients stay open."""
        if self._close is not None:
            self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
