"""The coverage table, from the operations of a small specification."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from rigs import bigcommerce_coverage, contracts
from rigs.coverage import coverage_table, rows
from rigs.openapi import bigcommerce
from rigs.openapi.library import LIBRARY, ROOT, load


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


class TestTheScript:
    def test_without_the_vendors_files_it_says_so_in_a_sentence(self, tmp_path: Path) -> None:
        before = bigcommerce_coverage.PAGE.read_bytes()
        ended = subprocess.run(
            [sys.executable, bigcommerce_coverage.__file__],
            env={contracts.VARIABLE: str(tmp_path / "nowhere")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 1
        assert ended.stderr.startswith("The coverage page is left as it is: vendor files not found")
        assert "Traceback" not in ended.stderr
        assert bigcommerce_coverage.PAGE.read_bytes() == before

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            (LIBRARY.replace(ROOT, bigcommerce.ROOT), "declares 6 operations, and the page is of 454"),
            ("paths: [", "shop.yml"),
        ],
    )
    def test_a_part_of_the_files_is_not_enough(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, says: str
    ) -> None:
        folder = tmp_path.joinpath(*bigcommerce.FOLDER)
        folder.mkdir(parents=True)
        (folder / "shop.yml").write_text(text, encoding="utf-8")
        monkeypatch.setenv(contracts.VARIABLE, str(tmp_path))
        assert says in (bigcommerce_coverage.trouble() or "")
