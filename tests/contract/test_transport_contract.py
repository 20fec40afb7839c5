"""What every transport must do, in process and over HTTP, with either library, in both modes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.errors import ConnectionLost, TimedOut
from commerce_bridge.flow.clock import VirtualClock
from commerce_bridge.flow.messages import Request, Response
from commerce_bridge.http.adapters import AsyncHttpTransport, HttpTransport
from commerce_bridge.sandbox.core import Fault
from commerce_bridge.sandbox.server import Served, running
from commerce_bridge.sandbox.transport import SandboxWorld
from rigs.tiny_sandbox import TinySandbox, ask


class Asked:
    """A transport in either mode, asked the same way; one event loop lasts as long as it."""

    def __init__(self, world: SandboxWorld, transport: Any, *, is_async: bool) -> None:
        self.world = world
        self._transport = transport
        self._runner = asyncio.Runner() if is_async else None

    def send(self, request: Request, timeout_s: float = 5.0) -> Response:
        sent = self._transport.send(request, timeout_s)
        response: Response = self._runner.run(sent) if self._runner else sent
        return response

    def close(self) -> None:
        for _ in range(2):  # closing twice is harmless
            closed = self._transport.close()
            if self._runner:
                self._runner.run(closed)
        if self._runner:
            self._runner.close()


@pytest.fixture(params=["in process", "httpx", "httpx2"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["sync", "async"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with running(TinySandbox(seed="empty")) as made:
        yield made


@pytest.fixture
def asked(served: Served, kind: str, mode: str) -> Iterator[Asked]:
    world = served.world
    world.reset("empty")
    if kind == "in process":
        make = world.sync if mode == "sync" else world.asynchronous
        transport: Any = make(VirtualClock(), base_path="/shop")
    else:
        base_url = f"{served.base_url}/shop"
        transport = (HttpTransport if mode == "sync" else AsyncHttpTransport)(base_url, library=kind)
    made = Asked(world, transport, is_async=mode == "async")
    yield made
    made.close()


def names(world: SandboxWorld) -> list[str]:
    return [thing["name"] for thing in world.sandbox.state()["things"]]


def test_method_path_query_headers_and_body_arrive(asked: Asked) -> None:
    request = evolve(
        ask("POST", "/things/", name="ä & ß"), query=[("a", "1 + 1"), ("a", "2&3"), ("ü", "%20")]
    )
    answer = asked.send(request)
    assert (answer.status, json.loads(answer.body)) == (201, {"id": 1, "name": "ä & ß"})
    arrived = asked.world.log[0].request
    assert (arrived.method, arrived.path) == ("POST", "/shop/things/")
    assert arrived.query == (("a", "1 + 1"), ("a", "2&3"), ("ü", "%20"))
    assert arrived.body == request.body
    assert arrived.header("X-Token") == request.header("x-token")


@pytest.mark.parametrize("path", ["/things/a b", "/things/ä", "/things/50%", "/things/a?b", "/things/a+b"])
def test_paths_are_encoded_once(asked: Asked, path: str) -> None:
    asked.world.add_faults(Fault(kind="status", status=418))
    assert asked.send(ask("GET", path)).status == 418
    assert asked.world.log[0].request.path == f"/shop{path}"


def test_refusals_are_answers(asked: Asked) -> None:
    assert asked.send(ask("GET", token="wrong")).status == 401
    assert asked.send(ask("GET", "/things/7")).status == 404


def test_headers_of_an_answer_have_no_case(asked: Asked) -> None:
    asked.world.add_faults(Fault(kind="status", status=429, headers={"Retry-After": "7"}, body="slow"))
    answer = asked.send(ask("GET"))
    assert (answer.header("retry-after"), answer.header("RETRY-AFTER"), answer.body) == ("7", "7", b"slow")


def test_an_answer_without_a_body(asked: Asked) -> None:
    asked.send(ask("POST", name="awl"))
    answer = asked.send(ask("DELETE", "/things/1"))
    assert (answer.status, answer.body, answer.ok) == (204, b"", True)


def test_redirects_are_not_followed(asked: Asked) -> None:
    asked.world.add_faults(Fault(kind="status", status=302, headers={"Location": "/shop/things"}))
    assert asked.send(ask("GET")).status == 302
    assert len(asked.world.log) == 1


@pytest.mark.parametrize(("fault", "applied"), [("cut_before", []), ("cut_after", ["awl"])])
def test_a_cut_is_a_lost_connection_that_may_have_been_sent(
    asked: Asked, fault: str, applied: list[str]
) -> None:
    asked.world.add_faults(Fault(kind=fault))
    with pytest.raises(ConnectionLost, match="POST") as raised:
        asked.send(ask("POST", name="awl"))
    assert raised.value.sent
    assert names(asked.world) == applied
    assert asked.send(ask("GET")).status == 200


@pytest.mark.parametrize(("fault", "applied"), [("timeout_before", []), ("timeout_after", ["awl"])])
def test_an_answer_that_does_not_come_is_a_time_out(asked: Asked, fault: str, applied: list[str]) -> None:
    asked.world.add_faults(Fault(kind=fault))
    with pytest.raises(TimedOut, match=r"POST .*0\.1 s") as raised:
        asked.send(ask("POST", name="awl"), timeout_s=0.1)
    assert raised.value.sent
    assert names(asked.world) == applied


def test_an_absolute_url_goes_where_it_says(asked: Asked) -> None:
    answer = asked.send(ask("GET", f"{asked.world.base_url}/shop/things?name=awl"))
    assert answer.status == 200
    assert asked.world.log[0].request.path == "/shop/things"
    assert asked.world.log[0].request.query == (("name", "awl"),)


def test_a_host_that_is_not_there_was_not_sent_to(asked: Asked) -> None:
    with pytest.raises(ConnectionLost) as raised:
        asked.send(ask("GET", "http://127.0.0.1:1/things"))
    assert not raised.value.sent
    assert asked.world.log == ()
