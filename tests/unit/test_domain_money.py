"""Money: Decimal, currency, and what is known of tax."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs.exceptions import FrozenInstanceError

from commerce_bridge.domain.market import Market
from commerce_bridge.domain.money import Money, Price, PriceKind, Tax, TaxBasis
from commerce_bridge.domain.territory import WORLD, territory


def test_equal_amounts_are_equal_however_written() -> None:
    assert Money(Decimal("12.50"), "GBP") == Money(Decimal("12.5"), "GBP")
    assert hash(Money(Decimal("12.50"), "GBP")) == hash(Money(Decimal("12.5"), "GBP"))
    assert Money(Decimal("12.50"), "GBP") != Money(Decimal("12.50"), "EUR")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("12", "12.00 GBP"),
        ("12.5", "12.50 GBP"),
        ("12.345", "12.345 GBP"),
        ("1E+2", "100.00 GBP"),
        ("-0.01", "-0.01 GBP"),
        ("0", "0.00 GBP"),
    ],
)
def test_it_is_written_with_two_places_or_all_it_has(amount: str, text: str) -> None:
    assert str(Money(Decimal(amount), "GBP")) == text


@pytest.mark.parametrize("amount", [12.99, 12, "12.99", None, Decimal("NaN"), Decimal("Infinity")])
def test_an_amount_is_a_finite_decimal(amount: Any) -> None:
    with pytest.raises(ValueError, match="expected a finite Decimal"):
        Money(amount, "GBP")


@pytest.mark.parametrize("currency", ["gbp", "GB", "GBPP", "£", "", "G1P", "123", "ГБП"])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(Decimal(1), currency)
    with pytest.raises(ValueError, match="ISO 4217"):
        Market(name="Home", territory=WORLD, currency=currency)


def test_money_has_no_order_of_its_own() -> None:
    with pytest.raises(TypeError):
        sorted([Money(Decimal(2), "GBP"), Money(Decimal(1), "EUR")])  # type: ignore[type-var]


def test_money_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Money(Decimal(1), "GBP").amount = Decimal(2)  # type: ignore[misc]


def test_a_price_says_no_more_than_it_was_told() -> None:
    price = Price(money=Money(Decimal("9.99"), "GBP"))
    assert price.kind is PriceKind.LIST
    assert price.tax == Tax(basis=TaxBasis.UNKNOWN, rate_percent=None, code=None)
    assert (price.starts, price.ends, price.qualifier, price.territory) == (None, None, None, WORLD)


def test_a_market_has_a_time_zone_that_exists() -> None:
    with pytest.raises(ValueError, match=r"'Europe/Londn': expected an IANA name"):
        Market(name="Home", territory=territory("GB"), currency="GBP", time_zone="Europe/Londn")
    with pytest.raises(ValueError, match="IANA name"):
        Market(name="Home", territory=territory("GB"), currency="GBP", time_zone="../etc/passwd")
    with pytest.raises(ValueError, match="IANA name"):
        Market(name="Home", territory=territory("GB"), currency="GBP", time_zone="")
