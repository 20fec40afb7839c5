"""Sales rights: from entries that claim territories to windows that do not overlap.

A country named outright outweighs WORLD, a region named outright outweighs its country, and where
two entries claim the same place the stricter one has it.  What nobody claims belongs to the
rest-of-world entry, and without one it is unknown, which is not for sale.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from attrs import frozen

from commerce_bridge.domain.dates import Date
from commerce_bridge.domain.rights import RightsKind, RightsWindow
from commerce_bridge.domain.territory import NOWHERE, WORLD, Territory
from commerce_bridge.platforms.onix.dates import noted_date
from commerce_bridge.platforms.onix.diagnostics import Notes
from commerce_bridge.platforms.onix.node import Node
from commerce_bridge.platforms.onix.settings import OnixSettings
from commerce_bridge.platforms.onix.territories import place_of


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
class Division:
    """What all entries together say.

    Args:
        windows: One for each entry that says yes or no somewhere.
        contested: Claimed by entries of different types at the same level; the stricter has it.
    """

    windows: tuple[RightsWindow, ...]
    contested: Territory


_FOR_SALE: Final = {"01": True, "02": False, "07": True, "08": False}
_NOT_FOR_SALE: Final[dict[str, bool | None]] = {"03": None, "04": True, "05": False, "06": None}
_STRICTNESS: Final = {"06": 0, "05": 1, "04": 2, "03": 3, "08": 5, "07": 6, "02": 7, "01": 8}
_UNKNOWN_STRICTNESS: Final = 4


@lru_cache(maxsize=512)
def divide(claims: tuple[Claim, ...], rest: str | None) -> Division:
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
    return Division(tuple(windows), contested)


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


UNREADABLE_EMBARGO: Final = "an embargo whose date cannot be read"


@frozen(kw_only=True)
class Limit:
    """A restriction under which this shop may not sell.

    Args:
        code: Code of ONIX List 71.
        territory: Where.
        starts: First day, or None for always.
        ends: Last day, or None for ever.
    """

    code: str
    territory: Territory
    starts: Date | None = None
    ends: Date | None = None

    @property
    def window(self) -> RightsWindow:
        """It as a window."""
        return closed(self.territory, self.starts, self.ends, f"SalesRestriction {self.code}")

    @property
    def is_lasting(self) -> bool:
        """Whether it holds everywhere and always, so that it says something of the format itself."""
        return self.territory.is_world and self.starts is None and self.ends is None


def closed(territory: Territory, starts: Date | None, ends: Date | None, evidence: str) -> RightsWindow:
    """A window in which it is not for sale."""
    return RightsWindow(
        kind=RightsKind.NOT_FOR_SALE, territory=territory, starts=starts, ends=ends, evidence=evidence
    )


def limits(node: Node, territory: Territory, settings: OnixSettings, notes: Notes) -> list[Limit]:
    """The restrictions of a composite under which this shop may not sell.

    A date that cannot be read leaves its end of the restriction open: it holds for longer, not for less.
    """
    found: list[Limit] = []
    for one in node.each("SalesRestriction"):
        code = notes.code(71, one, "SalesRestrictionType")
        if code is None or code not in settings.closed_to_us:
            continue
        starts = noted_date(one, notes, "StartDate").first if one.has("StartDate") else None
        ends = noted_date(one, notes, "EndDate").first if one.has("EndDate") else None
        found.append(Limit(code=code, territory=territory, starts=starts, ends=ends))
    return found


def rights(
    publishing: Node, out_of_print: Date | None, hold: bool, settings: OnixSettings, notes: Notes
) -> tuple[tuple[RightsWindow, ...], tuple[str, ...]]:
    """The windows of a product, and the restrictions (ONIX List 71) that hold everywhere and always.

    Args:
        publishing: The `PublishingDetail`.
        out_of_print: From when it is out of print everywhere, or None.
        hold: Whether it has an embargo whose date cannot be read: then it is not for sale until that is mended.
        settings: How to read.
        notes: Where oddities go.

    Source: EDItEUR ONIX for Books 3.1 revision 2, `SalesRights`, `ROWSalesRightsType`, `SalesRestriction`;
    code lists 46 and 71.
    """
    claims: list[Claim] = []
    found = limits(publishing, WORLD, settings, notes)
    for entry in publishing.each("SalesRights"):
        kind = notes.code(46, entry, "SalesRightsType")
        place = place_of(entry, notes)
        if kind is None or place is None:
            message = "Sales rights need a type and a territory; the entry was left out."
            notes.error("rights.entry", message, entry)
            continue
        claims.append(Claim(kind, place.territory, place.exact))
        found += limits(entry, place.territory, settings, notes)
    rest = notes.code(46, publishing, "ROWSalesRightsType")
    division = divide(tuple(claims), rest)
    if not division.contested.is_empty:
        message = f"Entries of different types claim {division.contested}; the stricter one was taken."
        notes.warning("rights.contested", message, publishing, "SalesRights")
    windows = [*division.windows, *(limit.window for limit in found if not limit.is_lasting)]
    if out_of_print is not None:
        windows.append(closed(WORLD, out_of_print, None, "PublishingDate 13"))
    if hold:
        windows.append(closed(WORLD, None, None, UNREADABLE_EMBARGO))
    return tuple(windows), tuple(dict.fromkeys(limit.code for limit in found if limit.is_lasting))
