"""ISBN and GTIN, held against python-stdnum."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum import ean
from stdnum import isbn as oracle
from stdnum.exceptions import ValidationError

from commerce_bridge.domain.identifiers import compact, gtin_check_digit, is_gtin, isbn10_check_digit, isbn13


def digits(count: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=count, max_size=count)


@given(st.sampled_from([7, 11, 12, 13]).flatmap(digits))
def test_the_check_digit_of_a_gtin_is_the_oracles(stem: str) -> None:
    assert gtin_check_digit(stem) == ean.calc_check_digit(stem)


@given(digits(9))
def test_the_check_digit_of_an_isbn_10_is_the_oracles(stem: str) -> None:
    assert oracle.is_valid(stem + isbn10_check_digit(stem))


@given(st.sampled_from([8, 12, 13, 14]).flatmap(digits))
@example("00000000")
def test_a_gtin_is_right_where_the_oracle_says_so(text: str) -> None:
    assert is_gtin(text) == ean.is_valid(text)


@pytest.mark.parametrize("text", ["", "0", "12345678a", "١٢٣٤٥٦٧٨", "978 1905005123", "123456789012345"])
def test_other_text_is_no_gtin(text: str) -> None:
    assert not is_gtin(text)


@given(st.sampled_from(["978", "979", "977", "000"]), digits(10))
def test_an_isbn_13_is_read_where_the_oracle_reads_it(prefix: str, rest: str) -> None:
    text = prefix + rest
    right = oracle.is_valid(text) and not text.startswith("9790")  # 979-0 is printed music
    try:
        assert isbn13(text) == text
        assert right
    except ValueError:
        assert not right


@given(digits(9), st.sampled_from("0123456789Xx"))
def test_an_isbn_10_is_read_and_converted_as_the_oracle_does(stem: str, check: str) -> None:
    text = stem + check
    try:
        expected = oracle.to_isbn13(oracle.validate(text))
    except ValidationError:
        with pytest.raises(ValueError, match="check digit"):
            isbn13(text)
    else:
        assert isbn13(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "9780306406157",
        "978-0-306-40615-7",
        "978 0 306 40615 7",
        "978‑0‑306‑40615‑7",
        "978–0–306–40615–7",
        "0-306-40615-2",
        "0306406152",
    ],
)
def test_usual_ways_of_writing_come_to_one(text: str) -> None:
    assert isbn13(text) == "9780306406157"


def test_letters_are_made_capital() -> None:
    assert isbn13("0-8044-2957-x") == isbn13("080442957X") == "9780804429573"
    assert compact("0-8044-2957-x") == "080442957X"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("9780306406158", "the check digit is 8, expected 7"),
        ("0306406153", "the check digit is 3, expected 2"),
        ("9771234567003", "starts with 978, or 979 but not 979-0"),
        ("9790260000438", "starts with 978, or 979 but not 979-0"),
        ("978030640615", "got 12 characters"),
        ("", "got 0 characters"),
        ("978030640615A", "got something else among them"),
        ("٩٧٨٠٣٠٦٤٠٦١٥٧", "got something else among them"),
        ("not an ISBN", "got 9 characters"),
    ],
)
def test_what_is_wrong_is_said_with_the_text_as_given(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        isbn13(text)
    assert repr(text) in str(caught.value)
