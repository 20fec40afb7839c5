"""A store's units and ours: grams, millimetres, money; and what of a number the store keeps.

Source: BigCommerce REST reference, `store_information.v2.yml` (`weight_units`, `dimension_units`) and
`catalog/products_catalog.v3.yml` (sizes and amounts in the store's units and default currency).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from attrs import frozen

from commerce_bridge.domain.money import Money
from commerce_bridge.errors import CapabilityMissing, MappingError
from commerce_bridge.platforms.bigcommerce.facts import StoreFacts
from commerce_bridge.platforms.bigcommerce.settings import Settings

GRAMS = MappingProxyType(
    {
        "LBS": Decimal("453.59237"),
        "OUNCES": Decimal("28.349523125"),
        "KGS": Decimal(1000),
        "GRAMS": Decimal(1),
        "TONNES": Decimal(1_000_000),
    }
)
"""Grams in one unit of weight, by the store's word in capitals.  The pound and the ounce are avoirdupois."""

MILLIMETRES = MappingProxyType({"INCHES": Decimal("25.4"), "CENTIMETERS": Decimal(10)})
"""Millimetres in one unit of length, by the store's word in capitals."""


def plain(value: Decimal) -> Decimal:
    """The same number without zeros at its end."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def kept(value: Decimal, places: int) -> Decimal:
    """What a store that keeps so many decimals makes of a number."""
    return plain(value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


@frozen(kw_only=True)
class Units:
    """A store's units.

    Args:
        currency: The default currency.
        grams: Grams in its unit of weight.
        millimetres: Millimetres in its unit of length.
        price_places: Decimals of prices that it keeps.
        measure_places: Decimals of weights and sizes that it keeps.
    """

    currency: str
    grams: Decimal
    millimetres: Decimal
    price_places: int = 4
    measure_places: int = 4

    def weight(self, grams: Decimal) -> Decimal:
        """A weight in the store's unit."""
        return kept(grams / self.grams, self.measure_places)

    def length(self, millimetres: Decimal) -> Decimal:
        """A length in the store's unit."""
        return kept(millimetres / self.millimetres, self.measure_places)

    def amount(self, money: Money) -> Decimal:
        """An amount in the store's currency.

        Raises:
            MappingError: It is in another currency.
        """
        if money.currency != self.currency:
            raise MappingError(
                f"A price of {money} cannot stand in a catalogue whose prices are in {self.currency}.",
                hint="Map a price in the store's currency; others need price lists.",
            )
        return kept(money.amount, self.price_places)

    def in_grams(self, weight: Decimal) -> Decimal:
        """A weight of the store in grams."""
        return plain(weight * self.grams)

    def in_millimetres(self, length: Decimal) -> Decimal:
        """A length of the store in millimetres."""
        return plain(length * self.millimetres)

    def money(self, amount: Decimal) -> Money:
        """An amount of the store."""
        return Money(plain(amount), self.currency)


def units_of(facts: StoreFacts, settings: Settings) -> Units:
    """The units of a store.

    Raises:
        CapabilityMissing: The store measures in a unit that nobody has told us of.
    """
    grams, millimetres = GRAMS.get(facts.weight_unit.upper()), MILLIMETRES.get(facts.length_unit.upper())
    if grams is None or millimetres is None:
        raise CapabilityMissing(
            f"The store measures in {facts.weight_unit} and {facts.length_unit}; known are "
            f"{', '.join(GRAMS)} and {', '.join(MILLIMETRES)}.",
            capability="units",
        )
    return Units(
        currency=facts.currency,
        grams=grams,
        millimetres=millimetres,
        price_places=settings.price_places,
        measure_places=settings.measure_places,
    )
