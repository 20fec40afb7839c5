"""The price chosen is one that holds, no other that holds overrides it, and order does not matter."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.domain.dates import Date
from commerce_bridge.domain.market import Market
from commerce_bridge.domain.money import Money, Price, PriceKind, Tax, TaxBasis
from commerce_bridge.domain.territory import WORLD, territory
from commerce_bridge.domain.title import Format
from commerce_bridge.publishing.prices import ChosenPrice, NoPrice, choose_price, converted
from rigs.publishing import MOMENT, a_format, market, utc

amounts = st.decimals("0.01", "5000", places=2)
days = st.none() | st.dates(date(2026, 3, 25), date(2026, 4, 5)).map(Date)
prices = st.builds(
    Price,
    money=st.builds(Money, amounts, st.sampled_from(["GBP", "GBP", "EUR"])),
    tax=st.builds(Tax, basis=st.sampled_from(TaxBasis), rate_percent=st.none() | st.just(Decimal(20))),
    kind=st.sampled_from([PriceKind.LIST, PriceKind.FIXED, PriceKind.TRADE]),
    qualifier=st.sampled_from([None, "05", "10"]),
    territory=st.sampled_from([WORLD, territory("GB"), territory("US")]),
    starts=days,
    ends=days,
    provisional=st.booleans(),
)
lists = st.lists(prices, max_size=5).map(tuple)
markets = st.sampled_from(["Europe/London", "Pacific/Auckland", "America/Toronto"]).map(
    lambda zone: market(zone=zone)
)
instants = st.integers(0, 20 * 24).map(lambda hours: utc("2026-03-22T00:00") + timedelta(hours=hours))
bases = st.sampled_from([TaxBasis.INCLUSIVE, TaxBasis.EXCLUSIVE])


def five(format_: Format, where: Market) -> Decimal:
    return Decimal(5)


def holding(stated: tuple[Price, ...], where: Market, instant: datetime) -> list[Price]:
    """Those that a consumer in the market could be shown today, said by the calendar."""
    today = instant.astimezone(ZoneInfo(where.time_zone)).date()
    return [
        one
        for one in stated
        if one.kind is not PriceKind.TRADE
        and one.qualifier != "10"
        and one.money.currency == "GBP"
        and "GB" in one.territory
        and (one.starts is None or one.starts.first <= today)
        and (one.ends is None or today <= one.ends.first)
    ]


@given(lists, markets, bases, instants)
def test_what_is_chosen_holds_and_nothing_that_holds_overrides_it(
    stated: tuple[Price, ...], where: Market, basis: TaxBasis, instant: datetime
) -> None:
    chosen = choose_price(a_format(prices=stated), where, basis, instant, rates=five)
    could = holding(stated, where, instant)
    if isinstance(chosen, NoPrice):
        assert bool(could) == (chosen.code in {"several-prices", "tax-unknown"})
        return
    price = chosen.price
    assert price in could
    dated = [one for one in could if one.starts or one.ends]
    if dated:
        assert price in dated
        latest = max((one.starts.first for one in dated if one.starts), default=None)
        assert (price.starts.first if price.starts else None) == latest
    if price.tax.basis is basis:
        assert chosen.money == price.money
    else:
        rate = price.tax.rate_percent or Decimal(5)
        assert chosen.money == converted(price.money, rate, basis)


@given(lists, st.permutations(range(5)), markets, bases, instants)
def test_the_order_of_prices_does_not_matter(
    stated: tuple[Price, ...], order: list[int], where: Market, basis: TaxBasis, instant: datetime
) -> None:
    shuffled = tuple(stated[index] for index in order if index < len(stated))

    def outcome(one: tuple[Price, ...]) -> Money | str:
        chosen = choose_price(a_format(prices=one), where, basis, instant, rates=five)
        return chosen.money if isinstance(chosen, ChosenPrice) else chosen.code

    assert outcome(stated) == outcome(shuffled)


@given(lists, markets, bases, instants, st.lists(instants, max_size=6))
def test_the_choice_holds_until_the_next_change_and_no_longer(
    stated: tuple[Price, ...], where: Market, basis: TaxBasis, instant: datetime, others: list[datetime]
) -> None:
    def outcome(at: datetime) -> Money | str:
        chosen = choose_price(a_format(prices=stated), where, basis, at, rates=five)
        return chosen.money if isinstance(chosen, ChosenPrice) else chosen.code

    change = choose_price(a_format(prices=stated), where, basis, instant, rates=five).next_change
    if change is not None:
        assert outcome(change - MOMENT) == outcome(instant) != outcome(change)
    for other in others:
        if instant <= other and (change is None or other < change):
            assert outcome(other) == outcome(instant)


@given(amounts, st.decimals("0", "30", places=1))
def test_there_and_back_is_less_than_a_unit_off(amount: Decimal, rate: Decimal) -> None:
    money = Money(amount, "GBP")
    there = converted(money, rate, TaxBasis.INCLUSIVE)
    back = converted(there, rate, TaxBasis.EXCLUSIVE)
    assert abs(back.amount - amount) <= Decimal("0.01")
    assert there.amount >= amount
