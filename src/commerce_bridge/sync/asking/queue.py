"""One queue of work items over all bridges of a state.

queue = work_queue_of(SQLiteState("bridge.sqlite"))
for item in queue.items(owner="consonance", older_than=timedelta(days=2)):
    print(item)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.operation import Async, M, Raw, Resource, Sync, operation
from commerce_bridge.sync.asking.causes import work_key
from commerce_bridge.sync.asking.outbox import deliver, forget
from commerce_bridge.sync.asking.work import (
    Parties,
    all_parties,
    close,
    item_of,
    open_items,
    tell,
    with_sinks,
)

if TYPE_CHECKING:
    from commerce_bridge.flow.async_driver import AsyncDriver
    from commerce_bridge.flow.effects import Flow
    from commerce_bridge.flow.state import StateStore
    from commerce_bridge.flow.sync_driver import SyncDriver
    from commerce_bridge.flow.wiring import AsyncTransport, Transport, Wiring
    from commerce_bridge.http.opening import Surroundings
    from commerce_bridge.ports.work import Sink, WorkItem


class WorkQueue(Resource[M]):
    """The work items of all bridges of a state, in one mode; made by `work_queue_of` or `async_work_queue_of`.

    A bridge is in it once this release has written a work item of it.

    Args:
        mode: Sync, async or raw.
        sinks: Who is told of what is closed here, and of what waits.
    """

    def __init__(self, mode: M, sinks: tuple[Sink, ...] = ()) -> None:
        self.mode = mode
        self.sinks = sinks

    @operation
    def items(
        self: WorkQueue[Raw],
        *,
        bridge: str | None = None,
        reason: str | None = None,
        owner: str | None = None,
        older_than: timedelta | None = None,
    ) -> Flow[tuple[WorkItem, ...]]:
        """Open work items, those that have been open longest first; no vendor call.

        Args:
            bridge: Of one bridge, by its pair or its scope; None for all.
            reason: With this reason, or with this code at its beginning, such as ``no-price``; None for all.
            owner: That this side can mend, such as ``consonance`` or ``rules``; None for all.
            older_than: Open for longer than this; None for all.
        """
        now = yield from flow.now()
        found: list[WorkItem] = []
        for parties in (yield from all_parties()):
            if bridge is None or bridge in {parties.pair, parties.scope}:
                found.extend((yield from open_items(parties)))
        return chosen(found, now, reason=reason, owner=owner, older_than=older_than)

    @operation
    def bridges(self: WorkQueue[Raw]) -> Flow[tuple[str, ...]]:
        """The scopes of the bridges that have had work items; no vendor call."""
        return tuple(one.scope for one in (yield from all_parties()))

    @operation
    def resolve(self: WorkQueue[Raw], item: WorkItem, note: str, *, by: str) -> Flow[bool]:
        """Close an item by hand; who did it and why is kept in the record's history.  No vendor call.

        An item whose cause is still there opens again when its record is next decided or refused.

        Args:
            item: The item, as the queue gave it.
            note: Why.
            by: Who closes it.

        Returns:
            Whether it was open.

        Raises:
            ValueError: Nobody is named, or the item is of no bridge of this state.
        """
        for parties in (yield from all_parties()):
            if parties.scope == item.scope:
                return (yield from close_by_hand(self._told(parties), item, note, by))
        raise ValueError(f"No bridge of this state is {item.scope}.")

    @operation
    def deliver(self: WorkQueue[Raw]) -> Flow[int]:
        """Give the sinks what waits for them, of all bridges; how many notices were taken.

        A bridge with sinks does this at the end of each run; here it is for what an outage left.

        Cost: a request or so of the sink for each hundred notices; no call of a vendor.
        """
        taken = 0
        for parties in (yield from all_parties()):
            taken += yield from deliver_of(parties, self.sinks)
        return taken

    @operation
    def forget_notices(self: WorkQueue[Raw], before: datetime) -> Flow[int]:
        """Remove notices that nobody took, such as those of a sink that is no more; how many.  No vendor call.

        Args:
            before: Those that were written before this instant; aware.
        """
        removed = 0
        for scope in (yield from self.bridges()):
            removed += yield from forget(scope, before)
        return removed

    def _told(self, parties: Parties) -> Parties:
        return with_sinks(parties, tuple(sink.name for sink in self.sinks))


def chosen(
    items: Iterable[WorkItem],
    now: datetime,
    *,
    reason: str | None = None,
    owner: str | None = None,
    older_than: timedelta | None = None,
) -> tuple[WorkItem, ...]:
    """Some of these items, those that have been open longest first.  Pure.

    Args:
        items: The items.
        now: The instant; aware.
        reason: With this reason or code, or None.
        owner: That this side can mend, or None.
        older_than: Open for longer than this, or None.
    """
    kept = [
        item
        for item in items
        if (reason is None or reason in {item.reason, item.code})
        and (owner is None or item.owner == owner)
        and (older_than is None or item.age(now) > older_than)
    ]
    return tuple(sorted(kept, key=lambda item: (item.first_seen, item.scope, item.record, item.reason)))


def close_by_hand(parties: Parties, item: WorkItem, note: str, by: str) -> Flow[bool]:
    """Close an item, and keep who did it and why; whether it was open.

    Raises:
        ValueError: Nobody is named.
    """
    if not by.strip():
        raise ValueError("Say who closes the work item: its history keeps that.")
    now = yield from flow.now()
    closed = yield from close(parties, [work_key(item.record, item.reason)], now, by=by, note=note)
    if closed.ops:
        yield from flow.commit(closed.ops)
    yield from tell(closed)
    return bool(closed.items)


def deliver_of(parties: Parties, sinks: tuple[Sink, ...]) -> Flow[int]:
    """Give the sinks what waits for them of one bridge; how many notices were taken."""

    def made(body: Mapping[str, Any]) -> WorkItem:
        return item_of(parties, body)

    return (yield from deliver(parties.scope, sinks, made))


def work_queue_of(
    state: StateStore, *, sinks: tuple[Sink, ...] = (), around: Surroundings | None = None
) -> WorkQueue[Sync]:
    """The queue of a state, with calls that return their results.

    Args:
        state: Where the bridges remember.
        sinks: Who is told.
        around: The clock, the chance and the subscribers; the program's own unless given.
    """
    transports = transports_of(sinks)

    def make() -> SyncDriver:
        from commerce_bridge.flow.sync_driver import SyncDriver

        return SyncDriver(_wiring(state, around, transports))

    return WorkQueue(Sync(make), sinks)


def async_work_queue_of(
    state: StateStore, *, sinks: tuple[Sink, ...] = (), around: Surroundings | None = None
) -> WorkQueue[Async]:
    """The queue of a state, with calls that are awaited.

    Args:
        state: Where the bridges remember.
        sinks: Who is told.
        around: The clock, the chance and the subscribers; the program's own unless given.
    """
    transports = async_transports_of(sinks)

    def make() -> AsyncDriver:
        from commerce_bridge.flow.async_driver import AsyncDriver

        return AsyncDriver(_wiring(state, around, transports))

    return WorkQueue(Async(make), sinks)


def hosts_of(sinks: Iterable[Sink]) -> dict[str, str]:
    """The accounts that these sinks send through, each with its base URL.

    Raises:
        ValueError: Two of them have one name, or a name has a slash in it.
    """
    names: set[str] = set()
    hosts: dict[str, str] = {}
    for sink in sinks:
        if sink.name in names or "/" in sink.name:
            raise ValueError(f"A sink needs a name of its own, without a slash, not {sink.name!r}.")
        names.add(sink.name)
        hosts.update(sink.hosts)
    return hosts


def transports_of(sinks: Iterable[Sink]) -> dict[str, Transport]:
    """What carries the calls of these sinks, by account; nothing is opened before the first call.

    Raises:
        ValueError: Two of them have one name, or a name has a slash in it.
    """
    from commerce_bridge.http.adapters import HttpTransport

    return {account: HttpTransport(url) for account, url in hosts_of(sinks).items()}


def async_transports_of(sinks: Iterable[Sink]) -> dict[str, AsyncTransport]:
    """What carries the calls of these sinks, by account; nothing is opened before the first call.

    Raises:
        ValueError: Two of them have one name, or a name has a slash in it.
    """
    from commerce_bridge.http.adapters import AsyncHttpTransport

    return {account: AsyncHttpTransport(url) for account, url in hosts_of(sinks).items()}


def _wiring(state: StateStore, around: Surroundings | None, transports: Mapping[str, Any]) -> Wiring:
    from commerce_bridge.flow.wiring import Wiring
    from commerce_bridge.http.opening import Surroundings

    around = around or Surroundings()
    return Wiring(
        transports=transports,
        state=state,
        clock=around.clock,
        chance=around.chance,
        subscribers=around.subscribers,
    )
