"""Every example runs offline, prints something to read, and ends with the next step."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
import snippets

EXAMPLES = sorted((snippets.ROOT / "examples").glob("*.py"))

WORDS = {
    "approve_later": "1 refused, because the record moved since the plan was made",
    "async_store": "The Tin Map (paperback)",
    "change_a_price": "12.99 GBP -> 10.99 GBP",
    "first_plan": "Nothing to do",
    "launch_day": "The Winter Ferry (paperback): available",
    "layouts": "Printed and digital formats cannot be variants of one product",
    "lost_answers": "products there twice: 0",
    "merchandiser": "Staff pick: Ada: could not put it down",
    "onix_file": "It has no valid ISBN",
    "own_field": "Shelf: Table 3",
}
"""What each example is about: it must be in what it prints."""


def test_there_are_at_most_ten_examples_and_each_is_short():
    assert 5 <= len(EXAMPLES) <= 10
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in EXAMPLES}
    assert max(lengths.values()) <= 100, lengths


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in EXAMPLES])
def test_an_example_runs_and_says_what_is_next(
    path: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(path), run_name="__main__")
    out, err = capsys.readouterr()
    assert err == ""
    assert WORDS[path.stem] in out
    lines = out.splitlines()
    assert len(lines) >= 5
    assert lines[-1].startswith("Next: ")
    for word in lines[-1].split():
        if word.endswith((".md", ".py")):
            assert any((place / word).is_file() for place in (snippets.ROOT, path.parent)), word
    assert list(tmp_path.iterdir()) == []


def test_each_example_has_its_words():
    assert sorted(WORDS) == [path.stem for path in EXAMPLES]
