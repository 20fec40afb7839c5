"""Rights: where and when a format may be sold, as the union and difference of its windows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from commerce_bridge.domain.market import Market
from commerce_bridge.domain.rights import RightsKind, RightsWindow
from commerce_bridge.domain.territory import NOWHERE, WORLD, Territory
from commerce_bridge.domain.title import Format
from commerce_bridge.publishing.spans import Span, edges, span

_FIRST = datetime.min.replace(tzinfo=UTC)


def holds(window: RightsWindow, market: Market, instant: datetime) -> bool:
    """Whether a window is open for a market's channel at an instant, wherever it is."""
    return _concerns(window, market) and instant in _span(window, market)


def sale_territory(
    windows: Iterable[RightsWindow],
    market: Market,
    instant: datetime,
    *,
    unknown: bool = False,
    within: Territory = WORLD,
) -> Territory:
    """Where the windows allow sale at an instant: what is granted, less what is forbidden.

    Args:
        windows: The windows of a format.
        market: Its channel and its time zone count, not its territory.
        instant: An aware instant.
        unknown: Whether all the world is granted when no window grants anything, at any time.
        within: Where one wants to know it; small territories are told much faster.
    """
    granted, forbidden, silent = NOWHERE, NOWHERE, True
    for window in windows:
        if window.kind is RightsKind.FOR_SALE:
            silent = False
            if holds(window, market, instant):
                granted |= window.territory & within
        elif holds(window, market, instant):
            forbidden |= window.territory & within
    return (within if silent and unknown else granted) - forbidden


def allowed(format_: Format, market: Market, instant: datetime, *, unknown: bool = False) -> bool:
    """Whether a format may be sold in all countries of a market at an instant.

    A region left out of a country that the market has as a whole does not close the country; the
    shop has to mind it (`regions_out`).

    Args:
        format_: The format, with its windows.
        market: The market; its time zone says when a day begins.
        instant: An aware instant.
        unknown: Whether a format may be sold where it is not forbidden, when the source states nowhere
            that it is for sale.
    """
    return is_open(market, missing(format_, market, instant, unknown=unknown))


def is_open(market: Market, missing: Territory) -> bool:
    """Whether a market may sell, when it may not in the part that is `missing`."""
    closed = (
        missing.complement
        or missing.countries
        or any(region[:2] not in market.territory for region in missing.regions)
    )
    return not closed and not market.territory.is_empty


def reachable(format_: Format, market: Market, instant: datetime, *, unknown: bool = False) -> Territory:
    """The part of a market in which a format may be sold at an instant."""
    return sale_territory(format_.rights, market, instant, unknown=unknown, within=market.territory)


def missing(format_: Format, market: Market, instant: datetime, *, unknown: bool = False) -> Territory:
    """The part of a market in which a format may not be sold at an instant."""
    return market.territory - reachable(format_, market, instant, unknown=unknown)


def regions_out(format_: Format, market: Market, instant: datetime, *, unknown: bool = False) -> Territory:
    """The regions in a market's countries in which a format may not be sold, though in the rest it may."""
    return Territory(regions=missing(format_, market, instant, unknown=unknown).regions)


def flips(format_: Format, market: Market, *, unknown: bool = False) -> tuple[datetime, ...]:
    """The instants at which the answer of `allowed` changes, in order; each is an edge of a window."""
    spans = [_span(window, market) for window in format_.rights if _concerns(window, market)]
    found: list[datetime] = []
    standing: bool | None = None
    for edge in edges(spans):
        if standing is None:
            before = max(edge, _FIRST + timedelta.resolution) - timedelta.resolution
            standing = allowed(format_, market, before, unknown=unknown)
        answer = allowed(format_, market, edge, unknown=unknown)
        if answer is not standing:
            found.append(edge)
        standing = answer
    return tuple(found)


def _concerns(window: RightsWindow, market: Market) -> bool:
    return not window.channels or market.channel in window.channels


def _span(window: RightsWindow, market: Market) -> Span:
    """When a window is open; of a date known only by month, a grant begins late and a ban early."""
    grants = window.kind is RightsKind.FOR_SALE
    return span(window.starts, window.ends, market.time_zone, cautious=grants)
