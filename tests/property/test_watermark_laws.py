"""No row at the watermark is lost, and none is handed out twice without a crash.

A source is changed while it is read: rows tied at one instant, rows committed late, clocks apart, pages of any
size in either order, a reader that dies with any page in its hands.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import Phase, event, given, settings
from hypothesis import strategies as st

from commerce_bridge.domain.exchange import Cursor, Observed, Page, Ref
from commerce_bridge.flow.effects import Flow
from commerce_bridge.ports.backfill import Backfill, BackfillReader
from commerce_bridge.ports.boundary import Boundary, BoundaryReader, Reach
from commerce_bridge.ports.dated import DatedReader, DayBoundary, DayReach
from commerce_bridge.ports.shown import Shown, Stamped
from rigs.changing import START, Change, Consumer, MakeReader, Source, Turn, Version

OVERLAP_S, SKEW_S = 60, 30
REACH = Reach(overlap=timedelta(seconds=OVERLAP_S), skew=timedelta(seconds=SKEW_S))
MARKS: Callable[[Stamped[Version]], tuple[str, str]] = Stamped.marks.fget  # type: ignore[attr-defined]
OLDEST = START - timedelta(seconds=150)


def by_instants(source: Source) -> BoundaryReader[Version]:
    return BoundaryReader(source.ask_since, source.fetch, REACH)


def by_pieces(source: Source) -> BackfillReader[Version]:
    return BackfillReader(source.ask, source.fetch, oldest=OLDEST, reach=REACH, limit=2, pieces=5)


READERS = pytest.mark.parametrize("make", [by_instants, by_pieces])


def edges(most: float) -> st.SearchStrategy[float]:
    """Seconds from 0 to a bound, in quarters, the bounds often."""
    return st.sampled_from([0.0, most]) | st.integers(0, int(most * 4)).map(lambda quarters: quarters / 4)


@st.composite
def worlds(draw: st.DrawFn, *, waits: float = 45.0) -> tuple[Source, list[Turn]]:
    coarse = draw(st.booleans())
    late = OVERLAP_S - 1 if coarse else OVERLAP_S
    source = Source(
        lead_s=draw(edges(SKEW_S)) * draw(st.sampled_from([1, -1])),
        coarse=coarse,
        by_instant=draw(st.booleans()),
        size=draw(st.integers(1, 4)),
    )
    value = st.sampled_from("AB")
    for row, at in enumerate(
        draw(st.lists(st.sampled_from([0, 1, 59, 60, 61, 90, 91, 150, 900]), max_size=8))
    ):
        source.commit(Change(row, draw(value), at))
    change = st.builds(Change, st.integers(0, 9), value, edges(late))
    turn = st.builds(
        Turn,
        edges(waits),
        st.lists(change, max_size=3).map(tuple),
        st.integers(0, 3).map(lambda number: number == 0),
    )
    return source, draw(st.lists(turn, min_size=1, max_size=12))


def calm(turns: list[Turn]) -> list[Turn]:
    return [evolve(turn, crash=False) for turn in turns]


def reported(consumer: Consumer) -> Consumer:
    for what, count in consumer.counts.items():
        if count:
            event(what)
    return consumer


def nothing_is_lost(make: MakeReader, source: Source, turns: list[Turn]) -> Consumer:
    consumer = reported(Consumer(source=source, reader=make(source)).play(turns)).finish()
    consumer.check_nothing_lost()
    return consumer


@READERS
@given(world=worlds())
def test_no_row_is_ever_lost_and_a_crash_repeats_one_page_at_most(
    make: MakeReader, world: tuple[Source, list[Turn]]
) -> None:
    nothing_is_lost(make, *world).check_nothing_doubled()


@READERS
@given(world=worlds())
def test_without_crashes_nothing_is_handed_out_twice(
    make: MakeReader, world: tuple[Source, list[Turn]]
) -> None:
    source, turns = world
    consumer = nothing_is_lost(make, source, calm(turns))
    assert set(consumer.taken.values()) <= {1}
    taken = consumer.taken.total()
    consumer.finish()
    assert consumer.taken.total() == taken


@READERS
@given(world=worlds())
def test_a_complete_read_in_order_of_ids_shows_every_row_that_was_there_when_it_began(
    make: MakeReader, world: tuple[Source, list[Turn]]
) -> None:
    """So a row that it does not show is gone; rows changed during the read are no exception."""
    source, turns = world
    source.by_instant = False
    there = set(source.rows)
    consumer = Consumer(source=source, reader=make(source))
    shown: set[int] = set()
    for turn in calm(turns):
        page = consumer.read()
        shown.update(one.look().value.row for one in page.items)
        if page.next is None:
            break
        source.now += timedelta(seconds=turn.wait_s)
        for change in turn.changes:
            source.commit(change)
    else:
        shown |= consumer.to_the_end()
    assert there <= shown


def test_in_order_of_instants_a_complete_read_may_miss_a_row_that_is_there_and_the_next_read_finds_it() -> (
    None
):
    """Changed ahead of the reader's place and stamped late, it moves behind that place."""
    source = Source(by_instant=True, size=1)
    for row, age in ((1, 61.0), (2, 59.0), (3, 1.0)):
        source.commit(Change(row, "A", age))
    consumer = Consumer(source=source, reader=by_instants(source))
    consumer.read()
    consumer.read()
    source.commit(Change(3, "B", 60.0))
    consumer.to_the_end()
    assert set(consumer.holds) == {1, 2}
    consumer.finish()
    consumer.check_nothing_lost()


@READERS
@given(world=worlds(), most=st.integers(0, 3))
def test_a_reader_that_remembers_few_rows_repeats_some_and_loses_none(
    make: MakeReader, world: tuple[Source, list[Turn]], most: int
) -> None:
    source, turns = world
    reader = make(source)
    reach = evolve(REACH, most=most)
    few = (
        BackfillReader(source.ask, source.fetch, oldest=OLDEST, reach=reach, limit=3, pieces=4)
        if isinstance(reader, BackfillReader)
        else BoundaryReader(source.ask_since, source.fetch, reach)
    )
    consumer = nothing_is_lost(lambda _: few, source, turns)
    assert len(Boundary.parse(consumer.cursor or "").shown.before) <= most


@READERS
@given(world=worlds())
def test_every_cursor_reads_back_and_the_watermark_never_goes_back(
    make: MakeReader, world: tuple[Source, list[Turn]]
) -> None:
    source, turns = world
    consumer = Consumer(source=source, reader=make(source))
    settled: list[datetime] = []
    for turn in turns:
        consumer.play([turn])
        if consumer.cursor is None:
            continue
        history = Backfill.parse(consumer.cursor)
        here = history or Boundary.parse(consumer.cursor)
        assert here.text() == consumer.cursor
        settled.extend([here.settled] if here.settled else [])
    assert settled == sorted(settled)


@given(world=worlds())
def test_marks_are_kept_inside_the_overlap_only(world: tuple[Source, list[Turn]]) -> None:
    source, turns = world
    consumer = Consumer(source=source, reader=by_instants(source)).play(turns).finish()
    here = Boundary.parse(consumer.cursor or "")
    since = REACH.since(here.settled)
    assert all(at is not None and since is not None and at >= since for at, _ in here.shown.before.values())
    assert here.shown.now == {}


# --- days --------------------------------------------------------------------------------------------------

NEAR, FAR = ZoneInfo("Europe/London"), timezone(timedelta(hours=-11))


def by_days(source: Source, *, overlap_days: int = 1, most: int = 5000) -> DatedReader[Version]:
    reach = DayReach(zone=NEAR, overlap_days=overlap_days, skew=timedelta(seconds=SKEW_S), most=most)
    return DatedReader(source.ask_day, source.fetch, reach)


@st.composite
def dated_worlds(draw: st.DrawFn) -> tuple[Source, list[Turn]]:
    """Rows without instants: a source that counts days in our zone, or in one that we do not know."""
    source, turns = draw(worlds(waits=9 * 3600.0))
    zone = draw(st.sampled_from([NEAR, UTC, FAR, timezone(timedelta(hours=14))]))
    return Source(
        lead_s=source.lead_s,
        coarse=source.coarse,
        size=source.size,
        zone=zone,
        rows=source.rows,
        used=source.used,
    ), turns


@given(world=dated_worlds())
def test_no_row_of_a_source_of_days_is_lost_and_a_crash_repeats_one_page_at_most(
    world: tuple[Source, list[Turn]],
) -> None:
    """Every commit has a value of its own here: without instants, a way there and back around a crash is none."""
    source, turns = world
    numbered = [
        evolve(turn, changes=tuple(evolve(one, value=f"{place} {n}") for n, one in enumerate(turn.changes)))
        for place, turn in enumerate(turns)
    ]
    nothing_is_lost(by_days, source, numbered).check_nothing_doubled()


@given(world=dated_worlds())
def test_without_crashes_a_source_of_days_loses_nothing_though_values_come_back(
    world: tuple[Source, list[Turn]],
) -> None:
    source, turns = world
    consumer = Consumer(source=source, reader=by_days(source)).play(calm(turns)).finish()
    consumer.check_nothing_lost()
    taken = consumer.taken.total()
    consumer.finish()
    assert consumer.taken.total() == taken


@given(world=dated_worlds())
def test_with_the_zone_known_and_nothing_late_no_overlap_of_days_is_needed(
    world: tuple[Source, list[Turn]],
) -> None:
    source, turns = world
    source.zone = NEAR
    punctual = [
        evolve(
            turn,
            changes=tuple(Change(one.row, f"{place} {n}") for n, one in enumerate(turn.changes)),
        )
        for place, turn in enumerate(turns)
    ]
    nothing_is_lost(lambda source: by_days(source, overlap_days=0), source, punctual)


def few_days_remembered(source: Source) -> DatedReader[Version]:
    return by_days(source, most=1)


@given(world=dated_worlds())
def test_a_reader_of_days_that_remembers_few_rows_repeats_some_and_loses_none(
    world: tuple[Source, list[Turn]],
) -> None:
    source, turns = world
    consumer = nothing_is_lost(few_days_remembered, source, calm(turns))
    assert len(DayBoundary.parse(consumer.cursor or "").shown.before) <= 1


@given(world=dated_worlds())
def test_every_cursor_of_days_reads_back(world: tuple[Source, list[Turn]]) -> None:
    source, turns = world
    consumer = Consumer(source=source, reader=by_days(source))
    for turn in turns:
        consumer.play([turn])
        assert consumer.cursor is None or DayBoundary.parse(consumer.cursor).text() == consumer.cursor


# --- the laws bite -----------------------------------------------------------------------------------------


class GreaterReader:
    """What everybody writes first: rows *after* the last instant seen."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def changes(self, cursor: Cursor | None) -> Flow[Page[Observed[Version]]]:
        said = json.loads(cursor) if cursor else {}
        since = datetime.fromisoformat(said["since"]) if "since" in said else None
        after = since + timedelta(microseconds=1) if since else None
        page = yield from self._source.ask_since(after, said.get("place"))
        newest = max([row.at.isoformat() for row in page.items if row.at] + [said.get("newest", "")])
        items = tuple(row.sighting.look() for row in page.items)
        if page.next:
            return Page(items=items, next=json.dumps(said | {"newest": newest, "place": page.next}))
        return Page(items=items, resume=json.dumps({"since": newest or START.min.isoformat() + "+00:00"}))

    def fetch(self, refs: tuple[Ref, ...]) -> Flow[tuple[Observed[Version], ...]]:
        return self._source.fetch(refs)


def without_overlap(source: Source) -> BoundaryReader[Version]:
    return BoundaryReader(source.ask_since, source.fetch, evolve(REACH, overlap=timedelta(0)))


def at_least(examples: int) -> int:
    return max(settings().max_examples, examples)


def caught(
    make: MakeReader,
    tried: st.SearchStrategy[tuple[Source, list[Turn]]] | None = None,
    law: Callable[[MakeReader, Source, list[Turn]], object] = nothing_is_lost,
) -> None:
    """The law fails for this reader."""

    @settings(max_examples=at_least(3000), phases=[Phase.generate], report_multiple_bugs=False, database=None)
    @given(world=worlds() if tried is None else tried)
    def holds(world: tuple[Source, list[Turn]]) -> None:
        law(make, *world)

    with pytest.raises(AssertionError):
        holds()


@pytest.mark.parametrize("make", [GreaterReader, without_overlap])
def test_the_law_catches_a_reader_that_reaches_less_far_back(make: MakeReader) -> None:
    caught(make)


def settles_at_the_newest(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Boundary, "_settled", lambda self, newest, began, reach: newest or self.settled)


def settles_at_the_end_of_the_read(patch: pytest.MonkeyPatch) -> None:
    text = Boundary.text
    patch.setattr(Boundary, "text", lambda self: text(evolve(self, began=None)))


def knows_rows_by_name_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Stamped, "marks", property(lambda self: (MARKS(self)[0], "x" * 12)))


def forgets_the_instant_of_a_version(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Stamped, "marks", property(lambda self: MARKS(evolve(self, at=None))))


@pytest.mark.parametrize(
    "breaks",
    [
        settles_at_the_newest,
        settles_at_the_end_of_the_read,
        knows_rows_by_name_alone,
        forgets_the_instant_of_a_version,
    ],
)
def test_the_law_catches_a_boundary_that_settles_too_much(
    breaks: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch)
    caught(by_instants)


def test_the_law_catches_days_without_an_overlap_where_the_zone_is_not_known() -> None:
    caught(lambda source: by_days(source, overlap_days=0), dated_worlds())


def test_the_law_of_doubles_catches_pieces_that_forget_the_rows_at_their_edges(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Shown, "kept", lambda self, keep, most: Shown())

    caught(
        by_pieces,
        law=lambda make, source, turns: nothing_is_lost(make, source, turns).check_nothing_doubled(),
    )


def test_the_worlds_hold_what_they_are_meant_to_try() -> None:
    """Of the worlds generated, at least one in ten has each of the troubles."""
    counts: Counter[str] = Counter()

    @settings(max_examples=at_least(300), derandomize=True, database=None)
    @given(world=worlds())
    def count(world: tuple[Source, list[Turn]]) -> None:
        source, turns = world
        consumer = Consumer(source=source, reader=by_instants(source)).play(turns)
        counts.update(what for what, number in consumer.counts.items() if number)
        counts["worlds"] += 1

    count()
    shares = {what: number / counts["worlds"] for what, number in counts.items()}
    wanted = {"late", "changed in the middle of a read", "crash", "tie", "clocks apart"}
    assert {what for what in wanted if shares.get(what, 0) < 0.1} == set(), shares
