"""Money is a Decimal with a currency, and says what it knows of tax."""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import Any

from attrs import field, frozen

from commerce_bridge.domain.dates import Date
from commerce_bridge.domain.territory import WORLD, Territory


def check_currency(instance: object, attribute: object, value: str) -> None:
    """An attrs validator: three capital letters."""
    if len(value) != 3 or not (value.isascii() and value.isalpha() and value.isupper()):
        raise ValueError(f"currency {value!r}: expected three capital letters of ISO 4217, such as GBP")


def _decimal(instance: object, attribute: object, value: Any) -> None:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise ValueError(f"amount {value!r}: expected a finite Decimal, never a float")


@frozen(order=False)
class Money:
    """An amount in one currency; never a float.

    Args:
        amount: The amount in major units.
        currency: ISO 4217 code in capitals.
    """

    amount: Decimal = field(validator=_decimal)
    currency: str = field(validator=check_currency)

    def __str__(self) -> str:
        return f"{self.amount:.2f} {self.currency}" if self._short else f"{self.amount} {self.currency}"

    @property
    def _short(self) -> bool:
        exponent = self.amount.as_tuple().exponent
        return isinstance(exponent, int) and exponent >= -2


class TaxBasis(enum.Enum):
    """Whether an amount contains tax."""

    INCLUSIVE = "inclusive"
    EXCLUSIVE = "exclusive"
    UNKNOWN = "unknown"


@frozen(kw_only=True)
class Tax:
    """What is known of the tax on a price.

    Args:
        basis: Whether the amount contains it.
        rate_percent: The rate, such as 20, or None when the source does not say.
        code: The source's rate code (ONIX List 62), or None.
    """

    basis: TaxBasis = TaxBasis.UNKNOWN
    rate_percent: Decimal | None = None
    code: str | None = None


class PriceKind(enum.Enum):
    """What a price is for."""

    LIST = "list"
    FIXED = "fixed"
    TRADE = "trade"
    PREPUBLICATION = "prepublication"
    SPECIAL = "special"
    UNKNOWN = "unknown"


@frozen(kw_only=True)
class Price:
    """A price as the publisher states it.

    Args:
        money: Amount and currency.
        tax: What is known of tax.
        kind: What it is for; only `LIST` and `FIXED` are shown to consumers.
        type_code: The source's code of the type (ONIX List 58), for explanations.
        qualifier: For whom (ONIX List 59): 05 consumer, None not said.
        territory: Where it holds.
        starts: First day on which it holds, or None.
        ends: Last day on which it holds (inclusive), or None.
        provisional: Whether the publisher may still change it (ONIX List 61, 01).
        minimum_quantity: From how many copies it holds; 1 for a single copy.
    """

    money: Money
    tax: Tax = Tax()
    kind: PriceKind = PriceKind.LIST
    type_code: str | None = None
    qualifier: str | None = None
    territory: Territory = WORLD
    starts: Date | None = None
    ends: Date | None = None
    provisional: bool = False
    minimum_quantity: int = 1
