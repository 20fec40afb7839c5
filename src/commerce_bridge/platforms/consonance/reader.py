"""Reads works of an account as titles."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from attrs import frozen

from commerce_bridge.domain.exchange import Cursor, Observed, Page, Ref
from commerce_bridge.domain.title import Title
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.effects import Flow
from commerce_bridge.platforms.consonance import graphql
from commerce_bridge.platforms.consonance.client import ConsonanceClient
from commerce_bridge.platforms.consonance.fetching import fetch_works, read_page, works_of_products
from commerce_bridge.platforms.consonance.paging import ListTurn
from commerce_bridge.platforms.consonance.reader_settings import ReaderSettings, stable_text, zone_of
from commerce_bridge.platforms.consonance.searches import WorkSearch

if TYPE_CHECKING:
    from commerce_bridge.platforms.consonance.wire.works import Work


@frozen(kw_only=True)
class ReadCursor:
    """Where a read goes on.

    Args:
        since: Only works changed on or after this day; None reads all.
        began: When the read began, or None before it has.
        after: Only works with ids above this one.
    """

    since: date | None = None
    began: datetime | None = None
    after: int = 0

    def text(self) -> Cursor:
        """The cursor as JSON text."""
        said = {
            "since": self.since.isoformat() if self.since else None,
            "began": self.began.isoformat() if self.began else None,
            "after": self.after or None,
        }
        return json.dumps({name: value for name, value in said.items() if value is not None})

    @classmethod
    def parse(cls, text: Cursor) -> ReadCursor:
        """The cursor that `text` wrote.

        Raises:
            ValueError: It is not one of ours.
        """
        try:
            said: dict[str, Any] = json.loads(text)
            since, began = said.get("since"), said.get("began")
            return cls(
                since=date.fromisoformat(since) if since else None,
                began=datetime.fromisoformat(began) if began else None,
                after=int(said.get("after", 0)),
            )
        except (ValueError, TypeError, AttributeError):
            raise ValueError(f"cursor {text!r}: expected one that a read of Consonance works gave.") from None


class ConsonanceReader:
    """Reads works as titles, page by page.

    ``changedSince`` takes a date, not a time, so a read of changes asks again from the day before the last
    run began and finds some works that did not change since; their `version` is the same then.  Deleted
    works leave no trace: only a complete read (cursor None) shows that they are gone.

    Args:
        client: The account, in any mode.
        settings: How its works are read.

    Source: vendor GraphQL schema pages, `WorkSearchAttributes.changedSince`.
    """

    def __init__(self, client: ConsonanceClient[Any], settings: ReaderSettings | None = None) -> None:
        self._service = client.service
        self.settings = settings or ReaderSettings()
        self._salt = self.settings.fingerprint

    @property
    def fingerprint(self) -> str:
        """A text that changes when titles come out differently although no work changed: settings, rules, queries.

        A read of changes is not enough then; a complete one is.
        """
        client = self._service.settings
        asked = (client.absent, client.present, client.text_variants, client.availability_member)
        return f"{self._salt} {stable_text(asked)}"

    def changes(self, cursor: Cursor | None) -> Flow[Page[Observed[Title]]]:
        """One page of titles that changed since the cursor; all of them, page by page, for None.

        Any page's `next` is a place to go on from.  The last page's `resume` is where the next read begins:
        the day before this one began.

        Args:
            cursor: The `next` or `resume` of an earlier page, or None for a complete read.

        Raises:
            ServerFault: The service failed, or a work cannot be read whole and the settings say to stop then.
            RequestRefused: The service's schema lacks something we ask for; `check` says what.
            DecodeError: A page does not advance, is not sorted, or has another shape.

        Cost: one request a page, and one more for the empty page that ends the read; a page with a damaged
        work costs one more for its ids and one for each ten of its works.

        Source: vendor GraphQL schema pages, `WorkSearchAttributes`.
        """
        now = yield from flow.now()
        here = ReadCursor.parse(cursor) if cursor else ReadCursor()
        began = here.began or now
        turn = ListTurn(
            works=WorkSearch(changed_since=here.since) if here.since else None,
            products=None,
            after=here.after,
            isbn_batch=self._service.settings.isbn_batch,
        )
        page = yield from read_page(self._service, turn)
        items = self._items(page.works, page.unread, now)
        if page.next is None or page.last is None:
            return Page(items=items, resume=self.resume(began))
        return Page(items=items, next=ReadCursor(since=here.since, began=began, after=page.last).text())

    def resume(self, began: datetime) -> Cursor:
        """The cursor with which the read after one that began at `began` asks."""
        day = began.astimezone(zone_of(self.settings.zone)).date() - timedelta(
            days=self.settings.overlap_days
        )
        return ReadCursor(since=day).text()

    def fetch(self, refs: Sequence[Ref]) -> Flow[tuple[Observed[Title], ...]]:
        """The titles of these works, or of these products' works, as they stand now.

        Args:
            refs: References of kind ``work`` or ``product``; each title comes once.

        Raises:
            ValueError: A reference is of another platform or kind.
            ServerFault: The service failed, or a work cannot be read whole and the settings say to stop then.

        Cost: one request for each ten works.

        Source: vendor example queries, `examples/works_and_marketing_material.md`.
        """
        now = yield from flow.now()
        found: dict[int, Work] = {}
        unread: dict[int, str] = {}
        if products := _ids(refs, "product"):
            owners = yield from works_of_products(self._service, products)
            found.update(owners.works)
            if owners.unread:
                raise graphql.unreadable(owners.unread, "product")
        if works := [one for one in _ids(refs, "work") if one not in found]:
            fetched = yield from fetch_works(self._service, works)
            found.update(fetched.works)
            unread.update(fetched.unread)
        return self._items(list(found.values()), unread, now)

    def _items(
        self, works: list[Work], unread: Mapping[int, str], now: datetime
    ) -> tuple[Observed[Title], ...]:
        """What was read; and what could not be, as the settings say.

        Raises:
            ServerFault: Something could not be read, and the settings say to stop then.
        """
        if unread and self.settings.unreadable == "stop":
            raise graphql.unreadable(unread)
        works.reverse()
        read: list[Observed[Title]] = []
        while works:
            read.append(self._observed(works.pop(), now))
        return (*read, *(_unreadable(number, why, now) for number, why in unread.items()))

    def _observed(self, work: Work, now: datetime) -> Observed[Title]:
        from commerce_bridge.platforms.consonance.mapping import SOURCES, arrange, title_of, version_of
        from commerce_bridge.platforms.consonance.mapping_format import concerns_of

        arrange(work)
        version = version_of(work, self._salt)
        title, problems = title_of(work, self.settings)
        return Observed(
            value=title,
            ref=title.ref,
            version=version,
            seen_at=now,
            sources=SOURCES,
            problems=problems,
            concerns=concerns_of(problems),
        )


def _unreadable(number: int, why: str, now: datetime) -> Observed[Title]:
    """A title of which nothing is known but that it is there; its version never matches a stored one."""
    ref = Ref("consonance", "work", str(number))
    return Observed(
        value=Title(ref=ref, name=""),
        ref=ref,
        version=f"unreadable {now.isoformat()}",
        seen_at=now,
        problems=(f"The work cannot be read whole: {why}.",),
    )


def _ids(refs: Sequence[Ref], kind: str) -> tuple[int, ...]:
    """The ids of the references of one kind."""
    wrong = [ref for ref in refs if ref.platform != "consonance" or ref.kind not in {"work", "product"}]
    if wrong:
        raise ValueError(f"{wrong[0]}: expected references such as consonance:work:12.")
    return tuple(int(ref.id) for ref in refs if ref.kind == kind)
