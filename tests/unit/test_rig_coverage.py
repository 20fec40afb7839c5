"""The coverage table, from the operations of a small specification."""

from __future__ import annotations

import pytest

from rigs.coverage import coverage_table, rows
from rigs.openapi.library import load


class TestCoverage:
    def test_every_operation_has_a_line(self) -> None:
        wrapped = {("GET", "/v3/books"): "books.list"}
        refused = {("DELETE", "/v3/books/{book_id}"): "deletes | for good"}
        table = coverage_table(load(), wrapped, refused)
        assert table.startswith("6 operations: 1 wrapped, 1 refused, 4 by `request()`.\n")
        assert "| GET | `/v3/books` | listBooks | `books.list` |" in table
        assert "| DELETE | `/v3/books/{book_id}` |  | refused: deletes \\| for good |" in table
        assert "| POST | `/v3/books` | createBook | by `request()` |" in table
        assert len([line for line in table.splitlines() if line.startswith("| ")]) == len(rows(load())) + 1

    def test_a_line_for_what_is_no_operation_is_refused(self) -> None:
        with pytest.raises(ValueError, match="not in the specification: PUT /v3/books"):
            coverage_table(load(), {("PUT", "/v3/books"): "books.replace"}, {})

    def test_an_operation_is_wrapped_or_refused(self) -> None:
        key = ("GET", "/v3/books")
        with pytest.raises(ValueError, match="both wrapped and refused: GET /v3/books"):
            coverage_table(load(), {key: "books.list"}, {key: "no"})
