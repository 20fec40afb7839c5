"""Choosing the price a consumer sees in a market, with its tax matched to the store's setting.

A dated price overrides an undated one while it holds, and of two that hold the later start
wins.  Prices with and without tax that hold side by side are two statements of one price.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final, TypeAlias

from attrs import evolve, frozen

from commerce_bridge.domain.market import Market
from commerce_bridge.domain.money import Money, Price, PriceKind, TaxBasis
from commerce_bridge.domain.title import Format
from commerce_bridge.publishing.spans import Span, edges, span

RateOf: TypeAlias = Callable[[Format, Market], Decimal | None]
"""The tax rate of a format in a market, in percent; None when the table does not say."""

CONSUMER_QUALIFIERS: Final = frozenset({None, "00", "05"})
"""Price qualifiers (ONIX List 59) that mean the consumer's price: none, unqualified, consumer."""

CONSUMER_KINDS: Final = (PriceKind.FIXED, PriceKind.LIST)
"""Kinds of price that a consumer is shown, the more binding first."""

_MINOR_DIGITS: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
MINOR_DIGITS: Final = {code: digits for digits, codes in _MINOR_DIGITS.items() for code in codes.split()}
"""Digits after the decimal point of currencies that have not two.  Source: ISO 4217, list one."""

_ARITHMETIC: Final = Context(prec=34, rounding=ROUND_HALF_UP)
_ALWAYS: Final = datetime.min.replace(tzinfo=UTC)


@frozen(kw_only=True)
class ChosenPrice:
    """The price of a format in a market.

    Args:
        money: Amount and currency, in the basis asked for.
        price: The publisher's price it comes from.
        why: How it was chosen, in words.
        next_change: When the choice comes out differently though nothing else changes, or None.
    """

    money: Money
    price: Price
    why: str
    next_change: datetime | None = None


@frozen(kw_only=True)
class NoPrice:
    """Why there is no price.

    Args:
        code: ``no-price``, ``no-currency``, ``several-prices`` or ``tax-unknown``.
        why: In words, with what to try.
        next_change: When there is one, or it fails otherwise, though nothing else changes; or None.
    """

    code: str
    why: str
    next_change: datetime | None = None


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

    Prices that hold in all of the market come before those that hold in a part of it.  A price stated only
    on the other tax basis is converted at its own rate, else at the table's, and rounded half up to the
    currency's smallest unit.

    Args:
        format_: The format, with all its prices.
        market: Where it is sold; its time zone says when a price's day begins.
        basis: Whether the store's prices contain tax.
        instant: An aware instant.
        rates: Tax rates, used when the publisher states the price only on the other basis.
        currency: The currency wanted; the market's unless given.
        qualifiers: Which price qualifiers are the consumer's.

    Source: EDItEUR, ONIX for Books code lists 58, 59 and 173 (Issue 71), with their notes.
    """
    currency = currency or market.currency
    consumer = _consumer(format_.prices, qualifiers)
    candidates = [one for one in _reaching(consumer, market) if one.money.currency == currency]
    if not candidates:
        return _none_at_all(format_, consumer, market, currency)

    def at(when: datetime) -> ChosenPrice | NoPrice:
        holding = [one for one in candidates if when in _span(one, market)]
        if not holding:
            why = f"No price in {currency} holds today; state one without dates, or one that covers today."
            return NoPrice(code="no-price", why=why)
        return _of_holding(holding, format_, market, basis, rates)

    now = at(instant)
    for edge in edges(_span(one, market) for one in candidates):
        if edge > instant and _outcome(at(edge)) != _outcome(now):
            return evolve(now, next_change=edge)
    return now


def price_edges(
    format_: Format, market: Market, *, qualifiers: frozenset[str | None] = CONSUMER_QUALIFIERS
) -> tuple[datetime, ...]:
    """The instants at which a consumer's price in a market begins or ends to hold, in any currency, in order."""
    prices = _reaching(_consumer(format_.prices, qualifiers), market)
    return edges(_span(price, market) for price in prices)


def _outcome(chosen: ChosenPrice | NoPrice) -> Money | str:
    return chosen.money if isinstance(chosen, ChosenPrice) else chosen.code


def _consumer(prices: Iterable[Price], qualifiers: frozenset[str | None]) -> list[Price]:
    return [
        one
        for one in prices
        if one.kind in CONSUMER_KINDS and one.qualifier in qualifiers and one.minimum_quantity <= 1
    ]


def _reaching(prices: Iterable[Price], market: Market) -> list[Price]:
    """Those that hold somewhere in the market."""
    return [one for one in prices if not (one.territory & market.territory).is_empty]


def _span(price: Price, market: Market) -> Span:
    return span(price.starts, price.ends, market.time_zone, cautious=False)


def _of_holding(
    holding: Sequence[Price], format_: Format, market: Market, basis: TaxBasis, rates: RateOf
) -> ChosenPrice | NoPrice:
    """The price among those that hold: as it stands where one has the right basis, else converted."""
    group = _foremost(holding, lambda one: _precedence(one, market))
    fitting = [one for one in group if one.tax.basis is basis]
    known = [one for one in group if one.tax.basis is not TaxBasis.UNKNOWN]
    best = _foremost(fitting or known or group, _weight)
    amounts = sorted({one.money.amount for one in best})
    if len(amounts) > 1:
        listed = ", ".join(f"{amount:f}" for amount in amounts)
        return NoPrice(
            code="several-prices",
            why=f"There are several prices in {best[0].money.currency} for {market.name} at once ({listed}), and "
            "nothing tells them apart: end all but one of them.",
        )
    if fitting:
        return ChosenPrice(money=best[0].money, price=best[0], why=f"list price, tax {basis.value}")
    return _converted(best[0], format_, market, basis, rates)


def _foremost(
    prices: Sequence[Price], rank: Callable[[Price], tuple[bool | int | datetime, ...]]
) -> list[Price]:
    """Those of the highest rank, in their order."""
    ranks = [rank(price) for price in prices]
    return [price for price, own in zip(prices, ranks, strict=True) if own == max(ranks)]


def _precedence(price: Price, market: Market) -> tuple[bool | int | datetime, ...]:
    """Which statement counts: for all of the market, dated, the latest start, for named countries."""
    when = _span(price, market)
    whole = (market.territory - price.territory).is_empty
    return whole, when != Span(), when.begins or _ALWAYS, not price.territory.is_world


def _weight(price: Price) -> tuple[bool | int | datetime, ...]:
    """Which of several statements of one price counts: the more binding, the consumer's own, the confirmed."""
    return -CONSUMER_KINDS.index(price.kind), price.qualifier == "05", not price.provisional


def _converted(
    price: Price, format_: Format, market: Market, basis: TaxBasis, rates: RateOf
) -> ChosenPrice | NoPrice:
    rate = price.tax.rate_percent if price.tax.rate_percent is not None else rates(format_, market)
    if price.tax.basis is TaxBasis.UNKNOWN or rate is None or rate < 0:
        said = price.tax.basis.value if price.tax.basis is not TaxBasis.UNKNOWN else "not said"
        return NoPrice(
            code="tax-unknown",
            why=f"The store's prices are tax {basis.value}, the publisher's price is tax {said}, and no rate is "
            "known: state the price on the store's basis, or give a rate table.",
        )
    return ChosenPrice(
        money=converted(price.money, rate, basis),
        price=price,
        why=f"list price made tax {basis.value} at {rate.normalize():f} %",
    )


def converted(money: Money, rate_percent: Decimal, basis: TaxBasis) -> Money:
    """An amount on the other tax basis, rounded half up to the currency's smallest unit.

    Args:
        money: The amount on the other basis.
        rate_percent: The tax rate, such as 20; 0 or more.
        basis: The basis wanted: INCLUSIVE adds the tax, EXCLUSIVE takes it out.
    """
    factor = _ARITHMETIC.divide(_ARITHMETIC.add(rate_percent, Decimal(100)), Decimal(100))
    change = _ARITHMETIC.multiply if basis is TaxBasis.INCLUSIVE else _ARITHMETIC.divide
    unit = Decimal(1).scaleb(-MINOR_DIGITS.get(money.currency, 2))
    return evolve(money, amount=change(money.amount, factor).quantize(unit, context=_ARITHMETIC))


def _none_at_all(format_: Format, consumer: Sequence[Price], market: Market, currency: str) -> NoPrice:
    reaching = _reaching(consumer, market)
    if reaching:
        have = ", ".join(sorted({one.money.currency for one in reaching}))
        why = f"There is no price in {currency} for {market.name}; there is one in {have}."
        return NoPrice(code="no-currency", why=why)
    if format_.unpriced == "01":
        why = "The publisher gives it away free; the store needs a price: give it one of 0 by an override."
    elif format_.prices:
        why = f"It has {len(format_.prices)} prices, none of them a consumer's price for {market.name}."
    else:
        why = "It has no price at all: state one at the publisher."
    return NoPrice(code="no-price", why=why)
