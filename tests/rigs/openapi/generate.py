"""Hypothesis strategies for request bodies, built from the schema that would check them."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen
from hypothesis import strategies as st

from rigs.openapi.documents import Node, is_array, is_object
from rigs.openapi.operations import Operation
from rigs.openapi.schemas import REQUEST, Converter, validator

Strategy = st.SearchStrategy[Any]
JSON = "application/json"
MOST = 3
LONGEST = 20
WIDEST = 1_000_000
LETTERS = st.characters(codec="utf-8", exclude_characters="\x00")
FORMATS: Mapping[str, Strategy] = {
    "date": st.dates().map(lambda day: day.isoformat()),
    "date-time": st.datetimes().map(lambda instant: instant.replace(microsecond=0).isoformat() + "Z"),
    "uuid": st.uuids().map(str),
    "email": st.text(string.ascii_lowercase, min_size=1, max_size=9).map(lambda name: f"{name}@example.com"),
    "uri": st.text(string.ascii_lowercase, max_size=9).map(lambda name: f"https://example.com/{name}"),
}
ANYTHING: Strategy = st.none() | st.booleans() | st.integers() | st.text(LETTERS, max_size=LONGEST)


def bodies(operation: Operation, media: str = JSON) -> Strategy:
    """Bodies that an operation takes: every required name, any of the others, all within their limits."""
    pointer = (operation.body or {}).get(media)
    if pointer is None:
        raise ValueError(f"{operation} takes no {media} body that a schema describes")
    schema = Converter(document=operation.document, use=REQUEST).schema(pointer)
    check = validator(operation.document, pointer, REQUEST)
    return _Builder(definitions=schema["$defs"]).build(schema).filter(check.is_valid)


@frozen(kw_only=True, eq=False)
class _Builder:
    definitions: Mapping[str, Node]
    made: dict[tuple[str, frozenset[str]], Strategy] = field(factory=dict[Any, Strategy], init=False)

    def build(self, schema: Node, demanded: frozenset[str] = frozenset()) -> Strategy:
        """A strategy for one schema.

        Conjunctions are made part by part and joined; `demanded` are names that another part requires.
        """
        if not is_object(schema):
            return ANYTHING if schema else st.nothing()
        if "$ref" in schema:
            return self._referred(schema["$ref"], demanded)
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        own = self._required(schema) - demanded
        demanded |= own
        parts = [self.build(part, demanded) for part in schema.get("allOf", ())]
        if "anyOf" in schema:
            parts.append(st.one_of([self.build(branch, demanded) for branch in schema["anyOf"]]))
        if "type" in schema or "properties" in schema or not parts:
            parts.append(self._plain(schema, demanded))
        joined = parts[0] if len(parts) == 1 else st.tuples(*parts).map(_joined)
        return joined.map(lambda value: _filled(value, own)) if own and _is_whole(schema) else joined

    def _referred(self, ref: str, demanded: frozenset[str]) -> Strategy:
        key = (ref, demanded)
        if key not in self.made:
            self.made[key] = st.deferred(lambda: self.build(self._target(ref), demanded))
        return self.made[key]

    def _target(self, ref: str) -> Node:
        return self.definitions[ref.removeprefix("#/$defs/").replace("%25", "%")]

    def _required(self, schema: Node) -> frozenset[str]:
        """The names that a schema, or one joined to it, requires; a single branch is no choice."""
        while is_object(schema) and "$ref" in schema:
            schema = self._target(schema["$ref"])
        if not is_object(schema):
            return frozenset()
        only = schema["anyOf"] if len(schema.get("anyOf", ())) == 1 else ()
        return frozenset(schema.get("required", ())).union(
            *map(self._required, (*schema.get("allOf", ()), *only))
        )

    def _plain(self, schema: Mapping[str, Node], demanded: frozenset[str]) -> Strategy:
        kinds = schema.get("type", "object" if {"properties", "required"} & set(schema) else None)
        if is_array(kinds):
            return st.one_of([self._plain({**schema, "type": kind}, demanded) for kind in kinds])
        match kinds:
            case "object":
                return self._object(schema, demanded)
            case "array":
                return self._array(schema)
            case "string":
                return _string(schema)
            case "integer" | "number":
                return _number(schema)
            case "boolean":
                return st.booleans()
            case "null":
                return st.none()
            case _:
                return ANYTHING

    def _object(self, schema: Mapping[str, Node], demanded: frozenset[str]) -> Strategy:
        described = {name: inner for name, inner in schema.get("properties", {}).items() if _sendable(inner)}
        rest = schema.get("additionalProperties")
        known = st.fixed_dictionaries(
            {name: self.build(inner) for name, inner in described.items() if name in demanded},
            optional={name: self.build(inner) for name, inner in described.items() if name not in demanded},
        )
        if not is_object(rest):
            return known
        names = st.text(string.ascii_lowercase, min_size=1, max_size=LONGEST)
        more = st.dictionaries(names, self.build(rest), max_size=MOST)
        return st.tuples(more, known).map(_joined)

    def _array(self, schema: Mapping[str, Node]) -> Strategy:
        least = schema.get("minItems", 0)
        most = min(schema.get("maxItems", least + MOST), least + MOST)
        unique = json.dumps if schema.get("uniqueItems") else None
        return st.lists(
            self.build(schema.get("items", True)), min_size=least, max_size=most, unique_by=unique
        )


def _sendable(schema: Node) -> bool:
    """Whether a property may be sent; where another part of the object describes it, that part sends it."""
    return is_object(schema) and schema.get(REQUEST.hidden) is not True


def _is_whole(schema: Mapping[str, Node]) -> bool:
    """Whether a schema describes a whole object rather than a part: only a whole one is closed."""
    return schema.get("additionalProperties") is False


def _filled(value: Node, required: frozenset[str]) -> Node:
    """The object with names that are required, but nowhere described, filled in."""
    return {**dict.fromkeys(sorted(required), ""), **value} if is_object(value) else value


def _joined(parts: tuple[Node, ...]) -> Node:
    """One value that fits all parts: objects are merged; of anything else the last is as good as any."""
    if all(is_object(part) for part in parts):
        return {name: value for part in parts for name, value in part.items()}
    return parts[-1]


def _string(schema: Mapping[str, Node]) -> Strategy:
    least = schema.get("minLength", 0)
    most = min(schema.get("maxLength", least + LONGEST), least + LONGEST)
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], alphabet=st.characters(codec="ascii"))
    return st.text(LETTERS, min_size=least, max_size=most)


def _number(schema: Mapping[str, Node]) -> Strategy:
    lowest = schema.get("minimum", schema.get("exclusiveMinimum", -WIDEST))
    highest = schema.get("maximum", schema.get("exclusiveMaximum", max(WIDEST, lowest)))
    if schema["type"] == "integer":
        low = int(lowest) + ("exclusiveMinimum" in schema)
        return st.integers(low, int(highest) - ("exclusiveMaximum" in schema))
    if "multipleOf" in schema:
        step = schema["multipleOf"]
        return st.integers(int(lowest / step), int(highest / step)).map(lambda count: round(count * step, 9))
    return st.floats(
        lowest,
        highest,
        exclude_min="exclusiveMinimum" in schema,
        exclude_max="exclusiveMaximum" in schema,
        allow_subnormal=False,
    )
