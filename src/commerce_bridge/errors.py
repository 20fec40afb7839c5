"""The error tree.  Every error answers two questions: whose fault, and what now.

::

    BridgeError                     fault   what now
    ├── TransportError              network retry: the request may or may not have been applied
    │   ├── ConnectionLost
    │   └── TimedOut
    ├── RemoteError                 (an answer came, and it was not what was asked for)
    │   ├── RateLimited             vendor  retry later (`retry_after_s`)
    │   ├── ServerFault             vendor  retry, with care for writes
    │   ├── AuthError               ours    fix the credentials or their scopes
    │   ├── NotFound                data    plan again
    │   ├── Conflict                data    look the record up, plan again
    │   ├── RejectedRecord          data    to the queue of work items (`fields`)
    │   ├── PlanLimit               vendor  a person must raise the plan or free room
    │   └── RequestRefused          ours    our request is wrong: report it
    ├── QuotaExhausted              vendor  stop cleanly, go on at `resets_at`
    ├── DeadlineExceeded            ours    run again; what was done is kept
    ├── DecodeError                 vendor  the answer's shape changed (`path`, `expected`, `got`)
    ├── InvalidDocument             data    a file that cannot be read as what it claims to be
    ├── MappingError                ours    a rule of ours cannot express this record
    ├── CapabilityMissing           vendor  the platform or plan cannot do this: choose another way
    ├── StateConflict               ours    somebody else wrote first: read again
    ├── StateUnreadable             ours    the state file is damaged or from a newer release
    ├── StalePlan                   data    records moved under the plan: plan again (`records`)
    ├── SafetyStop                  data    ask a person: the change is suspiciously large
    ├── GuardRail                   ours    a request refused before it left, because it destroys too much
    └── MissingExtra                ours    install the named extra (also an ImportError)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

__all__ = [
    "AuthError",
    "BridgeError",
    "CapabilityMissing",
    "Conflict",
    "ConnectionLost",
    "DeadlineExceeded",
    "DecodeError",
    "GuardRail",
    "InvalidDocument",
    "MappingError",
    "MissingExtra",
    "NotFound",
    "PlanLimit",
    "QuotaExhausted",
    "RateLimited",
    "RejectedRecord",
    "RemoteError",
    "RequestRefused",
    "SafetyStop",
    "ServerFault",
    "StalePlan",
    "StateConflict",
    "StateUnreadable",
    "TimedOut",
    "TransportError",
]


class BridgeError(Exception):
    """The root of all errors of this library; never raised itself.

    Attributes:
        fault: Whose fault it most likely is: ``ours``, ``vendor``, ``network`` or ``data``.
        hint: What to try.
        correlation_id: The run's id, when known.
    """

    fault: str = "ours"
    default_hint: str = ""

    def __init__(self, message: str, *, hint: str | None = None, correlation_id: str | None = None) -> None:
        if type(self) is BridgeError:
            raise TypeError("BridgeError is the root of the tree: raise one of its children")
        super().__init__(message)
        self.message = message
        self.hint = self.default_hint if hint is None else hint
        self.correlation_id = correlation_id

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class TransportError(BridgeError):
    """No answer came.  A write may or may not have been applied.

    Attributes:
        sent: Whether the request may have reached the vendor.
    """

    fault = "network"
    default_hint = (
        "Check the network and the host name; a read is safe to repeat, a write is looked up first."
    )

    def __init__(
        self, message: str, *, sent: bool = True, hint: str | None = None, correlation_id: str | None = None
    ) -> None:
        super().__init__(message, hint=hint, correlation_id=correlation_id)
        self.sent = sent


class ConnectionLost(TransportError):
    """The connection could not be made, or broke."""


class TimedOut(TransportError):
    """The answer took longer than allowed."""


class RemoteError(BridgeError):
    """A vendor answered, and the answer is a refusal.

    Attributes:
        platform: Which platform, such as ``bigcommerce``.
        operation: What was being done, such as ``products.create``.
        status: The HTTP status.
        title: The vendor's own words for it, shortened and redacted.
        fields: The vendor's complaints by field.
        request_id: The vendor's id of the request, when it gave one.
        excerpt: The start of the answer, redacted.
        retry_after_s: Seconds the vendor asks us to wait, when it said so.
    """

    fault = "vendor"

    def __init__(
        self,
        message: str,
        *,
        platform: str,
        operation: str,
        status: int,
        title: str = "",
        fields: Mapping[str, str] | None = None,
        request_id: str | None = None,
        excerpt: str = "",
        retry_after_s: float | None = None,
        hint: str | None = None,
        correlation_id: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, correlation_id=correlation_id)
        self.platform = platform
        self.operation = operation
        self.status = status
        self.title = title
        self.fields: Mapping[str, str] = dict(fields or {})
        self.request_id = request_id
        self.excerpt = excerpt
        self.retry_after_s = retry_after_s


class RateLimited(RemoteError):
    """The vendor asks for fewer requests, and we have waited as long as we may."""

    default_hint = "Run again later, or with fewer requests in flight."


class ServerFault(RemoteError):
    """The vendor's own fault (a 5xx), and it did not pass in time."""

    default_hint = "Run again later; the vendor's status page may say more."


class AuthError(RemoteError):
    """The credentials are wrong, revoked, or lack a scope."""

    fault = "ours"
    default_hint = "Check the credentials, the account they belong to, and their scopes."


class NotFound(RemoteError):
    """The record is gone."""

    fault = "data"
    default_hint = "It may have been deleted on the platform: plan again."


class Conflict(RemoteError):
    """Something unique is taken, or a referenced record does not exist."""

    fault = "data"
    default_hint = "Look the record up on the platform, and plan again."


class RejectedRecord(RemoteError):
    """The vendor will not take this record as it is; `fields` says why."""

    fault = "data"
    default_hint = "Mend the record at its source; the others go on."


class PlanLimit(RemoteError):
    """The store's plan has no room or no right for this."""

    default_hint = "Raise the plan, or free room, then retry the work item."


class RequestRefused(RemoteError):
    """The vendor cannot read our request (400, 405, 406, 413, 415)."""

    fault = "ours"
    default_hint = "This is a defect of the client: please report it with the request id."


class QuotaExhausted(BridgeError):
    """A quota that must not be waited for is used up.

    Attributes:
        resets_at: When it starts anew.
    """

    fault = "vendor"
    default_hint = "What was done is kept; run again after the reset."

    def __init__(self, message: str, *, resets_at: datetime | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.resets_at = resets_at


class DeadlineExceeded(BridgeError):
    """The time given ran out; what was done is kept."""

    default_hint = "Run again to go on."


class DecodeError(BridgeError):
    """An answer has another shape than documented.

    Attributes:
        path: Where, such as ``$.data[2].price``.
        expected: What was expected there.
        got: What came, shortened.
    """

    fault = "vendor"
    default_hint = "The vendor may have changed its format: compare with its documentation, and report it."

    def __init__(self, message: str, *, path: str, expected: str, got: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.path = path
        self.expected = expected
        self.got = got


class InvalidDocument(BridgeError):
    """A file is not what it claims to be, or is of a version this library does not read."""

    fault = "data"
    default_hint = "Ask the sender for a file of a supported version."


class MappingError(BridgeError):
    """A rule of ours cannot express a record on the target."""

    default_hint = "Change the mapper or its settings, or mend the record."


class CapabilityMissing(BridgeError):
    """The platform, or the store's plan, cannot do what is asked.

    Attributes:
        capability: Which one, such as ``price_lists``.
    """

    fault = "vendor"
    default_hint = "Choose another way that the platform supports."

    def __init__(self, message: str, *, capability: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.capability = capability


class StateConflict(BridgeError):
    """Another worker wrote the same row first; nothing of this commit was written."""

    default_hint = "Read the state again and go on from there."


class StateUnreadable(BridgeError):
    """The state cannot be read: damaged, or written by a newer release."""

    default_hint = "Use the release that wrote it, or restore a copy."


class StalePlan(BridgeError):
    """Records moved on the target since the plan was made.

    Attributes:
        records: Which ones.
    """

    fault = "data"
    default_hint = "Plan again; the other records of the plan are not affected."

    def __init__(self, message: str, *, records: tuple[str, ...], hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.records = records


class SafetyStop(BridgeError):
    """The change is so large that a person should look first.

    Attributes:
        reason: Which safety rule stopped it.
    """

    fault = "data"
    default_hint = "Look at the plan; allow it explicitly if it is right."

    def __init__(self, message: str, *, reason: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.reason = reason


class GuardRail(BridgeError):
    """A request was refused before it left, because it would destroy more than anyone can mean."""

    default_hint = "Name what is meant with a filter or ids."


class MissingExtra(BridgeError, ImportError):
    """A part of the library needs packages that are not installed.

    Attributes:
        extra: The extra to install.
    """

    def __init__(self, message: str, *, extra: str) -> None:
        BridgeError.__init__(self, message, hint=f"Install it with: pip install 'commerce-bridge[{extra}]'")
        self.extra = extra
