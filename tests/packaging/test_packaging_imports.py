"""What an import loads, in fresh interpreters: importing costs next to nothing, opening a client little."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = (
    "anyio", "asyncio", "email", "graphql", "h11", "http.client", "httpcore", "httpx", "httpx2", "lxml", "nh3",
    "pydantic", "pydantic_core", "rich", "selectolax", "socket", "sqlite3", "ssl", "starlette", "tenacity",
    "urllib.request", "uvicorn", "xml.etree", "xml.sax",
)  # fmt: skip
"""Modules of pydantic, of HTTP and of XML libraries, and what they bring."""

OPENED = (
    "from commerce_bridge import BigCommerce, Consonance; "
    "store = BigCommerce(store_hash='demo', access_token='t'); publisher = Consonance(api_key='k'); "
    "repr(store), repr(publisher)"
)


def loaded(code: str) -> set[str]:
    """The modules in a fresh interpreter after this code."""
    wanted = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", wanted], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def heavy(modules: set[str]) -> list[str]:
    return [name for name in HEAVY if any(one == name or one.startswith(f"{name}.") for one in modules)]


def test_importing_the_package_loads_nothing_of_weight():
    modules = loaded("import commerce_bridge")
    assert heavy(modules) == []
    assert "attr" not in modules
    assert [name for name in modules if name.startswith("commerce_bridge.")] == []


def test_importing_and_opening_two_clients_loads_no_pydantic_http_or_xml():
    assert heavy(loaded(OPENED)) == []


def test_opening_a_client_loads_neither_drivers_nor_wire_models_nor_the_title_family():
    modules = loaded(OPENED)
    rooms = (
        "commerce_bridge.platforms.bigcommerce.resources.products",
        "commerce_bridge.platforms.bigcommerce.wire.product",
        "commerce_bridge.platforms.consonance.wire.works",
        "commerce_bridge.flow.sync_driver",
        "commerce_bridge.flow.async_driver",
        "commerce_bridge.domain.title",
        "commerce_bridge.sync.bridge",
    )
    assert [name for name in rooms if name in modules] == []


def test_asynchronous_clients_need_no_event_loop_to_be_opened():
    code = (
        "from commerce_bridge import AsyncBigCommerce, AsyncConsonance; "
        "AsyncBigCommerce(store_hash='demo', access_token='t'); AsyncConsonance(api_key='k')"
    )
    assert heavy(loaded(code)) == []


def test_a_bridge_is_made_without_pydantic_http_or_xml():
    code = f"{OPENED}\nfrom commerce_bridge import consonance_to_bigcommerce\nconsonance_to_bigcommerce(publisher, store)"
    assert set(heavy(loaded(code))) <= {"sqlite3"}


@pytest.mark.parametrize(
    ("resource", "others"),
    [("store", ("product", "variant", "catalogue")), ("redirects", ("product", "variant", "store"))],
)
def test_a_resource_loads_only_its_own_wire_models(resource: str, others: tuple[str, ...]):
    code = f"{OPENED}\nstore.{resource}"
    modules = loaded(code)
    found = [name for name in others if f"commerce_bridge.platforms.bigcommerce.wire.{name}" in modules]
    assert found == []
