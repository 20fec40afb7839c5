"""Prices as they are stated; which one a shop takes is a rule's business."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from attrs import frozen

from commerce_bridge.domain.dates import Date
from commerce_bridge.domain.money import Money, Price, PriceKind, Tax, TaxBasis
from commerce_bridge.domain.territory import Territory
from commerce_bridge.platforms.onix.dates import noted_date
from commerce_bridge.platforms.onix.diagnostics import Notes
from commerce_bridge.platforms.onix.document import Header
from commerce_bridge.platforms.onix.node import Node
from commerce_bridge.platforms.onix.settings import OnixSettings
from commerce_bridge.platforms.onix.territories import place_of

_IN, _EX = TaxBasis.INCLUSIVE, TaxBasis.EXCLUSIVE


def _kinds(kind: PriceKind, basis: TaxBasis, codes: str) -> dict[str, tuple[PriceKind, TaxBasis]]:
    return {code: (kind, basis) for code in codes.split()}


PRICE_TYPES: Final[Mapping[str, tuple[PriceKind, TaxBasis]]] = {
    **_kinds(PriceKind.LIST, _EX, "01"),
    **_kinds(PriceKind.LIST, _IN, "02"),
    **_kinds(PriceKind.FIXED, _EX, "03 33 41"),
    **_kinds(PriceKind.FIXED, _IN, "04 34 42"),
    **_kinds(PriceKind.TRADE, _EX, "05 06 08 15 25 32 35 36 37"),
    **_kinds(PriceKind.TRADE, _IN, "07 09 17 27"),
    **_kinds(PriceKind.SPECIAL, _EX, "11 13 31"),
    **_kinds(PriceKind.SPECIAL, _IN, "12 14"),
    **_kinds(PriceKind.PREPUBLICATION, _EX, "21 23"),
    **_kinds(PriceKind.PREPUBLICATION, _IN, "22 24"),
}
"""Price type (ONIX List 58) to what it is for and whether it contains tax."""

_AMOUNT: Final = re.compile(r"\d{1,12}(?:\.\d{1,6})?")
_COMMA: Final = re.compile(r"(\d{1,12}),(\d{2})")
_ALWAYS: Final = (None, None)
_PLAIN: Final = {basis: Tax(basis=basis) for basis in TaxBasis}
_UNKNOWN_TYPE: Final = (PriceKind.UNKNOWN, TaxBasis.UNKNOWN)


@frozen
class PriceContext:
    """What a price takes from around it.

    Args:
        market: Where it holds when it does not say.
        header: The message's defaults.
        settings: How to read.
    """

    market: Territory
    header: Header
    settings: OnixSettings


def prices(supply: Node, context: PriceContext, notes: Notes) -> list[Price]:
    """All prices of one `SupplyDetail`; prices of other products that stand beside them for comparison are not read.

    Source: EDItEUR ONIX for Books 3.1 revision 2, `Price`; code lists 58, 59, 61, 62, 167, 171, 173.
    """
    found = [_price(node, context, notes) for node in supply.each("Price")]
    return [one for one in found if one is not None]


def _price(node: Node, context: PriceContext, notes: Notes) -> Price | None:
    if node.has("UnpricedItemType"):
        notes.code(57, node, "UnpricedItemType")
        return None
    amount = _amount(node, context.settings, notes)
    currency = node.text("CurrencyCode") or context.header.currency
    if amount is None:
        return None
    if currency is None or not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        message = f"A currency of ISO 4217 was expected, got {currency!r}; the price was left out."
        notes.error("price.currency", message, node, "CurrencyCode")
        return None
    code = notes.code(58, node, "PriceType") or context.header.price_type
    kind, basis = PRICE_TYPES.get(code or "", _UNKNOWN_TYPE)
    if node.has("PriceCondition") and _conditions(node, notes):
        kind = PriceKind.SPECIAL
    window = _window(node, notes) if node.has("PriceDate") else _ALWAYS
    if window is None:
        return None
    place = place_of(node, notes)
    return Price(
        money=Money(amount, currency),
        tax=_tax(node, basis, notes) if node.has("Tax") or node.has("TaxExempt") else _PLAIN[basis],
        kind=kind,
        type_code=code,
        qualifier=notes.code(59, node, "PriceQualifier") or context.settings.unqualified,
        territory=context.market if place is None else place.territory,
        starts=window[0],
        ends=window[1],
        provisional=notes.code(61, node, "PriceStatus") == "01",
        minimum_quantity=_quantity(node, notes),
    )


def _amount(node: Node, settings: OnixSettings, notes: Notes) -> Decimal | None:
    """The amount; a decimal comma only where it cannot be anything else, never thousands for decimals."""
    text = node.text("PriceAmount")
    if text is None:
        what = "a coded price" if node.has("PriceCoded") else "nothing"
        notes.error("price.amount", f"An amount was expected, got {what}; the price was left out.", node)
        return None
    if _AMOUNT.fullmatch(text) and text.isascii():
        amount = Decimal(text)
    elif settings.decimal_comma and text.isascii() and (found := _COMMA.fullmatch(text)):
        amount = Decimal(f"{found[1]}.{found[2]}")
        notes.warning(
            "price.comma", f"{text!r} has a decimal comma; it was read as {amount}.", node, "PriceAmount"
        )
    else:
        message = f"{text!r} is no amount such as 12.99; the price was left out."
        notes.error("price.amount", message, node, "PriceAmount")
        return None
    if amount <= 0:
        message = "An amount must be above zero (a free book is an unpriced item of type 01); the price was left out."
        notes.error("price.zero", message, node, "PriceAmount")
        return None
    return amount


def _conditions(node: Node, notes: Notes) -> bool:
    """Whether it holds only under conditions, such as a rental's."""
    codes = [notes.code(167, one, "PriceConditionType") for one in node.each("PriceCondition")]
    return any(code not in {None, "00"} for code in codes)


def _window(node: Node, notes: Notes) -> tuple[Date | None, Date | None] | None:
    """First and last day, both of which it holds on; None when one cannot be read: it might hold for ever."""
    starts = ends = None
    for dated in node.each("PriceDate"):
        role = notes.code(173, dated, "PriceDateRole")
        read = noted_date(dated, notes, default="06" if role == "24" else "00")
        if read.first is None and not (role == "15" and read.never):
            message = "A day from or until which the price holds cannot be read; the price was left out."
            notes.error("price.date", message, dated)
            return None
        if role == "14":
            starts = read.first
        elif role == "15":
            ends = read.first
        elif role == "24":
            starts = read.first
            ends = None if read.never else read.last or read.first
    return starts, ends


def _tax(node: Node, basis: TaxBasis, notes: Notes) -> Tax:
    taxes = [one for one in node.each("Tax") if notes.code(171, one, "TaxType") in {None, "01", "02"}]
    if not taxes:
        return Tax(basis=basis, rate_percent=Decimal(0)) if node.has("TaxExempt") else _PLAIN[basis]
    rates = {(notes.code(62, one, "TaxRateCode"), _percent(one, notes)) for one in taxes}
    if len(rates) > 1:
        message = "The price is made of parts under different tax rates; no single rate was read."
        notes.info("price.tax", message, node, "Tax")
        return _PLAIN[basis]
    code, percent = rates.pop()
    return Tax(basis=basis, rate_percent=percent, code=code)


def _percent(tax: Node, notes: Notes) -> Decimal | None:
    text = tax.text("TaxRatePercent")
    if text is None:
        return None
    if not _AMOUNT.fullmatch(text) or not text.isascii():
        message = f"{text!r} is no percentage such as 20; it was left out."
        notes.warning("price.tax", message, tax, "TaxRatePercent")
        return None
    return Decimal(text)


def _quantity(node: Node, notes: Notes) -> int:
    text = node.text("MinimumOrderQuantity")
    if text is None:
        return 1
    if text.isascii() and text.isdigit() and len(text) < 7 and int(text):
        return int(text)
    notes.warning(
        "price.quantity", f"{text!r} is no number of copies; 1 was read.", node, "MinimumOrderQuantity"
    )
    return 1
