"""Sandboxes in process: clients of both modes reach them, on one clock that takes no time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import anyio
import pytest

from commerce_bridge import AsyncBigCommerce, AsyncConsonance, BigCommerce, Consonance
from commerce_bridge.errors import ConnectionLost
from commerce_bridge.sandbox.bigcommerce import BigCommerceSandbox
from commerce_bridge.sandbox.core import Fault
from commerce_bridge.testing.sandboxes import Sandboxes


def test_a_client_reaches_its_platforms_sandbox():
    sandboxes = Sandboxes()
    assert list(sandboxes.open(BigCommerce).products.list()) == []
    assert next(iter(sandboxes.open(Consonance).works.list())).title
    assert {name: len(sandboxes.world(name).log) for name in ("bigcommerce", "consonance")} == {
        "bigcommerce": 1,
        "consonance": 1,
    }


def test_clients_of_async_programs_reach_the_same_worlds():
    sandboxes = Sandboxes()

    async def ask() -> tuple[int, int]:
        products = [one async for one in sandboxes.open(AsyncBigCommerce).products.list()]
        works = [one async for one in sandboxes.open(AsyncConsonance).works.list()]
        return len(products), len(works)

    products, works = anyio.run(ask)
    assert products == 0
    assert works == len(sandboxes.world("consonance").sandbox.state()["work"])
    assert len(sandboxes.world("bigcommerce").log) == 1


def test_a_sandbox_of_ones_own_is_used_and_its_credentials_with_it():
    sandbox = BigCommerceSandbox(seed="empty", store_hash="mine", access_token="of my own")
    sandboxes = Sandboxes(sandbox)
    assert list(sandboxes.open(BigCommerce).brands.list()) == []
    assert sandbox.log[0].request.path.startswith("/stores/mine/")
    assert sandboxes.world("bigcommerce").sandbox is sandbox


def test_latency_is_virtual_and_moves_the_one_clock():
    start = datetime(2026, 3, 1, tzinfo=UTC)
    sandboxes = Sandboxes(start=start, latency_s=90.0)
    store = sandboxes.open(BigCommerce, timeout_s=120.0)
    store.store.get()
    assert sandboxes.clock.now() == start + timedelta(seconds=90)


def test_faults_are_planned_on_a_world():
    sandboxes = Sandboxes()
    store = sandboxes.open(BigCommerce)
    sandboxes.world("bigcommerce").add_faults(Fault(kind="cut_before", times=None))
    with pytest.raises(ConnectionLost):
        store.store.get()


def test_an_unknown_platform_and_a_foreign_client_are_refused():
    with pytest.raises(ValueError, match="No sandbox is called"):
        Sandboxes().world("bigcomerce")
    with pytest.raises(TypeError, match="client of no sandbox"):
        Sandboxes().open(dict)  # type: ignore[type-var]


def test_seeds_and_subscribers_are_given_to_all_sandboxes_and_clients():
    heard: list[object] = []
    sandboxes = Sandboxes(seeds={"bigcommerce": "demo"}, subscribers=(heard.append,))
    assert list(sandboxes.open(BigCommerce).products.list())
    assert list(sandboxes.open(Consonance).works.list()), "the others keep their usual seed"
    assert len(heard) >= 2


def test_a_seed_for_an_unknown_platform_is_refused():
    with pytest.raises(ValueError, match=r"No sandbox is called bigcomerce\. Known: bigcommerce, consonance"):
        Sandboxes(seeds={"bigcomerce": "demo"})
