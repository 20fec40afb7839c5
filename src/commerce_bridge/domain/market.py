"""A market: where one sells, in which currency, by whose clock, through which channel."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import field, frozen

from commerce_bridge.domain.money import check_currency
from commerce_bridge.domain.territory import Territory


def _zone(instance: object, attribute: object, value: str) -> None:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(
            f"time zone {value!r}: expected an IANA name, such as Europe/London, that this machine knows "
            "(a machine without time zones needs the package tzdata)"
        ) from error


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
    currency: str = field(validator=check_currency)
    time_zone: str = field(default="UTC", validator=_zone)
    channel: str = "1"
