"""Choosing texts and images for a page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.title import Asset, AssetKind, Audience, Listing, Text, TextKind
from commerce_bridge.publishing.choice import (
    choose_cover,
    choose_images,
    choose_text,
    embargo_edges,
    in_window,
    usable,
)
from rigs.publishing import MOMENT, a_format, a_listing, utc, when

NOW = utc("2026-11-02T09:00")
ZONE = "Europe/London"
KINDS = (TextKind.DESCRIPTION, TextKind.SHORT_DESCRIPTION)


def dated(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: when(value) if name in {"starts", "ends"} else value for name, value in settings.items()}


def text(body: str = "words", kind: TextKind = TextKind.DESCRIPTION, **settings: Any) -> Text:
    return Text(kind=kind, body=body, **dated(settings))


def image(
    url: str = "https://i.example/1.jpg", kind: AssetKind = AssetKind.FRONT_COVER, **settings: Any
) -> Asset:
    return Asset(kind=kind, url=url, **dated(settings))


def texts(*pieces: Text, **settings: Any) -> Listing:
    return a_listing(texts=pieces, **settings)


def images(*pieces: Asset) -> Listing:
    return a_listing(assets=pieces)


def body_of(listing: Listing, at: datetime = NOW) -> str | None:
    chosen = choose_text(listing, KINDS, at, ZONE)
    return chosen.body if chosen else None


def cover_of(listing: Listing, at: datetime = NOW) -> str | None:
    chosen = choose_cover(listing, at, ZONE)
    return chosen.url if chosen else None


UNUSABLE: list[dict[str, Any]] = [
    {"approved": False},
    {"audiences": frozenset({Audience.TRADE})},
    {"audiences": frozenset({Audience.RESTRICTED})},
    {"audiences": frozenset({Audience.OTHER, Audience.TRADE})},
    {"audiences": frozenset[Audience]()},
    {"starts": "2026-11-03"},
    {"starts": "2026-12"},
    {"ends": "2026-11-01"},
    {"formats": frozenset({"another"})},
    {"formats": frozenset[str]()},
]
USABLE: list[dict[str, Any]] = [
    {},
    {"audiences": frozenset({Audience.TRADE, Audience.CONSUMERS})},
    {"starts": "2026-11-02", "ends": "2026-11-02"},
    {"starts": "2026-10"},
    {"formats": frozenset({"1", "another"})},
    {"ends": "2026-11"},
    {"ends": "9999-12-31"},
]


@pytest.mark.parametrize("settings", UNUSABLE)
def test_what_may_not_be_shown_is_not(settings: dict[str, Any]) -> None:
    assert body_of(texts(text(**settings))) is None
    assert cover_of(images(image(**settings))) is None


@pytest.mark.parametrize("settings", USABLE)
def test_what_may_be_shown_is(settings: dict[str, Any]) -> None:
    assert body_of(texts(text(**settings))) == "words"
    assert cover_of(images(image(**settings))) is not None


def test_an_image_must_be_ready_and_have_an_address() -> None:
    assert cover_of(images(image(ready=False))) is None
    assert cover_of(images(image(url=""))) is None


def test_an_embargo_passes_when_the_day_begins_and_an_end_with_its_day() -> None:
    piece = text(starts="2026-07-01", ends="2026-07-31")
    begins, ended = utc("2026-06-30T23:00"), utc("2026-07-31T23:00")
    assert [in_window(piece, at, ZONE) for at in (begins - MOMENT, begins, ended - MOMENT, ended)] == [
        False,
        True,
        True,
        False,
    ]
    assert embargo_edges(texts(piece), ZONE) == (begins, ended)


class TestTexts:
    def test_the_first_kind_that_has_one_and_of_it_the_first(self) -> None:
        short = text("short", TextKind.SHORT_DESCRIPTION)
        first, second = text("first"), text("second")
        assert body_of(texts(short, first, second)) == "first"
        assert body_of(texts(short)) == "short"
        assert body_of(texts(short, evolve(first, approved=False))) == "short"
        assert body_of(texts(text("other", TextKind.COVER_COPY))) is None

    @pytest.mark.parametrize("empty", ["", "  \n", "<p></p>", "<p>&nbsp;</p>\n<br/>"])
    def test_an_empty_text_says_nothing(self, empty: str) -> None:
        assert body_of(texts(text(empty), text("words"))) == "words"
        assert body_of(texts(text(empty))) is None

    def test_plain_text_is_taken_as_it_is(self) -> None:
        assert body_of(texts(text("<p></p>", html=False))) == "<p></p>"

    def test_the_titles_own_language_comes_first(self) -> None:
        french, english, unsaid = text("mots", language="fre"), text("words", language="eng"), text("unsaid")
        assert body_of(texts(french, english, language="eng")) == "words"
        assert body_of(texts(french, unsaid, english, language="eng")) == "unsaid"
        assert body_of(texts(french, unsaid)) == "unsaid"
        assert body_of(texts(french, language="eng")) == "mots"


class TestImages:
    def test_the_newest_cover_is_taken(self) -> None:
        assert cover_of(images(image("old"), image("new"))) == "new"
        assert cover_of(images(image("old"), image("new", approved=False))) == "old"

    def test_a_holding_image_stands_in_only_while_there_is_no_cover(self) -> None:
        holding = image("holding", AssetKind.HOLDING_IMAGE)
        assert cover_of(images(holding)) == "holding"
        assert cover_of(images(image("cover"), holding)) == "cover"
        coming = image("cover", starts="2026-11-10")
        assert cover_of(images(coming, holding)) == "holding"
        assert cover_of(images(coming, holding), utc("2026-11-10T00:00")) == "cover"

    def test_a_cover_for_printers_is_no_image(self) -> None:
        assert cover_of(images(image("jpg"), image("pdf", media_type="application/pdf"))) == "jpg"
        assert cover_of(images(image("png", media_type="image/PNG"))) == "png"
        assert cover_of(images(image("jpeg", media_type="JPEG"))) == "jpeg"

    def test_kind_by_kind_the_newest_first_each_address_once(self) -> None:
        listing = images(
            image("pack", AssetKind.PACK_SHOT),
            image("back-1", AssetKind.BACK_COVER),
            image("back-2", AssetKind.BACK_COVER),
            image("back-1", AssetKind.PACK_SHOT),
        )
        chosen = choose_images(listing, (AssetKind.BACK_COVER, AssetKind.PACK_SHOT), NOW, ZONE)
        assert [one.url for one in chosen] == ["back-2", "back-1", "pack"]
        assert choose_images(listing, (AssetKind.FRONT_COVER,), NOW, ZONE) == ()


def test_what_belongs_to_a_format_is_shown_with_it() -> None:
    paper, audio = a_format(), a_format(ref=Ref("consonance", "product", "2"))
    narrated = text("narrated", formats=frozenset({"2"}))
    family = texts(narrated)
    assert usable(family.title.texts, evolve(family, formats=(paper,)), NOW, ZONE) == ()
    assert usable(family.title.texts, evolve(family, formats=(audio,)), NOW, ZONE) == (narrated,)
    assert usable(family.title.texts, evolve(family, formats=(paper, audio)), NOW, ZONE) == (narrated,)


def test_edges_of_what_is_never_shown_are_none() -> None:
    never = [text(starts="2026-12-01", **one) for one in ({"approved": False}, {"formats": frozenset({"9"})})]
    assert embargo_edges(texts(*never), ZONE) == ()
    assert embargo_edges(images(image(starts="2026-12-01", ready=False)), ZONE) == ()
    listing = a_listing(texts=(text(starts="2026-12-01"),), assets=(image(ends="2026-11-30"),))
    assert embargo_edges(listing, ZONE) == (utc("2026-12-01T00:00"),)


days = st.none() | st.dates(utc("2026-10-25T00:00").date(), utc("2026-11-05T00:00").date()).map(
    lambda day: day.isoformat()
)
pieces = st.builds(
    lambda starts, ends, approved: (
        {"approved": approved} | ({"starts": starts} if starts else {}) | ({"ends": ends} if ends else {})
    ),
    days,
    days,
    st.booleans(),
)


@given(st.lists(pieces, max_size=4), st.lists(pieces, max_size=4), st.integers(0, 14 * 24))
def test_between_two_edges_the_choice_stays_the_same(
    words: list[dict[str, Any]], covers: list[dict[str, Any]], hours: int
) -> None:
    listing = a_listing(
        texts=tuple(text(str(number), **one) for number, one in enumerate(words)),
        assets=tuple(image(str(number), **one) for number, one in enumerate(covers)),
    )
    instant = utc("2026-10-23T00:00") + timedelta(hours=hours)
    edges = embargo_edges(listing, ZONE)
    later = [edge for edge in edges if edge > instant]
    end = later[0] - MOMENT if later else instant + timedelta(days=400)
    assert (body_of(listing, instant), cover_of(listing, instant)) == (
        body_of(listing, end),
        cover_of(listing, end),
    )
