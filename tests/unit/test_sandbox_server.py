"""A sandbox on a socket, seen by a client that knows nothing of it."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from commerce_bridge.errors import MissingExtra
from commerce_bridge.flow.clock import EPOCH, VirtualClock
from commerce_bridge.sandbox.core import Fault
from commerce_bridge.sandbox.faults import Chaos, FaultPlan
from commerce_bridge.sandbox.server import Served, running
from commerce_bridge.sandbox.transport import SandboxWorld
from rigs.tiny_sandbox import TOKEN, TinySandbox

HEADERS = {"X-Token": TOKEN}


@pytest.fixture(scope="module")
def one_server() -> Iterator[Served]:
    with running(TinySandbox(), clock="virtual") as made:
        yield made


@pytest.fixture
def served(one_server: Served) -> Served:
    """The module's one server, as new: only its clock has moved on."""
    one_server.world.sandbox.configure(**TinySandbox().settings())
    one_server.world.reset("demo")
    return one_server


@pytest.fixture
def vendor(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{served.base_url}/shop", headers=HEADERS, timeout=5.0) as client:
        yield client


@pytest.fixture
def control(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.control_url, timeout=5.0) as client:
        yield client


def test_the_vendors_paths_start_under_the_base_url(vendor: httpx.Client, served: Served) -> None:
    made = vendor.post("/things", json={"name": "ä/b"})
    assert (made.status_code, made.json()) == (201, {"id": 3, "name": "ä/b"})
    found = vendor.get("/things", params={"name": "ä/b"})
    assert found.json() == {"things": [{"id": 3, "name": "ä/b"}], "next": None}
    gone = vendor.delete("/things/3")
    assert (gone.status_code, gone.content) == (204, b"")
    assert [logged.request.path for logged in served.world.log] == [
        "/shop/things", "/shop/things", "/shop/things/3",
    ]  # fmt: skip
    assert served.world.log[1].request.query == (("name", "ä/b"),)
    assert served.world.log[0].request.header("Content-Type") == "application/json"


def test_only_the_platforms_own_headers_come_back(vendor: httpx.Client) -> None:
    assert set(vendor.get("/things").headers) == {"content-type", "content-length"}


def test_refusals_are_the_platforms_own(served: Served) -> None:
    assert httpx.get(f"{served.base_url}/shop/things").status_code == 401
    assert httpx.get(f"{served.base_url}/nowhere").json() == {"error": "no such path: /nowhere"}


def test_the_line_is_what_a_client_needs(served: Served) -> None:
    line = json.loads(served.line())
    port = served.base_url.rpartition(":")[2]
    assert line == {
        "sandbox": "tiny",
        "base_url": f"http://127.0.0.1:{port}",
        "credentials": {"shop": "shop", "token": TOKEN},
        "control_url": f"http://127.0.0.1:{port}/_sandbox",
        "clock": "virtual",
    }
    assert int(port) > 0
    assert "\n" not in served.line()


@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1.evil.test", "10.0.0.1:80", ""])
def test_other_host_names_are_refused(served: Served, host: str) -> None:
    for path in ("/shop/things", "/_sandbox/state"):
        answer = httpx.get(served.base_url + path, headers={**HEADERS, "Host": host})
        assert answer.status_code == 421
        assert "loopback" in answer.json()["error"]
    assert served.world.log == ()


def test_it_listens_on_loopback_alone(served: Served) -> None:
    port = int(served.base_url.rpartition(":")[2])
    with socket.socket() as other:
        other.settimeout(1.0)
        with pytest.raises(OSError, match=r"refused|timed out|unreachable|assign"):
            other.connect(("127.0.0.2", port))  # a socket bound to every interface would answer here


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
def test_a_cut_is_a_broken_connection_and_not_an_answer(
    served: Served, vendor: httpx.Client, kind: str
) -> None:
    served.world.add_faults(Fault(kind=kind, method="POST"))
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        vendor.post("/things", json={"name": "awl"})
    assert ("awl" in served.world.sandbox.things.values()) is (kind == "cut_after")  # type: ignore[attr-defined]
    logged = served.world.log[-1]
    assert (logged.status, logged.applied) == (0, kind == "cut_after")
    assert vendor.get("/things").status_code == 200


def test_a_cut_on_a_connection_that_served_before(served: Served, vendor: httpx.Client) -> None:
    assert vendor.get("/things").status_code == 200
    served.world.add_faults(Fault(kind="cut_before"))
    with pytest.raises(httpx.RemoteProtocolError):
        vendor.get("/things")


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after"])
def test_a_time_out_lasts_as_long_as_the_caller_waits(
    served: Served, vendor: httpx.Client, kind: str
) -> None:
    served.world.add_faults(Fault(kind=kind, method="POST"))
    with pytest.raises(httpx.ReadTimeout):
        vendor.post("/things", json={"name": "awl"}, timeout=0.05)
    assert ("awl" in served.world.sandbox.things.values()) is (kind == "timeout_after")  # type: ignore[attr-defined]


def test_a_held_request_does_not_keep_the_server_from_ending() -> None:
    ended: list[Exception] = []
    with running(TinySandbox(), faults=[Fault(kind="timeout_before")]) as served:

        def ask() -> None:
            try:
                httpx.get(f"{served.base_url}/shop/things", timeout=30)
            except httpx.TransportError as error:
                ended.append(error)

        asking = threading.Thread(target=ask)
        asking.start()
        while not served.world.log:
            pass
    asking.join(5)
    assert not asking.is_alive()
    assert len(ended) == 1


def test_with_a_virtual_clock_delays_do_not_wait(served: Served, vendor: httpx.Client) -> None:
    served.world.add_faults(Fault(kind="delay", delay_s=3600))
    assert vendor.get("/things").status_code == 200


def test_with_the_walls_clock_delays_wait() -> None:
    with (
        running(TinySandbox(), faults=[Fault(kind="delay", delay_s=0.2)]) as served,
        httpx.Client(base_url=f"{served.base_url}/shop", headers=HEADERS) as vendor,
    ):
        with pytest.raises(httpx.ReadTimeout):
            vendor.get("/things", timeout=0.1)
        assert vendor.get("/things").status_code == 200


def test_a_defect_of_a_sandbox_is_a_500_and_is_logged(
    served: Served, vendor: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "commerce_bridge.sandbox.server"):
        answer = vendor.put("/things/1", content=b"no json")
    assert answer.status_code == 500
    assert "the sandbox failed at PUT /shop/things/1" in caplog.text


def test_two_servers_live_side_by_side() -> None:
    with running(TinySandbox()) as one, running(TinySandbox(seed="empty")) as two:
        counts = [
            len(httpx.get(f"{served.base_url}/shop/things", headers=HEADERS).json()["things"])
            for served in (one, two)
        ]
    assert counts == [2, 0]


def test_a_port_that_is_taken_says_so(served: Served) -> None:
    with pytest.raises(OSError, match="in use"), running(TinySandbox(), port=int(served.base_url[-5:])):
        pass


def test_names_that_are_not_known_are_refused() -> None:
    with pytest.raises(ValueError, match="Known: bigcommerce, consonance"), running("tiny"):
        pass
    with pytest.raises(ValueError, match="Known: wall, virtual"), running(TinySandbox(), clock="sun"):
        pass


def test_a_world_keeps_its_own_faults() -> None:
    world = SandboxWorld(TinySandbox(), faults=[Fault(kind="status", status=502)])
    with running(world) as served:
        assert httpx.get(f"{served.base_url}/shop/things").status_code == 502
        assert served.world is world
        assert world.base_url == served.base_url


def test_async_clients_are_served_too(served: Served) -> None:
    async def ask() -> list[int]:
        async with httpx.AsyncClient(base_url=f"{served.base_url}/shop", headers=HEADERS) as client:
            answers = await asyncio.gather(
                *(client.post("/things", json={"name": f"n{i}"}) for i in range(20))
            )
        return [answer.json()["id"] for answer in answers]

    assert sorted(asyncio.run(ask())) == list(range(3, 23))


class TestControl:
    def test_clock_and_advance(self, control: httpx.Client, vendor: httpx.Client, served: Served) -> None:
        before = served.clock.now()
        assert control.get("/clock").json() == {"clock": "virtual", "now": before.isoformat()}
        moved = control.post("/advance", json={"seconds": 90.5})
        after = before + timedelta(seconds=90.5)
        assert moved.json() == {"clock": "virtual", "now": after.isoformat()}
        vendor.get("/things")
        assert served.world.log[-1].at == after

    def test_a_shared_clock_is_the_callers(self) -> None:
        clock = VirtualClock()
        with running(TinySandbox(), clock=clock) as served:
            clock.advance(5)
            shown = httpx.get(f"{served.control_url}/clock").json()["now"]
        assert shown == (EPOCH + timedelta(seconds=5)).isoformat()

    def test_the_walls_clock_cannot_be_moved(self) -> None:
        with running(TinySandbox()) as served:
            assert httpx.get(f"{served.control_url}/clock").json()["clock"] == "wall"
            refused = httpx.post(f"{served.control_url}/advance", json={"seconds": 1})
        assert refused.status_code == 409
        assert "virtual" in refused.json()["error"]

    def test_the_quota_opens_when_the_clock_is_moved(
        self, control: httpx.Client, vendor: httpx.Client
    ) -> None:
        assert control.patch("/settings", json={"quota": 1}).json()["quota"] == 1
        assert [vendor.get("/things").status_code for _ in range(2)] == [200, 429]
        control.post("/advance", json={"seconds": 10})
        assert vendor.get("/things").status_code == 200

    def test_faults_are_put_appended_read_and_cleared(
        self, control: httpx.Client, vendor: httpx.Client
    ) -> None:
        assert control.get("/faults").json() == {"faults": [], "chaos": None}
        plan = {"faults": [{"kind": "status", "status": 502}], "chaos": {"share": 0.0}}
        assert control.put("/faults", json=plan).json()["faults"][0]["status"] == 502
        added = control.post("/faults", json={"faults": [{"kind": "status", "status": 504, "skip": 1}]})
        assert [fault["status"] for fault in added.json()["faults"]] == [502, 504]
        assert added.json()["chaos"]["share"] == 0.0
        assert [vendor.get("/things").status_code for _ in range(4)] == [502, 200, 504, 200]
        assert control.delete("/faults").json() == {"faults": [], "chaos": None}

    def test_what_it_answers_can_be_put_again(self, control: httpx.Client, served: Served) -> None:
        plan = FaultPlan(faults=[Fault(kind="cut_after", times=None)], chaos=Chaos(seed=2))
        served.world.plan_faults(plan)
        assert control.put("/faults", json=control.get("/faults").json()).status_code == 200
        assert served.world.faults == plan

    def test_state_settings_and_reset(self, control: httpx.Client, vendor: httpx.Client) -> None:
        before = control.get("/state").json()
        assert [thing["name"] for thing in before["things"]] == ["anvil", "bellows"]
        control.patch("/settings", json={"page_size": 1})
        vendor.post("/things", json={"name": "awl"})
        assert len(control.get("/state").json()["things"]) == 3
        control.put("/faults", json={"faults": [{"kind": "cut_before", "times": None}]})
        assert control.post("/reset", json={"seed": "empty"}).json() == {"seed": "empty"}
        assert control.get("/state").json() == {"things": []}
        assert control.get("/log").json() == {"log": []}
        assert control.get("/faults").json()["faults"] == []
        assert control.get("/settings").json()["page_size"] == 1
        assert control.post("/reset").json() == {"seed": "demo"}
        assert control.get("/state").json() == before

    def test_the_log_shows_what_came_and_no_credentials(
        self, control: httpx.Client, vendor: httpx.Client, served: Served
    ) -> None:
        vendor.post("/things", json={"name": "awl"})
        answer = control.get("/log")
        assert answer.json()["log"] == [
            {
                "at": served.clock.now().isoformat(),
                "method": "POST",
                "path": "/shop/things",
                "query": [],
                "bytes": len(b'{"name":"awl"}'),
                "status": 201,
                "applied": True,
            }
        ]
        assert TOKEN not in answer.text

    @pytest.mark.parametrize(
        ("method", "path", "body", "status", "says"),
        [
            ("GET", "/nothing", None, 404, "Known: /_sandbox/clock, /_sandbox/advance, /_sandbox/faults"),
            ("GET", "", None, 404, "Known: /_sandbox/clock"),
            ("POST", "/clock/more", None, 404, "Known: /_sandbox/clock"),
            ("POST", "/state", None, 405, "/_sandbox/state does not take POST. It takes: GET"),
            ("DELETE", "/settings", None, 405, "It takes: GET, PATCH"),
            ("POST", "/advance", {}, 400, "seconds must be a number"),
            ("POST", "/advance", {"seconds": -1}, 400, "seconds must be a number"),
            ("POST", "/advance", {"seconds": True}, 400, "seconds must be a number"),
            ("POST", "/advance", {"minutes": 1}, 400, "has no minutes; known: seconds"),
            ("POST", "/reset", {"seed": "full"}, 400, "No such seed: 'full'"),
            ("POST", "/reset", {"seed": 3}, 400, "seed must be a string"),
            ("PATCH", "/settings", {"qouta": 1}, 400, "No such switch: qouta"),
            ("PATCH", "/settings", ["quota"], 400, "the body must be an object"),
            ("PUT", "/faults", {"faults": [{"kind": "boom"}]}, 400, "unknown kind of fault 'boom'"),
            ("POST", "/faults", {"chaos": {}}, 400, "has no chaos; known: faults"),
        ],
    )
    def test_what_it_cannot_do_it_says_why(
        self, control: httpx.Client, method: str, path: str, body: Any, status: int, says: str
    ) -> None:
        answer = control.request(method, path, json=body)
        assert answer.status_code == status
        assert says in answer.json()["error"]
        if status == 405:
            assert answer.headers["allow"] in says or answer.headers["allow"] in answer.json()["error"]

    def test_a_body_that_is_no_json_is_a_400(self, control: httpx.Client) -> None:
        answer = control.put("/faults", content=b"{")
        assert answer.status_code == 400
        assert "PUT /_sandbox/faults: " in answer.json()["error"]


def start(*arguments: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    code = (
        "import argparse, sys\n"
        "from commerce_bridge.cli.sandbox import add_parser\n"
        "from commerce_bridge.sandbox import registry\n"
        "registry.FACTORIES = {'tiny': 'rigs.tiny_sandbox:TinySandbox'}\n"
        "parser = argparse.ArgumentParser()\n"
        "add_parser(parser.add_subparsers())\n"
        "args = parser.parse_args()\n"
        "sys.exit(args.run(args))\n"
    )
    tests = Path(__file__).resolve().parents[1]
    program = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, "sandbox", "tiny", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tests)},
    )
    assert program.stdout is not None
    text = program.stdout.readline()
    return program, json.loads(text) if text else {}


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_the_command_prints_one_line_serves_and_ends_cleanly(signum: signal.Signals) -> None:
    program, line = start("--seed", "empty", "--clock", "virtual", "--port", "0")
    try:
        assert (line["sandbox"], line["clock"]) == ("tiny", "virtual")
        with httpx.Client(
            base_url=line["base_url"], headers={"X-Token": line["credentials"]["token"]}
        ) as client:
            assert client.get("/shop/things").json()["things"] == []
            assert client.post("/_sandbox/advance", json={"seconds": 1}).status_code == 200
            program.send_signal(signum)
            out, err = program.communicate(timeout=10)
    finally:
        program.kill()
        program.communicate()
    assert (program.returncode, out, err) == (0, "", "")


def test_the_command_says_when_its_port_is_taken(served: Served) -> None:
    program, line = start("--port", served.base_url.rpartition(":")[2])
    out, err = program.communicate(timeout=10)
    assert (program.returncode, line, out) == (1, {}, "")
    assert "cannot be had: Address already in use. Try --port 0." in err


def test_without_its_packages_the_server_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delitem(sys.modules, "commerce_bridge.sandbox.server")
    with pytest.raises(MissingExtra, match=r"commerce-bridge\[sandbox\]") as raised:
        import commerce_bridge.sandbox.server  # noqa: F401
    assert raised.value.extra == "sandbox"
