"""Each of the vendor's operations is wrapped, reached by `request()`, or refused; the page says which."""

from __future__ import annotations

import importlib
import pkgutil

from commerce_bridge.flow.operation import operation, paged
from commerce_bridge.platforms.bigcommerce import BigCommerceClient, resources
from commerce_bridge.platforms.bigcommerce.coverage import MODULES, endpoints, refused, wrapped
from commerce_bridge.platforms.bigcommerce.endpoint import StoreResource
from rigs.bigcommerce_client import raw_client
from rigs.bigcommerce_coverage import PAGE, page
from rigs.coverage import rows
from rigs.openapi import bigcommerce

COMPOSED = {
    "products.get_many",
    "products.find_by_sku",
    "products.upsert_by_sku",
    "variants.create_batch",
    "brands.find",
    "brands.ensure",
    "categories.ensure_path",
    "store.check",
}
"""Operations that only call others."""


def test_the_page_is_the_one_the_code_makes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python tests/rigs/bigcommerce_coverage.py"


def test_all_operations_are_on_it() -> None:
    listed = rows(bigcommerce.specification())
    assert len(listed) == 454
    assert page().count("\n| ") - page().count("\n| Verb") == 454


def test_what_is_wrapped_is_in_the_specification_but_for_redirects() -> None:
    listed = {row.key for row in rows(bigcommerce.specification())}
    assert {path for _, path in wrapped().keys() - listed} == {"/v3/storefront/redirects"}


def test_each_endpoint_stands_once_and_names_an_operation_of_the_client() -> None:
    declared = endpoints()
    assert len({(one.method, one.path) for one in declared}) == len(declared)
    client = raw_client()
    for one in declared:
        resource, _, name = one.name.partition(".")
        assert callable(getattr(getattr(client, resource), name))


def test_each_operation_of_the_client_has_its_endpoint_or_is_composed() -> None:
    named = {one.name for one in endpoints()}
    found = set[str]()
    client = raw_client()
    parts = [name for name, value in vars(BigCommerceClient).items() if isinstance(value, property)]
    for part in (name for name in parts if name != "raw"):
        resource = getattr(client, part)
        assert isinstance(resource, StoreResource)
        for base in type(resource).__mro__:
            found |= {
                f"{part}.{name}"
                for name, value in vars(base).items()
                if isinstance(value, (operation, paged)) and not name.startswith("_")
            }
    assert found == named | COMPOSED


def test_every_module_of_resources_is_looked_at() -> None:
    modules = {info.name for info in pkgutil.iter_modules(resources.__path__)}
    assert modules == set(MODULES)
    for name in modules:
        importlib.import_module(f"{resources.__name__}.{name}")


def test_what_is_refused() -> None:
    assert refused("DELETE", "/v2/orders") == "it archives all orders"
    assert refused("DELETE", "/v2/orders/{order_id}/shipments") is not None
    assert refused("DELETE", "/v2/orders/{order_id}") is None
    assert refused("GET", "/v2/orders") is None
