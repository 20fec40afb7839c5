"""Requests and responses as values."""

from __future__ import annotations

import pytest
from attrs.exceptions import FrozenInstanceError

from commerce_bridge.flow.messages import Request, Response

REQUEST = Request(
    method="GET",
    path="/things",
    query=[("a", "1"), ("A", "2"), ("a", "3")],
    headers={"X-Token": "secret", "Accept": "text/plain"},
)


def test_mappings_and_pairs_mean_the_same() -> None:
    pairs = (("limit", "5"), ("page", "2"))
    assert Request(method="GET", path="/", query=dict(pairs)) == Request(method="GET", path="/", query=pairs)
    assert Request(method="GET", path="/", query=list(pairs)).query == pairs
    assert Response(status=200, headers={"A": "b"}).headers == (("A", "b"),)


def test_repeated_query_names_stay_and_the_first_is_found() -> None:
    assert REQUEST.query == (("a", "1"), ("A", "2"), ("a", "3"))
    assert REQUEST.param("a") == "1"
    assert REQUEST.param("A") == "2"
    assert REQUEST.param("b") is None


def test_header_names_have_no_case() -> None:
    assert REQUEST.header("x-TOKEN") == "secret"
    assert REQUEST.header("missing") is None
    assert Response(status=429, headers={"Retry-After": "7"}).header("retry-after") == "7"


def test_with_headers_replaces_by_name_whatever_the_case() -> None:
    dressed = REQUEST.with_headers({"x-token": "other", "X-New": "n"})
    assert dressed.headers == (("Accept", "text/plain"), ("x-token", "other"), ("X-New", "n"))
    assert REQUEST.header("x-token") == "secret"


def test_values_of_pairs_are_text() -> None:
    assert Request(method="GET", path="/", query={"limit": 5}).query == (("limit", "5"),)  # type: ignore[dict-item]


def test_neither_headers_nor_bodies_are_shown() -> None:
    shown = repr(Request(method="POST", path="/p", headers={"X-Token": "secret"}, body=b"private"))
    assert "secret" not in shown
    assert "private" not in shown
    assert "<7 bytes>" in shown
    shown = repr(Response(status=200, headers={"Set-Cookie": "secret"}, body=b"private"))
    assert "secret" not in shown
    assert "private" not in shown


@pytest.mark.parametrize(
    ("status", "ok"), [(199, False), (200, True), (204, True), (299, True), (300, False), (404, False)]
)
def test_ok_is_every_2xx(status: int, ok: bool) -> None:
    assert Response(status=status).ok is ok


def test_both_are_frozen_and_can_be_keys() -> None:
    with pytest.raises(FrozenInstanceError):
        REQUEST.path = "/other"  # type: ignore[misc]
    assert len({REQUEST, REQUEST.with_headers({}), Request(method="GET", path="/")}) == 2
