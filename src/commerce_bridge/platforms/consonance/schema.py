"""The live schema, read by introspection.

Source: GraphQL specification, section 4 (introspection); vendor example queries, README (introspection is on).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias, cast

from attrs import field, frozen

from commerce_bridge.errors import DecodeError

_TYPE = "kind name ofType{kind name ofType{kind name ofType{kind name ofType{kind name}}}}"
_ARGUMENT = f"name defaultValue type{{{_TYPE}}}"

INTROSPECTION = (
    "query Schema{__schema{queryType{name}types{kind name possibleTypes{name}"
    f"fields(includeDeprecated:true){{name isDeprecated deprecationReason args{{{_ARGUMENT}}}type{{{_TYPE}}}}}"
    f"inputFields{{{_ARGUMENT}}}"
    "enumValues(includeDeprecated:true){name isDeprecated deprecationReason}}}}"
)
"""Asks for all that our queries can be held against."""

Json: TypeAlias = Mapping[str, Any]


@frozen
class Spelling:
    """A type as it is written: a name, in lists, each part nullable or not.

    Args:
        name: The named type inside.
        text: The whole, such as ``[Price!]!``.
    """

    name: str
    text: str

    @property
    def is_required(self) -> bool:
        """Whether null is not allowed."""
        return self.text.endswith("!")

    @property
    def depth(self) -> int:
        """In how many lists the named type stands."""
        return self.text.count("[")

    @classmethod
    def of(cls, text: str) -> Spelling:
        """The type written as `text`."""
        return cls(text.strip("[]!"), text)

    def accepts_null_where(self, other: Spelling) -> bool:
        """Whether null may come somewhere where `other` does not allow it."""
        return any(
            theirs and not ours
            for theirs, ours in zip(_required_levels(other.text), _required_levels(self.text), strict=False)
        )


def _required_levels(text: str) -> tuple[bool, ...]:
    """For each level, from the outside in, whether null is not allowed."""
    levels: list[bool] = []
    while True:
        levels.append(text.endswith("!"))
        text = text.removesuffix("!")
        if not text.startswith("["):
            return tuple(levels)
        text = text[1:-1]


@frozen(kw_only=True)
class Argument:
    """An argument of a member, or a member of an input.

    Args:
        name: Its name.
        type: Its type.
        has_default: Whether it may be left out although its type is required.
    """

    name: str
    type: Spelling
    has_default: bool = False


@frozen(kw_only=True)
class Value:
    """A member of a type or a value of an enum.

    Args:
        name: Its name.
        type: Its type; None for an enum value.
        deprecated: Why it should not be used any more, or None when it may be.
        arguments: Its arguments by name.
    """

    name: str
    type: Spelling | None = None
    deprecated: str | None = None
    arguments: Mapping[str, Argument] = field(factory=dict[str, Argument])


@frozen(kw_only=True)
class Type:
    """A named type.

    Args:
        name: Its name.
        kind: ``OBJECT``, ``INTERFACE``, ``UNION``, ``ENUM``, ``SCALAR`` or ``INPUT_OBJECT``.
        members: Its members by name; an enum's values.
        inputs: An input's members by name.
        possible: Names of the concrete types of an interface or a union.
    """

    name: str
    kind: str
    members: Mapping[str, Value] = field(factory=dict[str, Value])
    inputs: Mapping[str, Argument] = field(factory=dict[str, Argument])
    possible: frozenset[str] = frozenset()

    @property
    def is_leaf(self) -> bool:
        """Whether nothing can be selected below it."""
        return self.kind in {"SCALAR", "ENUM"}


@frozen(kw_only=True)
class LiveSchema:
    """A schema as introspection gives it.

    Args:
        root: The name of the query type.
        types: All types by name.
    """

    root: str
    types: Mapping[str, Type]

    @classmethod
    def parse(cls, data: Json) -> LiveSchema:
        """The schema in the ``data`` of an answer to `INTROSPECTION`.

        Raises:
            DecodeError: It is not shaped as the GraphQL specification says.
        """
        try:
            schema = cast("Json", data["__schema"])
            types = [_type(one) for one in cast("list[Json]", schema["types"])]
            root = str(schema["queryType"]["name"])
        except (KeyError, TypeError, AttributeError) as error:
            raise DecodeError(
                "Consonance answered the introspection in another shape than the GraphQL specification says.",
                path="$.data.__schema",
                expected="an introspected schema",
                got=f"{type(error).__name__}: {error}",
            ) from None
        return cls(root=root, types={one.name: one for one in types})


def _type(said: Json) -> Type:
    values = [*_rows(said.get("fields")), *_rows(said.get("enumValues"))]
    return Type(
        name=str(said["name"]),
        kind=str(said["kind"]),
        members={one.name: one for one in map(_value, values)},
        inputs=_arguments(said.get("inputFields")),
        possible=frozenset(str(one["name"]) for one in _rows(said.get("possibleTypes"))),
    )


def _rows(value: object) -> Iterable[Json]:
    return cast("list[Json]", value) if isinstance(value, list) else ()


def _value(said: Json) -> Value:
    reason = str(said.get("deprecationReason") or "no reason given") if said.get("isDeprecated") else None
    return Value(
        name=str(said["name"]),
        type=_spelling(said["type"]) if said.get("type") else None,
        deprecated=reason,
        arguments=_arguments(said.get("args")),
    )


def _arguments(value: object) -> dict[str, Argument]:
    return {
        str(one["name"]): Argument(
            name=str(one["name"]),
            type=_spelling(one["type"]),
            has_default=one.get("defaultValue") is not None,
        )
        for one in _rows(value)
    }


def _spelling(said: Json) -> Spelling:
    kind, inner = said["kind"], said.get("ofType")
    if kind == "NON_NULL" and inner:
        below = _spelling(inner)
        return Spelling(below.name, f"{below.text}!")
    if kind == "LIST" and inner:
        below = _spelling(inner)
        return Spelling(below.name, f"[{below.text}]")
    return Spelling(str(said["name"]), str(said["name"]))
