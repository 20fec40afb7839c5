"""Our queries held against an account's live schema: what is missing, changed, deprecated, or offered.

Pure: the schema is an argument.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve

from commerce_bridge.platforms.consonance.members import (
    INPUTS,
    PRICE,
    PRODUCT,
    SURE_VALUES,
    WORK,
    Argument,
    Member,
    Shape,
    text_members,
    walk,
)
from commerce_bridge.platforms.consonance.queries import AVAILABILITY
from commerce_bridge.platforms.consonance.report import Finding, SchemaReport, What
from commerce_bridge.platforms.consonance.schema import LiveSchema, Spelling, Type, Value
from commerce_bridge.platforms.consonance.settings import ConsonanceSettings

_TEXTUAL = frozenset({"String", "ID", "URI", "URL", "ISO8601Date", "ISO8601DateTime"})
_LEAVES: Mapping[str, frozenset[str]] = {
    "Int": frozenset({"Int", "BigInt"}),
    "Float": frozenset({"Float", "Int", "BigInt", "BigDecimal", "Decimal"}),
    "Boolean": frozenset({"Boolean"}),
    "String": _TEXTUAL,
    "ISO8601Date": frozenset({"ISO8601Date", "Date"}),
    "ISO8601DateTime": frozenset({"ISO8601DateTime", "DateTime"}),
}
"""Which scalars we can read where we expect one; a name that is not listed is an enum or a text."""

_ENUMS_SHOWN = (
    "MarketingTextVariant",
    "SupportingResourceVariant",
    "SupportingResourceStatus",
    "ApprovalStatus",
    "ProductTypename",
)
_NEEDED_INPUTS = frozenset(
    {
        "WorkSearchAttributes.after",
        "WorkSearchAttributes.idEq",
        "WorkSearchAttributes.changedSince",
        "ProductSearchAttributes.after",
        "ProductSearchAttributes.idEq",
        "ProductSearchAttributes.isbn13In",
    }
)
"""Members of searches without which titles cannot be read or found."""


def compare(schema: LiveSchema, settings: ConsonanceSettings) -> SchemaReport:
    """What differs between our queries and a schema.

    Args:
        schema: The live schema.
        settings: How the account behaves; what it says is absent is not looked for.
    """
    found: dict[tuple[str, What], Finding] = {}
    for one in (*_roots(schema, settings), *_inputs(schema, settings)):
        if one.place not in settings.absent:
            found.setdefault((one.place, one.what), one)
    values = {
        name: tuple(schema.types[name].members)
        for name in _ENUMS_SHOWN
        if name in schema.types and schema.types[name].kind == "ENUM"
    }
    return SchemaReport(findings=tuple(found.values()), offered=_offered(schema, settings), values=values)


# ── what is selected ─────────────────────────────────────────────────────
def _search(name: str, input_type: str) -> Argument:
    return Argument(name=name, type=input_type, values=())


def root_shape(settings: ConsonanceSettings) -> Shape:
    """The root members that our queries use, and all that is selected below them."""
    works, products = (
        _search("workSearch", "WorkSearchAttributes"),
        _search("productSearch", "ProductSearchAttributes"),
    )
    prices = _search("priceSearch", settings.price_search_type)
    work = evolve(WORK, members=(*WORK.members, *text_members(settings.text_variants)))
    owner = Member(
        name="work", type="Work!", below=Shape(type="Work", members=(Member(name="id", type="Int!"),))
    )
    product = evolve(PRODUCT, members=(*PRODUCT.members, owner))
    return Shape(
        type="Query",
        members=(
            Member(name="works", type="[Work!]!", below=work, arguments=(works, products)),
            Member(name="work", type="Work", below=work, arguments=(works,)),
            Member(name="products", type="[Product!]!", below=product, arguments=(products, works, prices)),
            Member(name="prices", type="[Price!]!", below=PRICE, arguments=(prices,), sure=False),
        ),
    )


def _roots(schema: LiveSchema, settings: ConsonanceSettings) -> Iterator[Finding]:
    root = schema.types.get(schema.root)
    if root is None:
        yield Finding(place=schema.root, what="missing", needed=True, expected="the query type")
        return
    yield from _members(schema, root, root_shape(settings), settings, needed=True)


def _members(
    schema: LiveSchema, live: Type, shape: Shape, settings: ConsonanceSettings, *, needed: bool
) -> Iterator[Finding]:
    """The findings below a type: its members, then those of its kinds."""
    for member in shape.members:
        name = settings.availability_member if member.alias == AVAILABILITY else member.name
        place = f"{shape.type}.{name}"
        asked = member.asked or place in settings.present
        if name == "__typename" or place in settings.absent or not asked:
            continue
        yield from _member(schema, live, evolve(member, name=name), place, settings, needed and member.sure)
    for kind in shape.kinds:
        concrete = schema.types.get(kind.type)
        if kind.type in settings.absent:
            continue
        if concrete is None or kind.type not in live.possible | {live.name}:
            reason = f"not one of the types of {live.name}"
            yield Finding(place=kind.type, what="missing", needed=False, expected="a type", reason=reason)
        else:
            yield from _members(schema, concrete, kind, settings, needed=needed)


def _member(
    schema: LiveSchema, live: Type, member: Member, place: str, settings: ConsonanceSettings, needed: bool
) -> Iterator[Finding]:
    there = live.members.get(member.name)
    if there is None or there.type is None:
        yield Finding(
            place=place,
            what="missing",
            needed=needed,
            expected=member.type,
            reason=_alike(live, member),
        )
        return
    if there.deprecated is not None:
        yield Finding(place=place, what="deprecated", needed=needed, reason=there.deprecated)
    yield from _arguments(schema, member, there, place, needed)
    expected, got = Spelling.of(member.type), there.type
    named = schema.types.get(got.name)
    if named is None or expected.depth != got.depth or not _readable(member, expected, named):
        yield Finding(place=place, what="changed", needed=needed, expected=member.type, got=got.text)
        return
    if got.accepts_null_where(expected):
        yield Finding(place=place, what="nullable", needed=False, expected=member.type, got=got.text)
    if member.below is not None:
        yield from _members(schema, named, member.below, settings, needed=needed)


def _alike(live: Type, member: Member) -> str:
    """Which member may be meant instead, for the one whose name the vendor's pages do not show."""
    if member.alias != AVAILABILITY:
        return ""
    alike = [name for name, one in live.members.items() if _is_availability(name, one)]
    return f"perhaps availability_member={' or '.join(map(repr, alike))}" if alike else ""


def _is_availability(name: str, value: Value) -> bool:
    return "availab" in name.lower() and value.type is not None and value.type.name == "ONIXCode"


def _readable(member: Member, expected: Spelling, live: Type) -> bool:
    """Whether what the live type gives can be read where we expect `expected`."""
    if member.below is not None:
        return not live.is_leaf
    if not live.is_leaf:
        return False
    accepted = _LEAVES.get(expected.name)
    if accepted is None or expected.name == "String":
        return live.kind == "ENUM" or live.name in _TEXTUAL
    return live.name in accepted


# ── what is sent ─────────────────────────────────────────────────────────
def _arguments(
    schema: LiveSchema, member: Member, there: Value, place: str, needed: bool
) -> Iterator[Finding]:
    sent = {one.name: one for one in member.arguments}
    for name, one in there.arguments.items():
        if name not in sent and one.type.is_required and not one.has_default:
            reason = "it has become required, and we do not send it"
            yield Finding(
                place=f"{place}({name})", what="changed", needed=needed, got=one.type.text, reason=reason
            )
    for name, argument in sent.items():
        live = there.arguments.get(name)
        spot = f"{place}({name})"
        if live is None:
            yield Finding(place=spot, what="missing", needed=needed, expected=argument.type)
        elif argument.values:
            yield from _literals(schema, argument, live.type, spot, needed)
        elif live.type.text != argument.type:
            yield Finding(
                place=spot,
                what="changed",
                needed=needed and name != "priceSearch",
                expected=argument.type,
                got=live.type.text,
            )


def _literals(
    schema: LiveSchema, argument: Argument, got: Spelling, spot: str, needed: bool
) -> Iterator[Finding]:
    """The findings of enum values that are written into a query."""
    enum = schema.types.get(got.name)
    if enum is None or enum.kind != "ENUM" or got.depth != Spelling.of(argument.type).depth:
        yield Finding(place=spot, what="changed", needed=needed, expected=argument.type, got=got.text)
        return
    named = Spelling.of(argument.type).name
    for value in argument.values:
        place = f"{named}.{value}"
        there = enum.members.get(value)
        if there is None:
            yield Finding(place=place, what="missing", needed=place in SURE_VALUES, expected="an enum value")
        elif there.deprecated is not None:
            yield Finding(place=place, what="deprecated", needed=False, reason=there.deprecated)


def _inputs(schema: LiveSchema, settings: ConsonanceSettings) -> Iterator[Finding]:
    """The findings of what our searches can send."""
    for name, members in INPUTS.items():
        is_price = name == "PriceSearchAttributes"
        type_name = settings.price_search_type if is_price else name
        live = schema.types.get(type_name)
        if live is None:
            yield Finding(place=type_name, what="missing", needed=not is_price, expected="an input type")
            continue
        yield from _input(schema, live, members)


def _input(schema: LiveSchema, live: Type, members: Mapping[str, str]) -> Iterator[Finding]:
    for name, one in live.inputs.items():
        if one.type.is_required and not one.has_default:
            reason = "it has become required, and our searches may leave it out"
            yield Finding(
                place=f"{live.name}.{name}", what="changed", needed=True, got=one.type.text, reason=reason
            )
    for name, expected in members.items():
        place = f"{live.name}.{name}"
        needed = place in _NEEDED_INPUTS
        there = live.inputs.get(name)
        if there is None:
            yield Finding(place=place, what="missing", needed=needed, expected=expected)
        elif not _takes(schema, there.type, Spelling.of(expected)):
            yield Finding(place=place, what="changed", needed=needed, expected=expected, got=there.type.text)


def _takes(schema: LiveSchema, live: Spelling, sent: Spelling) -> bool:
    """Whether an input of the live type takes what we send; enums are sent as text, by their spelling."""
    if live.depth != sent.depth:
        return False
    named = schema.types.get(live.name)
    if named is None:
        return False
    if sent.name in _LEAVES:
        return live.name in _LEAVES[sent.name] | ({"ID"} if sent.name == "Int" else set())
    return named.kind == "ENUM"


def _offered(schema: LiveSchema, settings: ConsonanceSettings) -> tuple[str, ...]:
    """Members that are only asked for when they are known to be there, and are."""
    places: Iterable[tuple[str, Member]] = (
        (f"{owner}.{member.name}", member) for owner, member in walk(root_shape(settings)) if not member.asked
    )
    return tuple(
        dict.fromkeys(
            place
            for place, member in places
            if place not in settings.present and _has(schema, place.partition(".")[0], member)
        )
    )


def _has(schema: LiveSchema, owner: str, member: Member) -> bool:
    live = schema.types.get(owner)
    there = live.members.get(member.name) if live else None
    named = schema.types.get(there.type.name) if there and there.type else None
    return named is not None and _readable(member, Spelling.of(member.type), named)
