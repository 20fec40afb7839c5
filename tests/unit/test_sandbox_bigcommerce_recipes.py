"""Faults in the words of the platform."""

from __future__ import annotations

import json

import pytest

from commerce_bridge.sandbox.bigcommerce import recipes
from commerce_bridge.sandbox.core import Fault


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (recipes.overload(), 429),
        (recipes.out_of_order(), 503),
        (recipes.suspended(), 503),
        (recipes.plan_limit(), 507),
    ],
)
def test_they_answer_in_v3_without_rate_headers(fault: Fault, status: int):
    assert (fault.kind, fault.status) == ("status", status)
    assert json.loads(fault.body)["status"] == status
    assert dict(fault.headers) == {"Content-Type": "application/json"}


def test_the_gateways_own_503_has_another_body():
    error = json.loads(recipes.degraded(seconds=9).body)["error"]
    assert (error["code"], error["retry_after_seconds"]) == ("SERVICE_DEGRADED", 9)


def test_they_choose_their_requests():
    fault = recipes.overload(method="PUT", path="/catalog/products$", skip=2, times=3)
    assert (fault.method, fault.path, fault.skip, fault.times) == ("PUT", "/catalog/products$", 2, 3)
