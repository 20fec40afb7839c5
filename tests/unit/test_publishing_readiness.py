"""Readiness: what a listing lacks before it may go to a store."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.money import PriceKind, TaxBasis
from commerce_bridge.domain.title import Asset, AssetKind, Format, Listing, Status, Text, TextKind
from commerce_bridge.publishing.readiness import (
    HAS_PRICE,
    HAS_RIGHTS,
    STORE_READY,
    Check,
    Lack,
    Moment,
    Readiness,
)
from rigs.publishing import a_format, a_listing, ban, grant, market, price, utc, when

MOMENT = Moment(now=utc("2026-11-02T09:00"), market=market())
COVER = Asset(kind=AssetKind.FRONT_COVER, url="https://i.example/1.jpg")
STRICT = STORE_READY.plus([HAS_PRICE])
COPY = Text(kind=TextKind.DESCRIPTION, body="<p>Words.</p>")


def ready(*formats: Format, **settings: Any) -> Listing:
    return a_listing(*formats, **{"texts": (COPY,), "assets": (COVER,), **settings})


def codes(listing: Listing, moment: Moment = MOMENT) -> list[str]:
    return [lack.code for lack in STRICT.lacks(listing, moment)]


def test_a_ready_listing_lacks_nothing() -> None:
    assert STRICT.lacks(ready(), MOMENT) == ()


def test_everything_is_said_at_once_and_says_what_to_try() -> None:
    bare = a_format(isbn=None, form=None, prices=(), rights=(), status=Status.FORTHCOMING, feed_allowed=False)
    lacks = STRICT.lacks(a_listing(bare, name=" "), MOMENT)
    assert [lack.code for lack in lacks] == [
        "no-isbn",
        "no-title",
        "no-form",
        "no-cover",
        "no-description",
        "kept-back",
        "no-date",
        "no-rights",
        "no-price",
    ]
    assert all(len(lack.message) > 20 and lack.message.endswith(".") for lack in lacks)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"isbn": None}, "no-isbn"),
        ({"form": None}, "no-form"),
        ({"feed_allowed": False}, "kept-back"),
        ({"status": Status.UNKNOWN}, "status"),
        ({"status": Status.UNSPECIFIED}, "status"),
        ({"status": Status.FORTHCOMING}, "no-date"),
        ({"prices": ()}, "no-price"),
        ({"prices": (price("9", "EUR"),)}, "no-price"),
        ({"prices": (price("9", kind=PriceKind.TRADE),)}, "no-price"),
        ({"prices": (price("9"), price("8"))}, "no-price"),
        ({"rights": ()}, "no-rights"),
        ({"rights": (ban("US"),)}, "no-rights"),
    ],
)
def test_each_check_finds_its_lack_in_any_of_the_formats(change: dict[str, Any], code: str) -> None:
    lacking = a_format(ref=Ref("consonance", "product", "2"), **change)
    assert codes(ready(lacking)) == [code]
    if code != "status":  # a family may go on with the formats that have one
        assert codes(ready(a_format(), lacking)) == [code]


@pytest.mark.parametrize(
    "change",
    [
        {"status": Status.FORTHCOMING, "publication_date": "2027-01-01"},
        {"prices": (price("9", basis=TaxBasis.EXCLUSIVE),)},
        {"prices": (price("9", basis=TaxBasis.UNKNOWN),)},
        {"rights": (grant("US"),)},
    ],
)
def test_what_others_decide_is_no_lack(change: dict[str, Any]) -> None:
    """A tax that cannot be matched is the store's business, and rights elsewhere are stated rights."""
    assert codes(ready(a_format(**change))) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"assets": ()}, "no-cover"),
        ({"assets": (evolve(COVER, approved=False),)}, "no-cover"),
        ({"assets": (evolve(COVER, ready=False),)}, "no-cover"),
        ({"assets": (evolve(COVER, starts=when("2026-11-03")),)}, "no-cover"),
        ({"assets": (evolve(COVER, kind=AssetKind.BACK_COVER),)}, "no-cover"),
        ({"texts": ()}, "no-description"),
        ({"texts": (evolve(COPY, approved=False),)}, "no-description"),
        ({"texts": (evolve(COPY, starts=when("2026-11-03")),)}, "no-description"),
        ({"texts": (evolve(COPY, kind=TextKind.REVIEW_QUOTE),)}, "no-description"),
        ({"name": "  "}, "no-title"),
    ],
)
def test_texts_and_covers_count_only_when_they_may_be_shown(change: dict[str, Any], code: str) -> None:
    assert codes(ready(**change)) == [code]


@pytest.mark.parametrize("kind", [TextKind.SHORT_DESCRIPTION, TextKind.COVER_COPY])
def test_other_descriptions_will_do(kind: TextKind) -> None:
    assert codes(ready(texts=(evolve(COPY, kind=kind),))) == []


def test_the_same_listing_becomes_ready_when_its_embargo_passes() -> None:
    listing = ready(assets=(evolve(COVER, starts=when("2026-11-03")),))
    assert codes(listing) == ["no-cover"]
    assert codes(listing, evolve(MOMENT, now=utc("2026-11-03T00:00"))) == []


def test_unstated_rights_are_no_lack_where_the_policy_takes_them_for_granted() -> None:
    assert codes(ready(a_format(rights=())), evolve(MOMENT, rights_unknown=True)) == []


class TestARuleThatUsersChange:
    def short(self, listing: Listing, moment: Moment) -> str | None:
        return "Its title is short: choose a longer one." if len(listing.title.name) < 30 else None

    def test_a_price_is_asked_for_only_where_the_rule_says_so(self) -> None:
        bare = ready(a_format(prices=(), rights=()))
        assert [lack.code for lack in STORE_READY.lacks(bare, MOMENT)] == [HAS_RIGHTS.code]
        assert [lack.code for lack in STRICT.lacks(bare, MOMENT)] == ["no-rights", "no-price"]

    def test_checks_are_added_and_taken_away(self) -> None:
        own = STORE_READY.plus([Check("short-title", self.short)]).without("no-cover")
        assert own.lacks(ready(assets=()), MOMENT) == (
            Lack("short-title", "Its title is short: choose a longer one."),
        )
        assert Readiness(()).lacks(a_listing(), MOMENT) == ()

    def test_taking_away_what_is_not_there_changes_nothing(self) -> None:
        assert STORE_READY.without("nothing") == STORE_READY

    def test_the_fingerprint_tells_rules_apart(self) -> None:
        check = Check("short-title", self.short)
        rules = [
            STORE_READY,
            STORE_READY.without("no-cover"),
            STORE_READY.plus([check]),
            STORE_READY.plus([evolve(check, version=2)]),
        ]
        assert len({rule.fingerprint for rule in rules}) == len(rules)
        assert STORE_READY.plus([check]).fingerprint == STORE_READY.plus([check]).fingerprint
