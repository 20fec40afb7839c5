"""Every answer that the vendor declares is read whole: no field unknown, none that stops the reading.

Answers are drawn from the declared schemas and taken from the vendor's own examples, and go through the
operation that would receive them.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from commerce_bridge.domain.exchange import Page
from commerce_bridge.errors import DecodeError
from commerce_bridge.flow.messages import Response
from commerce_bridge.platforms.bigcommerce import Failed, Saved, Unknown
from commerce_bridge.platforms.bigcommerce.coverage import endpoints
from commerce_bridge.platforms.bigcommerce.endpoint import Endpoint
from commerce_bridge.platforms.bigcommerce.wire.base import unknown_fields
from commerce_bridge.testing.play import play
from rigs.bigcommerce_calls import JSON, Call, calls, flow_of
from rigs.openapi import ANSWER, Operation, bigcommerce
from rigs.openapi.documents import join
from rigs.openapi.examples import examples
from rigs.openapi.generate import _Builder
from rigs.openapi.parameters import types
from rigs.openapi.schemas import COMPOSED, Converter, family

ENDPOINTS = [one for one in endpoints() if one.path != "/v3/storefront/redirects"]
NAMES = frozenset({"id", "category_id", "product_id", "channel_id", "time"})
"""Ids that a row always has, though no schema promises it."""

NUMBERS_IN_TEXT = frozenset({"amount", "currency_exchange_rate", "lowest_variant_price"})
"""Texts that spell a number; the schemas allow any text."""

DATES_IN_TEXT = frozenset({"date_last_imported", "oldest_variant_date", "newest_variant_date"})
"""Texts that spell an instant; the schemas allow any text."""

WHOLE = frozenset({"tax_class_id", "categories"})
"""Ids that the schemas type as numbers."""

UNREAD = {
    ("brands.get", "207"): "declared on a read, with an array, as for the writes it is copied from",
    ("images.update", "201"): "declared as an object of no shape",
    ("products.update", "201"): "declared as an object of no shape",
}
"""Answers that are declared and cannot be meant."""

NO_ANSWERS = {
    "trees.nodes": "catalog/category-trees_catalog.v3.yml: the example puts a text where the schema has a category",
    "products.create": "catalog/products_catalog.v3.yml: the example has a product without its envelope",
}
"""Operations with an example that departs from its own schema."""


def _answers(endpoint: Endpoint, operation: Operation, status: str) -> st.SearchStrategy[Any]:
    pointer = operation.answers[status][JSON] or ""
    schema = Converter(document=operation.document, use=ANSWER).schema(pointer)
    drawn = _Builder(definitions=schema["$defs"]).build(schema).map(_honest)
    if endpoint.path.startswith("/v2/"):
        return drawn
    kinds = _data_types(operation, pointer)
    return drawn.map(lambda body: _with_data(body, kinds, one_only=status == "207"))


def _data_types(operation: Operation, pointer: str) -> frozenset[str]:
    """The types that the envelope's data may have; none when it has no data."""
    for at, node in family(operation.document, pointer, COMPOSED):
        if "data" in node.get("properties", {}):
            return types(operation.document, join(at, "properties", "data")) or frozenset({"object"})
    return frozenset()


def _with_data(body: dict[str, Any], kinds: frozenset[str], *, one_only: bool) -> dict[str, Any]:
    """The envelope with its data; a write that is partly done is about one row."""
    if "array" in kinds:
        rows = body.get("data", [])
        return {**body, "data": (rows or [_row()])[:1] if one_only else rows}
    return {"data": _row(), **body} if kinds else body


def _row() -> dict[str, Any]:
    return dict.fromkeys(sorted(NAMES), 1)


def _honest(value: Any, name: str = "") -> Any:
    """A drawn answer with what every honest one has: ids, numbers that are numbers, dates that are dates."""
    if isinstance(value, list):
        return [_honest(inner, name) for inner in value]
    if isinstance(value, dict):
        return {**_row(), **{key: _honest(inner, key) for key, inner in value.items()}}
    if name in NUMBERS_IN_TEXT:
        return "1.25"
    if name in DATES_IN_TEXT:
        return "2026-11-02T09:00:00+00:00"
    return int(value) if name in WHOLE and isinstance(value, float) else value


def _read(endpoint: Endpoint, call: Call, response: Response) -> Iterator[Any]:
    """Everything that the operation gives for an answer; what it could not decode is raised."""
    yield from _parts(play(flow_of(endpoint, call), [response] * 60).result)


def _parts(value: Any) -> Iterator[Any]:
    match value:
        case Page(items=items):
            yield from items
        case Saved(value=inner):
            yield inner
        case Failed(error=DecodeError() as error) | Unknown(error=DecodeError() as error):
            raise error
        case tuple():
            for inner in value:
                yield from _parts(inner)
        case _:
            yield value


def _strangers(values: Iterator[Any]) -> set[str]:
    found = {name for value in values for name in unknown_fields(value)}
    return {name for name in found if name.rpartition(".")[2] not in NAMES}


CASES = [
    (endpoint, status)
    for endpoint in ENDPOINTS
    for status in ("200", "201", "207")
    if (endpoint.name, status) not in UNREAD
]


@pytest.mark.parametrize(("endpoint", "status"), CASES, ids=lambda value: getattr(value, "name", value))
def test_what_is_declared_is_read_whole(endpoint: Endpoint, status: str) -> None:
    operation = bigcommerce.specification().operation(endpoint.method, endpoint.path)
    if not operation.answers.get(status, {}).get(JSON):
        return
    drawn = _answers(endpoint, operation, status)

    @seed(1)
    @settings(
        max_examples=15,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(calls(endpoint, operation), drawn)
    def run(call: Call, body: Any) -> None:
        response = Response(status=int(status), body=json.dumps(body).encode())
        assert not _strangers(_read(endpoint, call, response))

    run()


@cache
def _examples() -> dict[tuple[str, str], list[Any]]:
    found: dict[tuple[str, str], list[Any]] = {}
    for example in examples(bigcommerce.specification()):
        if example.status is not None and 200 <= example.status < 300:
            key = (example.operation.method, example.operation.path)
            found.setdefault(key, []).append((example.status, example.value))
    return found


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_the_vendors_own_examples_are_read_whole(endpoint: Endpoint) -> None:
    operation = bigcommerce.specification().operation(endpoint.method, endpoint.path)

    @seed(1)
    @settings(max_examples=1, deadline=None, database=None, phases=(Phase.generate,))
    @given(calls(endpoint, operation))
    def run(call: Call) -> None:
        for status, value in _examples().get((endpoint.method, endpoint.path), []):
            response = Response(status=status, body=json.dumps(value).encode())
            if endpoint.name in NO_ANSWERS:
                with contextlib.suppress(DecodeError):
                    assert not _strangers(_read(endpoint, call, response))
            elif (endpoint.name, str(status)) not in UNREAD:
                assert not _strangers(_read(endpoint, call, response))

    run()
