"""The wire: decoding to values, and saying where an answer is not what was expected."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from commerce_bridge.errors import DecodeError
from commerce_bridge.flow.messages import Response
from commerce_bridge.platforms.bigcommerce.wire.base import Many, One, decode, read_instant, unknown_fields
from commerce_bridge.platforms.bigcommerce.wire.catalogue import CategoryNode, Metafield
from commerce_bridge.platforms.bigcommerce.wire.product import Product
from commerce_bridge.platforms.bigcommerce.wire.store import Currency


def _response(value: Any) -> Response:
    return Response(status=200, body=value if isinstance(value, bytes) else json.dumps(value).encode())


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("14.99", "14.99"),
        ("0.1", "0.1"),
        ("9999999999.9999", "9999999999.9999"),
        ("20", "20"),
        ("1e2", "100"),
    ],
)
def test_money_is_what_the_digits_say(text: str, exact: str) -> None:
    body = f'{{"data": {{"id": 1, "price": {text}}}, "meta": {{}}}}'.encode()
    assert decode(One[Product], _response(body)).data.price == Decimal(exact)


def test_money_may_be_text() -> None:
    (currency,) = decode(
        tuple[Currency, ...], _response([{"id": 1, "currency_exchange_rate": "1.2500000000"}])
    )
    assert currency.currency_exchange_rate == Decimal("1.25")


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2018-08-15T14:48:31+00:00", datetime(2018, 8, 15, 14, 48, 31, tzinfo=UTC)),
        ("2018-08-15T14:48:31Z", datetime(2018, 8, 15, 14, 48, 31, tzinfo=UTC)),
        ("2018-08-15T16:48:31+02:00", datetime(2018, 8, 15, 14, 48, 31, tzinfo=UTC)),
        ("2018-08-15T14:48:31", datetime(2018, 8, 15, 14, 48, 31, tzinfo=UTC)),
        ("Wed, 10 Jan 2018 21:05:30 +0000", datetime(2018, 1, 10, 21, 5, 30, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_both_ways_of_writing_an_instant(text: str | None, instant: datetime | None) -> None:
    product = decode(One[Product], _response({"data": {"id": 1, "date_modified": text}})).data
    assert product.date_modified == instant
    assert read_instant(text) == instant


def test_what_was_not_sent_is_told_from_null() -> None:
    product = decode(One[Product], _response({"data": {"id": 1, "sku": None}})).data
    assert product.sku is None
    assert product.name is None
    assert "sku" in product.model_fields_set
    assert "name" not in product.model_fields_set


def test_unknown_fields_are_kept_aside_and_counted() -> None:
    rows = [
        {"id": 1, "shiny": 1, "variants": [{"id": 2, "new": 1}, {"id": 3, "new": 2}]},
        {"id": 4, "shiny": 2},
    ]
    answer = decode(Many[Product], _response({"data": rows, "meta": {}}))
    assert unknown_fields(answer) == {"Product.shiny": 2, "Variant.new": 2}
    assert unknown_fields(decode(One[Product], _response({"data": {"id": 1}}))) == {}


@pytest.mark.parametrize(
    ("body", "path", "expected"),
    [
        (b'{"data": [{"id": 1}, {"id": "x"}]}', "$.data[1].id", "integer"),
        (b'{"data": [{"id": 1, "price": {}}]}', "$.data[0].price", "decimal"),
        (b'{"data": [{"id": 1, "date_created": "soon"}]}', "$.data[0].date_created", "date"),
        (b'{"data": [{"id": 1, "date_created": 7}]}', "$.data[0].date_created", "timestamp"),
        (b"<html>", "$", "JSON"),
        (b"", "$", "JSON"),
        (b"[]", "$", "object"),
    ],
)
def test_another_shape_says_where_and_what(body: bytes, path: str, expected: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(Many[Product], _response(body))
    assert caught.value.path == path
    assert expected.lower() in caught.value.expected.lower()
    assert caught.value.got in str(caught.value)


def test_an_error_shows_no_address_and_says_how_many_more_there_are() -> None:
    body = {"data": [{"id": "ann@example.com"}, {"id": "y"}]}
    with pytest.raises(DecodeError, match="and 1 more") as caught:
        decode(Many[Product], _response(body))
    assert "ann@example.com" not in str(caught.value)


def test_nothing_may_come_as_an_empty_object_or_array() -> None:
    row = {"id": 1, "primary_image": {}, "map_price": {}, "variants": [{"id": 2, "map_price": []}]}
    for meta in ([], {}, None, False):
        answer = decode(One[Product], _response({"data": row, "meta": meta}))
        assert answer.meta.pagination is None
        assert answer.data.primary_image is answer.data.map_price is None
        assert answer.data.variants is not None
        assert answer.data.variants[0].map_price is None
    full = decode(One[Product], _response({"data": {"id": 1, "primary_image": {"id": 3}, "map_price": 2}}))
    assert full.data.primary_image is not None
    assert (full.data.primary_image.id, full.data.map_price) == (3, Decimal(2))


def test_a_number_where_text_is_expected_is_text() -> None:
    assert decode(One[Product], _response({"data": {"id": 1, "upc": 123}})).data.upc == "123"


def test_models_are_frozen() -> None:
    product = decode(One[Product], _response({"data": {"id": 1}})).data
    with pytest.raises(ValidationError):
        product.name = "x"  # type: ignore[misc]


def test_a_tree_is_nested() -> None:
    rows = [{"id": 1, "name": "Fiction", "children": [{"id": 2, "name": "Crime", "children": []}]}]
    (top,) = decode(Many[CategoryNode], _response({"data": rows})).data
    assert top.children[0].name == "Crime"


def test_a_metafields_owner_may_be_a_number_or_a_uuid() -> None:
    rows = [{"id": 1, "resource_id": 7}, {"id": 2, "resource_id": "6f1c0e6e-3f0a"}]
    assert [row.resource_id for row in decode(Many[Metafield], _response({"data": rows})).data] == [
        7,
        "6f1c0e6e-3f0a",
    ]
