"""Every title of the invented list comes out of the account as its publisher entered it.

What is expected is taken from the list itself, never from the answers on the way.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest
from stdnum import isbn as oracle

from commerce_bridge.domain.dates import Date
from commerce_bridge.domain.exchange import Observed
from commerce_bridge.domain.money import PriceKind, TaxBasis
from commerce_bridge.domain.rights import RightsKind
from commerce_bridge.domain.territory import NOWHERE, Territory
from commerce_bridge.domain.title import Format, Title
from commerce_bridge.platforms.consonance import PRIZES
from commerce_bridge.sandbox.catalogue import Body, Book, demo_catalogue
from commerce_bridge.sandbox.catalogue.countries import COUNTRY_CODES
from commerce_bridge.sandbox.catalogue.shapes import Format as Entered
from commerce_bridge.sandbox.catalogue.shapes import Places
from rigs.consonance_client import Desk

BOOKS = demo_catalogue()
EBOOK, KINDS = (
    "EA",
    {
        "SHORT_DESCRIPTION": "02",
        "MAIN_DESCRIPTION": "03",
        "LONG_DESCRIPTION": "03",
        "BIOGRAPHICAL_NOTE": "12",
        "REVIEW_QUOTE": "06",
        "TABLE_OF_CONTENTS": "04",
        "PROMOTIONAL_HEADLINE": "10",
    },
)
ASSETS = {"FRONT_COVER": "01", "BACK_COVER": "02", "CONTRIBUTOR_PICTURE": "04", "SAMPLE_CONTENT": "15"}
TYPES = {
    "01": (PriceKind.LIST, TaxBasis.EXCLUSIVE),
    "02": (PriceKind.LIST, TaxBasis.INCLUSIVE),
    "41": (PriceKind.FIXED, TaxBasis.EXCLUSIVE),
    "42": (PriceKind.FIXED, TaxBasis.INCLUSIVE),
}


@cache
def titles() -> tuple[Observed[Title], ...]:
    return Desk(seed="demo").read()


def pairs() -> list[tuple[Book, Observed[Title]]]:
    return list(zip(BOOKS, titles(), strict=True))


def named(book: Book, place: int) -> str:
    return f"{place}-{book.title}"


@pytest.fixture(params=range(len(BOOKS)), ids=[named(book, place) for place, book in enumerate(BOOKS)])
def pair(request: pytest.FixtureRequest) -> tuple[Book, Observed[Title]]:
    return BOOKS[request.param], titles()[request.param]


def formats_of(book: Book, observed: Observed[Title]) -> list[tuple[Entered, Format]]:
    return list(zip(book.formats, observed.value.formats, strict=True))


def keys(book: Book, observed: Observed[Title], only: Places) -> frozenset[str] | None:
    """The keys of the formats that a part is entered for; None when it is all of them."""
    if only is None or set(only) == set(range(len(book.formats))):
        return None
    return frozenset(observed.value.formats[place].key for place in only)


def a_day(value: date | None) -> Date | None:
    return None if value is None else Date(value)


def test_the_list_is_read_whole() -> None:
    assert len(titles()) == len(BOOKS) >= 60
    assert [observed.ref.id for observed in titles()] == [str(place) for place in range(1, len(BOOKS) + 1)]


def test_only_what_is_wrong_on_the_list_is_a_problem() -> None:
    wrong = {
        book.title: [each.isbn for each in book.formats if each.isbn and not oracle.is_valid(each.isbn)]
        for book in BOOKS
    }
    told = {book.title: list(observed.problems) for book, observed in pairs() if observed.problems}
    assert set(told) == {title for title, isbns in wrong.items() if isbns} != set()
    for title, problems in told.items():
        assert len(problems) == len(wrong[title])
        assert all(isbn in problem for isbn, problem in zip(wrong[title], problems, strict=True))


def test_the_words_of_a_title(pair: tuple[Book, Observed[Title]]) -> None:
    book, observed = pair
    title = observed.value
    assert (title.name, title.subtitle) == (book.full_title, book.subtitle)
    assert (title.imprint, title.stage, title.season) == (book.imprint, book.stage, book.season)
    entered = [("06", book.doi), ("01", book.reference), ("01", book.customer_system_id)]
    assert [(one.scheme, one.value) for one in title.identifiers] == [one for one in entered if one[1]]
    series = [(book.series.series, book.series.part)] if book.series else []
    assert [(one.name, one.number) for one in title.series] == series


def test_its_contributors(pair: tuple[Book, Observed[Title]]) -> None:
    book, observed = pair
    expected = [
        (
            credit.who.name,
            credit.role,
            isinstance(credit.who, Body),
            credit.who.note,
            keys(book, observed, credit.only),
        )
        for credit in book.credits
    ]
    found = observed.value.contributors
    assert [(one.name, one.role, one.corporate, one.biography, one.formats) for one in found] == expected
    assert [one.place for one in found] == list(range(1, len(found) + 1))


def test_its_subjects_come_main_first(pair: tuple[Book, Observed[Title]]) -> None:
    book, observed = pair
    for scheme, codes in (("BISAC", "10 11"), ("THEMA", "93 94 95 96 97 98 99"), ("BIC", "12")):
        entered = [topic.code for topic in book.topics if topic.scheme == scheme]
        found = [one for one in observed.value.subjects if one.scheme.value in codes.split()]
        assert [one.code for one in found] == entered
        assert [one.main for one in found] == [place == 0 for place in range(len(found))]


def test_its_texts(pair: tuple[Book, Observed[Title]]) -> None:
    book, observed = pair
    expected = {
        (
            KINDS[copy.kind],
            copy.html,
            copy.approved,
            a_day(max((day for day in (copy.embargo, copy.released) if day), default=None)),
            frozenset(copy.audience),
            keys(book, observed, copy.only),
        )
        for copy in book.copy
    }
    found = {
        (
            one.kind.value,
            one.body,
            one.approved,
            one.starts,
            frozenset(audience.value for audience in one.audiences),
            one.formats,
        )
        for one in observed.value.texts
    }
    assert found == expected
    assert len(observed.value.texts) == len(book.copy)


def test_nothing_internal_comes_along(pair: tuple[Book, Observed[Title]]) -> None:
    book, observed = pair
    shown = "".join(text.body for text in observed.value.texts)
    assert all(copy.internal not in shown for copy in book.copy if copy.internal)
    for entered, read in formats_of(book, observed):
        assert entered.published is not None or read.publication_date is None


def test_its_pictures(pair: tuple[Book, Observed[Title]]) -> None:
    book, observed = pair
    expected = [
        (
            ASSETS[picture.kind],
            picture.url if picture.ready else "",
            picture.approved,
            picture.ready,
            picture.caption,
            picture.credit,
            keys(book, observed, picture.only),
        )
        for picture in book.pictures
    ]
    assert [
        (one.kind.value, one.url, one.approved, one.ready, one.caption, one.credit, one.formats)
        for one in observed.value.assets
    ] == expected


def test_its_prizes(pair: tuple[Book, Observed[Title]]) -> None:
    book, observed = pair
    found = observed.value.extra.get(PRIZES, ())
    assert [(one.name, one.year, one.achievement, one.jury, one.formats) for one in found] == [
        (honour.prize, honour.year, honour.achievement, honour.jury, keys(book, observed, honour.only))
        for honour in book.honours
    ]


def test_its_formats(pair: tuple[Book, Observed[Title]]) -> None:
    book, observed = pair
    for entered, read in formats_of(book, observed):
        valid = bool(entered.isbn) and oracle.is_valid(entered.isbn or "")
        assert read.isbn == (entered.isbn if valid else None)
        raw = [one.value for one in read.identifiers if one.name == "ISBN as sent"]
        assert raw == ([entered.isbn] if entered.isbn and not valid else [])
        assert read.form == (EBOOK if entered.form == "DG" else entered.form)
        assert read.status.value == (entered.status or "00")
        assert read.publication_date == a_day(entered.published)
        assert [one.availability for one in read.supplies] == (
            [entered.availability] if entered.availability else []
        )
        assert read.feed_allowed is entered.exported
        assert read.edition_number == book.edition_number
        assert read.edition == (entered.edition or book.edition)


def test_the_names_of_its_formats(pair: tuple[Book, Observed[Title]]) -> None:
    book, observed = pair
    for entered, read in formats_of(book, observed):
        own = (
            (f"{entered.prefix} " if entered.prefix else "") + entered.title
            if entered.title
            else book.full_title
        )
        assert (read.name or observed.value.name) == own
        assert (read.subtitle or observed.value.subtitle) == (entered.subtitle or book.subtitle)


def test_the_size_of_its_formats(pair: tuple[Book, Observed[Title]]) -> None:
    book, observed = pair
    for entered, read in formats_of(book, observed):
        is_book = entered.form in {"BA", "BB", "BC", "BE", "BH"}
        size = entered.size if is_book else None
        measures = (read.measures.height_mm, read.measures.width_mm, read.measures.thickness_mm)
        assert measures == ((size.height, size.width, size.thickness) if size else (None, None, None))
        assert read.measures.weight_g is None
        pages = [int(one.value) for one in read.extents if one.kind == "pages"]
        if entered.pages is None or entered.form not in {"BA", "BB", "BC", "BE", "BH", "DG"}:
            assert pages == []
        else:
            front = min(8, entered.pages) if is_book else 0
            assert pages == [entered.pages - front]


def test_the_prices_of_its_formats(pair: tuple[Book, Observed[Title]]) -> None:
    book, observed = pair
    for entered, read in formats_of(book, observed):
        assert [
            (one.money.amount, one.money.currency, one.type_code, one.qualifier, one.starts, one.ends)
            for one in read.prices
        ] == [
            (one.amount, one.currency, one.kind, one.qualifier, a_day(one.start), a_day(one.end))
            for one in entered.charges
        ]
        assert [(one.kind, one.tax.basis) for one in read.prices] == [
            TYPES[one.kind] for one in entered.charges
        ]


def allowed(read: Format) -> Territory:
    """Where a format may be sold."""
    area = NOWHERE
    for window in read.rights:
        if window.kind is RightsKind.FOR_SALE:
            area |= window.territory
    for window in read.rights:
        if window.kind is RightsKind.NOT_FOR_SALE:
            area -= window.territory
    return area


def countries(entered: Entered) -> set[str]:
    assert entered.rights is not None
    return set(entered.rights.only or COUNTRY_CODES) - set(entered.rights.never)


def test_the_rights_of_its_formats(pair: tuple[Book, Observed[Title]]) -> None:
    book, observed = pair
    for entered, read in formats_of(book, observed):
        if entered.rights is None:
            assert read.rights == ()
        else:
            assert {code for code in COUNTRY_CODES if code in allowed(read)} == countries(entered)
            assert all((window.starts, window.ends) == (None, None) for window in read.rights)


def test_complete_country_lists_mean_the_same_as_those_entered() -> None:
    written_out = Desk(seed="demo", country_lists="complete").read()
    for plain, full in zip(titles(), written_out, strict=True):
        for one, two in zip(plain.value.formats, full.value.formats, strict=True):
            assert bool(one.rights) == bool(two.rights)
            assert all((code in allowed(one)) == (code in allowed(two)) for code in COUNTRY_CODES)


def test_similar_titles_are_named_by_valid_isbns() -> None:
    related = [isbn for observed in titles() for isbn in observed.value.related]
    assert related
    assert all(oracle.is_valid(isbn) for isbn in related)
    for observed in titles():
        own = {one.isbn for one in observed.value.formats}
        assert not own & set(observed.value.related)
