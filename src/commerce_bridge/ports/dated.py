"""Changes from a source that takes a day and not an instant, and does not say when a record changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Generic, TypeAlias, TypeVar

from attrs import evolve, field, frozen
from attrs.validators import ge

from commerce_bridge.domain.exchange import Cursor, Observed, Page, Ref, Sighting
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.ports.shown import Fetch, Shown, Stamped, passed_on, utc

T = TypeVar("T")

AskDay: TypeAlias = Callable[[date | None, str | None], Flow[Page[Sighting[T]]]]
"""Asks a source for one page of the rows changed on a day or later (all, for None), at a place.

Places as of `boundary.Ask`.
"""


@frozen(kw_only=True)
class DayReach:
    """How far back a read of changes by days reaches.

    Args:
        zone: The zone in which the source counts days.
        overlap_days: Days before the one on which the last read began.  With 1, the source may count in any
            zone less than a day away, and may commit a row under the day before.
        skew: By how much the source's clock and ours may differ.
        most: How many rows of one read are remembered; where a read has more, the next may repeat them.
    """

    zone: tzinfo = UTC
    overlap_days: int = field(default=1, validator=ge(0))
    skew: timedelta = field(default=timedelta(minutes=2), validator=ge(timedelta(0)))
    most: int = field(default=5000, validator=ge(0))

    def since(self, began: datetime) -> date:
        """The day from which the read after one that began at `began` asks."""
        return (began - self.skew).astimezone(self.zone).date() - timedelta(days=self.overlap_days)


@frozen(kw_only=True)
class DayBoundary:
    """Up to which day a source is settled, and where the read under way stands.

    Args:
        since: The day from which this read asks; None reads all.
        shown: The rows that may be met again.
        began: When the read under way began, by our clock; None between reads.
        place: Where the read under way goes on.
    """

    since: date | None = None
    shown: Shown = field(factory=Shown)
    began: datetime | None = field(default=None, converter=utc)
    place: str | None = None

    def turned(
        self, page: Page[Sighting[T]], began: datetime, reach: DayReach
    ) -> tuple[tuple[Sighting[T], ...], DayBoundary]:
        """The rows of a page that are new or changed, and the boundary that holds after them.

        Args:
            page: What the source gave at this place.
            began: When this read began, by our clock.
            reach: How far back to reach.
        """
        items, shown = self.shown.sift([Stamped(sighting=one) for one in page.items])
        if page.next is not None:
            shown = shown.kept(_always, reach.most)
            return items, evolve(self, began=began, place=page.next, shown=shown)
        return items, DayBoundary(since=reach.since(began), shown=shown.ended(_always, reach.most))

    def text(self) -> Cursor:
        """The boundary as JSON text; the same boundary gives the same text."""
        said: dict[str, Any] = {
            name: when.isoformat() for name, when in (("since", self.since), ("began", self.began)) if when
        }
        if self.place is not None:
            said["place"] = self.place
        return json.dumps(said | {"shown": self.shown.body()}, sort_keys=True, separators=(",", ":"))

    @classmethod
    def parse(cls, text: Cursor) -> DayBoundary:
        """The boundary that `text` wrote, or that a release wrote which kept no marks.

        Raises:
            ValueError: It is not one of ours.
        """
        try:
            said = json.loads(text)
            since, began = said.get("since"), said.get("began")
            if not (since or began or "shown" in said):
                raise ValueError("nothing that we write is in it")
            return cls(
                since=date.fromisoformat(since) if since else None,
                shown=Shown.of(said.get("shown", {})),
                began=datetime.fromisoformat(began) if began else None,
                place=said.get("place"),
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            message = f"cursor {text[:80]!r}: expected one that a read of changes by days gave."
            raise ValueError(message) from None


def _always(at: datetime | None) -> bool:
    return True


class DatedReader(Generic[T]):
    """A `Reader` of a source that can be asked from a day on.

    Each read asks again from some days before the one on which the last read began, and leaves out what was
    handed out at the same version.  A read goes on after any of its pages.  Changes do not show deletions: only
    a complete read (cursor None) does.

    Without instants, a record that was changed there and back around a crash, so that somebody saw what was
    between, looks like one that never changed.  Whoever wrote something compares with what was written.

    Args:
        ask: Asks the source for one page.
        fetch: Gives records as they stand now.
        reach: How far back to reach.

    Cost: what `ask` costs, once a page.
    """

    def __init__(self, ask: AskDay[T], fetch: Fetch[T], reach: DayReach | None = None) -> None:
        self._ask = ask
        self._fetch = fetch
        self.reach = reach or DayReach()

    def changes(self, cursor: Cursor | None) -> Flow[Page[Sighting[T]]]:
        """One page of records that changed since the cursor; all of them, page by page, for None.

        Args:
            cursor: The `next` or `resume` of an earlier page, or None for a complete read.

        Raises:
            ValueError: The cursor is not one of ours.
        """
        here = DayBoundary.parse(cursor) if cursor else DayBoundary()
        now = yield from flow.now()
        page = yield from self._ask(here.since, here.place)
        items, after = here.turned(page, here.began or now, self.reach)
        return passed_on(page, items, after.text())

    def fetch(self, refs: Sequence[Ref]) -> Flow[tuple[Observed[T], ...]]:
        """These records as they stand now; those that are gone are left out."""
        return self._fetch(refs)
