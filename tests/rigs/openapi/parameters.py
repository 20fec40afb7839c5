"""Text of a query, a path, a header or a form field as the values its schema speaks of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import evolve

from rigs.openapi.documents import DamagedContract, Document, Node, join
from rigs.openapi.operations import Parameter
from rigs.openapi.problems import Problem, from_schema
from rigs.openapi.schemas import COMPOSED, REQUEST, family, validator

DELIMITERS = {"form": ",", "simple": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
TRUTH = {"true": True, "false": False}


def check_parameter(
    document: Document, parameter: Parameter, texts: Sequence[str], base: Problem
) -> tuple[Problem, ...]:
    """The problems of one parameter, sent as the texts given; `base` names operation, part and pointer."""
    kinds = types(document, parameter.schema)
    if "array" in kinds:
        parts = _split(document, parameter, texts)
        inner = item_types(document, parameter.schema)
        value: Node = [scalar(text, inner) for text in parts]
    elif len(texts) > 1:
        message = f"sent {len(texts)} times, though it takes one value"
        return (evolve(base, keyword="repeated", message=message),)
    else:
        value = scalar(texts[0], kinds)
    return from_schema(validator(document, parameter.schema, REQUEST).iter_errors(value), base)


def scalar(text: str, kinds: frozenset[str]) -> Node:
    """The number or truth value that `text` spells, where the schema takes one; else the text."""
    if "boolean" in kinds and text in TRUTH:
        return TRUTH[text]
    if kinds & {"integer", "number"} and INTEGER.fullmatch(text):
        return int(text)
    if "number" in kinds and NUMBER.fullmatch(text):
        return float(text)
    return text


def types(document: Document, pointer: str | None) -> frozenset[str]:
    """The JSON types that the schema at a pointer, and what it is composed of, speaks of."""
    found = set[str]()
    for _, node in family(document, pointer, COMPOSED) if pointer is not None else ():
        kind = node.get("type", ())
        found.update([kind] if isinstance(kind, str) else kind)
    return frozenset(found)


def item_types(document: Document, pointer: str) -> frozenset[str]:
    """The JSON types of the items of an array's schema."""
    for target, node in family(document, pointer, COMPOSED):
        if "items" in node:
            return types(document, join(target, "items"))
    return frozenset()


def _split(document: Document, parameter: Parameter, texts: Sequence[str]) -> list[str]:
    if parameter.style not in DELIMITERS:
        raise DamagedContract(document.file, parameter.schema, f"style {parameter.style!r} is not understood")
    if parameter.explode and parameter.style == "form":
        return list(texts)
    delimiter = DELIMITERS[parameter.style]
    return [part for text in texts for part in text.split(delimiter)]
