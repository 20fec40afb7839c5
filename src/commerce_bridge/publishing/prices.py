"""Choosing the price a consumer sees in a market, with its tax matched to the store's setting."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias

from attrs import evolve, frozen

from commerce_bridge.domain.market import Market
from commerce_bridge.domain.money import Money, Price, PriceKind, TaxBasis
from commerce_bridge.domain.title import Format

CENT = Decimal("0.01")

RateOf: TypeAlias = Callable[[Format, Market], Decimal | None]
"""The tax rate of a format in a market, in percent; None when the table does not say."""

CONSUMER_QUALIFIERS = frozenset({None, "00", "05"})
"""Price qualifiers (ONIX List 59) that mean the consumer's price."""


@frozen(kw_only=True)
class ChosenPrice:
    """The price of a format in a market.

    Args:
        money: Amount and currency, in the basis asked for.
        price: The publisher's price it comes from.
        why: How it was chosen, in words.
    """

    money: Money
    price: Price
    why: str


@frozen(kw_only=True)
class NoPrice:
    """Why there is no price.

    Args:
        code: ``no-price``, ``no-currency`` or ``tax-unknown``.
        why: In words, with what to try.
    """

    code: str
    why: str


def no_rates(format_: Format, market: Market) -> Decimal | None:
    """A rate table that knows nothing."""
    return None


def choose_price(
    format_: Format,
    market: Market,
    basis: TaxBasis,
    instant: datetime,
    *,
    rates: RateOf = no_rates,
    currency: str | None = None,
    qualifiers: frozenset[str | None] = CONSUMER_QUALIFIERS,
) -> ChosenPrice | NoPrice:
    """The consumer's list price of a format in a market at an instant.

    Args:
        format_: The format, with all its prices.
        market: Where it is sold; its time zone says when a price's day begins.
        basis: Whether the store's prices contain tax.
        instant: An aware instant.
        rates: Tax rates, used when the publisher states the price only on the other basis.
        currency: The currency wanted; the market's unless given.
        qualifiers: Which price qualifiers are the consumer's.
    """
    currency = currency or market.currency
    usable = [one for one in _consumer(format_.prices, qualifiers) if _covers(one, market)]
    if not usable:
        return NoPrice(code="no-price", why=_nothing(format_, market))
    of_currency = [one for one in usable if one.money.currency == currency]
    if not of_currency:
        have = ", ".join(sorted({one.money.currency for one in usable}))
        return NoPrice(
            code="no-currency",
            why=f"There is no price in {currency} for {market.name}; there is one in {have}.",
        )
    holding = [one for one in of_currency if _holds(one, market, instant)]
    if not holding:
        return NoPrice(
            code="no-price",
            why=f"No price in {currency} holds today; state one without dates, or one that covers today.",
        )
    best = [one for one in holding if one.tax.basis is basis]
    if best:
        chosen = _latest(best, market)
        return ChosenPrice(money=chosen.money, price=chosen, why=f"list price, tax {basis.value}")
    return _converted(_latest(holding, market), format_, market, basis, rates)


def price_edges(format_: Format, market: Market) -> tuple[datetime, ...]:
    """The instants at which a dated price begins or ends to hold."""
    edges: set[datetime] = set()
    for price in format_.prices:
        if price.starts is not None:
            edges.add(price.starts.starts(market.time_zone))
        if price.ends is not None:
            edges.add(price.ends.ends(market.time_zone))
    return tuple(sorted(edges))


def _consumer(prices: Iterable[Price], qualifiers: frozenset[str | None]) -> Iterable[Price]:
    for price in prices:
        shown = price.kind in {PriceKind.LIST, PriceKind.FIXED}
        if shown and price.qualifier in qualifiers and price.minimum_quantity == 1:
            yield price


def _covers(price: Price, market: Market) -> bool:
    """Whether a price holds in the market, or in the part of it whose currency it is stated in."""
    return not (price.territory & market.territory).is_empty


def _holds(price: Price, market: Market, instant: datetime) -> bool:
    if price.starts is not None and instant < price.starts.starts(market.time_zone):
        return False
    return price.ends is None or instant < price.ends.ends(market.time_zone)


def _latest(prices: list[Price], market: Market) -> Price:
    """A dated price overrides an undated one; where two windows hold, the later start wins."""

    def start(price: Price) -> tuple[bool, float]:
        if price.starts is None:
            return price.ends is not None, 0.0
        return True, price.starts.starts(market.time_zone).timestamp()

    return max(prices, key=start)


def _converted(
    price: Price, format_: Format, market: Market, basis: TaxBasis, rates: RateOf
) -> ChosenPrice | NoPrice:
    rate = price.tax.rate_percent if price.tax.rate_percent is not None else rates(format_, market)
    if price.tax.basis is TaxBasis.UNKNOWN or rate is None:
        said = price.tax.basis.value if price.tax.basis is not TaxBasis.UNKNOWN else "not said"
        return NoPrice(
            code="tax-unknown",
            why=f"The store's prices are tax {basis.value}, the publisher's price is tax {said}, and no rate is "
            "known: state the price on the store's basis, or give a rate table.",
        )
    factor = 1 + rate / 100
    amount = price.money.amount * factor if basis is TaxBasis.INCLUSIVE else price.money.amount / factor
    money = evolve(price.money, amount=amount.quantize(CENT, ROUND_HALF_UP))
    return ChosenPrice(
        money=money, price=price, why=f"list price made tax {basis.value} at {rate.normalize():f} %"
    )


def _nothing(format_: Format, market: Market) -> str:
    if format_.unpriced == "01":
        return "The publisher gives it away free; the store needs a price: give it one of 0 by an override."
    if format_.prices:
        return f"It has {len(format_.prices)} prices, none of them a consumer's price for {market.name}."
    return "It has no price at all: state one at the publisher."
