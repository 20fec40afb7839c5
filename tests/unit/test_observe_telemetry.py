"""OpenTelemetry: spans of runs and requests, and metrics, as the SDK's own in-memory exporters see them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from commerce_bridge import BigCommerce, Consonance, MemoryState, StorePolicy, consonance_to_bigcommerce
from commerce_bridge.flow.events import (
    Event,
    Progressed,
    Queued,
    RequestSent,
    Resolved,
    RunBegan,
    RunEnded,
    Undelivered,
    Waited,
    WatermarkMoved,
    Written,
)
from commerce_bridge.observe.telemetry import OPEN_RUNS, measure_events, trace_events
from commerce_bridge.sandbox.catalogue import simple_title
from commerce_bridge.sandbox.consonance import ConsonanceSandbox
from commerce_bridge.sandbox.core import Fault
from commerce_bridge.testing.sandboxes import Sandboxes

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
RUN = "3f2a9c51-0f3d-4c8e-9d42-6b1f0a7c5e10"


def after(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def nanoseconds(instant: datetime) -> int:
    return round(instant.timestamp() * 1000) * 1_000_000


def began(run: str = "plan", run_id: str = RUN, at: datetime = AT) -> RunBegan:
    return RunBegan(run=run, at=at, correlation_id=run_id)


def ended(at: datetime, error: str | None = None, run_id: str = RUN) -> RunEnded:
    return RunEnded(run="plan", at=at, correlation_id=run_id, error=error)


def sent(at: datetime | None, status: int = 200, run_id: str | None = RUN, attempt: int = 1) -> RequestSent:
    return RequestSent(
        account="bigcommerce:demo",
        operation="bigcommerce.products.create",
        method="POST",
        path="/v3/catalog/products",
        status=status,
        attempt=attempt,
        correlation_id=run_id,
        at=at,
        took_s=0.25,
    )


class Traced:
    """A subscriber, and the spans that came of it."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracer = provider.get_tracer("test")
        self.tell = trace_events(self.tracer)

    def told(self, *events: Event) -> dict[str, ReadableSpan]:
        for event in events:
            self.tell(event)
        return {span.name: span for span in self.spans}

    @property
    def spans(self) -> tuple[ReadableSpan, ...]:
        return self.exporter.get_finished_spans()


@pytest.fixture
def traced() -> Traced:
    return Traced()


class TestSpans:
    def test_a_run_is_a_span_with_its_requests_in_it(self, traced: Traced) -> None:
        spans = traced.told(began(), sent(after(1)), ended(after(2)))
        run, request = spans["commerce_bridge.plan"], spans["bigcommerce.products.create"]
        assert request.parent == run.context
        assert run.parent is None
        assert (run.start_time, run.end_time) == (nanoseconds(AT), nanoseconds(after(2)))
        assert (request.start_time, request.end_time) == (nanoseconds(after(0.75)), nanoseconds(after(1)))
        assert (run.kind, request.kind) == (SpanKind.INTERNAL, SpanKind.CLIENT)

    def test_a_request_says_what_it_was(self, traced: Traced) -> None:
        request = traced.told(sent(AT, 503, attempt=3))["bigcommerce.products.create"]
        assert dict(request.attributes or {}) == {
            "http.request.method": "POST",
            "http.response.status_code": 503,
            "http.request.resend_count": 2,
            "url.path": "/v3/catalog/products",
            "error.type": "503",
            "commerce_bridge.account": "bigcommerce:demo",
            "commerce_bridge.operation": "bigcommerce.products.create",
            "commerce_bridge.correlation_id": RUN,
        }
        assert request.status.status_code is StatusCode.ERROR

    def test_a_request_without_an_answer_has_no_status(self, traced: Traced) -> None:
        attributes = traced.told(sent(AT, 0))["bigcommerce.products.create"].attributes or {}
        assert "http.response.status_code" not in attributes
        assert attributes["error.type"] == "no_answer"

    def test_a_good_answer_is_no_error(self, traced: Traced) -> None:
        request = traced.told(sent(AT, 304))["bigcommerce.products.create"]
        assert request.status.status_code is StatusCode.UNSET
        assert "error.type" not in (request.attributes or {})

    def test_every_try_is_a_span(self, traced: Traced) -> None:
        traced.told(began(), sent(after(1), 429), sent(after(5), attempt=2), ended(after(6)))
        assert [span.name for span in traced.spans] == [
            "bigcommerce.products.create", "bigcommerce.products.create", "commerce_bridge.plan",
        ]  # fmt: skip

    def test_a_run_tells_at_its_end_what_it_came_to(self, traced: Traced) -> None:
        written = Written(record="r", step="s", kind="create", target="t", correlation_id=RUN)
        queued = Queued(record="r", reason="no-price", detail="Ada has no price.", correlation_id=RUN)
        waited = Waited(account="bigcommerce:demo", seconds=1.25, reason="retry", correlation_id=RUN)
        moved = WatermarkMoved(scope="s", watermark="w", at=after(4), correlation_id=RUN)
        run = traced.told(
            began(), sent(after(1)), waited, waited, written, written, queued, moved, ended(after(5))
        )["commerce_bridge.plan"]
        assert dict(run.attributes or {}) == {
            "commerce_bridge.correlation_id": RUN,
            "commerce_bridge.requests": 1,
            "commerce_bridge.rows_written": 2,
            "commerce_bridge.work_items": 1,
            "commerce_bridge.waited_s": 2.5,
        }
        assert [(event.name, event.timestamp) for event in run.events] == [
            ("waiting", nanoseconds(after(1))),
            ("waiting", nanoseconds(after(1))),
            ("needs a person", nanoseconds(after(1))),
            ("watermark moved", nanoseconds(after(4))),
        ]
        assert "Ada" not in run.to_json()

    def test_a_run_tells_what_it_closed_and_which_sink_was_out(self, traced: Traced) -> None:
        closed = Resolved(
            record="r", reason="gone", scope="s", by_hand=False, attempts=3, first_seen=AT, at=after(1),
            correlation_id=RUN,
        )  # fmt: skip
        out = Undelivered(scope="s", sink="desk", error="TimedOut", at=AT, correlation_id=RUN)
        run = traced.told(began(), closed, out, ended(after(5)))["commerce_bridge.plan"]
        assert [(event.name, dict(event.attributes or {})) for event in run.events] == [
            ("resolved", {"commerce_bridge.record": "r", "commerce_bridge.reason": "gone"}),
            ("undelivered", {"commerce_bridge.sink": "desk", "error.type": "TimedOut"}),
        ]

    def test_a_run_that_failed_says_how(self, traced: Traced) -> None:
        run = traced.told(began(), ended(after(1), "AuthError"))["commerce_bridge.plan"]
        assert run.status.status_code is StatusCode.ERROR
        assert (run.attributes or {})["error.type"] == "AuthError"

    def test_a_run_belongs_to_what_the_program_is_doing(self, traced: Traced) -> None:
        with traced.tracer.start_as_current_span("nightly") as job:
            spans = traced.told(began(), sent(after(1)), ended(after(2)))
        parent = spans["commerce_bridge.plan"].parent
        assert parent is not None
        assert parent.span_id == job.get_span_context().span_id

    def test_a_request_outside_a_run_belongs_there_too(self, traced: Traced) -> None:
        with traced.tracer.start_as_current_span("web request") as web:
            request = traced.told(sent(AT, run_id=None))["bigcommerce.products.create"]
        assert request.parent is not None
        assert request.parent.span_id == web.get_span_context().span_id

    def test_runs_side_by_side_keep_their_own(self, traced: Traced) -> None:
        other = "0b7d3a7e-52a4-4b69-8c1a-1d2f5c9e7a11"
        traced.told(
            began(),
            began("apply", other),
            sent(after(1), run_id=other),
            sent(after(1)),
            sent(after(2), run_id=other),
            ended(after(3), run_id=other),
            ended(after(3)),
        )
        runs = {span.context.span_id: span.name for span in traced.spans if span.context and not span.parent}
        assert [runs[span.parent.span_id] for span in traced.spans if span.parent] == [
            "commerce_bridge.apply", "commerce_bridge.plan", "commerce_bridge.apply",
        ]  # fmt: skip

    def test_a_run_that_was_cut_off_ends_when_it_begins_again(self, traced: Traced) -> None:
        traced.told(began(), sent(after(1)), began(at=after(60)), ended(after(61)))
        first, second = (span for span in traced.spans if span.name == "commerce_bridge.plan")
        assert first.end_time == nanoseconds(after(1))
        assert (first.attributes or {})["commerce_bridge.cut_off"] is True
        assert "commerce_bridge.cut_off" not in (second.attributes or {})

    def test_runs_without_an_end_do_not_pile_up(self, traced: Traced) -> None:
        traced.told(*(began(run_id=str(number)) for number in range(OPEN_RUNS + 10)))
        assert len(traced.spans) == 10

    def test_an_end_whose_beginning_nobody_heard_is_nothing(self, traced: Traced) -> None:
        assert traced.told(ended(AT), Progressed(stage="plan", done=1, correlation_id=RUN)) == {}

    def test_without_an_instant_the_sdk_looks_at_its_own_clock(self, traced: Traced) -> None:
        request = traced.told(sent(None))["bigcommerce.products.create"]
        assert request.start_time is not None
        assert abs(request.start_time / 1e9 - datetime.now(UTC).timestamp()) < 3600


class Measured:
    """A subscriber, and the figures that came of it."""

    def __init__(self) -> None:
        self.reader = InMemoryMetricReader()
        self.provider = MeterProvider(metric_readers=[self.reader], shutdown_on_exit=False)
        self.tell = measure_events(self.provider.get_meter("test"))

    def points(self) -> dict[str, list[Any]]:
        data = self.reader.get_metrics_data()
        assert data is not None
        return {
            metric.name: list(metric.data.data_points)
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }


@pytest.fixture
def measured() -> Iterator[Measured]:
    kept = Measured()
    yield kept
    kept.provider.shutdown()


class TestMetrics:
    def test_requests_are_counted_by_account_operation_and_status(self, measured: Measured) -> None:
        for status in (200, 429, 200):
            measured.tell(sent(AT, status))
        found = {
            point.attributes["http.response.status_code"]: point.value
            for point in measured.points()["commerce_bridge.requests"]
        }
        assert found == {200: 2, 429: 1}
        (durations,) = measured.points()["commerce_bridge.request.duration"]
        assert (durations.count, durations.sum) == (3, 0.75)
        assert dict(durations.attributes) == {
            "commerce_bridge.account": "bigcommerce:demo",
            "commerce_bridge.operation": "bigcommerce.products.create",
        }

    def test_waits_rows_and_work_items_are_counted(self, measured: Measured) -> None:
        measured.tell(Waited(account="a", seconds=1.5, reason="budget"))
        measured.tell(Waited(account="a", seconds=2.0, reason="budget"))
        measured.tell(Written(record="r", step="s", kind="create", target="t", correlation_id=RUN))
        measured.tell(Queued(record="r", reason="no-price", detail="No price."))
        points = measured.points()
        assert [point.value for point in points["commerce_bridge.waits"]] == [3.5]
        assert [
            (point.value, dict(point.attributes)) for point in points["commerce_bridge.rows_written"]
        ] == [(1, {"commerce_bridge.kind": "create"})]
        assert [(point.value, dict(point.attributes)) for point in points["commerce_bridge.work_items"]] == [
            (1, {"commerce_bridge.reason": "no-price"})
        ]

    def test_an_item_that_is_met_again_is_not_opened_twice(self, measured: Measured) -> None:
        measured.tell(Queued(record="r", reason="rejected:thing", detail="No."))
        measured.tell(Queued(record="r", reason="rejected:thing", detail="No.", attempts=2))
        assert [point.value for point in measured.points()["commerce_bridge.work_items"]] == [1]

    def test_closed_items_and_outages_of_sinks_are_counted(self, measured: Measured) -> None:
        closed = Resolved(
            record="r", reason="gone", scope="s", by_hand=True, attempts=3, first_seen=AT, at=after(1)
        )
        measured.tell(closed)
        measured.tell(Undelivered(scope="s", sink="desk", error="TimedOut", at=AT))
        points = measured.points()
        (point,) = points["commerce_bridge.work_items.resolved"]
        assert (point.value, dict(point.attributes)) == (
            1,
            {"commerce_bridge.reason": "gone", "commerce_bridge.by_hand": True},
        )
        assert [dict(point.attributes) for point in points["commerce_bridge.outages"]] == [
            {"commerce_bridge.sink": "desk"}
        ]

    def test_runs_are_timed(self, measured: Measured) -> None:
        measured.tell(began())
        measured.tell(ended(after(4), "RateLimited"))
        measured.tell(ended(after(9)))  # nobody heard it begin
        (point,) = measured.points()["commerce_bridge.run.duration"]
        assert (point.count, point.sum) == (1, 4.0)
        assert dict(point.attributes) == {"commerce_bridge.run": "plan", "error.type": "RateLimited"}


def test_a_bridge_makes_two_runs_whose_requests_carry_their_id_to_the_store(traced: Traced) -> None:
    house = ConsonanceSandbox(seed="empty")
    sandboxes = Sandboxes(house, latency_s=0.2)
    house.load(simple_title("The Black Road"), at=sandboxes.clock.now())
    store = sandboxes.world("bigcommerce")
    store.add_faults(Fault(kind="status", status=503, method="POST", path="/catalog/categories", times=1))
    bridge = consonance_to_bigcommerce(
        sandboxes.open(Consonance),
        sandboxes.open(BigCommerce),
        state=MemoryState(),
        policy=StorePolicy(weights_g={"B": Decimal(300)}),
        subscribers=(traced.tell,),
    )
    receipt = bridge.sync()
    assert receipt.total > 0

    runs = {span.name: span for span in traced.spans if span.parent is None}
    assert set(runs) == {"commerce_bridge.plan", "commerce_bridge.apply"}
    assert {
        span.attributes["commerce_bridge.correlation_id"] for span in traced.spans if span.attributes
    } == {receipt.correlation_id}
    requests = [span for span in traced.spans if span.kind is SpanKind.CLIENT]
    assert len(requests) == len(store.log) + len(sandboxes.world("consonance").log)
    assert {each.request.header("X-Correlation-Id") for each in store.log} == {receipt.correlation_id}
    assert {each.request.header("X-Correlation-Id") for each in sandboxes.world("consonance").log} == {None}
    for request in requests:
        run = next(run for run in runs.values() if run.context == request.parent)
        assert run.start_time <= request.start_time <= request.end_time <= run.end_time  # type: ignore[operator]
        assert request.end_time - request.start_time == 200_000_000  # type: ignore[operator]


def test_a_call_outside_a_run_sends_no_id() -> None:
    sandboxes = Sandboxes()
    sandboxes.open(BigCommerce).store.get()
    (logged,) = sandboxes.world("bigcommerce").log
    assert logged.request.header("X-Correlation-Id") is None


@pytest.mark.parametrize("name", ["trace_events", "measure_events"])
def test_without_the_api_the_extra_is_named(name: str) -> None:
    code = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "from commerce_bridge.errors import MissingExtra\n"
        f"from commerce_bridge.observe.telemetry import {name}\n"
        f"try:\n    {name}()\nexcept MissingExtra as error:\n    print(error.extra, error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("otel ")
    assert "pip install 'commerce-bridge[otel]'" in done.stdout


def test_importing_the_module_loads_no_opentelemetry() -> None:
    code = "import sys, commerce_bridge.observe.telemetry; print([m for m in sys.modules if 'opentel' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_an_sdk_nothing_is_kept_and_nothing_fails() -> None:
    code = (
        "from datetime import UTC, datetime\n"
        "from commerce_bridge.flow.events import RunBegan, RunEnded\n"
        "from commerce_bridge.observe.telemetry import measure_events, trace_events\n"
        "for tell in (trace_events(), measure_events()):\n"
        "    tell(RunBegan(run='plan', at=datetime.now(UTC), correlation_id='1'))\n"
        "    tell(RunEnded(run='plan', at=datetime.now(UTC), correlation_id='1'))\n"
        "print('quiet')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("quiet", "")
