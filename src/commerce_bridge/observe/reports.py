"""A report of what was done: requests, waits, slow operations, rows written, work items.

report = RunReport()
bridge = consonance_to_bigcommerce(publisher, store, subscribers=(report,))
bridge.sync()
print(report)
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from attrs import asdict, define, field, frozen

from commerce_bridge.flow.events import (
    Decided,
    Event,
    Queued,
    RequestSent,
    Resolved,
    RunBegan,
    RunEnded,
    Waited,
    WatermarkMoved,
    Written,
)

SLOWEST = 5
"""How many operations a printed report shows."""


@frozen(kw_only=True)
class Tempo:
    """How long the requests of one operation took.

    Args:
        operation: Which one, such as ``bigcommerce.products.create``.
        requests: How many, each try by itself.
        total_s: Seconds in all.
        longest_s: Seconds of the slowest.
    """

    operation: str
    requests: int
    total_s: float
    longest_s: float


@frozen(kw_only=True)
class Runs:
    """The runs of one kind.

    Args:
        run: Which kind, such as ``apply``.
        began: How many began.
        ended: How many ended, well or not; the others are under way, or were cut off.
        failed: Kind of error to how many ended with it.
        total_s: Seconds of those that ended.
    """

    run: str
    began: int
    ended: int
    failed: Mapping[str, int]
    total_s: float


@frozen(kw_only=True)
class Report:
    """What was done, in figures; it prints as a person reads it.

    Args:
        runs: The runs by kind, in the order they first began.
        requests: Account to how many requests, each try by itself.
        answers: Status to how many answers; 0 for requests without one.
        repeated: How many requests were tries after the first.
        waits: Account and reason to seconds waited.
        tempos: Every operation, those that took most time in all first.
        differing: How many records were found to differ.
        written: Kind of step to rows that took hold.
        work: Reason to work items opened, or met again.
        resolved: Reason to work items closed.
        watermarks: Scope to how far its source is settled.
    """

    runs: tuple[Runs, ...] = ()
    requests: Mapping[str, int] = field(factory=dict[str, int])
    answers: Mapping[int, int] = field(factory=dict[int, int])
    repeated: int = 0
    waits: Mapping[tuple[str, str], float] = field(factory=dict[tuple[str, str], float])
    tempos: tuple[Tempo, ...] = ()
    differing: int = 0
    written: Mapping[str, int] = field(factory=dict[str, int])
    work: Mapping[str, int] = field(factory=dict[str, int])
    resolved: Mapping[str, int] = field(factory=dict[str, int])
    watermarks: Mapping[str, str] = field(factory=dict[str, str])

    def as_json(self) -> dict[str, Any]:
        """The same as plain data for `json.dumps`; waits as a list of account, reason and seconds."""
        waits = [
            {"account": account, "reason": reason, "seconds": seconds}
            for (account, reason), seconds in self.waits.items()
        ]
        answers = {str(status): count for status, count in self.answers.items()}
        plain = asdict(self)
        return {
            **plain,
            "runs": list(plain["runs"]),
            "tempos": list(plain["tempos"]),
            "waits": waits,
            "answers": answers,
        }

    def __str__(self) -> str:
        return "\n".join(_lines(self))


class RunReport:
    """A subscriber that collects a report.  Safe for threads.

    It grows with the number of accounts, operations and reasons, not with the number of records.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sums = _Sums()

    def __call__(self, event: Event) -> None:
        """Count an event."""
        with self._lock:
            self._sums.add(event)

    def report(self) -> Report:
        """The figures so far; later events do not change them."""
        with self._lock:
            return self._sums.figures()

    def clear(self) -> None:
        """Begin a new report; what is under way is counted on from here."""
        with self._lock:
            self._sums = _Sums()

    def __str__(self) -> str:
        return str(self.report())


@define
class _Of:
    """Sums of the runs of one kind."""

    began: int = 0
    ended: int = 0
    failed: Counter[str] = field(factory=Counter[str])
    total_s: float = 0.0


@define
class _Sums:
    """What was counted so far."""

    runs: dict[str, _Of] = field(factory=dict[str, _Of])
    under_way: dict[str, datetime] = field(factory=dict[str, datetime])
    requests: Counter[str] = field(factory=Counter[str])
    answers: Counter[int] = field(factory=Counter[int])
    repeated: int = 0
    waits: dict[tuple[str, str], float] = field(factory=dict[tuple[str, str], float])
    tempos: dict[str, Tempo] = field(factory=dict[str, Tempo])
    differing: int = 0
    written: Counter[str] = field(factory=Counter[str])
    work: Counter[str] = field(factory=Counter[str])
    resolved: Counter[str] = field(factory=Counter[str])
    watermarks: dict[str, str] = field(factory=dict[str, str])

    def add(self, event: Event) -> None:
        match event:
            case RequestSent():
                self._request(event)
            case Waited():
                key = (event.account, event.reason)
                self.waits[key] = self.waits.get(key, 0.0) + event.seconds
            case Decided():
                self.differing += 1
            case Written():
                self.written[event.kind] += 1
            case Queued():
                self.work[event.reason] += 1
            case Resolved():
                self.resolved[event.reason] += 1
            case WatermarkMoved():
                self.watermarks[event.scope] = event.watermark
            case RunBegan():
                self.runs.setdefault(event.run, _Of()).began += 1
                self.under_way[event.correlation_id] = event.at
            case RunEnded():
                self._end(event)
            case _:
                pass

    def _request(self, event: RequestSent) -> None:
        self.requests[event.account] += 1
        self.answers[event.status] += 1
        self.repeated += event.attempt > 1
        before = self.tempos.get(event.operation)
        self.tempos[event.operation] = Tempo(
            operation=event.operation,
            requests=1 + (before.requests if before else 0),
            total_s=event.took_s + (before.total_s if before else 0.0),
            longest_s=max(event.took_s, before.longest_s if before else 0.0),
        )

    def _end(self, event: RunEnded) -> None:
        of = self.runs.setdefault(event.run, _Of())
        of.ended += 1
        if event.error is not None:
            of.failed[event.error] += 1
        began = self.under_way.pop(event.correlation_id, None)
        if began is not None:
            of.total_s += (event.at - began).total_seconds()

    def figures(self) -> Report:
        runs = (
            Runs(run=run, began=of.began, ended=of.ended, failed=dict(of.failed), total_s=of.total_s)
            for run, of in self.runs.items()
        )
        return Report(
            runs=tuple(runs),
            requests=dict(self.requests),
            answers=dict(sorted(self.answers.items())),
            repeated=self.repeated,
            waits=dict(self.waits),
            tempos=tuple(sorted(self.tempos.values(), key=lambda one: (-one.total_s, one.operation))),
            differing=self.differing,
            written=dict(self.written),
            work=dict(self.work),
            resolved=dict(self.resolved),
            watermarks=dict(self.watermarks),
        )


def _lines(report: Report) -> Iterator[str]:
    """A report as a person reads it."""
    for run in report.runs:
        yield _line("run", f"{run.run}: {_fate(run)}", f"{run.total_s:.1f} s")
    yield _line("requests", str(sum(report.requests.values())), _counts(report.requests.items()))
    if report.answers:
        yield _line("answers", "", _counts((_status(one), count) for one, count in report.answers.items()))
    if report.repeated:
        yield _line("tried again", str(report.repeated), "")
    if report.waits:
        each = (f"{account} {reason} {waited:.1f} s" for (account, reason), waited in report.waits.items())
        yield _line("waited", f"{sum(report.waits.values()):.1f} s", ", ".join(each))
    yield _line("records that differ", str(report.differing), "")
    yield _line("rows written", str(sum(report.written.values())), _counts(report.written.items()))
    yield _line("work items", str(sum(report.work.values())), _counts(report.work.items()))
    if report.resolved:
        yield _line("items closed", str(sum(report.resolved.values())), _counts(report.resolved.items()))
    for scope, watermark in report.watermarks.items():
        yield _line("settled up to", watermark, scope)
    yield from _slowest(report.tempos[:SLOWEST])


def _slowest(tempos: tuple[Tempo, ...]) -> Iterator[str]:
    """The operations that took most time, as a table; nothing where there was none."""
    if not tempos:
        return
    yield "operations that took most time"
    width = max(len(one.operation) for one in tempos)
    for one in tempos:
        mean_s = one.total_s / one.requests
        figures = f"{one.requests:>6} x {mean_s:.3f} s = {one.total_s:.1f} s, longest {one.longest_s:.3f} s"
        yield f"  {one.operation:<{width}} {figures}"


def _line(name: str, figure: str, more: str) -> str:
    return f"{name:<20} {figure:<12} {more}".rstrip()


def _counts(pairs: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {count}" for name, count in pairs)


def _status(status: int) -> str:
    return str(status) if status else "no answer"


def _fate(run: Runs) -> str:
    """How the runs of a kind ended, in words."""
    well = run.ended - sum(run.failed.values())
    open_ = run.began - run.ended
    words = [f"{well} ended well"] if well else []
    words.extend(f"{count} failed with {error}" for error, count in run.failed.items())
    if open_ > 0:
        words.append(f"{open_} not ended")
    return ", ".join(words)
