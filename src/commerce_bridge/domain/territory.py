"""Territories: sets of countries, closed under union, intersection and difference.

A territory is a finite set of countries or all the world but a finite set, so that
`WORLD - {GB}` needs no list of all countries.  "The rest of the world" is what the
others leave: `WORLD - a - b`.

Two territories that hold the same places are equal.  Regions are taken for disjoint parts
of their countries; of two codes for overlapping regions (ISO 3166-2 has a few, such as
GB-EAW beside GB-ENG) neither contains the other here.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import field, frozen


def _codes(codes: Iterable[str]) -> frozenset[str]:
    return frozenset(codes)


@frozen
class Territory:
    """A set of countries, and the regions inside them that are left out.

    Args:
        countries: ISO 3166-1 alpha-2 codes in capitals.
        complement: Whether the set is all the world *but* these countries.
        without: ISO 3166-2 regions left out of countries that are in the set, such as ``CA-QC``.
        regions: ISO 3166-2 regions that are in, though their country is not; one named in both is in.
    """

    countries: frozenset[str] = field(default=frozenset(), converter=_codes)
    complement: bool = False
    without: frozenset[str] = field(default=frozenset(), converter=_codes, kw_only=True)
    regions: frozenset[str] = field(default=frozenset(), converter=_codes, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Keep one way of saying each set: a region is named only where it differs from its country."""
        if not self.without and not self.regions:
            return
        within = {region for region in self.without | self.regions if region[:2] in self}
        object.__setattr__(self, "without", (self.without & within) - self.regions)
        object.__setattr__(self, "regions", self.regions - within)

    def __contains__(self, place: str) -> bool:
        """Whether a country, or a region such as ``GB-SCT``, is in."""
        country = place[:2]
        inside = (country in self.countries) is not self.complement
        if len(place) == 2:
            return inside
        return place in self.regions or (inside and place not in self.without)

    def __or__(self, other: Territory) -> Territory:
        if self.is_empty or other.is_empty:
            return other if self.is_empty else self
        return ~(~self & ~other)

    def __and__(self, other: Territory) -> Territory:
        if self.is_world or other.is_world:
            return other if self.is_world else self
        if self.complement and other.complement:
            countries, complement = self.countries | other.countries, True
        elif self.complement:
            countries, complement = other.countries - self.countries, False
        elif other.complement:
            countries, complement = self.countries - other.countries, False
        else:
            countries, complement = self.countries & other.countries, False
        return _shaped(countries, complement, self, other)

    def __sub__(self, other: Territory) -> Territory:
        return self if other.is_empty else self & ~other

    def __invert__(self) -> Territory:
        return Territory(self.countries, not self.complement, without=self.regions, regions=self.without)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in."""
        return not self.complement and not self.countries and not self.regions

    @property
    def is_world(self) -> bool:
        """Whether everything is in."""
        return self.complement and not self.countries and not self.without

    def __str__(self) -> str:
        names = " ".join(sorted(self.countries))
        base = (f"WORLD but {names}" if names else "WORLD") if self.complement else names
        parts = [part for part in (base, " ".join(sorted(self.regions))) if part]
        without = f" (without {' '.join(sorted(self.without))})" if self.without else ""
        return (" and ".join(parts) or "nowhere") + without


def _shaped(countries: frozenset[str], complement: bool, one: Territory, two: Territory) -> Territory:
    """A territory over `countries` whose regions are those in both of the two given."""
    named = one.without | one.regions | two.without | two.regions
    if not named:
        return Territory(countries, complement)
    inside = frozenset(region for region in named if region in one and region in two)
    return Territory(countries, complement, without=named - inside, regions=inside)


WORLD = Territory(frozenset(), True)
NOWHERE = Territory()


def territory(*countries: str) -> Territory:
    """The territory of these countries."""
    return Territory(frozenset(countries))
