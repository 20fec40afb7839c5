"""A source that changes while it is read, and somebody who reads it, dies now and then, and goes on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from attrs import define, field, frozen

from commerce_bridge.domain.exchange import Cursor, Observed, Page, Ref
from commerce_bridge.flow.effects import Flow
from commerce_bridge.ports.reader import Reader
from commerce_bridge.ports.shown import Stamped
from commerce_bridge.testing.play import play

START = datetime(2026, 11, 2, 22, 0, 0, 250_000, tzinfo=UTC)
"""Two hours before a midnight in UTC, and not on a whole second."""


@frozen
class Change:
    """One row is committed with a value; its instant is some seconds older than the commit."""

    row: int
    value: str
    late_s: float = 0.0


@frozen
class Turn:
    """What happens between two pages, and whether the reader dies with the page in its hands."""

    wait_s: float = 0.0
    changes: tuple[Change, ...] = ()
    crash: bool = False


@frozen(kw_only=True)
class Version:
    """One row as it stood: what is handed out."""

    row: int
    value: str
    at: datetime


@define(kw_only=True)
class Source:
    """Rows with ids, values and instants.

    Args:
        lead_s: Seconds by which its clock is ahead of ours.
        coarse: Whether it writes whole seconds, rounded down.
        by_instant: Whether its pages are in the order of instants, else of ids.
        size: Rows on a page.
        zone: The zone in which it counts days.
    """

    lead_s: float = 0.0
    coarse: bool = False
    by_instant: bool = False
    size: int = 3
    zone: tzinfo = UTC
    now: datetime = START
    rows: dict[int, Version] = field(factory=dict[int, Version])
    used: set[Version] = field(factory=set[Version])
    asked: list[tuple[Any, Any, str | None]] = field(factory=list)  # type: ignore[var-annotated]

    def commit(self, change: Change) -> Version:
        """A row never has a value again at the very instant at which it had it before: nobody could tell."""
        at = self.now + timedelta(seconds=self.lead_s - change.late_s)
        if self.coarse:
            at = at.replace(microsecond=0)
        version = Version(row=change.row, value=change.value, at=at)
        while version in self.used:
            version = Version(row=change.row, value=version.value + "'", at=at)
        self.used.add(version)
        self.rows[change.row] = version
        return version

    def ask(
        self, since: datetime | None, until: datetime | None, place: str | None
    ) -> Flow[Page[Stamped[Version]]]:
        """One page between two instants, both included; the place is the key of the last row before it."""
        yield from ()
        self.asked.append((since, until, place))
        rows = [row for row in self.rows.values() if since is None or row.at >= since]
        page = self._page([row for row in rows if until is None or row.at <= until], place)
        return Page(items=tuple(Stamped(sighting=seen(row), at=row.at) for row in page.items), next=page.next)

    def ask_since(self, since: datetime | None, place: str | None) -> Flow[Page[Stamped[Version]]]:
        return self.ask(since, None, place)

    def ask_day(self, since: date | None, place: str | None) -> Flow[Page[Observed[Version]]]:
        """One page of the rows changed on a day or later, in the source's zone."""
        yield from ()
        self.asked.append((since, None, place))
        rows = [
            row for row in self.rows.values() if since is None or row.at.astimezone(self.zone).date() >= since
        ]
        page = self._page(rows, place)
        return Page(items=tuple(seen(row) for row in page.items), next=page.next)

    def fetch(self, refs: Sequence[Ref]) -> Flow[tuple[Observed[Version], ...]]:
        yield from ()
        return tuple(seen(self.rows[int(ref.id)]) for ref in refs if int(ref.id) in self.rows)

    def _page(self, rows: list[Version], place: str | None) -> Page[Version]:
        after = json.loads(place) if place else None
        rest = sorted((row for row in rows if after is None or self._key(row) > tuple(after)), key=self._key)
        shown = tuple(rest[: self.size])
        return Page(items=shown, next=json.dumps(self._key(shown[-1])) if len(rest) > self.size else None)

    def _key(self, row: Version) -> tuple[Any, ...]:
        return (row.at.isoformat(timespec="microseconds"), row.row) if self.by_instant else (row.row,)


def seen(row: Version) -> Observed[Version]:
    ref = Ref("shop", "product", str(row.row))
    return Observed(value=row, ref=ref, version=row.value, seen_at=START)


@define(kw_only=True)
class Consumer:
    """Takes pages, and keeps a page's cursor once it is done with the page.

    Args:
        source: What is read.
        reader: How.
    """

    source: Source
    reader: Reader[Version]
    cursor: Cursor | None = None
    holds: dict[int, Version] = field(factory=dict[int, Version])
    taken: Counter[Version] = field(factory=Counter[Version])
    lost_pages: Counter[Version] = field(factory=Counter[Version])
    counts: Counter[str] = field(factory=Counter[str])

    def read(self, *, crash: bool = False) -> Page[Any]:
        """One page; a crash comes after its rows were taken and before its cursor was kept."""
        page = play(self.reader.changes(self.cursor), start=self.source.now).result
        rows = [one.look().value for one in page.items]
        self.holds.update((row.row, row) for row in rows)
        self.taken.update(rows)
        if crash:
            self.lost_pages.update(rows)
        else:
            self.cursor = page.next or page.resume
        return page

    def play(self, turns: Sequence[Turn]) -> Consumer:
        """Let it all happen; the first turn's changes are there before the first page."""
        middle = False
        for turn in turns:
            self.source.now += timedelta(seconds=turn.wait_s)
            self.counts["late"] += any(one.late_s for one in turn.changes)
            self.counts["changed in the middle of a read"] += middle and bool(turn.changes)
            for change in turn.changes:
                self.source.commit(change)
            page = self.read(crash=turn.crash)
            self.counts["crash"] += turn.crash
            middle = page.next is not None
        self.counts["tie"] += len({row.at for row in self.source.rows.values()}) < len(self.source.rows)
        self.counts["clocks apart"] += self.source.lead_s != 0
        return self

    def finish(self) -> Consumer:
        """To the end of the read under way, and one whole read more."""
        for _ in range(2):
            self.to_the_end()
        return self

    def to_the_end(self) -> set[int]:
        """The rows that the read under way still shows, to its end."""
        shown: set[int] = set()
        for _ in range(1000):
            page = self.read()
            shown.update(one.look().value.row for one in page.items)
            if page.next is None:
                return shown
        raise AssertionError("the read does not end")

    def check_nothing_lost(self) -> None:
        """Every row is held with the value that it has now."""
        held, there = ({row: one.value for row, one in of.items()} for of in (self.holds, self.source.rows))
        assert held == there

    def check_nothing_doubled(self) -> None:
        """Only what was on a page that was lost comes again, once for each time it was lost."""
        again = {row: count for row, count in self.taken.items() if count > 1 + self.lost_pages[row]}
        assert again == {}


MakeReader = Callable[[Source], Reader[Version]]
