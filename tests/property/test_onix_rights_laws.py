"""Laws of sales rights: windows against a plain reading, country by country and region by region."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.domain.rights import RightsKind
from commerce_bridge.domain.territory import Territory
from commerce_bridge.platforms.onix.rights import Claim, divide
from commerce_bridge.platforms.onix.territories import countries_in, read_place

COUNTRIES = ("GB", "US", "CA", "FR")
REGIONS = ("GB-SCT", "GB-WLS", "CA-QC", "CA-ON")
PLACES = (*COUNTRIES, *REGIONS, "DE")
"""``DE`` is never named: it stands for the rest of the world."""
STRICT_FIRST = ("06", "05", "04", "03", "08", "07", "02", "01")

some = st.sets(st.sampled_from(COUNTRIES)).map(lambda codes: " ".join(sorted(codes)))
areas = st.sets(st.sampled_from(REGIONS)).map(lambda codes: " ".join(sorted(codes)))


@st.composite
def lists(draw: st.DrawFn) -> tuple[str, str, str, str]:
    """Four lists as a `Territory` has them: countries included, regions included, and both excluded."""
    if draw(st.booleans()):
        return "", "WORLD", draw(some), draw(areas)
    return draw(some), draw(areas), "", draw(areas)


kinds = st.sampled_from(STRICT_FIRST)
entries = st.lists(st.tuples(kinds, lists()), max_size=5)
rest_of_world = st.sampled_from([None, "00", *STRICT_FIRST])


def rank(written: tuple[str, str, str, str], place: str) -> int | None:
    """How outright an entry names a place: 0 as a region, 1 as a country, 2 by WORLD; None when it does not."""
    included, regions, excluded, without = (one.split() for one in written)
    country = place[:2]
    in_base = ("WORLD" in regions and country not in excluded) or country in included
    if place in regions and not in_base and place not in without:
        return 0
    if not in_base or place in without:
        return None
    return 1 if country in included else 2


def plain_reading(
    written: list[tuple[str, tuple[str, str, str, str]]], rest: str | None, place: str
) -> str | None:
    """The type that has a place: the most outright claim, and of several the strictest."""
    claims = [
        (level, STRICT_FIRST.index(kind), kind)
        for kind, where in written
        if (level := rank(where, place)) is not None
    ]
    return min(claims)[2] if claims else rest


def says(kind: str | None) -> bool | None:
    return None if kind in {None, "00"} else kind in {"01", "02", "07", "08"}


@given(written=entries, rest=rest_of_world)
def test_the_windows_say_what_a_plain_reading_says(
    written: list[tuple[str, tuple[str, str, str, str]]], rest: str | None
) -> None:
    division = divide(tuple(Claim(kind, read_place(*where).territory) for kind, where in written), rest)
    for place in PLACES:
        found = [window for window in division.windows if place in window.territory]
        assert len(found) <= 1, "windows never overlap"
        verdict = (found[0].kind is RightsKind.FOR_SALE) if found else None
        assert verdict is says(plain_reading(written, rest, place)), place


@given(written=entries, rest=rest_of_world)
def test_the_order_of_the_entries_does_not_matter(
    written: list[tuple[str, tuple[str, str, str, str]]], rest: str | None
) -> None:
    claims = [Claim(kind, read_place(*where).territory) for kind, where in written]
    one, two = divide(tuple(claims), rest), divide(tuple(reversed(claims)), rest)
    for place in PLACES:
        assert {window.evidence for window in one.windows if place in window.territory} == {
            window.evidence for window in two.windows if place in window.territory
        }
        assert (place in one.contested) == (place in two.contested)


@given(written=entries)
def test_contested_is_where_the_most_outright_claims_differ(
    written: list[tuple[str, tuple[str, str, str, str]]],
) -> None:
    division = divide(tuple(Claim(kind, read_place(*where).territory) for kind, where in written), None)
    for place in PLACES:
        ranks = [(level, kind) for kind, where in written if (level := rank(where, place)) is not None]
        deciding = {kind for level, kind in ranks if level == min(ranks)[0]}
        assert (place in division.contested) == (len(deciding) > 1), place


@given(where=lists())
def test_a_territory_has_what_its_lists_say(where: tuple[str, str, str, str]) -> None:
    place_ = read_place(*where)
    for place in PLACES:
        assert (place in place_.territory) == (rank(where, place) is not None), place


@given(where=lists())
def test_countries_written_out_are_those_of_the_territory(where: tuple[str, str, str, str]) -> None:
    territory = read_place(*where).territory
    written = countries_in(territory)
    if territory.is_world:
        assert written == frozenset()
        return
    for country in (*COUNTRIES, "DE"):
        regions = any(region in territory for region in REGIONS if region[:2] == country)
        assert (country in written) == (country in territory or regions)


@given(where=lists())
def test_a_territory_is_in_its_normal_form(where: tuple[str, str, str, str]) -> None:
    territory = read_place(*where).territory
    base = Territory(territory.countries, territory.complement)
    assert all(region[:2] in base for region in territory.without)
    assert not any(region[:2] in base for region in territory.regions)
