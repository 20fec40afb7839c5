"""When each side changed a field reaches the rule that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.domain.exchange import NaturalKey, Observed, Ref
from commerce_bridge.domain.fields import AnyField
from commerce_bridge.domain.record import Fact, Record
from commerce_bridge.mapping import Mapped
from commerce_bridge.merge import newest
from commerce_bridge.sync.job import Draft, Job
from commerce_bridge.sync.planning.deciding import Subject, decide_record
from commerce_bridge.sync.planning.index import TargetIndex
from rigs.tiny_shop import OWNERSHIP, PRICE, TAGS, Tiny, TinySource

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
LATEST = NOON + timedelta(hours=2)
SOURCE, SHOP = Ref("src", "thing", "a"), Ref("shop", "thing", "100")
RULE = newest("src", timedelta(minutes=5))
JOB: Job[Any] = evolve(Tiny(TinySource()).job, ownership=OWNERSHIP.with_rules({PRICE: RULE, TAGS: RULE}))


def reasons(
    draft_at: Mapping[AnyField, datetime],
    shop_at: Mapping[AnyField, datetime],
    part_at: Mapping[AnyField, datetime] | None = None,
) -> dict[tuple[str, str], str]:
    """Why each field is what it is, where nothing was agreed on yet."""
    values: dict[AnyField, Any] = {PRICE: Decimal(5), TAGS: frozenset({Fact("tag", "red")})}
    draft = Draft(
        ref=SOURCE,
        origin=SOURCE,
        label="a Ash",
        mapped=Mapped(values=values),
        parts={"small": Mapped(values={PRICE: Decimal(5)})},
        keys=(NaturalKey("key", "a"),),
        changed_at=draft_at,
    )
    part = Record(values={PRICE: Decimal(4)}, ref=Ref("shop", "part", "7"), changed_at=part_at or {})
    shown = Record(values={PRICE: Decimal(4)}, parts={"small": part}, ref=SHOP, changed_at=shop_at)
    observed = Observed(value=shown, ref=SHOP, version="v1", seen_at=LATEST)
    subject = Subject(record="A", draft=draft, source_hash="s1", known=None, observed=observed)
    found = decide_record(JOB, subject, TargetIndex(JOB.natural_keys))
    return {(place, name.name): made.reason for (place, name), made in found.decisions.items()}


@pytest.mark.parametrize(
    ("draft_at", "shop_at", "reason"),
    [
        ({PRICE: NOON}, {PRICE: LATER}, "changed later on shop"),
        ({PRICE: LATER}, {PRICE: NOON}, "changed later on src"),
        ({PRICE: NOON}, {}, "when shop changed it is not known"),
        ({}, {PRICE: LATER}, "when src changed it is not known"),
        ({TAGS: NOON}, {TAGS: LATER}, "when src changed it is not known"),
        ({}, {}, "when src changed it is not known"),
    ],
)
def test_the_instants_of_both_sides_are_compared(
    draft_at: Mapping[AnyField, datetime], shop_at: Mapping[AnyField, datetime], reason: str
):
    assert reasons(draft_at, shop_at)["", "price"] == reason


def test_a_part_of_the_target_has_instants_of_its_own_and_the_sources_hold_for_all_parts():
    found = reasons({PRICE: LATER}, {PRICE: NOON}, {PRICE: LATEST})
    assert found["", "price"] == "changed later on src"
    assert found["small", "price"] == "changed later on shop"
    found = reasons({PRICE: LATER}, {PRICE: LATEST})
    assert found["small", "price"] == "when shop changed it is not known"
