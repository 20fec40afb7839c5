"""Values as JSON and back: what plan files, receipts and state rows hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.exchange import NaturalKey, Ref
from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.listing import LISTING_FIELDS, SKU, WEIGHT_G, Fulfilment, Selling
from commerce_bridge.domain.money import Money
from commerce_bridge.domain.record import Fact, Kin, Note, Outlet, Picture, Placement, Record
from commerce_bridge.errors import MappingError, StateUnreadable
from commerce_bridge.sync.plans.codec import (
    decode,
    decode_field,
    decode_key,
    decode_record,
    digest,
    encode,
    encode_field,
    encode_key,
    encode_record,
)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "Où est l’âne ? 🜁\u2028\x85",
        True,
        False,
        0,
        -(10**30),
        Decimal("12.50"),
        Decimal("1E+2"),
        Decimal("-0"),
        datetime(2026, 11, 2, 9, 0, 0, 7, tzinfo=UTC),
        datetime(2026, 11, 2, 9, 0, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        Money(Decimal("12.99"), "GBP"),
        Fact("Author", "Ada"),
        Note("ours", "key", "value", True),
        Picture("token:abc", "https://x.example/a.jpg", "Words", True, 3),
        Placement(("Fiction", "Crime/Thriller")),
        Outlet("1"),
        Kin("id"),
        Ref("shop", "thing", "a:b:c"),
        *Selling,
        *Fulfilment,
        MISSING,
        CLEARED,
        frozenset(),
        frozenset({Fact("a", "b"), Fact("a", "c")}),
        (),
        ("a", (Decimal(1), frozenset({"x"})), CLEARED),
    ],
)
def test_a_value_comes_back_as_it_was(value: Any):
    again = decode(json.loads(json.dumps(encode(value))))
    assert again == value
    assert type(again) is type(value)
    assert str(again) == str(value)


def test_the_address_of_a_picture_travels_though_it_is_no_part_of_it():
    assert decode(encode(Picture("d", url="https://x.example/a.jpg"))).url == "https://x.example/a.jpg"


def test_absences_stay_the_very_same():
    assert decode(encode(MISSING)) is MISSING
    assert decode(encode(CLEARED)) is CLEARED


def test_equal_sets_are_written_alike():
    texts = [str(number) for number in range(50)]
    assert json.dumps(encode(frozenset(texts))) == json.dumps(encode(frozenset(reversed(texts))))


@pytest.mark.parametrize(
    "value", [1.5, b"x", ["a"], {"a": 1}, {"a"}, object(), Field("a", "b"), (1.5,), frozenset({1.5})]
)
def test_what_cannot_be_kept_is_refused_in_words(value: Any):
    with pytest.raises(MappingError, match="cannot be kept in a plan") as told:
        encode(value)
    assert "Decimal" in told.value.hint


@pytest.mark.parametrize(
    "value", ["\ud800", Fact("Author", "\udfff"), Placement(("a", "\ud800")), Outlet("\ud800")]
)
def test_half_a_character_is_refused_before_a_file_breaks(value: Any):
    with pytest.raises(MappingError, match="half a character"):
        encode(value)


@pytest.mark.parametrize(
    "data",
    [
        {"$": "decimal", "v": "twelve"},
        {"$": "money", "v": ["1"]},
        {"$": "money", "v": ["1", "pounds"]},
        {"$": "instant", "v": "yesterday"},
        {"$": "selling", "v": "perhaps"},
        {"$": "fact", "v": ["a"]},
        {"$": "picture", "v": []},
        {"$": "ref", "v": "shop"},
        {"$": "set", "v": None},
        {"$": "list"},
        {"$": "hologram", "v": 1},
        {},
        {"$": None, "v": 1},
    ],
)
def test_what_is_damaged_or_newer_is_told(data: Any):
    with pytest.raises(StateUnreadable):
        decode(data)


@pytest.mark.parametrize("name", LISTING_FIELDS, ids=str)
def test_a_field_of_ours_comes_back_with_its_label(name: Field[Any]):
    again = decode_field(encode_field(name))
    assert again == name
    assert again.text == name.text
    assert encode_field(name) == str(name)


def test_a_field_of_another_package_comes_back_with_its_label():
    age = Field[int]("listing", "acme_reading_age", label="reading age (from|to)")
    again = decode_field(encode_field(age))
    assert (again, again.text) == (age, "reading age (from|to)")
    plain = Field[int]("listing", "acme_band")
    assert decode_field(encode_field(plain)).text == "acme band"
    assert encode_field(plain) == "listing.acme_band"


def test_a_record_comes_back_with_elements_parts_and_names():
    record = Record(
        values={SKU: "s", WEIGHT_G: Decimal("1.0")},
        elements={Fact("a", "b"): Ref("shop", "fact", "1"), Kin("x"): None},
        parts={"p": Record(values={SKU: CLEARED}, ref=Ref("shop", "variant", "2"))},
        ref=Ref("shop", "product", "3"),
    )
    assert decode_record(json.loads(json.dumps(encode_record(record)))) == record
    assert decode_record(encode_record(Record())) == Record()


def test_keys_and_digests():
    key = NaturalKey("sku", "a=b")
    assert decode_key(encode_key(key)) == key
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    assert digest([1, "2"]) != digest(["1", 2])
    assert len(digest("é")) == 16
