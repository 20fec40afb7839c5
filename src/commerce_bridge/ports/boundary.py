"""Changes from a source that says when a record changed: inclusive instants, an overlap, and boundary marks.

A cursor never asks for rows *after* the last instant seen: rows tied at that instant, rows committed late and
rows of a clock that lags would be lost.  It asks again from an overlap before the instant that is settled, and
leaves out what it has shown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeAlias, TypeVar

from attrs import evolve, field, frozen
from attrs.validators import ge

from commerce_bridge.domain.exchange import Cursor, Observed, Page, Ref, Sighting
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.ports.shown import Fetch, Shown, Stamped, passed_on, utc

T = TypeVar("T")

Ask: TypeAlias = Callable[[datetime | None, str | None], Flow[Page[Stamped[T]]]]
"""Asks a source for one page of the rows changed at or after an instant (all, for None), at a place.

The place is the `next` of the page before, and None for the first.  Pages must be stable: a row that matches
all the time and is not changed is shown on one of them, whatever is changed beside it.  Keys do that ("ids
above 180"); numbered pages do not.  In the order of ids a complete read shows all that was there when it began;
in the order of instants it may miss what was changed meanwhile, which the next read finds.
"""

_NO_TIME = timedelta(0)
_EARLIEST = datetime.min.replace(tzinfo=UTC)


@frozen(kw_only=True)
class Reach:
    """How far back a read of changes reaches.

    Args:
        overlap: How much older than its commit a row's instant may be: the longest transaction of the source,
            and a second where it writes whole seconds.
        skew: By how much the source's clock and ours may differ.
        most: How many rows are remembered; rows above that may be handed out a second time.
    """

    overlap: timedelta = field(default=timedelta(minutes=5), validator=ge(_NO_TIME))
    skew: timedelta = field(default=timedelta(minutes=2), validator=ge(_NO_TIME))
    most: int = field(default=5000, validator=ge(0))

    def settles(self, began: datetime) -> datetime:
        """The instant, by the source's clock, before which nothing began after this one of ours.

        The one rule that compares two clocks.
        """
        return _before(began, self.skew)

    def since(self, settled: datetime | None) -> datetime | None:
        """The instant from which to ask again: whole seconds, as sources that write those round down."""
        return _before(settled, self.overlap).replace(microsecond=0) if settled else None


def _before(instant: datetime, by: timedelta) -> datetime:
    return _EARLIEST + max(instant - _EARLIEST - by, _NO_TIME)


@frozen(kw_only=True)
class Boundary:
    """How far a source is settled, and where the read under way stands.

    Args:
        settled: What has an older instant is settled, but for the overlap; None before the first read.
        shown: The rows that may be met again.
        began: When the read under way began, by our clock; None between reads.
        newest: The newest instant that the read under way has met.
        place: Where the read under way goes on.
    """

    settled: datetime | None = field(default=None, converter=utc)
    shown: Shown = field(factory=Shown)
    began: datetime | None = field(default=None, converter=utc)
    newest: datetime | None = field(default=None, converter=utc)
    place: str | None = None

    def turned(
        self, page: Page[Stamped[T]], began: datetime, reach: Reach
    ) -> tuple[tuple[Sighting[T], ...], Boundary]:
        """The rows of a page that are new or changed, and the boundary that holds after them.

        Args:
            page: What the source gave at this place.
            began: When this read began, by our clock.
            reach: How far back to reach.
        """
        items, shown = self.shown.sift(page.items)
        newest = max((at for at in (self.newest, *(row.at for row in page.items)) if at), default=None)
        settled = self._settled(newest, began, reach)
        since = reach.since(settled)

        def met_again(at: datetime | None) -> bool:
            return at is not None and since is not None and at >= since

        if page.next is None:
            return items, Boundary(settled=settled, shown=shown.ended(met_again, reach.most))
        here = evolve(self, began=began, newest=newest, place=page.next)
        return items, evolve(here, shown=shown.kept(met_again, reach.most))

    def _settled(self, newest: datetime | None, began: datetime, reach: Reach) -> datetime | None:
        """Never past the beginning of the read: what changed behind its place has not been seen.

        Never past the newest row either: a source whose clock lags more than it should loses nothing.
        """
        if newest is None:
            return self.settled
        reached = min(newest, reach.settles(began))
        return max(self.settled, reached) if self.settled else reached

    def text(self) -> Cursor:
        """The boundary as JSON text; the same boundary gives the same text."""
        said: dict[str, Any] = {
            name: at.isoformat()
            for name, at in (("settled", self.settled), ("began", self.began), ("newest", self.newest))
            if at
        }
        if self.place is not None:
            said["place"] = self.place
        return json.dumps(said | {"shown": self.shown.body()}, sort_keys=True, separators=(",", ":"))

    @classmethod
    def parse(cls, text: Cursor) -> Boundary:
        """The boundary that `text` wrote.

        Raises:
            ValueError: It is not one of ours.
        """
        try:
            said = json.loads(text)
            instants = {
                name: datetime.fromisoformat(said[name])
                for name in ("settled", "began", "newest")
                if name in said
            }
            return cls(shown=Shown.of(said["shown"]), place=said.get("place"), **instants)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise ValueError(f"cursor {text[:80]!r}: expected one that a read of changes gave.") from None


class BoundaryReader(Generic[T]):
    """A `Reader` of a source that says when a record changed and can be asked from an instant on.

    A read goes on after any of its pages, in another process and later too.  Nothing that changed is lost
    while the source keeps to the reach; without a crash nothing is handed out twice.  Changes do not show
    deletions: only a complete read (cursor None) does, in the order of ids.

    Args:
        ask: Asks the source for one page.
        fetch: Gives records as they stand now.
        reach: How far back to reach.

    Cost: what `ask` costs, once a page.
    """

    def __init__(self, ask: Ask[T], fetch: Fetch[T], reach: Reach | None = None) -> None:
        self._ask = ask
        self._fetch = fetch
        self.reach = reach or Reach()

    def changes(self, cursor: Cursor | None) -> Flow[Page[Sighting[T]]]:
        """One page of records that changed since the cursor; all of them, page by page, for None.

        Args:
            cursor: The `next` or `resume` of an earlier page, or None for a complete read.

        Raises:
            ValueError: The cursor is not one of ours.
        """
        here = Boundary.parse(cursor) if cursor else Boundary()
        now = yield from flow.now()  # before the source is asked: what changes from here on is not settled
        page = yield from self._ask(self.reach.since(here.settled), here.place)
        items, after = here.turned(page, here.began or now, self.reach)
        return passed_on(page, items, after.text())

    def fetch(self, refs: Sequence[Ref]) -> Flow[tuple[Observed[T], ...]]:
        """These records as they stand now; those that are gone are left out."""
        return self._fetch(refs)
