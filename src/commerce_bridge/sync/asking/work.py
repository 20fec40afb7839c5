"""Work items in the state: met, met again, closed.

One row an item, under the record and the reason.  Meeting the same problem again keeps when it was first seen
and counts the plan in which it was met, once; no vendor is asked for that.  Each commit that writes an item
also notes which bridge it belongs to, so that one queue can be read over all bridges of a state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen

from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.events import Queued, Resolved
from commerce_bridge.flow.state import Delete, Key, Op
from commerce_bridge.ports.step import Step, StepKind
from commerce_bridge.ports.work import Evidence, NoticeKind, WorkItem
from commerce_bridge.sync.asking.causes import SOURCE, TARGET, TRY, Cause, is_refusal, mender_of
from commerce_bridge.sync.asking.outbox import notice_ops
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.kept.tables import load_bodies, put, scan_bodies
from commerce_bridge.sync.plans.lines import step_line

REGISTRY = ""
"""The scope of the rows that name all bridges of a state."""


@frozen(kw_only=True)
class Parties:
    """A bridge as its work items name it.

    Args:
        scope: The bridge and both accounts.
        pair: How people name it.
        source: The side that is read.
        target: The side that is written.
        sinks: The names of the sinks that are told.
    """

    scope: str
    pair: str
    source: str
    target: str
    sinks: tuple[str, ...] = field(default=(), eq=False)

    @staticmethod
    def of(job: Job[Any]) -> Parties:
        """Those of a job."""
        return Parties(
            scope=job.scope,
            pair=job.pair,
            source=job.source,
            target=job.target,
            sinks=tuple(sink.name for sink in job.sinks),
        )

    def row(self) -> Op:
        """The row by which the queue over all bridges finds this one."""
        body = {"pair": self.pair, "source": self.source, "target": self.target}
        return put(REGISTRY, "bridge", self.scope, body)


@frozen(kw_only=True)
class Met:
    """What meeting some problems comes to.

    Args:
        ops: To be committed together with what was found out.
        items: The items, as they will stand.
        told: What the subscribers are to be told once that is committed.
    """

    ops: tuple[Op, ...] = ()
    items: tuple[WorkItem, ...] = ()
    told: tuple[Queued | Resolved, ...] = ()


def item_of(parties: Parties, body: Mapping[str, Any]) -> WorkItem:
    """The item that a row holds; one of an older release says no more than what it knew."""
    mended_by = body.get("mended_by") or mender_of(body["reason"])
    last_seen = datetime.fromisoformat(body["seen_at"])
    first_seen = body.get("first_seen")
    return WorkItem(
        pair=parties.pair,
        scope=parties.scope,
        record=body["record"],
        label=body["label"],
        reason=body["reason"],
        owner={SOURCE: parties.source, TARGET: parties.target}.get(mended_by, mended_by),
        detail=body["detail"],
        suggestion=body.get("suggestion") or TRY[mended_by],
        path=body.get("path", "" if is_refusal(body["reason"]) else body["reason"].partition(":")[2]),
        part=body.get("part", ""),
        evidence=Evidence(**body.get("evidence", {})),
        first_seen=datetime.fromisoformat(first_seen) if first_seen else last_seen,
        last_seen=last_seen,
        attempts=body.get("attempts", 1),
    )


def body_after(cause: Cause, before: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
    """The row of an item after a problem was met.

    Args:
        cause: The problem.
        before: The row as it stands, or None when there is none.
        now: The instant; one that lies before what the row says does not set it back.
    """
    before = before or {}
    seen_at = now.isoformat()
    last = max(now, datetime.fromisoformat(before.get("seen_at", seen_at)))
    attempts = before.get("attempts", 1 if before else 0)
    counted = bool(before) and before.get("evidence", {}).get("plan") == cause.evidence.plan
    evidence = cause.evidence
    return {
        "record": cause.record,
        "label": cause.label,
        "reason": cause.reason,
        "detail": cause.detail,
        "mended_by": cause.mended_by,
        "suggestion": cause.suggestion,
        "path": cause.path,
        "part": cause.part,
        "evidence": {
            "plan": evidence.plan,
            "error": evidence.error,
            "status": evidence.status,
            "request_id": evidence.request_id,
            "excerpt": evidence.excerpt,
        },
        "first_seen": before.get("first_seen", before.get("seen_at", seen_at)),
        "seen_at": last.isoformat(),
        "attempts": attempts + (not counted),
    }


def meet(parties: Parties, causes: Iterable[Cause], now: datetime, *, known_only: bool = False) -> Flow[Met]:
    """What is to be committed for problems that were met; no vendor call, one look at the state.

    Args:
        parties: The bridge.
        causes: The problems; of several for one item the last one counts.
        now: The instant.
        known_only: Whether to leave out what has no item yet: a person has closed it since the plan was made.
    """
    wanted = {cause.key: cause for cause in causes}
    rows = yield from load_bodies(parties.scope, "work", wanted)
    ops: list[Op] = []
    items: list[WorkItem] = []
    told: list[Queued | Resolved] = []
    for key, cause in wanted.items():
        before = rows.get(key)
        if before is None and known_only:
            continue
        body = body_after(cause, before, now)
        item = item_of(parties, body)
        items.append(item)
        ops.append(put(parties.scope, "work", key, body))
        if before is None:
            ops.extend(notice_ops(parties.sinks, NoticeKind.OPENED, item, body, now))
        if before is None or before["detail"] != cause.detail or is_refusal(cause.reason):
            told.append(_queued(item))
    if ops:
        ops.append(parties.row())
    return Met(ops=tuple(ops), items=tuple(items), told=tuple(told))


def close(parties: Parties, keys: Sequence[str], now: datetime, *, by: str = "", note: str = "") -> Flow[Met]:
    """What is to be committed for items whose cause is gone, or that a person closes; no vendor call.

    Args:
        parties: The bridge.
        keys: The keys of their rows; those that are closed already are left out.
        now: The instant.
        by: The person; empty for one that resolves by itself.
        note: What that person says.
    """
    rows = yield from load_bodies(parties.scope, "work", keys)
    ops: list[Op] = []
    items: list[WorkItem] = []
    for key, body in rows.items():
        item = item_of(parties, body)
        items.append(item)
        ops.append(Delete(at=Key(table="work", scope=parties.scope, key=key)))
        ops.extend(notice_ops(parties.sinks, NoticeKind.RESOLVED, item, body, now, by=by, note=note))
        if by:
            ops.append(_closed_by(item, now, by, note))
    told = tuple(_resolved(item, now, by) for item in items)
    return Met(ops=tuple(ops), items=tuple(items), told=told)


def _closed_by(item: WorkItem, now: datetime, by: str, note: str) -> Op:
    """The entry in the ledger by which a record's history tells who closed an item, and why."""
    step = Step(
        id=f"closed {item.reason}",
        kind=StepKind.OPEN_WORK,
        record=item.record,
        label=item.label,
        reason=item.reason,
        detail=item.detail,
    )
    body = {
        "plan": item.evidence.plan,
        "at": now.isoformat(),
        "did": step_line(step),
        "closed": {"by": by, "note": note},
    }
    return put(item.scope, "ledger", f"{item.record}/{now.isoformat()}/{step.id}", body)


def tell(met: Met) -> Flow[None]:
    """Tell the subscribers of what is committed by now."""
    for event in met.told:
        yield from flow.emit(event)


def _queued(item: WorkItem) -> Queued:
    return Queued(
        record=item.record,
        reason=item.reason,
        detail=item.detail,
        scope=item.scope,
        owner=item.owner,
        attempts=item.attempts,
        first_seen=item.first_seen,
    )


def _resolved(item: WorkItem, now: datetime, by: str) -> Resolved:
    return Resolved(
        record=item.record,
        reason=item.reason,
        scope=item.scope,
        by_hand=bool(by),
        attempts=item.attempts,
        first_seen=item.first_seen,
        at=now,
    )


def open_items(parties: Parties) -> Flow[tuple[WorkItem, ...]]:
    """All open work items of one bridge, by record; no vendor call."""
    bodies = yield from scan_bodies(parties.scope, "work")
    return tuple(item_of(parties, body) for body in bodies.values())


def records_of_items(job: Job[Any], items: Iterable[WorkItem]) -> tuple[str, ...]:
    """The canonical ids of these items' records, each once.

    Raises:
        ValueError: An item is another bridge's.
    """
    given = tuple(items)
    for item in given:
        if item.scope != job.scope:
            raise ValueError(
                f"The work item {item.label!r} is of {item.scope}, and this bridge is {job.scope}."
            )
    return tuple(dict.fromkeys(item.record for item in given))


def all_parties() -> Flow[tuple[Parties, ...]]:
    """The bridges of this state that have had work; no vendor call."""
    bodies = yield from scan_bodies(REGISTRY, "bridge")
    return tuple(
        Parties(scope=scope, pair=body["pair"], source=body["source"], target=body["target"])
        for scope, body in bodies.items()
    )


def with_sinks(parties: Parties, sinks: tuple[str, ...]) -> Parties:
    """The same bridge, whose news goes to these sinks."""
    return evolve(parties, sinks=sinks)
