"""What is wrong, rare or unfinished on the invented list, and where: real lists are full of it.

| case | title |
|---|---|
| no ISBN | The Beekeeper's Psalter, e-book |
| no price | Zero and Its Neighbours, audiobook |
| a price of nothing | Minutes of the Last Meeting, e-book |
| only in euros | Between Two Grammars, paperback |
| prices with first and last days | The Price of Candles, paperback |
| tax said both ways | Ordinary Bells, audiobook |
| a price for libraries beside the list price | The Slowest River, e-book |
| no cover | Ordinary Bells |
| cover not approved | The Eel Catcher's Will |
| cover still in the making | The Overdue King |
| picture address beyond 255 characters | The Slowest River |
| not to be sent to the trade | The Tin Parliament |
| cancelled | Mr Ferris Declines |
| put off without a date | The Comet Papers |
| status not known | Where the Otters Went |
| out of print | The Old Almanac of Errors |
| withdrawn | Let Sleeping Dogs |
| moved to another publisher | The Wrong Mr Hobday |
| date has slipped | Fish & Galley |
| no formats | Untitled Fifth Brackwater Mystery |
| two editions under one title | The Kitchen Garden Year (1st and 2nd) |
| one title, two authors | Tidewrack (crime, poetry) |
| title and subtitle beyond 250 characters | The True, Complete and Circumstantial History … |
| one ISBN on two formats | Soup Is a Verb, paperback and e-book |
| wrong check digit | Walking to Work, audiobook |
| series without a number | An Inspector Is Never Late |
| yearbook | The Brackwater Almanack 2027 |
| no page count | A Brief Theory of Kettles |
| only the reader is named on the audiobook | The Owl in the Signal Box |
| nobody is named | The Larkmere Reading Group Box |
| no form | The Larkmere Reading Group Box |
| an audiobook on disc | The Lighthouse Robbers |
| not a book at all | The Brackwater Wall Calendar 2027 |
| text full of keywords | What Mushrooms Know |
| script in a text | Hollow Hill |
| text not approved | The Moth Broker |
| text held back until a day | The Last Honest Bookmaker |
| text held back twice | Nine Doors Down |
| text for booksellers only | The Index of Possible Cities |
| no text | The Poor Clerk's Table |
| another spelling for America | Orbital Decay and Other Family Matters |
| rights not stated | Ten Brave Snails |
| only in some countries | The Glassblower's Winter |
| everywhere but in some countries | Seventeen Wrecks |
| both country lists written out | Nine Doors Down |
| name with diacritics | Between Two Grammars |
| content warning | A Body in the Reed Bed |
| a body as contributor | The Weathermen |
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import evolve, frozen

from commerce_bridge.sandbox.catalogue.countries import COUNTRY_CODES
from commerce_bridge.sandbox.catalogue.entry import IMAGES
from commerce_bridge.sandbox.catalogue.people import SOCIETY
from commerce_bridge.sandbox.catalogue.shapes import Book, Charge, Copy, Credit, Format, Place, Rights

Change = Callable[[Book], Book]

COMMONWEALTH: tuple[str, ...] = ("AU", "CA", "GB", "GG", "IE", "IM", "IN", "JE", "NZ", "ZA")
"""Where a book may be sold whose American rights are somebody else's."""


@frozen(kw_only=True)
class Oddity:
    """One row of the table above that is not already so in the list: which title, and what is done to it.

    `nth` chooses among titles that are called the same.
    """

    case: str
    title: str
    change: Change
    nth: int = 0


# ── what can be done to a title ──────────────────────────────────────────
def _formats(change: Callable[[Format], Format], only: str | None = None) -> Change:
    """Change all formats, or those of one form."""

    def changed(book: Book) -> Book:
        return evolve(
            book,
            formats=tuple(change(each) if only in {None, each.form} else each for each in book.formats),
        )

    return changed


def _with(only: str | None = None, /, **changes: Any) -> Change:
    return _formats(lambda each: evolve(each, **changes), only)


def _charged(form: str, *charges: Charge) -> Change:
    return _with(form, charges=charges)


def _also_charged(form: str, *charges: Charge) -> Change:
    return _formats(lambda each: evolve(each, charges=each.charges + charges), form)


def _book(**changes: Any) -> Change:
    return lambda book: evolve(book, **changes)


def _covers(**changes: Any) -> Change:
    """Change the front cover, or drop it when nothing is given."""

    def changed(book: Book) -> Book:
        fronts = [each for each in book.pictures if each.kind == "FRONT_COVER"]
        others = tuple(each for each in book.pictures if each.kind != "FRONT_COVER")
        return evolve(book, pictures=tuple(evolve(each, **changes) for each in fronts if changes) + others)

    return changed


def _main_text(**changes: Any) -> Change:
    def changed(book: Book) -> Book:
        return evolve(
            book,
            copy=tuple(
                evolve(each, **changes) if each.kind == "MAIN_DESCRIPTION" else each for each in book.copy
            ),
        )

    return changed


def _more_text(html: str) -> Change:
    def changed(book: Book) -> Book:
        main = next(each for each in book.copy if each.kind == "MAIN_DESCRIPTION")
        return _main_text(html=main.html + html)(book)

    return changed


def _also_text(copy: Copy) -> Change:
    return lambda book: evolve(book, copy=(*book.copy, copy))


def _repeat_isbn(book: Book) -> Book:
    *others, last = book.formats
    return evolve(book, formats=(*others, evolve(last, isbn=others[-1].isbn)))


def _damage_isbn(each: Format) -> Format:
    isbn = each.isbn or ""
    return evolve(each, isbn=isbn[:-1] + str((int(isbn[-1]) + 1) % 10))


def _reader_alone(book: Book) -> Book:
    silent = tuple(place for place, each in enumerate(book.formats) if each.form != "AJ")
    credits = tuple(evolve(each, only=silent) if each.role == "A01" else each for each in book.credits)
    return evolve(book, credits=credits)


def _second_edition(book: Book) -> Book:
    formats = tuple(
        evolve(each, edition="Second edition", house_edition="Second edition") for each in book.formats
    )
    return evolve(
        book, edition_number=2, edition="Second edition", edition_types=("REV", "ENL"), formats=formats
    )


def _both_lists(each: Format) -> Format:
    others = tuple(code for code in COUNTRY_CODES if code not in COMMONWEALTH)
    return evolve(each, rights=Rights(only=COMMONWEALTH, never=others))


_KEYWORDS = (
    "<p>Keywords: mushrooms; fungi; mycology; foraging; field guide; mycelium; spores; mould; yeast; lichen; "
    "truffles; toadstools; woodland; soil; ecology; symbiosis; fermentation; bread; beer; penicillin; nature "
    "writing; popular science; gifts for gardeners; gifts for cooks</p>"
)
_SCRIPTED = (
    '<p onclick="alert(1)">An old road has its own ideas.</p><script>document.title = "taken";</script>'
    '<img src="x" onerror="alert(2)"><p><a href="javascript:alert(3)">Read a sample</a> or '
    '<a href="https://www.example.org/books/hollow-hill">see our page</a>.</p>'
)
_LONG_ADDRESS = f"{IMAGES}/covers/{'the-slowest-river-' * 14}front.jpg"


def _dated(amount: str, start: date | None, end: date | None, qualifier: str = "05") -> Charge:
    return Charge(amount=Decimal(amount), start=start, end=end, qualifier=qualifier)


ODDITIES: tuple[Oddity, ...] = (
    Oddity(case="no ISBN", title="The Beekeeper's Psalter", change=_with("DG", isbn=None)),
    Oddity(case="no price", title="Zero and Its Neighbours", change=_charged("AJ")),
    Oddity(
        case="a price of nothing",
        title="Minutes of the Last Meeting",
        change=_charged("DG", Charge(amount=Decimal("0.00"))),
    ),
    Oddity(
        case="only in euros",
        title="Between Two Grammars",
        change=_charged("BC", Charge(amount=Decimal("12.50"), currency="EUR", kind="02")),
    ),
    Oddity(
        case="prices with first and last days",
        title="The Price of Candles",
        change=_charged(
            "BC",
            _dated("12.99", None, date(2026, 12, 31)),
            _dated("14.99", date(2027, 1, 1), None),
            _dated("8.99", date(2026, 6, 15), date(2026, 7, 15), "08"),
            Charge(amount=Decimal("17.99"), currency="USD", kind="01"),
        ),
    ),
    Oddity(
        case="tax said both ways",
        title="Ordinary Bells",
        change=_also_charged("AJ", Charge(amount=Decimal("16.66"), kind="01")),
    ),
    Oddity(
        case="a price for libraries beside the list price",
        title="The Slowest River",
        change=_also_charged("DG", Charge(amount=Decimal("49.99"), qualifier="06")),
    ),
    Oddity(case="no cover", title="Ordinary Bells", change=_covers()),
    Oddity(case="cover not approved", title="The Eel Catcher's Will", change=_covers(approved=False)),
    Oddity(case="cover still in the making", title="The Overdue King", change=_covers(ready=False)),
    Oddity(
        case="picture address beyond 255 characters",
        title="The Slowest River",
        change=_covers(url=_LONG_ADDRESS),
    ),
    Oddity(case="not to be sent to the trade", title="The Tin Parliament", change=_with(exported=False)),
    Oddity(
        case="cancelled",
        title="Mr Ferris Declines",
        change=_with(status="01", availability="01", published=None, planned=date(2026, 9, 3)),
    ),
    Oddity(
        case="put off without a date",
        title="The Comet Papers",
        change=_with(status="03", availability="10", published=None),
    ),
    Oddity(
        case="status not known",
        title="Where the Otters Went",
        change=_with(status="09", availability="99"),
    ),
    Oddity(
        case="out of print",
        title="The Old Almanac of Errors",
        change=_with(status="07", availability="51"),
    ),
    Oddity(case="withdrawn", title="Let Sleeping Dogs", change=_with(status="11", availability="46")),
    Oddity(
        case="moved to another publisher",
        title="The Wrong Mr Hobday",
        change=_with(status="05", availability="43"),
    ),
    Oddity(case="date has slipped", title="Fish & Galley", change=_with(planned=date(2026, 5, 14))),
    Oddity(
        case="two editions under one title",
        title="The Kitchen Garden Year",
        change=_with(status="07", availability="51"),
    ),
    Oddity(
        case="two editions under one title", title="The Kitchen Garden Year", nth=1, change=_second_edition
    ),
    Oddity(case="one ISBN on two formats", title="Soup Is a Verb", change=_repeat_isbn),
    Oddity(case="wrong check digit", title="Walking to Work", change=_formats(_damage_isbn, "AJ")),
    Oddity(
        case="yearbook",
        title="The Brackwater Almanack 2027",
        change=_book(
            year="2027",
            acronym="TBA",
            work_type="Yearbook",
            series=Place(
                series="The Brackwater Almanack",
                year="2027",
                series_subtitle="Being a True Account of the Year to Come",
                print_issn="0000-0019",
                online_issn="0000-0027",
            ),
        ),
    ),
    Oddity(case="no page count", title="A Brief Theory of Kettles", change=_with(pages=None, words=None)),
    Oddity(
        case="only the reader is named on the audiobook",
        title="The Owl in the Signal Box",
        change=_reader_alone,
    ),
    Oddity(
        case="no form",
        title="The Larkmere Reading Group Box",
        change=_with(form=None, size=None, pages=None, house_format="Box"),
    ),
    Oddity(case="text full of keywords", title="What Mushrooms Know", change=_more_text(_KEYWORDS)),
    Oddity(case="script in a text", title="Hollow Hill", change=_more_text(_SCRIPTED)),
    Oddity(case="text not approved", title="The Moth Broker", change=_main_text(approved=False)),
    Oddity(
        case="text held back until a day",
        title="The Last Honest Bookmaker",
        change=_main_text(embargo=date(2027, 1, 15)),
    ),
    Oddity(
        case="text held back twice",
        title="Nine Doors Down",
        change=_also_text(
            Copy(
                kind="REVIEW_QUOTE",
                html="<p>“I counted them too.” — <cite>The Brackwater Courier</cite></p>",
                embargo=date(2026, 6, 15),
                released=date(2026, 8, 1),
            )
        ),
    ),
    Oddity(
        case="text for booksellers only",
        title="The Index of Possible Cities",
        change=_also_text(
            Copy(
                kind="PROMOTIONAL_HEADLINE",
                html="<p>Posters and a card-drawer counter pack from the sales team.</p>",
                internal="<p>Three hundred packs left; do not promise more.</p>",
                audience=("02",),
            )
        ),
    ),
    Oddity(case="no text", title="The Poor Clerk's Table", change=_book(copy=())),
    Oddity(
        case="another spelling for America",
        title="Orbital Decay and Other Family Matters",
        change=_main_text(
            html="<p>A humorous novel about grey neighbours, a marvellous catalogue and the colour of home.</p>",
            alternate="<p>A humorous novel about gray neighbors, a marvelous catalog and the color of home.</p>",
        ),
    ),
    Oddity(case="rights not stated", title="Ten Brave Snails", change=_with("BB", rights=None)),
    Oddity(
        case="only in some countries",
        title="The Glassblower's Winter",
        change=_with(rights=Rights(only=COMMONWEALTH, words="UK and Commonwealth, Ireland")),
    ),
    Oddity(
        case="everywhere but in some countries",
        title="Seventeen Wrecks",
        change=_with(rights=Rights(never=("CA", "PH", "US"))),
    ),
    Oddity(case="both country lists written out", title="Nine Doors Down", change=_formats(_both_lists)),
    Oddity(case="content warning", title="A Body in the Reed Bed", change=_book(warnings=("04",))),
    Oddity(
        case="a body as contributor",
        title="The Weathermen",
        change=lambda book: evolve(book, credits=(*book.credits, Credit(who=SOCIETY, role="A23"))),
    ),
)
"""Everything in the table that takes a change; the other rows are so from the start."""


def made_awkward(books: Iterable[Book], oddities: Iterable[Oddity] = ODDITIES) -> tuple[Book, ...]:
    """The list with its oddities; one that names no title on it is a ValueError."""
    changed = list(books)
    for oddity in oddities:
        places = [place for place, book in enumerate(changed) if book.full_title == oddity.title]
        if len(places) <= oddity.nth:
            raise ValueError(f"no title {oddity.nth} called {oddity.title!r} on the list")
        changed[places[oddity.nth]] = oddity.change(changed[places[oddity.nth]])
    return tuple(changed)
