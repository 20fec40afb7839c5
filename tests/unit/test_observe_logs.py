"""Events in the log: a readable line, stable keys, levels by what it means, and nothing that must not be there."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import get_args

import pytest
from attrs import evolve

from commerce_bridge.flow.events import (
    Decided,
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
from commerce_bridge.observe.logs import log_events

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
RUN = "3f2a9c51-0f3d-4c8e-9d42-6b1f0a7c5e10"
SENT = RequestSent(
    account="bigcommerce:demo",
    operation="bigcommerce.products.create",
    method="POST",
    path="/v3/catalog/products",
    status=200,
    attempt=2,
    at=AT,
    took_s=0.21,
)

LINES: list[tuple[Event, int, str]] = [
    (RunBegan(run="plan", at=AT, correlation_id=RUN), logging.INFO, "Run plan began"),
    (RunEnded(run="plan", at=AT, correlation_id=RUN), logging.INFO, "Run plan ended well"),
    (
        RunEnded(run="apply", at=AT, correlation_id=RUN, error="AuthError"),
        logging.ERROR,
        "Run apply failed with AuthError",
    ),
    (
        SENT,
        logging.DEBUG,
        "bigcommerce.products.create: POST /v3/catalog/products was answered with 200 after 0.210 s, attempt 2",
    ),
    (
        evolve(SENT, status=0, attempt=1, took_s=30.0),
        logging.WARNING,
        "bigcommerce.products.create: POST /v3/catalog/products was not answered after 30.000 s, attempt 1",
    ),
    (
        Waited(account="bigcommerce:demo", seconds=12.34, reason="budget"),
        logging.INFO,
        "Waiting 12.3 s for bigcommerce:demo (budget)",
    ),
    (Progressed(stage="read", done=50), logging.DEBUG, "read: 50"),
    (Progressed(stage="apply", done=3, total=7), logging.DEBUG, "apply: 3 of 7"),
    (Decided(record="r-1", changes=4), logging.DEBUG, "Record r-1 differs in 4 fields"),
    (
        Written(record="r-1", step="s-1", kind="create", target="bigcommerce:product:1", correlation_id=RUN),
        logging.INFO,
        "bigcommerce:product:1: create took hold for record r-1",
    ),
    (
        Queued(record="r-1", reason="no-price:listing.price", detail="Ada Lovelace has no price."),
        logging.WARNING,
        "Record r-1 needs a person: no-price:listing.price",
    ),
    (
        Resolved(
            record="r-1", reason="no-price", scope="a to b", by_hand=False, attempts=2, first_seen=AT, at=AT
        ),
        logging.INFO,
        "Record r-1: no-price is resolved",
    ),
    (
        Resolved(
            record="r-1", reason="no-price", scope="a to b", by_hand=True, attempts=2, first_seen=AT, at=AT
        ),
        logging.INFO,
        "Record r-1: no-price was closed by a person",
    ),
    (
        Undelivered(scope="a to b", sink="desk", error="TimedOut", at=AT),
        logging.WARNING,
        "Sink desk takes no notices (TimedOut): they wait",
    ),
    (
        WatermarkMoved(scope="a -> b", watermark="2026-11-01", at=AT),
        logging.INFO,
        "a -> b is settled up to 2026-11-01",
    ),
]

KEYS = {
    "RunBegan": {"run", "at"},
    "RunEnded": {"run", "at", "error"},
    "RequestSent": {"account", "operation", "method", "path", "status", "attempt", "took_s"},
    "Waited": {"account", "seconds", "reason"},
    "Progressed": {"stage", "done", "total"},
    "Decided": {"record", "changes"},
    "Written": {"record", "step", "kind", "target"},
    "Queued": {"record", "reason", "scope", "owner", "attempts", "first_seen"},
    "Resolved": {"record", "reason", "scope", "by_hand", "attempts", "first_seen", "at"},
    "Undelivered": {"scope", "sink", "error", "at"},
    "WatermarkMoved": {"scope", "watermark", "at"},
}


def logged(event: Event, caplog: pytest.LogCaptureFixture) -> logging.LogRecord:
    caplog.set_level(logging.DEBUG, "commerce_bridge")
    log_events()(event)
    (record,) = caplog.records
    return record


def keys_of(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name.startswith("bridge_")}


@pytest.mark.parametrize(("event", "level", "line"), LINES)
def test_an_event_is_one_readable_line_of_its_level(
    event: Event, level: int, line: str, caplog: pytest.LogCaptureFixture
):
    record = logged(event, caplog)
    assert (record.name, record.levelno, record.getMessage()) == ("commerce_bridge", level, line)


def test_every_kind_of_event_has_its_line_here():
    assert {type(event) for event, _, _ in LINES} == set(get_args(Event))
    assert set(KEYS) == {kind.__name__ for kind in get_args(Event)}


@pytest.mark.parametrize("event", [event for event, _, _ in LINES])
def test_keys_are_stable_and_plain_data(event: Event, caplog: pytest.LogCaptureFixture):
    values = keys_of(logged(event, caplog))
    always = {"bridge_event", "bridge_correlation_id"}
    assert set(values) == {*always, *(f"bridge_{key}" for key in KEYS[type(event).__name__])}
    assert values["bridge_correlation_id"] == event.correlation_id
    assert json.loads(json.dumps(values)) == values


def test_names_of_events_are_words(caplog: pytest.LogCaptureFixture):
    assert keys_of(logged(SENT, caplog))["bridge_event"] == "request_sent"


def test_the_words_of_a_work_item_stay_out(caplog: pytest.LogCaptureFixture):
    record = logged(Queued(record="r", reason="no-name", detail="Ada Lovelace, ada@example.org"), caplog)
    assert "Ada" not in record.getMessage() + repr(vars(record))


@pytest.mark.parametrize(
    ("status", "level"),
    [
        (204, logging.DEBUG),
        (304, logging.DEBUG),
        (404, logging.INFO),
        (422, logging.INFO),
        (401, logging.WARNING),
        (403, logging.WARNING),
        (429, logging.WARNING),
        (500, logging.WARNING),
        (503, logging.WARNING),
        (0, logging.WARNING),
    ],
)
def test_the_level_of_a_request_follows_its_answer(status: int, level: int, caplog: pytest.LogCaptureFixture):
    assert logged(evolve(SENT, status=status), caplog).levelno == level


def test_a_logger_of_ones_own_is_written_to(caplog: pytest.LogCaptureFixture):
    log_events(logging.getLogger("shop.sync"))(Waited(account="a", seconds=2, reason="retry"))
    assert caplog.records == []  # its level is the root's: WARNING
    caplog.set_level(logging.INFO, "shop.sync")
    log_events(logging.getLogger("shop.sync"))(Waited(account="a", seconds=2, reason="retry"))
    assert [record.name for record in caplog.records] == ["shop.sync"]


def test_an_event_of_another_package_is_told_by_name_alone(caplog: pytest.LogCaptureFixture):
    class Noticed:
        secret = "s3cret"

    record = logged(Noticed(), caplog)  # type: ignore[arg-type]
    assert (record.levelno, record.getMessage()) == (logging.DEBUG, "Noticed")
    assert "s3cret" not in repr(vars(record))


def test_a_line_can_be_formatted_by_its_keys(caplog: pytest.LogCaptureFixture):
    form = logging.Formatter("%(bridge_event)s %(bridge_account)s")
    assert form.format(logged(SENT, caplog)) == "request_sent bigcommerce:demo"
