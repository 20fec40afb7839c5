"""From an entry of a few words to a whole title with its formats.

Everything an entry leaves out follows from its genre and from its place in the
list, so that the same list always gives the same books.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from attrs import frozen

from commerce_bridge.sandbox.catalogue.genres import GENRES, Genre, charges, trim
from commerce_bridge.sandbox.catalogue.isbns import DEMO_BASE, invented_isbn
from commerce_bridge.sandbox.catalogue.people import NARRATORS, PEOPLE
from commerce_bridge.sandbox.catalogue.shapes import (
    Book,
    Copy,
    Credit,
    Format,
    Picture,
    Place,
)

AS_OF = date(2026, 6, 1)
"""The day on which the list stands as written: what is dated later is still to come."""

ARTICLES = ("The", "A", "An")
FORMS = {"H": "BB", "P": "BC", "E": "DG", "A": "AJ", "C": "AC", "W": "PC"}
HOUSE_FORMATS = {
    "BB": "Hardback",
    "BC": "Paperback",
    "DG": "EPUB",
    "AJ": "Audio download",
    "AC": "Audio on disc",
    "PC": "Wall calendar",
}
HEARD = frozenset({"AC", "AJ"})
"""Forms that are listened to."""

IMAGES = "https://images.example.org"
"""Where pictures are said to lie; a reserved name, so nothing answers there."""

_PRICED_AS = {"AC": "AJ", "PC": "BC"}
"""Forms that cost what another one costs."""

_TIERS = ("Lead title", "Core list", "Backlist")


@frozen(kw_only=True)
class Entry:
    """A title in a few words.

    Args:
        title: The title with its article.
        by: Names of the authors, as `PEOPLE` knows them.
        genre: A name in `GENRES`.
        on: The day the first format comes out.
        later: The day the paperback comes out, when that is another one.
        forms: Which formats there are: ``H`` hardback, ``P`` paperback, ``E`` e-book, ``A`` audiobook to
            download, ``C`` audiobook on disc, ``W`` wall calendar.
        pages: Pages of the printed book.
        hook: One sentence.
        blurb: What the back of the book says.
        subtitle: The subtitle.
        art: Who drew the pictures.
        translator: Who translated it; the original's title stands in `original`.
        original: The original's title.
        series: The series and the number in it.
        more: What to add to the back of the book, as HTML.
    """

    title: str
    by: tuple[str, ...]
    genre: str
    on: date
    forms: str
    pages: int
    hook: str
    blurb: str
    later: date | None = None
    subtitle: str | None = None
    art: str | None = None
    translator: str | None = None
    original: str | None = None
    series: tuple[str, str | None] | None = None
    more: str = ""


def split_title(title: str) -> tuple[str | None, str]:
    """A title's article, if it has one, and the rest: libraries and shops sort by the rest."""
    first, _, rest = title.partition(" ")
    return (first, rest) if first in ARTICLES and rest else (None, title)


def _slug(text: str) -> str:
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in text.lower())
    return "-".join(part for part in kept.split("-") if part)


def _season(day: date) -> str:
    return f"{'Spring' if day.month < 7 else 'Autumn'} {day.year}"


def _stage(day: date) -> str:
    if day <= AS_OF:
        return "Published"
    return "Ready for market" if (day - AS_OF).days < 200 else "In production"


def _format(entry: Entry, genre: Genre, form: str, serial: int, voice: str) -> Format:
    prefix, bare = split_title(entry.title)
    on = entry.later if form == "BC" and entry.later else entry.on
    is_out = on <= AS_OF
    return Format(
        form=form,
        isbn=invented_isbn(serial),
        published=on,
        status="04" if is_out else "02",
        availability="20" if is_out else "10",
        charges=charges(genre.prices[_PRICED_AS.get(form, form)]),
        pages=None if form in HEARD else entry.pages,
        words=None if form in HEARD else entry.pages * 290,
        size=trim(genre, form),
        prefix=prefix,
        title=bare,
        authorship=f"{' and '.join(entry.by)}, read by {voice}" if form in HEARD else None,
        house_format=HOUSE_FORMATS[form],
        house_edition="First edition",
        link=f"https://www.example.org/books/{_slug(entry.title)}",
    )


def _voice(place: int) -> str:
    return NARRATORS[place % len(NARRATORS)]


def _credits(entry: Entry, forms: list[str], place: int) -> tuple[Credit, ...]:
    people: list[tuple[str, str, tuple[int, ...] | None]] = [(name, "A01", None) for name in entry.by]
    if entry.art:
        sighted = tuple(index for index, form in enumerate(forms) if form not in HEARD)
        people.append((entry.art, "A12", sighted))
    if entry.translator:
        people.append((entry.translator, "B06", None))
    heard = tuple(index for index, form in enumerate(forms) if form in HEARD)
    if heard:
        people.append((_voice(place), "E07", heard))
    return tuple(Credit(who=PEOPLE[name], role=role, only=only) for name, role, only in people)


def _copy(entry: Entry) -> tuple[Copy, ...]:
    told = "".join(f"<p>{part}</p>" for part in entry.blurb.split("\n") if part)
    return (
        Copy(kind="SHORT_DESCRIPTION", html=f"<p>{entry.hook}</p>"),
        Copy(kind="MAIN_DESCRIPTION", html=f"<p><strong>{entry.hook}</strong></p>{told}{entry.more}"),
    )


def _pictures(entry: Entry, forms: list[str], credits: tuple[Credit, ...]) -> tuple[Picture, ...]:
    slug = _slug(entry.title)
    sighted = tuple(index for index, form in enumerate(forms) if form not in HEARD)
    found = [
        Picture(
            url=f"{IMAGES}/covers/{slug}-front.jpg",
            caption=f"Front cover of {entry.title}",
            holder="Larkmere & Daughters",
            only=sighted,
        )
    ]
    heard = tuple(index for index, form in enumerate(forms) if form in HEARD)
    if heard:
        found.append(
            Picture(
                url=f"{IMAGES}/covers/{slug}-audio.jpg",
                caption=f"Audiobook cover of {entry.title}",
                holder="Larkmere & Daughters",
                width=2400,
                height=2400,
                only=heard,
            )
        )
    found += [
        Picture(
            url=f"{IMAGES}/people/{_slug(writer.who.name)}.jpg",
            kind="CONTRIBUTOR_PICTURE",
            caption=writer.who.name,
            credit="Photograph: the Larkmere archive",
            width=1200,
            height=1500,
        )
        for writer in credits[:1]
    ]
    return tuple(found)


def expand(entries: Iterable[Entry]) -> tuple[Book, ...]:
    """The books of a list; ISBNs follow from an entry's place in it."""
    return tuple(_book(entry, place) for place, entry in enumerate(entries))


def _book(entry: Entry, place: int) -> Book:
    genre = GENRES[entry.genre]
    prefix, bare = split_title(entry.title)
    forms = [FORMS[letter] for letter in entry.forms]
    credits = _credits(entry, forms, place)
    return Book(
        title=bare,
        prefix=prefix,
        subtitle=entry.subtitle,
        imprint=genre.imprint,
        reference=f"LARK-{place + 1:04}",
        stage=_stage(entry.on),
        season=_season(entry.on),
        work_type="Picture book" if entry.genre == "picture book" else "Book",
        tier=_TIERS[place % len(_TIERS)],
        edition_number=1,
        audience=genre.audience,
        audience_codes=genre.audience_codes,
        original_title=entry.original,
        credits=credits,
        series=Place(series=entry.series[0], part=entry.series[1]) if entry.series else None,
        topics=genre.topics,
        copy=_copy(entry),
        pictures=_pictures(entry, forms, credits),
        url=f"https://www.example.org/books/{_slug(entry.title)}",
        city="London",
        formats=tuple(
            _format(entry, genre, form, DEMO_BASE + place * 10 + index, _voice(place))
            for index, form in enumerate(forms)
        ),
    )
