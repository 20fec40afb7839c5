"""Logging: one readable line an event, with stable keys for whoever reads logs by machine.

| event | level | keys, each with ``bridge_`` before it |
|---|---|---|
| ``run_began`` | INFO | run, at |
| ``run_ended`` | INFO; ERROR when it failed | run, at, error |
| ``request_sent`` | DEBUG; INFO for a 4xx; WARNING for 401, 403, 429, a 5xx and no answer | account, operation, method, path, status, attempt, took_s |
| ``waited`` | INFO | account, seconds, reason |
| ``progressed`` | DEBUG | stage, done, total |
| ``decided`` | DEBUG | record, changes |
| ``written`` | INFO | record, step, kind, target |
| ``queued`` | WARNING | record, reason, scope, owner, attempts, first_seen |
| ``resolved`` | INFO | record, reason, scope, by_hand, attempts, first_seen, at |
| ``undelivered`` | WARNING | scope, sink, error, at |
| ``watermark_moved`` | INFO | scope, watermark, at |

Every line has ``bridge_event``, the event's name, and ``bridge_correlation_id``, the run's id or None.
Instants are ISO 8601.  The words of a work item are not logged, since they may quote a record: they are
in the state, and `Bridge.work_items` shows them.  Paths come without query and e-mail addresses.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from attrs import frozen

from commerce_bridge.flow.events import (
    Decided,
    Event,
    Progressed,
    Queued,
    RequestSent,
    Resolved,
    RunBegan,
    RunEnded,
    Subscriber,
    Undelivered,
    Waited,
    WatermarkMoved,
    Written,
)

LOGGER = "commerce_bridge"
"""The logger that is written to unless another is given."""

PREFIX = "bridge_"
"""Stands before each key, so that none meets a name of `logging`'s own or of another library."""

_Level: TypeAlias = Callable[[Any], int]


def log_events(logger: logging.Logger | None = None) -> Subscriber:
    """A subscriber that writes each event to a logger of the standard library.

    It adds no handler and sets no level: that is for the program.  Safe for threads.

    Args:
        logger: Where to write; the one called ``commerce_bridge`` unless given.

    Returns:
        The subscriber; pass it to a bridge, or to a client's surroundings.
    """
    to = logger or logging.getLogger(LOGGER)

    def write(event: Event) -> None:
        line = _LINES.get(type(event), _UNKNOWN)
        level = line.level(event)
        if to.isEnabledFor(level):
            values = line.values(event)
            to.log(level, line.words(event), values, extra=values)

    return write


@frozen(kw_only=True)
class _Line:
    """How one kind of event is logged.

    Args:
        name: What the event is called; empty for its class.
        words: The line, with the keys in it.
        keys: The members that are logged; no others are.
        level: How much it matters.
    """

    name: str
    words: Callable[[Any], str]
    keys: tuple[str, ...]
    level: _Level

    def values(self, event: Event) -> Mapping[str, object]:
        """The keys with their values."""
        values: dict[str, object] = {
            f"{PREFIX}event": self.name or type(event).__name__,
            f"{PREFIX}correlation_id": getattr(event, "correlation_id", None),
        }
        for key in self.keys:
            value = getattr(event, key)
            values[PREFIX + key] = value.isoformat() if isinstance(value, datetime) else value
        return values


def _always(level: int) -> _Level:
    return lambda event: level


def _words(text: str) -> Callable[[Any], str]:
    return lambda event: text


def _level_of_answer(event: RequestSent) -> int:
    if 100 <= event.status < 400:
        return logging.DEBUG
    ordinary = 400 <= event.status < 500 and event.status not in {401, 403, 429}
    return logging.INFO if ordinary else logging.WARNING


_SENT = "%(bridge_operation)s: %(bridge_method)s %(bridge_path)s "
_TRIED = " after %(bridge_took_s).3f s, attempt %(bridge_attempt)d"


def _words_of_answer(event: RequestSent) -> str:
    came = "was answered with %(bridge_status)d" if event.status else "was not answered"
    return _SENT + came + _TRIED


def _words_of_end(event: RunEnded) -> str:
    return "Run %(bridge_run)s " + ("ended well" if event.error is None else "failed with %(bridge_error)s")


def _words_of_progress(event: Progressed) -> str:
    return "%(bridge_stage)s: %(bridge_done)d" + ("" if event.total is None else " of %(bridge_total)d")


def _words_of_closing(event: Resolved) -> str:
    why = "was closed by a person" if event.by_hand else "is resolved"
    return f"Record %(bridge_record)s: %(bridge_reason)s {why}"


_LINES: Mapping[type[Any], _Line] = {
    RunBegan: _Line(
        name="run_began",
        words=_words("Run %(bridge_run)s began"),
        keys=("run", "at"),
        level=_always(logging.INFO),
    ),
    RunEnded: _Line(
        name="run_ended",
        words=_words_of_end,
        keys=("run", "at", "error"),
        level=lambda event: logging.INFO if event.error is None else logging.ERROR,
    ),
    RequestSent: _Line(
        name="request_sent",
        words=_words_of_answer,
        keys=("account", "operation", "method", "path", "status", "attempt", "took_s"),
        level=_level_of_answer,
    ),
    Waited: _Line(
        name="waited",
        words=_words("Waiting %(bridge_seconds).1f s for %(bridge_account)s (%(bridge_reason)s)"),
        keys=("account", "seconds", "reason"),
        level=_always(logging.INFO),
    ),
    Progressed: _Line(
        name="progressed",
        words=_words_of_progress,
        keys=("stage", "done", "total"),
        level=_always(logging.DEBUG),
    ),
    Decided: _Line(
        name="decided",
        words=_words("Record %(bridge_record)s differs in %(bridge_changes)d fields"),
        keys=("record", "changes"),
        level=_always(logging.DEBUG),
    ),
    Written: _Line(
        name="written",
        words=_words("%(bridge_target)s: %(bridge_kind)s took hold for record %(bridge_record)s"),
        keys=("record", "step", "kind", "target"),
        level=_always(logging.INFO),
    ),
    Queued: _Line(
        name="queued",
        words=_words("Record %(bridge_record)s needs a person: %(bridge_reason)s"),
        keys=("record", "reason", "scope", "owner", "attempts", "first_seen"),
        level=_always(logging.WARNING),
    ),
    Resolved: _Line(
        name="resolved",
        words=_words_of_closing,
        keys=("record", "reason", "scope", "by_hand", "attempts", "first_seen", "at"),
        level=_always(logging.INFO),
    ),
    Undelivered: _Line(
        name="undelivered",
        words=_words("Sink %(bridge_sink)s takes no notices (%(bridge_error)s): they wait"),
        keys=("scope", "sink", "error", "at"),
        level=_always(logging.WARNING),
    ),
    WatermarkMoved: _Line(
        name="watermark_moved",
        words=_words("%(bridge_scope)s is settled up to %(bridge_watermark)s"),
        keys=("scope", "watermark", "at"),
        level=_always(logging.INFO),
    ),
}

_UNKNOWN = _Line(name="", words=_words("%(bridge_event)s"), keys=(), level=_always(logging.DEBUG))
"""An event that this module knows nothing of, such as another package's."""
