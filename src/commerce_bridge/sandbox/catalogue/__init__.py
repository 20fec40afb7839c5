"""The list of Larkmere & Daughters, a publisher that does not exist.

Titles, people, prizes and prices are invented; so are the ISBNs, for which no
range is reserved.  Pictures lie on reserved host names where nothing answers.
The list stands as on 1 June 2026: what is dated later is still to come.  What is
wrong, rare or unfinished on it is listed in `awkward`.
"""

from __future__ import annotations

from commerce_bridge.sandbox.catalogue.awkward import made_awkward
from commerce_bridge.sandbox.catalogue.background import with_background
from commerce_bridge.sandbox.catalogue.entry import expand
from commerce_bridge.sandbox.catalogue.list_fact import FACT
from commerce_bridge.sandbox.catalogue.list_fiction import FICTION
from commerce_bridge.sandbox.catalogue.list_odd import ODD
from commerce_bridge.sandbox.catalogue.list_young import YOUNG
from commerce_bridge.sandbox.catalogue.shapes import (
    Address,
    Agreement,
    Body,
    Book,
    Charge,
    Copy,
    Credit,
    Delivery,
    Format,
    Gratis,
    Honour,
    Library,
    Person,
    Picture,
    Place,
    Rights,
    Run,
    Size,
    Topic,
)
from commerce_bridge.sandbox.catalogue.simple import simple_title

__all__ = [
    "Address",
    "Agreement",
    "Body",
    "Book",
    "Charge",
    "Copy",
    "Credit",
    "Delivery",
    "Format",
    "Gratis",
    "Honour",
    "Library",
    "Person",
    "Picture",
    "Place",
    "Rights",
    "Run",
    "Size",
    "Topic",
    "demo_catalogue",
    "simple_title",
]


def demo_catalogue() -> tuple[Book, ...]:
    """All titles of the invented publisher, in the order in which a platform gives them ids."""
    listed = expand((*FICTION, *YOUNG, *FACT, *ODD))
    return made_awkward(with_background(book, place) for place, book in enumerate(listed))
