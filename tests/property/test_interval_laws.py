"""Closed intervals: what is done and what is left make up the whole, and nothing lies between them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from commerce_bridge.ports.intervals import Interval, Intervals

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def instant(tick: int) -> datetime:
    return START + timedelta(milliseconds=tick * 250)


ticks = st.integers(0, 40)
intervals = st.tuples(ticks, ticks).map(lambda pair: Interval(instant(min(pair)), instant(max(pair))))
sets = st.lists(intervals, max_size=6).map(lambda members: Intervals(tuple(members)))
HALVES = [START + timedelta(milliseconds=125 * half) for half in range(-1, 82)]
"""Every instant that can be an edge, and one between each two of them."""


@given(sets, intervals)
def test_what_is_done_and_what_is_left_make_up_the_whole(done: Intervals, whole: Interval) -> None:
    left = done.gaps(whole)
    for one in HALVES:
        assert (one in whole) <= (one in done or any(one in gap for gap in left))
        assert any(one in gap for gap in left) <= (one in whole)


@given(sets, intervals)
def test_a_gap_shares_its_edges_with_what_is_done_and_nothing_else(done: Intervals, whole: Interval) -> None:
    for gap in done.gaps(whole):
        inside = [one for one in HALVES if gap.low < one < gap.high]
        assert not any(one in done for one in inside)
        assert gap.low in done or gap.low == whole.low
        assert gap.high in done or gap.high == whole.high
        assert gap.length or (gap == whole and gap.low not in done)


@given(sets, intervals)
def test_nothing_is_left_once_what_is_left_is_marked(done: Intervals, whole: Interval) -> None:
    after = done.marked(*done.gaps(whole))
    assert after.gaps(whole) == ()
    assert all(one in after for one in HALVES if one in whole)


@given(sets, sets)
def test_a_union_holds_what_either_holds_as_few_intervals_apart(left: Intervals, right: Intervals) -> None:
    both = left | right
    assert both == right | left
    assert [one in both for one in HALVES] == [one in left or one in right for one in HALVES]
    assert all(one.high < other.low for one, other in pairwise(both.members))


@given(sets)
def test_a_set_reads_back_from_its_text(done: Intervals) -> None:
    assert Intervals.parse(str(done)) == done


@given(st.integers(0, 10**12), st.integers(0, 10**9), st.integers(1, 40))
def test_parts_of_an_interval_meet_at_their_edges_and_none_is_empty(
    low: int, length: int, parts: int
) -> None:
    begins = START + timedelta(microseconds=low)
    whole = Interval(begins, begins + timedelta(microseconds=length))
    found = whole.split(parts)
    assert (found[0].low, found[-1].high) == (whole.low, whole.high)
    assert all(one.high == other.low for one, other in pairwise(found))
    assert all(one.length for one in found) or found == (whole,)
    assert all(one.high.microsecond == 0 for one in found[:-1])
    assert len(found) <= parts
    fair = whole.length / parts
    assert all(abs(one.length - fair) <= timedelta(seconds=1) for one in found) or fair < timedelta(seconds=1)
