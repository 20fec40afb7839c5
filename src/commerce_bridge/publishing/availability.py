"""Availability: what a consumer may do with a format in a market at an instant.

The stages are *hidden, coming soon, preorder, live*, and *closed* and *withdrawn* beside
them.  They follow from status, supply, dates and rights; nothing is sellable before it may
be, and what a market says of itself replaces what is said in general.

Source: EDItEUR, ONIX for Books code lists 64, 65, 68, 163 and 166 (Issue 71), with their notes.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from attrs import evolve, frozen

from commerce_bridge.domain.dates import Date
from commerce_bridge.domain.market import Market
from commerce_bridge.domain.territory import Territory
from commerce_bridge.domain.title import Format, Status, Supply
from commerce_bridge.publishing.rights import flips, is_open, missing


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
        on_sale: When it goes on sale, while it is coming soon or can be ordered ahead and that is known.
        next_change: When the stage changes though nothing else does, or None when it does not.
    """

    stage: Stage
    reason: str
    on_sale: datetime | None = None
    next_change: datetime | None = None


BY_STATUS: Final[dict[Status, Stage]] = {
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
"""Statuses (List 64) that settle the matter; all others are decided by dates."""

MARKET_STATUS: Final[dict[str, Status]] = {
    "12": Status.CANCELLED,  # in this market: not available in it
    "14": Status.ACTIVE,  # active, with market restrictions
} | {one.value: one for one in Status if one.value not in {"00", "09", "12"}}
"""What a market's own status (List 68) comes to; 00 and 09 say nothing, so the general status stands."""

BY_SUPPLY: Final[dict[str, Stage]] = {
    "01": Stage.HIDDEN,  # cancelled
    "09": Stage.HIDDEN,  # postponed indefinitely
    "34": Stage.WITHDRAWN,  # temporarily withdrawn from sale
    "46": Stage.WITHDRAWN,  # withdrawn from sale
    "49": Stage.WITHDRAWN,  # recalled
    "52": Stage.HIDDEN,  # not sold in this market any more
} | dict.fromkeys(
    ("30", "31", "32", "33", "40", "41", "42", "43", "44", "45", "47", "48", "50", "51"), Stage.CLOSED
)
"""Supplies (List 65) that settle the matter; all others are decided by status and dates."""

DELIVERABLE: Final = frozenset({"20", "21", "22", "23"})
"""Supplies (List 65) that can be delivered: available, in stock, to order, printed on demand."""

NOT_YET: Final = frozenset({"10", "11", "12"})
"""Supplies (List 65) that are still to come."""

_STRICTNESS: Final = (Stage.CLOSED, Stage.WITHDRAWN, Stage.HIDDEN)
_SUPPLY_WORDS: Final = {Stage.HIDDEN: "is none in this market", Stage.WITHDRAWN: "is withdrawn"}


def supplies_of(format_: Format, market: Market) -> tuple[Supply, ...]:
    """What is said of a market's supply: by those that name one of its countries, else by those that name none."""
    named = tuple(one for one in format_.supplies if _meets(one.countries, market.territory))
    return named or tuple(one for one in format_.supplies if not one.countries)


def _meets(countries: frozenset[str], territory: Territory) -> bool:
    if territory.complement:
        return bool(countries - territory.countries)
    return bool(countries & (territory.countries | {region[:2] for region in territory.regions}))


def supply_of(format_: Format, market: Market) -> Supply | None:
    """The supplier that can do most for a market, the first of several; None when nobody says anything."""
    return _best(format_, supplies_of(format_, market))


def _best(format_: Format, supplies: Sequence[Supply]) -> Supply | None:
    if len(supplies) < 2:
        return supplies[0] if supplies else None

    def rank(supply: Supply) -> tuple[int, bool, bool]:
        stage, _ = _settled(format_, supply)
        code = supply.availability
        return (_strictness(stage), code in NOT_YET, code not in DELIVERABLE)

    return min(supplies, key=rank)


def availability(
    format_: Format, market: Market, instant: datetime, *, rights_unknown: bool = False
) -> Availability:
    """The stage of a format in a market at an instant.

    Args:
        format_: The format.
        market: Where; its time zone says when a day begins.
        instant: An aware instant.
        rights_unknown: Whether a format may be sold where it is not forbidden, when the source states nowhere
            that it is for sale.
    """
    case = _case(format_, market)
    turns = flips(format_, market, unknown=rights_unknown)
    out = missing(format_, market, instant, unknown=rights_unknown)
    licensed = is_open(market, out)
    now = _stage(case, instant, licensed)
    if not licensed:
        now = evolve(now, reason=_unlicensed(format_, market))
    elif not out.is_empty:
        now = evolve(now, reason=f"{now.reason}; the shop must keep it from {out}")
    for edge in sorted({one for one in (*turns, *case.edges) if one > instant}):
        licensed ^= edge in turns
        if _stage(case, edge, licensed).stage is not now.stage:
            return evolve(now, next_change=edge)
    return now


@frozen(kw_only=True)
class _Case:
    """What of a format and its supply matters in a market; an instant is None when nobody says."""

    status: Status
    supply: str | None
    settled: Availability | None
    announced: datetime | None
    preorder: datetime | None
    on_sale: datetime | None

    @property
    def edges(self) -> tuple[datetime, ...]:
        return tuple(one for one in (self.announced, self.preorder, self.on_sale) if one is not None)


def _case(format_: Format, market: Market) -> _Case:
    supplies = supplies_of(format_, market)
    supply = _best(format_, supplies)
    return _Case(
        status=_status(format_, supply),
        supply=supply.availability if supply is not None else None,
        settled=_settlement(format_, supply),
        announced=_latest([(supply and supply.announced) or format_.announced], market),
        preorder=_latest([(supply and supply.preorder_from) or format_.preorder_from], market),
        on_sale=_on_sale(format_, market, supplies, supply),
    )


def on_sale_at(format_: Format, market: Market) -> datetime | None:
    """When a format may be sold in a market, or None when no date says.

    The embargo counts: a market's own replaces the general one, and of several suppliers' the latest
    holds.  Without one the publication date stands, though a shop might sell what is in stock even before
    it.  What is still to come waits for the day on which it is expected, where that is later.
    """
    supplies = supplies_of(format_, market)
    return _on_sale(format_, market, supplies, _best(format_, supplies))


def _on_sale(
    format_: Format, market: Market, supplies: Iterable[Supply], supply: Supply | None
) -> datetime | None:
    embargoes = [one.on_sale for one in supplies if one.on_sale is not None]
    published = (supply and supply.publication_date) or format_.publication_date
    begins = _latest(embargoes or [format_.embargo or published], market)
    if supply is not None and supply.availability not in DELIVERABLE:
        return _latest([supply.expected], market, begins)
    return begins


def _latest(dates: Iterable[Date | None], market: Market, floor: datetime | None = None) -> datetime | None:
    """The latest of some dates, each once it has surely begun, and not before `floor`."""
    begun = [date.surely_begun(market.time_zone) for date in dates if date is not None]
    return max([*begun, *([floor] if floor is not None else [])], default=None)


def _stage(case: _Case, instant: datetime, licensed: bool) -> Availability:
    """The stage at an instant at which it is, or is not, licensed."""
    if not licensed:
        return Availability(stage=Stage.HIDDEN, reason="no rights")
    return case.settled or _by_dates(case, instant)


def _by_dates(case: _Case, instant: datetime) -> Availability:
    on_sale = case.on_sale
    if case.announced is not None and instant < case.announced:
        return Availability(stage=Stage.HIDDEN, reason="it is not announced yet")
    if on_sale is None:
        return _undated(case.status, case.supply)
    if on_sale <= instant:
        return Availability(stage=Stage.LIVE, reason="it is on sale")
    if case.preorder is not None and instant < case.preorder:
        return Availability(stage=Stage.COMING_SOON, reason="preorders are not open yet", on_sale=on_sale)
    return Availability(stage=Stage.PREORDER, reason="it goes on sale later", on_sale=on_sale)


def _undated(status: Status, code: str | None) -> Availability:
    """The stage when no date says from when: it must be on sale already, by its status or its supply."""
    active = status is Status.ACTIVE and code not in NOT_YET
    delivered = status is not Status.FORTHCOMING and code in DELIVERABLE
    if active or delivered:
        word = "active" if active else "available"
        return Availability(stage=Stage.LIVE, reason=f"it is {word}, and no date says otherwise")
    return Availability(stage=Stage.COMING_SOON, reason="it has no date on which it goes on sale")


def _settlement(format_: Format, supply: Supply | None) -> Availability | None:
    """The stage that no date changes, or None when dates decide."""
    if format_.restricted_to:
        codes = ", ".join(format_.restricted_to)
        return Availability(stage=Stage.HIDDEN, reason=f"it is not for this shop (sales restriction {codes})")
    stage, reason = _settled(format_, supply)
    return None if stage is None else Availability(stage=stage, reason=reason)


def _settled(format_: Format, supply: Supply | None) -> tuple[Stage | None, str]:
    """The stricter of what status and supply settle, and why; None when dates decide."""
    status = _status(format_, supply)
    by_status = BY_STATUS.get(status)
    by_supply = BY_SUPPLY.get(supply.availability or "") if supply is not None else None
    if supply is not None and by_supply is not None and _strictness(by_supply) > _strictness(by_status):
        words = _SUPPLY_WORDS.get(by_supply, "has run out or ended")
        return by_supply, f"its supply {words} (availability {supply.availability})"
    if supply is not None and supply.status == "12":
        return by_status, "it is not available in this market (market status 12)"
    return by_status, f"publishing status {status.name.lower().replace('_', ' ')}"


def _strictness(stage: Stage | None) -> int:
    return 0 if stage is None else 1 + _STRICTNESS.index(stage)


def _status(format_: Format, supply: Supply | None) -> Status:
    own = MARKET_STATUS.get(supply.status or "") if supply is not None else None
    return format_.status if own is None else own


def _unlicensed(format_: Format, market: Market) -> str:
    if not format_.rights:
        return "its source states no rights at all, so it is not taken for sale"
    return f"the publisher holds no rights to sell it in all of {market.name}"
