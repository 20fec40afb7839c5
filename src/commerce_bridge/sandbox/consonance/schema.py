"""The schema, built once for each shape a mutation's errors may have.

The SDL in `sdl/` names types and members; the tables of the `answers_*` modules
say what the members answer that are not simply the column of their name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    build_ast_schema,
    parse,
)

from commerce_bridge.sandbox.consonance import answers_product, answers_work, rows
from commerce_bridge.sandbox.consonance.answers_product import Resolver
from commerce_bridge.sandbox.consonance.codes import ENUM_CODES, enum_spelling
from commerce_bridge.sandbox.consonance.searches import (
    Ask,
    Search,
    page_of,
    prices_matching,
    product_title,
    search_products,
    search_works,
    single,
)
from commerce_bridge.sandbox.consonance.writes import WRITES

_SDL = ("roots", "products", "works", "contracts", "writes")
_CURRENCIES = "AUD CAD EUR GBP INR NZD USD"
ERROR_SHAPES: Mapping[str, str] = {
    "field_messages": "field: String messages: [String!]",
    "attribute_message": "attribute: String message: String",
    "field_message": "field: String message: String",
}
"""The members of a mutation's error under each setting of `error_shape`."""


# ── roots ────────────────────────────────────────────────────────────────
def _products(
    root: object,
    ask: Ask,
    productSearch: Search = None,
    workSearch: Search = None,
    priceSearch: Search = None,
) -> tuple[rows.Product, ...]:
    found = search_products(ask, productSearch, workSearch, priceSearch)
    return page_of(ask, found, lambda row: product_title(row, ask.tables.get(rows.Work, row.work_id)))


def _product(root: object, ask: Ask, productSearch: Search = None) -> rows.Product | None:
    return single(ask, search_products(ask, productSearch))


def _works(
    root: object, ask: Ask, workSearch: Search = None, productSearch: Search = None
) -> tuple[rows.Work, ...]:
    return page_of(ask, search_works(ask, workSearch, productSearch), lambda row: row.title)


def _work(root: object, ask: Ask, workSearch: Search = None) -> rows.Work | None:
    return single(ask, search_works(ask, workSearch))


def _contract(root: object, ask: Ask, contractSearch: Search = None) -> rows.Contract | None:
    wanted: int | None = (contractSearch or {}).get("idEq")
    found = ask.tables.all(rows.Contract)
    return single(ask, found if wanted is None else tuple(row for row in found if row.id == wanted))


def _contacts(
    root: object, ask: Ask, contactSearch: Search = None
) -> Sequence[rows.Person | rows.Organisation]:
    people = ask.tables.all(rows.Person)
    part: str | None = (contactSearch or {}).get("personNameCont")
    if part is None:
        return sorted((*people, *ask.tables.all(rows.Organisation)), key=lambda row: row.id)
    return [row for row in people if part.casefold() in (answers_product.contact_name(row) or "").casefold()]


def _organisation(root: object, ask: Ask, organisationSearch: Search = None) -> rows.Organisation | None:
    name: str | None = (organisationSearch or {}).get("nameEq")
    found = ask.tables.all(rows.Organisation)
    return single(ask, tuple(row for row in found if name is None or row.organisation_name == name))


def _person(root: object, ask: Ask, id: int) -> rows.Person | None:
    return ask.tables.get(rows.Person, id)


def _prices(root: object, ask: Ask, priceSearch: Search = None) -> tuple[rows.Price, ...]:
    return prices_matching(ask, ask.tables.all(rows.Price), priceSearch)


QUERIES: Mapping[str, Resolver] = {
    "products": _products,
    "product": _product,
    "works": _works,
    "work": _work,
    "contract": _contract,
    "contacts": _contacts,
    "organisation": _organisation,
    "person": _person,
    "prices": _prices,
}


# ── building ─────────────────────────────────────────────────────────────
def _document(error_shape: str) -> DocumentNode:
    parts = [
        files("commerce_bridge.sandbox.consonance").joinpath("sdl", f"{name}.graphql").read_text("utf-8")
        for name in _SDL
    ]
    enums = {**ENUM_CODES, "CurrencyCode": _CURRENCIES}
    parts += [
        f"enum {name} {{ {' '.join(map(enum_spelling, codes.split()))} }}" for name, codes in enums.items()
    ]
    parts.append(f"type MutationFieldError {{ {ERROR_SHAPES[error_shape]} }}")
    document = parse("\n".join(parts), no_location=True)
    interfaces = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, InterfaceTypeDefinitionNode)
    }
    return replace(document, definitions=tuple(_completed(node, interfaces) for node in document.definitions))


def _completed(node: Any, interfaces: Mapping[str, InterfaceTypeDefinitionNode]) -> Any:
    """An object type with the members of its interfaces, which the SDL files do not repeat."""
    if not isinstance(node, ObjectTypeDefinitionNode) or not node.interfaces:
        return node
    own = {member.name.value: member for member in node.fields or ()}
    inherited = {
        member.name.value: member
        for interface in node.interfaces
        for member in interfaces[interface.name.value].fields or ()
    }
    return replace(node, fields=tuple((inherited | own).values()))


def _day_in(value: object) -> date:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise GraphQLError(f"{value!r} is not a date of the form YYYY-MM-DD.")


def _instant_out(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _address_in(value: object) -> str:
    if isinstance(value, str) and re.match(r"https?://\S+$", value):
        return value
    raise GraphQLError(f"{value!r} is not an http address.")


def _type_of(value: Any, info: object, abstract_type: object) -> str | None:
    if isinstance(value, rows.Product):
        return value.type_name
    if isinstance(value, rows.Subject):
        return answers_work.SUBJECT_TYPES[value.scheme]
    return type(value).__name__


def _attach(schema: GraphQLSchema) -> None:
    for name, named in schema.type_map.items():
        if name.startswith("__"):
            continue
        if isinstance(named, GraphQLEnumType) and named.name in ENUM_CODES:
            for code in ENUM_CODES[named.name].split():
                named.values[enum_spelling(code)].value = code
        if isinstance(named, GraphQLInterfaceType):
            named.resolve_type = _type_of
        if isinstance(named, GraphQLObjectType):
            resolvers = _resolvers(named)
            for each, member in named.fields.items():
                member.resolve = _adapted(resolvers[each]) if each in resolvers else _from_column(each)
    _scalar(schema, "ISO8601Date").coerce_input_value = _day_in
    _scalar(schema, "ISO8601Date").coerce_output_value = date.isoformat
    _scalar(schema, "ISO8601DateTime").coerce_output_value = _instant_out
    _scalar(schema, "URL").coerce_input_value = _address_in


def _resolvers(named: GraphQLObjectType) -> Mapping[str, Resolver]:
    if named.name == "Query":
        return QUERIES
    if named.name == "Mutation":
        return WRITES
    if any(interface.name == "Product" for interface in named.interfaces):
        return answers_product.PRODUCT
    return answers_product.OTHERS.get(named.name) or answers_work.TYPES.get(named.name, {})


def _adapted(resolve: Resolver) -> Callable[..., object]:
    def answer(source: object, info: GraphQLResolveInfo[Ask], **arguments: Any) -> object:
        return resolve(source, info.context, **arguments)

    return answer


def _from_column(member: str) -> Callable[..., object]:
    """A member that is not in the tables above answers the column of its name in snake case."""
    name = rows.snake(member)

    def answer(source: object, info: GraphQLResolveInfo[Ask]) -> object:
        return getattr(source, name)

    return answer


def _scalar(schema: GraphQLSchema, name: str) -> GraphQLScalarType:
    scalar = schema.type_map[name]
    assert isinstance(scalar, GraphQLScalarType)
    return scalar


def consonance_schema(error_shape: str = "field_messages") -> GraphQLSchema:
    """The whole schema with its resolvers, for one shape of mutation errors; built once a process."""
    return _built(error_shape)


@cache
def _built(error_shape: str) -> GraphQLSchema:
    schema = build_ast_schema(_document(error_shape))
    _attach(schema)
    return schema
