"""Availability: the stage of a format in a market, and when it changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from commerce_bridge.domain.market import Market
from commerce_bridge.domain.territory import WORLD, Territory
from commerce_bridge.domain.title import Format, Status, Supply
from commerce_bridge.publishing.availability import (
    BY_STATUS,
    BY_SUPPLY,
    DELIVERABLE,
    MARKET_STATUS,
    NOT_YET,
    Availability,
    Stage,
    availability,
    on_sale_at,
    supply_of,
)
from rigs.publishing import MOMENT, a_format, ban, grant, market, utc, when

NOW = utc("2026-11-02T09:00")
HOME = market()
COMING = {"status": Status.FORTHCOMING, "publication_date": "2026-11-20"}
RELEASE = utc("2026-11-20T00:00")


def stage_of(format_: Format, at: datetime = NOW, where: Market = HOME) -> Stage:
    return availability(format_, where, at).stage


def said(format_: Format, at: datetime = NOW, where: Market = HOME) -> Availability:
    return availability(format_, where, at)


def supply(availability: str | None = None, *, countries: str = "", **settings: Any) -> Supply:
    dates = {name: when(text) if name != "status" else text for name, text in settings.items()}
    return Supply(availability=availability, countries=frozenset(countries.split()), **dates)


class TestTables:
    def test_every_status_either_settles_or_leaves_it_to_dates(self) -> None:
        undecided = set(Status) - set(BY_STATUS)
        assert undecided == {Status.UNSPECIFIED, Status.FORTHCOMING, Status.ACTIVE, Status.UNKNOWN}

    def test_every_supply_code_has_its_place_once(self) -> None:
        codes = {
            *("01", "09", "10", "11", "12", "20", "21", "22", "23", "30", "31", "32", "33", "34"),
            *(str(code) for code in range(40, 53)),
        }
        assert set(BY_SUPPLY) | DELIVERABLE | NOT_YET == codes
        assert not set(BY_SUPPLY) & DELIVERABLE
        assert not set(BY_SUPPLY) & NOT_YET

    def test_every_market_status_but_the_silent_ones_has_a_meaning(self) -> None:
        assert set(MARKET_STATUS) == {
            *(
                "01",
                "02",
                "03",
                "04",
                "05",
                "06",
                "07",
                "08",
                "10",
                "11",
                "12",
                "13",
                "14",
                "15",
                "16",
                "17",
                "18",
            )
        }

    @pytest.mark.parametrize(
        ("status", "stage"),
        [
            (Status.CANCELLED, Stage.HIDDEN),
            (Status.POSTPONED, Stage.HIDDEN),
            (Status.ACTIVE, Stage.LIVE),
            (Status.NO_LONGER_OURS, Stage.CLOSED),
            (Status.OUT_OF_PRINT, Stage.CLOSED),
            (Status.ACTIVE_NOT_SOLD_SEPARATELY, Stage.CLOSED),
            (Status.WITHDRAWN, Stage.WITHDRAWN),
            (Status.RECALLED, Stage.WITHDRAWN),
            (Status.TEMPORARILY_WITHDRAWN, Stage.WITHDRAWN),
            (Status.FORTHCOMING, Stage.COMING_SOON),
            (Status.UNKNOWN, Stage.COMING_SOON),
        ],
    )
    def test_a_status_without_dates_or_supply(self, status: Status, stage: Stage) -> None:
        assert stage_of(a_format(status=status)) is stage

    @pytest.mark.parametrize(
        ("code", "stage"),
        [
            ("01", Stage.HIDDEN),
            ("09", Stage.HIDDEN),
            ("10", Stage.COMING_SOON),
            ("11", Stage.COMING_SOON),
            ("20", Stage.LIVE),
            ("23", Stage.LIVE),
            ("31", Stage.CLOSED),
            ("34", Stage.WITHDRAWN),
            ("43", Stage.CLOSED),
            ("49", Stage.WITHDRAWN),
            ("52", Stage.HIDDEN),
            ("97", Stage.LIVE),
            ("XX", Stage.LIVE),
        ],
    )
    def test_a_supply_of_an_active_format_without_dates(self, code: str, stage: Stage) -> None:
        assert stage_of(a_format(supplies=(supply(code),))) is stage


class TestTheWayToTheShop:
    format_ = a_format(
        status=Status.FORTHCOMING,
        announced="2026-11-05",
        preorder_from="2026-11-10",
        embargo="2026-11-18",
        publication_date="2026-11-20",
    )

    def test_stage_follows_stage_at_its_instant_and_says_when(self) -> None:
        steps = [
            (Stage.HIDDEN, NOW),
            (Stage.COMING_SOON, utc("2026-11-05T00:00")),
            (Stage.PREORDER, utc("2026-11-10T00:00")),
            (Stage.LIVE, utc("2026-11-18T00:00")),
        ]
        for (stage, begins), (_, ends) in zip(steps, [*steps[1:], (None, None)], strict=True):
            now = said(self.format_, begins)
            assert now.stage is stage
            assert now.next_change == ends
            if ends is not None:
                assert stage_of(self.format_, ends - MOMENT) is stage
        assert said(self.format_, steps[-1][1]).next_change is None

    def test_while_it_waits_it_says_when_it_goes_on_sale(self) -> None:
        assert said(self.format_, utc("2026-11-06T00:00")).on_sale == utc("2026-11-18T00:00")
        assert said(self.format_, utc("2026-11-12T00:00")).on_sale == utc("2026-11-18T00:00")
        assert said(self.format_, utc("2026-11-19T00:00")).on_sale is None

    def test_the_day_begins_in_the_market(self) -> None:
        sydney = market("AU", zone="Australia/Sydney")
        assert on_sale_at(self.format_, sydney) == utc("2026-11-17T13:00")
        assert stage_of(self.format_, utc("2026-11-17T13:00"), sydney) is Stage.LIVE
        assert stage_of(self.format_, utc("2026-11-17T13:00"), HOME) is Stage.PREORDER


class TestDates:
    def test_without_a_preorder_date_orders_open_when_it_is_announced(self) -> None:
        assert stage_of(a_format(**COMING)) is Stage.PREORDER
        announced = a_format(**COMING, announced="2026-11-05")
        assert stage_of(announced) is Stage.HIDDEN
        assert stage_of(announced, utc("2026-11-05T00:00")) is Stage.PREORDER

    def test_without_an_embargo_the_publication_date_stands(self) -> None:
        assert on_sale_at(a_format(**COMING), HOME) == RELEASE
        assert on_sale_at(a_format(**COMING, embargo="2026-11-18"), HOME) == utc("2026-11-18T00:00")
        assert on_sale_at(a_format(**COMING, embargo="2026-11-25"), HOME) == utc("2026-11-25T00:00")

    def test_an_active_status_opens_nothing_before_its_date(self) -> None:
        early = a_format(status=Status.ACTIVE, publication_date="2026-11-20", supplies=(supply("21"),))
        assert stage_of(early) is Stage.PREORDER
        assert stage_of(early, RELEASE) is Stage.LIVE

    def test_a_forthcoming_format_goes_live_on_its_day_though_nobody_says_so_again(self) -> None:
        coming = a_format(**COMING, supplies=(supply("10"),))
        assert stage_of(coming) is Stage.PREORDER
        assert said(coming).next_change == RELEASE
        assert stage_of(coming, RELEASE) is Stage.LIVE

    def test_a_month_is_not_begun_before_its_last_day(self) -> None:
        month = a_format(status=Status.FORTHCOMING, publication_date="2026-11")
        assert stage_of(month, utc("2026-11-29T12:00")) is Stage.PREORDER
        assert stage_of(month, utc("2026-11-30T00:00")) is Stage.LIVE

    def test_what_is_not_announced_is_hidden_whatever_else_is_said(self) -> None:
        odd = a_format(publication_date="2026-10-01", announced="2026-12-01")
        assert stage_of(odd) is Stage.HIDDEN
        assert said(odd).next_change == utc("2026-12-01T00:00")

    def test_without_a_date_a_forthcoming_format_waits_even_with_stock(self) -> None:
        assert stage_of(a_format(status=Status.FORTHCOMING, supplies=(supply("21"),))) is Stage.COMING_SOON

    def test_without_status_or_date_stock_decides(self) -> None:
        assert stage_of(a_format(status=Status.UNKNOWN, supplies=(supply("21"),))) is Stage.LIVE
        assert stage_of(a_format(status=Status.UNKNOWN, supplies=(supply("10"),))) is Stage.COMING_SOON

    def test_a_settled_status_has_no_next_change(self) -> None:
        assert said(a_format(status=Status.CANCELLED, publication_date="2026-11-20")).next_change is None


class TestMarketsAndSuppliers:
    def test_a_markets_own_dates_replace_the_general_ones(self) -> None:
        format_ = a_format(
            status=Status.FORTHCOMING,
            announced="2026-11-10",
            preorder_from="2026-11-10",
            publication_date="2026-12-10",
            supplies=(
                supply(
                    "10",
                    countries="GB",
                    announced="2026-11-01",
                    preorder_from="2026-11-03",
                    publication_date="2026-11-08",
                ),
            ),
        )
        assert stage_of(format_) is Stage.COMING_SOON
        assert stage_of(format_, utc("2026-11-03T00:00")) is Stage.PREORDER
        assert stage_of(format_, utc("2026-11-08T00:00")) is Stage.LIVE
        elsewhere = market("US")
        assert stage_of(format_, utc("2026-11-08T00:00"), elsewhere) is Stage.HIDDEN

    def test_a_markets_embargo_replaces_the_general_one_earlier_or_later(self) -> None:
        for own, expected in (("2026-11-10", "2026-11-10T00:00"), ("2026-11-25", "2026-11-25T00:00")):
            format_ = a_format(**COMING, embargo="2026-11-18", supplies=(supply("10", on_sale=own),))
            assert on_sale_at(format_, HOME) == utc(expected)

    def test_of_several_suppliers_embargoes_the_latest_holds(self) -> None:
        format_ = a_format(
            **COMING, supplies=(supply("20", on_sale="2026-11-18"), supply("10", on_sale="2026-11-22"))
        )
        assert on_sale_at(format_, HOME) == utc("2026-11-22T00:00")

    def test_what_is_expected_later_waits_for_it(self) -> None:
        format_ = a_format(**COMING, supplies=(supply("10", expected="2026-11-27"),))
        assert on_sale_at(format_, HOME) == utc("2026-11-27T00:00")
        earlier = a_format(**COMING, supplies=(supply("10", expected="2026-11-10"),))
        assert on_sale_at(earlier, HOME) == RELEASE

    @pytest.mark.parametrize("code", [None, "97", "XX"])
    def test_an_expected_date_counts_too_where_the_supply_says_nothing_else(self, code: str | None) -> None:
        format_ = a_format(**COMING, supplies=(supply(code, expected="2026-11-27"),))
        assert on_sale_at(format_, HOME) == utc("2026-11-27T00:00")

    def test_what_is_there_waits_for_nothing_expected(self) -> None:
        format_ = a_format(publication_date="2026-10-01", supplies=(supply("21", expected="2026-12-24"),))
        assert stage_of(format_) is Stage.LIVE

    def test_an_expected_date_alone_is_a_date(self) -> None:
        format_ = a_format(status=Status.FORTHCOMING, supplies=(supply("10", expected="2026-11-27"),))
        assert stage_of(format_) is Stage.PREORDER
        assert said(format_).on_sale == utc("2026-11-27T00:00")

    def test_the_supply_that_names_the_country_comes_before_the_one_that_names_none(self) -> None:
        general, home, away = supply("20"), supply("31", countries="GB IE"), supply("43", countries="US")
        format_ = a_format(supplies=(general, away, home))
        assert supply_of(format_, HOME) is home
        assert supply_of(format_, market("FR")) is general
        assert supply_of(a_format(supplies=(away,)), HOME) is None

    def test_a_market_of_the_world_takes_supplies_that_name_countries(self) -> None:
        named = supply("31", countries="GB US")
        worldwide = Market(name="everywhere", territory=WORLD, currency="GBP")
        assert supply_of(a_format(supplies=(named,)), worldwide) is named
        not_there = Market(name="the rest", territory=WORLD - Territory({"GB", "US"}), currency="GBP")
        assert supply_of(a_format(supplies=(named,)), not_there) is None

    def test_a_market_of_a_region_takes_its_countrys_supply(self) -> None:
        named = supply("20", countries="GB")
        scotland = Market(name="Scotland", territory=Territory(regions={"GB-SCT"}), currency="GBP")
        assert supply_of(a_format(supplies=(named,)), scotland) is named

    def test_one_supplier_that_delivers_is_enough(self) -> None:
        for codes in (("43", "20"), ("20", "43"), ("31", "99", "21")):
            format_ = a_format(supplies=tuple(supply(code) for code in codes))
            assert stage_of(format_) is Stage.LIVE

    @pytest.mark.parametrize(
        ("general", "own", "stage"),
        [
            (Status.ACTIVE, "12", Stage.HIDDEN),
            (Status.ACTIVE, "17", Stage.WITHDRAWN),
            (Status.ACTIVE, "07", Stage.CLOSED),
            (Status.OUT_OF_PRINT, "04", Stage.LIVE),
            (Status.OUT_OF_PRINT, "14", Stage.LIVE),
            (Status.ACTIVE, "00", Stage.LIVE),
            (Status.ACTIVE, "09", Stage.LIVE),
            (Status.ACTIVE, "ZZ", Stage.LIVE),
            (Status.ACTIVE, "02", Stage.COMING_SOON),
        ],
    )
    def test_a_markets_own_status_replaces_the_general_one(
        self, general: Status, own: str, stage: Stage
    ) -> None:
        assert stage_of(a_format(status=general, supplies=(supply(status=own),))) is stage

    @pytest.mark.parametrize(
        ("status", "code", "stage"),
        [
            (Status.OUT_OF_PRINT, "21", Stage.CLOSED),
            (Status.OUT_OF_PRINT, "46", Stage.WITHDRAWN),
            (Status.WITHDRAWN, "40", Stage.WITHDRAWN),
            (Status.WITHDRAWN, "21", Stage.WITHDRAWN),
            (Status.CANCELLED, "20", Stage.HIDDEN),
        ],
    )
    def test_the_stricter_of_status_and_supply_holds(self, status: Status, code: str, stage: Stage) -> None:
        assert stage_of(a_format(status=status, supplies=(supply(code),))) is stage


class TestRights:
    def test_without_rights_it_is_hidden(self) -> None:
        assert stage_of(a_format(rights=(grant("US"),))) is Stage.HIDDEN
        assert stage_of(a_format(rights=())) is Stage.HIDDEN
        assert availability(a_format(rights=()), HOME, NOW, rights_unknown=True).stage is Stage.LIVE

    def test_a_right_that_ends_ends_the_sale_at_its_instant(self) -> None:
        format_ = a_format(rights=(grant(ends="2026-12-31"),))
        assert said(format_).next_change == utc("2027-01-01T00:00")
        assert stage_of(format_, utc("2027-01-01T00:00")) is Stage.HIDDEN

    def test_a_right_that_begins_in_the_middle_of_a_preorder(self) -> None:
        format_ = a_format(**COMING, rights=(grant(starts="2026-11-10", ends="2026-11-25"),))
        changes = [NOW]
        stages = [stage_of(format_)]
        while (change := said(format_, changes[-1]).next_change) is not None:
            changes.append(change)
            stages.append(stage_of(format_, change))
        assert stages == [Stage.HIDDEN, Stage.PREORDER, Stage.LIVE, Stage.HIDDEN]
        assert changes[1:] == [utc("2026-11-10T00:00"), RELEASE, utc("2026-11-26T00:00")]

    def test_edges_at_the_same_instant_count_together(self) -> None:
        format_ = a_format(**COMING, rights=(grant(starts="2026-11-20"),))
        assert said(format_).next_change == RELEASE
        assert stage_of(format_, RELEASE) is Stage.LIVE
        ends_then = a_format(**COMING, rights=(grant(ends="2026-11-19"),))
        assert stage_of(ends_then, RELEASE) is Stage.HIDDEN

    def test_a_sales_restriction_that_shuts_this_shop_out_hides_it(self) -> None:
        only_libraries = said(a_format(restricted_to=("06",)))
        assert only_libraries.stage is Stage.HIDDEN
        assert "sales restriction 06" in only_libraries.reason


class TestReasons:
    @pytest.mark.parametrize(
        ("format_", "words"),
        [
            (a_format(rights=()), "states no rights at all"),
            (a_format(rights=(grant("US"),)), "no rights to sell it in all of the market"),
            (a_format(status=Status.OUT_OF_PRINT), "publishing status out of print"),
            (a_format(supplies=(supply("31"),)), "its supply has run out or ended (availability 31)"),
            (a_format(supplies=(supply("49"),)), "its supply is withdrawn (availability 49)"),
            (a_format(supplies=(supply(status="12"),)), "not available in this market"),
            (a_format(supplies=(supply(status="07"),)), "publishing status out of print"),
            (a_format(), "it is active, and no date says otherwise"),
            (a_format(publication_date="2026-01-01"), "it is on sale"),
            (a_format(**COMING), "it goes on sale later"),
            (a_format(**COMING, preorder_from="2026-11-10"), "preorders are not open yet"),
            (a_format(**COMING, announced="2026-11-10"), "it is not announced yet"),
            (a_format(status=Status.FORTHCOMING), "it has no date on which it goes on sale"),
        ],
    )
    def test_each_stage_has_its_reason(self, format_: Format, words: str) -> None:
        assert words in said(format_).reason

    def test_regions_that_the_shop_must_mind_are_named(self) -> None:
        format_ = a_format(rights=(grant(), ban(Territory(regions={"GB-NIR"}))))
        now = said(format_)
        assert now.stage is Stage.LIVE
        assert now.reason == "it is active, and no date says otherwise; the shop must keep it from GB-NIR"
