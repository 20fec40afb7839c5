"""A report of a run: figures of all events, as data and as a person reads them."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta

from commerce_bridge.flow.events import (
    Decided,
    Event,
    Progressed,
    Queued,
    RequestSent,
    Resolved,
    RunBegan,
    RunEnded,
    Waited,
    WatermarkMoved,
    Written,
)
from commerce_bridge.observe.reports import Report, RunReport, Runs, Tempo

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def sent(operation: str, status: int = 200, *, took_s: float = 0.2, attempt: int = 1) -> RequestSent:
    return RequestSent(
        account="bigcommerce:demo", operation=operation, method="GET", path="/", status=status,
        attempt=attempt, took_s=took_s,
    )  # fmt: skip


def written(kind: str) -> Written:
    return Written(record="r", step="s", kind=kind, target="t", correlation_id="1")


EVENTS: tuple[Event, ...] = (
    RunBegan(run="plan", at=AT, correlation_id="1"),
    sent("bigcommerce.products.list", took_s=1.5),
    Decided(record="r", changes=2),
    Progressed(stage="plan", done=1),
    RunEnded(run="plan", at=AT + timedelta(seconds=3), correlation_id="1"),
    RunBegan(run="apply", at=AT, correlation_id="1"),
    sent("bigcommerce.products.create", 429),
    Waited(account="bigcommerce:demo", seconds=4, reason="rate limited"),
    sent("bigcommerce.products.create", attempt=2, took_s=0.6),
    sent("bigcommerce.products.create", 0, took_s=0.1),
    Waited(account="bigcommerce:demo", seconds=2.5, reason="budget"),
    Waited(account="bigcommerce:demo", seconds=0.5, reason="budget"),
    written("create"),
    written("create"),
    written("publish"),
    Queued(record="r", reason="no-price", detail="No price."),
    Resolved(record="q", reason="gone", scope="a", by_hand=True, attempts=1, first_seen=AT, at=AT),
    WatermarkMoved(scope="a -> b", watermark="2026-10-01", at=AT),
    WatermarkMoved(scope="a -> b", watermark="2026-11-01", at=AT),
    RunEnded(run="apply", at=AT + timedelta(seconds=8), correlation_id="1", error="QuotaExhausted"),
)

TEXT = """\
run                  plan: 1 ended well 3.0 s
run                  apply: 1 failed with QuotaExhausted 8.0 s
requests             4            bigcommerce:demo 4
answers                           no answer 1, 200 2, 429 1
tried again          1
waited               7.0 s        bigcommerce:demo rate limited 4.0 s, bigcommerce:demo budget 3.0 s
records that differ  1
rows written         3            create 2, publish 1
work items           1            no-price 1
items closed         1            gone 1
settled up to        2026-11-01   a -> b
operations that took most time
  bigcommerce.products.list        1 x 1.500 s = 1.5 s, longest 1.500 s
  bigcommerce.products.create      3 x 0.300 s = 0.9 s, longest 0.600 s"""


def told(*events: Event) -> RunReport:
    report = RunReport()
    for event in events:
        report(event)
    return report


def test_a_report_holds_the_figures_of_all_events():
    report = told(*EVENTS).report()
    assert report.runs == (
        Runs(run="plan", began=1, ended=1, failed={}, total_s=3.0),
        Runs(run="apply", began=1, ended=1, failed={"QuotaExhausted": 1}, total_s=8.0),
    )
    assert report.requests == {"bigcommerce:demo": 4}
    assert report.answers == {0: 1, 200: 2, 429: 1}
    assert report.repeated == 1
    assert report.waits == {("bigcommerce:demo", "rate limited"): 4, ("bigcommerce:demo", "budget"): 3}
    assert report.differing == 1
    assert report.written == {"create": 2, "publish": 1}
    assert report.work == {"no-price": 1}
    assert report.resolved == {"gone": 1}
    assert report.watermarks == {"a -> b": "2026-11-01"}


def test_operations_stand_in_the_order_of_the_time_they_took():
    first, second = told(*EVENTS).report().tempos
    assert first == Tempo(operation="bigcommerce.products.list", requests=1, total_s=1.5, longest_s=1.5)
    assert (second.operation, second.requests, second.longest_s) == ("bigcommerce.products.create", 3, 0.6)


def test_it_prints_as_a_person_reads_it():
    assert str(told(*EVENTS)) == TEXT


def test_nothing_told_prints_zeros():
    assert str(RunReport()) == (
        "requests             0\nrecords that differ  0\nrows written         0\nwork items           0"
    )


def test_only_the_slowest_operations_are_printed():
    report = told(*(sent(f"bigcommerce.o{number}", took_s=number) for number in range(1, 9)))
    shown = [line.split()[0] for line in str(report).splitlines() if line.startswith("  ")]
    assert shown == [f"bigcommerce.o{number}" for number in (8, 7, 6, 5, 4)]
    assert len(report.report().tempos) == 8


def test_a_run_that_was_cut_off_is_said_to_have_no_end():
    report = told(*EVENTS[:5], RunBegan(run="plan", at=AT, correlation_id="2"))
    assert report.report().runs[0] == Runs(run="plan", began=2, ended=1, failed={}, total_s=3.0)
    assert "plan: 1 ended well, 1 not ended" in str(report)


def test_it_is_plain_data():
    data = told(*EVENTS).report().as_json()
    assert json.loads(json.dumps(data)) == data
    assert data["waits"][0] == {"account": "bigcommerce:demo", "reason": "rate limited", "seconds": 4.0}
    assert data["answers"] == {"0": 1, "200": 2, "429": 1}


def test_a_report_taken_does_not_change_with_later_events():
    report = told(*EVENTS)
    before = report.report()
    report(written("create"))
    assert before.written["create"] == 2
    assert report.report().written["create"] == 3
    report.clear()
    assert report.report() == Report()


def test_threads_lose_nothing():
    report = RunReport()
    start = threading.Barrier(4)

    def tell() -> None:
        start.wait()
        for _ in range(2000):
            report(sent("bigcommerce.products.get", took_s=0.5))

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (tempo,) = report.report().tempos
    assert (tempo.requests, tempo.total_s) == (8000, 4000.0)
