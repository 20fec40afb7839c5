"""The scripted play."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from commerce_bridge.errors import ConnectionLost, TimedOut, TransportError
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.events import Progressed
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.play import Reply
from commerce_bridge.flow.state import Key, Put
from commerce_bridge.testing.play import play
from rigs.rows import Rows

REQUEST = Request(method="GET", path="/things")


def retrying(make: Callable[[], Flow[Response]]) -> Flow[Response]:
    while True:
        try:
            response = yield from make()
        except TransportError:
            yield from flow.sleep(1.0)
            continue
        if response.status != 429:
            return response
        yield from flow.sleep(float(response.header("Retry-After") or 0))


def get() -> Flow[Response]:
    return flow.send("shop", REQUEST)


def test_retry_waits_as_told() -> None:
    script = [Response(status=429, headers={"Retry-After": "7"}), Response(status=200, body=b"{}")]
    trace = play(retrying(get), script)
    assert trace.slept == [7.0]
    assert trace.result.status == 200
    assert trace.sent == [REQUEST, REQUEST]
    assert trace.lasted_s == 7.0
    assert trace.unused == ()


def test_errors_of_the_script_are_thrown_into_the_flow() -> None:
    trace = play(retrying(get), [ConnectionLost("gone"), Response(status=204), Response(status=500)])
    assert trace.result.status == 204
    assert trace.error is None
    assert trace.slept == [1.0]
    assert trace.unused == (Response(status=500),)


def test_an_error_the_flow_ends_with_is_part_of_the_trace() -> None:
    trace = play(get(), [ConnectionLost("gone")])
    assert isinstance(trace.error, ConnectionLost)
    assert len(trace.sent) == 1
    with pytest.raises(ConnectionLost):
        _ = trace.result


def test_any_other_error_is_raised() -> None:
    def defect() -> Flow[None]:
        yield from flow.now()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        play(defect())


@pytest.mark.parametrize(("script", "says"), [([], "0 lines"), ([Response(status=429)], "1 line,")])
def test_a_script_that_is_too_short_says_what_was_sent(script: list[Response], says: str) -> None:
    with pytest.raises(AssertionError, match=rf"{says}.*GET /things"):
        play(retrying(get), script)


def test_a_line_may_look_at_the_request_and_take_its_time() -> None:
    def echo(request: Request) -> Response:
        return Response(status=200, body=request.path.encode())

    def two() -> Flow[tuple[bytes, ...]]:
        responses = yield from flow.gather_all([get(), flow.send("other", Request(method="GET", path="/o"))])
        return tuple(response.body for response in responses)

    trace = play(two(), [Reply(outcome=Response(status=200), delay_s=4.0), echo], latency_s=0.5)
    assert trace.result == (b"", b"/o")
    assert trace.lasted_s == 4.5


def test_a_line_that_takes_too_long_is_a_time_out() -> None:
    trace = play(get(), [Reply(outcome=Response(status=200), delay_s=31.0)])
    assert isinstance(trace.error, TimedOut)
    assert trace.lasted_s == 30.0


def test_events_and_commits_are_told() -> None:
    event = Progressed(stage="read", done=1)
    put = Put(at=Key(table="t", scope="s", key="k"), body="1")

    def busy() -> Flow[None]:
        yield from flow.emit(event)
        yield from flow.commit([put])

    state = Rows()
    trace = play(busy(), state=state)
    assert trace.events == [event]
    assert trace.committed == [(put,)]
    assert len(state.rows) == 1
    assert [each.path for each in trace.played] == ["0", "1"]


def test_it_is_the_same_each_time_and_begins_when_told() -> None:
    start = datetime(2030, 1, 1, tzinfo=UTC)

    def drawn() -> Flow[tuple[float, str, datetime]]:
        return (yield from flow.draw()), (yield from flow.new_id()), (yield from flow.now())

    first, second = play(drawn(), start=start), play(drawn(), start=start)
    assert first.result == second.result
    assert first.result[2] == first.began == first.ended == start
