"""Ctrl-C in sync mode: what is under way ends, a wait ends at once, nothing new begins.

Signals are raised from inside effects, in the main thread, where a person's Ctrl-C arrives too.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from commerce_bridge.errors import ConnectionLost, StateConflict
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.clock import VirtualClock, WallClock
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.flow.sync_driver import SyncDriver
from commerce_bridge.flow.wiring import Wiring

REQUEST = Request(method="POST", path="/things")


def ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


class Line:
    """Notes what was sent, and what was answered after `act` was done."""

    def __init__(self, act: Callable[[Request], None]) -> None:
        self.act = act
        self.answered: list[str] = []

    def send(self, request: Request, timeout_s: float) -> Response:
        self.act(request)
        self.answered.append(request.path)
        return Response(status=200)

    def close(self) -> None: ...


@pytest.fixture(autouse=True)
def usual_handler() -> Any:
    """Each test starts and must end with Python's own handler."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, former)


def driver_of(line: Line, clock: Any = None) -> SyncDriver:
    return SyncDriver(Wiring(transports={"a": line}, clock=clock or VirtualClock()))


def two_sends(seen: list[str]) -> Flow[None]:
    try:
        yield from flow.send("a", REQUEST)
        seen.append("first answered")
        yield from flow.send("a", REQUEST)
        seen.append("second answered")
    finally:
        seen.append("closed")


def test_the_effect_under_way_ends_and_the_next_does_not_begin() -> None:
    line, seen = Line(lambda request: ctrl_c()), []
    with pytest.raises(KeyboardInterrupt):
        driver_of(line).run(two_sends(seen))
    assert line.answered == ["/things"]
    assert seen == ["first answered", "closed"]


def test_a_driver_runs_again_afterwards() -> None:
    interrupts = iter([True, False, False])
    line, seen = Line(lambda request: ctrl_c() if next(interrupts) else None), []
    driver = driver_of(line)
    with pytest.raises(KeyboardInterrupt):
        driver.run(two_sends(seen))
    seen.clear()
    driver.run(two_sends(seen))
    assert seen == ["first answered", "second answered", "closed"]


def test_a_second_one_breaks_through_the_effect() -> None:
    def twice(request: Request) -> None:
        ctrl_c()
        ctrl_c()

    line, seen = Line(twice), []
    with pytest.raises(KeyboardInterrupt):
        driver_of(line).run(two_sends(seen))
    assert line.answered == []
    assert seen == ["closed"]


def test_it_is_not_lost_when_the_last_effect_was_under_way() -> None:
    line = Line(lambda request: ctrl_c())
    with pytest.raises(KeyboardInterrupt):
        driver_of(line).run(flow.send("a", REQUEST))
    assert line.answered == ["/things"]


def test_it_is_not_lost_when_the_effect_fails() -> None:
    def fails(request: Request) -> None:
        ctrl_c()
        raise ConnectionLost("gone")

    with pytest.raises(KeyboardInterrupt) as raised:
        driver_of(Line(fails)).run(flow.send("a", REQUEST))
    assert isinstance(raised.value.__cause__, ConnectionLost)


def test_an_error_without_ctrl_c_stays_what_it_is() -> None:
    def conflict() -> Flow[None]:
        yield from flow.now()
        raise StateConflict("moved")

    with pytest.raises(StateConflict):
        driver_of(Line(lambda request: None)).run(conflict())


class Alarm(WallClock):
    """A wall's clock on which Ctrl-C is pressed as soon as somebody waits."""

    def sleep(self, seconds: float, until: threading.Event | None = None) -> None:
        ctrl_c()
        super().sleep(seconds, until)


def test_a_wait_ends_at_once() -> None:
    seen: list[str] = []

    def waiting() -> Flow[None]:
        try:
            yield from flow.sleep(3600)
            seen.append("slept")
        finally:
            seen.append("closed")

    with pytest.raises(KeyboardInterrupt):
        driver_of(Line(lambda request: None), Alarm()).run(waiting())
    assert seen == ["closed"]


def test_one_that_came_just_before_a_wait_ends_it_too() -> None:
    class Early(WallClock):
        def sleep(self, seconds: float, until: threading.Event | None = None) -> None:
            raise AssertionError("the wait was begun")

    line = Line(lambda request: ctrl_c())

    def sends_then_waits() -> Flow[None]:
        yield from flow.send("a", REQUEST)
        yield from flow.sleep(3600)

    with pytest.raises(KeyboardInterrupt):
        driver_of(line, Early()).run(sends_then_waits())


def test_gathered_flows_that_wait_are_woken_and_stopped() -> None:
    """The signal comes while the main thread waits for its workers, one of which waits for an hour."""
    waiting, ended, lock = threading.Event(), [], threading.Lock()

    class Telling(WallClock):
        def sleep(self, seconds: float, until: threading.Event | None = None) -> None:
            waiting.set()
            super().sleep(seconds, until)

    def pressed(request: Request) -> None:
        waiting.wait()
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        closed.wait(10)  # the effect under way ends only after the signal was noted

    def waits() -> Flow[None]:
        try:
            yield from flow.sleep(3600)
            ended.append("slept")
        finally:
            with lock:
                ended.append("waiting one closed")
            closed.set()

    def sends() -> Flow[None]:
        try:
            yield from flow.send("a", REQUEST)
            yield from flow.send("a", REQUEST)
        finally:
            with lock:
                ended.append("sending one closed")

    closed = threading.Event()
    line = Line(pressed)
    with pytest.raises(KeyboardInterrupt):
        driver_of(line, Telling()).run(flow.gather([waits(), sends()], limit=2))
    assert sorted(ended) == ["sending one closed", "waiting one closed"]
    assert line.answered == ["/things"]


def test_a_flow_inside_an_effect_is_under_way_too() -> None:
    """A driver inside a transport of another: Ctrl-C stops the outer flow, after the inner one has ended."""
    presses, seen = iter([True, False]), []
    inner = driver_of(Line(lambda request: ctrl_c() if next(presses) else None))

    def through(request: Request) -> None:
        inner.run(two_sends(seen))

    outer = Line(through)
    with pytest.raises(KeyboardInterrupt):
        driver_of(outer).run(two_sends(seen))
    assert seen == ["first answered", "second answered", "closed", "first answered", "closed"]


def test_in_other_threads_it_is_left_to_the_main_one() -> None:
    results: list[Any] = []
    line = Line(lambda request: None)
    driver = driver_of(line)

    def pressed(request: Request) -> None:
        worker = threading.Thread(target=lambda: results.append(driver.run(flow.send("a", REQUEST)).status))
        line.act = lambda request: None
        ctrl_c()
        worker.start()
        worker.join()

    line.act = pressed
    with pytest.raises(KeyboardInterrupt):
        driver.run(two_sends([]))
    assert results == [200]


def test_a_handler_of_the_programs_own_is_left_alone() -> None:
    heard: list[int] = []
    former = signal.signal(signal.SIGINT, lambda signum, frame: heard.append(signum))
    try:
        seen: list[str] = []
        driver_of(Line(lambda request: ctrl_c())).run(two_sends(seen))
    finally:
        signal.signal(signal.SIGINT, former)
    assert heard == [signal.SIGINT] * 2
    assert seen == ["first answered", "second answered", "closed"]
