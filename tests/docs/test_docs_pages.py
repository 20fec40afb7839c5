"""What README promises is what CI does, and every link of every page leads somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import snippets

README = (snippets.ROOT / "README.md").read_text(encoding="utf-8")
CI = (snippets.ROOT / ".ci" / "run").read_text(encoding="utf-8")

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def shell_lines() -> list[str]:
    """The commands of README's shell blocks, one by one."""
    blocks = re.findall(r"^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    return [
        part.strip()
        for block in blocks
        for line in block.splitlines()
        for part in line.split("&&")
        if part.strip()
    ]


def normal(command: str) -> str:
    """A command without what only CI says: quiet flags, the interpreter it found."""
    command = command.replace('"$python"', "python3").replace(" -q ", " ").replace("'", "").replace('"', "")
    return " ".join(command.split())


def test_readme_has_two_commands_and_ci_runs_both():
    lines = [line.strip() for line in CI.splitlines()]
    run = {normal(line.partition(" | ")[0]) for line in lines if line and not line.startswith(("#", "echo"))}
    wanted = [normal(line) for line in shell_lines()]
    assert len(wanted) >= 5
    assert [line for line in wanted if line not in run] == []


def test_ci_runs_the_main_job_the_tests_the_style_and_the_types():
    for word in ("commerce-bridge demo", "nox -s tests", "lint", "typing"):
        assert word in CI


@pytest.mark.parametrize(
    "page", [pytest.param(page, id=str(page.relative_to(snippets.ROOT))) for page in snippets.pages()]
)
def test_every_link_of_a_page_leads_to_a_file(page: Path):
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    dead = []
    for target in _LINK.findall(text):
        path, _, anchor = target.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        other = (page.parent / path).resolve() if path else page
        if not other.exists() or (anchor and other.suffix == ".md" and anchor not in anchors(other)):
            dead.append(target)
    assert dead == []


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def test_every_page_of_the_site_is_in_its_contents():
    contents = (snippets.ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    named = set(re.findall(r"[\w/-]+\.md", contents))
    there = {str(page.relative_to(snippets.ROOT / "docs")) for page in (snippets.ROOT / "docs").rglob("*.md")}
    assert there == named


def test_the_architecture_names_files_that_exist():
    text = (snippets.ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_][\w/]*(?:\.py|/))`", text))
    assert len(named) > 40
    roots = (snippets.ROOT, snippets.ROOT / "src" / "commerce_bridge")
    homes = [home for root in roots for home in (root, root / "platforms" / "bigcommerce")]
    assert sorted(name for name in named if not any((home / name).exists() for home in homes)) == []
