"""ISBN and GTIN: check digits and normal forms."""

from __future__ import annotations

_SEPARATORS = str.maketrans("", "", "- \u2010\u2011\u2012\u2013\u00a0")


def gtin_check_digit(digits: str) -> str:
    """The check digit of a GTIN (8, 12, 13 or 14 digits) without its last digit.

    Source: GS1 General Specifications, check digit calculation; ISBN Users' Manual for ISBN-13.
    """
    total = 3 * sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2]))
    return str(-total % 10)


def isbn10_check_digit(digits: str) -> str:
    """The check digit (0–9 or X) of the first nine digits of an ISBN-10."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True))
    check = -total % 11
    return "X" if check == 10 else str(check)


def compact(text: str) -> str:
    """`text` without spaces and hyphens, in upper case."""
    return text.translate(_SEPARATORS).upper()


def is_gtin(text: str) -> bool:
    """Whether `text` is a GTIN-8, -12, -13 or -14 with a right check digit."""
    return (
        len(text) in {8, 12, 13, 14}
        and text.isascii()
        and text.isdigit()
        and gtin_check_digit(text[:-1]) == text[-1]
    )


def isbn13(text: str) -> str:
    """The thirteen digits of an ISBN given in any usual form.

    Args:
        text: An ISBN-13 or ISBN-10, with or without hyphens and spaces.

    Raises:
        ValueError: It is no ISBN, or its check digit is wrong; the message says which.
    """
    digits = compact(text)
    if len(digits) == 10 and digits[:9].isdigit() and digits.isascii():
        right = isbn10_check_digit(digits[:9])
        if digits[9] != right:
            raise ValueError(f"ISBN {text!r}: the check digit is {digits[9]}, expected {right}.")
        stem = "978" + digits[:9]
        return stem + gtin_check_digit(stem)
    if len(digits) != 13 or not (digits.isdigit() and digits.isascii()):
        got = f"{len(digits)} characters" if len(digits) != 13 else "something else among them"
        raise ValueError(f"ISBN {text!r}: expected 13 digits (or a 10-character ISBN), got {got}.")
    if digits[:3] not in {"978", "979"} or digits[:4] == "9790":
        raise ValueError(f"ISBN {text!r}: expected a number that starts with 978, or 979 but not 979-0.")
    right = gtin_check_digit(digits[:12])
    if digits[12] != right:
        raise ValueError(f"ISBN {text!r}: the check digit is {digits[12]}, expected {right}.")
    return digits
