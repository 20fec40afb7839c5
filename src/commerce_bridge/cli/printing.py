"""Plans and receipts as JSON objects, for programs that read what the command prints."""

from __future__ import annotations

from typing import Any

from commerce_bridge.sync.plans.plan import Plan
from commerce_bridge.sync.plans.receipt import Receipt, Trouble


def plan_object(plan: Plan) -> dict[str, Any]:
    """A plan's header and footer, and its steps in short."""
    footer = plan.footer
    return {
        "plan": plan.header.plan,
        "pair": plan.header.pair,
        "as_of": plan.header.as_of.isoformat(),
        "titles": footer.titles,
        "formats": footer.formats,
        "planned": footer.total,
        "by_kind": {kind.value: count for kind, count in footer.steps.items()},
        "unchanged": footer.skipped,
        "calls": footer.calls,
        "good_until": footer.good_until.isoformat() if footer.good_until else None,
        "steps": [
            {
                "id": step.id,
                "kind": step.kind.value,
                "record": step.record,
                "label": step.label,
                "fields": sorted({str(change.field) for change in step.changes}),
                "detail": step.detail,
            }
            for step in plan.steps()
        ],
    }


def receipt_object(receipt: Receipt) -> dict[str, Any]:
    """A receipt."""
    return {
        "plan": receipt.plan,
        "pair": receipt.pair,
        "correlation_id": receipt.correlation_id,
        "applied": receipt.total,
        "by_kind": {kind.value: count for kind, count in receipt.applied.items()},
        "already": receipt.already,
        "calls": receipt.calls,
        "stale": [_trouble(one) for one in receipt.stale],
        "failed": [_trouble(one) for one in receipt.failed],
        "work_items": [_trouble(one) for one in receipt.work],
        "resolved": receipt.closed,
    }


def _trouble(one: Trouble) -> dict[str, str]:
    return {"record": one.record, "label": one.label, "reason": one.reason, "detail": one.detail}
