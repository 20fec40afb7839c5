"""Allowed(format, market, instant) is the union and difference of its windows, and flips at their edges."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.domain.dates import Date
from commerce_bridge.domain.market import Market
from commerce_bridge.domain.rights import RightsKind, RightsWindow
from commerce_bridge.domain.territory import Territory
from commerce_bridge.publishing.rights import allowed, flips, reachable, sale_territory
from rigs.publishing import MOMENT, a_format, market, utc

COUNTRIES = ("GB", "IE", "US", "CA")
CHANNELS = ("1", "2")
ZONES = ("Europe/London", "America/Toronto", "Pacific/Apia", "America/Sao_Paulo", "Asia/Kathmandu")

days = st.dates(date(2026, 3, 25), date(2026, 4, 10)).map(Date)
windows = st.builds(
    RightsWindow,
    kind=st.sampled_from(RightsKind),
    territory=st.builds(Territory, st.sets(st.sampled_from(COUNTRIES)), st.booleans()),
    channels=st.frozensets(st.sampled_from(CHANNELS), max_size=1),
    starts=st.none() | days,
    ends=st.none() | days,
)
rights = st.lists(windows, max_size=6).map(tuple)
markets = st.builds(
    lambda countries, zone, channel: market(*countries, zone=zone, channel=channel),
    st.sets(st.sampled_from(COUNTRIES), min_size=1),
    st.sampled_from(ZONES),
    st.sampled_from(CHANNELS),
)
instants = st.integers(0, 20 * 24 * 60).map(
    lambda minutes: utc("2026-03-23T00:00") + timedelta(minutes=minutes)
)


def sold(
    windows: tuple[RightsWindow, ...], where: Market, country: str, instant: datetime, unknown: bool
) -> bool:
    """The law, said without spans or sets: day by day and country by country."""
    today = instant.astimezone(ZoneInfo(where.time_zone)).date()

    def speaks(window: RightsWindow, kind: RightsKind) -> bool:
        return (
            window.kind is kind
            and country in window.territory
            and (not window.channels or where.channel in window.channels)
            and (window.starts is None or window.starts.first <= today)
            and (window.ends is None or today <= window.ends.first)
        )

    silent = all(window.kind is RightsKind.NOT_FOR_SALE for window in windows)
    granted = (silent and unknown) or any(speaks(window, RightsKind.FOR_SALE) for window in windows)
    return granted and not any(speaks(window, RightsKind.NOT_FOR_SALE) for window in windows)


@given(rights, markets, instants, st.booleans())
def test_it_is_the_union_of_grants_less_the_union_of_bans(
    windows: tuple[RightsWindow, ...], where: Market, instant: datetime, unknown: bool
) -> None:
    format_ = a_format(rights=windows)
    countries = where.territory.countries
    expected = {country for country in countries if sold(windows, where, country, instant, unknown)}
    assert allowed(format_, where, instant, unknown=unknown) == (expected == countries)
    assert reachable(format_, where, instant, unknown=unknown).countries == expected


@given(rights, markets, instants, st.booleans())
def test_it_flips_exactly_at_the_flips(
    windows: tuple[RightsWindow, ...], where: Market, instant: datetime, unknown: bool
) -> None:
    format_ = a_format(rights=windows)
    turns = flips(format_, where, unknown=unknown)
    assert list(turns) == sorted(set(turns))
    answer = allowed(format_, where, utc("2026-01-01T00:00"), unknown=unknown)
    for turn in turns:
        assert allowed(format_, where, turn - MOMENT, unknown=unknown) is answer
        answer = not answer
        assert allowed(format_, where, turn, unknown=unknown) is answer
        assert turn.astimezone(ZoneInfo(where.time_zone)).hour in {0, 1}  # a day begins; once after a jump
    assert allowed(format_, where, utc("2027-01-01T00:00"), unknown=unknown) is answer
    passed = sum(1 for turn in turns if turn <= instant)
    start = allowed(format_, where, utc("2026-01-01T00:00"), unknown=unknown)
    assert allowed(format_, where, instant, unknown=unknown) is (start ^ bool(passed % 2))


@given(rights, st.permutations(range(6)), markets, instants)
def test_the_order_of_windows_does_not_matter(
    windows: tuple[RightsWindow, ...], order: list[int], where: Market, instant: datetime
) -> None:
    shuffled = tuple(windows[index] for index in order if index < len(windows))
    assert sale_territory(windows, where, instant) == sale_territory(shuffled, where, instant)
    assert flips(a_format(rights=windows), where) == flips(a_format(rights=shuffled), where)
