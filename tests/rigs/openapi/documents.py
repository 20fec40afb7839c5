"""Vendor files as parsed documents: read once, keys always text, every `$ref` followable.

YAML is read by the rules of YAML 1.2, as OpenAPI asks, with JSON's numbers: a date, the country code
``NO`` and a telephone number with a leading zero stay text, and the status ``200`` as a key is ``"200"``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

import yaml
from attrs import field, frozen

if TYPE_CHECKING:
    from yaml import SafeLoader as BaseLoader
else:
    BaseLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Node = Any
"""One node of a parsed document: JSON of unknown shape."""

PATTERNS = ("**/*.yml", "**/*.yaml", "**/*.json")


def is_object(node: Node) -> TypeGuard[dict[str, Node]]:
    """Whether a node is an object; its keys are text, whatever the file."""
    return isinstance(node, dict)


def is_array(node: Node) -> TypeGuard[list[Node]]:
    """Whether a node is an array."""
    return isinstance(node, list)


class DamagedContract(Exception):
    """A vendor's document cannot be used; says which file, where in it, and why."""

    def __init__(self, file: str, pointer: str, reason: str) -> None:
        super().__init__(f"{file}#{pointer}: {reason}")
        self.file = file
        self.pointer = pointer
        self.reason = reason


class _Loader(BaseLoader):
    """The safe YAML loader with YAML 1.2's scalars, JSON's numbers and text keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Node]:
        found: dict[Hashable, Node] = {}
        for key, value in node.value:
            if not isinstance(key.value, str) or key.value in found:
                raise yaml.MarkedYAMLError(
                    problem="a name of its own is expected", problem_mark=key.start_mark
                )
            found[key.value] = self.construct_object(value, deep=deep)
        return found


_Loader.yaml_implicit_resolvers = {}  # its own, so that those of PyYAML's loader stay as they are
for _tag, _pattern, _first in (
    ("null", r"null|Null|NULL|~|", ["n", "N", "~", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"-?(0|[1-9][0-9]*)", list("-0123456789")),
    ("float", r"-?(0|[1-9][0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]+)?", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), _first)


@frozen(kw_only=True, eq=False)
class Document:
    """One vendor file.

    Args:
        file: Its path below the folder it was loaded from.
        root: Its parsed content.
    """

    file: str
    root: Node = field(repr=False)

    def at(self, pointer: str) -> Node:
        """The node at a JSON pointer (``/components/schemas/Product``)."""
        node = self.root
        for step in steps(pointer):
            try:
                node = node[int(step)] if is_array(node) else node[step]
            except (KeyError, IndexError, ValueError, TypeError):
                raise DamagedContract(self.file, pointer, f"there is nothing at {step!r}") from None
        return node

    def follow(self, pointer: str) -> tuple[str, Node]:
        """Where a chain of `$ref`s that starts at `pointer` ends: that pointer, and its node."""
        passed = [pointer]
        while is_object(node := self.at(pointer)) and isinstance(ref := node.get("$ref"), str):
            if not ref.startswith("#/"):
                raise DamagedContract(self.file, pointer, f"$ref {ref!r} leaves the document")
            pointer = ref[1:]
            if pointer in passed:
                raise DamagedContract(self.file, passed[0], f"$ref {ref!r} leads back to itself")
            try:
                self.at(pointer)
            except DamagedContract:
                raise DamagedContract(self.file, passed[-1], f"$ref {ref!r} points at nothing") from None
            passed.append(pointer)
        return pointer, node

    def references(self) -> Iterator[str]:
        """The pointers of all nodes that hold a `$ref`, examples left out."""
        waiting: list[tuple[str, Node]] = [("", self.root)]
        while waiting:
            pointer, node = waiting.pop()
            if is_array(node):
                waiting.extend((join(pointer, str(index)), item) for index, item in enumerate(node))
            elif is_object(node):
                if isinstance(node.get("$ref"), str):
                    yield pointer
                waiting.extend(
                    (join(pointer, key), item)
                    for key, item in node.items()
                    if key not in {"example", "examples"}
                )


def steps(pointer: str) -> list[str]:
    """The unescaped steps of a JSON pointer."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def join(pointer: str, *more: str) -> str:
    """A JSON pointer with further steps, escaped."""
    return "".join([pointer, *("/" + step.replace("~", "~0").replace("/", "~1") for step in more)])


def parse(text: str, file: str) -> Document:
    """The document in `text`; `file` names it in messages and tells JSON from YAML."""
    try:
        root = json.loads(text) if file.endswith(".json") else yaml.load(text, _Loader)
    except (json.JSONDecodeError, yaml.YAMLError) as error:
        raise DamagedContract(file, "", f"not readable: {error}") from error
    if not is_object(root):
        raise DamagedContract(file, "", f"expected an object at the top, found {type(root).__name__}")
    document = Document(file=file, root=root)
    for pointer in document.references():
        document.follow(pointer)
    return document


@cache
def read_folder(folder: Path, patterns: tuple[str, ...] = PATTERNS) -> tuple[Document, ...]:
    """All documents of a folder whose path matches one of the patterns, by path; read once a process."""
    files = sorted({path for pattern in patterns for path in folder.glob(pattern)})
    if not files:
        raise DamagedContract(str(folder), "", f"no file here matches {', '.join(patterns)}")
    return tuple(
        parse(path.read_text(encoding="utf-8"), path.relative_to(folder).as_posix()) for path in files
    )
