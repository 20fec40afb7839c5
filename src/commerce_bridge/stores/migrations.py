"""The schema of the SQLite file, as a numbered list of steps.

The number in the file (``user_version``) says how many of them it has seen.  A step that a
release has shipped is never changed; a new one is added at the end.
"""

from __future__ import annotations

import sqlite3
import time

from commerce_bridge.errors import StateUnreadable
from commerce_bridge.stores.transaction import transaction

APPLICATION_ID = 0x43427374
"""Marks a file as ours ("CBst"), so that somebody else's database is never written to."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE rows (
            tbl TEXT NOT NULL,
            scope TEXT NOT NULL,
            key TEXT NOT NULL,
            body TEXT NOT NULL,
            revision INTEGER NOT NULL,
            PRIMARY KEY (tbl, scope, key)
        ) WITHOUT ROWID
        """,
    ),
)


def migrate(connection: sqlite3.Connection, path: str, patience_s: float) -> None:
    """Bring a file, new or old, to the schema of this release.

    Args:
        connection: In autocommit mode.
        path: For messages.
        patience_s: Seconds to wait for another process.

    Raises:
        StateUnreadable: The file is no state of ours, or from a newer release.
    """
    with transaction(connection, "DEFERRED"):
        seen = _steps_seen(connection, path)
    if seen < len(MIGRATIONS):
        _take_steps(connection, path)
    _keep_write_ahead_log(connection, patience_s)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")  # macOS flushes the drive's own cache only if asked to


def _keep_write_ahead_log(connection: sqlite3.Connection, patience_s: float) -> None:
    """Switch a new file to its write-ahead log; SQLite refuses at once while another process does the same."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
            time.sleep(0.005)
        else:
            return


def _take_steps(connection: sqlite3.Connection, path: str) -> None:
    with transaction(connection, "IMMEDIATE"):
        seen = _steps_seen(connection, path)  # again: another process may have been first
        for step in MIGRATIONS[seen:]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _steps_seen(connection: sqlite3.Connection, path: str) -> int:
    """How many steps the file has seen; 0 for a new one."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    owner: int = connection.execute("PRAGMA application_id").fetchone()[0]
    tables: int = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if owner != APPLICATION_ID and (owner or version or tables):
        raise StateUnreadable(
            f"{path} is a SQLite database, but no state of this library: nothing was changed in it.",
            hint="Check the path, or name a file that does not exist yet.",
        )
    if version > len(MIGRATIONS):
        raise StateUnreadable(
            f"The state {path} has schema {version}; this release reads schemas up to {len(MIGRATIONS)}.",
            hint="Use the release that wrote it, or a newer one.",
        )
    return version
