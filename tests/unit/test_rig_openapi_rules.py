"""The OpenAPI rig: how schemas are read, what deviations excuse, what a damaged file says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from rigs.openapi import (
    ANSWER,
    REQUEST,
    DamagedContract,
    Deviation,
    Deviations,
    Problem,
    Specification,
    Use,
)
from rigs.openapi.documents import Document, parse
from rigs.openapi.generate import bodies
from rigs.openapi.library import LIBRARY, ROOT, load, places, request
from rigs.openapi.schemas import validator


def alone(schema: str) -> Document:
    return parse(f"openapi: 3.0.3\nschema: {schema}", "alone.yml")


def fits(schema: str, value: Any, use: Use = ANSWER) -> bool:
    return validator(alone(schema), "/schema", use).is_valid(value)


class TestSchemas:
    @pytest.mark.parametrize(
        ("schema", "good", "bad"),
        [
            ("{type: number, minimum: 0, exclusiveMinimum: true}", 0.01, 0),
            ("{type: number, maximum: 1, exclusiveMaximum: true}", 0.99, 1),
            ("{type: number, minimum: 0, exclusiveMinimum: false}", 0, -1),
            ("{type: string, format: uuid}", "6c0f7a2e-66a5-4f0a-8f0e-0d4c5f6f1a10", "6c0f"),
            ("{type: string, format: email}", "a@example.com", "a at example"),
            ("{type: string, format: uri}", "https://example.com/a", "example com"),
            ("{type: string, format: date-time}", "2026-11-02T09:00:00+00:00", "2026-11-02"),
            ("{type: string, enum: [NO, SE]}", "NO", False),
            ("{type: integer, x-nullable: true}", None, "x"),
            ("{not: {type: string}}", 1, "x"),
            ("{anyOf: [{type: string}, {type: integer}]}", 1, 1.5),
        ],
    )
    def test_keywords(self, schema: str, good: Any, bad: Any) -> None:
        assert fits(schema, good)
        assert not fits(schema, bad)

    def test_formats_nobody_defined_check_nothing(self) -> None:
        assert fits("{type: string, format: time}", "half past ten")
        assert fits("{type: string, format: ISO-4217}", "anything")

    def test_one_of_is_read_as_any_of(self) -> None:
        assert fits("{oneOf: [{type: number}, {type: integer}]}", 1)

    def test_required_names_may_be_described_in_another_part(self) -> None:
        schema = "{allOf: [{properties: {id: {type: integer, readOnly: true}}}, {required: [id, name]}]}"
        assert fits(schema, {"name": ""}, REQUEST)
        assert not fits(schema, {"name": ""}, ANSWER)

    CLOSED = """
      type: object
      properties: {kind: {type: string}}
      allOf: [{properties: {name: {type: string}}}]
      oneOf:
        - {required: [file], properties: {file: {type: string}}}
        - {required: [colour], properties: {colour: {type: string}}}
    """

    def test_a_closed_object_knows_the_names_of_all_its_parts(self) -> None:
        assert fits(self.CLOSED, {"kind": "a", "name": "b", "file": "c"}, REQUEST)
        assert not fits(self.CLOSED, {"kind": "a", "name": "b", "file": "c", "size": 1}, REQUEST)

    def test_branches_are_not_mixed(self) -> None:
        assert not fits(self.CLOSED, {"file": "c", "colour": "d"}, REQUEST)
        assert fits(self.CLOSED, {"file": "c", "colour": "d"}, ANSWER)

    def test_a_vendor_may_close_an_object_itself(self) -> None:
        schema = "{allOf: [{properties: {a: {}}}], properties: {b: {}}, additionalProperties: false}"
        assert fits(schema, {"a": 1, "b": 2}, ANSWER)
        assert not fits(schema, {"a": 1, "c": 2}, ANSWER)

    @pytest.mark.parametrize(
        "schema",
        ["{type: object}", "{properties: {a: {}}, additionalProperties: true}", "{additionalProperties: {}}"],
    )
    def test_objects_that_are_open_on_purpose_stay_open(self, schema: str) -> None:
        assert fits(schema, {"anything": 1}, REQUEST)

    def test_one_wrong_value_does_not_make_its_neighbours_unknown(self) -> None:
        document = alone("{allOf: [{properties: {a: {type: string}, b: {type: string}}}]}")
        errors = list(validator(document, "/schema", REQUEST).iter_errors({"a": 1, "b": "x"}))
        assert [error.kind.name for error in errors] == ["type"]

    def test_a_schema_may_hold_itself(self) -> None:
        text = "openapi: 3.0.3\nnode: {properties: {children: {type: array, items: {$ref: '#/node'}}}}"
        check = validator(parse(text, "tree.yml"), "/node", REQUEST)
        assert check.is_valid({"children": [{"children": []}]})
        assert not check.is_valid({"children": [{"childern": []}]})


class TestDeviations:
    ROW = Deviation(
        operation="POST /v3/books", pointer="/series/label", keyword="required", reason="the shop names it"
    )

    def test_a_row_excuses_one_thing_and_the_rest_is_still_checked(self) -> None:
        table = Deviations(rows=[self.ROW])
        body = {"name": "Emma", "password": "x", "series": {"lable": "A"}, "price": "9"}
        problems = load().check_request(request("POST", "/v3/books", body), table)
        assert places(problems) == [
            ("body", "/price", "type"),
            ("body", "/series/lable", "additionalProperties"),
        ]
        assert table.unused() == ()

    def test_an_unused_row_is_told_but_only_of_what_was_exercised(self) -> None:
        table = Deviations(rows=[self.ROW])
        assert load().check_request(request("POST", "/v3/books", {"name": 1, "password": "x"}), table)
        assert table.unused() == (self.ROW,)
        assert table.unused(among={"POST /v3/books", "GET /v3/books"}) == (self.ROW,)
        assert table.unused(among={"GET /v3/books"}) == ()

    @pytest.mark.parametrize(
        ("change", "covers"),
        [
            ({}, True),
            ({"operation": "*"}, True),
            ({"operation": "POST /v3/*"}, True),
            ({"operation": "GET /v3/books"}, False),
            ({"pointer": "/*/label"}, True),
            ({"pointer": "/series"}, False),
            ({"pointer": "/*"}, False),
            ({"keyword": "type"}, False),
            ({"part": "query"}, False),
            ({"status": 200}, False),
        ],
    )
    def test_what_a_row_covers(self, change: Any, covers: bool) -> None:
        fields = {"operation": "POST /v3/books", "pointer": "/series/label", "keyword": "required", **change}
        problem = Problem(
            operation="POST /v3/books", part="body", pointer="/series/label", keyword="required", message=""
        )
        assert Deviation(reason="said so", **fields).covers(problem) is covers

    def test_rows_for_one_status_and_for_any(self) -> None:
        problem = Problem(
            operation="GET /v3/books", status=429, part="status", keyword="undeclared", message=""
        )
        row = Deviation(operation="*", status=429, part="status", keyword="undeclared", reason="limits")
        other = Deviation(operation="*", status=503, part="status", keyword="undeclared", reason="limits")
        assert row.covers(problem)
        assert not other.covers(problem)

    def test_a_choice_is_excused_when_rows_make_one_of_its_branches_fit(self) -> None:
        branches = "{anyOf: [{required: [a, b]}, {required: [c]}]}"
        text = LIBRARY.replace("{nullable: true, allOf: [{$ref: '#/components/schemas/Series'}]}", branches)

        def row(name: str) -> Deviation:
            return Deviation(operation="*", pointer=f"/series/{name}", keyword="required", reason="said so")

        body = {"name": "Emma", "password": "x", "series": {}}
        sent = request("POST", "/v3/books", body)
        (problem,) = load(text).check_request(sent)
        assert [len(branch) for branch in problem.branches] == [2, 1]
        assert "form 2: body /series/c [required]" in str(problem)
        half = Deviations(rows=[row("a")])
        assert load(text).check_request(sent, half)
        assert half.unused() == (row("a"),)
        assert not load(text).check_request(sent, Deviations(rows=[row("a"), row("b")]))
        assert not load(text).check_request(sent, Deviations(rows=[row("c")]))

    def test_a_row_needs_a_reason_and_no_twin(self) -> None:
        with pytest.raises(ValueError, match="needs a reason"):
            Deviations(rows=[Deviation(operation="*", keyword="type", reason=" ")])
        with pytest.raises(ValueError, match="alike"):
            Deviations(rows=[self.ROW, self.ROW])


class TestDamagedDocuments:
    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("openapi: [3", "library.yml#: not readable"),
            ("a: 1\nb: 2\na: 3", 'line 3, column 1'),
            ("[a]: 1", "name of its own is expected"),
            ("- a", "library.yml#: expected an object at the top, found list"),
            ("swagger: '2.0'", "library.yml#/openapi: expected OpenAPI 3, found missing"),
            ("openapi: 3.0.0\nservers: [{url: 'https://other.example'}]", "library.yml#/servers: no server lies below"),
            (LIBRARY.replace("\npaths:", "\nroads:"), "library.yml#/paths: an OpenAPI document needs"),
            (LIBRARY.replace("'#/components/schemas/Series'", "'#/components/schemas/Serie'"), "library.yml#/components/schemas/Book/properties/series/allOf/0: $ref '#/components/schemas/Serie' points at nothing"),
            (LIBRARY.replace("'#/components/schemas/Series'", "'common.yml#/Series'"), "leaves the document"),
            (LIBRARY.replace("Series:\n      type: object", "Series:\n      $ref: '#/components/schemas/Series'"), "leads back to itself"),
            (LIBRARY.replace("{name: limit, in: query,", "{in: query,"), "library.yml#/paths/~1books/get/parameters/2: a parameter needs"),
            (LIBRARY.replace("204: {description: ''}\n  /books/{book_id}:", "204: gone\n  /books/{book_id}:"), "library.yml#/paths/~1books/post/responses/204: expected a description"),
        ],
    )  # fmt: skip
    def test_the_message_names_file_and_place(self, text: str, says: str) -> None:
        with pytest.raises(DamagedContract) as caught:
            load(text)
        assert says in str(caught.value)

    @pytest.mark.parametrize(
        ("schema", "says"),
        [
            ("{type: strnig}", "alone.yml#/schema: not a usable schema"),
            ("{items: [a]}", "alone.yml#/schema/items: expected a schema"),
        ],
    )
    def test_a_schema_that_cannot_be_used(self, schema: str, says: str) -> None:
        with pytest.raises(DamagedContract, match=says):
            fits(schema, {})

    def test_scalars_are_read_as_openapi_asks(self) -> None:
        root = parse(
            "a: 2026-11-02\nb: NO\nc: 0410\nd: True\ne:\nf: 1.5e3\n200: ok\n1.50: h\ng: -7", "x.yml"
        ).root
        expected = {
            "a": "2026-11-02",
            "b": "NO",
            "c": "0410",
            "d": True,
            "e": None,
            "f": 1500.0,
            "200": "ok",
            "1.50": "h",
            "g": -7,
        }
        assert root == expected

    def test_an_empty_folder_is_not_a_specification(self, tmp_path: Path) -> None:
        with pytest.raises(DamagedContract, match="no file here matches"):
            Specification.load(tmp_path, root=ROOT)

    def test_a_folder_holds_json_too(self, tmp_path: Path) -> None:
        text = json.dumps(parse(LIBRARY, "library.yml").root)
        (tmp_path / "deep").mkdir()
        (tmp_path / "deep" / "library.json").write_text(text, encoding="utf-8")
        assert Specification.load(tmp_path, root=ROOT).files == ("deep/library.json",)


class TestGeneratedBodies:
    @settings(max_examples=30, deadline=None)
    @given(bodies(load().operation("POST", "/v3/books")))
    def test_fit_the_schema_they_come_from(self, body: Any) -> None:
        assert not load().check_request(request("POST", "/v3/books", body))

    def test_need_a_described_body(self) -> None:
        with pytest.raises(ValueError, match="GET /v3/books takes no application/json body"):
            bodies(load().operation("GET", "/v3/books"))
