"""The signatures of all public names as text, kept in `api.txt` so that a change of them is seen.

    python tests/packaging/snapshot.py --check     # the exit code is 1 when they differ
    python tests/packaging/snapshot.py --write

Public is what `commerce_bridge.__all__` lists, what the rooms listed in `ROOMS` list, and the operations
of every resource that a client leads to.  Of a class: its constructor, its methods and properties, the
members of an enum, the fields of a value with their defaults.  Annotations are shown as they are written.
"""

from __future__ import annotations

import argparse
import difflib
import enum
import inspect
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import attrs

import commerce_bridge
from commerce_bridge import BigCommerce, Consonance
from commerce_bridge.flow.operation import Resource, operation, paged

FILE = Path(__file__).resolve().parent / "api.txt"
ROOMS = ("errors", "bigcommerce", "consonance", "onix")

LONGEST_VALUE = 80
"""A longer value of a public name is data, not a signature, and is left out."""

_SHOWN = frozenset(
    {"__call__", "__enter__", "__aenter__", "__iter__", "__aiter__", "__or__", "__and__", "__sub__"}
)
_ADDRESS = re.compile(r"<(\w+)[^>]* at 0x[0-9a-f]+>")


def public() -> Iterator[tuple[str, Any]]:
    """Every public name with what it names."""
    for name in commerce_bridge.__all__:
        value = getattr(commerce_bridge, name)
        if not inspect.ismodule(value):
            yield name, value
    for room in ROOMS:
        module = getattr(commerce_bridge, room)
        for name in module.__all__:
            yield f"{room}.{name}", getattr(module, name)
    for client in clients():
        for name, resource in resources(client):
            yield f"{type(client).__name__}.{name}", type(resource)


def clients() -> tuple[Resource[Any], ...]:
    """One client of each platform; nothing is sent."""
    return BigCommerce(store_hash="demo", access_token="none"), Consonance(api_key="none")


def resources(client: Resource[Any]) -> Iterator[tuple[str, Resource[Any]]]:
    """The resources that a client leads to, by the property that leads there."""
    for name in sorted(dir(type(client))):
        if isinstance(inspect.getattr_static(type(client), name), property) and name != "raw":
            value = getattr(client, name)
            if isinstance(value, Resource):
                yield name, cast("Resource[Any]", value)


def text() -> str:
    """All signatures."""
    blocks: list[str] = []
    seen: dict[object, str] = {}
    for name, value in public():
        if inspect.isclass(value) and value in seen:
            blocks.append(f"{name} = {seen[value]}")
            continue
        if inspect.isclass(value):
            seen[value] = name
        blocks.append("\n".join(_lines(name, value)))
    return "\n\n".join(blocks) + "\n"


def _lines(name: str, value: Any) -> Iterator[str]:
    if inspect.isclass(value):
        bases = ", ".join(base.__name__ for base in value.__bases__ if base is not object)
        yield f"class {name}({bases})" if bases else f"class {name}"
        yield from (f"    {line}" for line in _members(value))
    elif inspect.isfunction(value):
        yield f"def {name}{_signature(value)}"
    else:
        shown = _shown(value)
        yield f"{name}: {type(value).__name__}" + (f" = {shown}" if len(shown) <= LONGEST_VALUE else "")


def _members(cls: type[Any]) -> Iterator[str]:
    if issubclass(cls, enum.Enum):
        yield from (f"{one.name} = {_shown(one.value)}" for one in cls)
    if attrs.has(cls):
        yield from (_field(one) for one in attrs.fields(cls))
    elif "__init__" in cls.__dict__:
        yield f"__init__{_signature(cls.__dict__['__init__'], skip=1)}"
    for name in sorted(dir(cls)):
        if name.startswith("_") and name not in _SHOWN:
            continue
        home = next((base for base in cls.__mro__ if name in base.__dict__), object)
        if home.__module__.split(".")[0] == "commerce_bridge":
            yield from _member(name, home.__dict__[name])


def _member(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, property):
        yield f"{name} -> {_annotation(inspect.signature(cast('Any', value.fget)).return_annotation)}"
    elif isinstance(value, operation):
        yield f"{name}{_signature(_definition(value), skip=1)}"
    elif isinstance(value, paged):
        yield f"{name}{_signature(_definition(value), skip=2)}"
    elif isinstance(value, (classmethod, staticmethod)):
        kind = type(value).__name__
        skip = 1 if isinstance(value, classmethod) else 0
        yield f"{kind} {name}{_signature(cast('Any', value).__func__, skip=skip)}"
    elif inspect.isfunction(value):
        yield f"{'async ' if inspect.iscoroutinefunction(value) else ''}{name}{_signature(value, skip=1)}"


def _definition(descriptor: Any) -> Any:
    return descriptor._fn


def _field(one: attrs.Attribute[Any]) -> str:
    kind = _annotation(one.type) if one.type is not None else "Any"
    if one.default is attrs.NOTHING:
        return f"{one.name}: {kind}"
    if isinstance(one.default, attrs.Factory):  # type: ignore[arg-type]
        return f"{one.name}: {kind} = (made)"
    return f"{one.name}: {kind} = {_shown(one.default)}"


def _signature(function: Any, *, skip: int = 0) -> str:
    """A signature as it is written, without its first `skip` parameters."""
    whole = inspect.signature(function)
    shown: list[str] = []
    starred = False
    for one in list(whole.parameters.values())[skip:]:
        if one.kind is one.KEYWORD_ONLY and not starred:
            shown.append("*")
        starred = starred or one.kind in {one.KEYWORD_ONLY, one.VAR_POSITIONAL}
        stars = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
        kind = "" if one.annotation is one.empty else f": {_annotation(one.annotation)}"
        default = "" if one.default is one.empty else f" = {_shown(one.default)}"
        shown.append(f"{stars}{one.name}{kind}{default}")
    result = whole.return_annotation
    return f"({', '.join(shown)})" + ("" if result is whole.empty else f" -> {_annotation(result)}")


def _annotation(annotation: Any) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))


def _shown(value: Any) -> str:
    """A default as text that is the same in every run."""
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, (frozenset, set)):
        return f"{{{', '.join(sorted(_shown(one) for one in cast('Iterable[Any]', value)))}}}"
    if isinstance(value, tuple):
        return f"({', '.join(_shown(one) for one in cast('Iterable[Any]', value))})"
    if isinstance(value, Mapping):
        rows = cast("Mapping[Any, Any]", value).items()
        return f"{{{', '.join(f'{_shown(key)}: {_shown(one)}' for key, one in rows)}}}"
    if attrs.has(type(value)):
        parts = [f"{one.name}={_shown(getattr(value, one.name))}" for one in attrs.fields(type(value))]
        return f"{type(value).__name__}({', '.join(parts)})"
    if inspect.isfunction(value):
        return f"<{value.__name__}>"
    return _ADDRESS.sub(r"<\1>", repr(value))


def main(arguments: Iterable[str] | None = None) -> int:
    """Check or write the file."""
    parser = argparse.ArgumentParser(description="The public signatures, as text.")
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("--check", action="store_true", help="compare with the file")
    asked.add_argument("--write", action="store_true", help="write the file")
    args = parser.parse_args(None if arguments is None else list(arguments))
    now = text()
    if args.write:
        FILE.write_text(now, encoding="utf-8")
        return 0
    kept = FILE.read_text(encoding="utf-8")
    sys.stdout.writelines(
        difflib.unified_diff(kept.splitlines(True), now.splitlines(True), "api.txt", "the code", n=1)
    )
    return 0 if kept == now else 1


if __name__ == "__main__":
    sys.exit(main())
