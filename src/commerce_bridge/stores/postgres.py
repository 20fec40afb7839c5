"""State in PostgreSQL: for workers on several machines, safe for threads and for processes everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

from attrs import frozen

from commerce_bridge.flow.state import ByPrefix, Count, Expect, Key, Op, Put, Query, Row
from commerce_bridge.stores.conflict import check, counted
from commerce_bridge.stores.postgres_database import PATIENCE_S, SCHEMA, Database
from commerce_bridge.stores.postgres_schema import Link, lock_of
from commerce_bridge.stores.sqlite import beyond_prefix

_BY_KEYS = """
    SELECT found.* FROM unnest(%s::text[]) AS wanted (key) CROSS JOIN LATERAL (
        SELECT key, body, revision FROM {}.rows WHERE tbl = %s AND scope = %s AND key = wanted.key LIMIT 1
    ) AS found
"""  # LIMIT keeps the planner to one look-up a key: of a table it has not counted yet it would read all rows
_BY_PREFIX = """
    SELECT key, CASE WHEN %s THEN body ELSE '' END, revision FROM {}.rows
    WHERE tbl = %s AND scope = %s AND key >= %s AND key > %s ORDER BY key LIMIT %s
"""
_BY_BOUNDED_PREFIX = """
    SELECT key, CASE WHEN %s THEN body ELSE '' END, revision FROM {}.rows
    WHERE tbl = %s AND scope = %s AND key >= %s AND key > %s AND key < %s ORDER BY key LIMIT %s
"""
_COUNT = "SELECT count(*) FROM {}.rows WHERE tbl = %s AND scope = %s"
_REVISIONS = """
    SELECT wanted.*, found.revision
    FROM unnest(%s::text[], %s::text[], %s::text[]) AS wanted (tbl, scope, key) CROSS JOIN LATERAL (
        SELECT revision FROM {}.rows
        WHERE tbl = wanted.tbl AND scope = wanted.scope AND key = wanted.key LIMIT 1
    ) AS found
"""
_LOCK = "SELECT pg_advisory_xact_lock(%s)"
_DELETE = """
    DELETE FROM {0}.rows WHERE ctid = ANY (ARRAY(
        SELECT found.ctid FROM unnest(%s::text[], %s::text[], %s::text[]) AS gone (tbl, scope, key) CROSS JOIN LATERAL (
            SELECT ctid FROM {0}.rows WHERE tbl = gone.tbl AND scope = gone.scope AND key = gone.key LIMIT 1
        ) AS found
    ))
"""  # the lock keeps every row where it is from its look-up to its end
_PUT = """
    INSERT INTO {}.rows AS known (tbl, scope, key, body, revision)
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[])
    ON CONFLICT (tbl, scope, key)
    DO UPDATE SET body = excluded.body, revision = known.revision + excluded.revision
"""


class PostgresState:
    """Rows in one schema of a PostgreSQL database; a `StateStore`.

    What a commit wrote is on the server's disk when it returns (``synchronous_commit`` is switched on where
    it is off).  A server that is killed or restarted under a running program loses nothing and doubles
    nothing: a read is repeated, and a commit whose answer was lost is looked for before it is repeated.

    Commits of one scope (a bridge and both its accounts) wait for each other, commits of others do not.

    Args:
        url: ``postgresql://user:password@host:port/database``; the password may also come from libpq's
            own places, such as ``PGPASSWORD``.  It is shown nowhere.
        schema: Holds our tables and nobody else's; made if there is none.
        patience_s: Seconds to wait for a server that restarts, or for another process.
        connections: How many may be open at once; each thread under way uses one.

    Raises:
        MissingExtra: psycopg is not installed (when this module is imported).
        StateUnreadable: The database cannot be reached, or the schema is not ours or from a newer release.

    Source: PostgreSQL documentation, "Transaction Isolation", "Advisory Locks" and "Collation Support".
    """

    def __init__(
        self, url: str, *, schema: str = SCHEMA, patience_s: float = PATIENCE_S, connections: int = 8
    ) -> None:
        self._database = Database(url, schema=schema, patience_s=patience_s, connections=connections)

    def __repr__(self) -> str:
        return f"<PostgresState {self._database}>"

    def load(self, query: Query) -> tuple[Row, ...]:
        """The rows a query asks for, as they stood at one instant."""
        if isinstance(query, Count):
            return (counted(query, self._fetched(_COUNT, (query.table, query.scope))[0][0]),)
        if isinstance(query, ByPrefix):
            return tuple(_row(query, *row) for row in self._by_prefix(query))
        found = self._fetched(_BY_KEYS, (list(query.keys), query.table, query.scope))
        rows = {row[0]: _row(query, *row) for row in found}
        return tuple(rows[key] for key in query.keys if key in rows)

    def commit(self, ops: Sequence[Op], expect: Sequence[Expect] = ()) -> None:
        """Write all of `ops`, or raise `StateConflict` and write none."""
        change = folded(ops)
        if not change.touched:
            return self._database.carry_out("read", lambda connection, again: self._check(connection, expect))

        def write(connection: Link) -> None:
            for lock in sorted({lock_of("scope", self._database.schema, at.scope) for at in change.touched}):
                connection.execute(_LOCK, (lock,))
            self._check(connection, expect)
            if change.gone:
                connection.execute(self._database.text(_DELETE), _columns(change.gone))
            if change.puts:
                bodies, counts = [put.body for put in change.puts], [put.count for put in change.puts]
                columns = _columns([put.at for put in change.puts])
                connection.execute(self._database.text(_PUT), (*columns, bodies, counts))

        return self._database.once(write)

    def close(self) -> None:
        """Let go of all connections; closing twice is harmless."""
        self._database.close()

    def _by_prefix(self, query: ByPrefix) -> list[tuple[Any, ...]]:
        start = (query.bodies, query.table, query.scope, query.prefix, query.after)
        beyond, limit = beyond_prefix(query.prefix), max(query.limit, 0)
        if beyond is None:
            return self._fetched(_BY_PREFIX, (*start, limit))
        return self._fetched(_BY_BOUNDED_PREFIX, (*start, beyond, limit))

    def _fetched(self, text: LiteralString, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        def fetch(connection: Link, again: bool) -> list[tuple[Any, ...]]:
            return connection.execute(self._database.text(text), parameters).fetchall()

        return self._database.carry_out("read", fetch)

    def _check(self, connection: Link, expect: Sequence[Expect]) -> None:
        if not expect:
            return
        rows = connection.execute(
            self._database.text(_REVISIONS), _columns([one.at for one in expect])
        ).fetchall()
        found = {(table, scope, key): revision for table, scope, key, revision in rows}
        for one in expect:
            check(one, found.get((one.at.table, one.at.scope, one.at.key), 0))


@frozen(kw_only=True)
class Folded:
    """What the operations of a commit come to.

    Args:
        gone: Rows to remove; some of them are written anew.
        puts: Rows to write after that, each once.
    """

    gone: Sequence[Key]
    puts: Sequence[FoldedPut]

    @property
    def touched(self) -> list[Key]:
        """Every row that changes."""
        return [*self.gone, *(put.at for put in self.puts)]


@frozen(kw_only=True)
class FoldedPut:
    """The writes of one row, as one.

    Args:
        at: The row.
        body: The last text.
        count: How many writes they were; a revision counts each.
    """

    at: Key
    body: str
    count: int


def folded(ops: Sequence[Op]) -> Folded:
    """What operations in a row come to: each row removed at most once, then written at most once."""
    gone: dict[Key, None] = {}
    puts: dict[Key, FoldedPut] = {}
    for op in ops:
        if isinstance(op, Put):
            known = puts.get(op.at)
            puts[op.at] = FoldedPut(at=op.at, body=op.body, count=known.count + 1 if known else 1)
        else:
            gone[op.at] = None
            puts.pop(op.at, None)
    return Folded(gone=tuple(gone), puts=tuple(puts.values()))


def _columns(keys: Sequence[Key]) -> tuple[list[str], list[str], list[str]]:
    return [at.table for at in keys], [at.scope for at in keys], [at.key for at in keys]


def _row(query: Query, key: str, body: str, revision: int) -> Row:
    return Row(at=Key(table=query.table, scope=query.scope, key=key), body=body, revision=revision)
