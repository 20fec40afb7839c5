"""What of an answer may be shown."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.http.redact import BLANK, EXCERPT_LENGTH, excerpt

TOKEN = 's3cr3t/tok+en=42"é'


def test_a_short_text_is_shown_whole() -> None:
    assert excerpt(b'{"title": "Not found"}') == '{"title": "Not found"}'
    assert excerpt(b"") == ""


def test_a_long_text_is_cut() -> None:
    shown = excerpt(b"word " * 5000)
    assert len(shown) == EXCERPT_LENGTH
    assert shown.endswith("…")


def test_white_space_and_bytes_that_are_no_text_do_no_harm() -> None:
    assert excerpt(b"a\n\n   b\t\xff c") == "a b \ufffd c"


@pytest.mark.parametrize(
    "form",
    [TOKEN, json.dumps(TOKEN)[1:-1], json.dumps(TOKEN)[1:-1].replace("/", "\\/"), quote(TOKEN, safe="")],
)
def test_the_accounts_secret_is_found_however_it_is_written(form: str) -> None:
    shown = excerpt(f"you sent {form} to us".encode(), (TOKEN,))
    assert shown == f"you sent {BLANK} to us"


def test_an_empty_secret_blanks_nothing() -> None:
    assert excerpt(b"all is well", ("",)) == "all is well"


@pytest.mark.parametrize(
    "text",
    [
        '{"access_token": "hidden-value"}',
        '{"refreshToken":"hidden-value"}',
        "{'client_secret': 'hidden-value'}",
        "grant=x&api_key=hidden-value&y=1",
        "X-Api-Key: hidden-value",
        "X-Auth-Token: hidden-value",
        "Authorization: Bearer hidden-value",
        "authorization=Basic hidden-value",
        'Authorization: Token token="hidden-value"',
        "password = hidden-value",
        '{"password": "hidden-value',
    ],
)
def test_what_is_called_a_secret_is_blanked_whoever_sent_it(text: str) -> None:
    shown = excerpt(text.encode())
    assert "hidden" not in shown
    assert BLANK in shown


@pytest.mark.parametrize(
    "address", ["jane.doe+books@example.co.uk", "jane%40example.com", "o'brien@example.com", "žofie@példa.hu"]
)
def test_addresses_of_people_are_blanked(address: str) -> None:
    assert excerpt(f"customer <{address}> exists".encode()) == f"customer <{BLANK}> exists"


def test_ordinary_words_are_kept() -> None:
    text = "The token expired; the secret of success is 40% of 12 @ noon."
    assert excerpt(text.encode()) == text


@given(st.integers(0, 2500), st.sampled_from([" ", "\n", "x", "jane@example.com "]))
def test_no_cut_shows_half_a_secret(before: int, filler: str) -> None:
    secret = "SECRET-" + "z" * 60
    padding = (filler * before)[:before]
    shown = excerpt(f"{padding} {secret} {secret}".encode(), (secret,))
    assert "SECRET" not in shown
    assert "zz" not in shown


@given(st.integers(1100, 1300))
def test_no_cut_shows_half_an_address(before: int) -> None:
    shown = excerpt((" " * before + "jane.very.private@mail.example.com").encode() + b" " * 2000)
    assert "jane" not in shown
