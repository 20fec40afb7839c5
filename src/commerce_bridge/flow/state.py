"""State as the flows see it: rows in a few tables, read by query, written by one atomic commit.

A row is addressed by table, scope and key.  The scope names a bridge and both its
accounts, so two stores may share one file.  Bodies are JSON text; what they mean is
the business of `sync`, which versions and upcasts them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias

from attrs import frozen


@frozen(kw_only=True)
class Key:
    """The address of one row."""

    table: str
    scope: str
    key: str


@frozen(kw_only=True)
class Row:
    """One row as it stands.

    Args:
        at: Its address.
        body: JSON text.
        revision: 1 when first written, one more at each write.
    """

    at: Key
    body: str
    revision: int


@frozen(kw_only=True)
class Put:
    """Write a row, whether it exists or not."""

    at: Key
    body: str


@frozen(kw_only=True)
class Delete:
    """Remove a row; nothing happens when there is none."""

    at: Key


Op: TypeAlias = Put | Delete


@frozen(kw_only=True)
class Expect:
    """What must hold for a commit to happen.

    Args:
        at: Which row.
        revision: The revision it must have; 0 means that it must not exist.
    """

    at: Key
    revision: int


@frozen(kw_only=True)
class ByKeys:
    """The rows with these keys, in the order of the keys; keys without a row are left out."""

    table: str
    scope: str
    keys: tuple[str, ...]


@frozen(kw_only=True)
class ByPrefix:
    """Rows whose key starts with `prefix`, by key, after the key `after`, at most `limit`.

    Args:
        table: The table.
        scope: The scope.
        prefix: What keys start with.
        after: Only keys above this one.
        limit: So many rows at most.
        bodies: Whether the bodies are wanted; else they are empty, and nobody carries them about.
    """

    table: str
    scope: str
    prefix: str = ""
    after: str = ""
    limit: int = 1000
    bodies: bool = True


@frozen(kw_only=True)
class Count:
    """How many rows a table has: one row, whose body is the number as text and whose key is empty."""

    table: str
    scope: str


Query: TypeAlias = ByKeys | ByPrefix | Count


class StateStore(Protocol):
    """Where rows live.  A store is safe to use from several threads."""

    def load(self, query: Query) -> tuple[Row, ...]:
        """The rows a query asks for."""
        ...

    def commit(self, ops: Sequence[Op], expect: Sequence[Expect] = ()) -> None:
        """Write all of `ops`, or raise `StateConflict` and write none."""
        ...

    def close(self) -> None:
        """Let go of files and connections; closing twice is harmless."""
        ...
