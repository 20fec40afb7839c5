"""The public signatures are those of the snapshot; both modes show the same; everything says what it is."""

from __future__ import annotations

import difflib
import enum
import importlib.util
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commerce_bridge import (
    AsyncBigCommerce,
    AsyncConsonance,
    BigCommerce,
    Bridge,
    Consonance,
    MemoryState,
    consonance_to_bigcommerce,
)
from commerce_bridge.flow.operation import Resource, operation, paged

HERE = Path(__file__).resolve().parent


def _snapshot() -> Any:
    spec = importlib.util.spec_from_file_location("packaging_snapshot", HERE / "snapshot.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


snapshot = _snapshot()


def test_the_public_signatures_are_those_of_the_snapshot():
    kept, now = snapshot.FILE.read_text(encoding="utf-8"), snapshot.text()
    changed = "".join(
        difflib.unified_diff(kept.splitlines(True), now.splitlines(True), "api.txt", "code", n=1)
    )
    assert not changed, (
        f"write it anew with tests/packaging/snapshot.py --write, and say so in the changelog\n{changed}"
    )


def test_the_snapshot_holds_constructors_operations_fields_and_members():
    text = snapshot.text()
    for line in (
        "class StorePolicy",
        "    layout: Layout = Layout.FORMAT",
        "    sync(*, limit: int | None = None, allow: str | None = None) -> Flow[Receipt]",
        "    FORMAT = 'a product for each format'",
        "class errors.StalePlan(BridgeError)",
    ):
        assert f"{line}\n" in text, line
    assert "\nclass BigCommerce.products(" in text


def pairs() -> Iterator[tuple[str, Any, Any]]:
    """Each resource in sync and in async mode, by what leads there."""
    sync = BigCommerce(store_hash="demo", access_token="none"), Consonance(api_key="none")
    other = AsyncBigCommerce(store_hash="demo", access_token="none"), AsyncConsonance(api_key="none")
    for one, two in zip(sync, other, strict=True):
        yield type(one).__name__, one, two
        for name, resource in snapshot.resources(one):
            yield f"{type(one).__name__}.{name}", resource, getattr(two, name)
    state = MemoryState()
    yield (
        "Bridge",
        consonance_to_bigcommerce(sync[1], sync[0], state=state),
        consonance_to_bigcommerce(other[1], other[0], state=state),
    )


def operations(resource: Resource[Any]) -> Iterator[str]:
    for name in sorted(dir(type(resource))):
        if isinstance(inspect.getattr_static(type(resource), name), (operation, paged)):
            yield name


FACES = [
    pytest.param(one, two, name, id=f"{where}.{name}")
    for where, one, two in pairs()
    for name in operations(one)
]


def test_there_are_operations_to_compare():
    assert len(FACES) > 100
    assert {"Bridge.plan", "BigCommerce.products.list", "Consonance.works.list"} <= {
        face.id for face in FACES
    }


@pytest.mark.parametrize(("one", "two", "name"), FACES)
def test_both_modes_of_an_operation_show_the_same_face(one: Any, two: Any, name: str):
    here, there = getattr(one, name), getattr(two, name)
    left, right = inspect.signature(here), inspect.signature(there)
    assert list(left.parameters.values()) == list(right.parameters.values())
    assert "self" not in left.parameters
    assert str(right.return_annotation) == _awaited(str(left.return_annotation))
    assert not str(left.return_annotation).startswith("Flow[")
    assert inspect.getdoc(here) == inspect.getdoc(there)
    assert (here.__name__, here.__qualname__) == (there.__name__, there.__qualname__)


def _awaited(result: str) -> str:
    return f"Async{result}" if result.startswith("Pages[") else result


def described() -> Iterator[tuple[str, Any]]:
    """Every public class, function, method and property, by name."""
    for name, value in snapshot.public():
        if inspect.isclass(value) or inspect.isfunction(value):
            yield name, value
        if inspect.isclass(value):
            for member, static in vars(value).items():
                if not member.startswith("_") and _speaks(static):
                    yield f"{name}.{member}", static


def _speaks(member: Any) -> bool:
    return isinstance(member, (operation, paged, property, classmethod, staticmethod)) or inspect.isfunction(
        member
    )


def test_everything_public_has_a_first_line_that_is_a_sentence():
    silent = [
        name
        for name, value in described()
        if not _is_sentence((inspect.getdoc(value) or "").partition("\n")[0])
        and not (inspect.isclass(value) and issubclass(value, enum.Enum) and value.__doc__)
    ]
    assert silent == []


def _is_sentence(line: str) -> bool:
    return len(line) > 5 and line[0] == line[0].upper() and line.rstrip().endswith((".", ":", "?"))


def test_a_bridge_of_mixed_modes_is_refused():
    with pytest.raises(TypeError, match="of one mode"):
        consonance_to_bigcommerce(
            Consonance(api_key="none"),
            AsyncBigCommerce(store_hash="demo", access_token="none"),  # type: ignore[arg-type]
        )


def test_a_bridge_is_generic_in_its_mode():
    assert issubclass(Bridge, Resource)
    assert Bridge.__parameters__ == Resource.__parameters__  # type: ignore[attr-defined]
