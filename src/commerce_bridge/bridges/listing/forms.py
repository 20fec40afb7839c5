"""What forms and roles are called in a shop, and how a form reaches its buyer.

The codes are those of ONIX Lists 150, 175 and 17; the words are ours.
"""

from __future__ import annotations

from commerce_bridge.domain.listing import Fulfilment
from commerce_bridge.domain.title import Format

_FORMS: tuple[tuple[str, str], ...] = (
    ("AJ", "Audiobook download"),
    ("AN", "Audiobook download"),
    ("AO", "Audiobook online"),
    ("AC", "Audio CD"),
    ("A", "Audio"),
    ("BB", "Hardback"),
    ("BC", "Paperback"),
    ("BE", "Spiral bound"),
    ("BF", "Pamphlet"),
    ("BG", "Leather bound"),
    ("BH", "Board book"),
    ("BI", "Rag book"),
    ("BJ", "Bath book"),
    ("B", "Book"),
    ("DB", "CD-ROM"),
    ("D", "Digital disc"),
    ("E", "E-book"),
    ("L", "Digital licence"),
    ("PC", "Calendar"),
    ("PD", "Cards"),
    ("PI", "Sheet music"),
    ("PK", "Poster"),
    ("P", "Print"),
    ("S", "Set"),
    ("V", "Video"),
)

_DIGITAL = ("AJ", "AN", "AO", "E", "LC", "SG")
"""Forms that nothing is shipped of.  A licence key (LB) is a card, and a licence whose delivery is not said (LA)
may be: for both a weight is asked for, rather than silently left out."""

_ROLES: dict[str, str] = {
    "A01": "Author",
    "A02": "Author",
    "A06": "Composer",
    "A12": "Illustrator",
    "A13": "Photographer",
    "A15": "Preface",
    "A19": "Afterword",
    "A23": "Foreword",
    "A24": "Introduction",
    "B01": "Editor",
    "B06": "Translator",
    "B09": "Series editor",
    "C01": "Compiler",
    "E03": "Narrator",
    "E07": "Reader",
}


def form_name(format_: Format) -> str | None:
    """What a form is called in a shop, or None when it is not stated."""
    code = format_.form
    if code is None:
        return None
    return next((name for prefix, name in _FORMS if code.startswith(prefix)), "Other")


def fulfilment(format_: Format) -> Fulfilment:
    """Whether a form is shipped or delivered electronically."""
    code = format_.form or ""
    return Fulfilment.DIGITAL if code.startswith(_DIGITAL) else Fulfilment.PHYSICAL


def role_name(code: str) -> str:
    """What a contributor's role is called in a shop."""
    return _ROLES.get(code, "Contributor")
