"""The forms in which the platform shows an ISBN.

Hyphens need the registrant ranges of the ISBN agency; those of the two English
language groups are kept here.  Numbers of other groups are answered without
hyphenated forms.

Source: International ISBN Agency, range message; vendor GraphQL schema pages (`ISBN`).
"""

from __future__ import annotations

import re

from attrs import frozen

_RANGES = {
    "0": (
        "00-19 200-227 2280-2289 229-368 3690-3699 370-638 6390-6397 6398000-6399999 640-644 6450000-6459999 "
        "646-647 6480000-6489999 649-654 6550-6559 656-699 7000-8499 85000-89999 900000-900370 "
        "9003710-9003719 900372-949999 9500000-9999999"
    ),
    "1": (
        "000-009 01-02 030-034 0350-0399 040-047 0480-0499 05-05 0670000-0699999 0700-0999 100-397 3980-5499 "
        "55000-64999 6500-6799 68000-68599 6860-7139 714-716 7170-7319 7320000-7399999 74000-76199 7620-7634 "
        "7635000-7649999 76500-77499 7750000-7753999 77540-77639 7764000-7764999 77650-77699 7770000-7782999 "
        "77830-78999 7900-7999 80000-80049 80050-80499 80500-83799 8380000-8384999 83850-86719 8672-8675 "
        "86760-86979 869800-915999 9160000-9165059 916506-916869 9168700-9169079 916908-919163 "
        "9191640-9195649 919565-919599 9196000-9196549 919655-972999 9730-9877 987800-991149 9911500-9911999 "
        "991200-998989 9989900-9999999"
    ),
}


@frozen(kw_only=True)
class Isbn:
    """One ISBN in every form; a form that cannot be made is None."""

    isbn13: str
    isbn10: str | None
    isbn_with_dashes: str | None
    isbn_with_spaces: str | None


def check_digit_13(first_twelve: str) -> str:
    """The last digit of the ISBN-13 that begins with these twelve digits."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(first_twelve))
    return str(-total % 10)


def is_valid(text: str) -> bool:
    """Whether a text is a bare ISBN-13 with the right check digit."""
    return bool(re.fullmatch(r"97[89]\d{10}", text)) and check_digit_13(text[:12]) == text[12]


def isbn_forms(isbn13: str) -> Isbn:
    """All forms of a stored ISBN; a damaged number keeps only the form in which it was entered."""
    valid = is_valid(isbn13)
    parts = _parts(isbn13) if valid else None
    return Isbn(
        isbn13=isbn13,
        isbn10=_isbn10(isbn13) if valid and isbn13.startswith("978") else None,
        isbn_with_dashes="-".join(parts) if parts else None,
        isbn_with_spaces=" ".join(parts) if parts else None,
    )


def _isbn10(isbn13: str) -> str:
    digits = isbn13[3:12]
    rest = -sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
    return digits + ("X" if rest == 10 else str(rest))


def _parts(isbn13: str) -> tuple[str, ...] | None:
    group, body = isbn13[3], isbn13[4:12]
    if not isbn13.startswith("978") or group not in _RANGES:
        return None
    for span in _RANGES[group].split():
        low, high = span.split("-")
        size = len(low)
        if low <= body[:size] <= high:
            return isbn13[:3], group, body[:size], body[size:], isbn13[12]
    return None
