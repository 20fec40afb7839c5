"""Titles, formats, markets and windows for tests of the publishing rules, with few words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from attrs import evolve

from commerce_bridge.domain.dates import Date, Precision, day
from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.market import Market
from commerce_bridge.domain.money import Money, Price, Tax, TaxBasis
from commerce_bridge.domain.rights import RightsKind, RightsWindow
from commerce_bridge.domain.territory import WORLD, Territory, territory
from commerce_bridge.domain.title import Format, Listing, Status, Title

MOMENT = timedelta(microseconds=1)


def when(text: str) -> Date:
    """A day ``2026-11-02``, a month ``2026-11``, a year ``2026``, or an instant ``2026-11-02T09:00Z``."""
    if "T" in text:
        instant = utc(text)
        return Date(instant.date(), instant=instant)
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 3:
        return day(text)
    precision = Precision.YEAR if len(parts) == 1 else Precision.MONTH
    return Date(date(parts[0], parts[1] if len(parts) == 2 else 1, 1), precision)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "")).replace(tzinfo=UTC)


def market(*countries: str, zone: str = "Europe/London", currency: str = "GBP", channel: str = "1") -> Market:
    where = territory(*countries) if countries else territory("GB")
    return Market(name="the market", territory=where, currency=currency, time_zone=zone, channel=channel)


def place(where: str | Territory) -> Territory:
    if isinstance(where, Territory):
        return where
    return WORLD if where == "WORLD" else territory(*where.split())


def grant(where: str | Territory = "WORLD", **settings: Any) -> RightsWindow:
    return window(RightsKind.FOR_SALE, where, **settings)


def ban(where: str | Territory = "WORLD", **settings: Any) -> RightsWindow:
    return window(RightsKind.NOT_FOR_SALE, where, **settings)


def window(
    kind: RightsKind,
    where: str | Territory,
    *,
    starts: str | None = None,
    ends: str | None = None,
    channels: Iterable[str] = (),
) -> RightsWindow:
    return RightsWindow(
        kind=kind,
        territory=place(where),
        channels=frozenset(channels),
        starts=when(starts) if starts else None,
        ends=when(ends) if ends else None,
    )


def price(
    amount: str,
    currency: str = "GBP",
    *,
    basis: TaxBasis = TaxBasis.INCLUSIVE,
    rate: str | None = None,
    where: str | Territory = "WORLD",
    starts: str | None = None,
    ends: str | None = None,
    **settings: Any,
) -> Price:
    return Price(
        money=Money(Decimal(amount), currency),
        tax=Tax(basis=basis, rate_percent=Decimal(rate) if rate else None),
        territory=place(where),
        starts=when(starts) if starts else None,
        ends=when(ends) if ends else None,
        **settings,
    )


def a_format(**settings: Any) -> Format:
    """An active paperback that may be sold all over the world, with no dates; `settings` change that."""
    settings = {
        name: when(value) if isinstance(value, str) and name in DATES else value
        for name, value in settings.items()
    }
    plain = Format(
        ref=Ref("consonance", "product", "1"),
        isbn="9781905005123",
        form="BC",
        status=Status.ACTIVE,
        rights=(grant(),),
        prices=(price("9.99"),),
    )
    return evolve(plain, **settings)


DATES = frozenset({"publication_date", "embargo", "preorder_from", "announced"})


def a_listing(*formats: Format, **settings: Any) -> Listing:
    formats = formats or (a_format(),)
    title = Title(ref=Ref("consonance", "work", "1"), name="The Black Road", formats=formats)
    return Listing(title=evolve(title, **settings), formats=formats)
