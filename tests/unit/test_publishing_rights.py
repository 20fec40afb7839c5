"""Rights: what may be sold where and when."""

from __future__ import annotations

from datetime import datetime

import pytest

from commerce_bridge.domain.market import Market
from commerce_bridge.domain.rights import RightsWindow
from commerce_bridge.domain.territory import NOWHERE, WORLD, Territory, territory
from commerce_bridge.publishing.rights import allowed, flips, reachable, regions_out, sale_territory
from rigs.publishing import MOMENT, a_format, ban, grant, market, utc

NOW = utc("2026-11-02T09:00")


def may(
    *windows: RightsWindow, at: datetime = NOW, where: Market | None = None, unknown: bool = False
) -> bool:
    return allowed(a_format(rights=windows), where or market(), at, unknown=unknown)


def turns(*windows: RightsWindow, where: Market | None = None) -> tuple[datetime, ...]:
    return flips(a_format(rights=windows), where or market())


def test_a_grant_opens_its_territory_and_nothing_else() -> None:
    assert may(grant("GB IE"))
    assert not may(grant("US"))
    assert may(grant("WORLD"))


def test_a_ban_outweighs_a_grant() -> None:
    assert not may(grant("WORLD"), ban("GB"))
    assert may(grant("WORLD"), ban("US"))
    assert not may(ban("GB"), grant("GB"))


def test_the_rest_of_the_world_is_said_by_its_own_window() -> None:
    rest = WORLD - territory("GB", "US")
    windows = (grant("GB"), ban("US"), grant(rest))
    for country, sold in (("GB", True), ("US", False), ("FR", True)):
        assert may(*windows, where=market(country)) is sold


def test_all_countries_of_a_market_must_be_open() -> None:
    assert may(grant("GB IE FR"), where=market("GB", "IE"))
    assert not may(grant("GB"), where=market("GB", "IE"))
    assert may(grant("GB"), grant("IE"), where=market("GB", "IE"))
    assert reachable(a_format(rights=(grant("GB US"),)), market("GB", "IE"), NOW) == territory("GB")


def test_a_market_of_the_whole_world_wants_rights_in_all_of_it() -> None:
    worldwide = Market(name="everywhere", territory=WORLD, currency="GBP")
    assert may(grant("WORLD"), where=worldwide)
    assert not may(grant("WORLD"), ban("US"), where=worldwide)


def test_a_market_without_countries_sells_nothing() -> None:
    assert not may(grant("WORLD"), where=Market(name="none", territory=NOWHERE, currency="GBP"))


def test_a_region_left_out_keeps_its_country_open_and_is_named() -> None:
    format_ = a_format(rights=(grant("CA"), ban(Territory(regions={"CA-QC"}))))
    assert allowed(format_, market("CA"), NOW)
    assert regions_out(format_, market("CA"), NOW) == Territory(regions={"CA-QC"})
    assert regions_out(a_format(), market("CA"), NOW) == NOWHERE


def test_a_market_of_one_region_wants_rights_in_it() -> None:
    quebec = Market(name="Québec", territory=Territory(regions={"CA-QC"}), currency="CAD")
    assert may(grant("CA"), where=quebec)
    assert may(grant(Territory(regions={"CA-QC"})), where=quebec)
    assert not may(grant(Territory({"CA"}, without={"CA-QC"})), where=quebec)


def test_a_window_may_be_for_some_channels_only() -> None:
    windows = (grant("WORLD", channels={"2"}), ban("GB", channels={"3"}))
    assert not may(*windows, where=market(channel="1"))
    assert may(*windows, where=market(channel="2"))
    assert may(grant("WORLD"), windows[1], where=market(channel="1"))
    assert not may(grant("WORLD"), windows[1], where=market(channel="3"))


class TestUnknown:
    def test_without_any_window_the_setting_decides(self) -> None:
        assert not may()
        assert may(unknown=True)

    def test_what_is_forbidden_stays_forbidden(self) -> None:
        assert not may(ban("GB"), unknown=True)
        assert may(ban("US"), unknown=True)
        assert not may(ban("US"))

    def test_a_grant_anywhere_or_at_any_time_is_no_silence(self) -> None:
        assert not may(grant("US"), unknown=True)
        assert not may(grant("GB", ends="2020-01-01"), unknown=True)


class TestTime:
    @pytest.mark.parametrize(
        ("zone", "begins", "ended"),
        [
            ("Europe/London", "2026-06-30T23:00", "2026-12-01T00:00"),
            ("America/Toronto", "2026-07-01T04:00", "2026-12-01T05:00"),
            ("Pacific/Auckland", "2026-06-30T12:00", "2026-11-30T11:00"),
        ],
    )
    def test_days_are_the_markets_and_the_last_one_counts(self, zone: str, begins: str, ended: str) -> None:
        window, where = grant("WORLD", starts="2026-07-01", ends="2026-11-30"), market(zone=zone)
        for edge, inside in ((utc(begins), True), (utc(ended), False)):
            assert may(window, at=edge, where=where) is inside
            assert may(window, at=edge - MOMENT, where=where) is not inside
        assert turns(window, where=where) == (utc(begins), utc(ended))

    def test_an_instant_is_the_same_everywhere(self) -> None:
        window = grant("WORLD", starts="2026-07-01T12:00Z")
        for zone in ("Pacific/Auckland", "America/Toronto"):
            assert turns(window, where=market(zone=zone)) == (utc("2026-07-01T12:00"),)

    def test_of_a_month_a_grant_begins_late_and_a_ban_early(self) -> None:
        assert turns(grant(starts="2026-03")) == (utc("2026-03-30T23:00"),)
        assert turns(grant(), ban(starts="2026-03")) == (utc("2026-03-01T00:00"),)
        assert turns(grant(ends="2026-03")) == (utc("2026-03-31T23:00"),)
        assert turns(grant(), ban(ends="2026-03")) == (utc("2026-03-31T23:00"),)

    def test_edges_that_change_nothing_are_no_flips(self) -> None:
        assert turns(grant(), grant(starts="2026-07-01")) == ()
        assert turns(grant(ends="2026-06-30"), grant(starts="2026-07-01")) == ()
        assert turns(grant(), ban("US", starts="2026-07-01")) == ()
        assert turns(grant(), ban(channels={"9"}, starts="2026-07-01")) == ()
        assert turns(ban(), grant(starts="2026-07-01")) == ()

    def test_a_gap_between_windows_flips_twice(self) -> None:
        gap = (grant(ends="2026-06-30"), grant(starts="2026-07-02"))
        assert turns(*gap) == (utc("2026-06-30T23:00"), utc("2026-07-01T23:00"))

    def test_a_window_that_ends_before_it_begins_is_never_open(self) -> None:
        backwards = grant(starts="2026-07-01", ends="2026-06-01")
        assert turns(backwards) == ()
        assert not may(backwards)

    def test_the_last_day_of_the_calendar_means_for_ever(self) -> None:
        assert turns(grant(ends="9999-12-31")) == ()
        assert turns(grant(ends="9999")) == ()
        assert may(grant(ends="9999-12-31"))

    def test_the_first_day_of_the_calendar_means_always(self) -> None:
        assert turns(grant(starts="0001-01-01"), where=market(zone="Asia/Tokyo")) == ()
        assert may(grant(starts="0001-01-01"))


def test_where_it_may_be_sold_is_told() -> None:
    windows = (grant("GB IE FR"), ban("FR"), grant("US", starts="2027-01-01"))
    assert sale_territory(windows, market(), NOW) == territory("GB", "IE")
    assert sale_territory((), market(), NOW) == NOWHERE
    assert sale_territory((), market(), NOW, unknown=True) == WORLD
