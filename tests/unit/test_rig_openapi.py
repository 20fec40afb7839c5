"""The OpenAPI rig: finding an operation, and what is wrong with requests and answers."""

from __future__ import annotations

from typing import Any

import pytest

from commerce_bridge.flow.messages import Request, Response
from rigs.openapi import OPEN_REQUEST, DamagedContract, Problem, Specification, report
from rigs.openapi.documents import parse
from rigs.openapi.library import JSON, LIBRARY, ROOT, load, places, request, response

BOOK = {"id": 7, "name": "Emma"}


class TestFindingAnOperation:
    def test_a_literal_path_goes_before_a_template(self) -> None:
        spec = load()
        assert str(spec.match("GET", "/v3/books/summary")) == "GET /v3/books/summary"
        assert str(spec.match("GET", "/v3/books/7")) == "GET /v3/books/{book_id}"
        assert spec.match("DELETE", "/v3/books/summary") is None

    @pytest.mark.parametrize(
        "path", ["/books", "/v3/books/", "/v3/books//cover", "/v3/books/1/cover/2", "books"]
    )
    def test_other_paths_are_none_of_its(self, path: str) -> None:
        assert load().match("GET", path) is None

    def test_an_operation_is_got_by_its_template_too(self) -> None:
        operation = load().operation("GET", "/v3/books")
        assert (operation.operation_id, operation.file) == ("listBooks", "library.yml")
        with pytest.raises(KeyError, match="no PUT /v3/books"):
            load().operation("PUT", "/v3/books")

    def test_a_request_outside_the_specification_says_what_there_is(self) -> None:
        assert "no such path" in report(load().check_request(request("GET", "/v3/magazines")))
        assert "takes GET, POST only" in report(load().check_request(request("PATCH", "/v3/books")))

    def test_one_operation_in_two_files_is_refused(self) -> None:
        twice = (parse(LIBRARY, "a.yml"), parse(LIBRARY, "b.yml"))
        with pytest.raises(DamagedContract, match=r"b\.yml#/paths/~1books/get: .*also declared in a\.yml"):
            Specification.of(twice, root=ROOT)

    def test_mixed_segments_match_as_written(self) -> None:
        spec = load(LIBRARY.replace("/books/summary:", "/books/{book_id}.json:"))
        assert str(spec.match("GET", "/v3/books/7.json")) == "GET /v3/books/{book_id}.json"
        assert str(spec.match("GET", "/v3/books/7-json")) == "GET /v3/books/{book_id}"


class TestParameters:
    @pytest.mark.parametrize(
        "query",
        [
            {"id:in": "1,2,3"},
            [("tag", "old, but good"), ("tag", "7"), ("tag", "7.5")],
            {"limit": "250"},
            {"cheaper": "9.5"},
            {"live": "true"},
            {"since": "2026-11-02"},
        ],
    )
    def test_what_the_specification_takes(self, query: Any) -> None:
        assert not load().check_request(request("GET", "/v3/books", query=query))

    @pytest.mark.parametrize(
        ("query", "pointer", "keyword"),
        [
            ({"id:in": "1,two"}, "/id:in/1", "type"),
            ({"id:in": "1,,2"}, "/id:in/1", "type"),
            ({"id:in": ""}, "/id:in/0", "type"),
            ({"cheaper": "9,50"}, "/cheaper", "type"),
            ({"limit": "9.5"}, "/limit", "type"),
            ({"limit": "many"}, "/limit", "type"),
            ({"limit": "251"}, "/limit", "maximum"),
            ({"limit": "007"}, "/limit", "type"),
            ({"live": "yes"}, "/live", "type"),
            ({"since": "2 November"}, "/since", "format"),
            ({"limits": "5"}, "/limits", "undeclared"),
            ([("limit", "1"), ("limit", "2")], "/limit", "repeated"),
        ],
    )
    def test_what_it_does_not(self, query: Any, pointer: str, keyword: str) -> None:
        problems = load().check_request(request("GET", "/v3/books", query=query))
        assert places(problems) == [("query", pointer, keyword)]

    def test_path_parameters_have_types(self) -> None:
        problems = load().check_request(request("GET", "/v3/books/seven"))
        assert places(problems) == [("path", "/book_id", "type")]

    def test_headers_have_types_whatever_their_case_and_unknown_ones_are_no_matter(self) -> None:
        shelf = Request(method="GET", path="/v3/books", headers={"X-SHELF": "top", "X-Other": "1"})
        assert places(load().check_request(shelf)) == [("header", "/x-shelf", "type")]

    def test_a_required_parameter_is_missed(self) -> None:
        problems = load().check_request(request("DELETE", "/v3/books/7"))
        assert places(problems) == [("query", "/reason", "required")]

    def test_accept_is_not_a_parameter_whatever_a_file_says(self) -> None:
        assert not load().check_request(request("GET", "/v3/books"))

    def test_an_unknown_style_is_not_guessed(self) -> None:
        spec = load(LIBRARY.replace("style: form, explode: false", "style: deepObject"))
        with pytest.raises(
            DamagedContract, match=r"library\.yml#/paths/~1books/get/parameters/0/schema.*deepObject"
        ):
            spec.check_request(request("GET", "/v3/books", query={"id:in": "1"}))


class TestRequestBodies:
    def test_read_only_names_are_not_required(self) -> None:
        assert not load().check_request(request("POST", "/v3/books", {"name": "Emma", "password": "x"}))

    @pytest.mark.parametrize(
        ("extra", "pointer", "keyword"),
        [
            ({"id": 7}, "/id", "readOnly"),
            ({"nmae": "Emma"}, "/nmae", "additionalProperties"),
            ({"price": "9.99"}, "/price", "type"),
            ({"state": "gone"}, "/state", "enum"),
            ({"published": "2026-13-01"}, "/published", "format"),
            ({"series": {"label": "A", "lable": "B"}}, "/series/lable", "additionalProperties"),
            ({"series": {}}, "/series/label", "required"),
        ],
    )
    def test_what_is_wrong_is_told_with_its_place(self, extra: Any, pointer: str, keyword: str) -> None:
        body = {"name": "Emma", "password": "x", **extra}
        problems = load().check_request(request("POST", "/v3/books", body))
        assert places(problems) == [("body", pointer, keyword)]

    def test_nullable_takes_null(self) -> None:
        body = {"name": "Emma", "password": "x", "price": None, "state": None, "series": None}
        assert not load().check_request(request("POST", "/v3/books", body))

    def test_open_schemas_are_there_for_other_peoples_requests(self) -> None:
        body = {"name": "Emma", "password": "x", "id": 7, "nmae": "Emma"}
        assert not load().check_request(request("POST", "/v3/books", body), use=OPEN_REQUEST)

    def test_a_body_is_missed(self) -> None:
        assert places(load().check_request(request("POST", "/v3/books"))) == [("body", "", "required")]

    def test_a_body_where_none_is_declared(self) -> None:
        problems = load().check_request(request("GET", "/v3/books", {}))
        assert places(problems) == [("media", "", "undeclared")]
        assert "expected no body; content type: application/json" in report(problems)

    @pytest.mark.parametrize("text", [b"{", b'{"price": NaN}', b'{"name": "a", "name": "b"}', b"\xff"])
    def test_what_is_no_json(self, text: bytes) -> None:
        broken = Request(method="POST", path="/v3/books", headers=JSON, body=text)
        assert places(load().check_request(broken)) == [("body", "", "unreadable")]

    def test_a_urlencoded_form(self) -> None:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        good = Request(method="POST", path="/v3/books", headers=form, body=b"name=Emma&password=x&price=9.5")
        wrong = Request(method="POST", path="/v3/books", headers=form, body=b"nmae=Emma&password=x&price=9.5")
        assert not load().check_request(good)
        assert [problem.pointer for problem in load().check_request(wrong)] == ["/name", "/nmae"]
        broken = Request(method="POST", path="/v3/books", headers=form, body=b"Emma&password=x")
        assert places(load().check_request(broken)) == [("body", "", "unreadable")]


class TestMultipart:
    PATH = "/v3/books/7/cover"

    @staticmethod
    def part(name: str, content: bytes, file: str | None = None) -> bytes:
        named = f'Content-Disposition: form-data; name="{name}"' + (f'; filename="{file}"' if file else "")
        return b"--edge\r\n" + named.encode() + b"\r\n\r\n" + content + b"\r\n"

    def send(self, *parts: bytes, boundary: str = "edge") -> tuple[Problem, ...]:
        media = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        body = b"".join(parts) + b"--edge--\r\n"
        return load().check_request(Request(method="POST", path=self.PATH, headers=media, body=body))

    def test_files_and_typed_fields(self) -> None:
        picture = self.part("image_file", b"\xff\xd8\r\n\x00--edg\r\n", "cover.jpg")
        assert not self.send(picture, self.part("sort_order", b"3"), self.part("is_thumbnail", b"true"))

    def test_an_unknown_part_and_a_wrong_type(self) -> None:
        picture = self.part("image_file", b"\x00", "cover.jpg")
        problems = self.send(picture, self.part("sort_order", b"first"), self.part("thumb", b"true"))
        expected = [("body", "/sort_order", "type"), ("body", "/thumb", "additionalProperties")]
        assert places(problems) == expected

    def test_a_required_part(self) -> None:
        assert places(self.send(self.part("sort_order", b"3"))) == [("body", "/image_file", "required")]

    def test_what_cannot_be_read(self) -> None:
        once = self.part("sort_order", b"3")
        assert "divided by the boundary" in report(self.send(once, boundary="other"))
        assert "sent 2 times" in report(self.send(once, once))
        assert "UTF-8" in report(self.send(self.part("sort_order", b"\xff")))
        assert "form-data; name" in report(self.send(b"--edge\r\n\r\n3\r\n"))

    def test_a_body_that_breaks_off(self) -> None:
        media = {"Content-Type": "multipart/form-data; boundary=edge"}
        cut = Request(method="POST", path=self.PATH, headers=media, body=self.part("sort_order", b"3"))
        assert "divided by the boundary" in report(load().check_request(cut))


class TestAnswers:
    def test_an_honest_answer(self) -> None:
        assert not load().check_response(request("GET", "/v3/books"), response(200, [BOOK]))

    def test_answers_may_hold_more_than_is_known_but_no_write_only_name(self) -> None:
        told = [{**BOOK, "rating": 5, "password": "x"}]
        problems = load().check_response(request("GET", "/v3/books"), response(200, told))
        assert places(problems) == [("body", "/0/password", "writeOnly")]

    def test_answers_need_the_read_only_names(self) -> None:
        problems = load().check_response(request("GET", "/v3/books"), response(200, [{"name": "Emma"}]))
        assert places(problems) == [("body", "/0/id", "required")]

    def test_a_content_type_with_a_charset_is_the_same(self) -> None:
        answer = response(200, [], "Application/JSON; charset=utf-8")
        assert not load().check_response(request("GET", "/v3/books"), answer)

    def test_a_key_without_a_slash_is_no_content_type(self) -> None:
        answer = response(200, [], "examples")
        assert places(load().check_response(request("GET", "/v3/books"), answer)) == [
            ("media", "", "undeclared")
        ]

    def test_another_content_type(self) -> None:
        problems = load().check_response(request("GET", "/v3/books"), response(200, [], "text/html"))
        assert places(problems) == [("media", "", "undeclared")]

    def test_a_range_of_statuses_is_declared(self) -> None:
        answer = response(422, {}, "application/problem+json")
        problems = load().check_response(request("GET", "/v3/books"), answer)
        assert places(problems) == [("body", "/title", "required")]
        assert "GET /v3/books -> 422" in report(problems)

    def test_an_undeclared_status(self) -> None:
        problems = load().check_response(request("GET", "/v3/books"), response(500, "sorry"))
        assert places(problems) == [("status", "", "undeclared")]

    def test_an_undeclared_success_is_still_read_like_the_declared_one(self) -> None:
        problems = load().check_response(request("POST", "/v3/books"), response(201, {"id": "7"}))
        expected = [("body", "/id", "type"), ("body", "/name", "required"), ("status", "", "undeclared")]
        assert places(problems) == expected

    def test_empty_bodies(self) -> None:
        spec, asked = load(), request("GET", "/v3/books")
        assert not spec.check_response(request("POST", "/v3/books"), Response(status=204))
        assert not spec.check_response(request("GET", "/v3/books/summary"), Response(status=200))
        assert places(spec.check_response(asked, Response(status=200))) == [("body", "", "required")]
        told = spec.check_response(request("POST", "/v3/books"), response(204, {}))
        assert places(told) == [("media", "", "undeclared")]

    def test_an_answer_to_what_is_no_operation(self) -> None:
        problems = load().check_response(request("GET", "/v3/magazines"), response(200, []))
        assert places(problems) == [("path", "", "undeclared")]
