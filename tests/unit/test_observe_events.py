"""The stream of events: who is told, what is told of a run, and whom a broken subscriber breaks."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from typing import get_args

import anyio
import pytest
from attrs import evolve, fields

from commerce_bridge.errors import ConnectionLost, RejectedRecord
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.async_driver import AsyncDriver
from commerce_bridge.flow.clock import VirtualClock
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.events import (
    Decided,
    Event,
    Progressed,
    Queued,
    RequestSent,
    RunBegan,
    RunEnded,
    Waited,
    WatermarkMoved,
    Written,
)
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.play import ManualClock, PlayDriver
from commerce_bridge.flow.sync_driver import SyncDriver
from commerce_bridge.flow.wiring import Wiring
from commerce_bridge.http.correlation import correlated
from commerce_bridge.http.exchange import exchange
from commerce_bridge.http.redact import shown_path
from rigs.scripted import ACCOUNT, Stage, connection

RUN = "3f2a9c51-0f3d-4c8e-9d42-6b1f0a7c5e10"
OK = Response(status=200)
HEADER = "X-Correlation-Id"


def ask(path: str = "/things", header: str | None = HEADER, method: str = "GET") -> Flow[Response]:
    request = Request(method=method, path=path)
    return exchange(connection(correlation_header=header), request, operation="things")


class TestTheIdOfARun:
    def test_goes_with_every_kind_of_event(self) -> None:
        stage = Stage(OK)
        unmarked: tuple[Event, ...] = (
            RequestSent(account=ACCOUNT, operation="x", method="GET", path="/", status=200),
            Waited(account=ACCOUNT, seconds=1, reason="budget"),
            Progressed(stage="plan", done=1),
            Decided(record="r", changes=1),
            Queued(record="r", reason="no-price", detail="No price."),
            WatermarkMoved(scope="s", watermark="w", at=stage.started),
        )

        def work() -> Flow[None]:
            for event in unmarked:
                yield from flow.emit(event)

        stage.play(correlated(RUN, work()))
        assert stage.events == [evolve(event, correlation_id=RUN) for event in unmarked]

    def test_can_be_borne_by_all_there_are(self) -> None:
        assert [kind for kind in get_args(Event) if not hasattr(fields(kind), "correlation_id")] == []

    def test_does_not_replace_one_that_is_there(self) -> None:
        stage = Stage(OK)
        written = Written(record="r", step="s", kind="create", target="t", correlation_id="another")
        stage.play(correlated(RUN, flow.emit(written)))
        assert stage.events == [written]


class TestARun:
    def test_is_told_when_it_begins_and_ends(self) -> None:
        stage = Stage(OK, latency_s=2)
        assert stage.play(correlated(RUN, ask(), run="plan")) is OK
        first, *between, last = stage.events
        assert first == RunBegan(run="plan", at=stage.started, correlation_id=RUN)
        assert [type(event) for event in between] == [RequestSent]
        ended = stage.started + timedelta(seconds=2)
        assert last == RunEnded(run="plan", at=ended, correlation_id=RUN)

    def test_says_how_it_failed_and_raises_it(self) -> None:
        stage = Stage(Response(status=422))
        with pytest.raises(RejectedRecord) as caught:
            stage.play(correlated(RUN, ask(), run="apply"))
        assert caught.value.correlation_id == RUN
        assert stage.events_of(RunEnded)[0].error == "RejectedRecord"

    def test_of_a_defect_of_ours_is_told_too(self) -> None:
        def broken() -> Flow[None]:
            yield from flow.now()
            raise ZeroDivisionError

        stage = Stage(OK)
        with pytest.raises(ZeroDivisionError):
            stage.play(correlated(RUN, broken(), run="plan"))
        assert stage.events_of(RunEnded)[0].error == "ZeroDivisionError"

    def test_that_is_stopped_tells_no_end(self) -> None:
        closed: list[str] = []

        def long() -> Flow[None]:
            try:
                yield from flow.sleep(1)
            finally:
                closed.append("closed")

        run = correlated(RUN, long(), run="plan")
        effect, answer = run.send(None), None
        while type(effect).__name__ != "Sleep":
            answer = ManualClock().now() if type(effect).__name__ == "Now" else None
            effect = run.send(answer)
        run.close()
        assert closed == ["closed"]

    def test_has_parts_that_are_no_runs_of_their_own(self) -> None:
        stage = Stage(OK)
        stage.play(correlated(RUN, flow.gather([ask(), ask()]), run="plan"))
        assert len(stage.events_of(RunBegan)) == len(stage.events_of(RunEnded)) == 1
        assert [event.correlation_id for event in stage.events_of(RequestSent)] == [RUN, RUN]


class TestTheVendorsHeader:
    def sent(self, work: Flow[object]) -> list[str | None]:
        stage = Stage(OK)
        stage.play(work)
        return [request.header(HEADER) for request in stage.world.requests]

    def test_carries_the_id_of_the_run(self) -> None:
        assert self.sent(correlated(RUN, ask())) == [RUN]

    def test_is_on_gathered_requests_and_on_those_made_once_for_several(self) -> None:
        def work() -> Flow[None]:
            yield from flow.gather([ask(), ask()])
            yield from flow.single("token", ask)

        assert self.sent(correlated(RUN, work())) == [RUN] * 3

    def test_is_on_every_try(self) -> None:
        stage = Stage(Response(status=503), OK)
        stage.play(correlated(RUN, ask()))
        assert [request.header(HEADER) for request in stage.world.requests] == [RUN, RUN]

    def test_is_not_sent_without_a_run(self) -> None:
        assert self.sent(ask()) == [None]

    def test_is_not_sent_where_the_vendor_documents_none(self) -> None:
        stage = Stage(OK)
        stage.play(correlated(RUN, ask(header=None)))
        assert stage.world.requests[0].headers == ()

    def test_never_goes_to_another_address(self) -> None:
        assert self.sent(correlated(RUN, ask("https://images.example.org/cover.jpg"))) == [None]

    @pytest.mark.parametrize("other", ["run 7", RUN.replace("-", ""), f"{{{RUN}}}", ""])
    def test_takes_nothing_but_a_uuid(self, other: str) -> None:
        assert self.sent(correlated(other, ask())) == [None]

    def test_keeps_the_id_of_the_innermost_run(self) -> None:
        inner = "0b7d3a7e-52a4-4b69-8c1a-1d2f5c9e7a11"
        assert self.sent(correlated(RUN, correlated(inner, ask()))) == [inner]


class TestARequestsEvent:
    def test_has_the_time_from_the_request_to_its_answer_and_not_the_waits_before(self) -> None:
        stage = Stage(Response(status=429, headers={"Retry-After": "60"}), OK, latency_s=0.25)
        stage.play(ask())
        events = stage.events_of(RequestSent)
        assert [event.took_s for event in events] == [0.25, 0.25]
        assert events[1].at == stage.started + timedelta(seconds=60.5)

    def test_of_a_request_without_an_answer_has_it_too(self) -> None:
        stage = Stage(ConnectionLost("The line went dead."), latency_s=1)
        with pytest.raises(ConnectionLost):
            stage.play(ask(method="POST"))
        (event,) = stage.events_of(RequestSent)
        assert (event.status, event.took_s) == (0, 1)

    @pytest.mark.parametrize(
        ("path", "shown"),
        [
            ("/v3/catalog/products/180", "/v3/catalog/products/180"),
            ("https://cdn.example.org/a.jpg?signature=s3cret", "https://cdn.example.org/a.jpg"),
            ("/contacts/ada@example.org/tags", "/contacts/•••/tags"),
            ("/contacts/ada%40example.org", "/contacts/•••"),
        ],
    )
    def test_shows_neither_query_nor_address(self, path: str, shown: str) -> None:
        assert shown_path(path) == shown
        stage = Stage(OK)
        stage.play(ask(path))
        assert stage.events_of(RequestSent)[0].path == shown


class TestABrokenSubscriber:
    heard: list[Event]

    @pytest.fixture(autouse=True)
    def _quiet(self, caplog: pytest.LogCaptureFixture) -> None:
        self.heard = []
        self.logged = caplog

    def broken(self, event: Event) -> None:
        raise RejectedRecord("not for you", platform="x", operation="y", status=422)

    def work(self) -> Flow[str]:
        for done in range(3):
            yield from flow.emit(Progressed(stage="plan", done=done))
        return "through"

    def run(self, mode: str) -> str:
        wiring = Wiring(subscribers=(self.broken, self.heard.append), clock=VirtualClock())
        if mode == "sync":
            return SyncDriver(wiring).run(self.work())
        if mode == "async":
            return anyio.run(partial(AsyncDriver(wiring).run, self.work()))
        return PlayDriver(evolve(wiring, clock=ManualClock())).run(self.work())

    @pytest.mark.parametrize("mode", ["sync", "async", "play"])
    def test_breaks_neither_the_run_nor_the_others(self, mode: str) -> None:
        assert self.run(mode) == "through"
        assert [event.done for event in self.heard if isinstance(event, Progressed)] == [0, 1, 2]

    def test_is_reported_once_with_where_it_happened(self) -> None:
        self.run("sync")
        (record,) = self.logged.records
        assert (record.name, record.levelno) == ("commerce_bridge", logging.ERROR)
        assert "Progressed" in record.getMessage()
        assert record.exc_info is not None
        assert isinstance(record.exc_info[1], RejectedRecord)

    def test_each_has_its_own_report(self) -> None:
        def also(event: Event) -> None:
            raise ValueError

        SyncDriver(Wiring(subscribers=(self.broken, also))).run(self.work())
        assert len(self.logged.records) == 2

    def test_may_still_end_the_program(self) -> None:
        def stop(event: Event) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            SyncDriver(Wiring(subscribers=(stop,))).run(self.work())
