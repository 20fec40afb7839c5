"""Explanations as one sentence and as data, and what neither shows."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.consent import Consent, ConsentState, Medium, consent_field
from commerce_bridge.domain.exchange import Ref
from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.listing import Selling
from commerce_bridge.domain.money import Money
from commerce_bridge.domain.record import Fact, Picture
from commerce_bridge.merge import Explanation, consent_of, decide, newest, owned_by, three_way
from commerce_bridge.merge.explain import plain
from rigs.cases import case

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
EMAIL = Field[str]("customer", "email", personal=True)


def test_an_explanation_as_data_says_all_that_the_sentence_says():
    made = decide(case(5, 4, 3), three_way("src", "shop"))
    told = Explanation(
        record="record-1",
        decision=made,
        written_at="2026-11-02T09:00:00+00:00",
        receipt="plan-1",
        computed_by="price/list",
    )
    assert told.as_data() == {
        "record": "record-1",
        "field": "thing.price",
        "value": 5,
        "owner": "src",
        "rule": "three-way",
        "candidates": {"src": 5, "shop": 4},
        "loser": "shop",
        "reason": "both changed it since they last agreed",
        "computed_by": "price/list",
        "receipt": "plan-1",
        "when": "2026-11-02T09:00:00+00:00",
    }
    assert str(told) == (
        "price is 5: owned by src, rule three-way; computed by price/list; both changed it since they last agreed; "
        "shop had 4; written 2026-11-02T09:00:00+00:00."
    )


def test_what_was_not_written_has_no_receipt_and_no_instant():
    data = Explanation(record="r", decision=decide(case(CLEARED, 4), owned_by("src"))).as_data()
    assert (data["receipt"], data["when"], data["computed_by"]) == (None, None, "")
    assert data["value"] == {"absent": "cleared"}
    assert json.loads(json.dumps(data)) == data


def test_the_sentence_says_why_the_owner_stands_where_nobody_can_tell():
    told = Explanation(record="r", decision=decide(case(5, 4), newest("src", timedelta(minutes=5))))
    assert str(told) == "price is 5: owned by src, rule newest; when src changed it is not known; shop had 4."


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (1.5, 1.5),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        ("text", "text"),
        (MISSING, {"absent": "missing"}),
        (CLEARED, {"absent": "cleared"}),
        (Decimal("1.50"), "1.50"),
        (NOON, "2026-11-02T12:00:00+00:00"),
        (NOON.astimezone(timezone(timedelta(hours=1))), "2026-11-02T13:00:00+01:00"),
        (Selling.CLOSED, Selling.CLOSED.value),
        (frozenset({"b", "a"}), ["a", "b"]),
        (frozenset(), []),
        (("b", "a"), ["b", "a"]),
        ([1, MISSING], [1, {"absent": "missing"}]),
        ({"a": Decimal(1)}, {"a": "1"}),
        (Money(Decimal("9.99"), "GBP"), {"Money": {"amount": "9.99", "currency": "GBP"}}),
        (Ref("shop", "thing", "1"), {"Ref": {"platform": "shop", "kind": "thing", "id": "1"}}),
        (
            frozenset({Fact("b", "1"), Fact("a", "2")}),
            [{"Fact": {"name": "a", "value": "2"}}, {"Fact": {"name": "b", "value": "1"}}],
        ),
        (
            Picture("token:1", text="Cover"),
            {"Picture": {"digest": "token:1", "url": "", "text": "Cover", "main": False, "place": 0}},
        ),
    ],
)
def test_a_value_as_data(value: Any, data: Any):
    assert plain(value) == data
    json.dumps(plain(value), allow_nan=False)


def test_what_a_repr_leaves_out_data_leaves_out_too():
    word = Consent(
        medium=Medium.SMS, state=ConsentState.OPTED_OUT, at=NOON, source="shop", evidence="ada said so"
    )
    assert plain(word) == {
        "Consent": {
            "medium": "sms",
            "state": "opted out",
            "at": "2026-11-02T12:00:00+00:00",
            "source": "shop",
        }
    }


def test_a_personal_value_is_in_no_text_and_in_no_data():
    made = decide(case("ada@example.com", "bob@example.com", field=EMAIL), owned_by("src"))
    told = Explanation(record="r", decision=made)
    assert str(told) == "email is •••: owned by src, rule owner/src; shop had •••."
    data = told.as_data()
    assert data["value"] == data["candidates"]["shop"] == {"personal": True}
    assert "example" not in repr(told) + json.dumps(data)


def test_that_a_personal_value_is_not_there_is_said():
    told = Explanation(record="r", decision=decide(case(CLEARED, MISSING, field=EMAIL), owned_by("src")))
    assert str(told) == "email is cleared: owned by src, rule owner/src."
    assert told.as_data()["value"] == {"absent": "cleared"}
    assert told.as_data()["candidates"] == {"src": {"absent": "cleared"}, "shop": {"absent": "missing"}}


def test_consent_is_explained_without_saying_what_it_is():
    word = Consent(medium=Medium.EMAIL, state=ConsentState.OPTED_OUT, at=NOON, source="shop")
    made = decide(case(MISSING, word, field=consent_field(Medium.EMAIL)), consent_of("shop"))
    assert str(Explanation(record="r", decision=made)) == (
        "consent email is •••: owned by shop, rule consent; consent has a register of its own, which no sync writes."
    )
