"""Options as they stand in a query, and requests that never leave."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from commerce_bridge.errors import GuardRail
from commerce_bridge.flow.messages import Request
from commerce_bridge.platforms.bigcommerce.guards import FILTERS, FORBIDDEN, guard
from commerce_bridge.platforms.bigcommerce.query import pairs, plain_pairs, vendor_name
from commerce_bridge.platforms.bigcommerce.resources.products import ProductFilters
from commerce_bridge.testing.play import play
from rigs.bigcommerce_client import raw_client


@pytest.mark.parametrize(
    ("keyword", "name"),
    [
        ("id_in", "id:in"),
        ("id_not_in", "id:not_in"),
        ("date_modified_min", "date_modified:min"),
        ("date_last_imported_not", "date_last_imported:not"),
        ("name_like", "name:like"),
        ("inventory_level_greater", "inventory_level:greater"),
        ("id_less", "id:less"),
        ("sku", "sku"),
        ("include_fields", "include_fields"),
        ("out_of_stock", "out_of_stock"),
        ("is_visible", "is_visible"),
    ],
)
def test_names(keyword: str, name: str) -> None:
    assert vendor_name(keyword) == name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+2"), "100"),
        ((1, 2, 3), "1,2,3"),
        (["a", "b"], "a,b"),
        ("a,b", "a,b"),
        (datetime(2026, 11, 2, 9, 0, tzinfo=UTC), "2026-11-02T09:00:00Z"),
        (datetime(2026, 11, 2, 9, 0, tzinfo=timezone(timedelta(hours=2))), "2026-11-02T07:00:00Z"),
    ],
)
def test_values(value: object, text: str) -> None:
    assert pairs({"x": value}) == (("x", text),)


@pytest.mark.parametrize("value", [None, (), []])
def test_what_is_not_given_is_not_sent(value: object) -> None:
    assert pairs({"x": value}) == ()


def test_a_moment_is_never_a_date_alone() -> None:
    with pytest.raises(TypeError, match="aware datetime, not the date 2026-11-02"):
        pairs({"date_modified_min": date(2026, 11, 2)})
    with pytest.raises(ValueError, match="aware datetime"):
        pairs({"date_modified_min": datetime(2026, 11, 2)})


def test_a_comma_inside_a_list_is_refused() -> None:
    with pytest.raises(ValueError, match="sku_in: 'a,b'"):
        plain_pairs({"sku_in": ["a,b"]})


def test_an_unknown_option_lists_the_known_ones() -> None:
    with pytest.raises(TypeError, match=r"colour.*brand_id.*sku_in"):
        pairs({"colour": "red"}, ProductFilters)


def _delete(path: str, query: Any = (), body: bytes = b"") -> Request:
    return Request(method="DELETE", path=path, query=query, body=body)


@pytest.mark.parametrize("path", [*FILTERS, *FORBIDDEN])
def test_a_whole_collection_is_never_deleted(path: str) -> None:
    bare = path.replace("{}", "7")
    for one in (bare, bare + "/"):
        for query in (
            (),
            (("limit", "50"), ("page", "1")),
            (("id:in", ""),),
            (("name", " "),),
            (("id:in", " , "),),
        ):
            with pytest.raises(GuardRail, match="was not sent"):
                guard(_delete(one, query))


@pytest.mark.parametrize("path", FILTERS)
def test_a_delete_that_names_what_it_means_passes(path: str) -> None:
    for name in FILTERS[path]:
        guard(_delete(path.replace("{}", "7"), ((name, "1"),)))


@pytest.mark.parametrize("path", FORBIDDEN)
def test_no_filter_opens_a_forbidden_delete(path: str) -> None:
    with pytest.raises(GuardRail):
        guard(_delete(path.replace("{}", "7"), (("id:in", "1"),)))


@pytest.mark.parametrize(
    "path",
    [
        "/v3/catalog/products/7",
        "/v3/catalog/brands/7/image",
        "/v2/orders/7",
        "/v3/channels/7/site",
        "/v3/pricelists/7/records/8/usd",
        "/v3/carts/6f1c0e6e-3f0a-4d6b-9a0e-2f4b7c1d8e90",
        "/v3/catalog/products/7/metafields/8",
    ],
)
def test_one_record_may_be_deleted(path: str) -> None:
    guard(_delete(path))


def test_metafields_are_deleted_by_id_only() -> None:
    for body in (b"", b"[]", b" [ ]", b"null", b"{}"):
        with pytest.raises(GuardRail, match="names no metafield"):
            guard(_delete("/v3/catalog/products/metafields", body=body))
    guard(_delete("/v3/catalog/products/metafields", body=b"[1]"))


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_other_verbs_pass(method: str) -> None:
    guard(Request(method=method, path="/v2/orders"))


def test_guard_rails_hold_for_request_too_and_nothing_is_sent() -> None:
    client = raw_client()
    for method, path in (
        ("DELETE", "/v3/catalog/products"),
        ("delete", "/v2/orders"),
        ("DELETE", "/v3/pricelists"),
    ):
        trace = play(client.request(method, path, query={"limit": 50}), [])
        assert isinstance(trace.error, GuardRail)
        assert trace.played == ()


def test_request_takes_paths_of_the_api_only() -> None:
    for path in ("https://elsewhere.example/v3/x", "/catalog/products", "v3/x"):
        with pytest.raises(ValueError, match="expected one below the store"):
            play(raw_client().request("GET", path), [])


def test_wrapped_deletes_have_the_rails_as_well() -> None:
    client = raw_client()
    for flow in (
        client.products.delete_where(),
        client.products.delete_where(id_in=()),
        client.categories.delete_where(),
        client.trees.delete([]),
        client.brands.delete_where(name=""),
        client.channel_assignments.unassign(),
        client.category_assignments.unassign(),
        client.redirects.delete([]),
    ):
        assert isinstance(play(flow, []).error, GuardRail)
