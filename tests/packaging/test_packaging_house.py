"""The house: arrows point down, platforms and sandboxes keep apart, modules and functions stay small."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import commerce_bridge

PACKAGE = Path(commerce_bridge.__file__).parent
TOP = "commerce_bridge"

FLOORS: tuple[frozenset[str], ...] = tuple(
    frozenset(floor.split())
    for floor in (
        "cli",
        "testing sandbox observe",
        "bridges",
        "stores",
        "sync",
        "platforms",
        "ports",
        "http",
        "mapping merge publishing",
        "flow",
        "domain",
        "errors",
    )
)
"""The rooms from the roof to the cellar; a room may look at those on lower floors only."""

ONLY: dict[str, frozenset[str]] = {
    "sandbox": frozenset({"flow", "errors"}),
    "observe": frozenset({"flow", "domain", "ports", "errors"}),
    "sync": frozenset({"ports", "http", "mapping", "merge", "publishing", "flow", "domain", "errors"}),
}
"""Rooms that may look at these alone: understudies share no code with what they stand in for, and the
engine knows no platform."""

LONGEST_MODULE = 500
LONGEST_FUNCTION = 40

LONG_FUNCTIONS: dict[str, str] = {
    "commerce_bridge.bridges.listing.job.listing_job": "twelve parameters and one constructor call, in order",
    "commerce_bridge.sandbox.catalogue.simple.simple_title": "one value with all of its members, for tests",
}
"""Functions over the limit, each with its reason."""


class Arrow(NamedTuple):
    """One module imports another."""

    source: str
    target: str
    at_run: bool


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, Path]:
    return {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(modules()[name].read_text(encoding="utf-8"))


def targets(name: str, node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """The modules of ours that an import statement names."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name.split(".")[0] == TOP)
        return
    base = node.module or ""
    if node.level:
        package = name if modules()[name].name == "__init__.py" else name.rpartition(".")[0]
        parts = package.split(".")[: len(package.split(".")) - node.level + 1]
        base = ".".join([*parts, *([base] if base else [])])
    if base.split(".")[0] != TOP:
        return
    for alias in node.names:
        whole = f"{base}.{alias.name}"
        yield whole if whole in modules() else base


def statements(body: list[ast.stmt], at_run: bool) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool]]:
    """All imports of a body, with whether they run when the module is imported."""
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node, at_run
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from statements(node.body, at_run=False)
        else:
            inside = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            for part in ("body", "orelse", "finalbody"):
                yield from statements(getattr(node, part, []), at_run and not inside)
            for handler in getattr(node, "handlers", []):
                yield from statements(handler.body, at_run and not inside)


@cache
def arrows() -> tuple[Arrow, ...]:
    found = {
        Arrow(name, target, at_run)
        for name in modules()
        for node, at_run in statements(tree(name).body, at_run=True)
        for target in targets(name, node)
        if target != name
    }
    return tuple(sorted(found))


def room(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


def floor(name: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room(name) in rooms)


def in_the_house() -> list[Arrow]:
    """Arrows between rooms; the front door and `python -m` stand outside."""
    return [one for one in arrows() if room(one.source) not in {"", "__main__"} and room(one.target) != ""]


def test_the_walk_sees_every_import_of_ours():
    assert len(arrows()) > 800
    assert (
        Arrow("commerce_bridge.sync.planning.planner", "commerce_bridge.sync.plans.planfile", True)
        in arrows()
    )
    assert (
        Arrow("commerce_bridge.sandbox.bigcommerce", "commerce_bridge.sandbox.bigcommerce.natural", True)
        in arrows()
    )


def test_every_room_has_its_floor():
    rooms = {room(name) for name in modules()} - {"", "__main__"}
    assert rooms == set().union(*FLOORS)


def test_no_arrow_points_up():
    upward = [
        f"{one.source} -> {one.target}"
        for one in in_the_house()
        if room(one.source) != room(one.target) and floor(one.target) <= floor(one.source)
        and room(one.source) != "testing"
    ]  # fmt: skip
    assert upward == []


def test_testing_may_look_at_everything_below_the_command_line():
    seen = {room(one.target) for one in in_the_house() if room(one.source) == "testing"}
    assert "cli" not in seen


def test_side_rooms_are_entered_from_the_command_line_alone():
    side = {"testing", "sandbox", "observe"}
    entered = [
        f"{one.source} -> {one.target}"
        for one in in_the_house()
        if room(one.target) in side and room(one.source) not in {room(one.target), "cli", "testing"}
    ]
    assert entered == []


@pytest.mark.parametrize("name", sorted(ONLY))
def test_some_rooms_look_at_a_few_others_only(name: str):
    strange = [
        f"{one.source} -> {one.target}"
        for one in in_the_house()
        if room(one.source) == name and room(one.target) not in {name, *ONLY[name]}
    ]
    assert strange == []


@pytest.mark.parametrize("folder", ["platforms", "sandbox"])
def test_no_platform_looks_at_another(folder: str):
    platforms = {path.name for path in (PACKAGE / "platforms").iterdir() if path.is_dir()} - {"__pycache__"}
    assert {"bigcommerce", "consonance", "onix"} <= platforms
    crossing = [
        f"{one.source} -> {one.target}"
        for one in in_the_house()
        if room(one.source) == room(one.target) == folder
        and (left := one.source.split(".")[2:3]) != (right := one.target.split(".")[2:3])
        and {*left} & platforms
        and {*right} & platforms
    ]
    assert crossing == []


def test_no_two_modules_import_each_other():
    graph: dict[str, list[str]] = {name: [] for name in modules()}
    for one in arrows():
        if one.at_run and one.source != TOP and not one.source.startswith(f"{one.target}."):
            graph[one.source].append(one.target)
    assert circle(graph) is None


def circle(graph: dict[str, list[str]]) -> list[str] | None:
    """A circle in a graph, or None."""
    done: set[str] = set()
    for start in graph:
        path: list[str] = []
        stack = [(start, iter(graph[start]))] if start not in done else []
        path.extend([start] if stack else [])
        while stack:
            name, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                stack.pop()
                path.pop()
                done.add(name)
            elif following in path:
                return [*path[path.index(following) :], following]
            elif following not in done:
                stack.append((following, iter(graph[following])))
                path.append(following)
    return None


def test_the_search_finds_a_circle():
    assert circle({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]}) == ["a", "b", "c", "a"]
    assert circle({"a": ["b", "c"], "b": ["c"], "c": []}) is None


def test_no_module_is_over_five_hundred_lines():
    long = {
        name: count
        for name, path in modules().items()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_MODULE
    }
    assert long == {}


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function, without its docstring and its decorators."""
    whole = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is None:
        return whole
    text = function.body[0]
    return whole - ((text.end_lineno or text.lineno) - text.lineno + 1)


def functions() -> Iterator[tuple[str, int]]:
    for name in modules():
        for node in ast.walk(tree(name)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield f"{name}.{node.name}", lines_of(node)


def test_no_function_is_over_forty_lines_without_a_reason():
    long = {name: count for name, count in functions() if count > LONGEST_FUNCTION}
    assert sorted(long) == sorted(LONG_FUNCTIONS), long
