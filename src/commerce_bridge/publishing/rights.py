"""Rights: where and when a format may be sold, as the union and difference of its windows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from commerce_bridge.domain.market import Market
from commerce_bridge.domain.rights import RightsKind, RightsWindow
from commerce_bridge.domain.territory import NOWHERE, Territory
from commerce_bridge.domain.title import Format


def holds(window: RightsWindow, market: Market, instant: datetime) -> bool:
    """Whether a window is open for a market's channel at an instant, wherever it is."""
    if window.channels and market.channel not in window.channels:
        return False
    if window.starts is not None and instant < window.starts.starts(market.time_zone):
        return False
    return window.ends is None or instant < window.ends.ends(market.time_zone)


def sale_territory(windows: Iterable[RightsWindow], market: Market, instant: datetime) -> Territory:
    """Where the windows allow sale at an instant: what is granted, less what is forbidden."""
    granted, forbidden = NOWHERE, NOWHERE
    for window in windows:
        if not holds(window, market, instant):
            continue
        if window.kind is RightsKind.FOR_SALE:
            granted |= window.territory
        else:
            forbidden |= window.territory
    return granted - forbidden


def allowed(format_: Format, market: Market, instant: datetime, *, unknown: bool = False) -> bool:
    """Whether a format may be sold in all of a market at an instant.

    Args:
        format_: The format, with its windows.
        market: The market; its time zone says when a day begins.
        instant: An aware instant.
        unknown: The answer when the source states no rights at all.
    """
    if not format_.rights:
        return unknown
    return (market.territory - sale_territory(format_.rights, market, instant)).is_empty


def reachable(format_: Format, market: Market, instant: datetime) -> Territory:
    """The part of a market in which a format may be sold at an instant."""
    return market.territory & sale_territory(format_.rights, market, instant)


def flips(format_: Format, market: Market) -> tuple[datetime, ...]:
    """The instants at which the answer may change: the edges of the windows, in order, without repeats."""
    edges: set[datetime] = set()
    for window in format_.rights:
        if window.starts is not None:
            edges.add(window.starts.starts(market.time_zone))
        if window.ends is not None:
            edges.add(window.ends.ends(market.time_zone))
    return tuple(sorted(edges))
