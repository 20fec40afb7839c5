"""What has moved on the target since a plan was made, and what is only our own write under way."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.domain.absence import MISSING
from commerce_bridge.domain.exchange import Observed, Ref
from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.record import Fact, Kin, Record
from commerce_bridge.flow.clock import EPOCH
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.play import ManualClock, PlayDriver
from commerce_bridge.flow.wiring import SeededChance, Wiring
from commerce_bridge.ports.step import Change, Step, StepKind
from commerce_bridge.sync.applying.freshness import Before, stale_steps
from rigs.plans import make_plan
from rigs.tiny_shop import COLOUR, NAME, PRICE, TAGS, Tiny, TinySource

REF = Ref("shop", "thing", "1")
OTHER = Ref("shop", "thing", "2")
SIZE = Field[str]("thing", "size")
FAMILY = Field[frozenset[Kin]]("thing", "family")
LATER = EPOCH + timedelta(hours=1)


def tags(*words: str) -> frozenset[Fact]:
    return frozenset(Fact("tag", word) for word in words)


def record(*words: str, kin: tuple[tuple[str, Ref | None], ...] = (), **values: Any) -> Record:
    named = {"name": NAME, "price": PRICE}
    shown: dict[Any, Ref | None] = {one: None for one in tags(*words)}
    shown.update({Kin(name): ref for name, ref in kin})
    return Record(
        values={named[key]: value for key, value in values.items()},
        elements=shown,
        parts={"b": Record(values={SIZE: "small"})},
        ref=REF,
    )


def change(name: Any, before: Any, after: Any, part: str = "") -> Change:
    return Change(field=name, before=before, after=after, owner="src", rule="owner", part=part)


def step(
    *changes: Change, seen: Record | None = None, observed: str = "", needs: tuple[str, ...] = ()
) -> Step:
    return Step(
        id="s",
        kind=StepKind.CHANGE,
        record="r",
        label="Ash",
        changes=changes,
        target=REF,
        seen=seen,
        observed=observed,
        needs=needs,
    )


class Showing:
    """A target that shows one record, or none."""

    def __init__(self, shown: Record | None) -> None:
        self.shown = shown
        self.asked: list[tuple[Ref, ...]] = []

    def fetch(self, refs: tuple[Ref, ...]) -> Flow[tuple[Observed[Record], ...]]:
        yield from ()
        self.asked.append(tuple(refs))
        if self.shown is None:
            return ()
        return (Observed(value=self.shown, ref=REF, version="now", seen_at=LATER),)


def stale(
    shown: Record | None,
    *steps: Step,
    age: timedelta = timedelta(hours=1),
    begun: frozenset[str] = frozenset(),
) -> dict[str, str]:
    target: Any = Showing(shown)
    job = evolve(Tiny(TinySource()).job, target_reader=target)
    job = evolve(
        job, ownership=job.ownership.with_rules({one: job.ownership.rules[PRICE] for one in (SIZE, FAMILY)})
    )
    plan = make_plan()
    plan = evolve(plan, header=evolve(plan.header, as_of=LATER - age))
    before = Before(started=LATER - age, begun=begun, bound={"kin": OTHER})
    driver = PlayDriver(Wiring(clock=ManualClock(LATER), chance=SeededChance(1)))
    found: dict[str, str] = driver.run(stale_steps(job, plan, steps, before, LATER))
    return found


def test_a_value_that_moved_is_told_with_both_values():
    moved = stale(record(price=Decimal("2.00")), step(change(PRICE, Decimal("1.00"), Decimal("3.00"))))
    assert moved == {"s": "price is 2.00 now, and was 1.00: plan again"}


@pytest.mark.parametrize("shown", ["1.00", "3.00"])
def test_a_value_that_stands_as_it_was_or_as_it_shall_be_is_fresh(shown: str):
    assert stale(record(price=Decimal(shown)), step(change(PRICE, Decimal("1.00"), Decimal("3.00")))) == {}


def test_a_value_of_a_part_is_looked_for_in_that_part():
    assert stale(record(), step(change(SIZE, "small", "large", part="b"))) == {}
    moved = stale(record(), step(change(SIZE, "tiny", "large", part="b")))
    assert moved == {"s": "size is small now, and was tiny: plan again"}
    assert stale(record(), step(change(SIZE, MISSING, "large", part="no such part"))) == {}
    moved = stale(record(), step(change(SIZE, "small", "large")))
    assert moved == {"s": "size is nothing now, and was small: plan again"}


def test_a_record_that_is_gone_is_stale():
    moved = stale(None, step(change(PRICE, Decimal("1.00"), Decimal("3.00"))))
    assert moved == {"s": "it is gone from shop: plan again"}


def test_a_fresh_plan_asks_nothing_and_one_at_the_edge_is_fresh():
    one = step(change(PRICE, Decimal("1.00"), Decimal("3.00")))
    assert stale(None, one, age=timedelta(minutes=5)) == {}
    assert stale(None, one, age=timedelta(minutes=5, microseconds=1)) != {}


def test_what_has_begun_is_not_asked_again():
    assert stale(None, step(change(PRICE, Decimal("1.00"), Decimal("3.00"))), begun=frozenset({"s"})) == {}


def test_the_version_that_was_seen_says_that_nothing_moved():
    one = step(change(PRICE, Decimal("1.00"), Decimal("3.00")), observed="now")
    assert stale(record(price=Decimal("2.00")), one) == {}
    assert stale(record(price=Decimal("2.00")), evolve(one, observed="then")) != {}


def test_elements_on_the_way_from_the_old_to_the_new_are_our_own_write():
    one = step(change(TAGS, tags("a", "b"), tags("b", "c")))
    assert [stale(record(*words), one) for words in ("ab", "bc", "abc", "b")] == [{}, {}, {}, {}]


@pytest.mark.parametrize("words", ["a", "ac", "c", ""])
def test_an_element_that_was_to_stay_and_is_gone_has_moved(words: str):
    moved = stale(record(*words), step(change(TAGS, tags("a", "b"), tags("b", "c"))))
    assert moved["s"].startswith("tags is ")
    assert moved["s"].endswith("and was tag: a, tag: b: plan again")


def test_an_element_of_others_does_not_make_a_change_of_ours_stale():
    assert stale(record("a", "b", "theirs"), step(change(TAGS, tags("a", "b"), tags("b", "c")))) == {}


def test_what_others_did_to_a_collection_that_was_seen_is_told_by_name():
    seen = record("a", "theirs")
    one = step(change(TAGS, tags("a"), tags("a", "b")), seen=seen)
    assert stale(seen, one) == {}
    moved = stale(record("a", "new", "newer"), one)
    assert moved == {"s": "others have changed tag: new, tag: newer, tag: theirs on shop: plan again"}


def test_only_collections_that_the_step_writes_are_compared():
    one = step(change(PRICE, Decimal("1.00"), Decimal("3.00")), seen=record("a", price=Decimal("1.00")))
    assert stale(record("b", price=Decimal("1.00")), one) == {}


def test_family_that_is_known_by_now_goes_by_its_canonical_id():
    """The target names a relative by its own reference; the plan has it by canonical id, as seen or as needed."""
    shown = record("a", kin=((str(OTHER), OTHER),))
    family = change(FAMILY, frozenset({Kin("kin")}), frozenset({Kin("kin"), Kin("new")}))
    assert stale(shown, step(family, seen=record("a", kin=(("kin", OTHER),)))) == {}
    assert stale(shown, step(family, seen=record("a", kin=(("kin", None),)), needs=("kin",))) == {}
    stranger = stale(shown, step(family, seen=record("a", kin=(("kin", None),))))
    assert stranger == {"s": "family is none now, and was 1 of its family: plan again"}


def test_what_belongs_to_the_target_by_now_is_refused_however_fresh_the_plan():
    refused = stale(record(), step(change(COLOUR, MISSING, "red")), age=timedelta(0))
    assert refused == {"s": "colour belongs to shop: plan again"}
    theirs = evolve(change(PRICE, MISSING, Decimal("1.00")), owner="shop")
    assert stale(record(), step(theirs), age=timedelta(0)) == {"s": "price belongs to shop: plan again"}
