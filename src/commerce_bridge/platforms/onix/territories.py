"""Territories: from lists of codes to sets."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from attrs import frozen

from commerce_bridge.domain.territory import WORLD, Territory
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
    place = read_place(*[" ".join(node.all(name)) if node.has(name) else "" for name in _LISTS])
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
        regions=frozenset(code for code in areas if "-" in code and code not in without),
    )
    exact = not any("-" not in code for code in without)
    return Place(territory, tuple(oddities), tuple(unknown), exact)


@lru_cache(maxsize=1024)
def countries_in(territory: Territory) -> frozenset[str]:
    """Its countries by name; empty for all the world."""
    if territory.is_world:
        return frozenset()
    if territory.complement:
        return COUNTRIES - territory.countries
    return territory.countries | frozenset(code[:2] for code in territory.regions)
