"""Problems as they are met: who can mend them, what to try, what was seen.  Pure."""

from __future__ import annotations

from attrs import field, frozen

from commerce_bridge.errors import BridgeError, Conflict, NotFound, RemoteError
from commerce_bridge.ports.step import Step
from commerce_bridge.ports.work import RULES, Evidence

SOURCE, TARGET = "source", "target"
"""Who can mend a problem, beside `RULES`."""

_AT_TARGET = frozenset({"gone", "ambiguous", "taken"})
_IN_RULES = frozenset({"no-rule", "mapping", "layout", "no-category"})
_REFUSED = "rejected"

TRY = {
    SOURCE: "Mend the record at its source; the next run takes it from there.",
    TARGET: "Look the record up on the target and mend it there; the next run looks again.",
    RULES: "Change the mapper, the ownership or the settings, then retry.",
}
"""What to try where nobody says anything better, by who can mend it."""


@frozen(kw_only=True)
class Cause:
    """A problem as it was met once.

    Args:
        record: Canonical id.
        label: How people name the record.
        reason: Short and stable.
        detail: In words.
        mended_by: ``source``, ``target`` or ``rules``.
        suggestion: What to try.
        path: The field it is about, or empty.
        part: The part of the record, or empty.
        evidence: What was seen.
    """

    record: str
    label: str
    reason: str
    detail: str
    mended_by: str
    suggestion: str
    path: str = ""
    part: str = ""
    evidence: Evidence = field(factory=Evidence)

    @property
    def key(self) -> str:
        """The key of its row."""
        return work_key(self.record, self.reason)


def work_key(record: str, reason: str) -> str:
    """The key of a work item's row."""
    return f"{record}/{reason}"


def problem(record: str, label: str, reason: str, detail: str, plan: str) -> Cause:
    """A problem that was found while planning: the reason says which side can mend it, and what it is about."""
    mended_by = mender_of(reason)
    return Cause(
        record=record,
        label=label,
        reason=reason,
        detail=detail,
        mended_by=mended_by,
        suggestion=TRY[mended_by],
        path=reason.partition(":")[2],
        evidence=Evidence(plan=plan),
    )


def refusal(step: Step, part: str, detail: str, error: BridgeError | None, plan: str) -> Cause:
    """A part of a step that the target did not take: the error says which side can mend it, and what to try."""
    mended_by = _mender_after(error)
    answered = error if isinstance(error, RemoteError) else None
    return Cause(
        record=step.record,
        label=step.label,
        reason=f"{_REFUSED}:{part}",
        detail=detail,
        mended_by=mended_by,
        suggestion=(error.hint if error else "") or TRY[mended_by],
        path=", ".join(sorted(answered.fields)) if answered else "",
        part=part,
        evidence=Evidence(
            plan=plan,
            error=type(error).__name__ if error else "",
            status=answered.status if answered else None,
            request_id=answered.request_id if answered else None,
            excerpt=answered.excerpt if answered else "",
        ),
    )


def mender_of(reason: str) -> str:
    """Which side can mend what planning found: ``source``, ``target`` or ``rules``."""
    code = reason.partition(":")[0]
    if code in _AT_TARGET:
        return TARGET
    return RULES if code in _IN_RULES else SOURCE


def _mender_after(error: BridgeError | None) -> str:
    if error is None or isinstance(error, (Conflict, NotFound)):
        return TARGET
    return {"data": SOURCE, "ours": RULES}.get(error.fault, TARGET)


def is_refusal(reason: str) -> bool:
    """Whether a reason is that of a write which the target did not take."""
    return reason.partition(":")[0] == _REFUSED
