"""Budgets in one SQLite file, shared by all processes of a machine."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from commerce_bridge.errors import StateUnreadable
from commerce_bridge.flow.budgets import BudgetAsk, BudgetRules, BudgetSettlement
from commerce_bridge.http.budget import BudgetState
from commerce_bridge.stores.budgets import asked, from_json, settled, to_json
from commerce_bridge.stores.transaction import transaction

T = TypeVar("T")

APPLICATION_ID = 0x43426267
"""Marks a file as ours ("CBbg"): a file of budgets, and nobody else's database."""

VERSION = 1
_TABLE = "CREATE TABLE budgets (account TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID"
_GET = "SELECT body FROM budgets WHERE account = ?"
_PUT = "INSERT INTO budgets (account, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body"


class SQLiteBudgets:
    """Budgets in a SQLite file of their own; a `BudgetPort`.

    All processes of one machine that open the same file share the quota of each account: one asks while the
    others wait, for a few microseconds.  What is written is safe from the end of any process; after a loss of
    power the last requests may be forgotten, which the vendor's answers correct.  A flush for each request,
    as state has it, would cost more than it is worth here.

    Args:
        path: The file, made if there is none; not the file of the state.
        busy_timeout_s: Seconds to wait for another process.

    Raises:
        StateUnreadable: The file is damaged, no file of budgets, from a newer release, or cannot be opened.

    Source: SQLite documentation, "Write-Ahead Logging" and "PRAGMA synchronous".
    """

    blocking = True
    """An event loop asks it in a thread: it may wait for the disk, the network or another process."""

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
                self._prepare(connection, time.monotonic() + busy_timeout_s)
            except BaseException:
                connection.close()
                raise
        self._open = connection

    def __repr__(self) -> str:
        return f"<SQLiteBudgets {self.path}>"

    def acquire(self, account: str, rules: BudgetRules, ask: BudgetAsk, now: datetime) -> float:
        """Seconds to wait before asking again; 0 when the request may go now."""
        return self._step(account, lambda state: asked(state, rules, ask, now))

    def settle(self, account: str, rules: BudgetRules, settlement: BudgetSettlement, now: datetime) -> None:
        """Take note of an answer."""
        self._step(account, lambda state: (settled(state, rules, settlement, now), None))

    def state(self, account: str) -> BudgetState:
        """The budget of an account as it stands."""
        return self._step(account, lambda state: (state, state))

    def close(self) -> None:
        """Let go of the file; closing twice is harmless."""
        with self._lock:
            if self._open is not None:
                self._open.close()
                self._open = None

    def _step(self, account: str, step: Callable[[BudgetState], tuple[BudgetState, T]]) -> T:
        """Take a step over one account's budget while nobody else does."""
        with self._lock, self._explained("used"), transaction(self._connection, "IMMEDIATE"):
            found = self._connection.execute(_GET, (account,)).fetchone()
            state = from_json(found[0], account) if found else BudgetState()
            after, answer = step(state)
            if after is not state:
                self._connection.execute(_PUT, (account, to_json(after)))
        return answer

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._open is None:
            raise ValueError(f"The budgets {self.path} are closed: open them again.")
        if self._process != os.getpid():
            raise RuntimeError(
                f"The budgets {self.path} were opened by another process, of which this one is a copy: "
                "open them here, in the new process."
            )
        return self._open

    def _prepare(self, connection: sqlite3.Connection, deadline: float) -> None:
        with transaction(connection, "DEFERRED"):  # all of it at one instant
            known = self._known(connection)
        if not known:
            with transaction(connection, "IMMEDIATE"):
                if not self._known(connection):  # again: another process may have been first
                    connection.execute(_TABLE)
                    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                    connection.execute(f"PRAGMA user_version = {VERSION}")
        while not _keeps_log(connection):
            if time.monotonic() > deadline:
                raise StateUnreadable(
                    f"The budgets {self.path} cannot be opened: {_HINTS[sqlite3.SQLITE_BUSY]}"
                )
            time.sleep(0.005)
        connection.execute("PRAGMA synchronous = NORMAL")

    def _known(self, connection: sqlite3.Connection) -> bool:
        """Whether this is a file of budgets; False when it is new."""
        owner: int = connection.execute("PRAGMA application_id").fetchone()[0]
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        tables: int = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if owner != APPLICATION_ID and (owner or version or tables):
            raise StateUnreadable(
                f"{self.path} is a SQLite database, but no file of budgets: nothing was changed in it.",
                hint="Check the path, or name a file that does not exist yet; state has a file of its own.",
            )
        if version > VERSION:
            raise StateUnreadable(
                f"The budgets {self.path} have schema {version}; this release reads schemas up to {VERSION}.",
                hint="Use the release that wrote them, or a newer one.",
            )
        return version > 0

    @contextmanager
    def _explained(self, doing: str) -> Generator[None]:
        """Say in our own words what SQLite refuses to do."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if isinstance(error, (sqlite3.ProgrammingError, sqlite3.IntegrityError)):
                raise  # a defect of ours, not of the file
            hint = _HINTS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
            raise StateUnreadable(
                f"The budgets {self.path} cannot be {doing}: {error}.", hint=hint
            ) from error


_HINTS = {
    sqlite3.SQLITE_BUSY: "Another process holds them for long: let that one end, then run again.",
    sqlite3.SQLITE_CANTOPEN: "Check that the folder exists and may be written to.",
    sqlite3.SQLITE_READONLY: "Check that the file and its folder may be written to.",
    sqlite3.SQLITE_FULL: "Make room on the disk, then run again.",
    sqlite3.SQLITE_NOTADB: "Check the path: this file holds no budgets of this library.",
}


def _keeps_log(connection: sqlite3.Connection) -> bool:
    """Switch a file to its write-ahead log; SQLite refuses at once while another process does the same."""
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True
