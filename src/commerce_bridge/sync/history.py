"""History: everything that was sent of one record, when, by which plan, and why; read from the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen

from commerce_bridge.flow.effects import Flow
from commerce_bridge.ports.step import Step, StepKind
from commerce_bridge.sync.job import Job
from commerce_bridge.sync.kept.memory import known_record
from commerce_bridge.sync.kept.tables import scan_bodies
from commerce_bridge.sync.personal.naming import record_called
from commerce_bridge.sync.personal.sealed_job import sealed
from commerce_bridge.sync.planning.deciding import open_work
from commerce_bridge.sync.plans.lines import change_line, step_of
from commerce_bridge.sync.plans.render import change_lines, moment


@frozen(kw_only=True)
class Entry:
    """One step of one plan, as the ledger has it, and what became of it.

    It prints as a publisher reads it: a line that says when and by which plan, the changes, and the outcome.

    Args:
        at: When the first of it took hold, or was refused.
        plan: The plan's id; empty where that is not known.
        step: What was sent: its kind, and each change with field, part, before, after, owner, rule and reason.
            A step of the kind OPEN_WORK sent nothing: it is a work item.
        done: The parts that took hold, such as ``product`` or ``picture:…``.
        refused: The parts that the target would not take, each with why.
        closed: Of a work item, who closed it and why; empty while it is open.
    """

    at: datetime
    plan: str
    step: Step
    done: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(factory=dict[str, str])
    closed: str = ""

    @property
    def outcome(self) -> str:
        """What became of it, in one word: ``done``, ``refused``, ``partly refused``, ``open`` or ``closed``."""
        if self.step.kind is StepKind.OPEN_WORK:
            return "closed" if self.closed else "open"
        if self.refused:
            return "partly refused" if self.done else "refused"
        return "done"

    def as_data(self) -> dict[str, Any]:
        """The entry as JSON-able data; values as plan files write them."""
        return {
            "at": self.at.isoformat(),
            "plan": self.plan,
            "kind": self.step.kind.value,
            "record": self.step.record,
            "label": self.step.label,
            "outcome": self.outcome,
            "changes": [_change_data(change_line(one)) for one in self.step.changes],
            "done": list(self.done),
            "refused": dict(self.refused),
            "reason": self.step.reason,
            "detail": self.step.detail,
            "closed": self.closed,
        }

    def __str__(self) -> str:
        plan = f"  plan {self.plan[:8]}" if self.plan else ""
        lines = [f"{moment(self.at)}{plan}  {self.step.kind.value}: {self.outcome}", *change_lines(self.step)]
        if self.step.detail:
            lines.append(f"    ! {self.step.detail}")
        lines.extend(f"    ! {part} was not taken: {why}" for part, why in self.refused.items())
        if self.closed:
            lines.append(f"    {self.closed}")
        return "\n".join(lines)


def _change_data(row: list[Any]) -> dict[str, Any]:
    return dict(zip(("field", "before", "after", "owner", "rule", "part", "reason"), row, strict=False))


def history(job: Job[Any], record: str) -> Flow[tuple[Entry, ...]]:
    """Everything that was sent of one record, oldest first, and the work items that are open or a person closed.

    Args:
        job: The job.
        record: A natural key's value (an ISBN, a SKU), a platform's reference, or a canonical id.

    Raises:
        LookupError: No record of that name is known.

    Cost: no vendor call.
    """
    job = yield from sealed(job)
    known = yield from known_record(job, (yield from record_called(job, record)))
    entries = yield from entries_of(job, known.record)
    bodies = yield from scan_bodies(job.scope, "work", f"{known.record}/")
    items = [_open_item(body) for body in bodies.values()]
    return tuple(sorted((*entries, *items), key=lambda one: one.at))


def entries_of(job: Job[Any], record: str) -> Flow[tuple[Entry, ...]]:
    """What the ledger has of a record, by canonical id, oldest first; no vendor call.

    The rows of one step are one entry: a write that was refused and tried again, or that was met by the run
    after the one that died, has several.
    """
    bodies = yield from scan_bodies(job.scope, "ledger", f"{record}/")
    entries: dict[tuple[str, str, str], Entry] = {}
    for body in bodies.values():
        one = _entry(body)
        at = one.at.isoformat() if one.closed else ""
        former = entries.get((one.plan, one.step.id, at))
        entries[one.plan, one.step.id, at] = one if former is None else _both(former, one)
    done = yield from _done_parts(job, entries.values())
    told = (evolve(one, done=done.get((one.plan, one.step.id), one.done)) for one in entries.values())
    kinds = list(StepKind)
    return tuple(sorted(told, key=lambda one: (one.at, kinds.index(one.step.kind))))


def _entry(body: Mapping[str, Any]) -> Entry:
    closed: Mapping[str, str] = body.get("closed", {})
    return Entry(
        at=datetime.fromisoformat(body["at"]),
        plan=body["plan"],
        step=step_of(body["did"]),
        refused=body.get("refused", {}),
        closed=f"closed by {closed['by']}: {closed['note']}" if closed else "",
    )


def _both(one: Entry, other: Entry) -> Entry:
    return evolve(one, at=min(one.at, other.at), refused={**one.refused, **other.refused})


def _done_parts(job: Job[Any], entries: Iterable[Entry]) -> Flow[dict[tuple[str, str], tuple[str, ...]]]:
    """The parts of each step that took hold, by plan and step."""
    done: dict[tuple[str, str], tuple[str, ...]] = {}
    for one in entries:
        if one.step.kind is not StepKind.OPEN_WORK:
            bodies = yield from scan_bodies(job.scope, "receipt", f"{one.plan}/{one.step.id}/")
            done[one.plan, one.step.id] = tuple(sorted(body["part"] for body in bodies.values()))
    return done


def _open_item(body: Mapping[str, Any]) -> Entry:
    at = datetime.fromisoformat(body.get("first_seen") or body["seen_at"])
    step = open_work(body["record"], body["label"], body["reason"], body["detail"])
    return Entry(at=at, plan=body.get("evidence", {}).get("plan", ""), step=step)
