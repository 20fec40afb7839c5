"""The Consonance sandbox against the vendor's own queries and what is known of the vendor's schema."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    get_named_type,
    parse,
    validate,
)

from commerce_bridge.sandbox.consonance.schema import consonance_schema
from rigs import contracts
from rigs.consonance_desk import Desk, leaves

KNOWN_OTHERWISE = {
    "Contribution.onixContributorRoleCode": (
        "String!",
        "ONIXContributorRoleCode!",
        "the page has the enum; the reconstruction writes String to stay short",
    ),
}
"""Members whose type differs on purpose: what the reconstruction says, what ours says, and why."""

QUERY_NAMES = (
    "filtered_products_and_their_work",
    "products",
    "products_and_their_works",
    "sample_custom_report",
    "select-basic-contact-details",
    "select-contract-dates-and-rights",
    "select-contract-details",
    "select-person-contact-details",
    "works_and_marketing_material",
    "works_and_product_production_run_details",
    "works_and_their_products",
)


@pytest.fixture(scope="module")
def known() -> GraphQLSchema:
    return build_schema(contracts.require("consonance", "schema-partial.graphql").read_text("utf-8"))


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk(seed="demo", page_cap=None)


def vendor_query(name: str) -> str:
    return contracts.require("consonance", "queries", f"{name}.graphql").read_text("utf-8")


def runs(name: str, desk: Desk) -> Iterator[Any]:
    """The answers to a query: once, or once for every id its one variable may have."""
    text = vendor_query(name)
    state = desk.sandbox.state()
    for variable, kind in (("workId", "work"), ("contractId", "contract")):
        if f"${variable}" in text:
            yield from (desk.ask(text, **{variable: row["id"]}).data for row in state[kind])
            return
    yield desk.ask(text).data


# ── the vendor's queries ─────────────────────────────────────────────────
def test_no_vendor_query_is_left_out() -> None:
    folder: Path = contracts.require("consonance", "queries")
    assert sorted(path.stem for path in folder.glob("*.graphql")) == sorted(QUERY_NAMES)


@pytest.mark.parametrize("name", QUERY_NAMES)
def test_a_vendor_query_fits_our_schema(name: str) -> None:
    assert validate(consonance_schema(), parse(vendor_query(name))) == []


def asked_leaves(document: DocumentNode) -> set[str]:
    """The path of every leaf a query selects, by the names it answers under."""
    found: set[str] = set()

    def walk(selection: SelectionSetNode, path: str) -> None:
        for node in selection.selections:
            if isinstance(node, InlineFragmentNode):
                walk(node.selection_set, path)
                continue
            assert not isinstance(node, FragmentSpreadNode), "no vendor query spreads a fragment"
            assert isinstance(node, FieldNode)
            name = (node.alias or node.name).value
            here = f"{path}.{name}" if path else name
            if node.selection_set:
                walk(node.selection_set, here)
            else:
                found.add(here)

    for definition in document.definitions:
        assert isinstance(definition, OperationDefinitionNode)
        walk(definition.selection_set, "")
    return found


@pytest.mark.parametrize("name", QUERY_NAMES)
def test_every_leaf_of_a_vendor_query_is_answered_at_least_once(name: str, desk: Desk) -> None:
    told: set[str] = set()
    for data in runs(name, desk):
        told |= {path.replace("[]", "") for path, value in leaves(data) if value is not None}
    assert asked_leaves(parse(vendor_query(name))) - told == set()
    assert desk.sandbox.defects == []


ROOTS = {
    "products": "products { id }",
    "product": "product(productSearch: {idEq: 1}) { id }",
    "works": "works { id }",
    "work": "work(workSearch: {idEq: 1}) { id }",
    "contract": "contract(contractSearch: {idEq: 1}) { id }",
    "contacts": "contacts { id }",
    "organisation": 'organisation(organisationSearch: {nameEq: "The Society of Amateur Weathermen"}) { id }',
    "person": "person(id: 1) { id }",
    "prices": "prices { id }",
}


def test_the_roots_are_all_tried() -> None:
    query = consonance_schema().query_type
    assert query is not None
    assert set(query.fields) == set(ROOTS)


@pytest.mark.parametrize("root", sorted(ROOTS))
def test_every_root_answers_over_the_demo_account(root: str, desk: Desk) -> None:
    assert desk.ask(f"{{ {ROOTS[root]} }}").data[root]


# ── all that our schema has, asked for at once ───────────────────────────
def everything(named: GraphQLObjectType | GraphQLInterfaceType, depth: int) -> str:
    """A selection of every member of a type, down to a depth; names are made unique by type."""
    schema = consonance_schema()
    types = [named] if isinstance(named, GraphQLObjectType) else schema.get_possible_types(named)
    parts = ["__typename"]
    for each in types:
        members = [f"{each.name}_{name}: {name}{below(field, depth)}" for name, field in each.fields.items()]
        parts.append(f"... on {each.name} {{ {' '.join(members)} }}")
    return " ".join(parts)


def below(field: GraphQLField, depth: int) -> str:
    named = get_named_type(field.type)
    if not isinstance(named, (GraphQLObjectType, GraphQLInterfaceType)):
        return ""
    return f" {{ {everything(named, depth - 1) if depth else '__typename'} }}"


@pytest.mark.parametrize(
    ("root", "depth"),
    [
        ("products(productSearch: {idEq: 1})", 2),
        ("works(workSearch: {idEq: 1})", 2),
        ("products", 1),
        ("works", 1),
        ("contacts", 1),
        ("prices", 2),
        *((f"contract(contractSearch: {{idEq: {number}}})", 2) for number in (1, 2, 27)),
    ],
)
def test_every_member_can_be_asked_for(root: str, depth: int, desk: Desk) -> None:
    query = consonance_schema().query_type
    assert query is not None
    named = get_named_type(query.fields[root.partition("(")[0]].type)
    assert isinstance(named, (GraphQLObjectType, GraphQLInterfaceType))
    assert desk.ask(f"{{ found: {root} {{ {everything(named, depth)} }} }}").data["found"]
    assert desk.sandbox.defects == []


# ── the vendor's schema, as far as it is known ───────────────────────────
def members(schema: GraphQLSchema) -> dict[str, str]:
    """Every member of every type with its type, arguments and defaults included."""
    found: dict[str, str] = {}
    for name, named in schema.type_map.items():
        if name.startswith("__"):
            continue
        found[name] = type(named).__name__
        if isinstance(named, (GraphQLObjectType, GraphQLInterfaceType)):
            for interface in named.interfaces:
                found[f"{name} implements {interface.name}"] = "yes"
            for member, field in named.fields.items():
                found[f"{name}.{member}"] = str(field.type)
                for argument, taken in field.args.items():
                    found[f"{name}.{member}({argument})"] = f"{taken.type} = {taken.default_value!r}"
        elif isinstance(named, GraphQLInputObjectType):
            found |= {f"{name}.{member}": str(taken.type) for member, taken in named.fields.items()}
        elif isinstance(named, GraphQLEnumType):
            found |= {f"{name}.{value}": "value" for value in named.values}
        else:
            assert isinstance(named, GraphQLScalarType)
    return found


def test_our_schema_has_every_known_member_with_its_type(known: GraphQLSchema) -> None:
    ours, theirs = members(consonance_schema()), members(known)
    expected = theirs | {
        name: ours_type
        for name, (their_type, ours_type, _) in KNOWN_OTHERWISE.items()
        if theirs[name] == their_type
    }
    differing = {
        name: (wanted, ours.get(name)) for name, wanted in expected.items() if ours.get(name) != wanted
    }
    assert differing == {}


def test_every_difference_on_purpose_is_still_one(known: GraphQLSchema) -> None:
    theirs = members(known)
    for name, (their_type, our_type, _) in KNOWN_OTHERWISE.items():
        assert theirs[name] == their_type != our_type


def test_all_types_of_products_are_there_and_carry_the_whole_interface() -> None:
    schema = consonance_schema()
    product = schema.type_map["Product"]
    assert isinstance(product, GraphQLInterfaceType)
    names = {named.name for named in schema.get_possible_types(product)}
    assert names == {
        "PhysicalBookProduct",
        "ElectronicBookProduct",
        "PhysicalAudioProduct",
        "ElectronicAudioProduct",
        "PhysicalProduct",
        "ElectronicProduct",
        "GenericProduct",
    }
    for named in schema.get_possible_types(product):
        assert set(product.fields) <= set(named.fields)


@pytest.mark.parametrize("shape", ["field_messages", "attribute_message", "field_message"])
def test_the_schema_builds_in_every_shape_of_errors(shape: str) -> None:
    error = consonance_schema(shape).type_map["MutationFieldError"]
    assert isinstance(error, GraphQLObjectType)
    assert set(error.fields) == set(shape.split("_"))


def test_the_schema_can_be_asked_for(desk: Desk) -> None:
    fields = desk.ask('{ __type(name: "WebLink") { fields { name } } }').data["__type"]["fields"]
    assert {field["name"] for field in fields} == {"id", "link", "role", "description", "note"}
