"""Queries as text, rendered from what we select and from what an account's schema has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from attrs import evolve

from commerce_bridge.platforms.consonance.members import (
    PRICE,
    PRODUCT,
    WORK,
    Argument,
    Member,
    Shape,
    text_members,
)
from commerce_bridge.platforms.consonance.service import Chosen

AVAILABILITY = "availability"


def work_shape(chosen: Chosen) -> Shape:
    """What is selected of a work and its family."""
    texts = text_members(dict(chosen.text_variants))
    return _fitting(evolve(WORK, members=(*WORK.members, *texts)), chosen)


def product_shape(chosen: Chosen) -> Shape:
    """What is selected of a product that is read by itself: it says whose work it is."""
    work = Member(
        name="work", type="Work!", below=Shape(type="Work", members=(Member(name="id", type="Int!"),))
    )
    return _fitting(evolve(PRODUCT, members=(*PRODUCT.members, work)), chosen)


def price_shape(chosen: Chosen) -> Shape:
    """What is selected of a price that is read by itself."""
    return _fitting(PRICE, chosen)


def _fitting(shape: Shape, chosen: Chosen) -> Shape:
    """The shape without what is absent, and with what is present besides."""
    members = (_fitted(shape.type, member, chosen) for member in shape.members)
    kinds = (_fitting(kind, chosen) for kind in shape.kinds if kind.type not in chosen.absent)
    return evolve(
        shape,
        members=tuple(member for member in members if member is not None),
        kinds=tuple(kind for kind in kinds if kind.members),
    )


def _fitted(owner: str, member: Member, chosen: Chosen) -> Member | None:
    if member.alias == AVAILABILITY:
        member = evolve(member, name=chosen.availability_member)
    name = f"{owner}.{member.name}"
    if name in chosen.absent or not (member.asked or name in chosen.present):
        return None
    arguments = tuple(_present_values(argument, chosen) for argument in member.arguments)
    if any(not argument.values for argument in arguments):
        return None
    below = None if member.below is None else _fitting(member.below, chosen)
    return evolve(member, arguments=arguments, below=below)


def _present_values(argument: Argument, chosen: Chosen) -> Argument:
    enum = argument.type.strip("[]!")
    return evolve(
        argument, values=tuple(value for value in argument.values if f"{enum}.{value}" not in chosen.absent)
    )


def selection(shape: Shape) -> str:
    """What is selected, as it stands between braces."""
    parts = [_member_text(member) for member in shape.members]
    parts += [f"... on {kind.type}{{{selection(kind)}}}" for kind in shape.kinds]
    return " ".join(parts)


def _member_text(member: Member) -> str:
    name = member.name if member.answers == member.name else f"{member.answers}:{member.name}"
    sent = ",".join(f"{one.name}:[{','.join(one.values)}]" for one in member.arguments)
    below = "" if member.below is None else f"{{{selection(member.below)}}}"
    return f"{name}{f'({sent})' if sent else ''}{below}"


@lru_cache(maxsize=64)
def work_list(chosen: Chosen, searches: tuple[tuple[str, str], ...]) -> str:
    """The query of a list of works with their families.

    Args:
        chosen: What the account has.
        searches: Pairs of an argument of the root and its input type; each is a variable of that name.
    """
    return _listing("works", work_shape(chosen), searches)


@lru_cache(maxsize=64)
def product_list(chosen: Chosen, searches: tuple[tuple[str, str], ...]) -> str:
    """The query of a list of products."""
    return _listing("products", product_shape(chosen), searches)


@lru_cache(maxsize=16)
def price_list(chosen: Chosen, searches: tuple[tuple[str, str], ...]) -> str:
    """The query of a list of prices."""
    return _listing("prices", price_shape(chosen), searches)


def id_list(root: str, searches: tuple[tuple[str, str], ...]) -> str:
    """The query of a list of ids alone."""
    return _listing(root, Shape(type="", members=(Member(name="id", type="Int!"),)), searches)


def _listing(root: str, shape: Shape, searches: Iterable[tuple[str, str]]) -> str:
    declared = ",".join(f"${name}:{kind}" for name, kind in searches)
    given = ",".join(f"{name}:${name}" for name, _ in searches)
    head = f"query List({declared})" if declared else "query List"
    return f"{head}{{{root}{f'({given})' if given else ''}{{{selection(shape)}}}}}"


@lru_cache(maxsize=4)
def _family(chosen: Chosen) -> str:
    return f"fragment Family on Work{{{selection(work_shape(chosen))}}}"


def work_fetch(chosen: Chosen, ids: Sequence[int]) -> str:
    """The query of single works by id, each under the alias ``w<id>``; one that is gone answers null."""
    asked = " ".join(f"w{one}:work(workSearch:{{idEq:{one}}}){{...Family}}" for one in ids)
    return f"query Fetch{{{asked}}} {_family(chosen)}"


def work_of_product_fetch(chosen: Chosen, ids: Sequence[int]) -> str:
    """The query of the works of products, each under the alias ``p<product id>``, as a list of one or none."""
    asked = " ".join(f"p{one}:works(productSearch:{{idEq:{one}}}){{...Family}}" for one in ids)
    return f"query Fetch{{{asked}}} {_family(chosen)}"
