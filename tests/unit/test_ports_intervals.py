"""Closed intervals of instants, at their edges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from commerce_bridge.ports.intervals import Interval, Intervals


def at(seconds: float) -> datetime:
    return datetime(2026, 11, 2, 9, 0, tzinfo=UTC) + timedelta(seconds=seconds)


def between(low: float, high: float) -> Interval:
    return Interval(at(low), at(high))


def test_both_edges_belong_to_an_interval():
    assert at(0) in between(0, 10)
    assert at(10) in between(0, 10)
    assert at(10.000001) not in between(0, 10)


def test_intervals_that_share_an_edge_become_one_and_those_a_moment_apart_do_not():
    assert Intervals((between(5, 9), between(0, 5))).members == (between(0, 9),)
    assert len(Intervals((between(0, 5), between(5.000001, 9))).members) == 2
    assert Intervals((between(0, 9), between(2, 3))).members == (between(0, 9),)


def test_a_gap_takes_the_edges_of_its_neighbours_in():
    done = Intervals((between(0, 2), between(5, 6)))
    assert done.gaps(between(0, 10)) == (between(2, 5), between(6, 10))
    assert done.gaps(between(1, 5.5)) == (between(2, 5),)
    assert done.gaps(between(7, 8)) == (between(7, 8),)
    assert done.gaps(between(-1, 1)) == (between(-1, 0),)


def test_one_instant_is_left_until_it_is_marked():
    moment = between(3, 3)
    assert Intervals().gaps(moment) == (moment,)
    assert Intervals().marked(moment).gaps(moment) == ()
    assert Intervals((between(0, 3),)).gaps(moment) == ()
    assert Intervals((moment,)).gaps(between(3, 9)) == (between(3, 9),)


def test_parts_have_whole_seconds_inside():
    assert between(0.5, 10.5).split(2) == (between(0.5, 5), between(5, 10.5))
    assert between(0, 1).split(7) == (between(0, 1),)
    assert between(4, 4).split(3) == (between(4, 4),)


def test_an_interval_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="not before the first; swap the two"):
        between(2, 1)


@pytest.mark.parametrize(
    "text", ["x", "2026-11-02T09:00:00+00:00", "a/b", "2026-11-02T09:00:00/2026-11-02T10:00:00"]
)
def test_a_text_that_is_no_interval_is_refused(text: str):
    with pytest.raises(ValueError, match=r"expected two instants with a slash|no instants"):
        Intervals.parse(text)


def test_the_text_of_a_set_is_readable():
    text = "2026-11-02T09:00:00+00:00/2026-11-02T09:00:05+00:00 2026-11-02T09:00:07+00:00/2026-11-02T09:00:07+00:00"
    assert str(Intervals((between(7, 7), between(0, 5)))) == text
