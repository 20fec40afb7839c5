"""A long history, read several pieces at a time, and then changes as they come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from commerce_bridge.domain.exchange import Page, Ref
from commerce_bridge.errors import BridgeError, ServerFault, TimedOut
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow, Gather
from commerce_bridge.ports.backfill import Backfill, BackfillReader, Piece
from commerce_bridge.ports.boundary import Boundary, Reach
from commerce_bridge.ports.intervals import Interval
from commerce_bridge.ports.shown import Stamped
from commerce_bridge.testing.play import play
from rigs.changing import START, Change, Consumer, Source, Version

REACH = Reach(overlap=timedelta(seconds=60), skew=timedelta(seconds=30))
NOW = START.replace(microsecond=0)
OLDEST = NOW - timedelta(seconds=150)


def filled(ages: Iterable[float], size: int = 2) -> Source:
    """A source with one row of each age in seconds."""
    source = Source(size=size, now=NOW)
    for number, age in enumerate(ages):
        source.commit(Change(number, "A", age))
    return source


def reader(source: Source, *, limit: int = 2, pieces: int = 4) -> BackfillReader[Version]:
    return BackfillReader(source.ask, source.fetch, oldest=OLDEST, reach=REACH, limit=limit, pieces=pieces)


def consumed(source: Source, **settings: int) -> Consumer:
    return Consumer(source=source, reader=reader(source, **settings))


def test_several_pieces_are_read_side_by_side_and_a_page_holds_the_next_page_of_each():
    source = filled(range(30, 151, 10))
    trace = play(reader(source, limit=3).changes(None), start=NOW)
    gathers = [one.effect for one in trace.played if isinstance(one.effect, Gather)]
    assert [(len(one.flows), one.limit) for one in gathers] == [(3, 3)]
    assert [place for _, _, place in source.asked] == [None] * 3
    assert len(trace.result.items) == 6


def test_a_row_at_the_edge_of_two_pieces_is_handed_out_once_in_whatever_order_they_are_read():
    ages = [30, 60, 60, 90, 90, 120, 150]
    for limit in (1, 2, 3, 4):
        for size in (1, 2, 9):
            consumer = consumed(filled(ages, size), limit=limit).finish()
            assert set(consumer.taken.values()) == {1}
            consumer.check_nothing_lost()


def test_pieces_meet_at_their_edges_so_that_a_source_with_an_open_end_loses_nothing():
    source = filled([30, 60, 90, 120, 150])

    def open_ended(since: datetime | None, until: datetime | None, place: str | None):
        return source.ask(since, until - timedelta(microseconds=1) if until else None, place)

    wrapped = BackfillReader(open_ended, source.fetch, oldest=OLDEST, reach=REACH, limit=2, pieces=4)
    consumer = Consumer(source=source, reader=wrapped).finish()
    consumer.check_nothing_lost()


def test_rows_older_than_the_oldest_are_read_too():
    consumer = consumed(filled([10, 100, 5000, 900_000])).finish()
    consumer.check_nothing_lost()


def test_a_history_that_begins_after_now_is_one_instant_long_and_loses_nothing():
    source = filled([10, 100])
    late = BackfillReader(source.ask, source.fetch, oldest=NOW + timedelta(days=9), reach=REACH)
    Consumer(source=source, reader=late).finish().check_nothing_lost()


def test_what_changed_during_the_backfill_ends_the_same_read():
    source = filled([40, 70, 100, 130], size=1)
    consumer = consumed(source, limit=1, pieces=2)
    consumer.read()
    source.now += timedelta(seconds=100)
    source.commit(Change(0, "B"))
    pages = [consumer.read()]
    while pages[-1].next is not None:
        assert pages[-1].resume is None
        pages.append(consumer.read())
    consumer.check_nothing_lost()
    assert pages[-1].resume is not None
    assert Boundary.parse(pages[-1].resume).settled == source.now - timedelta(seconds=30)


def test_after_a_crash_a_backfill_goes_on_with_what_is_left():
    source = filled(range(0, 150, 7), size=2)
    consumer = consumed(source)
    consumer.read()
    consumer.read()
    done = Backfill.parse(consumer.cursor or "")
    assert done is not None
    asked = len(source.asked)
    resumed = Consumer(source=source, reader=reader(source), cursor=consumer.cursor, holds=consumer.holds)
    resumed.finish()
    resumed.check_nothing_lost()
    again = {(since, place) for since, _, place in source.asked[:asked]}
    assert not again & {(since, place) for since, until, place in source.asked[asked:] if until}


def under_way(consumer: Consumer) -> tuple[Piece, ...]:
    here = Backfill.parse(consumer.cursor or "")
    assert here is not None
    return here.under_way


class Flaky:
    """A source of which the stretches that begin at some instants fail."""

    def __init__(self, source: Source, error: BridgeError, fails: set[datetime | None] | None) -> None:
        self.source, self.error, self.fails = source, error, fails

    def ask(
        self, since: datetime | None, until: datetime | None, place: str | None
    ) -> Flow[Page[Stamped[Version]]]:
        if until is not None and (self.fails is None or since in self.fails):
            yield from flow.now()
            raise self.error
        return (yield from self.source.ask(since, until, place))


def test_a_piece_that_fails_is_asked_again_and_the_others_go_on():
    source = filled(range(30, 151, 10))
    flaky = Flaky(source, TimedOut("No answer in 30 s."), {None})
    consumer = Consumer(
        source=source,
        reader=BackfillReader(flaky.ask, source.fetch, oldest=OLDEST, reach=REACH, limit=2, pieces=4),
    )
    consumer.read()
    here = Backfill.parse(consumer.cursor or "")
    assert here is not None
    assert here.left[0].low == OLDEST
    flaky.fails = set()
    consumer.finish()
    consumer.check_nothing_lost()
    consumer.check_nothing_doubled()


def test_a_piece_that_fails_in_its_middle_goes_on_where_it_was():
    source = filled(range(30, 151, 10), size=1)
    flaky = Flaky(source, TimedOut("No answer in 30 s."), set())
    consumer = Consumer(
        source=source,
        reader=BackfillReader(flaky.ask, source.fetch, oldest=OLDEST, reach=REACH, limit=2, pieces=4),
    )
    consumer.read()
    consumer.read()
    before = {one.interval: one.place for one in under_way(consumer)}
    flaky.fails = {None}
    consumer.read()
    assert under_way(consumer)[0].interval.low == OLDEST
    assert under_way(consumer)[0].place == before[under_way(consumer)[0].interval] is not None
    flaky.fails = set()
    consumer.finish()
    consumer.check_nothing_lost()
    consumer.check_nothing_doubled()


def test_pieces_under_way_beyond_a_lower_limit_go_on_where_they_were():
    source = filled(range(30, 151, 10), size=1)
    consumer = consumed(source, limit=3)
    consumer.read()
    consumer.read()
    before = under_way(consumer)
    assert len(before) == 3
    consumer.reader = reader(source, limit=1)
    consumer.read()
    assert set(before[1:]) <= set(under_way(consumer))
    consumer.finish()
    consumer.check_nothing_lost()
    consumer.check_nothing_doubled()


def test_the_history_ends_where_the_read_began_less_the_skew():
    source = filled([0, 100])
    consumer = consumed(source)
    consumer.read()
    here = Backfill.parse(consumer.cursor or "")
    assert here is not None
    assert here.span == Interval(OLDEST, NOW - timedelta(seconds=30))


def test_a_source_that_is_slower_than_it_should_be_loses_nothing_while_it_is_quiet():
    source = Source(size=1, now=NOW, lead_s=-600.0)
    source.commit(Change(1, "A", 5))
    source.commit(Change(2, "A", 7))
    consumer = consumed(source, limit=1, pieces=2)
    while (page := consumer.read()).next is not None and Backfill.parse(page.next):
        continue
    source.commit(Change(1, "B"))
    consumer.finish()
    consumer.check_nothing_lost()


def test_an_error_is_raised_once_nothing_beside_it_can_be_read():
    source = filled(range(30, 151, 10), size=9)
    flaky = Flaky(source, ServerFault("It is broken.", platform="shop", operation="list", status=500), {None})
    consumer = Consumer(
        source=source,
        reader=BackfillReader(flaky.ask, source.fetch, oldest=OLDEST, reach=REACH, limit=2, pieces=4),
    )
    with pytest.raises(ServerFault, match="It is broken"):
        consumer.to_the_end()
    here = Backfill.parse(consumer.cursor or "")
    assert here is not None
    assert len(here.left) == 1
    assert len(consumer.holds) > 6


def test_a_backfill_reads_back_from_its_text_and_tells_other_cursors_from_its_own():
    source = filled(range(0, 150, 7), size=1)
    consumer = consumed(source)
    consumer.read()
    here = Backfill.parse(consumer.cursor or "")
    assert here is not None
    assert here.under_way
    assert here.text() == consumer.cursor
    assert Backfill.parse(Boundary(settled=NOW, place='{"span": 1}').text()) is None


@pytest.mark.parametrize("text", ["", "180", "text", '{"span":"x"}', '{"span":3,"done":""}'])
def test_a_damaged_cursor_is_refused_in_plain_words(text: str):
    with pytest.raises(ValueError, match="expected one that a backfill gave"):
        Backfill.parse(text)


def test_nothing_upcoming_when_nothing_is_left():
    span = Interval(OLDEST, NOW)
    here = Backfill(span=span)
    assert evolve(here, done=here.done.marked(span)).upcoming(3, 12) == ()


@pytest.mark.parametrize("settings", [{"limit": 0}, {"pieces": 0}])
def test_fewer_than_one_piece_is_refused(settings: dict[str, Any]):
    source = Source()
    with pytest.raises(ValueError, match="expected 1 or more of each"):
        BackfillReader(source.ask, source.fetch, oldest=OLDEST, **settings)


def test_fetch_is_passed_through():
    source = filled([5])
    found = flow.run_pure(reader(source).fetch([Ref("shop", "product", "0")]))
    assert [one.value.row for one in found] == [0]
