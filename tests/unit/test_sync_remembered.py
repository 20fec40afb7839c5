"""What it takes to skip a record: source, target, rules and clock, all four as they were."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.domain.absence import CLEARED
from commerce_bridge.domain.exchange import Observed, Ref
from commerce_bridge.domain.record import Fact, Record
from commerce_bridge.sync.kept.remembered import Remembered, may_skip, target_settled
from rigs.tiny_shop import NAME, PRICE, TAGS

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SHOP = Ref("shop", "thing", "1")
RED, OLD = Fact("tag", "red"), Fact("tag", "old")
KNOWN = Remembered(
    record="A",
    source=Ref("src", "thing", "a"),
    origin=Ref("src", "thing", "a"),
    target=SHOP,
    source_hash="s",
    target_hash="v",
    fingerprint="rules",
    next_change=NOW + timedelta(hours=1),
    agreed={
        ("", PRICE): Decimal(1),
        ("", TAGS): frozenset({RED}),
        ("", NAME): CLEARED,
        ("p", PRICE): Decimal(2),
    },
)


def seen(version: str = "v", **changes: Any) -> Observed[Record]:
    usual: dict[str, Any] = {
        "values": {PRICE: Decimal("1.00")},
        "elements": {RED: None, OLD: None},
        "parts": {"p": Record(values={PRICE: Decimal(2)})},
    }
    return Observed(value=Record(**{**usual, **changes}), ref=SHOP, version=version, seen_at=NOW)


def skipped(known: Remembered = KNOWN, **changes: Any) -> bool:
    usual: dict[str, Any] = {"source_hash": "s", "fingerprint": "rules", "now": NOW, "observed": seen()}
    return may_skip(known, **{**usual, **changes})


def test_it_is_skipped_when_all_four_are_as_they_were():
    assert skipped()


@pytest.mark.parametrize(
    "changes",
    [
        {"source_hash": "other"},
        {"observed": seen("other")},
        {"observed": None},
        {"fingerprint": "other rules"},
        {"fingerprint": None},
        {"now": NOW + timedelta(hours=1)},
        {"now": NOW + timedelta(days=1)},
    ],
)
def test_one_that_moved_is_enough_to_decide_anew(changes: dict[str, Any]):
    assert not skipped(**changes)


def test_just_before_its_next_change_it_is_skipped():
    assert skipped(now=NOW + timedelta(minutes=59, seconds=59))
    assert skipped(evolve(KNOWN, next_change=None), now=NOW + timedelta(days=999))


@pytest.mark.parametrize("source_hash", ["", "s"])
def test_what_is_remembered_without_a_source_hash_is_never_skipped(source_hash: str):
    assert not skipped(evolve(KNOWN, source_hash=""), source_hash=source_hash)
    assert not skipped(evolve(KNOWN, source_hash="", refused=""), source_hash=source_hash)


def test_rules_without_a_name_are_decided_anew_each_time():
    assert not skipped(evolve(KNOWN, fingerprint=None), fingerprint=None)


def test_what_the_target_refused_is_skipped_until_something_moves():
    refused = evolve(KNOWN, refused="s", target_hash="")
    assert skipped(refused, observed=seen("whatever"))
    assert not skipped(refused, source_hash="other")
    assert skipped(evolve(refused, target=None), observed=None)


@pytest.mark.parametrize(
    ("changes", "settled"),
    [
        ({}, True),
        ({"values": {PRICE: Decimal(2)}}, False),
        ({"values": {}}, False),
        ({"values": {PRICE: Decimal(1), NAME: "somebody's"}}, False),
        ({"elements": {RED: None}}, True),
        ({"elements": {OLD: None}}, False),
        ({"elements": {}}, False),
        ({"parts": {}}, False),
        ({"parts": {"p": Record(values={PRICE: Decimal(3)})}}, False),
        ({"parts": {"p": Record(values={PRICE: Decimal(2)}), "q": Record()}}, True),
    ],
)
def test_after_a_write_of_ours_the_target_is_compared_value_by_value(changes: dict[str, Any], settled: bool):
    assert target_settled(evolve(KNOWN, target_hash=""), seen("new", **changes)) is settled


def test_a_field_with_no_elements_is_settled_where_none_of_ours_stand():
    known = evolve(KNOWN, target_hash="", agreed={("", TAGS): frozenset()})
    assert target_settled(known, seen(elements={}))
    assert target_settled(known, seen(elements={OLD: None}))


def test_a_record_that_was_never_made_is_settled_as_long_as_it_is_not_there():
    unmade = evolve(KNOWN, target=None, target_hash="")
    assert target_settled(unmade, None)
    assert not target_settled(unmade, seen())
    assert not target_settled(KNOWN, None)


def test_what_is_remembered_comes_back_and_rows_of_before_too():
    full = evolve(KNOWN, label="L", refused="s", as_of=NOW)
    assert Remembered.of("A", full.body()) == full
    old = {key: value for key, value in KNOWN.body().items() if key != "as_of"}
    assert Remembered.of("A", old) == KNOWN
    bare = evolve(KNOWN, target=None, next_change=None, fingerprint=None, agreed={})
    assert Remembered.of("A", bare.body()) == bare
