"""A title for a test: complete, plain, and different from its neighbours only in what you say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from attrs import evolve

from commerce_bridge.sandbox.catalogue.isbns import SIMPLE_BASE, invented_isbn
from commerce_bridge.sandbox.catalogue.shapes import (
    Book,
    Charge,
    Copy,
    Credit,
    Format,
    Person,
    Picture,
    Rights,
    Size,
    Topic,
)

_PRINT = frozenset({"BB", "BC", "BH"})
_SIZES = {"BB": (234, 156, 28), "BC": (198, 129, 22), "BH": (180, 180, 18)}
EVERYWHERE = Rights()
"""For sale in every country."""

_ARTICLES = ("The ", "A ", "An ")


def simple_title(
    title: str = "The Black Road",
    *,
    forms: Sequence[str] = ("BC",),
    number: int = 1,
    price: str = "12.99",
    currencies: Sequence[str] = ("GBP",),
    published: date = date(2026, 9, 3),
    author: str = "Ada Quill",
    status: str = "04",
    rights: Rights | None = EVERYWHERE,
    bisac: str = "FIC019000",
) -> Book:
    """One work with a format for each form, with all that makes a title ready for sale.

    Args:
        title: The title; a leading article becomes the prefix.
        forms: ONIX 2.1 List 7 codes: ``BB`` hardback, ``BC`` paperback, ``DG`` e-book, ``AJ`` audiobook.
        number: Makes ISBNs and reference unique; 0 to 3 299 999, at most ten formats each.
        price: The amount of each format's price in every currency; GBP includes tax, others exclude it.
        currencies: ISO codes, one price each.
        published: The publication date of all formats.
        author: First names, then the key name.
        status: ONIX List 64 code of all formats.
        rights: Where all formats may be sold; the default is everywhere, None leaves it unsaid.
        bisac: The one BISAC code.
    """
    prefix = next((article.strip() for article in _ARTICLES if title.startswith(article)), None)
    bare = title[len(prefix) + 1 :] if prefix else title
    before, _, key = author.rpartition(" ")
    sold = Format(
        form=None,
        isbn=None,
        published=published,
        status=status,
        charges=_charges(price, currencies),
        rights=rights,
        prefix=prefix,
        title=bare,
    )
    return Book(
        title=bare,
        prefix=prefix,
        imprint="Larkmere",
        reference=f"SIMPLE-{number:06}",
        season="Autumn 2026",
        credits=(Credit(who=Person(before=before or None, key=key, note=f"{author} lives by the sea.")),),
        topics=(Topic(scheme="BISAC", code=bisac, words="Fiction"), Topic(scheme="THEMA", code="FBA")),
        copy=(
            Copy(kind="SHORT_DESCRIPTION", html=f"<p>{title}, in brief.</p>"),
            Copy(
                kind="MAIN_DESCRIPTION",
                html=f"<p><em>{title}</em> is about a road, and who went down it.</p>",
            ),
        ),
        pictures=(Picture(url=f"https://images.example.org/simple/{number:06}-front.jpg", caption=title),),
        formats=tuple(_format(sold, form, number * 10 + place) for place, form in enumerate(forms)),
    )


def _charges(price: str, currencies: Sequence[str]) -> tuple[Charge, ...]:
    return tuple(
        Charge(amount=Decimal(price), currency=code, kind="02" if code == "GBP" else "01")
        for code in currencies
    )


def _format(sold: Format, form: str, serial: int) -> Format:
    return evolve(
        sold,
        form=form,
        isbn=invented_isbn(SIMPLE_BASE + serial),
        pages=None if form == "AJ" else 320,
        size=_size(form),
    )


def _size(form: str) -> Size | None:
    if form not in _PRINT:
        return None
    height, width, thickness = _SIZES[form]
    return Size(height=Decimal(height), width=Decimal(width), thickness=Decimal(thickness))
