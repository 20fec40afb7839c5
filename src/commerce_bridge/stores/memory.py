"""State in memory: gone with the process, for tests, demonstrations and dry runs."""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from attrs import evolve

from commerce_bridge.flow.state import ByKeys, ByPrefix, Count, Expect, Op, Put, Query, Row
from commerce_bridge.stores.conflict import check, counted

_Space: TypeAlias = tuple[str, str]
"""A table in a scope."""


class MemoryState:
    """Rows in memory, safe for threads; a `StateStore`.

    It behaves as the stores that last, so a flow that is right over this one is right over those.
    Closing lets go of nothing: the same object may be opened by a second run, as a file would be.
    """

    def __init__(self) -> None:
        self._spaces: dict[_Space, dict[str, Row]] = {}
        self._sorted: dict[_Space, list[str]] = {}
        self._lock = threading.Lock()

    def load(self, query: Query) -> tuple[Row, ...]:
        """The rows a query asks for."""
        space = (query.table, query.scope)
        with self._lock:
            rows = self._spaces.get(space, {})
            if isinstance(query, Count):
                return (counted(query, len(rows)),)
            if isinstance(query, ByKeys):
                return tuple(rows[key] for key in query.keys if key in rows)
            keys = self._sorted_keys(space, rows)
            found = tuple(rows[key] for key in _scan(keys, query))
            return found if query.bodies else tuple(evolve(row, body="") for row in found)

    def commit(self, ops: Sequence[Op], expect: Sequence[Expect] = ()) -> None:
        """Write all of `ops`, or raise `StateConflict` and write none."""
        with self._lock:
            for one in expect:
                row = self._spaces.get((one.at.table, one.at.scope), {}).get(one.at.key)
                check(one, row.revision if row else 0)
            for op in ops:
                self._write(op)

    def close(self) -> None:
        """Nothing to let go of."""

    def _write(self, op: Op) -> None:
        space = (op.at.table, op.at.scope)
        rows = self._spaces.setdefault(space, {})
        known = rows.get(op.at.key)
        if isinstance(op, Put):
            rows[op.at.key] = Row(at=op.at, body=op.body, revision=known.revision + 1 if known else 1)
        elif known is not None:
            del rows[op.at.key]
        if (known is None) is isinstance(op, Put):  # a key came or went
            self._sorted.pop(space, None)

    def _sorted_keys(self, space: _Space, rows: dict[str, Row]) -> list[str]:
        keys = self._sorted.get(space)
        if keys is None:
            keys = self._sorted[space] = sorted(rows)
        return keys


def _scan(keys: list[str], query: ByPrefix) -> Iterator[str]:
    """The keys that a prefix query asks for, out of sorted ones."""
    start = max(bisect_left(keys, query.prefix), bisect_right(keys, query.after))
    for key in keys[start : start + max(query.limit, 0)]:
        if not key.startswith(query.prefix):
            return
        yield key
