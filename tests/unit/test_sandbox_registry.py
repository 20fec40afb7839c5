"""The sandboxes by name, and the command that serves them."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

import httpx
import pytest

from commerce_bridge.cli import sandbox as command
from commerce_bridge.errors import MissingExtra
from commerce_bridge.flow.clock import EPOCH
from commerce_bridge.flow.messages import Request
from commerce_bridge.sandbox import registry
from commerce_bridge.sandbox.core import Fault
from commerce_bridge.sandbox.registry import make, names
from commerce_bridge.sandbox.server import running
from commerce_bridge.sandbox.transport import SandboxWorld


def test_names_are_in_order() -> None:
    assert names() == ("bigcommerce", "consonance")


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'shop'.*Known: bigcommerce, consonance\."):
        make("shop")


def test_a_sandbox_whose_packages_are_missing_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "FACTORIES", {"shop": "no_such_package.shop:Shop"})
    with pytest.raises(MissingExtra, match=r"shop needs no_such_package.*commerce-bridge\[sandbox\]"):
        make("shop")


def test_a_sandbox_with_a_broken_import_of_its_own_is_not_taken_for_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "FACTORIES", {"shop": "commerce_bridge.no_such_module:Shop"})
    with pytest.raises(ModuleNotFoundError, match="no_such_module") as raised:
        make("shop")
    assert not isinstance(raised.value, MissingExtra)


def test_no_sandbox_is_imported_before_it_is_asked_for() -> None:
    code = (
        "import sys, commerce_bridge.sandbox.registry, commerce_bridge.cli.sandbox\n"
        "print([n for n in sys.modules if n.startswith('commerce_bridge.sandbox.') and n.count('.') > 1\n"
        "       and n.split('.')[2] not in ('core', 'registry')] + [n for n in ('graphql', 'uvicorn', 'starlette',\n"
        "       'httpx') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("seed", ["demo", "empty"])
class TestEach:
    def test_it_has_the_shape_of_a_sandbox(self, name: str, seed: str) -> None:
        sandbox = make(name, seed=seed)
        assert sandbox.name == name
        assert all(isinstance(value, str) for value in sandbox.credentials().values())
        state = sandbox.state()
        other = make(name, seed="empty" if seed == "demo" else "demo")
        assert state != other.state()
        other.reset(seed)
        assert other.state() == state
        with pytest.raises(ValueError, match="no_such_switch"):
            sandbox.configure(no_such_switch=1)
        with pytest.raises(ValueError, match="no_such_seed"):
            sandbox.reset("no_such_seed")

    def test_each_request_is_one_line_of_its_log(self, name: str, seed: str) -> None:
        world = SandboxWorld(
            make(name, seed=seed), faults=[Fault(kind="cut_after"), Fault(kind="cut_before")]
        )
        stranger = Request(method="GET", path="/no/such/path")
        for _ in range(3):
            world.answer(stranger, EPOCH, 30.0)
        assert [logged.status for logged in world.log[:2]] == [0, 0]
        assert [logged.request for logged in world.log] == [stranger] * 3
        assert world.log[2].status in {401, 403, 404}

    def test_it_can_be_served(self, name: str, seed: str) -> None:
        with running(name, seed=seed, clock="virtual") as served:
            state = httpx.get(f"{served.control_url}/state")
            assert state.status_code == 200
            assert state.json() == served.world.sandbox.state()
            settings = httpx.get(f"{served.control_url}/settings").json()
            assert settings == json.loads(json.dumps(served.world.sandbox.settings()))
            assert httpx.get(f"{served.base_url}/no/such/path").status_code in {401, 403, 404}


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="commerce-bridge")
    command.add_parser(made.add_subparsers())
    return made


def test_the_command_has_defaults(parser: argparse.ArgumentParser) -> None:
    args = parser.parse_args(["sandbox", "bigcommerce"])
    assert (args.name, args.port, args.seed, args.clock, args.run) == (
        "bigcommerce", 0, "demo", "wall", command.run,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["shop"], "bigcommerce"),
        (["bigcommerce", "--port", "70000"], "'70000' is no port: 0 to 65535"),
        (["bigcommerce", "--port", "-1"], "is no port"),
        (["bigcommerce", "--seed", "full"], "empty"),
        (["bigcommerce", "--clock", "sun"], "virtual"),
    ],
)
def test_the_command_refuses_what_it_does_not_know(
    parser: argparse.ArgumentParser, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(["sandbox", *arguments])
    assert ended.value.code == 2
    assert says in capsys.readouterr().err
