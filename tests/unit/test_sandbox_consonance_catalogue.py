"""The invented list: big enough, sound where it should be, and wrong exactly where it says so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from attrs import evolve
from stdnum import isbn as oracle

from commerce_bridge.sandbox.catalogue import Book, Format, demo_catalogue, simple_title
from commerce_bridge.sandbox.catalogue import awkward as awkward_module
from commerce_bridge.sandbox.catalogue.awkward import COMMONWEALTH, ODDITIES, Oddity, made_awkward
from commerce_bridge.sandbox.catalogue.background import with_background
from commerce_bridge.sandbox.catalogue.countries import COUNTRY_CODES
from commerce_bridge.sandbox.catalogue.entry import AS_OF, expand, split_title
from commerce_bridge.sandbox.catalogue.list_fact import FACT
from commerce_bridge.sandbox.catalogue.list_fiction import FICTION
from commerce_bridge.sandbox.catalogue.list_odd import ODD
from commerce_bridge.sandbox.catalogue.list_young import YOUNG
from commerce_bridge.sandbox.catalogue.people import PEOPLE
from commerce_bridge.sandbox.consonance.codes import ENUM_CODES

BOOKS = demo_catalogue()
FORMATS = [(book, each) for book in BOOKS for each in book.formats]


def named(title: str, nth: int = 0) -> Book:
    return [book for book in BOOKS if book.full_title.startswith(title)][nth]


def form(title: str, code: str) -> Format:
    return next(each for each in named(title).formats if each.form == code)


# ── the whole ────────────────────────────────────────────────────────────
def test_there_is_enough_of_it() -> None:
    forms = Counter(each.form for _, each in FORMATS)
    assert len(BOOKS) >= 60
    assert len(FORMATS) >= 200
    assert min(forms[code] for code in ("BB", "BC", "DG", "AJ")) >= 45
    assert len({book.imprint for book in BOOKS}) >= 6


def test_it_is_the_same_every_time() -> None:
    assert demo_catalogue() == BOOKS


def test_references_are_unique() -> None:
    assert len({book.reference for book in BOOKS}) == len(BOOKS)


def test_every_isbn_is_right_but_the_one_that_should_not_be() -> None:
    wrong = [
        (book.full_title, each.form) for book, each in FORMATS if each.isbn and not oracle.is_valid(each.isbn)
    ]
    assert wrong == [("Walking to Work", "AJ")]
    assert all(each.isbn.startswith("9781") for _, each in FORMATS if each.isbn)


def test_every_isbn_is_used_once_but_the_one_that_is_not() -> None:
    used = Counter(each.isbn for _, each in FORMATS if each.isbn)
    repeated = [isbn for isbn, times in used.items() if times > 1]
    assert repeated == [form("Soup Is a Verb", "BC").isbn]
    assert used[repeated[0]] == 2


def test_status_availability_and_date_agree_where_a_title_is_ordinary() -> None:
    for _, each in FORMATS:
        if each.status in {"01", "03"}:
            assert each.published is None
        elif each.status == "02":
            assert each.published is not None
            assert each.published > AS_OF
            assert each.availability == "10"
        elif each.status == "04":
            assert each.published is not None
            assert each.published <= AS_OF
            assert each.availability == "20"


def test_every_address_lies_on_a_reserved_host() -> None:
    hosts = {urlsplit(picture.url).hostname for book in BOOKS for picture in book.pictures}
    hosts |= {urlsplit(each.link).hostname for _, each in FORMATS if each.link}
    hosts |= {urlsplit(book.url).hostname for book in BOOKS if book.url}
    assert hosts == {"images.example.org", "www.example.org"}
    assert all(picture.url.startswith("https://") for book in BOOKS for picture in book.pictures)
    emails = [person.email for person in PEOPLE.values() if person.email]
    assert all(email.endswith(".example") for email in emails)


def test_codes_have_the_shape_of_their_scheme() -> None:
    shapes = {"BISAC": r"[A-Z]{3}\d{6}", "THEMA": r"[A-Z][A-Z0-9]*", "BIC": r"[A-Z][A-Z0-9]*"}
    for book in BOOKS:
        for topic in book.topics:
            assert re.fullmatch(shapes[topic.scheme], topic.code), topic
        assert {"BISAC", "THEMA"} <= {topic.scheme for topic in book.topics}


def test_every_code_is_one_the_platform_has() -> None:
    codes = {name: set(members.split()) for name, members in ENUM_CODES.items()}
    for book, each in FORMATS:
        assert each.form is None or each.form in codes["ONIX21ProductFormCode"]
        assert each.status in codes["ONIXPublishingStatusCode"]
        assert each.availability in codes["ONIXProductAvailabilityCode"]
        for charge in each.charges:
            assert charge.kind in codes["ONIXPriceTypeCode"]
            assert charge.qualifier in codes["ONIXPriceTypeQualifierCode"]
        assert {credit.role for credit in book.credits} <= codes["ONIXContributorRoleCode"]
        for rights in filter(None, [each.rights]):
            assert set(rights.only) | set(rights.never) <= set(COUNTRY_CODES)


def test_pounds_include_the_tax_and_the_others_do_not_where_a_title_is_ordinary() -> None:
    odd = {"Between Two Grammars", "Ordinary Bells"}
    for book, each in FORMATS:
        for charge in each.charges:
            assert charge.amount == charge.amount.quantize(Decimal("0.01"))
            if book.full_title not in odd:
                assert charge.kind == ("02" if charge.currency == "GBP" else "01")
    assert {charge.currency for _, each in FORMATS for charge in each.charges} == {"GBP", "USD", "EUR", "AUD"}


def test_readers_are_named_on_what_is_heard_and_nowhere_else() -> None:
    for book in BOOKS:
        heard = {place for place, each in enumerate(book.formats) if each.form in {"AJ", "AC"}}
        readers = [credit for credit in book.credits if credit.role == "E07"]
        assert bool(heard) == bool(readers)
        assert all(set(credit.only or ()) == heard for credit in readers)


def test_every_role_and_every_kind_of_text_is_there() -> None:
    roles = {credit.role for book in BOOKS for credit in book.credits}
    assert {"A01", "A12", "B06", "E07", "A23"} <= roles
    kinds = {copy.kind for book in BOOKS for copy in book.copy}
    assert {"SHORT_DESCRIPTION", "MAIN_DESCRIPTION", "REVIEW_QUOTE", "PROMOTIONAL_HEADLINE"} <= kinds


def test_remarks_for_the_house_are_there_to_be_kept_inside() -> None:
    assert sum(bool(copy.internal) for book in BOOKS for copy in book.copy) >= 10


# ── the table of what is awkward ─────────────────────────────────────────
def statuses(title: str) -> set[tuple[str | None, str | None]]:
    return {(each.status, each.availability) for each in named(title).formats}


def main_text(title: str) -> str:
    return next(copy.html for copy in named(title).copy if copy.kind == "MAIN_DESCRIPTION")


def front(title: str) -> list[str]:
    return [picture.url for picture in named(title).pictures if picture.kind == "FRONT_COVER"]


CASES: dict[str, Callable[[], bool]] = {
    "no ISBN": lambda: form("The Beekeeper's Psalter", "DG").isbn is None,
    "no price": lambda: form("Zero and Its Neighbours", "AJ").charges == (),
    "a price of nothing": lambda: (
        [charge.amount for charge in form("Minutes of the Last", "DG").charges] == [0]
    ),
    "only in euros": lambda: {charge.currency for charge in form("Between Two", "BC").charges} == {"EUR"},
    "prices with first and last days": lambda: (
        {
            (charge.start, charge.end, charge.qualifier)
            for charge in form("The Price of Candles", "BC").charges
        }
        >= {
            (None, date(2026, 12, 31), "05"),
            (date(2027, 1, 1), None, "05"),
            (date(2026, 6, 15), date(2026, 7, 15), "08"),
        }
    ),
    "tax said both ways": lambda: (
        {charge.kind for charge in form("Ordinary Bells", "AJ").charges if charge.currency == "GBP"}
        == {"01", "02"}
    ),
    "a price for libraries beside the list price": lambda: (
        {charge.qualifier for charge in form("The Slowest River", "DG").charges if charge.currency == "GBP"}
        == {"05", "06"}
    ),
    "no cover": lambda: front("Ordinary Bells") == [],
    "cover not approved": lambda: (
        not any(picture.approved for picture in named("The Eel").pictures if picture.kind == "FRONT_COVER")
    ),
    "cover still in the making": lambda: (
        not any(
            picture.ready for picture in named("The Overdue King").pictures if picture.kind == "FRONT_COVER"
        )
    ),
    "picture address beyond 255 characters": lambda: any(
        len(url) > 255 for url in front("The Slowest River")
    ),
    "not to be sent to the trade": lambda: not any(each.exported for each in named("The Tin").formats),
    "cancelled": lambda: statuses("Mr Ferris Declines") == {("01", "01")},
    "put off without a date": lambda: statuses("The Comet Papers") == {("03", "10")},
    "status not known": lambda: statuses("Where the Otters Went") == {("09", "99")},
    "out of print": lambda: statuses("The Old Almanac of Errors") == {("07", "51")},
    "withdrawn": lambda: statuses("Let Sleeping Dogs") == {("11", "46")},
    "moved to another publisher": lambda: statuses("The Wrong Mr Hobday") == {("05", "43")},
    "date has slipped": lambda: all(
        each.planned and each.published and each.planned < each.published for each in named("Fish").formats
    ),
    "no formats": lambda: named("Untitled Fifth Brackwater Mystery").formats == (),
    "two editions under one title": lambda: (
        [
            (book.edition_number, book.formats[0].status)
            for book in BOOKS
            if book.full_title == "The Kitchen Garden Year"
        ]
        == [(1, "07"), (2, "04")]
    ),
    "one title, two authors": lambda: (
        len({book.credits[0].who for book in BOOKS if book.full_title == "Tidewrack"}) == 2
    ),
    "title and subtitle beyond 250 characters": lambda: (
        len(f"{named('The True, Complete').full_title}: {named('The True, Complete').subtitle}") > 250
    ),
    "one ISBN on two formats": lambda: form("Soup Is", "BC").isbn == form("Soup Is", "DG").isbn,
    "wrong check digit": lambda: not oracle.is_valid(form("Walking to Work", "AJ").isbn or ""),
    "series without a number": lambda: (
        [place.part for place in [named("An Inspector").series] if place] == [None]
    ),
    "yearbook": lambda: (
        [place.year for place in [named("The Brackwater Almanack").series] if place] == ["2027"]
    ),
    "no page count": lambda: {each.pages for each in named("A Brief Theory of Kettles").formats} == {None},
    "only the reader is named on the audiobook": lambda: (
        [
            credit.role
            for credit in named("The Owl").credits
            if credit.only is None or len(named("The Owl").formats) - 1 in credit.only
        ]
        == ["E07"]
    ),
    "nobody is named": lambda: named("The Larkmere Reading Group Box").credits == (),
    "no form": lambda: {each.form for each in named("The Larkmere Reading Group Box").formats} == {None},
    "an audiobook on disc": lambda: form("The Lighthouse Robbers", "AC").isbn is not None,
    "not a book at all": lambda: form("The Brackwater Wall Calendar", "PC").isbn is not None,
    "text full of keywords": lambda: main_text("What Mushrooms Know").count(";") > 20,
    "script in a text": lambda: (
        "<script>" in main_text("Hollow Hill") and "onerror=" in main_text("Hollow Hill")
    ),
    "text not approved": lambda: any(not copy.approved for copy in named("The Moth Broker").copy),
    "text held back until a day": lambda: any(copy.embargo for copy in named("The Last Honest").copy),
    "text held back twice": lambda: any(
        copy.embargo and copy.released and copy.embargo < copy.released for copy in named("Nine Doors").copy
    ),
    "text for booksellers only": lambda: any(copy.audience == ("02",) for copy in named("The Index").copy),
    "no text": lambda: named("The Poor Clerk's Table").copy == (),
    "another spelling for America": lambda: any(
        "colour" in copy.html and "color" in copy.alternate for copy in named("Orbital Decay").copy
    ),
    "rights not stated": lambda: form("Ten Brave Snails", "BB").rights is None,
    "only in some countries": lambda: (
        {each.rights.only for each in named("The Glassblower's Winter").formats if each.rights}
        == {COMMONWEALTH}
    ),
    "everywhere but in some countries": lambda: (
        {each.rights.never for each in named("Seventeen Wrecks").formats if each.rights}
        == {("CA", "PH", "US")}
    ),
    "both country lists written out": lambda: all(
        each.rights and set(each.rights.only) | set(each.rights.never) == set(COUNTRY_CODES)
        for each in named("Nine Doors Down").formats
    ),
    "name with diacritics": lambda: not named("Between Two Grammars").credits[0].who.name.isascii(),
    "content warning": lambda: named("A Body in the Reed Bed").warnings == ("04",),
    "a body as contributor": lambda: (
        "The Society of Amateur Weathermen" in [credit.who.name for credit in named("The Weathermen").credits]
    ),
}


def table() -> list[tuple[str, str]]:
    """The rows of the table in the module's docstring."""
    found = re.findall(r"^\| (.+?) \| (.+?) \|$", awkward_module.__doc__ or "", re.MULTILINE)
    return [row for row in found if row != ("case", "title")]


def test_the_table_and_the_checks_are_about_the_same_cases() -> None:
    assert {case for case, _ in table()} == set(CASES)
    assert len(table()) == len(CASES)


@pytest.mark.parametrize("case", sorted(CASES))
def test_the_list_is_awkward_where_the_table_says(case: str) -> None:
    assert CASES[case]()


@pytest.mark.parametrize(("case", "where"), table())
def test_the_table_names_titles_on_the_list(case: str, where: str) -> None:
    title = re.split(r"(?<!Complete), (?=e-book|audiobook|paperback)| \(| …", where)[0]
    assert named(title)


def test_every_oddity_is_in_the_table_and_changes_something() -> None:
    cases = {case for case, _ in table()}
    listed = expand((*FICTION, *YOUNG, *FACT, *ODD))
    plain = tuple(with_background(book, place) for place, book in enumerate(listed))
    for oddity in ODDITIES:
        assert oddity.case in cases
        assert made_awkward(plain, [oddity]) != plain, oddity.case


def test_an_oddity_without_its_title_is_an_error() -> None:
    lost = Oddity(case="x", title="No Such Title", change=lambda book: evolve(book, tier="x"))
    with pytest.raises(ValueError, match="No Such Title"):
        made_awkward(BOOKS, [lost])


# ── titles for tests ─────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("title", "split"),
    [
        ("The Black Road", ("The", "Black Road")),
        ("A Road", ("A", "Road")),
        ("Theory of Roads", (None, "Theory of Roads")),
        ("The", (None, "The")),
    ],
)
def test_an_article_is_split_off(title: str, split: tuple[str | None, str]) -> None:
    assert split_title(title) == split


def test_a_simple_title_is_complete() -> None:
    book = simple_title("The Black Road", forms=("BB", "BC", "DG", "AJ"), currencies=("GBP", "USD"))
    assert (book.prefix, book.title, book.full_title) == ("The", "Black Road", "The Black Road")
    assert [each.form for each in book.formats] == ["BB", "BC", "DG", "AJ"]
    assert {copy.kind for copy in book.copy} == {"SHORT_DESCRIPTION", "MAIN_DESCRIPTION"}
    assert [each.size is not None for each in book.formats] == [True, True, False, False]
    assert {(charge.currency, charge.kind) for charge in book.formats[0].charges} == {
        ("GBP", "02"),
        ("USD", "01"),
    }


def test_simple_titles_never_share_an_isbn_with_each_other_or_the_list() -> None:
    simple = [
        each.isbn
        for number in (1, 2, 999)
        for each in simple_title(number=number, forms=("BB", "BC", "DG", "AJ")).formats
    ]
    assert all(oracle.is_valid(isbn or "") for isbn in simple)
    listed = {each.isbn for _, each in FORMATS}
    assert len({*simple, *listed}) == len(simple) + len(listed)
