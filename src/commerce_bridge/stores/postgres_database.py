"""One PostgreSQL database as stores see it: connections that are kept, and made anew when the server restarts."""

from __future__ import annotations

import os
import re
import threading
import time
import uuid
from collections.abc import Callable, Generator
from contextlib import contextmanager
from itertools import count
from typing import LiteralString, TypeVar

from attrs import frozen

from commerce_bridge.errors import MissingExtra, StateUnreadable

try:
    import psycopg
    from psycopg import errors as refusals
    from psycopg.conninfo import conninfo_to_dict, make_conninfo
    from psycopg.sql import Composed
except ImportError as error:
    raise MissingExtra("Keeping state in PostgreSQL needs psycopg.", extra="postgres") from error

from commerce_bridge.stores.postgres_schema import Link, migrate, statement

T = TypeVar("T")

PATIENCE_S = 30.0
"""How long a server may be away, or another process in the way, before we give up."""

SCHEMA = "commerce_bridge"

_IDLE_S = 10.0
"""How long the server keeps a transaction whose client has gone silent: less than our patience, so that who
asks again after a broken connection outlasts what it left behind."""

_WATCHFUL = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
    "application_name": "commerce_bridge",
    "client_encoding": "UTF8",
}
"""How soon we notice that the other side is gone; the URL may say otherwise."""

_SETTINGS = """
    SELECT set_config('idle_in_transaction_session_timeout', %s, false), set_config('lock_timeout', %s, false),
        set_config('synchronous_commit', CASE current_setting('synchronous_commit')
            WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)
"""
_NOTE = "INSERT INTO {}.commits (id) VALUES (%s)"
_PRUNE = """
    DELETE FROM {0}.commits WHERE id IN (
        SELECT id FROM {0}.commits WHERE at < now() - interval '1 hour' LIMIT 10000 FOR UPDATE SKIP LOCKED
    )
"""
_PRUNE_EVERY = 1000


@frozen(kw_only=True)
class Address:
    """Where a database is, and how to say so without its secrets.

    Args:
        conninfo: What psycopg connects with.
        where: Host, port and name, for messages.
    """

    conninfo: str
    where: str

    def __repr__(self) -> str:
        return f"Address({self.where})"


def address(url: str) -> Address:
    """Read a URL; what it says wrongly is never repeated, since it may be a part of a password.

    Raises:
        StateUnreadable: It cannot be read.
    """
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except psycopg.Error:
        parts = {"host": "@"}
    name = parts.get("dbname", "")
    doubtful = "@" in parts.get("host", "") + name or re.search(r"[^\d,]", parts.get("port", ""))
    if doubtful:
        raise StateUnreadable(
            "The URL of the PostgreSQL database cannot be read.",
            hint="Write postgresql://user:password@host:port/database, with percent signs for what is neither "
            "letter nor digit in the password, such as %40 for @.",
        ) from None
    place = ":".join(filter(None, (parts.get("host", "localhost"), parts.get("port"))))
    return Address(conninfo=make_conninfo("", **{**_WATCHFUL, **parts}), where=f"{place}/{name}".rstrip("/"))


class Database:
    """Connections to one database, safe for threads; each process makes its own.

    A connection that breaks is replaced, and what was under way is carried out again: a server that
    restarts within `patience_s` is not noticed by those who wait for it.  At the start there is no such
    patience: a wrong URL says so at once.

    Args:
        url: ``postgresql://user:password@host:port/database``, or libpq's ``name=value`` words.
        schema: Letters, digits and underscores; made if there is none.
        patience_s: Seconds to wait for a server that is away, or for another process.
        connections: How many may be open at once, 1 or more.

    Raises:
        StateUnreadable: The database cannot be reached, or its schema is not ours or from a newer release.
        ValueError: No such schema can be made.
    """

    def __init__(self, url: str, *, schema: str, patience_s: float, connections: int) -> None:
        if not re.fullmatch(r"(?!pg_)[a-z_][a-z0-9_]{0,62}", schema):
            raise ValueError(
                f"{schema!r} is no name for a schema: use up to 63 of the letters a to z, digits and underscores, "
                "not beginning with a digit or with pg_."
            )
        self.address = address(url)
        self.schema = schema
        self.patience_s = patience_s
        self._process = os.getpid()
        self._closed = False
        self._lock = threading.Lock()
        self._idle: list[Link] = []
        self._places = threading.BoundedSemaphore(connections)
        with self._explained("opened"):
            connection = self._connect()
            try:
                migrate(connection, schema, self.address.where)
            except BaseException:
                connection.close()
                raise
        self._idle.append(connection)
        self._writes = count()

    def __repr__(self) -> str:
        return f"{self.address.where}, schema {self.schema}"

    def text(self, text: LiteralString) -> Composed:
        """A statement whose ``{}`` is our schema."""
        return statement(text, self.schema)

    def carry_out(self, doing: str, work: Callable[[Link, bool], T]) -> T:
        """What `work` comes to, over a connection that works.

        Args:
            doing: ``read`` or ``written``, for messages.
            work: Is called again, with True, when the connection broke under it: then what it had begun may or
                may not have taken hold, and an earlier call may even be under way on the server still.

        Raises:
            StateUnreadable: The server is away for longer than `patience_s`, or refuses.
        """
        self._check()
        with self._explained(doing), self._place():
            deadline, again, pause_s = time.monotonic() + self.patience_s, False, 0.01
            while True:
                connection: Link | None = None
                try:
                    connection = self._taken()
                    return work(connection, again)
                except psycopg.Error as error:
                    lost = connection.closed if connection else isinstance(error, psycopg.OperationalError)
                    if not lost or time.monotonic() + pause_s > deadline:
                        raise
                    again = again or connection is not None
                    self._forget_idle()
                finally:
                    if connection is not None:
                        self._give_back(connection)
                time.sleep(pause_s)
                pause_s = min(pause_s * 2, 0.5)

    def once(self, work: Callable[[Link], None]) -> None:
        """Carry out a transaction that takes hold once, or not at all, whatever becomes of its answer.

        It leaves its name in the table `commits`.  Who repeats it after a broken connection writes the
        name first: that waits for what the server has under way of it still, and fails when that takes hold.

        Args:
            work: What is done in the transaction; may raise, and then nothing is.
        """
        name = uuid.uuid4()

        def attempt(connection: Link, again: bool) -> None:
            try:
                with connection.transaction():
                    connection.execute(self.text(_NOTE), (name,))
                    work(connection)
            except refusals.UniqueViolation as error:
                if not again or error.diag.constraint_name != "commits_pkey":
                    raise

        if next(self._writes) % _PRUNE_EVERY == 0:
            self.carry_out("written", lambda one, again: one.execute(self.text(_PRUNE)))
        self.carry_out("written", attempt)

    def close(self) -> None:
        """Let go of all connections; closing twice is harmless."""
        self._closed = True
        self._forget_idle()

    def _check(self) -> None:
        if self._closed:
            raise ValueError(f"What is kept in {self} is closed: open it again.")
        if self._process != os.getpid():
            raise RuntimeError(
                f"What is kept in {self} was opened by another process, of which this one is a copy: "
                "open it here, in the new process."
            )

    @contextmanager
    def _place(self) -> Generator[None]:
        if not self._places.acquire(timeout=self.patience_s):
            raise StateUnreadable(
                f"All connections to {self} are in use for more than {self.patience_s:g} s.",
                hint="Open it with more `connections`, or run fewer threads.",
            )
        try:
            yield
        finally:
            self._places.release()

    def _taken(self) -> Link:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        return connection or self._connect()

    def _give_back(self, connection: Link) -> None:
        """Keep a connection for the next who asks, unless it is of no use any more."""
        with self._lock:
            usable = not connection.closed and connection.info.transaction_status == _NOTHING_UNDER_WAY
            if usable and not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _forget_idle(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _connect(self) -> Link:
        connection: Link = psycopg.connect(self.address.conninfo, autocommit=True)
        try:
            connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
            waits = [f"{round(1000 * s)}" for s in (min(_IDLE_S, self.patience_s / 2), self.patience_s)]
            connection.execute(_SETTINGS, waits)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _explained(self, doing: str) -> Generator[None]:
        """Say in our own words what PostgreSQL refuses to do."""
        try:
            yield
        except (psycopg.OperationalError, psycopg.InternalError, *_REFUSED) as error:
            said = " ".join(str(error).split())
            hint = next((words for kind, words in _HINTS.items() if isinstance(error, kind)), _AWAY)
            raise StateUnreadable(
                f"The database {self} cannot be {doing}: {said}".rstrip(".") + ".", hint=hint
            ) from error


_NOTHING_UNDER_WAY = psycopg.pq.TransactionStatus.IDLE

_REFUSED = (refusals.InsufficientPrivilege, refusals.UndefinedTable)
_HINTS: dict[type[psycopg.Error], str] = {
    refusals.LockNotAvailable: "Another process holds it for long: let that one end, then run again.",
    refusals.DiskFull: "Make room on the server's disk, then run again; nothing of this was written.",
    refusals.InsufficientPrivilege: "Let an administrator make the schema, with this user as its owner.",
    refusals.UndefinedTable: "Somebody removed our tables: restore a copy, or begin with a new schema.",
    refusals.ProgramLimitExceeded: "A row's table, scope and key together take 2 600 bytes at most.",
    refusals.ReadOnlySqlTransaction: "Name the primary server, not one that only follows it.",
}
_AWAY = "Check that the server runs and takes connections; run again, and what was under way is looked up."
