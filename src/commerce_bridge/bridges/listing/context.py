"""The context of a listing bridge: the market, from the policy or from the store itself."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from commerce_bridge.bridges.listing.policy import StorePolicy
from commerce_bridge.domain.market import Market
from commerce_bridge.domain.money import TaxBasis
from commerce_bridge.domain.territory import WORLD, territory
from commerce_bridge.errors import CapabilityMissing
from commerce_bridge.mapping import Context


def listing_context(
    policy: StorePolicy,
    now: datetime,
    *,
    currency: str,
    country: str | None,
    time_zone: str | None,
    channel: str,
    tax_basis: TaxBasis,
) -> Context:
    """What rules may look at, for an instant.

    Args:
        policy: What the publisher decided; its market wins over the store's own.
        now: The instant.
        currency: The store's currency.
        country: The store's country, or None.
        time_zone: The store's time zone, or None.
        channel: The store's default channel.
        tax_basis: Whether the store's prices contain tax.

    Raises:
        CapabilityMissing: The market's currency is not the store's; that needs price lists.
    """
    market = policy.market or Market(
        name=country or "the store",
        territory=territory(country) if country else WORLD,
        currency=currency,
        time_zone=_zone(time_zone),
        channel=channel,
    )
    if market.currency != currency:
        raise CapabilityMissing(
            f"The market {market.name} sells in {market.currency}, and the store's catalogue prices are in {currency}.",
            capability="price_lists",
            hint=f"Give the policy a market in {currency}; prices in other currencies need price lists, which only "
            "some plans have.",
        )
    return Context(now=now, market=market, tax_basis=tax_basis)


def _zone(name: str | None) -> str:
    try:
        return ZoneInfo(name).key if name else "UTC"
    except (ZoneInfoNotFoundError, ValueError):
        return "UTC"
