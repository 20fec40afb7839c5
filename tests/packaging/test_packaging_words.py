"""What the files of the project must and must not say."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

import commerce_bridge

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TEXTS = {".py", ".md", ".toml", ".yml", ".yaml", ".txt", ".graphql", ".cfg", ""}

UNWANTED = {
    "a path of somebody's machine": re.compile(
        r"(?<![\w.:/*{}])/(?:home|root|work|opt|tmp|Users|mnt|srv)/\w"
    ),
    "a drive of somebody's machine": re.compile(r"\b[A-Z]:\\\\?(?:Users|Documents)\b"),
    "work that was put off": re.compile(r"\b(?:TODO|FIXME|XXX)\b"),
    "the host of a package index": re.compile(r"files\.pythonhosted|test\.pypi|pypi\.(?:python|org)"),
}


@cache
def files() -> tuple[Path, ...]:
    """The project's text files: those that git knows or would take, else all that are not in a hidden folder."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout.splitlines()  # fmt: skip
        found = [ROOT / name for name in listed]
    except (OSError, subprocess.CalledProcessError):
        found = [
            path for path in ROOT.rglob("*")
            if not any(part.startswith(".") or part == "site" for part in path.relative_to(ROOT).parts[:-1])
        ]  # fmt: skip
    return tuple(sorted(path for path in found if path.suffix in TEXTS and path.is_file()))


def lines() -> Iterator[tuple[str, str]]:
    for path in files():
        if path == Path(__file__).resolve():
            continue  # the patterns stand here
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1
        ):
            yield f"{path.relative_to(ROOT)}:{number}", line


def test_the_files_are_found():
    names = {str(path.relative_to(ROOT)) for path in files()}
    assert {"pyproject.toml", "README.md", "noxfile.py", "src/commerce_bridge/__init__.py"} <= names


@pytest.mark.parametrize("what", sorted(UNWANTED))
def test_no_file_says(what: str):
    pattern = UNWANTED[what]
    assert [place for place, line in lines() if pattern.search(line)] == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a path of somebody's machine", "see /home/ada/titles.xml"),
        ("a drive of somebody's machine", r"C:\Users\ada"),
        ("work that was put off", "# TODO later"),
        ("the host of a package index", "https://pypi.org/simple"),
    ],
)
def test_each_pattern_finds_what_it_looks_for(what: str, line: str):
    assert UNWANTED[what].search(line)


def test_the_version_is_said_one_way():
    assert PROJECT["project"]["version"] == commerce_bridge.__version__
    assert metadata.version("commerce-bridge") == commerce_bridge.__version__
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## Unreleased" in changes or f"## {commerce_bridge.__version__}" in changes


def test_the_package_says_that_it_is_typed():
    assert (Path(commerce_bridge.__file__).parent / "py.typed").is_file()
    assert "Typing :: Typed" in PROJECT["project"]["classifiers"]


def test_the_lowest_python_is_said_one_way():
    least = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert PROJECT["tool"]["mypy"]["python_version"] == least
    assert PROJECT["tool"]["pyright"]["pythonVersion"] == least
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{least.replace('.', '')}"
    assert f"Programming Language :: Python :: {least}" in PROJECT["project"]["classifiers"]
    assert f"Python {least}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_dependency_whose_names_we_touch_has_both_bounds():
    extras = PROJECT["project"]["optional-dependencies"].values()
    wanted = [one for group in (PROJECT["project"]["dependencies"], *extras) for one in group]
    free = [one for one in wanted if not one.startswith(("commerce-bridge[", "tzdata"))]
    assert [one for one in free if ">=" not in one or "<" not in one] == []
