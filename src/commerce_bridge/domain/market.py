"""A market: where one sells, in which currency, by whose clock, through which channel."""

from __future__ import annotations

from attrs import frozen

from commerce_bridge.domain.territory import Territory


@frozen(kw_only=True)
class Market:
    """One market of a target.

    Args:
        name: What people call it.
        territory: Its countries.
        currency: ISO 4217 code.
        time_zone: IANA name; decides when a day begins.
        channel: The target's own name or id of the channel (storefront, site, environment) that serves it.
    """

    name: str
    territory: Territory
    currency: str
    time_zone: str = "UTC"
    channel: str = "1"
