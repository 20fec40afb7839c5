"""Fixtures for pytest: sandboxes with clients that reach them, a virtual clock, faults.

Switch it on in the outermost ``conftest.py``::

    pytest_plugins = ["commerce_bridge.testing.plugin"]

A test then names what it needs::

    def test_a_lost_answer(bigcommerce_client, bigcommerce_sandbox, commerce_faults):
        commerce_faults("bigcommerce", kind="cut_after", method="POST")
        ...

| fixture | what it gives |
|---|---|
| ``commerce_clock`` | the virtual clock of everything below |
| ``commerce_sandboxes`` | the `Sandboxes` of this test; `open` makes further clients |
| ``bigcommerce_sandbox``, ``consonance_sandbox`` | their worlds: `sandbox.state()`, `log`, faults |
| ``bigcommerce_client``, ``consonance_client`` | sync clients that reach them |
| ``async_bigcommerce_client``, ``async_consonance_client`` | the same for async tests |
| ``commerce_faults`` | plans a fault: `commerce_faults("bigcommerce", kind="cut_after")` |
| ``commerce_events`` | a list of all events of these clients, in order |
| ``commerce_state`` | an empty `MemoryState`, for a bridge |

Three fixtures are settings, made to be overridden in a ``conftest.py`` or a test module:
``commerce_seeds`` (platform to ``demo`` or ``empty``), ``commerce_start`` (the clock's first instant) and
``commerce_latency_s`` (virtual seconds from a request to its answer).

Everything lives for one test and needs the extra ``sandbox``.  A run that uses none of it loads nothing but
this module.  It is no entry point: pytest would then rewrite every module of the package in every run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from commerce_bridge.flow.clock import VirtualClock
    from commerce_bridge.flow.events import Event
    from commerce_bridge.platforms.bigcommerce.client import AsyncBigCommerce, BigCommerce
    from commerce_bridge.platforms.consonance.client import AsyncConsonance, Consonance
    from commerce_bridge.sandbox.transport import SandboxWorld
    from commerce_bridge.stores.memory import MemoryState
    from commerce_bridge.testing.sandboxes import Sandboxes


@pytest.fixture
def commerce_seeds() -> Mapping[str, str]:
    """What each sandbox starts with: platform to ``demo`` (invented records) or ``empty``; override it."""
    return {"bigcommerce": "empty", "consonance": "demo"}


@pytest.fixture
def commerce_start() -> datetime:
    """The instant at which the virtual clock starts: a Monday morning; override it."""
    from commerce_bridge.flow.clock import EPOCH

    return EPOCH


@pytest.fixture
def commerce_latency_s() -> float:
    """Virtual seconds from a request to its answer: none; override it."""
    return 0.0


@pytest.fixture
def commerce_events() -> list[Event]:
    """All events of the clients of this test, in order."""
    return []


@pytest.fixture
def commerce_sandboxes(
    commerce_seeds: Mapping[str, str],
    commerce_start: datetime,
    commerce_latency_s: float,
    commerce_events: list[Event],
) -> Sandboxes:
    """The sandboxes of this test on one virtual clock, each made when it is first asked for."""
    from commerce_bridge.testing.sandboxes import Sandboxes

    return Sandboxes(
        start=commerce_start,
        latency_s=commerce_latency_s,
        seeds=commerce_seeds,
        subscribers=(commerce_events.append,),
    )


@pytest.fixture
def commerce_clock(commerce_sandboxes: Sandboxes) -> VirtualClock:
    """The virtual clock of all sandboxes and clients of this test; `advance` moves it."""
    return commerce_sandboxes.clock


@pytest.fixture
def commerce_state() -> MemoryState:
    """An empty state in memory, for a bridge."""
    from commerce_bridge.stores.memory import MemoryState

    return MemoryState()


@pytest.fixture
def commerce_faults(commerce_sandboxes: Sandboxes) -> Callable[..., SandboxWorld]:
    """A function that plans a fault: the platform, and the members of a `Fault` by name.

    It returns the platform's world.  Faults come in the order in which they were planned.
    """

    def plan(platform: str, **members: Any) -> SandboxWorld:
        from commerce_bridge.sandbox.core import Fault

        world = commerce_sandboxes.world(platform)
        world.add_faults(Fault(**members))
        return world

    return plan


@pytest.fixture
def bigcommerce_sandbox(commerce_sandboxes: Sandboxes) -> SandboxWorld:
    """A BigCommerce store of this test's own, empty unless ``commerce_seeds`` says otherwise."""
    return commerce_sandboxes.world("bigcommerce")


@pytest.fixture
def consonance_sandbox(commerce_sandboxes: Sandboxes) -> SandboxWorld:
    """A Consonance of this test's own with an invented publisher's list."""
    return commerce_sandboxes.world("consonance")


@pytest.fixture
def bigcommerce_client(commerce_sandboxes: Sandboxes) -> BigCommerce:
    """A client of ``bigcommerce_sandbox``."""
    from commerce_bridge.platforms.bigcommerce.client import BigCommerce

    return commerce_sandboxes.open(BigCommerce)


@pytest.fixture
def async_bigcommerce_client(commerce_sandboxes: Sandboxes) -> AsyncBigCommerce:
    """A client of ``bigcommerce_sandbox`` whose calls are awaited."""
    from commerce_bridge.platforms.bigcommerce.client import AsyncBigCommerce

    return commerce_sandboxes.open(AsyncBigCommerce)


@pytest.fixture
def consonance_client(commerce_sandboxes: Sandboxes) -> Consonance:
    """A client of ``consonance_sandbox``."""
    from commerce_bridge.platforms.consonance.client import Consonance

    return commerce_sandboxes.open(Consonance)


@pytest.fixture
def async_consonance_client(commerce_sandboxes: Sandboxes) -> AsyncConsonance:
    """A client of ``consonance_sandbox`` whose calls are awaited."""
    from commerce_bridge.platforms.consonance.client import AsyncConsonance

    return commerce_sandboxes.open(AsyncConsonance)
