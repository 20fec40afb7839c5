"""What all tests share: profiles, the event loop's backend, and a plain word about vendor files."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from rigs import contracts

settings.register_profile(
    "ci", max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "quick", max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "deep", max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
PROFILE = os.environ.get("COMMERCE_BRIDGE_PROFILE", "ci")
settings.load_profile(PROFILE)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave deep tests out unless the deep profile is asked for."""
    if PROFILE == "deep" or config.getoption("markexpr"):
        return
    kept = [item for item in items if item.get_closest_marker("deep") is None]
    config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("deep")])
    items[:] = kept


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say plainly when the vendors' files are not there."""
    missing = contracts.missing("bigcommerce", "reference")
    if missing:
        terminalreporter.write_line(str(missing))
