"""Markets: who may buy where, from when, and at what price."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from attrs import frozen

from commerce_bridge.domain.dates import Date
from commerce_bridge.domain.money import Price
from commerce_bridge.domain.rights import RightsWindow
from commerce_bridge.domain.territory import WORLD, Territory
from commerce_bridge.domain.title import Supply
from commerce_bridge.platforms.onix.dates import noted_date
from commerce_bridge.platforms.onix.diagnostics import Notes
from commerce_bridge.platforms.onix.document import Header
from commerce_bridge.platforms.onix.node import EMPTY, Node
from commerce_bridge.platforms.onix.prices import PriceContext, prices
from commerce_bridge.platforms.onix.rights import UNREADABLE_EMBARGO, closed, limits
from commerce_bridge.platforms.onix.settings import OnixSettings
from commerce_bridge.platforms.onix.territories import countries_in, place_of


@frozen(kw_only=True)
class Dates:
    """The dates of one level (product, market or supplier) that decide what may happen when.

    Args:
        published: Nominal publication date (role 01).
        embargo: No sale before (role 02, or 33 for files, whichever is later).
        announced: Not to be announced before (role 09).
        preorder: No consumer preorders before (role 27).
        ends: Out of print or withdrawn from (role 13; 51 for a supplier).
        expected: Expected availability (role 08, of suppliers).
        hold: Whether there is an embargo whose date cannot be read.
    """

    published: Date | None = None
    embargo: Date | None = None
    announced: Date | None = None
    preorder: Date | None = None
    ends: Date | None = None
    expected: Date | None = None
    hold: bool = False


@frozen(kw_only=True)
class Trade:
    """All that the supply blocks of a record say.

    Args:
        prices: Of all markets.
        supplies: One for each supplier of each market.
        unpriced: Why there is no price (ONIX List 57), when there is none.
        ended: Markets in which sale ends, has ended, or is closed to this shop.
    """

    prices: tuple[Price, ...]
    supplies: tuple[Supply, ...]
    unpriced: str | None
    ended: tuple[RightsWindow, ...]


def dates_of(node: Node, composite: str, list_number: int, notes: Notes) -> Dates:
    """The dates of a level.

    Args:
        node: The block that has them.
        composite: ``PublishingDate``, ``MarketDate`` or ``SupplyDate``.
        list_number: The code list of its roles: 163, or 166 for suppliers.
        notes: Where oddities go.

    Source: EDItEUR ONIX code lists, Issue 71, lists 163 and 166.
    """
    nodes = node.each(composite)
    if not nodes:
        return _NO_DATES
    found: dict[str, Date] = {}
    hold = False
    for one in nodes:
        role = notes.code(list_number, one, composite + "Role")
        if role is None or (role not in _ROLES and list_number == 163) or role in found:
            continue
        date = noted_date(one, notes).first
        if date is not None:
            found[role] = date
        elif role in _EMBARGOES:
            hold = True
    return Dates(
        published=found.get("01"),
        embargo=_later(found.get("02"), found.get("33")),
        announced=found.get("09"),
        preorder=found.get("27"),
        ends=found.get("51") if list_number == 166 else found.get("13"),
        expected=found.get("08"),
        hold=hold,
    )


_NO_DATES: Final = Dates()
_EMBARGOES: Final = frozenset({"02", "33"})
_ROLES: Final = frozenset({"01", "02", "09", "13", "27", "33"})


def _later(one: Date | None, other: Date | None) -> Date | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda date: (date.first, date.last))


def trade(product: Node, general: Dates, header: Header, settings: OnixSettings, notes: Notes) -> Trade:
    """What is said of all markets.

    Args:
        product: The record.
        general: The dates of the product, which a market's own replace.
        header: The message's defaults.
        settings: How to read.
        notes: Where oddities go.

    Source: EDItEUR ONIX for Books 3.1 revision 2, `ProductSupply`; code lists 57, 65, 68, 163, 166.
    """
    blocks = [_block(one, general, header, settings, notes) for one in product.each("ProductSupply")]
    if len(blocks) == 1:
        return blocks[0]
    found = tuple(price for one in blocks for price in one.prices)
    reasons = [one.unpriced for one in blocks if one.unpriced]
    return Trade(
        prices=found,
        supplies=tuple(supply for one in blocks for supply in one.supplies),
        unpriced=reasons[0] if reasons and not found else None,
        ended=tuple(window for one in blocks for window in one.ended),
    )


def _block(block: Node, general: Dates, header: Header, settings: OnixSettings, notes: Notes) -> Trade:
    """What is said of one market, by all its suppliers."""
    territory, ended = _market(block, settings, notes)
    detail = block.node("MarketPublishingDetail")
    status = notes.code(68, detail, "MarketPublishingStatus") if detail else None
    local = dates_of(detail, "MarketDate", 163, notes) if detail else _NO_DATES
    context = PriceContext(territory, header, settings)
    found: list[Price] = []
    supplies: list[Supply] = []
    unpriced: list[str] = []
    suppliers: list[Dates] = []
    for supply in block.each("SupplyDetail"):
        own = dates_of(supply, "SupplyDate", 166, notes)
        suppliers.append(own)
        supplies.append(_supply(supply, territory, status, (general, local, own), notes))
        found += prices(supply, context, notes)
        unpriced += _unpriced(supply, notes)
    if detail and not supplies:
        supplies.append(_supply(EMPTY, territory, status, (general, local, _NO_DATES), notes))
    ended += _endings(territory, local, suppliers)
    return Trade(
        prices=tuple(found),
        supplies=tuple(supplies),
        unpriced=unpriced[0] if unpriced and not found else None,
        ended=tuple(ended),
    )


def _market(block: Node, settings: OnixSettings, notes: Notes) -> tuple[Territory, list[RightsWindow]]:
    """The union of a block's markets, the world when it names none; and where this shop may not sell."""
    union: Territory | None = None
    windows: list[RightsWindow] = []
    for market in block.each("Market"):
        place = place_of(market, notes)
        own = WORLD if place is None else place.territory
        union = own if union is None else union | own
        if market.has("SalesRestriction"):
            windows += [limit.window for limit in limits(market, own, settings, notes)]
    return (WORLD if union is None else union), windows


def _supply(
    supply: Node, territory: Territory, status: str | None, levels: tuple[Dates, Dates, Dates], notes: Notes
) -> Supply:
    """One supplier's word in one market.

    The market's embargo replaces the general one; the supplier's counts only where it is later.
    """
    general, local, own = levels
    return Supply(
        availability=notes.code(65, supply, "ProductAvailability"),
        status=status,
        expected=own.expected,
        on_sale=_later(local.embargo or general.embargo, own.embargo),
        countries=countries_in(territory),
        publication_date=local.published,
        preorder_from=local.preorder,
        announced=local.announced,
    )


def _unpriced(supply: Node, notes: Notes) -> Iterable[str]:
    codes = [notes.code(57, supply, "UnpricedItemType")]
    codes += [price.text("UnpricedItemType") for price in supply.each("Price")]
    return [code for code in codes if code]


def _endings(territory: Territory, local: Dates, suppliers: list[Dates]) -> list[RightsWindow]:
    """Where sale ends: the market has an end date, or all its suppliers have one; or an embargo holds it back."""
    found: list[RightsWindow] = []
    ends = [one.ends for one in suppliers if one.ends is not None]
    if local.ends is not None:
        found.append(closed(territory, local.ends, None, "MarketDate 13"))
    elif ends and len(ends) == len(suppliers):
        last = max(ends, key=lambda end: (end.first, end.last))
        found.append(closed(territory, last, None, "SupplyDate 51"))
    if local.hold or any(one.hold for one in suppliers):
        found.append(closed(territory, None, None, UNREADABLE_EMBARGO))
    return found
