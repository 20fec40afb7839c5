"""ISBNs for books that do not exist.

No range of ISBNs is reserved for examples.  The numbers made here are invented;
should one of them belong to a real book, that is chance, and means nothing.
"""

from __future__ import annotations

DEMO_BASE = 66_660_000
"""The eight digits after 9781 from which the demo catalogue counts."""

SIMPLE_BASE = 67_000_000
"""The eight digits after 9781 from which `simple_title` counts."""


def invented_isbn(serial: int) -> str:
    """The ISBN-13 that begins with 9781 and these eight digits; its check digit is right."""
    first_twelve = f"9781{serial:08}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(first_twelve))
    return f"{first_twelve}{-total % 10}"
