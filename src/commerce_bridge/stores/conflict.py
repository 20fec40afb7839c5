"""What every store says alike."""

from __future__ import annotations

from commerce_bridge.errors import StateConflict
from commerce_bridge.flow.state import Count, Expect, Key, Row


def check(expect: Expect, found: int) -> None:
    """Raise `StateConflict` unless the row has the revision that is expected of it.

    Args:
        expect: What must hold.
        found: The revision the row has; 0 when there is none.
    """
    if found != expect.revision:
        raise StateConflict(
            f"Nothing was written: {_row(expect.at)} was expected to be {_standing(expect.revision)}, "
            f"and it is {_standing(found)}."
        )


def _row(at: Key) -> str:
    return f"the row {at.key!r} of the table {at.table!r} in the scope {at.scope!r}"


def _standing(revision: int) -> str:
    return f"at revision {revision}" if revision else "not there"


def counted(query: Count, count: int) -> Row:
    """The row that answers a count."""
    return Row(at=Key(table=query.table, scope=query.scope, key=""), body=str(count), revision=0)
