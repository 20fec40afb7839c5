"""One request and its answer: budget, credentials, retry, errors, events; played in virtual time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from commerce_bridge.errors import (
    BridgeError,
    ConnectionLost,
    NotFound,
    QuotaExhausted,
    RateLimited,
    RejectedRecord,
    ServerFault,
    TimedOut,
    TransportError,
)
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.budgets import BudgetRules, Window
from commerce_bridge.flow.effects import Err, Flow, Ok
from commerce_bridge.flow.events import RequestSent, Waited
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.http.correlation import correlated
from commerce_bridge.http.exchange import exchange
from commerce_bridge.http.policy import RetryPolicy, Safety
from rigs.scripted import ACCOUNT, Stage, connection

OK = Response(status=200, body=b"fine")
BUSY = Response(status=429)
DOWN = Response(status=503)
UNSENT = ConnectionLost("no connection", sent=False)
LOST = ConnectionLost("cut off", sent=True)
LATE = TimedOut("too late", sent=True)


def request(method: str = "GET", path: str = "/things") -> Request:
    return Request(method=method, path=path)


def things(method: str = "GET", **settings: Any) -> Flow[Response]:
    options = {name: settings.pop(name) for name in ("safety", "lane", "weight") if name in settings}
    return exchange(connection(**settings), request(method), operation="things", **options)


def busy(after_s: float) -> Response:
    return Response(status=429, headers={"Retry-After": str(after_s)})


def test_an_answer_is_the_answer() -> None:
    stage = Stage(OK)
    assert stage.play(things()) is OK
    assert stage.slept == []
    assert len(stage.world.requests) == 1


class TestRateLimits:
    def test_the_wait_asked_for_is_waited(self) -> None:
        stage = Stage(busy(7), busy(0.5), OK)
        assert stage.play(things("POST")) is OK
        assert stage.slept == [7, 0.5]
        assert stage.events_of(Waited) == [
            Waited(account=ACCOUNT, seconds=7, reason="rate limited"),
            Waited(account=ACCOUNT, seconds=0.5, reason="rate limited"),
        ]

    def test_without_a_wait_asked_for_it_grows(self) -> None:
        stage = Stage(BUSY, BUSY, BUSY, OK)
        assert stage.play(things("POST")) is OK
        first, second, third = stage.slept
        assert 0.5 <= first <= 1 <= second <= 2 <= third <= 4

    def test_a_wait_that_is_too_long_is_an_error_at_once(self) -> None:
        stage = Stage(busy(121), OK)
        with pytest.raises(RateLimited) as caught:
            stage.play(things())
        assert caught.value.retry_after_s == 121
        assert stage.slept == []
        assert Stage(busy(120), OK).play(things()) is OK

    def test_patience_ends(self) -> None:
        stage = Stage(busy(1))
        with pytest.raises(RateLimited):
            stage.play(things(retry=RetryPolicy(attempts=3)))
        assert len(stage.world.requests) == 3
        assert stage.slept == [1, 1]

    def test_one_answer_holds_all_others_back(self) -> None:
        limited = Response(status=429, headers={"Retry-After": "10", "X-Left": "0", "X-Reset": "10"})
        stage = Stage(limited, OK, latency_s=0.1)
        rules = BudgetRules(windows=(Window(name="window", seconds=30, quota=50),))
        stage.play(flow.gather_all([things(budget=rules) for _ in range(6)], limit=1))
        held = [(instant - stage.started).total_seconds() for instant in stage.world.instants]
        assert held[0] == 0
        assert held[1] == pytest.approx(10.1)


class TestServerFaults:
    @pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
    def test_what_may_be_sent_twice_is_sent_again(self, method: str) -> None:
        stage = Stage(DOWN, DOWN, OK)
        assert stage.play(things(method)) is OK
        assert len(stage.world.requests) == 3
        assert [event.reason for event in stage.events_of(Waited)] == ["retry", "retry"]

    @pytest.mark.parametrize("method", ["POST", "PATCH"])
    def test_what_might_create_twice_is_not(self, method: str) -> None:
        stage = Stage(DOWN, OK)
        with pytest.raises(ServerFault):
            stage.play(things(method))
        assert len(stage.world.requests) == 1

    def test_the_caller_knows_better_what_is_safe(self) -> None:
        assert Stage(DOWN, OK).play(things("POST", safety=Safety.READ)) is OK
        with pytest.raises(ServerFault):
            Stage(DOWN, OK).play(things("PUT", safety=Safety.ONCE))

    def test_a_wait_asked_for_is_waited_here_too(self) -> None:
        stage = Stage(Response(status=503, headers={"Retry-After": "20"}), OK)
        assert stage.play(things()) is OK
        assert stage.slept == [20]

    @pytest.mark.parametrize(("status", "error"), [(404, NotFound), (422, RejectedRecord)])
    def test_a_refusal_is_not_tried_again(self, status: int, error: type[BridgeError]) -> None:
        stage = Stage(Response(status=status), OK)
        with pytest.raises(error):
            stage.play(things())
        assert len(stage.world.requests) == 1


class Ledger:
    """A vendor that books each write it takes, and may cut the line before or after it did."""

    def __init__(self, *cuts: str) -> None:
        self.cuts = list(cuts)
        self.booked = 0

    def __call__(self, request: Request, now: datetime) -> Response | TransportError:
        cut = self.cuts.pop(0) if self.cuts else ""
        if cut == "before":
            return ConnectionLost("cut before it arrived", sent=False)
        self.booked += 1
        return ConnectionLost("cut after it was booked") if cut == "after" else OK


class TestCuts:
    def test_what_never_left_is_sent_again_whatever_it_is(self) -> None:
        ledger = Ledger("before", "before")
        assert Stage(ledger).play(things("POST")) is OK
        assert ledger.booked == 1

    def test_a_create_whose_answer_was_lost_is_not_sent_again(self) -> None:
        ledger = Ledger("after")
        with pytest.raises(ConnectionLost) as caught:
            Stage(ledger).play(things("POST"))
        assert caught.value.sent
        assert ledger.booked == 1

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
    @pytest.mark.parametrize("fault", [LOST, LATE, UNSENT])
    def test_what_is_repeatable_is_repeated(self, method: str, fault: TransportError) -> None:
        stage = Stage(fault, OK)
        assert stage.play(things(method)) is OK
        assert len(stage.world.requests) == 2

    def test_a_line_that_stays_dead_is_an_error_in_the_end(self) -> None:
        stage = Stage(UNSENT)
        with pytest.raises(ConnectionLost):
            stage.play(things("GET"))
        assert len(stage.world.requests) == 5

    def test_each_try_is_told(self) -> None:
        stage = Stage(LOST, DOWN, OK)
        stage.play(things("PUT"))
        assert [(event.status, event.attempt) for event in stage.events_of(RequestSent)] == [
            (0, 1),
            (503, 2),
            (200, 3),
        ]


class TestStorms:
    def test_retries_of_an_account_are_limited_together(self) -> None:
        stage = Stage(DOWN)
        patient = RetryPolicy(attempts=5, storm_limit=6)
        outcomes = stage.play(flow.gather([things(retry=patient) for _ in range(10)], limit=10))
        assert all(isinstance(outcome, Err) for outcome in outcomes)
        assert len(stage.world.requests) == 10 + 6

    def test_a_minute_later_there_is_room_again(self) -> None:
        stage = Stage(DOWN)
        patient = RetryPolicy(attempts=2, storm_limit=1)
        counts: list[int] = []
        for wait_s in (0, 10, 60):
            stage.clock.instant += timedelta(seconds=wait_s)
            before = len(stage.world.requests)
            with pytest.raises(ServerFault):
                stage.play(things(retry=patient))
            counts.append(len(stage.world.requests) - before)
        assert counts == [2, 1, 2]


class TestBudget:
    rules = BudgetRules(windows=(Window(name="window", seconds=30, quota=5),), in_flight=2)

    def test_requests_wait_for_their_window(self) -> None:
        stage = Stage(OK, latency_s=0.2)
        stage.play(flow.gather_all([things(budget=self.rules) for _ in range(12)], limit=2))
        sent = [(instant - stage.started).total_seconds() for instant in stage.world.instants]
        assert len([at for at in sent if at < 30]) == 5
        assert len([at for at in sent if 30 <= at < 60]) == 5
        assert len([at for at in sent if at >= 60]) == 2
        assert {event.reason for event in stage.events_of(Waited)} == {"budget"}

    def test_every_ticket_is_settled_however_the_request_ends(self) -> None:
        for line in (OK, DOWN, LOST, Response(status=422)):
            stage = Stage(line)
            stage.play(flow.gather([things("POST", budget=self.rules)]))
            assert stage.budgets.state(ACCOUNT).flying == {}

    def test_a_stop_is_passed_on_and_nothing_is_sent(self) -> None:
        rules = BudgetRules(windows=(Window(name="day", seconds=86400, quota=1, stop=True),))
        stage = Stage(OK)
        stage.play(things(budget=rules))
        with pytest.raises(QuotaExhausted) as caught:
            stage.play(things(budget=rules))
        assert caught.value.resets_at == stage.started + timedelta(days=1)
        assert len(stage.world.requests) == 1

    def test_weight_and_lane_reach_the_budget(self) -> None:
        rules = BudgetRules(windows=(Window(name="window", seconds=30, quota=5),), lanes=(("slow", 1),))
        stage = Stage(OK, latency_s=3)
        stage.play(flow.gather_all([things(budget=rules, weight=2, lane="slow") for _ in range(2)], limit=2))
        assert stage.budgets.state(ACCOUNT).windows["window"].used == 4
        first, second = stage.world.instants
        assert second - first >= timedelta(seconds=3)

    def test_a_block_that_is_too_long_is_waited_for_by_nobody(self) -> None:
        """The first is told by the vendor; the others stop cleanly, and know when to go on."""
        limited = Response(status=429, headers={"Retry-After": "3600", "X-Reset": "3600"})
        stage = Stage(limited, OK)
        with pytest.raises(RateLimited):
            stage.play(things())
        with pytest.raises(QuotaExhausted) as caught:
            stage.play(things())
        assert caught.value.resets_at == stage.started + timedelta(hours=1)
        assert (stage.slept, len(stage.world.requests)) == ([], 1)
        stage.clock.instant += timedelta(seconds=3600 - 120)
        assert stage.play(things()) is OK
        assert stage.slept == [120]

    def test_the_budget_is_told_whether_an_answer_came(self) -> None:
        for line, answered in ((OK, True), (DOWN, True), (LOST, False), (UNSENT, False)):
            stage = Stage(line)
            stage.play(flow.gather([things("POST", budget=self.rules, retry=RetryPolicy(attempts=1))]))
            assert stage.budgets.state(ACCOUNT).windows["window"].answered is answered

    def test_a_day_that_is_used_up_goes_on_when_the_next_begins(self) -> None:
        rules = BudgetRules(windows=(Window(name="day", seconds=86400, quota=2, stop=True),))
        stage = Stage(OK, latency_s=0.5)
        stops: list[datetime] = []

        def work() -> Flow[None]:
            for _ in range(5):
                try:
                    yield from things(budget=rules)
                except QuotaExhausted as stopped:
                    stops.append(stopped.resets_at or stage.started)
                    yield from flow.sleep((stops[-1] - (yield from flow.now())).total_seconds())
                    yield from things(budget=rules)

        stage.play(work())
        day = timedelta(days=1, seconds=0.5)
        assert stops == [stage.started + day, stage.started + 2 * day]
        assert len(stage.world.requests) == 5

    def test_headers_correct_the_budget(self) -> None:
        stage = Stage(Response(status=200, headers={"X-Left": "0", "X-Reset": "12"}), OK)
        stage.play(things(budget=self.rules))
        stage.play(things(budget=self.rules))
        assert stage.lasted_s == pytest.approx(12)


class TestCredentials:
    def test_they_go_to_the_account(self) -> None:
        stage = Stage(OK)
        stage.play(things(headers={"X-Auth-Token": "secret"}))
        assert stage.world.requests[0].header("x-auth-token") == "secret"

    def test_they_never_go_to_another_address(self) -> None:
        stage = Stage(OK)
        away = request(path="https://images.example.org/cover.jpg")
        stage.play(exchange(connection(headers={"X-Auth-Token": "secret"}), away, operation="images"))
        assert stage.world.requests[0].headers == ()

    def test_they_are_never_shown(self) -> None:
        shown = repr(connection(headers={"X-Auth-Token": "secret"}, secrets=("secret",)))
        assert "secret" not in shown


class TestEventsAndCorrelation:
    def test_an_event_says_what_was_done(self) -> None:
        stage = Stage(OK, latency_s=0.5)
        stage.play(exchange(connection(), request("POST", "/things"), operation="things.create"))
        assert stage.events == [
            RequestSent(
                account=ACCOUNT,
                operation="shop.things.create",
                method="POST",
                path="/things",
                status=200,
                at=stage.started + timedelta(seconds=0.5),
                took_s=0.5,
            )
        ]

    def test_a_correlation_id_marks_every_request_and_every_error(self) -> None:
        stage = Stage(OK, OK, Response(status=422))

        def work() -> Flow[int]:
            yield from things()
            made = yield from flow.single("token", things)
            outcomes = yield from flow.gather([things("POST")])
            assert made is OK
            assert isinstance(outcomes[0], Err)
            assert isinstance(outcomes[0].error, RejectedRecord)
            assert outcomes[0].error.correlation_id == "run-1"
            return 42

        assert stage.play(correlated("run-1", work())) == 42
        assert [event.correlation_id for event in stage.events_of(RequestSent)] == ["run-1"] * 3
        with pytest.raises(RejectedRecord) as caught:
            stage.play(correlated("run-2", things()))
        assert caught.value.correlation_id == "run-2"

    def test_the_innermost_id_stands(self) -> None:
        stage = Stage(Response(status=422))
        with pytest.raises(RejectedRecord) as caught:
            stage.play(correlated("outer", correlated("inner", things())))
        assert caught.value.correlation_id == "inner"
        assert [event.correlation_id for event in stage.events_of(RequestSent)] == ["inner"]

    def test_a_marked_flow_catches_and_closes_as_it_would_alone(self) -> None:
        closed: list[str] = []

        def work() -> Flow[str]:
            try:
                yield from flow.send(ACCOUNT, request())
            except TransportError:
                yield from flow.sleep(1)
                return "caught"
            finally:
                closed.append("closed")
            return "not caught"

        stage = Stage(LOST)
        assert stage.play(correlated("run", work())) == "caught"
        stopped = correlated("run", work())
        next(stopped)
        stopped.close()
        assert closed == ["closed", "closed"]

    def test_marking_changes_no_effect_but_the_events(self) -> None:
        plain, marked = Stage(DOWN, OK), Stage(DOWN, OK)
        assert plain.play(things()) == marked.play(correlated("run", things()))
        assert plain.slept == marked.slept
        assert [type(one.effect) for one in plain.driver.trace] == [
            type(one.effect) for one in marked.driver.trace
        ]


def test_ok_is_what_gather_gives() -> None:
    assert Stage(OK).play(flow.gather([things(), things()])) == (Ok(OK), Ok(OK))
