"""What an apply did: counts, and what needs a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from commerce_bridge.ports.step import StepKind
from commerce_bridge.sync.plans.render import counted, in_order


@frozen(kw_only=True)
class Trouble:
    """A record that needs a person, or a step that was not done.

    Args:
        record: Canonical id.
        label: How people name it.
        reason: Short and stable.
        detail: In words, with what to try.
    """

    record: str
    label: str
    reason: str
    detail: str


@frozen(kw_only=True)
class Receipt:
    """What an apply did.

    Args:
        plan: The plan's id.
        pair: How people name the pair.
        correlation_id: The run's id.
        started_at: When it began.
        ended_at: When it ended.
        applied: Steps that took hold, by kind.
        already: Steps that had taken hold before.
        stale: Steps refused because their record moved on the target since the plan was made.
        failed: Steps the target would not take; each is a work item.
        work: Work items opened.
        closed: Work items that resolved by themselves.
        calls: Vendor calls of the writer, looking included.
        busy: Steps that another worker may be carrying out: it held their records for longer than this run
            waits; the next plan meets what it did.
        allowed: Why somebody let it pass though safety would have stopped it, or None.
    """

    plan: str
    pair: str
    correlation_id: str
    started_at: datetime
    ended_at: datetime
    applied: Mapping[StepKind, int]
    already: int
    stale: tuple[Trouble, ...]
    failed: tuple[Trouble, ...]
    work: tuple[Trouble, ...]
    closed: int
    calls: int
    allowed: str | None = None
    busy: tuple[Trouble, ...] = ()

    @property
    def total(self) -> int:
        """Steps that took hold."""
        return sum(self.applied.values())

    def __str__(self) -> str:
        return _render(self)


def _render(receipt: Receipt) -> str:
    """A receipt as text."""
    counts = ", ".join(f"{count} {kind.value}" for kind, count in in_order(receipt.applied)) or "nothing"
    seconds = (receipt.ended_at - receipt.started_at).total_seconds()
    lines = [
        f"Applied plan {receipt.plan[:8]}  {receipt.pair}: {counts}",
        f"{counted(receipt.calls, 'call')} in {seconds:.1f} s, correlation id {receipt.correlation_id}",
    ]
    if receipt.allowed:
        lines.append(f"Safety would have stopped it; it was allowed: {receipt.allowed}")
    if receipt.already:
        lines.append(f"{counted(receipt.already, 'step')} had taken hold before.")
    lines.extend(_troubles("refused, because the record moved since the plan was made", receipt.stale))
    lines.extend(_troubles("left to another worker, which has their records in hand", receipt.busy))
    lines.extend(_troubles("not taken by the target", receipt.failed))
    lines.extend(_troubles("in need of a person", receipt.work))
    if receipt.closed:
        lines.append(f"{counted(receipt.closed, 'work item')} resolved by now.")
    return "\n".join(lines)


def _troubles(title: str, troubles: tuple[Trouble, ...]) -> list[str]:
    if not troubles:
        return []
    return [f"{len(troubles)} {title}:", *(f"  ! {one.label}: {one.detail}" for one in troubles)]
