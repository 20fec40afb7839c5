"""Territories and sales rights: from lists of codes to sets, and from claims to windows.

A country named outright outweighs WORLD, a region named outright outweighs its country, and where
two entries claim the same place the stricter one has it.  What nobody claims belongs to the
rest-of-world entry, and without one it is unknown, which is not for sale.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from attrs import frozen

from commerce_bridge.domain.rights import RightsKind, RightsWindow
from commerce_bridge.domain.territory import NOWHERE, WORLD, Territory
from commerce_bridge.platforms.onix.codes import CODES, COUNTRIES
from commerce_bridge.platforms.onix.diagnostics import Notes
from commerce_bridge.platforms.onix.node import Node

_REGIONS: Final = CODES[49]


@frozen
class Place:
    """A territory as read.

    Args:
        territory: The set.
        oddities: What is odd about the lists, in words.
        unknown: Codes that are in no list, with the number of the list.
        exact: False when an exclusion could not be read, so that the set may be too large.
    """

    territory: Territory
    oddities: tuple[str, ...] = ()
    unknown: tuple[tuple[int, str], ...] = ()
    exact: bool = True


EVERYWHERE: Final = Place(WORLD)


def place_of(parent: Node, notes: Notes) -> Place | None:
    """The `Territory` below a composite; None when it has none.  Oddities are noted."""
    node = parent.node("Territory")
    if node is None:
        return None
    place = read_place(*(" ".join(node.all(name)) for name in _LISTS))
    for oddity in place.oddities:
        notes.warning("territory.odd", oddity, node)
    for number, code in place.unknown:
        notes.check(number, code, node, "CountriesIncluded" if number == 91 else "RegionsIncluded")
    return place


_LISTS: Final = ("CountriesIncluded", "RegionsIncluded", "CountriesExcluded", "RegionsExcluded")


@lru_cache(maxsize=1024)
def read_place(countries: str, regions: str, no_countries: str, no_regions: str) -> Place:
    """The set that four space-separated lists describe.

    Source: EDItEUR ONIX for Books 3.1 revision 2, `Territory`; code lists 91 and 49.
    """
    named, areas = countries.split(), regions.split()
    left_out, without = no_countries.split(), no_regions.split()
    oddities: list[str] = []
    unknown = [(91, code) for code in (*named, *left_out) if code not in COUNTRIES]
    unknown += [(49, code) for code in (*areas, *without) if code not in _REGIONS]
    misplaced = [code for code in (*named, *left_out) if code in {"WORLD", "ROW"}]
    if misplaced:
        oddities.append(f"{misplaced[0]} is no country; it was not taken for one, so it opens no territory")
    vague = [code for code in (*areas, *without) if code != "WORLD" and "-" not in code]
    if vague:
        oddities.append(f"{vague[0]} is no region of one country; which countries it means is not said")
    if not named and not areas:
        oddities.append("it includes nothing")
    world = "WORLD" in areas
    territory = Territory(
        frozenset(left_out)
        if world
        else frozenset(code for code in named if len(code) == 2).difference(left_out),
        world,
        without=frozenset(code for code in without if "-" in code),
        regions=frozenset(code for code in areas if "-" in code),
    )
    exact = not any("-" not in code for code in without)
    return Place(_normal(territory), tuple(oddities), tuple(unknown), exact)


def _normal(territory: Territory) -> Territory:
    """The same set without regions that say nothing: in a country that is in, or out of one that is out."""
    base = Territory(territory.countries, territory.complement)
    return Territory(
        territory.countries,
        territory.complement,
        without=frozenset(code for code in territory.without if code[:2] in base),
        regions=frozenset(
            code for code in territory.regions if code[:2] not in base and code not in territory.without
        ),
    )


@frozen
class Claim:
    """One entry of the sales rights.

    Args:
        kind: Code of ONIX List 46.
        territory: Where it speaks.
        exact: False when the territory may be too large.
    """

    kind: str
    territory: Territory
    exact: bool = True


@frozen
class Rights:
    """What all entries together say.

    Args:
        windows: One for each entry that says yes or no somewhere.
        contested: Claimed by entries of different types at the same level; the stricter has it.
        unsaid: Where nothing is said.
    """

    windows: tuple[RightsWindow, ...]
    contested: Territory
    unsaid: Territory


_FOR_SALE: Final = {"01": True, "02": False, "07": True, "08": False}
_NOT_FOR_SALE: Final[dict[str, bool | None]] = {"03": None, "04": True, "05": False, "06": None}
_STRICTNESS: Final = {"06": 0, "05": 1, "04": 2, "03": 3, "08": 5, "07": 6, "02": 7, "01": 8}
_UNKNOWN_STRICTNESS: Final = 4


@lru_cache(maxsize=512)
def rights(claims: tuple[Claim, ...], rest: str | None) -> Rights:
    """The windows of all entries, none of which overlaps another.

    Args:
        claims: The entries, in any order.
        rest: Type of the rest of the world (ONIX List 46), or None when the record does not say.

    Source: EDItEUR ONIX for Books 3.1 revision 2, `SalesRights` and `ROWSalesRightsType`; code list 46.
    """
    taken, contested = NOWHERE, NOWHERE
    parts: dict[int, Territory] = {}
    order = sorted(
        range(len(claims)), key=lambda place: _STRICTNESS.get(claims[place].kind, _UNKNOWN_STRICTNESS)
    )
    for layer in (_regions, _countries, _world):
        here: dict[str, Territory] = {}
        for place in order:
            claim = claims[place]
            piece = layer(claim.territory)
            for kind, other in here.items():
                if kind != claim.kind:
                    contested |= piece & other
            here[claim.kind] = here.get(claim.kind, NOWHERE) | (piece - taken)
            if claim.kind in _FOR_SALE and not claim.exact:
                piece = NOWHERE
            parts[place] = parts.get(place, NOWHERE) | (piece - taken)
            taken |= piece
    windows = [
        window
        for place, claim in enumerate(claims)
        if (window := _window(claim.kind, parts[place], f"SalesRightsType {claim.kind}"))
    ]
    left = WORLD - taken
    if rest is not None and (window := _window(rest, left, f"ROWSalesRightsType {rest}")):
        windows.append(window)
        left = NOWHERE
    return Rights(tuple(windows), contested, left)


def _window(kind: str, territory: Territory, evidence: str) -> RightsWindow | None:
    if territory.is_empty:
        return None
    if kind in _FOR_SALE:
        exclusive: bool | None = _FOR_SALE[kind]
        says = RightsKind.FOR_SALE
    elif kind in _NOT_FOR_SALE:
        exclusive = _NOT_FOR_SALE[kind]
        says = RightsKind.NOT_FOR_SALE
    else:
        return None
    return RightsWindow(kind=says, territory=territory, exclusive=exclusive, evidence=evidence)


def _regions(territory: Territory) -> Territory:
    return Territory(regions=territory.regions)


def _countries(territory: Territory) -> Territory:
    if territory.complement:
        return NOWHERE
    return Territory(territory.countries, without=territory.without)


def _world(territory: Territory) -> Territory:
    if not territory.complement:
        return NOWHERE
    return Territory(territory.countries, True, without=territory.without)


@lru_cache(maxsize=1024)
def countries_in(territory: Territory) -> frozenset[str]:
    """Its countries by name; empty for all the world."""
    if territory.is_world:
        return frozenset()
    if territory.complement:
        return COUNTRIES - territory.countries
    return territory.countries | frozenset(code[:2] for code in territory.regions)
