"""Cursors of sources that say when a record changed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from attrs import evolve

from commerce_bridge.domain.exchange import Glimpse, Page, Ref
from commerce_bridge.flow.primitives import run_pure
from commerce_bridge.ports.boundary import Boundary, BoundaryReader, Reach
from commerce_bridge.ports.shown import Shown, Stamped
from commerce_bridge.testing.play import play
from rigs.changing import START, Change, Consumer, Source, Version, seen

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
REACH = Reach(overlap=timedelta(seconds=60), skew=timedelta(seconds=30))


def row(number: int, at: datetime | None = NOON, value: str = "A") -> Stamped[Version]:
    return Stamped(sighting=seen(Version(row=number, value=value, at=at or NOON)), at=at)


def numbers(items: object) -> list[int]:
    assert isinstance(items, tuple)
    return [one.look().value.row for one in items]


def test_the_first_read_settles_at_the_newest_row_when_that_is_old():
    _, after = Boundary().turned(
        Page(items=(row(1, NOON - timedelta(days=2)), row(2))), NOON + timedelta(days=1), REACH
    )
    assert after.settled == NOON
    assert after.began is None
    assert after.place is None


def test_a_read_settles_nothing_from_after_it_began_less_the_skew():
    _, after = Boundary().turned(Page(items=(row(1, NOON + timedelta(seconds=20)),)), NOON, REACH)
    assert after.settled == NOON - timedelta(seconds=30)


def test_a_read_without_rows_leaves_the_boundary_where_it_is():
    before = Boundary(settled=NOON)
    assert before.turned(Page(items=()), NOON + timedelta(days=1), REACH)[1] == before
    assert Boundary().turned(Page(items=()), NOON, REACH)[1] == Boundary()


def test_asking_again_begins_at_a_whole_second_before_the_overlap():
    assert REACH.since(NOON + timedelta(milliseconds=900)) == NOON - timedelta(seconds=60)
    assert REACH.since(None) is None


def test_nothing_is_before_the_first_instant_of_all():
    earliest = datetime.min.replace(tzinfo=UTC)
    assert REACH.since(earliest) == earliest
    assert REACH.settles(earliest + timedelta(seconds=29)) == earliest


@pytest.mark.parametrize("name", ["overlap", "skew"])
def test_a_reach_is_never_negative(name: str):
    with pytest.raises(ValueError, match=name):
        Reach(**{name: timedelta(seconds=-1)})
    with pytest.raises(ValueError, match="most"):
        Reach(most=-1)


def test_a_known_row_is_left_out_and_one_with_another_version_or_instant_is_not():
    _, known = Boundary().turned(Page(items=(row(1), row(2), row(3))), NOON, evolve(REACH, skew=timedelta(0)))
    page = Page(items=(row(1), row(2, value="B"), row(3, NOON + timedelta(seconds=1)), row(4)))
    items, _ = known.turned(page, NOON + timedelta(hours=1), REACH)
    assert numbers(items) == [2, 3, 4]


def test_a_row_that_one_read_meets_twice_is_handed_out_once():
    items, _ = Boundary().turned(Page(items=(row(1), row(2), row(1))), NOON, REACH)
    assert numbers(items) == [1, 2]


def test_a_row_without_an_instant_is_handed_out_and_settles_nothing():
    items, after = Boundary().turned(Page(items=(row(1, None),)), NOON, REACH)
    assert numbers(items) == [1]
    assert after == Boundary()


def test_a_glimpse_is_known_by_its_name_and_version_without_being_read():
    def never(body: bytes):
        raise AssertionError("nobody may look")

    glimpse = Glimpse("shop:product:1", "v1", b"{}", never)
    _, known = Boundary().turned(Page(items=(Stamped(sighting=glimpse, at=NOON),)), NOON, REACH)
    items, _ = known.turned(Page(items=(Stamped(sighting=glimpse, at=NOON),)), NOON, REACH)
    assert items == ()


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="expected one with a zone"):
        row(1, datetime(2026, 11, 2, 12, 0))


def test_the_text_is_the_same_in_whatever_zone_an_instant_was_written():
    east = NOON.astimezone(timezone(timedelta(hours=5)))
    texts = {Boundary().turned(Page(items=(row(1, at),)), NOON, REACH)[1].text() for at in (NOON, east)}
    assert len(texts) == 1


def test_the_text_is_stable_json_with_instants_that_people_can_read():
    _, after = Boundary().turned(Page(items=(row(2), row(1)), next="after 2"), NOON, REACH)
    said = json.loads(after.text())
    assert said["began"] == said["newest"] == "2026-11-02T12:00:00+00:00"
    assert said["place"] == "after 2"
    assert list(said["shown"]["now"]) == ["2026-11-02T12:00:00+00:00"]
    assert len(said["shown"]["now"]["2026-11-02T12:00:00+00:00"]) == 2
    other = Boundary().turned(Page(items=(row(1), row(2)), next="after 2"), NOON, REACH)[1]
    assert other.text() == after.text()


@pytest.mark.parametrize(
    "text", ["", "180", "[]", "{}", '"text"', '{"shown":{"before":[1]}}', '{"shown":{},"settled":"soon"}']
)
def test_a_cursor_of_somebody_else_is_refused_in_plain_words(text: str):
    with pytest.raises(ValueError, match="expected one that a read of changes gave"):
        Boundary.parse(text)


@pytest.mark.parametrize("most", [2, 3])
def test_only_the_newest_instants_are_remembered_when_there_are_too_many_rows(most: int):
    rows = (row(1), row(2), row(3, NOON + timedelta(seconds=1)), row(4, NOON + timedelta(seconds=2)))
    few = evolve(REACH, most=most)
    _, after = Boundary().turned(Page(items=rows), NOON, few)
    assert {at for at, _ in after.shown.before.values()} == {
        NOON + timedelta(seconds=1),
        NOON + timedelta(seconds=2),
    }
    again, _ = after.turned(Page(items=rows), NOON, few)
    assert numbers(again) == [1, 2]


def test_in_the_middle_of_a_read_the_rows_known_before_stay_known():
    """They may be met on any later page, however far the newest row of this read is ahead of them."""
    known = Boundary().turned(Page(items=(row(1), row(2))), NOON, REACH)[1]
    later = NOON + timedelta(hours=5)
    items, middle = known.turned(Page(items=(row(9, later),), next="x"), later + timedelta(hours=1), REACH)
    assert numbers(items) == [9]
    items, ended = middle.turned(Page(items=(row(1), row(2))), later + timedelta(hours=1), REACH)
    assert items == ()
    assert len(ended.shown.before) == 1


def test_in_the_middle_of_a_read_rows_that_will_not_be_met_again_are_forgotten():
    later = NOON + timedelta(hours=5)
    page = Page(items=(row(1), row(2), row(9, later)), next="x")
    _, middle = Boundary().turned(page, later + timedelta(hours=1), REACH)
    assert [at for at, _ in middle.shown.now.values()] == [later]


def test_the_boundary_stays_where_it_is_when_only_rows_of_the_overlap_are_met():
    page = Page(items=(row(1, NOON - timedelta(seconds=45)),))
    _, after = Boundary(settled=NOON).turned(page, NOON + timedelta(hours=1), REACH)
    assert after.settled == NOON


def test_the_newest_row_of_an_earlier_page_counts():
    later = NOON + timedelta(hours=5)
    _, middle = Boundary().turned(Page(items=(row(9, later),), next="x"), later + timedelta(hours=1), REACH)
    _, ended = middle.turned(Page(items=(row(10),)), later + timedelta(hours=1), REACH)
    assert ended.settled == later


def test_the_source_is_asked_from_the_overlap_at_each_page_and_remarks_pass_through():
    source = Source(size=1)
    for number in range(3):
        source.commit(Change(number, "A", 10.0 * number))
    consumer = Consumer(source=source, reader=BoundaryReader(source.ask_since, source.fetch, REACH))
    consumer.finish()
    settled = START - timedelta(seconds=30)
    assert [since for since, _, _ in source.asked] == [None] * 3 + [REACH.since(settled)] * 3
    assert [place for _, _, place in source.asked] == [None, "[0]", "[1]"] * 2

    def ask(since: datetime | None, place: str | None):
        yield from ()
        return Page[Stamped[Version]](items=(), remarks=("It breaks off.",))

    page = play(BoundaryReader(ask, source.fetch).changes(None)).result
    assert page.remarks == ("It breaks off.",)
    assert page.next is None
    assert page.resume == '{"shown":{}}'


def at_the_very_edge(reach: Reach, later_by: timedelta = timedelta(0)) -> Consumer:
    """A row committed when the read had begun, as late as allowed, by a clock that lags as far as allowed."""
    source = Source(size=1, lead_s=-30.0, now=NOON)
    source.commit(Change(1, "A", 0.0))
    source.commit(Change(2, "A", 0.0))

    def ask(since: datetime | None, place: str | None):
        return source.ask_since(since + later_by if since else None, place)

    consumer = Consumer(source=source, reader=BoundaryReader(ask, source.fetch, reach))
    consumer.read()
    assert source.commit(Change(1, "B", 60.0)).at == NOON - timedelta(seconds=90)
    source.now += timedelta(seconds=300)
    source.commit(Change(2, "B"))
    return consumer.finish()


def test_a_row_at_the_very_edge_of_the_reach_is_found():
    at_the_very_edge(REACH).check_nothing_lost()


@pytest.mark.parametrize(
    ("reach", "later_by"),
    [
        (evolve(REACH, overlap=timedelta(seconds=59)), timedelta(0)),
        (evolve(REACH, skew=timedelta(seconds=29)), timedelta(0)),
        (REACH, timedelta(microseconds=1)),
    ],
)
def test_a_reach_that_is_any_shorter_loses_it(reach: Reach, later_by: timedelta):
    with pytest.raises(AssertionError):
        at_the_very_edge(reach, later_by).check_nothing_lost()


def test_fetch_is_passed_through():
    source = Source()
    source.commit(Change(7, "A"))
    reader = BoundaryReader(source.ask_since, source.fetch)
    found = run_pure(reader.fetch([Ref("shop", "product", "7"), Ref("shop", "product", "8")]))
    assert [one.value.row for one in found] == [7]


def test_what_was_shown_reads_back():
    _, shown = Shown().sift([row(1), row(2, None), row(3, NOON + timedelta(microseconds=5))])
    assert Shown.of(json.loads(json.dumps(shown.body()))) == shown
