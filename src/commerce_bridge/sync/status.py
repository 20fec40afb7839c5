"""How a bridge stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from attrs import field, frozen

from commerce_bridge.domain.dates import earliest
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.sync.holding.holding import load_holds
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.kept.memory import open_work_of, walk
from commerce_bridge.sync.kept.origins import stamp
from commerce_bridge.sync.kept.tables import body_of, load_bodies
from commerce_bridge.sync.planning.watch import Tally, load_tally
from commerce_bridge.sync.plans.render import counted


@frozen(kw_only=True)
class Status:
    """How a bridge stands.

    Args:
        pair: How people name it.
        at: When this was asked.
        records: Records it knows.
        bound: Records that exist on the target.
        work: Open work items.
        watermark: How far the source is settled, as the reader writes it, or None.
        settled_at: When the watermark last moved, or None.
        as_of: The instant of the plan that moved it: all that the source showed then is settled, or None.
        next_wake: When something changes by the calendar, or None; past where it waits for a run.
        due: Source records that wait for a run: their time has come, or a write has to be tried again.
        holds: Records and fields that people hold as they are.
        pause: Why nothing is written at all, and until when; None when the bridge is not paused.
        heard: What was heard of our own writes: echoes, near misses, braked loops.
    """

    pair: str
    at: datetime
    records: int
    bound: int
    work: int
    watermark: str | None
    settled_at: datetime | None
    as_of: datetime | None
    next_wake: datetime | None
    due: int = 0
    holds: int = 0
    pause: str | None = None
    heard: Tally = field(factory=Tally)

    @property
    def lag(self) -> timedelta | None:
        """How long ago the source was last seen whole; a change since then may not have been written."""
        return None if self.as_of is None else self.at - self.as_of

    def __str__(self) -> str:
        lag = "never settled" if self.lag is None else f"settled {_ago(self.lag)} ago"
        lines = [
            f"{self.pair}: {counted(self.records, 'record')}, {self.bound} on the target, "
            f"{counted(self.work, 'work item')}, {lag}"
        ]
        if self.due:
            lines.append(f"  waiting for a run: {counted(self.due, 'source record')}")
        if self.next_wake is not None:
            lines.append(f"  next change by the calendar {self.next_wake:%Y-%m-%d %H:%M} UTC")
        if self.pause is not None:
            lines.append(f"  {self.pause}")
        if self.holds:
            lines.append(f"  holds and pins: {self.holds}")
        if self.heard:
            heard = self.heard
            lines.append(
                f"  own writes heard again: {heard.echoes} echoes, {heard.near_misses} near misses, "
                f"{heard.brakes} braked"
            )
        return "\n".join(lines)


def _ago(lag: timedelta) -> str:
    seconds = int(lag.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"


def status(job: Job[Any]) -> Flow[Status]:
    """How a bridge stands; no vendor call."""
    now = yield from flow.now()
    mark = (yield from load_bodies(job.scope, "watermark", ["source"])).get("source")
    work = yield from open_work_of(job)
    holds = yield from load_holds(job)
    records = bound = due = 0
    wake, moment, after = "", stamp(now), ""
    while rows := (yield from walk(job, "origin", after)):
        for row in rows:
            body = body_of(row)
            records += len(body["records"])
            bound += len(body["shown"])
            due += not body["source"] or (body["next"] != "" and body["next"] <= moment)
            wake = min(wake, body["next"]) if wake and body["next"] else wake or body["next"]
        after = rows[-1].at.key
    return Status(
        pair=job.pair,
        at=now,
        records=records,
        bound=bound,
        work=sum(len(items) for items in work.values()),
        watermark=mark["cursor"] if mark else None,
        settled_at=datetime.fromisoformat(mark["at"]) if mark else None,
        as_of=datetime.fromisoformat(mark["as_of"]) if mark and mark.get("as_of") else None,
        next_wake=earliest(datetime.fromisoformat(wake) if wake else None, holds.next_end),
        due=due,
        holds=len(holds.all) - (holds.pause is not None),
        pause=str(holds.pause) if holds.pause is not None else None,
        heard=(yield from load_tally(job)),
    )
