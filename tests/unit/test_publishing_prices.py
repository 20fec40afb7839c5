"""Choosing the price that a consumer sees."""

from __future__ import annotations

import decimal
from datetime import datetime
from decimal import Decimal
from typing import Any

import pycountry
import pytest

from commerce_bridge.domain.market import Market
from commerce_bridge.domain.money import Money, Price, PriceKind, TaxBasis
from commerce_bridge.domain.territory import WORLD, territory
from commerce_bridge.domain.title import Format
from commerce_bridge.publishing.prices import (
    MINOR_DIGITS,
    ChosenPrice,
    NoPrice,
    choose_price,
    converted,
    price_edges,
)
from rigs.publishing import MOMENT, a_format, market, price, utc

NOW = utc("2026-11-02T09:00")
HOME = market()
INCLUSIVE, EXCLUSIVE, UNKNOWN = TaxBasis.INCLUSIVE, TaxBasis.EXCLUSIVE, TaxBasis.UNKNOWN


def twenty(format_: Format, where: Market) -> Decimal:
    return Decimal(20)


def choose(
    *prices: Price, at: datetime = NOW, where: Market = HOME, basis: TaxBasis = INCLUSIVE, **settings: Any
) -> ChosenPrice | NoPrice:
    return choose_price(a_format(prices=prices), where, basis, at, **settings)


def amount(*prices: Price, **settings: Any) -> str:
    """The amount chosen, or the code of why there is none."""
    chosen = choose(*prices, **settings)
    return f"{chosen.money.amount}" if isinstance(chosen, ChosenPrice) else chosen.code


class TestWhichPrices:
    def test_a_plain_price_is_taken_as_it_is(self) -> None:
        chosen = choose(price("12.99"))
        assert chosen == ChosenPrice(
            money=Money(Decimal("12.99"), "GBP"), price=price("12.99"), why="list price, tax inclusive"
        )

    @pytest.mark.parametrize("kind", [k for k in PriceKind if k not in {PriceKind.LIST, PriceKind.FIXED}])
    def test_only_list_and_fixed_prices_are_shown(self, kind: PriceKind) -> None:
        assert amount(price("5", kind=kind)) == "no-price"
        assert amount(price("5", kind=kind), price("12.99")) == "12.99"

    @pytest.mark.parametrize("qualifier", ["06", "08", "10", "11", "17"])
    def test_prices_for_others_are_not_shown(self, qualifier: str) -> None:
        assert amount(price("5", qualifier=qualifier), price("12.99")) == "12.99"
        assert amount(price("5", qualifier=qualifier)) == "no-price"
        assert amount(price("5", qualifier=qualifier), qualifiers=frozenset({qualifier})) == "5"

    @pytest.mark.parametrize("qualifier", [None, "00", "05"])
    def test_the_consumers_price_is_05_or_unqualified(self, qualifier: str | None) -> None:
        assert amount(price("12.99", qualifier=qualifier)) == "12.99"

    def test_a_price_for_many_copies_is_not_for_one(self) -> None:
        assert amount(price("5", minimum_quantity=10), price("12.99")) == "12.99"

    def test_the_currency_is_the_markets_unless_another_is_asked_for(self) -> None:
        prices = (price("12.99"), price("15.99", "EUR"), price("17.99", "USD"))
        assert amount(*prices) == "12.99"
        assert amount(*prices, where=market("IE", currency="EUR")) == "15.99"
        assert amount(*prices, currency="USD") == "17.99"
        assert amount(*prices, currency="JPY") == "no-currency"

    def test_the_country_comes_before_the_currency(self) -> None:
        prices = (price("17.99", "USD", where="US"), price("21.99", "USD", where="AU NZ"))
        assert amount(*prices, where=market("NZ", currency="USD")) == "21.99"
        assert amount(*prices, where=market("CA", currency="USD")) == "no-price"

    def test_a_price_for_all_of_the_market_comes_before_one_for_a_part(self) -> None:
        both = market("GB", "IE")
        assert amount(price("11", where="GB"), price("12", where="GB IE"), where=both) == "12"
        assert amount(price("11", where="GB"), where=both) == "11"

    def test_a_price_for_named_countries_comes_before_one_for_the_world(self) -> None:
        assert amount(price("12"), price("11", where="GB")) == "11"
        assert amount(price("11", where="GB"), price("12")) == "11"

    def test_a_market_of_the_world_takes_the_price_in_its_currency(self) -> None:
        worldwide = Market(name="everywhere", territory=WORLD, currency="USD")
        prices = (price("12.99", where="GB"), price("17.99", "USD", where=WORLD - territory("GB")))
        assert amount(*prices, where=worldwide) == "17.99"

    def test_the_more_binding_the_consumers_own_and_the_confirmed_come_first(self) -> None:
        fixed = price("10", kind=PriceKind.FIXED)
        assert amount(price("11"), fixed) == amount(fixed, price("11")) == "10"
        assert amount(price("11"), price("10", qualifier="05")) == "10"
        assert amount(price("11", provisional=True), price("10")) == "10"
        assert amount(price("11", provisional=True)) == "11"

    def test_several_that_nothing_tells_apart_are_a_problem(self) -> None:
        chosen = choose(price("11"), price("12"))
        assert isinstance(chosen, NoPrice)
        assert chosen.code == "several-prices"
        assert "11, 12" in chosen.why
        assert amount(price("11"), price("11.00")) == "11"


class TestTime:
    def test_both_days_count(self) -> None:
        offer = price("8", starts="2026-11-27", ends="2026-11-30")
        for at, expected in (
            ("2026-11-26T23:59", "no-price"),
            ("2026-11-27T00:00", "8"),
            ("2026-11-30T23:59", "8"),
            ("2026-12-01T00:00", "no-price"),
        ):
            assert amount(offer, at=utc(at)) == expected

    def test_a_day_begins_in_the_market(self) -> None:
        offer, sydney = price("8", starts="2026-11-27"), market("AU", zone="Australia/Sydney")
        edge = utc("2026-11-26T13:00")
        assert amount(offer, at=edge - MOMENT, where=sydney) == "no-price"
        assert amount(offer, at=edge, where=sydney) == "8"

    def test_of_a_month_a_price_holds_from_its_first_day_to_its_last(self) -> None:
        november = price("8", starts="2026-11", ends="2026-11")
        assert price_edges(a_format(prices=(november,)), HOME) == (
            utc("2026-11-01T00:00"),
            utc("2026-12-01T00:00"),
        )

    def test_a_window_of_one_day(self) -> None:
        assert amount(price("8", starts="2026-11-02", ends="2026-11-02")) == "8"

    def test_a_dated_price_overrides_an_undated_one_while_it_holds(self) -> None:
        prices = (price("12"), price("8", starts="2026-11-01", ends="2026-11-10"))
        assert amount(*prices) == amount(*reversed(prices)) == "8"
        assert amount(*prices, at=utc("2026-11-11T00:00")) == "12"
        assert amount(price("12"), price("8", ends="2026-11-10")) == "8"

    def test_the_later_start_wins(self) -> None:
        prices = (price("10", starts="2026-01-01"), price("9", starts="2026-10-01"), price("12"))
        assert amount(*prices) == "9"
        assert amount(*prices, at=utc("2026-06-01T00:00")) == "10"
        assert amount(price("7", ends="2026-12-01"), price("8", starts="1950-01-01")) == "8"

    def test_a_dated_price_overrides_whatever_its_basis(self) -> None:
        """What holds now is stated without tax; the older price with tax does not hold any more."""
        prices = (price("12"), price("10", basis=EXCLUSIVE, starts="2026-11-01"))
        assert amount(*prices, rates=twenty) == "12.00"
        cheaper = (price("12"), price("5", basis=EXCLUSIVE, starts="2026-11-01"))
        assert amount(*cheaper, rates=twenty) == "6.00"
        assert amount(*cheaper) == "tax-unknown"

    def test_the_next_change_is_when_the_answer_changes(self) -> None:
        prices = (price("12"), price("8", starts="2026-11-27", ends="2026-11-30"))
        assert choose(*prices).next_change == utc("2026-11-27T00:00")
        assert choose(*prices, at=utc("2026-11-28T00:00")).next_change == utc("2026-12-01T00:00")
        assert choose(*prices, at=utc("2026-12-01T00:00")).next_change is None

    def test_an_edge_that_changes_nothing_is_no_change(self) -> None:
        assert choose(price("12"), price("12.00", starts="2026-12-01")).next_change is None
        assert choose(price("12"), price("9", "EUR", starts="2026-12-01")).next_change is None

    def test_no_price_yet_says_when_there_is_one(self) -> None:
        chosen = choose(price("12", starts="2026-12-01"))
        assert isinstance(chosen, NoPrice)
        assert chosen.next_change == utc("2026-12-01T00:00")

    def test_edges_are_of_consumers_prices_in_the_market(self) -> None:
        prices = (
            price("8", starts="2026-11-27", ends="2026-11-30"),
            price("9", "EUR", starts="2026-12-24"),
            price("5", kind=PriceKind.TRADE, starts="2027-01-01"),
            price("7", qualifier="10", starts="2027-01-02"),
            price("6", where="US", starts="2027-01-03"),
        )
        assert price_edges(a_format(prices=prices), HOME) == (
            utc("2026-11-27T00:00"),
            utc("2026-12-01T00:00"),
            utc("2026-12-24T00:00"),
        )


class TestTax:
    def test_of_two_statements_of_one_price_the_stores_basis_is_taken(self) -> None:
        prices = (price("10", basis=EXCLUSIVE), price("12"))
        assert amount(*prices) == "12"
        assert amount(*prices, basis=EXCLUSIVE) == "10"

    def test_the_right_basis_is_taken_though_the_other_is_more_binding(self) -> None:
        prices = (price("10", basis=EXCLUSIVE, kind=PriceKind.FIXED), price("12"))
        assert amount(*prices, rates=twenty) == "12"

    def test_the_other_basis_is_converted_at_the_prices_own_rate_else_the_tables(self) -> None:
        assert amount(price("10", basis=EXCLUSIVE, rate="5"), rates=twenty) == "10.50"
        assert amount(price("10", basis=EXCLUSIVE), rates=twenty) == "12.00"
        assert amount(price("12"), basis=EXCLUSIVE, rates=twenty) == "10.00"
        assert amount(price("12", rate="0"), basis=EXCLUSIVE) == "12.00"

    def test_the_table_is_asked_for_the_format_and_the_market(self) -> None:
        asked: list[tuple[Format, Market]] = []

        def rates(format_: Format, where: Market) -> Decimal:
            asked.append((format_, where))
            return Decimal(5)

        format_ = a_format(prices=(price("10", basis=EXCLUSIVE),), form="EA")
        choose_price(format_, HOME, INCLUSIVE, NOW, rates=rates)
        assert asked == [(format_, HOME)]

    def test_it_says_how_it_was_converted(self) -> None:
        chosen = choose(price("10", basis=EXCLUSIVE, rate="20.0"))
        assert isinstance(chosen, ChosenPrice)
        assert chosen.why == "list price made tax inclusive at 20 %"
        assert chosen.price.money == Money(Decimal(10), "GBP")

    @pytest.mark.parametrize("settings", [{}, {"basis": UNKNOWN}, {"basis": UNKNOWN, "rate": "20"}])
    def test_without_a_rate_or_a_basis_there_is_no_price(self, settings: dict[str, Any]) -> None:
        chosen = choose(price("10", **({"basis": EXCLUSIVE} | settings)))
        assert isinstance(chosen, NoPrice)
        assert chosen.code == "tax-unknown"
        assert "rate table" in chosen.why

    def test_a_price_of_known_basis_is_converted_before_one_of_unknown(self) -> None:
        prices = (price("99", basis=UNKNOWN), price("10", basis=EXCLUSIVE))
        assert amount(*prices, rates=twenty) == "12.00"

    def test_a_rate_that_is_none_is_not_used(self) -> None:
        assert amount(price("10", basis=EXCLUSIVE, rate="-5")) == "tax-unknown"

    @pytest.mark.parametrize(
        ("money", "rate", "basis", "result"),
        [
            ("9.99", "20", EXCLUSIVE, "8.33"),  # 8.325
            ("9.99", "20", INCLUSIVE, "11.99"),  # 11.988
            ("0.05", "10", INCLUSIVE, "0.06"),  # 0.055
            ("7.99", "17.5", EXCLUSIVE, "6.80"),
            ("1000000000000.01", "7", INCLUSIVE, "1070000000000.01"),
        ],
    )
    def test_rounding_is_half_up_to_the_cent(
        self, money: str, rate: str, basis: TaxBasis, result: str
    ) -> None:
        assert converted(Money(Decimal(money), "GBP"), Decimal(rate), basis).amount == Decimal(result)

    @pytest.mark.parametrize(
        ("currency", "result"), [("JPY", "1100"), ("KWD", "1099.989"), ("EUR", "1099.99")]
    )
    def test_rounding_goes_to_the_currencys_smallest_unit(self, currency: str, result: str) -> None:
        money = Money(Decimal("999.99"), currency)
        assert str(converted(money, Decimal(10), INCLUSIVE).amount) == result

    def test_the_programs_own_decimal_settings_do_not_matter(self) -> None:
        with decimal.localcontext() as context:
            context.prec, context.rounding = 3, decimal.ROUND_DOWN
            assert converted(Money(Decimal("1234.56"), "GBP"), Decimal(20), EXCLUSIVE).amount == Decimal(
                "1028.80"
            )

    def test_the_currencies_with_other_units_exist(self) -> None:
        known = {one.alpha_3 for one in pycountry.currencies}
        assert set(MINOR_DIGITS) <= known
        assert not {"GBP", "EUR", "USD"} & set(MINOR_DIGITS)


class TestWhyThereIsNone:
    def test_none_at_all(self) -> None:
        chosen = choose()
        assert isinstance(chosen, NoPrice)
        assert (chosen.code, chosen.why) == (
            "no-price",
            "It has no price at all: state one at the publisher.",
        )

    def test_none_for_consumers(self) -> None:
        chosen = choose(price("5", kind=PriceKind.TRADE), price("6", where="US"))
        assert isinstance(chosen, NoPrice)
        assert chosen.why == "It has 2 prices, none of them a consumer's price for the market."

    def test_none_in_the_currency_names_those_there_are(self) -> None:
        chosen = choose(price("9", "USD"), price("8", "EUR"), price("7", "AUD", where="AU"))
        assert isinstance(chosen, NoPrice)
        assert chosen.why == "There is no price in GBP for the market; there is one in EUR, USD."

    def test_free(self) -> None:
        chosen = choose_price(a_format(prices=(), unpriced="01"), HOME, INCLUSIVE, NOW)
        assert isinstance(chosen, NoPrice)
        assert "free" in chosen.why
