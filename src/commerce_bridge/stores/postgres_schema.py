"""The schema in PostgreSQL, as a numbered list of steps: the tables of state and those of budgets.

The number in the table `steps` says how many of them the schema has seen.  A step that a release has
shipped is never changed; a new one is added at the end.  Keys are ordered by code point, as in every
other store, which is what the collation "C" does with UTF-8.
"""

from __future__ import annotations

import hashlib
from typing import Any, LiteralString, TypeAlias

from psycopg import Connection
from psycopg.sql import SQL, Composed, Identifier

from commerce_bridge.errors import StateUnreadable

Link: TypeAlias = Connection[tuple[Any, ...]]
"""One connection, in autocommit mode."""

MIGRATIONS: tuple[tuple[LiteralString, ...], ...] = (
    (
        """
        CREATE TABLE {}.rows (
            tbl text COLLATE "C" NOT NULL,
            scope text COLLATE "C" NOT NULL,
            key text COLLATE "C" NOT NULL,
            body text NOT NULL,
            revision bigint NOT NULL,
            PRIMARY KEY (tbl, scope, key)
        )
        """,
        """
        CREATE TABLE {}.commits (
            id uuid PRIMARY KEY,
            at timestamptz NOT NULL DEFAULT now()
        )
        """,
        "CREATE INDEX commits_by_age ON {}.commits (at)",
        "CREATE TABLE {}.budgets (account text PRIMARY KEY, body text NOT NULL)",
    ),
)

_TABLES: LiteralString = (
    "FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = %s"
)
"""Asked of the catalogue's rows: a name that was looked up in vain is remembered (`to_regclass`), also by who
has waited for a lock since."""


def statement(text: LiteralString, schema: str) -> Composed:
    """A statement whose ``{}`` is the schema."""
    return SQL(text).format(Identifier(schema))


def lock_of(*words: str) -> int:
    """The number of an advisory lock; two names with one number only wait for each other."""
    digest = hashlib.blake2b("\0".join(("commerce_bridge", *words)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def migrate(connection: Link, schema: str, where: str) -> None:
    """Bring a schema, new or old, to that of this release.

    Args:
        connection: In autocommit mode.
        schema: Its name.
        where: The database, for messages.

    Raises:
        StateUnreadable: The schema is no state of ours, or from a newer release.
    """
    encoding = _one(connection, "SHOW server_encoding")
    if encoding != "UTF8":
        raise StateUnreadable(
            f"The database {where} keeps texts in {encoding}, and keys need UTF8.",
            hint="Create a database with ENCODING 'UTF8' and use that one.",
        )
    if _steps_seen(connection, schema, where) < len(MIGRATIONS):
        _take_steps(connection, schema, where)


def _take_steps(connection: Link, schema: str, where: str) -> None:
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (lock_of("schema", schema),))
        seen = _steps_seen(connection, schema, where)  # again: another process may have been first
        if not seen:
            _begin(connection, schema, where)
        for step in MIGRATIONS[seen:]:
            for text in step:
                connection.execute(statement(text, schema))
        connection.execute(statement("UPDATE {}.steps SET seen = %s", schema), (len(MIGRATIONS),))


def _begin(connection: Link, schema: str, where: str) -> None:
    """Make the schema, or take one that is empty."""
    if not _one(connection, "SELECT count(*) FROM pg_namespace WHERE nspname = %s", schema):
        connection.execute(statement("CREATE SCHEMA {}", schema))
    if _one(connection, f"SELECT count(*) {_TABLES}", schema):
        raise StateUnreadable(
            f"The schema {schema} of the database {where} holds tables, but no state of this library: nothing "
            "was changed in it.",
            hint="Name another schema; it is made if there is none.",
        )
    connection.execute(statement("CREATE TABLE {}.steps (seen integer NOT NULL)", schema))
    connection.execute(statement("INSERT INTO {}.steps VALUES (0)", schema))


def _steps_seen(connection: Link, schema: str, where: str) -> int:
    """How many steps the schema has seen; 0 for one that is not there, or not ours."""
    if not _one(connection, f"SELECT count(*) {_TABLES} AND relname = 'steps'", schema):
        return 0
    seen: int = connection.execute(statement("SELECT seen FROM {}.steps", schema)).fetchall()[0][0]
    if seen > len(MIGRATIONS):
        raise StateUnreadable(
            f"The state in the schema {schema} of the database {where} has seen {seen} steps; this release "
            f"knows {len(MIGRATIONS)}.",
            hint="Use the release that wrote it, or a newer one.",
        )
    return seen


def _one(connection: Link, text: LiteralString, *parameters: str) -> Any:
    return connection.execute(text, parameters).fetchall()[0][0]
