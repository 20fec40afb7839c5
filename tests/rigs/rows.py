"""State in a dictionary, for tests that need some and nothing of a store's."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from commerce_bridge.errors import StateConflict
from commerce_bridge.flow.state import ByKeys, ByPrefix, Count, Delete, Expect, Key, Op, Query, Row


class Rows:
    """A `StateStore` in a dictionary; it outlives the process that a crash ends."""

    def __init__(self) -> None:
        self.rows: dict[Key, Row] = {}
        self._lock = threading.Lock()

    def load(self, query: Query) -> tuple[Row, ...]:
        with self._lock:
            if isinstance(query, ByKeys):
                keys = [Key(table=query.table, scope=query.scope, key=key) for key in query.keys]
                return tuple(self.rows[key] for key in keys if key in self.rows)
            prefix = query.prefix if isinstance(query, ByPrefix) else ""
            after = query.after if isinstance(query, ByPrefix) else ""
            found = [
                row
                for at, row in sorted(self.rows.items(), key=lambda pair: pair[0].key)
                if (at.table, at.scope) == (query.table, query.scope)
                and at.key.startswith(prefix)
                and at.key > after
            ]
            if isinstance(query, Count):
                at = Key(table=query.table, scope=query.scope, key="")
                return (Row(at=at, body=str(len(found)), revision=0),)
            return tuple(found[: query.limit])

    def commit(self, ops: Sequence[Op], expect: Sequence[Expect] = ()) -> None:
        with self._lock:
            for each in expect:
                row = self.rows.get(each.at)
                if (row.revision if row else 0) != each.revision:
                    raise StateConflict(f"{each.at.key} is not at revision {each.revision}.")
            for op in ops:
                if isinstance(op, Delete):
                    self.rows.pop(op.at, None)
                else:
                    known = self.rows.get(op.at)
                    self.rows[op.at] = Row(
                        at=op.at, body=op.body, revision=known.revision + 1 if known else 1
                    )

    def close(self) -> None: ...
