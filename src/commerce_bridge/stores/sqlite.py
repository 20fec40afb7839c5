"""State in one SQLite file: nothing to install, safe for threads and for processes of one machine."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from commerce_bridge.errors import StateUnreadable
from commerce_bridge.flow.state import ByKeys, ByPrefix, Count, Expect, Key, Op, Put, Query, Row
from commerce_bridge.stores.conflict import check, counted
from commerce_bridge.stores.migrations import migrate
from commerce_bridge.stores.transaction import transaction

CHUNK = 250
"""Keys in one look-up: longer lists are not faster, measured from 100 to 10 000."""

_BY_KEYS = """
    SELECT rows.key, rows.body, rows.revision FROM json_each(?) AS wanted
    CROSS JOIN rows ON rows.tbl = ? AND rows.scope = ? AND rows.key = wanted.value
"""  # CROSS fixes the order of the join: the planner would read the whole table for each wanted key
_BY_PREFIX = """
    SELECT key, body, revision FROM rows
    WHERE tbl = ? AND scope = ? AND key >= ? AND (? IS NULL OR key < ?) ORDER BY key LIMIT ?
"""
_AFTER = _BY_PREFIX.replace("key >=", "key >")
"""With one lower bound alone: of two, SQLite seeks by the first and reads its way to the second."""
_PUT = """
    INSERT INTO rows (tbl, scope, key, body, revision) VALUES (?, ?, ?, ?, 1)
    ON CONFLICT DO UPDATE SET body = excluded.body, revision = revision + 1
"""
_COUNT = "SELECT count(*) FROM rows WHERE tbl = ? AND scope = ?"
_DELETE = "DELETE FROM rows WHERE tbl = ? AND scope = ? AND key = ?"


class SQLiteState:
    """Rows in one SQLite file; a `StateStore`.

    One connection serves all threads in turn, since a look-up takes microseconds and threads come and
    go; each process opens the file for itself, and writers wait for each other.  What a commit
    wrote is on the disk when it returns (``synchronous=FULL``), so it outlives a loss of power,
    not only the end of the process; beside ``NORMAL`` this costs one flush a commit (measured:
    0.1–0.5 ms on a server's disk), which is little against the vendor's call that it accounts for.

    The file lies on a local disk: its write-ahead log does not work over network file systems.  While it
    is open there are two more files beside it, ``-wal`` and ``-shm``; they belong to it.

    Args:
        path: The file, made if there is none; ``:memory:`` for one that is gone when closed.
        busy_timeout_s: Seconds to wait for another process's commit.

    Raises:
        StateUnreadable: The file is damaged, no state of ours, from a newer release, or cannot be opened.

    Source: SQLite documentation, "Write-Ahead Logging" and "PRAGMA synchronous".
    """

    def __init__(self, path: str | Path, *, busy_timeout_s: float = 30.0) -> None:
        self.path = str(path)
        self._lock = threading.RLock()
        self._process = os.getpid()
        self._open: sqlite3.Connection | None = None
        with self._explained("opened"):
            connection = sqlite3.connect(
                self.path, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False
            )
            try:
                migrate(connection, self.path, busy_timeout_s)
            except BaseException:
                connection.close()
                raise
        self._open = connection

    def load(self, query: Query) -> tuple[Row, ...]:
        """The rows a query asks for, as they stood at one instant."""
        with self._lock, self._explained("read"):
            if isinstance(query, Count):
                found_count = self._connection.execute(_COUNT, (query.table, query.scope)).fetchone()[0]
                return (counted(query, found_count),)
            if isinstance(query, ByPrefix):
                text = _AFTER if query.after >= query.prefix else _BY_PREFIX
                text = text if query.bodies else text.replace("body", "''")
                return _rows(query, self._connection.execute(text, _bounds(query)))
            with transaction(self._connection, "DEFERRED"):  # all chunks see the same instant
                found = _rows(query, self._by_keys(query))
        rows = {row.at.key: row for row in found}
        return tuple([rows[key] for key in query.keys if key in rows])

    def commit(self, ops: Sequence[Op], expect: Sequence[Expect] = ()) -> None:
        """Write all of `ops`, or raise `StateConflict` and write none."""
        with self._lock, self._explained("written"), transaction(self._connection, "IMMEDIATE"):
            for (table, scope), group in groupby(expect, lambda one: (one.at.table, one.at.scope)):
                self._check(table, scope, tuple(group))
            for puts, run in groupby(ops, lambda op: isinstance(op, Put)):
                self._connection.executemany(_PUT if puts else _DELETE, [_parameters(op) for op in run])

    def close(self) -> None:
        """Let go of the file; closing twice is harmless."""
        with self._lock:
            if self._open is not None:
                self._open.close()
                self._open = None

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._open is None:
            raise ValueError(f"The state {self.path} is closed: open it again.")
        if self._process != os.getpid():
            raise RuntimeError(
                f"The state {self.path} was opened by another process, of which this one is a copy: "
                "open it here, in the new process."
            )
        return self._open

    def _by_keys(self, query: ByKeys) -> Iterable[tuple[str, str, int]]:
        found: list[tuple[str, str, int]] = []
        for start in range(0, len(query.keys), CHUNK):
            wanted = json.dumps(query.keys[start : start + CHUNK])
            found += self._connection.execute(_BY_KEYS, (wanted, query.table, query.scope)).fetchall()
        return found

    def _check(self, table: str, scope: str, expect: Sequence[Expect]) -> None:
        rows = self._by_keys(ByKeys(table=table, scope=scope, keys=tuple(one.at.key for one in expect)))
        found = {key: revision for key, _, revision in rows}
        for one in expect:
            check(one, found.get(one.at.key, 0))

    @contextmanager
    def _explained(self, doing: str) -> Generator[None]:
        """Say in our own words what SQLite refuses to do."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if isinstance(error, (sqlite3.ProgrammingError, sqlite3.IntegrityError)):
                raise  # a defect of ours, not of the file
            hint = _HINTS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
            raise StateUnreadable(f"The state {self.path} cannot be {doing}: {error}.", hint=hint) from error


_HINTS = {
    sqlite3.SQLITE_BUSY: "Another process holds it for long: let that one end, then run again.",
    sqlite3.SQLITE_CANTOPEN: "Check that its folder exists and may be written to.",
    sqlite3.SQLITE_READONLY: "Check that the file and its folder may be written to.",
    sqlite3.SQLITE_FULL: "Make room on the disk, then run again; nothing of this commit was written.",
    sqlite3.SQLITE_NOTADB: "Check the path: this file is no state of this library.",
}


def _parameters(op: Op) -> tuple[str, ...]:
    at = (op.at.table, op.at.scope, op.at.key)
    return (*at, op.body) if isinstance(op, Put) else at


def _rows(query: Query, found: Iterable[tuple[str, str, int]]) -> tuple[Row, ...]:
    table, scope = query.table, query.scope
    return tuple(
        [
            Row(at=Key(table=table, scope=scope, key=key), body=body, revision=revision)
            for key, body, revision in found
        ]
    )


def _bounds(query: ByPrefix) -> tuple[str | int | None, ...]:
    beyond = beyond_prefix(query.prefix)
    start = max(query.prefix, query.after)
    return query.table, query.scope, start, beyond, beyond, max(query.limit, 0)


def beyond_prefix(prefix: str) -> str | None:
    """The least text above all texts that start with `prefix`, by code points; None when there is none."""
    stem = prefix.rstrip("\U0010ffff")
    if not stem:
        return None
    last = ord(stem[-1]) + 1
    return stem[:-1] + chr(0xE000 if last == 0xD800 else last)  # surrogates are no characters
