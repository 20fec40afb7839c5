"""A transaction of SQLite: all of a block, or nothing of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def transaction(connection: sqlite3.Connection, kind: str) -> Generator[None]:
    """Commit at the end of the block, or roll back when it raises.

    Args:
        connection: In autocommit mode, not in a transaction.
        kind: ``DEFERRED`` to read at one instant, ``IMMEDIATE`` to write.
    """
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # some errors of SQLite have rolled back already
            connection.execute("ROLLBACK")
        raise
