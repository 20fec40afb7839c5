"""The inbox of webhooks: news is kept in the state, told from its duplicates, and settled by a read.

The law: every delivery is followed by a read that began after the delivery came, or, where that is known, by
one that began so long after the news happened that it must have seen it.  A vendor's key of duplicates alone
cannot promise that: a record that changes twice in a second has the same news twice, and the read between
the two has not seen the second change.  So a delivery joins the one of its key that still waits, and a read
that began before it came does not settle it.  It is dropped only when a read that began `SEEN_AFTER` after it
happened has settled its key; else it waits for another read, which costs a vendor call and nothing else.

A row holds references and instants, never the body of a call, which may be personal.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from commerce_bridge.domain.exchange import Ref
from commerce_bridge.errors import StateConflict, StateUnreadable
from commerce_bridge.flow import primitives as flow
from commerce_bridge.flow.operation import Async, M, Raw, Resource, Sync, operation
from commerce_bridge.flow.state import ByKeys, ByPrefix, Delete, Expect, Key, Op, Put, Row
from commerce_bridge.http.webhooks import Received

if TYPE_CHECKING:
    from commerce_bridge.flow.async_driver import AsyncDriver
    from commerce_bridge.flow.effects import Flow
    from commerce_bridge.flow.state import StateStore
    from commerce_bridge.flow.sync_driver import SyncDriver
    from commerce_bridge.flow.wiring import Wiring
    from commerce_bridge.http.opening import Surroundings

TABLE = "inbox"
VERSION = 1
"""The version of the rows' shape."""

SEEN_AFTER = timedelta(minutes=1)
"""How long after news happened a read has certainly seen it: what the two clocks may differ by, and the
second that a vendor's instants are rounded to."""

_WAITING, _SETTLED = "waiting/", "settled/"


@frozen(kw_only=True)
class Waiting:
    """News whose records have not been read since it came.

    Args:
        key: What its duplicates are told by.
        kind: The vendor's name of what happened.
        refs: The records to read again; none when they are not known.
        happened_at: When it happened, by the vendor's clock, or None.
        came_at: When it last came.
        token: Another each time it comes; `Inbox.settle` leaves alone what came again since.
    """

    key: str
    kind: str
    refs: tuple[Ref, ...]
    happened_at: datetime | None
    came_at: datetime
    token: str = field(repr=False)


class Inbox(Resource[M]):
    """News of one account, in one mode; made by `inbox_of` or `async_inbox_of`.

    Args:
        mode: Sync, async or raw.
        account: The account that the news is about, such as ``bigcommerce:demo``.
    """

    def __init__(self, mode: M, account: str) -> None:
        self.mode = mode
        self.account = account

    @operation
    def take_in(self: Inbox[Raw], received: Iterable[Received]) -> Flow[int]:
        """Keep news until its records are read; no vendor call, one commit.

        Args:
            received: What a receiver verified.

        Returns:
            How many of them were not waiting or settled already.

        Raises:
            ValueError: News is about another account.
        """
        news = {_key_of(self.account, one): one for one in received}
        now = yield from flow.now()
        rows = yield from self._rows(*news)
        ops: list[Op] = []
        fresh = 0
        for key, one in news.items():
            if (_SETTLED + key) in rows and _has_seen(rows[_SETTLED + key], one):
                continue
            fresh += (_WAITING + key) not in rows
            token = yield from flow.new_id()
            ops.append(_put(self.account, _WAITING + key, _body(one, now, token)))
        if ops:
            yield from flow.commit(ops)
        return fresh

    @operation
    def waiting(self: Inbox[Raw], *, after: str = "", limit: int = 100) -> Flow[tuple[Waiting, ...]]:
        """News whose records are to be read now, by key; no vendor call.

        Args:
            after: The key of the last one that was given before; those whose reads fail stay, and are passed
                over by it.
            limit: How many at most.
        """
        found = yield from flow.load(
            ByPrefix(
                table=TABLE,
                scope=self.account,
                prefix=_WAITING,
                after=_WAITING + after if after else "",
                limit=limit,
            )
        )
        return tuple(_waiting(row) for row in found)

    @operation
    def settle(self: Inbox[Raw], read: Iterable[Waiting], began_at: datetime) -> Flow[int]:
        """Say that the records of this news were read; no vendor call, a commit for each.

        Args:
            read: The news, as `waiting` gave it.
            began_at: When the first of the reads began, or any instant before; aware.

        Returns:
            How many are settled.  The others came again since they were asked for, and wait on.
        """
        given = {one.key: one.token for one in read}
        rows = yield from self._rows(*given)
        settled = 0
        for key, token in given.items():
            row = rows.get(_WAITING + key)
            if row is None or _waiting(row).token != token:
                continue
            former = rows.get(_SETTLED + key)
            done = _put(self.account, _SETTLED + key, {"read_at": began_at.isoformat()})
            expected = (  # who else settled this key meanwhile has written the second of these rows
                Expect(at=row.at, revision=row.revision),
                Expect(at=done.at, revision=former.revision if former else 0),
            )
            try:
                yield from flow.commit((Delete(at=row.at), done), expected)
            except StateConflict:
                continue
            settled += 1
        return settled

    @operation
    def forget(self: Inbox[Raw], before: datetime) -> Flow[int]:
        """Remove what was settled before an instant, later than which no duplicate comes; no vendor call.

        Args:
            before: Aware; how long a vendor sends again is on its page.

        Returns:
            How many were removed.
        """
        removed, after = 0, ""
        while True:
            rows = yield from flow.load(
                ByPrefix(table=TABLE, scope=self.account, prefix=_SETTLED, after=after)
            )
            if not rows:
                return removed
            after = rows[-1].at.key
            old = [Delete(at=row.at) for row in rows if _read_at(row) < before]
            removed += len(old)
            if old:
                yield from flow.commit(old)

    def _rows(self, *keys: str) -> Flow[dict[str, Row]]:
        wanted = tuple(prefix + key for key in keys for prefix in (_WAITING, _SETTLED))
        found = yield from flow.load(ByKeys(table=TABLE, scope=self.account, keys=wanted))
        return {row.at.key: row for row in found}


def inbox_of(account: str, state: StateStore, around: Surroundings | None = None) -> Inbox[Sync]:
    """The inbox of an account, with calls that return their results.

    Args:
        account: Such as ``bigcommerce:demo``.
        state: Where the news is kept; a bridge may use the same.
        around: The clock, the ids and the subscribers; the program's own unless given.
    """

    def make() -> SyncDriver:
        from commerce_bridge.flow.sync_driver import SyncDriver

        return SyncDriver(_wiring(account, state, around))

    return Inbox(Sync(make), account)


def async_inbox_of(account: str, state: StateStore, around: Surroundings | None = None) -> Inbox[Async]:
    """The inbox of an account, with calls that are awaited.

    Args:
        account: Such as ``bigcommerce:demo``.
        state: Where the news is kept; a bridge may use the same.
        around: The clock, the ids and the subscribers; the program's own unless given.
    """

    def make() -> AsyncDriver:
        from commerce_bridge.flow.async_driver import AsyncDriver

        return AsyncDriver(_wiring(account, state, around))

    return Inbox(Async(make), account)


def _wiring(account: str, state: StateStore, around: Surroundings | None) -> Wiring:
    from commerce_bridge.flow.wiring import Wiring
    from commerce_bridge.http.opening import Surroundings

    around = around or Surroundings()
    return Wiring(state=state, clock=around.clock, chance=around.chance, subscribers=around.subscribers)


def _key_of(account: str, received: Received) -> str:
    if received.account != account:
        raise ValueError(f"This is the inbox of {account}, and the news is about {received.account}.")
    return received.key


def _has_seen(row: Row, received: Received) -> bool:
    """Whether the read that settled this key has certainly seen the news."""
    return received.happened_at is not None and _read_at(row) >= received.happened_at + SEEN_AFTER


def _read_at(row: Row) -> datetime:
    return datetime.fromisoformat(_read(row)["read_at"])


def _read(row: Row) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(row.body)
    if body["version"] > VERSION:
        raise StateUnreadable(
            f"The row {TABLE}/{row.at.key} is of version {body['version']}; this release reads up to {VERSION}."
        )
    return body


def _body(received: Received, now: datetime, token: str) -> dict[str, Any]:
    happened = received.happened_at
    return {
        "kind": received.kind,
        "refs": [str(one) for one in received.refs],
        "happened_at": None if happened is None else happened.isoformat(),
        "came_at": now.isoformat(),
        "token": token,
    }


def _put(account: str, key: str, body: dict[str, Any]) -> Put:
    text = json.dumps({"version": VERSION, **body}, separators=(",", ":"), ensure_ascii=False)
    return Put(at=Key(table=TABLE, scope=account, key=key), body=text)


def _waiting(row: Row) -> Waiting:
    body = _read(row)
    happened: str | None = body["happened_at"]
    return Waiting(
        key=row.at.key.removeprefix(_WAITING),
        kind=body["kind"],
        refs=tuple(Ref.parse(one) for one in body["refs"]),
        happened_at=None if happened is None else datetime.fromisoformat(happened),
        came_at=datetime.fromisoformat(body["came_at"]),
        token=body["token"],
    )
