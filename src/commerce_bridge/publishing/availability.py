"""Availability: what a consumer may do with a format in a market at an instant.

The order is *hidden, coming soon, preorder, live*, and *withdrawn* beside it.  It follows
from status, dates, embargoes, supply and rights; nothing is sellable before it may be.

Source: EDItEUR, ONIX for Books code lists 64, 65, 68 and 163 (Issue 71).
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from datetime import datetime

from attrs import frozen

from commerce_bridge.domain.dates import Date
from commerce_bridge.domain.market import Market
from commerce_bridge.domain.title import Format, Status, Supply
from commerce_bridge.publishing.rights import allowed, flips


class Stage(enum.Enum):
    """What a consumer may do."""

    HIDDEN = "hidden"
    COMING_SOON = "coming soon"
    PREORDER = "preorder"
    LIVE = "live"
    CLOSED = "page kept, not for sale"
    WITHDRAWN = "withdrawn"


@frozen(kw_only=True)
class Availability:
    """A format's stage in a market.

    Args:
        stage: What a consumer may do.
        reason: Why, in words.
        on_sale: When it goes on sale, or None when that is not known or long past.
        next_change: When the stage may change though nothing else does, or None.
    """

    stage: Stage
    reason: str
    on_sale: datetime | None = None
    next_change: datetime | None = None


_BY_STATUS: dict[Status, Stage] = {
    Status.CANCELLED: Stage.HIDDEN,
    Status.POSTPONED: Stage.HIDDEN,
    Status.NO_LONGER_OURS: Stage.CLOSED,
    Status.OUT_OF_STOCK: Stage.CLOSED,
    Status.OUT_OF_PRINT: Stage.CLOSED,
    Status.INACTIVE: Stage.CLOSED,
    Status.REMAINDERED: Stage.CLOSED,
    Status.WITHDRAWN: Stage.WITHDRAWN,
    Status.RECALLED: Stage.WITHDRAWN,
    Status.RECALLED_FOR_REPLACEMENT: Stage.WITHDRAWN,
    Status.TEMPORARILY_WITHDRAWN: Stage.WITHDRAWN,
    Status.PERMANENTLY_WITHDRAWN: Stage.WITHDRAWN,
    Status.ACTIVE_NOT_SOLD_SEPARATELY: Stage.CLOSED,
    Status.ACTIVE_NOT_SOLD_AS_SET: Stage.CLOSED,
}
"""Statuses that settle the matter; all others are decided by dates."""

_CLOSED_SUPPLY = frozenset({"01", "30", "31", "32", "33", "34"} | {str(code) for code in range(40, 53)})
"""Availability codes (List 65) under which nobody can order."""

_NOT_YET_SUPPLY = frozenset({"09", "10", "11", "12"})
"""Availability codes (List 65) of what is still to come."""


def supply_of(format_: Format, market: Market) -> Supply | None:
    """The supply of the market: the one that names its countries, else one that names none."""
    named = [one for one in format_.supplies if one.countries and one.countries & _some(market)]
    if named:
        return named[0]
    return next((one for one in format_.supplies if not one.countries), None)


def _some(market: Market) -> frozenset[str]:
    return frozenset() if market.territory.complement else market.territory.countries


def availability(
    format_: Format, market: Market, instant: datetime, *, rights_unknown: bool = False
) -> Availability:
    """The stage of a format in a market at an instant.

    Args:
        format_: The format.
        market: Where; its time zone says when a day begins.
        instant: An aware instant.
        rights_unknown: Whether a format that states no rights may be sold.
    """
    edges = _edges(format_, market)
    following = next((edge for edge in edges if edge > instant), None)

    def said(stage: Stage, reason: str, on_sale: datetime | None = None) -> Availability:
        return Availability(stage=stage, reason=reason, on_sale=on_sale, next_change=following)

    if not allowed(format_, market, instant, unknown=rights_unknown):
        return said(Stage.HIDDEN, f"the publisher holds no rights to sell it in all of {market.name}")
    supply = supply_of(format_, market)
    settled = _BY_STATUS.get(_status(format_, supply))
    if settled is not None:
        return said(settled, f"publishing status {format_.status.name.lower().replace('_', ' ')}")
    if supply is not None and supply.availability in _CLOSED_SUPPLY:
        return said(Stage.CLOSED, f"the supplier cannot deliver it (availability {supply.availability})")
    return _by_dates(format_, supply, market, instant, said_with=said)


def _by_dates(
    format_: Format,
    supply: Supply | None,
    market: Market,
    instant: datetime,
    said_with: Callable[..., Availability],
) -> Availability:
    on_sale = on_sale_at(format_, market)
    waits = supply is not None and supply.availability in _NOT_YET_SUPPLY
    forthcoming = format_.status is Status.FORTHCOMING
    if on_sale is not None and on_sale <= instant and not (forthcoming and waits):
        return said_with(Stage.LIVE, "it is on sale")
    if on_sale is None and not forthcoming and not waits and format_.status is Status.ACTIVE:
        return said_with(Stage.LIVE, "it is active, and no date says otherwise")
    if on_sale is not None and on_sale <= instant:
        return said_with(
            Stage.COMING_SOON, "its date has passed, and the publisher still calls it forthcoming"
        )
    announced = _begin(format_.announced, market)
    if announced is not None and instant < announced:
        return said_with(Stage.HIDDEN, "it is not announced yet", on_sale)
    if on_sale is None:
        return said_with(Stage.COMING_SOON, "it has no date on which it goes on sale")
    opens = _begin(format_.preorder_from, market)
    if opens is not None and instant < opens:
        return said_with(Stage.COMING_SOON, "preorders are not open yet", on_sale)
    return said_with(Stage.PREORDER, "it goes on sale later", on_sale)


def on_sale_at(format_: Format, market: Market) -> datetime | None:
    """When a format may be sold in a market, or None when no date says.

    The market's embargo replaces the product's; the supplier's counts where it is later; without an
    embargo, the publication date stands.
    """
    supply = supply_of(format_, market)
    general = format_.embargo or format_.publication_date
    begins = _begin(general, market)
    late = _begin(supply.on_sale, market) if supply is not None else None
    expected = _begin(supply.expected, market) if supply is not None else None
    if late is not None:
        return max(begins, late) if begins is not None else late
    if begins is None:
        return expected
    return begins


def _begin(date: Date | None, market: Market) -> datetime | None:
    return date.surely_begun(market.time_zone) if date is not None else None


def _status(format_: Format, supply: Supply | None) -> Status:
    if supply is None or supply.status is None:
        return format_.status
    if supply.status == "12":  # of List 68: not available in this market
        return Status.NO_LONGER_OURS
    try:
        return Status(supply.status)
    except ValueError:
        return format_.status


def _edges(format_: Format, market: Market) -> list[datetime]:
    dates = [
        on_sale_at(format_, market),
        _begin(format_.preorder_from, market),
        _begin(format_.announced, market),
    ]
    return sorted({*flips(format_, market), *(one for one in dates if one is not None)})
