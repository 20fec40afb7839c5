"""The first read of a long history, several stretches of it side by side, then changes as they come."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, TypeAlias, TypeVar

from attrs import evolve, field, frozen

from commerce_bridge.domain.exchange import Cursor, Observed, Page, Ref, Sighting
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Err, Flow
from commerce_bridge.ports.boundary import Boundary, BoundaryReader, Reach
from commerce_bridge.ports.intervals import Interval, Intervals
from commerce_bridge.ports.shown import Fetch, Shown, Stamped, utc

T = TypeVar("T")

AskBetween: TypeAlias = Callable[[datetime | None, datetime | None, str | None], Flow[Page[Stamped[T]]]]
"""Asks a source for one page of the rows changed from an instant to another, both included, at a place.

None is no limit on that side.  Places as of `boundary.Ask`.
"""

_SECOND = timedelta(seconds=1)


@frozen(kw_only=True)
class Piece:
    """A stretch of the history that is being read.

    Args:
        interval: Which.
        place: Where its next page is; None for its first.
    """

    interval: Interval
    place: str | None = None


@frozen(kw_only=True)
class Backfill:
    """Which part of a history has been read.

    Args:
        span: The whole of it.
        done: What has been read to the end.
        under_way: What has been read in part.
        newest: The newest instant met so far.
        shown: The rows that may be met again: those at the edges of what is left, and the newest.
    """

    span: Interval
    done: Intervals = field(factory=Intervals)
    under_way: tuple[Piece, ...] = ()
    newest: datetime | None = field(default=None, converter=utc)
    shown: Shown = field(factory=Shown)

    @property
    def left(self) -> tuple[Interval, ...]:
        """What has not been read to the end."""
        return self.done.gaps(self.span)

    def upcoming(self, limit: int, pieces: int) -> tuple[Piece, ...]:
        """The pieces whose next page is read now, side by side.

        Args:
            limit: How many at most.
            pieces: In how many pieces the whole is read, about.
        """
        chosen = list(self.under_way[:limit])
        width = max(self.span.length / pieces, _SECOND)
        for gap in self.done.marked(*(one.interval for one in self.under_way)).gaps(self.span):
            parts = max(-(-gap.length // width), 1)
            chosen.extend(Piece(interval=one) for one in gap.split(parts))
        return tuple(chosen[:limit]) if self.left else ()

    def turned(
        self, pages: Mapping[Piece, Page[Stamped[T]]], reach: Reach
    ) -> tuple[tuple[Sighting[T], ...], Backfill]:
        """The rows of some pieces' pages that are new or changed, and what holds after them.

        Args:
            pages: A piece to what the source gave at its place.
            reach: How far back the reads of changes will reach.
        """
        rows = [row for page in pages.values() for row in page.items]
        items, shown = self.shown.sift(rows)
        after = evolve(
            self,
            done=self.done.marked(*(one.interval for one, page in pages.items() if page.next is None)),
            under_way=(
                *(one for one in self.under_way if one not in pages),
                *(evolve(one, place=page.next) for one, page in pages.items() if page.next is not None),
            ),
            newest=max((at for at in (self.newest, *(row.at for row in rows)) if at), default=None),
        )
        edges = {edge for gap in after.left for edge in (gap.low, gap.high)}
        edges.update(edge for one in after.under_way for edge in (one.interval.low, one.interval.high))
        since = reach.since(after.settled)

        def met_again(at: datetime | None) -> bool:
            return at is not None and (at in edges or (since is not None and at >= since))

        return items, evolve(after, shown=shown.kept(met_again, reach.most))

    @property
    def settled(self) -> datetime | None:
        """The instant from which changes are read on: the end of the span, never past the newest row met."""
        return min(self.newest, self.span.high) if self.newest else None

    @property
    def boundary(self) -> Boundary:
        """Where the read of changes goes on, when nothing is left."""
        return Boundary(settled=self.settled, shown=Shown(before=self.shown.now))

    def text(self) -> Cursor:
        """The backfill as JSON text; the same backfill gives the same text."""
        said: dict[str, Any] = {
            "span": str(self.span),
            "done": str(self.done),
            "under_way": [[str(one.interval), one.place] for one in self.under_way],
            "shown": self.shown.body(),
        }
        if self.newest:
            said["newest"] = self.newest.isoformat()
        return json.dumps(said, sort_keys=True, separators=(",", ":"))

    @classmethod
    def parse(cls, text: Cursor) -> Backfill | None:
        """The backfill that `text` wrote, or None when it is the cursor of something else.

        Raises:
            ValueError: It is one of ours, but damaged.
        """
        try:
            said = json.loads(text)
            if "span" not in said:
                return None
            newest = said.get("newest")
            return cls(
                span=Interval.parse(said["span"]),
                done=Intervals.parse(said["done"]),
                under_way=tuple(
                    Piece(interval=Interval.parse(one), place=place) for one, place in said["under_way"]
                ),
                newest=datetime.fromisoformat(newest) if newest else None,
                shown=Shown.of(said["shown"]),
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            raise ValueError(f"cursor {text[:80]!r}: expected one that a backfill gave.") from None


class BackfillReader(Generic[T]):
    """A `Reader` of a source that can be asked for what changed between two instants.

    A complete read deals the history out in pieces and reads several side by side; what changed in the meantime
    comes at its end, so that it is complete where pages are in the order of ids.  After that, changes are read as
    by a `BoundaryReader`.  Each page holds the next page of every piece under way, and its cursor is the set of
    what has been read: a crash repeats one page at most.

    A piece that fails is asked again with the next page; its error is raised once nothing beside it could be
    read.

    Args:
        ask: Asks the source for one page.
        fetch: Gives records as they stand now.
        oldest: About when the history begins; only the dealing depends on it, for older rows are read too.
        reach: How far back reads of changes reach.
        limit: How many pieces are read side by side, 1 or more.
        pieces: In how many pieces the history is dealt out, about.

    Cost: what `ask` costs, up to `limit` times a page.
    """

    def __init__(
        self,
        ask: AskBetween[T],
        fetch: Fetch[T],
        *,
        oldest: datetime,
        reach: Reach | None = None,
        limit: int = 3,
        pieces: int = 12,
    ) -> None:
        if limit < 1 or pieces < 1:
            raise ValueError(f"limit {limit}, pieces {pieces}: expected 1 or more of each.")
        self._ask = ask
        self._oldest = oldest
        self._limit = limit
        self._pieces = pieces
        self._later = BoundaryReader(lambda since, place: ask(since, None, place), fetch, reach)
        self.reach = self._later.reach

    def changes(self, cursor: Cursor | None) -> Flow[Page[Sighting[T]]]:
        """One page of records that changed since the cursor; all of them, page by page, for None.

        Args:
            cursor: The `next` or `resume` of an earlier page, or None for a complete read.

        Raises:
            ValueError: The cursor is not one of ours.
            BridgeError: Nothing could be read; the first piece's error.
        """
        here = Backfill.parse(cursor) if cursor else None
        if cursor and here is None:
            return (yield from self._later.changes(cursor))
        if here is None:
            end = self.reach.settles((yield from flow.now()))
            here = Backfill(span=Interval(min(self._oldest, end), end))
        pages = yield from self._pages(here)
        items, after = here.turned(pages, self.reach)
        # What changed meanwhile belongs to this read, so its last page is one of changes and not this one.
        place = after.text() if after.left else after.boundary.text()
        remarks = tuple(dict.fromkeys(text for page in pages.values() for text in page.remarks))
        return Page(items=items, next=place, remarks=remarks)

    def fetch(self, refs: Sequence[Ref]) -> Flow[tuple[Observed[T], ...]]:
        """These records as they stand now; those that are gone are left out."""
        return self._later.fetch(refs)

    def _pages(self, here: Backfill) -> Flow[dict[Piece, Page[Stamped[T]]]]:
        pieces = here.upcoming(self._limit, self._pieces)
        outcomes = yield from flow.gather([self._page(here, one) for one in pieces], limit=self._limit)
        pages: dict[Piece, Page[Stamped[T]]] = {}
        errors: list[Exception] = []
        for piece, outcome in zip(pieces, outcomes, strict=True):
            if isinstance(outcome, Err):
                errors.append(outcome.error)
            else:
                pages[piece] = outcome.value
        if errors and not pages:
            raise errors[0]
        return pages

    def _page(self, here: Backfill, piece: Piece) -> Flow[Page[Stamped[T]]]:
        low = piece.interval.low
        since = None if low == here.span.low else low
        return (yield from self._ask(since, piece.interval.high, piece.place))
