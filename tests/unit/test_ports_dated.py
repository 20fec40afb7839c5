"""Cursors of sources that take a day and say no instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from commerce_bridge.domain.exchange import Observed, Page, Ref
from commerce_bridge.flow.primitives import run_pure
from commerce_bridge.ports.dated import DatedReader, DayBoundary, DayReach
from rigs.changing import START, Change, Consumer, Source, Version, seen

REACH = DayReach(zone=UTC, overlap_days=1, skew=timedelta(minutes=2))


@pytest.mark.parametrize(
    ("zone", "began", "day"),
    [
        (UTC, datetime(2026, 11, 3, 0, 2, tzinfo=UTC), date(2026, 11, 2)),
        (UTC, datetime(2026, 11, 3, 0, 1, 59, tzinfo=UTC), date(2026, 11, 1)),
        (ZoneInfo("Europe/London"), datetime(2026, 7, 3, 23, 30, tzinfo=UTC), date(2026, 7, 3)),
        (timezone(timedelta(hours=-11)), datetime(2026, 11, 3, 5, 0, tzinfo=UTC), date(2026, 11, 1)),
    ],
)
def test_the_next_read_asks_from_the_day_before_this_one_began(zone: timezone, began: datetime, day: date):
    assert DayReach(zone=zone, overlap_days=1, skew=timedelta(minutes=2)).since(began) == day


def test_the_day_is_that_of_the_beginning_however_long_the_read_takes():
    source = Source(size=1)
    source.commit(Change(1, "A"))
    source.commit(Change(2, "A"))
    consumer = Consumer(source=source, reader=DatedReader(source.ask_day, source.fetch, REACH))
    consumer.read()
    source.now += timedelta(days=3)
    page = consumer.read()
    assert DayBoundary.parse(page.resume or "").since == START.date() - timedelta(days=1)


def test_rows_that_a_read_does_not_meet_are_forgotten():
    began = START
    rows = [seen(Version(row=number, value="A", at=START)) for number in (1, 2, 3)]
    _, first = DayBoundary().turned(Page(items=tuple(rows)), began, REACH)
    assert len(first.shown.before) == 3
    items, second = first.turned(Page(items=(rows[1],)), began + timedelta(days=5), REACH)
    assert items == ()
    assert len(second.shown.before) == 1


def test_when_a_read_has_too_many_rows_the_next_one_repeats_them():
    source = Source(size=2)
    for number in range(5):
        source.commit(Change(number, "A"))
    reach = DayReach(overlap_days=1, most=4)
    consumer = Consumer(source=source, reader=DatedReader(source.ask_day, source.fetch, reach))
    consumer.finish()
    assert set(consumer.taken.values()) == {2}


def test_a_row_that_changed_is_news_again_when_it_changes_back():
    """However little is remembered: what it was before must not stand for what was handed out last."""
    few = DayReach(overlap_days=1, most=1)

    def page(*values: str, more: bool = False) -> Page[Observed[Version]]:
        rows = tuple(seen(Version(row=number, value=one, at=START)) for number, one in enumerate(values))
        return Page(items=rows, next="more" if more else None)

    _, known = DayBoundary().turned(page("A"), START, few)
    items, middle = known.turned(page("B", "A", more=True), START, few)
    assert [one.version for one in items] == ["B", "A"]
    assert middle.shown.now == {}
    assert [one.version for one in middle.turned(page("A"), START, few)[0]] == ["A"]


def test_cursors_without_marks_of_an_older_release_still_open():
    assert DayBoundary.parse('{"since": "2026-11-01"}') == DayBoundary(since=date(2026, 11, 1))
    middle = DayBoundary.parse('{"began": "2026-11-02T09:00:00+00:00", "after": 12}')
    assert middle.began == datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    assert middle.place is None  # it begins again, and settles no more than that read would have


@pytest.mark.parametrize("text", ["", "180", "[]", "{}", '{"after":12}', '{"since":"soon"}', '{"shown":3}'])
def test_a_cursor_of_somebody_else_is_refused_in_plain_words(text: str):
    with pytest.raises(ValueError, match="expected one that a read of changes by days gave"):
        DayBoundary.parse(text)


def test_a_reach_of_days_is_never_negative():
    with pytest.raises(ValueError, match="overlap_days"):
        DayReach(overlap_days=-1)
    with pytest.raises(ValueError, match="skew"):
        DayReach(skew=timedelta(seconds=-1))


def test_fetch_is_passed_through():
    source = Source()
    source.commit(Change(7, "A"))
    found = run_pure(DatedReader(source.ask_day, source.fetch).fetch([Ref("shop", "product", "7")]))
    assert [one.value.row for one in found] == [7]
