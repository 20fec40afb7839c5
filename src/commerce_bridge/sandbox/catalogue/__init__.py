"""An invented publisher's list."""

from __future__ import annotations

from commerce_bridge.sandbox.catalogue.shapes import (
    Agreement,
    Body,
    Book,
    Charge,
    Copy,
    Credit,
    Format,
    Honour,
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
    "Agreement",
    "Body",
    "Book",
    "Charge",
    "Copy",
    "Credit",
    "Format",
    "Honour",
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
    """All titles of the invented publisher, in the order of their ids."""
    names = ("The Salt Ledger", "A Winter of Owls", "Bread for Beginners", "The Clockmaker's Apprentice")
    return tuple(
        simple_title(name, forms=("BB", "BC", "DG", "AJ"), number=place, currencies=("GBP", "USD", "EUR"))
        for place, name in enumerate(names, 1)
    )
