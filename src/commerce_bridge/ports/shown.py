"""What was handed out already: marks of rows, so that asking again with an overlap repeats nothing.

A cursor that asks again from before its boundary meets rows that it has met.  It leaves those out by their
marks, and lets through what is new or has changed.  Forgetting a mark repeats a row; it never loses one.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, Generic, TypeAlias, TypeVar

from attrs import evolve, field, frozen

from commerce_bridge.domain.exchange import Cursor, Observed, Page, Ref, Sighting
from commerce_bridge.flow.effects import Flow

T = TypeVar("T")

Fetch: TypeAlias = Callable[[Sequence[Ref]], Flow[tuple[Observed[T], ...]]]
"""Gives these records as they stand now, as `Reader.fetch` does."""

Marks: TypeAlias = Mapping[str, tuple[datetime | None, str]]
"""The mark of a row's name to its instant and the mark of its version."""

_NAME_BYTES, _VERSION_BYTES = 6, 9
_NAME_LENGTH = 8  # six bytes in base64


def utc(value: datetime | None) -> datetime | None:
    """The same instant in UTC, so that a cursor's text is the same whatever zone the source writes.

    Raises:
        ValueError: The instant has no zone.
    """
    if value is None:
        return None
    if value.utcoffset() is None:
        raise ValueError(f"instant {value.isoformat()}: expected one with a zone, such as 2026-11-02T09:00Z")
    return value.astimezone(UTC)


@frozen(kw_only=True)
class Stamped(Generic[T]):
    """A row as a page of the source shows it.

    Args:
        sighting: The record.
        at: When it last changed, by the source's clock and in UTC; None where the source does not say.
    """

    sighting: Sighting[T]
    at: datetime | None = field(default=None, converter=utc)

    @property
    def marks(self) -> tuple[str, str]:
        """Short texts for its name and for its version at that instant.

        The instant counts: a record that was changed there and back is news to whoever saw what was between.
        """
        at = self.at.isoformat() if self.at else ""
        return (
            _mark(self.sighting.name, _NAME_BYTES),
            _mark(f"{at} {self.sighting.version}", _VERSION_BYTES),
        )


@frozen(kw_only=True)
class Shown:
    """The rows that were handed out and may be met again.

    Args:
        before: Those of earlier reads that this read has not met yet.
        now: Those that this read has met.
    """

    before: Marks = field(factory=dict[str, tuple[datetime | None, str]])
    now: Marks = field(factory=dict[str, tuple[datetime | None, str]])

    def sift(self, rows: Iterable[Stamped[T]]) -> tuple[tuple[Sighting[T], ...], Shown]:
        """The rows that are new or changed, in order, and what has been shown after them."""
        before, now = dict(self.before), dict(self.now)
        fresh: list[Sighting[T]] = []
        for row in rows:
            name, version = row.marks
            former = now.get(name) or before.get(name)
            # Only the version handed out last counts, so the former one goes even when this one is not kept.
            before.pop(name, None)
            now[name] = (row.at, version)
            if former is None or former[1] != version:
                fresh.append(row.sighting)
        return tuple(fresh), Shown(before=before, now=now)

    def kept(self, keep: Callable[[datetime | None], bool], most: int) -> Shown:
        """The same in the middle of a read, without rows of this read that will not be met again.

        Args:
            keep: Whether a row of that instant may be met again.
            most: How many rows of this read are kept; the newest instants first, each whole or not at all.
        """
        return evolve(self, now=_newest(self.now, keep, most))

    def ended(self, keep: Callable[[datetime | None], bool], most: int) -> Shown:
        """What the next read must know, when this one has ended; arguments as of `kept`.

        Rows that this read has not met do not match any more, and are not met again unless they change.
        """
        return Shown(before=_newest(self.now, keep, most))

    def body(self) -> dict[str, Any]:
        """As part of a cursor's JSON: instants to marks, both in order."""
        said = {"before": _lines(self.before), "now": _lines(self.now)}
        return {name: lines for name, lines in said.items() if lines}

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Shown:
        """What `body` wrote."""
        return cls(before=_marks(body.get("before", {})), now=_marks(body.get("now", {})))


def _newest(marks: Marks, keep: Callable[[datetime | None], bool], most: int) -> Marks:
    left = {name: mark for name, mark in marks.items() if keep(mark[0])}
    if len(left) <= most:
        return left
    count = Counter(at for at, _ in left.values())
    room, chosen = most, set[datetime | None]()
    for at in sorted(count, key=_rank, reverse=True):
        room -= count[at]
        if room < 0:
            break
        chosen.add(at)
    return {name: mark for name, mark in left.items() if mark[0] in chosen}


def _rank(at: datetime | None) -> tuple[bool, float]:
    return (False, 0.0) if at is None else (True, at.timestamp())


def _lines(marks: Marks) -> dict[str, list[str]]:
    lines: dict[str, list[str]] = defaultdict(list)
    for name, (at, version) in sorted(marks.items()):
        lines[at.isoformat() if at else ""].append(name + version)
    return dict(sorted(lines.items()))


def _marks(lines: Mapping[str, Sequence[str]]) -> Marks:
    return {
        text[:_NAME_LENGTH]: (datetime.fromisoformat(at) if at else None, text[_NAME_LENGTH:])
        for at, texts in lines.items()
        for text in texts
    }


def _mark(text: str, size: int) -> str:
    """Two rows are taken for one only when both their marks are equal: one chance in 2 to the 120."""
    return urlsafe_b64encode(blake2b(text.encode(), digest_size=size).digest()).decode()


def passed_on(page: Page[Any], items: tuple[Sighting[T], ...], after: Cursor) -> Page[Sighting[T]]:
    """A page as a reader hands it out.

    Args:
        page: As the source gave it.
        items: What of it was not handed out before.
        after: Where to go on from: with the next page, or, after the last, with the next read.
    """
    last = page.next is None
    return Page(
        items=items,
        next=None if last else after,
        resume=after if last else None,
        remarks=page.remarks,
    )
