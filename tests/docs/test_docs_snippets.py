"""Every snippet of every page runs, and prints what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest
import snippets


@pytest.mark.parametrize(
    "page", [pytest.param(page, id=str(page.relative_to(snippets.ROOT))) for page in snippets.pages()]
)
def test_the_snippets_of_a_page_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    document = snippets.document_of(page)
    monkeypatch.chdir(tmp_path)
    sandboxes = snippets.network(monkeypatch)
    with snippets.page_loop() as loop:
        document.namespace.update(__loop__=loop, __name__="__main__", sandboxes=sandboxes)
        for example in document.examples():
            example.evaluate()


def test_pages_have_snippets():
    counts = {page.name: len(list(snippets.document_of(page).examples())) for page in snippets.pages()}
    assert counts["README.md"] >= 2
    assert counts["tutorial.md"] >= 5
