"""Importing and opening a store loads nothing that is not needed yet."""

from __future__ import annotations

import subprocess
import sys

import pytest

from commerce_bridge.platforms import bigcommerce

HEAVY = ("pydantic", "pydantic_core", "httpx", "httpx2", "lxml", "anyio", "tenacity")

OPENED = f"""
import sys
before = set(sys.modules)
from commerce_bridge.platforms.bigcommerce import BigCommerce
store = BigCommerce(store_hash="demo", access_token="t")
store.raw
print(*sorted(name for name in {HEAVY!r} if name in sys.modules))
print(*sorted(name for name in sys.modules if ".bigcommerce.resources." in name or ".wire" in name))
store.close()
"""

TOUCHED = """
import sys
from commerce_bridge.platforms.bigcommerce import BigCommerce
store = BigCommerce(store_hash="demo", access_token="t")
store.brands
print(*sorted(name.rpartition(".")[2] for name in sys.modules if ".bigcommerce.resources." in name))
"""


def _run(code: str) -> list[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.splitlines()


def test_opening_a_store_loads_no_wire_models_and_no_library() -> None:
    heavy, resources = _run(OPENED)
    assert heavy == ""
    assert resources == ""


def test_a_resource_loads_its_own_module_only() -> None:
    assert _run(TOUCHED) == ["brands"]


def test_every_public_name_is_there_and_listed_in_order() -> None:
    assert list(bigcommerce.__all__) == sorted(bigcommerce.__all__)
    for name in bigcommerce.__all__:
        assert getattr(bigcommerce, name) is not None
        assert name in dir(bigcommerce)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="BigComerce"):
        bigcommerce.BigComerce  # noqa: B018
