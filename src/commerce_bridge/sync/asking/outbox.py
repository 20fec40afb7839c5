"""The outbox: notices of work items, kept from the commit that opens or closes an item until a sink has taken them.

A notice is written in the very commit that it tells of, one row for each sink, so a crash loses none.  After a
run `deliver` drains it; a row goes when the sink has taken it, so a crash in between gives the notice once more,
under the same id.  A sink that fails breaks no run: what it did not take waits, and its outage is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from commerce_bridge.errors import BridgeError
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.events import Undelivered
from commerce_bridge.flow.state import ByPrefix, Delete, Key, Op, Row
from commerce_bridge.ports.work import Notice, NoticeKind, Sink, WorkItem
from commerce_bridge.sync.kept.tables import body_of, load_bodies, put
from commerce_bridge.sync.plans.codec import digest

T = TypeVar("T")

BATCH = 100
"""So many notices are given to a sink at once."""

ItemOf = Callable[[Mapping[str, Any]], WorkItem]
"""Makes the item of the body of a work item's row."""


def notice_ops(
    sinks: Sequence[str],
    kind: NoticeKind,
    item: WorkItem,
    body: Mapping[str, Any],
    at: datetime,
    *,
    by: str = "",
    note: str = "",
) -> list[Op]:
    """The rows by which sinks are told, to be committed with what they tell of.

    Args:
        sinks: The names of the sinks.
        kind: What became of the item.
        item: The item.
        body: Its row.
        at: The instant.
        by: Who closed it, or empty.
        note: What that person said.
    """
    delivery = digest([item.scope, item.record, item.reason, kind.value, item.first_seen.isoformat()])
    kept = {"id": delivery, "kind": kind.value, "at": at.isoformat(), "by": by, "note": note, "work": body}
    return [put(item.scope, "outbox", f"{sink}/{at.isoformat()}/{delivery}", kept) for sink in sinks]


def deliver(scope: str, sinks: Sequence[Sink], item_of: ItemOf) -> Flow[int]:
    """Give every sink what waits for it; how many notices were taken.

    Args:
        scope: The bridge whose notices they are.
        sinks: The sinks; what waits for others stays.
        item_of: Makes the items.

    Cost: a request or so for each hundred notices, by the sink; no call of a vendor.
    """
    taken = 0
    for sink in sinks:
        taken += yield from _drain(scope, sink, item_of)
    return taken


def _drain(scope: str, sink: Sink, item_of: ItemOf) -> Flow[int]:
    taken = 0
    while rows := (yield from _waiting(scope, sink)):
        notices = {one.id: one for one in (_notice(row, item_of) for row in rows)}
        try:
            yield from sink.tell(tuple(notices.values()))
        except Exception as error:  # a sink may be anybody's code, and no run may end by it
            yield from _outage(scope, sink, error)
            return taken
        over = [*(row.at for row in rows), Key(table="sink", scope=scope, key=sink.name)]
        yield from flow.commit([Delete(at=at) for at in over])
        taken += len(notices)
    return taken


def _waiting(scope: str, sink: Sink) -> Flow[tuple[Row, ...]]:
    return (yield from flow.load(ByPrefix(table="outbox", scope=scope, prefix=f"{sink.name}/", limit=BATCH)))


def _notice(row: Row, item_of: ItemOf) -> Notice:
    body = body_of(row)
    return Notice(
        id=body["id"],
        kind=NoticeKind(body["kind"]),
        at=datetime.fromisoformat(body["at"]),
        item=item_of(body["work"]),
        by=body["by"],
        note=body["note"],
    )


def _outage(scope: str, sink: Sink, error: Exception) -> Flow[None]:
    """Tell that a sink takes nothing, unless that has been told since it last took something."""
    if (yield from load_bodies(scope, "sink", [sink.name])):
        return
    now = yield from flow.now()
    kind = type(error).__name__
    yield from flow.commit([put(scope, "sink", sink.name, {"since": now.isoformat(), "error": kind})])
    yield from flow.emit(Undelivered(scope=scope, sink=sink.name, error=kind, at=now))


def delivering(work: Flow[T], news: Callable[[], Flow[int]]) -> Flow[T]:
    """Run `work`, then deliver what it put into the outbox, also when it ended with an error.

    Args:
        work: The run.
        news: Makes the flow that delivers.
    """
    try:
        result = yield from work
    except BridgeError:
        yield from news()
        raise
    yield from news()
    return result


def forget(scope: str, before: datetime) -> Flow[int]:
    """Remove notices that were written before an instant and that nobody took; how many.

    Args:
        scope: The bridge whose notices they are.
        before: Aware.
    """
    removed, after = 0, ""
    while rows := (yield from flow.load(ByPrefix(table="outbox", scope=scope, after=after))):
        after = rows[-1].at.key
        old = [row.at for row in rows if datetime.fromisoformat(body_of(row)["at"]) < before]
        if old:
            yield from flow.commit([Delete(at=at) for at in old])
            removed += len(old)
    return removed
