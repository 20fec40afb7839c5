"""From OpenAPI 3.0 schemas to JSON Schema 2020-12, for one use: writing a request or reading an answer.

What changes on the way, and why:

* ``nullable`` (and ``x-nullable``, its older spelling, which vendors left in converted files) becomes a
  type or a branch ``null``; a boolean ``exclusiveMinimum`` becomes the number.
* ``readOnly`` names are not required of a request and may not be in it; so ``writeOnly`` for an answer.
* ``oneOf`` is read as ``anyOf``: vendors' branches overlap, and honest bodies fit several.
* A *closed* object takes the names its schema knows and no other.  Vendors leave their objects open,
  so without this a misspelt key of ours would pass.  ``additionalProperties: false`` beside ``allOf``
  means that too.  The known names are those of the object and of all it is composed of; a branch of
  ``anyOf`` knows its own and those around it.  (``unevaluatedProperties`` says nearly the same, but
  blames every name of a branch in which one value is wrong, so that one excused defect hides others.)
* Formats outside `FORMATS` are vendors' inventions and check nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from attrs import field, frozen
from jsonschema_rs import Draft202012Validator, ValidationError

from rigs.openapi.documents import DamagedContract, Document, Node, is_array, is_object, join

if TYPE_CHECKING:
    from jsonschema_rs import KeywordValidator

FORMATS = frozenset({"date", "date-time", "uuid", "email", "uri"})
KEPT = frozenset(
    {"type", "enum", "const", "multipleOf", "pattern", "uniqueItems"}
    | {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
    | {"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"}
)
BRANCHES = ("anyOf", "oneOf")
COMPOSED = ("allOf", *BRANCHES)
NULLABLE = ("nullable", "x-nullable")


@frozen(kw_only=True)
class Use:
    """What a schema is converted for.

    Args:
        hidden: The mark of properties that do not travel this way: ``readOnly`` or ``writeOnly``.
        refuses: Whether such a property is wrong when sent; if not, it is merely not required.
        closed: Whether objects take only the names their schema knows.
    """

    hidden: str
    refuses: bool
    closed: bool


REQUEST = Use(hidden="readOnly", refuses=True, closed=True)
"""For requests of our own."""
OPEN_REQUEST = Use(hidden="readOnly", refuses=False, closed=False)
"""For requests of other people, as a server would take them."""
ANSWER = Use(hidden="writeOnly", refuses=True, closed=False)
"""For answers."""

Names = frozenset[tuple[str, bool]]
"""Property names an object knows, each with whether it is hidden in this use."""


@frozen(kw_only=True)
class Scope:
    """Where a schema stands in its object.

    Args:
        around: Names the same object knows from outside this schema.
        part: Whether the schema around it closes the object, so that this one must not.
    """

    around: Names = frozenset()
    part: bool = False


WHOLE = Scope()


@frozen(kw_only=True, eq=False)
class Converter:
    """Converts schemas of one document for one use.

    Args:
        document: The vendor's file.
        use: Writing or reading, open or closed.
        definitions: The converted schemas that are referred to, by name; grows while converting.
        names: The name of each such schema.
    """

    document: Document
    use: Use
    definitions: dict[str, Node] = field(factory=dict[str, Node], init=False)
    names: dict[tuple[str, Scope], str] = field(factory=dict[tuple[str, Scope], str], init=False)

    def schema(self, pointer: str) -> dict[str, Node]:
        """The whole JSON Schema of the OpenAPI schema at a pointer."""
        converted = self.convert(pointer, WHOLE)
        return {"allOf": [converted], "$defs": self.definitions}

    def convert(self, pointer: str, scope: Scope) -> Node:
        """One schema; what it refers to goes to `definitions`."""
        node = self.document.at(pointer)
        if isinstance(node, bool):
            return node
        if not is_object(node):
            raise DamagedContract(self.document.file, pointer, f"expected a schema, found {node!r}")
        if "$ref" in node:
            return {"$ref": self._define(self.document.follow(pointer)[0], scope)}
        out = {key: value for key, value in node.items() if key in KEPT}
        if node.get("format") in FORMATS:
            out["format"] = node["format"]
        _exclusive(out)
        self._object(pointer, node, scope, out)
        if "items" in node:
            out["items"] = self.convert(join(pointer, "items"), WHOLE)
        if "not" in node:
            out["not"] = self.convert(join(pointer, "not"), Scope(part=True))
        self._compose(pointer, node, scope, out)
        if self.use.refuses and node.get(self.use.hidden) is True:
            out[self.use.hidden] = True
        return _nullable(out) if any(node.get(key) is True for key in NULLABLE) else out

    def known(self, pointer: str) -> Names:
        """All property names that the schema at a pointer, and what it is composed of, knows.

        A name that is required, but nowhere described, is known too; vendors' files have such.
        """
        found: dict[str, bool] = {}
        for at, node in family(self.document, pointer, COMPOSED):
            required = node.get("required")
            for name in required if is_array(required) else ():
                found.setdefault(name, False)
            for name in node.get("properties", {}):
                found[name] = found.get(name, False) or self._hidden(at, name)
        return frozenset(found.items())

    def _define(self, target: str, scope: Scope) -> str:
        key = (target, scope)
        if key not in self.names:
            name = f"{len(self.names)}-{target.rpartition('/')[2]}"
            self.names[key] = "#/$defs/" + name.replace("%", "%25")
            self.definitions[name] = self.convert(target, scope)
        return self.names[key]

    def _hidden(self, pointer: str, name: str) -> bool:
        at = join(pointer, "properties", name)
        own = self.document.at(at)
        target = self.document.follow(at)[1]
        return any(is_object(node) and node.get(self.use.hidden) is True for node in (own, target))

    def _object(self, pointer: str, node: Mapping[str, Node], scope: Scope, out: dict[str, Node]) -> None:
        names = scope.around | self.known(pointer)
        if is_array(required := node.get("required")):
            hidden = {name for name, is_hidden in names if is_hidden}
            out["required"] = [name for name in required if name not in hidden]
        properties = {
            name: self.convert(join(pointer, "properties", name), WHOLE)
            for name in node.get("properties", {})
        }
        rest = node.get("additionalProperties")
        if is_object(rest):
            out["additionalProperties"] = self.convert(join(pointer, "additionalProperties"), WHOLE)
        elif not scope.part and self._closes(pointer, names):
            properties = {name: True for name, _ in sorted(names)} | properties
            out["additionalProperties"] = False
        if properties:
            out["properties"] = properties

    def _closes(self, pointer: str, names: Names) -> bool:
        """Whether an object takes known names only: it is told to, or it is ours to close."""
        said = {self._rest(node) for _, node in family(self.document, pointer, ("allOf",))}
        return False in said or (self.use.closed and bool(names) and not said & {True, None})

    @staticmethod
    def _rest(node: Mapping[str, Node]) -> bool | str | None:
        """What a schema says of other names: False refuses, True allows, None gives them a schema."""
        rest = node.get("additionalProperties", "silent")
        return None if is_object(rest) else rest

    def _compose(self, pointer: str, node: Mapping[str, Node], scope: Scope, out: dict[str, Node]) -> None:
        own = ((name, self._hidden(pointer, name)) for name in node.get("properties", {}))
        outside = scope.around.union(own)
        inner = {at: self.known(at) for at in _inner(pointer, node, COMPOSED)}

        def around(*inside: str) -> Names:
            return outside.union(*(names for at, names in inner.items() if at not in inside))

        joined: list[Node] = [
            self.convert(at, Scope(around=around(at), part=True)) for at in _inner(pointer, node, ("allOf",))
        ]
        for keyword in BRANCHES:
            branches = list(_inner(pointer, node, (keyword,)))
            if branches:
                inside = Scope(around=around(*branches))
                joined.append({"anyOf": [self.convert(at, inside) for at in branches]})
        if joined:
            out["allOf"] = joined


def family(
    document: Document, pointer: str, keywords: tuple[str, ...]
) -> Iterator[tuple[str, Mapping[str, Node]]]:
    """The schema at a pointer and all it is composed of by these keywords, each with its own pointer."""
    waiting, seen = [pointer], set[str]()
    while waiting:
        target, node = document.follow(waiting.pop())
        if target not in seen and is_object(node):
            seen.add(target)
            yield target, node
            waiting.extend(_inner(target, node, keywords))


def _inner(pointer: str, node: Mapping[str, Node], keywords: tuple[str, ...]) -> Iterator[str]:
    for keyword in keywords:
        for index in range(len(node.get(keyword, ()))):
            yield join(pointer, keyword, str(index))


def _exclusive(out: dict[str, Node]) -> None:
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if out.get(exclusive) is True and bound in out:
            out[exclusive] = out.pop(bound)
        elif isinstance(out.get(exclusive), bool):
            del out[exclusive]


def _nullable(out: dict[str, Node]) -> dict[str, Node]:
    if isinstance(out.get("type"), str) and not {"allOf", "not", "const"} & set(out):
        widened = {**out, "type": [out["type"], "null"]}
        if "enum" in out and None not in out["enum"]:
            widened["enum"] = [*out["enum"], None]
        return widened
    return {"anyOf": [out, {"type": "null"}]}


class _Refused:
    """The keyword ``readOnly`` or ``writeOnly`` where such a value must not be sent at all."""

    def __init__(self, parent_schema: dict[str, Node], value: Node, schema_path: list[str | int]) -> None:
        self.value = value

    def validate(self, instance: Node) -> None:
        if self.value is True:
            raise ValueError("the specification says that this property does not travel this way")


@cache
def validator(document: Document, pointer: str, use: Use) -> Draft202012Validator:
    """The compiled validator of one schema for one use; compiled once a process.

    Raises:
        DamagedContract: The schema cannot be compiled.
    """
    schema = Converter(document=document, use=use).schema(pointer)
    try:
        keywords: dict[str, type[KeywordValidator]] = {}
        if use.refuses:
            keywords[use.hidden] = _Refused
        return Draft202012Validator(schema, validate_formats=True, offline=True, keywords=keywords)
    except (ValidationError, ValueError) as error:
        raise DamagedContract(document.file, pointer, f"not a usable schema: {error}") from error
