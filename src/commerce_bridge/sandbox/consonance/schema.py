"""The schema, built once for each shape a mutation's errors may have.

The SDL in `sdl/` names types and members; the tables of the `answers_*` modules
say what the members answer that are not simply the column of their name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLAbstractType,
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
from commerce_bridge.sandbox.consonance.answers_product import Info, Resolver, asked
from commerce_bridge.sandbox.consonance.codes import ENUM_CODES, enum_spelling
from commerce_bridge.sandbox.consonance.searches import (
    page_of,
    prices_matching,
    product_title,
    search_products,
    search_works,
    single,
)
from commerce_bridge.sandbox.consonance.tables import Tables
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
def _products(root: object, info: Info, **searches: Any) -> tuple[rows.Product, ...]:
    ask = asked(info)
    found = search_products(
        ask, searches.get("productSearch"), searches.get("workSearch"), searches.get("priceSearch")
    )
    return page_of(ask, found, lambda row: product_title(row, ask.tables.get(rows.Work, row.work_id)))


def _product(root: object, info: Info, **searches: Any) -> rows.Product | None:
    ask = asked(info)
    return single(ask, search_products(ask, searches.get("productSearch")))


def _works(root: object, info: Info, **searches: Any) -> tuple[rows.Work, ...]:
    ask = asked(info)
    found = search_works(ask, searches.get("workSearch"), searches.get("productSearch"))
    return page_of(ask, found, lambda row: row.title)


def _work(root: object, info: Info, **searches: Any) -> rows.Work | None:
    ask = asked(info)
    return single(ask, search_works(ask, searches.get("workSearch")))


def _contract(root: object, info: Info, **searches: Any) -> rows.Contract | None:
    ask = asked(info)
    wanted = (searches.get("contractSearch") or {}).get("idEq")
    found = ask.tables.all(rows.Contract)
    return single(ask, found if wanted is None else tuple(row for row in found if row.id == wanted))


def _contacts(root: object, info: Info, **searches: Any) -> list[rows.Contact]:
    tables: Tables = asked(info).tables
    part: str | None = (searches.get("contactSearch") or {}).get("personNameCont")
    if part is not None:
        return [
            row
            for row in tables.all(rows.Person)
            if part.casefold() in (answers_product.contact_name(row) or "").casefold()
        ]
    everybody: list[rows.Contact] = [*tables.all(rows.Person), *tables.all(rows.Organisation)]
    return sorted(everybody, key=lambda row: row.id)


def _organisation(root: object, info: Info, **searches: Any) -> rows.Organisation | None:
    ask = asked(info)
    name: str | None = (searches.get("organisationSearch") or {}).get("nameEq")
    found = ask.tables.all(rows.Organisation)
    return single(ask, tuple(row for row in found if name is None or row.organisation_name == name))


def _person(root: object, info: Info, id: int) -> rows.Person | None:
    return asked(info).tables.get(rows.Person, id)


def _prices(root: object, info: Info, **searches: Any) -> tuple[rows.Price, ...]:
    ask = asked(info)
    return prices_matching(ask, ask.tables.all(rows.Price), searches.get("priceSearch"))


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
    parts = [files(__package__).joinpath("sdl", f"{name}.graphql").read_text("utf-8") for name in _SDL]
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


def _instant_in(value: object) -> datetime:
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError:
        raise GraphQLError(f"{value!r} is not an ISO 8601 instant.") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _instant_out(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _address_in(value: object) -> str:
    if isinstance(value, str) and re.match(r"https?://\S+$", value):
        return value
    raise GraphQLError(f"{value!r} is not an http address.")


def _type_of(value: object, info: GraphQLResolveInfo, abstract: GraphQLAbstractType) -> str | None:
    if isinstance(value, rows.Product):
        return value.type_name
    if isinstance(value, rows.Subject):
        return answers_work.SUBJECT_TYPES[value.scheme]
    return type(value).__name__


def _attach(schema: GraphQLSchema) -> None:
    for named in schema.type_map.values():
        if isinstance(named, GraphQLEnumType) and named.name in ENUM_CODES:
            for code in ENUM_CODES[named.name].split():
                named.values[enum_spelling(code)].value = code
        if isinstance(named, GraphQLInterfaceType):
            named.resolve_type = _type_of
        if isinstance(named, GraphQLObjectType):
            for name, resolve in _resolvers(named).items():
                if name in named.fields:
                    named.fields[name].resolve = resolve
    _scalar(schema, "ISO8601Date", _day_in, date.isoformat)
    _scalar(schema, "ISO8601DateTime", _instant_in, _instant_out)
    _scalar(schema, "URL", _address_in, str)
    _scalar(schema, "URI", _address_in, str)


def _resolvers(named: GraphQLObjectType) -> Mapping[str, Resolver]:
    if named.name == "Query":
        return QUERIES
    if named.name == "Mutation":
        return WRITES
    if any(interface.name == "Product" for interface in named.interfaces):
        return answers_product.PRODUCT
    return answers_product.OTHERS.get(named.name) or answers_work.TYPES.get(named.name, {})


def _scalar(schema: GraphQLSchema, name: str, read: Any, write: Any) -> None:
    scalar = schema.type_map[name]
    assert isinstance(scalar, GraphQLScalarType)
    scalar.coerce_input_value = read
    scalar.coerce_output_value = write


@cache
def consonance_schema(error_shape: str = "field_messages") -> GraphQLSchema:
    """The whole schema with its resolvers, for one shape of mutation errors."""
    schema = build_ast_schema(_document(error_shape))
    _attach(schema)
    return schema


@cache
def _column(member: str) -> str:
    return rows.snake(member)


def answer_member(source: object, info: GraphQLResolveInfo, **arguments: Any) -> object:
    """What a member without a resolver answers: the column of its name in snake case."""
    return getattr(source, _column(info.field_name))
