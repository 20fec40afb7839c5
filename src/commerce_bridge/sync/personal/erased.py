"""Who was erased: what is left of somebody, so that nobody brings them back unasked.

A row of the table ``erased`` holds when and why; its key is a keyed hash of one of the names the person went
by.  Who has such a name can tell that it was erased; who has only the row can tell nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import frozen

from commerce_bridge.domain.exchange import NaturalKey
from commerce_bridge.flow.effects import Flow
from commerce_bridge.flow.state import Delete, Key, Op
from commerce_bridge.mapping import Problem
from commerce_bridge.sync.kept.tables import load_bodies, put, scan_bodies
from commerce_bridge.sync.personal.sealing import Seal

TABLE = "erased"

QUESTION = "erased"
"""The reason of the work item that asks about somebody who was erased."""


@frozen(kw_only=True)
class Erasure:
    """That somebody was erased.

    Args:
        at: When.
        why: In words that name nobody.
        marks: The keyed hashes of the names they went by.
    """

    at: datetime
    why: str
    marks: tuple[str, ...]

    @property
    def question(self) -> Problem:
        """What a person is asked when the source shows them again."""
        return Problem(
            code=QUESTION,
            message=f"This person was erased on {self.at:%Y-%m-%d} ({self.why}), and the source shows them again. "
            "Nothing was written. Delete them at the source; or, if they came back of their own accord, readmit them.",
            blocking=True,
        )

    def rows(self, scope: str) -> list[Op]:
        """The rows that keep it."""
        body = {"at": self.at.isoformat(), "why": self.why, "marks": list(self.marks)}
        return [put(scope, TABLE, mark, body) for mark in self.marks]

    def removal(self, scope: str) -> list[Op]:
        """What undoes it."""
        return [Delete(at=Key(table=TABLE, scope=scope, key=mark)) for mark in self.marks]


@frozen(kw_only=True)
class Erased:
    """All who were erased of one bridge.

    Args:
        erasures: Each by each of its marks.
    """

    erasures: Mapping[str, Erasure]

    def find(self, seal: Seal, names: Iterable[str], keys: Iterable[NaturalKey] = ()) -> Erasure | None:
        """The erasure of who goes by one of these names or sealed keys, or None."""
        if not self.erasures:
            return None
        return next(
            (self.erasures[mark] for mark in marks_of(seal, names, keys) if mark in self.erasures), None
        )


def marks_of(seal: Seal, names: Iterable[str], keys: Iterable[NaturalKey] = ()) -> tuple[str, ...]:
    """The marks of these names and sealed keys."""
    told = [*names, *(str(key) for key in keys)]
    return tuple(dict.fromkeys(seal.name(one) for one in told))


def erased_of(scope: str, marks: Sequence[str] | None = None) -> Flow[Erased]:
    """Who was erased: all, or those of these marks; no vendor call."""
    found = (
        (yield from scan_bodies(scope, TABLE))
        if marks is None
        else (yield from load_bodies(scope, TABLE, marks))
    )
    return Erased(erasures={mark: _erasure(body) for mark, body in found.items()})


def _erasure(body: Mapping[str, Any]) -> Erasure:
    return Erasure(at=datetime.fromisoformat(body["at"]), why=body["why"], marks=tuple(body["marks"]))
