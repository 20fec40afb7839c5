"""Laws of echoes over two shops and two bridges in opposite directions, with people at both.

Under rules that agree nothing we wrote is ever taken for news; under rules that do not, the writes come to an end.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import event, given, seed, settings
from hypothesis import strategies as st

from commerce_bridge.domain.fields import AnyField
from commerce_bridge.errors import MappingError
from commerce_bridge.flow.clock import EPOCH
from commerce_bridge.flow.effects import Flow
from commerce_bridge.merge import owned_by, until_edited
from commerce_bridge.ports.step import Change
from commerce_bridge.sync.holding.braking import braked
from commerce_bridge.sync.holding.echo import Echo, Heard, echo_of, echo_op, is_echo, note, value_hash
from commerce_bridge.sync.kept.tables import scan_bodies
from commerce_bridge.sync.limits import KEPT, Brake, FirstContact, Limits
from commerce_bridge.sync.planning.watch import TALLY, Tally, load_tally
from rigs.two_shops import BLURB, FIELDS, NAME, NOTE, TwoShops, Way, as_it_is

KEYS = st.sampled_from("12")
VALUES = st.sampled_from(["Ash", "Elm", "Oak"])
NAMES = st.sampled_from(FIELDS)
EDITS = st.lists(st.tuples(st.sampled_from("ab"), KEYS, NAMES, VALUES), min_size=1, max_size=8)
ROUNDS = st.lists(
    st.tuples(EDITS, st.sampled_from(["there", "back", "both", "crossed"])), min_size=1, max_size=5
)


def agreeing(brake: Brake) -> TwoShops:
    """The shop `a` owns names, the shop `b` owns blurbs, and both tables say so; a note may be edited on `b`."""
    limits = Limits(brake=brake, first_contact=FirstContact.OVERWRITE)
    there = {NAME: owned_by("a"), BLURB: owned_by("b"), NOTE: until_edited("a", "b")}
    back = {NAME: owned_by("a"), BLURB: owned_by("b"), NOTE: owned_by("a")}
    return TwoShops(
        Way(source="a", target="b", rules=there, limits=limits),
        Way(source="b", target="a", rules=back, limits=limits),
    )


def edit(shops: TwoShops, side: str, key: str, name: AnyField, value: str) -> None:
    """Somebody at a shop makes or changes a thing."""
    shops.shops[side].rows.setdefault(key, {})[name.name] = value


def swapped(name: AnyField, value: str) -> str:
    return value.swapcase() if name == NAME else value


def turn(shops: TwoShops, what: str) -> int:
    """Run one bridge, or both."""
    if what == "both":
        return shops.both()
    if what == "crossed":
        return shops.crossed()
    return shops.sync(shops.there if what == "there" else shops.back)


@given(rounds=ROUNDS)
def test_with_rules_that_agree_no_echo_is_ever_taken_for_news(rounds: Any):
    shops = agreeing(Brake(lag=timedelta(0)))
    for edits, what in rounds:
        for one in edits:
            edit(shops, *one)
        turn(shops, what)
    shops.both()
    shops.both()
    rows = {name: {key: dict(row) for key, row in shop.rows.items()} for name, shop in shops.shops.items()}
    # Nobody edits any more: whatever is shown now is somebody's word or our own, and nothing is written.
    assert [turn(shops, what) for what in ("both", "crossed", "both")] == [0, 0, 0]
    assert {name: shop.rows for name, shop in shops.shops.items()} == rows
    for name, owner, other in ((NAME, "a", "b"), (BLURB, "b", "a")):
        for key, row in rows[owner].items():
            assert name.name not in row or rows[other][key][name.name] == row[name.name]
    assert shops.work(shops.there) == shops.work(shops.back) == []
    assert [shops.run(way, load_tally) for way in (shops.there, shops.back)] == [Tally(), Tally()]


@given(words=st.lists(st.tuples(KEYS, VALUES), min_size=3, max_size=10), lag_s=st.integers(2, 30))
def test_a_target_that_lags_behind_is_never_taken_for_an_edit(words: Any, lag_s: int):
    shops = agreeing(Brake(times=10, lag=timedelta(minutes=5)))
    shops.shops["b"].lag = timedelta(seconds=lag_s)
    for key, value in words:
        edit(shops, "a", key, NOTE, value)
        shops.sync(shops.there)
        shops.clock.sleep(lag_s / 3)
    shops.clock.sleep(60)
    shops.sync(shops.there)
    event(f"near misses: {bool(shops.run(shops.there, load_tally).near_misses)}")
    notes = {name: {key: row["note"] for key, row in shop.rows.items()} for name, shop in shops.shops.items()}
    assert notes["a"] == notes["b"]


@given(rounds=ROUNDS, times=st.integers(1, 6), turned=st.sampled_from(["a", "b", "ab", ""]))
def test_with_rules_that_disagree_the_writes_come_to_an_end(rounds: Any, times: int, turned: str):
    limits = Limits(brake=Brake(times=times), first_contact=FirstContact.OVERWRITE)
    ways = [
        Way(
            source=source,
            target=target,
            rules={name: owned_by(source) for name in FIELDS},
            turn=swapped if source in turned else as_it_is,
            limits=limits,
        )
        for source, target in (("a", "b"), ("b", "a"))
    ]
    shops = TwoShops(*ways)
    shops.shops["a"].rows["1"] = {"name": "Ash"}
    for edits, what in rounds:
        for one in edits:
            edit(shops, *one)
        turn(shops, what)
    total, quiet = 0, 0
    while quiet < 2:
        written = shops.crossed()
        total, quiet = total + written, 0 if written else quiet + 1
        assert total < 200, "the writes do not come to an end"
    event(f"braked: {any(shops.run(way, load_tally).brakes for way in ways)}")
    for way in ways:
        for known in shops.run(way, _echoes):
            for made in known.writes.values():
                assert len(made) <= times + len({one.value for one in made})


def _echoes(job: Any) -> Flow[list[Echo]]:
    bodies = yield from scan_bodies(job.scope, "echo")
    return [echo_of(body) for key, body in bodies.items() if key != TALLY]


WRITES = st.lists(
    st.tuples(st.sampled_from([NAME, NOTE]), VALUES, st.integers(0, 300)), min_size=4, max_size=30
)


def noted(writes: Any) -> tuple[Echo, int]:
    """What is remembered of these writes, each some seconds after the one before; and the last second."""
    known, at = Echo(), 0
    for name, value, later in writes:
        at += later
        known = note(known, [_change(name, value)], EPOCH + timedelta(seconds=at), f"plan {at}")
    return known, at


def _change(name: AnyField, value: str) -> Change:
    return Change(field=name, before="", after=value, owner="a", rule="owner/a")


@given(writes=WRITES)
def test_what_is_remembered_is_bounded_in_order_and_survives_its_row(writes: Any):
    known, _ = noted(writes)
    for made in known.writes.values():
        assert 1 <= len(made) <= KEPT
        assert [one.at for one in made] == sorted(one.at for one in made)
    if writes:
        op: Any = echo_op("scope", "record", known)
        assert echo_of(json.loads(op.body)) == known


@given(
    writes=WRITES,
    shown=VALUES,
    name=st.sampled_from([NAME, NOTE]),
    later=st.integers(0, 4000),
    lag_s=st.integers(0, 100),
)
def test_only_a_value_of_ours_is_an_echo_and_the_latest_one_always(
    writes: Any, shown: str, name: AnyField, later: int, lag_s: int
):
    known, at = noted(writes)
    now = EPOCH + timedelta(seconds=at + later)
    heard = is_echo(known, ("", name), shown, now=now, lag=timedelta(seconds=lag_s))
    ours = [value for one, value, _ in writes if one == name][-KEPT:]
    if heard is None:
        assert not ours or ours[-1] != shown
    elif heard is Heard.LATEST:
        assert ours[-1] == shown
    else:
        assert shown in ours[:-1]
        assert ours[-1] != shown
        assert now - known.of(("", name))[-1].at <= timedelta(seconds=lag_s)


@given(
    writes=WRITES,
    after=VALUES,
    name=st.sampled_from([NAME, NOTE]),
    times=st.integers(1, 3),
    within_s=st.integers(1, 20_000),
)
def test_a_brake_holds_until_the_instant_it_names_and_no_longer(
    writes: Any, after: str, name: AnyField, times: int, within_s: int
):
    known, at = noted(writes)
    rule = Brake(times=times, within=timedelta(seconds=within_s))
    now = EPOCH + timedelta(seconds=at)
    change = _change(name, after)
    found = braked(known, change, now, rule)
    event(f"braked: {found is not None}")
    recent = [one for one in known.of(("", name)) if one.at > now - rule.within]
    back = len(recent) + 1 - len({value_hash(after), *(one.value for one in recent)})
    assert (found is not None) == (back > times and value_hash(after) in {one.value for one in recent})
    if found is not None:
        assert now < found.until <= now + rule.within
        assert braked(known, change, found.until - timedelta(microseconds=1), rule) is not None
        assert braked(known, change, found.until, rule) is None


def test_a_tenth_of_the_examples_brake_and_a_tenth_hear_an_older_value():
    counts: Counter[str] = Counter()

    @seed(20261125)
    @settings(max_examples=300, database=None)
    @given(writes=WRITES, value=VALUES, name=st.sampled_from([NAME, NOTE]))
    def count(writes: Any, value: str, name: AnyField) -> None:
        known, at = noted(writes)
        now = EPOCH + timedelta(seconds=at)
        counts["all"] += 1
        counts["braked"] += (
            braked(known, _change(name, value), now, Brake(times=1, within=timedelta(days=1))) is not None
        )
        heard = is_echo(known, ("", name), value, now=now, lag=timedelta(days=1))
        counts["older"] += heard is Heard.OLDER

    count()
    assert counts["braked"] >= counts["all"] / 10
    assert counts["older"] >= counts["all"] / 10


@pytest.mark.parametrize("times", [0, 11])
def test_a_brake_that_could_not_be_kept_is_refused(times: int):
    with pytest.raises(MappingError, match="cannot be kept"):
        Brake(times=times)
