"""Titles for tests of rules: complete and ready for sale, unless a test says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from attrs import evolve

from commerce_bridge.domain.dates import Date
from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.identifiers import gtin_check_digit
from commerce_bridge.domain.market import Market
from commerce_bridge.domain.money import Money, Price, Tax, TaxBasis
from commerce_bridge.domain.rights import RightsKind, RightsWindow
from commerce_bridge.domain.territory import WORLD, territory
from commerce_bridge.domain.title import (
    Asset,
    AssetKind,
    Contributor,
    Extent,
    Format,
    Listing,
    Measures,
    Scheme,
    SeriesMembership,
    Status,
    Subject,
    Text,
    TextKind,
    Title,
)
from commerce_bridge.mapping import Context

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
UK = Market(name="United Kingdom", territory=territory("GB"), currency="GBP", time_zone="Europe/London")
EVERYWHERE = RightsWindow(kind=RightsKind.FOR_SALE, territory=WORLD)


def isbn(number: int) -> str:
    """An ISBN with a right check digit."""
    digits = f"9781905{number:05}"
    return digits + gtin_check_digit(digits)


def price(
    amount: str = "12.99", currency: str = "GBP", basis: TaxBasis = TaxBasis.INCLUSIVE, **more: Any
) -> Price:
    return Price(money=Money(Decimal(amount), currency), tax=Tax(basis=basis), **more)


def day(text: str) -> Date:
    return Date(date.fromisoformat(text))


def make_format(number: int = 1, form: str | None = "BC", **changes: Any) -> Format:
    """A paperback that is on sale."""
    usual: dict[str, Any] = {
        "ref": Ref("src", "product", str(number)),
        "isbn": isbn(number),
        "form": form,
        "status": Status.ACTIVE,
        "publication_date": day("2026-09-03"),
        "extents": (Extent(kind="pages", value=Decimal(312)),),
        "measures": Measures(
            height_mm=Decimal(198), width_mm=Decimal(129), thickness_mm=Decimal(22), weight_g=Decimal(280)
        ),
        "prices": (price(),),
        "rights": (EVERYWHERE,),
    }
    return Format(**{**usual, **changes})


def make_title(*formats: Format, **changes: Any) -> Title:
    """A title that is ready for sale, in one paperback unless told otherwise."""
    usual: dict[str, Any] = {
        "ref": Ref("src", "work", "7"),
        "name": "The Black Road",
        "contributors": (Contributor(name="Ada Quill"),),
        "subjects": (Subject(scheme=Scheme.BISAC, code="FIC022000"),),
        "series": (SeriesMembership(name="Roads", number="2"),),
        "texts": (Text(kind=TextKind.DESCRIPTION, body="<p>About a <em>road</em>.</p>"),),
        "assets": (Asset(kind=AssetKind.FRONT_COVER, url="https://images.example.org/7.jpg"),),
        "imprint": "Larkmere",
        "formats": formats or (make_format(),),
    }
    return Title(**{**usual, **changes})


def make_listing(*formats: Format, **changes: Any) -> Listing:
    """A page that sells all of the title's formats."""
    title = make_title(*formats, **changes)
    return Listing(title=title, formats=title.formats)


def make_context(**changes: Any) -> Context:
    usual: dict[str, Any] = {"now": NOW, "market": UK}
    return Context(**{**usual, **changes})


def with_measures(one: Format, **measures: Decimal | None) -> Format:
    return evolve(one, measures=evolve(one.measures, **measures))


def facts(value: Any) -> Mapping[str, set[str]]:
    """Custom fields by name."""
    found: dict[str, set[str]] = {}
    for one in value if isinstance(value, frozenset) else [value]:
        found.setdefault(one.name, set()).add(one.value)
    return found
