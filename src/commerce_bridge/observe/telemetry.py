"""OpenTelemetry: a span for each run and each request in it, and metrics.  Needs the extra ``otel``.

Only the API of OpenTelemetry is used; which spans are kept and where they go is for the program's SDK.

A span of a run (``commerce_bridge.plan``, ``commerce_bridge.apply``) is a child of the span that is current
when it begins.  At its end it says how many requests it had, the seconds it waited, the rows it wrote and the
work items it opened.  A span of a request is called after its operation, such as
``bigcommerce.products.create``.  It is a child of its run's, or, outside a run, of the current one.

A try that is repeated is a span of its own.  Waits of a run, its work items and its watermarks are
events on its span.  Times are the bridge's: those of a virtual clock in a test.

Names of attributes follow the semantic conventions for HTTP clients where they have one.
Source: OpenTelemetry specification, "Semantic conventions for HTTP spans" and "for HTTP metrics".
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from attrs import define, field

from commerce_bridge.errors import MissingExtra
from commerce_bridge.flow.events import (
    Event,
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

if TYPE_CHECKING:
    from opentelemetry.metrics import Meter
    from opentelemetry.trace import Span, Tracer

NAME = "commerce_bridge"
"""The instrumentation scope of our spans and metrics, and the beginning of our own names."""

OPEN_RUNS = 256
"""Runs whose end is awaited at once.  One that was cancelled tells no end: the oldest is closed then."""


def trace_events(tracer: Tracer | None = None) -> Subscriber:
    """A subscriber that makes a span of each run and of each request.  Safe for threads.

    Args:
        tracer: Makes the spans; that of the global provider unless given.

    Returns:
        The subscriber; pass it to a bridge, or to a client's surroundings.

    Raises:
        MissingExtra: OpenTelemetry's API is not installed.
    """
    api = _api("trace")
    return _Spans(api, tracer or api.get_tracer(NAME))


def measure_events(meter: Meter | None = None) -> Subscriber:
    """A subscriber that counts: requests and their time, waits, rows written, work items.  Safe for threads.

    | metric | unit | by |
    |---|---|---|
    | ``commerce_bridge.requests`` | requests | account, operation, status |
    | ``commerce_bridge.request.duration`` | s (histogram) | account, operation |
    | ``commerce_bridge.waits`` | s | account, reason |
    | ``commerce_bridge.rows_written`` | rows | kind of step |
    | ``commerce_bridge.work_items`` | work items opened | reason |
    | ``commerce_bridge.work_items.resolved`` | work items closed | reason, by hand or not |
    | ``commerce_bridge.outages`` | outages of sinks | sink |
    | ``commerce_bridge.run.duration`` | s (histogram) | run, error |

    Args:
        meter: Makes the instruments; that of the global provider unless given.

    Returns:
        The subscriber; pass it to a bridge, or to a client's surroundings.

    Raises:
        MissingExtra: OpenTelemetry's API is not installed.
    """
    return _Metrics(meter or _api("metrics").get_meter(NAME))


def _api(part: str) -> Any:
    try:
        return import_module(f"opentelemetry.{part}")
    except ImportError as error:
        raise MissingExtra("Spans and metrics need the API of OpenTelemetry.", extra="otel") from error


def _key(name: str) -> str:
    return f"{NAME}.{name}"


def _nanoseconds(instant: datetime | None) -> int | None:
    """An instant as OpenTelemetry counts it; None lets the SDK look at its clock."""
    if instant is None:
        return None
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000


@define(kw_only=True)
class _Run:
    """A run whose end is awaited.

    Args:
        span: Its span, not yet ended.
        last: The latest instant that an event of it told.
        counts: What it came to so far, by attribute.
        waited_s: Seconds it waited so far.
    """

    span: Span
    last: datetime
    counts: Counter[str] = field(factory=Counter[str])
    waited_s: float = 0.0


class _Spans:
    """Makes spans of events."""

    def __init__(self, api: Any, tracer: Tracer) -> None:
        self._api = api
        self._tracer = tracer
        self._lock = threading.Lock()
        self._runs: OrderedDict[str, _Run] = OrderedDict()

    def __call__(self, event: Event) -> None:
        with self._lock:
            run = self._runs.get(event.correlation_id or "")
            if isinstance(event, RunBegan):
                self._begin(event)
            elif isinstance(event, RunEnded):
                self._end(event)
            elif isinstance(event, RequestSent):
                self._request(event, run)
            elif run is not None:
                _note(event, run)

    def _begin(self, event: RunBegan) -> None:
        self._close(event.correlation_id)  # the same plan, applied again after it was cut off
        span = self._tracer.start_span(
            _key(event.run),
            attributes={_key("correlation_id"): event.correlation_id},
            start_time=_nanoseconds(event.at),
        )
        self._runs[event.correlation_id] = _Run(span=span, last=event.at)
        if len(self._runs) > OPEN_RUNS:
            self._close(next(iter(self._runs)))

    def _end(self, event: RunEnded) -> None:
        run = self._runs.pop(event.correlation_id, None)
        if run is None:
            return
        if event.error is not None:
            run.span.set_attribute("error.type", event.error)
            run.span.set_status(self._api.StatusCode.ERROR, event.error)
        _finish(run, event.at)

    def _close(self, correlation_id: str) -> None:
        """End a run that will not tell its end itself."""
        run = self._runs.pop(correlation_id, None)
        if run is not None:
            run.span.set_attribute(_key("cut_off"), True)
            _finish(run, run.last)

    def _request(self, event: RequestSent, run: _Run | None) -> None:
        began = None if event.at is None else event.at - timedelta(seconds=event.took_s)
        span = self._tracer.start_span(
            event.operation,
            context=None if run is None else self._api.set_span_in_context(run.span),
            kind=self._api.SpanKind.CLIENT,
            attributes=_attributes_of(event),
            start_time=_nanoseconds(began),
        )
        if _failed(event):
            span.set_status(self._api.StatusCode.ERROR)
        span.end(end_time=_nanoseconds(event.at))
        if run is not None:
            run.counts[_key("requests")] += 1
            run.last = max(run.last, event.at or run.last)


def _failed(event: RequestSent) -> bool:
    return not 100 <= event.status < 400


def _attributes_of(event: RequestSent) -> dict[str, str | int]:
    attributes: dict[str, str | int] = {
        "http.request.method": event.method,
        "url.path": event.path,
        _key("account"): event.account,
        _key("operation"): event.operation,
    }
    if event.status:
        attributes["http.response.status_code"] = event.status
    if _failed(event):
        attributes["error.type"] = str(event.status or "no_answer")
    if event.attempt > 1:
        attributes["http.request.resend_count"] = event.attempt - 1
    if event.correlation_id is not None:
        attributes[_key("correlation_id")] = event.correlation_id
    return attributes


def _note(event: Event, run: _Run) -> None:
    """Put on a run's span what is no span itself."""
    match event:
        case Waited():
            run.waited_s += event.seconds
            told = {_key("account"): event.account, _key("reason"): event.reason}
            _event(run, "waiting", {**told, _key("seconds"): event.seconds})
        case Written():
            run.counts[_key("rows_written")] += 1
        case Queued():
            run.counts[_key("work_items")] += event.attempts == 1
            _event(run, "needs a person", {_key("record"): event.record, _key("reason"): event.reason})
        case Resolved():
            _event(run, "resolved", {_key("record"): event.record, _key("reason"): event.reason})
        case Undelivered():
            _event(run, "undelivered", {_key("sink"): event.sink, "error.type": event.error})
        case WatermarkMoved():
            run.last = max(run.last, event.at)
            _event(run, "watermark moved", {_key("watermark"): event.watermark})
        case _:
            pass


def _event(run: _Run, name: str, attributes: dict[str, str | float]) -> None:
    run.span.add_event(name, attributes, timestamp=_nanoseconds(run.last))


def _finish(run: _Run, at: datetime) -> None:
    for name, count in run.counts.items():
        run.span.set_attribute(name, count)
    run.span.set_attribute(_key("waited_s"), run.waited_s)
    run.span.end(end_time=_nanoseconds(at))


class _Metrics:
    """Counts events."""

    def __init__(self, meter: Meter) -> None:
        self._lock = threading.Lock()
        self._began: OrderedDict[str, datetime] = OrderedDict()
        self._requests = meter.create_counter(_key("requests"), "{request}", "Requests, each try by itself")
        self._durations = meter.create_histogram(
            _key("request.duration"), "s", "From a request to its answer, without the waits before it"
        )
        self._waits = meter.create_counter(_key("waits"), "s", "Time that flows waited")
        self._written = meter.create_counter(_key("rows_written"), "{row}", "Rows that took hold on a target")
        self._queued = meter.create_counter(_key("work_items"), "{work_item}", "Records that need a person")
        self._resolved = meter.create_counter(
            _key("work_items.resolved"), "{work_item}", "Work items closed, by themselves or by hand"
        )
        self._outages = meter.create_counter(_key("outages"), "{outage}", "Sinks that took no notices")
        self._runs = meter.create_histogram(_key("run.duration"), "s", "From a run's beginning to its end")

    def __call__(self, event: Event) -> None:
        match event:
            case RequestSent():
                of = {_key("account"): event.account, _key("operation"): event.operation}
                self._requests.add(1, {**of, "http.response.status_code": event.status})
                self._durations.record(event.took_s, of)
            case Waited():
                of = {_key("account"): event.account, _key("reason"): event.reason}
                self._waits.add(event.seconds, of)
            case Written():
                self._written.add(1, {_key("kind"): event.kind})
            case Queued() if event.attempts == 1:
                self._queued.add(1, {_key("reason"): event.reason})
            case Resolved():
                self._resolved.add(1, {_key("reason"): event.reason, _key("by_hand"): event.by_hand})
            case Undelivered():
                self._outages.add(1, {_key("sink"): event.sink})
            case RunBegan():
                self._begin(event)
            case RunEnded():
                self._end(event)
            case _:
                pass

    def _begin(self, event: RunBegan) -> None:
        with self._lock:
            self._began[event.correlation_id] = event.at
            if len(self._began) > OPEN_RUNS:
                self._began.popitem(last=False)

    def _end(self, event: RunEnded) -> None:
        with self._lock:
            began = self._began.pop(event.correlation_id, None)
        if began is not None:
            of = {_key("run"): event.run, **({} if event.error is None else {"error.type": event.error})}
            self._runs.record((event.at - began).total_seconds(), of)
