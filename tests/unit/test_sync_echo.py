"""What we wrote is remembered by hash, is told from an edit, and its loops are seen."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.domain.absence import CLEARED, MISSING
from commerce_bridge.domain.fields import Field
from commerce_bridge.domain.money import Money
from commerce_bridge.domain.record import Fact
from commerce_bridge.errors import MappingError
from commerce_bridge.flow.play import ManualClock, PlayDriver
from commerce_bridge.flow.state import Delete
from commerce_bridge.flow.wiring import SeededChance, Wiring
from commerce_bridge.merge import Case, Decision, Rule, owned_by, until_edited
from commerce_bridge.ports.step import Change, Step, StepKind
from commerce_bridge.stores import MemoryState
from commerce_bridge.sync.holding.braking import BRAKE, braked, looks_again, over
from commerce_bridge.sync.holding.echo import (
    Echo,
    Heard,
    eased,
    echo_of,
    echo_op,
    heard,
    is_echo,
    note,
    noted,
    value_hash,
)
from commerce_bridge.sync.limits import KEPT, Brake
from commerce_bridge.sync.planning.watch import Tally, keep_tally, load_tally
from rigs.tiny_shop import Tiny, TinySource

NAME = Field[str]("thing", "name")
PRICE = Field[Decimal]("thing", "price")
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
LAG = timedelta(minutes=1)
PLACE = ("", NAME)


def change(value: Any, name: Any = NAME, part: str = "") -> Change:
    return Change(field=name, before="before", after=value, owner="src", rule="owner/src", part=part)


def wrote(*values: str, every: timedelta = timedelta(minutes=1)) -> Echo:
    """These names were written, one after the other, the last at noon."""
    known = Echo()
    for number, value in enumerate(values):
        at = NOON - every * (len(values) - 1 - number)
        known = note(known, [change(value)], at, f"plan-{number}")
    return known


# Hashes


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("1.5"), Decimal("1.50")),
        (Money(Decimal("1.5"), "GBP"), Money(Decimal("1.50"), "GBP")),
        (NOON, NOON.astimezone(timezone(timedelta(hours=2)))),
        (MISSING, CLEARED),
        (CLEARED, frozenset()),
        (Fact("tag", "red"), frozenset({Fact("tag", "red")})),
    ],
)
def test_values_that_come_to_the_same_have_one_hash(one: Any, other: Any):
    assert value_hash(one) == value_hash(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ash", "ash"),
        (Decimal("1.5"), Decimal("15")),
        (Money(Decimal("1.5"), "GBP"), Money(Decimal("1.5"), "EUR")),
        (NOON, NOON + timedelta(hours=1)),
        ("", CLEARED),
        (Fact("tag", "red"), Fact("tag", "blue")),
        (True, "true"),
    ],
)
def test_other_values_have_other_hashes(one: Any, other: Any):
    assert value_hash(one) != value_hash(other)


# Remembering


def test_only_the_last_writes_of_a_field_are_kept_and_each_part_has_its_own():
    known = Echo()
    for number in range(KEPT + 3):
        known = note(known, [change(f"v{number}"), change("x", part="sku")], NOON, "plan")
    assert [one.value for one in known.of(PLACE)] == [
        value_hash(f"v{number}") for number in range(3, KEPT + 3)
    ]
    assert {one.value for one in known.of(("sku", NAME))} == {value_hash("x")}
    assert known.of(("other", NAME)) == ()


def test_a_steps_writes_are_added_to_what_was_known_and_no_value_is_in_the_row():
    echoes = {"r": wrote("Ash")}
    step = Step(id="s", kind=StepKind.CHANGE, record="r", label="r", changes=(change("Elmwood"),))
    op: Any = noted("scope", echoes, step, NOON, "plan 2")
    assert (op.at.table, op.at.scope, op.at.key) == ("echo", "scope", "r")
    assert echo_of(json.loads(op.body)) == echoes["r"]
    assert [one.plan for one in echoes["r"].of(PLACE)] == ["plan-0", "plan 2"]
    assert "Elmwood" not in op.body


def test_a_record_of_which_nothing_is_known_has_no_row():
    assert echo_of(None) == Echo()
    assert isinstance(echo_op("scope", "r", Echo()), Delete)


def test_easing_forgets_one_field_of_one_part_or_all():
    known = note(wrote("Ash"), [change("x", part="sku"), change(Decimal(1), PRICE)], NOON, "plan")
    assert set(eased(known, NAME, "").writes) == {("sku", NAME), ("", PRICE)}
    assert set(eased(known, NAME).writes) == {("", PRICE)}
    assert set(eased(known, None, "sku").writes) == {PLACE, ("", PRICE)}
    assert eased(known) == Echo()


# Echoes


def heard_at(known: Echo, shown: str, later: timedelta, settled: datetime | None = None) -> Heard | None:
    return is_echo(known, PLACE, shown, now=NOON + later, lag=LAG, settled=settled)


def test_our_latest_write_is_an_echo_and_somebody_elses_value_is_news():
    assert heard_at(wrote("Ash", "Elm"), "Elm", LAG) is Heard.LATEST
    assert heard_at(wrote("Ash", "Elm"), "Oak", LAG) is None
    assert heard_at(Echo(), "Elm", LAG) is None


def test_an_older_write_is_a_near_miss_within_the_lag_and_an_edit_after_it():
    assert heard_at(wrote("Ash", "Elm"), "Ash", LAG) is Heard.OLDER
    assert heard_at(wrote("Ash", "Elm"), "Ash", LAG + timedelta(microseconds=1)) is None


def test_our_latest_write_is_an_echo_until_something_else_was_agreed_on_and_within_the_lag_after():
    late = LAG + timedelta(seconds=1)
    assert heard_at(wrote("Ash"), "Ash", late, settled=NOON) is Heard.LATEST
    assert heard_at(wrote("Ash"), "Ash", late, settled=NOON + timedelta(seconds=1)) is None
    assert heard_at(wrote("Ash"), "Ash", LAG, settled=NOON + timedelta(seconds=1)) is Heard.LATEST


def test_an_echo_counts_only_where_the_base_does_not_tell_it_already():
    def counted(base: str) -> Heard | None:
        return heard(wrote("Ash", "Elm"), PLACE, "Ash", base, now=NOON, lag=LAG, settled=None)

    assert counted("Elm") is Heard.OLDER
    assert counted("Ash") is None


# The brake

RULE = Brake(times=2, within=timedelta(hours=1))


def test_values_that_come_back_more_often_than_allowed_are_braked():
    assert braked(wrote("x", "y", "x", "y"), change("x"), NOON, evolve(RULE, times=3)) is None
    found = braked(wrote("x", "y", "x", "y"), change("x"), NOON, RULE)
    assert found is not None
    assert len(found.writes) == 4
    # Of four writes and this one, three come back; without the oldest, two do.
    assert found.until == NOON - timedelta(minutes=3) + RULE.within


def test_the_same_value_again_and_again_is_a_loop_too():
    assert braked(wrote("x", "x"), change("x"), NOON, RULE) is None
    assert braked(wrote("x", "x", "x"), change("x"), NOON, RULE) is not None


def test_a_new_value_is_never_braked_not_even_in_a_loop():
    assert braked(wrote("x", "y", "x", "y", "x", "y"), change("z"), NOON, RULE) is None


def test_writes_outside_the_stretch_do_not_count():
    slow = wrote("x", "y", "x", "y", "x", "y", every=timedelta(minutes=30))
    assert braked(slow, change("x"), NOON, RULE) is None
    on_the_edge = wrote("x", "x", "x", every=timedelta(minutes=30))
    assert braked(on_the_edge, change("x"), NOON - timedelta(microseconds=1), RULE) is not None
    assert braked(on_the_edge, change("x"), NOON, RULE) is None


def test_another_part_or_field_is_not_braked():
    loop = wrote("x", "y", "x", "y")
    assert braked(loop, change("x", part="sku"), NOON, RULE) is None
    assert braked(loop, change("x", PRICE), NOON, RULE) is None


def test_the_evidence_names_the_times_the_plans_the_values_and_what_to_try():
    found = braked(wrote("x", "y", "x", "y"), change("x"), NOON, RULE)
    assert found is not None
    assert found.detail == (
        "name was written 4 times with 2 values from 2026-11-02 11:57:00 to 12:00:00 UTC (plans plan-0, plan-1, "
        "plan-2, plan-3), and something on the target changes it back: now it shows before. x is not written "
        "until 2026-11-02 12:57 UTC. Find the other program or bridge that writes it, let one of them own it, "
        "and release the brake."
    )


def test_a_stretch_of_no_time_is_no_brake():
    off = Brake(within=timedelta(0))
    assert braked(wrote(*"xyxyxyxyxyxy"), change("x"), NOON, off) is None
    assert looks_again(wrote("x"), PLACE, NOON, off) is None


@pytest.mark.parametrize("times", [0, KEPT - 1])
def test_a_brake_that_could_not_be_kept_is_refused(times: int):
    with pytest.raises(MappingError, match="cannot be kept"):
        Brake(times=times)


def test_a_withheld_write_is_looked_at_again_when_the_first_is_out_of_the_stretch():
    loop = wrote("x", "y", "x", "y")
    assert looks_again(loop, PLACE, NOON, RULE) == NOON - timedelta(minutes=3) + RULE.within


# Over the rule


def case(base: str, wanted: str, shown: str) -> Case:
    return Case(field=NAME, base=base, sides={"src": wanted, "shop": shown}, source="src", target="shop")


def decided(known: Echo, rule: Rule, one: Case, now: datetime = NOON) -> Decision:
    ruled = over(known, "", rule, now=now, brake=evolve(RULE, lag=LAG), settled=NOON + timedelta(days=1))
    decision = ruled(one)
    assert decision is not None
    assert ruled.fingerprint == rule.fingerprint
    return decision


def test_an_echo_is_no_edit_and_an_edit_still_is():
    rule = until_edited("src", "shop")
    stale = case("Elm", "Elm", "Ash")
    assert rule(stale) != decided(wrote("Ash", "Elm"), rule, stale)
    assert decided(wrote("Ash", "Elm"), rule, stale).value == "Elm"
    assert decided(wrote("Ash", "Elm"), rule, case("Elm", "Elm", "Oak")).value == "Oak"
    assert decided(wrote("Ash", "Elm"), rule, stale, NOON + timedelta(hours=1)).value == "Ash"


def test_a_withheld_write_leaves_what_is_shown_and_names_who_lost():
    decision = decided(wrote("x", "y", "x", "y"), owned_by("src"), case("y", "x", "theirs"))
    assert (decision.value, decision.owner, decision.rule, decision.loser) == ("theirs", "shop", BRAKE, "src")
    assert "was written 4 times" in decision.reason
    assert not decision.changes("theirs")


def test_what_is_not_written_anyway_is_not_braked():
    loop = wrote("x", "y", "x", "y")
    assert decided(loop, owned_by("src"), case("y", "x", "x")).rule == "owner/src"
    assert decided(loop, owned_by("shop"), case("y", "x", "theirs")).rule == "owner/shop"


def test_what_is_the_targets_own_is_not_braked_whatever_it_says():
    def theirs(one: Case) -> Decision:
        return Decision(field=one.field, value="x", owner="shop", rule="theirs")

    loop = wrote("x", "y", "x", "y")
    assert decided(loop, Rule("theirs", 1, "shop", theirs), case("y", "x", "theirs")).rule == "theirs"


def test_a_rule_with_nothing_to_say_still_has_nothing_to_say():
    silent = Rule("silent", 1, "src", lambda one: None)
    ruled = over(wrote("x"), "", silent, now=NOON, brake=RULE, settled=None)
    assert ruled(case("x", "x", "x")) is None


# Counts


def test_tallies_add_up_and_leave_out_what_is_nothing():
    total = Tally(echoes=1) + Tally(echoes=1, near_misses=2) + Tally(brakes=3)
    assert total == Tally(echoes=2, near_misses=2, brakes=3)
    assert Tally.of(total.body()) == total
    assert Tally(brakes=1).body() == {"brakes": 1}
    assert not Tally()
    assert Tally.of({}) == Tally()


def test_what_a_plan_heard_is_counted_once_however_often_it_is_applied():
    job = Tiny(TinySource()).job
    driver = PlayDriver(Wiring(state=MemoryState(), clock=ManualClock(), chance=SeededChance(1)))
    for plan, tally in (
        ("one", Tally(echoes=1)),
        ("one", Tally(echoes=1)),
        ("two", Tally(brakes=2)),
        ("three", Tally()),
    ):
        driver.run(keep_tally(job, plan, tally))
    assert driver.run(load_tally(job)) == Tally(echoes=1, brakes=2)
