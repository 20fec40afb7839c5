"""The OpenAPI rig, held against BigCommerce's own files and examples."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commerce_bridge.flow.messages import Request, Response
from rigs import contracts
from rigs.coverage import coverage_table, rows
from rigs.openapi import (
    ANSWER,
    OPEN_REQUEST,
    REQUEST,
    Deviation,
    Deviations,
    Example,
    Problem,
    Specification,
    bigcommerce,
    examples,
    report,
)
from rigs.openapi.documents import is_object, join
from rigs.openapi.generate import JSON, bodies
from rigs.openapi.operations import Operation
from rigs.openapi.paths import HOLE
from rigs.openapi.schemas import validator

BATCH = "/v3/catalog/products"
MEDIA = {"Content-Type": JSON}


@pytest.fixture(name="spec", scope="module")
def fixture_spec() -> Specification:
    return bigcommerce.specification()


def request(method: str, path: str, body: Any = None, query: Any = ()) -> Request:
    if body is None:
        return Request(method=method, path=path, query=query)
    return Request(method=method, path=path, query=query, headers=MEDIA, body=json.dumps(body).encode())


def distinct(spec: Specification) -> list[Example]:
    """Each example once: operations that share a body share its examples."""
    return list({example.source: example for example in examples(spec)}.values())


def in_body(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Without those of the path and the query, which an example of a body does not show."""
    return tuple(problem for problem in problems if problem.part == "body")


def test_in_ci_the_vendor_files_are_there_so_that_nothing_below_was_skipped() -> None:
    assert not (contracts.in_ci() and contracts.missing(*bigcommerce.FOLDER)), contracts.missing(
        *bigcommerce.FOLDER
    )


class TestTheFiles:
    def test_all_operations_are_found(self, spec: Specification) -> None:
        assert len(spec.files) == 28
        assert len(spec.operations) == 454
        versions = Counter(operation.path.split("/")[1] for operation in spec.operations)
        assert versions == {"v3": 376, "v2": 78}

    def test_the_orders_file_is_openapi_3_whatever_its_name_says(self, spec: Specification) -> None:
        orders = spec.operation("GET", "/v2/orders")
        assert orders.file == "orders.v2.oas2.yml"
        assert orders.document.root["openapi"] == "3.0.0"

    @pytest.mark.parametrize("use", [REQUEST, OPEN_REQUEST, ANSWER])
    def test_all_schemas_compile(self, spec: Specification, use: Any) -> None:
        compiled = 0
        for document in {operation.document for operation in spec.operations}:
            for name in document.root["components"]["schemas"]:
                validator(document, join("/components/schemas", name), use)
                compiled += 1
        for operation in spec.operations:
            for contents in (operation.body or {}, *operation.answers.values()):
                for schema in filter(None, contents.values()):
                    validator(operation.document, schema, use)
                    compiled += 1
        assert compiled == 2037

    def test_every_operation_is_found_by_its_own_path(self, spec: Specification) -> None:
        for operation in spec.operations:
            assert spec.match(operation.method, HOLE.sub("1", operation.path)) is operation

    def test_literal_paths_that_a_template_would_take_too(self, spec: Specification) -> None:
        templates = {operation.path for operation in spec.operations if HOLE.search(operation.path)}
        overlapping = {
            operation.path
            for operation in spec.operations
            if any(operation.path != other and _would_take(other, operation.path) for other in templates)
        }
        assert {"/v3/catalog/products/metafields", "/v3/catalog/products/channel-assignments"} <= overlapping
        assert len(overlapping) == 23

    def test_the_coverage_table_lists_each_operation_once(self, spec: Specification) -> None:
        table = coverage_table(
            spec, {("GET", BATCH): "products.list"}, {("DELETE", "/v2/orders"): "deletes all"}
        )
        lines = [
            line for line in table.splitlines() if line.startswith(("| GET", "| PUT", "| POST", "| DELETE"))
        ]
        assert len(lines) == len(set(lines)) == len(rows(spec)) == 454
        assert "454 operations: 1 wrapped, 1 refused, 452 by `request()`." in table


def _would_take(template: str, path: str) -> bool:
    wanted, given_ = template.split("/"), path.split("/")
    return len(wanted) == len(given_) and all(
        want == have or HOLE.fullmatch(want) for want, have in zip(wanted, given_, strict=True)
    )


def test_the_store_is_no_part_of_a_path_of_the_specification() -> None:
    for path in ("/stores/demo/v3/catalog/products", "/v3/catalog/products"):
        assert bigcommerce.below_store(request("GET", path)).path == BATCH
    assert bigcommerce.below_store(request("GET", "/v3/stores/demo/x")).path == "/v3/stores/demo/x"


class TestTheVendorsExamples:
    def test_all_but_one_fit_their_schema(self, spec: Specification) -> None:
        told = distinct(spec)
        assert Counter(example.status is None for example in told) == {True: 77, False: 304}
        wrong = {
            str(example.operation)
            for example in told
            if in_body(
                spec.check_request(example.request(), use=OPEN_REQUEST)
                if example.status is None
                else spec.check_response(example.request(), example.response())
            )
        }
        assert wrong == {"GET /v3/catalog/trees/{tree_id}/categories"}

    def test_as_requests_of_ours_sixteen_would_need_an_excuse(self, spec: Specification) -> None:
        """More than with `unevaluatedProperties` (14): a branch of `oneOf` does not borrow another's names."""
        sent = [example for example in distinct(spec) if example.status is None]
        assert len([1 for example in sent if in_body(spec.check_request(example.request()))]) == 16

    def test_the_tables_excuse_them_and_have_no_row_too_many(self, spec: Specification) -> None:
        asked = Deviations(rows=bigcommerce.EXAMPLE_REQUESTS)
        told = Deviations(rows=bigcommerce.EXAMPLE_ANSWERS)
        for example in distinct(spec):
            if example.status is None:
                problems = spec.check_request(example.request(), asked)
            else:
                problems = spec.check_response(example.request(), example.response(), told)
            assert not in_body(problems), report(problems)
        assert asked.unused() == told.unused() == ()

    def test_one_misspelt_key_fails_every_example_request_that_is_an_object(
        self, spec: Specification
    ) -> None:
        tried = 0
        for example in distinct(spec):
            if example.status is None and is_object(example.value) and _has_names(spec, example.operation):
                body = {**example.value, "nmae": "x"}
                problems = spec.check_request(request(example.operation.method, example.request().path, body))
                assert any("/nmae" in str(problem) for problem in problems), str(example)
                tried += 1
        assert tried > 50


def _has_names(spec: Specification, operation: Operation) -> bool:
    """Whether the schema of the body knows a name at all; free objects take any."""
    probe = spec.check_request(request(operation.method, HOLE.sub("1", operation.path), {"zz": 1}))
    return any("/zz" in str(problem) for problem in probe)


VARIANT = {
    "sku": "9781905005123",
    "option_values": [{"option_display_name": "Format", "label": "Paperback"}],
}
PRODUCT = {"name": "The Black Road", "type": "physical", "weight": 1, "price": 9.99}
HONEST = (
    request("POST", BATCH, {**PRODUCT, "variants": [VARIANT]}),
    request("PUT", BATCH, [{"id": 7, "price": 11.99}]),
    request(
        "PUT",
        "/v3/catalog/variants",
        [{"product_id": 7, "sku": "9781905005123", "option_values": [{"id": 1, "option_id": 2}]}],
    ),
    request("GET", "/v2/orders", query={"sort": "date_modified:asc"}),
    request(
        "GET",
        "/v3/inventory/items",
        query={"variant_id:in": "1,2", "product_id:in": "3,4", "location_id:in": "5,6"},
    ),
    request("GET", "/v3/inventory/locations/1/items", query={"variant_id:in": "1,2", "product_id:in": "3,4"}),
    request("GET", "/v3/inventory/locations", query={"location_id:in": "1,2"}),
    request("DELETE", "/v3/inventory/locations", query={"location_id:in": "1,2"}),
)


class TestKnownDefects:
    """Honest requests and answers of the rows in `REQUESTS` and `ANSWERS`: each row is needed, and enough."""

    @pytest.mark.parametrize("sent", HONEST, ids=lambda sent: f"{sent.method} {sent.path}")
    def test_an_honest_request_needs_the_table(self, spec: Specification, sent: Request) -> None:
        table = Deviations(rows=bigcommerce.REQUESTS)
        assert spec.check_request(sent)
        assert not (left := spec.check_request(sent, table)), report(left)
        operation = str(spec.match(sent.method, sent.path))
        assert table.unused(among={operation}) == ()

    def test_every_row_of_the_requests_is_needed(self, spec: Specification) -> None:
        table = Deviations(rows=bigcommerce.REQUESTS)
        for sent in HONEST:
            spec.check_request(sent, table)
        assert table.unused() == ()

    def test_the_rest_of_an_excused_body_is_still_checked(self, spec: Specification) -> None:
        table = Deviations(rows=bigcommerce.REQUESTS)
        body = {**PRODUCT, "variants": [{**VARIANT, "upcc": "1"}], "wieght": 1}
        left = spec.check_request(request("POST", BATCH, body), table)
        assert sorted(problem.pointer for problem in left) == ["/variants/0/upcc", "/wieght"]

    def test_an_empty_v2_collection_is_answered_204(self, spec: Specification) -> None:
        table = Deviations(rows=bigcommerce.ANSWERS)
        asked = request("GET", "/v2/orders/7/products")
        assert spec.check_response(asked, Response(status=204))
        assert not spec.check_response(asked, Response(status=204), table)

    def test_a_product_created_with_a_failed_attribute_is_one_object(self, spec: Specification) -> None:
        table = Deviations(rows=bigcommerce.ANSWERS)
        body = json.dumps({"data": {"id": 7}, "meta": {}}).encode()
        answer = Response(status=207, headers=MEDIA, body=body)
        assert spec.check_response(request("POST", BATCH), answer)
        assert not (left := spec.check_response(request("POST", BATCH), answer, table)), report(left)

    @pytest.mark.parametrize(
        ("method", "path", "many"),
        [("GET", BATCH, True), ("POST", BATCH, False), ("PUT", f"{BATCH}/7", False)],
    )
    def test_a_product_of_several_variants_has_no_base_variant(
        self, spec: Specification, method: str, path: str, many: bool
    ) -> None:
        table = Deviations(rows=bigcommerce.ANSWERS)
        product = {**PRODUCT, "id": 7, "base_variant_id": None}
        body = json.dumps({"data": [product] if many else product, "meta": {}}).encode()
        answer = Response(status=200, headers=MEDIA, body=body)
        assert spec.check_response(request(method, path), answer)
        assert not (left := spec.check_response(request(method, path), answer, table)), report(left)

    @pytest.mark.parametrize("status", [401, 403, 404, 413, 422, 429, 500, 503])
    def test_statuses_of_any_call(self, spec: Specification, status: int) -> None:
        table = Deviations(rows=bigcommerce.ANSWERS)
        answer = Response(status=status, headers=MEDIA, body=b"{}")
        assert spec.check_response(request("GET", BATCH), answer)
        assert not spec.check_response(request("GET", BATCH), answer, table)

    def test_the_tables_are_sourced(self) -> None:
        for rows_ in (bigcommerce.REQUESTS, bigcommerce.ANSWERS):
            for row in rows_:
                assert isinstance(row, Deviation)
                assert ".yml" in row.reason or "docs/" in row.reason


class TestTrafficOfAShop:
    """Requests that a client of the catalogue sends every day, without an excuse."""

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("POST", BATCH, {"name": "A", "type": "digital", "weight": 0, "price": 1, "custom_fields": [{"name": "Series", "value": "Sea"}]}),
            ("PUT", f"{BATCH}/7", {"is_visible": False}),
            ("POST", f"{BATCH}/7/images", {"image_url": "https://covers.example/1.jpg", "is_thumbnail": True}),
            ("POST", f"{BATCH}/7/options", {"display_name": "Format", "type": "dropdown", "option_values": [{"label": "Hardback", "sort_order": 0}]}),
            ("POST", f"{BATCH}/7/variants", {"sku": "978", "option_values": [{"id": 1, "option_id": 2}]}),
            ("PUT", "/v3/catalog/variants", [{"id": 1, "price": None}]),
            ("POST", f"{BATCH}/metafields", [{"resource_id": 7, "namespace": "n", "key": "k", "value": "v", "permission_set": "app_only"}]),
            ("DELETE", f"{BATCH}/metafields", [1, 2]),
            ("PUT", f"{BATCH}/channel-assignments", [{"product_id": 7, "channel_id": 1}]),
            ("POST", "/v3/catalog/trees/categories", [{"name": "Crime", "tree_id": 1, "parent_id": 0}]),
        ],
    )  # fmt: skip
    def test_fits(self, spec: Specification, method: str, path: str, body: Any) -> None:
        problems = spec.check_request(request(method, path, body))
        assert not problems, report(problems)

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [({"limt": "5"}, "/limt"), ({"id": "x"}, "/id"), ({"is_visible": "perhaps"}, "/is_visible"), ({"id:in": "1,b"}, "/id:in/1")],
    )  # fmt: skip
    def test_wrong_questions_are_told(self, spec: Specification, query: Any, pointer: str) -> None:
        problems = spec.check_request(request("GET", BATCH, query=query))
        assert [(problem.part, problem.pointer) for problem in problems] == [("query", pointer)]

    def test_a_picture_is_sent_in_parts(self, spec: Specification) -> None:
        media = {"Content-Type": "multipart/form-data; boundary=edge"}
        named = b'Content-Disposition: form-data; name="%s"; filename="1.jpg"\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8'
        path = f"{BATCH}/7/images"
        good, wrong = (
            Request(
                method="POST",
                path=path,
                headers=media,
                body=b"--edge\r\n" + named % name + b"\r\n--edge--\r\n",
            )
            for name in (b"image_file", b"image")
        )
        assert not spec.check_request(good)
        assert [problem.pointer for problem in spec.check_request(wrong)] == ["/image"]


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_generated_bodies_of_any_operation_are_taken(spec: Specification, data: st.DataObject) -> None:
    operations = [operation for operation in spec.operations if (operation.body or {}).get(JSON)]
    assert len(operations) == 191
    operation = data.draw(st.sampled_from(operations))
    sent = request(operation.method, HOLE.sub("1", operation.path), data.draw(bodies(operation)))
    problems = in_body(spec.check_request(sent))
    assert not problems, report(problems)
