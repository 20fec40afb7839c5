"""Every request of the BigCommerce client is one that the vendor's specification declares.

Arguments are drawn from the specification itself: any of the declared options, and any body that the
declared schema allows.  Each option and each key of a body is sent at least once; what the client has
no word for is a row of `UNSENT`, with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import pytest
from attrs import define, field
from hypothesis import HealthCheck, Phase, given, seed, settings

from commerce_bridge.flow.messages import Request
from commerce_bridge.platforms.bigcommerce import ImageDraft, Limits, OptionChoiceDraft, Upload, VariantDraft
from commerce_bridge.platforms.bigcommerce.coverage import endpoints
from commerce_bridge.platforms.bigcommerce.endpoint import Endpoint
from commerce_bridge.testing.play import play
from rigs.bigcommerce_calls import (
    POSITIONS,
    TAKES,
    Call,
    accepted,
    body_of,
    calls,
    declared_keys,
    keys_of,
    keyword,
    sent,
)
from rigs.bigcommerce_client import draft, raw_client, refusal
from rigs.openapi import Deviation, Deviations, Operation, Problem, bigcommerce, report

OUTSIDE = "/v3/storefront/redirects"
"""Wrapped from a file of the reference that is not among those held here (`redirects.v3.yml`)."""

ENDPOINTS = [one for one in endpoints() if one.path != OUTSIDE]
EXAMPLES = 40
ROUNDS = 12

PRODUCTS = "catalog/products_catalog.v3.yml"
VARIANTS = "catalog/product-variants_catalog.v3.yml"
LIST_OPTIONS = (
    "page", "limit", "before", "after", "key", "key:in", "namespace", "namespace:in", "direction",
    "include_fields", "date_created:min", "date_created:max", "date_modified:min", "date_modified:max",
)  # fmt: skip


def _full_timestamp(operation: str, name: str) -> Deviation:
    return Deviation(
        operation=operation,
        part="query",
        pointer=f"/{name}",
        keyword="format",
        reason=f"{PRODUCTS} types it as a date, and says that a date without a time is completed with the time "
        "of day of the call: a full timestamp is sent (docs/start/about/common-query-params)",
    )


CLIENT = (
    *(
        _full_timestamp("GET /v3/catalog/products", name)
        for name in (
            "date_modified",
            "date_last_imported",
            "date_last_imported:not",
            "date_last_imported:min",
            "date_last_imported:max",
        )
    ),
    *(
        _full_timestamp("DELETE /v3/catalog/products", name)
        for name in ("date_modified", "date_last_imported")
    ),
    Deviation(
        operation="POST /v3/catalog/products/{product_id}/variants/{variant_id}/image",
        pointer="/image_file",
        keyword="additionalProperties",
        reason=f"{VARIANTS}: the description has the file as `image_file`, the schema of the form an address only",
    ),
)
"""What our requests do otherwise than the specification says, and why."""

_PLACED = "the path names the record"
_SET_BY_STORE = "the store sets it"
UNSENT: dict[tuple[str, str], str] = {
    **{
        (
            f"POST /v3/catalog/{owner}/metafields",
            f"?{name}",
        ): "options of the list, which mean nothing on a create"
        for owner in ("products/{product_id}", "categories/{category_id}")
        for name in LIST_OPTIONS
    },
    **{
        (f"{verb} /v3/catalog/products/{{product_id}}/images{rest}", key): why
        for verb, rest in (("POST", ""), ("PUT", "/{image_id}"))
        for key, why in (("/product_id", _PLACED), ("/date_modified", _SET_BY_STORE))
    },
    ("POST /v3/catalog/products/{product_id}/options", "/product_id"): _PLACED,
    ("PUT /v3/catalog/products/{product_id}/options/{option_id}", "/product_id"): _PLACED,
    ("PUT /v3/catalog/products/{product_id}/options/{option_id}", "/id"): _PLACED,
    **{
        (operation, f"{row}/{key}"): why
        for operation, row in (
            ("POST /v3/catalog/products", ""),
            ("PUT /v3/catalog/products", "/*"),
            ("PUT /v3/catalog/products/{product_id}", ""),
        )
        for key, why in (
            ("images/*/product_id", "the product around it names the record"),
            ("images/*/date_modified", _SET_BY_STORE),
            ("videos/*/product_id", "the product around it names the record"),
            ("videos/*/length", _SET_BY_STORE),
        )
    },
    **{
        ("POST /v3/catalog/products", f"/variants/*/{key}"): _SET_BY_STORE
        for key in ("id", "sku_id", "calculated_price", "calculated_weight")
    },
}
"""Operation and option (``?name``) or key of the body to why the client has no word for it."""


TABLE = Deviations(rows=(*bigcommerce.REQUESTS, *CLIENT))


@define(kw_only=True)
class Talk:
    """One endpoint's calls as they are made, and what they were made of."""

    endpoint: Endpoint
    operation: Operation
    problems: list[Problem] = field(factory=list[Problem])
    query: set[str] = field(factory=set[str])
    keys: set[str] = field(factory=set[str])
    unsent: set[str] = field(factory=set[str])
    changed: list[tuple[Any, Any]] = field(factory=list[tuple[Any, Any]])

    def make(self, count: int, round_: int, only: Sequence[str] | None = None) -> None:
        """Make `count` calls; the same ones for the same round."""

        @seed(round_)
        @settings(
            max_examples=count,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(calls(self.endpoint, self.operation, only))
        def run(call: Call) -> None:
            self._note(call, sent(self.endpoint, call))

        run()

    def _note(self, call: Call, request: Request) -> None:
        assert request.method == self.endpoint.method
        assert request.path == self.endpoint.at(*call.ids)
        self.problems += bigcommerce.specification().check_request(request, TABLE)
        self.query.update(name for name, _ in request.query)
        body = body_of(request)
        self.keys |= keys_of(body)
        self.unsent |= call.taken.unsent
        if call.taken.sent is not None and body != call.taken.sent:
            self.changed.append((body, call.taken.sent))


@cache
def exercised(endpoint: Endpoint) -> Talk:
    """The endpoint's calls, drawn from the specification; the same ones each time.

    Any options together, then each option for certain, then bodies until every key was in one.
    """
    operation = bigcommerce.specification().operation(endpoint.method, endpoint.path)
    talk = Talk(endpoint=endpoint, operation=operation)
    talk.make(EXAMPLES, 0)
    options = [name for name in operation.declared("query") if keyword(name) in accepted(endpoint)]
    for only in (
        [name for name in options if name not in POSITIONS],
        *([n] for n in options if n in POSITIONS),
    ):
        if only:
            talk.make(3, 1, only)
    wanted = declared_keys(operation) - _rows(endpoint, options=False)
    for round_ in range(2, ROUNDS):
        if wanted <= talk.keys:
            break
        talk.make(EXAMPLES, round_)
    return talk


def _rows(endpoint: Endpoint, *, options: bool) -> frozenset[str]:
    named = f"{endpoint.method} {endpoint.path}"
    return frozenset(
        key.removeprefix("?")
        for operation, key in UNSENT
        if operation == named and key.startswith("?") is options
    )


every_endpoint = pytest.mark.parametrize(
    "endpoint", ENDPOINTS, ids=lambda endpoint: f"{endpoint.method} {endpoint.path}"
)


@every_endpoint
def test_every_request_is_one_that_the_vendor_declares(endpoint: Endpoint) -> None:
    found = exercised(endpoint)
    assert not found.problems, report(found.problems[:5])


@every_endpoint
def test_every_documented_option_is_sent(endpoint: Endpoint) -> None:
    found = exercised(endpoint)
    declared = frozenset(found.operation.declared("query"))
    assert declared - found.query == _rows(endpoint, options=True)


@every_endpoint
def test_every_documented_key_is_sent_and_nothing_is_lost(endpoint: Endpoint) -> None:
    found = exercised(endpoint)
    assert declared_keys(found.operation) - found.keys == _rows(endpoint, options=False)
    assert found.unsent <= _rows(endpoint, options=False)
    assert not found.changed


def test_every_body_has_a_way_in() -> None:
    spec = bigcommerce.specification()
    with_body = {one.name for one in ENDPOINTS if spec.operation(one.method, one.path).body is not None}
    assert with_body == set(TAKES)


def test_no_row_is_out_of_date() -> None:
    for endpoint in ENDPOINTS:
        exercised(endpoint)
    for request in _by_hand():
        bigcommerce.specification().check_request(request, TABLE)
    among = {f"{one.method} {one.path}" for one in ENDPOINTS}
    assert not TABLE.unused(among=among)
    assert {operation for operation, _ in UNSENT} <= among


def _by_hand() -> Iterator[Request]:
    """Requests that are not JSON, or that several endpoints stand behind."""
    client = raw_client(Limits(variant_batch_creates=True))
    cover = Upload(name="9780000000019.jpg", content=b"\xff\xd8\xff", media_type="image/jpeg")
    row = VariantDraft(sku="9780000000019", option_values=(OptionChoiceDraft(id=1, option_id=2),))
    named = VariantDraft(
        sku="9780000000019", option_values=(OptionChoiceDraft(option_display_name="Format", label="Ebook"),)
    )
    for flow in (
        client.images.create(
            7, ImageDraft(is_thumbnail=True, sort_order=2, description="Größe"), upload=cover
        ),
        client.images.update(7, 8, ImageDraft(), upload=cover),
        client.variants.set_image(7, 8, upload=cover),
        client.brands.set_image(7, cover),
        client.variants.create_batch(7, [row]),
        client.products.create(draft(variants=(named,))),
        client.products.find_by_sku("9780000000019", include=["images", "custom_fields"]),
        client.products.get_many([1, 2, 3], include=["options"]),
        client.brands.ensure("Harbour"),
        client.categories.ensure_path(1, ("Fiction", "Crime")),
        client.check(),
    ):
        yield from play(flow, [refusal(401)]).sent


def test_uploads_and_composed_operations_send_what_the_vendor_declares() -> None:
    spec = bigcommerce.specification()
    table = Deviations(rows=(*bigcommerce.REQUESTS, *CLIENT))
    problems = [problem for request in _by_hand() for problem in spec.check_request(request, table)]
    assert not problems, report(problems)


def test_a_request_out_of_line_would_be_found() -> None:
    spec = bigcommerce.specification()
    bad = Request(method="GET", path="/v3/catalog/products", query={"id_in": "1"})
    assert spec.check_request(bad)
    unknown = play(
        raw_client().request("POST", "/v3/catalog/products", json={"nmae": "x"}), [refusal(401)]
    ).sent
    assert spec.check_request(unknown[0])
