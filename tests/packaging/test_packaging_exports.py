"""What the package shows: a short, sorted, complete list, each name loaded when it is asked for."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import commerce_bridge

SOURCE = Path(commerce_bridge.__file__)
ROOMS = ("bigcommerce", "consonance", "errors", "onix")


def type_checked_names() -> set[str]:
    """The names that type checkers see: those imported under `TYPE_CHECKING`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(SOURCE.read_text(encoding="utf-8"))):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for each in node.body:
                assert isinstance(each, ast.ImportFrom)
                names.update(alias.asname or alias.name for alias in each.names)
    return names


def test_the_list_is_sorted_and_at_most_forty_names_long():
    assert commerce_bridge.__all__ == sorted(set(commerce_bridge.__all__))
    assert len(commerce_bridge.__all__) <= 40


def test_type_checkers_and_programs_see_the_same_names():
    assert set(commerce_bridge.__all__) <= type_checked_names()
    assert type_checked_names() <= set(dir(commerce_bridge))


@pytest.mark.parametrize("name", commerce_bridge.__all__)
def test_each_name_can_be_imported_and_says_what_it_is(name: str):
    value = getattr(commerce_bridge, name)
    if inspect.isclass(value) or inspect.isfunction(value) or inspect.ismodule(value):
        assert (inspect.getdoc(value) or "").strip(), f"{name} has no docstring"


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_lists_what_it_shows(room: str):
    module = getattr(commerce_bridge, room)
    assert list(module.__all__) == sorted(set(module.__all__))
    for name in module.__all__:
        assert getattr(module, name) is not None
    assert set(module.__all__) <= set(dir(module))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Bigcommerce'"):
        commerce_bridge.Bigcommerce  # noqa: B018
    for room in ROOMS:
        with pytest.raises(AttributeError):
            getattr(getattr(commerce_bridge, room), "nothing_of_this_name")  # noqa: B009


def test_a_star_import_gives_the_whole_list():
    code = (
        "from commerce_bridge import *\n"
        "import commerce_bridge\n"
        "missing = [name for name in commerce_bridge.__all__ if name not in globals()]\n"
        "assert not missing, missing\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_names_lead_to_the_objects_where_they_are_defined():
    for name in commerce_bridge.__all__:
        value = getattr(commerce_bridge, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            home = importlib.import_module(value.__module__)
            assert getattr(home, value.__name__) is value
